"""Requirements files from the network, where the user allows them (``--allow-remote-files``).

They come by the transport that resolutions use: the same proxies, certificates, logins, limits and cache.
What such a file may not do is decided where its lines are read, in ``formats.requirements_txt``.
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable, InputError
from resolver.index.transport import Request
from resolver.options import redacted
from resolver.sources import reaching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.channels import Channels
    from resolver.index.cache import CachingTransport
    from resolver.index.logins import LoginTransport
    from resolver.index.transport import Response
    from resolver.options import Options

__all__ = ["RemoteFiles"]

_LARGEST = 16 * 1024 * 1024
_OK, _ABSENT = 200, (404, 410)


class RemoteFiles:
    """Fetches files for one command; each when it is asked for."""

    __slots__ = ("_channels", "_options")

    def __init__(self, options: Options, channels: Channels) -> None:
        self._options = options
        self._channels = channels

    def __call__(self, url: str) -> bytes:
        """Return the bytes at ``url``.  Raises ``InputError``, or why the server could not be asked."""
        shown = redacted(url)
        if self._options.replay is not None:
            raise InputError("a recording has no requirements files: name one of this machine", file=shown)
        transport = reaching(self._options, self._channels)
        request = Request(url, limit=_LARGEST)
        response = transport.stored(request)
        if response is None:
            from resolver.eventloop import run  # noqa: PLC0415  # lazy: start-up time

            response = run(_fetched(transport, request))
        if response.status in _ABSENT:
            raise InputError("there is no such file on the server", file=shown)
        if response.status != _OK:
            raise IndexUnavailable(f"{shown} cannot be read: the server answers {response.status}", url=shown)
        return response.body


async def _fetched(transport: CachingTransport | LoginTransport, request: Request) -> Response:
    try:
        return await transport.fetch(request)
    finally:
        await transport.close()
