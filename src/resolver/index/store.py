"""The store on disk: one file a record, each with a checksum over all of it.

A record that is damaged in whatever way is a record that is not there: the next answer replaces it.  Files
appear by rename, so readers need no lock and never see half a record; nothing is executed or unpacked.  A
directory that cannot be written costs one warning and the caching, never the resolution.  What a record means
and how long it is good for is decided in ``freshness`` and ``cache``.

A file is: magic, CRC-32 of all that follows, length of the texts, the texts, body.  A number is four bytes,
big end first; the texts are lines (``packing``): key, URL, status, time, form, then header names and values.
(JSON would cost a warm run 9 ms of imports, a cryptographic digest three to five times as long as this sum,
which finds damage; against who can write into the directory neither would help.)
"""

from __future__ import annotations

import os
from binascii import crc32

from resolver.index.packing import join_lines, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Stamp = tuple[int, int, int]  # size, time of change, and number of the file

__all__ = [
    "BUCKET",
    "NOTES",
    "Record",
    "RecordStore",
    "Usage",
    "buckets",
    "clean",
    "default_cache_dir",
    "is_owned",
    "usage",
]

BUCKET = "http-v3"  # another format is another directory, so that versions can share a cache
NOTES = "notes-v1"  # the same
_BUCKETS = ("http-v", "notes-v")  # what ``clean`` may remove: these with a number
_MAGIC = b"resolver http 2\n"
_NOTE_MAGIC = b"resolver note 1\n"
_NUMBER = 4  # bytes
_ATTEMPTS = 5  # to write a file, while somebody removes empty directories
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by resolver; may be deleted at any time.\n"


class Record:
    """An answer as it is kept.  ``stored`` is when it came or was last confirmed; ``url`` has no login.

    ``form`` names the form in which ``body`` is (``transport.Form``), "" as it was sent.  ``stamp`` tells
    the file in which it lies from one that is written later; None where it lies in none.
    """

    __slots__ = ("body", "form", "headers", "stamp", "status", "stored", "url")

    def __init__(  # noqa: PLR0913  # one parameter a part of the answer
        self,
        url: str,
        status: int,
        stored: float,
        headers: Mapping[str, str],
        body: bytes,
        *,
        form: str = "",
    ) -> None:
        self.url = url
        self.status = status
        self.stored = stored
        self.headers = headers
        self.body = body
        self.form = form
        self.stamp: Stamp | None = None


