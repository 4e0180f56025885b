"""The examples of docs/policies.md do what they show."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_examples_of_the_policies_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read a recording of this project."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "policies.md"), module_relative=False)
    assert found.attempted >= 5
    assert found.failed == 0
