"""When to ask again: pauses between tries, Retry-After, and the wait that a whole host has coming.

Only times are computed and waited for here; what counts as worth another try is decided where requests are
made, in ``aiohttp_transport``.  Clock, sleep and randomness are given (``Timing``), so that tests need none.

Specification: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (Retry-After)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["LONGEST_WAIT", "HostGate", "Timing", "pause", "retry_after"]

LONGEST_WAIT = 30.0  # seconds; who asks for more is asked again then, and given up after the last try

_NOTICED = 3.0  # seconds

_PAUSES = (0.2, 0.8, 3.0)


class Timing:
    """The wall clock (seconds), the way to wait, and a source of numbers from 0 up to 1."""

    __slots__ = ("now", "random", "sleep")

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
    ) -> None:
        self.now = now
        self.sleep = sleep
        self.random = random

    @classmethod
    def real(cls) -> Timing:
        """Return the machine's own; imports asyncio."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time
        import time  # noqa: PLC0415  # lazy: start-up time

        return cls(time.time, asyncio.sleep, _random)


def _random() -> float:
    from random import random  # noqa: PLC0415  # lazy: most runs never wait

    return random()  # noqa: S311  # no secret


def pause(tries: int, timing: Timing) -> float:
    """Return how long to wait after ``tries`` (at least 1) failed: anything up to 0.2, 0.8, then 3 seconds.

    The whole span is random ("full jitter"), so that fifty requests which failed together do not come back
    together.
    """
    return timing.random() * _PAUSES[min(tries, len(_PAUSES)) - 1]


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, between 0 and ``LONGEST_WAIT``.

    Both forms are read, seconds and date; ``None`` for no header or one that makes no sense.

    >>> retry_after("3600", 0.0), retry_after("soon", 0.0), retry_after("Thu, 01 Jan 1970 00:00:07 GMT", 5.0)
    (30.0, None, 2.0)
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # lazy: start-up time

    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(moment - now, 0.0), LONGEST_WAIT)


class HostGate:
    """Keeps all requests to an origin waiting that asked for it: once together, not each in turn.

    ``warn`` is told of a wait that somebody would notice.
    """

    __slots__ = ("_opens", "_timing", "_warn")

    def __init__(self, timing: Timing, warn: Callable[[str], None]) -> None:
        self._timing = timing
        self._warn = warn
        self._opens: dict[str, float] = {}

    def close_for(self, origin: str, seconds: float) -> None:
        """Let nothing pass to ``origin`` for so long, or longer if that was asked for before."""
        now = self._timing.now()
        before = max(self._opens.get(origin, 0.0), now)
        self._opens[origin] = max(before, now + seconds)
        if self._opens[origin] - before > _NOTICED:
            self._warn(f"{origin} asked us to wait for {seconds:.0f} s before the next request")

    def is_closed(self, origin: str) -> bool:
        """Tell whether requests to ``origin`` have to wait."""
        return self._opens.get(origin, 0.0) > self._timing.now()

    async def passage(self, origin: str) -> None:
        """Return when requests to ``origin`` may go out; at once, if it did not ask to wait."""
        wait = self._opens.get(origin, 0.0) - self._timing.now()
        if wait > 0:
            # The wall clock may be set back meanwhile: never wait longer than anybody can ask for.
            await self._timing.sleep(min(wait, LONGEST_WAIT))
