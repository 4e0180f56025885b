"""Straight proofs: found where no case need be told apart, true, and about as little as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.solver.derivation import Derivation, Fact, check, survey
from resolver.solver.engine import Solver, Unsolvable
from resolver.solver.explain import sentences
from resolver.solver.incompatibility import Depends
from resolver.solver.port import Facts
from resolver.solver.straight import straightened
from support.universes import Plain, Served, World, is_true, random_world, world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.solver.port import Universe


class Remembered:
    """What a ``Served`` world was asked: the port ``protocols.Known``."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._asked = set(served.asked)

    def root(self) -> Sequence[tuple[int, int, object]]:
        facts = self._served.root()
        assert isinstance(facts, Facts)
        return facts.dependencies

    def universe(self, package: int) -> Universe:
        return self._served.universe(package)

    def facts(self, package: int, candidate: int) -> Facts | None:
        if (package, candidate) not in self._asked:
            return None
        facts = self._served.dependencies(package, candidate)
        assert isinstance(facts, Facts)
        return facts


def packages_of(outcome: Unsolvable) -> set[int]:
    return {package for clause in survey(outcome.clause)[1] for package in clause.packages}


def straight(found: World) -> Derivation | None:
    """Return the first straight proof of a world without solution, if there is one.

    Both are checked, and each of their facts is looked up.
    """
    proofs = both(found)
    return proofs[0] if proofs else None


def both(found: World) -> list[Derivation]:
    served = Served(found)
    outcome = Solver(served).advance()
    assert isinstance(outcome, Unsolvable)
    proofs = straightened(packages_of(outcome), Remembered(served))
    assert len(proofs) in (0, 2)
    for proof in proofs:
        check(proof)
        assert [fact for fact in facts(proof) if not is_true(found, fact)] == []
    return proofs


def facts(proof: Derivation) -> list[Fact]:
    return [node for node in proof.nodes() if isinstance(node, Fact)]


def told(found: World) -> list[str]:
    proof = straight(found)
    assert proof is not None
    return [str(sentence) for sentence in sentences(proof, Plain(found))]


def test_need_is_followed_forwards() -> None:
    """Package a needs b, b needs the newer c, the older one is required."""
    found = world([(0, 0b10), (2, 0b10)], [[[(1, 0b10)]], [[(2, 0b100)]], [[]] * 2])
    assert told(found) == [
        "1. Because you need a 0 and a 0 needs b 0, b 0 is needed.",
        "2. So, because you need c 0 and b 0 needs c 1, there is no way.",
    ]


def test_second_proof_begins_where_nothing_is_left() -> None:
    """What package a needs is told at once, not again for each thing that follows from it."""
    needs: list[list[list[tuple[int, int]]]] = [
        [[(1, 0b110), (2, 0b10), (3, 0b10)]],
        [[(2, 0b100)], [(3, 0b100)]],
        [[]] * 2,
        [[]] * 2,
    ]
    found = world([(0, 0b10)], needs)
    forwards, backwards = ([str(each) for each in sentences(proof, Plain(found))] for proof in both(found))
    assert len(backwards) < len(forwards)
    assert backwards[0] == "1. Because b 1 needs d 1 and b 0 needs c 1, b 0,1 needs d 1 or c 1."
    assert sum(each.count("you need a 0") for each in backwards) == 1
    assert sum(each.count("you need a 0") for each in forwards) > 1


def test_all_that_is_left_speaks_together() -> None:
    """No candidate of a needs the b that is required, each for a need of its own: one fact."""
    needs: list[list[list[tuple[int, int]]]] = [[[(1, 4 << i)] for i in range(9)], [[]] * 10]
    found = world([(0, 0b1111111110), (1, 2)], needs)
    proof = straight(found)
    assert proof is not None
    assert len(facts(proof)) == 3


def test_package_that_only_happened_to_be_in_the_way_is_left_out() -> None:
    """Half of a needs a c that is not there as well: b alone is enough to say."""
    both = [(2, 0), (1, 0b100)]
    found = world([(0, 0b111110), (1, 0b10)], [[both, both, [(1, 0b100)], [(1, 0b100)]], [[]] * 2, []])
    proof = straight(found)
    assert proof is not None
    assert {cause.other for fact in facts(proof) for cause in fact.causes if isinstance(cause, Depends)} == {
        1
    }


def test_need_that_nothing_fulfils_is_enough() -> None:
    found = world([(0, 0b10)], [[[(1, 0)]], []])
    assert told(found) == ["Because you need a 0 and a 0 needs b -, there is no way."]


def test_second_need_of_a_candidate_counts() -> None:
    """Package a needs b 0 and, in another requirement, b 1."""
    found = world([(0, 0b10)], [[[(1, 0b010), (1, 0b100)]], [[]] * 2])
    assert straight(found) is not None


def test_extra_is_narrowed_with_its_base_and_the_other_way_round() -> None:
    forwards = world([(1, 0b10), (0, 0b100)], [[[]] * 2, [[]] * 2], same_as={1: 0})
    assert straight(forwards) is not None
    backwards = world([(0, 0b10), (2, 0b10)], [[[]] * 2, [[]] * 2, [[(1, 0b100)]]], same_as={1: 0})
    assert straight(backwards) is not None


def test_candidates_that_turned_out_to_be_broken_are_ruled_out() -> None:
    found = world([(0, 0b110)], [[[]] * 2], broken={0: 0b110})
    assert straight(found) is not None


def test_candidate_that_needs_another_of_its_own_package_is_ruled_out() -> None:
    found = world([(0, 0b10)], [[[(0, 0b100)], []]])
    assert straight(found) is not None


def test_no_straight_proof_where_cases_must_be_told_apart() -> None:
    """Three packages, two candidates each, no two of which may be alike."""
    unlike = [[(1, 0b100), (2, 0b100)], [(1, 0b010), (2, 0b010)]]
    found = world([(p, 0b110) for p in range(3)], [unlike, [[(2, 0b100)], [(2, 0b010)]], [[]] * 2])
    assert straight(found) is None


def test_what_nobody_asked_is_not_used() -> None:
    """The search saw a conflict over the first package and never looked at the second one's facts."""
    served = Served(world([(0, 0b10), (1, 0b10)], [[[(2, 0)]], [[(2, 0)]], []]))
    outcome = Solver(served).advance()
    assert isinstance(outcome, Unsolvable)
    served.asked.clear()
    assert straightened(packages_of(outcome), Remembered(served)) == []


def test_proof_of_very_many_steps_is_not_looked_for() -> None:
    """A chain that nests deeper than calls may."""
    length = 400
    assert straight(world([(0, 2)], [*([[(i + 1, 2)]] for i in range(length)), []])) is None


def test_no_more_kinds_of_facts_are_left_out_on_trial_than_pays() -> None:
    """A chain of 60 packages, each of which is needed, and the last of which has no candidate."""
    length = 60
    proof = straight(world([(0, 2)], [*([[(i + 1, 2)]] for i in range(length)), []]))
    assert proof is not None
    assert len(facts(proof)) == length + 2


@pytest.mark.parametrize("first", [0, 1000, 2000])
def test_every_straight_proof_of_random_worlds_is_a_proof(first: int) -> None:
    """Each step follows and each fact is one of the world; there are straight proofs of most."""
    count = found = 0
    for seed in range(first, first + 400):
        each = random_world(seed)
        if isinstance(Solver(Served(each)).advance(), Unsolvable):
            count += 1
            found += straight(each) is not None
    assert found > count / 3
