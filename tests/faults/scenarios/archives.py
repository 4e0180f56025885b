"""What servers do to who reads a part of a file, and what archives are that do not mean what they seem to."""

from __future__ import annotations

import bz2
import io
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

from resolver.errors import MetadataInvalid
from resolver.index import ladder
from resolver.index.artifacts import read_wheel
from resolver.index.transport import Request
from support.archives import INFO, block, digest, info, sdist, squeezed, tarred
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, metadata, page, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from resolver.index.transport import Response
    from resolver.model.distfile import DistFile
    from support.fault_server import Asked, Reply
    from support.stage import Stage

    Member = tuple[bytes, bytes, dict[str, int]]

GOOD = "a==1.0\n"
PATH = "/files/a-1.0-py3-none-any.whl"
TEXT = metadata("a", "1.0")
WHEEL = wheel("a", "1.0", TEXT)
RANGES = (
    "range read: 200 instead of 206, wrong Content-Range, 416, HEAD 403/405/500, no Accept-Ranges, multipart"
)
ZIPS = (
    "ZIP: two EOCD, EOCD comment lies, LFH/CDH mismatch, dup names, zip64, encrypted, STORED bomb, "
    "2 dist-info dirs, data descriptors"
)
TARS = "sdist tar: PAX size clash, links, abs paths, sparse, .tar.bz2, polyglot"


def _always(value: object) -> Callable[..., object]:
    """Stand in for a function that is not there any more."""
    return lambda *_, **__: value


# Ranges


