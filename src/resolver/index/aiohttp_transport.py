"""The transport over the network: what it is made of, and when a request is tried again.

One try is made in ``exchange``.  Nothing is cached here (``cache``).

Specification: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

from resolver.events import Retried
from resolver.index.aiohttp_session import (
    AiohttpSession,
    is_imported,
    most_connections,
)
from resolver.index.exchange import Exchange
from resolver.index.patience import Patience
from resolver.index.proxies import Proxies
from resolver.index.retry import Timing
from resolver.index.statuses import Transient, final
from resolver.index.transport import Request, Response, Traffic
from resolver.index.trust import Trust
from resolver.limits import DEFAULT, Limits
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.events import Event
    from resolver.index.early import EarlyConnections

__all__ = ["AiohttpTransport"]

_FAR = 2.0  # seconds: where there is no way to a server, no other try begins later
_PAUSES = 10.0  # seconds between the tries that a mute server may take; with them all of it takes 90

_EARLY = 16  # connections that do not need aiohttp ...
_SHARE = 0.5  # ... or this share of those allowed


class AiohttpTransport:
    """A ``Transport`` over real connections, kept alive between requests.

    ``timeout`` is the longest silence within an answer, ``retries`` how often a failed request is sent again,
    ``concurrency`` how many connections are open at a time.  ``trust`` says which servers are believed.
    ``early`` says whether to begin without aiohttp, None: if it is not imported yet.
    ``warn`` is told where somebody would wonder what is waited for, ``emit`` hears of each new try.
    ``traffic`` counts.  Must be used within one event loop, and closed there.
    """

    __slots__ = (
        "_concurrency",
        "_early",
        "_emit",
        "_exchange",
        "_limits",
        "_proxies",
        "_retries",
        "_timeout",
        "_timing",
        "_trust",
        "_warn",
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
        trust: Trust | None = None,
        early: bool | None = None,
        warn: Callable[[str], None] | None = None,
        emit: Callable[[Event], None] | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        self._emit = emit
        self.traffic = Traffic()
        self._timeout = timeout
        self._retries = retries
        self._concurrency = concurrency
        self._timing = timing
        self._proxies = proxies
        self._trust = trust or Trust()
        self._early = early
        self._warn = warn or _ignore
        self._limits = limits
        self._exchange: Exchange | None = None

    def stored(self, request: Request) -> Response | None:  # noqa: ARG002  # the port's signature
        """Return ``None``: the network always needs waiting."""
        return None

    async def fetch(self, request: Request) -> Response:
        """Return the answer; see ``Transport.fetch`` for the contract."""
        exchange = self._exchange = self._exchange or self._opened()
        tries, begun = 0, exchange.now()
        while True:
            started = exchange.now()
            try:
                return await exchange.follow(request)
            except Transient as failed:
                tries += 1
                now = exchange.now()
                if tries > self._retries or self._is_over(failed, now - begun, now - started):
                    raise final(failed, tries) from failed
                if self._emit is not None:
                    self._emit(Retried(redacted(failed.url), tries, redacted(failed.message)))
                await exchange.wait(failed, tries)

    def _is_over(self, failed: Transient, spent: float, last: float) -> bool:
        """Tell whether one more try would take too long, after ``spent`` seconds, ``last`` for the last."""
        if failed.is_far:
            return spent > _FAR
        return failed.is_slow and spent + last > (self._retries + 1) * self._timeout + _PAUSES

    async def close(self) -> None:
        """Close all connections."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    def _opened(self) -> Exchange:
        from asyncio import Semaphore  # noqa: PLC0415  # loaded by now

        from resolver.index.turns import Turns  # noqa: PLC0415  # lazy: asyncio

        patience = Patience(self._warn)
        concurrency = min(self._concurrency, most_connections())
        early = self._early_connections(concurrency, patience.heard)
        session = AiohttpSession(
            timeout=self._timeout,
            concurrency=concurrency - (0 if early is None else early.limit),
            tls=self._trust.context,
        )
        return Exchange(
            early,
            session,
            lambda: self._plain_connections(1, patience.heard),
            timing=self._timing or Timing.real(),
            proxies=self._proxies or Proxies.of_this_machine(),
            insecure=self._trust.insecure,
            turns=Turns(),
            slots=Semaphore(concurrency),
            patience=patience,
            warn=self._warn,
            traffic=self.traffic,
            limits=self._limits,
        )

    def _early_connections(self, concurrency: int, heard: Callable[[int], None]) -> EarlyConnections | None:
        limit = min(_EARLY, int(_SHARE * concurrency))
        wanted = not is_imported() if self._early is None else self._early
        if not (wanted and limit):
            return None
        return self._plain_connections(limit, heard)

    def _plain_connections(self, limit: int, heard: Callable[[int], None]) -> EarlyConnections:
        from resolver.index.early import EarlyConnections  # noqa: PLC0415  # lazy: asyncio

        return EarlyConnections(
            limit, self._trust.context, timeout=self._timeout, slowest=self._limits.throughput, heard=heard
        )


def _ignore(_: str) -> None:
    """Do nothing with a sentence that nobody asked for."""
