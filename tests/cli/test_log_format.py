"""``--log-format jsonl`` of the real command: every line an event of the schema, from start to end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from support.command import Done, clean_environ, command_line, run_command
from support.hard import record
from support.loopback import Loopback
from support.schema import check, load_schema

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SCHEMA = load_schema("log-1")


def events(done: Done, code: int) -> list[dict[str, Any]]:
    """Return the events of a command that ended with ``code``; all of stderr keeps to the schema."""
    found = [json.loads(line) for line in done.stderr.splitlines()]
    for event in found:
        check(event, SCHEMA)
    assert (done.code, found[-1]["event"], found[-1]["code"]) == (code, "finished", code), done
    assert found[0]["event"] == "started"
    return found


def run(home: Path, *words: str) -> Done:
    """Resolve what is in ``a.txt``."""
    return run_command("resolve", "a.txt", "--log-format", "jsonl", *words, home=home)


def test_what_is_fetched_and_what_it_came_to(tmp_path: Path) -> None:
    """Each answer with size and time; the result is on stdout as ever."""
    (tmp_path / "a.txt").write_text("app\n", "utf-8")
    with Loopback() as index:
        index.add("app", "1", ["lib"])
        index.add("lib", "1")
        done = run(tmp_path, "-i", index.index, "--no-header", "--no-annotate")
    assert done.stdout == "app==1\nlib==1\n"
    found = events(done, 0)
    assert {each["what"] for each in found if each["event"] == "fetched"} == {"page", "file"}
    assert found[-2]["message"].startswith("Resolved 2 packages in ")


def test_a_request_that_is_sent_again_and_fails(tmp_path: Path) -> None:
    """Each new try, and in the end the error with its URL."""
    (tmp_path / "a.txt").write_text("app\n", "utf-8")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://me:secret@127.0.0.1:{closed.getsockname()[1]}/simple"
        done = run(tmp_path, "-i", url, "--retries", "1", "--no-cache")
    found = events(done, 3)
    retried = [each for each in found if each["event"] == "retried"]
    assert [each["tries"] for each in retried] == [1]
    assert found[-2]["kind"] == "IndexUnavailable"
    assert "secret" not in done.stderr


def test_a_conflict_comes_with_hints_and_fixes(tmp_path: Path) -> None:
    """The explanation is the message; with -v also what could not be used."""
    lib = {"1": {}, "2": {"requires_python": ">=3.99"}, "3": {}}
    record(tmp_path / "rec", {"app": {"1": {"requires": ["lib<2"]}}, "lib": lib})
    (tmp_path / "a.txt").write_text("app\nlib>2\n", "utf-8")
    found = events(run(tmp_path, "--replay", "rec", "--python-version", "3.12", "-v"), 1)
    error = next(each for each in found if each["event"] == "error")
    assert (error["kind"], error["code"]) == ("NoSolution", 1)
    rejected = [each for each in found if each["event"] == "rejected"]
    assert ("lib", ["2"]) in [(each["package"], each["versions"]) for each in rejected]
    fixes = [each for each in found if each["event"] == "fix"]
    assert fixes[0]["requirements"]
    (tmp_path / "a.txt").write_text("app\nlib==\n", "utf-8")
    error = events(run(tmp_path, "--replay", "rec"), 2)[1]
    assert (error["file"], error["line"], error["level"]) == ("a.txt", 2, "error")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX does it")
def test_an_interruption_is_told(tmp_path: Path) -> None:
    """While an index is waited for, which says nothing."""
    (tmp_path / "a.txt").write_text("app\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        words = ["resolve", "a.txt", "-i", f"http://127.0.0.1:{mute.getsockname()[1]}/", "--log-format=jsonl"]
        with (
            subprocess.Popen(
                command_line(*words),
                cwd=tmp_path,
                env=clean_environ(tmp_path),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
            mute.accept()[0],
        ):
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=20)
    found = events(Done(process.returncode, stdout, stderr), 130)
    assert found[-2]["message"].startswith("interrupted")


@pytest.mark.parametrize("command", ["resolve-many", "why", "tree", "config", "cache"])
def test_every_command_tells_in_events(tmp_path: Path, command: str) -> None:
    """Nothing else is on stderr, and stdout has the result alone."""
    record(tmp_path / "rec", {"app": {"1": {"requires": ["lib"]}}, "lib": {"1": {}}})
    (tmp_path / "requirements.txt").write_text("app\n", "utf-8")
    words = {
        "resolve-many": ["requirements.txt", "--replay", "rec"],
        "why": ["lib", "--replay", "rec"],
        "tree": ["--replay", "rec"],
        "config": ["get", "retries"],
        "cache": ["dir"],
    }
    done = run_command(command, *words[command], "--log-format", "jsonl", "-v", home=tmp_path)
    found = events(done, 0)
    assert found[0]["command"] == command
    assert done.stdout
    assert '"event"' not in done.stdout
