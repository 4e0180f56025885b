"""Indexes that fail or attack, each a situation into which any resolver can be put.

Here is what the index sends, what is asked of the resolver, and which outcome is right: an answer, or a
failure whose message says what is wrong.  Nothing here knows a tool; ``faults`` runs them and judges.  The
project's own tests of the same threats, with more to assert, are in ``tests/faults``.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import time
import zipfile
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Answers = Callable[["Asked"], "Sent"]

__all__ = ["SECRET", "SITUATIONS", "Asked", "Large", "Sent", "Situation"]

SECRET = "hunter2-planted"  # planted to be looked for

_JSON = "application/vnd.pypi.simple.v1+json"
_NEW, _OLD = "a-1.0-py3-none-any.whl", "a-0.9-py3-none-any.whl"


class Asked(NamedTuple):
    """One request: its path, its headers (names in lower case), and how often this path was asked before."""

    path: str
    headers: Mapping[str, str]
    before: int


class Sent(NamedTuple):
    """The answer: raw bytes, sent piece by piece with ``pause`` seconds between, and whether to hang up."""

    pieces: Sequence[bytes]
    hang_up: bool = False
    pause: float = 0.0
    repeat: int = 1


class Situation(NamedTuple):
    """What an index does, and what is right.

    ``pins`` is the right answer; where there is none, the message must contain one of ``says``.
    ``userinfo`` is put into the address of the index, and must not be found afterwards.
    """

    name: str
    about: str
    answers: Answers
    pins: Mapping[str, str] | None = None
    says: Sequence[str] = ()
    lines: Sequence[str] = ("a",)
    userinfo: str = ""


def _reply(
    body: bytes | str = b"", status: int = 200, content_type: str | None = _JSON, **headers: str | None
) -> Sent:
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": content_type, "Content-Length": str(len(content))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return Sent([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + content])


def _metadata(name: str = "a", version: str = "1.0", *lines: str) -> bytes:
    rest = "".join(f"{line}\n" for line in lines)
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{rest}".encode()


def _wheel(metadata: bytes, stem: str = "a-1.0", more: Mapping[str, bytes] | None = None) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/__init__.py", b"")
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return held.getvalue()


class _Index:
    """A well-behaved index of some wheels, of which a situation replaces parts.

    ``metadata`` gives the content by file name; files are listed under the project that their name tells.
    """

    def __init__(self, metadata: Mapping[str, bytes], *, beside: bool = True) -> None:
        self.metadata = metadata
        self.beside = beside
        self.wheels = {name: _wheel(text, "-".join(name.split("-")[:2])) for name, text in metadata.items()}

    def entry(self, filename: str, **changes: object) -> dict[str, object]:
        wheel = hashlib.sha256(self.wheels[filename]).hexdigest()
        text = hashlib.sha256(self.metadata[filename]).hexdigest()
        found = {"filename": filename, "url": f"/files/{filename}", "hashes": {"sha256": wheel}}
        return found | ({"core-metadata": {"sha256": text}} if self.beside else {}) | changes

    def page(self, project: str, version: str = "1.1", **changes: object) -> str:
        names = [name for name in self.metadata if name.split("-")[0] == project]
        files = [self.entry(name, **changes) for name in names]
        return json.dumps({"meta": {"api-version": version}, "name": project, "files": files})

    def __call__(self, asked: Asked) -> Sent:
        if asked.path.startswith("/simple/"):
            project = asked.path.split("/")[2]
            known = any(name.split("-")[0] == project for name in self.metadata)
            return _reply(self.page(project)) if known else _reply(status=404)
        filename = asked.path.rpartition("/")[2]
        if filename.endswith(".metadata") and self.beside:
            return _reply(self.metadata[filename.removesuffix(".metadata")], content_type="text/plain")
        return _ranged(self.wheels[filename], asked) if filename in self.wheels else _reply(status=404)


def _ranged(content: bytes, asked: Asked) -> Sent:
    wanted = asked.headers.get("range")
    if wanted is None:
        return _reply(content, content_type="application/octet-stream")
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(len(content) - int(last), 0)
    stop = min(int(last) + 1, len(content)) if first and last else len(content)
    told = f"bytes {start}-{stop - 1}/{len(content)}"
    return _reply(content[start:stop], 206, "application/octet-stream", Content_Range=told)


_GOOD = _Index({_NEW: _metadata(), _OLD: _metadata("a", "0.9")})
_BARE = _Index(_GOOD.metadata, beside=False)


def _page(answers: Answers, index: _Index = _GOOD) -> Answers:
    """Let ``answers`` speak for the page of ``a``, and the index for the rest."""
    return lambda asked: answers(asked) if asked.path == "/simple/a/" else index(asked)


def _first(sent: Sent) -> Answers:
    """Send this once, and what is good from then on."""
    return _page(lambda asked: _GOOD(asked) if asked.before else sent)


def _always(sent: Sent) -> Answers:
    return _page(lambda _: sent)


def _sidecar(answers: Answers) -> Answers:
    return lambda asked: answers(asked) if asked.path.endswith(".metadata") else _GOOD(asked)


def _wheel_by(answers: Answers, index: _Index = _BARE) -> Answers:
    """Let ``answers`` speak for requests of a part of a file."""
    return lambda asked: answers(asked) if "range" in asked.headers else index(asked)


def _saying(*lines: str, index: Mapping[str, bytes] | None = None) -> Answers:
    """Have the newest version of ``a`` say this in its metadata; the one before is harmless."""
    others = {_OLD: _metadata("a", "0.9"), "b-1.0-py3-none-any.whl": _metadata("b")} | dict(index or {})
    return _Index({_NEW: _metadata("a", "1.0", *lines)} | others)


def _archive(content: bytes) -> Answers:
    """Have this file be the newest version of ``a``."""
    index = _Index(_GOOD.metadata, beside=False)
    index.wheels = {**index.wheels, _NEW: content}
    return index


class Large:
    """Answers that take seconds to make: made once, when asked for."""

    def __init__(self, make: Callable[[], Answers]) -> None:
        self.make = cache(make)

    def __call__(self, asked: Asked) -> Sent:
        """Answer as what was made does."""
        return self.make()(asked)


def _bomb() -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as packed:
        packed.write(b'{"meta": {"api-version": "1.1"}, "name": "a", "files": [], "x": "')
        for _ in range(1024):
            packed.write(b" " * (1 << 20))
        packed.write(b'"}')
    return held.getvalue()


def _cut(body: bytes) -> Sent:
    packed = gzip.compress(body, mtime=0)
    return _reply(packed[: len(packed) // 2], Content_Encoding="gzip")


def _flipped(body: bytes) -> Sent:
    packed = bytearray(gzip.compress(body, mtime=0))
    packed[len(packed) // 2] ^= 0x55
    return _reply(bytes(packed), Content_Encoding="gzip")


def _unpromised(body: bytes) -> Sent:
    """Half of a body of which no length was told."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nConnection: close\r\n\r\n".encode()
    return Sent([head + body[: len(body) // 2]], hang_up=True)


def _huge() -> Sent:
    size = 400 << 20
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nContent-Length: {size}\r\n\r\n".encode()
    return Sent([head, b" " * (1 << 20)], repeat=400)


def _mute(_: Asked) -> Sent:
    time.sleep(600)
    return _reply(status=500)


def _dripping() -> Sent:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nContent-Length: 4000\r\n\r\n".encode()
    return Sent([head, b" "], pause=1.0, repeat=4000)


def _listing(filename: str, url: str) -> str:
    """Return the good page with one more file."""
    page = json.loads(_GOOD.page("a"))
    page["files"].append({"filename": filename, "url": url, "hashes": {}})
    return json.dumps(page)


def _html(inner: str) -> str:
    return f"<!DOCTYPE html><html><body>{inner}</body></html>"


def _second_end(wheel: bytes) -> bytes:
    """Append a second, empty end record: two readers see two archives."""
    return wheel + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)


_FILE = _GOOD.page("a").encode()
_UNAVAILABLE = ("/simple/a/", "127.0.0.1")


def _status(status: int) -> Situation:
    said = f"the page of a package answers with status {status}, always"
    return Situation(f"status-{status}", said, _always(_reply(status=status)), says=(str(status),))


SITUATIONS = (
    Situation("good", "nothing is wrong", _GOOD, {"a": "1.0"}),
    *map(_status, (401, 403, 408, 429, 500, 503)),
    Situation(
        "status-404",
        "no index has the package",
        _always(_reply(status=404)),
        says=("not found", "does not exist", "no versions", "no matching distribution"),
    ),
    Situation(
        "retry-after",
        "429 once, with Retry-After: 2",
        _first(_reply(status=429, Retry_After="2")),
        {"a": "1.0"},
    ),
    Situation("fail-once", "500 once", _first(_reply(status=500)), {"a": "1.0"}),
    Situation(
        "truncated-once", "a gzip body cut off once, of the right length", _first(_cut(_FILE)), {"a": "1.0"}
    ),
    Situation("truncated", "a gzip body cut off, always", _always(_cut(_FILE)), says=_UNAVAILABLE),
    Situation("flipped", "a damaged gzip body, always", _always(_flipped(_FILE)), says=_UNAVAILABLE),
    Situation(
        "no-length-once", "half a body without a length, once", _first(_unpromised(_FILE)), {"a": "1.0"}
    ),
    Situation("reset-once", "the connection breaks off, once", _first(Sent([], hang_up=True)), {"a": "1.0"}),
    Situation(
        "bomb",
        "1 MB of gzip unfolds to 1 GiB",
        Large(lambda: _always(_reply(_bomb(), Content_Encoding="gzip"))),
        says=_UNAVAILABLE,
    ),
    Situation("huge", "a page of 400 MB", _always(_huge()), says=_UNAVAILABLE),
    Situation("mute", "the index accepts and says nothing", _page(_mute), says=_UNAVAILABLE),
    Situation("drip", "a byte a second", _always(_dripping()), says=_UNAVAILABLE),
    Situation(
        "loop", "a redirect to itself", _always(_reply(status=302, Location="/simple/a/")), says=("redirect",)
    ),
    Situation(
        "redirect-file",
        "a redirect to file:",
        _always(_reply(status=302, Location="file:///etc/hostname")),
        says=("file:",),
    ),
    Situation(
        "html200",
        "a login page instead of the page",
        _always(_reply(_html("Please log in."), content_type="text/html")),
        says=_UNAVAILABLE,
    ),
    Situation(
        "wrong-type",
        "JSON under the name of text/plain",
        _always(_reply(_FILE, content_type="text/plain")),
        says=("text/plain", "ontent"),
    ),
    Situation(
        "api-2", "a page of version 2.0 of the API", _always(_reply(_GOOD.page("a", "2.0"))), says=("2.0",)
    ),
    Situation(
        "wrongname",
        "the page lists a newer file of another project",
        _page(lambda _: _reply(_listing("evil-9.0-py3-none-any.whl", "/files/evil-9.0-py3-none-any.whl"))),
        {"a": "1.0"},
    ),
    Situation(
        "travname",
        "a newer file whose name climbs out of a folder",
        _page(
            lambda _: _reply(
                _listing("../../a-9.0-py3-none-any.whl", "/files/..%2F..%2Fa-9.0-py3-none-any.whl")
            )
        ),
        {"a": "1.0"},
    ),
    Situation(
        "sidecar-404",
        "the metadata file that the page promises is not there",
        _sidecar(lambda _: _reply(status=404)),
        {"a": "1.0"},
    ),
    Situation(
        "sidecar-hash",
        "the metadata file is not what the page promises",
        _sidecar(lambda _: _reply(_GOOD.metadata[_NEW] + b"Requires-Dist: evil\n")),
        says=("sha256", "hash", "digest"),
    ),
    Situation(
        "wheelrange",
        "a range that is none: the first bytes instead of the last",
        _wheel_by(
            lambda _: _reply(
                _BARE.wheels[_NEW][:64], 206, Content_Range=f"bytes 0-63/{len(_BARE.wheels[_NEW])}"
            )
        ),
        {"a": "1.0"},
    ),
    Situation("range-416", "ranges are refused", _wheel_by(lambda _: _reply(status=416)), {"a": "1.0"}),
    Situation(
        "range-200",
        "ranges are ignored",
        _wheel_by(lambda asked: _BARE(asked._replace(headers={}))),
        {"a": "1.0"},
    ),
    Situation(
        "two-ends",
        "a wheel with two ZIP end records",
        _archive(_second_end(_BARE.wheels[_NEW])),
        {"a": "0.9"},
    ),
    Situation(
        "two-metadata",
        "a wheel with two dist-info folders",
        _archive(
            _wheel(
                _metadata(),
                "a-1.0",
                {"A-1.0.dist-info/METADATA": _metadata("a", "1.0", "Requires-Dist: evil")},
            )
        ),
        {"a": "0.9"},
    ),
    Situation(
        "member-bomb",
        "METADATA of 600 MB in a wheel of 600 kB",
        Large(lambda: _archive(_wheel(_metadata() + b"\n" + b" " * (600 << 20)))),
        {"a": "0.9"},
    ),
    Situation(
        "other-name",
        "metadata of another project",
        _Index({_NEW: _metadata("zzz"), _OLD: _metadata("a", "0.9")}),
        {"a": "0.9"},
    ),
    Situation(
        "other-version",
        "metadata of another version",
        _Index({_NEW: _metadata("a", "7"), _OLD: _metadata("a", "0.9")}),
        {"a": "0.9"},
    ),
    Situation(
        "no-name",
        "metadata without a name",
        _Index({_NEW: b"Metadata-Version: 2.1\nVersion: 1.0\n", _OLD: _metadata("a", "0.9")}),
        {"a": "0.9"},
    ),
    Situation(
        "parentheses",
        "a marker of 20,000 nested parentheses",
        _saying(f"Requires-Dist: b; {'(' * 20_000}os_name == 'x'{')' * 20_000}"),
        {"a": "0.9"},
    ),
    Situation(
        "or-terms",
        "3,000 alternatives in a marker",
        _saying(
            "Requires-Dist: b; "
            + " or ".join(f"(extra == 'e{n}' and python_version > '3.{n % 9}')" for n in range(3_000)),
            *(f"Provides-Extra: e{n}" for n in range(3_000)),
        ),
        {"a": "1.0", "b": "1.0"},
        lines=("a[e1]",),
    ),
    Situation(
        "digits", "a version of 100,000 digits", _saying(f"Requires-Dist: b>={'9' * 100_000}"), {"a": "0.9"}
    ),
    Situation(
        "many-requirements",
        "50,000 requirements on one package",
        _saying(*(f"Requires-Dist: b!={n}.5" for n in range(50_000))),
        {"a": "1.0", "b": "1.0"},
    ),
    Situation(
        "chained-extras",
        "3,000 extras, each with the next",
        _saying(
            *(f"Requires-Dist: a[e{n + 1}]; extra == 'e{n}'" for n in range(3_000)),
            *(f"Provides-Extra: e{n}" for n in range(3_001)),
        ),
        {"a": "1.0"},
        lines=("a[e0]",),
    ),
    Situation(
        "url-http",
        "a package of the index requires another by http URL",
        _saying("Requires-Dist: evil @ http://127.0.0.1:9/evil-1.0-py3-none-any.whl"),
        {"a": "0.9"},
    ),
    Situation(
        "url-file", "... by file URL", _saying("Requires-Dist: evil @ file:///etc/passwd"), {"a": "0.9"}
    ),
    Situation(
        "secret",
        "a login in the address, and the index fails",
        _always(_reply(status=500)),
        says=("500",),
        userinfo=f"me:{SECRET}@",
    ),
    Situation(
        "secret-solved",
        "a login in the address, and all is well",
        _GOOD,
        {"a": "1.0"},
        userinfo=f"me:{SECRET}@",
    ),
)
"""All of them; the first is no fault, and shows that a tool was driven rightly."""
