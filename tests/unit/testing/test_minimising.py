"""Scenarios that are made smaller, of recordings too, and written as files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver import Options, resolve
from resolver.errors import IndexUnavailable, InputError
from resolver.testing import Scenario, World, minimise, recorded, to_toml
from support.ours import SCENARIOS

if TYPE_CHECKING:
    from resolver.testing import Outcome

RECORDINGS = Path(__file__).resolve().parents[3] / "fixtures" / "recordings"


@pytest.mark.parametrize("name", SCENARIOS)
def test_text_of_a_scenario_says_what_it_was_read_from(name: str) -> None:
    """For all of ours."""
    given = SCENARIOS[name].given
    assert tomllib.loads(to_toml(SCENARIOS[name])) == given
    assert given["expected"] == SCENARIOS[name].expected


def odd(outcome: Outcome) -> bool:
    """Tell whether the old lib is there: of an outcome without pins that is an ``AssertionError``."""
    return outcome.pins["lib"] == "1"


WORLD = {
    "app": {"1": ["lib"], "2": {"requires": ["lib<2", "other[x] ; sys_platform == 'linux'"], "sdist": True}},
    "lib": {"1": {}, "2": {}, "3": {}},
    "other": {"1": {"extras": {"x": ["more"]}}},
    "more": {"1": []},
}


def test_nothing_is_left_that_can_go() -> None:
    """Requirements, packages, versions and facts; what is left is as it was."""
    large = Scenario.read(
        {
            "requirements": ["app", "other"],
            "constraints": ["more==1"],
            "packages": WORLD,
            "story": "Lib is old.",
        }
    )
    small = minimise(large, odd)
    assert small.given == {
        "requirements": ["app"],
        "packages": {"app": {"1": ["lib"]}, "lib": {"1": {}}},
        "expected": {"pins": {"app": "1", "lib": "1"}},
    }
    assert small.check().pins == {"app": "1", "lib": "1"}


def test_what_comes_of_it_is_expected() -> None:
    """Refusals with their hints, warnings, errors."""
    yanked = Scenario.read({"requirements": ["a"], "packages": {"a": {"1": {"yanked": True}}}})
    small = minimise(yanked, lambda outcome: "yanked" in outcome.explanation)
    assert set(small.expected) == {"explanation", "hints"}
    old = {"requirements": ["a"], "packages": {"a": {"1": []}}, "status": {"a": "archived"}}
    assert set(minimise(Scenario.read(old), lambda outcome: bool(outcome.warnings)).expected) == {
        "pins",
        "warnings",
    }
    stopped = Scenario.read(
        {"requirements": ["a"], "options": {"max_steps": 1}, "packages": {"a": {"1": []}}}
    )
    small = minimise(stopped, lambda outcome: "--max-steps" in str(outcome.error))
    assert set(small.expected) == {"error"}
    assert small.check().error is not None


def test_what_is_not_odd_is_refused() -> None:
    """There is nothing to keep."""
    with pytest.raises(ValueError, match="not odd to begin with"):
        minimise(Scenario.read({"requirements": ["gone"]}), odd)


def test_a_recording_becomes_a_scenario_with_the_same_answer() -> None:
    """A real one."""
    options = {"python_version": "3.12", "python_platform": "linux"}
    asked = ["fastapi", "starlette<1"]
    scenario = recorded(RECORDINGS / "web", asked, excludes=("nothing",), **options)
    made = Options().replace(**options, replay=str(RECORDINGS / "web"))
    pins = resolve(asked, made).pins
    assert scenario.run().pins == {name: str(pin.version) for name, pin in pins.items()}


def test_all_that_a_recording_knows_becomes_facts(tmp_path: Path) -> None:
    """Broken metadata, what must be built, odd files, what was not asked for, and what nobody has."""
    world = World.read(
        """
        [packages.a]
        "1" = { requires_python = ">=3.8", extras = { x = ["gone"] } }
        "2" = { wheel = false, sdist = "dynamic" }
        "3" = { broken = true }
        "4" = { yanked = "bad", files = [{ filename = "a-4-py3-none-any.whl" }, { filename = "a.pdf" }] }
        """
    )
    options = world.options(record=str(tmp_path / "there"), index_url="https://index.example/simple/")
    resolve(["a"], options, transport=world.transport())
    with pytest.raises(Exception, match="gone"):
        resolve(["a[x]==1"], options.replace(record=str(tmp_path / "gone")), transport=world.transport())
    found = recorded(tmp_path / "there", ["a"]).given["packages"]
    assert isinstance(found, dict)
    a = found["a"]
    assert (a["1"]["requires_python"], a["1"]["extras"], a["2"]["sdist"]) == (">=3.8", {"x": []}, "dynamic")
    assert a["3"]["broken"].startswith("The ")
    assert a["4"] == {
        "broken": "it was not recorded",
        "files": [{"filename": "a-4-py3-none-any.whl", "yanked": "bad"}],
    }
    assert "gone" not in (recorded(tmp_path / "gone", ["a"]).world.packages)
    with pytest.raises(InputError, match="holds no recording"):
        recorded(tmp_path, ["a"])
    (tmp_path / "there" / "recording.json").write_text("{}", "utf-8")
    with pytest.raises(IndexUnavailable):
        recorded(tmp_path / "there", ["a"])
