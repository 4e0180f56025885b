"""The line of progress on a real terminal: it is there, and whatever ends the work takes it away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="there is no pty")
pytestmark = pytest.mark.slow

SOURCE = Path(__file__).resolve().parents[2] / "src"
ERASE = b"\r\x1b[K"

# A session that shows how far it is, and goes on as it is told.
SHOWING = """\
import sys, time
import resolver.cli, resolver.commands, resolver.console, resolver.progress
from resolver.errors import IndexUnavailable
from resolver.formats.answer import Answer, Pinned, Progress, Statistics
resolver.console._PERIOD = resolver.progress._LONG = -1
if sys.argv.pop(1) == "plain":
    sys.modules["rich.console"] = None
how = sys.argv.pop(1)
def solve(requirements, constraints, options, channels):
    if channels.progress is None:
        return Answer([], {}, Statistics())
    channels.progress(Progress(3, 1, 2, "package"))
    if how == "error":
        raise IndexUnavailable("it is gone")
    if how == "wait":
        time.sleep(60)
    return Answer([Pinned("a", "1")], {}, Statistics())
resolver.commands._engines_solve = lambda: solve
resolver.cli.process()
"""


def shown(drawn: str, how: str, **environ: str) -> tuple[int, bytes]:
    """Return the exit code and what the terminal got; who waits is interrupted once the line is there."""
    words = ["-c", SHOWING, drawn, how, "resolve", "-", "--no-config"]
    return watched(words, b"package" if how == "wait" else None, **environ)


def watched(words: list[str], until: bytes | None, **environ: str) -> tuple[int, bytes]:
    """Run Python on a terminal, interrupted once it shows ``until``; return exit code and output."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "TERM": "xterm", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
    ) as process:
        os.close(follower)
        found = b""
        while True:
            try:
                found += os.read(leader, 1000)
            except OSError:  # what Linux says when the other side is closed
                break
            if until is not None and until in found:
                process.send_signal(signal.SIGINT)
                until = None
        os.close(leader)
    return process.returncode, found


@pytest.mark.parametrize("drawn", ["plain", "rich"])
@pytest.mark.parametrize(
    ("how", "code", "end"),
    [
        ("end", 0, b"Resolved 1 package in "),
        ("error", 3, b"\x1b[1;31merror:\x1b[0m it is gone\r\n"),
        ("wait", 130, b"\x1b[1;31merror:\x1b[0m interrupted\r\n"),
    ],
)
def test_the_line_is_taken_away(drawn: str, how: str, code: int, end: bytes) -> None:
    """When there is an answer, an error, or nobody wants to wait any more; the cursor was never hidden."""
    if drawn == "rich":
        pytest.importorskip("rich")
    status, found = shown(drawn, how)
    before, line, after = found.split(ERASE)
    assert (status, before) == (code, b"")
    assert b"Resolving" in line
    assert line.startswith(b"Resolving: 3 packages, fetching 1, 2 decisions, 0 s: package") == (
        drawn == "plain"
    )
    assert after.startswith(end)
    assert b"\x1b[?25" not in found


@pytest.mark.parametrize("environ", [{"CI": "1"}, {"TERM": "dumb"}, {"RESOLVER_NO_PROGRESS": "1"}])
def test_there_is_none_where_nobody_looks_or_nothing_can_be_taken_away(environ: dict[str, str]) -> None:
    status, found = shown("rich", "end", **environ)
    assert (status, b"Resolving" in found, ERASE in found) == (0, False, False)


def test_the_line_says_how_long_while_something_is_waited_for(tmp_path: Path) -> None:
    """Here for an index that takes the request and says nothing."""
    path = tmp_path / "a.txt"
    path.write_text("app\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        words = ["-m", "resolver", "resolve", str(path), "-i", url, "--no-cache", "--no-config", "--no-color"]
        status, found = watched(words, b"fetching 1, 1 s: app", HOME=str(tmp_path))
    assert status == 130
    assert found.split(ERASE)[-1].startswith(b"error: interrupted")
