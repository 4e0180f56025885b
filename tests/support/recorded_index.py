"""The replay server that lies beside the project: recorded pages and metadata of a real index, on loopback.

It is looked for in ``../shared/index`` beside the checkout, or where ``RESOLVER_RECORDED_INDEX`` says; tests
that use it are skipped where it is absent.  What it serves was recorded by others and is never committed.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXPECTED", "PACKAGES", "REQUIREMENTS", "SETS", "RecordedIndex", "needs_recorded_index"]

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "index"
_FOLDER = Path(os.environ.get("RESOLVER_RECORDED_INDEX", _BESIDE))
_SNAPSHOT = _FOLDER / "snapshots" / "visible"

REQUIREMENTS = _SNAPSHOT / "reqs"
"""The folder of the requirements files, ``SET.in``."""

EXPECTED = _SNAPSHOT / "expected"
"""The folder of the pins that another resolver found, ``SET.txt`` or ``SET-LABEL.txt``."""

SETS = tuple(sorted(path.stem for path in REQUIREMENTS.glob("*.in")))

PACKAGES = tuple(sorted(path.name.partition(".json")[0] for path in (_SNAPSHOT / "packages").glob("*")))
"""The names of all packages of the snapshot."""

needs_recorded_index = pytest.mark.skipif(
    not (_FOLDER / "server.py").is_file() or not SETS, reason="the recorded index is not here"
)

_PATIENCE = 30.0


class RecordedIndex:
    """A replay server with ``options``, from entering to leaving; pages are rendered when first asked for."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the index."""
        return f"http://127.0.0.1:{self._port}/simple/"

    def __enter__(self) -> Self:
        command = [sys.executable, str(_FOLDER / "server.py"), "--snapshot", str(_SNAPSHOT), "--no-warm"]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port), *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            _wait_for(self._port, self._process)
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        with self._process as process:
            process.kill()

    def counts(self) -> dict[str, int]:
        """Return how often what was asked for since the last look, by kind; empty for not at all."""
        return {name: int(count) for name, count in self._ask("/__stats__?reset=1").items()}

    def set_fault_percent(self, percent: int) -> None:
        """Let so many of 100 answers be faulty from now on."""
        self._ask(f"/__config__?fault_percent={percent}")

    def _ask(self, path: str) -> Mapping[str, int]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path)
            found: Mapping[str, int] = json.load(connection.getresponse())
        finally:
            connection.close()
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server takes connections; it prints its one line a moment before."""
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"serving ")
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the replay server has ended"
            assert time.monotonic() < last, "the replay server takes no connections"
            time.sleep(0.01)
        else:
            return
