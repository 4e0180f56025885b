from __future__ import annotations

import pickle

import pytest

from resolver.model.specifiers import Clause, InvalidSpecifier, Specifiers
from resolver.model.version import Version, version_key

#: Candidates of a package, oldest first.
TEXTS = [
    "0.9",
    "1.0.dev1",
    "1.0a1",
    "1.0rc1",
    "1.0",
    "1.0+x",
    "1.0.post1",
    "1.0.1",
    "1.1.dev0",
    "1.1",
    "2.0",
    "1!0.5",
]


def admitted(specifier: str) -> list[str]:
    """Return those of ``TEXTS`` that the mask of ``specifier`` holds; asserts that ``contains`` agrees."""
    wanted = Specifiers(specifier)
    mask = wanted.mask([version_key(text) for text in TEXTS], TEXTS)
    found = [text for i, text in enumerate(TEXTS) if mask >> i & 1]
    assert mask < 1 << len(TEXTS)
    assert [text for text in TEXTS if wanted.contains(text)] == found
    assert found == list(wanted.filter(TEXTS, prereleases=True))
    return found


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", TEXTS),
        (">=1.0", TEXTS[4:]),
        (">=1.0rc1", TEXTS[3:]),
        (">1.0", TEXTS[7:]),  # neither the local version nor the post-release
        (">1.0rc1", TEXTS[4:]),
        (">1.0.post0", TEXTS[6:]),
        (">1.0.dev1", TEXTS[2:]),
        ("<=1.0", TEXTS[:6]),  # the local version included
        ("<=1.0rc1", TEXTS[:4]),
        ("<1.0", TEXTS[:1]),  # no pre-release of it
        ("<1.0rc1", TEXTS[:3]),
        ("<1.0rc2", TEXTS[:4]),
        ("<1.0.post1", TEXTS[:6]),
        ("<1.1", TEXTS[:8]),
        ("<0", []),
        ("==1.0", ["1.0", "1.0+x"]),
        ("==1", ["1.0", "1.0+x"]),
        ("==1.0+x", ["1.0+x"]),
        ("==1.0+y", []),
        ("!=1.0", [*TEXTS[:4], *TEXTS[6:]]),
        ("!=1.0+x", [*TEXTS[:5], *TEXTS[6:]]),
        ("==1.0.*", TEXTS[1:8]),
        ("==1.*", TEXTS[1:10]),
        ("==0.*", TEXTS[:1]),
        ("==1!0.*", ["1!0.5"]),
        ("!=1.0.*", [TEXTS[0], *TEXTS[8:]]),
        ("~=1.0", TEXTS[4:10]),
        ("~=1.0.0", TEXTS[4:8]),
        ("~=1.0rc1", TEXTS[3:10]),
        ("===1.0", ["1.0"]),
        ("===1.0.0", []),
        ("===1.0+X", ["1.0+x"]),
        ("===1.0,===2.0", []),
        ("===1.0,<1", []),
        (">=1.0,<1.1,!=1.0.1", TEXTS[4:7]),
        (">=1.0,!=1.0,!=1.0.1,!=1.1,!=2.0", [*TEXTS[6:7], *TEXTS[8:9], *TEXTS[11:]]),
        (">=2,<1", []),
        (">=2,!=1.0,<1.1", []),
        ("<1,!=1.1", ["0.9"]),
        ("!=1.0.*,!=1.0.1,!=1.*", ["0.9", "2.0", "1!0.5"]),
        (" >= v1.0 ,, <  1.1 ,", TEXTS[4:8]),
    ],
)
def test_clauses_admit_what_pep_440_says(specifier: str, expected: list[str]) -> None:
    assert expected == admitted(specifier)


def test_mask_of_no_candidates_is_empty() -> None:
    assert Specifiers(">=1").mask([], []) == 0
    assert Specifiers("===1").mask([], []) == 0


