"""Laws of whole resolutions, on random universes of Python packages: what holds whatever they are like."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from support.memory import MemorySource
from support.outcomes import WanderingSource, resolved
from support.python_worlds import PythonWorld, random_python_world

if TYPE_CHECKING:
    from collections.abc import Mapping

numbers = st.integers(0, 10**9)
worlds = numbers.map(random_python_world)

BATCH = 250


def verdict(world: PythonWorld) -> dict[str, str] | None:
    """Return the pins, or None where there is no solution."""
    return resolved(world, explained=False).pins


solvable = worlds.map(lambda world: (world, verdict(world))).filter(lambda found: bool(found[1]))


def wrong(world: PythonWorld, pins: Mapping[str, str]) -> list[str]:
    """Return what is wrong with ``pins``, by the rules and by policy."""
    truth = world.truth()
    refused = [
        f"{name}=={text} must not be used"
        for name, text in pins.items()
        if Version(text) not in {Version(usable) for usable in truth.usable(name)}
    ]
    return truth.faults(pins) + refused


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1500, BATCH))
def test_verdict_is_that_of_trying_everything_and_pins_are_valid(first: int) -> None:
    """There are pins exactly where ``packaging`` and brute force find some, and they break no rule."""
    for seed in range(first, first + BATCH):
        world = random_python_world(seed)
        pins = verdict(world)
        assert (pins is not None) == world.truth().is_solvable(), seed
        assert pins is None or wrong(world, pins) == [], seed


@pytest.mark.slow
def test_the_universes_are_hard_enough() -> None:
    """Both verdicts are frequent, and so are conflicts and extras in universes with a solution."""
    found = [resolved(random_python_world(seed), explained=False) for seed in range(400)]
    solved = [each for each in found if each.pins is not None]
    assert 160 < len(solved) < 320
    assert sum(each.conflicts > 0 for each in solved) > 40
    assert sum("frozenset({" in repr(each.details) for each in solved) > 60


def test_every_conflict_is_told() -> None:
    """A conflict behind two extras of one package, of which nothing can be selected."""
    packages = {"a": {"1": {"requires": ["b[x,y]"]}}, "b": {"1": {"requires": ["ghost"]}}}
    assert resolved(PythonWorld(0, packages, ["a"], [], [], [], "allow")).pins is None


@pytest.mark.slow
@given(worlds, numbers)
@settings(max_examples=200)
def test_nothing_depends_on_when_answers_arrive(world: PythonWorld, seed: int) -> None:
    """At once, after waiting, or in any order with turns of the event loop in between: the same outcome.

    The same are pins, extras, what they require and who wants them; or the explanation and its tree; the
    files that the answer rests on; and how many conflicts it took.
    """
    expected = resolved(world)
    assert resolved(world, MemorySource(world.packages, patient=False)) == expected
    for turns in (2, 12, 60):
        assert resolved(world, WanderingSource(world.packages, seed, turns)) == expected


@given(worlds, numbers)
@settings(max_examples=100)
def test_nothing_depends_on_the_order_of_a_page(world: PythonWorld, seed: int) -> None:
    """The order in which an index lists files says nothing, not even to the explanation."""
    random = Random(seed)
    shuffled = {
        name: dict(random.sample(list(versions.items()), len(versions)))
        for name, versions in world.packages.items()
    }
    other = world._replace(packages=shuffled)
    assert resolved(other) == resolved(world)


@given(solvable, numbers, st.sampled_from(["==", "<=", ">="]))
@settings(max_examples=100)
def test_constraint_that_the_pins_satisfy_leaves_a_solution(
    found: tuple[PythonWorld, dict[str, str]], at: int, operator: str
) -> None:
    """And nothing becomes possible that was not before."""
    world, pins = found
    name, version = sorted(pins.items())[at % len(pins)]
    others = verdict(world._replace(constraints=[*world.constraints, f"{name}{operator}{version}"]))
    assert others is not None
    assert wrong(world, others) == []


@pytest.mark.slow
def test_constraint_that_the_pins_satisfy_changes_hardly_any_pins() -> None:
    """No theorem says so, as conflicts that do not occur may change the order in which packages are decided.

    But whoever writes down what he got shall not get something else: one universe in a thousand does.
    """
    changed = 0
    for seed in range(400):
        world = random_python_world(seed)
        pins = verdict(world)
        if pins:
            name, version = Random(seed).choice(sorted(pins.items()))
            constraint = f"{name}{'>=' if seed % 2 else '<='}{version}"
            changed += verdict(world._replace(constraints=[*world.constraints, constraint])) != pins
    assert changed <= 1


@given(solvable)
@settings(max_examples=100)
def test_pins_as_requirements_or_as_constraints_give_the_same_pins(
    found: tuple[PythonWorld, dict[str, str]],
) -> None:
    """A result can be fed back: as constraints with the same options, as requirements without overrides."""
    world, pins = found
    lines = [f"{name}=={version}" for name, version in pins.items()]
    assert verdict(world._replace(constraints=lines)) == pins
    if not world.overrides:
        assert verdict(world._replace(requirements=lines)) == pins


@given(worlds, numbers)
@settings(max_examples=100)
def test_order_of_requirements_does_not_change_the_verdict(world: PythonWorld, seed: int) -> None:
    """Neither that of the user's lines nor that of the metadata's; it may decide between equal answers."""
    random = Random(seed)

    def shuffled(lines: list[str]) -> list[str]:
        return random.sample(lines, len(lines))

    packages = {
        name: {text: facts | {"requires": shuffled(facts["requires"])} for text, facts in versions.items()}
        for name, versions in world.packages.items()
    }
    other = world._replace(requirements=shuffled(world.requirements), packages=packages)
    assert (verdict(other) is None) == (verdict(world) is None)
