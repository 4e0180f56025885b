"""File names and tags as the tables of ``packaging`` and uv have them."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.model.filenames import (
    InvalidFilename,
    UnsupportedFile,
    parse_sdist,
    parse_wheel,
    split_sdist,
    split_wheel,
)
from resolver.model.names import normalise
from resolver.model.tags import Tags
from support.corpora import needs_corpora, rows

pytestmark = needs_corpora

Row = dict[str, Any]


def table(*names: str) -> list[Any]:
    """Return the rows of tables as parameters with their ids."""
    return [pytest.param(row, id=row["id"]) for name in names for row in rows(name)]


@pytest.mark.parametrize(
    "row", table("filenames-packaging/wheel-filename-valid", "filenames-uv/wheel-filename-valid")
)
def test_valid_wheel_has_the_parts(row: Row) -> None:
    """Name, version, build number and tags are those of the table."""
    actual = parse_wheel(row["filename"])
    assert (row["name"], row["version"], row["build"]) == (actual.name, actual.version, list(actual.build))
    pythons, abis, platforms = (part.split(".") for part in actual.tags.split("-"))
    assert row["tags"] == sorted(f"{p}-{a}-{o}" for p in pythons for a in abis for o in platforms)
    assert split_wheel(row["filename"], actual.name) == (actual.version, actual.tags)


@pytest.mark.parametrize(
    "row", table("filenames-packaging/wheel-filename-invalid", "filenames-uv/wheel-filename-invalid")
)
def test_invalid_wheel_is_refused(row: Row) -> None:
    """The name is refused, also where packaging accepts it: it could be more than a name."""
    with pytest.raises(InvalidFilename):
        parse_wheel(row["filename"])


@pytest.mark.parametrize("row", table("filenames-packaging/sdist-filename-valid"))
def test_valid_source_distribution_has_the_parts(row: Row) -> None:
    """Name and version are those of the table."""
    actual = parse_sdist(row["filename"])
    assert (row["name"], row["version"]) == (actual.name, actual.version)


@pytest.mark.parametrize("row", table("filenames-packaging/sdist-filename-invalid"))
def test_invalid_source_distribution_is_refused(row: Row) -> None:
    """The name is refused."""
    with pytest.raises(InvalidFilename):
        parse_sdist(row["filename"])


@pytest.mark.parametrize("row", table("filenames-uv/sdist-filename"))
def test_source_distribution_of_a_project_is_known_by_its_name(row: Row) -> None:
    """It has the version of the table; kinds of archives that PEP 625 left behind are named as such."""
    name = normalise(row["project"])
    if not row["valid"]:
        with pytest.raises(InvalidFilename):
            split_sdist(row["filename"], name)
    elif row["filename"].endswith((".zip", ".tar.gz")):
        assert row["version"] == split_sdist(row["filename"], name)
    else:
        with pytest.raises(UnsupportedFile):
            split_sdist(row["filename"], name)


@pytest.mark.parametrize("row", table("filenames-packaging/tag-parse-invalid"))
def test_malformed_tags_fit_nothing(row: Row) -> None:
    """A tag set that is malformed has no rank, whatever it holds."""
    tags = Tags.of_python("cpython", (3, 12), ["cp312"], ["linux_x86_64"])
    assert tags.rank(row["tag"]) is None
    assert tags.why_unfit(row["tag"]) == "malformed"
