"""Scout and fetcher: what is under way, what reaches the catalog, and what is none of their business."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from resolver.catalog import Catalog
from resolver.errors import BuildFailed, BuildRefused, IndexUnavailable, MetadataInvalid, ResolverError
from resolver.index.metadata import Metadata
from resolver.model.environment import Environment
from resolver.model.requirement import Requirement
from resolver.policy import BadMetadata, BuildFault, NeedsBuild
from resolver.problem import ListingKey, MetadataKey, PythonProblem
from resolver.rules import Rules
from resolver.scout import Fetcher, Scout
from support.memory import MemorySource
from support.outcomes import CountingSource, WanderingSource, resolved
from support.python_worlds import PythonWorld, random_python_world, vast_python_world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from resolver.index.listing import Listing
    from resolver.model.distfile import DistFile

    Packages = Mapping[str, Mapping[str, Any]]

LINUX = Environment.target("3.12", "linux")


class FaultySource(CountingSource):
    """Fails for the packages and files in ``faults``; at once for those in ``known`` as well."""

    def __init__(
        self, packages: Packages, faults: Mapping[str, ResolverError], known: Iterable[str] = ()
    ) -> None:
        super().__init__(packages)
        self._faults = faults
        self._known = frozenset(known)

    def listing_now(self, name: str) -> Listing | None:
        if name in self._known:
            raise self._faults[name]
        return super().listing_now(name)

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        if file.filename in self._known:
            raise self._faults[file.filename]
        return super().metadata_now(name, file)

    async def listing(self, name: str) -> Listing:
        found = await super().listing(name)
        if name in self._faults:
            raise self._faults[name]
        return found

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        found = await super().metadata(name, file)
        if file.filename in self._faults:
            raise self._faults[file.filename]
        return found


class Walk:
    """A scout on its way, over a source, without a solver."""

    def __init__(self, source: MemorySource) -> None:
        self.source = source
        self.problem = PythonProblem(Catalog(LINUX, Rules()), ())
        self.fetcher = Fetcher(source, self.problem)
        self.scout = Scout(self.problem, self.fetcher)

    def require(self, *requirements: str) -> None:
        self.scout.require([Requirement.parse(text) for text in requirements])

    async def rest(self) -> None:
        """Let everything that is under way come to its end."""
        while self.fetcher.pending:  # noqa: ASYNC110  # there is no event to wait for but the next turn
            await asyncio.sleep(0)

    def key(self, name: str, candidate: int) -> MetadataKey:
        return self.problem.metadata_key(name, candidate)


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` in an event loop; what nobody catches fails the test, and so does a task left over."""
    unhandled: list[object] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        await work()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert unhandled == []


# -- builds -------------------------------------------------------------------------------------------------


class Workshop:
    """Builds what it is asked to, and remembers that."""

    def __init__(self, known: Metadata | None = None) -> None:
        self.built: list[str] = []
        self._known = known

    def known(self, name: str, file: DistFile) -> Metadata | None:
        del name, file
        return self._known

    async def build(self, name: str, file: DistFile) -> Metadata:
        self.built.append(file.filename)
        if name == "broken":
            raise BuildFailed("no compiler.")
        return Metadata(name, "1")

    async def build_archive(self, name: str | None, filename: str, body: bytes) -> Metadata:
        raise NotImplementedError

    async def build_tree(self, name: str | None, tree: str) -> Metadata:
        raise NotImplementedError


def to_build(*names: str, workshop: Workshop, at_once: bool = False) -> Walk:
    """Return a walk over packages that all have to be built."""
    files = {f"{name}-1-py3-none-any.whl": BuildRefused("not static") for name in names}
    packages: dict[str, Any] = {name: {"1": {}} for name in names}
    walk = Walk(FaultySource(packages, files, list(files) if at_once else []))
    walk.fetcher = Fetcher(walk.source, walk.problem, workshop)
    walk.scout = Scout(walk.problem, walk.fetcher)
    return walk


@pytest.mark.parametrize("at_once", [True, False])
def test_only_what_is_demanded_is_built(*, at_once: bool) -> None:
    workshop = Workshop()
    walk = to_build("a", "broken", workshop=workshop, at_once=at_once)

    async def work() -> None:
        for name in ("a", "broken"):
            walk.fetcher.start(ListingKey(name))
            await walk.rest()
            walk.fetcher.now(ListingKey(name))
        walk.require("a", "broken")
        await walk.rest()
        assert workshop.built == []
        for name in ("a", "broken"):
            key = walk.key(name, 0)
            assert not walk.fetcher.now(key)
            assert walk.fetcher.is_to_build(key)
            await asyncio.wait([walk.fetcher.demand(key)])
            assert walk.fetcher.now(key)
            assert walk.fetcher.demand(key).done()

    run(work)
    assert workshop.built == ["a-1-py3-none-any.whl", "broken-1-py3-none-any.whl"]
    assert walk.problem.catalog.metadata("a", 0) == Metadata("a", "1")
    assert walk.problem.catalog.metadata("broken", 0) == BuildFault("no compiler")


