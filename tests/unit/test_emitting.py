"""What may be published of places: never a secret."""

from __future__ import annotations

import pytest

from resolver.emitting import published


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://index.example/simple/", "https://index.example/simple/"),
        ("https://me:secret@index.example:8443/simple", "https://index.example:8443/simple"),
        ("https://token@index.example/simple", "https://index.example/simple"),
        ("./wheels", "./wheels"),
        ("file:///srv/wheels/", "file:///srv/wheels/"),
    ],
)
def test_logins_are_taken_out(text: str, expected: str) -> None:
    assert published(text) == expected


@pytest.mark.parametrize(
    "text", ["https://index.example/?token=secret", "https://me:secret@", "https://me:secret@host:0/"]
)
def test_what_cannot_be_told_from_a_secret_is_not_published(text: str) -> None:
    """A query may be one; what is no URL may hold one anywhere."""
    assert published(text) is None
