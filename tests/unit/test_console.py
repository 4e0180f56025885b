"""Messages: what is said at which level, colour, progress."""

from __future__ import annotations

import io
import re
import sys

import pytest

from resolver.console import Console, has_colour
from resolver.formats.answer import Progress


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (-2, ""),
        (-1, "error: e\nhint: h\n"),
        (0, "error: e\nwarning: w\nhint: h\n"),
        (1, "error: e\nwarning: w\nhint: h\nnote: n\n"),
    ],
)
def test_levels(level: int, expected: str) -> None:
    """From -qq to -v."""
    stream = io.StringIO()
    console = Console(stream, {}, level=level)
    console.error("e")
    console.warning("w")
    console.hint("h")
    console.note("n")
    assert stream.getvalue() == expected


def test_text_from_outside_cannot_control_the_terminal() -> None:
    """Escape sequences in names and reasons are replaced, line breaks stay."""
    stream = io.StringIO()
    Console(stream, {}).error("a\n\x1b[2Jb\r")
    assert stream.getvalue() == "error: a\n\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}\n"


def test_colour_marks_the_first_word_only() -> None:
    """What it says is said in words as well."""
    stream = io.StringIO()
    Console(stream, {}, color="always").warning("w")
    assert stream.getvalue() == "\x1b[1;33mwarning:\x1b[0m w\n"


@pytest.mark.parametrize(
    ("color", "environ", "terminal", "expected"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "CI": "true"}, True, True),
        ("auto", {"CI": "true"}, False, False),
        ("auto", {"TERM": "dumb", "CI": "true", "NO_COLOR": "1"}, True, False),
    ],
)
def test_when_there_is_colour(color: str, environ: dict[str, str], terminal: bool, expected: bool) -> None:  # noqa: FBT001  # a table
    """The option, then NO_COLOR, then the forcing variables, then the terminal."""
    assert has_colour(color, environ, Terminal() if terminal else io.StringIO()) == expected


def test_progress_is_one_line_that_goes_away() -> None:
    """Written over at most ten times a second, gone before anything else is said."""
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    console.progress(Progress(1, 1, 1, "first"))
    assert stream.getvalue() == ""
    clock.now = 0.15
    console.progress(Progress(2, 3, 1, "second"))
    clock.now = 0.2
    console.progress(Progress(3, 3, 1, "too early"))
    clock.now = 0.26
    console.progress(Progress(4, 0, 1200, "x"))
    console.error("e")
    console.clear()
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        "Resolving: 2 packages, fetching 3, 1 decision: second",
        "Resolving: 4 packages, 1,200 decisions: x",
        "\x1b[1;31merror:\x1b[0m e\n",
    ]


def test_progress_fits_the_terminal_and_is_safe() -> None:
    """A line that wraps could not be written over."""
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    clock.now = 0.5
    console.progress(Progress(1, 0, 0, "\x1b[2J" + "x" * 500))
    shown = stream.getvalue().removeprefix("\r\x1b[K")
    assert shown.startswith("Resolving: 1 package: \N{REPLACEMENT CHARACTER}[2Jxxx")
    assert len(shown) == 79
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("environ", "level", "progress", "expected"),
    [
        ({}, 0, True, True),
        ({}, 0, False, False),
        ({}, -1, True, False),
        ({"CI": "true"}, 0, True, False),
        ({"TERM": "dumb"}, 0, True, False),
    ],
)
def test_when_there_is_progress(environ: dict[str, str], level: int, progress: bool, expected: bool) -> None:  # noqa: FBT001  # a table
    """On a terminal where somebody looks."""
    assert Console(Terminal(), environ, level=level, progress=progress).shows_progress == expected
    assert not Console(io.StringIO(), environ, level=level, progress=progress).shows_progress


def test_nobody_listening_is_no_error() -> None:
    """The exit code still says what happened."""
    stream = io.StringIO()
    console = Console(stream, {})
    stream.close = lambda: None  # type: ignore[method-assign]  # keep the buffer for the first half
    console.error("e")
    io.StringIO.close(stream)
    console.error("e")


