"""Tests for ``PubGrubResolver``: what callers, providers and reporters of resolvelib may rely on."""

# ruff: noqa: ARG002  # the parameters are resolvelib's

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from resolvelib import AbstractProvider, AbstractResolver, BaseReporter, Resolver
from resolvelib.resolvers import (
    Criterion,
    InconsistentCandidate,
    RequirementInformation,
    RequirementsConflicted,
    ResolutionImpossible,
    ResolutionTooDeep,
    ResolverException,
    Result,
)
from resolvelib.structs import DirectedGraph

import resolver.bridge
from resolver import PubGrubResolver
from resolver.bridge import pubgrub
from resolver.errors import InternalError
from resolver.solver.engine import Solver, SolverError
from support.graphs import Graph, has_solution, is_solution, random_graph
from support.resolvelib_providers import Edge, Events, GraphProvider, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Needs = dict[tuple[int, int], list[tuple[int, set[int]]]]


def graph(roots: list[tuple[int, set[int]]], needs: Needs) -> Graph:
    return Graph(
        {Node(*node): [Edge(p, frozenset(v)) for p, v in edges] for node, edges in needs.items()},
        [Edge(p, frozenset(v)) for p, v in roots],
    )


def solve(given: Graph, reporter: BaseReporter[Any, Any, Any] | None = None) -> Result[Any, Any, Any]:
    return PubGrubResolver(GraphProvider(given.needs), reporter or BaseReporter()).resolve(given.roots)


DIAMOND = graph(
    [(0, {1}), (3, {0, 1})],
    {
        (0, 1): [(1, {1, 2}), (2, {1})],
        (1, 1): [(3, {1})],
        (1, 2): [(3, {0})],
        (2, 1): [(3, {1})],
        (3, 0): [],
        (3, 1): [(0, {1})],
    },
)
CONFLICT = graph(
    [(0, {1, 2}), (1, {1})],
    {(0, 1): [(2, {1})], (0, 2): [(2, {1})], (1, 1): [(2, {2})], (2, 1): [], (2, 2): []},
)


# -- results -------------------------------------------------------------------------------------------------


def test_it_is_a_resolver_of_resolvelib() -> None:
    """Same base class, same arguments, same base of exceptions."""
    resolver_ = PubGrubResolver(GraphProvider({}), BaseReporter())
    assert isinstance(resolver_, AbstractResolver)
    assert resolver_.base_exception is ResolverException
    assert resolver.bridge.PubGrubResolver is PubGrubResolver


def test_bridge_offers_nothing_else() -> None:
    """Other names are attribute errors; the provider is there too."""
    assert resolver.bridge.IndexProvider.__name__ == "IndexProvider"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = resolver.bridge.nonsense


def test_result_is_that_of_resolvelib() -> None:
    """Pins in their order, a graph with ``None`` as root, and criteria with parents that are the pins."""
    found = solve(DIAMOND)
    assert type(found) is Result
    assert found.mapping == {0: Node(0, 1), 1: Node(1, 1), 2: Node(2, 1), 3: Node(3, 1)}
    assert type(found.graph) is DirectedGraph
    assert set(found.graph.iter_edges()) == {(None, 0), (None, 3), (0, 1), (0, 2), (1, 3), (2, 3), (3, 0)}
    assert type(found.criteria) is dict
    assert [each.requirement.package for each in found.criteria[3].information] == [3, 3, 3]
    for criterion in found.criteria.values():
        assert type(criterion) is Criterion
        for information in criterion.information:
            assert type(information) is RequirementInformation
            assert (
                information.parent is None or information.parent is found.mapping[information.parent.package]
            )


def test_candidates_of_a_criterion_can_be_iterated_again_and_again() -> None:
    """As those of resolvelib."""
    criterion = solve(DIAMOND).criteria[3]
    assert list(criterion.candidates) == list(criterion.candidates) == [Node(3, 1)]
    assert criterion.candidates


def test_nothing_required_is_an_empty_result() -> None:
    """With the root alone in the graph."""
    found = solve(Graph({}, []))
    assert (found.mapping, list(found.graph), found.criteria) == ({}, [None], {})


