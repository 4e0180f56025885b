"""Our scenarios, in ``fixtures/scenarios``: each with the answer, explanation or effort that is expected.

What stands in them is told in docs/testing.md; here it is run by ``resolver.testing``, as anybody can.
"""

from __future__ import annotations

import re

import pytest

from support.ours import FOLDER, SCENARIOS, is_plain
from support.validity import faults


@pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, *, patient: bool) -> None:
    """The answer is the expected one, whether or not everything is known at once."""
    scenario = SCENARIOS[name]
    outcome = scenario.check(patient=patient)
    options = scenario.options
    if outcome.is_solved and is_plain(scenario) and not options.overrides and not options.excludes:
        pins = outcome.pins
        assert faults(scenario.requirements, scenario.world.packages, pins, outcome.answer.variables) == []


def test_each_has_a_story_of_its_own() -> None:
    """One sentence or two that say what a user would meet."""
    stories = [scenario.story for scenario in SCENARIOS.values()]
    assert [story for story in stories if not re.fullmatch(r"[A-Z`\d].*[.?!]", story)] == []
    assert len(set(stories)) == len(stories)


def test_no_two_have_the_same_name() -> None:
    """Whatever folder they are in: the page of explanations goes by the name alone."""
    names = [path.stem for path in FOLDER.rglob("*.toml")]
    assert len(set(names)) == len(names)