def _padded() -> bytes:
    """Return a wheel that is too large to be asked for as a whole at first."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/data.bin", bytes(200_000))
        archive.writestr("a-1.0.dist-info/METADATA", TEXT)
    return stream.getvalue()


LARGE = _padded()


def _ranged(answer: Callable[[int, int], Reply]) -> Callable[[Stage], None]:
    """Return a set-up: a large wheel without metadata beside it, of which ranges are answered so."""

    def serve(asked: Asked) -> Reply:
        span = asked.headers.get("range")
        if span is None:
            return reply(200, LARGE)
        first, _, last = span.removeprefix("bytes=").partition("-")
        return answer(int(first or 0), int(last) + 1)

    def setup(stage: Stage) -> None:
        facts = {"hashes": digest(LARGE), "size": len(LARGE)}
        stage.script(stage.package("a", sidecar=False, file=facts), serve)

    return setup


def _partial(start: int, stop: int, span: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return reply(206, LARGE[start:stop], {"Content-Range": span, **named} if span else named)


SPANS: Mapping[str, Callable[[int, int], Reply]] = {
    "wheelrange": lambda _, __: _partial(0, 9_999, f"bytes 0-9998/{len(LARGE)}"),
    "range-of-another-size": lambda start, stop: _partial(start, stop, f"bytes {start}-{stop - 1}/99"),
    "range-without-a-word": lambda start, stop: _partial(start, stop, ""),
    "range-multipart": lambda start, stop: _partial(start, stop, "", Content_Type="multipart/byteranges"),
    "range-416": lambda _, __: reply(416, b"", {"Content-Range": f"bytes */{len(LARGE)}"}),
}
REFUSED = {f"range-{status}": reply(status) for status in (403, 405, 500, 501)}


def _naive(file: DistFile, url: str, *_: object) -> Generator[Request, Response, bytes]:
    """Stand in for reading by ranges: whatever came is what was asked for."""
    response = yield Request(url, byte_range=32_768, limit=1 << 20)
    return read_wheel(response.body, file.filename)


NAIVE = (("resolver.index.ladder._by_ranges", _naive),)


def _range_ignored(stage: Stage) -> None:
    """All of the wheel comes in answer to a range, and it is not the one that was promised."""
    facts = {"hashes": digest(LARGE), "size": len(LARGE)}
    other = wheel("a", "1.0", metadata("a", "1.0", ["evil"]))
    stage.script(stage.package("a", sidecar=False, file=facts), reply(200, other))


def _filehash(stage: Stage) -> None:
    """The wheel is not the one that was promised, and ranges of it are served."""
    body = wheel("a", "1.0", metadata("a", "1.0", ["evil"]))

    def serve(asked: Asked) -> Reply:
        if "range" not in asked.headers:
            return reply(200, body)
        return reply(206, body, {"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"})

    stage.script(stage.package("a", sidecar=False), serve)


def _no_sidecar(status: int) -> Callable[[Stage], None]:
    """The metadata that the page promises cannot be had."""

    def setup(stage: Stage) -> None:
        stage.script(f"{stage.package('a')}.metadata", reply(status))

    return setup


def _nothing(*_: object) -> Generator[object, object, None]:
    """Stand in for the other steps of the ladder."""
    yield from ()
    raise MetadataInvalid("There is nothing else to try.")


def _evil_sidecar(stage: Stage) -> None:
    """The metadata is not what was promised."""
    stage.script(f"{stage.package('a')}.metadata", reply(200, metadata("a", "1.0", ["evil"])))


# Archives


def _wheel(body: bytes) -> Callable[[Stage], None]:
    """Return a set-up with this wheel, with its right hash."""

    def setup(stage: Stage) -> None:
        path = stage.package("a", sidecar=False, file={"hashes": digest(body), "size": len(body)})
        stage.script(path, reply(200, body))

    return setup


def _source(body: bytes, filename: str = "a-1.0.tar.gz", *arguments: str) -> Callable[[Stage], None]:
    """Return a set-up with this source distribution alone, with its right hash."""

    def setup(stage: Stage) -> None:
        line = {"filename": filename, "url": f"/files/{filename}", "hashes": digest(body)}
        stage.script("/simple/a/", reply(200, page("a", [line]), JSON))
        stage.script(f"/files/{filename}", reply(200, body))
        stage.arguments += arguments

    return setup


def _raw(*members: Member, count: int | None = None, comment: bytes = b"") -> bytes:
    """Return a ZIP archive of stored members; the last part of each are lies of its own header."""
    body, directory = b"", b""
    for name, content, lies in members:
        fields = {"flags": 0, "crc": zlib.crc32(content), "compressed": len(content), "size": len(content)}
        in_directory = {**fields, "flags": lies.get("flags", 0), "size": lies.get("told", len(content))}
        local = {**in_directory, **{key: lies[key] for key in lies if key in fields}}
        for told, sign, more in ((in_directory, b"PK\1\2\x14\0", True), (local, b"PK\3\4", False)):
            header = struct.pack("<5H3L2H", 20, told["flags"], 0, 0, 33, told["crc"], told["compressed"],
                                 told["size"], len(name), 0)  # fmt: skip
            if more:
                directory += sign + header + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
            else:
                body += sign + header + name + content
    number = len(members) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, len(directory), len(body), len(comment))
    return body + directory + end + comment


PLACE = b"a-1.0.dist-info/METADATA"
EVIL = metadata("a", "1.0", ["evil"])
PLAIN: Member = (PLACE, TEXT, {})


def _bomb() -> bytes:
    """Return a wheel whose METADATA unfolds to hundreds of megabytes."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join([stream.compress(bytes(1 << 20)) for _ in range(150)]) + stream.flush()
    body = _raw((PLACE, data, {"told": 1000, "size": 1000}))
    at = body.index(b"PK\1\2")
    return body[:8] + b"\x08\0" + body[10 : at + 10] + b"\x08\0" + body[at + 12 :]


