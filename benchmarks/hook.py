"""How many blocks of memory Python asks for: exact, the same in each run.

Needs a C compiler and Python's headers.  Python itself can only say how many blocks there are
(``sys.getallocatedblocks``), not how many were made.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hook", "Made", "Site"]

_SOURCE = Path(__file__).with_name("hook.c")


class Site(NamedTuple):
    """A line of Python, and what was asked for while it ran."""

    file: str
    function: str
    line: int
    blocks: int
    size: int


class Made(NamedTuple):
    """What was asked for: blocks, their bytes, and the lines if they were wanted."""

    blocks: int
    size: int
    sites: list[Site]


class Hook:
    """Counts what is asked for during a call."""

    def __init__(self, library: ctypes.PyDLL) -> None:
        self._library = library
        library.hook_stop.restype = ctypes.py_object

    @classmethod
    def compiled(cls) -> Hook | None:
        """Compile and load it; None where that cannot be done."""
        compiler = shutil.which("cc")
        include = sysconfig.get_paths()["include"]
        if (
            compiler is None
            or not Path(include, "Python.h").is_file()
            or sys.implementation.name != "cpython"
        ):
            return None
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, "hook.so")
            words = [compiler, "-O2", "-shared", "-fPIC", f"-I{include}", str(_SOURCE), "-o", str(target)]
            if sys.platform == "darwin":
                words += ["-undefined", "dynamic_lookup"]
            if subprocess.run(words, capture_output=True, check=False).returncode:
                return None
            return cls(ctypes.PyDLL(str(target)))  # it stays mapped when the file goes

    def count(self, call: Callable[[], object], *, by_line: bool = False) -> Made:
        """Return what ``call`` asked for."""
        self._library.hook_start(int(by_line))
        try:
            call()
        finally:
            blocks, size, sites = self._library.hook_stop()
        return Made(blocks, size, [Site(*site) for site in sites])
