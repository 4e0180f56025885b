"""The store on disk: one file a record, each with a checksum over all of it.

A record that is damaged in whatever way is a record that is not there: the next answer replaces it.  Files
appear by rename, so readers need no lock and never see half a record; nothing is executed or unpacked.  A
directory that cannot be written, or that others can write, costs one warning and the caching, never the
resolution.  How a file gets to its place is in ``placing``, how the directory is known as ours in
``marking``, how it is emptied in ``cleaning``; what a record means and how long it is good for is decided in
``freshness`` and ``cache``.

A file is: magic, CRC-32 of all that follows, length of the texts, the texts, body.  A number is four bytes,
big end first; the texts are lines (``packing``): key, URL, status, time, form, then header names and values.
A note is: magic, CRC-32 of its place and of all that follows, content.
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

__all__ = ["BUCKET", "NOTES", "OURS", "Record", "RecordStore", "default_cache_dir", "refusal"]

BUCKET = "http-v3"  # another format is another directory, so that versions can share a cache
NOTES = "notes-v2"  # the same
OURS = (BUCKET, NOTES, "pip-default-index")  # how names begin of what we put into the directory
_MAGIC = b"resolver http 2\n"
_NOTE_MAGIC = b"resolver note 1\n"
_NUMBER = 4  # bytes
_LARGEST = 256 << 20  # bytes of a file; who wrote more was not us
_KIND, _PLAIN_FILE, _DIRECTORY, _BY_OTHERS = 0o170000, 0o100000, 0o040000, 0o002  # parts of a mode
_READING = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe in the place of a file must not hold us up
    | getattr(os, "O_CLOEXEC", 0)
)
_PATIENCE = 5  # other failures in a row, until no more is written


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

    ``warn`` is told, once, that nothing can be written, or that the directory is not to be used; ``note`` is
    told of each file that is damaged or cannot be written.  ``damaged`` counts records that are.
    """

    __slots__ = (
        "_failures",
        "_note",
        "_root",
        "_tended",
        "_told",
        "_usable",
        "_user",
        "_warn",
        "_writable",
        "damaged",
    )

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
        self._user = _user()
        self._usable: bool | None = None  # None: not looked yet
        self._writable = True
        self._tended = False
        self._failures = 0
        self._told: set[str] = set()
        self.damaged = 0

    @property
    def directory(self) -> str | None:
        """Return where the records are, None where nothing is or can be kept."""
        return self._root if self._writable and self._is_usable() else None

    def read(self, key: str) -> Record | None:
        """Return the record of ``key``; ``None`` if there is none that is whole."""
        if not self._is_usable():
            return None
        path = self._path(key)
        content, stamp = self._read(path)
        record = None if stamp is None else _decoded(key, content)
        if record is not None:
            record.stamp = stamp
        elif stamp is not None:
            self._note_damage(path, "it is not what was written there")
        return record

    def write(self, key: str, record: Record) -> None:
        """Keep ``record`` under ``key``, in place of another; where that cannot be done, warn and go on."""
        record.stamp = self._keep(self._path(key), _encoded(key, record))

    def stamp(self, key: str) -> Stamp | None:
        """Return the stamp of the file that is there for ``key`` now."""
        if not self._is_usable():
            return None
        try:
            return _stamp(os.stat(self._path(key)))  # noqa: PTH116  # pathlib costs a warm run 5 ms
        except OSError:
            return None

    def read_note(self, folder: str, name: str) -> bytes | None:
        """Return what was kept as ``name`` in ``folder`` of our notes, if it is whole."""
        if not self._is_usable():
            return None
        content, _ = self._read(self._note_path(folder, name))
        start = len(_NOTE_MAGIC) + _NUMBER
        rest = content[start:]
        return rest if content[:start] == _note_head(folder, name, rest) else None

    def write_note(self, folder: str, name: str, content: bytes) -> None:
        """Keep ``content`` as ``name`` in ``folder`` of our notes; both are plain file names."""
        self._keep(self._note_path(folder, name), _note_head(folder, name, content) + content)

    def _keep(self, path: str, content: bytes) -> Stamp | None:
        if self.directory is None:
            return None
        from resolver.index.placing import lasts, place  # noqa: PLC0415  # lazy: most runs only read

        try:
            stamp = _stamp(place(self._root, path, content))
        except OSError as error:
            # Who empties the cache again and again does no harm to what is written when he is through.
            self._failures += not isinstance(error, FileNotFoundError)
            if self._failures >= _PATIENCE or lasts(error, self._root):
                self._writable = False
                self._warn(
                    f"The cache {self._root} cannot be written ({error.strerror or error}): going on without "
                    "keeping anything. Another directory can be named with --cache-dir."
                )
            else:
                self._note(f"The cache file {path} cannot be written: {error.strerror or error}.")
            return None
        self._failures = 0
        if not self._tended:
            self._tended = True
            from resolver.index.marking import tend  # noqa: PLC0415  # the same

            tend(self._root, OURS, now=stamp[1] / 1e9)
        return stamp

    def _note_path(self, folder: str, name: str) -> str:
        # Behind the dash, so that no name is one that a system has for a device.
        return f"{self._root}{os.sep}{NOTES}{os.sep}{folder}{os.sep}-{name}"

    def _path(self, key: str) -> str:
        return f"{self._root}{os.sep}{BUCKET}{os.sep}{key[:1]}{os.sep}{key[1:]}"

    def _is_usable(self) -> bool:
        """Look, once, whether the directory may be used (or does not exist yet)."""
        if self._usable is None:
            why = refusal(self._root)
            self._usable = not why
            if why:
                self._warn(
                    f"The cache {self._root} is not used: {why}. Another directory can be named with "
                    "--cache-dir."
                )
        return self._usable

    def _read(self, path: str) -> tuple[bytes, Stamp | None]:
        """Return the bytes of a file of ours, and its stamp; None where it cannot be read."""
        try:
            descriptor = os.open(path, _READING)
            try:
                # ``open`` would look at it more often and take twice as long.
                status = os.fstat(descriptor)
                size = status.st_size
                if status.st_mode & _KIND != _PLAIN_FILE or status.st_uid != self._user or size > _LARGEST:
                    self._note_damage(path, "it is no file that was written there")
                    return b"", None
                content = os.read(descriptor, size)
                while len(content) < size and (more := os.read(descriptor, size - len(content))):
                    content += more
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            return b"", None
        except OSError as error:  # a disk that fails, or something odd in the place of a file
            self._note_damage(path, error.strerror or str(error))
            return b"", None
        return content, _stamp(status)

    def _note_damage(self, path: str, what: str) -> None:
        self.damaged += 1
        if path not in self._told:
            self._told.add(path)
            self._note(f"The cache file {path} is damaged ({what}); it is fetched anew.")


