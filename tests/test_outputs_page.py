"""docs/outputs.md has the formats and the options of requirements files that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver import Resolution
from resolver.settings import TABLE

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "outputs.md").read_text("utf-8")
FORMATS, OPTIONS = (
    [line for line in PAGE.splitlines() if line.startswith("| `") and line.startswith("| `--") == flags]
    for flags in (False, True)
)


CHOICES = next(each.choices for each in TABLE if each.name == "format")


@pytest.mark.parametrize("name", sorted({*CHOICES.values()}))
def test_every_format_is_told_with_its_method(name: str) -> None:
    (line,) = [line for line in FORMATS if f"`{name}`" in line.split("|")[1]]
    methods = [word.strip("`,()") for word in line.split("|")[3].split()]
    assert any(hasattr(Resolution, method.removeprefix("Resolution.")) for method in methods)
    assert all(hasattr(Resolution, method.removeprefix("Resolution.")) for method in methods)


def test_the_options_of_requirements_files_are_told() -> None:
    """Those of ``resolve`` alone that say how pins are written."""
    own = [each for each in TABLE if each.group == "Output" and each.commands == ("resolve",)]
    assert len(own) > 5
    told = " ".join(line.split("|")[1] for line in OPTIONS)
    assert [each.flags[0] for each in own if each.flags[0] not in told] == []
