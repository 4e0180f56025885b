from __future__ import annotations

import json
from typing import Any

import pytest

from resolver.solver.derivation import Conclusion, Derivation, Fact, Node, check, derivation
from resolver.solver.engine import Solver, Unsolvable
from resolver.solver.explain import sentences, simplify, tree
from resolver.solver.incompatibility import Clause, Depends, Derived, Given, Rejected, Same
from support.universes import Plain, Served, World, world

ALL = 0b110


def proof_of(found: World) -> Derivation:
    outcome = Solver(Served(found)).advance()
    assert isinstance(outcome, Unsolvable)
    proof = simplify(derivation(outcome.clause))
    check(proof)
    return proof


def told(found: World) -> list[str]:
    return [str(sentence) for sentence in sentences(proof_of(found), Plain(found))]


class TestSentences:
    """The examples of "Linear" and "Branching Error Reporting" in Dart pub's doc/solver.md, and more."""

    def test_linear_proof(self) -> None:
        """Linear: a needs b 1, which needs c 2, but c 0 is asked for."""
        found = world([(0, 0b10), (2, 0b10)], [[[(1, 0b100)]], [[], [(2, 0b1000)]], [[]] * 3])
        assert told(found) == [
            "1. Because a 0 needs b 1 and b 1 needs c 2, a 0 needs c 2.",
            "2. So, because you need c 0 and you need a 0, there is no way.",
        ]

    def test_branching_proof(self) -> None:
        """Branching: the first branch is referred to by number."""
        found = world(
            [(0, ALL)],
            [
                [[(1, 0b10), (2, 0b10)], [(3, 0b10), (4, 0b10)]],
                [[(2, 0b100)]],
                [[]] * 2,
                [[(4, 0b100)]],
                [[]] * 2,
            ],
        )
        proof = proof_of(found)
        lines = sentences(proof, Plain(found))
        assert [str(line) for line in lines] == [
            "1. Because b 0 needs c 1 and a 0 needs c 0, b 0 with a 0 is out.",
            "2. And because a 0 needs b 0, a 0 is out.",
            "3. Because d 0 needs e 1 and a 1 needs e 0, d 0 with a 1 is out.",
            "4. And because a 1 needs d 0, a 1 is out.",
            "5. So, because you need a 0,1 and a 0 is out (2), there is no way.",
        ]
        assert [line.is_start for line in lines] == [False, False, True, False, False]
        assert lines[-1].node is proof.root
        assert lines[1].node.terms == {0: ~0b10}

    def test_one_sentence_has_no_number(self) -> None:
        assert told(world([(0, ALL)], [[[]] * 2], usable={0: 1})) == [
            "Because you need a 0,1 and a 0,1 is unusable, there is no way."
        ]

    def test_single_fact(self) -> None:
        assert told(world([(0, 0)], [[]])) == ["Because you need a -, there is no way."]

    def test_root_that_cannot_be_used(self) -> None:
        proof = derivation(Clause([], [], Given("this is too old")))
        assert [str(line) for line in sentences(proof, Plain(world([], [])))] == [
            "Because this is too old, there is no way."
        ]

    def test_candidates_with_the_same_trouble_are_told_together(self) -> None:
        needs: list[list[list[tuple[int, int]]]] = [[[(1, 4 << i)] for i in range(3)], [[]] * 4]
        assert told(world([(0, 0b1110), (1, 2)], needs)) == [
            "Because a 0,1,2 needs b 1,2,3, you need b 0, and you need a 0,1,2, there is no way.",
        ]

    def test_extra_and_base_are_one_thing(self) -> None:
        """Package b is an extra of a; that they go together is not said."""
        found = world([(1, 0b100), (2, 0b10)], [[[]] * 2, [[]] * 2, [[(0, 0b010)]]], same_as={1: 0})
        assert told(found) == ["Because c 0 needs a 0, you need c 0, and you need b 1, there is no way."]

    def test_extra_that_contradicts_its_base_alone(self) -> None:
        found = world([(1, 0b010), (0, 0b100)], [[[]] * 2, [[]] * 2], same_as={1: 0})
        assert told(found) == ["Because you need a 1 and you need b 0, there is no way."]


def given(**terms: int) -> Fact:
    return Fact({int(name[1:]): mask for name, mask in terms.items()}, [Given(None)])


