"""The words for sets of versions and for conclusions: what a range phrase names, and what "or" means."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.explanation.phrases import PythonWording
from resolver.explanation.ranges import listed
from resolver.solver.explain import Fact
from resolver.solver.incompatibility import Found, Rejected, Same
from support.problems import known_problem

FIVE: dict[str, Any] = {str(n): {} for n in range(1, 6)}
PACKAGES: dict[str, Any] = {
    "a": FIVE,
    "b": {"1": {}, "2": {"yanked": True}, "3": {}},
    "c": {"1": {}},
    "d": {},
}
A, B, C = range(3)


@pytest.fixture
def wording() -> PythonWording:
    """Speak of a (1 to 5), b (1 and 3; 2 was yanked), c (1) and d, which has no version."""
    problem = known_problem(["a", "b", "c", "d"], PACKAGES)
    problem.root()
    return PythonWording(problem)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({A: 0b001010}, "a 1 or 3 is needed"),
        ({A: 0b001100, B: 0b0010}, "a 2 to 3 or b 1 is needed"),
        ({A: 0b111110}, "a version of a is needed"),
        ({B: 0b1010}, "a version of b that can be used is needed"),
        ({A: 0b1000000}, "a version of a that does not exist is needed"),
        ({A: ~0b10, B: 0b1010}, "a 1 needs a version of b that can be used"),
        ({A: ~0b110, B: 0b10}, "a 1 to 2 need b 1"),
        ({A: ~0b10, B: 0b100000}, "a 1 cannot be used"),
        ({A: ~0b10, C: ~0b10, B: 0b10}, "a 1 and c 1 need b 1"),
        ({A: ~0b001010}, "a 1 and 3 cannot be used"),
        ({A: ~0b001010, C: ~0b10}, "a 1 or 3 cannot be used together with c 1"),
        ({A: ~0b111110}, "no version of a can be used"),
        ({B: ~0b1010}, "no version of b can be used"),
        ({A: ~0b111110, C: ~0b10}, "any version of a cannot be used together with c 1"),
    ],
)
def test_conclusions(wording: PythonWording, terms: dict[int, int], said: str) -> None:
    """One of the terms holds: said of what is needed, or of what cannot be."""
    assert wording.conclusion(terms) == said


def test_facts_that_go_without_saying_have_words_all_the_same(wording: PythonWording) -> None:
    """The tree has every fact."""
    beyond = Fact({A: 0b111111}, [Rejected(A)])
    kinship = Fact({A: ~0b10, B: 0b10}, [Same(A, B)])
    assert wording.is_silent(beyond)
    assert wording.is_silent(kinship)
    assert wording.fact(beyond) == "there is no other version of a"
    assert wording.fact(kinship) == "a goes with b"


def test_a_version_that_cannot_be_used_is_not_silent(wording: PythonWording) -> None:
    fact = Fact({B: 0b1011}, [Rejected(B)])
    assert not wording.is_silent(fact)
    assert wording.fact(fact) == "b 2 was yanked"


def test_other_causes_than_those_of_packages_have_no_words(wording: PythonWording) -> None:
    with pytest.raises(AssertionError):
        wording.fact(Fact({A: 1}, [Found(None)]))


@pytest.mark.parametrize(
    ("mask", "text", "count"),
    [(0b001010, "==1 | ==3", 2), (0b111110, "all", 5), (0b1000000, "none", 0), (0b011100, ">=2,<=4", 3)],
)
def test_ranges_of_terms(wording: PythonWording, mask: int, text: str, count: int) -> None:
    """In the notation of specifiers, with the number of candidates."""
    assert wording.term(A, mask) == {"package": "a", "range": text, "candidates": count, "negated": False}
    assert wording.term(A, ~mask) == {"package": "a", "range": text, "candidates": count, "negated": True}


def test_lists() -> None:
    assert [listed(items, "or") for items in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a or b",
        "a, b or c",
    ]
