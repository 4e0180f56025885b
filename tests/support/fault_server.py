"""A server on loopback that answers as badly as a test asks it to, byte by byte.

It speaks raw sockets, for a web framework would correct what shall be broken.  A test gives for each path the
replies in turn (the last one is repeated) and reads afterwards what was asked::

    async with FaultServer() as server:
        server.script("/simple/a/", reply(500), reply(200, b"{}"))
        ...
        assert server.asked("/simple/a/") == 2
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from support.serving import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

__all__ = ["Asked", "FaultServer", "Reply", "reply"]

MUTE = "mute"
DRIP = "drip"
CLOSE = "close"
RESET = "reset"
KEEP = "keep"


class Asked:
    """One request as it came: path with query, and headers with names in lower case."""

    def __init__(self, path: str, headers: Mapping[str, str]) -> None:
        self.path = path
        self.headers = headers


class Reply:
    """The bytes to send, and what follows them.

    That is to ``keep``, ``close`` or ``reset`` the connection, or until the client gives up to be ``mute`` or
    to go on with a byte (``x``) every fiftieth of a second: ``drip``.
    """

    def __init__(self, content: bytes, ending: str = KEEP) -> None:
        self.content = content
        self.ending = ending


def reply(  # noqa: PLR0913  # one parameter a thing that can be wrong
    status: int = 200,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    length: int | None = None,
    sent: int | None = None,
    ending: str = KEEP,
) -> Reply:
    """Return a response that promises ``length`` bytes and sends ``sent`` (default: all; -1: no promise)."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    promised = len(body) if length is None else length
    if promised >= 0:
        lines.append(f"Content-Length: {promised}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return Reply(head + (body if sent is None else body[:sent]), ending)


class FaultServer(LoopbackServer):
    """Serves scripts by path; 404 for paths without one."""

    def __init__(self, tls: SSLContext | None = None, host: str = "127.0.0.1") -> None:
        super().__init__(tls, host)
        self._scripts: dict[str, list[Reply | Callable[[Asked], Reply]]] = {}
        self.requests: list[Asked] = []

    @property
    def url(self) -> str:
        """The root of the server, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def script(self, path: str, *replies: Reply | Callable[[Asked], Reply]) -> str:
        """Answer ``path`` with these in turn, the last one again and again; return its URL."""
        self._scripts[path] = list(replies)
        return self.url + path

    def asked(self, path: str) -> int:
        """Return how often ``path`` was asked for."""
        return sum(asked.path == path for asked in self.requests)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after the other, by the scripts."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(": ") for line in head[1:] if line)
        asked = Asked(head[0].split(" ")[1], {name.lower(): value for name, _, value in fields})
        self.requests.append(asked)
        answer = self._next(asked)
        writer.write(answer.content)
        if answer.ending == RESET:
            _reset(writer)
            return False
        await writer.drain()
        while answer.ending == DRIP:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)
        if answer.ending == MUTE:
            await reader.read()  # until the client has had enough
        return answer.ending == KEEP

    def _next(self, asked: Asked) -> Reply:
        script = self._scripts.get(asked.path)
        if not script:
            return reply(404)
        step = script.pop(0) if len(script) > 1 else script[0]
        return step(asked) if callable(step) else step


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection with RST instead of closing it."""
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
