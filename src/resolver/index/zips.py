"""ZIP archives: one member out of few bytes, without IO and without unpacking.

``walk`` asks for ranges of bytes and returns the content of the member that its caller chooses; which one
that is, and who fetches, is for ``artifacts`` (wheels) and ``sdists``.  Nothing is ever written to disk, and
no path of an archive is used but to find the member.

Archives that two readers could understand differently are refused rather than guessed at.  So there is one
end record and it ends the file; the central directory ends where that begins and the first member starts
where the file does; names are unique, are what they seem and hold no NUL; members do not overlap; the header
in front of the member says what the directory says; it is stored, deflated or (where the interpreter can)
compressed by Zstandard, not encrypted, within the limit, and its length and CRC are right.

Specification: APPNOTE 6.3.10 (the section numbers below are its).
"""

from __future__ import annotations

from importlib import import_module

from resolver.errors import MetadataInvalid
from resolver.limits import lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

__all__ = ["Member", "read_member", "walk"]

_TAIL = 32 * 1024  # asked for first: end record, directory and METADATA of most wheels
_MAX_DIRECTORY = 32 * 1024 * 1024
_MAX_NAME = 2**16 - 1  # a length is 16 bits wide, so this bounds name and extra field
_END, _END64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_ENTRY, _LOCAL, _DESCRIPTOR = b"PK\1\2", b"PK\3\4", b"PK\7\10"
_UNENDED = "The metadata in the archive is damaged: its compressed data does not end with its member."
_ENCRYPTED, _STREAMED = 0x0001, 0x0008  # bits of the flags
_UNICODE_PATH = 0x7075  # of an extra field (4.6.9)
_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93
_16, _32 = 0xFFFF, 0xFFFFFFFF  # "see the ZIP64 record"


def read_member(body: bytes, choose: Callable[[Sequence[Member]], Member], *, limit: int) -> bytes:
    """Do what ``walk`` does with a whole file in memory."""
    steps = walk(len(body), choose, limit=limit)
    try:
        start, stop = next(steps)
        while True:
            start, stop = steps.send(body[start:stop])
    except StopIteration as end:
        content: bytes = end.value
        return content


class Member:
    """An entry of the central directory (4.3.12), ZIP64 resolved."""

    __slots__ = ("compressed", "crc", "flags", "method", "name", "offset", "size")

    def __init__(self, name: bytes, flags: int, method: int, crc: int) -> None:
        self.name = name
        self.flags = flags
        self.method = method
        self.crc = crc
        self.compressed = self.size = self.offset = 0

    @property
    def end(self) -> int:
        """Where the member ends at the earliest: the extra field of its own header is not known here."""
        return self.offset + 30 + len(self.name) + self.compressed


class _Directory:
    """Where the central directory lies, and how many entries it has, by the end record."""

    __slots__ = ("count", "offset", "size")

    def __init__(self, count: int, size: int, offset: int) -> None:
        self.count = count
        self.size = size
        self.offset = offset


class _Window:
    """The end of the file as far as it is known: ``data`` begins at ``start``."""

    __slots__ = ("data", "size", "start")

    def __init__(self, data: bytes, start: int) -> None:
        self.data = data
        self.start = start
        self.size = start + len(data)

    def bytes_of(self, start: int, stop: int) -> bytes | None:
        return self.data[start - self.start : stop - self.start] if start >= self.start else None


def walk(
    size: int, choose: Callable[[Sequence[Member]], Member], *, limit: int
) -> Generator[tuple[int, int], bytes, bytes]:
    """Yield ranges ``(start, stop)`` of a file of ``size`` bytes, be sent these, return a member's content.

    ``choose`` picks it, or raises; it may have ``limit`` bytes.  Raises ``MetadataInvalid`` for what must be
    refused.
    """
    if size < 22:
        raise MetadataInvalid("This is no ZIP archive: it is too short.")
    start = max(0, size - _TAIL)
    window = _Window((yield start, size), start)
    end = _end_record(window.data)
    if end is None and start:
        # A comment pushed the end record out of sight.
        start = max(0, size - _TAIL - _MAX_NAME)
        window = _Window((yield start, size), start)
        end = _end_record(window.data)
    if end is None:
        raise MetadataInvalid("This is no ZIP archive: it has no end record.")
    directory = yield from _directory(window, end)
    entries = window.bytes_of(directory.offset, directory.offset + directory.size)
    if entries is None:
        entries = yield directory.offset, directory.offset + directory.size
    members = list(_members(entries, directory.count))
    _check_names(members)
    wanted = choose(members)
    stop = _check_layout(members, wanted, directory.offset)
    _check_content(wanted, limit)
    raw = window.bytes_of(wanted.offset, stop)
    if raw is None:
        raw = yield wanted.offset, stop
    return _content(wanted, raw)


