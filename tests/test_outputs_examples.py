"""The examples of docs/outputs.md print what it shows, and its pictures are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from support.command import run_command

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "outputs.md").read_text("utf-8")
TOOLS = ("aiohttp", "attrs", "hypothesis", "mypy", "packaging", "pytest", "resolvelib", "rich", "ruff", "tox")
TARGET = {"RESOLVER_PYTHON_VERSION": "3.12", "RESOLVER_PYTHON_PLATFORM": "linux"}


def examples() -> list[tuple[str, str]]:
    """Return each command that the page shows after a ``$``, and what it prints there."""
    found = []
    for block in re.findall(r"^```\n(\$ .*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        for part in block.split("$ ")[1:]:
            command, _, said = part.partition("\n")
            found.append((command, said))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("command", "said"), examples())
def test_example_prints_what_is_shown(tmp_path: Path, command: str, said: str) -> None:
    (tmp_path / "tools.in").write_text("\n".join(TOOLS), "utf-8")
    recording = str(ROOT / "fixtures" / "recordings" / "tools")
    environ = {**TARGET, "RESOLVER_REPLAY": recording}
    done = run_command(*shlex.split(command)[1:], home=tmp_path, environ=environ)
    assert done.stdout + done.stderr == said


def test_pictures_are_there_and_small() -> None:
    """What ``docs/generate_page_pictures.py`` makes."""
    pictures = re.findall(r"\]\((page[\w-]*\.png)\)", PAGE)
    assert len(pictures) == 3
    for name in pictures:
        content = (ROOT / "docs" / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 300_000
