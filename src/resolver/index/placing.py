"""Putting a file into its place in the cache, whatever lies there, and removing what lies there.

A file is written beside its place and renamed, so nobody ever sees half of one.  What is in the way (a
directory in the place of a file, a file in that of a directory, permissions that somebody took away) goes;
others may empty the cache or write the same meanwhile.  What files mean is in ``store``.
"""

from __future__ import annotations

import os
from errno import EDQUOT, EEXIST, ELOOP, ENOSPC, ENOTEMPTY, EROFS
from stat import S_ISDIR

__all__ = ["beginning", "lasts", "make_root", "place", "put", "remove", "remove_all"]

_ATTEMPTS = 5  # to write a file or remove a folder, while somebody does the opposite
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def place(root: str, path: str, content: bytes) -> os.stat_result:
    """Have ``content`` in the file ``path``, in a folder of a bucket of ``root``, and return its status.

    Raises ``OSError``, with nothing left behind, where that cannot be done.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return put(path, content)
        except FileNotFoundError:  # the first record, or somebody is cleaning or pruning the cache
            make_root(root)
            for folder in _folders(path):
                _make_private(folder)
        except OSError as error:
            if not (_is_in_the_way(error) and _clear(root, path)):
                raise
    return put(path, content)


def put(path: str, content: bytes) -> os.stat_result:
    """Have ``content`` in the file ``path``, in a folder that exists, and return its status.

    Raises ``OSError``, with nothing left behind.
    """
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  # pathlib takes several times as long
            file.write(content)
            file.flush()
            status = os.fstat(descriptor)
        os.replace(temporary, path)  # noqa: PTH105  # the same
    except BaseException:
        try:  # noqa: SIM105  # contextlib costs an import
            os.unlink(temporary)  # noqa: PTH108  # pathlib takes several times as long
        except OSError:
            pass
        raise
    return status


def beginning(path: str, size: int) -> bytes:
    """Return the first ``size`` bytes of the file ``path``, without waiting where it is a pipe.

    Raises ``OSError``.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def make_root(root: str) -> None:
    """Make the directory ``root`` and what it lies in; itself for this user only.  Raises ``OSError``."""
    parents = os.path.dirname(os.path.abspath(root))  # noqa: PTH100, PTH120  # the same
    os.makedirs(parents, exist_ok=True)  # noqa: PTH103  # the same
    try:
        os.mkdir(root, 0o700)  # noqa: PTH102  # the same
    except FileExistsError:
        if not os.path.exists(root):  # noqa: PTH110  # the same
            raise  # a link to a disk that is not there, perhaps: not for us to remove


def lasts(error: OSError, root: str) -> bool:
    """Tell whether what has failed in ``root`` will be no better for the next file."""
    return error.errno in (ENOSPC, EDQUOT, EROFS) or not _is_writable(root)


def _is_writable(root: str) -> bool:
    """Tell whether new entries can be made in ``root``, or else in the first directory above that exists."""
    place = os.path.abspath(root)  # noqa: PTH100  # the same
    while not os.path.exists(place) and os.path.dirname(place) != place:  # noqa: PTH110, PTH120  # the same
        place = os.path.dirname(place)  # noqa: PTH120  # the same
    return os.access(place, os.W_OK | os.X_OK)


def remove_all(folder: str) -> None:
    """Remove ``folder`` with all that is in it, while others may remove or write the same.

    Links are removed, not followed.  Raises ``OSError`` for what cannot be removed; what somebody writes
    again and again stays.
    """
    for _ in range(_ATTEMPTS):
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    remove_all(entry.path)
                else:
                    remove(entry.path)
            os.rmdir(folder)  # noqa: PTH106  # the same
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in (ENOTEMPTY, EEXIST):
                raise
        else:
            return


def remove(path: str) -> None:
    """Remove the file ``path``, if nobody else has done so.  Raises ``OSError``."""
    try:
        os.unlink(path)  # noqa: PTH108  # the same
    except FileNotFoundError:
        return


def _folders(path: str) -> tuple[str, str]:
    """Return the bucket and the folder in which ``path`` lies."""
    folder = os.path.dirname(path)  # noqa: PTH120  # the same
    return os.path.dirname(folder), folder  # noqa: PTH120  # the same


def _make_private(directory: str) -> None:
    try:
        os.mkdir(directory, 0o700)  # noqa: PTH102  # the same
    except FileExistsError:
        if os.path.exists(directory):  # noqa: PTH110  # the same
            return
        remove(directory)  # a link that leads nowhere
        os.mkdir(directory, 0o700)  # noqa: PTH102  # the same


def _is_in_the_way(error: OSError) -> bool:
    kinds = (FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
    return isinstance(error, kinds) or error.errno == ELOOP


def _clear(root: str, path: str) -> bool:
    """Remove what is in the place of a folder or of ``path`` itself, and tell whether something changed."""
    if not _is_writable(root):
        return False  # somebody wants it so
    for folder in _folders(path):
        if not os.path.isdir(folder):  # noqa: PTH112  # the same
            remove(folder)
            return True
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            os.chmod(folder, 0o700)  # noqa: PTH101  # the same
            return True
    try:
        in_the_way = S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
    if in_the_way:
        remove_all(path)
    return in_the_way
