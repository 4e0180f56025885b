"""Simple pages: JSON or HTML in, a ``Listing`` out.

No page is fetched here and no file judged: ``client`` brings the bytes, ``catalog`` reads file names and
decides what fits.  ``simple_json`` and ``simple_html`` take the bytes apart, ``links`` resolves addresses;
here is what the parts mean.  An entry that cannot be used costs one file; a page is refused only if it is no
page of this package, or of an API version that we do not know.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import LimitReached, MetadataInvalid
from resolver.index.links import (
    HASHES,
    LinkResolver,
    UnusableLink,
    filename_of,
    fragment_hash,
    without_userinfo,
)
from resolver.index.listing import Listing
from resolver.index.urls import redacted
from resolver.limits import DEFAULT, lifting
from resolver.model.distfile import DistFile
from resolver.model.names import InvalidName, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from resolver.index import json_page

__all__ = ["parse_html", "parse_json", "prepare"]

_STATUSES = frozenset({"active", "archived", "quarantined", "deprecated"})
_REASONS_KEPT = 5
_LARGE = 1 << 20  # bytes: what is smaller cannot hold more than its memory is worth
_HUGE = 16 << 20  # bytes: where one text may take four times as many
_LONG, _LONG_URL = 1000, 4000  # characters of texts on a huge page ...
_MANY = 16  # ... and hashes of a file
_VALUES = 20  # values of one file in JSON, at most, where all keys of the standards are given


def parse_json(body: bytes, *, url: str, package: str, most: int = DEFAULT.page_files) -> Listing:
    """Read the JSON page of ``package`` that came from ``url`` (PEP 691, 700, 714, 792).

    Raises ``MetadataInvalid`` where ``body`` is no such page, is that of another package or of another major
    version of the API (PEP 629 demands to fail), and ``LimitReached`` where it has more than ``most`` files
    or, which is looked at before the memory is used, so many values that these could be its files.
    """
    from resolver.index.json_page import count_of_values, has_long_text  # noqa: PLC0415  # lazy: start-up time

    if len(body) > _LARGE:
        if count_of_values(body) > _VALUES * most:
            raise _too_many(url, f"{_VALUES * most:,} values", most)
        if len(body) > _HUGE and has_long_text(body):
            raise LimitReached(
                f"The page {redacted(url)} holds a text of more than 64 KiB. Nothing of it was used."
            )
    try:
        page, reasons = _decoder()(body.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError as error:
        raise MetadataInvalid(f"The page {redacted(url)} is nested too deeply.") from error
    except ValueError as error:
        raise MetadataInvalid(f"The page {redacted(url)} cannot be read as JSON: {error}.") from error
    version = page.meta.api_version if page.meta is not None else None
    api_version = "" if version is None else str(version)
    _check_version(api_version, url)
    _check_name(page.name, url, package)
    if page.files is None:
        raise MetadataInvalid(f"The page {redacted(url)} lists no files: it is no page of a package.")
    if len(page.files) > most:
        raise _too_many(url, f"{most:,} files", most)
    dropped = _Dropped(reasons)
    entries = _sparing(page.files, dropped) if len(body) > _HUGE else page.files
    files = _json_files(entries, LinkResolver(url), dropped)
    listing = _listing(package, url, files, dropped)
    listing.api_version = api_version
    if page.meta is not None and isinstance(page.meta.last_serial, int):
        listing.serial = page.meta.last_serial
    if page.project_status is not None:
        _set_status(listing, page.project_status.status, page.project_status.reason)
    return listing


def prepare() -> None:
    """Load what reading a page takes."""
    _decoder()


def _decoder() -> Callable[[bytes], tuple[json_page.Page, Sequence[str]]]:
    """Return what reads JSON: msgspec, or where there is none the standard library."""
    try:
        from resolver.index.simple_json import decode  # noqa: PLC0415  # lazy: start-up time
    except ModuleNotFoundError as error:
        if error.name != "msgspec":
            raise
        from resolver.index.plain_json import decode as plainly  # noqa: PLC0415  # lazy: rarely wanted

        return plainly
    return decode


def parse_html(
    page: bytes | str,
    *,
    url: str,
    package: str,
    content_type: str = "text/html",
    most: int = DEFAULT.page_files,
) -> Listing:
    """Read the HTML page of ``package`` that came from ``url`` (PEP 503, 592, 629, 658, 714, 792).

    Every anchor with a file at its end is listed, whatever the file.  Raises ``MetadataInvalid`` for another
    major version of the API, and ``LimitReached`` for more than ``most`` anchors.
    """
    from resolver.index import simple_html  # noqa: PLC0415  # lazy: start-up time

    text = page if isinstance(page, str) else simple_html.decode(page, content_type)
    meta: dict[str, str] = {}
    anchors: list[dict[str, str | None]] = []
    base = ""
    for tag, attributes in _tags(text, url, most):
        if tag == "a":
            if len(anchors) >= most:
                raise _too_many(url, f"{most:,} links", most)
            anchors.append(attributes)
        elif tag == "meta":
            meta.setdefault((attributes.get("name") or "").lower(), attributes.get("content") or "")
        else:
            base = base or attributes.get("href") or ""
    api_version = meta.get("pypi:repository-version", "")
    _check_version(api_version, url)
    dropped = _Dropped()
    files = _html_files(anchors, _html_links(base, url), dropped)
    listing = _listing(package, url, files, dropped)
    listing.api_version = api_version
    _set_status(listing, meta.get("pypi:project-status"), meta.get("pypi:project-status-reason"))
    listing.plausible = bool(anchors or api_version)
    return listing


def _tags(text: str, url: str, most: int) -> Iterator[tuple[str, dict[str, str | None]]]:
    from resolver.index import simple_html  # noqa: PLC0415  # lazy: start-up time

    try:
        yield from simple_html.tags(text, _VALUES * most)
    except simple_html.TooManyParts:
        raise _too_many(url, f"{_VALUES * most:,} tags and attributes", most) from None


class _Dropped:
    """Counts what is left out of one page."""

    __slots__ = ("count", "reasons")

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.count = len(reasons)
        self.reasons = list(reasons[:_REASONS_KEPT])

    def add(self, file: str, reason: object) -> None:
        self.count += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(f"{file[:200]!a} {reason}")


def _listing(package: str, url: str, files: list[DistFile], dropped: _Dropped) -> Listing:
    return Listing(
        package, files, url=without_userinfo(url), dropped=dropped.count, drop_reasons=dropped.reasons
    )


def _set_status(listing: Listing, status: str | None, reason: str | None) -> None:
    if status in _STATUSES:  # PEP 792: what is unknown counts as active
        listing.status = status or "active"
        listing.status_reason = reason or None


def _too_many(url: str, what: str, most: int) -> LimitReached:
    return LimitReached(
        f"The page {redacted(url)} has more than {what}, past the limit of {most:,} files. Nothing of it was"
        f" used ({lifting('page-files')}).",
        option="--max",
    )


def _check_version(version: str, url: str) -> None:
    major = version.partition(".")[0]
    if version and major != "1":
        raise MetadataInvalid(
            f"The page {redacted(url)} is of version {version[:20]!a} of the simple API; only versions 1.x "
            "are known. A newer resolver may be able to read it."
        )


def _check_name(name: str | None, url: str, package: str) -> None:
    """PEP 691 demands the name; a server that omits it is believed, one that gives another is not."""
    if name is None:
        return
    try:
        same = normalise(name) == package
    except InvalidName:
        same = False
    if not same:
        raise MetadataInvalid(f"The page {redacted(url)} is about {name[:100]!a}, not about {package}.")


def _json_files(
    entries: Sequence[json_page.File],
    links: LinkResolver,
    dropped: _Dropped,
) -> list[DistFile]:
    found = []
    resolve = links.resolve
    for entry in entries:
        try:
            address = resolve(entry.url.partition("#")[0] if "#" in entry.url else entry.url)
        except UnusableLink as error:
            dropped.add(entry.filename, error)
            continue
        core_metadata = entry.core_metadata
        if core_metadata is None:  # PEP 714: the newer key wins
            core_metadata = entry.older_core_metadata()
        found.append(
            DistFile(
                entry.filename,
                address,
                hashes=entry.hashes,
                size=entry.size,
                requires_python=entry.requires_python or None,
                yanked=_yanked(entry.yanked),
                upload_time=entry.upload_time or None,
                core_metadata=core_metadata,
            )
        )
    return found


def _sparing(entries: Iterable[json_page.File], dropped: _Dropped) -> list[json_page.File]:
    """Leave out entries of a huge page that take much memory for what they say."""
    found = []
    for entry in entries:
        texts = (entry.requires_python, entry.upload_time, entry.yanked)
        said = sum(len(text) for text in texts if isinstance(text, str))
        if said > _LONG or len(entry.url) > _LONG_URL or len(entry.hashes or ()) > _MANY:
            dropped.add(entry.filename, "has a text or hashes that are too long")
        else:
            found.append(entry)
    return found


def _yanked(value: bool | str | None) -> bool | str | None:  # noqa: FBT001  # a value of the page
    """PEP 592: an empty reason is no reason, but the file is yanked."""
    return True if value == "" else value or None


def _html_links(base: str, url: str) -> LinkResolver:
    """HTML standard: the first ``base`` counts, and is itself relative to the page."""
    page = LinkResolver(url)
    if not base:
        return page
    try:
        return LinkResolver(page.resolve(base.partition("#")[0]), url)
    except UnusableLink:
        return page


def _html_files(
    anchors: Iterable[dict[str, str | None]], links: LinkResolver, dropped: _Dropped
) -> list[DistFile]:
    found = []
    for anchor in anchors:
        href, _, fragment = (anchor.get("href") or "").partition("#")
        filename = filename_of(href)
        if not filename:
            continue  # a link to a folder, or to nothing
        try:
            found.append(_html_file(anchor, filename, links.resolve(href), fragment))
        except UnusableLink as error:
            dropped.add(filename, error)
    return found


def _html_file(anchor: dict[str, str | None], filename: str, address: str, fragment: str) -> DistFile:
    digest = fragment_hash(fragment)
    size = anchor.get("data-size") or ""
    return DistFile(
        filename,
        address,
        hashes=None if digest is None else dict([digest]),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None,
        requires_python=anchor.get("data-requires-python") or None,
        yanked=(anchor["data-yanked"] or True) if "data-yanked" in anchor else None,
        upload_time=anchor.get("data-upload-time") or None,
        core_metadata=_html_core_metadata(anchor),
    )


def _html_core_metadata(anchor: dict[str, str | None]) -> bool | dict[str, str] | None:
    """PEP 658: ``true`` or ``ALGORITHM=DIGEST``; anything else is read as ``true``, as pip does."""
    for key in ("data-core-metadata", "data-dist-info-metadata"):  # PEP 714: the newer one wins
        if key in anchor:
            value = anchor[key] or "true"
            algorithm, separator, digest = value.partition("=")
            if separator and algorithm in HASHES:
                return {algorithm: digest}
            return value.lower() != "false"
    return None