def test_requirements_may_be_an_iterator() -> None:
    """It is read once."""
    provider = GraphProvider(DIAMOND.needs)
    found = PubGrubResolver(provider, BaseReporter()).resolve(iter(DIAMOND.roots))
    assert len(found.mapping) == 4


def test_one_requirement_object_may_be_given_twice() -> None:
    """And be a requirement of candidates at the same time."""
    edge = Edge(1, frozenset({1}))
    found = PubGrubResolver(
        GraphProvider({Node(0, 1): [edge, edge], Node(1, 1): [edge]}), BaseReporter()
    ).resolve([Edge(0, frozenset({1})), edge, edge])
    assert found.mapping == {0: Node(0, 1), 1: Node(1, 1)}
    assert len(found.criteria[1].information) == 5


def test_package_that_excludes_its_own_candidate_gets_another() -> None:
    """A candidate may require its own package, in a version that it is not."""
    assert solve(graph([(0, {1, 2})], {(0, 1): [], (0, 2): [(0, {1})]})).mapping == {0: Node(0, 1)}


# -- failures ------------------------------------------------------------------------------------------------


def test_failure_has_causes_and_a_proof() -> None:
    """The exception is resolvelib's, with requirements that exclude one another, sentences, and a value."""
    with pytest.raises(ResolutionImpossible) as caught:
        solve(CONFLICT)
    assert {each.requirement.package for each in caught.value.causes} == {2}
    explanation = caught.value.explanation  # type: ignore[attr-defined]  # what ours has besides
    derivation = caught.value.derivation  # type: ignore[attr-defined]
    assert explanation.endswith("your requirements cannot be satisfied.")
    assert "Edge(package=2, versions=frozenset({2}))" in explanation
    assert isinstance(derivation, dict)
    assert str(caught.value) == explanation
    assert type(caught.value).__qualname__ == "ResolutionImpossible"


def test_missing_package_is_told_before_anything_is_pinned() -> None:
    """As with resolvelib: the causes are the requirements on it."""
    events = Events()
    with pytest.raises(ResolutionImpossible) as caught:
        solve(graph([(0, {1}), (7, {1})], {(0, 1): []}), events)
    assert caught.value.causes == [RequirementInformation(Edge(7, frozenset({1})), None)]
    assert [name for name, _ in events.events] == ["starting", "adding_requirement", "adding_requirement"]
    assert "nothing satisfies" in caught.value.explanation  # type: ignore[attr-defined]


def test_dependency_that_does_not_exist_is_named() -> None:
    """Also where every candidate has one."""
    with pytest.raises(ResolutionImpossible) as caught:
        solve(graph([(0, {1, 2})], {(0, 1): [(8, {1})], (0, 2): [(9, {1})]}))
    assert {each.requirement.package for each in caught.value.causes} == {8, 9}
    explanation = caught.value.explanation  # type: ignore[attr-defined]
    assert (
        "nothing satisfies Edge(package=9, versions=frozenset({1})) (Node(package=0, version=2))"
        in explanation
    )


def test_rounds_are_limited() -> None:
    """One pin needs two rounds, the second of which finds that all is done."""
    given = graph([(0, {1})], {(0, 1): []})
    resolver_ = PubGrubResolver(GraphProvider(given.needs), BaseReporter())
    assert resolver_.resolve(given.roots, max_rounds=2).mapping
    with pytest.raises(ResolutionTooDeep) as caught:
        resolver_.resolve(given.roots, max_rounds=1)
    assert caught.value.round_count == 1


def test_explanation_of_many_candidates_sums_them_up() -> None:
    """Those that require the same are told together, by their first and last."""
    needs: Needs = {(1, version): [(0, {9})] for version in range(1, 13)} | {(0, 1): [], (0, 9): []}
    with pytest.raises(ResolutionImpossible) as caught:
        solve(graph([(0, {1}), (1, set(range(1, 13)))], needs))
    told: str = caught.value.explanation  # type: ignore[attr-defined]
    assert "(12 candidates of 1 from Node(package=1, version=12) to Node(package=1, version=1))" in told
    assert told.count("nothing satisfies") == 1


