"""pip and we accept and refuse the same requirements with hashes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import run_here
from support.installers import PIP, needs_pip
from support.loopback import Loopback, empty_index, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

# Of two lines with different hashes pip heeds the first only; we heed both (docs/requirements-files.md).
OTHER = f"--hash=sha256:{'0' * 64}"
CASES = [
    ("a==1 {a}\nb==1 {b}\n", "", True),
    ("a==1 {a}\n", "", False),
    ("a==1\nb==1 {b}\n", "", False),
    (f"b==1 {OTHER}\n", "", False),
    (f"b==1 {OTHER} {{b}}\n", "", True),
    (f"b==1 {OTHER} {{b}}\nb==1 {{b}}\n", "", True),
    ("b==1\n", f"b {OTHER}\n", False),
    pytest.param("b\n", "b==1 {b}\n", True, marks=needs_pip),
    pytest.param("--require-hashes\nb\n", "b==1 {b}\n", True, marks=needs_pip),
    ("--require-hashes\nb==1\n", "", False),
    ("b==1 {b}\nnone ; os_name == 'none'\n", "", True),
    ("b==1 --hash=md5:0\n", "", False),
]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index where a needs b; the working directory is empty."""
    with empty_index(tmp_path, monkeypatch) as found:
        found.add("a", "1", ["b"])
        found.add("b", "1")
        yield found


def pip_accepts(index: Loopback) -> bool:
    """Tell whether pip would install what the files ask for."""
    words = ["install", "--dry-run", "--ignore-installed", "--no-cache-dir", "-i", index.index]
    done = subprocess.run(
        [*PIP, *words, "-r", "r.txt", "-c", "c.txt"],
        env={name: value for name, value in os.environ.items() if not name.startswith("PIP_FIND")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    return done.returncode == 0


@pytest.mark.parametrize(("text", "constraints", "accepted"), CASES)
def test_the_same_is_accepted(index: Loopback, text: str, constraints: str, *, accepted: bool) -> None:
    """Where we refuse, it is by one of the codes for hashes and input."""
    hashes = {
        name: f"--hash=sha256:{sha256(index.files[f'/files/{name}-1-py3-none-any.whl'])}" for name in "ab"
    }
    Path("r.txt").write_text(text.format(**hashes), "utf-8")
    Path("c.txt").write_text(constraints.format(**hashes), "utf-8")
    done = run_here("resolve", "r.txt", "-c", "c.txt", "-i", index.index, "--retries", "0", "--no-cache")
    assert (done.code == 0, pip_accepts(index)) == (accepted, accepted), done
    assert done.code in (0, 1, 2, 4)
