"""A fault server in a thread of its own, for tests of code that runs an event loop itself or is a process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.fault_server import FaultServer, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from support.fault_server import Asked, Reply

    Answer = Reply | Callable[[Asked], Reply]

__all__ = ["JSON", "METADATA", "METADATA_PATH", "PAGE_PATH", "page", "serving"]

JSON = {"Content-Type": "application/vnd.pypi.simple.v1+json", "Cache-Control": "max-age=600"}
"""The headers of a page; it may be kept."""

METADATA = b"Metadata-Version: 2.1\nName: flask\nVersion: 1.0\n"
"""The metadata of the one file that ``page`` lists."""

PAGE_PATH = "/simple/flask/"
METADATA_PATH = "/files/flask-1.0-py3-none-any.whl.metadata"


def page(
    *,
    name: str = "flask",
    api: str = "1.1",
    promised: str = "",
    metadata: bytes = METADATA,
    more: Mapping[str, object] | None = None,
) -> bytes:
    """Return a page with one wheel, of which it says ``more``.

    ``promised`` is the digest of its metadata file where that is wrong.
    """
    digest = promised or hashlib.sha256(metadata).hexdigest()
    file = {
        "filename": "flask-1.0-py3-none-any.whl",
        "url": "/files/flask-1.0-py3-none-any.whl",
        "hashes": {},
        "core-metadata": {"sha256": digest},
        **(more or {}),
    }
    return json.dumps({"meta": {"api-version": api}, "name": name, "files": [file]}).encode()


@contextmanager
def serving(pages: Answer | None = None, metadata: Answer | None = None) -> Iterator[FaultServer]:
    """Serve flask 1.0; ``pages`` and ``metadata`` stand in for what would be right."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = FaultServer()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        server.script(PAGE_PATH, pages or reply(200, page(), JSON))
        server.script(METADATA_PATH, metadata or reply(200, METADATA, {"Cache-Control": "max-age=600"}))
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
