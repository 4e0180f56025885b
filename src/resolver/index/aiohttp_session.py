"""aiohttp's session: connections, HTTP/1.1, and what its failures mean; the only user of aiohttp.

aiohttp takes 100 ms or more to import.  That is done in a thread, so that the event loop can go on with
requests that need no aiohttp (``early``).  What is asked for, and how answers are read, is in
``exchange``.
"""

from __future__ import annotations

import sys
from errno import EADDRNOTAVAIL, EHOSTUNREACH, ENETDOWN, ENETUNREACH

from resolver.errors import IndexUnavailable
from resolver.index.decompress import CorruptBody
from resolver.index.statuses import Transient, silent
from resolver.index.urls import redacted, split_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping
    from ssl import SSLContext
    from typing import TypeVar

    from aiohttp import ClientResponse, ClientSession

    from resolver.index.proxies import Proxy
    from resolver.index.urls import Address

    Answer = TypeVar("Answer")

__all__ = ["AiohttpSession", "Garbled", "drain", "is_imported", "most_connections", "translated"]

_OK = 200
_CONNECT_TIMEOUT = 10.0
_DRAINED = 1 << 16  # of a body nobody reads; more is not worth keeping the connection for

_HTTP2 = r"\x04\x00\x00\x00\x00\x00"  # in aiohttp's words: the SETTINGS that begin it (RFC 9113, 3.4 and 6.5)
_NO_WAY = frozenset({ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL})

_LEAD = 0.003  # seconds in which requests that are sent together get away before the import begins
_SWITCH = 0.0005  # seconds after which the import lets the event loop have its turn; ordinarily 5 ms


class Garbled(Transient):
    """What came is no HTTP to aiohttp."""


