"""Notes on data of a real index: with them, all that is told is what was told without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver import shelf
from support.kept_worlds import LINUX, told
from support.recorded_index import REQUIREMENTS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resolver.options import Options

pytestmark = [needs_recorded_index, pytest.mark.slow]

#: A set of requirements, what somebody adds to it, and the package that he asks about.
QUESTIONS = [
    ("small", [], "aiohttp"),
    ("web", [], "sqlalchemy"),
    ("small", ["django<4", "djangorestframework>=3.15"], None),
    ("conflict-a", [], None),
    ("conflict-b2", [], None),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the recorded index."""
    with RecordedIndex() as index:
        yield index.url


def asked(name: str, more: list[str], options: Options, about: str | None = None) -> str:
    """Return what is told about a set of requirements."""
    lines = (REQUIREMENTS / f"{name}.in").read_text("utf-8").split("\n")
    return told(
        [*(line for line in lines if line.strip() and line[0] not in "#-"), *more], [], options, about=about
    )


@pytest.mark.parametrize(("name", "more", "about"), QUESTIONS)
def test_what_is_told_does_not_depend_on_notes(
    url: str, tmp_path: Path, name: str, more: list[str], about: str | None
) -> None:
    """Pins and files; or proof, hints and fixes; and why a package is there: cold, noted, remembered."""
    options = LINUX.replace(index_url=url, cache_dir=str(tmp_path / "cache"))
    shelf._remembered.clear()
    cold = asked(name, more, options)
    reasons = about and asked(name, more, options.replace(cache_dir=str(tmp_path / "other")), about)
    assert asked(name, more, options) == cold
    shelf._remembered.clear()
    assert asked(name, more, options) == cold
    assert (about and asked(name, more, options, about)) == reasons
    shelf._remembered.clear()
    assert (about and asked(name, more, options, about)) == reasons
    assert list((tmp_path / "cache").glob("notes-v*/*/*"))
