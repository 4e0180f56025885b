"""The scoreboard: its situations are what they say, its judge judges, and its table has what was found."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from benchmarks.faults import judged, run
from benchmarks.processes import OURS, Process, Told
from benchmarks.situations import SECRET, SITUATIONS, Asked, Large, Situation
from benchmarks.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_NAME = {situation.name: situation for situation in SITUATIONS}


def told(
    said: str = "",
    pins: Mapping[str, str] | None = None,
    *,
    status: int = 0,
    peak: float = 30.0,
    seconds: float = 1.0,
) -> Told:
    return Told(Process(seconds, seconds, peak, status), said, b"", pins or {})


def test_names_are_unique_and_each_situation_has_one_right_outcome() -> None:
    """An answer, or words that the message of a failure must have."""
    assert len(BY_NAME) == len(SITUATIONS)
    assert [each.name for each in SITUATIONS if (each.pins is None) != bool(each.says)] == []


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_every_situation_sends_something(situation: Situation) -> None:
    """But one that is mute; some hang up, and what is large is left to those who measure."""
    if situation.name != "mute" and not isinstance(situation.answers, Large):
        sent = situation.answers(Asked("/simple/a/", {}, 0))
        assert sent.hang_up or sent.pieces[0].startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("name", "outcome", "fault"),
    [
        ("good", told(pins={"a": "1.0"}), ""),
        ("good", told(pins={"a": "0.9"}), "answers a 0.9"),
        ("good", told("no", status=1), "gives up"),
        ("good", told(pins={"a": "1.0"}, peak=500), "takes 500 MB"),
        ("good", told(pins={"a": "1.0"}, seconds=100), "not done after 100 s"),
        ("good", told("Traceback (most recent call last):", status=1), "crashes"),
        ("good", told(status=-6), "crashes"),
        ("status-503", told("answers with status 503", status=3), ""),
        ("status-503", told("it failed", status=3), "does not say what is wrong"),
        ("status-503", told("No matching distribution; 503", status=1), "says that there are no versions"),
        ("status-503", told(pins={}), "succeeds with nothing"),
        ("status-404", told("No matching distribution found", status=1), ""),
    ],
)
def test_the_first_rule_that_is_broken_is_told(name: str, outcome: Told, fault: str) -> None:
    assert judged(BY_NAME[name], outcome, leaks=False) == fault


def test_whoever_keeps_a_login_has_broken_a_rule() -> None:
    assert SECRET in BY_NAME["secret"].userinfo
    assert judged(BY_NAME["secret"], told("500", status=3), leaks=True) == "shows or keeps the login"


@pytest.mark.slow
def test_the_command_does_what_is_right() -> None:
    """Of some situations, by the whole script; the table tells it."""
    import sys

    names = ("good", "status-403", "sidecar-hash", "two-ends", "secret")
    options = Namespace(tools=OURS, situations=",".join(names), python=sys.executable, peers=[])
    document = run(options)
    faults = {name: row["tools"][OURS]["fault"] for name, row in document["rows"].items()}
    assert faults == dict.fromkeys(names, "")
    _, write = TABLES["faults"]
    *_, last = write(document)
    assert last == "| right, of 5 | **5** |"