def test_nothing_is_built_for_trials() -> None:
    """But what was built before is known to them."""
    for known, found in ((None, NeedsBuild()), (Metadata("a", "1"), Metadata("a", "1"))):
        workshop = Workshop(known)
        walk = to_build("a", workshop=workshop, at_once=True)
        trial = walk.fetcher.for_trial(walk.problem)
        walk.problem.catalog.add_listing(asyncio.run(walk.source.listing("a")))
        assert trial.now(walk.key("a", 0))
        assert (walk.problem.catalog.metadata("a", 0), workshop.built) == (found, [])


# -- the fetcher --------------------------------------------------------------------------------------------


def test_what_needs_no_waiting_is_put_into_the_catalog() -> None:
    walk = Walk(MemorySource({"a": {"1": {}}}))
    assert walk.fetcher.now(ListingKey("a"))
    assert walk.fetcher.now(walk.key("a", 0))
    assert walk.problem.catalog.metadata("a", 0) is not None


def test_what_must_be_waited_for_is_asked_for_once_and_known_when_it_has_come() -> None:
    walk = Walk(CountingSource({"a": {"1": {}}}))

    async def work() -> None:
        assert not walk.fetcher.now(ListingKey("a"))
        first, second = walk.fetcher.start(ListingKey("a")), walk.fetcher.start(ListingKey("a"))
        assert first is second
        assert walk.fetcher.pending == 1
        await walk.rest()
        assert walk.fetcher.pending == 0
        assert walk.fetcher.now(ListingKey("a"))

    run(work)
    assert walk.source.asked == ["a"]


def test_source_is_not_bothered_while_an_answer_is_under_way() -> None:
    """To look for something in a cache may cost as much as to read it."""

    class Curious(CountingSource):
        looked = 0

        def listing_now(self, name: str) -> Listing | None:
            self.looked += 1
            return super().listing_now(name)

    source = Curious({"a": {"1": {}}})
    walk = Walk(source)

    async def work() -> None:
        walk.require("a", "a", "a")
        await walk.rest()

    run(work)
    assert source.looked == 1


