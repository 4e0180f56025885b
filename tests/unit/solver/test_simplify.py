from __future__ import annotations

from resolver.solver.derivation import Conclusion, Derivation, Fact, Node, check, derivation
from resolver.solver.engine import Solver, Unsolvable
from resolver.solver.incompatibility import Depends, Given, Rejected, Same
from resolver.solver.simplify import simplify
from support.universes import Served, World, world


def proof_of(found: World) -> Derivation:
    outcome = Solver(Served(found)).advance()
    assert isinstance(outcome, Unsolvable)
    return derivation(outcome.clause)


def facts(proof: Derivation) -> list[Fact]:
    return [node for node in proof.nodes() if isinstance(node, Fact)]


def simplified(root: Node) -> Derivation:
    proof = Derivation(root)
    check(proof)
    short = simplify(proof)
    check(short)
    return short


def given(**terms: int) -> Fact:
    return Fact({int(name[1:]): mask for name, mask in terms.items()}, [Given(None)])


def test_candidates_that_need_something_else_each_are_one_fact() -> None:
    """Ten candidates of 0 need ten different ones of 1, none of which is the one that is required."""
    count = 10
    needs: list[list[list[tuple[int, int]]]] = [
        [[(1, 4 << i)] for i in range(count)],
        [[] for _ in range(count + 1)],
    ]
    proof = proof_of(world([(0, (2 << count) - 2), (1, 2)], needs))
    short = simplify(proof)
    check(short)
    assert len(facts(proof)) == count + 2
    assert len(facts(short)) == 3
    merged = next(fact for fact in facts(short) if isinstance(fact.causes[0], Depends))
    assert merged.terms == {0: ~((2 << count) - 2), 1: sum(4 << i for i in range(count))}
    assert len(merged.causes) == count


def test_unusable_candidates_are_one_fact() -> None:
    proof = proof_of(world([(0, 0b1110)], [[[]] * 3], broken={0: 0b1110}))
    short = simplify(proof)
    check(short)
    rejected = [fact for fact in facts(short) if isinstance(fact.causes[0], Rejected)]
    assert [fact.terms for fact in rejected] == [{0: ~0b1110}]
    assert [cause.candidate for cause in rejected[0].causes if isinstance(cause, Rejected)] == [0, 1, 2]


def test_same_need_of_several_candidates_is_one_fact_with_the_widest_cause() -> None:
    """0 and 1 of package 0 need the same; the proof used the clause before and after it grew."""
    narrow = Depends(0, 1, 0, "zero")
    wide = Depends(0, 1, 1, "one", narrow)
    first, second = Fact({0: ~0b010, 1: 0b10}, [narrow]), Fact({0: ~0b110, 1: 0b10}, [wide])
    out = given(p1=~0b10)
    left = Conclusion({0: ~0b010}, first, out, 1)
    right = Conclusion({0: ~0b110}, second, out, 1)
    short = simplified(Conclusion({}, Conclusion({0: 0b100}, given(p0=0b110), left, 0), right, 0))
    assert [fact.causes for fact in facts(short) if isinstance(fact.causes[0], Depends)] == [(wide,)]


def test_step_that_adds_nothing_is_left_out() -> None:
    needed, out = given(p0=0b10), Fact({0: ~0b10}, [Rejected(0)])
    useless = Conclusion({0: 0b110}, needed, given(p0=0b110), 0)
    assert len(simplified(Conclusion({}, useless, Fact({0: 1}, [Rejected(0)]), 0)).nodes()) == 3
    assert len(simplified(Conclusion({}, needed, out, 0)).nodes()) == 3


