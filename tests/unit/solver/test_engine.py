from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.solver.derivation import Fact, check, derivation
from resolver.solver.engine import (
    Conflict,
    Facts,
    Need,
    Paused,
    Solved,
    Solver,
    SolverError,
    Universe,
    Unsolvable,
)
from resolver.solver.incompatibility import Found, Given
from resolver.solver.terms import newest
from support.universes import Served, World, is_solution, world

if TYPE_CHECKING:
    from resolver.solver.solution import PartialSolution

ALL = 0b110
"""Both of two candidates."""


def selected(found: World) -> dict[int, int]:
    outcome = Solver(Served(found)).advance()
    assert isinstance(outcome, Solved)
    assert is_solution(found, outcome.selected)
    return outcome.selected


def refuted(found: World) -> Solver:
    """Solve what has no solution, and verify the proof."""
    solver = Solver(Served(found))
    outcome = solver.advance()
    assert isinstance(outcome, Unsolvable)
    check(derivation(outcome.clause))
    return solver


class TestAnswers:
    def test_no_requirements_need_nothing(self) -> None:
        assert selected(world([], [])) == {}

    def test_newest_candidates_are_selected_in_the_order_of_decisions(self) -> None:
        found = selected(world([(2, ALL), (0, ALL)], [[[(1, ALL)]] * 2, [[]] * 2, [[]] * 2]))
        assert found == {2: 1, 0: 1, 1: 1}
        assert list(found) == [2, 0, 1]

    def test_nothing_is_selected_that_nothing_leads_to(self) -> None:
        """Package 1 is needed by the candidate of 0 that is given up."""
        found = world([(0, ALL)], [[[], [(1, ALL), (2, 0b10)]], [[]] * 2, []])
        assert selected(found) == {0: 0}

    def test_constraint_holds_where_the_package_is_needed_and_does_not_need_it(self) -> None:
        constraint = (1, 0b011)
        assert selected(world([constraint, (0, 0b10)], [[[]], [[]] * 2])) == {0: 0}
        assert selected(world([constraint, (0, 0b10)], [[[(1, ALL)]], [[]] * 2])) == {0: 0, 1: 0}

    def test_cycle_is_no_problem(self) -> None:
        assert selected(world([(0, 0b10)], [[[(1, 0b10)]], [[(0, 0b10)]]])) == {0: 0, 1: 0}

    def test_candidate_that_needs_another_of_itself_is_not_selected(self) -> None:
        assert selected(world([(0, ALL)], [[[(0, 0b010)], [(0, 0b010)]]])) == {0: 0}

    def test_unusable_candidates_are_passed_over(self) -> None:
        broken = world([(0, 0b1110)], [[[]] * 3], usable={0: 0b0111}, broken={0: 0b0100})
        assert selected(broken) == {0: 0}

    def test_extra_brings_its_base_with_the_same_candidate(self) -> None:
        needs: list[list[list[tuple[int, int]]]] = [[[]] * 3, [[]] * 3, [[(0, 0b0110)]]]
        assert selected(world([(1, 0b1110), (2, 0b10)], needs, same_as={1: 0})) == {2: 0, 1: 1, 0: 1}

    def test_extra_named_after_its_base_was_narrowed_starts_from_there(self) -> None:
        needs: list[list[list[tuple[int, int]]]] = [[[]] * 3, [[]] * 3, [[(0, 0b0110)]], [[(1, 0b1110)]]]
        found = world([(2, 0b10), (3, 0b10)], needs, same_as={1: 0})
        solver = Solver(Served(found))
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {2: 0, 3: 0, 0: 1, 1: 1}
        assert solver.statistics.conflicts == 0

    def test_ids_may_have_gaps(self) -> None:
        found = selected(world([(7, 0b10)], [*[[]] * 3, [[]], *[[]] * 3, [[(3, 0b10)]]]))
        assert found == {7: 0, 3: 0}


