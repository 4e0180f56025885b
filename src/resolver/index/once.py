"""One computation a key, however many ask for it at the same time.

Nothing here knows what is computed.  ``client`` uses it so that each page and each metadata file is fetched
once.  asyncio is imported when something must really be waited for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from typing import Generic, TypeVar

    Value = TypeVar("Value")
else:
    Value = None

    class Generic:
        """Stands in for typing's, whose import a warm run avoids."""

        __slots__ = ()

        def __class_getitem__(cls, _: object) -> type:
            return cls


__all__ = ["Once"]


class Once(Generic[Value]):
    """Remembers values by key, and computes each at most once at a time.

    A failure goes to all who wait for it and is not remembered.  One who stops waiting does not disturb the
    others.
    """

    __slots__ = ("_done", "_running")

    def __init__(self) -> None:
        self._done: dict[str, Value] = {}
        self._running: dict[str, asyncio.Task[Value]] = {}

    def known(self, key: str) -> Value | None:
        """Return the value of ``key`` if it was computed already."""
        return self._done.get(key)

    def keep(self, key: str, value: Value) -> None:
        """Remember a value that was come by otherwise."""
        self._done[key] = value

    async def get(self, key: str, compute: Callable[[], Coroutine[object, None, Value]]) -> Value:
        """Return the value of ``key``, waiting for ``compute`` if nobody has begun it yet."""
        if key in self._done:
            return self._done[key]
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.ensure_future(self._compute(key, compute))
            task.add_done_callback(_look)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what is still running."""
        running = list(self._running.values())
        if not running:
            return
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _compute(self, key: str, compute: Callable[[], Coroutine[object, None, Value]]) -> Value:
        try:
            value = await compute()
        finally:
            del self._running[key]
        self._done[key] = value
        return value


def _look(task: asyncio.Task[Value]) -> None:
    """Look at a failure that nobody may be waiting for any more, so that asyncio does not complain."""
    if not task.cancelled():
        task.exception()
