"""The page of named faults is what its generator writes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_page_is_up_to_date() -> None:
    """After a change of scenarios: ``python docs/generate_faults.py``."""
    spec = importlib.util.spec_from_file_location("generate_faults", DOCS / "generate_faults.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == generator.page()
