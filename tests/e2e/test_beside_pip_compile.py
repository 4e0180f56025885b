"""Requirements files byte for byte as pip-compile writes them, apart from the header.

Run with ``RESOLVER_TEST_PIP_COMPILE`` naming a pip-compile 7 on Python 3.12, and with the recorded index
beside the checkout: without either these tests are skipped.  What differs on purpose is in
``docs/outputs.md``.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from support.command import run_command, succeeded
from support.recorded_index import REQUIREMENTS, SETS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIP_COMPILE = os.environ.get("RESOLVER_TEST_PIP_COMPILE", "")

pytestmark = [
    pytest.mark.slow,
    needs_recorded_index,
    pytest.mark.skipif(not PIP_COMPILE, reason="RESOLVER_TEST_PIP_COMPILE names no pip-compile"),
]

# The others take it minutes.
NAMES = sorted({"small", "web", "backtrack-starlette"} & {*SETS})


@pytest.fixture(scope="module")
def index() -> Iterator[RecordedIndex]:
    """Serve the recorded index."""
    with RecordedIndex() as found:
        yield found


def compiled(index: RecordedIndex, folder: Path, *words: str) -> str:
    """Return what pip-compile writes, with the options that we have by default."""
    where = ("--index-url", index.url, "--trusted-host", "127.0.0.1", "--cache-dir", str(folder / "theirs"))
    plain = ("--no-config", "--strip-extras", "--allow-unsafe", "--no-emit-options", "--no-header")
    command = [PIP_COMPILE, "-q", *where, *plain, "-o", "-", "--pip-args", "--only-binary :all:", *words]
    environ = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(command, cwd=REQUIREMENTS, env=environ, capture_output=True, text=True, check=True)
    return done.stdout


def ours(index: RecordedIndex, folder: Path, *words: str) -> str:
    """Return what we write."""
    where = ("--index-url", index.url, "--cache-dir", str(folder / "ours"), "--python-version", "3.12")
    plain = ("-q", "--no-build", "--no-header")
    return succeeded(run_command("resolve", *words, *where, *plain, home=folder, cwd=REQUIREMENTS))


@pytest.mark.parametrize("name", NAMES)
def test_sets_are_written_as_pip_compile_writes_them(index: RecordedIndex, tmp_path: Path, name: str) -> None:
    """In its default style."""
    assert ours(index, tmp_path, f"{name}.in") == compiled(index, tmp_path, f"{name}.in")


def test_lines_have_their_annotations_at_the_same_place(index: RecordedIndex, tmp_path: Path) -> None:
    """With packages before origins, as uv has it, and not in one order."""

    def in_order(line: str) -> str:
        pin, mark, wanted = line.partition("# via ")
        return f"{pin}{mark}{', '.join(sorted(wanted.split(', ')))}"

    words = ("small.in", "--annotation-style", "line")
    theirs = compiled(index, tmp_path, *words).splitlines()
    assert [in_order(line) for line in ours(index, tmp_path, *words).splitlines()] == theirs


def test_hashes_are_theirs_and_those_of_source_distributions(index: RecordedIndex, tmp_path: Path) -> None:
    """Which it leaves out where they cannot be used."""
    words = ("small.in", "--generate-hashes")
    theirs = _hashes(compiled(index, tmp_path, *words))
    found = _hashes(ours(index, tmp_path, *words))
    assert [pin for pin, _ in found] == [pin for pin, _ in theirs]
    assert all(some <= files for (_, files), (_, some) in zip(found, theirs, strict=True))


def _hashes(text: str) -> list[tuple[str, set[str]]]:
    """Return each pin with its hashes."""
    found: list[tuple[str, set[str]]] = []
    for word in text.split():
        if "==" in word:
            found.append((word, set()))
        elif word.startswith("--hash="):
            found[-1][1].add(word)
    return found
