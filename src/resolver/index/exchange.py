"""One try of one request: by whom it is sent, where its redirects lead, and its body.

aiohttp (``aiohttp_session``) gives connections and HTTP/1.1; redirects, decompression, proxies and
credentials are done here and in the modules named for them, because each has rules that aiohttp does not keep
(it takes a cut-off gzip stream for a whole one, and netrc logins go along to other ports).  When to try again
is decided in ``aiohttp_transport``.

aiohttp takes 100 ms or more to import.  So the first requests go over ``early`` connections while it is
imported in a thread; what finds no idle one then is aiohttp's, and where something does not go smoothly it
takes over.

Specification: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.index.aiohttp_session import (
    AiohttpSession,
    Garbled,
    drain,
    translated,
)
from resolver.index.credentials import basic_authorization
from resolver.index.decompress import BodyDecoder, CorruptBody
from resolver.index.retry import HostGate, Timing, pause
from resolver.index.statuses import Transient, is_success, meaning, silent
from resolver.index.transport import Request, Response, Traffic
from resolver.index.urls import InvalidUrl, quoted, redacted, split_url
from resolver.limits import Limits, lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Lock, Semaphore
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp import ClientResponse

    from resolver.index.early import EarlyConnections
    from resolver.index.http1 import AnswerReader
    from resolver.index.patience import Patience
    from resolver.index.proxies import Proxies, Proxy
    from resolver.index.trust import Hosts
    from resolver.index.turns import Turns
    from resolver.index.urls import Address

__all__ = ["Exchange"]

_AGENT = "pubgrub-resolver"
_SLOWEST_FOR = 30.0  # seconds over which an answer must bring a little: whoever drips slower is given up
_LENGTHS = frozenset({"content-length", "transfer-encoding"})
_LARGE = 4 << 20  # bytes: larger answers come one at a time, so that they do not fill the memory together
_SOON = 8  # early requests until aiohttp is imported: the first answers are to be read before


class Exchange:
    """One try of one request: follows redirects and reads the body."""

    __slots__ = (
        "_asked_early",
        "_early",
        "_gate",
        "_insecure",
        "_large",
        "_limits",
        "_patience",
        "_plain",
        "_proxies",
        "_session",
        "_slots",
        "_timing",
        "_traffic",
        "_turns",
    )

    def __init__(  # noqa: PLR0913  # one parameter a part of the transport
        self,
        early: EarlyConnections | None,
        session: AiohttpSession,
        plain: Callable[[], EarlyConnections],
        *,
        timing: Timing,
        proxies: Proxies,
        insecure: Hosts,
        turns: Turns,
        slots: Semaphore,
        patience: Patience,
        warn: Callable[[str], None],
        traffic: Traffic,
        limits: Limits,
    ) -> None:
        self._early = early
        self._asked_early = 0
        self._session = session
        self._plain = plain
        self._timing = timing
        self._gate = HostGate(timing, warn)
        self._slots = slots
        self._patience = patience
        self._proxies = proxies
        self._insecure = insecure
        self._turns = turns
        self._traffic = traffic
        from asyncio import Lock  # noqa: PLC0415  # loaded by now

        self._large = Lock()
        self._limits = limits

    async def close(self) -> None:
        """Close all connections."""
        self._patience.close()
        if self._early is not None:
            await self._early.close()
        await self._session.close()

    def now(self) -> float:
        """Return the time."""
        return self._timing.now()

    async def wait(self, failed: Transient, tries: int) -> None:
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
        for _ in range(self._limits.redirects + 1):
            answer = await self._send(url, request, authorization)
            if isinstance(answer, Response):
                return answer
            if split_url(answer).origin != split_url(url).origin:
                authorization = None  # for good, even if a later redirect leads back
            url = quoted(answer)
        raise IndexUnavailable(
            f"{redacted(request.url)} redirects more than {self._limits.redirects} times"
            f" ({lifting('redirects')}).",
            url=redacted(request.url),
        )

    async def _send(self, url: str, request: Request, authorization: str | None) -> Response | str:
        """Return the answer of one HTTP exchange, or the URL to which it redirects."""
        address = split_url(url)
        proxy = self._proxies.between(address)
        headers = _headers(request, authorization)
        while True:
            await self._gate.passage(address.origin)
            async with self._slots:
                if self._gate.is_closed(address.origin):
                    continue  # somebody was asked to wait while this one waited for a connection
                self._patience.begin(url)
                try:
                    return await self._answer(address, url, request, proxy, headers)
                finally:
                    self._patience.end(url)

    async def _answer(
        self, address: Address, url: str, request: Request, proxy: Proxy | None, headers: Mapping[str, str]
    ) -> Response | str:
        self._traffic.requests += 1
        if proxy is None and request.byte_range is None:
            answer = await self._ask_early(address, headers, min(request.limit, _LARGE))
            if answer is not None:
                return await self._read(url, request, answer)

        def receive(response: ClientResponse) -> Awaitable[Response | str]:
            return self._receive(url, request, response)

        try:
            return await self._session.get(url, headers, proxy, receive)
        except Garbled:
            # To aiohttp what follows an answer is the begin of a broken one, which spoils both.
            plain = proxy is None and request.byte_range is None
            answer = await self._plainly(address, headers, request.limit) if plain else None
            if answer is None:
                raise
            return await self._read(url, request, answer)

    async def _plainly(self, address: Address, headers: Mapping[str, str], limit: int) -> AnswerReader | None:
        """Return the answer as our own reader has it, on a connection for it alone."""
        self._traffic.requests += 1
        plain = self._plain()
        try:
            return await plain.get(address, headers, limit=limit)
        except TimeoutError:
            return None
        finally:
            await plain.close()

    async def _ask_early(
        self, address: Address, headers: Mapping[str, str], limit: int
    ) -> AnswerReader | None:
        """Return the answer of an early connection, None where aiohttp must be asked."""
        early = self._early
        if early is None or not await self._is_early(early, address):
            return None
        try:
            answer = await early.get(address, headers, limit=limit)
        except TimeoutError:
            raise silent(address.url) from None
        if answer is None:
            self._traffic.requests += 1
        return answer

    async def _is_early(self, early: EarlyConnections, address: Address) -> bool:
        """Tell whether to send a request early, after waiting for a connection or for aiohttp."""
        import asyncio  # noqa: PLC0415  # loaded by now

        while not early.failed:
            if early.is_idle(address):
                return True
            if self._session.is_ready:
                return False  # new connections are aiohttp's
            if early.has_room():
                self._asked_early += 1
                if self._asked_early == _SOON:
                    self._session.prepare()
                return True
            imported = self._session.prepare()
            room = early.room()
            await asyncio.wait((imported, room), return_when=asyncio.FIRST_COMPLETED)
            room.cancel()
            if imported.done():
                return False
        return False

    async def _read(self, url: str, request: Request, answer: AnswerReader) -> Response | str:
        """Do what ``_receive`` does, with an early answer."""
        self._traffic.bytes += len(answer.body)
        if not is_success(answer.status):
            return meaning(url, answer.status, answer.headers, self._timing.now(), self._insecure)
        try:
            decoder = _decoder(url, request, answer.headers, self._limits)
            decoder.feed(bytes(answer.body))
            body = decoder.finish()
        except CorruptBody as error:
            raise translated(error, url) from error
        await self._turns.turn(len(body))
        is_whole = decoder.is_checked or not answer.ends_early
        return Response(url, answer.status, answer.headers, body, is_whole=is_whole)

    async def _receive(self, url: str, request: Request, response: ClientResponse) -> Response | str:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if not is_success(response.status):
            await drain(response)
            return meaning(url, response.status, headers, self._timing.now(), self._insecure)
        decoder = _decoder(url, request, headers, self._limits)
        large: list[Lock] = []
        try:
            body = await self._body(url, decoder, response, large)
            await self._turns.turn(len(body))
        finally:
            for lock in large:
                lock.release()
        is_whole = decoder.is_checked or bool(_LENGTHS & headers.keys())
        return Response(url, response.status, headers, body, is_whole=is_whole)

    async def _body(
        self, url: str, decoder: BodyDecoder, response: ClientResponse, large: list[Lock]
    ) -> bytes:
        """Return the body; of a large one ``large`` holds what lets only one come at a time."""
        since, drops = self._timing.now(), 0
        async for chunk in response.content.iter_any():
            self._traffic.bytes += len(chunk)
            decoder.feed(chunk)
            if decoder.size > _LARGE and not large:
                await self._large.acquire()
                large.append(self._large)
                since, drops = self._timing.now(), 0
            drops += len(chunk)
            self._patience.heard(len(chunk))
            now = self._timing.now()
            if now - since >= _SLOWEST_FOR:
                if drops < self._limits.throughput * _SLOWEST_FOR:
                    raise Transient(
                        f"{redacted(url)} answers too slowly to go on ({lifting('throughput')}).",
                        url=url,
                        is_slow=True,
                    )
                since, drops = now, 0
        return decoder.finish()


def _decoder(url: str, request: Request, headers: Mapping[str, str], limits: Limits) -> BodyDecoder:
    return BodyDecoder(
        headers.get("content-encoding", ""),
        limit=request.limit,
        url=url,
        ratio=limits.ratio,
        lifted_by=request.lifted_by,
    )


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