def test_mask_holds_several_candidates_of_one_version() -> None:
    """Two spellings of one version may be two candidates; only ``===`` tells them apart."""
    texts = ["1.0", "1.0.0", "1.1"]
    keys = [version_key(text) for text in texts]
    assert Specifiers("==1").mask(keys, texts) == 0b011
    assert Specifiers("===1.0.0").mask(keys, texts) == 0b010


INVALID = [
    *(
        "1.0",
        "=1.0",
        "=>1",
        "<>1",
        "~1.0",
        "><1",
        "@1",
        "==",
        ">=",
        "<",
        "!=",
        "~=",
        "~=1",
        "~=1!1",
        ">=1.0.*",
    ),
    *("~=1.0.*", "<1.*", "==1.0a1.*", "==1.0.dev1.*", "==1.0+x.*", "!=1.0.post1.*", "==1.*.*", "==*", "==.*"),
    *(
        "==1.0 .*",
        "== 1 0",
        "== = 1",
        ">=1.0+x",
        "<1.0+x",
        "~=1.0+x",
        ">1+1",
        "<=1+1",
        "===1 0",
        "===a;b",
        "===a)",
    ),
    *(
        "==1.0;",
        "==french",
        ">=1.0 <2",
        ">=1,2",
        ">=\u0661",
        "~=1.2.3po\u017ft1",
        "~=1.2prev\u0131ew1",
        ">=1." + "9" * 5000,
    ),
]


@pytest.mark.parametrize("text", INVALID)
def test_text_that_is_no_specifier_is_refused(text: str) -> None:
    with pytest.raises(InvalidSpecifier, match="is not a valid version specifier") as caught:
        Specifiers(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "position", "clause"), [("x", 0, "x"), (">=1, <2,  ~=3 ,<4", 10, "~=3"), (" ,, 1", 4, "1")]
)
def test_error_says_which_clause_is_at_fault_and_where(text: str, position: int, clause: str) -> None:
    with pytest.raises(InvalidSpecifier) as caught:
        Specifiers(text)
    assert (position, clause) == (caught.value.position, caught.value.text)


def test_pre_releases_are_kept_only_if_nothing_else_is_admitted() -> None:
    wanted = Specifiers(">=1")
    assert list(wanted.filter(["0.9", "1.0", "2.0rc1", "2.0"])) == ["1.0", "2.0"]
    assert list(wanted.filter(["0.9", "2.0rc1"])) == ["2.0rc1"]
    assert list(wanted.filter(["2.0rc1"], prereleases=False)) == []
    assert list(wanted.filter(["1.0", "2.0rc1"], prereleases=True)) == ["1.0", "2.0rc1"]
    assert list(Specifiers(">=1.0a1").filter(["1.0", "2.0rc1"])) == ["1.0", "2.0rc1"]


def test_text_that_is_no_version_is_admitted_by_arbitrary_equality_alone() -> None:
    texts = ["foo", "1.0a1", "FOO"]
    assert texts == list(Specifiers("").filter(texts))
    assert list(Specifiers("===foo").filter(texts)) == ["foo", "FOO"]
    assert list(Specifiers("===foo,>=0").filter(texts)) == []
    assert not Specifiers(">=0").contains("foo")
    assert Specifiers("===foo").contains("Foo", prereleases=False)


def test_arbitrary_equality_looks_at_the_text_of_a_version_in_normal_form() -> None:
    assert Specifiers("===1.0").contains(Version("v1.0"))
    assert not Specifiers("===1.0").contains("v1.0")


def test_filter_returns_the_objects_it_was_given() -> None:
    versions = [Version("1.0"), Version("3.0")]
    (kept,) = Specifiers("<2").filter(versions)
    assert kept is versions[0]


