"""Answers from earlier output: our JSON document, which has all of one, and lock files, which have less.

A lock file (PEP 751) says which package requires which, and not with which bound; what the user required is
not in it.  Pins of before are read in ``locked``, which more kinds of files have.

Specifications: docs/schema/resolution-1.json, https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.earlier_output import json_document, pylock
from resolver.formats.lines import content_of, decode
from resolver.model.distfile import DistFile
from resolver.model.names import normalise
from resolver.model.version import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from packaging.pylock import Package, PackageSdist, PackageWheel

__all__ = ["is_recalled", "recall"]


def is_recalled(path: str) -> bool:
    """Tell whether a file of this name is read here.

    >>> is_recalled("out.json"), is_recalled("pylock.dev.toml"), is_recalled("pyproject.toml")
    (True, True, False)
    """
    name = os.path.basename(path).lower()  # noqa: PTH119  # pathlib costs 5 ms
    return name.endswith(".json") or name == "pylock.toml" or _has_label(name)


def _has_label(name: str) -> bool:
    return name.startswith("pylock.") and name.endswith(".toml") and name.count(".") == 2


def recall(path: str) -> Answer:
    """Return the answer that a file holds.  Raises ``InputError``."""
    text = decode(content_of(path), path)
    return _of_json(text, path) if path.lower().endswith(".json") else _of_pylock(text, path)


# -- our JSON ------------------------------------------------------------------------------------------------


def _of_json(text: str, path: str) -> Answer:
    document = json_document(text, path)
    if document.get("status") == "unsatisfiable":
        raise InputError("this is a proof that there is no solution, which has no pins", file=path)
    try:
        fixed = [_fixed(each) for each in document.get("fixed", ())]
        return Answer(
            [*(_pin(each) for each in document["pins"]), *fixed],
            {_text(name): _text(value) for name, value in document["environment"].items()},
            _statistics(document["statistics"]),
            roots=[_root(each) for each in document.get("roots", ())],
            fixed=[pin.name for pin in fixed],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError("this JSON is not what resolver writes (--format json)", file=path) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _pin(pin: dict[str, Any]) -> Pinned:
    """Read a pin: of the types that the schema promises, or an error is raised."""
    requires = [
        (_text(each["requirement"]), _name(each["name"]), _version(each["version"]))
        for each in pin["requires"]
    ]
    return Pinned(
        _name(pin["name"]),
        _version(pin["version"]),
        extras=frozenset(map(_name, pin["extras"])),
        url=_optional(pin["url"]),
        files=tuple(map(_file, pin["files"])),
        requires=tuple(requires),
        via=tuple(map(_text, pin["via"])),
    )


def _fixed(pin: dict[str, Any]) -> Pinned:
    extras, via = frozenset(map(_name, pin["extras"])), tuple(map(_text, pin["via"]))
    return Pinned(_name(pin["name"]), _version(pin["version"]), extras=extras, via=via)


def _name(value: object) -> str:
    return normalise(_text(value))


def _version(value: object) -> str:
    return str(Version(_text(value)))


def _file(file: dict[str, Any]) -> DistFile:
    size = file["size"]
    if not isinstance(size, int | None):
        raise TypeError
    return DistFile(
        _text(file["filename"]),
        _text(file["url"]),
        hashes={_text(name): _text(digest) for name, digest in file["hashes"].items()},
        size=size,
        requires_python=_optional(file["requires-python"]),
        upload_time=_optional(file["upload-time"]),
    )


def _root(root: dict[str, Any]) -> tuple[str, str, str | None]:
    return _text(root["requirement"]), _name(root["name"]), _optional(root["origin"])


def _statistics(counts: Mapping[str, Any]) -> Statistics:
    named = {name: int(counts[name]) for name in ("decisions", "conflicts", "candidates")}
    return Statistics(**named)


# -- lock files ----------------------------------------------------------------------------------------------


def _of_pylock(text: str, path: str) -> Answer:
    from resolver.formats.documents import Document  # noqa: PLC0415  # lazy: start-up time

    lock = pylock(Document(path, text))
    names = [package.name for package in lock.packages]
    several = sorted({name for name in names if names.count(name) > 1})
    if several:
        raise InputError(
            f"it has several versions of {', '.join(several)}, and is for several targets", file=path
        )
    versions: dict[str, str] = {package.name: str(package.version or "") for package in lock.packages}
    return Answer([_of_package(package, versions) for package in lock.packages], {}, Statistics())


def _of_package(package: Package, versions: Mapping[str, str]) -> Pinned:
    children = [normalise(str(each["name"])) for each in package.dependencies or () if "name" in each]
    files: list[PackageWheel | PackageSdist] = [*(package.wheels or ())]
    if package.sdist is not None:
        files.append(package.sdist)
    return Pinned(
        package.name,
        versions[package.name] or "?",
        url=_address(package),
        files=tuple(
            DistFile(
                each.filename,
                each.url or each.path or "",
                hashes=each.hashes,
                size=each.size,
                upload_time=None if each.upload_time is None else each.upload_time.isoformat(),
            )
            for each in files
        ),
        requires=tuple((name, name, versions[name]) for name in children if name in versions),
    )


def _address(package: Package) -> str | None:
    if package.vcs is not None:
        return f"{package.vcs.type}+{package.vcs.url or package.vcs.path}@{package.vcs.commit_id}"
    place = package.archive or package.directory
    return None if place is None else getattr(place, "url", None) or place.path
