"""The command and its peers in front of indexes that fail or attack: who does what is right.

Each tool is put into each of ``situations.SITUATIONS`` with an empty cache, on loopback, and judged by the
same rules: it ends by itself, without a crash; it finds the right answer where there is one, and otherwise
fails with a message that says what is wrong; it takes less than ``MOST_MEMORY``; a login that was given to it
is found nowhere afterwards.  The first rule that is broken is what the table shows.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.processes import OURS, Bench, Line, Told, installed
from benchmarks.situations import SECRET, SITUATIONS, Asked, Large, Situation

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["MOST_MEMORY", "Outcome", "add_options", "judged", "run"]

MOST_MEMORY = 400.0
"""MiB."""

_TOOLS = (OURS, "uv", "nab", "pip")
_LONGEST = 100.0  # seconds; a tool that retries may need that where nobody answers
_CRASHES = ("Traceback (most recent call last)", "stack overflow", "panicked at")
_MISLEADING = ("no matching distribution", "no versions of", "no versions satisfy", "there are no versions")


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--tools", default=",".join(_TOOLS))
    parser.add_argument("--situations", default="", help="names of situations (default: all)")


def run(options: Namespace) -> dict[str, Any]:
    """Put every tool into every situation."""
    names = [name for name in options.situations.split(",") if name]
    rows: dict[str, Any] = {}
    with installed(options.python) as ours:
        for situation in SITUATIONS:
            if not names or situation.name in names:
                rows[situation.name] = {"about": situation.about, "tools": _all(situation, options, ours)}
    return {"rows": rows, "most_memory": MOST_MEMORY}


def _all(situation: Situation, options: Namespace, ours: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(situation.answers, Large):
        situation.answers.make()  # no tool has to wait for it
    for tool in options.tools.split(","):
        with _serving(situation) as line:
            bench = Bench(line, ours, options.peers)
            try:
                if bench.can(tool):
                    outcome = _tried(bench, tool, situation)
                    found[tool] = outcome._asdict()
                    print(
                        f"{situation.name:20} {tool:10} {outcome.seconds:7.2f} s  {outcome.fault or 'right'}"
                    )
            finally:
                bench.close()
    return found


class Outcome(NamedTuple):
    """What a tool took, and the first rule that it broke, "" if none."""

    seconds: float
    peak: float
    fault: str


def _tried(bench: Bench, tool: str, situation: Situation) -> Outcome:
    told = bench.told(tool, situation.lines, tool, longest=_LONGEST)
    leaks = _found(SECRET.encode(), told, bench.folder(tool))
    return Outcome(
        round(told.process.seconds, 2), round(told.process.peak), judged(situation, told, leaks=leaks)
    )


def judged(situation: Situation, told: Told, *, leaks: bool) -> str:
    """Return the first rule that was broken, "" if none."""
    process = told.process
    if process.seconds >= _LONGEST:
        return f"not done after {_LONGEST:.0f} s"
    if process.status < 0 or any(crash in told.said for crash in _CRASHES):
        return "crashes"
    if leaks:
        return "shows or keeps the login"
    if process.peak > MOST_MEMORY:
        return f"takes {process.peak:,.0f} MB"
    return _answered(situation, told)


def _answered(situation: Situation, told: Told) -> str:
    if situation.pins is not None:
        if told.process.status:
            return "gives up"
        return "" if told.pins == situation.pins else f"answers {_listed(told.pins)}"
    if told.process.status == 0:
        return f"succeeds with {_listed(told.pins)}"
    said = " ".join(told.said.split()).lower()
    absent = situation.name == "status-404"
    if not absent and any(words in said for words in _MISLEADING):
        return "says that there are no versions"
    return "" if any(words.lower() in said for words in situation.says) else "does not say what is wrong"


def _listed(pins: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(pins.items())) or "nothing"


def _found(secret: bytes, told: Told, cache: Path) -> bool:
    """Tell whether ``secret`` is in what was said or written."""
    if secret in told.said.encode() or secret in told.written:
        return True
    return any(secret in path.read_bytes() for path in cache.rglob("*") if path.is_file())


@contextmanager
def _serving(situation: Situation) -> Iterator[Line]:
    """Run an index that does what ``situation`` says."""
    asked: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            before = asked.get(self.path, 0)
            asked[self.path] = before + 1
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = situation.answers(Asked(self.path, headers, before))
            head, *rest = sent.pieces or [b""]
            try:
                self.wfile.write(head)
                for _ in range(sent.repeat if rest else 0):
                    for piece in rest:
                        time.sleep(sent.pause)
                        self.wfile.write(piece)
            except OSError:  # the tool has had enough
                self.close_connection = True
            self.close_connection = self.close_connection or sent.hang_up

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Line(f"http://{situation.userinfo}127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
