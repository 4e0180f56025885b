"""Cancelling: whoever does not want the answer any more is rid of it at once, and nothing goes on."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from resolver.budget import Budget
from resolver.channels import Channels
from resolver.engines import resolve, resolve_async, solve, solve_async
from resolver.errors import Cancelled, LimitReached, Stopped
from resolver.model.requirement import Requirement
from resolver.options import Options
from support.hard import pigeons
from support.memory import MemorySource

if TYPE_CHECKING:
    from resolver.index.listing import Listing

LINUX = Options(python_version="3.12", python_platform="linux")
NAMES, PACKAGES = pigeons(12, 11)
REQUIREMENTS = [Requirement.parse(name) for name in NAMES]
BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])


class Mute(MemorySource):
    """An index that never answers, and knows whether somebody still waits for it."""

    def __init__(self) -> None:
        super().__init__({"a": {"1": {}}}, patient=False)
        self.waiting = 0
        self.begun = threading.Event()

    async def listing(self, name: str) -> Listing:
        self.waiting += 1
        self.begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            self.waiting -= 1
        return await super().listing(name)


@BOTH
@pytest.mark.parametrize("patient", [True, False])
def test_search_ends_when_it_is_cancelled(engine: str, *, patient: bool) -> None:
    """With an event loop and without."""
    asked = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 3

    channels = Channels(source=MemorySource(PACKAGES, patient=patient), cancelled=cancelled)
    with pytest.raises(Cancelled, match="was cancelled after") as caught:
        solve(REQUIREMENTS, [], LINUX.replace(engine=engine), channels)
    assert isinstance(caught.value, Stopped)


@BOTH
def test_waiting_ends_when_it_is_cancelled(engine: str) -> None:
    """Another thread says so while an index does not answer."""
    source, unwanted = Mute(), threading.Event()

    def kill() -> None:
        source.begun.wait()
        unwanted.set()

    killer = threading.Thread(target=kill)
    killer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        solve(
            [Requirement.parse("a")],
            [],
            LINUX.replace(engine=engine),
            Channels(source=source, cancelled=unwanted.is_set),
        )
    killer.join()
    assert time.monotonic() - started < 5
    assert source.waiting == 0


@BOTH
def test_asynchronous_task_that_is_cancelled_leaves_nothing(engine: str) -> None:
    """No task goes on, no thread, and the index is not waited for any more."""
    source = Mute()
    threads = threading.active_count()

    async def work() -> None:
        asked = [Requirement.parse("a")]
        task = asyncio.create_task(
            solve_async(asked, [], LINUX.replace(engine=engine), Channels(source=source))
        )
        await asyncio.to_thread(source.begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert source.waiting == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())
    assert threading.active_count() == threads


@BOTH
def test_deadline_holds_in_an_event_loop(engine: str) -> None:
    source = Mute()

    async def work() -> None:
        options = LINUX.replace(engine=engine, deadline=0.1)
        with pytest.raises(LimitReached, match="--deadline"):
            await solve_async([Requirement.parse("a")], [], options, Channels(source=source))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())
    assert source.waiting == 0


def test_library_takes_what_cancels() -> None:
    options = LINUX.replace(replay="fixtures/recordings/tools")
    with pytest.raises(Cancelled):
        resolve(["tox"], options, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        asyncio.run(resolve_async(["tox"], options, cancelled=lambda: True))
    with pytest.raises(Cancelled):
        asyncio.run(resolve_async(["tox"], options.replace(engine="resolvelib"), cancelled=lambda: True))
    assert resolve(["tox"], options, cancelled=lambda: False) == resolve(["tox"], options)


def test_waiting_ends_with_its_tasks() -> None:
    """When all are done, when one fails, and when time is up, though somebody may cancel."""

    async def work() -> None:
        budget = Budget(Options(), lambda: False)
        loop = asyncio.get_running_loop()
        never = loop.create_task(asyncio.sleep(60))
        done = loop.create_task(asyncio.sleep(0))
        await budget.wait([done], None)
        assert done.done()
        await budget.wait([never], 0.01)
        failing = loop.create_task(_fail())
        await budget.wait([never, failing], 30)
        assert isinstance(failing.exception(), ValueError)
        never.cancel()
        await budget.wait([never], 30)
        assert never.cancelled()

    asyncio.run(work())


async def _fail() -> None:
    raise ValueError


def test_event_loop_is_free_while_the_solver_thinks() -> None:
    """Nothing has to be waited for, and others come to their turn all the same; so does who cancels."""
    turns = 0

    async def work() -> None:
        nonlocal turns
        options = LINUX.replace(deadline=20.0)
        channels = Channels(source=MemorySource(PACKAGES))
        task = asyncio.create_task(solve_async(REQUIREMENTS, [], options, channels))
        while turns < 20:
            await asyncio.sleep(0.001)
            turns += not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(work(), 15))
    assert turns == 20
