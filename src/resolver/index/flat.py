"""Places with files of many packages (``--find-links``): folders, pages of links, single files.

A place is read once, and each package has its files of it, besides those that indexes list.  Like a search in
``pages`` this is a generator of requests.  How a folder is read is in ``local``, a page in ``simple``.

Specification: https://pip.pypa.io/en/stable/cli/pip_wheel/#cmdoption-f
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable, LimitReached
from resolver.index.links import filename_of, fragment_hash
from resolver.index.listing import Listing
from resolver.index.local import FOLDER
from resolver.index.transport import Request
from resolver.index.urls import is_local, redacted
from resolver.limits import lifting
from resolver.model.distfile import DistFile
from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from resolver.index.transport import Response
    from resolver.limits import Limits

__all__ = ["FindLinks", "folder_files"]

_ARCHIVES = (".whl", ".tar.gz", ".zip")
_ACCEPT = "text/html"
_HTML = ("text/html", "application/vnd.pypi.simple.v1+html")


class FindLinks:
    """The places in order, given by their URLs, and what is known of them once they were read."""

    __slots__ = ("_files", "places", "urls")

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = tuple(urls)
        self.places = [redacted(url) for url in urls]
        self._files: list[dict[str, list[DistFile]]] = []

    def read(self, limits: Limits) -> Generator[Request, Response, FindLinks]:
        """Read all places.

        Raises ``IndexUnavailable`` for one that is not there or no such place, ``LimitReached`` for one of
        too many files.
        """
        found = []
        for url in self.urls:
            files = yield from _files(url, limits)
            found.append(_by_first_word(files))
        self._files = found
        return self

    def listings(self, package: str) -> list[Listing]:
        """Return what each place has of ``package``, without places that have nothing."""
        word = _first_word(package)
        found = []
        for url, files in zip(self.urls, self._files, strict=True):
            own = [file for file in files.get(word, ()) if _is_of(file.filename, package)]
            if own:
                found.append(Listing(package, own, url=redacted(url)))
        return found


def _files(url: str, limits: Limits) -> Generator[Request, Response, Sequence[DistFile]]:
    address, _, fragment = url.partition("#")
    name = filename_of(address)
    if name.lower().endswith(_ARCHIVES):
        digest = fragment_hash(fragment)
        return [DistFile(name, address, hashes=None if digest is None else dict([digest]))]
    response = yield Request(address, accept=_ACCEPT, limit=limits.page_bytes, lifted_by="page-bytes")
    if response.status != 200:
        what = "is not there" if is_local(url) else f"answers with status {response.status}"
        raise _unusable(url, what)
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == FOLDER:
        return folder_files(response, limits)
    if media not in _HTML:
        raise _unusable(url, f"is of type {media[:100]!a}")
    from resolver.index.simple import parse_html  # noqa: PLC0415  # lazy: start-up time

    page = parse_html(
        response.body,
        url=response.url,
        package="",
        content_type=response.headers["content-type"],
        most=limits.page_files,
    )
    if not page.plausible:
        raise _unusable(url, "is a page without any link, such as a login page")
    return page.files


def _unusable(url: str, what: str) -> IndexUnavailable:
    place = redacted(url)
    return IndexUnavailable(
        f"{place} {what}, so it is no place for --find-links: name a folder, a page (.html) with links, or a "
        "wheel or source distribution.",
        url=place,
    )


def folder_files(response: Response, limits: Limits) -> list[DistFile]:
    """Return the files of a folder that may be distributions.  Raises ``LimitReached``."""
    names = response.body.decode("utf-8", "surrogateescape").split("\0")
    wanted = [name for name in names if name.endswith(_ARCHIVES)]
    if len(wanted) > limits.page_files:
        raise LimitReached(
            f"{redacted(response.url)} has {len(wanted):,} files, more than the limit of "
            f"{limits.page_files:,} ({lifting('page-files')}).",
            option="--max",
        )
    return [DistFile(name, f"{response.url}{_quoted(name)}") for name in wanted]


def _quoted(name: str) -> str:
    """Return a name as it stands in a URL: nothing in it is encoded yet."""
    from urllib.parse import quote_from_bytes  # noqa: PLC0415  # lazy: rarely wanted

    return quote_from_bytes(name.encode("utf-8", "surrogateescape"), "")


def _by_first_word(files: Iterable[DistFile]) -> dict[str, list[DistFile]]:
    """Return the files by what their names, and those of their packages, begin with."""
    found: dict[str, list[DistFile]] = {}
    for file in files:
        found.setdefault(_first_word(file.filename), []).append(file)
    return found


def _first_word(name: str) -> str:
    """Return the letters and digits at the beginning, in lower case."""
    end = next((at for at, c in enumerate(name) if not (c.isascii() and c.isalnum())), len(name))
    return name[:end].lower()


def _is_of(filename: str, package: str) -> bool:
    try:
        (split_wheel if filename.endswith(".whl") else split_sdist)(filename, package)
    except InvalidFilename:
        return False
    return True
