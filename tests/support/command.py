"""The real command, run as users run it: a process of its own, with a clean environment and home.

Tests say by ``succeeded`` or ``failed`` which of the two they expect; both look at the streams as a whole.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.cli import Streams, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

__all__ = [
    "SOURCE",
    "Done",
    "clean_environ",
    "command_line",
    "failed",
    "run_command",
    "run_here",
    "succeeded",
    "without_configuration",
]

SOURCE = Path(__file__).resolve().parents[2] / "src"


class Done:
    """How a command ended."""

    def __init__(self, code: int, stdout: str, stderr: str) -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def __repr__(self) -> str:
        return f"<exit code {self.code}\nstdout: {self.stdout}\nstderr: {self.stderr}>"


def clean_environ(home: Path, **more: str) -> dict[str, str]:
    """Return the variables of a user who has set none; Python's warnings are errors."""
    return {
        "HOME": str(home),
        "PATH": os.environ.get("PATH", ""),
        "PIP_CONFIG_FILE": os.devnull,
        "PYTHONPATH": str(SOURCE),
        "PYTHONWARNINGS": "error",
        **more,
    }


def without_configuration(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the variables of a user who has set none that matters here."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "RESOLVER_", "XDG_", "SSL_CERT_", "NETRC")) or name.lower().endswith(
            "_proxy"
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def run_here(*words: str) -> Done:
    """Run the command in this process to its end, with this process's variables."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = run(words, Streams(io.StringIO(), stdout, stderr, dict(os.environ)))
    return Done(code, stdout.getvalue(), stderr.getvalue())


def command_line(*words: str) -> list[str]:
    """Return the words that start the command."""
    return [sys.executable, "-m", "resolver", *words]


def run_command(
    *words: str, home: Path, cwd: Path | None = None, environ: Mapping[str, str] | None = None
) -> Done:
    """Run the command to its end; ``environ`` is added to the clean one."""
    done = subprocess.run(
        command_line(*words),
        cwd=cwd or home,
        env=clean_environ(home, **(environ or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def succeeded(done: Done) -> str:
    """Return stdout of a command that ended well and said nothing."""
    assert (done.code, done.stderr) == (0, ""), done
    return done.stdout


def failed(done: Done, code: int) -> str:
    """Return the one error of a command that wrote no result: a paragraph without a traceback."""
    assert (done.code, done.stdout) == (code, ""), done
    said = done.stderr
    assert said.startswith("error: "), done
    assert said.endswith("\n"), done
    assert "\n\n" not in said, done
    assert said.count("error: ") == 1, done
    assert "Traceback" not in said, done
    assert "bug in resolver" not in said, done
    return said.removeprefix("error: ").removesuffix("\n")
