"""Outcomes and scenarios: what differs is said, and nothing passes for want of looking."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.errors import InputError, LimitReached
from resolver.testing import Outcome, Pins, Scenario, World
from resolver.testing.outcomes import compared

WORLD = World({"app": {"1": ["lib<2"]}, "lib": {"1": [], "2": []}})


def test_refusal_has_no_pins() -> None:
    """Who asks for them is shown the explanation."""
    refused = WORLD.resolve("app", "lib>=2")
    assert not refused.is_solved
    assert "lib" in repr(refused)
    with pytest.raises(AssertionError, match="there is no solution:\nBecause you require"):
        _ = refused.pins


def test_solution_has_no_explanation() -> None:
    """Who asks for one is shown the pins."""
    solved = WORLD.resolve("app")
    assert repr(solved) == "<Outcome: app==1, lib==1>"
    assert solved.resolution.pins["lib"].via == ("app",)
    with pytest.raises(AssertionError, match="there is a solution: app==1, lib==1"):
        _ = solved.explanation


def test_neither_is_neither() -> None:
    """What was stopped says nothing about solutions, nor how much work it was."""
    stopped = WORLD.resolve("app", max_steps=1)
    assert isinstance(stopped.error, LimitReached)
    with pytest.raises(AssertionError, match="it is not known whether there is a solution"):
        _ = stopped.explanation
    with pytest.raises(AssertionError, match="nothing was counted"):
        _ = Outcome(None, InputError("x")).statistics


@pytest.mark.parametrize(
    ("requirements", "expected", "said"),
    [
        (["app"], {"pins": {"app": "2", "more": "1"}}, ["other pins:", "  app: 1, expected 2"]),
        (["app"], {"pins": {"app": "1", "lib": "1", "more": "1"}}, ["  more: not pinned, expected 1"]),
        (["app"], {"pins": {"app": "1"}}, ["  lib: 1, not expected at all"]),
        (["app"], {"explanation": "x"}, ["a solution, expected none: app==1, lib==1"]),
        (["app"], {"error": "x"}, ["a solution, expected an error: app==1, lib==1"]),
        (["app", "lib>1"], {"error": "x"}, ["no solution, expected another error:"]),
        (["app", "lib>1"], {"pins": {}}, ["no solution, expected no packages"]),
        (["app", "lib>1"], {"explanation": "x"}, ["another explanation:", "expected:", "x"]),
        (["app", "lib>1"], {"explanation": ["x", "app"]}, ["does not say:", "  x"]),
        (["app", "lib>1"], {"fixes": []}, ["other fixes:", "expected:", "  (none)"]),
        (["app"], {"pins": {"app": "1", "lib": "1"}, "candidates": 1}, ["2 candidates, expected at most 1"]),
        (
            ["app"],
            {"pins": {"app": "1", "lib": "1"}, "unvisited": ["lib==1", "lib==2"]},
            ["asked for what is of no use:", "  lib==1"],
        ),
        (
            ["app"],
            {"pins": {"app": "1", "lib": "1"}, "files": {"lib": ["x"]}},
            ["files of lib: ['lib-1-py3-none-any.whl']", "expected: ['x']"],
        ),
        (["app"], {"pins": {"app": "1", "lib": "1"}, "warnings": ["x"]}, ["other warnings:", "  (none)"]),
    ],
)
def test_what_differs_is_said(requirements: list[str], expected: dict[str, Any], said: list[str]) -> None:
    outcome = WORLD.resolve(*requirements)
    with pytest.raises(AssertionError) as caught:
        outcome.check(**expected)
    assert [line for line in said if line not in str(caught.value).splitlines()] == []


def test_error_is_compared_whole_or_in_parts() -> None:
    """As explanations are."""
    outcome = WORLD.resolve("app", max_steps=1)
    outcome.check(error=["--max-steps"])
    outcome.check(error=str(outcome.error))
    with pytest.raises(AssertionError, match="an error, expected an explanation:"):
        outcome.check(explanation="x")


def test_hint_that_nobody_expects_is_a_difference() -> None:
    """One that is expected is none."""
    outcome = World({"a": {"1": {"yanked": True}}}).resolve("a")
    outcome.check(explanation=["was yanked"], hints=outcome.hints)
    with pytest.raises(AssertionError, match="hints that are not expected:"):
        outcome.check(explanation=["was yanked"])


def test_warning_that_nobody_expects_is_a_difference() -> None:
    """One that is expected is none."""
    outcome = World({"a": {"1": []}}, states={"a": ("archived", "")}).resolve("a")
    assert len(outcome.warnings) == 1
    outcome.check(pins={"a": "1"}, warnings=outcome.warnings)
    with pytest.raises(AssertionError, match="warnings that are not expected:"):
        outcome.check(pins={"a": "1"})


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({}, "expected says none of pins, explanation, fixes, error: so anything would do"),
        ({"pins": {}, "pin": {}}, "expected has no key 'pin'; did you mean 'pins'"),
        ({"pins": []}, "expected.pins is an array, not a table"),
    ],
)
def test_expectation_that_says_nothing_is_refused(expected: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        World({}).resolve().check(**expected)
    assert str(caught.value).startswith(said)


def test_pins_are_compared_from_either_side() -> None:
    """As people write both."""
    lines = ["other pins:", "  a: 1, expected 2"]
    assert compared(Pins(a="1"), {"a": "2"}) == compared({"a": "2"}, Pins(a="1")) == lines
    assert compared(Pins(), [1]) is None


def test_scenario_rejects_for_its_caller() -> None:
    """What ``reject`` names is not used; the story is told where something differs."""
    scenario = Scenario.read(
        {
            "story": "A licence.",
            "requirements": ["lib"],
            "constraints": ["app<2"],
            "reject": {"lib==2": "its licence is not ours"},
            "packages": {"lib": {"1": [], "2": []}},
            "expected": {"pins": {"lib": "1"}},
        }
    )
    assert repr(scenario) == "<Scenario: A licence.>"
    assert scenario.check().pins == {"lib": "1"}
    with pytest.raises(AssertionError, match=r"A licence\.\nother pins:"):
        Scenario(scenario.world, ("lib",), {"pins": {}}, story="A licence.").check()
    with pytest.raises(InputError, match="did you mean 'requirements'"):
        Scenario.read({"requirement": ["a"]})
