"""SIGINT and SIGTERM at any moment: soon, one line, the exit code, no traceback and nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import pytest

from support.background import JSON, page, serving
from support.command import clean_environ, command_line
from support.fault_server import MUTE, reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.fault_server import Asked, Reply

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are those of POSIX"),
]

ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
SOON = 2.0  # seconds; 0.5 on an idle machine, and tests share processors

# Sends itself a signal when a module is imported.  What is imported is put down where no signal is named.
IMPORTING = """\
import os, sys
number, module = int(sys.argv.pop(1)), sys.argv.pop(1)
class Finder:
    def find_spec(self, name, *_):
        if not number:
            print(name, file=sys.stderr)
        elif name == module:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder())
from resolver.__main__ import process
process()
"""

# Has one who solves in a way that matters here.
SOLVING = """\
import sys, time
import resolver.commands
from resolver.formats.answer import Answer, Pinned, Statistics
class Deaf:
    def __del__(self):
        print("there", file=sys.stderr, flush=True)
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            pass
def lost():
    Deaf()
    while True:
        pass
def stubborn():
    try:
        print("there", file=sys.stderr, flush=True)
        time.sleep(60)
    finally:
        time.sleep(60)
def busy():
    import hashlib
    from resolver import eventloop
    async def work():
        print("there", file=sys.stderr, flush=True)
        hashlib.pbkdf2_hmac("sha256", b"", b"", 1 << 30)
    eventloop.run(work())
def large():
    print("there", file=sys.stderr, flush=True)
    return Answer([Pinned(f"p{n}", "1") for n in range(100000)], {}, Statistics())
solve = globals()[sys.argv.pop(1)]
resolver.commands._engines_solve = lambda: lambda *_, **__: solve()
from resolver.__main__ import process
process()
"""

# Looks up names with a server that does not answer.
LOOKING_UP = """\
import socket, sys, time
def getaddrinfo(*_, **__):
    print("there", file=sys.stderr, flush=True)
    time.sleep(60)
