"""``resolve-many`` over all packages of a recorded index: pages are asked for once, lines are as alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import run_command, succeeded
from support.recorded_index import PACKAGES, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, needs_recorded_index]

TARGET = ("--python-version", "3.12", "--no-build")
SEVERAL = 5


def documents(folder: Path, index: RecordedIndex, *words: str) -> list[dict[str, Any]]:
    """Resolve all packages, and return what is told of each."""
    where = ("--index-url", index.url, "--cache-dir", "cache")
    done = run_command("resolve-many", "all.txt", "--json-lines", *TARGET, *where, *words, home=folder)
    assert done.code == 1, done.stderr
    return [{**json.loads(line), "seconds": 0} for line in done.stdout.splitlines()]


def test_all_packages_of_an_index(tmp_path: Path) -> None:
    """Cold, warm, in two processes: the same; and what ``resolve`` says of some of them."""
    (tmp_path / "all.txt").write_text("".join(f"{name}\n" for name in PACKAGES), "utf-8")
    with RecordedIndex() as index:
        cold = documents(tmp_path, index)
        counts = index.counts()
        assert len(cold) == len(PACKAGES)
        assert sum(document["status"] == "solved" for document in cold) > len(PACKAGES) * 9 // 10
        assert counts["page-json"] == len(PACKAGES)
        assert documents(tmp_path, index) == cold
        assert documents(tmp_path, index, "--workers", "2") == cold
        assert index.counts() == {}
        for document in cold[:: len(cold) // SEVERAL]:
            (tmp_path / "one.txt").write_text(f"{document['requirement']}\n", "utf-8")
            words = ("--no-header", "--no-annotate", "--index-url", index.url, "--cache-dir", "cache")
            alone = succeeded(run_command("resolve", "one.txt", *TARGET, *words, home=tmp_path))
            assert alone.split() == [f"{pin['name']}=={pin['version']}" for pin in document["pins"]]
