"""docs/command-line.md has the commands and options that there are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_page_is_that_of_the_table() -> None:
    """Else run ``python docs/generate_command_line.py``."""
    spec = importlib.util.spec_from_file_location("generate_command_line", DOCS / "generate_command_line.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert (DOCS / "command-line.md").read_text("utf-8") == generator.page()
