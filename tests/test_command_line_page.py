"""docs/command-line.md has the commands and options that there are."""

from __future__ import annotations

from support.generators import DOCS, generator_of


def test_the_page_is_that_of_the_table() -> None:
    """Else run ``python docs/generate_command_line.py``."""
    generator = generator_of("command_line")
    assert (DOCS / "command-line.md").read_text("utf-8") == generator.page()
