"""Claims on requests: who may ask, who waits, and that nothing rests on them."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from resolver.index.claims import Claims
from resolver.index.store import OURS
from support.command import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks are those of POSIX")

KEY, OTHER = "1" * 64, "2" * 64

# Claims a key, says so, and goes on holding it.
HOLDING = """\
import sys, time
from resolver.index.claims import Claims
from resolver.index.store import OURS
claims = Claims(sys.argv[1], OURS)
print(claims.take(sys.argv[2]), flush=True)
time.sleep(60)
"""


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(str(tmp_path / "cache"), OURS)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start another process, which claims ``KEY``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "cache"), KEY],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_what_another_process_claims_cannot_be_taken(holder: subprocess.Popen[str], claims: Claims) -> None:
    """Until it drops it, or ends in whatever way."""
    assert claims.take(OTHER)
    assert not claims.take(KEY)
    holder.kill()
    holder.wait()
    assert claims.take(KEY)
    claims.drop(KEY)
    claims.close()


@pytest.mark.slow
def test_who_waits_is_told_when_it_is_his_turn(holder: subprocess.Popen[str], claims: Claims) -> None:
    """So that he looks for the answer that came meanwhile."""

    async def turns() -> tuple[bool, bool]:
        asyncio.get_running_loop().call_later(0.1, holder.kill)
        return await claims.turn(OTHER), await claims.turn(KEY)

    assert asyncio.run(turns()) == (False, True)
    assert claims.are_made


@pytest.mark.slow
def test_nobody_waits_for_ever(
    holder: subprocess.Popen[str], claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor twice, where one did not come to an end."""
    monkeypatch.setattr("resolver.index.claims._PATIENCE", 0.1)
    begun = time.monotonic()
    assert asyncio.run(claims.turn(KEY))
    assert 0.1 <= time.monotonic() - begun < 2
    assert holder.poll() is None
    assert not claims.are_made
    assert not asyncio.run(claims.turn(KEY))


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO])
def test_file_systems_without_locks(claims: Claims, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """There everybody asks."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(claims, "_lock", fail)
    assert claims.take(KEY)
    assert not claims.are_made
    claims.drop(KEY)
    claims.close()


def test_where_a_lock_cannot_be_dropped(claims: Claims, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more are taken."""
    assert claims.take(KEY)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(claims, "_lock", fail)
    claims.drop(KEY)
    assert not claims.are_made


def test_systems_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    claims = Claims(str(tmp_path / "cache"), OURS)
    assert not claims.are_made
    assert claims.take(KEY)
    claims.drop(KEY)


def test_directories_of_others_are_not_written_to(tmp_path: Path) -> None:
    """Where they have something, or there is no directory."""
    (tmp_path / "novel.txt").touch()
    assert not Claims(str(tmp_path), OURS).are_made
    assert not Claims(str(tmp_path / "novel.txt"), OURS).are_made
    assert [path.name for path in tmp_path.iterdir()] == ["novel.txt"]
