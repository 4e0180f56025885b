"""Our own scenarios: the files of ``fixtures/scenarios``, by folder and name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from resolver.testing import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDER", "SCENARIOS", "is_plain"]

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"

SCENARIOS = {
    path.relative_to(FOLDER).with_suffix("").as_posix(): Scenario.read(path)
    for path in sorted(FOLDER.rglob("*.toml"))
}

_PLAIN = {
    "requires",
    "extras",
    "requires_python",
    "yanked",
    "upload_time",
    "wheel",
    "wheel_tags",
    "sdist",
}
#: Options that change what metadata says or which pins are wanted, of which the oracles know nothing.
_UNKNOWN = ("no_deps", "only_deps", "patches", "fixed", "require_hashes", "no_binary", "build")


def is_plain(scenario: Scenario) -> bool:
    """Tell whether the oracles of the tests, which share no code with us, understand all of a scenario."""
    world, options = scenario.world, scenario.options
    if world.indexes is not None or world.states or scenario.rejects:
        return False
    if any(getattr(options, name, False) not in (False, (), "never") for name in _UNKNOWN):
        return False
    return all(_is_plain(facts) for versions in world.packages.values() for facts in versions.values())


def _is_plain(facts: Any) -> bool:
    if isinstance(facts, list) or facts.keys() - _PLAIN or facts.get("sdist") == "dynamic":
        return False
    return all(map(_can_be_read, _lines(facts)))


def _lines(facts: Mapping[str, Any]) -> list[str]:
    return [*facts.get("requires", ()), *(each for some in facts.get("extras", {}).values() for each in some)]


def _can_be_read(line: str) -> bool:
    try:
        Requirement(line)
    except InvalidRequirement:
        return False
    return True
