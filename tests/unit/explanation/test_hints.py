"""Hints: what keeps out what would fit, names that were meant, extras that there are.  Whole ones are in the
scenarios; that they are true, ``tests/differential/test_explanations.py`` verifies.
"""  # noqa: D205  # the claim does not fit one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import BuildRefused, NoSolution
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata
from resolver.model.distfile import DistFile
from resolver.model.requirement import Origin, Requirement
from resolver.naming import distance, is_close
from resolver.session import solve
from support.memory import MemorySource
from support.python_worlds import LINUX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.options import Options


def hints(
    requirements: list[str],
    packages: Mapping[str, Mapping[str, Any]],
    options: Options = LINUX,
    *,
    constraints: tuple[str, ...] = (),
    source: MemorySource | None = None,
) -> list[str]:
    """Return what is hinted where ``requirements`` cannot be satisfied."""
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)],
            [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)],
            options,
            Channels(source=source or MemorySource(packages)),
        )
    return list(caught.value.hints)


TWO: dict[str, Any] = {"1": {}, "2": {}}


def test_nothing_is_hinted_where_nothing_is_kept_out() -> None:
    assert hints(["a>2"], {"a": TWO}) == []


def test_versions_that_would_not_fit_anyway_are_not_hinted_at() -> None:
    """The yanked one is not what is required."""
    assert hints(["a>2"], {"a": {"1": {"yanked": True}, "2": {}}}) == []


def test_several_versions_are_one_hint_with_the_newest_to_pin() -> None:
    packages = {"a": {"1": {"yanked": True}, "2": {"yanked": "broken"}}}
    assert hints(["a"], packages) == [
        "all versions of a would fit, but were yanked; a==2 as a requirement admits it all the same"
    ]


def test_the_nearest_python_that_the_newest_accepts_is_named() -> None:
    packages = {"a": {"1": {"requires_python": "<3.9"}, "2": {"requires_python": ">=3.14,<3.16"}}}
    assert hints(["a"], packages) == ["a 2 accepts Python 3.14 (--python-version 3.14)"]
    assert hints(["a<2"], packages) == ["a 1 accepts Python 3.8 (--python-version 3.8)"]


def test_python_two_is_no_python_to_name() -> None:
    packages = {"a": {"1": {"requires_python": ">=3.13"}, "2": {"requires_python": "<3"}}}
    assert hints(["a"], packages) == ["a 1 accepts Python 3.13 (--python-version 3.13)"]
    assert hints(["a>1"], packages) == []


def test_python_that_only_the_metadata_asks_for_is_named() -> None:
    """An index need not say what its files require."""
    source = MemorySource({"a": {"1": {"requires_python": ">=3.13"}}})
    listing = source.listing_now("a")
    assert listing is not None
    for file in listing.files:
        file.requires_python = None
    assert hints(["a"], {}, source=source) == ["a 1 accepts Python 3.13 (--python-version 3.13)"]


def test_wheels_are_told_by_what_they_are_for() -> None:
    platforms = ("manylinux_2_17_x86_64.manylinux2014_x86_64", "macosx_11_0_arm64", "win_amd64")
    tags = [f"cp3{n}-cp3{n}-{platform}" for n in (8, 9, 10, 11) for platform in platforms]
    (said,) = hints(["a"], {"a": {"1": {"wheel_tags": tags}}})
    assert said == (
        "a 1 has wheels for CPython 3.8 to 3.11 on macOS arm64, manylinux x86_64 (glibc 2.17) and Windows"
        " x86_64, and none for the target (CPython 3.12 on Linux x86_64)"
    )


def test_constraints_are_named_together() -> None:
    said = hints(["a"], {"a": TWO}, constraints=("a>1", "a<2"))
    assert said == [
        "all versions of a would fit without the constraint a>1 (limits.txt:1) and a<2 (limits.txt:2)"
    ]


class OddSource(MemorySource):
    """Serves one listing as it is given."""

    def __init__(self, listing: Listing) -> None:
        super().__init__({})
        self._odd = listing

    def listing_now(self, name: str) -> Listing | None:
        return self._odd if name == self._odd.name else super().listing_now(name)

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        if file.is_bare_source:
            raise BuildRefused("it is not static")
        return Metadata(name, "1")


def file_named(filename: str) -> DistFile:
    return DistFile(filename=filename, url=f"https://index.example/{filename}", hashes={})


def test_source_distribution_that_would_have_to_be_built_is_told() -> None:
    source = OddSource(Listing("a", [file_named("a-1.tar.gz")]))
    assert hints(["a"], {}, source=source) == [
        "a 1 may fit if a-1.tar.gz may be built, which runs its code (--build allow)"
    ]


def test_wheels_that_are_not_allowed_are_told() -> None:
    source = OddSource(Listing("a", [file_named("a-1-py3-none-any.whl")]))
    assert hints(["a"], {}, source=source, options=LINUX.replace(no_binary=(":all:",))) == [
        "a 1 would fit if wheels were allowed (--no-binary)"
    ]


def test_files_with_names_that_cannot_be_read_are_told() -> None:
    source = OddSource(Listing("a", [file_named("a-one.zip"), file_named("readme.txt")]))
    assert hints(["a"], {}, source=source) == [
        "the index lists files of a, but none with a name that can be that of one: a-one.zip"
    ]


def test_modules_of_python_need_no_requirement() -> None:
    assert hints(["sqlite3"], {}) == ["sqlite3 is part of Python itself and needs no requirement"]


def test_dependency_that_is_missing_is_not_taken_for_misspelt() -> None:
    """Nobody but its author can change what it requires."""
    packages: dict[str, Any] = {"flask": {"1": {"requires": ["flaskk"]}}}
    assert hints(["flask"], packages) == []


def test_extra_with_requirements_exists_although_it_is_not_announced() -> None:
    packages: dict[str, Any] = {"a": {"1": {"requires": ["b<2", "b ; extra == 'x'"]}}, "b": TWO}
    assert hints(["a[x]", "b>=2"], packages) == []


def test_extras_beyond_three_are_others() -> None:
    extras: dict[str, list[str]] = {name: [] for name in ("w", "x", "y", "z")}
    packages = {"a": {"1": {"extras": extras, "requires": ["ghost"]}}}
    assert hints(["a[q]"], packages) == ["a 1 has no extra q, only w, x, y and others"]
    assert hints(["a[x]"], packages) == []


def test_there_are_five_hints_at_most() -> None:
    odd = {f"{n}": {"requires": [f"p{n}"]} for n in range(9)}
    packages: dict[str, Any] = {"a": odd, **{f"p{n}": {"1": {"yanked": True}} for n in range(9)}}
    assert len(hints(["a"], packages)) == 5


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        ("requests", "reqeusts", True),
        ("flask", "flaskk", True),
        ("numpy", "nunpi", False),
        ("dateutil", "python-dateutil", True),
        ("ab", "ac", False),
        ("setuptools", "setup-tool", True),
    ],
)
def test_close_names(one: str, other: str, close: bool) -> None:  # noqa: FBT001  # a row
    assert is_close(one, other) is close
    assert is_close(other, one) is close


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("abcd", "bcd", 1), ("kitten", "sitting", 3)],
)
def test_distance_of_names(one: str, other: str, letters: int) -> None:
    """Damerau's: swapped neighbours count once."""
    assert distance(one, other) == letters
