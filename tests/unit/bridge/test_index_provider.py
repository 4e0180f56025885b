"""``IndexProvider``: resolvelib's contract, over an index in memory."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest
import resolvelib
from packaging.requirements import Requirement as PackagingRequirement
from resolvelib import BaseReporter, ResolutionImpossible
from resolvelib.resolvers import RequirementInformation, RequirementsConflicted

from resolver.bridge.index_provider import IndexProvider
from resolver.errors import InputError, LimitReached
from resolver.model.version import Version
from resolver.options import Options
from resolver.sources import OpenSource
from support.memory import MemorySource
from support.outcomes import CountingSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from resolver.bridge.index_values import Candidate
    from resolver.index.listing import Listing
    from resolver.index.source import Source

    Information = RequirementInformation[str | PackagingRequirement, Candidate]

Universe = dict[str, dict[str, dict[str, Any]]]

LINUX = Options(python_version="3.12", python_platform="linux")


def provider(packages: Universe, *, source: Source | None = None, **options: Any) -> IndexProvider:
    """Return a provider over ``packages``."""
    opened = OpenSource(source or MemorySource(packages))
    return IndexProvider(LINUX.replace(**options), opened=opened)


def matches(found: IndexProvider, *requirements: Any, but: Iterable[Candidate] = ()) -> list[Candidate]:
    """Return what is offered for requirements that have one identifier."""
    identifier = found.identify(requirements[0])
    assert {found.identify(each) for each in requirements} == {identifier}
    return list(
        found.find_matches(
            identifier=identifier,
            requirements={identifier: iter(requirements)},
            incompatibilities={identifier: iter(but)},
        )()
    )


def versions(found: IndexProvider, *requirements: Any) -> list[str]:
    """Return the versions of ``matches``."""
    return [str(each.version) for each in matches(found, *requirements)]


def resolved(found: IndexProvider, *requirements: Any) -> dict[str, str]:
    """Return what resolvelib selects."""
    result = resolvelib.Resolver(found, BaseReporter()).resolve(requirements)
    return {identifier: str(each.version) for identifier, each in result.mapping.items()}


EXTRAS: Universe = {
    "a": {
        "1": {"requires": ["b"], "extras": {"x": ["c>=1"], "y": ["d", "a[x]"]}},
        "2": {"requires": ["b"], "extras": {"x": ["c>=5"]}},
    },
    "b": {"1": {}},
    "c": {"1": {}, "3": {}},
    "d": {"1": {}},
}


def test_identifiers_are_names_with_extras() -> None:
    """Of requirements in any form, of candidates, and of what these require."""
    found = provider(EXTRAS)
    assert found.identify("A") == "a"
    assert found.identify("a[X] >=1 ; os_name == 'posix'") == "a[x]"
    assert found.identify(PackagingRequirement("A[x]")) == "a[x]"
    candidate = matches(found, "a[x]")[0]
    assert found.identify(candidate) == "a[x]"
    assert [found.identify(each) for each in found.get_dependencies(candidate)] == ["a", "c"]


def test_candidates_say_what_they_are() -> None:
    """Name without extras, extras, and our version."""
    newest, oldest = matches(provider(EXTRAS), "A[x]")
    assert (newest.name, newest.extras, newest.version) == ("a", ("x",), Version("2"))
    assert (str(newest), repr(oldest)) == ("a[x]==2", "<Candidate a[x]==1>")


def test_a_candidate_is_always_the_same_object() -> None:
    """Resolvelib compares parents by identity; another requirement of the user's changes nothing about it."""
    found = provider(EXTRAS)
    first = matches(found, "a")
    found.identify("b")
    assert all(one is other for one, other in zip(first, matches(found, "a"), strict=True))
    one, other = (list(found.get_dependencies(first[0])) for _ in range(2))
    assert all(mine is yours for mine, yours in zip(one, other, strict=True))


def test_matches_fulfil_all_requirements_and_are_not_known_to_fail() -> None:
    """Best first."""
    found = provider({"a": {str(n): {} for n in range(1, 8)}})
    offered = matches(found, "a>2", "a!=5", PackagingRequirement("a<7"))
    assert [str(each.version) for each in offered] == ["6", "4", "3"]
    assert matches(found, "a>2", but=offered) == matches(found, "a>2,!=6,!=4,!=3")
    assert found.is_satisfied_by(requirement="a>2", candidate=offered[0])
    assert not found.is_satisfied_by(requirement=PackagingRequirement("a<6"), candidate=offered[0])


