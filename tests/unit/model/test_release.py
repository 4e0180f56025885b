from __future__ import annotations

import copy
import pickle
from collections.abc import Hashable, Sequence
from random import Random

import pytest

from resolver.model.release import Release, Release1, Release2, Release3, ReleaseN

SEGMENTS = [(1,), (1, 2), (1, 2, 3), (2024, 1, 4, 7), (0,), (1, 0, 0), (0, 0, 0, 0, 0), (10**40, 2, 2)]


@pytest.mark.parametrize(
    ("segments", "kind"),
    [
        ((5,), Release1),
        ((5, 4), Release2),
        ((5, 4, 3), Release3),
        ((5, 4, 3, 2), ReleaseN),
        (range(9), ReleaseN),
    ],
)
def test_class_is_chosen_by_the_number_of_segments(segments: Sequence[int], kind: type[Release]) -> None:
    release = Release.of(segments)
    assert kind is type(release)
    assert tuple(segments) == release.segments


def test_release_without_segments_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one segment"):
        Release.of(())


@pytest.mark.parametrize("segments", SEGMENTS)
def test_release_stands_for_the_tuple_of_its_segments(segments: tuple[int, ...]) -> None:
    release = Release.of(segments)
    assert release == segments
    assert segments == release
    assert hash(segments) == hash(release)
    assert {segments: "found"}[release] == "found"  # type: ignore[index]  # that is the point
    assert release != (*segments, 0)
    assert release != Release.of((*segments, 0))
    assert release != list(segments)
    assert Release.of(list(segments)) == release


@pytest.mark.parametrize("segments", SEGMENTS)
def test_release_is_a_sequence(segments: tuple[int, ...]) -> None:
    release = Release.of(segments)
    assert isinstance(release, Sequence)
    assert isinstance(release, Hashable)
    assert list(segments) == list(release)
    assert len(segments) == len(release)
    assert list(reversed(segments)) == list(reversed(release))
    assert (segments[0], segments[-1]) == (release[0], release[-1])
    assert segments[:2] == release[:2]
    assert segments[::-1] == release[::-1]
    assert segments.count(0) == release.count(0)
    assert segments.index(segments[-1]) == release.index(segments[-1])
    assert segments[0] in release
    assert -1 not in release
    with pytest.raises(IndexError):
        release[len(segments)]
    with pytest.raises(ValueError, match="not in"):
        release.index(99, 0, 1)


def test_release_is_unpacked_and_matched_like_a_sequence() -> None:
    major, *others = Release.of((3, 11, 4))
    assert (major, others) == (3, [11, 4])
    match Release.of((3, 11, 4)):
        case [3, minor, *_]:
            assert minor == 11
        case _:
            pytest.fail("a release is no sequence to match")


def test_segments_have_names() -> None:
    release = Release3(3, 11, 4)
    assert (release.major, release.minor, release.micro) == (3, 11, 4)


def test_order_ignores_trailing_zeros() -> None:
    """See the law in the module docstring: neither is less, and both ``<=`` hold."""
    short, long = Release.of((1,)), Release.of((1, 0, 0, 0))
    assert not short < long
    assert not short > long
    assert short <= long <= short
    assert short >= long >= short
    assert short != long


def test_order_is_that_of_the_segments_otherwise() -> None:
    releases = [(0,), (0, 0, 1), (1,), (1, 0, 1), (1, 1), (1, 1, 0, 1), (2,), (10,), (10, 2)]
    made = [Release.of(segments) for segments in releases]
    assert made == sorted(Random(1).sample(made, len(made)))
    for i, low in enumerate(made):
        for high in made[i + 1 :]:
            assert low < high
            assert low <= high
            assert high > low
            assert high >= low
            assert not high < low
            assert not high <= low


def test_release_is_ordered_among_tuples_too() -> None:
    assert Release.of((3, 12)) >= (3, 8)
    assert Release.of((3, 12)) > (3, 8)
    assert Release.of((3, 12)) >= (3, 12, 0)
    assert not Release.of((3, 12)) > (3, 12, 0)


def test_release_is_not_ordered_among_other_types() -> None:
    release = Release.of((1, 2))
    for compare in (release.__lt__, release.__le__, release.__gt__, release.__ge__):
        assert compare("1.2") is NotImplemented  # type: ignore[arg-type]  # a wrong type on purpose
    assert release != "1.2"


@pytest.mark.parametrize("segments", SEGMENTS)
def test_release_survives_pickle_and_copy(segments: tuple[int, ...]) -> None:
    release = Release.of(segments)
    for twin in (pickle.loads(pickle.dumps(release)), copy.copy(release), copy.deepcopy(release)):
        assert release == twin
        assert type(release) is type(twin)


def test_release_shows_as_text() -> None:
    assert str(Release.of((1, 0, 3))) == "1.0.3"
    assert repr(Release.of((1, 0))) == "<Release2('1.0')>"


def test_base_class_holds_no_segments() -> None:
    with pytest.raises(NotImplementedError):
        _ = Release().segments
