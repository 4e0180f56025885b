"""No explanation says anything false: scenarios, corpora and random worlds, recomputed by ``packaging``."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.formats.views import unsatisfiable
from resolver.model.environment import Environment
from resolver.model.requirement import Origin, Requirement
from resolver.session import solve
from support.advice import false_hints
from support.claims import false_claims
from support.known import Known
from support.memory import MemorySource
from support.python_worlds import LINUX, random_python_world
from support.schema import check, load_schema
from support.steps import false_steps
from support.unsatisfiable import corpus_cases, recorded_cases, scenarios

if TYPE_CHECKING:
    from support.python_worlds import PythonWorld
    from support.unsatisfiable import Unsatisfiable

CASES = [*scenarios(), *corpus_cases(), *recorded_cases()]

SCHEMA = load_schema("resolution-1")

VARIABLES = Environment.target("3.12", "linux").variables


def falsehoods(known: Known, refusal: NoSolution) -> list[str]:
    derivation: Any = refusal.derivation
    return [
        *false_claims(known, refusal.explanation),
        *false_steps(known, derivation),
        *false_hints(known, refusal.hints),
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_explanations_of_cases_are_true(case: Unsatisfiable) -> None:
    """Every sentence, every hint, and every step of the derivation, which keeps to the published schema."""
    refusal = case.refusal()
    assert falsehoods(case.known(), refusal) == []
    check(json.loads(unsatisfiable(refusal)), SCHEMA)


def refusal_of(world: PythonWorld) -> NoSolution | None:
    """Return why a world has no solution, or None if it has one."""
    try:
        solve(
            [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(world.requirements, 1)],
            [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(world.constraints, 1)],
            world.options(),
            Channels(source=MemorySource(world.packages)),
        )
    except NoSolution as refusal:
        return refusal
    return None


@pytest.mark.parametrize("first", [0, 200, 400])
def test_explanations_of_random_worlds_are_true(first: int) -> None:
    """As odd as packages get: extras, yanked, pre-releases, metadata that cannot be read."""
    told = 0
    for world in map(random_python_world, range(first, first + 200)):
        refusal = refusal_of(world)
        if refusal is not None:
            told += 1
            known = Known(
                world.packages, VARIABLES, world.requirements, world.constraints, options=world.options()
            )
            assert falsehoods(known, refusal) == [], world.seed
    assert told > 40


PACKAGES: dict[str, Any] = {
    "a": {"1": {"requires": ["b<2"]}, "2": {"requires": ["b<2"]}, "3": {"requires": ["b<3"], "yanked": True}},
    "b": {"1": {"requires": ["c"]}, "2": {}, "3": {}},
    "c": {"1": {"requires_python": ">=3.13"}},
}
END = ", your requirements cannot be satisfied."


class TestChecker:
    """The checker itself: what it lets pass, and what it does not."""

    def lies(self, explanation: str) -> list[str]:
        return false_claims(Known(PACKAGES, VARIABLES, ["a", "b>=2", "b<9"]), explanation)

    @pytest.mark.parametrize(
        "explanation",
        [
            f"Because you require a (app.in:1) and b>=2 (app.in:2), and a 1 to 2 depend on b<2{END}",
            f"Because a 3 was yanked and all versions of a that can be used depend on b<2{END}",
            f"Because c 1 needs Python >=3.13 (the target is Python 3.12.0) and b 1 depends on c{END}",
            f"1. Because a 1 depends on b<2, a 1 cannot be used.\n2. So, because you require a{END}",
            f"1. Because a 1 depends on b<2, a 1 needs b 1.\n2. So, because a 1 cannot be used (1){END}",
        ],
    )
    def test_truth_passes(self, explanation: str) -> None:
        assert self.lies(explanation) == []

    @pytest.mark.parametrize(
        "explanation",
        [
            f"Because you require a>1 (app.in:1) and a 1 to 2 depend on b<2{END}",
            f"Because a 1 to 3 depend on b<2 and a 3 depends on b<2{END}",
            f"Because all versions of a depend on b<2{END}",
            f"Because a 1 depends on b<3{END}",
            f"Because a 1 depends on b<2, which no version fulfils (the oldest is 1, the newest is 3){END}",
            f"Because a 1 depends on b<2, which does not exist{END}",
            f"Because you require b>=2 and b<9, which no version fulfils at once{END}",
            f"Because a 2 was yanked{END}",
            f"Because c 1 needs Python >=3.13 (the target is Python 3.13.0){END}",
            f"Because b 1 is a pre-release (pre-releases are not allowed){END}",
            f"Because b 1 to 4 depend on c{END}",
            f"Because nobody knows why{END}",
            f"1. Because a 1 depends on b<2{END}",
            "Because a 1 depends on b<2, a 1 cannot be used.",
        ],
    )
    def test_lies_are_found(self, explanation: str) -> None:
        assert self.lies(explanation) != []

    def test_false_steps_are_found(self) -> None:
        """One term of a true derivation is made wrong."""
        wanted = ["a", "b>=2"]
        with pytest.raises(NoSolution) as caught:
            solve(list(map(Requirement.parse, wanted)), [], LINUX, Channels(source=MemorySource(PACKAGES)))
        known = Known(PACKAGES, VARIABLES, wanted)
        derivation: Any = caught.value.derivation
        assert false_steps(known, derivation) == []
        for change in ({"negated": True}, {"range": "none"}, {"candidates": 9}):
            spoilt = copy.deepcopy(derivation)
            node = spoilt
            while "left" in node:
                node = node["left"]
            node["terms"][0].update(change)
            assert false_steps(known, spoilt) != []
