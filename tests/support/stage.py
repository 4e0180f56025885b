"""Where a fault takes place: servers on loopback, an index on them, a home and a cache, and what to run.

A stage knows nothing of what ought to come out, nor of who is run: our command (``scenarios``) and those of
others (the scoreboard) play on the same one.  Servers run in one thread of their own, so that what is run may
be this process or a child::

    with staged(folder) as stage:
        stage.package("a", "1.0")                  # the index now has a wheel, its metadata and its page
        stage.script("/simple/a/", reply(500))     # but its page cannot be had
        stage.arguments += ["--retries", "0"]

The index is at ``stage.index``.  ``stage.server`` carries it; ``stage.another()`` makes a second host.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import threading
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.fault_server import FaultServer, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
    from pathlib import Path
    from ssl import SSLContext

    from support.fault_server import Asked, Reply

    Step = Reply | Callable[[Asked], Reply]

__all__ = ["JSON", "SECRET", "Stage", "metadata", "page", "staged", "wheel"]

JSON = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
"""The headers of a page."""

SECRET = "tr0ub4dorxxyzzy"
"""What set-ups plant as password or token; it must be found nowhere afterwards."""


class Stage:
    """One place for one run, or for several in turn.

    ``folder`` is empty at first; ``home``, ``cache`` and ``work`` (the working directory) are in it.
    ``requirements`` are the lines of the requirements file; ``arguments`` are added to the command of ours,
    which gets ``index`` as its only index unless ``index`` is None; ``environ`` is added to the variables.
    """

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._servers: list[FaultServer] = []
        self._good: dict[tuple[int, str], Reply] = {}
        self._files: dict[str, list[dict[str, object]]] = {}
        self.folder = folder
        self.home, self.cache, self.work = (folder / name for name in ("home", "cache", "work"))
        for place in (self.home, self.work):
            place.mkdir()
        self.requirements = ["a"]
        self.arguments: list[str] = []
        self.environ: dict[str, str] = {}
        self.server = self.another()
        self.index: str | None = f"{self.server.url}/simple/"

    # Servers

    def another(self, tls: SSLContext | None = None) -> FaultServer:
        """Start one more server, at a port of its own."""
        server = FaultServer(tls)
        self._wait(server.__aenter__())
        self._servers.append(server)
        return server

    def script(self, path: str, *steps: Step, server: FaultServer | None = None) -> str:
        """Answer ``path`` with these in turn, the last one again and again; return its URL."""
        return (server or self.server).script(path, *steps)

    def asked(self, path: str) -> int:
        """Return how often ``path`` was asked of the first server."""
        return self.server.asked(path)

    def close(self) -> None:
        """Stop all servers."""
        for server in self._servers:
            self._wait(server.__aexit__())

    def _wait(self, work: Coroutine[object, object, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # The index

    def package(  # noqa: PLR0913  # one parameter a thing that can be odd about a release
        self,
        name: str,
        version: str = "1.0",
        *,
        requires: Sequence[str] = (),
        text: bytes | None = None,
        sidecar: bool = True,
        filename: str | None = None,
        file: Mapping[str, object] | None = None,
        server: FaultServer | None = None,
    ) -> str:
        """Add a wheel, its metadata and its line on the page of ``name``; return the wheel's path.

        ``text`` stands for the metadata file in wheel and sidecar; without ``sidecar`` only the wheel has it.
        ``filename`` and ``file`` (keys of the page's line) stand for what would be right.
        """
        server = server or self.server
        text = metadata(name, version, requires) if text is None else text
        filename = filename or f"{name}-{version}-py3-none-any.whl"
        path = f"/files/{filename}"
        body = wheel(name, version, text)
        line: dict[str, object] = {"filename": filename, "url": path, "hashes": _digests(body)}
        if sidecar:
            line["core-metadata"] = _digests(text)
            self._put(server, f"{path}.metadata", reply(200, text))
        self._put(server, path, reply(200, body))
        files = self._files.setdefault(f"{server.port} {name}", [])
        files.append({**line, **(file or {})})
        self._put(server, f"/simple/{name}/", reply(200, page(name, files), JSON))
        return path

    def lines(self, name: str = "a", server: FaultServer | None = None) -> list[dict[str, object]]:
        """Return what the page of ``name`` lists, to make another page of."""
        return self._files[f"{(server or self.server).port} {name}"]

    def heal(self) -> None:
        """Make all that ``package`` has added answer as it should again."""
        for server in self._servers:
            for (port, path), good in self._good.items():
                if port == server.port:
                    server.script(path, good)

    def _put(self, server: FaultServer, path: str, good: Reply) -> None:
        self._good[server.port, path] = good
        server.script(path, good)

    # The run

    def requirements_file(self) -> Path:
        """Write ``requirements`` and return where."""
        path = self.work / "requirements.txt"
        path.write_text("".join(f"{line}\n" for line in self.requirements), encoding="utf-8")
        return path

    def words(self) -> list[str]:
        """Return the words of our command."""
        source = [] if self.index is None else ["--index-url", self.index]
        given = ["--no-header", "--no-annotate", "--cache-dir", str(self.cache), *source, *self.arguments]
        return ["resolve", str(self.requirements_file()), *given]


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Set up a stage in the empty ``folder``, and stop its servers afterwards."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stage = Stage(folder, loop)
    try:
        yield stage
    finally:
        stage.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def metadata(name: str, version: str, requires: Sequence[str] = (), *more: str) -> bytes:
    """Return a METADATA file; ``more`` are further lines."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more]
    return "".join(
        f"{line}\n" for line in [*lines, *(f"Requires-Dist: {each}" for each in requires)]
    ).encode()


def page(name: str, files: Sequence[Mapping[str, object]], api: str = "1.1") -> bytes:
    """Return a page in JSON that lists ``files``."""
    return json.dumps({"meta": {"api-version": api}, "name": name, "files": list(files)}).encode()


def wheel(name: str, version: str, text: bytes) -> bytes:
    """Return a wheel with ``text`` as its METADATA and nothing else of interest."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        place = f"{name.replace('-', '_')}-{version}.dist-info"
        for member, content in (("METADATA", text), ("WHEEL", b"Wheel-Version: 1.0\n"), ("RECORD", b"")):
            archive.writestr(zipfile.ZipInfo(f"{place}/{member}"), content)
    return stream.getvalue()


def _digests(content: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(content).hexdigest()}
