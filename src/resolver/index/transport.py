"""The port through which everything is fetched: requests, responses, and what a transport promises.

Transports wrap one another: ``aiohttp_transport`` speaks HTTP, ``cache`` remembers, tests script.  What to
ask for and how to read the answer is decided in ``client``.  This module is on the way of a warm run, so
it imports nothing.

Specification: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["Form", "Request", "Response", "Traffic", "Transport"]


class Form(Protocol):
    """What is kept of an answer instead of its body, for one who will read nothing else in it.

    ``name`` changes with whatever changes what ``written`` makes.
    """

    name: str

    def read(self, response: Response) -> object | None:
        """Return what the answer says; None for one that is none, or makes no sense: it is kept as it is."""

    def may_lie(self, value: object) -> bool:
        """Tell whether what was ``read`` may lie on a disk: not where it holds what opens doors."""

    def written(self, value: object) -> bytes:
        """Return what is to be kept of what was ``read``."""


class Request:
    """One GET.  Not changed once made.

    ``url`` may carry credentials; they are for its origin only.  ``headers`` are further ones (validators).
    ``byte_range`` asks for part of a file: ``(start, stop)`` as a slice, or an int for so many last bytes;
    such an answer is asked for uncompressed.  ``limit`` bounds the bytes of the answer after decoding, and
    ``lifted_by`` names what sets it (``limits``).
    ``fresh`` forbids every cache on the way to answer from memory.  ``promised`` is the digest of the file as
    its listing gives it ("": none): what was answered to the same promise once is still right.  A cache may
    answer in the ``form`` that is asked for, and then says so.
    """

    __slots__ = ("accept", "byte_range", "form", "fresh", "headers", "lifted_by", "limit", "promised", "url")

    def __init__(  # noqa: PLR0913  # one parameter a part of the request
        self,
        url: str,
        *,
        accept: str = "*/*",
        limit: int,
        lifted_by: str = "",
        headers: Mapping[str, str] | None = None,
        byte_range: tuple[int, int] | int | None = None,
        fresh: bool = False,
        promised: str = "",
        form: Form | None = None,
    ) -> None:
        self.url = url
        self.accept = accept
        self.headers = headers or {}
        self.byte_range = byte_range
        self.limit = limit
        self.lifted_by = lifted_by
        self.fresh = fresh
        self.promised = promised
        self.form = form

    def conditional(self, headers: Mapping[str, str]) -> Request:
        """Return the same request with these headers (validators) added."""
        return Request(
            self.url,
            accept=self.accept,
            limit=self.limit,
            lifted_by=self.lifted_by,
            headers={**self.headers, **headers},
            byte_range=self.byte_range,
            fresh=self.fresh,
            promised=self.promised,
            form=self.form,
        )

    def at(self, url: str) -> Request:
        """Return the same request for another URL."""
        return Request(
            url,
            accept=self.accept,
            limit=self.limit,
            lifted_by=self.lifted_by,
            headers=self.headers,
            byte_range=self.byte_range,
            fresh=self.fresh,
            promised=self.promised,
            form=self.form,
        )

    def refreshed(self) -> Request:
        """Return the same request, to be answered by the server itself."""
        return Request(
            self.url,
            accept=self.accept,
            limit=self.limit,
            lifted_by=self.lifted_by,
            headers=self.headers,
            byte_range=self.byte_range,
            fresh=True,
            promised=self.promised,
            form=self.form,
        )

    @property
    def range_header(self) -> str | None:
        """The value of the Range header (RFC 9110, 14.2), ``None`` where the whole file is asked for."""
        if self.byte_range is None:
            return None
        if isinstance(self.byte_range, int):
            return f"bytes=-{self.byte_range}"
        start, stop = self.byte_range
        return f"bytes={start}-{stop - 1}"


class Response:
    """One answer, complete and decoded.

    ``url`` is where it came from after redirects, without credentials; header names are lower case.
    ``form`` names the form in which ``body`` is, "" as it was sent.  ``value`` is what was read in it, where
    somebody has done so already.  ``is_whole`` is false where only the body itself can tell that nothing of
    it is missing: it ended with the connection, or went on behind its end.
    """

    __slots__ = ("body", "form", "from_cache", "headers", "is_whole", "status", "url", "value")

    def __init__(  # noqa: PLR0913  # one parameter a part of the response
        self,
        url: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        from_cache: bool = False,
        form: str = "",
        is_whole: bool = True,
    ) -> None:
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body
        self.from_cache = from_cache
        self.form = form
        self.is_whole = is_whole
        self.value: object | None = None

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class Traffic:
    """Counts what went over the network: all requests, and the bytes of bodies as they were sent."""

    __slots__ = ("bytes", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0


class Transport(Protocol):
    """Brings responses.  All calls come from one thread."""

    def stored(self, request: Request) -> Response | None:
        """Return an answer that needs no waiting, or ``None``.  Needs no event loop."""

    async def fetch(self, request: Request) -> Response:
        """Return the answer, after retries and redirects where these can help.

        The status is 200, 206, another 2xx, 304 (only if validators were sent), 404, 410 or 416.  Every other
        outcome raises: ``IndexUnavailable`` with the status if there was one, ``LimitReached`` (larger than
        ``request.limit``) or ``SecurityRefusal`` (a redirect that must not be followed).
        """

    async def close(self) -> None:
        """Let go of all connections.  A second call does nothing."""