def test_order_is_that_of_policy() -> None:
    """Newest first, pre-releases after all others, yanked ones last; or oldest first."""
    packages: Universe = {"a": {"1": {}, "2": {"yanked": "bad"}, "3": {}, "4rc1": {}}}
    assert versions(provider(packages, constraints=("a>=1",)), "a") == ["3", "1", "4rc1", "2"]
    assert versions(provider(packages, prerelease="allow"), "a>=3") == ["4rc1", "3"]
    assert versions(provider(packages, prerelease="disallow"), "a>=3") == ["3"]
    assert versions(provider(packages, resolution="lowest"), "a!=2") == ["1", "3", "4rc1"]
    assert versions(provider(packages, resolution="lowest-direct"), "a!=2") == ["1", "3", "4rc1"]
    assert versions(provider(packages, constraints=("a<3",)), "a!=2") == ["1"]


def test_lowest_direct_is_about_what_the_user_requires() -> None:
    packages: Universe = {"a": {"1": {"requires": ["b"]}, "2": {}}, "b": {"1": {}, "2": {}}}
    assert resolved(provider(packages, resolution="lowest-direct"), "a") == {"a": "1", "b": "2"}


@pytest.mark.parametrize("order", [["a", "a==1"], ["a==1", "a"], ["a[x]", "a==1"]])
def test_yanked_version_is_used_only_where_it_is_pinned(order: list[str]) -> None:
    """Whether the pin comes first or last."""
    packages: Universe = {"a": {"1": {"yanked": True, "extras": {"x": []}}, "2": {}}}
    assert set(resolved(provider(packages), *order).values()) == {"1"}
    assert resolved(provider(packages), "a") == {"a": "2"}
    with pytest.raises(ResolutionImpossible) as caught:
        resolved(provider(packages), "a<2")
    assert [str(each.requirement) for each in caught.value.causes] == ["a===1"]


@pytest.mark.parametrize("order", [["a[x]", "a>=2rc1"], ["a>=2rc1", "a[x]"]])
def test_pre_release_may_be_named_by_a_later_requirement(order: list[str]) -> None:
    packages: Universe = {"a": {"1": {}, "2rc1": {"extras": {"x": []}}}}
    assert set(resolved(provider(packages, prerelease="explicit"), *order).values()) == {"2rc1"}


def test_extra_goes_with_its_package() -> None:
    """In the same version; a root requirement may name several."""
    found = resolved(provider(EXTRAS), "a[x,y]")
    assert found == {"a[x,y]": "1", "a[x]": "1", "a[y]": "1", "a": "1", "b": "1", "c": "3", "d": "1"}


def test_what_an_extra_adds_is_looked_at_after_its_package() -> None:
    """A version that does not fit the package is passed over without its metadata."""
    source = CountingSource(EXTRAS)
    found = provider({}, source=source)
    assert resolved(found, "a<2", "a[x]") == {"a": "1", "a[x]": "1", "b": "1", "c": "3"}
    assert [question for question in source.questions if question.startswith("a-")] == [
        "a-1-py3-none-any.whl"
    ]


def test_requirement_that_does_not_hold_asks_for_nothing() -> None:
    """It is counted with the first one that holds; alone it stands for itself."""
    found = provider({"a": {"1": {}, "2": {}}})
    assert resolved(found, "a<2", "b>9; os_name == 'nt'", "a") == {"a": "1"}
    nothing = "b[x] ; os_name == 'nt'"
    assert resolved(provider({"a": {"1": {}}}), nothing, "a") == {nothing: "0", "a": "1"}


def test_choices_about_dependencies() -> None:
    """Overrides and excludes hold for root requirements too."""
    packages: Universe = {"a": {"1": {"requires": ["b<2"]}}, "b": {"1": {}, "2": {}, "3": {}}, "c": {"1": {}}}
    assert resolved(provider(packages, overrides=("b>=2", "b<3")), "b<1", "a") == {"b": "2", "a": "1"}
    assert resolved(provider(packages, excludes=("B",)), "a", "b>7") == {"a": "1"}
    assert resolved(provider(packages, no_deps=True), "a") == {"a": "1"}


