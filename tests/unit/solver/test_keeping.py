from __future__ import annotations

import pytest

from resolver.solver.engine import Solved, Solver
from resolver.solver.priority import DecisionOrder
from support.universes import Served, is_solution, random_world, world

ALL = 0b110
"""Both of two candidates."""

Needs = list[list[list[tuple[int, int]]]]


class PlainOrder:
    """The same order for a solver that does not know it, and so keeps no decision."""

    def __init__(self) -> None:
        order = DecisionOrder()
        self.add, self.blame, self.next = order.add, order.blame, order.next


def without_keeping(served: Served) -> Solver:
    return Solver(served, order=PlainOrder())


def decisions(needs: Needs, root: list[tuple[int, int]]) -> tuple[int, int]:
    """Return how many decisions it takes with and without keeping; the answers must be the same."""
    made = world(root, needs)
    counts = []
    answers = []
    for solver in (Solver(Served(made)), without_keeping(Served(made))):
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert is_solution(made, outcome.selected)
        answers.append(outcome.selected)
        counts.append(solver.statistics.decisions)
    assert answers[0] == answers[1]
    return counts[0], counts[1]


def empty(count: int) -> Needs:
    """Return so many packages of two candidates that need nothing."""
    return [[[], []] for _ in range(count)]


def many_between(first: list[list[tuple[int, int]]], last: list[list[tuple[int, int]]], extra: int) -> Needs:
    """Return packages 0, then twenty that matter to nobody, then one that conflicts with 0, and a target."""
    return [first, *empty(20), last, [[] for _ in range(extra)]]


class TestKept:
    def test_decisions_that_do_not_matter_are_not_made_again(self) -> None:
        """0 and 21 need the same package; of five candidates of 21 only the oldest two leave what 0 needs."""
        last = [[(22, 2 << max(c - 1, 0))] for c in range(5)]
        needs = many_between([[(22, 0b0010)], [(22, 0b0010)]], last, 4)
        root = [*((package, ALL) for package in range(21)), (21, 0b111110)]
        kept, again = decisions(needs, root)
        assert kept < 30
        assert again > 60

    def test_decision_that_the_lesson_contradicts_is_made_anew(self) -> None:
        """What is learned from the last package rules out the candidate of one in the middle."""
        needs: Needs = [
            [[], [(5, 0b010)]],
            *empty(2),
            [[(4, 0b0010)], [(4, 0b1110)]],
            [[], [(5, 0b100)], [(5, 0b100)]],
            [[], []],
        ]
        kept, again = decisions(needs, [(package, ALL) for package in range(4)])
        assert kept <= again

    def test_many_lessons_about_an_early_decision_are_carried_back_to_it_now_and_then(self) -> None:
        """Each package needs neighbouring candidates of the next, and the last disagrees with package 1."""
        depth, size = 40, 12
        end = depth + 1
        needs: Needs = []
        for i in range(depth):
            following = i + 2
            near = [((2 << min(size, c + 2)) - 1) & ~((2 << max(0, c - 1)) - 1) for c in range(size)]
            needs.append(
                [[(following, near[c])] if following <= depth else [(end, 0b10)] for c in range(size)]
            )
        needs[1:1] = [[[(end, 0b100 if c else 0b10)] for c in range(size)]]
        needs.append([[], []])
        everything = (2 << size) - 2
        kept, again = decisions(needs, [(0, everything), (1, everything)])
        assert kept < again

    def test_package_with_a_single_candidate_left_comes_before_those_kept(self) -> None:
        """As it would if everything were decided again."""
        needs: Needs = [
            [[], [(6, 0b010)]],
            *empty(4),
            [[(6, 0b010)], [(6, 0b100)]],
            [[], []],
        ]
        made = world([(package, ALL) for package in range(6)], needs)
        orders = []
        for solver in (Solver(Served(made)), without_keeping(Served(made))):
            outcome = solver.advance()
            assert isinstance(outcome, Solved)
            orders.append(list(outcome.selected))
        assert orders[0] == orders[1]


@pytest.mark.slow
def test_answers_are_those_without_keeping() -> None:
    """The same verdict always, the same selection nearly always: where it matters little what comes first."""
    others = 0
    for seed in range(2000):
        made = random_world(seed)
        outcomes = [solver.advance() for solver in (Solver(Served(made)), without_keeping(Served(made)))]
        assert type(outcomes[0]) is type(outcomes[1]), seed
        selected = [each.selected for each in outcomes if isinstance(each, Solved)]
        others += len(selected) == 2 and selected[0] != selected[1]
    assert others <= 2
