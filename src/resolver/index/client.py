"""The source over the network: listings and metadata from package indexes.

What to ask for is worked out by generators that yield requests: ``pages`` looks for a listing, ``ladder``
for a file's metadata.  Here they are driven, either without waiting (from the cache, for a warm run) or with;
each answer is found once and remembered, and logins are added.  This module and what it imports load neither
asyncio nor aiohttp nor msgspec: a test asserts it.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import ResolverError
from resolver.index.indexes import STRATEGIES, Indexes, IndexSpec
from resolver.index.once import Once
from resolver.index.urls import InvalidUrl, is_local, split_url, with_userinfo
from resolver.limits import DEFAULT, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence
    from typing import TypeVar

    from resolver.index.flat import FindLinks
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.transport import Request, Response, Transport
    from resolver.model.distfile import DistFile

    Answer = TypeVar("Answer")

__all__ = ["Client", "IndexSpec", "waiting", "without_waiting"]


class Client:
    """A ``Source`` over ``indexes``, asked in their order by ``strategy`` (one of ``indexes.STRATEGIES``).

    Packages may have files in ``links`` besides, but for those that come from one index only.
    Credentials in the URL of an index or place are also given to files at the same origin, and to no other.
    About packages ``anew`` the index itself is asked, whatever lies in a cache.
    """

    __slots__ = (
        "_anew",
        "_asked",
        "_indexes",
        "_limits",
        "_links",
        "_links_read",
        "_listings",
        "_logins",
        "_metadata",
        "_strategy",
        "_transport",
    )

    def __init__(  # noqa: PLR0913  # one parameter a setting
        self,
        transport: Transport,
        indexes: Indexes | Sequence[IndexSpec],
        *,
        strategy: str = "first-index",
        links: FindLinks | None = None,
        limits: Limits = DEFAULT,
        anew: Collection[str] = (),
    ) -> None:
        if strategy not in STRATEGIES:
            raise ValueError(f"unknown index strategy {strategy!r}: use one of {', '.join(STRATEGIES)}")
        self._transport = transport
        self._indexes = indexes if isinstance(indexes, Indexes) else Indexes(indexes)
        self._strategy = strategy
        self._limits = limits
        self._links = links
        self._links_read: Once[list[Request]] = Once()
        self._anew = anew
        places = () if links is None else links.urls
        self._logins = _logins([*(index.url for index in self._indexes.all), *places])
        self._asked: dict[str, list[Request]] = {}
        self._listings: Once[Listing] = Once()
        self._metadata: Once[Metadata] = Once()

    def listing_now(self, name: str) -> Listing | None:
        """Return the listing of ``name`` from memory or from fresh cache entries, else ``None``."""
        known = self._listings.known(name)
        if known is None:
            asked = self._links_now(name)
            if asked is None:
                return None
            known = without_waiting(self._look_for(name), asked, self._transport)
            if known is not None:
                self._listings.keep(name, known)
                self._asked[name] = asked
        return known

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file`` from memory or from fresh cache entries, else ``None``."""
        known = self._metadata.known(file.url)
        if known is None:
            known = without_waiting(self._climb(name, file), [], self._transport)
            if known is not None:
                self._metadata.keep(file.url, known)
        return known

    async def listing(self, name: str) -> Listing:
        """Return the files of ``name``; see ``Source.listing`` for the contract."""
        return await self._listings.get(name, lambda: self._find(name))

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file``; see ``Source.metadata`` for the contract."""
        return await self._metadata.get(file.url, lambda: self._read_metadata(name, file))

    async def archive(self, file: DistFile) -> bytes:
        """Return all of ``file``, which is what its listing promises.

        Raises ``MetadataInvalid`` where it cannot be had, else as ``metadata`` does.
        """
        from resolver.index.ladder import find_archive  # noqa: PLC0415  # lazy: rarely wanted

        url = _with_login(file.url, self._logins)
        return await waiting(find_archive(file, url, self._limits), [], self._transport)

    def with_login(self, url: str) -> str:
        """Return ``url`` with the credentials of an index at the same origin, unless it has its own."""
        return url if "@" in url.partition("://")[2].partition("/")[0] else _with_login(url, self._logins)

    async def close(self) -> None:
        """Stop what is under way and close the transport."""
        await self._links_read.close()
        await self._listings.close()
        await self._metadata.close()
        await self._transport.close()

    def requests(self, name: str) -> Sequence[Request]:
        """Return what was asked for to find the listing of ``name``; nothing while it is not found.

        Nothing either where it has files of this machine: they may change under the same name.
        """
        asked = self._asked.get(name, ())
        if any(is_local(request.url) for request in asked):
            listing = self._listings.known(name)
            if listing is None or any(is_local(file.url) for file in listing.files):
                return ()
        return asked

    def _links_for(self, name: str) -> FindLinks | None:
        return None if self._indexes.pinned(name) else self._links

    def _links_now(self, name: str) -> list[Request] | None:
        """Return what was asked for to read the links that matter; None where that needs waiting."""
        links = self._links_for(name)
        if links is None:
            return []
        asked = self._links_read.known("")
        if asked is None:
            asked = []
            if without_waiting(self._links_of(links), asked, self._transport) is None:
                return None
            self._links_read.keep("", asked)
        return list(asked)

    async def _read_links(self, name: str) -> list[Request]:
        """Return what was asked for to read the links that matter."""
        links = self._links_for(name)
        if links is None:
            return []

        async def read() -> list[Request]:
            asked: list[Request] = []
            await waiting(self._links_of(links), asked, self._transport)
            return asked

        return list(await self._links_read.get("", read))

    def _links_of(self, links: FindLinks) -> Generator[Request, Response, FindLinks]:
        """Return the steps to read places with files, which may have files of any package."""
        steps = links.read(self._limits)
        return _anew(steps) if self._anew else steps

    async def _find(self, name: str) -> Listing:
        asked = await self._read_links(name)
        found = await waiting(self._look_for(name), asked, self._transport)
        self._asked[name] = asked
        return found

    async def _read_metadata(self, name: str, file: DistFile) -> Metadata:
        private: list[Response] = []
        found = await waiting(self._climb(name, file), [], self._transport, private)
        found.is_private = bool(private)
        return found

    def _look_for(self, name: str) -> Generator[Request, Response, Listing]:
        from resolver.index.pages import find_listing  # noqa: PLC0415  # lazy: start-up time

        indexes, links = self._indexes.of(name), self._links_for(name)
        steps = find_listing(name, indexes, self._strategy, links, limits=self._limits)
        return _anew(steps) if name in self._anew else steps

    def _climb(self, name: str, file: DistFile) -> Generator[Request, Response, Metadata]:
        from resolver.index.ladder import find_metadata  # noqa: PLC0415  # lazy: start-up time

        url = _with_login(file.url, self._logins)
        sources = lambda: self._sources(name, file)  # noqa: E731  # shorter than a function
        steps = find_metadata(name, file, url, sources=sources, limits=self._limits)
        return _anew(steps) if name in self._anew else steps

    def _sources(self, name: str, wheel: DistFile) -> Sequence[tuple[DistFile, str]]:
        """Return the source distributions of the version of ``wheel``, with their URLs."""
        from resolver.index.ladder import sources_of  # noqa: PLC0415  # loaded by now

        listing = self.listing_now(name)
        found = () if listing is None else sources_of(listing, wheel)
        return [(file, _with_login(file.url, self._logins)) for file in found]


def _anew(steps: Generator[Request, Response, Answer]) -> Generator[Request, Response, Answer]:
    """Return the same steps, with requests that the server itself is to answer."""
    try:
        request = next(steps)
        while True:
            try:
                response = yield request.refreshed()
            except ResolverError as error:
                request = steps.throw(error)
            else:
                request = steps.send(response)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


def _logins(urls: Sequence[str]) -> Mapping[str, str]:
    """Return the credentials by origin; of two URLs at one origin the first counts."""
    found: dict[str, str] = {}
    for url in urls:
        try:
            address = split_url(url)
        except InvalidUrl:
            continue  # the transport says so when the index is asked
        if address.userinfo:
            found.setdefault(address.origin, address.userinfo)
    return found


def _with_login(url: str, logins: Mapping[str, str]) -> str:
    if not logins:
        return url
    try:
        login = logins.get(split_url(url).origin)
    except InvalidUrl:
        return url
    return with_userinfo(url, login) if login else url


def without_waiting(
    steps: Generator[Request, Response, Answer], asked: list[Request], transport: Transport
) -> Answer | None:
    """Drive ``steps`` with what ``transport`` has in store; ``None`` as soon as it lacks something.

    What is asked for goes into ``asked``.
    """
    try:
        request = next(steps)
        while (response := transport.stored(request)) is not None:
            asked.append(request)
            request = steps.send(response)
    except StopIteration as end:
        answer: Answer = end.value
        return answer
    steps.close()
    return None


async def waiting(
    steps: Generator[Request, Response, Answer],
    asked: list[Request],
    transport: Transport,
    private: list[Response] | None = None,
) -> Answer:
    """Drive ``steps`` with what ``transport`` fetches; its failures are thrown into ``steps``.

    Answers of which nothing may be written down go into ``private``.
    """
    try:
        request = next(steps)
        while True:
            asked.append(request)
            try:
                response = await transport.fetch(request)
            except ResolverError as error:
                request = steps.throw(error)
            else:
                if private is not None and "no-store" in response.headers.get("cache-control", "").lower():
                    private.append(response)
                request = steps.send(response)
                del response  # which may be large, before the next one comes
    except StopIteration as end:
        answer: Answer = end.value
        return answer
