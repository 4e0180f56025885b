"""What the name of an output file says."""

from __future__ import annotations

import pytest

from resolver.arguments import parse
from resolver.file_names import format_of, has_good_name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("resolve a.in", None),
        ("resolve a.in -o requirements.txt", None),
        ("resolve a.in -o out.json", "json"),
        ("resolve a.in -o out.html", "html"),
        ("resolve a.in -o out.json --format requirements", "requirements"),
        ("resolve a.in -o bom.cdx.json", "cyclonedx"),
        ("tree a.in -o out.gv", "dot"),
        ("tree a.in -o out.mmd", "mermaid"),
        ("tree a.in -o out.json", None),
        ("why a a.in -o out.html", None),
        ("why a a.in -o out.json", "json"),
    ],
)
def test_output_file_says_the_format_where_nobody_does(words: str, expected: str | None) -> None:
    """As far as the command writes it."""
    assert parse(words.split(), {}).format == expected


def test_of_options_that_exclude_each_other_the_stronger_place_wins() -> None:
    """A variable is no reason to refuse what is typed; two that are typed are a contradiction."""
    typed = parse(["resolve", "a.in", "-U"], {"RESOLVER_MINIMAL": "1", "RESOLVER_REPLAY": "r"})
    assert typed.options() == {"upgrade": True, "replay": "r"}
    typed = parse(
        ["resolve", "a.in", "--minimal", "--record", "x"], {"RESOLVER_UPGRADE": "1", "RESOLVER_REPLAY": "r"}
    )
    assert typed.options() == {"minimal": True, "record": "x"}
    both = parse(["resolve", "a.in", "--minimal", "-U"], {}).options()
    assert both == {"minimal": True, "upgrade": True}  # which ``Options`` refuses


def test_endings_are_read_in_any_case() -> None:
    assert format_of("A.JSON") == "json"


@pytest.mark.parametrize("path", ["pylock.toml", "/a/pylock.toml", "pylock.dev.toml", "pylock.a-b_1.toml"])
def test_good_names(path: str) -> None:
    assert has_good_name(path)


@pytest.mark.parametrize(
    "path", ["lock.toml", "pylock", "pylock..toml", "pylock.a.b.toml", "a.pylock.toml", "pylock.TOML"]
)
def test_other_names(path: str) -> None:
    assert not has_good_name(path)
