"""Wheels: the METADATA member out of few bytes, without IO and without unpacking.

``WheelReader`` asks for ranges of bytes, ``read_wheel`` reads a whole wheel; both go through it alike.  Who
fetches the ranges is ``client``; what the member says is read by ``metadata``.  Nothing is ever written to
disk, and no path of an archive is used but to find the member.

Archives that two readers could understand differently are refused rather than guessed at: what this module
finds must be what an installer finds.  So there is one end record and it ends the file; the central directory
ends where that begins and the first member starts where the file does; names are unique, members do not
overlap; the header in front of METADATA says what the directory says; exactly one ``*.dist-info/METADATA``
exists, of the package and version that the file name tells; it is stored or deflated, not encrypted, at most
8 MiB, and its length and CRC are right.

Specifications: APPNOTE 6.3.10 (ZIP; the section numbers below are its) and
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.metadata import MAX_SIZE
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


__all__ = ["WheelReader", "read_wheel"]

_TAIL = 32 * 1024  # asked for first: end record, directory and METADATA of most wheels
_MAX_DIRECTORY = 32 * 1024 * 1024
_MAX_NAME = 2**16 - 1  # a length is 16 bits wide, so this bounds name and extra field
_END, _END64, _LOCATOR = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_ENTRY, _LOCAL, _DESCRIPTOR = b"PK\1\2", b"PK\3\4", b"PK\7\10"
_ENCRYPTED, _STREAMED = 0x0001, 0x0008  # bits of the flags
_STORED, _DEFLATED = 0, 8
_16, _32 = 0xFFFF, 0xFFFFFFFF  # "see the ZIP64 record"


class WheelReader:
    """Reads the METADATA of one wheel from ranges that the caller brings.

    While ``wanted`` is not ``None``, it is a range ``(start, stop)`` within the file (``stop`` excluded), and
    the caller passes exactly these bytes to ``feed``; then ``metadata`` holds the member.  There are at most
    five ranges, mostly one.

    >>> wheel = bytes(22)  # no wheel at all
    >>> WheelReader("six-1.16.0-py3-none-any.whl", len(wheel)).wanted
    (0, 22)
    """

    __slots__ = ("_walk", "metadata", "wanted")

    def __init__(self, filename: str, size: int) -> None:
        self._walk = _walk(filename, size)
        self.metadata: bytes | None = None
        self.wanted: tuple[int, int] | None = next(self._walk)

    def feed(self, data: bytes) -> None:
        """Take the bytes of ``wanted``, and set ``wanted`` anew.

        Raises ``MetadataInvalid`` where they are not as many as asked for, or the archive must be refused:
        the reader is of no use then.
        """
        if self.wanted is None:
            raise ValueError("nothing is wanted")
        start, stop = self.wanted
        self.wanted = None
        if len(data) != stop - start:
            raise MetadataInvalid(f"Of the wheel {stop - start} bytes were asked for and {len(data)} came.")
        try:
            self.wanted = self._walk.send(data)
        except StopIteration as end:
            self.metadata = end.value


def read_wheel(body: bytes, filename: str) -> bytes:
    """Return the METADATA member of the wheel ``body``.  Raises ``MetadataInvalid``."""
    reader = WheelReader(filename, len(body))
    while reader.wanted is not None:
        start, stop = reader.wanted
        reader.feed(body[start:stop])
    assert reader.metadata is not None
    return reader.metadata


class _Member:
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


def _walk(filename: str, size: int) -> Generator[tuple[int, int], bytes, bytes]:
    """Yield the ranges that are needed and return the member; the steps are those of the docstring above."""
    if size < 22:
        raise MetadataInvalid("The wheel is no ZIP archive: it is too short.")
    start = max(0, size - _TAIL)
    window = _Window((yield start, size), start)
    end = _end_record(window.data)
    if end is None and start:
        # A comment pushed the end record out of sight.
        start = max(0, size - _TAIL - _MAX_NAME)
        window = _Window((yield start, size), start)
        end = _end_record(window.data)
    if end is None:
        raise MetadataInvalid("The wheel is no ZIP archive: it has no end record.")
    directory = yield from _directory(window, end)
    entries = window.bytes_of(directory.offset, directory.offset + directory.size)
    if entries is None:
        entries = yield directory.offset, directory.offset + directory.size
    members = list(_members(entries, directory.count))
    wanted = _metadata_member(members, filename)
    stop = _check_layout(members, wanted, directory.offset)
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
        raise MetadataInvalid("The wheel's ZIP end record does not end the file: there may be a second one.")
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
            raise MetadataInvalid("The wheel's ZIP64 end record is not where its locator says.")
        length, disk, directory_disk, here64, count64, size64, offset64 = unpack_from("<Q4x2L4Q", record, 4)
        narrow = zip(
            (here, count, size, offset),
            (here64, count64, size64, offset64),
            (_16, _16, _32, _32),
            strict=True,
        )
        if length != 44 or any(small not in (wide, limit) for small, wide, limit in narrow):
            raise MetadataInvalid("The wheel's two ZIP end records contradict each other.")
        here, count, size, offset, stop = here64, count64, size64, offset64, record_at
    if disk or directory_disk or here != count:
        raise MetadataInvalid("The wheel is a part of a ZIP archive in several parts.")
    if offset + size != stop:
        raise MetadataInvalid("The wheel's ZIP directory does not end where its end record begins.")
    if size > _MAX_DIRECTORY:
        raise MetadataInvalid(f"The wheel's ZIP directory is larger than {_MAX_DIRECTORY >> 20} MiB.")
    return _Directory(count, size, offset)


def _members(entries: bytes, count: int) -> Iterator[_Member]:
    """Yield the entries of the directory; they must be ``count`` and fill it."""
    from struct import Struct  # noqa: PLC0415  # lazy: start-up time

    header = Struct("<4s2x2x2H4x3L3H2x2x4xL")
    at = 0
    for _ in range(count):
        if len(entries) - at < 46:
            raise MetadataInvalid("The wheel's ZIP directory ends within an entry.")
        sign, flags, method, crc, compressed, size, name, extra, comment, offset = header.unpack_from(
            entries, at
        )
        stop = at + 46 + name + extra + comment
        if sign != _ENTRY or stop > len(entries):
            raise MetadataInvalid("The wheel's ZIP directory holds something that is no entry.")
        member = _Member(entries[at + 46 : at + 46 + name], flags, method, crc)
        fields = entries[at + 46 + name : stop - comment] if _32 in (compressed, size, offset) else b""
        member.size, member.compressed, member.offset = _wide(fields, (size, compressed, offset))
        yield member
        at = stop
    if at != len(entries):
        raise MetadataInvalid("The wheel's ZIP directory is longer than its entries.")


def _wide(fields: bytes, values: tuple[int, ...]) -> tuple[int, ...]:
    """Return ``values`` with those that are saturated taken from the ZIP64 extra field (4.5.3)."""
    if not fields:
        return values
    at = 0
    while at + 4 <= len(fields):
        kind, length = (int.from_bytes(fields[place : place + 2], "little") for place in (at, at + 2))
        if kind == 1:
            wide = fields[at + 4 : at + 4 + length]
            numbers = iter(
                [int.from_bytes(wide[place : place + 8], "little") for place in range(0, len(wide) - 7, 8)]
            )
            return tuple([next(numbers, value) if value == _32 else value for value in values])
        at += 4 + length
    return values


def _metadata_member(members: list[_Member], filename: str) -> _Member:
    """Return the one METADATA that belongs to ``filename``."""
    if len({member.name for member in members}) != len(members):
        raise MetadataInvalid("The wheel's ZIP directory names a member twice.")
    found = [m for m in members if m.name.endswith(b".dist-info/METADATA") and m.name.count(b"/") == 1]
    if len(found) != 1:
        number = "several members" if found else "no member"
        raise MetadataInvalid(f"The wheel has {number} *.dist-info/METADATA.")
    name = found[0].name.decode("utf-8", "replace")
    if not _same_project(name.removesuffix(".dist-info/METADATA"), filename):
        raise MetadataInvalid(
            f"The wheel's metadata is in {name[:200]!a}, which belongs to another file name."
        )
    return found[0]


def _same_project(stem: str, filename: str) -> bool:
    """Tell whether ``name-version`` of a directory is that of the wheel's name, both normalised."""
    name, _, version = stem.rpartition("-")
    parts = filename.split("-")
    if len(parts) < 2:
        return False
    try:
        if normalise(name) != normalise(parts[0]):
            return False
    except InvalidName:
        return False
    try:
        return version == parts[1] or version_key(version) == version_key(parts[1])
    except InvalidVersion:
        return False


