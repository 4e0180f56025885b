"""The documented derivation is a real one: in ``docs/derivation.md`` and among the examples of the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.session import solve
from support.memory import MemorySource
from support.python_worlds import LINUX
from support.schema import load_schema

PAGE = Path(__file__).resolve().parents[2] / "docs" / "derivation.md"

NEEDS: dict[str, Any] = {"requires": ["terms>=1"]}
PACKAGES: dict[str, Any] = {
    "colourful": {"2.0": NEEDS, "2.1": NEEDS},
    "terms": {"0.9": {}, "1.0": {}, "1.4": {"yanked": "broken"}},
}


@pytest.fixture
def refusal() -> NoSolution:
    """Resolve the example."""
    lines = ["colourful", "terms<1"]
    wanted = [Requirement.parse(text, Origin("requirements.in", n)) for n, text in enumerate(lines, 1)]
    with pytest.raises(NoSolution) as caught:
        solve(wanted, [], LINUX, Channels(source=MemorySource(PACKAGES)))
    return caught.value


def test_page_shows_the_derivation_as_it_is(refusal: NoSolution) -> None:
    """Words and data."""
    page = PAGE.read_text(encoding="utf-8")
    text, data = (
        re.findall(rf"^```{kind}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[0] for kind in ("text", "json")
    )
    assert text == refusal.explanation + "\n"
    assert json.loads(data) == refusal.derivation


def test_schema_shows_it_too(refusal: NoSolution) -> None:
    """The example of a document without solution."""
    example = load_schema("resolution-1")["examples"][1]
    assert (example["explanation"], example["derivation"]) == (refusal.explanation, refusal.derivation)
