"""The plot: one picture for the same times, with all of them in it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.many.lines import Line
from resolver.many.outcomes import Outcome
from resolver.many.plot import drawn, page
from resolver.many.tally import Tally
from resolver.model.requirement import Requirement
from support.many import outcome

NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}


def tally(*seconds: float, failed: int = 0) -> Tally:
    """Return the tally of lines that took so long, the last ``failed`` of which did not succeed."""
    found = Tally()
    for number, each in enumerate(seconds, 1):
        status = "failed" if number > len(seconds) - failed else "solved"
        found.add(outcome(number, status, seconds=each))
    return found


def bars(picture: str) -> list[tuple[float, float, str]]:
    """Return height, place and filling of each bar, without those of the legend."""
    root = ET.fromstring(picture)
    found = [each.attrib for each in root.findall("svg:rect", NAMESPACE) if "stroke" not in each.attrib]
    return [(float(each["height"]), float(each["x"]), each["fill"]) for each in found]


def test_bars_are_as_high_as_there_are_lines() -> None:
    """Lines that did not succeed stand on those that did, in a pattern and not only another colour."""
    picture = drawn(tally(0.0011, 0.0011, 0.0011, 0.0011, 0.2, 0.0011, failed=1).timings)
    (many, left, solved), (one_more, same, others), (one, right, again) = bars(picture)
    assert many == pytest.approx(4 * one_more, abs=0.1)
    assert one == pytest.approx(one_more, abs=0.1)
    assert left == same < right
    assert (solved, again) == ("#99bbdd", "#99bbdd")
    assert others == "url(#others)"
    assert "5 solved" in picture
    assert "1 not" in picture


def test_the_axis_has_whole_decades_and_the_percentiles_are_marked() -> None:
    picture = drawn(tally(0.0002, 0.003, 0.0031, 1.5).timings)
    texts = re.findall(r">([^<>]+)</text>", picture)
    assert texts[:6] == ["100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"]
    assert texts[6:9] == ["0", "1", "2"]
    assert texts[10:13] == ["median 3.00 ms", "90 % 1500.00 ms", "99 % 1500.00 ms"]


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=30), st.integers(0, 30))
def test_whatever_the_times_the_picture_is_whole_and_the_same(seconds: list[float], failed: int) -> None:
    """Law: it can be read, all bars lie in the frame, and drawing again gives the same bytes."""
    timings = tally(*seconds, failed=failed).timings
    picture = drawn(timings)
    assert picture == drawn(timings)
    for height, x, _ in bars(picture):
        assert 0 < height <= 230
        assert 50 <= x < 620


def test_the_page_needs_nothing_else_and_quotes_what_it_shows() -> None:
    """Requirements hold angle brackets; no script, no other file."""
    found = tally(0.001, 0.002)
    found.add(Outcome(Line(3, Requirement.parse('a<2; os_name == "nt"')), "solved", seconds=0.5))
    text = page(found, ["3 lines & more"])
    assert "<td>a&lt;2; os_name == &quot;nt&quot;</td><td>500.00</td>" in text
    assert "<p>3 lines &amp; more</p>" in text
    assert drawn(found.timings).rstrip("\n") in text
    assert "<script" not in text
    assert "href" not in text
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