def test_explanation_names_what_was_tried_of_many() -> None:
    """Where two packages exclude each other in every pair, statements are about all but those told before."""
    needs: Needs = {(0, version): [(2, {version})] for version in range(10)}
    needs |= {(1, version): [(2, {version + 20})] for version in range(3)}
    needs |= {(2, version): [] for version in range(40)}
    with pytest.raises(ResolutionImpossible) as caught:
        solve(graph([(0, set(range(10))), (1, {1, 2, 3})], needs))
    told: str = caught.value.explanation  # type: ignore[attr-defined]
    assert "any candidate of 0 but 9 that were tried" in told


# -- reporters -----------------------------------------------------------------------------------------------


def test_events_of_a_plain_resolution_are_those_of_resolvelib() -> None:
    """Every event, in order, with the same values."""
    plain = graph([(0, {1, 2})], {(0, 2): [(1, {1}), (2, {1})], (1, 1): [(2, {1})], (2, 1): []})
    told = []
    for kind in (PubGrubResolver, Resolver):
        events = Events()
        kind(GraphProvider(plain.needs), events).resolve(plain.roots)
        told.append(events.events)
    assert told[0] == told[1]


def test_events_around_a_rejected_candidate_are_those_of_resolvelib() -> None:
    """But that what comes after the requirement that is one too many is reported too, or not at all."""
    given = graph(
        [(0, {1}), (1, {1, 2})],
        {(0, 1): [(2, {1})], (1, 2): [(2, {2})], (1, 1): [(2, {1})], (2, 1): [], (2, 2): []},
    )
    told = []
    for kind in (PubGrubResolver, Resolver):
        events = Events()
        kind(GraphProvider(given.needs), events).resolve(given.roots)
        told.append([each for each in events.events if each[0] != "adding_requirement"])
    assert told[0] == told[1]
    assert ("rejecting_candidate", Node(1, 2)) in told[0]


def test_conflicts_are_reported_with_their_causes() -> None:
    """And the last ones are those of the exception."""
    events = Events()
    with pytest.raises(ResolutionImpossible) as caught:
        solve(CONFLICT, events)
    conflicts = [causes for name, causes in events.events if name == "resolving_conflicts"]
    assert conflicts
    assert conflicts[-1] == caught.value.causes


def test_last_straw_comes_last() -> None:
    """Who reads ``*others, last`` of a rejected criterion finds the candidate's own requirement last."""

    class Straws(BaseReporter[Edge, Node, int]):
        def __init__(self) -> None:
            self.last: list[Node | None] = []

        def rejecting_candidate(self, criterion: Criterion[Edge, Node], candidate: Node) -> None:
            *_, last = criterion.information
            self.last.append(last.parent)

    straws = Straws()
    with pytest.raises(ResolutionImpossible):
        solve(CONFLICT, straws)
    assert straws.last
    assert set(straws.last) == {Node(1, 1)}


# -- providers -----------------------------------------------------------------------------------------------


def test_methods_are_called_by_keyword() -> None:
    """With the names of ``AbstractProvider``."""

    class Strict(GraphProvider):
        def identify(self, *, requirement_or_candidate: Edge | Node) -> int:  # type: ignore[override]
            return super().identify(requirement_or_candidate)

        def get_preference(  # type: ignore[override]
            self,
            *,
            identifier: int,
            resolutions: Mapping[int, Node],
            candidates: Mapping[int, Iterator[Node]],
            information: Mapping[int, Iterator[RequirementInformation[Edge, Node]]],
            backtrack_causes: Sequence[RequirementInformation[Edge, Node]],
        ) -> int:
            assert next(candidates[identifier]).package == identifier
            assert all(each.requirement.package == identifier for each in information[identifier])
            assert set(resolutions) <= set(information) == set(candidates)
            assert identifier in candidates
            assert len(candidates) == len(information)
            assert 99 not in information
            with pytest.raises(KeyError):
                candidates[99]
            return identifier

        def find_matches(  # type: ignore[override]
            self,
            *,
            identifier: int,
            requirements: Mapping[int, Iterator[Edge]],
            incompatibilities: Mapping[int, Iterator[Node]],
        ) -> Sequence[Node]:
            assert identifier in requirements
            assert identifier in list(requirements)
            assert len(requirements) >= 1
            assert 99 not in requirements
            assert requirements.get(99) is None
            assert list(incompatibilities[identifier]) == list(incompatibilities.get(99, ())) == []
            return super().find_matches(identifier, requirements, incompatibilities)

        def is_satisfied_by(self, *, requirement: Edge, candidate: Node) -> bool:  # type: ignore[override]
            return super().is_satisfied_by(requirement, candidate)

        def get_dependencies(self, *, candidate: Node) -> Sequence[Edge]:  # type: ignore[override]
            return super().get_dependencies(candidate)

    found = PubGrubResolver(Strict(DIAMOND.needs), BaseReporter()).resolve(DIAMOND.roots)
    assert len(found.mapping) == 4


