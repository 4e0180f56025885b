"""Whose turn it is to compute: after a wave of answers not all are read before the next request is sent.

Answers tend to arrive together, and reading one can take as long as sending ten requests.  So who has
something to read waits for a turn, the one with the least to read first, and between two turns the event loop
goes round a few times: what the last answer led to is sent before the next one is read.

Importing this module imports asyncio.
"""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush

__all__ = ["Turns"]

_ROUNDS = 3  # from an answer that was read to a request that was sent, through the tasks in between


class Turns:
    """Gives turns; must be used within one event loop."""

    __slots__ = ("_count", "_given", "_rounds", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0
        self._given = False
        self._rounds = 0

    async def turn(self, size: int) -> None:
        """Return when it is the caller's turn to read ``size`` bytes; what it does then, it does at once."""
        if not self._given:
            self._give()
            return
        self._count += 1  # so that of equal sizes the first comes first
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (size, self._count, turn))
        await turn

    def _give(self) -> None:
        self._given = True
        self._rounds = _ROUNDS
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._rounds -= 1
        if self._rounds:
            asyncio.get_running_loop().call_soon(self._go_on)
            return
        self._given = False
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():  # who waited may have been cancelled
                turn.set_result(None)
                self._give()
                return
