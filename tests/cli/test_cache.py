"""``resolver cache prune`` and what else a cache that shrinks means to the command."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import pytest

from resolver.cli import Streams, run
from resolver.index.cleaning import usage
from resolver.index.store import Record, RecordStore
from support.command import Done, failed, run_command, succeeded

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [f"{digit}{'0' * 63}" for digit in "123"]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a cache with three pages of a little more than a kilobyte, and a folder of an older format."""
    cache = tmp_path / "cache"
    store = RecordStore(str(cache))
    for number, key in enumerate(KEYS):
        store.write(key, Record("https://index.example/", 200, 1.0 + number, {}, b"b" * 1000))
    (cache / "http-v1").mkdir()
    (cache / "http-v1" / "old").write_bytes(b"old")
    return cache


def prune(cache: Path, *words: str, **environ: str) -> Done:
    """Run the command in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    words = ("cache", "prune", "--cache-dir", str(cache), *words)
    code = run(words, Streams(io.StringIO(), stdout, stderr, environ))
    return Done(code, stdout.getvalue(), stderr.getvalue())


def test_prune_says_how_much_it_removed(cache: Path) -> None:
    """A second time there is nothing to do."""
    assert succeeded(prune(cache)) == f"Removed 1 files, 0.0 MB, from {cache}\n"
    assert succeeded(prune(cache)) == f"Removed 0 files, 0.0 MB, from {cache}\n"
    assert succeeded(prune(cache, "--max-size=2.5k")) == f"Removed 1 files, 0.0 MB, from {cache}\n"
    assert usage(str(cache)).files == 2


def test_verbose_names_what_was_removed(cache: Path) -> None:
    done = prune(cache, "-v", "--max-size", "2.5k")
    record = cache / "http-v3" / "1" / KEYS[0][1:]
    assert (done.code, done.stdout) == (0, f"Removed 2 files, 0.0 MB, from {cache}\n")
    assert done.stderr == (
        f"note: removed {cache / 'http-v1' / 'old'}: of an older format\n"
        f"note: removed {record}: among the oldest, beyond the size that is to be left\n"
    )


@pytest.mark.parametrize(
    ("size", "left"),
    [
        *(("2200", 1), ("2200B", 1), ("0", 0), ("1k", 0), ("2.3KB", 2), ("2.3 kb", 2), ("1KiB", 0)),
        *(("2.2Ki", 2), ("1M", 3), ("1MiB", 3), ("1mb", 3), ("2G", 3), ("2GiB", 3), ("1T", 3), ("1TIB", 3)),
    ],
)
def test_sizes(cache: Path, size: str, left: int) -> None:
    """Of three records with 1,1xx bytes; M is a million, as for ``cache info``, and Mi 1024 times 1024."""
    succeeded(prune(cache, RESOLVER_MAX_SIZE=size))
    assert usage(str(cache)).files == left


@pytest.mark.parametrize(
    "size", ["x", "M", "-1", "1X", "1iB", "1MM", "1e3", "nan", "inf", "1.2.3M", "1,5M", "."]
)
def test_what_is_no_size(cache: Path, size: str) -> None:
    """Nothing is removed then."""
    said = failed(prune(cache, f"--max-size={size}"), 2)
    assert said == f"--max-size is {size!r}, and must be a size such as 500M or 2GiB"
    assert usage(str(cache)).files == 4


def test_other_commands_take_no_size() -> None:
    stderr = io.StringIO()
    words = ("resolve", "-", "--max-size", "1M")
    assert run(words, Streams(io.StringIO(), io.StringIO(), stderr, {})) == 2
    assert stderr.getvalue() == "error: --max-size is an option of cache, not of resolve\n"


def test_help_tells_of_it() -> None:
    """For the command that takes it, and for no other."""
    texts = {}
    for command in ("cache", "resolve", ""):
        stdout = io.StringIO()
        words = [*([command] if command else []), "--help"]
        assert run(words, Streams(io.StringIO(), stdout, io.StringIO(), {})) == 0
        texts[command] = stdout.getvalue()
    assert "resolver cache dir|info|prune|clean" in texts["cache"]
    assert [command for command, text in texts.items() if "--max-size SIZE" in text] == ["cache"]


def test_a_cache_that_cannot_be_pruned(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that says which file is in the way, and exit code 2, as for ``clean``."""
    path = str(cache / "http-v1" / "old")

    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refuse)
        said = failed(prune(cache), 2)
    assert said == f"the cache {cache} cannot be pruned: Permission denied: {path}"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners")
def test_a_cache_of_somebody_else(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert failed(prune(cache), 2) == f"the cache {cache} cannot be pruned: it belongs to another user"
    assert usage(str(cache)).files == 4


def test_no_cache_and_a_file_in_its_place(tmp_path: Path) -> None:
    assert succeeded(prune(tmp_path / "none")) == f"Removed 0 files, 0.0 MB, from {tmp_path / 'none'}\n"
    (tmp_path / "file").touch()
    said = failed(prune(tmp_path / "file"), 2)
    assert said == f"the cache {tmp_path / 'file'} cannot be pruned: Not a directory"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the default place of a cache is another one")
def test_the_command_in_a_process_of_its_own(cache: Path, tmp_path: Path) -> None:
    """Where nobody names a directory it is the user's."""
    (tmp_path / ".cache").mkdir()
    cache.rename(tmp_path / ".cache" / "resolver")
    said = succeeded(run_command("cache", "prune", "--max-size", "1200", home=tmp_path))
    assert said == f"Removed 3 files, 0.0 MB, from {tmp_path / '.cache' / 'resolver'}\n"