@pytest.mark.parametrize("seed", range(40))
def test_dependencies_are_asked_for_once(seed: int) -> None:
    """Providers may count, or change, with each call."""
    given = random_graph(seed)
    asked: list[Node] = []

    class Once(GraphProvider):
        def get_dependencies(self, candidate: Node) -> Sequence[Edge]:
            asked.append(candidate)
            return super().get_dependencies(candidate)

    try:
        found = PubGrubResolver(Once(given.needs), BaseReporter()).resolve(given.roots)
    except ResolutionImpossible:
        pass
    else:
        assert is_solution(given, found.mapping)
    assert len(asked) == len(set(asked))


def test_provider_that_contradicts_itself_is_told_so() -> None:
    """A match that does not satisfy the requirement it was found for is an ``InconsistentCandidate``."""

    class Careless(GraphProvider):
        def is_satisfied_by(self, requirement: Edge, candidate: Node) -> bool:
            return candidate.version != 2

    given = graph([(0, {1})], {(0, 1): [(1, {2})], (1, 2): []})
    with pytest.raises(InconsistentCandidate) as caught:
        PubGrubResolver(Careless(given.needs), BaseReporter()).resolve(given.roots)
    assert caught.value.candidate == Node(1, 2)
    assert [each.requirement for each in caught.value.criterion.information] == [Edge(1, frozenset({2}))]


def test_candidate_that_the_provider_refuses_is_skipped() -> None:
    """``RequirementsConflicted`` out of ``get_dependencies`` means that, with or without requirements."""

    class Picky(GraphProvider):
        def get_dependencies(self, candidate: Node) -> Sequence[Edge]:
            if candidate.version == 2:
                raise RequirementsConflicted(Criterion([], [], []))
            return super().get_dependencies(candidate)

    given = graph([(0, {1, 2})], {(0, 1): [], (0, 2): []})
    events = Events()
    found = PubGrubResolver(Picky(given.needs), events).resolve(given.roots)
    assert found.mapping == {0: Node(0, 1)}
    assert ("rejecting_candidate", Node(0, 2)) in events.events
    alone = graph([(0, {2})], {(0, 2): []})
    with pytest.raises(ResolutionImpossible) as caught:
        PubGrubResolver(Picky(alone.needs), BaseReporter()).resolve(alone.roots)
    assert "Node(package=0, version=2) cannot be used" in caught.value.explanation  # type: ignore[attr-defined]
    assert caught.value.causes


def test_selection_narrowed_to_nothing_is_an_error() -> None:
    """As with resolvelib."""

    class Narrow(GraphProvider):
        def narrow_requirement_selection(self, **_: object) -> Iterable[int]:  # type: ignore[override]
            return []

    given = graph([(0, {1}), (1, {1})], {(0, 1): [], (1, 1): []})
    with pytest.raises(RuntimeError, match="narrowed"):
        PubGrubResolver(Narrow(given.needs), BaseReporter()).resolve(given.roots)


def test_selection_is_narrowed_once_a_round_to_what_comes_first() -> None:
    """What the provider leaves is all there is to choose from; preference is for choices only."""
    narrowed: list[list[int]] = []

    class Last(GraphProvider):
        def narrow_requirement_selection(self, *, identifiers: Iterable[int], **_: object) -> Iterable[int]:  # type: ignore[override]
            narrowed.append(list(identifiers))
            return [max(narrowed[-1])]

    given = graph([(0, {1}), (1, {1}), (2, {1})], {(0, 1): [], (1, 1): [], (2, 1): []})
    provider = Last(given.needs)
    found = PubGrubResolver(provider, BaseReporter()).resolve(given.roots)
    assert list(found.mapping) == [2, 1, 0]
    assert narrowed == [[0, 1, 2], [0, 1]]
    assert provider.counts["get_preference"] == 0


