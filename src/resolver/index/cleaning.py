"""How much a cache holds, and emptying it.

Only what is ours is touched: numbered folders with our names, in a directory of this user's that is marked as
a cache of ours.  Others may use the cache meanwhile.  What of it is of no use any more is in ``pruning``.
"""

from __future__ import annotations

import os
from errno import EPERM

from resolver.index.marking import buckets, is_marked
from resolver.index.placing import remove_all
from resolver.index.store import refusal

__all__ = ["Usage", "check_ours", "clean", "usage"]


class Usage:
    """How much of a cache directory is ours: number of files and their bytes."""

    __slots__ = ("files", "size")

    def __init__(self, files: int = 0, size: int = 0) -> None:
        self.files = files
        self.size = size


def usage(directory: str) -> Usage:
    """Count what the cache ``directory`` holds of ours.  Cost: a look at each file."""
    found = Usage()
    for bucket in buckets(directory):
        for folder, _, names in os.walk(bucket):
            for name in names:
                try:
                    size = os.lstat(f"{folder}{os.sep}{name}").st_size
                except OSError:
                    continue  # removed meanwhile
                found.files += 1
                found.size += size
    return found


def clean(directory: str) -> Usage:
    """Delete what the cache ``directory`` holds of ours, and return how much that was.

    Other files are left alone, so that a directory named by mistake loses nothing.  Raises ``OSError`` where
    something cannot be deleted, or the directory is not ours.  A resolution that runs meanwhile fetches anew.
    """
    check_ours(directory)
    found = usage(directory)
    for bucket in buckets(directory):
        remove_all(bucket)
    return found


def check_ours(directory: str) -> None:
    """Raise ``OSError`` if in ``directory`` there is something that may not be ours to remove."""
    why = refusal(directory)
    if not why and buckets(directory) and not is_marked(directory):
        why = "its file CACHEDIR.TAG does not say that resolver made it; delete by hand what you do not need"
    if why:
        raise PermissionError(EPERM, why, directory)
