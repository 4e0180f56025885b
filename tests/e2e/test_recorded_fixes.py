"""Fixes on data of a real index: what the command tells works when the command is run with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import run_command
from support.recorded_index import REQUIREMENTS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_recorded_index, pytest.mark.slow]

#: A set of requirements, what somebody adds to it, options, and how the change that helps may be told.
INPUTS = [
    ("conflict-a", [], (), "django<3"),
    ("conflict-b2", [], (), ""),
    ("small", ["django<4", "djangorestframework>=3.15"], (), "django<4"),
    ("web", ["sqlalchemy[asyncio]<1"], (), "sqlalchemy[asyncio]<1"),
    ("web", [], ("--python-version", "3.7"), "--python-version"),
    ("web", [], ("--exclude-newer", "2015-01-01"), "--exclude-newer"),
    ("data", ["numpy<1.20"], (), "numpy<1.20"),
    ("backtrack-gcp", ["grpcio<1.50"], (), "grpcio<1.50"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the recorded index."""
    with RecordedIndex() as index:
        yield index.url


@pytest.mark.parametrize(("name", "more", "options", "change"), INPUTS)
def test_every_fix_works_as_told(  # noqa: PLR0913  # a table of inputs
    url: str, tmp_path: Path, *, name: str, more: list[str], options: tuple[str, ...], change: str
) -> None:
    """The lines and words of each fix, put into a file and a command, end with exit code 0."""
    target = ("--python-version", "3.12", "--python-platform", "linux", "--index-url", url)
    words = (*target, "--cache-dir", "cache", *options)
    lines = [*(REQUIREMENTS / f"{name}.in").read_text("utf-8").split("\n"), *more]
    (tmp_path / "a.in").write_text("\n".join(lines), "utf-8")
    done = run_command("resolve", "a.in", *words, "--format", "json", home=tmp_path)
    assert done.code == 1, done
    fixes: list[dict[str, Any]] = json.loads(done.stdout)["fixes"]
    assert any(change in fix["change"] for fix in fixes), fixes
    for fix in fixes:
        assert f"fix: {fix['change']}\n" in done.stderr
        (tmp_path / "b.in").write_text("\n".join(fix["requirements"]), "utf-8")
        again = run_command("resolve", "b.in", *words, *fix["options"], home=tmp_path)
        assert again.code == 0, (fix, again)
