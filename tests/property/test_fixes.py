"""Laws of fixes, on random universes: what is told works, costs little, and is found where it is there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from resolver.errors import NoSolution
from resolver.index.replay import RecordingSource, ReplaySource
from resolver.model.requirement import Requirement
from resolver.run import Run
from resolver.session import solve
from resolver.sources import OpenSource
from support.fixing import Asked, fixes_of
from support.memory import MemorySource
from support.outcomes import WanderingSource
from support.python_worlds import random_python_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resolver.formats.answer import Fix
    from resolver.index.source import Source

BATCH = 200


def told(asked: Asked, source: Source | None = None) -> list[Fix] | None:
    """Return the fixes, by default over a source that answers at once; None where there is a solution."""
    try:
        solve(
            [Requirement.parse(text) for text in asked.requirements],
            [Requirement.parse(text) for text in asked.constraints],
            asked.options,
            source=source or MemorySource(asked.packages),
        )
    except NoSolution as error:
        return fixes_of(error)
    return None


def question(seed: int) -> Asked:
    """Return the question of a random universe."""
    world = random_python_world(seed)
    return Asked(world.packages, world.requirements, world.constraints, world.options())


def with_one_line_less(asked: Asked) -> Iterator[Asked]:
    """Yield the question without each of its lines, as long as something is asked for."""
    for number in range(len(asked.requirements)):
        fewer = [*asked.requirements[:number], *asked.requirements[number + 1 :]]
        if fewer:
            yield Asked(asked.packages, fewer, asked.constraints, asked.options)
    for number in range(len(asked.constraints)):
        fewer = [*asked.constraints[:number], *asked.constraints[number + 1 :]]
        yield Asked(asked.packages, asked.requirements, fewer, asked.options)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 800, BATCH))
def test_every_fix_that_is_told_works_and_small_ones_are_found(first: int) -> None:
    """At most three, each solved anew from its words; some where it is enough to drop one line."""
    found = 0
    for seed in range(first, first + BATCH):
        asked = question(seed)
        fixes = told(asked)
        if fixes is None:
            continue
        found += bool(fixes)
        assert len(fixes) <= 3
        assert len(set(fixes)) == len(fixes)
        for fix in fixes:
            assert asked.after(fix).pins() is not None, (seed, fix)
        if not fixes:
            assert not any(fewer.pins() is not None for fewer in with_one_line_less(asked)), seed
    assert found > BATCH // 8


@pytest.mark.slow
def test_fixes_do_not_depend_on_when_answers_arrive() -> None:
    for seed in range(150):
        asked = question(seed)
        expected = told(asked)
        assert told(asked, MemorySource(asked.packages, patient=False)) == expected, seed
        assert told(asked, WanderingSource(asked.packages, seed, 20)) == expected, seed


@pytest.mark.slow
def test_recording_holds_what_fixes_need(tmp_path: Path) -> None:
    """A replay tells the same ones, though much of it had come before it was asked for."""
    fixed = 0
    for seed in range(60):
        asked = question(seed)
        recording = RecordingSource(MemorySource(asked.packages, patient=False), tmp_path / str(seed))
        run = Run(
            [Requirement.parse(text) for text in asked.requirements],
            [Requirement.parse(text) for text in asked.constraints],
            asked.options,
            OpenSource(recording, recording=recording),
        )
        waiting = run.until_waiting()
        if isinstance(waiting, list):
            asyncio.run(run.finish_and_close(waiting))
        run.opened.save(run.used())
        expected = told(asked)
        assert told(asked, ReplaySource(tmp_path / str(seed))) == expected, seed
        fixed += bool(expected)
    assert fixed > 5
