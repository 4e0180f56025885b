"""Visible cases without a solution: our scenarios, and what lies beside the project, where it does.

Each can be resolved, judged (``known``) and, where the words of another tool were recorded, compared with
it.  ``docs/generate_explanations.py`` makes a page of them.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from differential.test_resolution_corpora import Case
from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.environment import Environment
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import solve
from support.corpora import cases
from support.known import Known
from support.memory import MemorySource
from support.ours import SCENARIOS, is_plain
from support.recorded_index import EXPECTED, REQUIREMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Unsatisfiable", "corpus_cases", "recorded_cases", "scenarios", "sentences_of"]

_CORPORA = ("packse", "poetry-mixology", "pubgrub", "resolvelib-python")
_CONFLICTS = ("conflict-a", "conflict-b2")


class Unsatisfiable:
    """One case: what is required of which packages, and ``recorded``: tools, what they said, its source."""

    def __init__(  # noqa: PLR0913  # one parameter a part
        self,
        name: str,
        file: str,
        requirements: Sequence[str],
        packages: Mapping[str, Mapping[str, Any]],
        options: Options,
        *,
        constraints: Sequence[str] = (),
        recorded: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        self.name = name
        self.requirements = list(requirements)
        self.constraints = list(constraints)
        self.options = options
        self.recorded = list(recorded)
        self._file = file
        self._packages = packages

    def refusal(self) -> NoSolution:
        """Resolve the case, which must fail, and return how."""
        with pytest.raises(NoSolution) as caught:
            solve(
                _parsed(self._file, self.requirements),
                _parsed("limits.txt", self.constraints),
                self.options,
                Channels(source=MemorySource(self._packages)),
            )
        return caught.value

    def known(self) -> Known:
        """Return what is so, to judge what is said."""
        target = Environment.target(self.options.python_version or "3.12", self.options.python_platform)
        return Known(
            self._packages, target.variables, self.requirements, self.constraints, options=self.options
        )


def scenarios() -> Iterator[Unsatisfiable]:
    """Yield our own that expect an explanation, and that the oracles understand."""
    for name, scenario in SCENARIOS.items():
        if "explanation" in scenario.expected and is_plain(scenario):
            yield Unsatisfiable(
                name.rpartition("/")[2],
                "app.in",
                scenario.requirements,
                scenario.world.packages,
                scenario.options,
                constraints=scenario.constraints,
            )


def corpus_cases() -> Iterator[Unsatisfiable]:
    """Yield those of other resolvers' test data; nothing where that is absent."""
    for corpus in _CORPORA:
        for path, facts in cases(corpus):
            if facts["schema"] != "resolution/1":
                continue
            case = Case(path, facts)
            if not case.left_out and _is_refused(case):
                yield Unsatisfiable(
                    case.id, "root", case.requires, case.packages, case.settings(), recorded=_recorded(facts)
                )


def recorded_cases() -> Iterator[Unsatisfiable]:
    """Yield those of the recorded index; nothing where that is absent."""
    for name in _CONFLICTS:
        path = REQUIREMENTS / f"{name}.in"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").split("\n")
            told = (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")
            said = " ".join(told.partition("cause:")[2].split())
            yield Unsatisfiable(
                name,
                path.name,
                [line for line in lines if line],
                _snapshot(REQUIREMENTS.parent / "packages", lines),
                Options(python_version="3.12", python_platform="linux"),
                recorded=[("uv", said, f"recorded with the index, {name}.txt")],
            )


def sentences_of(text: str) -> int:
    """Return how many sentences a text has, by the full stops that end a word; one at least."""
    unnumbered = re.sub(r"(?m)^\d+[.] ", "", text)
    return max(1, len(re.findall(r"[.](?=\s|$)", unnumbered)))


def _parsed(file: str, texts: Sequence[str]) -> list[Requirement]:
    return [Requirement.parse(text, Origin(file, number)) for number, text in enumerate(texts, 1)]


def _is_refused(case: Case) -> bool:
    requirements = _parsed("root", case.requires)
    try:
        solve(requirements, [], case.settings(), Channels(source=MemorySource(case.packages)))
    except NoSolution:
        return True
    return False


def _recorded(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what tools said about a case of a corpus: the tool, its words, where they are from."""
    for observed in facts.get("observed") or ():
        if observed.get("derivation") and observed["kind"] == "pip-install":
            text = " ".join(line.strip() for line in observed["derivation"] if line.strip())
            yield observed["tool"], text, observed["tool_source"].partition("@")[0] + ": " + observed["test"]
    error = facts["expected"].get("error")
    if error:
        source = facts["source"][0]
        yield facts["expected"]["true_of"][0], error["text"], f"{source['repo']}: {source['path']}"


def _snapshot(folder: Path, lines: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the recorded packages that requirements lead to, as ``MemorySource`` takes them."""
    found: dict[str, dict[str, Any]] = {}
    ahead = [Requirement.parse(line).name for line in lines if line]
    while ahead:
        name = ahead.pop()
        path = folder / f"{name}.json.gz"
        if name in found or not path.is_file():
            continue
        recorded = json.loads(gzip.decompress(path.read_bytes()))
        found[name] = {}
        for block, version in recorded["metadata"].values():
            fields = [line.partition(": ") for line in recorded["blocks"][block].split("\n")]
            requires = [value for field, _, value in fields if field == "Requires-Dist"]
            python = [value for field, _, value in fields if field == "Requires-Python"]
            found[name][version] = {"requires": requires, "requires_python": python[0] if python else None}
            ahead += [Requirement.repaired(each).name for each in requires]
    return found
