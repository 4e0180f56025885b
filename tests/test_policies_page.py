"""The examples of docs/policies.md do what they show."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.config_files import ConfigFile
from resolver.configuration import Configuration
from resolver.formats.patch_files import patches_of, read_patches
from resolver.patches import Patch

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_examples_of_the_policies_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read a recording of this project."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "policies.md"), module_relative=False)
    assert found.attempted >= 5
    assert found.failed == 0


def test_patches_on_the_page_are_patches(tmp_path: Path) -> None:
    """Those in a file, and those of a configuration file."""
    page = (ROOT / "docs" / "policies.md").read_text("utf-8")
    path = tmp_path / "patches.txt"
    path.write_text(page.partition("```text\n")[2].partition("```")[0], "utf-8")
    kinds = [Patch.read(text).kind for text in read_patches(str(path), environ={})]
    assert kinds == ["replace", "add", "drop", "whole", "whole", "whole", "python"]
    table = page.partition("```toml\n")[2].partition("```")[0].replace("tool.resolver.", "")
    file = ConfigFile("project", "resolver.toml", table.encode())
    assert patches_of(Configuration(file).tables["dependency-metadata"]) == [
        "broken==1.2: = numpy>=1.20",
        "broken==1.2: requires-python >=3.8",
    ]
