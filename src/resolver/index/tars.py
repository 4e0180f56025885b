"""Compressed tar archives (``.tar.gz``): the members that are wanted out of a stream, without IO.

``members`` walks over all of an archive that is in memory, decompressing some of it at a time and keeping
only what its caller wants.  Nothing is ever written to disk, and no path of an archive is used but to find
members.  What is wanted is for ``sdists``.

Archives that two readers could understand differently are refused rather than guessed at: what this module
finds must be what unpacking would leave.  So it is one gzip stream and nothing else; headers have a checksum
and numbers that are numbers; an extended header does not contradict the plain one, nor is there more than
one of a kind; nothing is sparse, no path is absolute or leads upwards; what has no content has no size; and
behind the end there are only zeros.  What it unfolds to is bounded in bytes, by the ratio and in members.

Specifications: RFC 1952 (gzip); POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; the
headers that GNU tar writes for long names.
"""

from __future__ import annotations

import zlib

from resolver.errors import MetadataInvalid
from resolver.limits import lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["TarMember", "members"]

_BLOCK = 512
_STEP = 1 << 18  # bytes that are decompressed in one go
_MOST_BYTES = 1 << 30  # unfolded
_RATIO, _RATIO_FROM = 200, 16 << 20  # test data may be as repetitive as it likes, up to some size
_MOST_MEMBERS = 200_000
_LONGEST_NAME = 1 << 16
_LARGEST_HEADER = 1 << 20
_NUMBERS = ((100, 108), (108, 116), (116, 124), (136, 148), (329, 337), (337, 345))
_NEGATIVE = 0xFF  # the first byte, in base 256
_FILES = b"0\0"
_BARE = b"123456"  # links, devices, directories and pipes
_DIRECTORY, _EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK = b"5xgLK"


class TarMember:
    """A member: its path in parts, whether it is a plain file or a directory, and its content if wanted.

    A name with a backslash is one path to some systems and another to others: it is neither.
    """

    __slots__ = ("content", "is_directory", "is_file", "parts")

    def __init__(self, path: str, kind: int) -> None:
        is_plain = "\\" not in path
        self.parts = _parts(path.replace("\\", "/"))
        self.is_file = is_plain and kind in _FILES
        self.is_directory = is_plain and kind == _DIRECTORY
        self.content = b""


def members(body: bytes, wants: Callable[[TarMember], bool], *, limit: int) -> Iterator[TarMember]:
    """Yield all members of the archive ``body``, with the contents of those that the caller ``wants``.

    Such a content may have ``limit`` bytes.  Raises ``MetadataInvalid`` for what must be refused.
    """
    stream = _Stream(body)
    count = 0
    while (header := _next_header(stream)) is not None:
        count += 1
        if count > _MOST_MEMBERS:
            raise MetadataInvalid(f"The archive has more than {_MOST_MEMBERS} members.")
        member = TarMember(header.path, header.kind)
        if member.is_file and wants(member):
            if header.size > limit:
                raise MetadataInvalid(
                    f"The metadata in the archive is larger than the limit of {limit:,} bytes"
                    f" ({lifting('metadata-bytes')})."
                )
            member.content = stream.read(header.size)
        stream.skip(header.size - len(member.content) + -header.size % _BLOCK)
        yield member
    stream.check_rest()


class _Header:
    """What stands before a member, extended headers included."""

    __slots__ = ("kind", "path", "size")

    def __init__(self, path: str, size: int, kind: int) -> None:
        self.path = path
        self.size = size
        self.kind = kind


class _Stream:
    """What a gzip stream unfolds to, from the front; never more than a step of it in memory."""

    __slots__ = ("_at", "_body", "_buffer", "_fed", "_inflate", "_made")

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._fed = self._made = self._at = 0
        self._buffer = b""
        self._inflate = zlib.decompressobj(31)

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes; fewer only at the end of the stream."""
        pieces: list[bytes] = []
        while size and self._filled():
            piece = self._buffer[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes, which must be there."""
        while size and self._filled():
            step = min(size, len(self._buffer) - self._at)
            self._at += step
            size -= step
        if size:
            raise MetadataInvalid("The archive ends within a member.")

    def check_rest(self) -> None:
        """Check that only zeros are left."""
        while self._filled():
            if self._buffer.count(0, self._at) != len(self._buffer) - self._at:
                raise MetadataInvalid("The archive goes on behind its end.")
            self._at = len(self._buffer)

    def _filled(self) -> bool:
        """Tell whether there is anything left, and have some of it in the buffer then."""
        while self._at == len(self._buffer):
            if self._inflate.eof:
                if self._inflate.unused_data or self._fed < len(self._body):
                    raise MetadataInvalid("The archive has bytes behind its gzip stream.")
                return False
            self._unfold()
        return True

    def _unfold(self) -> None:
        pending = self._inflate.unconsumed_tail
        if not pending:
            pending = bytes(self._body[self._fed : self._fed + _STEP])
            self._fed += len(pending)
            if not pending:
                raise MetadataInvalid("The archive's gzip stream ends too early.")
        try:
            self._buffer = self._inflate.decompress(pending, _STEP)
        except zlib.error as error:
            raise MetadataInvalid(f"The archive's gzip stream is damaged: {error}.") from error
        self._at = 0
        self._made += len(self._buffer)
        if self._made > _MOST_BYTES or (self._made > _RATIO_FROM and self._made > _RATIO * self._fed):
            raise MetadataInvalid(
                f"The archive unfolds to more than {_RATIO} times its size, or more than "
                f"{_MOST_BYTES >> 20} MiB."
            )


