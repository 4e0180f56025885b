"""Source distributions are read in memory, and refused where two readers could disagree about them."""

from __future__ import annotations

import io
import random
import tarfile
import zlib
from typing import Any

import pytest

from resolver.errors import MetadataInvalid
from resolver.index import tars
from resolver.index.metadata import Metadata, parse_metadata
from resolver.index.sdists import is_static, leaves_open, read_sdist
from support.archives import INFO, block, info, sdist, squeezed, tarred, zipped

PLACE = "a-1.0/PKG-INFO"
END = bytes(1024)


def padded(content: bytes) -> bytes:
    """Fill up to whole blocks."""
    return content + bytes(-len(content) % 512)


def raw(*parts: bytes, end: bytes = END) -> bytes:
    """Return a compressed archive of these blocks."""
    return squeezed(b"".join(parts) + end)


def member(content: bytes = INFO, name: bytes = PLACE.encode(), kind: bytes = b"0", **fields: Any) -> bytes:
    """Return a member, header and content."""
    return block(name, len(content), kind, **fields) + padded(content)


def extended(*records: tuple[bytes, bytes], kind: bytes = b"x") -> bytes:
    """Return an extended header."""
    content = b""
    for key, value in records:
        length = len(key) + len(value) + 3
        while len(b"%d" % length) + len(key) + len(value) + 3 != length:
            length = len(b"%d" % length) + len(key) + len(value) + 3
        content += b"%d %s=%s\n" % (length, key, value)
    return member(content, b"pax", kind)


@pytest.mark.parametrize("kind", [".tar.gz", ".zip"])
@pytest.mark.parametrize("root", ["a-1.0", "A-1.0", "a-1", "a-1.0.0"])
def test_metadata_is_found_in_the_directory_of_name_and_version(kind: str, root: str) -> None:
    """However these are spelled."""
    assert read_sdist(sdist(root=root, kind=kind), f"a-1.0{kind}").requires_dist == ("b",)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_forms_of_tar_are_read(form: int) -> None:
    """Long names and long paths too, which each has ways of its own for."""
    long = {f"a-1.0/{'d' * 90}/{'n' * 99}": b"x" * 600, PLACE: INFO, "a-1.0/é.txt": b""}
    assert read_sdist(squeezed(tarred(long, form)), "a-1.0.tar.gz").requires_dist == ("b",)


GOOD = {
    "plain": raw(member()),
    "old kind": raw(member(kind=b"\0")),
    "no magic": raw(member(magic=(257, bytes(8)))),
    "no end": raw(member(), end=b""),
    "one block at the end": raw(member(), end=bytes(512)),
    "a directory": raw(block(b"a-1.0/", 0, b"5"), member()),
    "a dot before": raw(block(b"./a-1.0/", 0, b"5"), member(name=b"./a-1.0/PKG-INFO")),
    "a time before 1970": raw(member(time=(136, b"\xff" * 12))),
    "a size in base 256": raw(member(told=(124, b"\x80" + len(INFO).to_bytes(11, "big")))),
    "a link elsewhere": raw(member(), block(b"a-1.0/link", 0, b"2", to=(157, b"../../etc/passwd"))),
    "a comment for all": raw(extended((b"comment", b"f00"), kind=b"g"), member()),
    "a path in an extended header": raw(extended((b"path", PLACE.encode())), member(name=b"short")),
    "a size twice, the same": raw(extended((b"size", b"%d" % len(INFO))), member()),
    "a long name": raw(member(PLACE.encode() + b"\0", b"././@LongLink", b"L"), member(name=b"short")),
    "a prefix": raw(member(name=b"PKG-INFO", prefix=(345, b"a-1.0"))),
    "another PKG-INFO deeper down": raw(member(), member(b"x", b"a-1.0/a.egg-info/PKG-INFO")),
    "another directory": raw(member(), member(b"x", b"b-2.0/PKG-INFO")),
}


@pytest.mark.parametrize("case", GOOD)
def test_archive_that_is_in_order_is_read(case: str) -> None:
    assert read_sdist(GOOD[case], "a-1.0.tar.gz").requires_dist == ("b",)