class TestContradictions:
    def test_root_that_cannot_be_used(self) -> None:
        class Rejecting(Served):
            def root(self) -> Facts:
                return Facts(rejected="too old")

        outcome = Solver(Rejecting(world([], []))).advance()
        assert isinstance(outcome, Unsolvable)
        assert isinstance(outcome.clause.cause, Given)
        assert outcome.clause.cause.payload == "too old"
        check(derivation(outcome.clause))

    def test_requirements_without_a_common_candidate(self) -> None:
        assert refuted(world([(0, 0b010), (0, 0b100), (1, 0b10)], [[[]] * 2, [[]]])).statistics.decisions == 0

    def test_proof_is_made_once_and_when_somebody_asks_for_it(self) -> None:
        found = world([(0, ALL), (1, ALL)], [[[(2, 0b010)]] * 2, [[(2, 0b100)]] * 2, [[]] * 2])
        solver = Solver(Served(found))
        outcome = solver.advance()
        assert solver.advance() is outcome
        assert isinstance(outcome, Unsolvable)
        assert outcome.clause is outcome.clause
        check(derivation(outcome.clause))

    def test_candidate_whose_own_needs_contradict_each_other(self) -> None:
        """What is false then was true before the candidate was decided: it alone is to blame."""
        needs: list[list[list[tuple[int, int]]]] = [[[], [(1, 0b010), (1, 0b100)]], [[]] * 2]
        assert selected(world([(0, ALL)], needs)) == {0: 0}
        refuted(world([(0, 0b100)], needs))

    def test_candidate_that_had_to_be_is_no_reason_to_try_others(self) -> None:
        """1 is what 0 leaves of it, and does not go together with 0: the conflict is that of 0."""
        needs: list[list[list[tuple[int, int]]]] = [[[], [(1, 0b010)]], [[(0, 0b010)], []]]
        solver = Solver(Served(world([(0, ALL)], needs)))
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {0: 0}
        assert solver.statistics.conflicts == 1

    def test_package_without_candidates(self) -> None:
        refuted(world([(0, 0)], [[]]))
        refuted(world([(0, 0b10)], [[[(1, 0)]], []]))

    def test_candidates_that_are_all_unusable(self) -> None:
        refuted(world([(0, ALL)], [[[]] * 2], usable={0: 1}))
        refuted(world([(0, ALL)], [[[]] * 2], broken={0: ALL}))

    def test_extra_and_base_that_cannot_agree(self) -> None:
        refuted(world([(1, 0b010), (0, 0b100)], [[[]] * 2, [[]] * 2], same_as={1: 0}))

    def test_requirements_that_contradict_each_other_further_down(self) -> None:
        refuted(world([(0, 0b10), (1, 0b10)], [[[(2, 0b010)]], [[(2, 0b100)]], [[]] * 2]))


class TestLateFacts:
    def test_need_is_handed_on_until_it_is_met(self) -> None:
        served = Served(world([(0, 0b10)], [[[]]]), {(-1, -1), (0, 0)})
        solver = Solver(served)
        for key in ((-1, -1), (0, 0)):
            for _ in range(2):
                outcome = solver.advance()
                assert isinstance(outcome, Need)
                assert outcome.keys == [key]
            served.arrive(key)
        assert isinstance(solver.advance(), Solved)
        assert solver.statistics.tried == 1

    def test_candidate_that_waits_for_facts_stays_chosen(self) -> None:
        """The problem would choose another one now, but is not asked again."""

        class Wavering(Served):
            asked_for = 0

            def choose(self, _package: int, allowed: int) -> int:
                self.asked_for += 1
                return newest(allowed) if self.asked_for == 1 else 0

        served = Wavering(world([(0, ALL)], [[[]] * 2]), {(0, 1)})
        solver = Solver(served)
        assert isinstance(solver.advance(), Need)
        served.arrive((0, 1))
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {0: 1}

    def test_universe_is_asked_for_once_and_after_facts_named_the_package(self) -> None:
        class Counting(Served):
            def __init__(self, world: World) -> None:
                super().__init__(world)
                self.universes: list[int] = []

            def universe(self, package: int) -> Universe:
                self.universes.append(package)
                return super().universe(package)

        served = Counting(world([(2, ALL), (0, ALL)], [[[(1, ALL)]] * 2, [[(0, 0b010)]] * 2, [[]] * 2]))
        Solver(served).advance()
        assert served.universes == [2, 0, 1]


class TestSteps:
    def test_pause_comes_after_about_so_many_steps(self) -> None:
        solver = Solver(Served(world([(0, 0b10)], [[[(i + 1, 0b10)]] for i in range(50)] + [[[]]])))
        assert isinstance(solver.advance(30), Paused)
        assert 30 <= solver.statistics.steps() < 35
        assert isinstance(solver.advance(30), Paused)
        assert 60 <= solver.statistics.steps() < 70
        assert isinstance(solver.advance(), Solved)

    def test_answer_is_final(self) -> None:
        solver = Solver(Served(world([(0, 0b10)], [[[]]])))
        assert solver.advance() is solver.advance(0)

    def test_statistics_of_a_small_search(self) -> None:
        """The newer candidate of 0 needs what 1 does not leave; back to before 2, which 0 comes before."""
        needs: list[list[list[tuple[int, int]]]] = [[[], [(2, 0b010)]], [[], [(2, 0b100)]], [[]] * 2]
        solver = Solver(Served(world([(1, ALL), (0, ALL)], needs)))
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {1: 1, 2: 1, 0: 0}
        statistics = solver.statistics
        assert (statistics.decisions, statistics.conflicts, statistics.tried) == (5, 1, 4)
        assert (statistics.learned, statistics.restarts) == (0, 0)

    def test_package_that_keeps_being_rejected_moves_to_the_front(self) -> None:
        """Candidate *i* of 1 needs candidate *i* of 2, but 0, decided first, needs one that none of them has.

        After five of them 1 is decided first, gets its newest, and 0 has to give way.
        """
        needs: list[list[list[tuple[int, int]]]] = [
            [[], [(2, 2 << 8)]],
            [[(2, 2 << i)] for i in range(8)],
            [[] for _ in range(9)],
        ]
        solver = Solver(Served(world([(0, ALL), (1, (2 << 8) - 2)], needs)))
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {1: 7, 2: 7, 0: 0}
        assert solver.statistics.restarts == 1
        assert solver.statistics.conflicts == 5


