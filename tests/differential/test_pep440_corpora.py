"""The PEP 440 tables that packaging and uv test themselves with.

``DECIDED`` lists the rows with which we do not agree, because packaging 26.3 decides what is a version
(docs/decisions/0002-packaging-decides-pep-440.md).  Tables of interval algebra (whether sets are equal,
disjoint, satisfiable) are read over candidates so dense around the versions named that a difference shows.
"""

from __future__ import annotations

from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version as TheirVersion

from resolver.model.specifiers import InvalidSpecifier, Specifiers
from resolver.model.version import InvalidVersion, Version, is_prerelease_key, version_key
from support.corpora import needs_corpora, rows

pytestmark = needs_corpora

CORPORA = ("pep440-packaging", "pep440-uv")

#: Rows of uv's that say a text is refused because a number does not fit in 64 bits; packaging accepts it.
DECIDED = {"pep440-uv/specifier-invalid/0028", "pep440-uv/version-invalid/0016"}


def table(kind: str) -> list[dict[str, Any]]:
    """Return the rows of this kind in both corpora, without those decided otherwise."""
    found = [row for corpus in CORPORA for row in rows(f"{corpus}/{kind}")]
    assert found
    return [row for row in found if row["id"] not in DECIDED]


def around(*specifiers: str) -> list[str]:
    """Return versions on both sides of, and just at, every bound that the clauses can have; sorted."""
    found = {"0.dev0", "0", "99999"}
    for clause in (clause for text in specifiers for clause in Specifiers(text)):
        version = Version(clause.version.removesuffix(".*"))
        epoch, release = f"{version.epoch}!", list(version.release)
        higher = (
            [*release[:-1], release[-1] + 1],
            [*release[:-2], sum(release[-2:-1]) + 1],
            [*release, 0, 1],
        )
        bases = [epoch + ".".join(map(str, segments)) for segments in (release, *higher)]
        stages = {"", "a0", "a1", "rc2"} | near(
            version.pre and version.pre[0], version.pre and version.pre[1]
        )
        posts = {"", ".post0"} | near(".post", version.post)
        devs = {"", ".dev0"} | near(".dev", version.dev)
        locals_ = {"", "+zz"} | ({f"+{version.local}"} if version.local else set())
        found |= {
            f"{b}{s}{p}{d}{x}" for b in bases for s in stages for p in posts for d in devs for x in locals_
        }
    return sorted(found, key=version_key)


def near(word: str | None, number: int | None) -> set[str]:
    """Return the stage with this number and the next one; none without a number."""
    return set() if number is None else {f"{word}{number}", f"{word}{number + 1}"}


def mask(specifier: str, versions: list[str], prereleases: bool | None = None) -> int:  # noqa: FBT001  # a table column
    """Return the mask of ``specifier``, without pre-releases if these do not count."""
    keys = [version_key(text) for text in versions]
    found = Specifiers(specifier).mask(keys, versions)
    if prereleases is False:
        found &= ~sum(1 << i for i, key in enumerate(keys) if is_prerelease_key(key))
    return found


def test_rows_decided_otherwise_are_accepted_by_packaging() -> None:
    """Each exception is still one: the row is there, packaging disagrees with it, and so do we."""
    found = {
        row["id"]: row
        for kind in ("specifier-invalid", "version-invalid")
        for row in rows(f"pep440-uv/{kind}")
    }
    for name in DECIDED:
        if "specifier" in found[name]:
            text = found[name]["specifier"]
            assert str(SpecifierSet(text)) == str(Specifiers(text))
        else:
            text = found[name]["version"]
            assert str(TheirVersion(text)) == str(Version(text))


def test_valid_versions_have_the_normal_form_stated() -> None:
    for row in table("version-valid") + table("version-normalize"):
        assert row["normalized"] == str(Version(row["version"])), row


def test_invalid_versions_are_refused() -> None:
    for row in table("version-invalid"):
        with pytest.raises(InvalidVersion):
            Version(row["version"])


