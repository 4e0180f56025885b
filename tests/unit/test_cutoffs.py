"""From when on uploads do not count: what wins, and what is refused."""

from __future__ import annotations

import time

import pytest

from resolver import posing
from resolver.cutoffs import Cutoffs
from resolver.errors import InputError
from resolver.options import Options
from resolver.posing import dated, pose
from resolver.sources import environment_of

INDEXES = ("mine=https://me:secret@Index.example/simple/", "https://other.example/simple")


def instant(cutoffs: Cutoffs, name: str, index: str = "") -> str | None:
    found = cutoffs.of(name, index)
    return None if found is None else found.instant[:10]


def test_package_wins_over_index_wins_over_all() -> None:
    cutoffs = Cutoffs(
        "2024-01-01",
        ["A.b=2024-02-01", "free=false", "twice=2023-01-01", "twice=2024-04-01"],
        ["mine=2024-03-01", "https://other.example/simple/=False"],
        known=INDEXES,
    )
    assert instant(cutoffs, "x") == "2024-01-02"
    assert instant(cutoffs, "a-b") == instant(cutoffs, "a-b", "mine") == "2024-02-02"
    assert instant(cutoffs, "free", "mine") is None
    assert instant(cutoffs, "twice") == "2024-04-02"
    assert instant(cutoffs, "x", "mine") == "2024-03-02"
    assert instant(cutoffs, "x", "https://****@other.example/simple") is None
    assert instant(cutoffs, "x", "https://third.example/simple") == "2024-01-02"


def test_index_with_a_name_may_be_given_by_its_url() -> None:
    """Listings call it by its name."""
    cutoffs = Cutoffs(indexes=["https://index.example/simple=2024-03-01"], known=INDEXES)
    assert instant(cutoffs, "x", "mine") == "2024-03-02"
    assert instant(cutoffs, "x", "https://other.example/simple") is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"exclude_newer_packages": ["a"]}, "exclude_newer_packages 'a': write it as NAME=WHEN"),
        ({"exclude_newer_packages": ["a b=2024-01-01"]}, "exclude_newer_packages: 'a b'"),
        ({"exclude_newer_packages": ["a=soon"]}, "exclude_newer_packages 'soon' is no date"),
        ({"exclude_newer_indexes": ["=P3D"]}, "exclude_newer_indexes '=P3D': write it as INDEX=WHEN"),
        ({"exclude_newer_indexes": ["min=P3D"]}, "no index has this name; did you mean 'mine'?"),
        (
            {"exclude_newer_indexes": ["https://me:pw@i.example/s=P3D"], "replay": "r"},
            "exclude_newer_indexes 'https://i.example/s=p3d': in a recording",
        ),
        (
            {"prerelease_packages": ["a=sometimes"]},
            "prerelease_packages 'a=sometimes': write it as NAME=MODE",
        ),
    ],
)
def test_text_that_says_no_cutoff_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        Options(extra_index_urls=INDEXES, **fields)  # type: ignore[arg-type]  # as the command does
    assert said.lower() in caught.value.message.lower()
    assert "pw" not in caught.value.message


def test_durations_are_counted_from_one_reading_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials and new beginnings pose the same question later."""
    hours = iter(range(10))
    monkeypatch.setattr(time, "time", lambda: next(hours) * 3600.0 + 86400)
    options = dated(
        Options(
            exclude_newer="P1D",
            exclude_newer_packages=["a=1 hour", "b=false"],  # type: ignore[arg-type]  # becomes a tuple
            exclude_newer_indexes=["https://other.example/simple=PT2H"],  # type: ignore[arg-type]  # the same
            extra_index_urls=INDEXES,
        )
    )
    assert options.exclude_newer == "1970-01-01T00:00:00Z"
    assert options.exclude_newer_packages == ("a=1970-01-01T23:00:00Z", "b=false")
    assert options.exclude_newer_indexes == ("https://other.example/simple=1970-01-01T22:00:00Z",)
    first, second = (pose([], [], options, environment_of(options)).catalog.rules for _ in range(2))
    for rules in (first, second):
        cutoffs = [rules.cutoff("a"), rules.cutoff("b"), rules.cutoff("c")]
        assert [each and each.instant for each in cutoffs] == [
            "1970-01-01T23:00:00Z",
            None,
            "1970-01-01T00:00:00Z",
        ]


def test_nothing_is_read_off_the_clock_without_a_cutoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posing, "time", None)
    options = Options()
    assert dated(options) is options
    assert pose([], [], options, environment_of(options)).catalog.rules.cutoffs is None
