"""Our scenarios, in ``fixtures/scenarios``: each with the answer, explanation or effort that is expected.

What stands in them is told in docs/testing.md; here it is run by ``resolver.testing``, as anybody can.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from resolver.testing import Scenario
from resolver.testing.sites import MEMORY
from support.ours import FOLDER, SCENARIOS, is_plain
from support.validity import faults

if TYPE_CHECKING:
    from resolver.testing import Outcome


IN_MEMORY = [name for name, each in SCENARIOS.items() if each.world.indexes is None]
#: Served files have hashes, and broken metadata is broken in one way.
TOLD_OTHERWISE = {"hashes/index-without-hashes", "metadata/broken-in-all"}


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


@pytest.mark.parametrize("name", [name for name in IN_MEMORY if name not in TOLD_OTHERWISE])
def test_client_says_the_same(name: str) -> None:
    """Pages, files and metadata as an index serves them come to what is in memory, word for word."""
    scenario = SCENARIOS[name]
    served = Scenario.read({**scenario.given, "indexes": {}})
    assert _told(served.run()).replace(f"{MEMORY}/simple/", "memory") == _told(scenario.run())


def _told(outcome: Outcome) -> str:
    """Return all that is said of an outcome, but for how much work it was."""
    if outcome.is_solved:
        return f"{sorted(outcome.pins.items())} {outcome.warnings}"
    if outcome.is_refused:
        return "\n".join([outcome.explanation, *outcome.hints, *outcome.fixes])
    return str(outcome.error)


def test_each_has_a_story_of_its_own() -> None:
    """One sentence or two that say what a user would meet."""
    stories = [scenario.story for scenario in SCENARIOS.values()]
    assert [story for story in stories if not re.fullmatch(r"[A-Z`\d].*[.?!]", story)] == []
    assert len(set(stories)) == len(stories)


def test_no_two_have_the_same_name() -> None:
    """Whatever folder they are in: the page of explanations goes by the name alone."""
    names = [path.stem for path in FOLDER.rglob("*.toml")]
    assert len(set(names)) == len(names)
