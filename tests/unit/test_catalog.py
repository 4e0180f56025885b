"""Catalog: which candidates a listing has for a target, and why the others are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.catalog import Candidates, Catalog
from resolver.cutoffs import Cutoffs
from resolver.earlier import Preferences
from resolver.errors import InputError
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata
from resolver.model.distfile import DistFile
from resolver.model.environment import Environment
from resolver.model.requirement import Origin, Requirement
from resolver.policy import (
    BadMetadata,
    ExcludedByConstraint,
    NoMatchingWheel,
    PreRelease,
    PythonMismatch,
    Reason,
    SourceOnly,
    TooNew,
    Unreadable,
    WheelOnly,
    Yanked,
)
from resolver.rules import Rules

if TYPE_CHECKING:
    from resolver.offers import Offer

LINUX = Environment.target("3.12", "linux")


def file(filename: str, **facts: object) -> DistFile:
    """Return a file of package ``a`` with the given facts."""
    return DistFile(filename, f"https://index.example/{filename}", **facts)  # type: ignore[arg-type]  # facts differ


def candidates(*files: DistFile, rules: Rules | None = None) -> Candidates:
    """Return the candidates that these files give."""
    return Catalog(LINUX, rules or Rules()).add_listing(Listing("a", files))


def reasons(found: Candidates) -> dict[str, Reason | None]:
    """Return the reason of each version, None for a usable one."""
    return {text: found.reason(number) for number, text in enumerate(found.texts)}


def test_candidates_are_sorted_by_version_whatever_the_order_of_the_page() -> None:
    found = candidates(
        file("a-1.10-py3-none-any.whl"), file("a-1.9-py3-none-any.whl"), file("a-1.0rc1-py3-none-any.whl")
    )
    assert found.texts == ["1.0rc1", "1.9", "1.10"]
    assert found.usable == 0b111
    assert found.finals == 0b110


def test_spellings_of_one_version_are_one_candidate() -> None:
    found = candidates(file("a-1.0-py3-none-any.whl"), file("a-1.0.0-cp312-none-any.whl"))
    assert len(found.keys) == 1
    assert [each.filename for each in found.files[0]] == [
        "a-1.0.0-cp312-none-any.whl",
        "a-1.0-py3-none-any.whl",
    ]


def test_candidate_that_does_not_exist_has_no_files() -> None:
    found = candidates(file("a-1-py3-none-any.whl"))
    for number in (-1, 1):
        with pytest.raises(IndexError):
            _ = found.files[number]


def test_the_best_wheel_stands_for_the_candidate() -> None:
    catalog = Catalog(LINUX, Rules())
    names = [
        "a-1-py3-none-any.whl",
        "a-1-cp312-cp312-manylinux_2_17_x86_64.whl",
        "a-1-cp312-cp312-win_amd64.whl",
    ]
    catalog.add_listing(Listing("a", [file(name) for name in names]))
    assert catalog.metadata_file("a", 0).filename == "a-1-cp312-cp312-manylinux_2_17_x86_64.whl"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([file("a-1-py3-none-any.whl", yanked="bad")], Yanked("bad")),
        ([file("a-1-py3-none-any.whl", requires_python=">=3.13")], PythonMismatch(">=3.13", "3.12.0")),
        (
            [file("a-1-py3-none-any.whl", requires_python="three")],
            Unreadable("a Requires-Python that cannot be read (three)"),
        ),
        ([file("a-1-cp312-cp312-win_amd64.whl")], NoMatchingWheel("it is for another platform")),
        ([file("a-1-cp311-cp311-manylinux_2_17_x86_64.whl")], NoMatchingWheel("it is for another ABI")),
        (
            [file("a-1.tar.gz"), file("a-1-cp312-cp312-win_amd64.whl")],
            NoMatchingWheel("it is for another platform"),
        ),
        (
            [file("a-1-cp311-cp311-any.whl"), file("a-1-cp312-cp312-win_amd64.whl")],
            NoMatchingWheel("it is for another platform"),
        ),
        (
            [file("a-1-py3-none-any.whl", yanked=True), file("a-1-cp312-cp312-win_amd64.whl")],
            NoMatchingWheel("it is for another platform"),
        ),
    ],
)
def test_version_without_a_fitting_file_shows_the_reason_of_the_nearest(
    files: list[DistFile], reason: Reason
) -> None:
    found = candidates(*files, rules=Rules(only_binary=["a"]))
    assert found.usable == 0
    assert reasons(found) == {"1": reason}


@pytest.mark.parametrize("served", [True, None])
def test_source_distribution_is_a_candidate(served: object) -> None:
    """Whether its metadata can be read is seen when it is looked at."""
    found = candidates(file("a-1.tar.gz", core_metadata=served))
    assert found.usable == 1


def test_source_distribution_with_served_metadata_comes_first() -> None:
    found = candidates(file("a-1.zip"), file("a-1.tar.gz", core_metadata=True))
    assert [each.filename for each in found.files[0]] == ["a-1.tar.gz", "a-1.zip"]


@pytest.mark.parametrize("no_binary", ["a", ":all:"])
def test_no_binary_leaves_wheels_out(no_binary: str) -> None:
    rules = Rules(no_binary=[no_binary])
    assert reasons(candidates(file("a-1-py3-none-any.whl"), rules=rules)) == {"1": WheelOnly()}
    found = candidates(file("a-1-py3-none-any.whl"), file("a-1.tar.gz"), rules=rules)
    assert [each.filename for each in found.files[0]] == ["a-1.tar.gz"]
    assert candidates(file("a-1-py3-none-any.whl"), rules=Rules(no_binary=["b"])).usable == 1


@pytest.mark.parametrize(
    ("only_binary", "no_binary", "files"),
    [
        ([":all:"], ["a"], ["a-1.tar.gz"]),
        (["a"], [":all:"], ["a-1-py3-none-any.whl"]),
        (["a"], ["a"], []),
        ([":all:"], [":all:"], []),
    ],
)
def test_name_counts_more_than_all(only_binary: list[str], no_binary: list[str], files: list[str]) -> None:
    rules = Rules(only_binary=only_binary, no_binary=no_binary)
    found = candidates(file("a-1-py3-none-any.whl"), file("a-1.tar.gz"), rules=rules)
    assert [each.filename for each in found.files[0]] == files


@pytest.mark.parametrize("only_binary", ["a", ":all:"])
def test_only_binary_leaves_source_distributions_out(only_binary: str) -> None:
    found = candidates(file("a-1.tar.gz", core_metadata=True), rules=Rules(only_binary=[only_binary]))
    assert reasons(found) == {"1": SourceOnly()}


@pytest.mark.parametrize(
    ("only_binary", "kept"),
    [
        (["A"], False),
        ([":none:"], True),
        (["a", ":all:", ":none:"], True),
        ([":all:", ":none:", "b"], True),
        ([":none:", "a"], False),
    ],
)
def test_only_binary_is_read_as_pip_reads_it(only_binary: list[str], *, kept: bool) -> None:
    """Spelling does not matter, and what stands before ``:none:`` does not count."""
    found = candidates(file("a-1.tar.gz", core_metadata=True), rules=Rules(only_binary=only_binary))
    assert bool(found.usable) is kept


def test_only_binary_of_what_is_no_name_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"only_binary: 'a b' is not a valid name"):
        Rules(only_binary=["a b"])


def test_wheels_come_before_source_distributions() -> None:
    found = candidates(file("a-1.tar.gz", core_metadata=True), file("a-1-py3-none-any.whl"))
    assert [each.filename for each in found.files[0]] == ["a-1-py3-none-any.whl", "a-1.tar.gz"]


def test_upload_times_after_the_cutoff_are_left_out() -> None:
    found = candidates(
        file("a-1-py3-none-any.whl", upload_time="2024-01-01T00:00:00Z"),
        file("a-2-py3-none-any.whl", upload_time="2024-07-01T00:00:00Z"),
        rules=Rules(cutoffs=Cutoffs("2024-06-01T00:00:00Z")),
    )
    assert reasons(found) == {"1": None, "2": TooNew("2024-06-01T00:00:00Z")}


def test_pre_releases_are_left_out_where_they_are_not_allowed() -> None:
    found = candidates(
        file("a-1-py3-none-any.whl"), file("a-2b1-py3-none-any.whl"), rules=Rules(prerelease="disallow")
    )
    assert reasons(found) == {"1": None, "2b1": PreRelease()}


def test_constraints_leave_versions_out_and_say_where_they_stand() -> None:
    constraint = Requirement.parse("a<2", Origin("constraints.txt", 3))
    found = candidates(
        file("a-1-py3-none-any.whl"), file("a-2-py3-none-any.whl"), rules=Rules(constraints=[constraint])
    )
    assert reasons(found) == {"1": None, "2": ExcludedByConstraint("a<2 (constraints.txt:3)")}


@pytest.mark.parametrize("listed", [True, False])
def test_a_version_of_before_gets_by_with_files_that_were_not_yanked(*, listed: bool) -> None:
    """Then nothing is opened, so that what is known of the package is the same for all who ask."""
    rules = Rules(preferences=Preferences({"a": ["1.0"]}))
    others = [file("a-1.tar.gz", requires_python=">=3" if listed else ">=4"), file("a-2-py3-none-any.whl")]
    found = candidates(file("a-1-py3-none-any.whl", yanked="bad"), *others, rules=rules)
    first = found.standing(0)
    assert first is not None
    assert first.filename == ("a-1.tar.gz" if listed else "a-1-py3-none-any.whl")
    assert (found.usable, found.yanked) == (0b11, 0b00 if listed else 0b01)
    assert rules.opens(found.offer) is not listed
    assert not rules.opens(candidates(file("a-1-py3-none-any.whl")).offer)


def test_yanked_version_is_usable_but_marked_where_it_is_pinned() -> None:
    found = candidates(
        file("a-1-py3-none-any.whl"),
        file("a-2-py3-none-any.whl", yanked="bad"),
        rules=Rules(requirements=[Requirement.parse("a==2")]),
    )
    assert (found.usable, found.yanked) == (0b11, 0b10)


def test_names_that_say_nothing_are_set_aside() -> None:
    found = candidates(
        file("a-1-py3-none-any.whl"),
        file("a.exe"),
        file("other-1-py3-none-any.whl"),
        file("a-1.x-py3-none-any.whl"),
    )
    assert (found.texts, found.set_aside) == (["1"], 3)


def test_version_is_shown_in_its_normal_form() -> None:
    found = candidates(file("a-1.0.ALPHA1-py3-none-any.whl"))
    assert (found.texts, found.version(0)) == (["1.0.ALPHA1"], "1.0a1")


def test_first_listing_and_first_metadata_stay() -> None:
    """What the solver has seen does not change under it."""
    catalog = Catalog(LINUX, Rules())
    first = catalog.add_listing(Listing("a", [file("a-1-py3-none-any.whl")]))
    assert catalog.add_listing(Listing("a", [])) is first
    known = Metadata("a", "1")
    catalog.add_metadata("a", 0, known)
    catalog.add_metadata("a", 0, BadMetadata("late"))
    assert catalog.metadata("a", 0) is known


class _Kept:
    """A shelf with what an earlier resolution has learnt, and the metadata that it read."""

    def __init__(self, offer: Offer, listing: Listing, metadata: Metadata) -> None:
        self._offer = offer
        self._listing = listing
        self._metadata = metadata

    def recall(self, name: str) -> Offer | None:
        return self._offer if name == self._offer.name else None

    def renewed(self, name: str) -> Offer | None:
        raise AssertionError(name)

    def supposed(self, name: str) -> Offer | None:
        raise AssertionError(name)

    def add(self, offer: Offer) -> None:
        raise AssertionError(offer)

    def listing(self, name: str) -> Listing:
        assert name == self._listing.name
        return self._listing

    def metadata(self, name: str, file: DistFile) -> Metadata | None:
        assert (name, file.filename) == (self._offer.name, self._listing.files[0].filename)
        return self._metadata


@pytest.mark.parametrize(("learnt", "asked"), [("", "x"), ("x", "")])
def test_a_recalled_candidate_is_known_with_all_its_extras(learnt: str, asked: str) -> None:
    """Also with those that the earlier resolution had no use for: proofs may look at them."""
    listing = Listing("a", [file("a-1-py3-none-any.whl", core_metadata={"sha256": "0"})])
    metadata = Metadata("a", "1", requires_dist=("b", "c ; extra == 'x'"), provides_extra=("x",))
    first = Catalog(LINUX, Rules())
    offer = first.add_listing(listing).offer
    first.add_metadata("a", 0, metadata)
    assert first.required("a", 0, learnt) is not None
    second = Catalog(LINUX, Rules())
    second.shelf = _Kept(offer, listing, metadata)
    assert second.candidates("a") is not None
    found = second.required("a", 0, asked)
    assert isinstance(found, tuple)
    assert [each.name for each in found] == ["c" if asked else "b"]
