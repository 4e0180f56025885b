"""What outcomes come to: counts, exit codes, percentiles, the slowest."""

from __future__ import annotations

import pytest

from resolver.many.lines import Line
from resolver.many.outcomes import FAILED, Outcome, Usage
from resolver.many.tally import Tally, percentile
from support.many import made_lines, outcome


def tally(*codes: int) -> Tally:
    """Return the tally of lines with these exit codes."""
    found = Tally()
    [line] = made_lines("a")
    for number, code in enumerate(codes, 1):
        found.add(Outcome(Line(number, line.requirement), FAILED if code else "solved", exit_code=code))
    return found


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), 0),
        ((0, 0), 0),
        ((0, 1), 1),
        ((1, 7, 0), 7),
        ((7, 5), 5),
        ((1, 3, 5), 3),
        ((3, 4), 4),
        ((4, 70, 1), 70),
    ],
)
def test_the_gravest_exit_code_counts(codes: tuple[int, ...], expected: int) -> None:
    """A line without an answer weighs more than one whose answer is no."""
    assert tally(*codes).exit_code == expected


def test_lines_are_counted_by_how_they_ended() -> None:
    found = Tally()
    for number, status in enumerate(("solved", "failed", "unsatisfiable", "solved"), 1):
        found.add(outcome(number, status))
    assert (found.solved, found.unsatisfiable, found.failed) == (2, 1, 1)
    assert [timing.solved for timing in found.timings] == [True, False, False, True]


def test_the_ten_slowest_of_equal_ones_the_first() -> None:
    found = Tally()
    for number in range(1, 15):
        found.add(outcome(number, seconds=2.0 if number == 14 else 1.0))
    assert [timing.number for timing in found.slowest] == [14, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_of_each_process_the_last_word_counts() -> None:
    """Memory is that of the largest; requests and bytes are added up."""
    found = Tally()
    found.note_usage("a", Usage(memory=10, requests=1, bytes=5))
    found.note_usage("b", Usage(memory=30, requests=4, bytes=1))
    found.note_usage("a", Usage(memory=20, requests=3, bytes=9))
    assert (found.memory, found.requests, found.bytes) == ([30, 20], 7, 10)


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1.0), (1, 1.0), (50, 5.0), (51, 6.0), (90, 9.0), (99, 10.0), (100, 10.0)]
)
def test_percentiles_are_times_of_lines(share: float, expected: float) -> None:
    """By the nearest rank: nothing is interpolated."""
    assert percentile([float(number) for number in range(1, 11)], share) == expected