class RecordStore:
    """Records by key (a hexadecimal digest) below ``directory``, which is made when something is written.

    ``warn`` is told, once, that nothing can be written, or that the directory is not ours; ``note`` is told
    of each damaged record.  ``damaged`` counts them.
    """

    __slots__ = ("_note", "_readable", "_root", "_warn", "_writable", "damaged")

    def __init__(
        self,
        directory: str,
        *,
        warn: Callable[[str], None] = lambda _: None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._root = directory
        self._warn = warn
        self._note = note
        self._readable: bool | None = None  # None: not looked yet
        self._writable = True
        self.damaged = 0

    def read(self, key: str) -> Record | None:
        """Return the record of ``key``; ``None`` if there is none that is whole."""
        if not self._ours():
            return None
        path = self._path(key)
        content, stamp = _read(path)
        if stamp is None:
            return None
        record = _decoded(key, content)
        if record is None:
            self.damaged += 1
            self._note(f"The cache file {path} is damaged; it is fetched anew.")
        else:
            record.stamp = stamp
        return record

    def write(self, key: str, record: Record) -> None:
        """Keep ``record`` under ``key``, in place of another; where that cannot be done, warn and go on."""
        record.stamp = self._keep(self._path(key), _encoded(key, record))

    def stamp(self, key: str) -> Stamp | None:
        """Return the stamp of the file that is there for ``key`` now."""
        try:
            return _stamp(os.stat(self._path(key)))  # noqa: PTH116  # pathlib costs a warm run 5 ms
        except OSError:
            return None

    def read_note(self, folder: str, name: str) -> bytes | None:
        """Return what was kept as ``name`` in ``folder`` of our notes, if it is whole."""
        if not self._ours():
            return None
        content, _ = _read(self._note_path(folder, name))
        start = len(_NOTE_MAGIC) + _NUMBER
        checksum = crc32(memoryview(content)[start:]).to_bytes(_NUMBER, "big")
        if content[:start] != _NOTE_MAGIC + checksum:
            return None
        return content[start:]

    def write_note(self, folder: str, name: str, content: bytes) -> None:
        """Keep ``content`` as ``name`` in ``folder`` of our notes; both are plain file names."""
        checksum = crc32(content).to_bytes(_NUMBER, "big")
        self._keep(self._note_path(folder, name), b"".join((_NOTE_MAGIC, checksum, content)))

    def _keep(self, path: str, content: bytes) -> Stamp | None:
        if not (self._writable and self._ours()):
            return None
        try:
            return self._replace(path, content)
        except OSError as error:
            self._writable = False
            self._warn(
                f"The cache {self._root} cannot be written ({error.strerror}): going on without keeping "
                "anything. Another directory can be named with --cache-dir."
            )
            return None

    def _note_path(self, folder: str, name: str) -> str:
        # Behind the dash, so that no name is one that a system has for a device.
        return f"{self._root}{os.sep}{NOTES}{os.sep}{folder}{os.sep}-{name}"

    def _path(self, key: str) -> str:
        return f"{self._root}{os.sep}{BUCKET}{os.sep}{key[:1]}{os.sep}{key[1:]}"

    def _ours(self) -> bool:
        """Look, once, whether the directory belongs to this user (or does not exist yet)."""
        if self._readable is None:
            self._readable = is_owned(self._root)
            if not self._readable:
                self._warn(
                    f"The cache {self._root} belongs to another user and is not used. Another directory can "
                    "be named with --cache-dir."
                )
        return self._readable

    def _replace(self, path: str, content: bytes) -> Stamp:
        temporary = f"{path}.{os.urandom(8).hex()}.tmp"
        try:
            stamp = self._create(temporary, content)
            os.replace(temporary, path)  # noqa: PTH105  # the same
        except OSError:
            try:  # noqa: SIM105  # contextlib costs a warm run an import
                os.unlink(temporary)  # noqa: PTH108  # the same
            except OSError:
                pass
            raise
        return stamp

    def _create(self, path: str, content: bytes) -> Stamp:
        descriptor = self._opened(path)
        with open(descriptor, "wb") as file:  # noqa: PTH123  # the same
            file.write(content)
            file.flush()
            return _stamp(os.fstat(descriptor))

    def _opened(self, path: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        for _ in range(_ATTEMPTS - 1):
            try:
                return os.open(path, flags, 0o600)
            except FileNotFoundError:  # the first record, or somebody is cleaning or pruning the cache
                _make_directories(self._root, os.path.dirname(path))  # noqa: PTH120  # the same
        return os.open(path, flags, 0o600)


def _read(path: str) -> tuple[bytes, Stamp | None]:
    """Return the bytes of a file, and its stamp; None where it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return b"", None
    try:
        # ``open`` would look at it more often and take twice as long.
        status = os.fstat(descriptor)
        content = os.read(descriptor, status.st_size)
        while len(content) < status.st_size and (more := os.read(descriptor, status.st_size - len(content))):
            content += more
    except OSError:  # a directory, or a disk that fails
        return b"", None
    finally:
        os.close(descriptor)
    return content, _stamp(status)


def _stamp(status: os.stat_result) -> Stamp:
    # Clocks of file systems tick every few milliseconds; a file that replaces another has another number.
    return status.st_size, status.st_mtime_ns, status.st_ino


def is_owned(directory: str) -> bool:
    """Tell whether ``directory`` is this user's, or nobody's yet; always true where files have no owner."""
    if not hasattr(os, "geteuid"):
        return True
    try:
        return os.stat(directory).st_uid == os.geteuid()  # noqa: PTH116  # pathlib costs a warm run 5 ms
    except OSError:
        return True  # what cannot be looked at cannot be read either


def _make_directories(root: str, directory: str) -> None:
    """Make ``directory`` below ``root``, for this user only, and mark a new ``root`` as a cache."""
    if not os.path.isdir(root):  # noqa: PTH112  # the same
        parents = os.path.dirname(os.path.abspath(root))  # noqa: PTH100, PTH120  # the same
        os.makedirs(parents, exist_ok=True)  # noqa: PTH103  # the same
        _make_private(root)
        with open(f"{root}{os.sep}{_TAG}", "wb") as file:  # noqa: PTH123  # the same
            file.write(_TAG_TEXT)
    _make_private(os.path.dirname(directory))  # noqa: PTH120  # the same
    _make_private(directory)


def _make_private(directory: str) -> None:
    try:  # noqa: SIM105  # contextlib costs a warm run an import
        os.mkdir(directory, 0o700)  # noqa: PTH102  # the same
    except FileExistsError:
        pass  # another process was first


def _encoded(key: str, record: Record) -> bytes:
    texts = [key, record.url, str(record.status), repr(record.stored), record.form]
    for name, value in record.headers.items():
        texts += (name, value)
    head = join_lines(texts)
    rest = b"".join((len(head).to_bytes(_NUMBER, "big"), head, record.body))
    return b"".join((_MAGIC, crc32(rest).to_bytes(_NUMBER, "big"), rest))


def _decoded(key: str, content: bytes) -> Record | None:
    """Return what ``_encoded`` was given, ``None`` if these are not its bytes or those of another key."""
    start = len(_MAGIC) + _NUMBER
    expected = int.from_bytes(content[len(_MAGIC) : start], "big")
    if not content.startswith(_MAGIC) or crc32(memoryview(content)[start:]) != expected:
        return None
    body = start + _NUMBER + int.from_bytes(content[start : start + _NUMBER], "big")
    kept, *texts = split_lines(content[start + _NUMBER : body])
    if kept != key:
        return None
    url, status, stored, form, *headers = texts
    names = iter(headers)
    return Record(
        url, int(status), float(stored), dict(zip(names, names, strict=True)), content[body:], form=form
    )


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
    something cannot be deleted.  A resolution that runs meanwhile fetches anew.
    """
    from shutil import rmtree  # noqa: PLC0415  # lazy: start-up time

    found = usage(directory)
    for bucket in buckets(directory):
        rmtree(bucket)
    return found


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


def default_cache_dir(environment: Mapping[str, str], platform: str) -> str:
    """Return where this user's caches belong; ``platform`` is ``sys.platform``.

    An XDG_CACHE_HOME that is not absolute is ignored, as its specification asks.
    """
    home = environment.get("HOME") or os.path.expanduser("~")  # noqa: PTH111  # the same
    if platform == "win32":
        local = environment.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
        return f"{local}\\resolver\\cache"
    if platform == "darwin":
        return f"{home}/Library/Caches/resolver"
    caches = environment.get("XDG_CACHE_HOME", "")
    return f"{caches if caches.startswith('/') else f'{home}/.cache'}/resolver"
