"""What the pages of the site show is so: commands, snippets, and a place for every page and public name."""

from __future__ import annotations

import doctest
import os
import re
import shlex
from pathlib import Path

import pytest

import resolver
from resolver import Options
from support.command import run_command

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
RECORDINGS = ROOT / "fixtures" / "recordings"
TUTORIAL = DOCS / "tutorial.md"
TARGET = Options(python_version="3.12", python_platform="linux")


def steps(page: Path) -> list[tuple[str, str]]:
    """Return the commands that a page shows, in order, each with what it prints there."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, said) for command, _, said in (part.partition("\n") for part in parts)]


@pytest.mark.slow
def test_commands_of_the_tutorial_print_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that ``cat`` shows is written where no command has made it."""
    monkeypatch.chdir(tmp_path)
    target = {"RESOLVER_PYTHON_VERSION": "3.12", "RESOLVER_PYTHON_PLATFORM": "linux"}
    found = []
    for command, said in steps(TUTORIAL):
        words = shlex.split(command)
        if words[0] == "cat":
            file = tmp_path / words[1]
            if not file.exists():
                file.write_text(said, "utf-8")
            found.append((command, file.read_text("utf-8")))
            continue
        recording = "web-conflict" if "broken.in" in words else "web"
        environ = {**target, "RESOLVER_REPLAY": str(RECORDINGS / recording)}
        ended = run_command(*words[1:], home=tmp_path, environ=environ)
        found.append((command, ended.stdout + ended.stderr))
    assert found == steps(TUTORIAL)
    assert len(found) > 5


def test_snippets_of_the_tutorial_do_what_they_show() -> None:
    """With the recordings that the commands use."""
    options = {
        name: TARGET.replace(replay=os.fspath(RECORDINGS / recording))
        for name, recording in (("options", "web"), ("conflict_options", "web-conflict"))
    }
    found = doctest.testfile(str(TUTORIAL), module_relative=False, globs=dict(options))
    assert found.failed == 0
    assert found.attempted > 3


def test_every_page_has_a_place() -> None:
    """It is named in the tree of the index; those of a folder may be named together."""
    index = (DOCS / "index.md").read_text("utf-8")
    named = set(re.findall(r"^([\w/*-]+)$", index, re.MULTILINE))
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.glob("*.md")}
    assert {page for page in pages if not page.endswith(".in")} - named == {"index"}
    assert named - pages == {"decisions/index", "how-to/*"}


def test_every_public_name_is_in_the_reference() -> None:
    """Where it is made; errors come by their module."""
    page = (DOCS / "reference.md").read_text("utf-8")
    missing = [
        name
        for name in resolver.__all__
        if name != "__version__" and f".{name}\n" not in page and not hasattr(resolver.errors, name)
    ]
    assert missing == []