def need(package: int, other: int, needed: int = 0b10) -> Fact:
    return Fact({package: ~0b10, other: needed}, [Depends(package, other, 0, None)])


def follows(left: Node, right: Node, pivot: int) -> Conclusion:
    terms = {package: mask for package, mask in left.terms.items() if mask}
    for package, mask in right.terms.items():
        met = terms[package] & mask if package == pivot else terms.get(package, 0) | mask
        terms[package] = met
    return Conclusion({package: mask for package, mask in terms.items() if mask}, left, right, pivot)


PLAIN = Plain(world([], [[[]] for _ in range(9)]))


class TestShapes:
    """The rules of "Error Reporting" one by one, on proofs made by hand."""

    def lines(self, root: Node) -> list[str]:
        proof = Derivation(root)
        check(proof)
        return [str(line) for line in sentences(proof, PLAIN)]

    def test_two_facts_in_a_row_share_a_sentence(self) -> None:
        """Rule 2.2; the last sentence, which concludes nothing new, may hold three."""
        node: Node = given(p0=0b10)
        for package in range(5):
            node = follows(node, need(package, package + 1), package)
        assert self.lines(follows(node, given(p5=0b01), 5)) == [
            "1. Because you need a 0 and a 0 needs b 0, b 0 is needed.",
            "2. And because b 0 needs c 0 and c 0 needs d 0, d 0 is needed.",
            "3. So, because d 0 needs e 0, e 0 needs f 0, and you need f none, there is no way.",
        ]

    def test_three_clauses_need_no_conclusion_in_between(self) -> None:
        node = follows(follows(given(p0=0b10), need(0, 1), 0), given(p1=0b01), 1)
        assert self.lines(node) == [
            "Because you need a 0, a 0 needs b 0, and you need b none, there is no way."
        ]

    def test_needs_are_told_in_the_order_in_which_one_leads_to_the_next(self) -> None:
        needs = follows(follows(need(2, 3), need(1, 2), 2), given(p3=0b01), 3)
        lines = self.lines(follows(follows(needs, need(0, 1), 1), given(p0=0b10), 0))
        assert lines[0] == "1. Because b 0 needs c 0 and c 0 needs d 0, b 0 needs d 0."

    def test_what_cannot_be_used_is_told_after_what_is_needed(self) -> None:
        out = Fact({1: ~0b10}, [Rejected(1)])
        node = follows(follows(out, need(0, 1), 1), given(p0=0b10), 0)
        assert self.lines(node) == [
            "Because a 0 needs b 0, you need a 0, and b 0 is unusable, there is no way."
        ]

    def test_simple_branch_comes_last_and_needs_no_number(self) -> None:
        """Rule 1.3.1."""
        long = follows(follows(need(0, 1), need(1, 2), 1), need(2, 3), 2)
        short = follows(need(3, 4), given(p4=0b01), 4)
        root = follows(follows(follows(long, short, 3), need(5, 0), 0), given(p5=0b10), 5)
        lines = [str(line) for line in sentences(Derivation(root), PLAIN)]
        assert lines == [
            "1. Because a 0 needs b 0 and b 0 needs c 0, a 0 needs c 0.",
            "2. And because c 0 needs d 0, a 0 needs d 0.",
            "3. Because d 0 needs e 0 and you need e none, d 0 is out.",
            "4. So, because f 0 needs a 0 and you need f 0, there is no way.",
        ]

    def test_simple_branch_that_fits_into_the_sentence_takes_no_line(self) -> None:
        long = follows(follows(need(0, 1), need(1, 2), 1), need(2, 3), 2)
        short = follows(need(3, 4), given(p4=0b01), 4)
        root = follows(follows(long, short, 3), given(p0=0b10), 0)
        assert self.lines(root)[-1] == (
            "3. So, because d 0 needs e 0, you need e none, and you need a 0, there is no way."
        )

    def test_shared_conclusion_is_told_once_and_referred_to(self) -> None:
        """Rule 2.1: that a is out is why both b and c are."""
        shared = follows(need(0, 3), given(p3=0b01), 3)
        first = follows(need(1, 0), shared, 0)
        second = follows(need(2, 0), shared, 0)
        either = given(p1=0b10, p2=0b10)
        proof = Derivation(follows(follows(either, first, 1), second, 2))
        assert [str(line) for line in sentences(proof, PLAIN)] == [
            "1. Because a 0 needs d 0 and you need d none, a 0 is out.",
            "2. And because you need b 0 or c 0 and b 0 needs a 0, c 0 is needed.",
            "3. Because c 0 needs a 0 and a 0 is out (1), c 0 is out.",
            "4. So, because c 0 is needed (2), there is no way.",
        ]

    def test_both_causes_told_before_are_referred_to(self) -> None:
        """Rule 1.1: each of two conclusions is used twice."""
        one = follows(need(0, 1), given(p1=0b01), 1)
        two = follows(need(2, 3), given(p3=0b01), 3)
        sides = [follows(follows(given(p0=0b10, p2=0b10, p4=mask), one, 0), two, 2) for mask in (0b10, ~0b10)]
        lines = [str(line) for line in sentences(Derivation(follows(sides[0], sides[1], 4)), PLAIN)]
        assert lines[-1].endswith("there is no way.")
        assert sum(line.endswith(" a 0 is out.") for line in lines) == 1
        assert sum(line.endswith(" c 0 is out.") for line in lines) == 1
        assert any("is out (1)" in line for line in lines)

    def test_kinship_of_two_extras_is_kinship(self) -> None:
        """Both are extras of b: what follows from two ties is a tie."""
        ties = follows(
            Fact({0: ~0b10, 1: 0b10}, [Same(0, 1)]), Fact({2: ~0b01 & ~0b10, 1: ~0b10}, [Same(2, 1)]), 1
        )
        node = follows(given(p0=0b10), ties, 0)
        root = Conclusion({}, node, Fact({2: 0b10}, [Given(None)]), 2)
        lines = [str(line) for line in sentences(Derivation(root), PLAIN)]
        assert lines == ["Because you need a 0 and you need c 0, there is no way."]


