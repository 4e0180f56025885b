from __future__ import annotations

from resolver.solver.incompatibility import Clause, Given
from resolver.solver.solution import GROUND, PartialSolution, Trail

CAUSE = Clause([0], [-1], Given(None))


def solution_of(*usable: int) -> PartialSolution:
    """Return a solution with a package for each mask."""
    solution = PartialSolution()
    for package, mask in enumerate(usable):
        solution.add(package, mask)
    return solution


def domains(solution: PartialSolution) -> list[int]:
    """Return the domains of the packages that are known."""
    return [domain for domain in solution.domains if domain]


class TestTrail:
    def test_falsifier_is_the_earliest_entry_from_which_on_the_term_is_false(self) -> None:
        trail = Trail()
        for package, mask in ((0, 0b1110), (1, 0b0010), (0, 0b0110), (0, 0b0010)):
            trail.append(package, mask, CAUSE)
        assert trail.falsifier(0, 0b10000) == 0
        assert trail.falsifier(0, 0b1000) == 2
        assert trail.falsifier(0, 0b1100) == 3
        assert trail.falsifier(1, 0b0100) == 1


class TestLevels:
    def test_backjump_restores_domains_and_undoes_decisions(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.narrow(0, 0b110, CAUSE)
        solution.decide(0, 0b100)
        solution.narrow(1, 0b010, CAUSE)
        solution.decide(1, 0b010)
        solution.narrow(2, 0b011, CAUSE)
        solution.narrow(2, 0b001, CAUSE)
        assert solution.level() == 2
        assert [solution.level_of(position) for position in range(6)] == [0, 1, 1, 2, 2, 2]
        solution.open.clear()
        solution.backjump(1)
        assert domains(solution) == [0b100, 0b010, 0b111]
        assert solution.decided[:3] == [True, False, False]
        assert solution.open == [1]
        solution.backjump(0)
        assert domains(solution) == [0b110, 0b111, 0b111]
        assert solution.queue == []

    def test_last_decision_can_be_taken_back_with_what_its_candidate_needs(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.busy[1] = True
        solution.decide(0, 0b100)
        solution.narrow(2, 0b011, CAUSE)
        solution.queue.clear()
        solution.decide(2, 0b010)
        solution.narrow(1, 0b110, CAUSE)
        solution.narrow(1, 0b010, CAUSE)
        assert solution.queue == [1]
        solution.retract()
        assert domains(solution) == [0b100, 0b111, 0b011]
        assert solution.level() == 1
        assert solution.decided[:3] == [True, False, False]
        assert (solution.queue, solution.queued[1]) == ([], False)

    def test_package_is_unknown_until_added(self) -> None:
        solution = solution_of(0b11)
        solution.add(3, 0b1)
        assert [solution.knows(package) for package in range(5)] == [True, False, False, True, False]

    def test_absence_is_always_possible_at_first(self) -> None:
        assert domains(solution_of(0b110)) == [0b111]

    def test_there_is_room_for_any_number_of_packages(self) -> None:
        solution = solution_of(*[0b11] * 100)
        solution.add(1000, 0b11)
        solution.narrow(1000, 0b10, CAUSE)
        assert domains(solution) == [*[0b11] * 100, 0b10]
        assert solution.open == [1000]


class TestGround:
    def test_restriction_without_contradiction_keeps_every_decision(self) -> None:
        solution = solution_of(0b111, 0b1111)
        solution.decide(0, 0b010)
        solution.restrict(1, ~0b1000, CAUSE)
        solution.catch_up()
        assert solution.level() == 1
        assert solution.domains[1] == solution.base[1] == 0b0111

    def test_restriction_that_nobody_has_to_hear_of_is_caught_up_with_at_once(self) -> None:
        solution = solution_of(0b111, 0b1111)
        solution.decide(0, 0b010)
        solution.cut_down(1, ~0b1000, CAUSE)
        assert solution.domains[1] == solution.base[1] == 0b0111
        assert solution.restricted == []
        solution.backjump(0)
        assert solution.domains[1] == 0b0111

    def test_jump_back_stops_before_the_decision_that_is_contradicted(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.decide(0, 0b010)
        solution.decide(1, 0b100)
        solution.decide(2, 0b010)
        solution.restrict(1, ~0b100, CAUSE)
        solution.catch_up()
        assert solution.level() == 1
        assert domains(solution) == [0b010, 0b011, 0b111]

    def test_older_domain_is_cut_to_the_ground_when_it_comes_back_and_visited_again(self) -> None:
        """A restriction made at level 2 is known at level 1, and again at level 0."""
        solution = solution_of(0b111, 0b111)
        solution.busy[1] = True
        solution.decide(0, 0b010)
        solution.decide(1, 0b010)
        solution.restrict(1, ~0b100, CAUSE)
        solution.catch_up()
        solution.queue.clear()
        solution.queued[1] = False
        solution.backjump(1)
        assert solution.domains[1] == 0b011
        assert solution.queue == [1]
        solution.backjump(0)
        assert solution.domains[1] == 0b011
        assert solution.queue == [1]

    def test_settling_moves_what_level_0_found_to_the_ground_in_order(self) -> None:
        solution = solution_of(0b111, 0b111)
        solution.narrow(0, 0b110, CAUSE)
        solution.narrow(1, 0b011, CAUSE)
        solution.settle()
        assert solution.base[:2] == solution.settled[:2] == [0b110, 0b011]
        assert [package for package, _, _ in solution.ground] == [0, 1]
        assert solution.trail.packages == []

    def test_settling_does_not_repeat_what_the_ground_says(self) -> None:
        solution = solution_of(0b111)
        solution.restrict(0, 0b110, CAUSE)
        solution.catch_up()
        assert solution.trail.causes == [GROUND]
        solution.settle()
        assert [package for package, _, _ in solution.ground] == [0]


class TestLateEntries:
    """What holds since an earlier level is known again when decisions in between are taken back."""

    def three_decided(self) -> PartialSolution:
        """Return a solution at level 3, in which package 3 lost a candidate because of the first level."""
        solution = solution_of(0b111, 0b111, 0b111, 0b1111)
        for package in (0, 1, 2):
            solution.decide(package, 0b010)
        solution.narrow_late(1, 3, 0b0111, CAUSE)
        return solution

    def test_entry_is_repeated_down_to_its_level(self) -> None:
        solution = self.three_decided()
        for level in (2, 1):
            solution.backjump(level)
            assert solution.domains[3] == 0b0111
        solution.backjump(0)
        assert solution.domains[3] == 0b1111
        assert solution.late == []

    def test_entry_that_changes_nothing_now_is_remembered(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111, 0b1111)
        for package in (0, 1):
            solution.decide(package, 0b010)
        solution.narrow(3, 0b0011, CAUSE)
        solution.decide(2, 0b010)
        solution.narrow_late(1, 3, 0b0111, CAUSE)
        assert solution.domains[3] == 0b0011
        solution.backjump(1)
        assert solution.domains[3] == 0b0111

    def test_clause_that_comes_to_be_false_is_the_contradiction(self) -> None:
        solution = self.three_decided()
        other = Clause([3], [0b1000], Given(None))
        solution.narrow_late(1, 3, 0b1000, other)
        assert solution.contradiction is other
        assert solution.domains[3] == 0b0111
        solution.backjump(0)
        assert solution.contradiction is None

    def test_contradiction_with_the_ground_leaves_the_domain_as_it_is(self) -> None:
        solution = self.three_decided()
        solution.restrict(3, ~0b0111, CAUSE)
        solution.catch_up()
        assert solution.level() == 2
        assert solution.contradiction is CAUSE
        assert solution.domains[3] == 0b1000


class TestRequiredSince:
    def test_level_at_which_a_package_had_to_be_selected(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.decide(0, 0b10)
        solution.narrow(2, 0b110, None)
        solution.decide(1, 0b10)
        solution.narrow(2, 0b100, None)
        assert solution.required_since(2) == 1
        assert solution.domains[2] == 0b100

    def test_package_that_need_not_be_selected_is_of_the_moment(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.decide(0, 0b10)
        assert solution.required_since(2) == 1

    def test_root_requirements_are_of_level_0(self) -> None:
        solution = solution_of(0b111, 0b111, 0b111)
        solution.base[2] = solution.domains[2] = 0b110
        solution.decide(0, 0b10)
        assert solution.required_since(2) == 0