WHEELS: Mapping[str, tuple[bytes, str, tuple[tuple[str, object], ...]]] = {
    "zip-two-ends": (
        _raw(PLAIN, comment=_raw((PLACE, EVIL, {}))),
        "two ZIP end records",
        (("resolver.index.zips._end_record", lambda data: data.rfind(b"PK\5\6")),),
    ),
    "zip-comment-lies": (
        _raw(PLAIN) + b"more",
        "does not end the file",
        (("resolver.index.zips._end_record", lambda data: data.rfind(b"PK\5\6")),),
    ),
    "zip-headers-differ": (
        _raw((PLACE, TEXT, {"size": 3})),
        "contradict each other",
        (("resolver.index.zips._content", _always(TEXT)),),
    ),
    "zip-name-twice": (
        _raw(PLAIN, (PLACE, EVIL, {})),
        "names a member twice",
        (("resolver.index.zips._check_names", _always(None)),),
    ),
    "zip-encrypted": (
        _raw((PLACE, TEXT, {"flags": 1})),
        "is encrypted",
        (("resolver.index.zips._ENCRYPTED", 0),),
    ),
    "zip-stored-bomb": (
        _raw((PLACE, TEXT, {"told": 1 << 30, "size": 1 << 30})),
        "--max metadata-bytes=",
        (("resolver.index.zips._check_content", _always(None)),),
    ),
    "zip-two-dist-info": (
        _raw(PLAIN, (b"evil-1.0.dist-info/RECORD", b"", {})),
        "several directories *.dist-info",
        (("resolver.index.artifacts._check_folders", _always(None)),),
    ),
    "zip-prefix": (
        b"#!/bin/sh\n" + _raw(PLAIN),
        "does not end where",
        (("resolver.index.artifacts.read_member", _always(TEXT)),),
    ),
    "zip-bomb": (
        _bomb(),
        "does not end with its member",
        (("resolver.index.zips._inflate", lambda data, _: zlib.decompress(data, -15)),),
    ),
}


def _sparse() -> bytes:
    content = block(b"a-1.0/PKG-INFO", len(INFO), b"S") + INFO + bytes(-len(INFO) % 512)
    return squeezed(content + bytes(1024))


