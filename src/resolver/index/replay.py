"""Recordings: a source that writes down what another answers, and one that answers from what was written.

``RecordingSource`` wraps any source; ``ReplaySource`` needs no network, no cache and no event loop, so that a
resolution can be repeated anywhere: in a test, in a bug report, years later.  The format of the files is in
``recordings`` (and, for users, in ``docs/recordings.md``), which both import when they touch a file.

A recording answers what was asked when it was made.  Everything else is a miss and ends in
``IndexUnavailable``: to answer "there is no such package" would be a guess.
"""

from __future__ import annotations

from resolver.errors import BuildRefused, IndexUnavailable, InputError, MetadataInvalid, OutputError
from resolver.index.metadata import Metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    from resolver.index.listing import Listing
    from resolver.index.recordings import Found
    from resolver.index.source import Builds, Source
    from resolver.model.distfile import DistFile

__all__ = ["RecordingBuilds", "RecordingSource", "ReplaySource"]

_MANIFEST = "recording.json"
_PACKAGES = "packages"


class RecordingSource:
    """A source that answers as ``source`` does and remembers it, until ``save`` writes it to ``directory``.

    ``asked`` are lines that tell a reader what the recording is of (requirements, options); they have no
    meaning.  Metadata that cannot be used is remembered as such; what ends a resolution is not.
    """

    __slots__ = ("_asked", "_directory", "_listings", "_metadata", "_source")

    def __init__(self, source: Source, directory: str | PathLike[str], *, asked: Sequence[str] = ()) -> None:
        self._source = source
        self._directory = directory
        self._asked = list(asked)
        self._listings: dict[str, Listing] = {}
        self._metadata: dict[str, dict[str, Found]] = {}

    def listing_now(self, name: str) -> Listing | None:
        """Answer as the wrapped source does."""
        found = self._source.listing_now(name)
        return None if found is None else self._note_listing(name, found)

    async def listing(self, name: str) -> Listing:
        """Answer as the wrapped source does."""
        return self._note_listing(name, await self._source.listing(name))

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Answer as the wrapped source does."""
        try:
            found = self._source.metadata_now(name, file)
        except (MetadataInvalid, BuildRefused) as error:
            self._note_metadata(name, file, error)
            raise
        if found is not None:
            self._note_metadata(name, file, found)
        return found

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Answer as the wrapped source does."""
        try:
            found = await self._source.metadata(name, file)
        except (MetadataInvalid, BuildRefused) as error:
            self._note_metadata(name, file, error)
            raise
        self._note_metadata(name, file, found)
        return found

    async def close(self) -> None:
        """Close the wrapped source; what is not saved is lost."""
        await self._source.close()

    def save(self, used: Mapping[str, Collection[str]] | None = None) -> None:
        """Write what was answered so far; a recording that is there already is replaced.

        With ``used``, only the packages that it names, and of each the metadata of the files that it names,
        are written: what was fetched in vain depends on the order of arrival.  Every file is replaced as a
        whole, the list of packages after the packages, and files of packages that are no longer needed are
        removed last.  Raises ``OutputError``; a folder that holds something else
        than a recording is left alone.
        """
        from pathlib import Path  # noqa: PLC0415  # lazy: start-up time

        from resolver.index import recordings  # noqa: PLC0415  # lazy: start-up time

        folder = Path(self._directory)
        names = sorted(self._listings if used is None else self._listings.keys() & used.keys())
        try:
            _prepare(folder)
            packages = folder / _PACKAGES
            for name in names:
                found = self._metadata.get(name, {})
                if used is not None:
                    found = {file: found[file] for file in found if file in used[name]}
                body = recordings.dump_package(self._listings[name], found)
                _replace(packages / f"{recordings.slot(name)}.json", body)
            slots = sorted(map(recordings.slot, names))
            _replace(folder / _MANIFEST, recordings.dump_manifest(slots, self._asked))
            for stale in {entry.name for entry in packages.iterdir()} - {f"{slot}.json" for slot in slots}:
                (packages / stale).unlink()
        except OSError as error:
            raise OutputError(f"The recording cannot be written to {folder} ({error.strerror}).") from error

    def note_build(self, name: str, file: DistFile, found: Found) -> None:
        """Take in what a build of ``file`` has told, in place of what could be told without."""
        self._metadata.setdefault(name, {})[file.filename] = found

    def _note_listing(self, name: str, found: Listing) -> Listing:
        return self._listings.setdefault(name, found)

    def _note_metadata(self, name: str, file: DistFile, found: Found) -> None:
        self._metadata.setdefault(name, {}).setdefault(file.filename, found)