PLAIN = raw(member())
BAD = {
    "empty": (b"", "not the kind of archive"),
    "a ZIP archive by another name": (zipped({PLACE: INFO}), "not the kind of archive"),
    "no gzip": (b"\x1f\x8b\x08" + bytes(50), "is damaged"),
    "cut off": (PLAIN[:-9], "ends too early"),
    "wrong sum of the stream": (PLAIN[:-8] + bytes(4) + PLAIN[-4:], "is damaged"),
    "text behind": (PLAIN + b"x", "bytes behind"),
    "a second stream": (PLAIN + PLAIN, "bytes behind"),
    "no tar": (squeezed(b"text" * 200), "a number that is none"),
    "nothing in it": (raw(), "no member"),
    "wrong sum of a header": (squeezed(b"b" + member()[1:] + END), "checksum is wrong"),
    "a time that is no number": (raw(member(time=(136, b"x"))), "a number that is none"),
    "a prefix for some": (
        raw(member(magic=(257, b"ustar  \0"), prefix=(345, b"b"))),
        "some readers put a prefix",
    ),
    "cut header": (squeezed(member()[:300]), "ends within a header"),
    "cut zeros": (squeezed(member() + bytes(100)), "ends within a header"),
    "cut member": (squeezed(block(PLACE.encode(), 5000) + bytes(600)), "ends within a member"),
    "header without member": (raw(extended((b"path", b"x"))), "ends within a header"),
    "more behind the end": (raw(member(), bytes(1024), member(b"x")), "goes on behind its end"),
    "size that is no number": (raw(member(told=(124, b"0000000zz00"))), "a number that is none"),
    "negative size": (raw(member(told=(124, b"\xff" * 12))), "a number that is none"),
    "two sizes": (raw(extended((b"size", b"3")), member()), "two sizes"),
    "two names": (
        raw(member(b"x\0", b"l", b"L"), extended((b"path", PLACE.encode())), member(name=b"y")),
        "two names",
    ),
    "two headers of a kind": (raw(extended((b"path", b"x")), extended((b"path", b"y")), member()), "twice"),
    "a name for all": (raw(extended((b"path", PLACE.encode()), kind=b"g"), member()), "all members the same"),
    "a size for all": (raw(extended((b"size", b"5"), kind=b"g"), member()), "all members the same"),
    "a large header": (raw(member(bytes((1 << 20) + 1), b"x", b"x"), member()), "too large"),
    "an unreadable header": (raw(member(b"99 path=x\n", b"x", b"x"), member()), "cannot be read"),
    "a header without numbers": (raw(member(b"x path=x\n", b"x", b"x"), member()), "cannot be read"),
    "a key twice": (raw(extended((b"path", b"x"), (b"path", PLACE.encode())), member()), "cannot be read"),
    "sparse by GNU": (raw(member(kind=b"S")), "unknown kind 'S'"),
    "sparse by an extended header": (raw(extended((b"GNU.sparse.size", b"9")), member()), "sparse"),
    "an unknown kind": (raw(member(kind=b"7")), "unknown kind '7'"),
    "a directory with a size": (raw(block(b"a-1.0/", 5, b"5"), bytes(512), member()), "no content"),
    "a link with a size": (raw(block(b"a-1.0/x", 5, b"2"), bytes(512), member()), "no content"),
    "an absolute path": (raw(member(), member(b"x", b"/etc/passwd")), "lie elsewhere: '/etc/passwd'"),
    "a path upwards": (raw(member(), member(b"x", b"a-1.0/../../x")), "lie elsewhere"),
    "a path upwards for some": (raw(member(), member(b"x", b"a-1.0\\..\\..\\x")), "lie elsewhere"),
    "a NUL in a name": (raw(extended((b"path", b"a-1.0/PKG-INFO\0x")), member()), "a NUL"),
    "a name beyond all bounds": (raw(extended((b"path", b"x" * 70_000)), member()), "too long"),
    "two PKG-INFO": (raw(member(), member()), "several members"),
    "two PKG-INFO by case": (raw(member(), member(name=b"a-1.0/pkg-info")), "several members"),
    "two PKG-INFO by roots": (raw(member(), member(name=b"A-1.0.0/PKG-INFO")), "several members"),
    "two PKG-INFO by a dot": (raw(member(), member(name=b"./a-1.0//PKG-INFO")), "several members"),
    "two PKG-INFO by a backslash": (raw(member(), member(name=b"a-1.0\\PKG-INFO")), "several members"),
    "only one with a backslash": (raw(member(name=b"a-1.0\\PKG-INFO")), "no plain file"),
    "only one of another case": (raw(member(name=b"a-1.0/pkg-info")), "no member"),
    "a linked PKG-INFO": (raw(block(PLACE.encode(), 0, b"2", to=(157, b"x"))), "no plain file"),
    "a directory PKG-INFO": (raw(block(PLACE.encode() + b"/", 0)), "no plain file"),
    "a linked root": (raw(block(b"a-1.0", 0, b"2", to=(157, b"b")), member()), "directory 'a-1.0' is none"),
    "a root that is a file": (raw(member(b"x", b"a-1.0"), member()), "directory 'a-1.0' is none"),
    "of another project": (raw(member(name=b"b-1.0/PKG-INFO")), "no member"),
    "of another version": (raw(member(name=b"a-2.0/PKG-INFO")), "no member"),
    "9 MiB": (raw(member(INFO + b"x" * (9 << 20))), "8,388,608 bytes .--max metadata-bytes="),
    "no metadata in it": (raw(member(b"nothing")), "no field Name"),
}


@pytest.mark.parametrize("case", BAD)
def test_archive_that_could_be_read_in_two_ways_is_refused(case: str) -> None:
    """The message says what is wrong; nothing else than ``MetadataInvalid`` is raised."""
    body, message = BAD[case]
    with pytest.raises(MetadataInvalid, match=message):
        read_sdist(body, "a-1.0.tar.gz")


