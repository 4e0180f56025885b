"""The transport that remembers: answers from disk where HTTP's rules allow it, else asks and keeps.

The rules themselves are in ``freshness``, the files in ``store``.  This module is on the way of a warm run:
neither it nor what it imports loads asyncio or aiohttp.

Specification: https://www.rfc-editor.org/rfc/rfc9111
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.index.freshness import (
    SERIAL,
    fresh_span,
    is_fresh,
    is_storable,
    same_version,
    validators,
    went_back,
)
from resolver.index.store import OURS, Record
from resolver.index.transport import Response
from resolver.index.urls import InvalidUrl, is_loopback, redacted, split_url

try:
    # What hashlib would give; its import looks for OpenSSL's and costs a warm run 3 ms.
    from _blake2 import blake2b
except ImportError:  # an interpreter that is built otherwise
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resolver.index.claims import Claims
    from resolver.index.postponing import Postponed
    from resolver.index.store import RecordStore, Stamp
    from resolver.index.transport import Form, Request, Transport
    from resolver.index.urls import Address

__all__ = ["CachingTransport", "Evidence", "NotStored", "digest"]

# What is needed to judge and to read an answer later; others may hold what should not lie on a disk.
_KEPT = ("age", "cache-control", "content-range", "content-type", "etag", "last-modified", SERIAL)
_LARGEST = 64 << 20  # bytes; a whole wheel beyond that would push everything else off the disk


class Evidence:
    """By what to know that an answer still holds: the ``stamp`` of its record, and when it is fresh."""

    __slots__ = ("key", "span", "stamp")

    def __init__(self, key: str, stamp: Stamp, span: tuple[float, float]) -> None:
        self.key = key
        self.stamp = stamp
        self.span = span


class NotStored(IndexUnavailable):
    """The cache lacks an answer, and fetching it was forbidden."""


class CachingTransport:
    """A ``Transport`` around another, ``inner``, that keeps its answers in ``store`` (``None``: nowhere).

    ``now`` is the wall clock.  With ``refresh`` the server is asked about every answer again; with
    ``offline`` nobody is asked, and an answer of any age will do.  Answers over plain http are not kept, for
    anybody on the way may have changed them, except from this machine and where ``plain_http`` allows it.
    Answers to a login are kept apart from those to others, and so are files by the digest that their listing
    promised: by that they stay fresh, whatever the server says or omits.  What is kept, and given out, is in
    the form that a request asks for (``transport.Form``), and the answer itself where there is none.
    ``hits`` counts what was not sent over the network; ``note`` is told of pages that are older than before.
    """

    __slots__ = (
        "_claims",
        "_confirmed",
        "_held",
        "_inner",
        "_later",
        "_lies",
        "_note",
        "_now",
        "_offline",
        "_plain_http",
        "_refresh",
        "_store",
        "hits",
    )

    def __init__(  # noqa: PLR0913  # one parameter a setting
        self,
        inner: Transport,
        store: RecordStore | None,
        *,
        now: Callable[[], float],
        refresh: bool = False,
        offline: bool = False,
        plain_http: Callable[[Address], bool] = lambda _: False,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._inner = inner
        self._store = store
        self._now = now
        self._note = note
        self._refresh = refresh
        self._offline = offline
        self._plain_http = plain_http
        self._lies: dict[str, Evidence] = {}
        self._confirmed: dict[str, Stamp] = {}
        self._later: Postponed | None = None
        self._held: dict[str, Stamp] = {}
        self._claims: Claims | None = None
        self.hits = 0

    def stored(self, request: Request) -> Response | None:
        """Return a kept answer that may be used as it is, or ``None``.  Reads one file."""
        if not self._offline and (self._refresh or request.fresh):
            return None
        key = self._key(request)
        record = self._read(key, request)
        if record is None or key is None:
            return None
        # What was relied on is an answer for as long as we live, though it may go stale meanwhile.
        if self._offline or self._held.get(key) == record.stamp or self._fresh(request, record):
            return self._answer(record)
        return None

    async def fetch(self, request: Request) -> Response:
        """Return a kept answer, or the server's; see ``Transport.fetch`` for the contract.

        Raises ``NotStored`` where the server would have to be asked and ``offline`` forbids it.
        """
        key = self._key(request)
        record = self._read(key, request)
        if self._offline:
            if record is None:
                raise _missing(request)
            return self._answer(record)
        if self._refresh or request.fresh:
            return await self._ask_about(key, request, record)
        if record is not None and self._fresh(request, record):
            return self._answer(record)
        return await self._ask_in_turn(key, request, record)

    async def close(self) -> None:
        """Close ``inner``, and write what is to be kept."""
        try:
            self.flush()
        finally:
            claims, self._claims = self._claims, None
            if claims is not None:
                claims.close()
            await self._inner.close()

    def flush(self) -> None:
        """Write what is to be kept and has not been written yet."""
        if self._later is not None:
            self._later.flush()

    def evidence(self, request: Request) -> Evidence | None:
        """Return by what to know later that the last answer to ``request`` still holds; None: not kept."""
        key = self._key(request)
        return None if key is None else self._lies.get(key)

    def confirmed(self, request: Request) -> Stamp | None:
        """Return the stamp of the record that the server has called current, if it did so last."""
        return self._confirmed.get(self._key(request) or "")

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether the record is still there, and may be used as it is.  Looks at one file.

        If so, ``stored`` gives it out from now on, until another one replaces it.
        """
        if self._store is None or self._store.stamp(evidence.key) != evidence.stamp:
            return False
        since, until = evidence.span
        if not (self._offline or since <= self._now() < until):
            return False
        self._held[evidence.key] = evidence.stamp
        return True

    async def _ask_in_turn(self, key: str | None, request: Request, record: Record | None) -> Response:
        """Ask the server, or wait for the answer to another process that asks the same just now."""
        claims = self._opened_claims()
        if key is None or claims is None:
            return await self._ask_about(key, request, record)
        try:
            if await claims.turn(key):
                record = self._read(key, request)
                if record is not None and self._fresh(request, record):
                    return self._answer(record)
            return await self._ask_about(key, request, record)
        finally:
            if self._later is None or key not in self._later:  # else it is claimed until others can read it
                claims.drop(key)

    def _opened_claims(self) -> Claims | None:
        if self._claims is None and self._store is not None and self._store.directory is not None:
            from resolver.index.claims import Claims  # noqa: PLC0415  # lazy: something is to be fetched

            self._claims = Claims(self._store.directory, OURS)
        return self._claims

    async def _ask_about(self, key: str | None, request: Request, record: Record | None) -> Response:
        if request.fresh or record is None:
            return await self._ask(key, request)
        return await self._revalidate(key, request, record)

    async def _ask(self, key: str | None, request: Request) -> Response:
        return self._kept(key, request, await self._inner.fetch(request))

    async def _revalidate(self, key: str | None, request: Request, record: Record) -> Response:
        asked = validators(record.headers) if record.status in (200, 206) else {}
        if not asked:
            return self._replaced(key, request, record, await self._inner.fetch(request))
        response = await self._inner.fetch(request.conditional(asked))
        if response.status != 304:
            return self._replaced(key, request, record, response)
        if not same_version(record.headers, response.headers):
            return await self._ask(key, request.refreshed())
        if key is not None and record.stamp is not None:
            self._confirmed[key] = record.stamp
        # RFC 9111, 4.3.4: the confirmed answer takes over the new headers.
        record.headers = {**_without_age(record.headers), **_selected(response.headers)}
        record.stored = self._now()
        self._write_later(key, record)
        return self._answer(record)

    def _replaced(self, key: str | None, request: Request, record: Record, response: Response) -> Response:
        """Keep ``response`` in the place of ``record``, and say if it is the older one."""
        found = self._kept(key, request, response)
        serials = went_back(record.headers, response.headers)
        if serials is not None:
            self._note(
                f"{redacted(request.url)} is older than before: its last serial is {serials[1]}, and was "
                f"{serials[0]}. A mirror may lag behind, or somebody hold back what is new."
            )
        return found

    def _kept(self, key: str | None, request: Request, response: Response) -> Response:
        """Keep ``response`` if that is allowed, and return it in the form in which it was kept."""
        self._lies.pop(key or "", None)
        self._confirmed.pop(key or "", None)
        partial = request.byte_range is not None
        promised = bool(request.promised)
        if self._store is None or key is None:
            return response
        if not is_storable(response.status, response.headers, partial=partial, promised=promised):
            return response
        place = split_url(response.url)
        if not self._trusted(place):
            return response  # a redirect may have led away from this machine
        value = response.value = None if request.form is None else request.form.read(response)
        if value is not None and request.form is not None and not request.form.may_lie(value):
            return response
        if value is None and (len(response.body) > _LARGEST or not (response.is_whole or promised)):
            return response
        body, form = (response.body, None) if value is None else (b"", request.form)
        headers = _selected(response.headers)
        url = place.url.partition("?")[0]  # a query may be a signature, and nothing is relative to it
        record = Record(url, response.status, self._now(), headers, body)
        self._write_later(key, record, form, value)
        return response

    def _answer(self, record: Record) -> Response:
        self.hits += 1
        return Response(
            record.url, record.status, record.headers, record.body, from_cache=True, form=record.form
        )

    def _fresh(self, request: Request, record: Record) -> bool:
        if request.promised and record.status in (200, 206):
            return True
        return is_fresh(record.status, record.headers, stored=record.stored, now=self._now())

    def _read(self, key: str | None, request: Request) -> Record | None:
        if key is not None and self._later is not None and key in self._later:
            self._later.settle(key)
        record = None if self._store is None or key is None else self._store.read(key)
        if record is None or key is None:
            return None
        self._note_place(key, record)
        if not record.form:
            return record
        return record if request.form is not None and request.form.name == record.form else None

    def _write_later(
        self, key: str | None, record: Record, form: Form | None = None, value: object = None
    ) -> None:
        """Have a record written by and by: whoever waits for the answer has waited long enough."""
        if self._store is None or key is None:
            return
        if self._later is None:
            from resolver.index.postponing import Postponed  # noqa: PLC0415  # lazy: something was fetched

            self._later = Postponed(self._write)
        self._later.add(key, record, form, value)

    def _write(self, key: str, record: Record) -> None:
        assert self._store is not None
        self._store.write(key, record)
        if self._claims is not None:
            self._claims.drop(key)
        self._note_place(key, record)

    def _note_place(self, key: str, record: Record) -> None:
        """Note where the record lies that an answer was given from."""
        self._lies.pop(key, None)
        if record.stamp is not None:
            span = fresh_span(record.status, record.headers, stored=record.stored)
            self._lies[key] = Evidence(key, record.stamp, span)

    def _trusted(self, address: Address) -> bool:
        return address.scheme == "https" or is_loopback(address.host) or self._plain_http(address)

    def _key(self, request: Request) -> str | None:
        """Return the record's name, a digest over all that the answer depends on; ``None``: keep nothing."""
        try:
            address = split_url(request.url)
        except InvalidUrl:
            return None
        if not self._trusted(address):
            return None
        login = digest(address.userinfo) if address.userinfo else ""
        return digest(repr((address.url, request.accept, request.range_header, login, request.promised)))


def digest(text: str) -> str:
    """Return a name for ``text`` that no other text has, in hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def _selected(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _KEPT if name in headers}


def _without_age(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "age"}


def _missing(request: Request) -> NotStored:
    place = redacted(request.url)
    return NotStored(
        f"{place} is not in the cache, and --offline or --replay forbids to fetch it. Run once without that "
        "option to fill the cache.",
        url=place,
    )
