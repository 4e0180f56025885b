"""A transport around another that tells what was fetched, for those who listen to events.

What a cache answers is not seen here: this stands between cache and network.
"""

from __future__ import annotations

import time

from resolver.events import Fetched
from resolver.index.urls import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.events import Event
    from resolver.index.transport import Request, Response, Transport

__all__ = ["WatchedTransport"]


class WatchedTransport:
    """A ``Transport`` that answers as ``inner`` does, and tells ``emit``."""

    __slots__ = ("_emit", "_inner")

    def __init__(self, inner: Transport, emit: Callable[[Event], None]) -> None:
        self._inner = inner
        self._emit = emit

    def stored(self, request: Request) -> Response | None:
        """Answer as ``inner`` does."""
        return self._inner.stored(request)

    async def fetch(self, request: Request) -> Response:
        """Answer as ``inner`` does; what fails is told by whoever it ends up with."""
        started = time.monotonic()
        found = await self._inner.fetch(request)
        spent = time.monotonic() - started
        self._emit(Fetched(_what(request), redacted(request.url), found.status, len(found.body), spent))
        return found

    async def close(self) -> None:
        """Close ``inner``."""
        await self._inner.close()


def _what(request: Request) -> str:
    if "html" in request.accept:
        return "page"
    return "metadata" if request.url.partition("?")[0].endswith(".metadata") else "file"
