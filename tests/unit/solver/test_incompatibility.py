from __future__ import annotations

from resolver.solver.incompatibility import Clause, Depends, Derived, Expansion, Given, resolve


def given(**terms: int) -> Clause:
    """Return a fact about packages named by their number: ``given(p0=...)``."""
    return Clause([int(name[1:]) for name in terms], list(terms.values()), Given(None))


class TestResolve:
    """The generalised resolution rule of Dart pub, negated."""

    def test_pivot_meets_and_the_others_unite(self) -> None:
        terms = {0: 0b0110, 1: 0b0001}
        resolve(terms, [0, 1, 2], [0b1100, 0b0010, 0b1000], 0)
        assert terms == {0: 0b0100, 1: 0b0011, 2: 0b1000}

    def test_pivot_goes_away_where_nothing_is_left(self) -> None:
        terms = {0: 0b0010, 1: 0b0001}
        resolve(terms, [0], [0b0100], 0)
        assert terms == {1: 0b0001}

    def test_term_that_allows_nothing_is_left_out(self) -> None:
        terms = {0: 0b0010}
        resolve(terms, [0, 1], [0b0110, 0], 0)
        assert terms == {0: 0b0010}

    def test_everything_but_some_candidates_stays_exact(self) -> None:
        terms = {0: ~0b0010}
        resolve(terms, [0], [~0b0100], 0)
        assert terms == {0: ~0b0110}


class TestExpansion:
    def test_fact_has_its_own_terms_but_those_that_allow_nothing(self) -> None:
        assert Expansion().terms(given(p0=~2, p1=0)) == {0: ~2}

    def test_terms_left_out_of_a_learned_clause_come_back(self) -> None:
        """p0 needs p1, which the ground rules out: the learned clause says only that p0 is out."""
        first = given(p0=~2, p2=4)
        second = given(p2=~4, p1=2)
        learned = Clause([0], [~2], Derived(first, [second], [2]))
        assert Expansion().terms(learned) == {0: ~2, 1: 2}

    def test_shared_parts_are_worked_out_once(self) -> None:
        shared = Clause([0], [2], Derived(given(p0=6), [given(p0=2)], [0]))
        expansion = Expansion()
        assert expansion.terms(shared) is expansion.terms(shared)

    def test_deep_derivation_does_not_recurse(self) -> None:
        clause = given(p0=-1)
        for i in range(20_000):
            clause = Clause([0], [-1], Derived(clause, [given(p0=~(2 << i % 7))], [0]))
        assert Expansion().terms(clause) == {0: ~0b11111110}


def test_payloads_of_merged_dependencies_are_by_candidate_in_order() -> None:
    first = Depends(0, 1, 5, "five")
    assert Depends(0, 1, 3, "three", first).payloads() == {5: "five", 3: "three"}
    assert list(Depends(0, 1, 3, "three", first).payloads()) == [5, 3]
    assert first.payloads() == {5: "five"}


def test_clause_shows_its_terms() -> None:
    assert repr(given(p0=0b110)) == "<Clause (0, 0b110) Given>"
    assert repr(given()) == "<Clause empty Given>"
