"""The page about PubGrub and its pictures are what their generator writes: the code as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.generators import DOCS, generator_of

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return generator_of("pubgrub")


@pytest.mark.parametrize("name", ["pubgrub.md", "pubgrub-bits.svg", "pubgrub-tree.svg"])
def test_page_and_pictures_are_up_to_date(generator: ModuleType, name: str) -> None:
    """After a change: ``python docs/generate_pubgrub.py``."""
    assert generator.written()[name] == (DOCS / name).read_text(encoding="utf-8")


def test_what_the_page_tells_of_its_example_is_so(generator: ModuleType) -> None:
    """Its sentences speak of three versions tried in vain, and of one way out."""
    tried = [(row[0], row[2]) for row in generator.searched(generator.SOLVABLE)[0].rows]
    forms = [("site", "3.0"), ("forms", "3.0"), ("forms", "2.0")]
    assert tried == [("icons", "1.0"), *forms, ("site", "2.0"), ("site", "1.0"), ("forms", "1.0")]
