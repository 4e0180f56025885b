"""The transport over the network: connections, timeouts, redirects, retries; the only user of aiohttp.

aiohttp gives connections and HTTP/1.1; redirects, decompression, retries, proxies and credentials are done
here and in the modules named for them, because each has rules that aiohttp does not keep (it takes a cut-off
gzip stream for a whole one, and netrc logins go along to other ports).  Nothing is cached here (``cache``).
aiohttp costs 200 ms to import, so this waits for the first request.

Specification: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.index.credentials import basic_authorization
from resolver.index.decompress import BodyDecoder, CorruptBody
from resolver.index.proxies import Proxies
from resolver.index.retry import HostGate, Timing, pause, retry_after
from resolver.index.transport import Request, Response, Traffic
from resolver.index.urls import InvalidUrl, quoted, redacted, redirect_target, split_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

    from aiohttp import ClientResponse, ClientSession

__all__ = ["AiohttpTransport"]

_OK = 200
_AGENT = "pubgrub-resolver"
_CONNECT_TIMEOUT = 10.0
_REDIRECTS = 10
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset({304, 404, 410, 416})  # besides 2xx: answers that mean something to the caller
_RETRIED = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 527})
_DRAINED = 1 << 16  # of a body nobody reads; more is not worth keeping the connection for
_SLOWEST = 100  # bytes a second ...
_SLOWEST_FOR = 30.0  # ... over so many seconds: whoever drips slower is given up


class _Transient(Exception):  # never leaves this module
    """A failure that another try may heal; ``wait`` is what the server asked for, if it did."""

    def __init__(
        self, message: str, *, url: str, status: int | None = None, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.url = url
        self.status = status
        self.wait = wait


class AiohttpTransport:
    """A ``Transport`` over real connections, kept alive between requests.

    ``timeout`` is the longest silence within an answer, ``retries`` how often a failed request is sent again,
    ``concurrency`` how many connections are open at a time.  ``certificates`` is a file (or folder) with the
    authorities to trust.  ``traffic`` counts.  Must be used within one event loop, and closed there.
    """

    __slots__ = (
        "_certificates",
        "_concurrency",
        "_gate",
        "_proxies",
        "_retries",
        "_session",
        "_timeout",
        "_timing",
        "_tls",
        "traffic",
    )

    def __init__(  # noqa: PLR0913  # one parameter a setting
        self,
        *,
        timeout: float = 20.0,
        retries: int = 3,
        concurrency: int = 50,
        timing: Timing | None = None,
        proxies: Proxies | None = None,
        certificates: str | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self.traffic = Traffic()
        self._timeout = timeout
        self._retries = retries
        self._concurrency = concurrency
        self._timing = timing
        self._proxies = proxies
        self._certificates = certificates
        self._tls = tls
        self._session: ClientSession | None = None
        self._gate: HostGate | None = None

    def stored(self, request: Request) -> Response | None:  # noqa: ARG002  # the port's signature
        """Return ``None``: the network always needs waiting."""
        return None

    async def fetch(self, request: Request) -> Response:
        """Return the answer; see ``Transport.fetch`` for the contract."""
        exchange = self._opened()
        tries = 0
        while True:
            try:
                return await exchange.follow(request)
            except _Transient as failed:
                tries += 1
                if tries > self._retries:
                    raise _final(failed, tries) from failed
                await exchange.wait(failed, tries)

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> _Exchange:
        timing = self._timing = self._timing or Timing.real()
        gate = self._gate = self._gate or HostGate(timing)
        proxies = self._proxies = self._proxies or Proxies.of_this_machine()
        if self._session is None:
            tls = self._tls or _trust(self._certificates)
            self._session = _new_session(self._timeout, self._concurrency, tls)
        return _Exchange(self._session, timing, gate, proxies, self.traffic)


def _new_session(timeout: float, concurrency: int, tls: SSLContext | bool) -> ClientSession:  # noqa: FBT001  # aiohttp's own type
    import aiohttp  # noqa: PLC0415  # lazy: start-up time

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency, ssl=tls),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,  # proxies and logins are ours to choose: see the module docstring
    )


def _trust(certificates: str | None = None) -> SSLContext | bool:
    """Return the operating system's trust, where it can be had; OpenSSL's own if the user named a file.

    OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR itself, and trusts nobody if they lead nowhere.  They win
    over ``certificates``, for which ``IndexUnavailable`` is raised if they cannot be read.
    """
    import os  # noqa: PLC0415  # lazy: start-up time
    import ssl  # noqa: PLC0415  # lazy: start-up time
    from importlib import import_module  # noqa: PLC0415  # lazy: start-up time

    if "SSL_CERT_FILE" in os.environ or "SSL_CERT_DIR" in os.environ:
        return True
    if certificates is not None:
        folder = os.path.isdir(certificates)  # noqa: PTH112  # pathlib costs 5 ms
        try:
            return ssl.create_default_context(
                cafile=None if folder else certificates, capath=certificates if folder else None
            )
        except OSError as error:
            raise IndexUnavailable(
                f"The certificates in {certificates}, which pip's configuration names, cannot be read:"
                f" {error}."
            ) from error
    try:
        truststore = import_module("truststore")
    except ImportError:
        return True
    context: SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context


def _final(failed: _Transient, tries: int) -> IndexUnavailable:
    counted = f" Tried {tries} times." if tries > 1 else ""
    return IndexUnavailable(f"{failed.message}{counted}", url=redacted(failed.url), status=failed.status)


class _Exchange:
    """One try of one request: follows redirects and reads the body."""

    __slots__ = ("_gate", "_proxies", "_session", "_timing", "_traffic")

    def __init__(
        self, session: ClientSession, timing: Timing, gate: HostGate, proxies: Proxies, traffic: Traffic
    ) -> None:
        self._session = session
        self._timing = timing
        self._gate = gate
        self._proxies = proxies
        self._traffic = traffic

    async def wait(self, failed: _Transient, tries: int) -> None:
        """Wait as long as it takes before the next try makes sense."""
        if failed.wait is None:
            await self._timing.sleep(pause(tries, self._timing))
        else:  # all requests to that host wait at the gate
            self._gate.close_for(split_url(failed.url).origin, failed.wait)

    async def follow(self, request: Request) -> Response:
        """Send ``request`` to where its redirects lead and return the answer."""
        try:
            userinfo = split_url(request.url).userinfo
            url = quoted(request.url)
        except InvalidUrl as error:
            raise IndexUnavailable(
                f"{redacted(request.url)} is no address that can be fetched: {error}.",
                url=redacted(request.url),
            ) from error
        authorization = basic_authorization(userinfo) if userinfo else None
        for _ in range(_REDIRECTS + 1):
            answer = await self._send(url, request, authorization)
            if isinstance(answer, Response):
                return answer
            if split_url(answer).origin != split_url(url).origin:
                authorization = None  # for good, even if a later redirect leads back
            url = quoted(answer)
        raise IndexUnavailable(
            f"{redacted(request.url)} redirects more than {_REDIRECTS} times.", url=redacted(request.url)
        )

    async def _send(self, url: str, request: Request, authorization: str | None) -> Response | str:
        """Return the answer of one HTTP exchange, or the URL to which it redirects."""
        import aiohttp  # noqa: PLC0415  # lazy: start-up time
        from yarl import URL  # noqa: PLC0415  # lazy: start-up time

        address = split_url(url)
        proxy = self._proxies.between(address)
        headers = _headers(request, authorization)
        if proxy and proxy.authorization and address.scheme == "http":
            headers["Proxy-Authorization"] = proxy.authorization
        await self._gate.passage(address.origin)
        self._traffic.requests += 1
        try:
            async with self._session.get(
                URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                proxy=proxy.url if proxy else None,
                # An https address is reached through a CONNECT request, which has headers of its own.
                proxy_headers={"Proxy-Authorization": proxy.authorization}
                if proxy and proxy.authorization and address.scheme == "https"
                else None,
            ) as response:
                return await self._receive(url, request, response)
        except (aiohttp.ClientError, TimeoutError, CorruptBody) as error:
            raise _translated(error, url) from error

    async def _receive(self, url: str, request: Request, response: ClientResponse) -> Response | str:
        status = response.status
        headers = {name.lower(): value for name, value in response.headers.items()}
        if 200 <= status < 300:
            return Response(url, status, headers, await self._body(url, request.limit, response))
        await _drain(response)
        if status in _ANSWERS:
            return Response(url, status, headers, b"")
        if status in _REDIRECTING:
            return _location(url, status, headers)
        if status in _RETRIED:
            wait = retry_after(headers.get("retry-after"), self._timing.now())
            raise _Transient(_refusal(url, status), url=url, status=status, wait=wait)
        raise IndexUnavailable(_refusal(url, status), url=redacted(url), status=status)

    async def _body(self, url: str, limit: int, response: ClientResponse) -> bytes:
        decoder = BodyDecoder(response.headers.get("Content-Encoding", ""), limit=limit, place=redacted(url))
        since, drops = self._timing.now(), 0
        async for chunk in response.content.iter_any():
            self._traffic.bytes += len(chunk)
            decoder.feed(chunk)
            drops += len(chunk)
            now = self._timing.now()
            if now - since >= _SLOWEST_FOR:
                if drops < _SLOWEST * _SLOWEST_FOR:
                    raise _Transient(f"{redacted(url)} answers too slowly to go on.", url=url)
                since, drops = now, 0
        return decoder.finish()


def _headers(request: Request, authorization: str | None) -> dict[str, str]:
    headers = {
        "Accept": request.accept,
        # A range counts bytes of the encoded answer, so that must be the file itself.
        "Accept-Encoding": "gzip, deflate" if request.byte_range is None else "identity",
        "User-Agent": _AGENT,
        **request.headers,
    }
    if request.range_header is not None:
        headers["Range"] = request.range_header
    if request.fresh:
        headers["Cache-Control"] = "no-cache"  # also for caches on the way
    if authorization is not None:
        headers["Authorization"] = authorization
    return headers


async def _drain(response: ClientResponse) -> None:
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


def _location(url: str, status: int, headers: Mapping[str, str]) -> str:
    location = headers.get("location")
    if location is None:
        raise IndexUnavailable(
            f"{redacted(url)} redirects (status {status}) without saying where to.",
            url=redacted(url),
            status=status,
        )
    return redirect_target(url, location)


def _refusal(url: str, status: int) -> str:
    """Say what an answer with this status means."""
    place = redacted(url)
    if status in (401, 403):
        return (
            f"The index refuses access to {place} (status {status}). If it needs a login, give it in the "
            "index URL: https://user:password@host/..."
        )
    if status == 429:
        return f"{place} answers that too many requests were sent (status 429). Try again later."
    if status == 408 or status >= 500:
        return f"{place} answers with a failure of the server (status {status}). Try again later."
    return f"{place} answers with status {status}, which is no answer of a package index."


def _translated(error: Exception, url: str) -> Exception:
    """Return our exception for one of aiohttp's: transient, or final where a retry cannot help."""
    import aiohttp  # noqa: PLC0415  # lazy: start-up time

    place, host = redacted(url), split_url(url).host
    match error:
        case CorruptBody():
            # Only bodies of good answers are read: the server is there, and this address alone may be ill.
            return _Transient(f"The answer of {place} cannot be read: {error}.", url=url, status=_OK)
        case aiohttp.ClientSSLError():
            return IndexUnavailable(
                f"No trusted connection to {host} for {place}: {error.os_error}. If the index has a "
                "certificate of a private authority, name that in SSL_CERT_FILE; if it speaks no TLS at "
                "that port, its address begins with http://.",
                url=place,
            )
        case aiohttp.ClientConnectorDNSError():
            return _Transient(
                f"The name {host} is not known ({place}). Check the index URL and the network connection; "
                "with --offline, what is in the cache is used.",
                url=url,
            )
        case aiohttp.ClientProxyConnectionError():
            return _Transient(
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
            return _Transient(f"{place} does not answer in time (see --timeout).", url=url)
        case aiohttp.ClientConnectorError():
            reason = _reason(error.os_error, url)
            return _Transient(
                f"No connection to {host} for {place}: {reason}. Check the index URL and the network "
                "connection; with --offline, what is in the cache is used.",
                url=url,
            )
        case aiohttp.ClientResponseError():
            return _Transient(f"{place} sends something that is no HTTP answer.", url=url)
        case aiohttp.ClientPayloadError():
            return _Transient(f"The connection broke off while {place} answered.", url=url, status=_OK)
        case _:
            return _Transient(f"The connection broke off while {place} answered.", url=url)


def _reason(error: OSError, url: str) -> str:
    """Say what the operating system says; asyncio puts its own words, with a bare address, in its place."""
    from os import strerror  # noqa: PLC0415  # loaded by the interpreter anyway

    if error.errno:
        return strerror(error.errno)
    secure = split_url(url).scheme == "https"
    return "the server broke off where TLS was to begin" if secure else "the connection failed"
