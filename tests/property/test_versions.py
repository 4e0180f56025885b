"""Laws of versions, keys, releases and specifiers over anything that the grammar of PEP 440 allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolver.model.release import Release
from resolver.model.specifiers import Specifiers
from resolver.model.version import Version, is_prerelease_key, normal_version, version_key

numbers = st.one_of(st.integers(0, 3), st.integers(0, 10**4), st.integers(0, 10**60)).map(str)
separators = st.sampled_from(["", ".", "-", "_"])


def optional(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy for ``parts`` or nothing."""
    return st.one_of(st.just(""), parts)


releases = st.lists(numbers, min_size=1, max_size=5).map(".".join)
pres = st.builds(
    "{}{}{}{}".format, separators, st.sampled_from(["a", "B", "rc", "alpha", "pre", "c"]), separators, numbers
)
posts = st.one_of(
    numbers.map("-{}".format), st.builds("{}post{}{}".format, separators, separators, optional(numbers))
)
devs = st.builds("{}dev{}{}".format, separators, separators, optional(numbers))
local_parts = st.one_of(numbers, st.text("abZ09", min_size=1, max_size=3))
locals_ = st.lists(local_parts, min_size=1, max_size=3).map(".".join).map("+{}".format)
epochs = numbers.map("{}!".format)
public_texts = st.builds(
    "{}{}{}{}{}".format, optional(epochs), releases, optional(pres), optional(posts), optional(devs)
)
texts = st.builds("{}{}".format, public_texts, optional(locals_))

# Few versions, close together, so that the bounds of clauses are hit.
near = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["0", "1", "1.0", "1.0.1", "1.1", "2", "1!1"]),
    st.sampled_from(["", "a1", "rc1"]),
    st.sampled_from(["", ".post0", ".post1"]),
    st.sampled_from(["", ".dev0", ".dev1"]),
)
candidates = st.lists(st.builds("{}{}".format, near, st.sampled_from(["", "", "+5", "+x"])), max_size=20)
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "==="]), near),
    st.builds("{}{}".format, st.sampled_from(["==", "!="]), near.map("{}+x".format)),
    st.sampled_from(
        ["==1.*", "!=1.*", "==1.0.*", "!=1.0.1.*", "==0.*", "~=1.0", "~=1.0.0", "~=1.0a1", "~=1!1.0.post1"]
    ),
)
specifiers = st.lists(clauses, max_size=4).map(",".join)


def sorted_candidates(versions: list[str]) -> tuple[list[bytes], list[str]]:
    """Return keys and texts as a catalog holds them."""
    ordered = sorted(versions, key=version_key)
    return [version_key(text) for text in ordered], ordered


@given(texts)
def test_normal_form_spells_the_same_version_and_is_its_own_normal_form(text: str) -> None:
    normal = str(Version(text))
    assert Version(text) == Version(normal)
    assert normal == str(Version(normal))
    assert version_key(text) == version_key(normal) == Version(text).key
    assert normal_version(text) == normal_version(str(Version(text))) == str(Version(text))


@given(texts)
def test_version_is_put_together_from_its_parts(text: str) -> None:
    version = Version(text)
    assert str(version) == (version.public if version.local is None else f"{version.public}+{version.local}")
    assert version.public.startswith(version.base_version)
    assert version.is_prerelease == (version.pre is not None or version.dev is not None)
    assert version.is_prerelease == is_prerelease_key(version.key)


@given(public_texts, locals_)
def test_local_version_comes_right_after_its_public_one(public: str, local: str) -> None:
    """Nothing but local versions lies between them: the mark 03 bounds them."""
    key = version_key(public)
    assert key < version_key(public + local) < key + b"\x03"
    assert version_key(public + local).startswith(key)


@given(releases, numbers)
def test_releases_lie_between_their_first_pre_release_and_their_last_post_release(
    release: str, number: str
) -> None:
    stages = [".dev0", f"a{number}", f"b{number}", f"rc{number}", "", f".post{number}", ".0.1.dev0"]
    keys = [version_key(release + stage) for stage in stages]
    assert keys == sorted(set(keys))


@given(st.lists(texts, max_size=8))
def test_order_of_keys_is_the_order_of_versions(several: list[str]) -> None:
    """And trailing zeros of the release do not matter to it."""
    versions = [Version(text) for text in several]
    assert sorted(several, key=version_key) == [
        text for _, text in sorted(zip(versions, several, strict=True), key=lambda pair: pair[0])
    ]
    for version in versions:
        longer = Version(f"{version.base_version}.0.0{str(version).removeprefix(version.base_version)}")
        assert version == longer
        assert version.release != longer.release


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), min_size=2, max_size=2))
def test_exactly_one_of_less_greater_and_alike_holds_for_releases(pair: list[list[int]]) -> None:
    left, right = map(Release.of, pair)
    alike = version_key(str(left)) == version_key(str(right))
    assert sum([left < right, left > right, alike]) == 1
    assert (left <= right) == (not left > right)
    assert (left >= right) == (not left < right)
    assert (left == right) == (tuple(left) == tuple(right))
    if left == right:
        assert alike


@given(specifiers, candidates)
def test_mask_holds_the_candidates_that_are_contained(specifier: str, versions: list[str]) -> None:
    keys, ordered = sorted_candidates(versions)
    wanted = Specifiers(specifier)
    expected = sum(1 << i for i, text in enumerate(ordered) if wanted.contains(text, prereleases=True))
    assert expected == wanted.mask(keys, ordered)


@given(specifiers, specifiers, candidates)
def test_mask_of_a_conjunction_is_the_conjunction_of_masks(
    left: str, right: str, versions: list[str]
) -> None:
    keys, ordered = sorted_candidates(versions)
    both = Specifiers(left) & Specifiers(right)
    assert Specifiers(left).mask(keys, ordered) & Specifiers(right).mask(keys, ordered) == both.mask(
        keys, ordered
    )


@given(near, st.sampled_from(["", ".*"]), candidates)
def test_exclusion_is_the_complement_of_equality(version: str, star: str, versions: list[str]) -> None:
    version = Version(version).base_version if star else version
    keys, ordered = sorted_candidates(versions)
    equal = Specifiers(f"=={version}{star}").mask(keys, ordered)
    assert equal ^ ((1 << len(keys)) - 1) == Specifiers(f"!={version}{star}").mask(keys, ordered)


@given(specifiers)
def test_text_of_a_set_reads_back_as_an_equal_set(specifier: str) -> None:
    wanted = Specifiers(specifier)
    assert wanted == Specifiers(str(wanted))
    assert hash(wanted) == hash(Specifiers(str(wanted)))
    assert str(wanted) == str(Specifiers(str(wanted)))


@given(st.text(alphabet="01.9av!+-_* \u00e9\u0661=<>~,postdecrl", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No other exception than the two promised comes out, and what is accepted can be used."""
    for read in (
        lambda: str(Version(text)),
        lambda: Specifiers(text).contains("1.0"),
        lambda: hash(Specifiers(text)),
    ):
        try:
            read()
        except ValueError as error:
            assert type(error).__name__ in {"InvalidVersion", "InvalidSpecifier"}  # noqa: PT017  # else it is accepted
