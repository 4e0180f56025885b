from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.solver.conflict import Lesson, analyse, blamed, conclude
from resolver.solver.incompatibility import Clause, Derived, Expansion, Given, Rejected
from resolver.solver.port import SolverError
from resolver.solver.solution import PartialSolution

if TYPE_CHECKING:
    from collections.abc import Callable

FACT = Given(None)


def clause(**terms: int) -> Clause:
    return Clause([int(name[1:]) for name in terms], list(terms.values()), FACT)


def solution_of(*usable: int) -> PartialSolution:
    solution = PartialSolution()
    for package, mask in enumerate(usable):
        solution.add(package, mask)
    return solution


def reasons(solution: PartialSolution) -> Callable[[int], Clause | None]:
    """Return what the clauses know, for a trail whose causes are all clauses."""

    def reason(position: int) -> Clause | None:
        cause = solution.trail.causes[position]
        assert cause is None or isinstance(cause, Clause)
        return cause

    return reason


def taught(solution: PartialSolution, conflict: Clause) -> Lesson | None:
    return analyse(solution, conflict, reasons(solution))


class TestBlamed:
    """Who is to blame for a conflict with entries that hold at an earlier level than theirs."""

    def test_entries_behind_a_position_are_traced_to_those_before(self) -> None:
        solution = solution_of(*[0b111] * 5)
        for package in (0, 1, 2):
            solution.decide(package, 0b100)
        start = len(solution.trail.packages)
        solution.narrow(3, 0b100, clause(p0=0b011, p3=0b100))
        solution.narrow(4, 0b100, clause(p3=0b011, p4=0b100))
        assert blamed(solution, clause(p1=0b011, p4=0b011), reasons(solution), start) == 2
        assert blamed(solution, clause(p3=0b011, p4=0b011), reasons(solution), start) == 1

    def test_nobody_is_to_blame_for_what_holds_in_any_case(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.decide(0, 0b100)
        solution.narrow(1, 0b100, clause(p1=0b100))
        assert blamed(solution, clause(p1=0b011), reasons(solution), 1) == 0


class TestAnalyse:
    def test_conflict_with_one_term_of_the_last_level_is_the_lesson_itself(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.decide(0, 0b010)
        solution.decide(1, 0b100)
        conflict = clause(p0=0b101, p1=0b011)
        lesson = taught(solution, conflict)
        assert lesson is not None
        assert lesson.clause is conflict
        assert not lesson.learned
        assert (lesson.packages, lesson.allowed, lesson.level) == ([1, 0], [0b011, 0b101], 1)

    def test_terms_are_traced_until_one_of_the_last_level_is_left(self) -> None:
        """0 and 1 are decided; 1 needs 2 and 3, which do not go together with each other and 0."""
        solution = solution_of(*[0b111] * 4)
        two, three = clause(p1=0b011, p2=0b100), clause(p1=0b011, p3=0b100)
        solution.decide(0, 0b100)
        solution.decide(1, 0b100)
        solution.narrow(2, 0b100, two)
        solution.narrow(3, 0b100, three)
        lesson = taught(solution, clause(p0=0b011, p2=0b011, p3=0b011))
        assert lesson is not None
        assert lesson.learned
        assert lesson.clause.terms() == {1: 0b011, 0: 0b011}
        assert lesson.level == 1
        assert isinstance(lesson.clause.cause, Derived)
        assert lesson.clause.cause.rest == [three, two]
        assert lesson.clause.cause.pivots == [3, 2]

    def test_term_that_became_false_in_two_steps_is_traced_to_both(self) -> None:
        """Dart pub, doc/solver.md, "Conflict Resolution With a Partial Satisfier"."""
        solution = solution_of(0b111, 0b111, 0b1111)
        first, second = clause(p0=0b011, p2=0b0110), clause(p1=0b011, p2=0b1100)
        solution.decide(0, 0b100)
        solution.narrow(2, 0b0110, first)
        solution.decide(1, 0b100)
        solution.narrow(2, 0b0100, second)
        lesson = taught(solution, clause(p2=0b1011))
        assert lesson is not None
        assert lesson.clause.terms() == {2: 0b1011}
        assert not lesson.learned
        assert lesson.level == 1

    def test_what_the_ground_rules_out_is_left_out(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.restrict(0, 0b011, clause(p0=0b011))
        solution.catch_up()
        solution.decide(1, 0b100)
        lesson = taught(solution, clause(p0=0b100, p1=0b011))
        assert lesson is not None
        assert lesson.packages == [1]
        assert lesson.level == 0

    def test_what_policy_rules_out_is_resolved_away(self) -> None:
        solution = solution_of(0b011, 0b111)
        solution.decide(1, 0b100)
        conflict = clause(p0=0b100, p1=0b011)
        lesson = taught(solution, conflict)
        assert lesson is not None
        assert lesson.learned
        assert lesson.clause.terms() == {1: 0b011}
        cause = lesson.clause.cause
        assert isinstance(cause, Derived)
        assert [isinstance(each.cause, Rejected) for each in cause.rest] == [True]
        assert Expansion().terms(lesson.clause) == {1: 0b011}

    def test_false_on_the_ground_teaches_nothing(self) -> None:
        solution = solution_of(0b011, 0b011)
        assert taught(solution, clause(p0=0b100, p1=0)) is None


class TestGuards:
    """What must not be: it is named, and the loop ends."""

    def test_decision_cannot_be_traced(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.decide(0, 0b100)
        solution.narrow(1, 0b100, None)
        with pytest.raises(SolverError, match="trail entry 1 has no cause"):
            taught(solution, clause(p0=0b011, p1=0b011))

    def test_step_that_does_not_lead_back_names_the_clause(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.decide(0, 0b100)
        solution.narrow(1, 0b100, clause(p1=0b111, p0=0b011))
        with pytest.raises(
            SolverError, match=r"does not get past <Clause \(0, 0b11\), \(1, 0b11\) Given>.*bug"
        ):
            taught(solution, clause(p0=0b011, p1=0b011))

    def test_ground_that_does_not_explain_itself_names_the_clause(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.restrict(0, 0b011, clause(p0=0b111))
        with pytest.raises(SolverError, match=r"no proof can be made of <Clause \(0, 0b100\) Given>.*bug"):
            conclude(solution, clause(p0=0b100))


class TestConclude:
    def test_proof_goes_back_to_the_first_facts(self) -> None:
        """0 is required and needs 1, which is forbidden: root facts are resolved last."""
        solution = solution_of(0b11, 0b11)
        needed, forbidden = clause(p0=0b10), clause(p1=0b01)
        solution.restrict(0, 0b10, needed)
        solution.restrict(1, 0b01, forbidden)
        empty = conclude(solution, clause(p0=0b01, p1=0b10))
        assert empty.packages == []
        cause = empty.cause
        assert isinstance(cause, Derived)
        assert cause.rest == [forbidden, needed]
        assert Expansion().terms(empty) == {}

    def test_policy_is_a_premise(self) -> None:
        solution = solution_of(0b01)
        empty = conclude(solution, clause(p0=0b10))
        assert isinstance(empty.cause, Derived)
        assert [each.terms() for each in empty.cause.rest] == [{0: ~0b10}]
        assert Expansion().terms(empty) == {}

    def test_clause_that_allows_nothing_proves_itself(self) -> None:
        empty = conclude(solution_of(0b11), clause(p0=0))
        assert isinstance(empty.cause, Derived)
        assert empty.cause.rest == []