class RecordingBuilds:
    """Builds as ``builds`` does, and has ``recording`` remember what came of it."""

    __slots__ = ("_builds", "_recording", "build_archive", "build_tree")

    def __init__(self, builds: Builds, recording: RecordingSource) -> None:
        self._builds = builds
        self._recording = recording
        self.build_archive = builds.build_archive
        self.build_tree = builds.build_tree

    def known(self, name: str, file: DistFile) -> Metadata | None:
        """Answer as the wrapped builder does."""
        found = self._builds.known(name, file)
        if found is not None:
            self._recording.note_build(name, file, found)
        return found

    async def build(self, name: str, file: DistFile) -> Metadata:
        """Answer as the wrapped builder does."""
        try:
            found = await self._builds.build(name, file)
        except (MetadataInvalid, BuildRefused) as error:
            self._recording.note_build(name, file, error)
            raise
        self._recording.note_build(name, file, found)
        return found


def _prepare(folder: Path) -> None:
    """Make the folders of a recording, unless there is something else in their place."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in folder.iterdir()}
    if there and _MANIFEST not in there:
        raise OutputError(
            f"{folder} is not empty and holds no recording: name another folder, or remove what is in it."
        )
    (folder / _PACKAGES).mkdir(exist_ok=True)


def _replace(file: Path, body: bytes) -> None:
    """Write a file so that at any time there is the old or the new one."""
    written = file.with_name(f"{file.name}.new")
    written.write_bytes(body)
    written.replace(file)


class ReplaySource:
    """A source that answers from the recording in ``directory``, always at once.

    Files are read when they are needed.  The methods raise ``InputError`` where ``directory`` holds no
    recording, and ``IndexUnavailable`` for what the recording does not hold or where it is damaged.
    """

    __slots__ = ("_directory", "_names", "_packages")

    def __init__(self, directory: str | PathLike[str]) -> None:
        self._directory = directory
        self._names: frozenset[str] | None = None
        self._packages: dict[str, tuple[Listing, dict[str, Found]]] = {}

    def listing_now(self, name: str) -> Listing:
        """Return the listing of ``name`` as it was recorded."""
        return self._package(name)[0]

    async def listing(self, name: str) -> Listing:
        """Return the listing of ``name`` as it was recorded, without waiting."""
        return self.listing_now(name)

    def metadata_now(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file`` as it was recorded, or raise what was raised then."""
        found = self._package(name)[1].get(file.filename)
        if found is None and file.is_bare_source:  # older recordings were made without looking at these
            raise BuildRefused(f"The recording does not hold the metadata of {file.filename}.")
        if found is None:
            raise self._miss(f"the metadata of {file.filename}")
        if isinstance(found, Metadata):
            return found
        raise type(found)(str(found))

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file`` as it was recorded, without waiting."""
        return self.metadata_now(name, file)

    async def close(self) -> None:
        """Do nothing: no file is kept open."""

    def _package(self, name: str) -> tuple[Listing, dict[str, Found]]:
        found = self._packages.get(name)
        if found is None:
            if self._names is None:
                self._names = self._read_names()
            if _slot(name) not in self._names:
                raise self._miss(f"the package {name}")
            found = self._packages[name] = self._read_package(name)
        return found

    def _miss(self, what: str) -> IndexUnavailable:
        return IndexUnavailable(
            f"The recording {self._directory} does not hold {what}, which this resolution asks for. It was "
            f"made with other requirements or options: record again with --record {self._directory}."
        )

    def _read_names(self) -> frozenset[str]:
        from resolver.index import recordings  # noqa: PLC0415  # lazy: start-up time

        place = f"{self._directory}/{_MANIFEST}"
        body = _read(place)
        if body is None:
            raise InputError(f"{self._directory} holds no recording: there is no {_MANIFEST} in it.")
        return recordings.load_manifest(body, place)

    def _read_package(self, name: str) -> tuple[Listing, dict[str, Found]]:
        from resolver.index import recordings  # noqa: PLC0415  # lazy: start-up time

        place = f"{self._directory}/{_PACKAGES}/{_slot(name)}.json"
        body = _read(place)
        if body is None:
            raise recordings.damaged(place, "the file is missing")
        return recordings.load_package(body, place, name.partition(" @ ")[0])


def _slot(name: str) -> str:
    if "@" not in name:
        return name
    from resolver.index.recordings import slot  # noqa: PLC0415  # lazy: start-up time

    return slot(name)


def _read(place: str) -> bytes | None:
    """Return the content of a file of a recording, or ``None`` if there is none."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError(f"{place} cannot be read ({error.strerror}).") from error
