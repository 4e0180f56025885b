"""Policy: one rule each."""

from __future__ import annotations

import pytest

from resolver.model.distfile import DistFile
from resolver.model.requirement import Requirement
from resolver.policy import PreRelease, PreReleases, PythonMismatch, TooNew, Yanked, too_new, yanked


def file(**facts: object) -> DistFile:
    """Return a file with only the given facts."""
    return DistFile("a-1-py3-none-any.whl", "https://index.example/a", **facts)  # type: ignore[arg-type]  # facts differ


def test_file_that_is_not_yanked_has_no_reason() -> None:
    assert yanked(file(), pinned=False) is None
    assert yanked(file(yanked=False), pinned=False) is None


def test_yanked_file_is_left_out_with_the_publishers_reason() -> None:
    assert yanked(file(yanked="broken"), pinned=False) == Yanked("broken")
    assert yanked(file(yanked=True), pinned=False) == Yanked()


def test_yanked_file_is_kept_when_pinned_exactly() -> None:
    assert yanked(file(yanked="broken"), pinned=True) is None


@pytest.mark.parametrize(
    ("uploaded", "kept"),
    [
        ("2024-05-31T23:59:59Z", True),
        ("2024-05-31T23:59:59.999999Z", True),
        ("2024-06-01T00:00:00Z", False),
        ("2024-06-01T00:00:00.000001Z", False),
        (None, False),
    ],
)
def test_cutoff_leaves_out_what_is_not_known_to_be_older(uploaded: str | None, *, kept: bool) -> None:
    """The cut-off itself is out, and so is a file without an upload time."""
    reason = too_new(file(upload_time=uploaded), "2024-06-01T00:00:00Z")
    assert (reason is None) is kept


def test_without_a_cutoff_the_upload_time_does_not_matter() -> None:
    assert too_new(file(), None) is None


@pytest.mark.parametrize(
    ("mode", "allowed", "last"),
    [
        ("disallow", (False, False), True),
        ("allow", (True, True), False),
        ("if-necessary", (True, True), True),
        ("explicit", (True, False), True),
    ],
)
def test_pre_release_modes(mode: str, allowed: tuple[bool, bool], *, last: bool) -> None:
    """``explicit`` looks at what the user's own requirements name."""
    rule = PreReleases(mode, [Requirement.parse("named>=1.0b1"), Requirement.parse("other>=1")])
    assert (rule.allowed("named"), rule.allowed("other")) == allowed
    assert rule.last is last


def test_reasons_are_equal_by_class_and_detail() -> None:
    assert Yanked("x") == Yanked("x")
    assert Yanked("x") != Yanked("y")
    assert Yanked("x") != TooNew("x")
    assert len({Yanked("x"), Yanked("x"), PreRelease()}) == 2


def test_reasons_say_what_they_mean_of_one_and_of_many() -> None:
    reason = PythonMismatch(">=3.13", "3.12.0")
    assert reason.says(many=False) == "needs Python >=3.13 (the target is Python 3.12.0)"
    assert reason.says(many=True) == "need Python >=3.13 (the target is Python 3.12.0)"
    assert Yanked("broken").says(many=False) == "was yanked (broken)"
