"""Inputs that keep a solver busy: pigeons and holes; and recordings of indexes in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolver.index.replay import RecordingSource
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["pigeons", "record"]


def pigeons(count: int, holes: int) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Return requirements and packages: each pigeon sits in a hole, and no hole holds two.

    With more pigeons than holes there is no solution, and no short proof of that: clause learning without new
    variables needs exponentially many steps.
    """
    packages: dict[str, dict[str, Any]] = {
        f"pigeon{n}": {str(hole): {"requires": [f"hole{hole}=={n}"]} for hole in range(1, holes + 1)}
        for n in range(1, count + 1)
    }
    for hole in range(1, holes + 1):
        packages[f"hole{hole}"] = {str(n): {} for n in range(1, count + 1)}
    return [f"pigeon{n}" for n in range(1, count + 1)], packages


def record(folder: Path, packages: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a recording of all of ``packages``, for ``--replay``."""
    source = RecordingSource(MemorySource(packages), folder)
    for name in packages:
        listing = source.listing_now(name)
        assert listing is not None
        for file in listing.files:
            source.metadata_now(name, file)
    source.save()
