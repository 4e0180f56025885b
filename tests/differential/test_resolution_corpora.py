"""Resolution cases of other resolvers: verdicts are theirs, pins are valid, differences have reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.model.version import Version
from resolver.options import Options
from resolver.session import solve
from support.corpora import CORPORA, cases, needs_corpora
from support.memory import MemorySource
from support.validity import faults

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_corpora

#: Cases of which we say the opposite, and why.
OTHER_VERDICT = {
    "packse/prereleases/transitive-prerelease-and-stable-dependency-many-versions-holes@packse": (
        "pre-releases are a last resort, not forbidden: the newer variant of the case (@uv) says so too"
    ),
    "packse/prereleases/transitive-prerelease-and-stable-dependency-many-versions@packse": "the same",
    "packse/prereleases/transitive-prerelease-and-stable-dependency@packse": "the same",
    "packse/requires_python/python-less-than-current": (
        "uv ignores upper bounds of Requires-Python; pip would refuse to install the pin (docs/decisions)"
    ),
    "poetry-mixology/unsolvable/test_package_with_the_same_name_gives_clear_error_message": (
        "only poetry forbids a package that requires itself; uv and pip accept it"
    ),
}

#: Cases with several valid answers of which we prefer another, and why ours is as good.
OTHER_PINS = {
    "packse/prereleases/package-prereleases-specifier-boundary@packse": (
        "final versions come first: the newer variant of the case (@uv) says so too"
    ),
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
            self.expected: dict[str, str] = translated["expected_packages"]
        elif "index" in facts:
            index = json.loads((CORPORA / path.relative_to(CORPORA).parts[0] / facts["index"]).read_text())
            self.packages = index["packages"]
            for versions in self.packages.values():
                for release in versions.values():
                    release["requires"] = list(release.get("requires", ()))  # {} is nothing, too
            self.expected = facts["expected"]["packages"]
        else:
            self.packages = facts["packages"]
            self.expected = facts["expected"]["packages"]
        self.expected = self.expected or {}
        self.satisfiable: bool | None = facts["expected"]["satisfiable"]
        if self.satisfiable is None:
            self.satisfiable = (facts.get("computed") or {}).get("satisfiable")
        self.options = facts.get("options") or {}
        self.environment = facts.get("environment") or {}
        self.locked = facts.get("locked")
        if self.options.get("universal"):
            self.left_out = "universal"

    def settings(self) -> Options:
        """Return the options of the case; where no Python is stated, that of the computed answers."""
        python = self.options.get("python") or self.environment.get("python") or "3.12"
        return Options(
            python_version=python,
            python_platform=self.options.get("python_platform") or "linux",
            prerelease="allow" if self.options.get("prereleases") else "if-necessary",
            resolution=self.options.get("resolution") or "highest",
            no_binary=self.options.get("no_binary") or (),
            only_binary=self.options.get("no_build") or (),
        )


def _cases() -> list[Any]:
    found = []
    for corpus in ("packse", "poetry-mixology", "pubgrub", "resolvelib-python", "pip-resolver-benchmarks"):
        for path, facts in cases(corpus):
            if facts["schema"] == "resolution/1":
                found.append(pytest.param(path, facts, id=facts["id"]))
    return found


@pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])
@pytest.mark.parametrize(("path", "facts"), _cases())
def test_verdict_and_pins(path: Path, facts: dict[str, Any], *, patient: bool) -> None:
    """The verdict is the stated one; pins satisfy every requirement and are the stated ones, or listed.

    That is so whether or not everything is known at once.
    """
    case = Case(path, facts)
    if case.left_out:
        pytest.skip(case.left_out)
    satisfiable = case.satisfiable
    if case.id in OTHER_VERDICT:
        satisfiable = not satisfiable
    requirements = [Requirement.parse(text, Origin("root", n)) for n, text in enumerate(case.requires, 1)]
    source = MemorySource(case.packages, patient=patient)
    if satisfiable is False:
        with pytest.raises(NoSolution, match="Because"):
            solve(requirements, [], case.settings(), Channels(source=source))
        return
    answer = solve(requirements, [], case.settings(), Channels(source=source))
    pins = {pin.name: pin.version for pin in answer.pins}
    assert faults(case.requires, case.packages, pins, answer.variables) == []
    if case.id not in OTHER_PINS and case.locked is None:
        wrong = {
            name: (pins.get(name), version)
            for name, version in case.expected.items()
            if name not in pins or Version(pins[name]) != Version(version)
        }
        assert wrong == {}