def _check_layout(members: list[_Member], wanted: _Member, stop: int) -> int:
    """Check that the members lie one after the other below ``stop``; return a border behind ``wanted``."""
    in_file = sorted(members, key=lambda member: member.offset)
    if in_file[0].offset != 0:
        raise MetadataInvalid("The wheel has bytes before its first ZIP member.")
    latest = stop
    for member, following in zip(in_file, [*in_file[1:], None], strict=True):
        border = stop if following is None else following.offset
        if member.end > border:
            raise MetadataInvalid("The wheel's ZIP members overlap.")
        if member is wanted:
            latest = min(border, member.end + _MAX_NAME + 24)  # 24: a data descriptor of ZIP64
    if wanted.flags & _ENCRYPTED:
        raise MetadataInvalid("The wheel's metadata is encrypted.")
    if wanted.method not in (_STORED, _DEFLATED):
        raise MetadataInvalid(
            f"The wheel's metadata is compressed by method {wanted.method}, not by deflate."
        )
    if max(wanted.size, wanted.compressed) > MAX_SIZE:
        raise MetadataInvalid(f"The wheel's metadata is larger than {MAX_SIZE >> 20} MiB.")
    return latest


def _content(member: _Member, raw: bytes) -> bytes:
    """Return the content of ``member``; ``raw`` is its header, its data and what follows."""
    from struct import unpack_from  # noqa: PLC0415  # lazy: start-up time
    from zlib import crc32  # noqa: PLC0415  # lazy: start-up time

    sign, flags, method, crc, compressed, size, name, extra = unpack_from("<4s2x2H4x3L2H", raw)
    begin = 30 + name + extra
    end = begin + member.compressed
    if sign != _LOCAL or end > len(raw) or raw[30 : 30 + name] != member.name:
        raise MetadataInvalid(
            "The wheel's ZIP directory and the header of its metadata contradict each other."
        )
    size, compressed = _wide(raw[30 + name : begin], (size, compressed))
    told = (crc, compressed, size)
    known = (member.crc, member.compressed, member.size)
    if flags & _STREAMED and told == (0, 0, 0):
        told = _descriptor(raw[end : end + 24], known)
    if flags != member.flags or method != member.method or told != known:
        raise MetadataInvalid(
            "The wheel's ZIP directory and the header of its metadata contradict each other."
        )
    content = raw[begin:end] if method == _STORED else _inflate(raw[begin:end], member.size)
    if len(content) != member.size or crc32(content) != member.crc:
        raise MetadataInvalid("The wheel's metadata is damaged: its length or CRC is wrong.")
    return content


def _descriptor(data: bytes, known: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return CRC and sizes of a data descriptor (4.3.9): with or without signature, of 32 or of 64 bits.

    Which of the four it is can only be told by what is ``known``.
    """
    from struct import pack  # noqa: PLC0415  # lazy: start-up time

    forms = [sign + pack(form, *known) for sign in (_DESCRIPTOR, b"") for form in ("<3L", "<L2Q")]
    return known if data.startswith(tuple(forms)) else (0, 0, 0)


def _inflate(data: bytes, size: int) -> bytes:
    """Inflate to at most one byte more than ``size``: a bomb is noticed before it goes off."""
    import zlib  # noqa: PLC0415  # lazy: start-up time

    stream = zlib.decompressobj(-15)
    try:
        content = stream.decompress(data, size + 1)
    except zlib.error as error:
        raise MetadataInvalid(f"The wheel's metadata is damaged: {error}.") from error
    if stream.unconsumed_tail or stream.unused_data or not stream.eof:
        raise MetadataInvalid(
            "The wheel's metadata is damaged: its deflated data does not end with its member."
        )
    return content
