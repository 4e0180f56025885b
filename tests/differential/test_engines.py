"""Engines against one another: our solver in its session, over an ``IndexProvider``, and resolvelib's.

The first two give the same pins.  Where our solver has to go by the methods of a provider, it may prefer
other ones; so may resolvelib, which may fail, too; but what it says is what we say, except where it is known
to be wrong.  That its pins are valid is checked in ``by_resolvelib``, here once
more by ``packaging``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from differential.test_resolution_corpora import Case, _cases
from resolver.model.environment import Environment
from resolver.posing import read_constraints
from support.corpora import needs_corpora
from support.engines import Question
from support.memory import MemorySource
from support.ours import SCENARIOS
from support.python_worlds import random_python_world
from support.validity import faults

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.testing import Scenario
    from support.python_worlds import PythonWorld

#: Questions that resolvelib does not answer, or not rightly, and how that looks.
FAILURES = {
    "poetry-mixology/unsolvable/test_no_valid_solution": "no answer within 2,000 rounds",
    "resolvelib-python/pyrex-1.9.8": "no answer within 2,000 rounds",
    "search/unreachable-cycle": "its recursion went too deep",
    "search/solution-behind-a-false-conflict": "says that there is no solution",
}


def _is_special(scenario: Scenario) -> bool:
    """Tell whether a scenario needs more than a source, leaves pins out of the answer, or has none."""
    options = scenario.options
    if any("://" in line or "--hash" in line for line in scenario.requirements):
        return True
    special = (options.allow_urls, options.minimal, options.only_deps, options.fixed, scenario.rejects)
    return any(special) or "error" in scenario.expected


def compared(name: str, question: Question) -> dict[str, str] | None:
    """Compare the answers to ``question`` and return resolvelib's pins, if there are any."""
    ours = question.by_session()
    assert question.by_provider() == ours
    assert (question.by_methods() is None) == (ours is None)
    other = question.by_resolvelib()
    if isinstance(other, str):
        assert FAILURES[name] in other
        return None
    if name in FAILURES:
        assert ours is not None
        assert other is None
        return None
    assert (other is None) == (ours is None)
    return other


@needs_corpora
@pytest.mark.parametrize(("path", "facts"), _cases())
def test_cases_of_other_resolvers(path: Path, facts: dict[str, Any]) -> None:
    case = Case(path, facts)
    if case.left_out:
        pytest.skip(case.left_out)
    options = case.settings()
    found = compared(case.id, Question(case.requires, options, lambda: MemorySource(case.packages)))
    if found is not None:
        variables = Environment.target(options.python_version, options.python_platform).variables
        assert faults(case.requires, case.packages, found, variables) == []


@pytest.mark.parametrize("name", [name for name, each in SCENARIOS.items() if not _is_special(each)])
def test_scenarios(name: str) -> None:
    scenario = SCENARIOS[name]
    options = scenario.options
    constraints = [*scenario.constraints, *(each.text for each in read_constraints(options))]
    ask = Question(scenario.requirements, options, lambda: scenario.world.open(options), constraints)
    compared(name, ask)


def question(world: PythonWorld, *, patient: bool) -> Question:
    """Return what the user of ``world`` asks."""

    def source() -> MemorySource:
        return MemorySource(world.packages, patient=patient)

    return Question(world.requirements, world.options(), source, world.constraints)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 600, 200))
def test_random_universes(first: int) -> None:
    """resolvelib fails in some; it misses solutions in less than one of a thousand."""  # noqa: D403  # a name
    kinds: Counter[str] = Counter()
    for seed in range(first, first + 200):
        world = random_python_world(seed)
        asked = question(world, patient=seed % 2 == 0)
        ours, other = asked.by_session(), asked.by_resolvelib()
        assert asked.by_provider() == ours, seed
        plain = asked.by_methods()
        assert (plain is None) == (ours is None), seed
        assert plain is None or world.truth().faults(plain) == [], seed
        if isinstance(other, str):
            kinds["failed"] += 1
        elif ours is None or other is None:
            assert ours is None, seed
            assert other is None, seed
            kinds["none"] += 1
        else:
            assert world.truth().faults(other) == [], seed
            kinds["same" if other == ours else "others"] += 1
    assert kinds["failed"] < 10
    assert kinds["none"] > 50
    assert kinds["same"] > 10 * kinds["others"] > 0
