"""Policy: one rule each."""

from __future__ import annotations

import pytest

from resolver import policy
from resolver.model.requirement import Requirement
from resolver.policy import (
    BadMetadata,
    BuildFault,
    DirectReference,
    ExcludedByConstraint,
    NeedsBuild,
    NoMatchingWheel,
    OtherReference,
    PreRelease,
    PreReleases,
    PythonMismatch,
    Reason,
    RejectedByCaller,
    SourceOnly,
    TooNew,
    Unreadable,
    WheelOnly,
    Yanked,
    read_modes,
    split_mode,
    too_new,
    yanked,
)


def test_file_that_is_not_yanked_has_no_reason() -> None:
    assert yanked(None, pinned=False) is None
    assert yanked(False, pinned=False) is None


def test_yanked_file_is_left_out_with_the_publishers_reason() -> None:
    assert yanked("broken", pinned=False) == Yanked("broken")
    assert yanked(True, pinned=False) == Yanked()


def test_what_the_index_says_stays_on_one_line_of_bounded_length() -> None:
    """It must not be able to look like lines of ours."""
    assert Yanked("evil\n2. So, it\tworks\r").detail == "evil 2. So, it works"
    assert Yanked("evil\x1b[31m").detail == r"evil\x1b[31m"
    assert len(Yanked("x" * 10_000).detail) == 501


def test_yanked_file_is_kept_when_pinned_exactly() -> None:
    assert yanked("broken", pinned=True) is None


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
    reason = too_new(uploaded, "2024-06-01T00:00:00Z")
    assert (reason is None) is kept


@pytest.mark.parametrize(
    "uploaded", ["", "0", "2023", "1999-01-01", "2023-01-01 00:00:00", "-", "2023-1-1T0:00:00Z"]
)
def test_what_is_no_time_does_not_pass_a_cutoff(uploaded: str) -> None:
    """Although as text it sorts before."""
    assert too_new(uploaded, "2024-06-01T00:00:00Z") is not None


def test_without_a_cutoff_the_upload_time_does_not_matter() -> None:
    assert too_new(None, None) is None


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
    assert rule.last("named") is last


def test_pre_release_modes_of_single_packages() -> None:
    rule = PreReleases("if-necessary", [], modes={"a": "disallow", "b": "allow", "c": "explicit"})
    assert [rule.allowed(name) for name in "abcd"] == [False, True, False, True]
    assert [rule.last(name) for name in "abcd"] == [True, False, True, True]


@pytest.mark.parametrize(
    ("texts", "mode", "modes"),
    [
        ([], "if-necessary", {}),
        (["A.b=allow", "a-b=disallow"], "if-necessary", {"a-b": "disallow"}),
        (["a=allow", ":all:=disallow", "b=allow"], "disallow", {"b": "allow"}),
        (["a=allow", "b=disallow", ":none:=allow"], "if-necessary", {"b": "disallow"}),
        ([":all:=allow", ":none:=allow"], "if-necessary", {}),
        ([":all:=allow", ":none:=disallow"], "allow", {}),
    ],
)
def test_modes_are_read_in_order_as_pip_reads_its_own(
    texts: list[str], mode: str, modes: dict[str, str]
) -> None:
    """What ``pip._internal.models.release_control`` does with ``--all-releases`` and ``--only-final``."""
    assert read_modes("if-necessary", texts) == (mode, modes)


@pytest.mark.parametrize("text", ["a", "a=", "=allow", "a=never", "a b=allow"])
def test_text_that_gives_no_mode_to_a_package_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME=MODE|not a valid|name"):
        split_mode(text, ("allow", "disallow"))


def test_reasons_are_equal_by_class_and_detail() -> None:
    assert Yanked("x") == Yanked("x")
    assert Yanked("x") != Yanked("y")
    assert Yanked("x") != TooNew("x")
    assert len({Yanked("x"), Yanked("x"), PreRelease()}) == 2


def test_reason_is_not_equal_to_what_is_none() -> None:
    assert Yanked("x") != "x"
    assert repr(Yanked("x")) == "Yanked('x')"


@pytest.mark.parametrize(
    ("reason", "one", "many"),
    [
        (
            PythonMismatch(">=3.13", "3.12.0"),
            "needs Python >=3.13 (the target is Python 3.12.0)",
            "need Python >=3.13 (the target is Python 3.12.0)",
        ),
        (Unreadable("a broken specifier"), "has a broken specifier", "have a broken specifier"),
        (
            NoMatchingWheel("it is for another ABI"),
            "has no wheel for the target (it is for another ABI)",
            "have no wheel for the target (it is for another ABI)",
        ),
        (
            SourceOnly(),
            "has no wheel (building source distributions is off)",
            "have no wheel (building source distributions is off)",
        ),
        (
            WheelOnly(),
            "has no source distribution (wheels are not allowed)",
            "have no source distribution (wheels are not allowed)",
        ),
        (
            NeedsBuild(),
            "would have to be built (building is off)",
            "would have to be built (building is off)",
        ),
        (BuildFault("no compiler"), "could not be built (no compiler)", "could not be built (no compiler)"),
        (Yanked("broken"), "was yanked (broken)", "were yanked (broken)"),
        (Yanked(), "was yanked", "were yanked"),
        (
            PreRelease(),
            "is a pre-release (pre-releases are not allowed)",
            "are pre-releases (pre-releases are not allowed)",
        ),
        (
            TooNew("2024-06-01T00:00:00Z"),
            "was uploaded after 2024-06-01T00:00:00Z or at an unknown time",
            "were uploaded after 2024-06-01T00:00:00Z or at an unknown time",
        ),
        (
            ExcludedByConstraint("a<2 (limits.txt:1)"),
            "is excluded by the constraint a<2 (limits.txt:1)",
            "are excluded by the constraint a<2 (limits.txt:1)",
        ),
        (RejectedByCaller("too old"), "is rejected: too old", "are rejected: too old"),
        (RejectedByCaller(), "is rejected by the caller", "are rejected by the caller"),
        (
            BadMetadata("it is empty"),
            "has unusable metadata: it is empty",
            "have unusable metadata: it is empty",
        ),
        (
            DirectReference("b @ https://index.example/b.whl"),
            "requires b @ https://index.example/b.whl (direct references in metadata are refused)",
            "require b @ https://index.example/b.whl (direct references in metadata are refused)",
        ),
        (
            OtherReference("b @ https://index.example/b.whl, but b is to come from ./b"),
            "requires b @ https://index.example/b.whl, but b is to come from ./b",
            "require b @ https://index.example/b.whl, but b is to come from ./b",
        ),
    ],
)
def test_reasons_say_what_they_mean_of_one_and_of_many(reason: Reason, one: str, many: str) -> None:
    assert reason.says(many=False) == one
    assert reason.says(many=True) == many


def test_every_reason_has_words() -> None:
    """A kind of reason is not forgotten above."""
    assert {kind.__name__ for kind in Reason.__subclasses__()} == set(policy.__all__) - {
        "Cutoff",
        "NotFollowed",  # which nobody gets to see
        "PreReleases",
        "Reason",
        "read_modes",
        "split_mode",
        "too_new",
        "yanked",
    }
    with pytest.raises(NotImplementedError):
        Reason().says(many=True)
