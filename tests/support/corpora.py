"""Test data of other resolvers, read where it lies beside the project and never committed.

The folder is ``../shared/corpora`` beside the checkout, or the one that ``RESOLVER_CORPORA`` names.  Tests
that use it are skipped where it is absent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

__all__ = ["CORPORA", "cases", "needs_corpora", "rows"]

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "corpora"

CORPORA = Path(os.environ.get("RESOLVER_CORPORA", _BESIDE))

needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="the shared corpora are not here")


def rows(table: str) -> list[dict[str, Any]]:
    """Return the rows of the table ``corpus/name``; none where the corpora are absent.

    >>> rows("no-such-corpus/no-such-table")
    []
    """
    path = CORPORA / f"{table}.json"
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return found


def cases(corpus: str) -> list[tuple[Path, dict[str, Any]]]:
    """Return each case file below ``corpus/cases`` with what it holds, sorted by path."""
    found = sorted((CORPORA / corpus / "cases").rglob("*.json"))
    return [(path, json.loads(path.read_text(encoding="utf-8"))) for path in found]
