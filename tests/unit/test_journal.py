"""What is said, as JSON lines: each as the schema has it, and nothing at levels where nothing is said."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from resolver.cli import Streams, run
from resolver.console import Console
from resolver.errors import HashMismatch, IndexUnavailable, InputError, LimitReached
from resolver.events import Chosen, Conflicted, Fetched, Rejected, Retried, Warned
from resolver.formats.answer import Answer, Fix, Pinned, Progress, Statistics
from resolver.journal import Journal, about_error
from support.schema import check, load_schema

SCHEMA = load_schema("log-1")


def events(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream, which keep to the schema, without their times."""
    found = [json.loads(line) for line in text.splitlines()]
    for event in found:
        check(event, SCHEMA)
        assert event.pop("time").endswith("Z")
    return found


def console(level: int = 0, **more: Any) -> tuple[Console, io.StringIO]:
    """Return a console that writes a journal, and what it writes to."""
    stream = io.StringIO()
    ticks = iter(range(1000))
    return Console(
        stream,
        {"CI": "1"},
        level=level,
        journal=Journal(stream, lambda: 0.0),
        clock=lambda: next(ticks),
        **more,
    ), stream


def test_each_message_is_an_event() -> None:
    """With a level, and the facts beside the sentence."""
    told, stream = console(level=2)
    told.begin("resolve")
    told.warning("w")
    told.note("n")
    told.hint("h")
    told.fix(Fix("change a", requirements=["a"], options=["--pre"], settings={}))
    told.plain("done", 0)
    told.plain("trace", 2, "traceback")
    told.error("e")
    told.end(1)
    assert [(each["event"], each["level"]) for each in events(stream.getvalue())] == [
        ("started", "info"),
        ("warning", "warning"),
        ("note", "debug"),
        ("hint", "info"),
        ("fix", "info"),
        ("summary", "info"),
        ("traceback", "debug"),
        ("error", "error"),
        ("finished", "info"),
    ]
    fix = events(stream.getvalue())[4]
    assert (fix["message"], fix["requirements"], fix["options"]) == ("change a", ["a"], ["--pre"])


def test_time_is_that_of_the_clock() -> None:
    """In UTC, with milliseconds."""
    stream = io.StringIO()
    Journal(stream, lambda: 1.5).write("note", message=None)
    assert json.loads(stream.getvalue()) == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "debug",
        "event": "note",
    }


@pytest.mark.parametrize(
    ("level", "expected"),
    [(-2, []), (-1, ["error"]), (0, ["started", "warning", "progress", "lines", "error", "finished"])],
)
def test_levels_hold_for_events_as_well(level: int, expected: list[str]) -> None:
    """-q leaves errors, -qq nothing."""
    told, stream = console(level)
    told.begin("resolve")
    told.warning("w")
    told.note("n")
    told.progress(Progress(3, 2, 1, "a"))
    told.bar(1, 2, 0)
    told.error("e")
    told.end(1)
    assert [each["event"] for each in events(stream.getvalue())] == expected


def test_progress_is_summed_up_ten_times_a_second() -> None:
    """Not an event for each step; none at all with --no-progress."""
    stream = io.StringIO()
    now = [0.0]
    told = Console(stream, {}, journal=Journal(stream), clock=lambda: now[0])
    for step in range(100):
        now[0] = step / 100
        told.progress(Progress(step, 0, step))
    found = events(stream.getvalue())
    assert 8 <= len(found) <= 10
    assert found[-1].keys() == {"level", "event", "packages", "fetching", "decisions"}
    told, stream = console(progress=False)
    told.progress(Progress(3, 2, 1, "a"))
    assert stream.getvalue() == ""


