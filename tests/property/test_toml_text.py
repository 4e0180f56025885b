"""Law: what is written as TOML reads back as what was given."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.formats.toml_text import write

if TYPE_CHECKING:
    from resolver.formats.toml_text import Value

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SCALARS = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.datetimes(timezones=ZONES),
    st.just(datetime(2024, 2, 28, 12, 0, 0, 1, UTC)),
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_written_reads_back(table: dict[str, Value]) -> None:
    """Whatever the keys and texts are; values come before lists of tables."""
    text = write(table)
    assert tomllib.loads(text) == table
    assert not text.startswith("\n")


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb"])
def test_half_a_character_is_replaced(text: str) -> None:
    """A file name may hold bytes that are no text."""
    found = tomllib.loads(write({"a": text}))
    assert set(found["a"]) <= {"a", "b", "\N{REPLACEMENT CHARACTER}"}


def test_no_control_character_is_written() -> None:
    """But for the ends of lines, all are escaped."""
    text = write({"a": "".join(map(chr, range(128)))})
    assert [c for c in text if not c.isprintable()] == ["\n"]
    assert tomllib.loads(text) == {"a": "".join(map(chr, range(128)))}


def test_tables_are_laid_out_for_readers() -> None:
    """A package has a heading, several files a line each, one stands on the line."""
    packages: list[Value] = [
        {"name": "a", "wheels": [{"size": 1}, {"size": 2, "hashes": {"x y": "0"}}]},
        {"name": "b", "wheels": [{"size": 3}], "dependencies": []},
        {},
    ]
    assert write({"packages": packages, "lock-version": "1.0", "environments": ["a", "b"]}) == (
        'lock-version = "1.0"\n'
        'environments = ["a", "b"]\n'
        "\n"
        "[[packages]]\n"
        'name = "a"\n'
        "wheels = [\n"
        "    { size = 1 },\n"
        '    { size = 2, hashes = { "x y" = "0" } },\n'
        "]\n"
        "\n"
        "[[packages]]\n"
        'name = "b"\n'
        "wheels = [{ size = 3 }]\n"
        "dependencies = []\n"
        "\n"
        "[[packages]]\n"
    )
