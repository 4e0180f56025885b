"""The examples of docs/library.md, and of the pages for those who embed the resolver, do what they show."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from resolver import errors, events

ROOT = Path(__file__).resolve().parents[1]


def test_page_has_every_error_and_every_event() -> None:
    """The tree is that of the classes, and the table names each kind of event."""
    text = (ROOT / "docs" / "library.md").read_text("utf-8")
    tree = text.partition("```\nResolverError\n")[2].partition("```")[0]
    shown = [line.lstrip("│├└─ ").split()[0] for line in tree.splitlines()]
    assert sorted(shown) == sorted(set(errors.__all__) - {"ResolverError"})
    for name, line in zip(shown, tree.splitlines(), strict=True):
        is_branch = not line.startswith(("├", "└"))
        assert is_branch == (getattr(errors, name).__base__ is not errors.ResolverError), name
    kinds = {getattr(events, name).kind for name in events.__all__} - {""}
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in text] == []


@pytest.mark.slow
def test_examples_of_the_library_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read a recording of this project."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0


@pytest.mark.slow
def test_examples_of_the_page_about_earlier_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read an index in memory."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "earlier-versions.md"), module_relative=False)
    assert found.attempted > 5
    assert found.failed == 0


HOW_TO = sorted(path for path in (ROOT / "docs" / "how-to").glob("*.md") if ">>>" in path.read_text("utf-8"))


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_examples_of_pages_for_embedders(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(page), module_relative=False)
    assert (found.failed, found.attempted > 0) == (0, True)
