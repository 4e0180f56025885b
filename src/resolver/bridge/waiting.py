"""An event loop for callers that have none, or that are called in one and must not return to it.

What is asynchronous belongs to one loop as long as it lives: connections do.  So the loop is kept between two
waits, and runs only while somebody waits; nothing goes on behind the caller's back.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from typing import TypeVar

    Value = TypeVar("Value")

__all__ = ["Waiter"]


class Waiter:
    """Waits for coroutines, all in one event loop that is made at the first.  Not for several threads."""

    __slots__ = ("_runner",)

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def wait(self, work: Callable[[], Coroutine[object, None, Value]]) -> Value:
        """Return what the coroutine that ``work`` makes returns, or raise what it raises."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        if self._runner is None:
            # With a factory of its own, a runner leaves the current loop of the thread alone.
            self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        runner = self._runner
        return _beside(lambda: runner.run(work()))

    def close(self, last: Callable[[], Coroutine[object, None, object]]) -> None:
        """Do ``last`` in the loop, stop what is left there, and the loop; nothing where there is none."""
        if self._runner is None:
            return
        try:
            self.wait(last)
        finally:
            runner, self._runner = self._runner, None
            _beside(runner.close)


def _beside(call: Callable[[], Value]) -> Value:
    """Return what ``call`` does; from another thread where this one runs an event loop, which blocks."""
    import asyncio  # noqa: PLC0415  # lazy: start-up time

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # lazy: rarely wanted

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(call).result()
