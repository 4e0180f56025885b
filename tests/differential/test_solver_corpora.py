"""The solver on the graphs of pubgrub-rs and elm-pubgrub, integer ranges read as masks.

Verdicts and the validity of answers must agree in every case.  Pins are compared where upstream states a
whole solution.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

import pytest

from resolver.solver.derivation import check, derivation
from resolver.solver.engine import Solved, Solver, Unsolvable
from resolver.solver.explain import sentences
from resolver.solver.simplify import simplify
from support.corpora import CORPORA, cases, needs_corpora
from support.universes import Plain, Served, World, is_solution, world

pytestmark = [needs_corpora, pytest.mark.slow]

Version = tuple[int, ...]

EVERYTHING = [[None, None]]


class Graph:
    """A ``packages`` object of the corpus: names and versions as ids and candidates."""

    def __init__(self, packages: dict[str, Any]) -> None:
        self.ids: dict[str, int] = {name: i for i, name in enumerate(packages)}
        self.versions: list[list[Version]] = [sorted(map(version, each)) for each in packages.values()]
        self.needs: list[list[list[tuple[int, int]]]] = []
        for each in packages.values():
            listed = sorted(each.items(), key=lambda item: version(item[0]))
            self.needs.append([[self.requirement(need) for need in info["requires"]] for _, info in listed])
        for _ in range(len(self.needs), len(self.ids)):
            self.needs.append([])

    def requirement(self, need: Any) -> tuple[int, int]:
        """Read ``[name, ranges]`` or a requirement string; a package that is not there has no candidates."""
        name, ranges = need if isinstance(need, list) else parsed(need)
        package = self.ids.setdefault(name, len(self.ids))
        if package == len(self.versions):
            self.versions.append([])
        return package, mask(self.versions[package], ranges)

    def world(self, requires: list[Any]) -> World:
        root = [self.requirement(need) for need in requires]
        return world(root, [*self.needs, *([] for _ in range(len(self.needs), len(self.ids)))])

    def pins(self, selected: dict[int, int]) -> dict[str, str]:
        names = list(self.ids)
        return {names[p]: ".".join(map(str, self.versions[p][c])) for p, c in selected.items()}


def version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def parsed(text: str) -> tuple[str, Any]:
    """Read a requirement string with the operators that the corpus uses."""
    name, specifiers = re.fullmatch(r"(\w+)\s*(.*)", text).groups()  # type: ignore[union-attr]  # or fail
    ranges: Any = EVERYTHING
    for operator, bound in re.findall(r"([<>=!]+)([\d.]+)", specifiers):
        match operator:
            case "==":
                return name, {"singleton": bound}
            case "!=":
                return name, {"except": bound}
            case ">=":
                ranges = [[bound, ranges[0][1]]]
            case "<":
                ranges = [[ranges[0][0], bound]]
            case _:
                raise AssertionError(text)
    return name, ranges


def mask(versions: list[Version], ranges: Any) -> int:
    if isinstance(ranges, dict):
        ((kind, bound),) = ranges.items()
        candidate = bisect_left(versions, version(bound))
        single = 2 << candidate if versions[candidate : candidate + 1] == [version(bound)] else 0
        return single if kind == "singleton" else (2 << len(versions)) - 2 & ~single
    found = 0
    for lower, upper in ranges:
        low = 0 if lower is None else bisect_left(versions, version(lower))
        high = len(versions) if upper is None else bisect_left(versions, version(upper))
        if high > low:
            found |= ((1 << high - low) - 1) << low + 1
    return found


def solved(found: World) -> dict[int, int] | None:
    """Solve; verify the answer, whichever it is; return what was selected, or None."""
    outcome = Solver(Served(found)).advance()
    if isinstance(outcome, Solved):
        assert is_solution(found, outcome.selected)
        return outcome.selected
    assert isinstance(outcome, Unsolvable)
    proof = derivation(outcome.clause)
    check(proof)
    short = simplify(proof)
    check(short)
    assert sentences(short, Plain(found))[-1].text.endswith("there is no way.")
    return None


# 49,403 and 59,902 candidates, all of which must be tried: 13 and 5 seconds.  See ``benchmarks/solver.py``.
TOO_LARGE = {"bench-backtracking-singletons", "bench-backtracking-disjoint-versions"}

CASES = cases("pubgrub") if CORPORA.is_dir() else []
SINGLE = [(path.stem, case) for path, case in CASES if "root" in case and path.stem not in TOO_LARGE]
MANY = [(path.stem, case) for path, case in CASES if "roots" in case]


@pytest.mark.parametrize(("name", "case"), SINGLE, ids=[name for name, _ in SINGLE])
def test_verdict_and_pins_are_those_of_upstream(name: str, case: dict[str, Any]) -> None:
    """One case: same verdict, and same pins where a whole solution is stated: no difference of preference."""
    assert name
    graph = Graph(case["packages"])
    selected = solved(graph.world(case["root"]["requires"]))
    expected = case["expected"]
    assert (selected is not None) == expected["satisfiable"]
    if selected is not None and expected["complete"]:
        assert graph.pins(selected) == expected["packages"]


@pytest.mark.parametrize(("name", "case"), MANY, ids=[name for name, _ in MANY])
def test_each_root_of_a_large_graph_has_the_verdict_of_a_sat_solver(name: str, case: dict[str, Any]) -> None:
    """Every package of a fuzzed graph, at every version, as the only root."""
    assert name
    graph = Graph(case["packages"])
    for root in case["roots"]:
        selected = solved(graph.world(root["requires"]))
        assert (selected is not None) == root["expected"]["satisfiable"], root["requires"]
