"""Files of this machine as a transport answers: pages, folders and wheels at ``file:`` URLs.

A request for a file is answered with its bytes, or with the range that is asked for, so that of a wheel
only the end is read; one for a folder (its URL ends in a slash) with the names in it.  What is asked for is
decided in ``pages``, ``flat`` and ``ladder``, as for an index on the network.  Nothing is kept of such
answers; the state of the file tells whether they still hold.

Specification: https://www.rfc-editor.org/rfc/rfc8089 (file URLs)
"""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISREG

from resolver.errors import IndexUnavailable, LimitReached
from resolver.index.cache import Evidence
from resolver.index.transport import Response
from resolver.index.urls import is_local
from resolver.limits import lifting
from resolver.model.distfile import DistFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.index.cache import CachingTransport
    from resolver.index.logins import LoginTransport
    from resolver.index.store import Stamp
    from resolver.index.transport import Request

__all__ = ["FOLDER", "LocalTransport", "hashed", "path_of"]

FOLDER = "inode/directory"
"""The type of an answer that holds the names in a folder, each followed by a NUL."""

_SCHEME = "file://"
_TYPES = {".html": "text/html", ".htm": "text/html"}
_OTHER = "application/octet-stream"
_ALWAYS = (float("-inf"), float("inf"))
_MISSING: Stamp = (-1, -1, -1)

#: Seconds in which a file may change twice without another time of change: what is younger proves nothing.
_UNSETTLED = 2.0


class LocalTransport:
    """A transport that answers for ``file:`` URLs itself, and lets ``inner`` answer for all others."""

    __slots__ = ("_inner", "_now", "_stamps")

    def __init__(self, inner: CachingTransport | LoginTransport, now: Callable[[], float]) -> None:
        self._inner = inner
        self._now = now
        self._stamps: dict[str, Stamp | None] = {}

    def stored(self, request: Request) -> Response | None:
        """Return an answer that needs no waiting; what cannot be read is told by ``fetch``."""
        if not is_local(request.url):
            return self._inner.stored(request)
        try:
            return self._read(request)
        except (IndexUnavailable, LimitReached):
            return None

    async def fetch(self, request: Request) -> Response:
        """Return the answer.  A file that is not there is an answer, one that cannot be read is none."""
        return self._read(request) if is_local(request.url) else await self._inner.fetch(request)

    async def close(self) -> None:
        """Close ``inner``."""
        await self._inner.close()

    def evidence(self, request: Request) -> Evidence | None:
        """Return by what to know later that the last answer to ``request`` still holds."""
        if not is_local(request.url):
            return self._inner.evidence(request)
        stamp = self._stamps.get(request.url)
        return None if stamp is None else Evidence(request.url, stamp, _ALWAYS)

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether the answer may be used as it is."""
        if not is_local(evidence.key):
            return self._inner.holds(evidence)
        return _stamp(path_of(evidence.key)) == evidence.stamp

    def confirmed(self, request: Request) -> Stamp | None:
        """Return the stamp of an answer that was given just now."""
        if not is_local(request.url):
            return self._inner.confirmed(request)
        return self._stamps.get(request.url)

    def _read(self, request: Request) -> Response:
        path = path_of(request.url)
        if path is None:
            return Response(request.url, 404, {}, b"")
        stamp = _stamp(path)
        settled = stamp is not None and self._now() - stamp[1] / 1e9 > _UNSETTLED
        self._stamps[request.url] = stamp if settled else None
        try:
            return _answer(path, request)
        except (FileNotFoundError, NotADirectoryError):
            return Response(request.url, 404, {}, b"")
        except OSError as error:
            raise IndexUnavailable(f"{path} cannot be read ({error.strerror}).", url=request.url) from error


def hashed(file: DistFile) -> DistFile:
    """Return ``file`` with its digest, where it is one of this machine and its page gives none.

    Cost: linear in its size.  Raises ``IndexUnavailable``.
    """
    path = path_of(file.url) if is_local(file.url) and not file.hashes else None
    if path is None:
        return file
    from hashlib import file_digest  # noqa: PLC0415  # lazy: start-up time

    try:
        with open(path, "rb") as content:  # noqa: PTH123  # pathlib costs 5 ms
            digest = file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise IndexUnavailable(f"{path} cannot be read ({error.strerror}).", url=file.url) from error
    return DistFile(
        file.filename,
        file.url,
        hashes={"sha256": digest},
        size=file.size,
        requires_python=file.requires_python,
        yanked=file.yanked,
        upload_time=file.upload_time,
        core_metadata=file.core_metadata,
    )


def path_of(url: str) -> str | None:
    """Return the path that a ``file:`` URL stands for, decoded once; None for one of another machine.

    >>> path_of("file:///srv/my%20wheels/"), path_of("file://elsewhere/srv")
    ('/srv/my wheels/', None)
    """
    host, slash, path = url[len(_SCHEME) :].partition("#")[0].partition("?")[0].partition("/")
    if not slash or host.lower() not in ("", "localhost"):
        return None
    path = f"/{path}"
    if "%" in path:
        from urllib.parse import unquote_to_bytes  # noqa: PLC0415  # lazy: most paths need none

        path = os.fsdecode(unquote_to_bytes(path))
    if "\0" in path:
        return None
    return path[1:] if path[2:3] == ":" and os.name == "nt" else path


def _stamp(path: str | None) -> Stamp | None:
    """Return what changes when the file changes; None where that cannot be told."""
    if path is None:
        return None
    try:
        status = os.stat(path)  # noqa: PTH116  # pathlib costs 5 ms
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def _answer(path: str, request: Request) -> Response:
    mode = os.stat(path).st_mode  # noqa: PTH116  # pathlib costs 5 ms
    if path.endswith("/"):
        names = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
        body = b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names)
        return Response(request.url, 200, {"content-type": FOLDER}, body)
    if S_ISDIR(mode):
        raise FileNotFoundError(path)
    if not S_ISREG(mode):  # a pipe would have us wait, a device has no end
        raise IndexUnavailable(f"{path} is no regular file, and is not read.", url=request.url)
    ending = os.path.splitext(path)[1].lower()  # noqa: PTH122  # pathlib costs 5 ms
    headers = {"content-type": _TYPES.get(ending, _OTHER)}
    with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
        size = os.fstat(file.fileno()).st_size
        start, stop = _span(request.byte_range, size)
        if stop - start > request.limit:
            raise _too_large(path, size, request)
        file.seek(start)
        body = file.read(stop - start)
    if request.byte_range is None:
        return Response(request.url, 200, headers, body)
    if not body:
        return Response(request.url, 416, headers, b"")
    headers["content-range"] = f"bytes {start}-{start + len(body) - 1}/{size}"
    return Response(request.url, 206, headers, body)


def _too_large(path: str, size: int, request: Request) -> LimitReached:
    lift = f" ({lifting(request.lifted_by)})" if request.lifted_by else ""
    return LimitReached(
        f"{path} has {size:,} bytes, more than the limit of {request.limit:,}{lift}.", option="--max"
    )


def _span(wanted: tuple[int, int] | int | None, size: int) -> tuple[int, int]:
    """Return where to begin and to end: RFC 9110, 14.1.2."""
    if wanted is None:
        return 0, size
    if isinstance(wanted, int):
        return max(size - wanted, 0), size
    return min(wanted[0], size), min(wanted[1], size)
