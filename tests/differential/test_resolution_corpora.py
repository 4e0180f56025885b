"""Resolution cases of other resolvers: the verdict is theirs, the pins are valid, differences have reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.corpora import CORPORA, cases, needs_corpora
from support.memory import MemorySource
from support.validity import faults

from resolver.errors import NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.model.version import Version
from resolver.options import Options
from resolver.session import solve

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_corpora

#: Cases that state more than a resolver for one environment answers, and why.
LEFT_OUT: dict[str, str] = {}

#: Cases whose verdict is of an older rule, with the newer case that replaces it.
OTHER_VERDICT: dict[str, str] = {
    "packse/prereleases/transitive-prerelease-and-stable-dependency-many-versions-holes@packse": "@uv",
    "packse/prereleases/transitive-prerelease-and-stable-dependency-many-versions@packse": "@uv",
    "packse/prereleases/transitive-prerelease-and-stable-dependency@packse": "@uv",
}

#: Cases with several valid answers of which we prefer another, and why ours is as good.
OTHER_PINS: dict[str, str] = {
    "packse/prereleases/package-prereleases-specifier-boundary@packse": "uv's newer variant prefers finals",
}


class Case:
    """A case as this project reads it."""

    def __init__(self, path: Path, facts: dict[str, Any]) -> None:
        self.id: str = facts["id"]
        self.requires: list[str] = facts["root"]["requires"]
        translated = facts.get("pep440")
        self.left_out = ""
        if facts["version_scheme"] != "pep440" or facts["requirement_syntax"] != "pep508":
            if not translated or translated.get("error"):
                self.left_out = "not translated to PEP 440"
                return
            self.requires = translated["root"]["requires"]
            self.packages = translated["packages"]
            self.expected: dict[str, str] = translated.get("expected_packages") or {}
        elif "index" in facts:
            index = json.loads((CORPORA / path.relative_to(CORPORA).parts[0] / facts["index"]).read_text())
            self.packages = index["packages"]
            self.expected = facts["expected"]["packages"]
        else:
            self.packages = facts["packages"]
            self.expected = facts["expected"]["packages"]
        self.satisfiable: bool | None = facts["expected"]["satisfiable"]
        if self.satisfiable is None:
            self.satisfiable = (facts.get("computed") or {}).get("satisfiable")
        self.options = facts.get("options") or {}
        self.environment = facts.get("environment") or {}
        self.locked = facts.get("locked")
        if self.options.get("universal"):
            self.left_out = "universal"
        elif self.options.get("no_binary"):
            self.left_out = "--no-binary is not supported yet"

    def settings(self) -> Options:
        """Return the options of the case; for want of a stated Python, the one its answer was computed for."""
        python = self.options.get("python") or self.environment.get("python") or "3.12"
        return Options(
            python_version=python,
            python_platform=self.options.get("python_platform") or "linux",
            prerelease="allow" if self.options.get("prereleases") else "if-necessary",
            resolution=self.options.get("resolution") or "highest",
        )


def _cases() -> list[Any]:
    found = []
    for corpus in ("packse", "poetry-mixology", "pubgrub", "resolvelib-python", "pip-resolver-benchmarks"):
        for path, facts in cases(corpus):
            if facts["schema"] == "resolution/1":
                found.append(pytest.param(path, facts, id=facts["id"]))
    return found


@pytest.mark.parametrize(("path", "facts"), _cases())
def test_verdict_and_pins(path: Path, facts: dict[str, Any]) -> None:
    """The verdict is the stated one; pins satisfy every requirement and are the stated ones, or listed."""
    case = Case(path, facts)
    if case.left_out:
        pytest.skip(case.left_out)
    satisfiable = case.satisfiable
    if case.id in OTHER_VERDICT:
        satisfiable = not satisfiable
    try:
        answer = solve(
            [Requirement.parse(text, Origin("root", n)) for n, text in enumerate(case.requires, 1)],
            [],
            case.settings(),
            source=MemorySource(case.packages),
        )
    except NoSolution as error:
        assert satisfiable is False, str(error)
        assert str(error)
        return
    pins = {pin.name: pin.version for pin in answer.pins}
    assert faults(case.requires, case.packages, pins, answer.variables) == []
    assert satisfiable is not False, pins
    if case.id not in OTHER_PINS and case.locked is None:
        wrong = {
            name: (pins.get(name), version)
            for name, version in case.expected.items()
            if name not in pins or Version(pins[name]) != Version(version)
        }
        assert wrong == {}