def test_unusable_candidate_is_passed_over_and_to_blame_itself() -> None:
    """For what is wrong with its metadata; the reason can be asked for."""
    packages: Universe = {"a": {"1": {}, "2": {"requires": ["b !! 3"]}}}
    found = provider(packages)
    newest, _ = matches(found, "a")
    with pytest.raises(RequirementsConflicted) as caught:
        list(found.get_dependencies(newest))
    assert caught.value.criterion.information == [RequirementInformation("a===2", newest)]
    reason = found.reason(newest)
    assert reason is not None
    assert reason.says(many=False).startswith("has unusable metadata")
    assert resolved(found, "a") == {"a": "1"}
    assert found.reason(matches(found, "a<2")[0]) is None


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("a ==", "version"),
        ("a @ https://index.example/a", "neither a wheel"),
        (PackagingRequirement("a @ https://index.example/a"), "neither a wheel"),
        ("a ; os_name ~= '2'", "os_name"),
    ],
)
def test_what_cannot_be_used_is_an_input_error(requirement: Any, words: str) -> None:
    """The same as that of ``resolve``."""
    found = provider({"a": {"1": {}}})
    for ask in (
        lambda: found.identify(requirement),
        lambda: found.pose([requirement]),
        lambda: found.resolve_natively([requirement], BaseReporter()),
    ):
        with pytest.raises(InputError, match=words):
            ask()


def test_one_string_is_no_sequence_of_requirements() -> None:
    """Its letters would be taken."""
    with pytest.raises(TypeError, match="not a string"):
        provider({}).pose("abc")
    with pytest.raises(TypeError, match="not a string"):
        provider({}).resolve_natively("abc", BaseReporter())


def test_options_that_cannot_be_used_are_refused_at_once() -> None:
    with pytest.raises(InputError):
        provider({}, constraints=("a !! 1",))
    with pytest.raises(InputError):
        provider({}, excludes=("-",))


def test_posed_requirements_are_what_they_come_to() -> None:
    """Each extra by itself, without what does not hold; their listings are fetched together."""
    source = CountingSource(EXTRAS)
    found = provider({}, source=source)
    posed = found.pose(["a[x,y] >=1", "b ; os_name == 'nt'", PackagingRequirement("d")])
    assert (posed, found.tried) == (["a[x]>=1", "a[y]>=1", "d"], 0)
    assert source.questions[:2] == ["a", "d"]
    assert resolved(found, *posed).keys() == {"a", "a[x]", "a[y]", "b", "c", "d"}
    assert found.tried == 7  # a[x] in version 2 as well, which wants a newer c
    assert found.problem.requirements[0].text == "a[x,y] >=1"


def test_preference_is_for_what_has_no_choice_then_for_what_came_first() -> None:
    found = provider({"a": {"1": {}, "2": {}}, "b": {"1": {}}, "c": {"1": {}, "2": {}}})
    wanted = ("c", "a", "b", "a[x]")
    for each in wanted:
        matches(found, each)

    def information(identifier: str) -> dict[str, Iterator[Information]]:
        return {identifier: iter([RequirementInformation(identifier, None)])}

    keys = {each: found.get_preference(each, {}, {}, information(each), []) for each in wanted}
    assert sorted(keys, key=keys.__getitem__) == ["b", "c", "a", "a[x]"]
    nothing = "d ; os_name == 'nt'"
    alone = provider({})
    assert alone.identify(nothing) == nothing
    assert alone.get_preference(nothing, {}, {}, {nothing: iter([])}, []) == (False, 0)


def test_what_had_to_do_with_a_conflict_is_looked_at_first() -> None:
    found = provider({"a": {"1": {"requires": ["b"]}}, "b": {"1": {}}, "c": {"1": {}}})
    (parent,) = matches(found, "a")
    (dependency,) = found.get_dependencies(parent)
    causes: list[Information] = [
        RequirementInformation(dependency, parent),
        RequirementInformation("b", None),
    ]

    def narrowed(*identifiers: str) -> list[str]:
        return list(found.narrow_requirement_selection(identifiers, {}, {}, {}, causes))

    assert narrowed("c", "b", "a") == ["b", "a"]
    assert narrowed("c", "d") == ["c", "d"]


class LoopSource(MemorySource):
    """Notes in which event loops it was asked, and whether it was closed in one of them."""

    def __init__(self, packages: Universe) -> None:
        super().__init__(packages, patient=False)
        self.loops: set[asyncio.AbstractEventLoop] = set()
        self.waits = 0
        self.closed = 0

    async def listing(self, name: str) -> Listing:
        self.waits += 1
        self.loops.add(asyncio.get_running_loop())
        await asyncio.sleep(0)
        return await super().listing(name)

    async def close(self) -> None:
        assert asyncio.get_running_loop() in self.loops
        self.closed += 1