def _next_header(stream: _Stream) -> _Header | None:
    """Return the header of the next member, ``None`` at the end of the archive."""
    told: dict[int, bytes] = {}
    while True:
        block = stream.read(_BLOCK)
        if not block.strip(b"\0"):
            if told or (block and len(block) < _BLOCK):
                raise MetadataInvalid("The archive ends within a header.")
            return None
        if len(block) < _BLOCK:
            raise MetadataInvalid("The archive ends within a header.")
        _check_numbers(block)
        kind, size = block[156], _number(block[124:136])
        if kind not in (_EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK):
            return _header(block, kind, size, told)
        if size > _LARGEST_HEADER or kind in told:
            raise MetadataInvalid("The archive has an extended header that is too large, or twice.")
        content = stream.read(size)
        stream.skip(size - len(content) + -size % _BLOCK)
        if kind == _GLOBAL:
            _check_global(content)
        else:
            told[kind] = content


def _header(block: bytes, kind: int, size: int, told: dict[int, bytes]) -> _Header:
    """Put together what ``block`` says of a member, and what was ``told`` of it before."""
    if kind not in _FILES and kind not in _BARE:
        raise MetadataInvalid(f"The archive has a member of the unknown kind {chr(kind)!a}.")
    path = _path(block)
    records = _records(told.get(_EXTENDED, b""))
    if any(key.startswith(b"GNU.sparse") for key in records):
        raise MetadataInvalid("The archive has a sparse member.")
    longer = told.get(_LONG_NAME)
    if longer is not None:
        path = longer.removesuffix(b"\0")
    extended = records.get(b"path")
    if extended is not None:
        if longer is not None and extended != path:
            raise MetadataInvalid("The archive gives a member two names.")
        path = extended
    if b"size" in records and records[b"size"] != b"%d" % size:
        raise MetadataInvalid("The archive gives a member two sizes.")
    if size and kind in _BARE:
        raise MetadataInvalid("The archive gives a size to something that has no content.")
    if b"\0" in path or len(path) > _LONGEST_NAME:
        raise MetadataInvalid("The archive has a name with a NUL in it, or one that is too long.")
    if kind in _FILES and path.endswith(b"/"):
        kind = _DIRECTORY  # as before POSIX, where there were no kinds
    return _Header(path.decode("utf-8", "surrogateescape"), size, kind)


def _path(block: bytes) -> bytes:
    """Return the name in a header; only ustar's has a prefix, where GNU tar may have times."""
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0]
    if prefix and block[257:263] != b"ustar\0":
        raise MetadataInvalid("The archive has a name that some readers put a prefix before.")
    return prefix + b"/" + name if prefix else name


def _check_numbers(block: bytes) -> None:
    """Check the sum of all bytes, those of the sum itself counted as blanks, and that numbers are some.

    Readers stop, as if at the end of the archive, at a number of which we have no use (a time, an owner).
    """
    for start, stop in _NUMBERS:
        if block[start] != _NEGATIVE:
            _number(block[start:stop])
    if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
        raise MetadataInvalid("The archive is no tar archive, or a header is damaged: its checksum is wrong.")


def _number(field: bytes) -> int:
    """Read a number: octal digits, or with the first bit set a number in base 256 (GNU tar)."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        raise MetadataInvalid("The archive has a header with a number that is none.")
    return int(digits, 8)


def _records(content: bytes) -> dict[bytes, bytes]:
    """Read the records of an extended header: length, blank, key, equals sign, value, line feed."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(content):
        digits = content[at : at + 20].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        record = content[at : at + length]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if not (equals and key and record.endswith(b"\n") and len(record) == length) or key in found:
            raise MetadataInvalid("The archive has an extended header that cannot be read.")
        found[key] = value
        at += length
    return found


def _check_global(content: bytes) -> None:
    """Refuse a header about all members that says more than whence they come, as ``git archive`` does."""
    if any(key in (b"path", b"size", b"linkpath") or b"sparse" in key for key in _records(content)):
        raise MetadataInvalid("The archive gives all members the same name or size.")


def _parts(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        raise MetadataInvalid(f"The archive has a member that would lie elsewhere: {path[:200]!a}.")
    return tuple([part for part in parts if part not in ("", ".")])