def test_what_the_provider_raises_comes_out() -> None:
    """Whatever it is."""

    class Broken(GraphProvider):
        def get_dependencies(self, candidate: Node) -> Sequence[Edge]:
            raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        PubGrubResolver(Broken(DIAMOND.needs), BaseReporter()).resolve(DIAMOND.roots)


def test_pins_are_checked_by_the_provider_before_they_are_returned() -> None:
    """A provider that changes its mind about a pair never gets that pair as an answer."""
    asked: dict[tuple[Edge, Node], int] = {}
    given = graph(
        [(0, {1, 2}), (1, {1}), (4, {1, 2})],
        {
            (0, 2): [(2, {3})],
            (0, 1): [(2, {2})],
            (1, 1): [(3, {1})],
            (2, 2): [],
            (2, 3): [(3, {2})],
            (3, 1): [],
            (3, 2): [],
            (4, 1): [],
            (4, 2): [],
        },
    )
    doubtful = (Edge(4, frozenset({1, 2})), Node(4, 2))

    class Fickle(GraphProvider):
        def is_satisfied_by(self, requirement: Edge, candidate: Node) -> bool:
            pair = (requirement, candidate)
            asked[pair] = asked.get(pair, 0) + 1
            return super().is_satisfied_by(requirement, candidate) and (pair != doubtful or asked[pair] == 1)

    found = PubGrubResolver(Fickle(given.needs), BaseReporter()).resolve(given.roots)
    assert found.mapping[0] == Node(0, 1)
    assert found.mapping[4] == Node(4, 1)
    assert is_solution(given, found.mapping)


# -- candidates that cost something --------------------------------------------------------------------------


class Costly(Sequence[Node]):
    """A sequence that prepares candidates when it is iterated, and can be neither measured nor indexed."""

    def __init__(self, provider: Lazy, nodes: Sequence[Node]) -> None:
        self._provider = provider
        self._nodes = nodes

    def __iter__(self) -> Iterator[Node]:
        for node in self._nodes:
            self._provider.prepared.add(node)
            yield node

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError


class Lazy(GraphProvider):
    """Gives candidates out by ``Costly``, or by a callable."""

    def __init__(self, needs: Mapping[Node, Sequence[Edge]], *, by_call: bool = False) -> None:
        super().__init__(needs)
        self.prepared: set[Node] = set()
        self._by_call = by_call

    def find_matches(  # type: ignore[override]  # two of the forms that resolvelib allows
        self,
        identifier: int,
        requirements: Mapping[int, Iterator[Edge]],
        incompatibilities: Mapping[int, Iterator[Node]],
    ) -> Costly | Callable[[], Iterator[Node]]:
        found = Costly(self, super().find_matches(identifier, requirements, incompatibilities))
        return found.__iter__ if self._by_call else found


@pytest.mark.parametrize("by_call", [False, True])
def test_no_more_candidates_are_prepared_than_are_tried(by_call: bool) -> None:  # noqa: FBT001  # a table
    """``jinja2>=3.1 click>=8.1`` with twenty versions each: three candidates."""
    many = set(range(20))
    needs: Needs = {(0, version): [(2, many)] for version in many}
    needs |= {(1, version): [] for version in many} | {(2, version): [] for version in many}
    given = graph([(0, set(range(10, 20))), (1, set(range(5, 20)))], needs)
    provider = Lazy(given.needs, by_call=by_call)
    found = PubGrubResolver(provider, BaseReporter()).resolve(given.roots)
    assert provider.prepared == set(found.mapping.values()) == {Node(0, 19), Node(1, 19), Node(2, 19)}


def test_graphs_without_conflict_need_no_more_candidates_than_with_resolvelib() -> None:
    """On random graphs that resolvelib solves without rejecting or replacing anything."""
    compared = 0
    for seed in range(600):
        given = random_graph(seed)
        ours, theirs, events = Lazy(given.needs), Lazy(given.needs), Events()
        try:
            Resolver(theirs, events).resolve(given.roots)
        except (ResolverException, RecursionError):
            continue
        pinned = [node.package for node in events.visited()]
        if len(pinned) != len(set(pinned)):
            continue
        found = PubGrubResolver(ours, BaseReporter()).resolve(given.roots)
        assert is_solution(given, found.mapping), seed
        assert len(ours.prepared) <= len(theirs.prepared), seed
        compared += 1
    assert compared > 100


