"""The page of explanations is what its generator writes; all of it where other projects' data is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.corpora import needs_corpora
from support.generators import DOCS, generator_of
from support.recorded_index import needs_recorded_index
from support.unsatisfiable import sentences_of

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return generator_of("explanations")


def test_scenarios_on_the_page_are_told_as_they_are_now(generator: ModuleType) -> None:
    """After a change of words: ``python docs/generate_explanations.py``."""
    page = (DOCS / "explanations.md").read_text(encoding="utf-8")
    assert generator.scenarios_section() in page


@needs_corpora
@needs_recorded_index
@pytest.mark.slow
def test_page_is_up_to_date(generator: ModuleType) -> None:
    """The whole of it, and twice the same."""
    page = generator.page()
    assert page == (DOCS / "explanations.md").read_text(encoding="utf-8")
    assert page == generator.page()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("no full stop", 1),
        ("Because a 1.0.0 depends on b, c. And so on.", 2),
        ("It cannot be used. (1) And because (2), that is all.", 2),
        ("1. Because of this.\n2. So, that.", 2),
    ],
)
def test_sentences_are_counted_by_full_stops(text: str, count: int) -> None:
    assert sentences_of(text) == count
