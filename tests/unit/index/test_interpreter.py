"""Another interpreter is asked in a subprocess; whatever goes wrong is an error that names it."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.index.interpreter import ask_interpreter
from resolver.model.environment import Environment, Host

if TYPE_CHECKING:
    from pathlib import Path


def script(folder: Path, text: str) -> str:
    """Return the path of an executable shell script."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_interpreter_says_what_the_running_one_knows() -> None:
    """Asked about itself, it gives the variables, ABIs and platforms of the running one."""
    answer = ask_interpreter(sys.executable)
    running = Host.running()
    assert answer.variables == running.variables
    assert (answer.abis, answer.platforms) == (running.abis, running.platforms)
    assert Environment.target("3.12", host=answer).variables["python_version"] == "3.12"


def test_missing_interpreter_is_named() -> None:
    """There is none at the path."""
    with pytest.raises(InputError, match="The interpreter /nowhere/python cannot be started"):
        ask_interpreter("/nowhere/python")


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in for interpreters")
class TestStrangeInterpreters:
    def test_path_with_a_null_character_is_refused(self) -> None:
        """No path holds one."""
        with pytest.raises(InputError, match="cannot be started"):
            ask_interpreter("py\0thon")

    def test_failure_shows_its_last_words(self, tmp_path: Path) -> None:
        """Exit code and the last line of standard error."""
        with pytest.raises(InputError, match="failed with exit code 3: ImportError: too old"):
            ask_interpreter(script(tmp_path, "echo trace >&2; echo ImportError: too old >&2; exit 3"))

    def test_silent_failure_is_a_failure(self, tmp_path: Path) -> None:
        """Nothing is on standard error."""
        with pytest.raises(InputError, match="failed with exit code 3: no reason given"):
            ask_interpreter(script(tmp_path, "exit 3"))

    @pytest.mark.parametrize(
        "answer",
        [
            "",
            "hello",
            "[]",
            '{"variables": {}, "tags": []}',
            '{"variables": {}, "tags": ["a-b-c"]}',
            '{"tags": 1}',
        ],
    )
    def test_other_answers_are_refused(self, answer: str, tmp_path: Path) -> None:
        """What says something else is no interpreter."""
        with pytest.raises(InputError, match="did not answer as a Python interpreter does"):
            ask_interpreter(script(tmp_path, f"echo '{answer}'"))

    def test_interpreter_that_hangs_is_not_waited_for(self, tmp_path: Path) -> None:
        """The time is limited, and the error says so."""
        with pytest.raises(InputError, match=r"did not answer within 0\.1 seconds"):
            ask_interpreter(script(tmp_path, "exec sleep 60"), timeout=0.1)
