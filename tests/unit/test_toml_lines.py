"""Where values of a TOML document stand."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolver.toml_lines import lines_of, places_of

KEYS = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"q\\u0041"', "'#'"])
TEXTS = st.sampled_from(
    [
        '"x"',
        "'y#]'",
        '"\\"z, ["',
        '"""\n"" ]\\""""',
        "'''\n'' }''''",
        "12",
        "true",
        "1979-05-27 07:32:00",
        "-1.5",
    ]
)
BREAKS = st.sampled_from(["", " ", "\n", " # it's a [comment\n", "\r\n\t"])


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    """Return an array, laid out somehow."""
    items = draw(st.lists(values, max_size=3))
    space = [draw(BREAKS) for _ in range(2 * len(items) + 1)]
    said = "".join(f"{space[2 * at]}{each}{space[2 * at + 1]}," for at, each in enumerate(items))
    return f"[{said}{space[-1]}]"


@st.composite
def tables(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    """Return an inline table."""
    pairs = draw(st.dictionaries(KEYS, values, max_size=3))
    return "{" + ", ".join(f"{key} = {value}" for key, value in pairs.items()) + "}"


VALUES = st.recursive(TEXTS, lambda inner: arrays(inner) | tables(inner), max_leaves=8)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Return a document with tables, arrays of tables and dotted keys."""
    text = "".join(f"top{n}.{draw(KEYS)} = {draw(VALUES)}\n" for n in range(draw(st.integers(0, 2))))
    for number in range(draw(st.integers(0, 3))):
        header = draw(st.sampled_from([f"[t{number}]", f"[t{number}.'u.v']", "[[several]]", "[[several.x]]"]))
        if header == "[[several.x]]" and "[[several]]" not in text:
            header = "[[several]]"
        text += f"{draw(BREAKS)}\n  {header} # comment\n"
        for key, value in draw(st.dictionaries(KEYS, VALUES, max_size=3)).items():
            text += f" {key} = {value} # behind\n"
    return text


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Return all values that are neither tables nor arrays, by their paths."""
    if isinstance(value, dict):
        return {at: each for key in value for at, each in leaves(value[key], (*path, key)).items()}
    if isinstance(value, list):
        return {at: each for key, item in enumerate(value) for at, each in leaves(item, (*path, key)).items()}
    return {path: value}


@given(documents())
def test_what_stands_at_a_place_is_the_value(text: str) -> None:
    """Each value that tomllib knows is read again where it is said to stand."""
    places = places_of(text)
    for path, value in leaves(tomllib.loads(text)).items():
        begin = places[path]
        later = sorted(place for place in [*places.values(), len(text)] if place > begin)
        read = {str(_read(text[begin:end].rstrip(" \t\r\n,"))) for end in _ends(text, begin, later[0])}
        assert str(value) in read


def _ends(text: str, begin: int, latest: int) -> range:
    return range(begin + 1, min(len(text), max(latest, begin + 40)) + 1)


def _read(token: str) -> Any:
    try:
        return tomllib.loads(f"v = {token}")["v"]
    except tomllib.TOMLDecodeError:
        return None


def test_places_of_tables_are_their_headers() -> None:
    """Those on the way that have none of their own are where the first table in them is."""
    text = "[a.b]\nc = 1\n\n[[d]]\n[[d]]\n[d.e]\nf.g = { h = 2 }\n"
    assert lines_of(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "b", "c"): 2,
        ("d",): 4,
        ("d", 0): 4,
        ("d", 1): 5,
        ("d", 1, "e"): 6,
        ("d", 1, "e", "f"): 7,
        ("d", 1, "e", "f", "g"): 7,
        ("d", 1, "e", "f", "g", "h"): 7,
    }
