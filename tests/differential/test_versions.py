"""Versions against ``packaging``: the same texts are versions, with the same parts, in the same order.

Order is compared for *all* pairs, by ranks: both sides sort the texts and number the classes of equal ones
from the lowest.  A text has the same number on both sides, for all texts, exactly if every pair compares
alike: if ranks agree, a pair compares as its two ranks do on both sides; if a pair compared differently,
its ranks would be ordered differently.  That presumes that each side's comparison is a total order, so a few
hundred thousand random pairs are compared directly as well.
"""

from __future__ import annotations

from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from packaging.utils import InvalidName as TheirInvalidName
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion as TheirInvalidVersion
from packaging.version import Version as TheirVersion

from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, Version, is_prerelease_key, version_key
from support.corpora import rows
from support.versions import DENSE, SPELLINGS, made_version, mutated, real_versions

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = [
    *("epoch", "release", "pre", "post", "dev", "local", "public", "base_version", "major", "minor", "micro"),
    *("is_prerelease", "is_postrelease", "is_devrelease"),
]


def made() -> list[str]:
    """Return the versions made up for these tests: always the same ones."""
    random = Random(440)
    return [*DENSE, *SPELLINGS, *(made_version(random) for _ in range(4000))]


def known() -> list[str]:
    """Return those that real packages and the corpora have; those that are no versions left out."""
    found = dict.fromkeys(real_versions())
    for table in ("pep440-packaging/version-order", "pep440-uv/version-order"):
        found.update(dict.fromkeys(row["left"] for row in rows(table)))
    return [text for text in found if theirs(text) is not None]


def theirs(text: str) -> TheirVersion | None:
    """Return packaging's version, ``None`` if it refuses the text."""
    try:
        return TheirVersion(text)
    except TheirInvalidVersion:
        return None


def ours(text: str) -> Version | None:
    """Return our version, ``None`` if we refuse the text."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def ranks(texts: list[str], key: Callable[[str], Any]) -> dict[str, int]:
    """Return the number of the class of equal ones that each text belongs to."""
    ordered = sorted(texts, key=key)
    return {text: rank for rank, (_, equal) in enumerate(groupby(ordered, key=key)) for text in equal}


@pytest.mark.slow
@pytest.mark.parametrize("source", [made, known])
def test_all_pairs_are_ordered_as_packaging_orders_them(source: Callable[[], list[str]]) -> None:
    texts = sorted(set(source()))
    if source is known and len(texts) < 3000:
        pytest.skip("no snapshot here")
    assert len(texts) >= 3000
    assert ranks(texts, TheirVersion) == ranks(texts, version_key)


@pytest.mark.slow
def test_random_pairs_compare_as_packaging_compares_them() -> None:
    random = Random(441)
    texts = [*made(), *known()]
    pairs = [(version_key(text), TheirVersion(text)._key) for text in texts]
    left, right = random.choices(pairs, k=300_000), random.choices(pairs, k=300_000)
    for (our_left, their_left), (our_right, their_right) in zip(left, right, strict=True):
        assert (our_left < our_right) is (their_left < their_right), (their_left, their_right)
        assert (our_left == our_right) is (their_left == their_right), (their_left, their_right)


@pytest.mark.slow
def test_parts_and_text_are_those_of_packaging() -> None:
    for text in [*made(), *known()[::5]]:
        version, other = Version(text), TheirVersion(text)
        assert str(other) == str(version), text
        assert repr(other) == repr(version), text
        for part in PARTS:
            assert getattr(other, part) == getattr(version, part), (text, part)
        assert hash(other.release) == hash(version.release)
        assert other.is_prerelease == is_prerelease_key(version.key)


@pytest.mark.slow
def test_the_same_texts_are_versions() -> None:
    """Of texts a character away from a version, about half are not one."""
    random = Random(442)
    refused = 0
    for text in made():
        changed = mutated(random, text)
        expected, actual = theirs(changed), ours(changed)
        assert (expected is None) == (actual is None), changed
        refused += actual is None
        if expected is not None:
            assert str(expected) == str(actual), changed
    assert 500 < refused < 4000


def test_names_are_normalised_as_packaging_normalises_them() -> None:
    random = Random(503)
    valid = 0
    for _ in range(5000):
        name = "".join(random.choices("abzAZ019-_.", k=random.randrange(1, 9)))
        if random.random() < 0.2:
            name = mutated(random, name)
        try:
            expected: str | None = canonicalize_name(name, validate=True)
        except TheirInvalidName:
            expected = None
        try:
            actual: str | None = normalise(name)
        except InvalidName:
            actual = None
        assert expected == actual, name
        valid += actual is not None
    assert 1000 < valid < 4500