def test_all_is_fetched_in_one_event_loop_which_ends_with_the_context() -> None:
    source = LoopSource(EXTRAS)
    with provider({}, source=source) as found:
        assert resolved(found, "a<2", "c", "d", "a[x]")["c"] == "3"
        assert (len(source.loops), source.closed) == (1, 0)
        assert source.waits > 2
    assert source.closed == 1
    assert all(loop.is_closed() for loop in source.loops)
    found.close()
    assert source.closed == 1


def test_it_works_inside_a_running_event_loop() -> None:
    source = LoopSource(EXTRAS)

    async def work() -> dict[str, str]:
        with provider({}, source=source) as found:
            return resolved(found, "a[x]")

    assert asyncio.run(work()) == {"a": "1", "a[x]": "1", "b": "1", "c": "3"}
    assert (len(source.loops), source.closed) == (1, 1)


def test_a_provider_that_is_dropped_lets_go() -> None:
    source = LoopSource(EXTRAS)
    found = provider({}, source=source)
    matches(found, "a")
    del found
    gc.collect()
    assert source.closed == 1
    assert all(loop.is_closed() for loop in source.loops)


def test_what_is_known_at_once_needs_no_loop() -> None:
    source = LoopSource(EXTRAS)
    source._patient = True
    with provider({}, source=source) as found:
        resolved(found, "a[x]")
    assert (source.waits, source.closed) == (0, 0)


def test_answers_are_fetched_together_and_ahead() -> None:
    """Once candidates are looked at, so that a chain of packages costs few waits."""
    chain: Universe = {f"p{n}": {"1": {"requires": [f"p{n + 1}"]}} for n in range(20)} | {"p20": {"1": {}}}
    source = LoopSource(chain)
    with provider({}, source=source) as found:
        waits = 0
        original = found._waiter.wait

        def wait(work: Any) -> Any:
            nonlocal waits
            waits += 1
            return original(work)

        found._reading._waiter = type("Counting", (), {"wait": staticmethod(wait)})()
        found._waiter = found._reading._waiter
        assert len(resolved(found, "p0")) == 21
    assert waits <= 41


def test_deadline_ends_a_wait_and_a_search() -> None:
    class NeverSource(MemorySource):
        async def listing(self, name: str) -> Listing:
            await asyncio.sleep(60)
            raise AssertionError(name)

    with (
        provider({}, source=NeverSource({}, patient=False), deadline=0.01) as found,
        pytest.raises(LimitReached, match=r"deadline of 0.01 s \(--deadline\)"),
    ):
        matches(found, "a")
    with pytest.raises(LimitReached):
        matches(found, "a")


def test_steps_are_limited_even_where_nothing_must_be_waited_for() -> None:
    """A step is a candidate that is looked at."""
    packages: Universe = {"a": {str(n): {"requires": ["b"]} for n in range(9)}, "b": {}}
    with pytest.raises(LimitReached, match=r"limit of 3 steps \(--max-steps\), after 3 candidates"):
        resolved(provider(packages, max_steps=3), "a")


def test_recording_is_written_when_it_is_closed(tmp_path: Path) -> None:
    """And answers another provider.  What has failed is not recorded."""
    tools = "fixtures/recordings/tools"
    with IndexProvider(LINUX.replace(replay=tools)) as found:
        first = resolved(found, "pytest", "attrs")
    source = found._opened.source
    recorder = LINUX.replace(record=str(tmp_path / "again"))
    from resolver.sources import _recorded

    with IndexProvider(recorder, opened=_recorded(source, recorder, ["pytest"], None)) as found:
        resolved(found, "pytest", "attrs")
    with IndexProvider(LINUX.replace(replay=str(tmp_path / "again"))) as found:
        assert resolved(found, "pytest", "attrs") == first

    refused = LINUX.replace(record=str(tmp_path / "refused"))
    recording = _recorded(source, refused, [], None)
    with pytest.raises(InputError), IndexProvider(refused, opened=recording) as found:
        resolved(found, "pytest", "pytest !! 1")
    assert not (tmp_path / "refused").exists()
    with pytest.raises(ResolutionImpossible), IndexProvider(refused, opened=recording) as found:
        resolved(found, "pytest", "attrs<1")
    assert (tmp_path / "refused").exists()
