"""Each feature that ``docs/features.md`` claims is proven by a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"

PROOF = re.compile(r"\[(test_\w+)\]\((\S+\.py)\)")


def rows() -> list[list[str]]:
    """Return the cells of the table, without its head."""
    lines = (DOCS / "features.md").read_text("utf-8").splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return table[2:]


def test_every_claim_has_a_test() -> None:
    """Whatever is marked with y or p names a function of the file that it links to."""
    claims = {row[0]: row[-1] for row in rows() if row[1].strip("*") in ("y", "p")}
    missing = []
    for feature, cell in claims.items():
        proofs = PROOF.findall(cell)
        tests = [re.search(rf"def {name}\(", (DOCS / path).read_text("utf-8")) for name, path in proofs]
        if not proofs or None in tests:
            missing.append(feature)
    assert missing == []
    assert len(claims) > 25


def test_every_row_says_something_of_everybody() -> None:
    """A name, eight marks and a proof."""
    assert [row[0] for row in rows() if len(row) != 10 and row[1] != "**n**"] == []
