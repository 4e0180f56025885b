"""The solver against an oracle that tries everything, on small random universes."""

from __future__ import annotations

from random import Random

import pytest

from resolver.solver.derivation import Fact, check, derivation
from resolver.solver.engine import Solved, Solver, Unsolvable
from resolver.solver.lore import Lore
from resolver.solver.simplify import simplify
from support.universes import Served, World, holds, is_solution, is_true, random_world, solutions

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


def other_question(world: World, random: Random) -> World:
    """Return the same packages with another root, and with other candidates left by policy."""
    packages = range(len(world.needs))
    root = [(p, random.getrandbits(len(world.needs[p]) + 1) | 2) for p in packages if random.random() < 0.4]
    return world._replace(
        root=[each for each in root if each[1] < 2 << len(world.needs[each[0]])],
        usable=[mask & ~(2 << random.randrange(9)) for mask in world.usable],
    )


@pytest.mark.slow
def test_what_other_searches_have_found_out_changes_no_verdict() -> None:
    """With edges of searches for other roots and policies: the verdict is right, the proof is one."""
    saved = refused = 0
    for seed in range(10_000, 11_000):
        world, random, lore = random_world(seed), Random(seed), Lore()
        for _ in range(5):
            alone = Solver(Served(world))
            alone.advance()
            solver = Solver(Served(world), lore=lore)
            outcome = solver.advance()
            solver.teach(lore)  # which grows on while proofs are read
            saved += alone.statistics.conflicts - solver.statistics.conflicts
            if isinstance(outcome, Solved):
                assert is_solution(world, outcome.selected), seed
            else:
                refused += 1
                assert isinstance(outcome, Unsolvable), seed
                assert next(solutions(world), None) is None, seed
                proof = derivation(outcome.clause)
                check(proof)
                assert all(is_true(world, node) for node in proof.nodes() if isinstance(node, Fact)), seed
            world = other_question(world, random)
    assert refused > 1000
    assert saved > 200


@pytest.mark.slow
def test_package_that_comes_first_gets_the_best_candidate_that_it_can_have() -> None:
    """With what others have found out or without: of a package decided first, no better one is possible."""
    moved = 0
    for seed in range(12_000, 13_000):
        world = random_world(seed)
        package = world.root[0][0]
        if world.root[0][1] & 1 or world.same_as[package] is not None:
            continue
        lore = Lore()
        for _ in range(2):
            solver = Solver(Served(world), lore=lore, first=package)
            outcome = solver.advance()
            best = max((chosen[package] for chosen in solutions(world)), default=None)
            found = outcome.selected[package] if isinstance(outcome, Solved) else None
            assert found == best, seed
            solver.teach(lore)
        moved += best is not None and bool(world.usable[package] >> best + 2)
    assert moved > 50
