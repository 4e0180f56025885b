"""Lines on a real cluster of dask's, in processes of its own; skipped without ``distributed``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from support.background import JSON, serving
from support.command import clean_environ, command_line
from support.fault_server import MUTE, reply
from support.hard import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.fault_server import Asked, Reply

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # its warnings are not ours
    pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it"),
]

PACKAGES: dict[str, dict[str, Any]] = {
    **{f"p{number}": {"1": {"requires": [f"p{number + 1}"] if number < 9 else []}} for number in range(10)},
    "odd": {"1": {"requires": ["p0<1"]}},
}
TARGET = ("--python-version", "3.12", "--python-platform", "linux")

CLUSTER = """\
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, *(worker.pid for worker in cluster.workers.values()), flush=True)
        sys.stdin.read()
"""


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Run a cluster; yields its address and the processes of its workers."""
    (folder / "cluster.py").write_text(CLUSTER, "utf-8")
    environ = clean_environ(folder) | {"PYTHONWARNINGS": "default", "DASK_TEMPORARY_DIRECTORY": str(folder)}
    with subprocess.Popen(
        [sys.executable, "cluster.py"],
        cwd=folder,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address, *workers = process.stdout.readline().split()
            yield address, [int(pid) for pid in workers]
        finally:
            process.stdin.close()


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        command_line("resolve-many", "many.txt", *TARGET, *words),
        cwd=folder,
        env=clean_environ(folder) | {"PYTHONWARNINGS": "default"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def starts(stdout: str) -> list[str]:
    """Return what each line begins with, without its time."""
    return [line.partition(",")[0] for line in stdout.splitlines()]


def test_a_cluster_tells_the_same_in_the_same_order(tmp_path: Path) -> None:
    """As this process does."""
    record(tmp_path / "recording", PACKAGES)
    (tmp_path / "many.txt").write_text("\n".join([f"p{n}" for n in range(10)] * 5 + ["odd"]), "utf-8")
    replay = ("--replay", str(tmp_path / "recording"))
    with start(tmp_path, *replay) as process:
        expected, _ = process.communicate(timeout=60)
    with cluster(tmp_path) as (address, _), start(tmp_path, *replay, "--dask", address) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, starts(stdout)) == (1, starts(expected)), stderr
    assert "51 lines in" in stderr


def test_the_lines_of_killed_workers_are_run_again(tmp_path: Path) -> None:
    """All of them are killed while one waits for an index that answers only the next one."""
    asked = threading.Event()
    (tmp_path / "many.txt").write_text("ghost\nslow\nphantom\n", "utf-8")

    def first(_: Asked) -> Reply:
        asked.set()
        return reply(200, b"x", JSON, length=20, ending=MUTE)

    with serving() as server, cluster(tmp_path) as (address, workers):
        server.script("/simple/slow/", first, reply(404))
        index = ("--index-url", f"{server.url}/simple/", "--no-cache", "--timeout", "60", "--retries", "0")
        with start(tmp_path, *index, "--dask", address) as process:
            assert asked.wait(30)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, len(stdout.splitlines())) == (1, 3), stderr
    assert "0 succeeded, 3 without a solution, 0 failed" in stderr
