"""An ``IndexProvider`` that is solved by our solver: resolvelib's result, events and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement as PackagingRequirement
from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep

from resolver.bridge import native
from resolver.bridge.index_provider import IndexProvider
from resolver.errors import InternalError
from resolver.options import Options
from resolver.solver.engine import SolverError, Statistics
from resolver.sources import OpenSource
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Collection

    from resolvelib.resolvers import RequirementInformation, Result
    from resolvelib.structs import State

    from resolver.bridge.index_values import Candidate

    Wanted = str | PackagingRequirement

Universe = dict[str, dict[str, dict[str, Any]]]

LINUX = Options(python_version="3.12", python_platform="linux")

PACKAGES: Universe = {
    "a": {"1": {"requires": ["b>=1"], "extras": {"x": ["c"]}}},
    "b": {"1": {}, "2": {"requires": ["c<2"]}},
    "c": {"1": {}, "2": {}},
}


class Diary(BaseReporter["Wanted", "Candidate", str]):
    """Writes down the events."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def starting(self) -> None:
        self.events.append("start")

    def starting_round(self, index: int) -> None:
        self.events.append(f"round {index}")

    def ending_round(self, index: int, state: State[Wanted, Candidate, str]) -> None:
        assert state.criteria.keys() >= state.mapping.keys()
        self.events.append(f"end of round {index} with {len(state.mapping)}")

    def ending(self, state: State[Wanted, Candidate, str]) -> None:
        self.events.append(f"end with {len(state.mapping)}")

    def adding_requirement(self, requirement: Wanted, parent: Candidate | None) -> None:
        self.events.append(f"{parent} wants {requirement}")

    def resolving_conflicts(self, causes: Collection[RequirementInformation[Wanted, Candidate]]) -> None:
        self.events.append(f"conflict of {len(causes)}")

    def pinning(self, candidate: Candidate) -> None:
        self.events.append(f"pin {candidate}")


def resolve(
    packages: Universe,
    *requirements: Wanted,
    diary: Diary | None = None,
    most: int | None = None,
    **options: Any,
) -> Result[Wanted, Candidate, str]:
    """Resolve ``requirements`` natively."""
    opened = OpenSource(MemorySource(packages))
    with IndexProvider(LINUX.replace(**options), opened=opened) as provider:
        return provider.resolve_natively(requirements, diary or Diary(), most)


def test_result_is_that_of_resolvelib() -> None:
    """Pins in the order of decisions, who requires whom, and why; parents are the pinned objects."""
    asked = PackagingRequirement("A[x]")
    found = resolve(PACKAGES, asked, "b>1")
    assert {name: str(each) for name, each in found.mapping.items()} == {
        "a[x]": "a[x]==1",
        "a": "a==1",
        "b": "b==2",
        "c": "c==1",
    }
    edges = set(found.graph.iter_edges())
    assert edges == {
        (None, "a[x]"), (None, "b"), ("a[x]", "a"), ("a[x]", "c"), ("a", "b"), ("b", "c"),
    }  # fmt: skip
    causes = {
        name: [(str(each.requirement), each.parent) for each in criterion.information]
        for name, criterion in found.criteria.items()
    }
    pins = found.mapping
    assert causes == {
        "a[x]": [(str(asked), None)],
        "a": [("a===1", pins["a[x]"])],
        "b": [("b>1", None), ("b>=1", pins["a"])],
        "c": [("c", pins["a[x]"]), ("c<2", pins["b"])],
    }
    assert all(list(found.criteria[name].candidates) == [pins[name]] for name in pins)
    assert [each.requirement is asked for each in found.criteria["a[x]"].information] == [True]


def test_events_are_told_as_if_each_pin_was_a_round() -> None:
    diary = Diary()
    resolve(PACKAGES, "b", "c ; os_name == 'nt'", diary=diary)
    assert diary.events == [
        "start",
        "None wants b",
        "None wants c ; os_name == 'nt'",
        "round 0",
        "b==2 wants c<2",
        "pin b==2",
        "end of round 0 with 1",
        "round 1",
        "pin c==1",
        "end of round 1 with 2",
        "round 2",
        "end with 2",
    ]


def test_requirement_with_several_extras_or_overrides_is_told_of_each() -> None:
    """The result has identifiers with one extra only."""
    packages: Universe = {
        "a": {"1": {"extras": {"x": [], "y": []}}},
        "b": {"1": {"extras": {"z": []}}, "2": {}},
    }
    found = resolve(packages, "a[x,y]", "b", overrides=("b<2", "b[z]"))
    assert found.mapping.keys() == {"a[x]", "a[y]", "a", "b", "b[z]"}
    assert [str(each.requirement) for each in found.criteria["a[y]"].information] == ["a[x,y]"]
    assert [str(each.requirement) for each in found.criteria["b[z]"].information] == ["b"]
    assert resolve(packages, "a ; os_name == 'nt'").mapping == {}


def test_conflict_has_causes_and_proof() -> None:
    """It is resolvelib's exception, with an explanation that has more to say than the causes."""
    packages: Universe = {
        "a": {"1": {"requires": ["b[x]<2"]}, "2": {"requires": ["ghost"]}, "3": {"requires": ["y"]}},
        "b": {"2": {}},
        "y": {"1": {"yanked": True}, "2": {"requires": ["y !! 3"]}},
    }
    diary = Diary()
    with pytest.raises(ResolutionImpossible) as caught:
        resolve(packages, "a", "b", diary=diary)
    causes = {(str(each.requirement), str(each.parent)) for each in caught.value.causes}
    assert causes >= {("a", "None"), ("b[x]<2", "a==1"), ("ghost", "a==2"), ("y", "a==3")}
    assert diary.events[-1] == f"conflict of {len(caught.value.causes)}"
    assert isinstance(caught.value, native.NoResolution)
    assert "Because" in caught.value.explanation
    assert str(caught.value) == caught.value.explanation
    assert caught.value.derivation["terms"] == []


def test_search_ends_after_so_many_jumps_back() -> None:
    """What fits is decided without one, so any number of packages may."""
    chain: Universe = {f"p{n}": {"1": {"requires": [f"p{n + 1}"]}} for n in range(9)} | {"p9": {"1": {}}}
    assert len(resolve(chain, "p0", most=0).mapping) == 10
    choice: Universe = {
        "a": {"0": {}} | {str(n): {"requires": [f"b=={n}", f"c=={n}"]} for n in range(1, 6)},
        "b": {str(n): {"requires": ["d==1"]} for n in range(6)},
        "c": {str(n): {"requires": ["d==2"]} for n in range(6)},
        "d": {"1": {}, "2": {}},
        "last": {"1": {}},
    }
    assert len(resolve(choice, "a", "last", most=100).mapping) == 2
    with pytest.raises(ResolutionTooDeep) as caught:
        resolve(choice, "a", "last", most=0)
    assert caught.value.round_count == 0


def test_bug_in_the_solver_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class BrokenSolver:
        def __init__(self, _: object) -> None:
            self.statistics = Statistics()

        def advance(self, steps: int) -> None:
            raise SolverError(f"stalled after {steps}")

    monkeypatch.setattr(native, "Solver", BrokenSolver)
    with pytest.raises(InternalError, match="stalled"):
        resolve(PACKAGES, "a")
