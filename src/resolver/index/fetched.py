"""The source over a caller's ``Fetcher``: what that brings is checked, and remembered.

It is believed no more than an index is: an entry that cannot be used costs one file, and what is no answer
at all ends the resolution with an error that names the package.
"""

from __future__ import annotations

import time

from resolver.errors import BuildRefused, IndexUnavailable, LimitReached, MetadataInvalid, ResolverError
from resolver.events import Fetched
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata, parse_metadata
from resolver.index.once import Once
from resolver.index.transport import Traffic
from resolver.index.urls import redacted
from resolver.limits import DEFAULT, Limits, lifting
from resolver.model.distfile import DistFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from resolver.events import Event
    from resolver.index.ports import Fetcher

__all__ = ["FetcherSource"]

_REASONS_KEPT = 5
_LONGEST_NAME, _LONGEST_URL, _LONGEST_TEXT = 512, 4000, 1000


class FetcherSource:
    """A ``Source`` over ``fetcher``, asked about up to ``concurrency`` things at a time.

    ``emit`` is told of what came.  ``traffic`` counts.
    """

    __slots__ = (
        "_concurrency",
        "_emit",
        "_fetcher",
        "_files_wait",
        "_given",
        "_limits",
        "_listings",
        "_metadata",
        "_metadata_waits",
        "_slots",
        "traffic",
    )

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        limits: Limits = DEFAULT,
        concurrency: int = 50,
        emit: Callable[[Event], None] | None = None,
    ) -> None:
        from inspect import iscoroutinefunction  # noqa: PLC0415  # lazy: start-up time

        self._fetcher = fetcher
        self._files_wait = iscoroutinefunction(fetcher.files)
        self._metadata_waits = iscoroutinefunction(fetcher.metadata)
        self._limits = limits
        self._concurrency = concurrency
        self._slots: asyncio.Semaphore | None = None
        self._emit = emit
        self._given: dict[tuple[str, str], DistFile] = {}
        self._listings: Once[Listing] = Once()
        self._metadata: Once[Metadata] = Once()
        self.traffic = Traffic()

    def listing_now(self, name: str) -> Listing | None:
        """Return the listing of ``name``, if the fetcher needs no waiting."""
        known = self._listings.known(name)
        if known is None and not self._files_wait:
            what, started = f"the files of {name}", time.monotonic()
            known = self._listing(name, _at_once(what, lambda: self._fetcher.files(name)), started)
            self._listings.keep(name, known)
        return known

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file``, if the fetcher needs no waiting."""
        known = self._metadata.known(_key(name, file))
        if known is None and not self._metadata_waits:
            given, started = self._given[name, file.filename], time.monotonic()
            said = _at_once(_about(file), lambda: self._fetcher.metadata(name, given))
            known = self._read(name, file, said, started)
            self._metadata.keep(_key(name, file), known)
        return known

    async def listing(self, name: str) -> Listing:
        """Return the files of ``name``; see ``Source.listing`` for the contract."""

        async def find() -> Listing:
            started = time.monotonic()
            found = await self._later(f"the files of {name}", lambda: self._fetcher.files(name))
            return self._listing(name, found, started)

        return self.listing_now(name) or await self._listings.get(name, find)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file``; see ``Source.metadata`` for the contract."""

        async def find() -> Metadata:
            given, started = self._given[name, file.filename], time.monotonic()
            said = await self._later(_about(file), lambda: self._fetcher.metadata(name, given))
            return self._read(name, file, said, started)

        return self.metadata_now(name, file) or await self._metadata.get(_key(name, file), find)

    async def close(self) -> None:
        """Stop what is under way."""
        await self._listings.close()
        await self._metadata.close()

    async def _later(self, what: str, ask: Callable[[], object]) -> object:
        """Return what the fetcher says about ``what``, waiting for it."""
        if self._slots is None:
            from asyncio import Semaphore  # noqa: PLC0415  # lazy: plain fetchers need no event loop

            self._slots = Semaphore(self._concurrency)
        async with self._slots:
            try:
                asked = ask()
                assert hasattr(asked, "__await__")  # as ``iscoroutinefunction`` says
                waiting: Awaitable[object] = asked
                return await waiting
            except ResolverError:
                raise
            except Exception as error:
                raise _failed(what, error) from error

    def _listing(self, name: str, found: object, started: float) -> Listing:
        """Read what the fetcher gave as the files of ``name``."""
        self._count("page", name, 0, started)
        if found is None:
            return Listing(name, absent=True)
        files: list[DistFile] = []
        reasons: list[str] = []
        for given in self._entries(name, found):
            fault = _fault(given)
            if fault is not None:
                reasons.append(f"{given.filename!a:.200} {fault}")
            elif (name, given.filename) in self._given:
                reasons.append(f"{given.filename} is given twice")
            else:
                self._given[name, given.filename] = given
                files.append(_copied(given))
        return Listing(name, files, dropped=len(reasons), drop_reasons=reasons[:_REASONS_KEPT])

    def _entries(self, name: str, found: object) -> list[DistFile]:
        what, most = f"the files of {name}", self._limits.page_files
        entries = _listed(what, found, most + 1)
        if len(entries) > most:
            raise LimitReached(
                f"The fetcher gives more than {most:,} files for {name}. Nothing of it was used"
                f" ({lifting('page-files')}).",
                option="--max",
            )
        files = [entry for entry in entries if isinstance(entry, DistFile)]
        if len(files) < len(entries):
            other = next(entry for entry in entries if not isinstance(entry, DistFile))
            raise MetadataInvalid(
                f"What the fetcher gives for {what} holds a {_kind(other)}, not a DistFile."
            )
        return files

    def _read(self, name: str, file: DistFile, said: object, started: float) -> Metadata:
        """Read what the fetcher gave as the metadata of ``file``."""
        from resolver.index.ladder import checked  # noqa: PLC0415  # lazy: start-up time
        from resolver.index.sdists import leaves_open  # noqa: PLC0415  # the same

        body = said.encode("utf-8", "replace") if isinstance(said, str) else said
        if isinstance(body, (bytes, bytearray, memoryview)):
            body = bytes(body)
            self._count("metadata", file.url, len(body), started)
            metadata = parse_metadata(body, self._limits)
        elif isinstance(body, Metadata):
            self._count("metadata", file.url, 0, started)
            metadata = _typed(body, file)
        else:
            raise MetadataInvalid(
                f"What the fetcher gives for {_about(file)} is a {_kind(said)},"
                " neither its content nor a Metadata."
            )
        if not file.is_wheel and leaves_open(metadata):
            raise BuildRefused(
                f"The source distribution {file.filename} would have to be built to learn what it requires:"
                " its metadata does not say that it will not change."
            )
        return checked(metadata, name, file)

    def _count(self, what: str, url: str, size: int, started: float) -> None:
        self.traffic.requests += 1
        self.traffic.bytes += size
        if self._emit is not None:
            self._emit(Fetched(what, redacted(url), None, size, time.monotonic() - started))


