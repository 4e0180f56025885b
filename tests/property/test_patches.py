"""Laws of what users write about rules: nothing is an error of ours, and two ways to patch agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.cutoffs import Cutoffs
from resolver.errors import InputError
from resolver.index.metadata import Metadata
from resolver.model.requirement import Requirement
from resolver.model.targets import (
    UnknownImplementation,
    UnknownPlatform,
    named_implementation,
    named_platform,
)
from resolver.options import Options
from resolver.patch_check import lines_after
from resolver.patches import InvalidPatch, Patch, Patches
from resolver.patching import patched

if TYPE_CHECKING:
    from collections.abc import Callable

Error = TypeVar("Error", bound=Exception)

pieces = st.sampled_from(
    [
        "a",
        "b",
        "b<5",
        ">=1",
        ":",
        ": ",
        "+",
        "- ",
        "=",
        "requires-python",
        " >=3.8",
        ";",
        "extra == 'x'",
        "[x]",
    ]
)
texts = st.one_of(st.text(max_size=12), st.lists(pieces, max_size=6).map("".join))
lines = st.sampled_from(
    ["b", "b>=2", "b<9 ; os_name == 'nt'", "B.[x] ; extra == 'x'", "c", "c ; python_version < '3'", "d[y]>1"]
)
changes = st.sampled_from(
    ["b<5", "b ; os_name == 'posix'", "c==1", "+ e", "+ b==7", "- b", "- c", "- f", "f", "= c>0", "="]
)


def refusal(kind: type[Error], make: Callable[[], object]) -> Error | None:
    """Return how ``make`` refuses to make something, None where it does not."""
    try:
        make()
    except kind as error:
        return error
    return None


@given(texts)
def test_any_text_is_a_patch_or_is_refused_with_a_place(text: str) -> None:
    error = refusal(InvalidPatch, lambda: Patch.read(text))
    if error is None:
        assert Patch.read(text).text == text
    else:
        assert 0 <= error.position <= len(text)
        assert str(error)


@given(st.lists(lines, max_size=4), st.lists(changes, min_size=1, max_size=4))
def test_both_ways_to_patch_agree(old: list[str], wanted: list[str]) -> None:
    """That of the search and that of the check: the same lines, whatever their order and number."""
    some = Patches([f"a: {change}" for change in wanted]).of("a", "1")
    is_whole = any(patch.kind == "whole" for patch in some)
    lines_now = [line for line in old if not line.startswith("B.")]
    metadata = None if is_whole else Metadata("a", "1", requires_dist=tuple(lines_now))
    found = patched("a", "1", metadata, some).metadata.requires_dist
    checked = lines_after(some, [] if is_whole else lines_now)
    assert {_same(line) for line in found} == {_same(line) for line in checked}


def _same(line: str) -> tuple[object, ...]:
    requirement = Requirement.parse(line)
    return requirement.name, requirement.extras, str(requirement.specifiers), requirement.marker


@given(texts)
def test_any_text_names_a_platform_and_an_implementation_or_is_refused(text: str) -> None:
    platform = refusal(UnknownPlatform, lambda: named_platform(text))
    if platform is None:
        assert len(named_platform(text)[1]) == 6
    else:
        assert platform.name == text
    implementation = refusal(UnknownImplementation, lambda: named_implementation(text))
    assert implementation is None or implementation.name == text


@pytest.mark.parametrize(
    "field",
    ["exclude_newer_packages", "exclude_newer_indexes", "prerelease_packages", "patches", "abis"],
)
@given(
    text=st.one_of(texts, st.builds("{}={}".format, texts, st.sampled_from(["P3D", "false", "allow", ""])))
)
def test_any_text_is_taken_by_an_option_or_is_an_input_error(field: str, text: str) -> None:
    given: dict[str, Any] = {field: (text,)}
    error = refusal(InputError, lambda: Options(**given))
    if error is None:
        assert getattr(Options(**given), field) == (text,)
    else:
        assert error.message.startswith(field)


instants = st.sampled_from(["2024-01-01", "P1D", "false", "2023-05-01T00:00:00Z"])


@given(
    st.one_of(st.none(), instants.filter(lambda when: when != "false")),
    st.lists(st.tuples(st.sampled_from("ab"), instants), max_size=3),
    st.lists(st.tuples(st.sampled_from(["one", "two"]), instants), max_size=3),
)
def test_most_special_cutoff_counts_and_the_last_of_its_kind(
    everywhere: str | None, packages: list[tuple[str, str]], indexes: list[tuple[str, str]]
) -> None:
    known = ("one=https://one.example/", "two=https://two.example/")
    pairs = [[f"{key}={when}" for key, when in some] for some in (packages, indexes)]
    cutoffs = Cutoffs(everywhere, *pairs, known=known, now=10**9)
    for name in "abc":
        for index in ("one", "two", ""):
            special = [when for key, when in packages if key == name]
            listed = [when for key, when in indexes if key == index]
            wanted = special[-1] if special else listed[-1] if listed else everywhere
            found = cutoffs.of(name, index)
            expected = None if wanted in (None, "false") else Cutoffs(wanted, now=10**9).of("x")
            assert (found and found.instant) == (expected and expected.instant)
