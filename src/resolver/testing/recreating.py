"""The question of a recording as a scenario, to be made smaller or kept as a test.

What a recording says of files and metadata becomes facts; versions whose metadata nobody had asked for when
it was made cannot be used in the scenario, as they were not used then.  What lies at addresses is left out.
How recordings are made is said in docs/recordings.md.
"""

from __future__ import annotations

from pathlib import Path

from resolver.errors import BuildRefused, InputError
from resolver.index import recordings
from resolver.index.metadata import Metadata
from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.testing.scenarios import Scenario

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from resolver.index.recordings import Found
    from resolver.model.distfile import DistFile

    Facts = dict[str, object]

__all__ = ["recorded"]


def recorded(folder: str | PathLike[str], requirements: Iterable[str], **options: object) -> Scenario:
    """Return the scenario of ``requirements`` in the world that the recording in ``folder`` knows.

    ``options`` are fields of ``resolver.Options``.  Nothing is expected of it yet.  Raises ``InputError``
    where there is no recording, ``IndexUnavailable`` where it is damaged.
    """
    place = Path(folder)
    try:
        names = recordings.load_manifest((place / "recording.json").read_bytes(), str(place))
    except OSError as error:
        raise InputError(f"{folder} holds no recording ({error.strerror})") from error
    packages = {name: _package(place, name) for name in sorted(names) if "@" not in name}
    return Scenario.read(
        {
            "requirements": list(requirements),
            "options": {key: _plain(value) for key, value in options.items()},
            "packages": {name: versions for name, versions in packages.items() if versions is not None},
        }
    )


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _package(folder: Path, name: str) -> dict[str, Facts] | None:
    """Return the facts of all versions of a package, None where no index knew it."""
    path = folder / "packages" / f"{name}.json"
    listing, found = recordings.load_package(path.read_bytes(), str(path), name)
    if listing.absent:
        return None
    versions: dict[str, list[DistFile]] = {}
    for file in listing.files:
        version = _version(file, name)
        if version is not None:
            versions.setdefault(version, []).append(file)
    return {version: _facts(files, found) for version, files in versions.items()}


def _version(file: DistFile, name: str) -> str | None:
    try:
        return split_wheel(file.filename, name)[0] if file.is_wheel else split_sdist(file.filename, name)
    except InvalidFilename:
        return None


def _facts(files: list[DistFile], found: Mapping[str, Found]) -> Facts:
    facts = _said(next((found[each.filename] for each in files if each.filename in found), None))
    facts["files"] = [_file(each) for each in files]
    return facts


def _said(found: Found | None) -> Facts:
    """Return what is known of the metadata of a version."""
    if found is None:
        return {"broken": "it was not recorded"}
    if isinstance(found, BuildRefused):
        return {"sdist": "dynamic"}
    if not isinstance(found, Metadata):
        return {"broken": str(found)}
    facts: Facts = {
        "requires": list(found.requires_dist),
        "extras": {extra: [] for extra in found.provides_extra},
        "requires_python": found.requires_python,
    }
    return {key: value for key, value in facts.items() if value}


def _file(file: DistFile) -> Facts:
    facts = {
        "filename": file.filename,
        "requires_python": file.requires_python,
        "yanked": file.yanked,
        "upload_time": file.upload_time,
    }
    return {key: value for key, value in facts.items() if value}
