"""The solver against an oracle that tries everything, on small random universes."""

from __future__ import annotations

import pytest

from resolver.solver.derivation import Fact, check, derivation
from resolver.solver.engine import Solved, Solver, Unsolvable
from resolver.solver.simplify import simplify
from support.universes import Served, holds, is_solution, is_true, random_world, solutions

BATCH = 500


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 6000, BATCH))
def test_verdict_is_that_of_trying_everything(first: int) -> None:
    """A solution is found exactly where there is one, and is one; where there is none, the proof holds.

    So does the shortened proof, and all that either of them starts from is true of the universe.
    """
    for seed in range(first, first + BATCH):
        world = random_world(seed)
        outcome = Solver(Served(world)).advance()
        if isinstance(outcome, Solved):
            assert is_solution(world, outcome.selected), seed
            continue
        assert isinstance(outcome, Unsolvable), seed
        assert next(solutions(world), None) is None, seed
        proof = derivation(outcome.clause)
        for each in (proof, simplify(proof)):
            check(each)
            assert all(is_true(world, node) for node in each.nodes() if isinstance(node, Fact)), seed


@pytest.mark.slow
def test_no_learned_clause_excludes_a_solution() -> None:
    """What the solver learns on the way follows from the universe."""
    learned = 0
    for seed in range(6000, 7000):
        world = random_world(seed)
        solver = Solver(Served(world))
        solver.advance()
        learned += len(solver.learned)
        if not solver.learned:
            continue
        for chosen in solutions(world):
            assert holds(world, chosen)
            for clause in solver.learned:
                terms = clause.terms().items()
                assert any(1 << chosen[package] + 1 & mask for package, mask in terms), (seed, clause)
    assert learned > 300


def test_the_universes_are_hard_enough() -> None:
    """The random universes exercise both answers, learning, and restarts."""
    solved = learned = restarts = 0
    for seed in range(1000):
        solver = Solver(Served(random_world(seed)))
        solved += isinstance(solver.advance(), Solved)
        learned += solver.statistics.learned
        restarts += solver.statistics.restarts
    assert 300 < solved < 700
    assert learned > 300
    assert restarts > 0
