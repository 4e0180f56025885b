"""Wheels are read from few ranges, and refused where two readers could disagree about them."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from typing import Any

import pytest

from resolver.errors import MetadataInvalid
from resolver.index.artifacts import WheelReader, read_wheel

FILENAME = "six-1.16.0-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n"
PLACE = b"six-1.16.0.dist-info/METADATA"


class Member:
    """A member of a handmade archive; keys contradict the truth, ``local_`` ones in its own header only."""

    def __init__(self, name: bytes = PLACE, content: bytes = METADATA, **lies: Any) -> None:
        self.name = name
        self.content = content
        self.lies = lies

    def told(self, key: str, truth: Any, *, local: bool) -> Any:
        """Return what one of the two headers says."""
        if local and f"local_{key}" in self.lies:
            return self.lies[f"local_{key}"]
        return self.lies.get(key, truth)

    def header(self, offset: int, *, local: bool) -> bytes:
        """Return the header at ``offset``, or that in the directory, with ``extra`` behind the name."""
        truth = {"flags": 0, "method": 0, "crc": zlib.crc32(self.content), "compressed": len(self.data()),
                 "size": len(self.content), "name": self.name, "extra": b"", "offset": offset}  # fmt: skip
        told = {key: self.told(key, value, local=local) for key, value in truth.items()}
        name: bytes = told["name"]
        extra: bytes = told["extra"]
        fixed = struct.pack("<5H3L2H", 20, told["flags"], told["method"], 0, 33, told["crc"],
                            told["compressed"], told["size"], len(name), len(extra))  # fmt: skip
        if local:
            return b"PK\3\4" + fixed + name + extra
        return b"PK\1\2\x14\0" + fixed + struct.pack("<3H2L", 0, 0, 0, 0, told["offset"]) + name + extra

    def data(self) -> bytes:
        """Return the content as it lies in the file."""
        data: bytes = self.lies.get("data", self.content)
        return data

    def after(self) -> bytes:
        """Return what stands between this member and the next."""
        after: bytes = self.lies.get("after", b"")
        return after


def archive(
    *members: Member, before: bytes = b"", gap: bytes = b"", after: bytes = b"", **lies: Any
) -> bytes:
    """Return an archive of ``members``; keys contradict the truth in the end record."""
    body, directory = before, b""
    for member in members:
        directory += member.header(len(body), local=False)
        body += member.header(0, local=True) + member.data() + member.after()
    comment: bytes = lies.pop("comment", b"")
    between: bytes = lies.pop("between", b"")
    end = {"disk": 0, "start": 0, "here": len(members), "count": len(members)}
    end |= {"size": len(directory), "offset": len(body)} | lies
    record = struct.pack("<4s4H2LH", b"PK\5\6", *end.values(), len(comment))
    return body + directory + gap + between + record + comment + after


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive as the standard library writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return stream.getvalue()


def read_ranges(body: bytes, filename: str = FILENAME) -> tuple[bytes | None, list[tuple[int, int]]]:
    """Read METADATA from ranges; also return which ones were asked for."""
    reader = WheelReader(filename, len(body))
    asked = []
    while reader.wanted is not None:
        asked.append(reader.wanted)
        start, stop = reader.wanted
        reader.feed(body[start:stop])
    return reader.metadata, asked


def test_small_wheel_is_read_in_one_request() -> None:
    body = packed({"six.py": b"x", PLACE.decode(): METADATA})
    assert read_ranges(body) == (METADATA, [(0, len(body))])


def test_large_wheel_with_metadata_at_its_end_is_read_in_one_request() -> None:
    body = packed({"six.py": bytes(200_000), PLACE.decode(): METADATA}, zipfile.ZIP_STORED)
    assert read_ranges(body) == (METADATA, [(len(body) - 32768, len(body))])


def test_large_wheel_with_metadata_at_its_beginning_is_read_in_two_requests() -> None:
    """The second one ends where the next member begins."""
    body = packed({PLACE.decode(): METADATA, "six.py": bytes(200_000)}, zipfile.ZIP_STORED)
    stop = 30 + len(PLACE) + len(METADATA)
    assert read_ranges(body) == (METADATA, [(len(body) - 32768, len(body)), (0, stop)])


def test_directory_longer_than_the_tail_is_asked_for() -> None:
    members = {PLACE.decode(): METADATA} | {f"{'x' * 100}{number}": b"" for number in range(1000)}
    found, asked = read_ranges(packed(members))
    assert (found, len(asked)) == (METADATA, 3)


def test_comment_longer_than_the_tail_is_stepped_over() -> None:
    body = archive(Member(), comment=b"c" * 40_000)
    found, asked = read_ranges(body)
    assert (found, asked) == (METADATA, [(len(body) - 32768, len(body)), (0, len(body))])


def test_member_with_descriptor_and_zip64_sizes_is_read() -> None:
    """As it is written to a stream that cannot seek."""

    class Stream(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += bytes(data)
            return len(data)

    for wide in (False, True):
        stream = Stream()
        with (
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped,
            zipped.open(PLACE.decode(), "w", force_zip64=wide) as member,
        ):
            member.write(METADATA)
        assert read_wheel(stream.written, FILENAME) == METADATA


def zip64_end(start: int, long: int, /, **lies: Any) -> bytes:
    """Return the two ZIP64 records of an archive of one member, whose directory is at ``offset``."""
    told = {"length": 44, "disk": 0, "here": 1, "count": 1, "size": long, "offset": start,
            "at": start + long, "disks": 1, "sign": b"PK\6\6"} | lies  # fmt: skip
    record = struct.pack("<4sQ2H2L4Q", told["sign"], told["length"], 45, 45, told["disk"], 0,
                         told["here"], told["count"], told["size"], told["offset"])  # fmt: skip
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, told["at"], told["disks"])


def zip64(**lies: Any) -> bytes:
    """Return an archive with ZIP64 records; all numbers are there, and so is the offset of the member."""
    offset = 30 + len(PLACE) + len(METADATA)
    member = Member(offset=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, 0), local_extra=b"")
    directory = 46 + len(PLACE) + 12
    between = zip64_end(offset, directory, **lies)
    saturated = {"here": 0xFFFF, "count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}
    return archive(member, between=between, **(saturated | lies.get("narrow", {})))


def test_zip64_archive_is_read() -> None:
    assert read_wheel(zip64(), FILENAME) == METADATA


@pytest.mark.parametrize("narrow", [{"here": 1, "count": 1}, {"offset": 30 + len(PLACE) + len(METADATA)}])
def test_zip64_archive_with_numbers_in_both_records_is_read(narrow: dict[str, int]) -> None:
    assert read_wheel(zip64(narrow=narrow), FILENAME) == METADATA


@pytest.mark.parametrize(
    ("lies", "message"),
    [
        ({"narrow": {"count": 2}}, "contradict each other"),
        ({"length": 50}, "contradict each other"),
        ({"sign": b"PK\6\x05"}, "is not where its locator says"),
        ({"at": 5}, "is not where its locator says"),
        ({"disks": 2}, "is not where its locator says"),
        ({"disk": 1}, "in several parts"),
        ({"count": 2}, "in several parts"),
        ({"size": 5}, "does not end where"),
    ],
)
def test_zip64_records_that_lie_are_refused(lies: dict[str, Any], message: str) -> None:
    with pytest.raises(MetadataInvalid, match=message):
        read_wheel(zip64(**lies), FILENAME)


def test_zip64_records_beyond_the_tail_are_asked_for() -> None:
    """A comment of the greatest length fills both tails but for the end record."""
    body = zip64()
    comment = b"c" * 65_535
    body = body[:-2] + struct.pack("<H", len(comment)) + comment
    found, asked = read_ranges(body)
    assert (found, len(asked)) == (METADATA, 2)


DEFLATED = zlib.compressobj(9, zlib.DEFLATED, -15)
SQUEEZED = DEFLATED.compress(METADATA) + DEFLATED.flush()


def descriptor(form: str, sign: bytes = b"PK\7\10", crc: int = zlib.crc32(METADATA)) -> bytes:
    """Return a data descriptor of METADATA, stored."""
    return sign + struct.pack(form, crc, len(METADATA), len(METADATA))


STREAMED: dict[str, Any] = {"flags": 8, "local_crc": 0, "local_size": 0, "local_compressed": 0}

GOOD = {
    "stored": [Member()],
    "deflated": [Member(method=8, data=SQUEEZED)],
    "with an extra field": [Member(local_extra=b"ab\0\0" * 9)],
    "with a gap": [Member(after=b"gap"), Member(b"six.py", b"")],
    "descriptor": [Member(**STREAMED, after=descriptor("<3L"))],
    "descriptor without signature": [
        Member(**STREAMED, after=descriptor("<3L", b"")),
        Member(b"six.py", b""),
    ],
    "descriptor of 64 bits": [Member(**STREAMED, after=descriptor("<L2Q"))],
    "descriptor of 64 bits without signature": [Member(**STREAMED, after=descriptor("<L2Q", b""))],
    "descriptor that repeats the header": [Member(flags=8, after=descriptor("<3L"))],
    "a name that an extra field repeats": [
        Member(extra=struct.pack("<2HBL", 0x7075, 5 + len(PLACE), 1, 0) + PLACE, local_extra=b"")
    ],
    "a record of another archive in a member": [Member(), Member(b"a.zip", archive(Member()))],
    "another METADATA deeper down": [Member(), Member(b"vendor/" + PLACE, b"x")],
}


@pytest.mark.parametrize("case", GOOD)
def test_archive_that_is_in_order_is_read(case: str) -> None:
    assert read_wheel(archive(*GOOD[case]), FILENAME) == METADATA


BAD = {
    "empty": (b"", "too short"),
    "no archive": (bytes(100), "has no end record"),
    "no members": (archive(), "no member"),
    "text behind": (archive(Member(), after=b"x"), "does not end the file"),
    "record cut off": (archive(Member())[:-1], "does not end the file"),
    "record cut short": (bytes(30) + b"PK\5\6", "does not end the file"),
    "record in a comment": (archive(Member(), comment=b"PK\5\6" + bytes(18)), "two ZIP end records"),
    "archive in a comment": (archive(Member(), comment=archive(Member())), "two ZIP end records"),
    "text before": (archive(Member(), before=b"#!/bin/sh\n"), "before its first member"),
    "gap before the record": (archive(Member(), gap=b"gap"), "does not end where"),
    "two disks": (archive(Member(), disk=1), "in several parts"),
    "counts that differ": (archive(Member(), here=2), "in several parts"),
    "too few entries": (archive(Member(), here=2, count=2), "ends within an entry"),
    "too many entries": (archive(Member(), Member(b"x"), here=1, count=1), "longer than its entries"),
    "one name twice": (archive(Member(), Member()), "names a member twice"),
    "two METADATA": (archive(Member(), Member(b"x-1.dist-info/METADATA")), "several members"),
    "two METADATA to a system that ignores case": (
        archive(Member(), Member(b"six-1.16.0.dist-info/Metadata")),
        "several members",
    ),
    "two METADATA to a system with backslashes": (
        archive(Member(), Member(PLACE.replace(b"/", b"\\"))),
        "several members",
    ),
    "two METADATA by a roundabout way": (
        archive(Member(), Member(b"./six-1.16.0.dist-info//METADATA")),
        "several members",
    ),
    "METADATA by a roundabout way only": (archive(Member(b"./" + PLACE)), "no member"),
    "a second dist-info directory": (
        archive(Member(), Member(b"x-1.dist-info/RECORD")),
        "several directories",
    ),
    "a name with a NUL": (archive(Member(), Member(PLACE + b"\0.txt")), "says two things"),
    "a name that an extra field replaces": (
        archive(Member(), Member(b"six.py", extra=struct.pack("<2HBL", 0x7075, 11, 1, 0) + b"evil.py")),
        "says two things",
    ),
    "no METADATA": (archive(Member(b"six.py")), "no member"),
    "METADATA only deeper down": (archive(Member(b"vendor/" + PLACE)), "no member"),
    "of another project": (archive(Member(b"x-1.16.0.dist-info/METADATA")), "belongs to another file name"),
    "of another version": (archive(Member(b"six-1.17.dist-info/METADATA")), "belongs to another file name"),
    "of no version": (archive(Member(b"six-x.dist-info/METADATA")), "belongs to another file name"),
    "of no name": (archive(Member(b"1.16.0.dist-info/METADATA")), "belongs to another file name"),
    "of a strange name": (
        archive(Member(b"s\xe9x-1.16.0.dist-info/METADATA")),
        "belongs to another file name",
    ),
    "overlap": (archive(Member(size=200, compressed=200), Member(b"x")), "overlap"),
    "overlap with the directory": (archive(Member(size=200, compressed=200)), "overlap"),
    "encrypted": (archive(Member(flags=1)), "is encrypted"),
    "bzip2": (archive(Member(method=12)), "compressed by method 12"),
    "9 MiB by its size": (
        archive(Member(method=8, data=SQUEEZED, size=9 << 20)),
        "larger than the limit of 8,388,608 bytes",
    ),
    "other name": (archive(Member(local_name=PLACE.upper())), "contradict"),
    "shorter name": (archive(Member(local_name=PLACE[:-1])), "overlap"),
    "other method": (archive(Member(local_method=8)), "contradict"),
    "other flags": (archive(Member(local_flags=2)), "contradict"),
    "other size": (archive(Member(local_size=3)), "contradict"),
    "other CRC": (archive(Member(local_crc=3)), "contradict"),
    "zero sizes without descriptor": (
        archive(Member(local_crc=0, local_size=0, local_compressed=0)),
        "contradict",
    ),
    "no descriptor": (archive(Member(**STREAMED)), "contradict"),
    "wrong descriptor": (archive(Member(**STREAMED, after=descriptor("<3L", crc=1))), "contradict"),
    "wrong CRC": (archive(Member(crc=3)), "length or CRC"),
    "stored and longer": (archive(Member(size=500, crc=0)), "length or CRC"),
    "no deflate": (archive(Member(method=8, data=b"\xff" * 50)), "is damaged: Error"),
    "cut deflate": (archive(Member(method=8, data=SQUEEZED[:-4])), "does not end with its member"),
    "text behind deflate": (archive(Member(method=8, data=SQUEEZED + b"x")), "does not end with its member"),
    "bomb": (
        archive(Member(method=8, data=zlib.compress(bytes(1 << 20), 9)[2:-4], size=50)),
        "does not end with",
    ),
    "deflate shorter than said": (archive(Member(method=8, data=SQUEEZED, size=500)), "length or CRC"),
}


@pytest.mark.parametrize("case", BAD)
def test_archive_that_could_be_read_in_two_ways_is_refused(case: str) -> None:
    """The message says what is wrong; nothing else than ``MetadataInvalid`` is raised."""
    body, message = BAD[case]
    with pytest.raises(MetadataInvalid, match=message):
        read_wheel(body, FILENAME)


@pytest.mark.parametrize(
    ("at", "data", "message"),
    [
        (0, b"PK\3\5", "contradict"),
        (28, b"\xff\xff", "contradict"),  # the extra field reaches beyond the member
        (-22 - 46 - len(PLACE), b"PK\1\3", "something that is no entry"),
        (
            -22 - 18 - len(PLACE),
            b"\xff\xff",
            "something that is no entry",
        ),  # so does the name in the directory
    ],
)
def test_damaged_header_is_refused(at: int, data: bytes, message: str) -> None:
    body = bytearray(archive(Member()))
    at %= len(body)
    body[at : at + len(data)] = data
    with pytest.raises(MetadataInvalid, match=message):
        read_wheel(bytes(body), FILENAME)


def test_directory_of_33_mib_is_not_asked_for() -> None:
    size = 33 << 20
    reader = WheelReader(FILENAME, size + 22)
    with pytest.raises(MetadataInvalid, match="larger than 32 MiB"):
        reader.feed(bytes(32768 - 22) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0))


@pytest.mark.parametrize("extra", [b"", b"\1\0", struct.pack("<2H", 7, 99), struct.pack("<2H", 1, 8)])
def test_zip64_field_that_is_missing_is_refused(extra: bytes) -> None:
    """A saturated number stays what it is, and is too large for this file."""
    with pytest.raises(MetadataInvalid):
        read_wheel(archive(Member(offset=0xFFFFFFFF, extra=extra, local_extra=b"")), FILENAME)


def test_too_few_bytes_are_refused() -> None:
    """A server may answer another range than the one asked for."""
    reader = WheelReader(FILENAME, 100)
    with pytest.raises(MetadataInvalid, match="100 bytes were asked for and 99 came"):
        reader.feed(bytes(99))
    with pytest.raises(ValueError, match="nothing is wanted"):
        reader.feed(bytes(100))


@pytest.mark.parametrize(
    ("directory", "filename", "expected"),
    [
        ("Six-1.16.0", "six-1.16.0-py3-none-any.whl", True),
        ("foo_bar-1.0", "Foo.Bar-1.0-py3-none-any.whl", True),
        ("foo-bar-1.0", "foo_bar-1.0-py3-none-any.whl", True),
        ("six-1.0", "six-1.0.0-py3-none-any.whl", True),
        ("six-1.0.post1", "six-1.0_post1-1-py3-none-any.whl", True),
        ("six-2010i", "six-2010i-py3-none-any.whl", True),
        ("six-2010i", "six-2010j-py3-none-any.whl", False),
        ("six", "six-1.0-py3-none-any.whl", False),
        ("six-1.0", "six.whl", False),
        ("six-1.0", "!-1.0-py3-none-any.whl", False),
    ],
)
def test_metadata_belongs_to_the_file_name(directory: str, filename: str, expected: object) -> None:
    """Names and versions are compared normalised."""
    body = packed({f"{directory}.dist-info/METADATA": METADATA})
    try:
        found = read_wheel(body, filename) == METADATA
    except MetadataInvalid:
        found = False
    assert found == expected


class Frames:
    """Stands in for ``compression.zstd`` of Python 3.14: a frame is a length, a colon and as many bytes."""

    class ZstdError(Exception):
        """What is no frame."""

    class ZstdDecompressor:
        """Reads one frame."""

        eof = False
        unused_data = b""

        def decompress(self, data: bytes, most: int) -> bytes:
            digits, colon, rest = data.partition(b":")
            if not colon:
                raise Frames.ZstdError("no frame")
            length = int(digits)
            self.eof = length <= most
            self.unused_data = rest[length:]
            return rest[: min(length, most)]


def zstandard(data: bytes) -> bytes:
    return archive(Member(method=93, data=data))


def test_zstandard_takes_an_interpreter_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    good = zstandard(b"%d:" % len(METADATA) + METADATA)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    with pytest.raises(MetadataInvalid, match=r"Python 3\.14"):
        read_wheel(good, FILENAME)
    monkeypatch.setitem(sys.modules, "compression", Frames)
    monkeypatch.setitem(sys.modules, "compression.zstd", Frames)
    assert read_wheel(good, FILENAME) == METADATA
    for data, message in ((b"none", "no frame"), (b"9999:" + METADATA, "end with"), (b"1:xy", "end with")):
        with pytest.raises(MetadataInvalid, match=message):
            read_wheel(zstandard(data), FILENAME)
