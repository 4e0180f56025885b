"""Several processes: the same outcomes in the same order, whoever dies meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from resolver.errors import InputError, InternalError
from resolver.many import workers
from resolver.many.ledger import Ledger
from resolver.many.outcomes import Usage
from resolver.many.serving import OUTCOME, READY, REFUSED, TAKEN, WARNING, serve
from resolver.many.workers import Pool
from support.deadly import die_at_once, die_of_some_lines
from support.hard import record
from support.many import LINUX, made_lines, made_setup, versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from resolver.many.lines import Setup
    from resolver.many.outcomes import Outcome

PACKAGES: dict[str, dict[str, Any]] = {
    **{f"p{number}": {"1": {"requires": [f"p{number + 1}"] if number < 9 else []}} for number in range(10)},
    "odd": {"1": {"requires": ["p0<1"]}},
    "deadly": {"1": {}},
    "fragile": {"1": {}},
}
ORDINARY = tuple(f"p{number}" for number in range(10))


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Return a setup over a recording of all packages."""
    record(tmp_path / "recording", PACKAGES)
    options = LINUX.replace(replay=str(tmp_path / "recording"), cache_dir=str(tmp_path))
    return made_setup(options, jobs=4)


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pip told to use no index, so that none is known."""
    for name in ("PIP_INDEX_URL", "PIP_FIND_LINKS", "RESOLVER_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def resolved(
    setup: Setup,
    *texts: str,
    count: int = 2,
    fail_fast: bool = False,
    note_usage: Callable[[str, Usage], None] = lambda _, __: None,
) -> list[Outcome]:
    """Return what several processes make of lines, as it is told."""
    told: list[Outcome] = []
    lines = made_lines(*texts)
    ledger = Ledger(lines, told.append, fail_fast=fail_fast)
    Pool(setup, count, ledger, note_usage=note_usage, warn=pytest.fail).run(len(lines))
    assert multiprocessing.active_children() == []
    return told


@pytest.mark.slow
def test_processes_resolve_what_one_would(setup: Setup) -> None:
    """In the order of the lines; each process says what it took."""
    usage: dict[str, Usage] = {}
    told = resolved(setup, *ORDINARY, "odd", "nothing", note_usage=usage.__setitem__)
    assert [each.number for each in told] == list(range(1, 13))
    assert [each.exit_code for each in told] == [0] * 10 + [1, 3]
    assert versions(told[7]) == {"p7": "1", "p8": "1", "p9": "1"}
    assert told[10].said.startswith("Because you require odd (many.txt:11)")
    assert set() < usage.keys() <= {"worker 1", "worker 2"}
    assert [each.memory > 1 for each in usage.values()] == [True] * len(usage)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")
def test_a_line_whose_worker_was_killed_is_run_again(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that this worker had not answered."""
    monkeypatch.setattr(workers, "serve", die_of_some_lines)
    told = resolved(setup, "p1", "p2", "fragile", *ORDINARY, "fragile")
    assert [each.number for each in told] == list(range(1, 15))
    assert [each.exit_code for each in told] == [0] * 14


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")
def test_a_line_that_kills_workers_is_told_and_the_others_go_on(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found among those that a worker had."""
    monkeypatch.setattr(workers, "serve", die_of_some_lines)
    told = resolved(setup, "p1", "deadly", *ORDINARY, count=1)
    assert [each.exit_code for each in told] == [0, 70] + [0] * 10
    assert told[1].said == (
        "2 worker processes died while they resolved this line alone (the last by signal 9)."
    )


@pytest.mark.slow
def test_nothing_is_done_behind_the_first_failure(setup: Setup) -> None:
    told = resolved(setup, "p1", "odd", *ORDINARY * 20, fail_fast=True)
    assert [each.exit_code for each in told] == [0, 1]


@pytest.mark.slow
def test_workers_that_cannot_begin_are_an_error(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless loop."""
    monkeypatch.setattr(workers, "serve", die_at_once)
    with pytest.raises(InternalError, match=r"3 worker processes in a row died .* with exit code 9"):
        resolved(setup, "p1", count=1)


@pytest.mark.slow
def test_what_workers_refuse_is_refused(setup: Setup, no_index: None) -> None:
    """As one process would: here there is no index."""
    del no_index
    setup.options = LINUX.replace(no_cache=True)
    with pytest.raises(InputError, match="says no-index"):
        resolved(setup, "p1", count=1)


@pytest.mark.slow
def test_what_workers_warn_of_is_said_once(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of them read the same configuration."""
    monkeypatch.delenv("RESOLVER_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_FIND_LINKS", "/somewhere")
    setup.options = LINUX.replace(no_cache=True, retries=0, timeout=1.0)
    warned: list[str] = []
    told: list[Outcome] = []
    lines = made_lines("p1", "p2", "p3", "p4")
    ledger = Ledger(lines, told.append)
    Pool(setup, 2, ledger, note_usage=lambda _, __: None, warn=warned.append).run(len(lines))
    assert [each.exit_code for each in told] == [3] * 4
    assert len([said for said in warned if "place with files" in said]) == 1


def test_without_lines_no_process_is_started(setup: Setup) -> None:
    assert resolved(setup) == []


class Conversation:
    """A worker in a thread, and our end of the pipe to it."""

    def __init__(self, setup: Setup) -> None:
        self.ours, theirs = multiprocessing.Pipe()
        self._thread = threading.Thread(target=self._serve, args=(theirs, setup), daemon=True)
        self._thread.start()

    def _serve(self, connection: Connection, setup: Setup) -> None:
        serve(connection, setup)
        connection.close()

    def hear(self) -> tuple[str, Any]:
        """Return the next message."""
        assert self.ours.poll(10)
        kind, content = self.ours.recv()
        return kind, content

    def end(self) -> None:
        """Go away, and wait until the worker has ended."""
        self.ours.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_a_worker_answers_lists_of_lines_until_nobody_listens(setup: Setup) -> None:
    """One message an outcome, with what the process took so far."""
    worker = Conversation(setup)
    assert worker.hear() == (READY, None)
    for _ in range(2):
        worker.ours.send(made_lines("p8", "odd"))
        assert worker.hear() == (TAKEN, None)
        heard = [worker.hear() for _ in range(2)]
        assert [kind for kind, _ in heard] == [OUTCOME, OUTCOME]
        assert [outcome.exit_code for _, (outcome, _) in heard] == [0, 1]
        assert isinstance(heard[1][1][1], Usage)
    worker.end()


def test_a_worker_says_why_it_cannot_begin(no_index: None) -> None:
    """And ends."""
    del no_index
    worker = Conversation(made_setup(LINUX.replace(no_cache=True)))
    kind, error = worker.hear()
    assert kind == REFUSED
    assert isinstance(error, InputError)
    assert "says no-index" in str(error)
    worker.end()


def test_a_worker_passes_warnings_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads them sees them once, see ``Pool``."""
    monkeypatch.delenv("RESOLVER_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple/")
    monkeypatch.setenv("PIP_FIND_LINKS", "/somewhere")
    worker = Conversation(made_setup(LINUX.replace(no_cache=True)))
    heard: list[tuple[str, Any]] = []
    while not heard or heard[-1][0] == WARNING:
        heard.append(worker.hear())
    assert [kind for kind, said in heard if "place with files" in str(said)] == [WARNING]
    assert heard[-1][0] == READY
    worker.end()
