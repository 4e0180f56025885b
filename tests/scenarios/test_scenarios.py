"""Scenarios: small universes in ``fixtures/scenarios``, each with the answer, explanation or effort expected.

A file holds ``story``; ``requirements`` (lines of ``app.in``); optionally ``constraints`` (lines of
``limits.txt``), ``options`` (fields of ``Options``) and ``broken_metadata`` (true: packaging cannot read it);
``packages`` as ``MemorySource`` takes them; and ``expected``: ``pins``, or ``explanation`` (with ``hints``)
or ``fixes`` (what is told) where there is no solution; optionally ``candidates`` (looked at, at most),
``unvisited`` (``name==version`` whose metadata must not be asked for) and ``warnings``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.formats.answer import Fix
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import solve
from support.memory import MemorySource
from support.validity import faults

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"
SCENARIOS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*"))}

KEYS = {"story", "requirements", "constraints", "options", "packages", "expected", "broken_metadata"}
EXPECTATIONS = {"pins", "explanation", "candidates", "unvisited", "warnings", "fixes", "hints"}


@pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_scenario(scenario: dict[str, Any], *, patient: bool) -> None:
    """The answer is the expected one, whether or not everything is known at once."""
    expected = scenario["expected"]
    unsolvable = "explanation" in expected or "fixes" in expected
    assert ("pins" in expected) != unsolvable
    assert (scenario.keys() - KEYS, expected.keys() - EXPECTATIONS) == (set(), set())
    source = MemorySource(scenario["packages"], patient=patient)
    options = Options(**{"python_version": "3.12", "python_platform": "linux", **scenario.get("options", {})})
    requirements = _lines("app.in", scenario["requirements"])
    constraints = _lines("limits.txt", scenario.get("constraints", []))
    if unsolvable:
        with pytest.raises(NoSolution) as caught:
            solve(requirements, constraints, options, Channels(source=source))
        if "explanation" in expected:
            assert caught.value.explanation == expected["explanation"].strip("\n")
            assert list(caught.value.hints) == expected.get("hints", [])
        if "fixes" in expected:
            assert [fix.change for fix in caught.value.fixes if isinstance(fix, Fix)] == expected["fixes"]
        return
    answer = solve(requirements, constraints, options, Channels(source=source))
    pins = {pin.name: pin.version for pin in answer.pins}
    assert pins == expected["pins"]
    checkable = not scenario.get("broken_metadata")  # by packaging, which repairs nothing
    if checkable and not options.overrides and not options.excludes and not options.no_deps:
        assert faults(scenario["requirements"], scenario["packages"], pins, answer.variables) == []
    assert answer.statistics.candidates <= expected.get("candidates", answer.statistics.candidates)
    assert list(answer.warnings) == expected.get("warnings", [])
    if patient:  # What is fetched ahead in vain is bounded elsewhere.
        assert set(expected.get("unvisited", [])) & set(source.asked) == set()


def _lines(file: str, texts: list[str]) -> list[Requirement]:
    return [Requirement.parse(text, Origin(file, number)) for number, text in enumerate(texts, 1)]