class TestTree:
    def test_facts_have_causes_and_conclusions_have_sides(self) -> None:
        found = world(
            [(1, 0b100), (2, 0b10)], [[[]] * 2, [[]] * 2, [[(0, 0b010)]]], same_as={1: 0}, broken={2: 2}
        )
        whole = tree(proof_of(found), Plain(found))
        assert whole == {
            "text": "there is no way",
            "terms": [],
            "left": {
                "cause": "rejected",
                "text": "c 0 is unusable",
                "terms": [{"package": "c", "range": "none", "candidates": 1}],
            },
            "right": {
                "cause": "given",
                "text": "you need c 0",
                "terms": [{"package": "c", "range": "0", "candidates": 1}],
            },
        }

    def test_every_kind_of_fact_has_its_name(self) -> None:
        found = world([(1, 0b100), (2, 0b10)], [[[]] * 2, [[]] * 2, [[(0, 0b010)]]], same_as={1: 0})
        text = json.dumps(tree(proof_of(found), Plain(found)))
        assert [
            kind for kind in ("given", "depends", "rejected", "same") if f'"cause": "{kind}"' in text
        ] == [
            "given",
            "depends",
            "same",
        ]

    def test_proof_that_would_unfold_without_end_is_cut_by_references(self) -> None:
        """Thirty conclusions, each of which uses the one before twice: a tree of a thousand million nodes."""
        clause = Clause([0, 1], [~0b10, 0b10], Given(None))
        for _ in range(30):
            once = Clause([0], [-1], Derived(clause, [clause], [0]))
            clause = Clause([0], [-1], Derived(once, [clause], [0]))
        whole = json.loads(json.dumps(tree(derivation(clause), PLAIN)))
        assert nodes(whole) < 200

    @pytest.mark.slow
    def test_deep_proof_is_cut_into_lines(self) -> None:
        """A chain of 20,000 packages: neither the proof nor its tellings recurse, and JSON can be written."""
        length = 20_000
        found = world([(0, 2)], [*([[(i + 1, 2)]] for i in range(length)), []])
        proof = proof_of(found)
        assert len(proof.nodes()) > 2 * length
        assert len(sentences(proof, Plain(found))) > length / 3
        whole = tree(proof, Plain(found))
        json.dumps(whole)
        lines = whole["lines"]
        assert isinstance(lines, list)
        assert sum(map(nodes, [whole, *lines])) >= len(proof.nodes())


def nodes(top: dict[str, Any]) -> int:
    """Count the nodes of a tree, but not those in ``lines``."""
    count = 0
    ahead = [top]
    while ahead:
        node = ahead.pop()
        count += 1
        ahead += [node[side] for side in ("left", "right") if side in node]
    return count
