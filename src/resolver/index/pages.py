"""From a package's name to its listing: which indexes are asked, in which order, what counts as an answer.

A search is a generator that yields requests and is sent the responses, so ``client`` can drive it with and
without waiting.  Reading a page is in ``simple``, what the cache keeps of one in ``listing_form``; retries
and caching are in the transports.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable, MetadataInvalid
from resolver.index.listing import Listing
from resolver.index.listing_form import ListingForm, read_listing_form
from resolver.index.transport import Request
from resolver.index.urls import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from resolver.index.indexes import IndexSpec
    from resolver.index.transport import Response
    from resolver.model.distfile import DistFile

__all__ = ["find_listing"]

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = ("application/vnd.pypi.simple.v1+html", "text/html")
_LIMIT = 64 << 20  # bytes, decoded; the largest pages known have 10 MB


def find_listing(
    package: str, indexes: Sequence[IndexSpec], strategy: str
) -> Generator[Request, Response, Listing]:
    """Look for ``package``, by one of ``indexes.STRATEGIES``.

    ``first-index``: the first index that knows the package answers for it, and no later one is told its
    name, so a stranger's upload to a public index cannot stand in for a private package.
    ``unsafe-first-match``: the first index that has files of it.  ``unsafe-best-match``: the files of all
    indexes; of equal file names the first index's.  An index that fails ends the search: what it would have
    said may matter.
    """
    found: list[Listing] = []
    for index in indexes:
        listing = yield from _page(index, package)
        if listing is None:
            continue
        if strategy == "first-index" or (strategy == "unsafe-first-match" and listing.files):
            return listing
        found.append(listing)
    if not found:
        return Listing(package, absent=True, places=[redacted(index.page(package)) for index in indexes])
    return _merged(found) if strategy == "unsafe-best-match" else found[0]


def _page(index: IndexSpec, package: str) -> Generator[Request, Response, Listing | None]:
    """Fetch and read one page, a second time if it makes no sense; ``None`` if the index has none."""
    form = ListingForm(lambda response: _parsed(response, index, package))
    request = Request(index.page(package), accept=_ACCEPT, limit=_LIMIT, form=form)
    response = yield request
    try:
        return _read(response, index, package)
    except (IndexUnavailable, MetadataInvalid):
        # A body without a length may have been cut off, and a login page may lie in a cache.
        response = yield request.refreshed()
    return _read(response, index, package)


def _read(response: Response, index: IndexSpec, package: str) -> Listing | None:
    if response.form:
        return read_listing_form(response.body)
    return response.value if isinstance(response.value, Listing) else _parsed(response, index, package)


def _parsed(response: Response, index: IndexSpec, package: str) -> Listing | None:
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
        return parse_json(response.body, url=response.url, package=package)
    if media not in _HTML:
        raise _strange(
            response, index, f"content of type {written[:100]!a}" if written else "content of no type"
        )
    listing = parse_html(response.body, url=response.url, package=package, content_type=written)
    if not listing.plausible:
        raise _strange(response, index, "a page without any link, such as a login page")
    return listing


def _strange(response: Response, index: IndexSpec, what: str) -> IndexUnavailable:
    place = redacted(response.url)
    return IndexUnavailable(
        f"{place} does not answer as a package index: it sends {what}. Check the URL of the index "
        f"{index.name}, and whether something on the way (a proxy, a login page) answers in its place.",
        url=place,
        status=response.status,
    )


def _merged(listings: Sequence[Listing]) -> Listing:
    """Return one listing of all files; the rest is as the first index says."""
    first = listings[0]
    files: dict[str, DistFile] = {}
    for listing in listings:
        for file in listing.files:
            files.setdefault(file.filename, file)
    return Listing(
        first.name,
        list(files.values()),
        url=first.url,
        status=first.status,
        status_reason=first.status_reason,
        dropped=sum(listing.dropped for listing in listings),
        drop_reasons=[reason for listing in listings for reason in listing.drop_reasons],
        api_version=first.api_version,
    )
