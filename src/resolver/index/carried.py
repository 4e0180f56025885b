"""A caller's ``Transport`` as one of ours: redirects, tries and limits as for the network, no cache.

What the caller brings is one exchange; everything that has rules of its own is done here.

Specification: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

from collections.abc import Mapping

from resolver.errors import IndexUnavailable, LimitReached, ResolverError
from resolver.events import Retried
from resolver.index.credentials import basic_authorization
from resolver.index.retry import HostGate, Timing, pause
from resolver.index.statuses import Transient, final, is_success, meaning
from resolver.index.transport import Response, Traffic
from resolver.index.trust import Hosts
from resolver.index.urls import InvalidUrl, quoted, redacted, split_url, with_userinfo
from resolver.limits import DEFAULT, Limits, lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from resolver.events import Event
    from resolver.index import ports
    from resolver.index.transport import Request

__all__ = ["CarriedTransport", "NoTransport"]


class NoTransport:
    """Stands where a transport would be needed and the caller gave none: nobody else is asked instead."""

    def fetch(self, url: str, headers: Mapping[str, str]) -> ports.Reply:  # noqa: ARG002  # the port's signature
        """Refuse."""
        place = redacted(url)
        raise IndexUnavailable(
            f"{place} would have to be fetched, and the caller gave a fetcher but no transport.", url=place
        )


class CarriedTransport:
    """A ``Transport`` by what ``carrier`` brings, up to ``concurrency`` answers at a time.

    A failed request is sent ``retries`` times more.  ``warn`` is told of servers that want us to wait long,
    ``emit`` hears of each new try.  ``traffic`` counts.  Must be used within one event loop.
    """

    __slots__ = (
        "_carrier",
        "_concurrency",
        "_emit",
        "_gate",
        "_insecure",
        "_limits",
        "_retries",
        "_slots",
        "_timing",
        "_warn",
        "traffic",
    )

    def __init__(  # noqa: PLR0913  # one parameter a setting
        self,
        carrier: ports.Transport,
        *,
        retries: int = 3,
        concurrency: int = 50,
        insecure: Hosts | None = None,
        limits: Limits = DEFAULT,
        timing: Timing | None = None,
        warn: Callable[[str], None] = lambda _: None,
        emit: Callable[[Event], None] | None = None,
    ) -> None:
        self._carrier = carrier
        self._retries = retries
        self._concurrency = concurrency
        self._insecure = insecure or Hosts(())
        self._limits = limits
        self._timing = timing
        self._warn = warn
        self._emit = emit
        self._gate: HostGate | None = None
        self._slots: asyncio.Semaphore | None = None
        self.traffic = Traffic()

    def stored(self, request: Request) -> Response | None:  # noqa: ARG002  # the port's signature
        """Return ``None``: nothing is kept here."""
        return None

    async def fetch(self, request: Request) -> Response:
        """Return the answer; see ``Transport.fetch`` for the contract."""
        timing = self._timing = self._timing or Timing.real()
        gate = self._gate = self._gate or HostGate(timing, self._warn)
        tries = 0
        while True:
            try:
                return await self._follow(request, timing, gate)
            except Transient as failed:
                tries += 1
                if tries > self._retries:
                    raise final(failed, tries) from failed
                if self._emit is not None:
                    self._emit(Retried(redacted(failed.url), tries, redacted(failed.message)))
                if failed.wait is None:
                    await timing.sleep(pause(tries, timing))
                else:
                    gate.close_for(split_url(failed.url).origin, failed.wait)

    async def close(self) -> None:
        """Do nothing: whoever made the carrier closes it."""

    async def _follow(self, request: Request, timing: Timing, gate: HostGate) -> Response:
        """Return what ``request`` leads to, by however many redirects are allowed."""
        try:
            userinfo = split_url(request.url).userinfo
            url = with_userinfo(quoted(request.url), "")
        except InvalidUrl as error:
            place = redacted(request.url)
            raise IndexUnavailable(
                f"{place} is no address that can be fetched: {error}.", url=place
            ) from error
        authorization = basic_authorization(userinfo) if userinfo else None
        for _ in range(self._limits.redirects + 1):
            origin = split_url(url).origin
            await gate.passage(origin)
            status, headers, body = await self._exchange(url, _headers(request, authorization))
            if is_success(status):
                return self._whole(url, status, headers, body, request)
            found = meaning(url, status, headers, timing.now(), self._insecure)
            if isinstance(found, Response):
                return found
            if split_url(found).origin != origin:
                authorization = None  # for good, even if a later redirect leads back
            url = quoted(found)
        place = redacted(request.url)
        raise IndexUnavailable(
            f"{place} redirects more than {self._limits.redirects} times ({lifting('redirects')}).", url=place
        )

    async def _exchange(self, url: str, headers: Mapping[str, str]) -> ports.Reply:
        """Return what the carrier brings of ``url``, checked."""
        if self._slots is None:
            from asyncio import Semaphore  # noqa: PLC0415  # loaded by now

            self._slots = Semaphore(self._concurrency)
        async with self._slots:
            self.traffic.requests += 1
            try:
                reply: object = self._carrier.fetch(url, headers)
                if hasattr(reply, "__await__"):
                    awaited: Awaitable[object] = reply
                    reply = await awaited
            except ResolverError:
                raise
            except Exception as error:
                said = f"The transport failed at {redacted(url)}: {type(error).__name__}: {error}."
                raise Transient(said, url=url) from error
        found = _checked(reply, url)
        self.traffic.bytes += len(found[2])
        return found

    def _whole(
        self, url: str, status: int, headers: Mapping[str, str], body: bytes, request: Request
    ) -> Response:
        if len(body) > request.limit:
            lifted = f" ({lifting(request.lifted_by)})" if request.lifted_by else ""
            raise LimitReached(
                f"The answer of {redacted(url)} is larger than the limit of {request.limit:,} bytes."
                f" Nothing of it was used{lifted}.",
                option="--max",
            )
        return Response(url, status, headers, body)


def _headers(request: Request, authorization: str | None) -> dict[str, str]:
    headers = {"Accept": request.accept, **request.headers}
    if request.range_header is not None:
        headers["Range"] = request.range_header
        headers["Accept-Encoding"] = "identity"  # a range counts bytes of the encoded answer
    if request.fresh:
        headers["Cache-Control"] = "no-cache"
    if authorization is not None:
        headers["Authorization"] = authorization
    return headers


def _checked(reply: object, url: str) -> ports.Reply:
    """Return an answer as it should be.  Raises ``IndexUnavailable`` for anything else."""
    match reply:
        case (int(status), Mapping() as headers, bytes() | bytearray() | memoryview() as body) if (
            100 <= status < 600
        ):
            texts = {
                name.lower(): value
                for name, value in headers.items()
                if isinstance(name, str) and isinstance(value, str)
            }
            texts.pop("content-encoding", None)  # it is undone
            return status, texts, bytes(body)
    place = redacted(url)
    raise IndexUnavailable(
        f"What the transport gives for {place} is no answer: it must be status, headers and body.", url=place
    )