def test_reasons_of_the_same_form_are_told_once() -> None:
    """Two parts of 0 are out because of what they need of 1 and the same requirement on 1."""
    required = given(p1=0b001)
    parts: list[Node] = []
    for mask, needed in ((0b010, 0b010), (0b100, 0b100)):
        need = Fact({0: ~mask, 1: needed}, [Depends(0, 1, mask.bit_length() - 2, None)])
        parts.append(Conclusion({0: ~mask}, need, required, 1))
    short = simplified(Conclusion({}, Conclusion({0: 0b100}, given(p0=0b110), parts[0], 0), parts[1], 0))
    assert len(short.nodes()) == 5
    assert {0: ~0b110, 1: 0b110} in [fact.terms for fact in facts(short)]


def test_reasons_that_are_needed_elsewhere_stay() -> None:
    """That candidate 0 of 0 is out is used twice: it is one node before and after."""
    need = Fact({0: ~0b010, 1: 0b010}, [Depends(0, 1, 0, None)])
    part = Conclusion({0: ~0b010}, need, given(p1=0b001), 1)
    uses = [Fact({2: ~mask, 0: 0b010}, [Depends(2, 0, mask, None)]) for mask in (0b010, 0b100)]
    first, second = (Conclusion({2: use.terms[2]}, use, part, 0) for use in uses)
    root = Conclusion({}, Conclusion({2: 0b100}, given(p2=0b110), first, 2), second, 2)
    short = simplified(root)
    assert [node.terms for node in short.nodes()].count(part.terms) == 1


def test_requirements_on_one_package_are_told_together() -> None:
    """Even where they leave nothing: the causes are kept apart."""
    short = simplify(proof_of(world([(0, 0b010), (0, 0b100)], [[[]] * 2])))
    check(short)
    (only,) = facts(short)
    assert only.terms == {0: 0}
    assert [cause.payload for cause in only.causes if isinstance(cause, Given)] == [("root", 1), ("root", 0)]


def test_two_needs_of_one_candidate_are_not_put_together() -> None:
    short = simplify(proof_of(world([(0, 2)], [[[(1, 0b010), (1, 0b100)]], [[]] * 2])))
    check(short)
    assert sorted(fact.terms[1] for fact in facts(short) if 1 in fact.terms) == [0b010, 0b100]


def test_ties_of_an_extra_are_put_together() -> None:
    ties: list[Node] = [Fact({0: ~mask, 1: mask}, [Same(0, 1)]) for mask in (0b010, 0b100)]
    node: Node = given(p0=0b110)
    terms = {0: 0b110}
    for tie in ties:
        terms = {0: terms[0] & tie.terms[0], 1: terms.get(1, 0) | tie.terms[1]}
        node = Conclusion({package: mask for package, mask in terms.items() if mask}, node, tie, 0)
    short = simplified(Conclusion({}, node, given(p1=~0b110), 1))
    assert [fact.terms for fact in facts(short) if isinstance(fact.causes[0], Same)] == [
        {0: ~0b110, 1: 0b110}
    ]


def test_a_single_fact_is_left_alone() -> None:
    assert len(simplified(given(p0=0)).nodes()) == 1


def test_premise_that_became_enough_by_itself_takes_the_place_of_the_step() -> None:
    """The wider fact rules out both candidates at once, on either side of the step that put two together."""
    narrow = Depends(0, 1, 0, None)
    wide = Depends(0, 1, 1, None, narrow)
    first, second = Fact({0: ~0b010, 1: 0b10}, [narrow]), Fact({0: ~0b110, 1: 0b10}, [wide])
    out, needed = given(p1=~0b10), given(p0=0b110)
    only_left = Conclusion({0: 0b100}, needed, Conclusion({0: ~0b010}, first, out, 1), 0)
    all_of_it = Conclusion({}, needed, Conclusion({0: ~0b110}, second, out, 1), 0)
    assert all_of_it.terms == {}
    for left, right in ((0, 1), (1, 0)):
        sides: list[Node] = [only_left, Conclusion({0: ~0b110}, second, out, 1)]
        short = simplified(Conclusion({}, sides[left], sides[right], 0))
        assert len(short.nodes()) == 5
