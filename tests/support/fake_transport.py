"""A transport that answers from a script, for tests of what is built upon transports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from resolver.errors import ResolverError
from resolver.index.transport import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from resolver.index.client import Client
    from resolver.index.transport import Request

__all__ = ["FakeTransport", "answer", "settled"]

Answer = TypeVar("Answer")


def settled(client: Client, work: Coroutine[object, object, Answer]) -> Answer:
    """Return what comes of ``work``, with ``client`` closed behind it, so that all is written."""

    async def done() -> Answer:
        try:
            return await work
        finally:
            await client.close()

    return asyncio.run(done())


def answer(
    status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Callable[[Request], Response]:
    """Return a function that makes this response, coming from the URL that was asked for."""
    return lambda request: Response(request.url, status, headers or {}, body)


class FakeTransport:
    """Answers each URL with what is scripted for it in turn (the last again and again), else with 404.

    ``asked`` holds the requests that came, in order.
    """

    def __init__(self) -> None:
        self._scripts: dict[str, list[Callable[[Request], Response] | ResolverError]] = {}
        self.asked: list[Request] = []
        self.closed = 0

    def script(self, url: str, *answers: Callable[[Request], Response] | ResolverError) -> None:
        """Answer ``url`` with these, in turn; an error is raised."""
        self._scripts[url] = list(answers)

    def stored(self, request: Request) -> Response | None:
        """Return nothing: this stands for the network."""
        del request
        return None

    async def fetch(self, request: Request) -> Response:
        """Return what is scripted."""
        self.asked.append(request)
        script = self._scripts.get(request.url, [answer(404)])
        step = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(step, ResolverError):
            raise step
        return step(request)

    async def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1
