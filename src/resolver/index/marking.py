"""The mark of a cache directory: what tells that it is ours, and when it was last swept.

``CACHEDIR.TAG`` tells backup programs that all this may be deleted (https://bford.info/cachedir/), and us
that we may.  A directory in which others have something is used, but not marked, and nothing in it is ever
removed.  Once a day whoever writes sweeps up what killed processes have left.
"""

from __future__ import annotations

import os

from resolver.index.placing import beginning, put, remove, remove_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["buckets", "is_abandoned", "is_marked", "mark", "tag", "tend"]

_TAG = "CACHEDIR.TAG"
_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by resolver; may be deleted at any time.\n"
_BUCKETS = ("http-v", "notes-v")  # what may be removed: these with a number
_ABANDONED = 3600.0  # seconds: nobody takes so long to write a temporary file
_DAY = 86_400.0  # seconds
_DIGITS = frozenset("0123456789abcdef")
_RANDOM = 16  # digits in the name of a temporary file


def tag(root: str) -> str:
    """Return the path of the mark of ``root``."""
    return f"{root}{os.sep}{_TAG}"


def is_marked(root: str) -> bool:
    """Tell whether ``root`` is marked as a cache of ours."""
    try:
        return beginning(tag(root), len(_TEXT) + 1) == _TEXT
    except OSError:
        return False


def mark(root: str, ours: Sequence[str]) -> bool:
    """Mark ``root`` if nothing is in it but what begins with one of ``ours``; tell whether it is marked.

    Raises ``OSError``.
    """
    if is_marked(root):
        return True
    if not all(name.startswith((_TAG, *ours)) for name in os.listdir(root)):  # noqa: PTH208  # as in ``placing``
        return False
    try:
        put(tag(root), _TEXT)
    except IsADirectoryError:
        remove_all(tag(root))
        put(tag(root), _TEXT)
    return True


def buckets(directory: str) -> list[str]:
    """Return our own directories below ``directory``, of this and other versions; never a symbolic link."""
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return []
    return [
        entry.path
        for entry in entries
        for prefix in _BUCKETS
        if entry.name.startswith(prefix)
        and entry.name.removeprefix(prefix).isdecimal()
        and entry.is_dir(follow_symlinks=False)
    ]


def is_abandoned(name: str, changed: float, now: float) -> bool:
    """Tell whether a file in a folder of ours is one that somebody had begun to write, long ago."""
    stem, _, random = name.removesuffix(".tmp").rpartition(".")
    is_ours = name.endswith(".tmp") and len(random) == _RANDOM and _DIGITS.issuperset(random)
    is_ours = is_ours and (stem == _TAG or "." not in stem)
    return bool(stem) and is_ours and now - changed > _ABANDONED


def tend(root: str, ours: Sequence[str], *, now: float) -> None:
    """See to the mark of ``root``, and once a day sweep up what killed processes have left; never fails.

    ``now`` is by the clock that the files are dated by.
    """
    try:
        if mark(root, ours) and abs(now - os.stat(tag(root)).st_mtime) > _DAY:  # noqa: PTH116  # the same
            os.utime(tag(root))
            for place in (root, *buckets(root)):
                _sweep(place, now, below=place != root)
    except OSError:
        return  # another process, or the next one


def _sweep(place: str, now: float, *, below: bool) -> None:
    for folder, folders, names in os.walk(place):
        if not below:
            folders.clear()
        for name in names:
            path = f"{folder}{os.sep}{name}"
            if name.endswith(".tmp") and is_abandoned(name, os.lstat(path).st_mtime, now):
                remove(path)
