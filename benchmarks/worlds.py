"""What an index of benchmarks holds: recorded packages, or those of a generator.

A ``World`` lists files and knows the metadata of wheels; ``server`` serves it.  ``Recorded`` reads a folder
of recorded packages: ``packages/NAME.json.gz`` with all files of the page, and the metadata of some wheels,
of which each refers to a block of text that others share.  Only versions of which a wheel's metadata was
recorded are listed, so that every tool finds an answer with what is there.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.model.version import InvalidVersion, version_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["File", "Recorded", "World"]


class File(NamedTuple):
    """One file of a page."""

    filename: str
    requires_python: str | None
    upload_time: str | None
    yanked: bool | str
    digest: str
    size: int


class World(Protocol):
    """What can be served."""

    @property
    def sets(self) -> Mapping[str, Sequence[str]]:
        """Return requirements by the name of the set."""

    def names(self) -> Sequence[str]:
        """Return the names of all packages."""

    def files(self, name: str) -> Sequence[File]:
        """Return the files of a package, which is known; none where it is not."""

    def metadata(self, name: str, filename: str) -> str | None:
        """Return the metadata of a wheel."""


class Recorded:
    """The packages that were recorded in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "packages"
        self._read: dict[str, tuple[list[File], dict[str, str]]] = {}
        self.sets = {path.stem: _requirements(path) for path in sorted((folder / "reqs").glob("*.in"))}

    def names(self) -> Sequence[str]:
        """Return the names of all packages."""
        return sorted(path.name.removesuffix(".json.gz") for path in self._folder.glob("*.json.gz"))

    def files(self, name: str) -> Sequence[File]:
        """Return the files of the versions of which metadata was recorded."""
        return self._package(name)[0]

    def metadata(self, name: str, filename: str) -> str | None:
        """Return the metadata of a wheel, or of another wheel of its version."""
        return self._package(name)[1].get(filename)

    def _package(self, name: str) -> tuple[list[File], dict[str, str]]:
        if name not in self._read:
            path = self._folder / f"{name}.json.gz"
            told = json.loads(gzip.decompress(path.read_bytes())) if path.is_file() else None
            self._read[name] = ([], {}) if told is None else _closed(name, told)
        return self._read[name]


def _requirements(path: Path) -> list[str]:
    lines = [line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line]


def _closed(name: str, told: Any) -> tuple[list[File], dict[str, str]]:  # noqa: ANN401  # JSON
    """Return the files of a package that are listed, and the metadata of its wheels."""
    by_version: dict[bytes, list[dict[str, Any]]] = {}
    for entry in told["files"]:
        key = _key(name, entry["filename"])
        if key is not None:
            by_version.setdefault(key, []).append(entry)
    texts: dict[str, str] = {}
    listed: set[str] = set()
    for entries in by_version.values():
        filenames = [entry["filename"] for entry in entries]
        known = sorted(each for each in filenames if each in told["metadata"])
        if known:
            listed.update(filenames)
            for each in filenames:
                if each.endswith(".whl"):
                    number, version = told["metadata"][each if each in told["metadata"] else known[0]]
                    texts[each] = _with_version(told["blocks"][number], version)
    return [_file(entry) for entry in told["files"] if entry["filename"] in listed], texts


def _key(name: str, filename: str) -> bytes | None:
    try:
        wheel = filename.endswith(".whl")
        return version_key(split_wheel(filename, name)[0] if wheel else split_sdist(filename, name))
    except (InvalidFilename, InvalidVersion):
        return None


def _with_version(block: str, version: str) -> str:
    """Return metadata whose version is stored apart; it follows the name."""
    head, name, rest = block.partition("\nName: ")
    first, _, others = rest.partition("\n")
    return f"{head}{name}{first}\nVersion: {version}\n{others}"


def _file(entry: dict[str, Any]) -> File:
    return File(
        entry["filename"],
        entry.get("requires-python"),
        entry.get("upload-time"),
        entry.get("yanked", False),
        entry["sha256"],
        entry.get("size") or 0,
    )
