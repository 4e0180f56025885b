"""An index on loopback with files that a test has made, and projects that are built by their own backend."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.archives import digest, info, sdist
from support.fault_server import FaultServer, reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BACKEND", "built", "index_of", "project"]

PAGE = {"Content-Type": "application/vnd.pypi.simple.v1+json", "Cache-Control": "max-age=600"}

BACKEND = """
import os
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    place = os.path.join(folder, "{name}-{version}.dist-info")
    os.mkdir(place)
    with open(os.path.join(place, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{lines}")
    return os.path.basename(place)
"""
"""A backend that writes metadata with some more lines."""


def project(  # noqa: PLR0913  # one parameter a part
    backend: str = BACKEND,
    *,
    name: str = "a",
    version: str = "1.0",
    lines: str = "",
    requires: str = "",
    kind: str = ".tar.gz",
) -> bytes:
    """Return a source distribution that has to be built, by a backend that it has in itself."""
    code = backend.replace("{name}", name).replace("{version}", version).replace("{lines}", lines)
    settings = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "own"\nbackend-path = ["."]\n'
    return sdist(
        info(name=name, version=version, since="2.1"),
        f"{name}-{version}",
        kind=kind,
        own_dot_py=code.encode(),
        pyproject_dot_toml=settings.encode(),
    )


def built(what_it_does: str, **more: str) -> bytes:
    """Return a project whose backend does something before it gives its metadata."""
    before = "".join(f"    {line}\n" for line in what_it_does.split("\n"))
    backend = BACKEND.replace("    place =", f"{before}    place =", 1)
    return project(backend, **more)


@contextmanager
def index_of(packages: Mapping[str, Mapping[str, bytes]], **facts: object) -> Iterator[FaultServer]:
    """Serve ``packages``: name -> file name -> content; ``facts`` stand for all files on the pages."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = FaultServer()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        for name, files in packages.items():
            listed = [
                {"filename": file, "url": f"/files/{file}", "hashes": digest(body), **facts}
                for file, body in files.items()
            ]
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": listed}
            server.script(f"/simple/{name}/", reply(200, json.dumps(page).encode(), PAGE))
            for file, body in files.items():
                server.script(f"/files/{file}", reply(200, body))
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
