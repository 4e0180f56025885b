"""The tables of docs/targets.md are those of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_tables_of_targets_are_up_to_date() -> None:
    """Else run ``python docs/generate_targets.py``."""
    spec = importlib.util.spec_from_file_location("generate_targets", DOCS / "generate_targets.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    page = (DOCS / "targets.md").read_text("utf-8")
    assert generator.page(page) == page
    assert "win_amd64" in generator.platforms()
