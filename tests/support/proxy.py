"""A proxy on loopback that only makes tunnels (CONNECT), and remembers who asked for one, and how."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from support.fault_server import Asked
from support.serving import LoopbackServer

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["TunnelProxy"]


class TunnelProxy(LoopbackServer):
    """Every tunnel leads to ``port`` of this machine, whatever it was asked for.

    With ``login`` (the value of a Proxy-Authorization header) others get 407.
    """

    def __init__(self, port: int, *, login: str | None = None, tls: SSLContext | None = None) -> None:
        super().__init__(tls)
        self._port = port
        self._login = login
        self.asked: list[Asked] = []

    def url(self, login: str = "") -> str:
        """Return the URL of the proxy, with ``user:password@`` in front if given."""
        return f"{'https' if self._tls else 'http'}://{login}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Make the tunnel that is asked for."""
        ends = [writer]
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = (line.partition(": ") for line in head[1:] if line)
                asked = Asked(
                    " ".join(head[0].split(" ")[:2]), {name.lower(): text for name, _, text in fields}
                )
                self.asked.append(asked)
                if self._login is not None and asked.headers.get("proxy-authorization") != self._login:
                    writer.write(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                    await reader.read()  # until the client has seen it
                    return
                far, end = await asyncio.open_connection("127.0.0.1", self._port)
                ends.append(end)
                writer.write(b"HTTP/1.1 200 Go on\r\n\r\n")
                await asyncio.gather(_pass_on(reader, end), _pass_on(far, writer))
        finally:
            for each in ends:
                each.transport.abort()
            await asyncio.sleep(0)  # for the event loop closes them


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while content := await reader.read(1 << 16):
            writer.write(content)
            await writer.drain()
    writer.close()
