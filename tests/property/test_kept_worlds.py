"""Laws of caches, records and notes, on random universes: what was kept saves time and changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.kept_worlds import Setting
from support.python_worlds import random_python_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.python_worlds import PythonWorld

BATCH = 50


def told(setting: Setting, world: PythonWorld, about: str | None = None, *, remember: bool = False) -> str:
    """Return what is told about the question of ``world``."""
    return setting.told(
        world.requirements, world.constraints, world.options(), about=about, remember=remember
    )


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, BATCH))
def test_what_was_noted_changes_nothing(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is told is the same cold, with notes, with notes of notes, and with what is remembered.

    That is pins, files, who requires what; or explanation, derivation, hints and fixes; and the effort.
    """
    noted = 0
    for seed in range(first, first + BATCH):
        world = random_python_world(seed)
        setting = Setting(tmp_path / str(seed), monkeypatch, world.packages)
        cold = told(setting, world)
        noted += len(setting.notes)
        setting.index.asked.clear()
        assert told(setting, world) == cold, seed
        assert told(setting, world) == cold, seed
        assert told(setting, world, remember=True) == cold, seed
        assert setting.index.asked == [], seed
    assert noted > BATCH


@pytest.mark.slow
def test_notes_serve_other_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes made for one question answer others about the same packages as an empty cache does."""
    unsolved = 0
    for seed in range(30):
        world = random_python_world(seed)
        setting = Setting(tmp_path / str(seed), monkeypatch, world.packages)
        told(setting, world)
        for number, other in enumerate(other_questions(world, seed)):
            found = told(setting, other, remember=number % 2 > 0)
            fresh = Setting(tmp_path / f"{seed}-{number}", monkeypatch, world.packages)
            assert found == told(fresh, other), (seed, number)
            unsolved += "unsatisfiable" in found
    assert 30 < unsolved < 90


def other_questions(world: PythonWorld, seed: int) -> Iterator[PythonWorld]:
    """Yield questions of other users about the packages of ``world``."""
    other = random_python_world(seed + 10_000)
    resolutions = ("lowest", "lowest-direct", "highest")
    modes = ("allow", "disallow", "explicit", "if-necessary")
    yield world._replace(resolution=resolutions[seed % 3], prerelease=modes[seed % 4])
    yield other._replace(packages=world.packages, overrides=[], excludes=[])
    yield world._replace(
        constraints=other.constraints, overrides=other.overrides[:1], excludes=other.excludes[:1]
    )
    version = next(iter(next(iter(world.packages.values()))))
    yield world._replace(requirements=[*world.requirements, f"{next(iter(world.packages))}=={version}"])


@pytest.mark.slow
def test_notes_do_not_change_what_why_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains, what forbids a newer version, and what another answer would change."""
    asked = 0
    for seed in range(40):
        world = random_python_world(seed)
        setting = Setting(tmp_path / str(seed), monkeypatch, world.packages)
        document = json.loads(told(setting, world))
        for pin in document.get("pins", ())[:3]:
            fresh = Setting(tmp_path / f"{seed}-{pin['name']}", monkeypatch, world.packages)
            cold = told(fresh, world, pin["name"])
            assert told(setting, world, pin["name"]) == cold, (seed, pin["name"])
            assert told(setting, world, pin["name"], remember=True) == cold, (seed, pin["name"])
            asked += 1
    assert asked > 20


@pytest.mark.slow
def test_notes_are_made_of_nothing_but_what_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Metadata without a digest in the listing may be another tomorrow: it is read again each time."""
    for seed in range(15):
        world = random_python_world(seed)
        setting = Setting(tmp_path / str(seed), monkeypatch, world.packages)
        setting.index.promises = False
        cold = told(setting, world)
        assert told(setting, world) == cold, seed
        assert told(setting, world, remember=True) == cold, seed
