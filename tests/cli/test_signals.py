"""Signals and broken pipes during a real resolution: a process, and an index that does not answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from support.background import JSON, METADATA, page, serving
from support.command import clean_environ, command_line
from support.fault_server import MUTE, reply
from support.hard import pigeons, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.fault_server import Asked, FaultServer, Reply

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are those of POSIX"),
]

ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
MUTE_PAGE = reply(200, page(), JSON, sent=20, ending=MUTE)
MUTE_METADATA = reply(200, METADATA, sent=3, ending=MUTE)


class Waiting:
    """A command that waits for an index."""

    def __init__(self, server: FaultServer, folder: Path, *more: str, for_metadata: bool = False) -> None:
        self.folder = folder
        self.for_metadata = for_metadata
        (folder / "a.in").write_text("flask\n", "utf-8")
        index = ("--index-url", f"{server.url}/simple/", "--cache-dir", "cache")
        self.process = subprocess.Popen(
            command_line("resolve", "a.in", "-o", "out", *index, *more),
            cwd=folder,
            env=clean_environ(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def files(self) -> set[str]:
        """Return the names of all files, without those of whole answers in the cache."""
        kept = self.folder / "cache" / "http-v3"
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.parent.parent != kept)
        return {path.relative_to(self.folder).as_posix() for path in paths}


@pytest.fixture(params=["page", "metadata"])
def waiting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Waiting]:
    """Start the command, and wait until it waits for the rest of a page, or of metadata."""
    asked = threading.Event()

    def mute(_: Asked) -> Reply:
        asked.set()
        return MUTE_PAGE if request.param == "page" else MUTE_METADATA

    with serving(**{"pages" if request.param == "page" else "metadata": mute}) as server:
        run = Waiting(server, tmp_path, for_metadata=request.param == "metadata")
        with run.process as process:
            try:
                assert asked.wait(10)
                yield run
            finally:
                process.kill()


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_signal_ends_the_wait_at_once(
    waiting: Waiting, sent: signal.Signals, code: int, said: str, times: int
) -> None:
    """One paragraph, the code of the signal, no file but whole answers; impatience changes nothing.

    What was waited for is named, once something had come of the resolution.
    """
    started = time.monotonic()
    for _ in range(times):
        waiting.process.send_signal(sent)
    stdout, stderr = waiting.process.communicate(timeout=10)
    assert time.monotonic() - started < 2  # 0.1 s on an idle machine; tests share processors
    how_far = (
        ", after 0 decisions and 0 conflicts over 1 package, waiting for the metadata of"
        " flask-1.0-py3-none-any.whl"
    )
    assert (waiting.process.returncode, stdout) == (code, "")
    assert stderr == f"error: {said}{how_far if waiting.for_metadata else ''}\n"
    assert waiting.files() <= {"a.in", "cache/CACHEDIR.TAG"}


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """``| head -0``: silence, and the code that a shell would give."""
    with serving() as server:
        run = Waiting(server, tmp_path, "-o", "-")
        with run.process as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == ""
            assert process.wait(10) == 141


@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_a_signal_ends_a_long_search_at_once(
    tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """Nothing is waited for: the solver is at work, and how far it is is told in one paragraph."""
    requirements, packages = pigeons(14, 13)
    (tmp_path / "a.in").write_text("\n".join(requirements), "utf-8")
    record(tmp_path / "recording", packages)
    run = subprocess.Popen(
        command_line("resolve", "a.in", "--replay", "recording", "--python-version", "3.12"),
        cwd=tmp_path,
        env=clean_environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with run as process:
        try:
            time.sleep(1.5)
            started = time.monotonic()
            process.send_signal(sent)
            stdout, stderr = process.communicate(timeout=10)
        finally:
            process.kill()
    assert time.monotonic() - started < 2  # 0.1 s on an idle machine; tests share processors
    assert (process.returncode, stdout) == (code, "")
    assert stderr.startswith(f"error: {said}, after "), stderr
    assert " conflicts were over " in stderr
    assert stderr.count("\n") == 1
