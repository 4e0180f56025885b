from __future__ import annotations

from resolver.solver.clauses import ClauseStore
from resolver.solver.incompatibility import Clause, Depends, Given, Same
from resolver.solver.propagation import Propagation
from resolver.solver.solution import PartialSolution

FACT = Given(None)


class System:
    """Packages with clauses, and what follows from them."""

    def __init__(self, *usable: int) -> None:
        self.solution = PartialSolution()
        self.clauses = ClauseStore(self.solution)
        self.propagation = Propagation(self.solution, self.clauses)
        for package, mask in enumerate(usable):
            self.clauses.add(package)
            self.solution.add(package, mask)

    def need(self, candidate: int, *needs: tuple[int, int]) -> Clause | None:
        """Decide a candidate of package 0, which needs something; return what follows until a conflict."""
        if candidate not in self.clauses.needs[0]:
            self.clauses.depend(0, candidate, [(other, allowed, candidate) for other, allowed in needs])
        return self.decide(0, candidate)

    def decide(self, package: int, candidate: int) -> Clause | None:
        if candidate not in self.clauses.needs[package]:
            self.clauses.depend(package, candidate, [])
        need = self.propagation.decide(package, candidate)
        if need is not None:
            return self.clauses.clause(package, candidate, need)
        return self.propagation.propagate()

    def back(self, level: int) -> None:
        """Go back as after a conflict."""
        self.clauses.backjump(level)

    def learn(self, *terms: tuple[int, int]) -> Clause:
        clause = Clause([package for package, _ in terms], [mask for _, mask in terms], FACT)
        self.clauses.learn(clause.packages, clause.allowed, clause)
        return clause

    def domains(self) -> list[int]:
        return [domain for domain in self.solution.domains if domain]


