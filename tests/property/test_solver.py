"""Laws of the solver, on random universes: what must hold whatever it is given."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.solver.derivation import Conclusion, Fact, check, derivation
from resolver.solver.engine import Need, Paused, Solved, Solver, Unsolvable
from resolver.solver.explain import sentences, simplify, tree
from support.universes import Plain, Served, World, random_world

worlds = st.integers(0, 10**9).map(random_world)


def answer(solver: Solver) -> dict[int, int] | None:
    """Run the solver to its end: what it selected, or None where there is no solution."""
    outcome = solver.advance()
    assert isinstance(outcome, Solved | Unsolvable)
    return outcome.selected if isinstance(outcome, Solved) else None


def unsolvable(first: int, count: int) -> list[tuple[World, Unsolvable]]:
    """Return ``count`` universes without a solution that took some search, and what the solver said."""
    found: list[tuple[World, Unsolvable]] = []
    seed = first
    while len(found) < count:
        world = random_world(seed)
        solver = Solver(Served(world))
        outcome = solver.advance()
        if isinstance(outcome, Unsolvable) and solver.statistics.conflicts > 2:
            found.append((world, outcome))
        seed += 1
    return found


@given(worlds, st.integers(0, 10**9))
@settings(max_examples=150)
def test_answer_does_not_depend_on_when_facts_arrive(world: World, seed: int) -> None:
    """All facts at once, or each one late and in a random order among those asked for: the same answer,
    found in the same steps, and nothing asked for that is not needed when all is known.
    """  # noqa: D205  # one law
    prompt = Served(world)
    at_once = Solver(prompt)
    expected = answer(at_once)
    random = Random(seed)
    keys = [(-1, -1), *((p, c) for p, candidates in enumerate(world.needs) for c in range(len(candidates)))]
    late = Served(world, set(keys))
    solver = Solver(late)
    outcome = solver.advance()
    while isinstance(outcome, Need):
        # Some that nobody asked for come in between.
        late.arrive(random.choice(keys))
        if random.random() < 0.5:
            late.arrive(outcome.keys[0])
        outcome = solver.advance()
    assert answer(solver) == expected
    assert late.asked == prompt.asked
    for name in ("decisions", "conflicts", "derivations", "tried", "learned", "restarts"):
        assert getattr(solver.statistics, name) == getattr(at_once.statistics, name)


@given(worlds, st.integers(1, 5))
@settings(max_examples=100)
def test_answer_does_not_depend_on_pauses(world: World, steps: int) -> None:
    """Stopping every few steps changes nothing."""
    expected = answer(Solver(Served(world)))
    solver = Solver(Served(world))
    outcome = solver.advance(steps)
    for _ in range(10_000):
        if not isinstance(outcome, Paused):
            break
        outcome = solver.advance(steps)
    assert answer(solver) == expected


@given(worlds)
@settings(max_examples=100)
def test_same_universe_gives_the_same_answer(world: World) -> None:
    """The order of the selection is the same too."""
    first, second = (answer(Solver(Served(world))) for _ in range(2))
    assert first == second
    assert list(first or ()) == list(second or ())


@given(worlds)
@settings(max_examples=100)
def test_every_candidate_is_asked_about_once(world: World) -> None:
    """Facts are asked for once, and ``tried`` counts that."""
    served = Served(world)
    solver = Solver(served)
    answer(solver)
    assert len(set(served.asked)) == len(served.asked) == solver.statistics.tried


@pytest.mark.parametrize("first", [0, 40_000, 80_000])
def test_simplified_proof_is_a_proof_and_no_longer(first: int) -> None:
    """Simplifying keeps a proof valid, never makes it longer, and leaves nothing to simplify."""
    for _, outcome in unsolvable(first, 60):
        proof = derivation(outcome.clause)
        check(proof)
        short = simplify(proof)
        check(short)
        assert len(short.nodes()) <= len(proof.nodes())
        assert len(simplify(short).nodes()) == len(short.nodes())


@pytest.mark.parametrize("first", [120_000, 160_000])
def test_sentences_end_with_the_verdict_and_refer_backwards(first: int) -> None:
    """The last sentence is the verdict; sentences are counted, and refer to earlier ones only."""
    for world, outcome in unsolvable(first, 60):
        told = sentences(simplify(derivation(outcome.clause)), Plain(world))
        assert told[-1].text.endswith("there is no way.")
        assert sum("there is no way" in each.text for each in told) == 1
        assert [each.number for each in told] == (list(range(1, len(told) + 1)) if len(told) > 1 else [None])
        for count, each in enumerate(told, 1):
            referred = {int(number) for number in re.findall(r"\((\d+)\)", each.text)}
            assert referred <= set(range(1, count - 1))


@pytest.mark.parametrize("first", [200_000])
def test_every_fact_of_a_proof_is_told(first: int) -> None:
    """Each fact that the shortened proof rests on is in the text, but those of kinship."""
    for world, outcome in unsolvable(first, 60):
        proof = simplify(derivation(outcome.clause))
        wording = Plain(world)
        text = " ".join(each.text for each in sentences(proof, wording))
        facts = [wording.fact(node) for node in proof.nodes() if isinstance(node, Fact)]
        assert [fact for fact in facts if fact not in text and "kinship" not in fact] == []


@pytest.mark.parametrize("first", [240_000])
def test_tree_holds_every_conclusion(first: int) -> None:
    """The tree can be written as JSON and has a place with premises for each conclusion."""
    for world, outcome in unsolvable(first, 60):
        proof = derivation(outcome.clause)
        whole = json.loads(json.dumps(tree(proof, Plain(world))))
        conclusions = 0
        ids: list[int] = []
        refs: set[int] = set()
        ahead = [whole, *whole.get("lines", [])]
        while ahead:
            node = ahead.pop()
            ids += [node["id"]] if "id" in node else []
            refs |= {node["ref"]} if "ref" in node else set()
            if "left" in node:
                conclusions += 1
                ahead += [node["left"], node["right"]]
            else:
                assert ("cause" in node) != ("ref" in node)
        assert conclusions >= sum(isinstance(node, Conclusion) for node in proof.nodes())
        assert len(ids) == len(set(ids))
        assert refs == set(ids)