def _end_record(data: bytes) -> int | None:
    """Return where the end record (4.3.16) begins in ``data``, the end of the file; ``None``: not in it."""
    at = data.rfind(_END)
    if at < 0:
        return None
    if at + 22 > len(data) or at + 22 + int.from_bytes(data[at + 20 : at + 22], "little") != len(data):
        raise MetadataInvalid("The ZIP end record does not end the file: there may be a second one.")
    earlier = data.rfind(_END, 0, at)
    while earlier >= 0:
        if earlier + 22 + int.from_bytes(data[earlier + 20 : earlier + 22], "little") == len(data):
            raise MetadataInvalid("The file has two ZIP end records, either of which could be meant.")
        earlier = data.rfind(_END, 0, earlier)
    return at


def _directory(window: _Window, end: int) -> Generator[tuple[int, int], bytes, _Directory]:
    """Read the end record at ``end`` of the window, and that of ZIP64 (4.3.14) where there is one."""
    from struct import unpack_from  # noqa: PLC0415  # lazy: start-up time

    disk, directory_disk, here, count, size, offset = unpack_from("<4H2L", window.data, end + 4)
    stop = window.start + end  # where the directory must end
    locator = b"" if stop < 20 else window.bytes_of(stop - 20, stop)
    if locator is None:
        locator = yield stop - 20, stop
    if locator.startswith(_LOCATOR):
        record_disk, record_at, disks = unpack_from("<LQL", locator, 4)
        record = b"" if record_at + 76 != stop else window.bytes_of(record_at, record_at + 56)
        if record is None:
            record = yield record_at, record_at + 56
        if not record.startswith(_END64) or record_disk or disks > 1:
            raise MetadataInvalid("The ZIP64 end record is not where its locator says.")
        length, disk, directory_disk, here64, count64, size64, offset64 = unpack_from("<Q4x2L4Q", record, 4)
        narrow = zip(
            (here, count, size, offset),
            (here64, count64, size64, offset64),
            (_16, _16, _32, _32),
            strict=True,
        )
        if length != 44 or any(small not in (wide, limit) for small, wide, limit in narrow):
            raise MetadataInvalid("The two ZIP end records contradict each other.")
        here, count, size, offset, stop = here64, count64, size64, offset64, record_at
    if disk or directory_disk or here != count:
        raise MetadataInvalid("The file is a part of a ZIP archive in several parts.")
    if offset + size != stop:
        raise MetadataInvalid("The ZIP directory does not end where its end record begins.")
    if size > _MAX_DIRECTORY:
        raise MetadataInvalid(f"The ZIP directory is larger than {_MAX_DIRECTORY >> 20} MiB.")
    return _Directory(count, size, offset)


def _members(entries: bytes, count: int) -> Iterator[Member]:
    """Yield the entries of the directory; they must be ``count`` and fill it."""
    from struct import Struct  # noqa: PLC0415  # lazy: start-up time

    header = Struct("<4s2x2x2H4x3L3H2x2x4xL")
    at = 0
    for _ in range(count):
        if len(entries) - at < 46:
            raise MetadataInvalid("The ZIP directory ends within an entry.")
        sign, flags, method, crc, compressed, size, name, extra, comment, offset = header.unpack_from(
            entries, at
        )
        stop = at + 46 + name + extra + comment
        if sign != _ENTRY or stop > len(entries):
            raise MetadataInvalid("The ZIP directory holds something that is no entry.")
        member = Member(entries[at + 46 : at + 46 + name], flags, method, crc)
        fields = entries[at + 46 + name : stop - comment]
        _check_name(member.name, fields)
        if _32 not in (compressed, size, offset):
            fields = b""
        member.size, member.compressed, member.offset = _wide(fields, (size, compressed, offset))
        yield member
        at = stop
    if at != len(entries):
        raise MetadataInvalid("The ZIP directory is longer than its entries.")


def _wide(fields: bytes, values: tuple[int, ...]) -> tuple[int, ...]:
    """Return ``values`` with those that are saturated taken from the ZIP64 extra field (4.5.3)."""
    wide = _field(fields, 1)
    if wide is None:
        return values
    numbers = iter([int.from_bytes(wide[at : at + 8], "little") for at in range(0, len(wide) - 7, 8)])
    return tuple([next(numbers, value) if value == _32 else value for value in values])


def _field(fields: bytes, kind: int) -> bytes | None:
    """Return the first of the extra ``fields`` (4.5.1) that is of ``kind``."""
    at = 0
    while at + 4 <= len(fields):
        found, length = (int.from_bytes(fields[place : place + 2], "little") for place in (at, at + 2))
        if found == kind:
            return fields[at + 4 : at + 4 + length]
        at += 4 + length
    return None


def _check_name(name: bytes, fields: bytes) -> None:
    """Refuse a name that others read differently: cut at a NUL, or replaced by the one in an extra field."""
    other = _field(fields, _UNICODE_PATH) if b"up" in fields else None
    if b"\0" in name or (other is not None and other[5:] != name):  # behind a version and a CRC
        raise MetadataInvalid(f"The ZIP directory holds a name that says two things: {name[:200]!a}.")