class TestDependencies:
    def test_needed_package_is_narrowed(self) -> None:
        system = System(0b111, 0b1111)
        assert system.need(0, (1, 0b0110)) is None
        assert system.domains() == [0b010, 0b0110]
        assert 1 in system.solution.open
        assert system.propagation.derivations == 1

    def test_candidate_decided_again_needs_the_same(self) -> None:
        system = System(0b111, 0b1111)
        system.need(0, (1, 0b0110))
        system.back(0)
        assert system.domains() == [0b111, 0b1111]
        system.need(0)
        assert system.domains() == [0b010, 0b0110]
        assert 1 in system.solution.open

    def test_dependent_loses_what_needs_something_that_is_gone(self) -> None:
        system = System(0b111, 0b1111)
        system.need(0, (1, 0b0110))
        system.back(0)
        system.solution.narrow(1, 0b1001, Clause([1], [0b1001], FACT))
        assert system.propagation.propagate() is None
        assert system.solution.domains[0] == 0b101
        reason = system.clauses.reason(len(system.solution.trail.causes) - 1)
        assert reason is not None
        assert reason.terms() == {0: ~0b010, 1: 0b0110}

    def test_what_all_candidates_left_need_is_needed(self) -> None:
        system = System(0b1111, 0b1111)
        for candidate in (2, 1):
            system.need(candidate, (1, 0b0110))
            system.back(0)
        system.solution.narrow(0, 0b1100, Clause([0], [0b1100], FACT))
        assert system.propagation.propagate() is None
        assert system.solution.domains[1] == 0b0110

    def test_what_all_candidates_left_need_may_not_be_there(self) -> None:
        system = System(0b111, 0b111)
        system.need(1, (1, 0b010))
        system.back(0)
        system.solution.narrow(1, 0b101, Clause([1], [0b101], FACT))
        system.solution.narrow(0, 0b100, Clause([0], [0b100], FACT))
        conflict = system.propagation.propagate()
        assert conflict is not None
        assert conflict.terms() == {0: ~0b100, 1: 0b010}

    def test_dependent_without_another_candidate_is_a_conflict(self) -> None:
        system = System(0b111, 0b111)
        system.need(1, (1, 0b010))
        system.back(0)
        system.solution.narrow(0, 0b100, Clause([0], [0b100], FACT))
        system.solution.queue.clear()
        system.solution.narrow(1, 0b101, Clause([1], [0b101], FACT))
        conflict = system.propagation.propagate()
        assert conflict is not None
        assert conflict.terms() == {0: ~0b100, 1: 0b010}

    def test_constraint_leaves_the_package_unselected(self) -> None:
        system = System(0b11, 0b1111)
        assert system.need(0, (1, 0b0011)) is None
        assert system.solution.domains[1] == 0b0011

    def test_need_that_is_false_is_returned(self) -> None:
        system = System(0b11, 0b111)
        system.solution.narrow(1, 0b010, Clause([1], [0b010], FACT))
        conflict = system.need(0, (1, 0b100))
        assert conflict is not None
        assert conflict.terms() == {0: ~0b10, 1: 0b100}

    def test_same_need_of_several_candidates_is_one_clause_and_older_ones_stay_as_they_were(self) -> None:
        system = System(0b1111, 0b1111)
        system.need(2, (1, 0b0110))
        narrow = system.clauses.reason(1)
        assert narrow is not None
        assert narrow.terms() == {0: ~0b1000, 1: 0b0110}
        system.back(0)
        system.need(0, (1, 0b0110))
        wide = system.clauses.reason(1)
        assert wide is not None
        assert wide is system.clauses.reason(1)
        assert narrow.terms() == {0: ~0b1000, 1: 0b0110}
        assert wide.terms() == {0: ~0b1010, 1: 0b0110}
        assert isinstance(wide.cause, Depends)
        assert wide.cause.payloads() == {2: 2, 0: 0}
        assert wide.cause.before is narrow.cause

    def test_decision_has_no_reason(self) -> None:
        system = System(0b11)
        system.need(0)
        assert system.clauses.reason(0) is None

    def test_what_never_can_be_had_is_told_before_what_cannot_be_had_now(self) -> None:
        system = System(0b111, 0b011, 0b111)
        system.solution.narrow(2, 0b010, Clause([2], [0b010], FACT))
        now, never, itself = (2, 0b100, None), (1, 0b100, None), (0, 0b010, None)
        assert system.clauses.missing(0, 1, [(1, 0b010, None)]) is None
        assert system.clauses.missing(0, 1, [(1, 0b010, None), now, (2, 0b101, None)]) == now
        assert system.clauses.missing(0, 1, [now, never]) == never
        assert system.clauses.missing(0, 1, [now, itself]) == itself
        assert system.clauses.missing(0, 0, [itself]) is None
        assert system.clauses.clause(0, 1, itself).terms() == {0: ~0b100}


class TestGround:
    def test_restriction_spreads_over_dependencies_on_the_ground(self) -> None:
        """0 needs 1 needs 2; without the only candidate of 2 all of them are out, at whatever level."""
        system = System(0b11, 0b11, 0b11, 0b11)
        for package in (0, 1):
            system.clauses.depend(package, 0, [(package + 1, 0b10, None)])
            system.clauses.enlist(package)
        system.decide(3, 0)
        system.solution.restrict(2, ~0b10, Clause([2], [~0b10], FACT))
        assert system.propagation.propagate() is None
        assert system.solution.base[:4] == [0b01, 0b01, 0b01, 0b11]
        assert system.solution.level() == 1

    def test_what_the_candidates_left_need_is_needed_for_good(self) -> None:
        system = System(0b111, 0b111)
        system.clauses.depend(0, 1, [(1, 0b010, None)])
        system.solution.restrict(0, 0b100, Clause([0], [0b100], FACT))
        assert system.propagation.propagate() is None
        assert system.solution.base[1] == 0b010

    def test_learned_clause_works_on_the_ground(self) -> None:
        system = System(0b111, 0b111)
        system.learn((0, 0b011), (1, 0b101))
        system.solution.restrict(0, 0b101, Clause([0], [0b101], FACT))
        system.solution.restrict(0, 0b100, Clause([0], [0b100], FACT))
        assert system.propagation.propagate() is None
        assert system.solution.base[1] == 0b101

    def test_clause_false_on_the_ground_is_returned(self) -> None:
        system = System(0b11, 0b11)
        system.clauses.depend(0, 0, [(1, 0b10, None)])
        system.clauses.enlist(0)
        system.solution.narrow(0, 0b10, Clause([0], [0b10], FACT))
        system.solution.restrict(1, ~0b10, Clause([1], [~0b10], FACT))
        conflict = system.propagation.propagate()
        assert conflict is not None
        assert conflict.terms() == {0: ~0b10, 1: 0b10}


