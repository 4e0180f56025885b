"""Failing the n-th operation on disk, network or memory of a run, for every n, as SQLite and curl do it.

A ``Torturer`` counts the operations of this thread on files below some folders, and on sockets; the one that
is asked for goes wrong in the way that is asked for::

    with Torturer([folder]) as torturer:
        torturer.begin()                # fails nothing: ``torturer.count`` is how many operations there are
        ...
        torturer.begin(7, Fault.of(errno.ENOSPC))
        ...                             # ``torturer.hit`` says what the seventh operation was
"""

from __future__ import annotations

import builtins
import fcntl
import os
import socket
import threading
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["Torturer"]

_BY_PATH = (
    "open",
    "stat",
    "lstat",
    "replace",
    "unlink",
    "mkdir",
    "scandir",
    "listdir",
    "rmdir",
    "utime",
    "chmod",
)
_BY_DESCRIPTOR = ("read", "fstat")
_BY_SOCKET = ("connect", "recv", "send")


class Torturer:
    """Counts operations below ``folders`` and on sockets, and fails one of them; use as a context."""

    def __init__(self, folders: Sequence[Path] = (), *, sockets: bool = False) -> None:
        self._roots = tuple(str(folder) for folder in folders)
        self._sockets = sockets
        self._patch = pytest.MonkeyPatch()
        self._ours: set[int] = set()
        self._thread = threading.get_ident()
        self._at = 0
        self._fail: Callable[[], None] = lambda: None
        self.count = 0
        self.hit = ""

    def begin(self, at: int = 0, fail: Callable[[], None] = lambda: None) -> None:
        """Count anew, and call ``fail`` at the operation number ``at`` (from 1), which is not done then."""
        self._at, self._fail = at, fail
        self.count, self.hit = 0, ""
        self._ours.clear()

    def __enter__(self) -> Self:
        for name in _BY_PATH:
            self._wrap(os, name, self._is_below)
        for name in _BY_DESCRIPTOR:
            self._wrap(os, name, self._ours.__contains__)
        self._wrap(os, "close", self._ours.__contains__, before=True)
        self._wrap(fcntl, "lockf", self._ours.__contains__)
        self._wrap_opening()
        for name in _BY_SOCKET if self._sockets else ():
            self._wrap(socket.socket, name, lambda each: each.family != socket.AF_UNIX)
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def point(self, name: str) -> None:
        """Note that an operation is about to be done, and fail if it is the one."""
        if threading.get_ident() != self._thread:
            return
        self.count += 1
        if self.count == self._at:
            self.hit = name
            self._fail()

    def _is_below(self, place: object) -> bool:
        return str(place).startswith(self._roots)

    def _wrap(self, where: Any, name: str, concerns: Callable[[Any], bool], *, before: bool = False) -> None:
        real = getattr(where, name)

        def wrapped(*args: Any, **more: Any) -> Any:
            if not concerns(args[0]):
                return real(*args, **more)
            if before:  # it has gone, even if closing says that something went wrong
                self._ours.discard(args[0])
                real(*args, **more)
                return self.point(name)
            self.point(name)
            found = real(*args, **more)
            if name == "open":
                self._ours.add(found)
            return found

        self._patch.setattr(where, name, wrapped, raising=False)

    def _wrap_opening(self) -> None:
        real = builtins.open

        def opened(place: Any, *args: Any, **more: Any) -> Any:
            ours = place in self._ours if isinstance(place, int) else self._is_below(place)
            if not ours:
                return real(place, *args, **more)
            self.point("open as a file")
            self._ours.discard(place) if isinstance(place, int) else None
            file = real(place, *args, **more)
            self._ours.add(file.fileno())
            return _File(file, self, self._ours)

        self._patch.setattr(builtins, "open", opened)


class _File:
    """A file of which writing, reading and closing can fail; half of what cannot be written is."""

    def __init__(self, file: Any, torturer: Torturer, ours: set[int]) -> None:
        self._file = file
        self._torturer = torturer
        self._ours = ours

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, *args: Any) -> Any:
        self._torturer.point("read of a file")
        return self._file.read(*args)

    def write(self, content: Any) -> None:
        half = len(content) // 2
        self._file.write(content[:half])
        self._torturer.point("write")
        self._file.write(content[half:])

    def flush(self) -> None:
        self._torturer.point("flush")
        self._file.flush()

    def close(self) -> None:
        self._ours.discard(self._file.fileno())
        self._file.close()
        self._torturer.point("close of a file")
