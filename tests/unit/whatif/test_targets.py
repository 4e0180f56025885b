"""Targets that could help: versions of Python, and dates."""

from __future__ import annotations

import pytest

from resolver.whatif.targets import dates, pythons


@pytest.mark.parametrize(
    ("target", "wanted", "expected"),
    [
        ("3.12.0", [">=3.13"], ["3.13", "3.14", "3.15"]),
        ("3.12.0", ["<3.11"], ["3.10", "3.9", "3.8", "3.7"]),
        ("3.12.0", [">=3.12.4"], ["3.12.4", "3.13", "3.14", "3.15"]),
        ("3.12.0", ["==3.10.*", ">=3.13,<3.14"], ["3.13", "3.10"]),
        ("3.12.0", ["nonsense", ">=4"], []),
        ("3.12.0", [">=3.x"], []),
        ("3.12.0", ["<3"], []),
        ("3.12.0", ["===3.11"], []),
    ],
)
def test_nearest_pythons_that_fit_come_first(target: str, wanted: list[str], expected: list[str]) -> None:
    assert pythons(target, wanted) == expected


def test_no_more_than_six_are_named() -> None:
    assert pythons("3.12.0", [">=3.7"])[:3] == ["3.12", "3.13", "3.11"]
    assert len(pythons("3.12.0", [">=3.7"])) == 6


def test_clause_that_is_no_version_is_passed_over() -> None:
    assert pythons("3.12.0", ["===foo", ">=3.13,<3.14"]) == ["3.13"]


def test_days_of_uploads_come_in_order_and_once() -> None:
    times = ["2024-05-01T10:00:00Z", None, "2024-02-03T00:00:00.5Z", "2024-05-01T11:00:00Z", "soon", "x" * 20]
    assert dates(times) == ["2024-02-03", "2024-05-01"]
