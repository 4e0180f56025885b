"""The words about outcomes."""

from __future__ import annotations

import json

import pytest

from resolver.many.lines import Line
from resolver.many.outcomes import Outcome, Usage
from resolver.many.report import as_json, as_text, milliseconds, summary
from resolver.many.tally import Tally
from resolver.model.requirement import Requirement
from support.many import outcome
from support.schema import check, load_schema


def test_a_line_is_told_on_one_line() -> None:
    """Of an explanation its first sentence; nothing that came from outside controls the terminal."""
    assert as_text(outcome(3, seconds=0.0125), 10) == "Success (3/10, 12.5 ms): p3, 1 package\n"
    said = "1. Because a depends on b.\n2. So there is no solution."
    assert as_text(outcome(1, "unsatisfiable", said=said), 1) == (
        "No solution (1/1, 1.00 ms): p1: Because a depends on b.\n"
    )
    assert as_text(outcome(2, "failed", said="\x1b[2J  gone\r"), 2) == (
        "Failed (2/2, 1.00 ms): p2: \N{REPLACEMENT CHARACTER}[2J gone\N{REPLACEMENT CHARACTER}\n"
    )


@pytest.mark.parametrize("status", ["solved", "unsatisfiable", "failed"])
def test_json_is_that_of_the_schema(status: str) -> None:
    """One document a line."""
    text = as_json(outcome(2, status, said="a\nb"))
    assert text.count("\n") == 1
    document = json.loads(text)
    check(document, load_schema("resolve-many-1"))
    assert (document["number"], document["status"], document["seconds"]) == (2, status, 0.001)


def test_lines_and_outcomes_show_what_they_are() -> None:
    """In a debugger, and where a test fails."""
    found = outcome(3, "failed")
    assert repr(found) == "Outcome(3, 'failed')"
    assert repr(Line(2, Requirement.parse("a>1"))) == "Line(2, 'a>1')"


def test_a_requirement_may_have_no_origin() -> None:
    """Where no file was read."""
    document = json.loads(as_json(Outcome(Line(1, Requirement.parse("a")), "solved")))
    check(document, load_schema("resolve-many-1"))
    assert document["origin"] is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "0.00 ms"),
        (0.009994, "9.99 ms"),
        (0.009996, "10.0 ms"),
        (0.0999, "99.9 ms"),
        (0.09996, "100 ms"),
    ],
)
def test_short_times_have_three_digits(seconds: float, expected: str) -> None:
    assert milliseconds(seconds) == expected


def test_the_summary_has_totals_percentiles_the_slowest_and_memory() -> None:
    tally = Tally()
    for number in range(1, 21):
        tally.add(outcome(number, "failed" if number == 7 else "solved", seconds=number / 1000))
    tally.note_usage("here", Usage(memory=20.4, requests=3, bytes=2_000_000))
    said = summary(tally, 1200, 0.5)
    assert said[0] == "20 of 1,200 lines in 0.50 s: 19 succeeded, 0 without a solution, 1 failed"
    times = "median 10.0 ms, 90 % 18.0 ms, 95 % 19.0 ms, 99 % 20.0 ms, at most 20.0 ms"
    assert said[1] == f"A line took 10.5 ms on average, {times}"
    slowest = ", ".join(f"p{number} {number}.0 ms" for number in range(20, 10, -1))
    assert said[2:] == [f"Slowest: {slowest}", "Memory: at most 20 MB; 3 requests, 2.00 MB received"]


def test_the_summary_of_one_line_is_short() -> None:
    """And says nothing of memory that could not be measured."""
    tally = Tally()
    tally.add(outcome(1))
    tally.note_usage("here", Usage())
    times = "median 1.00 ms, 90 % 1.00 ms, 95 % 1.00 ms, 99 % 1.00 ms, at most 1.00 ms"
    assert summary(tally, 1, 0.001) == [
        "1 line in 0.00 s: 1 succeeded, 0 without a solution, 0 failed",
        f"A line took 1.00 ms on average, {times}",
    ]


def test_the_summary_names_the_largest_process() -> None:
    tally = Tally()
    tally.add(outcome(1))
    tally.note_usage("here", Usage(memory=10))
    tally.note_usage("there", Usage(memory=30))
    assert summary(tally, 1, 0.001)[-1] == (
        "Memory: at most 30 MB in the largest of 2 processes; 0 requests, 0.00 MB received"
    )