def test_slots_may_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search begins anew with more of them, and comes to the same verdict."""
    monkeypatch.setattr(pubgrub, "_SLOTS", 2)
    monkeypatch.setattr(pubgrub, "_MORE", 2)
    for seed in range(1, 400, 2):
        given = random_graph(seed)
        resolver_ = PubGrubResolver(GraphProvider(given.needs), BaseReporter())
        try:
            mapping = resolver_.resolve(given.roots).mapping
        except ResolutionImpossible:
            assert not has_solution(given), seed
        else:
            assert is_solution(given, mapping), seed


# -- the way of resolvelib -----------------------------------------------------------------------------------


def pinned(kind: Any, given: Graph) -> list[Node]:
    """Return what was pinned, in order, again and again where it was."""
    events = Events()
    kind(GraphProvider(given.needs), events).resolve(given.roots)
    return [node for name, node in events.events if name == "pinning"]


def test_older_pin_yields_after_a_conflict_as_before_one() -> None:
    """The library of 3 gives way to a newer 3 that wants another, although 0 had to be pinned anew first."""
    given = graph(
        [(0, {0, 1}), (1, {0}), (2, {0, 1, 2}), (3, {0, 1, 2})],
        {
            (0, 0): [(4, {0})],
            (0, 1): [(4, {1})],
            (1, 0): [(4, {0})],
            **{(2, version): [] for version in (0, 1, 2)},
            (3, 0): [],
            (3, 1): [(2, {1})],
            (3, 2): [(2, {2}), (4, {1})],
            (4, 0): [],
            (4, 1): [],
        },
    )
    ours = solve(given).mapping
    assert ours == {0: Node(0, 0), 1: Node(1, 0), 2: Node(2, 1), 3: Node(3, 1), 4: Node(4, 0)}
    assert ours == Resolver(GraphProvider(given.needs), BaseReporter()).resolve(given.roots).mapping


def test_pins_that_have_nothing_to_do_with_a_conflict_are_not_made_in_new_rounds() -> None:
    """5 has no candidate that goes with 0 because of 4: what was pinned between these two stays."""
    given = graph(
        [(0, {0}), (1, {0}), (2, {0}), (3, {0}), (4, {0, 1})],
        {
            (0, 0): [(6, {0})],
            **{(package, 0): [] for package in (1, 2, 3, 4)},
            (4, 1): [(5, {0, 1})],
            (5, 0): [(6, {1})],
            (5, 1): [(6, {1})],
            (6, 0): [],
            (6, 1): [],
        },
    )
    ours = pinned(PubGrubResolver, given)
    assert ours == [Node(*each) for each in ((0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (4, 0), (6, 0))]
    assert ours == pinned(Resolver, given)


# -- extras --------------------------------------------------------------------------------------------------


class Extras(GraphProvider):
    """Package n + 100 is package n with an extra: requirements on n count for both, as in pip and pdm."""

    def find_matches(
        self,
        identifier: int,
        requirements: Mapping[int, Iterator[Edge]],
        incompatibilities: Mapping[int, Iterator[Node]],
    ) -> Sequence[Node]:
        found = super().find_matches(identifier, requirements, incompatibilities)
        base = list(requirements.get(identifier - 100, ()))
        return [node for node in found if all(node.version in edge.versions for edge in base)]


def test_requirements_on_the_base_of_an_extra_are_found_in_the_mapping() -> None:
    """Also where they change what is found for the extra, and where they leave nothing for it."""
    needs: Needs = {(0, version): [] for version in (1, 2, 3)}
    needs |= {(100, version): [(0, {version})] for version in (1, 2, 3)}
    needs |= {(1, 1): [(0, {2})], (1, 2): [(0, {3}), (100, {1})]}
    fits = graph([(1, {1, 2}), (100, {1, 2, 3})], needs)
    provider = Extras(fits.needs)
    found = PubGrubResolver(provider, BaseReporter()).resolve(fits.roots)
    assert found.mapping == {0: Node(0, 2), 1: Node(1, 1), 100: Node(100, 2)}
    fails = graph([(1, {2}), (100, {1, 2, 3})], needs)
    with pytest.raises(ResolutionImpossible) as caught:
        PubGrubResolver(Extras(fails.needs), BaseReporter()).resolve(fails.roots)
    explanation = caught.value.explanation  # type: ignore[attr-defined]
    assert "Edge(package=0, versions=frozenset({3}))" in explanation


def test_matches_may_be_a_generator() -> None:
    """It is read to its end at once, as by resolvelib."""

    class Generous(GraphProvider):
        def find_matches(  # type: ignore[override]  # one of the forms that resolvelib allows
            self,
            identifier: int,
            requirements: Mapping[int, Iterator[Edge]],
            incompatibilities: Mapping[int, Iterator[Node]],
        ) -> Iterator[Node]:
            yield from super().find_matches(identifier, requirements, incompatibilities)

    for seed in range(1, 60, 2):
        given = random_graph(seed)
        resolver_ = PubGrubResolver(Generous(given.needs), BaseReporter())
        try:
            mapping = resolver_.resolve(given.roots).mapping
        except ResolutionImpossible:
            assert not has_solution(given), seed
        else:
            assert is_solution(given, mapping), seed


@pytest.mark.parametrize("by_call", [False, True])
def test_verdict_does_not_depend_on_how_matches_are_given(by_call: bool) -> None:  # noqa: FBT001  # a table
    """Lazy ones are looked at less, and conflicts over them are cut down less."""
    for seed in range(1, 300, 2):
        given = random_graph(seed)
        resolver_ = PubGrubResolver(Lazy(given.needs, by_call=by_call), BaseReporter())
        try:
            mapping = resolver_.resolve(given.roots).mapping
        except ResolutionImpossible as error:
            assert not has_solution(given), seed
            told: str = error.explanation  # type: ignore[attr-defined]
            assert told.endswith("."), seed
        else:
            assert is_solution(given, mapping), seed


# -- requirements that open candidates -----------------------------------------------------------------------


class Opening(GraphProvider):
    """Version 9 of a package is a match only where a requirement asks for it alone, as for a yanked file."""

    def find_matches(
        self,
        identifier: int,
        requirements: Mapping[int, Iterator[Edge]],
        incompatibilities: Mapping[int, Iterator[Node]],
    ) -> Sequence[Node]:
        is_open = any(edge.versions == {9} for edge in requirements[identifier])
        found = super().find_matches(identifier, requirements, incompatibilities)
        return [node for node in found if node.version != 9 or is_open]


def test_candidate_is_chosen_for_all_requirements_together() -> None:
    """One requirement opens it, another one does not exclude it."""
    given = graph([(0, {1}), (1, {1})], {(0, 1): [(2, {1, 9})], (1, 1): [(2, {9})], (2, 1): [], (2, 9): []})
    found = PubGrubResolver(Opening(given.needs), BaseReporter()).resolve(given.roots)
    assert found.mapping[2] == Node(2, 9)


def test_conflict_over_few_requirements_does_not_hide_what_more_of_them_open() -> None:
    """There is no way without version 9; the requirement that opens it is that of an older candidate."""
    given = graph(
        [(0, {1, 2})],
        {
            (0, 2): [(1, {1})],
            (0, 1): [(1, {1}), (2, {9})],
            (1, 1): [(2, {1, 9})],
            (2, 1): [(3, {5})],
            (2, 9): [],
            (3, 1): [],
        },
    )
    events = Events()
    found = PubGrubResolver(Opening(given.needs), events).resolve(given.roots)
    assert found.mapping == {0: Node(0, 1), 1: Node(1, 1), 2: Node(2, 9)}
    assert events.events[-1][0] == "ending"


def test_second_opinion_that_finds_nothing_leaves_the_first() -> None:
    """A requirement could open a candidate, but the one that has it cannot be used for another reason."""
    given = graph(
        [(0, {1, 2}), (1, {1}), (2, {1, 9})],
        {(0, 2): [(2, {9}), (7, {1})], (0, 1): [], (1, 1): [(2, {8, 9})], (2, 1): [], (2, 9): []},
    )
    with pytest.raises(ResolutionImpossible) as caught:
        PubGrubResolver(Opening(given.needs), BaseReporter()).resolve(given.roots)
    assert caught.value.explanation  # type: ignore[attr-defined]
    assert caught.value.causes


def test_second_opinion_is_not_taken_where_it_is_no_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolvelib is known to return pins that do not go together."""
    given = graph(
        [(0, {1, 2}), (1, {1}), (2, {1, 9})],
        {(0, 2): [(2, {9}), (7, {1})], (0, 1): [], (1, 1): [(2, {8, 9})], (2, 1): [], (2, 9): []},
    )
    wrong: Result[Edge, Node, int] = Result(
        {0: Node(0, 2), 1: Node(1, 1), 2: Node(2, 9)}, DirectedGraph(), {}
    )
    monkeypatch.setattr(Resolver, "resolve", lambda *_: wrong)
    with pytest.raises(ResolutionImpossible):
        PubGrubResolver(Opening(given.needs), BaseReporter()).resolve(given.roots)


