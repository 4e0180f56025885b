"""From a file of a listing to its metadata: the cheapest way that works.

For a wheel the steps are: the metadata file beside it (PEP 658), its end by byte ranges, the whole wheel, and
where that cannot be had a source distribution of the same version that says what wheels will say.  For a
source distribution: the metadata file beside it, then the archive itself, whose metadata counts where it is
static; otherwise only a build could tell, which is not done here.

A step that the server refuses leads to the next one, and so do bytes that nobody vouched for and that make no
sense.  Bytes that differ from a promised hash never do, for whoever changed them would choose the step.  This
is a generator of requests, see ``client``; what the bytes mean is in ``artifacts``, ``sdists`` and
``metadata``.

A file's hash is checked wherever all of the file came: of a large wheel that is read by ranges it is not.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from resolver.errors import BuildRefused, HashMismatch, IndexUnavailable, LimitReached, MetadataInvalid
from resolver.index.cache import NotStored
from resolver.index.metadata import Metadata, parse_metadata
from resolver.index.metadata_form import MetadataForm, read_metadata_form
from resolver.index.transport import Request
from resolver.index.urls import redacted
from resolver.limits import DEFAULT, Limits
from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from typing import TypeVar

    from resolver.index.listing import Listing
    from resolver.index.transport import Response
    from resolver.model.distfile import DistFile

    Found = TypeVar("Found")
    Steps = Generator[Request, Response, Found]

__all__ = ["checked", "find_archive", "find_metadata", "sources_of", "strongest"]

_SMALL = 128 * 1024  # of a wheel of no more than that all is read, so that its hash can be checked
_TAIL = 32 * 1024  # what WheelReader asks for first
_ALGORITHMS = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")  # the strongest that is given counts


class _Gone(MetadataInvalid):
    """The file itself cannot be had."""


def find_metadata(
    name: str,
    file: DistFile,
    url: str,
    *,
    sources: Callable[[], Sequence[tuple[DistFile, str]]] = tuple,
    limits: Limits = DEFAULT,
) -> Steps[Metadata]:
    """Find the metadata of ``file``, of the package ``name``; ``url`` is the file's, with credentials.

    ``sources`` returns the source distributions of the same version, with their URLs.

    Raises ``MetadataInvalid`` (this file is unusable), ``BuildRefused`` (only a build could tell),
    ``HashMismatch`` or ``IndexUnavailable``.
    """
    try:
        if not file.is_wheel:
            return (yield from _of_source(name, file, url, limits))
        return (yield from _of_wheel(name, file, url, sources, limits))
    except (LimitReached, _Gone) as error:  # the file's fault, not the resolution's
        raise MetadataInvalid(str(error)) from error


def sources_of(listing: Listing, wheel: DistFile) -> list[DistFile]:
    """Return the source distributions in ``listing`` of the version of ``wheel``."""
    from bisect import bisect_left  # noqa: PLC0415  # lazy: rarely wanted

    summary = listing.summary
    try:
        key = version_key(split_wheel(wheel.filename, listing.name)[0])
    except (InvalidFilename, InvalidVersion):
        return []
    version = bisect_left(summary.keys, key)
    if version == len(summary.keys) or summary.keys[version] != key:
        return []
    files = [listing.file(number) for number in summary.files(version)]
    return [file for file in files if not file.is_wheel]


def find_archive(file: DistFile, url: str, limits: Limits = DEFAULT) -> Steps[bytes]:
    """Fetch all of ``file``, a second time if it is not what was promised.

    Raises ``MetadataInvalid`` where it is not there or too large, ``HashMismatch`` or ``IndexUnavailable``.
    """
    try:
        response = yield from _promised(file, url, _part(file, url, None, limits))
    except (LimitReached, _Gone) as error:
        raise MetadataInvalid(str(error)) from error
    return response.body


def _of_wheel(
    name: str,
    file: DistFile,
    url: str,
    sources: Callable[[], Sequence[tuple[DistFile, str]]],
    limits: Limits,
) -> Steps[Metadata]:
    promised = _mapping(file.core_metadata)
    failure: MetadataInvalid | IndexUnavailable | None = None
    if file.core_metadata:
        try:
            metadata = yield from _beside(file, url, promised, limits)
            if metadata is not None:
                return checked(metadata, name, file)
        except IndexUnavailable as error:
            if not _leads_on(error):
                raise
            failure = error
        except MetadataInvalid:
            if promised:
                raise
    try:
        return checked((yield from _inside(file, url, limits)), name, file)
    except (_Gone, IndexUnavailable) as error:
        if isinstance(error, IndexUnavailable) and not _leads_on(error):
            raise
        if not (isinstance(failure, IndexUnavailable) and _is_temporary(failure)):
            failure = error
    # Else the index knows better than it can tell just now: no reason to take another version.
    return (yield from _in_its_place(name, sources(), failure, limits))


def _inside(file: DistFile, url: str, limits: Limits) -> Steps[Metadata]:
    """Read the metadata in the wheel."""
    body = yield from _by_ranges(file, url, limits)
    return (yield from _whole(file, url, limits)) if body is None else parse_metadata(body, limits)


def _in_its_place(
    name: str,
    sources: Sequence[tuple[DistFile, str]],
    failure: MetadataInvalid | IndexUnavailable,
    limits: Limits,
) -> Steps[Metadata]:
    """Read what a source distribution says of the wheels of its version, or raise why none can be had."""
    for file, url in sources:
        try:
            return (yield from _of_source(name, file, url, limits))
        except (MetadataInvalid, LimitReached):
            continue
        except BuildRefused as error:
            failure.add_note(str(error))
            if isinstance(failure, MetadataInvalid):
                failure = MetadataInvalid(f"{failure} {error}")
        except IndexUnavailable as error:
            if not _leads_on(error):
                raise
    raise failure


# Source distributions


def _of_source(name: str, file: DistFile, url: str, limits: Limits) -> Steps[Metadata]:
    from resolver.index.sdists import STATIC_SINCE, is_static  # noqa: PLC0415  # lazy: start-up time

    if file.core_metadata:
        metadata = yield from _beside_source(name, file, url, limits)
        if metadata is not None:
            return metadata
    if (file.upload_time or STATIC_SINCE) < STATIC_SINCE:
        raise _needs_build(file, "it is older than the rules by which it could say so itself")
    metadata = checked((yield from _in_archive(file, url, limits)), name, file)
    if not is_static(metadata):
        why = (
            "its metadata may change"
            if metadata.dynamic
            else "its metadata does not say that it will not change"
        )
        raise _needs_build(file, why)
    return metadata


def _beside_source(name: str, file: DistFile, url: str, limits: Limits) -> Steps[Metadata | None]:
    """Read the metadata file; ``None`` where there is none, or it leaves something open."""
    from resolver.index.sdists import leaves_open  # noqa: PLC0415  # lazy: start-up time

    promised = _mapping(file.core_metadata)
    try:
        metadata = yield from _beside(file, url, promised, limits)
    except IndexUnavailable as error:
        if not _leads_on(error):
            raise
        return None
    except MetadataInvalid:
        if promised:
            raise
        return None
    if metadata is None or leaves_open(metadata):
        return None
    return checked(metadata, name, file)


def _in_archive(file: DistFile, url: str, limits: Limits) -> Steps[Metadata]:
    """Fetch the source distribution and read its metadata, which caches keep in its place."""
    from resolver.index.sdists import read_sdist  # noqa: PLC0415  # lazy: start-up time

    def read(body: bytes) -> Metadata:
        return read_sdist(body, file.filename, limits)

    return (yield from _read_whole(file, url, read, limits))


def _needs_build(file: DistFile, why: str) -> BuildRefused:
    return BuildRefused(
        f"The source distribution {file.filename} would have to be built to learn what it requires: {why}."
    )


# The metadata file beside the file


def _beside(file: DistFile, url: str, promised: Mapping[str, str], limits: Limits) -> Steps[Metadata | None]:
    """Fetch and read the metadata file; ``None`` if the server has none, in spite of what the listing says.

    Raises ``IndexUnavailable``, ``MetadataInvalid`` or ``HashMismatch``.
    """
    what = f"the metadata of {file.filename}"

    def parsed(response: Response) -> Metadata | None:
        whole = response.status == 200 and _mismatch(response, promised, what) is None
        whole = whole and (response.is_whole or bool(promised))
        return parse_metadata(response.body, limits) if whole else None

    path, query, rest = url.partition("?")
    request = Request(
        f"{path}.metadata{query}{rest}",
        limit=limits.metadata_bytes,
        lifted_by="metadata-bytes",
        promised=strongest(promised),
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
        if mismatch is None and not (response.is_whole or promised):
            return None  # half of it would look like all of something smaller; the wheel has a checksum
        if mismatch is None:
            return parse_metadata(response.body, limits)
    assert mismatch is not None
    raise mismatch


def _leads_on(error: IndexUnavailable) -> bool:
    """Tell whether the next step may succeed after ``error``: not if nobody answers or a login is missing."""
    return isinstance(error, NotStored) or (error.status is not None and error.status not in (401, 407, 429))


def _is_temporary(error: IndexUnavailable) -> bool:
    """Tell whether the server failed at what it has: its own fault, or a body that never came whole."""
    return error.status is not None and (error.status == 200 or error.status >= 500)


# The end of the wheel


def _by_ranges(file: DistFile, url: str, limits: Limits) -> Steps[bytes | None]:
    """Read METADATA by byte ranges; ``None`` if the server or the bytes do not allow it."""
    try:
        return (yield from _ranges(file, url, limits))
    except IndexUnavailable as error:
        if _leads_on(error):
            return None
        raise
    except MetadataInvalid:
        return None  # the bytes may have changed on the way: the whole wheel has a hash


def _ranges(file: DistFile, url: str, limits: Limits) -> Steps[bytes | None]:
    from resolver.index.artifacts import WheelReader  # noqa: PLC0415  # lazy: start-up time

    # Not every server can count from the end, and not every index tells the size (or the right one).
    tail = (_start(file.size), file.size) if file.size else _TAIL
    response = yield _part(file, url, tail, limits)
    if response.status == 200:  # the server knows no ranges and has sent everything
        return _read_hashed(response, file, limits)
    size = _size(response)
    if size is None:
        return None
    if len(response.body) == size:
        return _read_hashed(response, file, limits)
    reader = WheelReader(file.filename, size, limits)
    while reader.wanted is not None:
        start, stop = reader.wanted
        if _content_range(response) != (start, stop, size):
            response = yield _part(file, url, (start, stop), limits)
            if _content_range(response) != (start, stop, size):
                return None
        reader.feed(response.body)
    return reader.metadata


def _read_hashed(response: Response, file: DistFile, limits: Limits) -> bytes | None:
    """Return the metadata in a wheel that came whole; None where it is not the one promised."""
    from resolver.index.artifacts import read_wheel  # noqa: PLC0415  # lazy: start-up time

    if _mismatch(response, file.hashes, "") is not None:
        return None
    return read_wheel(response.body, file.filename, limits)


def _part(
    file: DistFile,
    url: str,
    span: tuple[int, int] | int | None,
    limits: Limits,
    form: MetadataForm | None = None,
) -> Request:
    """Return the request for a part of a file; servers may answer with all of it."""
    return Request(
        url,
        byte_range=span,
        limit=limits.archive_bytes,
        lifted_by="archive-bytes",
        promised=_promise(file),
        form=form,
    )


def _start(size: int) -> int:
    """Return from where on to read a wheel of ``size`` bytes at first."""
    return 0 if size <= _SMALL else size - _TAIL


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


# The whole file


def _whole(file: DistFile, url: str, limits: Limits) -> Steps[Metadata]:
    """Fetch the wheel and read its metadata, which caches keep in its place."""
    from resolver.index.artifacts import read_wheel  # noqa: PLC0415  # lazy: start-up time

    def read(body: bytes) -> Metadata:
        return parse_metadata(read_wheel(body, file.filename, limits), limits)

    return (yield from _read_whole(file, url, read, limits))


def _read_whole(
    file: DistFile, url: str, read: Callable[[bytes], Metadata], limits: Limits
) -> Steps[Metadata]:
    def parsed(response: Response) -> Metadata | None:
        is_whole = response.status == 200 and _mismatch(response, file.hashes, "") is None
        return read(response.body) if is_whole else None

    request = _part(file, url, None, limits, MetadataForm(parsed))
    failure: MetadataInvalid | None = None
    for attempt in (request, request.refreshed()):
        response = yield from _promised(file, url, attempt)
        if response.form:
            return read_metadata_form(response.body)
        if isinstance(response.value, Metadata):
            return response.value
        try:
            return read(response.body)
        except MetadataInvalid as error:
            if _promise(file):
                raise
            failure = MetadataInvalid(str(error))  # another one, which holds no body in its traceback
        del response  # before the next one comes: each may be large
    assert failure is not None
    raise failure


def _promised(file: DistFile, url: str, request: Request) -> Steps[Response]:
    """Return the answer with the file, asked for a second time if it is not what was promised."""
    failure: HashMismatch | None = None
    for attempt in (request, request.refreshed()):
        response = yield attempt
        if response.status != 200:
            raise _Gone(
                f"The index lists {file.filename}, but {redacted(url)} answers with status {response.status}."
            )
        if response.form or response.value is not None:
            return response
        failure = _mismatch(response, file.hashes, file.filename)
        if failure is None:
            return response
        del response  # before the next one comes
    assert failure is not None
    raise failure


# What came


def _mapping(hashes: object) -> Mapping[str, str]:
    """Return those of ``hashes`` that can be computed here."""
    if not isinstance(hashes, dict):
        return {}
    return {algorithm: hashes[algorithm] for algorithm in _ALGORITHMS if algorithm in hashes}


def _promise(file: DistFile) -> str:
    return strongest(file.hashes)


def strongest(hashes: object) -> str:
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


def checked(metadata: Metadata, name: str, file: DistFile) -> Metadata:
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
