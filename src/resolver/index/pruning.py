"""Making a cache smaller: what nothing reads any more goes first, then the oldest answers.

Others may resolve and prune meanwhile: a file goes only while it is the one that was looked at, and who wants
a record that has gone fetches anew.  Symbolic links, files of other users and files with names that we do not
give are left alone.  How files lie there is in ``store``, what a note rests on in ``notebook``, HTTP's rules
are in ``freshness``; why this goes and nothing else is in docs/decisions/0025-what-pruning-removes.md.
"""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISREG

from resolver.index.cleaning import Usage, check_ours
from resolver.index.freshness import is_fresh
from resolver.index.marking import buckets, is_abandoned
from resolver.index.notebook import split_note
from resolver.index.store import BUCKET, NOTES, RecordStore
from resolver.index.urls import is_local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resolver.index.cache import Evidence
    from resolver.index.store import Record

__all__ = ["MAX_SIZE", "prune"]

MAX_SIZE = 1_000_000_000
"""How many bytes are left where nobody says how many."""

_DIGITS = frozenset("0123456789abcdef")


def prune(
    directory: str,
    *,
    now: float,
    max_size: float = MAX_SIZE,
    removed: Callable[[str, str], None] = lambda _path, _why: None,
) -> Usage:
    """Remove from the cache ``directory`` what is of no use, then what is oldest, down to ``max_size`` bytes.

    ``now`` is the wall clock; ``removed`` is told the path of each file that went, and why.  Returns how much
    that was.  Raises ``OSError`` for what cannot be looked at or removed, and where the directory is another
    user's.  Cost: all files are read.
    """
    try:
        os.scandir(directory).close()
    except FileNotFoundError:
        return Usage()
    check_ours(directory)
    look = _Look.at(directory, now)
    gone = Usage()
    for file, why in (*look.useless, *look.beyond(max_size)):
        if _remove(file):
            gone.files += 1
            gone.size += file.size
            removed(file.path, why)
    for folder in reversed(look.folders):
        _remove_if_empty(folder)
    return gone


class _File:
    """A file as it was found; ``identity`` tells it from one that takes its place."""

    __slots__ = ("changed", "folder", "identity", "name", "path", "size")

    def __init__(self, path: str, status: os.stat_result) -> None:
        _, self.folder, self.name = path.rsplit(os.sep, 2)
        self.path = path
        self.size = status.st_size
        self.changed = status.st_mtime
        self.identity = _identity(status)


class _KeptRecord:
    """What is to be known of a record that may stay."""

    __slots__ = ("file", "stamp", "stored")

    def __init__(self, file: _File, record: Record) -> None:
        self.file = file
        self.stamp = record.stamp
        self.stored = record.stored


