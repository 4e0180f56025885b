"""Requirements and markers as the tables of ``packaging`` and uv have them."""

from __future__ import annotations

from typing import Any

import packaging.markers
import pytest

from resolver.model.faults import InvalidMarker, UndefinedComparison
from resolver.model.markers import Marker
from resolver.model.repairs import repaired_specifiers
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.specifiers import Specifiers
from support.corpora import needs_corpora, rows

pytestmark = needs_corpora

# docs/decisions/0003-packaging-decides-pep-508.md: names and extras may end with an underscore.
PACKAGING_WINS = {"pep508-uv/requirement-invalid/0002", "pep508-uv/requirement-invalid/0011"}

# Where our caret stands elsewhere than packaging's: on the first character at fault instead of behind all of
# what is (".*", a literal with a wrong escape).
OTHER_CARETS = {
    "pep508-packaging/requirement-invalid/0012": 11,
    "pep508-packaging/requirement-invalid/0028": 20,
    "pep508-packaging/requirement-invalid/0029": 18,
}

Row = dict[str, Any]


def table(*names: str) -> list[Any]:
    """Return the rows of tables as parameters with their ids."""
    return [pytest.param(row, id=row["id"]) for name in names for row in rows(name)]


def caret(row: Row) -> int:
    """Return the offset at which packaging's message has its caret."""
    line: str = row["error"].split("\n")[-1]
    return line.index("^") - 4


@pytest.mark.parametrize("row", table("pep508-packaging/marker-valid"))
def test_valid_marker_has_the_normal_form(row: Row) -> None:
    """The text parses and is written as packaging writes it."""
    assert row["str"] == str(Marker(row["marker"]))


@pytest.mark.parametrize("row", table("pep508-packaging/marker-invalid", "pep508-uv/marker-invalid"))
def test_invalid_marker_is_refused(row: Row) -> None:
    """The text does not parse, and the error says where."""
    with pytest.raises(InvalidMarker) as caught:
        Marker(row["marker"])
    assert 0 <= caught.value.position <= len(row["marker"])


@pytest.mark.parametrize("row", table("pep508-packaging/marker-evaluate", "pep508-uv/marker-evaluate"))
def test_marker_has_the_value(row: Row) -> None:
    """The marker has this value in this environment, or none."""
    variables: dict[str, Any] = dict(packaging.markers.default_environment())
    if row.get("context") == "lock_file":
        variables |= {"extras": set(), "dependency_groups": set()}
    for name, value in row["environment"].items():
        variables[name] = set(value) if isinstance(value, list) else value
    extra = variables.pop("extra", "") or ""
    marker = Marker(row["marker"])
    if "raises" in row:
        assert row["raises"] == "UndefinedComparison"
        with pytest.raises(UndefinedComparison):
            marker.evaluate(variables, extra)
    else:
        assert row["expected"] == marker.evaluate(variables, extra)


@pytest.mark.parametrize("row", table("pep508-packaging/requirement-valid"))
def test_valid_requirement_has_the_parts(row: Row) -> None:
    """The text parses into the parts that packaging finds, and is written the same."""
    actual = Requirement.parse(row["requirement"])
    assert row["str"] == str(actual)
    assert row["url"] == actual.url
    assert row["specifier"] == sorted(map(str, actual.specifiers))
    assert (row["marker"] or "") == (str(Marker(actual.marker)) if actual.marker else "")
    assert (Requirement.parse(row["name"]).name) == actual.name
    assert len({extra.lower() for extra in row["extras"]}) == len(actual.extras)


@pytest.mark.parametrize("row", table("pep508-uv/requirement-valid"))
def test_requirement_that_uv_accepts_parses(row: Row) -> None:
    """The text parses; uv's own way to write it is not asked for."""
    assert Requirement.parse(row["requirement"]).name in row["requirement"]


@pytest.mark.parametrize("row", table("pep508-packaging/requirement-invalid"))
def test_invalid_requirement_is_refused_at_the_character(row: Row) -> None:
    """The text does not parse, and the caret stands under the character at fault."""
    with pytest.raises(InvalidRequirement) as caught:
        Requirement.parse(row["requirement"])
    assert OTHER_CARETS.get(row["id"], caret(row)) == caught.value.position


@pytest.mark.parametrize("row", table("pep508-uv/requirement-invalid"))
def test_requirement_that_uv_refuses_is_refused_unless_packaging_accepts_it(row: Row) -> None:
    """The text does not parse, but for the rows where packaging decides otherwise."""
    assert row.get("packaging_accepts", False) == (row["id"] in PACKAGING_WINS)
    if row["id"] in PACKAGING_WINS:
        assert Requirement.parse(row["requirement"]).name
        return
    with pytest.raises(InvalidRequirement) as caught:
        Requirement.parse(row["requirement"])
    assert 0 <= caught.value.position <= len(row["requirement"])


@pytest.mark.parametrize("row", table("pep508-packaging/requirement-equal"))
def test_equal_requirements(row: Row) -> None:
    """Both are equal and hash alike."""
    left, right = Requirement.parse(row["left"]), Requirement.parse(row["right"])
    assert left == right
    assert hash(left) == hash(right)


@pytest.mark.parametrize("row", table("pep508-packaging/requirement-different"))
def test_different_requirements(row: Row) -> None:
    """The two are not equal."""
    assert Requirement.parse(row["left"]) != Requirement.parse(row["right"])


@pytest.mark.parametrize("row", table("lenient-metadata-uv/lenient-requirement"))
def test_broken_requirement_means_what_uv_reads(row: Row) -> None:
    """The repaired requirement equals the one that was meant."""
    actual = Requirement.repaired(row["given"])
    assert Requirement.parse(row["repaired"]) == actual
    assert row["given"] == actual.text
    assert bool(actual.repairs) == (row["given"] != row["repaired"])


@pytest.mark.parametrize("row", table("lenient-metadata-uv/lenient-specifier"))
def test_broken_specifier_means_what_uv_reads(row: Row) -> None:
    """The repaired specifiers equal those that were meant."""
    actual, _ = repaired_specifiers(row["given"])
    assert Specifiers(row["repaired"]) == actual