def _linked() -> bytes:
    """Return an archive whose PKG-INFO is a link to a file of the machine."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("a-1.0/PKG-INFO")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    return squeezed(stream.getvalue())


def _two_sizes() -> bytes:
    """Return an archive in which one reader skips what another reads: PKG-INFO is one thing or the other."""
    record = b"13 size=1024\n"
    header = block(b"pax", len(record), b"x") + record + bytes(512 - len(record))
    hidden = block(b"a-1.0/PKG-INFO", len(INFO)) + INFO + bytes(-len(INFO) % 512)
    return squeezed(header + block(b"a-1.0/data", 0) + hidden + bytes(1024))


def _polyglot() -> bytes:
    """Return a tar archive that is a ZIP archive as well, to who looks at its end."""
    stream = zlib.compressobj(0, zlib.DEFLATED, 31)
    body = stream.compress(tarred({"a-1.0/PKG-INFO": INFO, "a-1.0/x": _raw(PLAIN)})) + stream.flush()
    at = body.rindex(b"PK\5\6")
    return body[: at + 20] + struct.pack("<H", len(body) - at - 22) + body[at + 22 :]


SOURCES: Mapping[str, tuple[bytes, str, tuple[tuple[str, object], ...]]] = {
    "tar-two-sizes": (
        _two_sizes(),
        "two sizes",
        (("resolver.index.tars._records", _always({})),),
    ),
    "tar-link": (_linked(), "no plain file", (("resolver.index.tars._FILES", b"02"),)),
    "tar-absolute": (
        squeezed(tarred({"a-1.0/PKG-INFO": INFO, "/etc/evil": b""})),
        "would lie elsewhere",
        (("resolver.index.tars._parts", lambda path: tuple(path.split("/"))),),
    ),
    "tar-sparse": (_sparse(), "unknown kind 'S'", (("resolver.index.tars._FILES", b"0\0S"),)),
    "tar-polyglot": (
        _polyglot(),
        "two archives in one",
        (("resolver.index.sdists._ends_as_zip", _always(False)),),
    ),
    "tar-two-metadata": (
        squeezed(tarred({"a-1.0/PKG-INFO": INFO, "A-1.0/PKG-INFO": info("Requires-Dist: evil")})),
        "several members PKG-INFO",
        (("resolver.index.sdists._check", _always(None)),),
    ),
    "tar-behind-its-end": (
        squeezed(tarred({"a-1.0/PKG-INFO": INFO}) + tarred({"a-1.0/PKG-INFO": INFO})),
        "goes on behind its end",
        (("resolver.index.tars._Stream.check_rest", _always(None)),),
    ),
    "tar-of-another-kind": (
        bz2.compress(tarred({"a-1.0/PKG-INFO": INFO})),
        "not the kind of archive",
        (("resolver.index.sdists._GZIP", b""),),
    ),
    "tar-bomb": (
        squeezed(tarred({"a-1.0/zeros": bytes(20 << 20), "a-1.0/PKG-INFO": INFO})),
        "200 times its size",
        (("resolver.index.tars._RATIO", 1 << 20),),
    ),
}


def _dynamic(stage: Stage) -> None:
    """What a source distribution says of itself does not hold for what is built of it."""
    _source(sdist(info("Dynamic: Requires-Dist")))(stage)


def _gone(stage: Stage) -> None:
    """The wheel is listed and gone; a source distribution of its version is there."""
    path = stage.package("a")
    body = sdist(info(name="a"))
    line = {"filename": "a-1.0.tar.gz", "url": "/files/a-1.0.tar.gz", "hashes": digest(body)}
    stage.script("/simple/a/", reply(200, page("a", [*stage.lines(), line]), JSON))
    stage.script("/files/a-1.0.tar.gz", reply(200, body))
    for each in (path, f"{path}.metadata"):
        stage.script(each, reply(404))


SCENARIOS = [
    *(Scenario(name, RANGES, _ranged(answer), Expected(pins=GOOD), NAIVE) for name, answer in SPANS.items()),
    *(
        Scenario(
            name,
            RANGES,
            _ranged(lambda _, __, answer=answer: answer),  # type: ignore[misc]  # bound now
            Expected(pins=GOOD),
            (("resolver.index.ladder._by_ranges", ladder._ranges),),
        )
        for name, answer in REFUSED.items()
    ),
    Scenario(
        "range-ignored",
        RANGES,
        _range_ignored,
        Expected(code=4, says=("is not what the index promises", PATH), asked={PATH: 3}),
        (("resolver.index.ladder._mismatch", _always(None)),),
    ),
    Scenario(
        "filehash",
        "file changed for same name+hash list",
        _filehash,
        Expected(code=4, says=("is not what the index promises", PATH), then=GOOD),
        (("resolver.index.ladder._mismatch", _always(None)),),
    ),
    *(
        Scenario(
            f"sidecar-{status}",
            "PEP 658 404",
            _no_sidecar(status),
            Expected(pins=GOOD),
            (("resolver.index.ladder._inside", _nothing),),
        )
        for status in (404, 403, 503)
    ),
    Scenario(
        "sidecar-hash",
        "file changed for same name+hash list",
        _evil_sidecar,
        Expected(code=4, says=("is not what the index promises",), asked={PATH: 0}, then=GOOD),
        (("resolver.index.ladder._mismatch", _always(None)),),
    ),
    Scenario(
        "wheel-gone",
        "PEP 658 404",
        _gone,
        Expected(pins=GOOD),
        (("resolver.index.ladder.sources_of", _always([])),),
    ),
    *(
        Scenario(
            name,
            ZIPS,
            _wheel(body),
            Expected(code=1, says=("unusable metadata", says), memory=150 if name == "zip-bomb" else None),
            without,
        )
        for name, (body, says, without) in WHEELS.items()
    ),
    *(
        Scenario(
            name,
            TARS,
            _source(body),
            Expected(code=1, says=("unusable metadata", says)),
            without,
        )
        for name, (body, says, without) in SOURCES.items()
    ),
    Scenario(
        "sdist-dynamic",
        TARS,
        _dynamic,
        Expected(code=1, says=("would have to be built (building is off)", "--build allow")),
        (("resolver.index.sdists.is_static", _always(True)),),
    ),
]