def test_tar_that_is_a_zip_archive_as_well_is_refused() -> None:
    """Whoever looks at the end of the file finds another archive than who looks at its beginning."""
    other = zipped({PLACE: info("Requires-Dist: evil")})
    noise = random.Random(0).randbytes(50_000)
    stream = zlib.compressobj(0, zlib.DEFLATED, 31)
    body = stream.compress(padded(member()) + member(noise + other, b"a-1.0/x") + END) + stream.flush()
    end = body.rindex(b"PK\5\6")
    patched = body[: end + 20] + (len(body) - end - 22).to_bytes(2, "little") + body[end + 22 :]
    with pytest.raises(MetadataInvalid, match="two archives in one"):
        read_sdist(patched, "a-1.0.tar.gz")
    read_sdist(body, "a-1.0.tar.gz")  # an archive in an archive is none of our business


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a-1.0/setup.py": b""}, "no member"),
        ({"a-2.0/PKG-INFO": INFO}, "no member"),
        ({PLACE: INFO, "A-1.0/PKG-INFO": INFO}, "several members"),
        ({PLACE: INFO, "a-1.0/./PKG-INFO": INFO}, "several members"),
        ({"a-1.0//PKG-INFO": INFO}, "written strangely"),
        ({"a-1.0/Pkg-Info": INFO}, "no member"),
    ],
)
def test_zip_archive_that_could_be_read_in_two_ways_is_refused(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(MetadataInvalid, match=message):
        read_sdist(zipped(files), "a-1.0.zip")


def test_tar_by_the_name_of_a_zip_archive_is_refused() -> None:
    with pytest.raises(MetadataInvalid, match="not the kind of archive"):
        read_sdist(sdist(), "a-1.0.zip")


def test_archive_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the ratio, and by the bytes where it is no better than others."""
    bomb = raw(member(bytes(30 << 20), b"a-1.0/zeros"), member())
    with pytest.raises(MetadataInvalid, match="200 times its size"):
        read_sdist(bomb, "a-1.0.tar.gz")
    monkeypatch.setattr(tars, "_MOST_BYTES", 1 << 20)
    noise = random.Random(0).randbytes(2 << 20)
    with pytest.raises(MetadataInvalid, match="more than 1 MiB"):
        read_sdist(raw(member(noise, b"a-1.0/noise"), member()), "a-1.0.tar.gz")


def test_archive_of_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "_MOST_MEMBERS", 10)
    empty = [block(b"a-1.0/%d" % number, 0) for number in range(10)]
    with pytest.raises(MetadataInvalid, match="more than 10 members"):
        read_sdist(raw(member(), *empty), "a-1.0.tar.gz")


def test_project_with_dashes_in_name_and_version_is_recognised() -> None:
    body = squeezed(tarred({"a-b-1.0-1/PKG-INFO": info(name="a-b", version="1.0.post1")}))
    assert read_sdist(body, "a_b-1.0-1.tar.gz").version == "1.0.post1"
    with pytest.raises(MetadataInvalid, match="no member"):
        read_sdist(body, "a_b-1.0-2.tar.gz")


@pytest.mark.parametrize(
    ("version", "dynamic", "static"),
    [
        ("2.2", (), True),
        ("2.10", (), True),
        ("2.4", ("license", "description"), True),
        ("2.2", ("requires-dist",), False),
        ("2.3", ("requires-python",), False),
        ("2.3", ("provides-extra",), False),
        ("2.1", (), False),
        ("1.2", (), False),
        ("2", (), False),
        ("two.two", (), False),
    ],
)
def test_metadata_is_static_from_2_2_on_unless_it_says_otherwise(
    version: str, dynamic: tuple[str, ...], static: object
) -> None:
    """PEP 643; what is dynamic is of interest only where a resolution needs it."""
    metadata = Metadata("a", "1", metadata_version=version, dynamic=dynamic)
    assert is_static(metadata) == static
    assert leaves_open(metadata) == any("require" in each or "extra" in each for each in dynamic)


def test_reader_agrees_with_tarfile_on_damaged_archives() -> None:
    """Change headers of a tar archive: it is refused, or read as the standard library unpacks it."""
    chance = random.Random(7)
    content = tarred({"a-1.0/one": b"x" * 700, PLACE: INFO, "a-1.0/two": b""}, tarfile.GNU_FORMAT)
    read = 0
    for _ in range(2_000):
        damaged = bytearray(content)
        start = chance.choice([0, 512 + 1024, 512 + 1024 + 1024])  # of a header
        for _ in range(chance.randint(1, 2)):
            damaged[start + chance.randrange(512)] = chance.randrange(256)
        damaged[start + 148 : start + 156] = b" " * 8
        damaged[start + 148 : start + 156] = b"%06o\0 " % sum(damaged[start : start + 512])
        try:
            found = read_sdist(squeezed(bytes(damaged)), "a-1.0.tar.gz")
        except MetadataInvalid:
            continue
        read += 1
        with tarfile.open(fileobj=io.BytesIO(bytes(damaged))) as archive:
            (theirs,) = [
                each for each in archive if each.name.casefold() == PLACE.casefold() and each.isfile()
            ]
            file = archive.extractfile(theirs)
            assert file is not None
            assert parse_metadata(file.read()) == found
    assert 100 < read < 1_900