def test_contains_refuses_a_pre_release_only_when_told_to() -> None:
    wanted = Specifiers(">=1")
    assert wanted.contains("2.0rc1")
    assert not wanted.contains("2.0rc1", prereleases=False)
    assert wanted.contains("2.0rc1", prereleases=False, installed=True)
    assert not wanted.contains("0.9rc1", prereleases=False, installed=True)
    assert Version("2.0rc1") in wanted
    assert "0.5" not in wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        (">=1.0", False),
        (">=1.0rc1", True),
        ("<2.dev0", True),
        ("==1.0.post1", False),
        ("==1.0.post1.dev0", True),
        ("!=1.0rc1", False),
        ("==1.*", False),
        ("===1.0rc1", True),
        ("===foo", False),
        (">=1,<2a1", True),
    ],
)
def test_pre_release_is_named_by_any_clause_that_does_not_exclude_it(text: str, expected: bool) -> None:  # noqa: FBT001  # a table column
    assert expected == Specifiers(text).names_prerelease
    assert (expected or None) == Specifiers(text).prereleases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("== v1.0", "v1.0"),
        ("===1.0.", "1.0."),
        (">=1,==1.5,<2", "1.5"),
        ("==1.*", None),
        (">=1", None),
        ("", None),
        ("==1.*,==1.2", "1.2"),
    ],
)
def test_pin_is_the_version_of_an_equality_as_written(text: str, expected: str | None) -> None:
    assert expected == Specifiers(text).pin


def test_text_is_kept_and_str_is_sorted() -> None:
    wanted = Specifiers(" >= 1.0, !=2 ,>=1.0.0")
    assert wanted.text == " >= 1.0, !=2 ,>=1.0.0"
    assert str(wanted) == "!=2,>=1.0"
    assert repr(wanted) == "<Specifiers('!=2,>=1.0')>"


def test_clauses_are_listed_as_written() -> None:
    wanted = Specifiers("< 2, >=1.0")
    assert [(clause.operator, clause.version) for clause in wanted] == [("<", "2"), (">=", "1.0")]
    assert len(wanted) == 2
    assert [repr(clause) for clause in wanted] == ["<Clause('<2')>", "<Clause('>=1.0')>"]
    assert len(Specifiers()) == 0


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (">=1,<2", "<2,>=1", True),
        (">=1.0", ">=v1", True),
        (">=1,>=1.0", ">=1", True),
        ("~=1.0", "~=1.0.0", False),
        ("~=1.0", "~= v1.0", True),
        ("==1.0.*", "==1.*", False),
        ("===1.0", "===1.0.0", False),
        ("==1.0", "===1.0", False),
        ("==1+a.1", "==1+A-1", True),
        ("", ",", True),
    ],
)
def test_sets_are_equal_if_their_clauses_are(left: str, right: str, equal: bool) -> None:  # noqa: FBT001  # a table column
    assert equal == (Specifiers(left) == Specifiers(right))
    if equal:
        assert hash(Specifiers(left)) == hash(Specifiers(right))


def test_set_equals_no_text() -> None:
    """Its hash could not be that of every spelling."""
    assert Specifiers(">=1") != ">=1"
    assert Clause(">=1") != ">=1"


def test_conjunction_has_the_clauses_of_both() -> None:
    both = Specifiers(">=1") & Specifiers("<2")
    assert Specifiers(">=1,<2") == both
    assert both == Specifiers(">=1") & "<2"
    assert Specifiers("<2") == Specifiers("") & Specifiers("<2")
    with pytest.raises(TypeError):
        Specifiers("") & 3  # type: ignore[operator]  # a wrong type on purpose


def test_set_of_many_clauses_is_read_in_linear_time() -> None:
    wanted = Specifiers(",".join(f"!=1.{n},===1.{n + 1}" for n in range(5000)))
    keys = [version_key(f"1.{n}") for n in range(6000)]
    assert wanted.mask(keys, ["1.5500"] * 6000) == 0
    outside = Specifiers(",".join(f"!=1.{n}" for n in range(5000)))
    assert outside.mask(keys, []) == (1 << 6000) - (1 << 5000)
    assert not outside.contains("1.4999")
    assert outside.contains("1.4999.1")


def test_values_survive_pickle() -> None:
    wanted = Specifiers(">= 1.0, !=2,===x")
    twin = pickle.loads(pickle.dumps(wanted))
    assert (wanted, wanted.text) == (twin, twin.text)
    assert list(wanted) == pickle.loads(pickle.dumps(list(wanted)))