def test_versions_have_the_parts_stated() -> None:
    for row in table("version-parts"):
        version = Version(row["version"])
        for part, value in row.items():
            if part not in {"id", "version", "packaging_differs"}:
                expected = tuple(value) if isinstance(value, list) else value
                assert expected == getattr(version, part), (row, part)


def test_versions_are_ordered_as_stated() -> None:
    for row in table("version-order"):
        left, right = Version(row["left"]), Version(row["right"])
        assert row["expected"] == (left > right) - (left < right), row


def test_versions_are_equal_as_stated() -> None:
    for row in table("version-equal"):
        left, right = Version(row["left"]), Version(row["right"])
        assert left == right, row
        assert hash(left) == hash(right), row


def test_valid_specifiers_are_read() -> None:
    for row in table("specifier-valid"):
        assert len(Specifiers(row["specifier"])) == 1, row


def test_invalid_specifiers_are_refused() -> None:
    """Two rows of packaging's hold of its next version only: see the decision."""
    for row in table("specifier-invalid"):
        with pytest.raises(InvalidSpecifier):
            Specifiers(row["specifier"])


def test_specifiers_show_as_stated() -> None:
    for row in table("specifier-str"):
        assert row["expected"] == str(Specifiers(row["specifier"])), row


@pytest.mark.parametrize("kind", ["specifier-contains", "specifier-contains-arbitrary"])
def test_versions_are_admitted_as_stated(kind: str) -> None:
    for row in table(kind):
        assert row["expected"] == Specifiers(row["specifier"]).contains(
            row["version"], row.get("prereleases")
        ), row


def test_installed_versions_are_admitted_as_stated() -> None:
    """A setting of the set is what a call has that says nothing itself."""
    for row in table("specifier-contains-installed"):
        policy = row["set_prereleases"] if row["call_prereleases"] is None else row["call_prereleases"]
        wanted = Specifiers(row["specifier"])
        assert row["expected"] == wanted.contains(row["version"], policy, installed=row["installed"]), row


def test_versions_are_filtered_as_stated() -> None:
    for row in table("specifier-filter"):
        assert row["expected"] == list(
            Specifiers(row["specifier"]).filter(row["versions"], row["prereleases"])
        ), row


def test_one_version_is_inside_and_one_outside() -> None:
    for row in table("specifier-in-out"):
        assert row["inside"] in Specifiers(row["specifier"]), row
        assert row["outside"] not in Specifiers(row["specifier"]), row


def test_clauses_are_equal_as_stated() -> None:
    for row in table("specifier-equal"):
        assert row["equal"] == (Specifiers(row["left"]) == Specifiers(row["right"])), row


def test_equal_ranges_hold_the_same_candidates() -> None:
    for row in table("specifier-range-equal"):
        versions = around(row["left"], row["right"])
        assert mask(row["left"], versions) == mask(row["right"], versions), row


@pytest.mark.slow
def test_satisfiable_sets_hold_a_candidate_and_others_none() -> None:
    for row in table("specifier-satisfiable"):
        versions = [clause.version for clause in Specifiers(row["specifier"]) if clause.operator == "==="]
        versions = versions or around(row["specifier"])
        if not any(map(is_version, versions)):
            assert row["expected"] == any(
                Specifiers(row["specifier"]).filter(versions, row["prereleases"])
            ), row
            continue
        assert row["expected"] == bool(mask(row["specifier"], versions, row["prereleases"])), row


def is_version(text: str) -> bool:
    """Tell whether ``text`` is a version (what ``===`` names need not be one)."""
    try:
        version_key(text)
    except InvalidVersion:
        return False
    return True


def test_sets_are_related_as_stated() -> None:
    for row in table("specifier-set-relations"):
        versions = around(row["left"], row["right"])
        left, right = mask(row["left"], versions), mask(row["right"], versions)
        holds = {"subset": not left & ~right, "superset": not right & ~left, "disjoint": not left & right}
        assert row["expected"] == holds[row["relation"]], row
