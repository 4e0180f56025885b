"""A proxy on loopback that only makes tunnels (CONNECT), and remembers who asked for one, and how."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from support.fault_server import Asked

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["TunnelProxy"]


class TunnelProxy:
    """Every tunnel leads to ``port`` of this machine, whatever it was asked for.

    With ``login`` (the value of a Proxy-Authorization header) others get 407.
    """

    def __init__(self, port: int, *, login: str | None = None, tls: SSLContext | None = None) -> None:
        self._port = port
        self._login = login
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, login: str = "") -> str:
        """Return the URL of the proxy, with ``user:password@`` in front if given."""
        return f"{'https' if self._tls else 'http'}://{login}127.0.0.1:{self.port}"

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