def _check_names(members: list[Member]) -> None:
    """Check that no name is there twice: of two members readers take the first or the last."""
    if len({member.name for member in members}) != len(members):
        raise MetadataInvalid("The ZIP directory names a member twice.")


def _check_layout(members: list[Member], wanted: Member, stop: int) -> int:
    """Check that the members lie one after the other below ``stop``; return a border behind ``wanted``."""
    in_file = sorted(members, key=lambda member: member.offset)
    if in_file[0].offset != 0:
        raise MetadataInvalid("The ZIP archive has bytes before its first member.")
    latest = stop
    for member, following in zip(in_file, [*in_file[1:], None], strict=True):
        border = stop if following is None else following.offset
        if member.end > border:
            raise MetadataInvalid("The ZIP members overlap.")
        if member is wanted:
            latest = min(border, member.end + _MAX_NAME + 24)  # 24: a data descriptor of ZIP64
    return latest


def _check_content(wanted: Member, limit: int) -> None:
    """Check, before its bytes are asked for, that the member can be read."""
    if wanted.flags & _ENCRYPTED:
        raise MetadataInvalid("The metadata in the archive is encrypted.")
    if wanted.method not in (_STORED, _DEFLATED, _ZSTANDARD):
        raise MetadataInvalid(
            f"The metadata in the archive is compressed by method {wanted.method}, not by deflate."
        )
    if max(wanted.size, wanted.compressed) > limit:
        raise MetadataInvalid(
            f"The metadata in the archive is larger than the limit of {limit:,} bytes"
            f" ({lifting('metadata-bytes')})."
        )


def _content(member: Member, raw: bytes) -> bytes:
    """Return the content of ``member``; ``raw`` is its header, its data and what follows."""
    from struct import unpack_from  # noqa: PLC0415  # lazy: start-up time
    from zlib import crc32  # noqa: PLC0415  # lazy: start-up time

    sign, flags, method, crc, compressed, size, name, extra = unpack_from("<4s2x2H4x3L2H", raw)
    begin = 30 + name + extra
    end = begin + member.compressed
    if sign != _LOCAL or end > len(raw) or raw[30 : 30 + name] != member.name:
        raise MetadataInvalid("The ZIP directory and the header of the metadata contradict each other.")
    size, compressed = _wide(raw[30 + name : begin], (size, compressed))
    told = (crc, compressed, size)
    known = (member.crc, member.compressed, member.size)
    if flags & _STREAMED and told == (0, 0, 0):
        told = _descriptor(raw[end : end + 24], known)
    if flags != member.flags or method != member.method or told != known:
        raise MetadataInvalid("The ZIP directory and the header of the metadata contradict each other.")
    content = _decompressed(raw[begin:end], method, member.size)
    if len(content) != member.size or crc32(content) != member.crc:
        raise MetadataInvalid("The metadata in the archive is damaged: its length or CRC is wrong.")
    return content


def _descriptor(data: bytes, known: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return CRC and sizes of a data descriptor (4.3.9): with or without signature, of 32 or of 64 bits.

    Which of the four it is can only be told by what is ``known``.
    """
    from struct import pack  # noqa: PLC0415  # lazy: start-up time

    forms = [sign + pack(form, *known) for sign in (_DESCRIPTOR, b"") for form in ("<3L", "<L2Q")]
    return known if data.startswith(tuple(forms)) else (0, 0, 0)


def _decompressed(data: bytes, method: int, size: int) -> bytes:
    if method == _STORED:
        return data
    return _inflate(data, size) if method == _DEFLATED else _zstandard(data, size)


def _zstandard(data: bytes, size: int) -> bytes:
    """Decompress one frame to at most one byte more than ``size``, where the interpreter can (3.14)."""
    try:
        zstd = import_module("compression.zstd")
    except ImportError:
        raise MetadataInvalid(
            "The metadata in the archive is compressed by Zstandard, which takes Python 3.14 to read."
        ) from None
    stream = zstd.ZstdDecompressor()
    try:
        content: bytes = stream.decompress(data, size + 1)
    except zstd.ZstdError as error:
        raise MetadataInvalid(f"The metadata in the archive is damaged: {error}.") from error
    if stream.unused_data or not stream.eof:
        raise MetadataInvalid(_UNENDED)
    return content


def _inflate(data: bytes, size: int) -> bytes:
    """Inflate to at most one byte more than ``size``: a bomb is noticed before it goes off."""
    import zlib  # noqa: PLC0415  # lazy: start-up time

    stream = zlib.decompressobj(-15)
    try:
        content = stream.decompress(data, size + 1)
    except zlib.error as error:
        raise MetadataInvalid(f"The metadata in the archive is damaged: {error}.") from error
    if stream.unconsumed_tail or stream.unused_data or not stream.eof:
        raise MetadataInvalid(_UNENDED)
    return content
