"""A small index on this machine, and the distributions that lie on it.

``Loopback`` serves bytes by path, from a thread, and remembers what was asked for.  ``wheel`` and ``sdist``
make the smallest distributions that say what a resolution reads, ``project`` writes a source tree;
``empty_index`` is where a test of the whole command begins.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from support.command import without_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Self

    import pytest

__all__ = ["Loopback", "commit", "empty_index", "project", "sdist", "sha256", "wheel"]


def sha256(body: bytes) -> str:
    """Return the digest of ``body`` in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def _headers(name: str, version: str, requires: Sequence[str], python: str) -> str:
    lines = ["Metadata-Version: 2.2", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {python}"] if python else []
    lines += [f"Requires-Dist: {each}" for each in requires]
    lines += [f"Provides-Extra: {each}" for each in ("x", "y")]
    lines += ["License: MIT"]
    return "\n".join([*lines, "", ""])


def wheel(name: str, version: str, requires: Sequence[str] = (), python: str = "") -> bytes:
    """Return a wheel."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        folder = f"{name.replace('-', '_')}-{version}.dist-info"
        archive.writestr(f"{folder}/METADATA", _headers(name, version, requires, python))
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", "")
    return content.getvalue()


def sdist(name: str, version: str, requires: Sequence[str] = ()) -> bytes:
    """Return a source distribution whose metadata is static."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        body = _headers(name, version, requires, "").encode()
        member = tarfile.TarInfo(f"{name.replace('-', '_')}-{version}/PKG-INFO")
        member.size = len(body)
        archive.addfile(member, io.BytesIO(body))
    return content.getvalue()


def project(folder: Path, name: str, version: str, requires: Sequence[str] = (), more: str = "") -> Path:
    """Write a source tree with a project file into ``folder``, and return that."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {json.dumps(list(requires))}\n'
    (folder / "pyproject.toml").write_text(text + more, "utf-8")
    return folder


def commit(folder: Path, tag: str = "") -> str:
    """Make a repository of ``folder``, with all of it in one commit more, and return the commit's name."""
    who = ("-c", "user.name=a", "-c", "user.email=a@host.example", "-c", "init.defaultBranch=main")
    words = [("init", "-q"), ("add", "."), ("commit", "-q", "--allow-empty", "-m", "x")]
    for each in [*words, *([("tag", tag)] if tag else [])]:
        subprocess.run(["git", *who, *each], cwd=folder, check=True)  # words of ours
    ask = ["git", "rev-parse", "HEAD"]
    found = subprocess.run(ask, cwd=folder, check=True, capture_output=True)
    return found.stdout.decode().strip()


class Loopback:
    """A server of ``files`` by path; ``asked`` are the paths, with the Authorization header of each."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self._pages: dict[str, dict[str, bytes]] = {}

    def __enter__(self) -> Self:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that the base class wants
                loopback.asked.append((self.path, self.headers.get("Authorization", "")))
                path = self.path.partition("?")[0]
                body = loopback.files.get(path)
                self.send_response(404 if body is None else 200)
                is_page = path.endswith("/")
                self.send_header("Content-Type", "text/html" if is_page else "application/octet-stream")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def index(self) -> str:
        """The address of the index."""
        return f"{self.url}/simple/"

    def paths(self) -> list[str]:
        """Return what was asked for."""
        return [path for path, _ in self.asked]

    def add(self, name: str, version: str, requires: Sequence[str] = (), python: str = "") -> str:
        """Put a wheel on the index, and return its address."""
        filename = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        body = wheel(name, version, requires, python)
        self._pages.setdefault(name, {})[filename] = body
        links = "".join(
            f'<a href="../../files/{each}#sha256={sha256(content)}">{each}</a>\n'
            for each, content in self._pages[name].items()
        )
        self.files[f"/simple/{name}/"] = f"<!DOCTYPE html><html><body>\n{links}</body></html>".encode()
        return self.put(filename, body)

    def put(self, filename: str, body: bytes) -> str:
        """Put a file on the server that no page lists, and return its address."""
        self.files[f"/files/{filename}"] = body
        return f"{self.url}/files/{filename}"


@contextmanager
def empty_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Serve an index without packages to this process, with nothing configured and no file where it is."""
    without_configuration(folder / "home", monkeypatch)
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with Loopback() as found:
        yield found
