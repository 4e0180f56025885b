from __future__ import annotations

from resolver.solver.incompatibility import Clause, Depends, Given, Same
from resolver.solver.propagation import ClauseStore
from resolver.solver.solution import PartialSolution

FACT = Given(None)


def system(*usable: int) -> tuple[ClauseStore, PartialSolution]:
    store, solution = ClauseStore(), PartialSolution()
    for package, mask in enumerate(usable):
        store.add(package)
        solution.add(package, mask)
    return store, solution


def need(
    store: ClauseStore, solution: PartialSolution, candidate: int, other: int, allowed: int
) -> Clause | None:
    """Decide a candidate of package 0, which needs something."""
    fatal = store.depend(solution, 0, candidate, [(other, allowed, candidate)])
    solution.decide(0, 2 << candidate)
    return fatal


class TestDependencies:
    def test_needed_package_is_narrowed(self) -> None:
        store, solution = system(0b111, 0b1111)
        assert need(store, solution, 0, 1, 0b0110) is None
        assert store.propagate(solution) is None
        assert solution.domains[1] == 0b0110
        assert solution.open == [0, 1]
        assert store.derivations == 1

    def test_dependent_loses_what_needs_something_that_is_gone(self) -> None:
        store, solution = system(0b111, 0b1111)
        need(store, solution, 0, 1, 0b0110)
        store.propagate(solution)
        solution.backjump(0)
        solution.narrow(1, 0b1001, Clause([1], [0b1001], FACT))
        assert store.propagate(solution) is None
        assert solution.domains[0] == 0b101

    def test_constraint_leaves_the_package_unselected(self) -> None:
        store, solution = system(0b11, 0b1111)
        need(store, solution, 0, 1, 0b0011)
        assert store.propagate(solution) is None
        assert solution.domains[1] == 0b0011

    def test_clause_that_is_false_is_returned(self) -> None:
        store, solution = system(0b11, 0b111)
        solution.narrow(1, 0b010, Clause([1], [0b010], FACT))
        need(store, solution, 0, 1, 0b100)
        conflict = store.propagate(solution)
        assert conflict is not None
        assert conflict.terms() == {0: ~0b10, 1: 0b100}

    def test_same_need_of_several_candidates_is_one_clause_and_older_ones_stay_as_they_were(self) -> None:
        store, solution = system(0b1111, 0b1111)
        for candidate in (2, 0):
            need(store, solution, candidate, 1, 0b0110)
            store.propagate(solution)
            narrow, wide = solution.trail.causes[1], solution.trail.causes[-1]
            solution.backjump(0)
        assert narrow is not None
        assert wide is not None
        assert narrow.terms() == wide.terms() == {0: ~0b1010, 1: 0b0110}
        assert isinstance(wide.cause, Depends)
        assert wide.cause.payloads() == {2: 2, 0: 0}
        assert wide.cause.before is not None
        assert wide.cause.before.payloads() == {2: 2}

    def test_candidate_without_a_chance_is_told_at_once(self) -> None:
        store, solution = system(0b111, 0b011)
        fatal = store.depend(solution, 0, 1, [(0, 0b100, None), (1, 0b010, None), (1, 0b100, None)])
        assert fatal is not None
        assert fatal.terms() == {0: ~0b100, 1: 0b100}


class TestGround:
    def test_restriction_spreads_over_dependencies_on_the_ground(self) -> None:
        """0 needs 1 needs 2; without the only candidate of 2 all of them are out, at whatever level."""
        store, solution = system(0b11, 0b11, 0b11, 0b11)
        for package in (0, 1):
            store.depend(solution, package, 0, [(package + 1, 0b10, None)])
        solution.decide(3, 0b10)
        solution.restrict(2, ~0b10, Clause([2], [~0b10], FACT))
        assert store.propagate(solution) is None
        assert solution.base == [0b01, 0b01, 0b01, 0b11]
        assert solution.level() == 1

    def test_clause_false_on_the_ground_is_returned(self) -> None:
        store, solution = system(0b11, 0b11)
        store.depend(solution, 0, 0, [(1, 0b10, None)])
        solution.narrow(0, 0b10, Clause([0], [0b10], FACT))
        solution.restrict(1, ~0b10, Clause([1], [~0b10], FACT))
        conflict = store.propagate(solution)
        assert conflict is not None
        assert conflict.terms() == {0: ~0b10, 1: 0b10}


