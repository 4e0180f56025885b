"""Repairs: each kind, what is left alone, and what cannot be helped."""

from __future__ import annotations

import pytest

from resolver.model.repairs import repaired_specifiers, repairs
from resolver.model.specifiers import MAX_LENGTH, InvalidSpecifier, Specifiers


@pytest.mark.parametrize(
    ("text", "meant", "words"),
    [
        (">=1.0<2.0!=1.5", ">=1.0,<2.0,!=1.5", ("missing comma inserted",)),
        ("!=~5.0.1,>=4", "!=5.0.1.*,>=4", ("stray tilde replaced by a wildcard",)),
        (">= 1.9.*, <2.*", ">=1.9,<2", ("wildcard removed behind an ordering operator",)),
        (">=1.9.*,==2.*", ">=1.9,==2.*", ("wildcard removed behind an ordering operator",)),
        ("!=3.10*,==3.1*", "!=3.10.*,==3.1.*", ("missing dot inserted before a wildcard",)),
        (">dev", ">0.0.0dev", ("missing number inserted before dev",)),
        (">=9.0.0a1.0,<10.0", ">=9.0.0a1,<10.0", ("trailing zero removed behind a pre-release",)),
        (">=9a1.0", ">=9a1", ("trailing zero removed behind a pre-release",)),
        ("'>=2.7'", ">=2.7", ("stray quotes removed",)),
        (">=1,'", ">=1", ("stray quotes removed",)),
    ],
)
def test_each_kind_is_repaired_and_named(text: str, meant: str, words: tuple[str, ...]) -> None:
    """The specifiers are those that were meant, the repairs those that it took."""
    actual, applied = repaired_specifiers(text)
    assert Specifiers(meant) == actual
    assert words == applied


def test_several_repairs_are_applied_one_after_the_other() -> None:
    """No more of them than it takes."""
    actual, applied = repaired_specifiers(">=2.7!=3.0*',")
    assert Specifiers(">=2.7,!=3.0.*") == actual
    assert applied == (
        "missing comma inserted",
        "missing dot inserted before a wildcard",
        "trailing comma removed",
        "stray quotes removed",
    )


@pytest.mark.parametrize("text", ["", ">=1", ">=1, ", "==1.*,!=1.1.*"])
def test_what_can_be_read_is_left_alone(text: str) -> None:
    """No repair is applied, and the text stays."""
    actual, applied = repaired_specifiers(text)
    assert (actual.text, applied) == (text, ())


@pytest.mark.parametrize("text", [">=x", "nonsense", "!=~", ">=3*", "=>1", f">={'1.' * MAX_LENGTH}"])
def test_what_cannot_be_repaired_is_refused(text: str) -> None:
    """The error is about the text as it is."""
    with pytest.raises(InvalidSpecifier):
        repaired_specifiers(text)


def test_repairs_that_change_nothing_are_not_yielded() -> None:
    """Each step differs from the one before and names one repair more."""
    steps = list(repairs("!=~1.0*,"))
    assert [text for text, _ in steps] == ["!=1.0.**,", "!=1.0.**"]
    assert [len(words) for _, words in steps] == [1, 2]
    assert list(repairs(">=1")) == []
