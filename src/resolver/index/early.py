"""The first requests, before aiohttp is there: connections of our own, as long as all goes smoothly.

aiohttp takes 100 ms and more to import, as long as two round trips to an index.  The first requests do not
wait for that: they go over connections of asyncio's.  Whatever does not go smoothly there (no connection, an
odd answer, a long one that takes long) has not been asked: aiohttp asks again, by all the rules of
``exchange``.  What an answer means is decided there too.

Later, too, a connection of this kind is made where aiohttp stumbles over what follows an answer.

Importing this module imports asyncio.
"""

from __future__ import annotations

import asyncio
from collections import deque

from resolver.index.http1 import AnswerReader, NotPlain, request_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

    from resolver.index.urls import Address

__all__ = ["EarlyConnections"]

_CONNECT_TIMEOUT = 5.0


class EarlyConnections:
    """At most ``limit`` connections; ``tls`` gives what decides about the certificate of a server.

    An answer may take ``timeout`` seconds from the question to its end; who sends less than ``slowest`` bytes
    a second has not much to send, but fails.  ``heard`` is told of bytes that come.  ``failed`` tells
    whether something did not go smoothly.  Must be used within one event loop, and closed there.
    """

    __slots__ = ("_heard", "_idle", "_open", "_slowest", "_timeout", "_tls", "_waiting", "failed", "limit")

    def __init__(
        self,
        limit: int,
        tls: Callable[[Address], SSLContext],
        *,
        timeout: float,
        slowest: float,
        heard: Callable[[int], None],
    ) -> None:
        self.limit = limit
        self._heard = heard
        self._slowest = slowest
        self._tls = tls
        self._timeout = timeout
        self.failed = False
        self._idle: dict[str, list[_Connection]] = {}
        self._open: set[_Connection] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def is_idle(self, address: Address) -> bool:
        """Tell whether a connection to ``address`` is open and not in use."""
        return bool(self._idle.get(address.origin))

    def has_room(self) -> bool:
        """Tell whether another request can be under way."""
        return len(self._open) - sum(map(len, self._idle.values())) < self.limit

    def room(self) -> asyncio.Future[None]:
        """Return what is done as soon as another request may have room; who is the first to wait is told."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        return told

    async def get(self, address: Address, headers: Mapping[str, str], *, limit: int) -> AnswerReader | None:
        """Return the answer, with a body of at most ``limit`` bytes; None where it did not come smoothly.

        Raises ``TimeoutError`` where nothing came, or less than a server sends that has much to send.
        """
        connection = None
        try:
            head = request_head(_host(address), address.target, headers)
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                connection = await self._connection(address)
            async with asyncio.timeout(self._timeout):
                return await self._answer(connection, address, head, limit)
        except TimeoutError:
            self.failed = True
            if connection is None or connection.received > self._slowest * self._timeout:
                return None
            raise
        except (OSError, NotPlain):
            self.failed = True
            return None
        finally:
            self._tell_next()

    async def close(self) -> None:
        """Close all connections."""
        for connection in self._open:
            connection.drop()
        self._open.clear()
        self._idle.clear()
        await asyncio.sleep(0)  # for the event loop closes them

    async def _answer(
        self, connection: _Connection, address: Address, head: bytes, limit: int
    ) -> AnswerReader:
        try:
            return await connection.ask(head, limit)
        finally:
            if connection.is_usable():
                self._idle.setdefault(address.origin, []).append(connection)
            else:
                self._drop(connection)

    async def _connection(self, address: Address) -> _Connection:
        while idle := self._idle.get(address.origin):
            connection = idle.pop()
            if connection.is_usable():
                return connection
            self._drop(connection)
        self._make_room()
        connection = _Connection(self._heard)
        self._open.add(connection)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection,
                address.host.strip("[]"),
                address.port,
                ssl=self._tls(address) if address.scheme == "https" else None,
                # A host that is an address is reached in one way.  The race between several, in asyncio,
                # drops a connection that is made in the very moment in which it is cancelled.
                happy_eyeballs_delay=None if _is_number(address.host) else 0.25,
            )
        except IndexError as lost:  # asyncio's, where an attempt failed by anything but an ``OSError``
            self._open.discard(connection)
            raise ConnectionAbortedError from lost
        except BaseException:
            self._open.discard(connection)
            raise
        return connection

    def _make_room(self) -> None:
        """Close a connection to another place, if there are as many as there may be."""
        if len(self._open) < self.limit:
            return
        for idle in self._idle.values():
            if idle:
                self._drop(idle.pop())
                return

    def _tell_next(self) -> None:
        while self._waiting:
            told = self._waiting.popleft()
            if not told.done():  # who waited may have found another way
                told.set_result(None)
                return

    def _drop(self, connection: _Connection) -> None:
        self._open.discard(connection)
        connection.drop()


def _host(address: Address) -> str:
    usual = address.port == (443 if address.scheme == "https" else 80)
    return address.host if usual else f"{address.host}:{address.port}"


def _is_number(host: str) -> bool:
    return host.startswith("[") or host.replace(".", "").isdecimal()


class _Connection(asyncio.Protocol):
    """One connection, and the one request that is under way on it, with the bytes ``received`` for it."""

    def __init__(self, heard: Callable[[int], None]) -> None:
        self._heard = heard
        self.received = 0
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[AnswerReader] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard(len(data))
        self.received += len(data)
        reader = self._reader
        if reader is None:
            self.drop()  # nothing was asked
            return
        try:
            if reader.feed(data):
                self._reader = None
                if not reader.keeps:
                    self.drop()
                if self._waiter is not None and not self._waiter.done():
                    self._waiter.set_result(reader)
        except NotPlain as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(exc or ConnectionResetError())

    async def ask(self, head: bytes, limit: int) -> AnswerReader:
        """Send a request and return its answer.  Raises ``NotPlain`` or ``OSError``."""
        if self._transport is None:
            raise ConnectionResetError
        self._reader = AnswerReader(limit)
        self.received = 0
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(head)
        return await self._waiter

    def is_usable(self) -> bool:
        """Tell whether another request can be sent."""
        return self._reader is None and self._transport is not None and not self._transport.is_closing()

    def drop(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        self.drop()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
            self._waiter.exception()  # marks it as seen: who waited may have been cancelled