socket.getaddrinfo = getaddrinfo
from resolver.__main__ import process
process()
"""


@contextmanager
def started(
    folder: Path, *words: str, program: str = "", stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command, or ``program`` in its place."""
    (folder / "a.in").write_text("flask\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words] if program else command_line(*words),
        cwd=folder,
        env=clean_environ(folder),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(stream: IO[bytes] | None, line: bytes = b"there\n") -> None:
    assert stream is not None
    assert stream.readline() == line


def ended(process: subprocess.Popen[bytes], code: int, said: str) -> None:
    """Check that the process ends soon, as it should."""
    begun = time.monotonic()
    _, stderr = process.communicate(timeout=30)
    assert time.monotonic() - begun < SOON
    assert (process.returncode, stderr.decode()) == (code, f"error: {said}\n")


def test_while_any_module_is_imported(tmp_path: Path) -> None:
    """From the first one on that is imported after this package's own."""
    words = ("resolve", "missing.in")
    with started(tmp_path, "0", "", *words, program=IMPORTING) as process:
        _, said = process.communicate(timeout=30)
    modules = [line for line in said.decode().split("\n") if line.startswith("resolver.")]
    first = modules.index("resolver.cli")
    assert len(modules) > first + 8
    for place, module in enumerate(modules[first:]):
        number, code, how = ENDS[place % 2]
        with started(tmp_path, str(int(number)), module, *words, program=IMPORTING) as process:
            ended(process, code, how)


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_what_comes_up_where_nothing_can_be_raised_is_not_lost(
    tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """Python drops exceptions of ``__del__`` and of callbacks."""
    with started(tmp_path, "lost", "resolve", "a.in", program=SOLVING) as process:
        wait_for(process.stderr)
        process.send_signal(sent)
        ended(process, code, said)


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
@pytest.mark.parametrize("times", [1, 2])
def test_who_cannot_end_in_order_is_not_waited_for(
    tmp_path: Path, sent: signal.Signals, code: int, said: str, times: int
) -> None:
    """Nor is he at a second signal, at once."""
    with started(tmp_path, "stubborn", "resolve", "a.in", "-o", "out", program=SOLVING) as process:
        wait_for(process.stderr)
        for _ in range(times):
            # Python does not see a signal that comes just before it begins to sleep.
            time.sleep(0.15)
            process.send_signal(sent)
        ended(process, code, said)
    assert [path.name for path in tmp_path.iterdir()] == ["a.in"]


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_where_the_interpreter_sees_no_signal(
    tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """It is busy in C for a long time, or is just about to wait."""
    with started(tmp_path, "busy", "resolve", "a.in", program=SOLVING) as process:
        wait_for(process.stderr)
        process.send_signal(sent)
        ended(process, code, said)


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_a_name_server_that_does_not_answer(
    tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """Names are looked up in threads, which nobody can stop."""
    words = ("resolve", "a.in", "-i", "https://index.invalid/simple", "--no-cache")
    with started(tmp_path, *words, program=LOOKING_UP) as process:
        wait_for(process.stderr)
        process.send_signal(sent)
        ended(process, code, said)


def test_a_deadline_does_not_wait_for_a_name_server(tmp_path: Path) -> None:
    """Nor does anything else that ends the work."""
    words = ("resolve", "a.in", "-i", "https://index.invalid/simple", "--no-cache", "--deadline", "0.5")
    with started(tmp_path, *words, program=LOOKING_UP) as process:
        wait_for(process.stderr)
        _, stderr = process.communicate(timeout=10)
    assert process.returncode == 7, stderr


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_while_stdin_is_read(tmp_path: Path, sent: signal.Signals, code: int, said: str) -> None:
    with started(tmp_path, "resolve", "-", stdin=subprocess.PIPE) as process:
        time.sleep(0.5)
        process.send_signal(sent)
        begun = time.monotonic()
        assert process.wait(10) == code
        assert time.monotonic() - begun < SOON
        assert process.stderr is not None
        assert process.stderr.read().decode() == f"error: {said}\n"


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_while_the_result_is_written_and_nobody_reads(
    tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """What is left of it is not waited for either."""
    with started(tmp_path, "large", "resolve", "a.in", program=SOLVING) as process:
        wait_for(process.stderr)
        assert process.stdout is not None
        select.select([process.stdout], [], [], 10)
        time.sleep(0.3)  # the pipe is full
        process.send_signal(sent)
        begun = time.monotonic()
        assert process.wait(10) == code
        assert time.monotonic() - begun < SOON
        assert process.stderr is not None
        assert process.stderr.read().decode() == f"error: {said}\n"


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_with_workers(tmp_path: Path, sent: signal.Signals, code: int, said: str) -> None:
    """They go too."""
    asked = threading.Event()

    def mute(_: Asked) -> Reply:
        asked.set()
        return reply(200, page(), JSON, sent=20, ending=MUTE)

    with serving(mute) as server:
        words = ("resolve-many", "a.in", "--workers", "2", "-i", f"{server.url}/simple/", "--cache-dir", "c")
        with started(tmp_path, *words) as process:
            assert asked.wait(20)
            workers = children(process.pid)
            assert workers
            process.send_signal(sent)
            begun = time.monotonic()
            _, stderr = process.communicate(timeout=30)
            assert time.monotonic() - begun < SOON
    assert process.returncode == code
    last = stderr.decode().splitlines()[-1]
    assert last.startswith(f"error: {said}"), stderr
    assert b"Traceback" not in stderr
    end = time.monotonic() + SOON
    while time.monotonic() < end and any(map(is_alive, workers)):
        time.sleep(0.02)
    assert not any(map(is_alive, workers))


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started."""
    found = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in found.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_stream_that_is_closed(tmp_path: Path, closed: str) -> None:
    """A result has nowhere to go then, which is said; nobody is told of errors, but by the exit code."""
    (tmp_path / "a.in").write_text("flask\n", "utf-8")
    with serving() as server:
        words = command_line("resolve", "a.in", "-i", f"{server.url}/simple/", "--no-header", "--no-cache")
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *words],
            cwd=tmp_path,
            env=clean_environ(tmp_path),
            capture_output=True,
            check=False,
        )
    if closed == "1":
        assert (done.returncode, done.stderr) == (
            2,
            b"error: the result cannot be written to stdout: it is closed\n",
        )
    else:
        assert (done.returncode, done.stdout) == (0, b"flask==1.0\n    # via -r a.in\n")
