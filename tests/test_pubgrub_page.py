"""The page about PubGrub and its pictures are what their generator writes: the code as it is now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """Load ``docs/generate_pubgrub.py``, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("generate_pubgrub", DOCS / "generate_pubgrub.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["pubgrub.md", "pubgrub-bits.svg", "pubgrub-tree.svg"])
def test_page_and_pictures_are_up_to_date(generator: ModuleType, name: str) -> None:
    """After a change: ``python docs/generate_pubgrub.py``."""
    assert generator.written()[name] == (DOCS / name).read_text(encoding="utf-8")


def test_what_the_page_tells_of_its_example_is_so(generator: ModuleType) -> None:
    """Its sentences speak of three versions tried in vain, and of one way out."""
    tried = [(row[0], row[2]) for row in generator.searched(generator.SOLVABLE)[0].rows]
    forms = [("site", "3.0"), ("forms", "3.0"), ("forms", "2.0")]
    assert tried == [("icons", "1.0"), *forms, ("site", "2.0"), ("site", "1.0"), ("forms", "1.0")]
