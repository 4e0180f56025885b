"""The solver against an oracle that tries everything, on small random universes."""

from __future__ import annotations

import pytest

from resolver.solver.engine import Solved, Solver
from support.universes import Served, is_solution, random_world, solutions

BATCH = 500


@pytest.mark.parametrize("first", range(0, 5000, BATCH))
def test_verdict_is_that_of_trying_everything(first: int) -> None:
    """A solution is found exactly where there is one, and it is one."""
    for seed in range(first, first + BATCH):
        world = random_world(seed)
        outcome = Solver(Served(world)).advance()
        exists = next(solutions(world), None) is not None
        assert isinstance(outcome, Solved) == exists, seed
        if isinstance(outcome, Solved):
            assert is_solution(world, outcome.selected), seed
