"""The examples of docs/library.md do what they show."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_examples_of_the_library_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read a recording of this project."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0
