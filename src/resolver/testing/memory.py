"""An index in memory, as the port that ``session`` asks (``index.source``), and as a caller's fetcher.

No network, no disk, no event loop: everything is known at once, or, for tests of what waiting changes, only
when it was waited for.  Where several indexes matter, ``sites`` serves them to the real client.
"""

from __future__ import annotations

from resolver.errors import BuildRefused, MetadataInvalid
from resolver.index.listing import Listing
from resolver.model.names import normalise
from resolver.testing.facts import Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

__all__ = ["MemorySource", "WorldFetcher"]


class MemorySource:
    """Serves ``packages``: name -> version -> facts (docs/testing.md).

    ``states`` are packages with a status (PEP 792) and the reason for it.  With ``patient`` false nothing is
    known without waiting, as on a network.  ``asked`` lists what was asked for, in order: names, and
    ``name==version`` for metadata.
    """

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, object]],
        *,
        states: Mapping[str, tuple[str, str]] | None = None,
        patient: bool = True,
    ) -> None:
        self.asked: list[str] = []
        self._patient = patient
        self._states = states or {}
        self._packages: dict[str, dict[str, object]] = {}
        for name, versions in packages.items():
            self._packages.setdefault(normalise(name), {}).update(versions)
        self._listings: dict[str, Listing] = {}
        self._releases: dict[str, Release] = {}
        self._read: dict[str, Metadata] = {}
        self._ready: set[str] = set()

    def listing_now(self, name: str) -> Listing | None:
        """Return the files of ``name``, if nobody has to wait."""
        return self._listing(name) if self._patient or name in self._ready else None

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:  # noqa: ARG002  # the port's signature
        """Return the metadata of ``file``, if nobody has to wait."""
        return self._metadata(file) if self._patient or file.filename in self._ready else None

    async def listing(self, name: str) -> Listing:
        """Return the files of ``name``; who asks again does not wait."""
        self._ready.add(name)
        return self._listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:  # noqa: ARG002  # the port's signature
        """Return the metadata of ``file``; who asks again does not wait."""
        self._ready.add(file.filename)
        return self._metadata(file)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _listing(self, name: str) -> Listing:
        found = self._listings.get(name)
        if found is None:
            self.asked.append(name)
            versions = self._packages.get(name)
            files = [] if versions is None else self._files(name, versions)
            status, reason = self._states.get(name, ("active", ""))
            found = self._listings[name] = Listing(
                name,
                [] if status == "quarantined" else files,
                absent=versions is None,
                places=["memory"],
                status=status,
                status_reason=reason or None,
            )
        return found

    def _files(self, name: str, versions: Mapping[str, object]) -> list[DistFile]:
        files: list[DistFile] = []
        for version, facts in versions.items():
            release = Release.read(name, version, facts, f"packages.{name}.{version!r}")
            files += release.files
            self._releases |= dict.fromkeys((file.filename for file in release.files), release)
        return files

    def _metadata(self, file: DistFile) -> Metadata:
        found = self._read.get(file.filename)
        if found is None:
            release = self._releases[file.filename]
            self.asked.append(f"{release.name}=={release.version}")
            found = self._read[file.filename] = _said(release, file)
        return found


def _said(release: Release, file: DistFile) -> Metadata:
    """Return the metadata of a file.  Raises what a client would where it has none that can be used."""
    if release.must_be_built and not file.is_wheel:
        raise BuildRefused(f"The source distribution {file.filename} would have to be built.")
    if release.broken:
        raise MetadataInvalid(release.broken)
    return release.metadata()


class WorldFetcher:
    """The same as a ``resolver.Fetcher``, for ``resolve(..., fetcher=)``."""

    def __init__(self, source: MemorySource) -> None:
        self._source = source

    def files(self, name: str) -> list[DistFile] | None:
        """Return the files of ``name``, None where there is no such package."""
        listing = self._source.listing_now(name)
        assert listing is not None
        return None if listing.absent else listing.files

    def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file``."""
        found = self._source.metadata_now(name, file)
        assert found is not None
        return found