# -- other copies of resolvelib ------------------------------------------------------------------------------


def test_exceptions_are_those_of_the_providers_own_resolvelib() -> None:
    """Pip carries a copy of resolvelib, and catches its exceptions only."""
    vendored = pytest.importorskip("pip._vendor.resolvelib")
    resolvers = sys.modules["pip._vendor.resolvelib.resolvers"]

    class Vendored(vendored.AbstractProvider):  # type: ignore[misc, name-defined]  # pip is not typed
        def __init__(self, given: Graph) -> None:
            self._plain = GraphProvider(given.needs)

        def identify(self, requirement_or_candidate: Any) -> Any:
            return requirement_or_candidate.package

        def get_preference(self, **asked: Any) -> Any:
            return self._plain.get_preference(**asked)

        def find_matches(self, **asked: Any) -> Any:
            return self._plain.find_matches(**asked)

        def is_satisfied_by(self, **asked: Any) -> Any:
            return self._plain.is_satisfied_by(**asked)

        def get_dependencies(self, **asked: Any) -> Any:
            return self._plain.get_dependencies(**asked)

    reporter = vendored.BaseReporter()
    assert len(PubGrubResolver(Vendored(DIAMOND), reporter).resolve(DIAMOND.roots).mapping) == 4
    with pytest.raises(resolvers.ResolutionImpossible) as caught:
        PubGrubResolver(Vendored(CONFLICT), reporter).resolve(CONFLICT.roots)
    assert not isinstance(caught.value, ResolutionImpossible)
    assert all(type(each) is resolvers.RequirementInformation for each in caught.value.causes)
    with pytest.raises(resolvers.ResolutionTooDeep):
        PubGrubResolver(Vendored(DIAMOND), reporter).resolve(DIAMOND.roots, max_rounds=2)