class TestLearned:
    def test_clause_of_two_terms_works_both_ways(self) -> None:
        system = System(0b111, 0b111)
        system.learn((0, 0b011), (1, 0b101))
        assert system.decide(0, 1) is None
        assert system.solution.domains[1] == 0b101
        system.back(0)
        assert system.decide(1, 0) is None
        assert system.solution.domains[0] == 0b011

    def test_two_such_clauses_can_contradict(self) -> None:
        system = System(0b111, 0b111)
        system.learn((0, 0b011), (1, 0b010))
        second = system.learn((0, 0b011), (1, 0b100))
        assert system.decide(0, 1) is second

    def test_longer_clause_says_something_when_one_term_is_left(self) -> None:
        system = System(0b111, 0b111, 0b111, 0b111)
        clause = system.learn((0, 0b011), (1, 0b011), (2, 0b011), (3, 0b011))
        for package in (1, 0, 3):
            assert system.solution.domains[2] == 0b111
            assert system.decide(package, 1) is None
        assert system.solution.domains[2] == 0b011
        assert system.solution.trail.causes[-1] is clause
        system.back(1)
        for package in (2, 3):
            assert system.decide(package, 1) is None
        assert system.solution.domains[0] == 0b011

    def test_longer_clause_without_a_term_left_is_a_conflict(self) -> None:
        system = System(0b111, 0b111, 0b111)
        clause = system.learn((0, 0b011), (1, 0b011), (2, 0b011))
        for package in (0, 1, 2):
            system.solution.narrow(package, 0b100, FACT_CLAUSE)
        assert system.propagation.propagate() is clause


FACT_CLAUSE = Clause([0], [-1], FACT)


class TestExtras:
    def test_base_follows_an_extra_that_is_selected(self) -> None:
        system = System(0b1111, 0b1111)
        system.clauses.tie(0, 1)
        assert system.decide(0, 1) is None
        assert system.solution.domains[1] == 0b0100
        cause = system.solution.trail.causes[-1]
        assert isinstance(cause, Clause)
        assert isinstance(cause.cause, Same)
        assert cause.terms() == {0: ~0b0100, 1: 0b0100}

    def test_base_does_not_follow_an_extra_that_may_be_left_out(self) -> None:
        system = System(0b1111, 0b1111)
        system.clauses.tie(0, 1)
        system.solution.narrow(0, 0b0101, FACT_CLAUSE)
        assert system.propagation.propagate() is None
        assert system.solution.domains[1] == 0b1111

    def test_extra_follows_its_base_or_is_left_out(self) -> None:
        system = System(0b1111, 0b1111)
        system.clauses.tie(0, 1)
        system.solution.narrow(1, 0b0110, FACT_CLAUSE)
        assert system.propagation.propagate() is None
        assert system.solution.domains[0] == 0b0111

    def test_extra_and_base_that_differ_are_a_conflict(self) -> None:
        for first in (0, 1):
            system = System(0b1111, 0b1111)
            system.clauses.tie(0, 1)
            system.solution.narrow(1 - first, 0b0010, FACT_CLAUSE)
            system.solution.narrow(first, 0b0100, FACT_CLAUSE)
            conflict = system.propagation.propagate()
            assert conflict is not None
            assert isinstance(conflict.cause, Same)
            assert all(not system.solution.domains[p] & mask for p, mask in conflict.terms().items())
