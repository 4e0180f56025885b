"""Laws of fixes, on random universes: what is told works, costs little, and is found where it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.errors import NoSolution
from resolver.model.requirement import Requirement
from resolver.session import solve
from support.fixing import Asked, fixes_of
from support.memory import MemorySource
from support.python_worlds import random_python_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.formats.answer import Fix

BATCH = 200


def told(asked: Asked, *, patient: bool = True) -> list[Fix] | None:
    """Return the fixes, or None where there is a solution."""
    try:
        solve(
            [Requirement.parse(text) for text in asked.requirements],
            [Requirement.parse(text) for text in asked.constraints],
            asked.options,
            source=MemorySource(asked.packages, patient=patient),
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
        assert told(asked) == told(asked, patient=False), seed
