"""Processes that are killed at random moments leave a cache that is good, and little beside it.

``KILLS=200 pytest tests/faults/test_kills.py`` does it as often as that.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from resolver import shelf
from support.command import clean_environ, command_line, run_here, without_configuration
from support.fault_server import reply
from support.stage import JSON, page, staged

if TYPE_CHECKING:
    from pathlib import Path

    from support.stage import Stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="killed as POSIX does it"),
]

KILLS = int(os.environ.get("KILLS", "16"))
NAMES = [f"p{number}" for number in range(12)]
PINS = "".join(f"{name}==1.0\n" for name in sorted(NAMES))

# Empties the cache, or lets it grow stale, and resolves anew, for ever.
BUSY = """\
import io, os, random, sys, time
from types import SimpleNamespace
from resolver import shelf, sources
from resolver.cli import run
from resolver.console import Streams
from resolver.index.cleaning import clean
past = 0.0
sources.time = SimpleNamespace(time=lambda: time.time() + past)
cache = sys.argv[sys.argv.index("--cache-dir") + 1]
print("there", flush=True)
while True:
    if random.random() < 0.5:
        clean(cache)
    past += 1000.0
    shelf._remembered.clear()
    run(sys.argv[1:], Streams(None, io.StringIO(), io.StringIO(), os.environ))
"""


def index(stage: Stage) -> None:
    """Serve packages that require one another; pages may be kept for a while."""
    for number, name in enumerate(NAMES):
        stage.package(name, requires=NAMES[number + 1 : number + 3])
        kept = {**JSON, "Cache-Control": "max-age=600", "ETag": f'"{name}"'}
        stage.script(f"/simple/{name}/", reply(200, page(name, stage.lines(name)), kept))
    stage.requirements = [NAMES[0]]


def test_processes_that_are_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that begins on an empty cache, one that works in it for a while, in turn."""
    moments = random.Random(5)
    folder = tmp_path / "stage"
    folder.mkdir()
    with staged(folder) as stage:
        index(stage)
        without_configuration(stage.home, monkeypatch)
        monkeypatch.chdir(stage.work)
        words = [*stage.words(), "-o", "out"]
        (stage.work / "out").write_text("before\n", "utf-8")
        most = 0
        for number in range(KILLS):
            child = subprocess.Popen(
                command_line(*words) if number % 2 else [sys.executable, "-c", BUSY, *words],
                cwd=stage.work,
                env=clean_environ(stage.home),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            with child:
                if number % 2 == 0:
                    assert child.stdout is not None
                    assert child.stdout.readline() == b"there\n"
                time.sleep(moments.random() * 0.4)
                child.kill()
            assert (stage.work / "out").read_text("utf-8") in ("before\n", PINS)
            most = max(most, len(list(stage.folder.rglob("*.tmp"))))
            shelf._remembered.clear()
            done = run_here(*stage.words())
            assert (done.code, done.stdout, done.stderr) == (0, PINS, ""), number
        assert most <= KILLS  # each writes one file at a time
        print(f"{KILLS} kills, at most {most} temporary files at a time")  # noqa: T201  # for who runs it by hand
        assert len(list(stage.work.glob("*.partial"))) <= KILLS // 4
        aged(stage.cache)
        run_here(*stage.words(), "--refresh")
        assert list(stage.cache.rglob("*.tmp")) == []


def aged(cache: Path) -> None:
    """Make all files a day older."""
    past = time.time() - 2 * 86_400
    for path in cache.rglob("*"):
        if path.is_file():
            os.utime(path, (past, past))
