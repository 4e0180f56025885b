"""Writing records by and by, while others wait for the network: nobody who wants an answer waits for a disk.

What records are is in ``store``, which of them are kept in ``cache``.  Importing this module imports asyncio,
which is loaded by the time that something was fetched.
"""

from __future__ import annotations

from asyncio import get_running_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

    from resolver.index.store import Record
    from resolver.index.transport import Form

    Unwritten = tuple[Record, Form | None, object]

__all__ = ["Postponed"]

_PAUSE, _MOMENT = 0.01, 0.002  # seconds: how often, and how long, records are written while others wait


class Postponed:
    """Records that ``write`` has yet to write, by key."""

    __slots__ = ("_left", "_loop", "_write")

    def __init__(self, write: Callable[[str, Record], None]) -> None:
        self._write = write
        self._left: dict[str, Unwritten] = {}
        self._loop: AbstractEventLoop | None = None  # the one in which pauses are used

    def __contains__(self, key: object) -> bool:
        return key in self._left

    def add(self, key: str, record: Record, form: Form | None, value: object) -> None:
        """Have ``record`` written, with what ``form`` makes of ``value`` as its body, where there is one."""
        self._left[key] = (record, form, value)
        loop = get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(_PAUSE, self._use_pause)

    def settle(self, key: str) -> None:
        """Write the record of ``key`` now; it is there."""
        record, form, value = self._left.pop(key)
        if form is not None:
            record.body = form.written(value)
            record.form = form.name
        self._write(key, record)

    def flush(self) -> None:
        """Write all that is left."""
        while self._left:
            self.settle(next(iter(self._left)))

    def _use_pause(self) -> None:
        """Write something, without holding up others for long."""
        loop = self._loop
        if loop is None or not self._left:
            self._loop = None
            return
        end = loop.time() + _MOMENT
        while self._left and loop.time() < end:
            self.settle(next(iter(self._left)))
        loop.call_later(_PAUSE, self._use_pause)