@pytest.mark.parametrize("level", [-1, 0, 1])
def test_events_of_a_resolution(level: int) -> None:
    """Steps of the search are counted; what could not be used is for those who ask."""
    told, stream = console(level)
    if told.listener is not None:
        for event in (
            Chosen("a", "1"),
            Chosen("b", "1"),
            Conflicted(1, "a"),
            Rejected("a", ("2",), "is yanked"),
            Fetched("page", "https://a/", 200, 3, 0.5),
            Retried("https://a/", 1, "It answered with 503."),
            Warned("said as a message"),
        ):
            told.listener(event)
    told.progress(Progress(3, 2, 1, "a"))
    found = events(stream.getvalue())
    expected = [[], ["fetched", "retried", "progress"], ["rejected", "fetched", "retried", "progress"]]
    assert [each["event"] for each in found] == expected[level + 1]
    if level >= 0:
        assert (found[-1]["chosen"], found[-1]["conflicted"]) == (2, 1)
        assert found[-2]["message"] == "It answered with 503."


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            InputError("m", file="a.txt", line=3, column=1, text="x"),
            {"message": "m", "file": "a.txt", "line": 3, "column": 1, "code": 2},
        ),
        (
            IndexUnavailable("m", url="https://u:p@a.example/?t=1", status=500),
            {"url": "https://****@a.example/?****", "status": 500, "code": 3},
        ),
        (HashMismatch("m", url="https://a", expected="1", actual="2"), {
            "url": "https://a", "expected": "1", "actual": "2", "code": 4,
        }),
        (LimitReached("m", option="--max-steps", package="a"), {
            "option": "--max-steps", "package": "a", "code": 7,
        }),
        (ValueError("m"), {"code": None}),
    ],
)  # fmt: skip
def test_facts_of_errors(error: Exception, expected: dict[str, object]) -> None:
    """Where something is wrong, without secrets."""
    assert about_error(error) == {"kind": type(error).__name__, **expected}


def test_what_takes_long_is_told_when_it_begins() -> None:
    """And progress only where something has changed."""
    told, stream = console()
    assert told.beginner is not None
    told.beginner("building a-1.tar.gz")
    for decisions in (1, 1, 2):
        told.progress(Progress(1, 0, decisions))
    assert [each["event"] for each in events(stream.getvalue())] == ["began", "progress", "progress"]


def test_nobody_reading_is_no_error() -> None:
    stream = io.StringIO()
    stream.close()
    Journal(stream).write("note")


def solved(
    *words: str, environ: dict[str, str] | None = None, fails: bool = False
) -> tuple[int, list[dict[str, Any]]]:
    """Run the command with an answer that is there already; return its code and events."""

    def solve(*_: object, **__: object) -> Answer:
        if fails:
            raise RuntimeError("oh")
        return Answer([Pinned("a", "1")], {}, Statistics())

    stderr = io.StringIO()
    streams = Streams(io.TextIOWrapper(io.BytesIO(b"a\n")), io.StringIO(), stderr, environ or {})
    code = run([*words, "--no-config"], streams, solve=solve)
    return code, events(stderr.getvalue())


def test_the_command_tells_from_start_to_end() -> None:
    """With what it came to."""
    code, found = solved("resolve", "-", "--log-format", "jsonl")
    assert code == 0
    assert [each["event"] for each in found] == ["started", "summary", "finished"]
    assert found[0] == {"level": "info", "event": "started", "version": 1, "command": "resolve"}
    assert found[-1]["code"] == 0


def test_a_bug_is_an_event_too() -> None:
    code, found = solved("resolve", "-", environ={"RESOLVER_LOG_FORMAT": "jsonl"}, fails=True)
    assert code == 70
    assert [(each["event"], each.get("code"), each.get("kind")) for each in found[1:]] == [
        ("error", None, "RuntimeError"),
        ("finished", 70, None),
    ]


@pytest.mark.parametrize("words", [["--log-format=jsonl", "--foo"], ["--foo", "--log-format", "jsonl"]])
def test_mistakes_in_the_words_themselves_are_events(words: list[str]) -> None:
    """Whoever reads events reads nothing else."""
    code, found = solved("resolve", *words)
    assert code == 2
    assert [(each["event"], each["code"]) for each in found] == [("error", 2), ("finished", 2)]
    assert found[0]["message"].startswith("unknown option --foo")
