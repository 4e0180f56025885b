"""The whole command with a cache and an index on loopback: notes are there, and change nothing but time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.index.cleaning import clean, usage
from support.background import JSON, METADATA_PATH, PAGE_PATH, page, serving
from support.command import run_command, succeeded
from support.fault_server import reply

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TARGET = ("--python-version", "3.12", "--python-platform", "linux", "--cache-dir", "cache")
NEW = {"filename": "flask-2.0-py3-none-any.whl", "url": "/files/flask-2.0-py3-none-any.whl"}
NEW_METADATA = b"Metadata-Version: 2.1\nName: flask\nVersion: 2.0\n"


def resolve(home: Path, url: str, *words: str) -> str:
    """Return the pins and hashes of flask."""
    (home / "a.in").write_text("flask\n", "utf-8")
    where = ("--index-url", f"{url}/simple/")
    return succeeded(run_command("resolve", "a.in", "--no-header", *where, *TARGET, *words, home=home))


def notes(home: Path) -> list[Path]:
    """Return the notes in the cache."""
    return sorted(home.glob("cache/notes-v*/*/-flask"))


@pytest.mark.parametrize(("age", "again"), [(600, 0), (0, 1)])
def test_a_page_is_asked_for_as_often_as_without_notes(tmp_path: Path, age: int, again: int) -> None:
    """Each time where it is stale at once; metadata, which its page promises, never again."""
    headers = {**JSON, "Cache-Control": f"max-age={age}"}
    changed = reply(200, page(more=NEW, metadata=NEW_METADATA), headers)
    with serving(reply(200, page(), headers)) as server:
        server.script("/files/flask-2.0-py3-none-any.whl.metadata", reply(200, NEW_METADATA))
        assert resolve(tmp_path, server.url).startswith("flask==1.0\n")
        assert len(notes(tmp_path)) == 1
        server.script(PAGE_PATH, changed)
        server.requests.clear()
        assert resolve(tmp_path, server.url).startswith("flask==2.0\n" if again else "flask==1.0\n")
        assert server.asked(PAGE_PATH) == again
        assert server.asked(METADATA_PATH) == 0
        assert resolve(tmp_path, server.url, "--refresh").startswith("flask==2.0\n")
        assert server.asked(PAGE_PATH) == again + 1
        assert resolve(tmp_path, server.url, "--offline").startswith("flask==2.0\n")
        assert server.asked(PAGE_PATH) == again + 1


def test_notes_belong_to_the_cache(tmp_path: Path) -> None:
    """They are counted and cleaned with it, and made again."""
    with serving() as server:
        resolve(tmp_path, server.url)
        assert usage(str(tmp_path / "cache")).files == 3
        said = succeeded(run_command("cache", "clean", "--cache-dir", "cache", home=tmp_path))
        assert said.startswith("Removed 3 files, ")
        assert notes(tmp_path) == []
        resolve(tmp_path, server.url)
        assert len(notes(tmp_path)) == 1
        assert clean(str(tmp_path / "cache")).files == 3


def test_no_cache_takes_no_notes(tmp_path: Path) -> None:
    with serving() as server:
        assert resolve(tmp_path, server.url, "--no-cache").startswith("flask==1.0\n")
        assert list(tmp_path.glob("cache*")) == []


def test_hashes_and_json_are_the_same_with_notes(tmp_path: Path) -> None:
    """Files come from the page, whatever is noted."""
    for form in (("--generate-hashes",), ("--format", "json")):
        with serving(reply(200, page(more={"hashes": {"sha256": "0" * 64}}), JSON)) as server:
            cold = resolve(tmp_path, server.url, *form)
            assert "0" * 64 in cold
            asked = len(server.requests)
            warm = resolve(tmp_path, server.url, *form)
            assert len(server.requests) == asked
        assert warm.partition('"statistics"')[0] == cold.partition('"statistics"')[0]