def _at_once(what: str, ask: Callable[[], object]) -> object:
    """Return what the fetcher says about ``what`` without waiting."""
    try:
        found = ask()
    except ResolverError:
        raise
    except Exception as error:
        raise _failed(what, error) from error
    if hasattr(found, "__await__"):
        if hasattr(found, "close"):
            found.close()  # or Python would warn of a coroutine that was never awaited
        raise MetadataInvalid(
            f"The fetcher returns something to be awaited for {what}: its methods must be `async def` then."
        )
    return found


def _failed(what: str, error: Exception) -> IndexUnavailable:
    return IndexUnavailable(f"The fetcher failed at {what}: {type(error).__name__}: {error}")


def _key(name: str, file: DistFile) -> str:
    return f"{name}/{file.filename}"  # two packages may be given the same file, and one of them in error


def _about(file: DistFile) -> str:
    return f"the metadata of {file.filename}"


def _kind(value: object) -> str:
    return type(value).__name__


def _listed(what: str, found: object, most: int) -> list[object]:
    """Return the first of the entries that the fetcher gave, which may be made while they are read."""
    from itertools import islice  # noqa: PLC0415  # lazy: start-up time

    if not hasattr(found, "__iter__") or isinstance(found, (str, bytes)):
        raise MetadataInvalid(f"What the fetcher gives for {what} is a {_kind(found)}, not a list of files.")
    try:
        return list(islice(found, most))
    except ResolverError:
        raise
    except Exception as error:
        raise _failed(what, error) from error


def _fault(file: DistFile) -> str | None:
    """Return what is wrong with a file that the fetcher gave, as the end of a sentence."""
    if not _is_text(file.filename, _LONGEST_NAME) or "/" in file.filename or not file.filename:
        return "has a name that is none"
    if not _is_text(file.url, _LONGEST_URL) or not file.url:
        return "has an address that is none"
    if not all(
        text is None or _is_text(text, _LONGEST_TEXT) for text in (file.requires_python, file.upload_time)
    ):
        return "has a value that is no text, or too long a one"
    if file.yanked not in (None, True, False) and not _is_text(file.yanked, _LONGEST_TEXT):
        return "is yanked for a reason that is no text, or too long a one"
    if file.size is not None and not _is_size(file.size):
        return "has a size that is none"
    return None if _is_hashes(file.hashes) else "has hashes that are none"


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.isprintable()


def _is_size(value: object) -> bool:
    return isinstance(value, int) and value >= 0


def _is_hashes(value: object) -> bool:
    from collections.abc import Mapping  # noqa: PLC0415  # loaded by now

    return isinstance(value, Mapping) and all(
        _is_text(key, _LONGEST_TEXT) and _is_text(digest, _LONGEST_TEXT) for key, digest in value.items()
    )


def _copied(file: DistFile) -> DistFile:
    """Return a file that is ours, as who gave it may change it; its metadata is to be had without it."""
    from resolver.index.links import without_userinfo  # noqa: PLC0415  # lazy: start-up time

    return DistFile(
        file.filename,
        without_userinfo(file.url),
        hashes=dict(file.hashes),
        size=file.size,
        requires_python=file.requires_python,
        yanked=True if file.yanked == "" else file.yanked or None,
        upload_time=file.upload_time,
        core_metadata=True,
    )


def _typed(metadata: Metadata, file: DistFile) -> Metadata:
    """Return metadata that a fetcher made itself, if all of it are texts."""
    texts = (metadata.name, metadata.version, metadata.requires_python or "", metadata.metadata_version)
    lists = (metadata.requires_dist, metadata.provides_extra, metadata.dynamic)
    if not (_are_texts(texts) and all(map(_are_texts, lists))):
        raise MetadataInvalid(f"What the fetcher gives for {_about(file)} has values that are no texts.")
    return metadata


def _are_texts(values: object) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, str) for value in values)
