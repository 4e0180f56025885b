"""Of those who ask for the same at the same time, one computes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from resolver.index.once import Once

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Work:
    """Computes when it is told to, and counts."""

    def __init__(self, outcome: int | Exception) -> None:
        self.outcome = outcome
        self.begun = 0
        self.may_end = asyncio.Event()

    def begin(self) -> Coroutine[object, None, int]:
        """Return the computation."""
        return self._compute()

    async def _compute(self) -> int:
        self.begun += 1
        await self.may_end.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def begun(once: Once[int], work: Work, count: int) -> list[asyncio.Task[int]]:
    """Return ``count`` tasks that have asked and wait."""
    tasks = [asyncio.create_task(once.get("key", work.begin)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


def test_those_who_ask_at_the_same_time_are_given_one_result() -> None:
    async def scenario() -> None:
        once, work = Once[int](), Work(7)
        tasks = await begun(once, work, 3)
        work.may_end.set()
        assert await asyncio.gather(*tasks) == [7, 7, 7]
        assert await once.get("key", work.begin) == 7
        assert once.known("key") == 7
        assert work.begun == 1

    asyncio.run(scenario())


def test_failure_goes_to_all_and_is_not_remembered() -> None:
    async def scenario() -> None:
        once, work = Once[int](), Work(ValueError("no"))
        tasks = await begun(once, work, 2)
        work.may_end.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert outcomes == [work.outcome, work.outcome]
        work.outcome = 7
        assert await once.get("key", work.begin) == 7

    asyncio.run(scenario())


def test_one_who_stops_waiting_disturbs_nobody() -> None:
    async def scenario() -> None:
        once, work = Once[int](), Work(7)
        first, second = await begun(once, work, 2)
        second.cancel()
        await asyncio.sleep(0)
        work.may_end.set()
        assert await first == 7
        assert second.cancelled()

    asyncio.run(scenario())


def test_where_the_first_stops_another_begins_anew() -> None:
    async def scenario() -> None:
        once, work = Once[int](), Work(7)
        first, second, third = await begun(once, work, 3)
        first.cancel()
        work.may_end.set()
        assert await second == await third == 7
        assert first.cancelled()
        assert work.begun == 2

    asyncio.run(scenario())


def test_closing_stops_those_who_wait() -> None:
    async def scenario() -> None:
        once, work = Once[int](), Work(7)
        (task,) = await begun(once, work, 1)
        await once.close()
        with pytest.raises(asyncio.CancelledError):
            await task
        await once.close()

    asyncio.run(scenario())