def test_a_bar_is_drawn_ten_times_a_second_and_put_back_where_it_was_taken_away() -> None:
    """So that lines may be written in between, and short work shows none."""
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    console.bar(1, 4, 0)
    console.clear()
    clock.now = 0.5
    console.bar(2, 4, 0)
    console.bar(3, 4, 0)
    console.clear()
    console.bar(3, 4, 1)
    clock.now = 0.55
    console.bar(4, 4, 1)
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        f"[{'#' * 20}{'.' * 20}] 2/4",
        "",
        f"[{'#' * 30}{'.' * 10}] 3/4, 1 failed",
    ]


def test_a_bar_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow that is; there is none where nobody looks."""
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    clock.now = 0.5
    for columns, expected in ((16, "[######...] 2/3"), (6, " 2/3"), (4, " 2/")):
        monkeypatch.setattr("resolver.progress.columns", lambda _, columns=columns: columns)
        console.bar(2, 3, 0)
        console.clear()
        assert stream.getvalue().split("\r\x1b[K")[-2] == expected
    quiet = io.StringIO()
    Console(quiet, {}, clock=clock).bar(1, 2, 0)
    assert quiet.getvalue() == ""


def test_long_work_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a second on; without rich in plain text."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    clock.now = 12.4
    console.progress(Progress(3, 2, 0, "a"))
    assert stream.getvalue() == "\r\x1b[KResolving: 3 packages, fetching 2, 12 s: a"


@pytest.mark.parametrize(
    ("encoding", "environ", "expected"),
    [
        ("utf-8", {"NO_COLOR": "1"}, ["⠋ Resolving: 3 packages, 2 s: a", "━━━━ 1/4, 1 failed"]),
        ("ascii", {"NO_COLOR": "1"}, ["- Resolving: 3 packages, 2 s: a", "==== 1/4, 1 failed"]),
    ],
)
def test_where_rich_is_installed_it_draws_the_line(
    encoding: str, environ: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same facts with a sign of life, in what the terminal can show, taken away in the same manner."""
    pytest.importorskip("rich")
    monkeypatch.setattr(Terminal, "encoding", encoding)
    monkeypatch.setattr("resolver.progress._WIDEST", 4)
    stream, clock = Terminal(), Clock()
    console = Console(stream, environ, clock=clock)
    clock.now = 2
    console.progress(Progress(3, 0, 0, "a"))
    clock.now = 3
    console.bar(1, 4, 1)
    console.clear()
    erased, first, second, end = stream.getvalue().split("\r\x1b[K")
    # The sign turns with time.
    assert (erased, first[1:], second, end) == ("", expected[0][1:], expected[1], "")
    assert all(character.isprintable() for character in first)


def test_rich_uses_colour_where_there_is_colour_and_fits_the_terminal() -> None:
    """Less than a line, whatever the name; and no name controls the terminal."""
    pytest.importorskip("rich")
    stream, clock = Terminal(), Clock()
    console = Console(stream, {"FORCE_COLOR": "1"}, clock=clock)
    clock.now = 2
    console.progress(Progress(3, 0, 0, "[red]\x1b[2J" + "x" * 500))
    shown = stream.getvalue().removeprefix("\r\x1b[K")
    assert "\x1b[1mResolving\x1b[0m: 3 packages, 2 s: \x1b[36m[red]\N{REPLACEMENT CHARACTER}[2Jxxx" in shown
    assert len(re.sub("\x1b\\[[0-9;]*m", "", shown)) == 79


def test_what_takes_long_is_named_until_the_search_goes_on() -> None:
    """A build is of the package that was looked at last."""
    stream, clock = Terminal(), Clock()
    console = Console(stream, {}, clock=clock)
    console.progress(Progress(1, 0, 0, "a"))
    assert console.beginner is not None
    console.beginner("building a-1.tar.gz")
    for clock.now, package in ((0.2, "a"), (0.4, "a"), (0.6, "b")):
        console.progress(Progress(1, 0, 0, package))
    assert [line.partition("package")[2] for line in stream.getvalue().split("\r\x1b[K")[1:]] == [
        ": building a-1.tar.gz",
        ": building a-1.tar.gz",
        ": b",
    ]
    assert Console(io.StringIO(), {}).beginner is None
