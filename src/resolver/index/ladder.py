"""From a file of a listing to its metadata: the cheapest way that works.

The steps are: the metadata file beside it (PEP 658), the end of the wheel by byte ranges, the whole wheel.  A
step that the server refuses leads to the next one, and so do bytes that nobody vouched for and that make no
sense.  Bytes that differ from a promised hash never do, for whoever changed them would choose the step.  This
is a generator of requests, see ``client``; what the bytes mean is in ``artifacts`` and ``metadata``.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import BuildRefused, HashMismatch, IndexUnavailable, LimitReached, MetadataInvalid
from resolver.index.cache import NotStored
from resolver.index.metadata import MAX_SIZE, Metadata, parse_metadata
from resolver.index.metadata_form import MetadataForm, read_metadata_form
from resolver.index.transport import Request
from resolver.index.urls import redacted
from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import TypeVar

    from resolver.index.transport import Response
    from resolver.model.distfile import DistFile

    Found = TypeVar("Found")
    Steps = Generator[Request, Response, Found]

__all__ = ["find_metadata"]

_WHEEL_LIMIT = 1 << 30  # bytes of a wheel that is read whole, in memory
_TAIL = 32 * 1024  # what WheelReader asks for first
_ALGORITHMS = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")  # the strongest that is given counts


def find_metadata(name: str, file: DistFile, url: str) -> Steps[Metadata]:
    """Find the metadata of ``file``, of the package ``name``; ``url`` is the file's, with credentials.

    Raises ``MetadataInvalid`` (this file is unusable), ``BuildRefused`` (a source distribution that has no
    metadata beside it), ``HashMismatch`` or ``IndexUnavailable``.
    """
    try:
        return (yield from _climb(name, file, url))
    except LimitReached as error:  # the file's fault, not the resolution's
        raise MetadataInvalid(str(error)) from error


def _climb(name: str, file: DistFile, url: str) -> Steps[Metadata]:
    promised = _mapping(file.core_metadata)
    failure: IndexUnavailable | None = None
    if file.core_metadata:
        try:
            metadata = yield from _beside(file, url, promised)
            if metadata is not None:
                return _checked(metadata, name, file)
        except IndexUnavailable as error:
            if not _leads_on(error):
                raise
            failure = error
        except MetadataInvalid:
            if promised or not file.is_wheel:
                raise
    if not file.is_wheel:
        raise BuildRefused(
            f"The index has no metadata beside the source distribution {file.filename}, so it would have to "
            "be built to learn what it requires."
        )
    body = yield from _by_ranges(file, url)
    if body is None:
        try:
            body = yield from _whole(file, url)
        except MetadataInvalid:
            if failure is None or not _is_temporary(failure):
                raise
            # The index knows better than it can tell just now: no reason to take another version.
            raise failure from None
    return _checked(parse_metadata(body), name, file)


# The metadata file beside the file


def _beside(file: DistFile, url: str, promised: Mapping[str, str]) -> Steps[Metadata | None]:
    """Fetch and read the metadata file; ``None`` if the server has none, in spite of what the listing says.

    Raises ``IndexUnavailable``, ``MetadataInvalid`` or ``HashMismatch``.
    """
    what = f"the metadata of {file.filename}"

    def parsed(response: Response) -> Metadata | None:
        whole = response.status == 200 and _mismatch(response, promised, what) is None
        return parse_metadata(response.body) if whole else None

    path, query, rest = url.partition("?")
    request = Request(
        f"{path}.metadata{query}{rest}",
        limit=MAX_SIZE,
        promised=_strongest(promised),
        form=MetadataForm(parsed),
    )
    mismatch = None
    for attempt in (request, request.refreshed()):
        response = yield attempt
        if response.status != 200:
            return None
        if response.form:
            return read_metadata_form(response.body)
        if isinstance(response.value, Metadata):
            return response.value
        mismatch = _mismatch(response, promised, what)
        if mismatch is None:
            return parse_metadata(response.body)
    assert mismatch is not None
    raise mismatch


def _leads_on(error: IndexUnavailable) -> bool:
    """Tell whether the next step may succeed after ``error``: not if nobody answers or a login is missing."""
    return isinstance(error, NotStored) or (error.status is not None and error.status not in (401, 407, 429))


def _is_temporary(error: IndexUnavailable) -> bool:
    """Tell whether the server failed at what it has: its own fault, or a body that never came whole."""
    return error.status is not None and (error.status == 200 or error.status >= 500)


# The end of the wheel


def _by_ranges(file: DistFile, url: str) -> Steps[bytes | None]:
    """Read METADATA by byte ranges; ``None`` if the server or the bytes do not allow it."""
    try:
        return (yield from _ranges(file, url))
    except IndexUnavailable as error:
        if _leads_on(error):
            return None
        raise
    except MetadataInvalid:
        return None  # the bytes may have changed on the way: the whole wheel has a hash


def _ranges(file: DistFile, url: str) -> Steps[bytes | None]:
    from resolver.index.artifacts import WheelReader, read_wheel  # noqa: PLC0415  # lazy: start-up time

    # Not every server can count from the end, and not every index tells the size (or the right one).
    tail = (max(file.size - _TAIL, 0), file.size) if file.size else _TAIL
    promised = _strongest(file.hashes)
    response = yield Request(url, byte_range=tail, limit=_WHEEL_LIMIT, promised=promised)
    if response.status == 200:  # the server knows no ranges and has sent everything
        return None if _mismatch(response, file.hashes, "") else read_wheel(response.body, file.filename)
    size = _size(response)
    if size is None:
        return None
    reader = WheelReader(file.filename, size)
    while reader.wanted is not None:
        start, stop = reader.wanted
        if _content_range(response) != (start, stop, size):
            response = yield Request(url, byte_range=(start, stop), limit=_WHEEL_LIMIT, promised=promised)
            if _content_range(response) != (start, stop, size):
                return None
        reader.feed(response.body)
    return reader.metadata


def _content_range(response: Response) -> tuple[int, int, int] | None:
    """Return start, stop and size of the file by the Content-Range header (RFC 9110, 14.4)."""
    unit, _, rest = response.headers.get("content-range", "").partition(" ")
    span, _, size = rest.partition("/")
    first, _, last = span.partition("-")
    numbers = (first, last, size)
    if response.status != 206 or unit.lower() != "bytes":
        return None
    if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in numbers):
        return None
    start, stop = int(first), int(last) + 1
    return (start, stop, int(size)) if len(response.body) == stop - start else None


def _size(response: Response) -> int | None:
    found = _content_range(response)
    return None if found is None else found[2]


# The whole wheel


def _whole(file: DistFile, url: str) -> Steps[bytes]:
    """Fetch the wheel, a second time if it is not what was promised, and return its METADATA."""
    from resolver.index.artifacts import read_wheel  # noqa: PLC0415  # lazy: start-up time

    request = Request(url, limit=_WHEEL_LIMIT, promised=_strongest(file.hashes))
    failure: HashMismatch | MetadataInvalid | None = None
    for attempt in (request, request.refreshed()):
        response = yield attempt
        if response.status != 200:
            raise MetadataInvalid(
                f"The index lists {file.filename}, but {redacted(url)} answers with status {response.status}."
            )
        failure = _mismatch(response, file.hashes, file.filename)
        if failure is None:
            try:
                return read_wheel(response.body, file.filename)
            except MetadataInvalid as error:
                if _mapping(file.hashes):
                    raise
                failure = error
    assert failure is not None
    raise failure


# What came


def _mapping(hashes: object) -> Mapping[str, str]:
    """Return those of ``hashes`` that can be computed here."""
    if not isinstance(hashes, dict):
        return {}
    return {algorithm: hashes[algorithm] for algorithm in _ALGORITHMS if algorithm in hashes}


def _strongest(hashes: object) -> str:
    """Return the strongest of ``hashes`` with its algorithm, "" if there is none."""
    found = _mapping(hashes)
    return next((f"{algorithm}={digest}" for algorithm, digest in found.items()), "")


def _mismatch(response: Response, promised: Mapping[str, str], what: str) -> HashMismatch | None:
    """Return the error for a body that differs from the strongest hash ``promised``, else ``None``."""
    for algorithm, expected in _mapping(promised).items():
        import hashlib  # noqa: PLC0415  # lazy: start-up time

        actual = hashlib.new(algorithm, response.body, usedforsecurity=False).hexdigest()
        if actual == expected.lower():
            return None
        place = redacted(response.url)
        return HashMismatch(
            f"What {place} sends for {what} is not what the index promises: its {algorithm} is {actual}, not "
            f"{expected[:128]!a}, also when it is asked for again. It may have been changed on the way or on "
            "the server.",
            url=place,
            expected=expected,
            actual=actual,
        )
    return None


def _checked(metadata: Metadata, name: str, file: DistFile) -> Metadata:
    """Check that ``metadata`` speaks of ``name`` and of the version in the file's name."""
    try:
        same_name = normalise(metadata.name) == name
        told = split_wheel(file.filename, name)[0] if file.is_wheel else split_sdist(file.filename, name)
        same_version = version_key(metadata.version) == version_key(told)
    except (InvalidName, InvalidVersion, InvalidFilename) as error:
        raise MetadataInvalid(f"The metadata of {file.filename} cannot be used: {error}") from error
    if not (same_name and same_version):
        raise MetadataInvalid(
            f"The metadata of {file.filename} is that of {metadata.name[:100]!a} {metadata.version[:100]!a}."
        )
    return metadata
