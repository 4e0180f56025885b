"""The pytest plugin: fixtures, scenario files as tests, and comparisons of pins that can be read.

It is loaded by every run of pytest where this distribution is installed, so it imports nothing but pytest
before one of its fixtures is used, and collects nothing that an ini option does not name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from pathlib import Path

    from resolver.testing.outcomes import Outcome
    from resolver.testing.replaying import Replay
    from resolver.testing.worlds import World

    Given = str | PathLike[str] | Mapping[str, object]

__all__ = [
    "pytest_addoption",
    "pytest_assertrepr_compare",
    "pytest_collect_file",
    "resolver_replay",
    "resolver_scenario",
    "resolver_world",
]

_FILES = "resolver_scenarios"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option that names scenario files."""
    parser.addini(_FILES, "patterns of the scenario files that are tests (resolver.testing)", "args", [])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Make a test of each scenario file."""
    patterns = cast("list[str]", parent.config.getini(_FILES))
    if file_path.suffix != ".toml" or not any(file_path.match(pattern) for pattern in patterns):
        return None
    from resolver.testing.collection import ScenarioFile  # noqa: PLC0415  # lazy: most runs have none

    return ScenarioFile.from_parent(parent, path=file_path)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Tell how pins differ, package by package."""
    if op != "==" or "resolver.testing.outcomes" not in (type(left).__module__, type(right).__module__):
        return None
    from resolver.testing.outcomes import compared  # noqa: PLC0415  # loaded by now

    return compared(left, right)


@pytest.fixture
def resolver_world() -> Callable[[Given], World]:
    """Make a world of TOML (text or a file) or of a dictionary."""
    from resolver.testing.worlds import World  # noqa: PLC0415  # lazy: not every test has a world

    return World.read


@pytest.fixture
def resolver_scenario() -> Callable[[Given], Outcome]:
    """Read a scenario, check that all comes as it expects, and return what came."""
    from resolver.testing.scenarios import Scenario  # noqa: PLC0415  # the same

    def check(given: Given) -> Outcome:
        return Scenario.read(given).check()

    return check


@pytest.fixture
def resolver_replay() -> Callable[[str | PathLike[str]], Replay]:
    """Open the folder of a recording, to resolve from it; whatever is not in it fails the test."""
    from resolver.testing.replaying import Replay  # noqa: PLC0415  # the same

    return Replay
