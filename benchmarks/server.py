"""A package index on the loopback interface, for benchmarks: serves a ``World``, counts, and may be slow.

    python -m benchmarks.server (--recorded DIR | --packages N) [--port N]

Pages in JSON (PEP 691, 700), compressed, with ETags and ten minutes of freshness; metadata beside wheels (PEP
658); wheels that hold their metadata and nothing else.  ``/control?latency=0.05`` sets the seconds before
each answer and returns what was asked for since the last call.  Pages are made before the first request.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import io
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.universe import Universe
from benchmarks.worlds import Recorded

if TYPE_CHECKING:
    from benchmarks.worlds import File, World

__all__ = ["serve"]

_JSON = "application/vnd.pypi.simple.v1+json"
_DATE = (1980, 1, 1, 0, 0, 0)


class Index:
    """The answers: bodies by path, made once."""

    def __init__(self, world: World, base: str) -> None:
        self._world = world
        self._base = base
        self._owner: dict[str, str] = {}
        #: Worlds made by dice have too many wheels to make them all; their digests are of something else.
        self._exact = isinstance(world, Recorded)
        self._pages: dict[str, tuple[bytes, str]] = {}

    def warm(self) -> None:
        """Make all pages."""
        for name in self._world.names():
            self.page(name)

    def page(self, name: str) -> tuple[bytes, str] | None:
        """Return the page of a package, compressed, and its ETag; None where there is no such package."""
        if name not in self._pages:
            if not self._world.files(name):
                return None
            body = self.body(name)
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            self._pages[name] = (gzip.compress(body, 1, mtime=0), tag)
        return self._pages[name]

    def metadata(self, filename: str) -> bytes | None:
        """Return what a wheel's METADATA says."""
        owner = self._owner.get(filename)
        text = None if owner is None else self._world.metadata(owner, filename)
        return None if text is None else text.encode()

    def wheel(self, filename: str) -> bytes | None:
        """Return a wheel with nothing in it but METADATA and WHEEL."""
        metadata = self.metadata(filename)
        return None if metadata is None else _wheel(filename, metadata)

    def body(self, name: str) -> bytes:
        """Return the page of a package, in JSON."""
        files = self._world.files(name)
        for file in files:
            self._owner[file.filename] = name
        document = {
            "meta": {"api-version": "1.1"},
            "name": name,
            "files": [self._entry(name, file) for file in files],
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def _entry(self, name: str, file: File) -> dict[str, object]:
        text = self._world.metadata(name, file.filename)
        digest, size = file.digest, file.size
        core: object = False
        if text is not None:
            core = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
            if self._exact:
                wheel = _wheel(file.filename, text.encode())
                digest, size = hashlib.sha256(wheel).hexdigest(), len(wheel)
        return {
            "filename": file.filename,
            "url": f"{self._base}/files/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{file.filename}",
            "hashes": {"sha256": digest},
            "requires-python": file.requires_python,
            "size": size,
            "upload-time": file.upload_time,
            "yanked": file.yanked,
            "core-metadata": core,
            "data-dist-info-metadata": core,
        }


def _wheel(filename: str, metadata: bytes) -> bytes:
    name, version, *_ = filename.split("-")
    tags = "-".join(filename.removesuffix(".whl").split("-")[-3:])
    folder = f"{name}-{version}.dist-info"
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{folder}/METADATA", _DATE), metadata)
        archive.writestr(
            zipfile.ZipInfo(f"{folder}/WHEEL", _DATE), f"Wheel-Version: 1.0\nGenerator: none\nTag: {tags}\n"
        )
        archive.writestr(zipfile.ZipInfo(f"{folder}/RECORD", _DATE), "")
    return body.getvalue()


class Line:
    """What all connections have in common: how slow they are, and what was asked for."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.counts: Counter[str] = Counter()

    def control(self, query: str) -> bytes:
        """Set the latency where it is given; return what was counted, and begin anew."""
        wanted = parse_qs(query).get("latency")
        if wanted:
            self.latency = float(wanted[0])
        told = json.dumps(self.counts).encode()
        self.counts = Counter()
        return told


class Connection(asyncio.Protocol):
    """One connection, kept open; answers come in the order of the requests."""

    def __init__(self, index: Index, line: Line) -> None:
        self._index = index
        self._line = line
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer all requests that are complete; none has a body."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ", 2)
            fields = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in fields}
            answer = self._answer(method, target, headers)
            if self._line.latency and not target.startswith("/control"):
                asyncio.get_running_loop().call_later(self._line.latency, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, method: str, target: str, headers: dict[str, str]) -> bytes:
        url = urlsplit(target)
        parts = unquote(url.path).strip("/").split("/")
        if parts == ["control"]:
            return _reply(200, self._line.control(url.query), "application/json")
        self._line.counts["requests"] += 1
        if parts[0] == "simple" and len(parts) == 2:
            self._line.counts["pages"] += 1
            return self._page(parts[1], headers)
        if parts[0] == "files":
            return self._file(parts[-1], method, headers)
        return _reply(404, b"", "text/plain")

    def _page(self, name: str, headers: dict[str, str]) -> bytes:
        found = self._index.page(name)
        if found is None:
            return _reply(404, b"", "text/plain")
        body, tag = found
        kept = f"ETag: {tag}\r\nCache-Control: max-age=600, public\r\nVary: Accept, Accept-Encoding\r\n"
        if headers.get("if-none-match") == tag:
            return _reply(304, b"", _JSON, kept)
        if "gzip" in headers.get("accept-encoding", ""):
            return _reply(200, body, _JSON, f"{kept}Content-Encoding: gzip\r\n")
        return _reply(200, gzip.decompress(body), _JSON, kept)

    def _file(self, filename: str, method: str, headers: dict[str, str]) -> bytes:
        kept = "Cache-Control: max-age=365000000, immutable, public\r\nAccept-Ranges: bytes\r\n"
        if filename.endswith(".metadata"):
            self._line.counts["metadata"] += 1
            body = self._index.metadata(filename.removesuffix(".metadata"))
            return _reply(200 if body is not None else 404, body or b"", "text/plain", kept)
        self._line.counts["wheels"] += 1
        wheel = self._index.wheel(filename)
        if wheel is None:
            return _reply(404, b"", "text/plain")
        unit, _, wanted = headers.get("range", "").partition("=")
        if unit == "bytes":
            first, _, last = wanted.partition("-")
            start = int(first) if first else max(0, len(wheel) - int(last))
            stop = min(len(wheel), int(last) + 1 if first and last else len(wheel))
            kept += f"Content-Range: bytes {start}-{stop - 1}/{len(wheel)}\r\n"
            return _reply(206, wheel[start:stop], "application/octet-stream", kept)
        return _reply(200, wheel, "application/octet-stream", kept, with_body=method != "HEAD")


def _reply(status: int, body: bytes, media: str, more: str = "", *, with_body: bool = True) -> bytes:
    head = f"HTTP/1.1 {status} -\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + (body if with_body else b"")


async def serve(world: World, port: int) -> None:
    """Serve ``world`` until the process ends; says its address on stdout when it is ready."""
    loop = asyncio.get_running_loop()
    line = Line()
    index: Index | None = None

    def connection() -> Connection:
        assert index is not None
        return Connection(index, line)

    server = await loop.create_server(connection, "127.0.0.1", port, start_serving=False)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    index = Index(world, base)
    index.warm()
    await server.start_serving()
    print(base, flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve what the words name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--recorded", type=Path, help="folder of recorded packages")
    which.add_argument("--packages", type=int, help="how many packages to make by dice")
    parser.add_argument("--versions", type=int, help="with so many versions each")
    parser.add_argument("--capped", type=float, default=0.2, help="see benchmarks/universe.py")
    parser.add_argument("--port", type=int, default=0)
    words = parser.parse_args()
    world: World = (
        Recorded(words.recorded)
        if words.recorded
        else Universe(words.packages, versions=words.versions, capped=words.capped)
    )
    try:
        asyncio.run(serve(world, words.port))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
