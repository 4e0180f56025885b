"""Laws of versions of before, by brute force: an answer stays the answer, and no other changes fewer."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.session import solve
from resolver.whatif.hitting import smallest
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAMES = "abcd"
VERSIONS = ("1", "2", "3")
Packages = dict[str, dict[str, dict[str, Any]]]
Pins = dict[str, str]

bounds = st.sampled_from(["", "==1", "==2", "==3", "<3", ">1", "!=2"])
requirements = st.builds(lambda name, bound: f"{name}{bound}", st.sampled_from(NAMES), bounds)
packages = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries(
            {
                version: st.builds(lambda found: {"requires": found}, st.lists(requirements, max_size=2))
                for version in VERSIONS
            }
        )
        for name in NAMES
    }
)
pins = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VERSIONS), max_size=4)


def answers(world: Packages, roots: Sequence[str]) -> Iterator[Pins]:
    """Yield all answers: what fulfils everything, and holds nothing that is not required."""
    parsed = {
        name: {v: [Requirement.parse(each) for each in facts["requires"]] for v, facts in versions.items()}
        for name, versions in world.items()
    }
    for chosen in product((None, *VERSIONS), repeat=len(NAMES)):
        selected = {name: version for name, version in zip(NAMES, chosen, strict=True) if version}
        reached: set[str] = set()
        ahead = [Requirement.parse(each) for each in roots]
        fits = True
        for each in ahead:  # which grows meanwhile
            version = selected.get(each.name)
            fits = fits and version in parsed[each.name] and each.specifiers.contains(str(version))
            if version is not None and each.name not in reached:
                reached.add(each.name)
                ahead += parsed[each.name].get(version, ())
        if fits and reached == selected.keys():
            yield selected


def changed(answer: Mapping[str, str], before: Mapping[str, str]) -> int:
    """Return how many versions of before are others in an answer."""
    return sum(name in before and before[name] != version for name, version in answer.items())


def solved(world: Packages, roots: Sequence[str], options: Options) -> tuple[Pins, Sequence[str]] | None:
    """Return pins and notes, None where there is no solution."""
    try:
        answer = solve(
            [Requirement.parse(each) for each in roots], [], options, Channels(source=MemorySource(world))
        )
    except NoSolution:
        return None
    assert not [said for said in answer.warnings if "within the limits" in said]
    return {pin.name: pin.version for pin in answer.pins}, answer.notes


@given(packages, st.lists(requirements, min_size=1, max_size=3), pins)
def test_no_answer_changes_fewer_versions(world: Packages, roots: Sequence[str], before: Pins) -> None:
    """What is proven is what brute force finds, and is said in numbers."""
    options = Options(
        minimal=True,
        no_fixes=True,
        preferences=tuple(f"{name}=={version}" for name, version in before.items()),
    )
    found = solved(world, roots, options)
    possible = list(answers(world, roots))
    assert (found is None) == (not possible)
    if found is not None:
        assert found[0] in possible
        least = min(changed(each, before) for each in possible)
        assert changed(found[0], before) == least
        if before:
            said = f"at least {least} must change, because" if least else "no version of before has to change"
            assert found[1][-1].startswith(said)


@given(packages, st.lists(requirements, min_size=1, max_size=3), pins, st.sampled_from(NAMES))
def test_what_is_to_be_upgraded_is_newer_if_it_can_be(
    world: Packages, roots: Sequence[str], before: Pins, upgraded: str
) -> None:
    """Whatever that costs; and then the fewest others change."""
    options = Options(
        minimal=True,
        no_fixes=True,
        preferences=tuple(f"{name}=={version}" for name, version in before.items()),
        upgrade_packages=(upgraded,),
    )
    found = solved(world, roots, options)
    possible = list(answers(world, roots))
    if upgraded in before:
        # An answer without it asks for no version of it.
        newer = [each for each in possible if each.get(upgraded, "9") > before[upgraded]]
        possible = newer or possible
    assert (found is None) == (not possible)
    if found is not None:
        assert found[0] in possible
        others = {name: version for name, version in before.items() if name != upgraded}
        assert changed(found[0], others) == min(changed(each, others) for each in possible)


@given(packages, st.lists(requirements, min_size=1, max_size=3), pins)
def test_preferences_forbid_nothing_and_keep_an_answer_that_still_is_one(
    world: Packages, roots: Sequence[str], before: Pins
) -> None:
    """There is an answer with them if there is one without; what was an answer stays the answer."""

    def kept(pins: Mapping[str, str]) -> Options:
        return Options(no_fixes=True, preferences=tuple(f"{name}=={pins[name]}" for name in pins))

    possible = list(answers(world, roots))
    found = solved(world, roots, kept(before))
    assert (found is None) == (not possible)
    assert found is None or found[0] in possible
    for each in possible[:5]:
        again = solved(world, roots, kept(each))
        assert again is not None
        assert again[0] == each


@given(packages, st.lists(requirements, min_size=1, max_size=3), pins)
def test_what_is_fixed_is_as_if_there_were_nothing_else(
    world: Packages, roots: Sequence[str], fixed: Pins
) -> None:
    """One version, that requires nothing: the same answers, but for what is there already."""
    options = Options(no_fixes=True, fixed=tuple(f"{name}=={fixed[name]}" for name in fixed))
    there: Packages = {**world, **{name: {version: {"requires": []}} for name, version in fixed.items()}}
    possible = [
        {name: version for name, version in each.items() if name not in fixed}
        for each in answers(there, roots)
    ]
    found = solved(world, roots, options)
    assert (found is None) == (not possible)
    assert found is None or found[0] in possible


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4), max_size=6))
def test_smallest_hitting_sets(sets: Sequence[frozenset[str]]) -> None:
    """All are hit, and none of the smaller sets hits all."""
    found = smallest(sets)
    assert all(found & each for each in sets)
    for smaller in combinations("abcdef", max(len(found) - 1, 0)):
        assert not all(each & set(smaller) for each in sets) or not sets
