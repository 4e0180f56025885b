"""Specifiers against ``packaging``: validity, text, equality, ``contains``, ``filter`` and ``mask``."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from packaging.specifiers import InvalidSpecifier as TheirInvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.version import Version as TheirVersion

from resolver.model.specifiers import InvalidSpecifier, Specifiers
from resolver.model.version import Version, version_key
from support.versions import DENSE, SPELLINGS, made_specifier, mutated

NOT_VERSIONS = ["foo", "1.0-x", "", "1.0.*"]
POLICIES = (None, True, False)


def pairs(seed: int, count: int) -> list[tuple[str, SpecifierSet, Specifiers]]:
    """Return valid specifiers as both sides read them; asserts that both refuse the others."""
    random = Random(seed)
    found = []
    for _ in range(count):
        text = made_specifier(random)
        if random.random() < 0.05:
            text = mutated(random, text)
        try:
            expected: SpecifierSet | None = SpecifierSet(text)
        except TheirInvalidSpecifier:
            expected = None
        try:
            actual: Specifiers | None = Specifiers(text)
        except InvalidSpecifier:
            actual = None
        assert (expected is None) == (actual is None), text
        if expected is not None and actual is not None:
            found.append((text, expected, actual))
    assert count // 3 < len(found) < count  # both happen
    return found


@pytest.mark.slow
def test_same_versions_are_admitted_and_filtered() -> None:
    """Lists of strings, versions or both, strings that are no versions among them."""
    random = Random(445)
    for text, expected, actual in pairs(446, 3000):
        texts = random.sample([*DENSE, *SPELLINGS, *NOT_VERSIONS], random.randrange(1, 12))
        for policy in POLICIES:
            kept = list(actual.filter(texts, policy))
            assert list(expected.filter(texts, policy)) == kept, (text, texts, policy)
            one = random.choice(texts)
            for installed in (False, True):
                assert expected.contains(one, policy, installed) == actual.contains(
                    one, policy, installed=installed
                ), (
                    text,
                    one,
                    policy,
                    installed,
                )


@pytest.mark.slow
def test_version_objects_are_admitted_as_those_of_packaging() -> None:
    random = Random(447)
    for text, expected, actual in pairs(448, 1500):
        for one in random.sample([*DENSE, *SPELLINGS], 8):
            assert expected.contains(TheirVersion(one)) == actual.contains(Version(one)), (text, one)


@pytest.mark.slow
def test_mask_holds_what_packaging_admits_with_pre_releases() -> None:
    """Over candidates so dense that every bound of every clause falls between two of them."""
    random = Random(449)
    ordered = sorted(DENSE, key=version_key)
    keys = [version_key(text) for text in ordered]
    theirs = [TheirVersion(text) for text in ordered]
    for text, expected, actual in pairs(450, 600):
        mask = actual.mask(keys, ordered)
        for i in random.sample(range(len(keys)), 60):
            item = ordered[i] if "===" in text else theirs[i]
            assert expected.contains(item, prereleases=True) == bool(mask >> i & 1), (text, ordered[i])


@pytest.mark.slow
def test_text_settings_and_conjunction_are_those_of_packaging() -> None:
    found = pairs(451, 2000)
    for text, expected, actual in found:  # before packaging's sets are shown, which sorts them
        assert expected.prereleases == actual.prereleases, text
        assert len(expected) == len(actual), text
        theirs = [(clause.operator, clause.version) for clause in expected]
        assert theirs == [(clause.operator, clause.version) for clause in actual], text
    for (text, expected, actual), (other_text, other_expected, other_actual) in pairwise(found):
        assert str(expected & other_expected) == str(actual & other_actual), (text, other_text)
        assert str(expected) == str(actual), text
        assert (expected == other_expected) == (actual == other_actual), (text, other_text)


@pytest.mark.slow
def test_sets_are_equal_when_packaging_says_so() -> None:
    """Of few versions in several spellings, so that equal sets are met often."""
    random = Random(452)
    equal = 0
    for _ in range(3000):
        left, right = (
            ",".join(
                random.choice(["==", "~=", ">=", "===", "!="])
                + random.choice(["1.0", "1.0.0", "v1.0", "1.0a", "1.0.alpha0"])
                for _ in range(random.choice([1, 1, 2]))
            )
            for _ in range(2)
        )
        same = Specifiers(left) == Specifiers(right)
        assert (SpecifierSet(left) == SpecifierSet(right)) == same, (left, right)
        if same:
            assert hash(Specifiers(left)) == hash(Specifiers(right))
        equal += same
    assert 100 < equal < 2900
