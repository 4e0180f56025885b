"""From a package's name to its listing: which indexes are asked, in which order, what counts as an answer.

A search is a generator that yields requests and is sent the responses, so ``client`` can drive it with and
without waiting.  Reading a page is in ``simple``, what the cache keeps of one in ``listing_form``; retries
and caching are in the transports.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable, MetadataInvalid
from resolver.index.freshness import SERIAL
from resolver.index.listing import NOWHERE, Listing
from resolver.index.listing_form import ListingForm, compacted, read_listing_form
from resolver.index.transport import Request
from resolver.index.urls import is_local, redacted
from resolver.limits import DEFAULT, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from resolver.index.flat import FindLinks
    from resolver.index.indexes import IndexSpec
    from resolver.index.transport import Response
    from resolver.model.distfile import DistFile

__all__ = ["find_listing"]

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = ("application/vnd.pypi.simple.v1+html", "text/html")
_LARGE = 4 << 20  # bytes of a page whose files are not held one by one
_END = 1000  # bytes behind the last link of a page


def find_listing(
    package: str,
    indexes: Sequence[IndexSpec],
    strategy: str,
    links: FindLinks | None = None,
    *,
    limits: Limits = DEFAULT,
) -> Generator[Request, Response, Listing]:
    """Look for ``package``, by one of ``indexes.STRATEGIES``, and in ``links``, which were read.

    ``first-index``: the first index that knows the package answers for it, and no later one is told its
    name, so a stranger's upload to a public index cannot stand in for a private package.
    ``unsafe-first-match``: the first index that has files of it.  ``unsafe-best-match``: the files of all
    indexes.  An index that fails ends the search: what it would have said may matter.  What ``links`` have
    comes before and besides that, as with pip.
    """
    flat = [] if links is None else links.listings(package)
    found = yield from _search(package, indexes, strategy, limits)
    if not flat and not found:
        places = [] if links is None else links.places
        return Listing(
            package, absent=True, places=[*places, *(index.name for index in indexes)] or [NOWHERE]
        )
    listings = [*flat, *found]
    return listings[0] if len(listings) == 1 else _merged(listings, (found or flat)[0])


def _search(
    package: str, indexes: Sequence[IndexSpec], strategy: str, limits: Limits
) -> Generator[Request, Response, Sequence[Listing]]:
    """Return what ``indexes`` have that counts by ``strategy``."""
    found: list[Listing] = []
    for index in indexes:
        listing = yield from _page(index, package, limits)
        if listing is None:
            continue
        listing.index = index.name
        if strategy == "first-index" or (strategy == "unsafe-first-match" and listing.files):
            return [listing]
        found.append(listing)
    return found if strategy == "unsafe-best-match" else found[:1]


def _page(index: IndexSpec, package: str, limits: Limits) -> Generator[Request, Response, Listing | None]:
    """Fetch and read one page, a second time if it makes no sense; ``None`` if the index has none."""
    if is_local(index.url):
        return (yield from _local_page(index, package, limits))
    form = ListingForm(lambda response: _parsed(response, index, package, limits))
    request = Request(
        index.page(package), accept=_ACCEPT, limit=limits.page_bytes, lifted_by="page-bytes", form=form
    )
    response = yield request
    try:
        return _read(response, index, package, limits)
    except (IndexUnavailable, MetadataInvalid):
        # A body without a length may have been cut off, and a login page may lie in a cache.
        response = yield request.refreshed()
    return _read(response, index, package, limits)


def _local_page(
    index: IndexSpec, package: str, limits: Limits
) -> Generator[Request, Response, Listing | None]:
    """Read a page on disk: ``index.html`` in the folder of the package, or else the files in it."""
    folder = index.page(package)
    response = yield Request(f"{folder}index.html", limit=limits.page_bytes, lifted_by="page-bytes")
    if response.status == 200:
        return _parsed(response, index, package, limits)
    response = yield Request(folder, limit=limits.page_bytes, lifted_by="page-bytes")
    if response.status != 200:
        return None
    from resolver.index.flat import folder_files  # noqa: PLC0415  # lazy: start-up time

    return Listing(package, folder_files(response, limits), url=redacted(folder))


def _read(response: Response, index: IndexSpec, package: str, limits: Limits) -> Listing | None:
    if response.form:
        return read_listing_form(response.body)
    known = response.value
    listing = known if isinstance(known, Listing) else _parsed(response, index, package, limits)
    if len(response.body) > _LARGE and listing is not None and not listing.is_compact:
        compacted(listing)  # no cache has done so
    return listing


def _parsed(response: Response, index: IndexSpec, package: str, limits: Limits) -> Listing | None:
    """Read a page as it was sent."""
    if response.status in (404, 410):
        return None
    if response.status != 200:
        raise _strange(response, index, f"status {response.status}")
    from resolver.index.simple import parse_html, parse_json  # noqa: PLC0415  # lazy: start-up time

    written = response.headers.get("content-type", "")
    media = written.partition(";")[0].strip().lower()
    if media == _JSON:
        if response.body.lstrip()[:1] == b"<":
            raise _strange(response, index, "HTML under the name of JSON, such as a login page")
        listing = parse_json(response.body, url=response.url, package=package, most=limits.page_files)
        if listing.serial:  # as PyPI says it, too; by this the cache tells a page that is older than its own
            response.headers = {SERIAL: str(listing.serial), **response.headers}
        return listing
    if media not in _HTML:
        raise _strange(
            response, index, f"content of type {written[:100]!a}" if written else "content of no type"
        )
    listing = parse_html(
        response.body, url=response.url, package=package, content_type=written, most=limits.page_files
    )
    if not listing.plausible:
        raise _strange(response, index, "a page without any link, such as a login page")
    if not (response.is_whole or b"</html" in response.body[-_END:].lower()):
        raise _strange(response, index, "a page that may have been cut off")
    return listing


def _strange(response: Response, index: IndexSpec, what: str) -> IndexUnavailable:
    place = redacted(response.url)
    return IndexUnavailable(
        f"{place} does not answer as a package index: it sends {what}. Check the URL of the index "
        f"{index.name}, and whether something on the way (a proxy, a login page) answers in its place.",
        url=place,
        status=response.status,
    )


def _merged(listings: Sequence[Listing], main: Listing) -> Listing:
    """Return one listing of all files, those of the first first; the rest is as ``main`` says.

    A file that another one of the same name may differ from is listed too: which of them an installer takes
    is not decided here, and its hash must be known.
    """
    found: dict[str, list[tuple[DistFile, Listing]]] = {}
    for listing in listings:
        for file in listing.files:
            others = found.setdefault(file.filename, [])
            if all(_differ(file, other) for other, _ in others):
                others.append((file, listing))
    files = [each for same in found.values() for each in same]
    return Listing(
        main.name,
        [file for file, _ in files],
        indexes=[listing.index for _, listing in files],
        places=[listing.url for _, listing in files],
        url=main.url,
        status=main.status,
        status_reason=main.status_reason,
        dropped=sum(listing.dropped for listing in listings),
        drop_reasons=[reason for listing in listings for reason in listing.drop_reasons],
        api_version=main.api_version,
    )


def _differ(one: DistFile, other: DistFile) -> bool:
    """Tell whether two files are known to be different."""
    return any(other.hashes.get(algorithm, digest) != digest for algorithm, digest in one.hashes.items())