def _stamp(status: os.stat_result) -> Stamp:
    # Clocks of file systems tick every few milliseconds; a file that replaces another has another number.
    return status.st_size, status.st_mtime_ns, status.st_ino


def _user() -> int:
    """Return whose files are ours; where files have no owner all say 0."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def refusal(directory: str) -> str:
    """Return why the cache ``directory`` must not be used, "" if it may, or does not exist yet.

    Whoever can write into it can make us believe anything.
    """
    try:
        status = os.stat(directory)  # noqa: PTH116  # pathlib costs a warm run 5 ms
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"it cannot be looked at ({error.strerror or error})"
    if status.st_mode & _KIND != _DIRECTORY:
        return "it is no directory"
    if not hasattr(os, "geteuid"):
        return ""
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    return "every user can write into it" if status.st_mode & _BY_OTHERS else ""


def _note_head(folder: str, name: str, content: bytes) -> bytes:
    """Return what stands before a note; a note that lies in another's place has another sum."""
    place = crc32(f"{folder}/{name}".encode("utf-8", "surrogatepass"))
    return _NOTE_MAGIC + crc32(content, place).to_bytes(_NUMBER, "big")


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


def default_cache_dir(environment: Mapping[str, str], platform: str) -> str | None:
    """Return where this user's caches belong, None where no home is known; ``platform`` is ``sys.platform``.

    An XDG_CACHE_HOME that is not absolute is ignored, as its specification asks.
    """
    caches = environment.get("XDG_CACHE_HOME", "")
    if caches.startswith("/") and platform not in ("win32", "darwin"):
        return f"{caches}/resolver"
    home = environment.get("HOME") or _home(platform)
    if platform == "win32":
        local = environment.get("LOCALAPPDATA") or (home and f"{home}\\AppData\\Local")
        return f"{local}\\resolver\\cache" if local else None
    if not home.startswith("/"):
        return None
    return f"{home}/Library/Caches/resolver" if platform == "darwin" else f"{home}/.cache/resolver"


def _home(platform: str) -> str:
    """Return the home of who runs this, by what the system knows of its users; "" where it knows none."""
    if platform == "win32":
        found = os.path.expanduser("~")  # noqa: PTH111  # pathlib costs a warm run 5 ms
        return "" if found == "~" else found
    try:
        from pwd import getpwuid  # noqa: PLC0415  # lazy: HOME is hardly ever missing

        return getpwuid(_user()).pw_dir
    except (ImportError, KeyError):
        return ""
