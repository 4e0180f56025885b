"""The page of named faults is what its generator writes."""

from __future__ import annotations

from support.generators import DOCS, generator_of


def test_page_is_up_to_date() -> None:
    """After a change of scenarios: ``python docs/generate_faults.py``."""
    generator = generator_of("faults")
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == generator.page()