class AiohttpSession:
    """At most ``concurrency`` connections, kept alive between requests; made when first used.

    ``timeout`` is the longest silence within an answer, and bounds how long it may take to begin; ``tls``
    gives what decides about the certificate of a server.  Must be used within one event loop, and closed
    there.
    """

    __slots__ = ("_concurrency", "_importing", "_session", "_slots", "_timeout", "_tls")

    def __init__(self, *, timeout: float, concurrency: int, tls: Callable[[Address], SSLContext]) -> None:
        self._timeout = timeout
        self._concurrency = concurrency
        self._tls = tls
        self._importing: asyncio.Task[None] | None = None
        self._session: ClientSession | None = None
        self._slots: asyncio.Semaphore | None = None

    @property
    def is_ready(self) -> bool:
        """Whether aiohttp is imported, so that a request need not wait for it."""
        return self._session is not None or (self._importing is not None and self._importing.done())

    def prepare(self) -> asyncio.Task[None]:
        """Begin to import aiohttp, if nobody has; return the task that ends when it is imported."""
        import asyncio  # noqa: PLC0415  # loaded by now

        if self._importing is None:
            self._importing = asyncio.get_running_loop().create_task(_import_in_thread())
        return self._importing

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        proxy: Proxy | None,
        receive: Callable[[ClientResponse], Awaitable[Answer]],
    ) -> Answer:
        """Return what ``receive`` makes of the answer.

        Raises ``Transient`` and ``IndexUnavailable`` besides what ``receive`` raises.
        """
        session = self._session or await self._opened()
        import asyncio  # noqa: PLC0415  # loaded by now

        import aiohttp  # noqa: PLC0415  # lazy: start-up time
        from yarl import URL  # noqa: PLC0415  # lazy: start-up time

        secure = url.startswith("https:")
        login = {"Proxy-Authorization": proxy.authorization} if proxy and proxy.authorization else {}
        assert self._slots is not None
        try:
            async with (
                self._slots,  # so that nobody waits for a connection within the time that answers have
                asyncio.timeout(_CONNECT_TIMEOUT + self._timeout) as begun,
                session.get(
                    URL(url, encoded=True),
                    # An https address is reached through a CONNECT request, which has headers of its own.
                    headers=headers if secure else {**headers, **login},
                    allow_redirects=False,
                    proxy=proxy.url if proxy else None,
                    proxy_headers=login if secure and login else None,
                    ssl=self._context(url, proxy),
                ) as response,
            ):
                begun.reschedule(None)
                return await receive(response)
        except (aiohttp.ClientError, TimeoutError, CorruptBody) as error:
            raise translated(error, url) from error

    def _context(self, url: str, proxy: Proxy | None) -> SSLContext | bool:
        """Return what decides about the server and about a proxy that is reached by TLS too.

        aiohttp takes one for both: the stricter.
        """
        places = [url] if proxy is None else [url, proxy.url]
        found = [self._tls(split_url(place)) for place in places if place.startswith("https:")]
        return max(found, key=lambda context: context.verify_mode, default=True)

    async def close(self) -> None:
        """Close all connections."""
        import asyncio  # noqa: PLC0415  # loaded by now

        if self._importing is not None:
            self._importing.cancel()
            await asyncio.gather(self._importing, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _opened(self) -> ClientSession:
        import asyncio  # noqa: PLC0415  # loaded by now

        if self._importing is not None or not is_imported():
            await asyncio.shield(self.prepare())
        if self._session is None:  # nobody else has come here meanwhile
            self._slots = asyncio.Semaphore(self._concurrency)
            self._session = _new_session(self._timeout, self._concurrency)
        return self._session


def most_connections() -> int:
    """Return how many connections the limit of open files allows, which leaves half of it to all else.

    While one is made it may take two: an address of either family is tried.
    """
    try:
        from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit  # noqa: PLC0415  # not on Windows
    except ImportError:
        return 1 << 16
    files, _ = getrlimit(RLIMIT_NOFILE)
    return 1 << 16 if files == RLIM_INFINITY else max(files // 4, 2)


def is_imported() -> bool:
    """Tell whether somebody has imported aiohttp, or is about to."""
    return "aiohttp" in sys.modules


async def _import_in_thread() -> None:
    import asyncio  # noqa: PLC0415  # loaded by now

    await asyncio.sleep(_LEAD)
    await asyncio.get_running_loop().run_in_executor(None, _import_aiohttp)


def _import_aiohttp() -> None:
    """Import it, but leave the interpreter to the event loop whenever that has something to do."""
    usual = sys.getswitchinterval()
    if usual > _SWITCH:  # else somebody does the same just now, and will set it right
        sys.setswitchinterval(_SWITCH)
    try:
        import aiohttp  # noqa: F401, PLC0415  # lazy: start-up time; only to be loaded
    finally:
        if usual > _SWITCH:
            sys.setswitchinterval(usual)


def _new_session(timeout: float, concurrency: int) -> ClientSession:
    import aiohttp  # noqa: PLC0415  # lazy: start-up time

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,  # proxies and logins are ours to choose: see the module docstring
    )


async def drain(response: ClientResponse) -> None:
    """Read a body that nobody wants, if it is short, so that the connection can be used again."""
    import aiohttp  # noqa: PLC0415  # lazy: start-up time

    seen = 0
    try:
        async for chunk in response.content.iter_any():
            seen += len(chunk)
            if seen > _DRAINED:
                return
    except (aiohttp.ClientError, TimeoutError):
        return  # the status has said everything


def translated(error: Exception, url: str) -> Exception:
    """Return our exception for one of aiohttp's: transient, or final where a retry cannot help."""
    import aiohttp  # noqa: PLC0415  # lazy: start-up time

    place, host = redacted(url), split_url(url).host
    match error:
        case CorruptBody():
            # Only bodies of good answers are read: the server is there, and this address alone may be ill.
            return Transient(f"The answer of {place} cannot be read: {error}.", url=url, status=_OK)
        case aiohttp.ClientSSLError() if "NO_APPLICATION_PROTOCOL" in str(error):
            return _other_version(url)
        case aiohttp.ClientSSLError():
            return _untrusted(error.os_error, url)
        case aiohttp.ClientOSError() if _is_alert(error.__cause__):
            return _untrusted(error.__cause__, url)
        case aiohttp.ClientConnectorDNSError():
            return Transient(
                f"The name {host} is not known ({place}). Check the index URL and the network connection; "
                "with --offline, what is in the cache is used.",
                url=url,
                is_far=True,
            )
        case aiohttp.ClientProxyConnectionError():
            return Transient(
                f"The proxy on the way to {host} cannot be reached ({place}). Check the *_PROXY variables.",
                url=url,
            )
        case aiohttp.ClientHttpProxyError():
            return IndexUnavailable(
                f"The proxy refuses to connect to {host} for {place} (status {error.status}). Check the "
                "*_PROXY variables and the credentials in them.",
                url=place,
                status=error.status,
            )
        case aiohttp.InvalidURL():
            return IndexUnavailable(f"{place} is no address that can be fetched.", url=place)
        case TimeoutError():
            return silent(url)
        case aiohttp.ClientConnectorError():
            reason = _reason(error.os_error, url)
            return Transient(
                f"No connection to {host} for {place}: {reason}. Check the index URL and the network "
                "connection; with --offline, what is in the cache is used.",
                url=url,
                is_far=error.os_error.errno in _NO_WAY,
            )
        case aiohttp.ClientResponseError() if _HTTP2 in error.message:
            return _other_version(url)
        case aiohttp.ClientResponseError():
            return Garbled(f"{place} sends something that is no HTTP answer.", url=url)
        case aiohttp.ClientPayloadError():
            return Transient(f"The connection broke off while {place} answered.", url=url, status=_OK)
        case _:
            # With TLS 1.3 a server learns only then that it was not shown what it wants to see.
            hint = " If it wants a certificate, name one with --client-cert." if url[:6] == "https:" else ""
            return Transient(f"The connection broke off while {place} answered.{hint}", url=url)


def _is_alert(cause: BaseException | None) -> bool:
    import ssl  # noqa: PLC0415  # loaded by now

    return isinstance(cause, ssl.SSLError)


def _untrusted(cause: BaseException | None, url: str) -> IndexUnavailable:
    """Return the error for a connection that TLS forbids, which another try would not change."""
    import ssl  # noqa: PLC0415  # loaded by now

    place, host = redacted(url), split_url(url).host
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = (
            f"{cause.verify_message or cause}. If its certificate is of a private authority, name that with "
            f"--cert or in SSL_CERT_FILE; --trusted-host {host} would accept any certificate"
        )
    elif isinstance(cause, ssl.SSLError) and "ALERT" in (cause.reason or ""):
        said = (
            f"the server refuses ({(cause.reason or '').replace('_', ' ').lower()}). If it wants to see a "
            "certificate, name one with --client-cert"
        )
    else:
        reason = cause.reason if isinstance(cause, ssl.SSLError) and cause.reason else str(cause)
        said = (
            f"{reason.replace('_', ' ').lower()}. If it speaks no TLS at that port, its address begins with "
            "http://"
        )
    return IndexUnavailable(f"No trusted connection to {host} for {place}: {said}.", url=place)


def _other_version(url: str) -> IndexUnavailable:
    place = redacted(url)
    return IndexUnavailable(
        f"The server of {place} speaks HTTP/2 only, which is not spoken here. Have it speak HTTP/1.1, too, "
        "or put a proxy between that speaks both.",
        url=place,
    )


def _reason(error: OSError, url: str) -> str:
    """Say what the operating system says; asyncio puts its own words, with a bare address, in its place."""
    from os import strerror  # noqa: PLC0415  # loaded by the interpreter anyway

    if error.errno:
        return strerror(error.errno)
    secure = split_url(url).scheme == "https"
    return "the server broke off where TLS was to begin" if secure else "the connection failed"
