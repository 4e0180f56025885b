"""Lines of requirements, changed in the style of their authors."""

from __future__ import annotations

import pytest

from resolver.catalog import Candidates, read_listing
from resolver.model.environment import Environment
from resolver.model.requirement import Origin, Requirement
from resolver.rules import Rules
from resolver.whatif.edits import EXACT, LOWER, UPPER, bounds, moved, no_extra, sequence, window, without
from support.memory import MemorySource


def candidates(*versions: str) -> Candidates:
    """Return the candidates of ``a``, of which 9 needs another Python."""
    facts = {text: {"requires_python": "<3"} if text == "9" else {} for text in versions}
    listing = MemorySource({"a": facts}).listing_now("a")
    assert listing is not None
    return read_listing(listing, Environment.target("3.12", "linux"), Rules())


@pytest.mark.parametrize(
    ("line", "direction", "version", "expected"),
    [
        ("a>=1,<5", UPPER, "5.1.2", "a>=1,<6"),
        ("a>=1,<5.0", UPPER, "5.1.2", "a>=1,<5.2"),
        ("a>=1,<5.0.0", UPPER, "5.1", "a>=1,<5.1.1"),
        ("A [x] >= 1, < 5 ; os_name == 'nt'", UPPER, "5.1", "A [x] >= 1, < 6 ; os_name == 'nt'"),
        ("a ( >=1 , <5 )", UPPER, "5.1rc1", "a ( >=1 , <6 )"),
        ("a<5", UPPER, "1!4.2", "a<1!5"),
        ("a<5,<7", UPPER, "8", "a<9"),
        ("a<5rc1", UPPER, "5rc2", "a<=5rc2"),
        ("a<=5", UPPER, "5.1.2", "a<=5.1.2"),
        ("a<=5", UPPER, "5.1+local", "a<=5.1"),
        ("a>=3.1", LOWER, "2.9.4", "a>=2.9"),
        ("a>=3.1", LOWER, "3", "a>=3.0"),
        ("a>=3.1", LOWER, "3.0rc1", "a>=3.0rc1"),
        ("a>3", LOWER, "2.9", "a>=2"),
        ("a>1.2.post1", LOWER, "1.2.post1", "a>=1.2.post1"),
        ("a==1.0", EXACT, "1.2", "a==1.2"),
        ("a==1.0", EXACT, "1.2+local", "a==1.2+local"),
        ("a===1.0", EXACT, "1.2", "a===1.2"),
        ("a==1.0.*", EXACT, "1.2.7", "a==1.2.*"),
        ("a~=1.4", EXACT, "2.5.1", "a~=2.5"),
        ("a~=1.4.2", EXACT, "2", "a~=2.0.0"),
        ("a~=1.4", EXACT, "2.0rc1", "a~=2.0rc1"),
    ],
)
def test_bound_is_moved_in_the_style_of_its_author(
    line: str, direction: str, version: str, expected: str
) -> None:
    """The new line admits the version, keeps its place, and all else of the text."""
    origin = Origin("app.in", 7)
    found = moved(Requirement.parse(line, origin), direction, version)
    assert (found.text, found.origin) == (expected, origin)
    assert found.specifiers.contains(version, prereleases=True)


@pytest.mark.parametrize(
    ("line", "directions", "expected"),
    [
        ("a>=1,<5", ["upper"], "a>=1"),
        ("a>=1,<5", ["lower"], "a<5"),
        ("a (>=1)", ["lower"], "a"),
        ("a (>=1) ; os_name == 'nt'", ["lower"], "a ; os_name == 'nt'"),
        ("a[x]>=1,!=1.3,<2", ["lower", "upper", "exclusion"], "a[x]"),
        ("a != 1.3, != 1.4", ["exclusion"], "a"),
    ],
)
def test_bounds_are_taken_away(line: str, directions: list[str], expected: str) -> None:
    assert without(Requirement.parse(line), *directions).text == expected


def test_directions_come_in_the_order_of_the_clauses() -> None:
    assert bounds(Requirement.parse("a!=3,>=1,~=1.2,<2,!=1.4")) == ["exclusion", "lower", "exact", "upper"]


@pytest.mark.parametrize(
    ("line", "extra", "expected"),
    [
        ("a[x]>=1", "x", "a>=1"),
        ("a[X.y, z]", "x-y", "a[z]"),
        ("a[z, X_y]>1;os_name=='nt'", "x-y", "a[z]>1;os_name=='nt'"),
    ],
)
def test_extra_is_taken_away(line: str, extra: str, expected: str) -> None:
    assert no_extra(Requirement.parse(line), extra).text == expected


@pytest.mark.parametrize(
    ("line", "direction", "expected"),
    [
        ("a<3", UPPER, ["3", "4", "5"]),
        ("a>=2,<3", UPPER, ["3", "4", "5"]),
        ("a>=2,<3", LOWER, ["1"]),
        ("a==3", EXACT, ["4", "2", "5", "1"]),
        ("a==3.*,<5", EXACT, ["4", "2", "1"]),
    ],
)
def test_candidates_beyond_a_bound_come_nearest_first(line: str, direction: str, expected: list[str]) -> None:
    """Those that cannot be used (9) are left out."""
    known = candidates("1", "2", "3", "4", "5", "9")
    found = sequence(Requirement.parse(line), direction, known)
    assert [known.version(number) for number in found] == expected


def test_window_holds_the_versions_that_it_is_made_of() -> None:
    found = window(Requirement.parse("a>=1,!=4,<3"), UPPER, ["3.2", "3.10", "3.1"])
    assert found.text == "a>=1,!=4,>=3.1,<=3.10"
