from __future__ import annotations

from resolver.solver.incompatibility import Clause, Given
from resolver.solver.priority import PATIENCE, DecisionOrder
from resolver.solver.solution import PartialSolution

CAUSE = Clause([0], [-1], Given(None))


def ready(*masks: int, order: tuple[int, ...] = (), first: int = -1) -> tuple[DecisionOrder, PartialSolution]:
    """Return an order over packages with the given domains, first named in ``order``, all required."""
    decisions, solution = DecisionOrder(first), PartialSolution()
    for package in order or range(len(masks)):
        solution.add(package, masks[package] | 1)
        decisions.add(package)
    for package, mask in enumerate(masks):
        if not mask & 1:
            solution.narrow(package, mask, CAUSE)
            solution.open.append(package)
    return decisions, solution


def decided(decisions: DecisionOrder, solution: PartialSolution) -> list[int]:
    """Decide all there is; return the packages in order."""
    found = []
    while (package := decisions.next(solution)) >= 0:
        domain = solution.domains[package]
        solution.decide(package, domain & -domain)
        found.append(package)
    return found


def test_package_named_first_comes_first() -> None:
    assert decided(*ready(0b110, 0b110, 0b110, order=(2, 0, 1))) == [2, 0, 1]


def test_single_candidate_comes_before_many() -> None:
    assert decided(*ready(0b110, 0b100, 0b110, 0b010)) == [1, 3, 0, 2]


def test_package_that_need_not_be_selected_is_not_decided() -> None:
    assert decided(*ready(0b111, 0b110)) == [1]


def test_package_to_blame_for_many_conflicts_comes_first_of_all() -> None:
    decisions, solution = ready(0b110, 0b100, 0b110)
    assert [decisions.blame(2) for _ in range(PATIENCE + 1)] == [False] * 4 + [True, False]
    assert decided(decisions, solution) == [2, 1, 0]


def test_package_that_the_caller_names_comes_before_all() -> None:
    """Before those to blame, before single candidates, and however often it is to blame itself."""
    decisions, solution = ready(0b110, 0b100, 0b110, 0b110, first=3)
    for package in (2, 3):
        for _ in range(PATIENCE):
            decisions.blame(package)
    assert decided(decisions, solution) == [3, 2, 1, 0]


def test_claim_that_grew_or_shrank_is_corrected() -> None:
    """A package with a single candidate for a while is not preferred after the jump back."""
    decisions, solution = ready(0b110, 0b110, 0b110)
    solution.decide(0, 0b010)
    solution.narrow(2, 0b010, CAUSE)
    solution.open.append(2)
    assert decisions.next(solution) == 2
    solution.open.append(2)
    assert decisions.next(solution) == 2
    solution.open.append(2)
    solution.backjump(0)
    assert decided(decisions, solution) == [0, 1, 2]