class TestLearned:
    def test_clause_of_two_terms_works_both_ways(self) -> None:
        store, solution = system(0b111, 0b111)
        clause = Clause([0, 1], [0b011, 0b101], FACT)
        store.learn(clause.packages, clause.allowed, clause)
        solution.decide(0, 0b100)
        assert store.propagate(solution) is None
        assert solution.domains[1] == 0b101
        solution.backjump(0)
        solution.decide(1, 0b010)
        assert store.propagate(solution) is None
        assert solution.domains[0] == 0b011

    def test_two_such_clauses_can_contradict(self) -> None:
        store, solution = system(0b111, 0b111)
        for allowed in (0b010, 0b100):
            clause = Clause([0, 1], [0b011, allowed], FACT)
            store.learn(clause.packages, clause.allowed, clause)
        solution.decide(0, 0b100)
        assert store.propagate(solution) is clause

    def test_longer_clause_says_something_when_one_term_is_left(self) -> None:
        store, solution = system(0b111, 0b111, 0b111, 0b111)
        clause = Clause([0, 1, 2, 3], [0b011] * 4, FACT)
        store.learn(clause.packages, clause.allowed, clause)
        for package in (1, 0, 3):
            assert solution.domains[2] == 0b111
            solution.decide(package, 0b100)
            assert store.propagate(solution) is None
        assert solution.domains[2] == 0b011
        assert solution.trail.causes[-1] is clause
        solution.backjump(1)
        for package in (2, 3):
            solution.decide(package, 0b100)
            assert store.propagate(solution) is None
        assert solution.domains[0] == 0b011

    def test_longer_clause_without_a_term_left_is_a_conflict(self) -> None:
        store, solution = system(0b111, 0b111, 0b111)
        clause = Clause([0, 1, 2], [0b011] * 3, FACT)
        store.learn(clause.packages, clause.allowed, clause)
        for package in (0, 1, 2):
            solution.narrow(package, 0b100, FACT_CLAUSE)
        assert store.propagate(solution) is clause


FACT_CLAUSE = Clause([0], [-1], FACT)


class TestExtras:
    def test_base_follows_an_extra_that_is_selected(self) -> None:
        store, solution = system(0b1111, 0b1111)
        store.tie(0, 1)
        solution.decide(0, 0b0100)
        assert store.propagate(solution) is None
        assert solution.domains[1] == 0b0100
        cause = solution.trail.causes[-1]
        assert cause is not None
        assert isinstance(cause.cause, Same)
        assert cause.terms() == {0: ~0b0100, 1: 0b0100}

    def test_base_does_not_follow_an_extra_that_may_be_left_out(self) -> None:
        store, solution = system(0b1111, 0b1111)
        store.tie(0, 1)
        solution.narrow(0, 0b0101, FACT_CLAUSE)
        assert store.propagate(solution) is None
        assert solution.domains[1] == 0b1111

    def test_extra_follows_its_base_or_is_left_out(self) -> None:
        store, solution = system(0b1111, 0b1111)
        store.tie(0, 1)
        solution.narrow(1, 0b0110, FACT_CLAUSE)
        assert store.propagate(solution) is None
        assert solution.domains[0] == 0b0111

    def test_extra_and_base_that_differ_are_a_conflict(self) -> None:
        for first in (0, 1):
            store, solution = system(0b1111, 0b1111)
            store.tie(0, 1)
            solution.narrow(1 - first, 0b0010, FACT_CLAUSE)
            solution.narrow(first, 0b0100, FACT_CLAUSE)
            conflict = store.propagate(solution)
            assert conflict is not None
            assert isinstance(conflict.cause, Same)
            assert all(not solution.domains[p] & mask for p, mask in conflict.terms().items())
