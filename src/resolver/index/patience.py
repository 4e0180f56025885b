"""Saying that nothing comes: who waits for a server that is mute learns for whom, and how to end it.

How long to wait is decided in ``aiohttp_session`` and ``early``; that a server asked for a pause is told in
``retry``.
"""

from __future__ import annotations

from resolver.index.urls import redacted, split_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Patience"]

_LONG = 3.0  # seconds in which ...
_LITTLE = 300  # ... so many bytes or fewer are next to nothing, from all servers together


class Patience:
    """Knows which answers are awaited, and tells ``warn`` once for each server that keeps us waiting.

    Servers are quick or slow together, by the line: only when next to nothing has come from anybody for three
    seconds is it said for whom we wait.  Must be used within one event loop; what ``begin`` began must be
    ended.
    """

    __slots__ = ("_awaited", "_came", "_loop", "_timer", "_told", "_warn")

    def __init__(self, warn: Callable[[str], None]) -> None:
        import asyncio  # noqa: PLC0415  # loaded by now

        self._loop = asyncio.get_running_loop()
        self._warn = warn
        self._awaited: dict[str, None] = {}
        self._came = 0
        self._timer: asyncio.TimerHandle | None = None
        self._told: set[str] = set()

    def begin(self, url: str) -> None:
        """Await an answer of ``url``."""
        if not self._awaited:
            self._start()
        self._awaited[url] = None

    def heard(self, count: int) -> None:
        """Take note that so many bytes came."""
        self._came += count

    def end(self, url: str) -> None:
        """Stop to await an answer of ``url``."""
        self._came += _LITTLE + 1  # whatever it was, it was an answer
        self._awaited.pop(url, None)  # two may have awaited the same
        if not self._awaited:
            self._stop()

    def close(self) -> None:
        """Say nothing any more."""
        self._awaited.clear()
        self._stop()

    def _start(self) -> None:
        self._came = 0
        self._timer = self._loop.call_later(_LONG, self._look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._came <= _LITTLE:
            self._tell("has sent next to nothing" if self._came else "has not answered")
        self._start()

    def _tell(self, what: str) -> None:
        for url in self._awaited:  # the first of each server
            address = split_url(url)
            if address.origin not in self._told:
                self._told.add(address.origin)
                self._warn(
                    f"{address.host} {what} for {_LONG:g} s, still waiting for {redacted(url)}"
                    " (see --timeout and --deadline)"
                )
