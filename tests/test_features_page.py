"""Each feature that ``docs/features.md`` claims is proven by a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"

PROOF = re.compile(r"\[(test_\w+)\]\((\S+\.py)\)")


def rows() -> list[list[str]]:
    """Return the cells of the table, without its head."""
    lines = (DOCS / "features.md").read_text("utf-8").splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return table[2:]


def test_every_claim_has_a_test() -> None:
    """Whatever is marked with y or p, or named below the table, links to the file of a test."""
    page = (DOCS / "features.md").read_text("utf-8")
    claims = {row[0]: row[-1] for row in rows() if row[1].strip("*") in ("y", "p")}
    claims |= {line: line for line in page.splitlines() if line.startswith("- ")}
    assert [claim for claim, cell in claims.items() if not PROOF.search(cell)] == []
    assert len(claims) > 50


@pytest.mark.parametrize(("name", "path"), PROOF.findall((DOCS / "features.md").read_text("utf-8")))
def test_every_test_is_there(name: str, path: str) -> None:
    """Under the name that the page gives."""
    assert re.search(rf"def {name}\(", (DOCS / path).read_text("utf-8"))


def test_every_row_says_something_of_everybody() -> None:
    """A name, eight marks and a proof."""
    assert [row[0] for row in rows() if len(row) != 10 and row[1] != "**n**"] == []
