"""The tables of docs/targets.md are those of the code."""

from __future__ import annotations

from support.generators import DOCS, generator_of


def test_tables_of_targets_are_up_to_date() -> None:
    """Else run ``python docs/generate_targets.py``."""
    generator = generator_of("targets")
    page = (DOCS / "targets.md").read_text("utf-8")
    assert generator.page(page) == page
    assert "win_amd64" in generator.platforms()
