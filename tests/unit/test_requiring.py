"""What metadata asks for in one environment, with extras and without."""

from __future__ import annotations

import time

import pytest

from resolver.index.metadata import Metadata
from resolver.model.environment import Environment
from resolver.policy import BadMetadata
from resolver.requiring import Reader


@pytest.fixture(name="reader")
def _reader() -> Reader:
    return Reader(Environment.target("3.12", "linux"))


def metadata(*lines: str, extras: tuple[str, ...] = ()) -> Metadata:
    return Metadata("a", "1.0", requires_dist=lines, provides_extra=extras)


def names(found: object) -> list[str]:
    assert isinstance(found, tuple), found
    return [requirement.name for requirement in found]


LINES = (
    "plain",
    "one; extra == 'One'",
    "both; extra == 'one' or extra == 'two'",
    "other; extra != 'two'",
    "reverse; 'two' == extra and os_name == 'posix'",
    "windows; extra == 'one' and os_name == 'nt'",
    "part; 'wo' in extra",
    "named; extra != ''",
)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("", ["plain", "other"]),
        ("one", ["one", "both", "named"]),
        ("two", ["both", "reverse", "part", "named"]),
        ("three", ["named"]),
    ],
)
def test_extra_adds_what_holds_with_it_only(reader: Reader, extra: str, expected: list[str]) -> None:
    """However the marker names the extra, and in the order of the lines."""
    assert names(reader.read(metadata(*LINES), extra)) == expected


@pytest.mark.parametrize(
    "line", ["b>>1", "b; os_name ~= '2'", f"{'b' * 129}", f"b[{'c' * 129}]", "b_", "b>=x"]
)
def test_line_that_cannot_be_used_spoils_the_metadata_for_every_extra(reader: Reader, line: str) -> None:
    """Also where the line has nothing to do with the extra."""
    found = metadata("c; extra == 'one'", line)
    without, with_extra = reader.read(found, ""), reader.read(found, "one")
    assert isinstance(without, BadMetadata)
    assert str(without) == str(with_extra)


def test_long_name_is_named_as_such(reader: Reader) -> None:
    """The reason tells the limit."""
    assert "a name in it has more than 128 characters" in str(reader.read(metadata("b" * 129), ""))


def test_thousands_of_extras_are_read_in_time_that_is_linear_in_them(reader: Reader) -> None:
    """Each extra looks at the lines that name it: 3,000 of each took 50 s when it looked at all."""
    count = 3000
    found = metadata(*(f"a[e{n + 1}]; extra == 'e{n}'" for n in range(count)))
    started = time.process_time()
    read = [reader.read(found, f"e{n}") for n in range(count)]
    assert time.process_time() - started < 1
    assert [each[0].extras for each in read if isinstance(each, tuple)] == [
        (f"e{n + 1}",) for n in range(count)
    ]


def test_markers_that_may_hold_for_any_extra_are_bounded(reader: Reader) -> None:
    """Each extra has to try each of these, so there may not be many of both."""
    extras = tuple(f"e{n}" for n in range(1000))
    few = metadata(*["b; 'x' in extra"] * 100, extras=extras)
    many = metadata(*["b; 'x' in extra"] * 101, extras=extras)
    assert names(reader.read(few, "e1")) == []
    assert "too many of its markers" in str(reader.read(many, "e1"))


def test_metadata_of_the_same_name_and_version_is_not_mixed_up(reader: Reader) -> None:
    """A wheel and another one of a version may differ."""
    first, second = metadata("b; extra == 'x'", extras=("x",)), metadata("c; extra == 'x'", extras=("y",))
    assert (names(reader.read(first, "x")), reader.extras(first)) == (["b"], {"x"})
    assert (names(reader.read(second, "x")), reader.extras(second)) == (["c"], {"y"})


def test_requirements_that_must_be_repaired_are_bounded(reader: Reader) -> None:
    """Nobody has published so many, and repairing takes its time."""
    few, many = (metadata(*[f"b{n}>={n}.*" for n in range(count)]) for count in (1000, 1001))
    assert len(names(reader.read(few, ""))) == 1000
    assert "more than 1,000 of its requirements" in str(reader.read(many, ""))