class Duck(NamedTuple):
    """A provider that inherits from nothing."""

    plain: GraphProvider

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


class Quiet:
    """A reporter that inherits from nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def test_provider_and_reporter_need_not_inherit_from_anything() -> None:
    """The plain resolvelib's classes are used then."""
    duck: Any = Duck(GraphProvider(DIAMOND.needs))
    quiet: Any = Quiet()
    found = PubGrubResolver[Any, Any, Any](duck, quiet).resolve(DIAMOND.roots)
    assert type(found) is Result
    assert len(found.mapping) == 4


def test_provider_may_have_a_way_of_its_own() -> None:
    """``resolve_natively`` is called where a provider has it (``IndexProvider`` does)."""

    class Native(GraphProvider):
        def resolve_natively(self, requirements: object, reporter: object, max_rounds: int) -> object:
            return requirements, reporter, max_rounds

    reporter: BaseReporter[Any, Any, Any] = BaseReporter()
    found: object = PubGrubResolver(Native({}), reporter).resolve([], max_rounds=7)
    assert found == ([], reporter, 7)


def test_bug_of_the_solver_is_reported_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no answer."""

    def stumble(_: object) -> None:
        raise SolverError("lost")

    monkeypatch.setattr(Solver, "advance", stumble)
    with pytest.raises(InternalError, match="lost"):
        solve(CONFLICT)


def test_abstract_provider_says_what_must_be_there() -> None:
    """Methods that are not there are not papered over."""
    provider: AbstractProvider[Any, Any, Any] = AbstractProvider()
    with pytest.raises(NotImplementedError):
        PubGrubResolver(provider, BaseReporter()).resolve(["x"])