class TestMistakes:
    @pytest.mark.parametrize("candidate", [-1, 0, 5])
    def test_choice_that_is_not_allowed_is_refused(self, candidate: int) -> None:
        class Wrong(Served):
            def choose(self, package: int, allowed: int) -> int:  # noqa: ARG002  # that is the mistake
                return candidate

        with pytest.raises(
            SolverError, match=f"candidate {candidate} of package 0 was chosen, not one of 0b100"
        ):
            Solver(Wrong(world([(0, 0b100)], [[[]] * 2]))).advance()


@pytest.mark.slow
class TestDepth:
    """Nothing recurses as deep as the input."""

    LENGTH = 20_000

    def chain(self, last: list[tuple[int, int]]) -> World:
        return world([(0, 0b10)], [*([[(i + 1, 0b10)]] for i in range(self.LENGTH - 1)), [last], []])

    def test_long_chain_is_solved(self) -> None:
        assert len(selected(self.chain([]))) == self.LENGTH

    def test_long_chain_that_ends_nowhere_is_refuted_without_going_back_step_by_step(self) -> None:
        solver = refuted(self.chain([(self.LENGTH, 0b10)]))
        assert solver.statistics.conflicts < 5


class Pairs(Served):
    """A world with pairs of candidates that exclude each other, which it says only when it is to choose."""

    def __init__(self, made: World, pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        super().__init__(made)
        self._pairs = pairs
        self._chosen: dict[int, int] = {}

    def choose(self, package: int, allowed: int) -> int | Conflict:
        """Return the newest candidate that goes with what was chosen before, by the world's own memory."""
        for (one, first), (other, second) in self._pairs:
            if package == other and self._chosen.get(one) == first and allowed == 2 << second:
                return Conflict([(one, ~(2 << first)), (other, ~(2 << second))], "a pair")
        candidate = newest(allowed)
        self._chosen[package] = candidate
        return candidate


class TestConflictsFoundLate:
    def test_problem_may_find_out_that_nothing_can_be_chosen(self) -> None:
        """What it says is learned, and another way is found."""
        problem = Pairs(world([(0, ALL), (1, 0b10)], [[[]] * 2, [[]]]), [((0, 1), (1, 0))])
        solver = Solver(problem, order=InTurn())
        outcome = solver.advance()
        assert isinstance(outcome, Solved)
        assert outcome.selected == {0: 0, 1: 0}
        assert solver.statistics.conflicts == 1

    def test_what_it_says_is_a_fact_of_the_proof(self) -> None:
        problem = Pairs(world([(0, 0b10), (1, 0b10)], [[[]], [[]]]), [((0, 0), (1, 0))])
        outcome = Solver(problem, order=InTurn()).advance()
        assert isinstance(outcome, Unsolvable)
        proof = derivation(outcome.clause)
        check(proof)
        causes = [node.causes[0] for node in proof.nodes() if isinstance(node, Fact)]
        assert [cause.payload for cause in causes if isinstance(cause, Found)] == ["a pair"]

    def test_what_is_not_false_is_no_conflict(self) -> None:
        class Wrong(Served):
            def choose(self, package: int, allowed: int) -> Conflict:
                return Conflict([(package, allowed)])

        with pytest.raises(SolverError, match="was said to be false, and is not"):
            Solver(Wrong(world([(0, ALL)], [[[]] * 2]))).advance()


class InTurn:
    """Decides packages by their number."""

    def add(self, package: int) -> None:
        """Numbers are enough."""

    def blame(self, package: int) -> bool:  # noqa: ARG002  # that of the port
        """Never start anew."""
        return False

    def next(self, solution: PartialSolution) -> int:
        """Return the first package that must be selected and is not decided."""
        solution.open.clear()
        known = [package for package in range(len(solution.domains)) if solution.knows(package)]
        return next((p for p in known if not solution.decided[p] and not solution.domains[p] & 1), -1)


def test_the_caller_may_say_what_is_decided_next() -> None:
    made = world([(1, ALL), (0, ALL)], [[[(1, 0b010)], [(1, 0b100)]], [[]] * 2])
    outcome = Solver(Served(made), order=InTurn()).advance()
    assert isinstance(outcome, Solved)
    assert list(outcome.selected) == [0, 1]
