"""Tests for ``resolver.bridge.numbering``."""

from __future__ import annotations

from typing import NamedTuple

from resolver.bridge.numbering import Numbering


class Loose(NamedTuple):
    """Cannot be hashed where its list is filled in."""

    name: str
    extras: list[str]


def test_equal_objects_share_a_number() -> None:
    """The first one seen stands for those that equal it."""
    numbering = Numbering()
    first = ("a", 1)
    assert numbering.find(first) == -1
    assert numbering.add(first) == 0
    assert numbering.find(("a", 1)) == 0
    assert numbering.items[0] is first


def test_objects_that_cannot_be_hashed_are_compared_one_by_one() -> None:
    """Beside those that can."""
    numbering = Numbering()
    assert numbering.add(Loose("a", [])) == 0
    assert numbering.add("b") == 1
    assert numbering.add(Loose("a", ["x"])) == 2
    assert [numbering.find(each) for each in (Loose("a", ["x"]), Loose("a", []), "b")] == [2, 0, 1]
    assert numbering.find(Loose("a", ["y"])) == -1
    assert len(numbering) == 3


def test_object_is_found_by_identity_whatever_it_says_of_equality() -> None:
    """As where a provider's candidates equal nothing, not even themselves."""

    class Odd:
        __hash__ = None  # type: ignore[assignment]  # the point

        def __eq__(self, other: object) -> bool:
            return False

    numbering = Numbering()
    odd = Odd()
    numbering.add(odd)
    assert numbering.find(odd) == 0
    assert numbering.find(Odd()) == -1