class _Look:
    """What lies in a cache: records and notes that may stay, what is ``useless`` and why.

    ``folders`` are those that may be removed when they are empty, each before what is in it.
    """

    __slots__ = ("_notes", "_now", "_records", "_store", "folders", "useless")

    def __init__(self, store: RecordStore, now: float) -> None:
        self._store = store
        self._now = now
        self._records: dict[str, _KeptRecord] = {}
        self._notes: list[tuple[_File, Sequence[Evidence]]] = []
        self.useless: list[tuple[_File, str]] = []
        self.folders: list[str] = []

    @classmethod
    def at(cls, directory: str, now: float) -> _Look:
        """Look at all that lies in ``directory``."""
        look = cls(RecordStore(directory), now)
        ours = {path.rpartition(os.sep)[2]: path for path in buckets(directory)}
        for name, path in ours.items():
            if _is_before(name, BUCKET) or _is_before(name, NOTES):
                look.useless += [(file, "of an older format") for file in _files(path, look.folders)]
        # In this order: a note is younger than its record, and no record comes back that was replaced.
        folders: list[str] = []
        for file in _placed(ours.get(NOTES), folders):
            look._look_at_note(file)
        look.folders += folders[1:]  # but not what holds them all
        for file in _placed(ours.get(BUCKET), []):
            look._look_at_record(file)
        look._look_at_evidence()
        return look

    def beyond(self, max_size: float) -> Iterator[tuple[_File, str]]:
        """Yield the records that came or were confirmed longest ago, and notes on them, until all fits."""
        size = sum(file.size for file in self._kept())
        resting: dict[str, list[_File]] = {}
        for file, evidence in self._notes:
            for each in evidence:
                resting.setdefault(each.key, []).append(file)
        gone: set[str] = set()
        for key, record in sorted(self._records.items(), key=lambda item: (item[1].stored, item[0])):
            if size <= max_size:
                return
            for file in (record.file, *resting.get(key, ())):
                if file.path not in gone:
                    gone.add(file.path)
                    size -= file.size
                    yield file, "among the oldest, beyond the size that is to be left"

    def _kept(self) -> Iterator[_File]:
        yield from (record.file for record in self._records.values())
        yield from (file for file, _ in self._notes)

    def _look_at_record(self, file: _File) -> None:
        name, dot, _ = file.name.partition(".")
        key = file.folder + name
        if len(file.folder) != 1 or not _DIGITS.issuperset(key):
            return
        if dot:
            self._look_at_temporary(file)
            return
        record = self._store.read(key)
        if record is None:
            self.useless.append((file, "damaged"))
        elif record.status in (404, 410) and not is_fresh(
            record.status, record.headers, stored=record.stored, now=self._now
        ):
            self.useless.append((file, "of something that was not there, and may be by now"))
        else:
            self._records[key] = _KeptRecord(file, record)

    def _look_at_note(self, file: _File) -> None:
        if not file.name.startswith("-"):
            return
        if "." in file.name:
            self._look_at_temporary(file)
            return
        try:
            _, evidence = split_note(self._store.read_note(file.folder, file.name[1:]) or b"")
        except ValueError:
            self.useless.append((file, "damaged"))
        else:
            self._notes.append((file, evidence))

    def _look_at_temporary(self, file: _File) -> None:
        if is_abandoned(file.name, file.changed, self._now):
            self.useless.append((file, "left by a process that was killed"))

    def _look_at_evidence(self) -> None:
        """Tell the notes whose very pages are still there, confirmed or not, from the others."""
        notes, self._notes = self._notes, []
        stamps = {key: record.stamp for key, record in self._records.items()}
        for file, evidence in notes:
            if all(is_local(each.key) or stamps.get(each.key) == each.stamp for each in evidence):
                self._notes.append((file, evidence))
            else:
                self.useless.append((file, "about a page that has gone or was written anew"))


def _is_before(name: str, ours: str) -> bool:
    """Tell whether ``name`` is an earlier format of ``ours``; a later one has a later version to read it."""
    kind, _, number = name.rpartition("-v")
    our_kind, _, our_number = ours.rpartition("-v")
    return kind == our_kind and int(number) < int(our_number)


def _files(path: str, folders: list[str]) -> Iterator[_File]:
    """Yield the files of this user's at ``path`` or below it; links are no files, and not followed.

    The folders that are passed go into ``folders``.
    """
    try:
        status = os.lstat(path)
        if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            return
        if S_ISREG(status.st_mode):
            yield _File(path, status)
        elif S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                paths = [entry.path for entry in entries]
            folders.append(path)
            for each in paths:
                yield from _files(each, folders)
    except FileNotFoundError:
        return  # removed meanwhile


def _placed(bucket: str | None, folders: list[str]) -> Iterator[_File]:
    """Yield those of ``_files`` that are where the store puts them: in the folders of ``bucket``."""
    if bucket is None:
        return
    for file in _files(bucket, folders):
        if file.path == f"{bucket}{os.sep}{file.folder}{os.sep}{file.name}":
            yield file


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _remove(file: _File) -> bool:
    """Remove ``file``, and tell whether it was still the one that was looked at."""
    try:
        if _identity(os.lstat(file.path)) != file.identity:
            return False
        os.unlink(file.path)  # noqa: PTH108  # thousands of times
    except FileNotFoundError:
        return False
    return True


def _remove_if_empty(folder: str) -> None:
    try:
        os.rmdir(folder)  # noqa: PTH106  # the same
    except OSError:
        return  # something is in it, or it has gone: no harm
