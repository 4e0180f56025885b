"""An index in memory: a ``Source`` made from plain dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolver.index.listing import Listing
from resolver.index.metadata import Metadata
from resolver.model.distfile import DistFile
from resolver.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MemorySource", "requires_dist"]

_Packages = dict[str, dict[str, dict[str, Any]]]


class MemorySource:
    """Serves ``packages``: name -> version -> facts.

    Facts, all optional: ``requires`` (a list of requirements), ``extras`` (extra -> such a list),
    ``requires_python``, ``yanked``, ``wheel`` (default true), ``wheel_tags`` (default py3-none-any),
    ``sdist`` (default false; its metadata can be read), ``upload_time``.  With ``patient`` false nothing is
    known without waiting, as on a network.  ``asked`` lists what was asked for, in order.
    """

    def __init__(self, packages: Mapping[str, Mapping[str, Any]], *, patient: bool = True) -> None:
        self.asked: list[str] = []
        self._patient = patient
        self._packages: _Packages = {}
        for name, versions in packages.items():
            self._packages.setdefault(normalise(name), {}).update(versions)
        self._listings: dict[str, Listing] = {}
        self._read: dict[str, Metadata] = {}
        self._ready: set[str] = set()

    def listing_now(self, name: str) -> Listing | None:
        return self._listing(name) if self._patient or name in self._ready else None

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        return self._metadata(name, file) if self._patient or file.filename in self._ready else None

    async def listing(self, name: str) -> Listing:
        self._ready.add(name)
        return self._listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        self._ready.add(file.filename)
        return self._metadata(name, file)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _listing(self, name: str) -> Listing:
        found = self._listings.get(name)
        if found is None:
            self.asked.append(name)
            versions = self._packages.get(name)
            files = (
                []
                if versions is None
                else [f for v, facts in versions.items() for f in _files(name, v, facts)]
            )
            found = self._listings[name] = Listing(name, files, absent=versions is None, places=["memory"])
        return found

    def _metadata(self, name: str, file: DistFile) -> Metadata:
        found = self._read.get(file.filename)
        if found is None:
            found = self._read[file.filename] = self._make_metadata(name, file)
        return found

    def _make_metadata(self, name: str, file: DistFile) -> Metadata:
        version = _version_of(file)
        facts = self._packages[name][version]
        self.asked.append(f"{name}=={version}")
        return Metadata(
            name,
            version,
            requires_dist=tuple(requires_dist(facts)),
            requires_python=facts.get("requires_python"),
            provides_extra=tuple(facts.get("extras") or ()),
        )


def requires_dist(facts: Mapping[str, Any]) -> list[str]:
    """Return the lines of the metadata that say what a version requires, those of its extras last."""
    extras: dict[str, list[str]] = facts.get("extras") or {}
    return [*facts.get("requires", ()), *(_with_extra(r, e) for e, rs in extras.items() for r in rs)]


def _with_extra(requirement: str, extra: str) -> str:
    text, _, marker = requirement.partition(";")
    condition = f"({marker.strip()}) and " if marker.strip() else ""
    return f"{text.strip()} ; {condition}extra == '{extra}'"


def _version_of(file: DistFile) -> str:
    version = file.hashes["version"]
    assert isinstance(version, str)
    return version


def _files(name: str, version: str, facts: Mapping[str, Any]) -> list[DistFile]:
    stem = f"{name.replace('-', '_')}-{version.replace('-', '_')}"
    names: list[tuple[str, bool]] = []
    if facts.get("wheel", True):
        names += [(f"{stem}-{tag}.whl", True) for tag in facts.get("wheel_tags") or ["py3-none-any"]]
    if facts.get("sdist", False):
        names.append((f"{stem}.tar.gz", True))
    return [
        DistFile(
            filename=filename,
            url=f"https://index.example/files/{filename}",
            # Not a hash: how the file finds its facts again, whatever the spelling of the version.
            hashes={"version": version},
            requires_python=facts.get("requires_python"),
            yanked=facts.get("yanked") or None,
            upload_time=facts.get("upload_time"),
            core_metadata=core,
        )
        for filename, core in names
    ]
