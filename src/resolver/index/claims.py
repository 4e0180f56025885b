"""Which process asks a server for what, where several fill one cache at once.

A claim is a lock of the operating system on some byte beyond the end of the cache's mark: it takes a
microsecond, leaves nothing on the disk, and ends with its process, however that ends.  Claims are advice: who
cannot have one waits a little for the other's answer, and asks too if that does not come.  Nothing rests on
them but the number of requests, so that a file system without locks costs just that
(docs/decisions/0029-claims-on-requests.md).
"""

from __future__ import annotations

import os
from errno import EACCES, EAGAIN

from resolver.index.marking import mark, tag
from resolver.index.placing import make_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Claims"]

_PAUSE = 0.02  # seconds between two looks at whether another process has its answer
_PATIENCE = 2.0  # seconds until one that has none yet is not waited for any more, nor any other
_DIGITS = 14  # of a key, in hexadecimal, that make an offset; all file systems have offsets of 63 bits
_BEYOND = 1 << 20  # more than the mark has bytes


class Claims:
    """Claims by key (a hexadecimal digest) in the cache ``directory``, which is made if it is not there.

    ``ours`` is as for ``marking.mark``.  ``are_made`` says whether claims mean anything here.
    """

    __slots__ = ("_descriptor", "_lock", "are_made")

    def __init__(self, directory: str, ours: Sequence[str]) -> None:
        self._lock = _lock()
        self._descriptor = -1
        try:
            make_root(directory)
            if self._lock is not None and mark(directory, ours):
                self._descriptor = os.open(tag(directory), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            pass
        self.are_made = self._descriptor >= 0

    async def turn(self, key: str) -> bool:
        """Claim ``key``, as soon as no other process does; tell whether one was waited for."""
        if self.take(key):
            return False
        import asyncio  # noqa: PLC0415  # loaded by now: something is to be fetched

        clock = asyncio.get_running_loop().time
        end = clock() + _PATIENCE
        while not self.take(key):
            if clock() >= end:
                self.close()
            await asyncio.sleep(_PAUSE)
        return True

    def take(self, key: str) -> bool:
        """Claim ``key``, and tell whether no other process has; True where there are no claims."""
        if self._lock is None or not self.are_made:
            return True
        try:
            self._lock(self._descriptor, _offset(key), take=True)
        except OSError as error:
            if error.errno in (EACCES, EAGAIN):
                return False
            self.are_made = False  # ENOLCK: no locks on this file system
        return True

    def drop(self, key: str) -> None:
        """Let others have ``key``; nothing happens where it is not claimed."""
        if self._lock is None or not self.are_made:
            return
        try:
            self._lock(self._descriptor, _offset(key), take=False)
        except OSError:
            self.are_made = False

    def close(self) -> None:
        """Drop all claims."""
        self.are_made = False
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            try:  # noqa: SIM105  # contextlib costs an import
                os.close(descriptor)
            except OSError:
                pass


def _offset(key: str) -> int:
    return _BEYOND + int(key[:_DIGITS], 16)


def _lock() -> Callable[..., None] | None:
    """Return what locks and unlocks one byte of a file, without waiting; None on Windows."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf  # noqa: PLC0415  # lazy: not everywhere
    except ImportError:
        return None

    def lock(descriptor: int, offset: int, *, take: bool) -> None:
        lockf(descriptor, LOCK_EX | LOCK_NB if take else LOCK_UN, 1, offset)

    return lock
