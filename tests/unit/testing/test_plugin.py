"""The plugin as others meet it: fixtures, scenario files, and what it costs where nobody uses it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from resolver.testing import plugin
from resolver.testing.replaying import Replay
from support.kit import run

ROOT = Path(__file__).resolve().parents[3]

GOOD = """
requirements = ["a"]
packages.a."1" = []
expected.pins = { a = "1" }
"""


def test_it_is_an_entry_point() -> None:
    """So that nobody has to name it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"resolver": plugin.__name__}


def test_it_loads_nothing_of_ours_before_it_is_used() -> None:
    """Beside packages that are empty but for names."""
    code = (
        "import sys, pytest; before = set(sys.modules); import resolver.testing.plugin;"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['resolver', 'resolver.testing', 'resolver.testing.plugin']"


def test_scenario_files_are_tests_where_a_pattern_names_them(pytester: pytest.Pytester) -> None:
    """One that fails says how, without a traceback; other files are left alone."""
    pytester.makeini("[pytest]\nresolver_scenarios = *.toml deep/*.toml\n")
    (pytester.path / "deep").mkdir()
    (pytester.path / "other").mkdir()
    (pytester.path / "good.toml").write_text(GOOD, "utf-8")
    (pytester.path / "deep" / "bad.toml").write_text(GOOD.replace('a = "1"', 'a = "2"'), "utf-8")
    (pytester.path / "deep" / "odd.toml").write_text("requirement = []", "utf-8")
    (pytester.path / "deep" / "none.txt").write_text("nothing", "utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["*scenario: bad*", "other pins:", "  a: 1, expected 2", "*did you mean 'requirements'*"]
    )


def test_what_goes_wrong_within_is_shown_as_ever(pytester: pytest.Pytester) -> None:
    """With its traceback."""
    pytester.makeini("[pytest]\nresolver_scenarios = *.toml\n")
    (pytester.path / "a.toml").write_text(GOOD + "options.no_such = 1\n", "utf-8")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TypeError: Options has no option 'no_such'*"])


def test_without_a_pattern_nothing_is_collected(pytester: pytest.Pytester) -> None:
    """Files of other people's may have such names, too."""
    (pytester.path / "good.toml").write_text(GOOD, "utf-8")
    pytester.makepyfile(
        "def test_it(resolver_scenario): resolver_scenario({'packages': {'a': {'1': []}},"
        "'requirements': ['a'], 'expected': {'pins': {'a': '1'}}})"
    )
    run(pytester).assert_outcomes(passed=1)


def test_comparison_of_other_things_is_left_to_others() -> None:
    """And any but that by ``==``."""
    assert plugin.pytest_assertrepr_compare("==", {}, {}) is None


def test_what_was_not_recorded_fails() -> None:
    """Whatever network there is."""
    replay = Replay(ROOT / "fixtures" / "recordings" / "web-conflict")
    assert repr(replay).endswith("web-conflict>")
    with pytest.raises(AssertionError, match="it is not in the recording: "):
        replay.resolve("never-heard-of")
    assert replay.resolve("fastapi>999").error is not None
