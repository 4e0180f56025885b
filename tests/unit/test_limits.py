"""The table of limits: how values are written, and that documents and code say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.index.metadata import MAX_LINE
from resolver.index.simple_html import MAX_TAG
from resolver.limits import ADJUSTABLE, FIXED, Limits, byte_count, default_text
from resolver.model import filenames, markers, names, specifiers, version
from resolver.options import Options
from resolver.usage import usage

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("page-bytes=200M", "page_bytes", 200_000_000),
        ("page-bytes=1GiB", "page_bytes", 1 << 30),
        ("Page_Bytes = 1.5k", "page_bytes", 1500),
        ("metadata-bytes=100", "metadata_bytes", 100),
        ("redirects=3", "redirects", 3),
    ],
)
def test_values_are_sizes_or_numbers(setting: str, field: str, value: int) -> None:
    """Sizes may have a unit; case and kind of dash do not matter."""
    assert getattr(Limits((setting,)), field) == value


def test_last_value_counts_and_the_rest_stays() -> None:
    """As for every option that is given twice."""
    found = Limits(("redirects=3", "redirects=4"))
    assert (found.redirects, found.page_bytes) == (4, Limits().page_bytes)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("page-byte=1M", "'page-byte' is no limit; did you mean page-bytes?"),
        ("nothing=1", "'nothing' is no limit; known are: page-bytes, "),
        ("page-bytes", "page-bytes wants a value, as in page-bytes=64MiB"),
        ("page-bytes=much", "page-bytes is 'much', and must be a size such as 500M or 2GiB"),
        ("page-bytes=0", "must be a size"),
        ("page-bytes=-1", "must be a size"),
        ("page-bytes=" + "9" * 5000, "must be a size"),
        ("page-bytes=0.5", "must be a size"),
        ("redirects=2K", "redirects is '2K', and must be a whole number from 1"),
        ("redirects=1.5", "must be a whole number from 1"),
    ],
)
def test_what_is_no_limit_is_refused(setting: str, message: str) -> None:
    """With the name that was probably meant; the library refuses it where options are made."""
    with pytest.raises(InputError) as caught:
        Options(limits=(setting,))
    assert message in str(caught.value)


def test_sizes_count_as_those_of_the_cache() -> None:
    """A kilobyte has 1000 bytes, a kibibyte 1024."""
    assert [byte_count(text) for text in ("1K", "1 KiB", "2", "K", "1X")] == [1000, 1024, 2, None, None]


def test_help_names_every_limit_and_its_default() -> None:
    """Nobody has to look for them."""
    shown = " ".join(usage("resolve", 100).split())
    for limit in ADJUSTABLE:
        assert f"{limit.name} {limit.meaning} (default: {default_text(limit)})" in shown


def test_page_about_limits_says_what_the_table_says() -> None:
    """docs/limits.md holds each row as it is, and no other."""
    lines = PAGE.read_text().splitlines()
    adjustable = [f"| `{each.name}` | {default_text(each)} | {each.meaning} |" for each in ADJUSTABLE]
    fixed = [f"| {what} | {most} |" for what, most in FIXED]
    assert [line for line in lines if line.startswith("| ") and "---" not in line] == [
        "| name | default | what it bounds |",
        *adjustable,
        "| text | at most |",
        *fixed,
    ]


def test_fixed_limits_are_those_of_the_code() -> None:
    """The table tells the constants where they are read."""
    assert dict(FIXED) == {
        "a name of a package or extra": f"{names.MAX_LENGTH} characters",
        "a version": f"{version.MAX_LENGTH} characters, {version.MAX_SEGMENTS} segments",
        "a file name": f"{filenames.MAX_LENGTH} characters",
        "a requirement": f"{specifiers.MAX_LENGTH >> 10} KiB",
        "any other field of metadata": "4 KiB",
        "a marker": f"{markers.MAX_DEPTH} levels of parentheses, {markers.MAX_COMPARISONS:,} comparisons",
        "a tag of an HTML page": f"{MAX_TAG >> 10} KiB",
    }
    assert MAX_LINE == specifiers.MAX_LENGTH