@pytest.mark.parametrize("known", [True, False], ids=["at-once", "awaited"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [(MetadataInvalid("it is empty"), BadMetadata("it is empty")), (BuildRefused("no wheel"), NeedsBuild())],
)
def test_metadata_that_cannot_be_used_is_a_reason_against_its_candidate(
    error: ResolverError, reason: object, *, known: bool
) -> None:
    name = "a-1-py3-none-any.whl"
    walk = Walk(FaultySource({"a": {"1": {}}}, {name: error}, [name] if known else []))

    async def work() -> None:
        await walk.fetcher.start(ListingKey("a"))
        walk.fetcher.now(ListingKey("a"))
        if not known:
            walk.fetcher.start(walk.key("a", 0))
            await walk.rest()
        assert walk.fetcher.now(walk.key("a", 0))

    run(work)
    assert walk.problem.catalog.metadata("a", 0) == reason


@pytest.mark.parametrize("known", [True, False], ids=["at-once", "awaited"])
@pytest.mark.parametrize("error", [IndexUnavailable("no answer"), MetadataInvalid("no page")])
def test_failure_of_a_listing_is_raised_to_who_wants_it(error: ResolverError, *, known: bool) -> None:
    walk = Walk(FaultySource({"a": {"1": {}}}, {"a": error}, ["a"] if known else []))

    async def work() -> None:
        if not known:
            walk.fetcher.start(ListingKey("a"))
            await walk.rest()
        with pytest.raises(type(error), match=str(error)):
            walk.fetcher.now(ListingKey("a"))

    run(work)


def test_failure_that_nobody_wants_is_not_complained_about() -> None:
    walk = Walk(FaultySource({"a": {"1": {}}}, {"a": IndexUnavailable("no answer")}))

    async def work() -> None:
        walk.fetcher.start(ListingKey("a"))
        await walk.rest()

    run(work)


def test_what_the_solver_did_not_ask_for_is_counted_as_wasted() -> None:
    """Pages count, and so do candidates of packages that it did ask for."""
    walk = Walk(CountingSource({"a": {"1": {}, "2": {}}, "b": {"1": {}}}))

    async def work() -> None:
        for name in ("a", "b"):
            walk.fetcher.start(ListingKey(name))
        await walk.rest()
        for name in ("a", "b"):
            assert walk.fetcher.now(ListingKey(name))
        for candidate in (0, 1):
            walk.fetcher.start(walk.key("a", candidate))
        walk.fetcher.start(walk.key("a", 0))
        await walk.rest()

    run(work)
    assert walk.fetcher.wasted({"a": {0, 1}, "b": set()}) == 0
    assert walk.fetcher.wasted({"a": {1}}) == 2
    assert walk.fetcher.wasted({}) == 4


def test_nothing_is_under_way_after_cancelling() -> None:
    """Not even what an answer that came in the last moment would have led to, whether new or stopped too."""
    packages: Packages = {
        name: {"1": {"requires": [f"{name}x", *(set("abcdefgh") - {name})]}} for name in "abcdefgh"
    }

    async def work() -> None:
        for turns in range(60):
            walk = Walk(WanderingSource(packages, seed=turns % 3, most=12))
            walk.require(*packages)
            for _ in range(turns):
                await asyncio.sleep(0)
            await walk.fetcher.cancel()
            for _ in range(3):
                assert asyncio.all_tasks() == {asyncio.current_task()}
                await asyncio.sleep(0)
            assert walk.fetcher.pending == 0

    run(work)


def test_cancelling_before_anything_was_started_does_nothing() -> None:
    run(Walk(MemorySource({})).fetcher.cancel)


# -- the scout ----------------------------------------------------------------------------------------------


def asked_for(packages: Packages, *requirements: str) -> list[str]:
    """Return what a scout alone asks for, in order."""
    walk = Walk(CountingSource(packages))

    async def work() -> None:
        walk.require(*requirements)
        await walk.rest()

    run(work)
    return walk.source.asked


def test_scout_follows_what_preferred_candidates_require() -> None:
    packages: Packages = {
        "a": {"1": {}, "2": {"requires": ["b"]}},
        "b": {"1": {"requires": ["c"]}},
        "c": {"1": {}},
    }
    assert asked_for(packages, "a") == ["a", "a==2", "b", "b==1", "c", "c==1"]


def test_scout_follows_extras_that_come_later_and_name_one_another() -> None:
    extras = {"all": ["a[one]"], "one": ["c"]}
    packages: Packages = {
        "a": {"1": {"extras": extras}},
        "b": {"1": {"requires": ["a[all]"]}},
        "c": {"1": {}},
    }
    assert sorted(asked_for(packages, "a", "b")) == ["a", "a==1", "b", "b==1", "c", "c==1"]


def test_scout_looks_at_a_package_when_all_requirements_known_have_narrowed_it() -> None:
    packages: Packages = {"a": {"1": {}, "2": {}, "3": {}}}
    assert asked_for(packages, "a", "a<3", "a<2") == ["a", "a==1"]


def test_scout_goes_on_with_the_next_candidate_where_one_cannot_be_used() -> None:
    packages: Packages = {
        "a": {"1": {"requires": ["b"]}, "2": {"requires": ["b !! 3"]}, "3": {"requires_python": ">3"}}
    }
    walk = Walk(FaultySource(packages, {"a-3-py3-none-any.whl": MetadataInvalid("it is empty")}))

    async def work() -> None:
        walk.require("a")
        await walk.rest()

    run(work)
    assert walk.source.asked == ["a", "a==3", "a==2", "a==1", "b"]


def test_scout_stops_where_no_candidate_can_be_used() -> None:
    assert asked_for({"a": {"1": {"requires": ["b !! 3"]}}}, "a", "a", "a[x]") == ["a", "a==1"]


def test_scout_leaves_conflicts_to_the_solver() -> None:
    assert asked_for({"a": {"1": {}, "2": {}}}, "a<1", "a>2") == ["a"]


def test_scout_ends_in_cycles() -> None:
    packages: Packages = {"a": {"1": {"requires": ["b", "a"]}}, "b": {"1": {"requires": ["a[x]", "b"]}}}
    assert asked_for(packages, "a") == ["a", "a==1", "b", "b==1"]


def test_scout_follows_a_chain_of_any_depth() -> None:
    packages = {f"p{n}": {"1": {"requires": [f"p{n + 1}"]}} for n in range(3000)}
    source = MemorySource(packages)
    walk = Walk(source)

    async def work() -> None:
        walk.require("p0")

    run(work)
    assert len(source.asked) == 6001


@pytest.mark.parametrize("known", [True, False], ids=["at-once", "awaited"])
def test_failure_on_the_scouts_way_is_none_of_its_business(*, known: bool) -> None:
    """However often, and from whichever side, it comes across it."""
    packages: Packages = {
        "a": {"1": {"requires": ["broken", "slow"]}},
        "slow": {"1": {"requires": ["broken>1"]}},
    }
    faults = {"broken": IndexUnavailable("no answer")}
    walk = Walk(FaultySource(packages, faults, faults if known else []))

    async def work() -> None:
        walk.require("a", "broken")
        await walk.rest()
        walk.require("broken<9")

    run(work)
    assert "slow==1" in walk.source.asked


def test_failure_that_only_the_scout_meets_does_not_end_the_resolution() -> None:
    packages: dict[str, dict[str, dict[str, Any]]] = {
        "a": {"1": {}, "2": {"requires": ["broken", "slow"]}},
        "b": {"1": {"requires": ["a<2"]}},
        "slow": {"1": {"requires": ["broken"]}},
    }
    world = PythonWorld(0, packages, ["a", "b"], [], [], [], "allow")
    source = FaultySource(packages, {"broken": IndexUnavailable("no answer")})
    assert resolved(world, source).pins == {"a": "1", "b": "1"}
    assert "broken" in source.questions


# -- the solver's requests ----------------------------------------------------------------------------------


def prefetched(*candidates: int) -> list[int]:
    """Return what is fetched ahead when the solver asks for ``candidates`` in order, giving up the newer."""
    walk = Walk(CountingSource({"a": {str(n): {} for n in range(200)}}))

    async def work() -> None:
        await walk.fetcher.start(ListingKey("a"))
        walk.fetcher.now(ListingKey("a"))
        package = walk.problem.names.intern("a")
        for candidate in candidates:
            assert walk.problem.choose(package, (2 << candidate + 1) - 2) == candidate
            walk.scout.asked(walk.key("a", candidate))
        await walk.rest()

    run(work)
    return [int(text.removeprefix("a==")) for text in walk.source.asked[1:]]


def test_first_candidate_that_the_solver_asks_for_leads_to_nothing() -> None:
    assert prefetched(199) == []


def test_asking_again_for_the_same_candidate_leads_to_nothing() -> None:
    assert prefetched(199, 199, 199) == []


def test_from_the_second_candidate_on_likely_next_ones_are_fetched_twice_as_many_each_time() -> None:
    assert prefetched(199, 198) == [197, 196, 195, 194]
    assert prefetched(199, 198, 197) == [197, 196, 195, 194, 193, 192, 191, 190, 189]


def test_no_more_than_some_dozens_are_fetched_ahead() -> None:
    assert prefetched(*range(199, 179, -1)) == [*range(197, 129, -1)]


# -- wasted work --------------------------------------------------------------------------------------------


def needed(world: PythonWorld) -> list[str]:
    """Return what the solver alone asks for: there is no scout where nothing must be waited for."""
    source = MemorySource(world.packages)
    resolved(world, source, explained=False)
    return source.asked


@pytest.mark.parametrize("size", [(60, 30, 2), (150, 12, 3), (40, 60, 5)])
def test_scout_asks_for_what_the_solver_needs_where_the_newest_of_everything_fits(
    size: tuple[int, int, int],
) -> None:
    packages, versions, needs = size
    world = vast_python_world(packages, versions, needs=needs)
    source = CountingSource(world.packages)
    assert resolved(world, source) == resolved(world)
    assert sorted(source.asked) == sorted(needed(world))
    assert len(source.questions) == len(source.asked)


@pytest.mark.slow
def test_scout_asks_for_little_in_vain_and_for_nothing_twice() -> None:
    """Without conflicts at most 5 % more than the solver alone, with them at most a third more.

    The excess is for candidates that a requirement met later rules out: the price of not waiting.
    """
    wanted = {False: 0, True: 0}
    asked = {False: 0, True: 0}
    for seed in range(600):
        world = random_python_world(seed)
        source = CountingSource(world.packages)
        conflicts = resolved(world, source, explained=False).conflicts > 0
        assert len(set(source.questions)) == len(source.questions)
        wanted[conflicts] += len(needed(world))
        asked[conflicts] += len(source.questions)
    assert wanted[False] <= asked[False] <= 1.05 * wanted[False]
    assert wanted[True] <= asked[True] <= 1.33 * wanted[True]
