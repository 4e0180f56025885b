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

    Who asks first computes, in a task of its own caller: so it takes as few rounds of the event loop as can
    be.  A failure goes to all who wait for it and is not remembered.  Where the one who computes is
    cancelled, another of those who wait begins anew.
    """

    __slots__ = ("_computing", "_done")

    def __init__(self) -> None:
        self._done: dict[str, Value] = {}
        self._computing: dict[str, tuple[asyncio.Future[Value], asyncio.Task[object] | None]] = {}

    def known(self, key: str) -> Value | None:
        """Return the value of ``key`` if it was computed already."""
        return self._done.get(key)

    def keep(self, key: str, value: Value) -> None:
        """Remember a value that was come by otherwise."""
        self._done[key] = value

    async def get(self, key: str, compute: Callable[[], Coroutine[object, None, Value]]) -> Value:
        """Return the value of ``key``, waiting for ``compute`` if nobody has begun it yet."""
        while key not in self._done:
            if key not in self._computing:
                return await self._compute(key, compute)
            import asyncio  # noqa: PLC0415  # lazy: start-up time

            awaited = self._computing[key][0]
            await asyncio.wait([awaited])
            if not awaited.cancelled():
                return awaited.result()
        return self._done[key]

    async def close(self) -> None:
        """Stop what is still being computed, and who waits for it."""
        tasks = [task for _, task in self._computing.values() if task is not None]
        if not tasks:
            return
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _compute(self, key: str, compute: Callable[[], Coroutine[object, None, Value]]) -> Value:
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        awaited: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._computing[key] = (awaited, asyncio.current_task())
        try:
            value = self._done[key] = await compute()
        except asyncio.CancelledError:
            awaited.cancel()
            raise
        except BaseException as error:
            awaited.set_exception(error)
            awaited.exception()  # Marks it as seen: perhaps nobody else waits.
            raise
        finally:
            del self._computing[key]
        awaited.set_result(value)
        return value
