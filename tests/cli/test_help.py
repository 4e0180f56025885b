"""Help: of every command, for terminals of any width, with examples that are true."""

from __future__ import annotations

import io
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from resolver import cli
from resolver.manual import ABOUT, EXAMPLES, SOURCES, SYNOPSIS
from resolver.settings import COMMANDS
from resolver.usage import usage
from support.command import failed, run_command, run_here, succeeded
from support.hard import record

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: dict[str, dict[str, Any]] = {
    "client": {"1": {"requires": ["idna"]}, "2": {"requires": ["idna<4"]}},
    "idna": {"3": {}, "4": {}},
}


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def shown(*words: str, **environ: str) -> str:
    """Return what the command writes to a terminal."""
    stdout = Terminal()
    assert cli.run(words, cli.Streams(None, stdout, io.StringIO(), environ)) == 0
    return stdout.getvalue()


def test_every_command_has_its_texts() -> None:
    """And there is none without a command."""
    assert ABOUT.keys() == SYNOPSIS.keys() == {"", *COMMANDS}
    assert SOURCES.keys() <= COMMANDS.keys()
    assert EXAMPLES.keys() == COMMANDS.keys() - {"help"}


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("width", [40, 60, 80, 110])
def test_help_fits_every_width(command: str, width: int) -> None:
    """But for a word that is longer; no line has blanks at its end."""
    for line in usage(command, width).splitlines():
        assert line == line.rstrip()
        assert len(line) <= width or " " not in line.strip() or line.startswith("Usage: ")


def test_help_of_a_command_in_three_ways() -> None:
    """The same text."""
    said = succeeded(run_here("why", "--help"))
    assert said == succeeded(run_here("help", "why")) == succeeded(run_here("-h", "why"))
    assert said.startswith("Usage: resolver why PACKAGE")
    assert succeeded(run_here("help")) == succeeded(run_here("--help"))


def test_help_of_no_command() -> None:
    assert failed(run_here("help", "resolv"), 2) == "'resolv' is no command; did you mean resolve?"
    assert failed(run_here("resolv"), 2) == "'resolv' is no command; did you mean resolve?"


def test_headings_stand_out_where_there_is_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, unless somebody objects; what they say is the same."""
    monkeypatch.setenv("COLUMNS", "100")
    said = shown("resolve", "--help", TERM="xterm")
    assert "\x1b[1mOutput:\x1b[0m\n" in said
    assert said.startswith("\x1b[1mUsage:\x1b[0m resolver resolve")
    bare = said.replace("\x1b[1m", "").replace("\x1b[0m", "")
    for words, environ in (
        (("--color", "never"), {}),
        ((), {"NO_COLOR": "1"}),
        ((), {"RESOLVER_COLOR": "never"}),
    ):
        assert shown("resolve", "--help", *words, TERM="xterm", **environ) == bare
    assert bare == usage("resolve", 100)


@pytest.mark.slow
@pytest.mark.parametrize("example", [text for texts in EXAMPLES.values() for text in texts])
def test_examples_work(tmp_path: Path, example: str) -> None:
    """On recorded answers, and as they are written in help."""
    if "completion" in example:
        pytest.importorskip("shtab")
    record(tmp_path / "recording", PACKAGES)
    (tmp_path / "requirements.in").write_text("client>=1\n", "utf-8")
    (tmp_path / "before.txt").write_text("client==1\nidna==2\n", "utf-8")
    if "diff" in example or "outdated" in example:
        (tmp_path / "requirements.txt").write_text("client==1\n", "utf-8")
    project = '[project]\nname = "app"\nversion = "1"\ndependencies = ["client"]\n'
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    program, *words = shlex.split(example)
    assert program == "resolver"
    done = run_command(*words, home=tmp_path, environ={"RESOLVER_REPLAY": "recording"})
    assert done.code == 0, done
    assert done.stdout or "-o" in words


def test_long_examples_can_be_pasted() -> None:
    """Lines are joined by backslashes, as shells read them."""
    lines = usage("resolve", 40).splitlines()
    start = lines.index("Examples:") + 1
    text = "\n".join(lines[start : lines.index("", start)])
    assert (
        tuple(shlex.join(shlex.split(each)) for each in text.replace("\\\n", " ").split("\n"))
        == EXAMPLES["resolve"]
    )
