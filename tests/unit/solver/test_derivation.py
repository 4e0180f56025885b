from __future__ import annotations

import pytest

from resolver.solver.derivation import (
    Conclusion,
    Derivation,
    Fact,
    Node,
    ProofError,
    check,
    derivation,
    survey,
)
from resolver.solver.engine import Solver, Unsolvable
from resolver.solver.incompatibility import Cause, Clause, Depends, Derived, Given, Rejected, Same
from support.universes import Served, world

NEEDED = Fact({0: 0b10}, [Given("0")])
NEEDS = Fact({0: ~0b10, 1: 0b10}, [Depends(0, 1, 0, None)])
OUT = Fact({1: ~0b10}, [Rejected(1)])


def faulty(root: Node) -> Node:
    """Return the node that the checker complains about."""
    with pytest.raises(ProofError) as caught:
        check(Derivation(root))
    return caught.value.node


class TestBuilding:
    def test_steps_are_redone_and_end_with_nothing(self) -> None:
        outcome = Solver(Served(world([(0, 0b10)], [[[(1, 0b10)]], [[]]], broken={1: 0b10}))).advance()
        assert isinstance(outcome, Unsolvable)
        proof = derivation(outcome.clause)
        check(proof)
        assert proof.root.terms == {}
        facts = [node for node in proof.nodes() if isinstance(node, Fact)]
        assert sorted(type(fact.causes[0]).__name__ for fact in facts) == ["Depends", "Given", "Rejected"]

    def test_shared_clause_is_one_node(self) -> None:
        shared = Clause([0], [0b10], Derived(fact(p0=0b110), [fact(p0=0b011)], [0]))
        left = Clause([0, 1], [0b10, 0b10], Derived(fact(p1=0b10, p2=0b10), [shared], [2]))
        assert left.cause is not shared.cause
        top = Clause([], [], Derived(shared, [Clause([], [], Derived(shared, [fact(p0=0b01)], [0]))], [0]))
        nodes = derivation(Clause([], [], Derived(shared, [fact(p0=0b01)], [0]))).nodes()
        assert len(nodes) == len(set(nodes)) == 5
        assert top.packages == []

    def test_same_verdict_of_policy_is_one_node(self) -> None:
        first, second = (Clause([0], [~0b10], Rejected(0)) for _ in range(2))
        start = fact(p0=0b10, p1=0b10)
        middle = Clause([1], [0b10], Derived(start, [first], [0]))
        end = Clause([0], [0b10], Derived(middle, [fact(p1=~0b10, p0=0b10)], [1]))
        proof = derivation(Clause([], [], Derived(end, [second], [0])))
        assert (
            sum(isinstance(node, Fact) and isinstance(node.causes[0], Rejected) for node in proof.nodes())
            == 1
        )

    def test_premises_come_before_conclusions(self) -> None:
        middle = Conclusion({1: 0b10}, NEEDED, NEEDS, 0)
        nodes = Derivation(Conclusion({}, middle, OUT, 1)).nodes()
        assert nodes.index(middle) > max(nodes.index(NEEDED), nodes.index(NEEDS))
        assert isinstance(nodes[-1], Conclusion)


def fact(**terms: int) -> Clause:
    return Clause([int(name[1:]) for name in terms], list(terms.values()), Given(None))


class TestChecking:
    def test_proof_is_accepted(self) -> None:
        check(Derivation(Conclusion({}, Conclusion({1: 0b10}, NEEDED, NEEDS, 0), OUT, 1)))

    def test_premise_that_was_not_needed_is_accepted(self) -> None:
        check(Derivation(Conclusion({}, Fact({}, [Given(None)]), NEEDS, 0)))

    def test_conclusion_may_say_less_than_it_could(self) -> None:
        weak = Conclusion({1: 0b110}, NEEDED, NEEDS, 0)
        check(Derivation(Conclusion({}, weak, Fact({1: 1}, [Given(None)]), 1)))

    def test_term_that_allows_nothing_is_nothing(self) -> None:
        check(Derivation(Fact({0: 0}, [Given(None)])))

    @pytest.mark.parametrize(
        "terms",
        [{}, {0: 0b100}, {1: 0b100}, {1: 0}, {2: 0b10}],
        ids=["too strong", "other package", "other candidate", "nothing", "stranger"],
    )
    def test_conclusion_that_does_not_follow_is_refused(self, terms: dict[int, int]) -> None:
        wrong = Conclusion(terms, NEEDED, NEEDS, 0)
        assert faulty(Conclusion({}, wrong, OUT, 1)) is wrong

    def test_wrong_pivot_is_refused(self) -> None:
        wrong = Conclusion({1: 0b10}, NEEDED, NEEDS, 1)
        assert faulty(wrong) is wrong

    def test_dropped_premise_is_refused(self) -> None:
        wrong = Conclusion({}, NEEDS, OUT, 1)
        assert faulty(wrong) is wrong

    def test_end_that_may_hold_is_refused(self) -> None:
        middle = Conclusion({1: 0b10}, NEEDED, NEEDS, 0)
        assert faulty(middle) is middle

    @pytest.mark.parametrize(
        ("terms", "cause"),
        [
            ({0: 2, 1: 2}, Given(None)),
            ({1: ~2}, Rejected(0)),
            ({0: 2}, Rejected(0)),
            ({0: ~2}, Depends(0, 1, 0, None)),
            ({0: 2, 1: 2}, Depends(0, 1, 0, None)),
            ({0: ~2, 2: 2}, Same(0, 1)),
            ({0: ~2, 1: 4}, Same(0, 1)),
            ({0: ~3, 1: 2}, Same(0, 1)),
            ({0: 2}, Cause()),
        ],
    )
    def test_fact_that_is_none_of_its_cause_is_refused(self, terms: dict[int, int], cause: Cause) -> None:
        wrong = Fact(terms, [cause])
        assert faulty(Conclusion({}, wrong, OUT, 0)) is wrong

    def test_fact_without_a_cause_is_refused(self) -> None:
        wrong = Fact({}, [])
        assert faulty(wrong) is wrong

    def test_node_of_no_kind_is_refused(self) -> None:
        wrong = Node({})
        assert faulty(wrong) is wrong

    @pytest.mark.parametrize("mask", [0b10, 0b110, ~0b111])
    def test_kinship_holds_for_every_mask(self, mask: int) -> None:
        tie = Fact({0: ~mask, 1: mask}, [Same(0, 1)])
        both = Conclusion({1: mask}, Fact({0: mask}, [Given(None)]), tie, 0)
        check(Derivation(Conclusion({}, both, Fact({1: ~mask}, [Given(None)]), 1)))


def test_survey_counts_steps_and_lists_each_fact_once() -> None:
    """Without redoing a step."""
    given = Clause([0], [0b10], Given("a"))
    needs = Clause([0, 1], [~0b10, 0b10], Depends(0, 1, 0, "b"))
    limit = Clause([1], [0b100], Given("c"))
    middle = Clause([1], [0b10], Derived(given, [needs], [0]))
    empty = Clause([], [], Derived(middle, [limit, middle], [1, 1]))
    steps, facts = survey(empty)
    assert steps == 3
    assert set(facts) == {given, needs, limit}
    assert len(facts) == 3
