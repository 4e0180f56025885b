"""Laws of ``PubGrubResolver``: what a provider prefers decides which pins are found, never whether."""

# ruff: noqa: ARG002  # the parameters are resolvelib's

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from resolvelib import BaseReporter
from resolvelib.resolvers import ResolutionImpossible

from resolver import PubGrubResolver
from support.graphs import has_solution, is_solution, random_graph
from support.resolvelib_providers import Edge, GraphProvider, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resolvelib.resolvers import RequirementInformation


class Moody(GraphProvider):
    """Has another preference each time it is asked, for packages and for candidates."""

    def __init__(self, needs: Mapping[Node, Sequence[Edge]], random: Random, *, narrows: bool) -> None:
        super().__init__(needs)
        self._random = random
        self._narrows = narrows

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[int],
        resolutions: Mapping[int, Node],
        candidates: Mapping[int, Iterator[Node]],
        information: Mapping[int, Iterator[RequirementInformation[Edge, Node]]],
        backtrack_causes: Sequence[RequirementInformation[Edge, Node]],
    ) -> Iterable[int]:
        given = list(identifiers)
        return self._random.sample(given, self._random.randint(1, len(given))) if self._narrows else given

    def get_preference(self, identifier: int, **_: Any) -> float:  # type: ignore[override]
        return self._random.random()

    def find_matches(
        self,
        identifier: int,
        requirements: Mapping[int, Iterator[Edge]],
        incompatibilities: Mapping[int, Iterator[Node]],
    ) -> Sequence[Node]:
        found = list(super().find_matches(identifier, requirements, incompatibilities))
        self._random.shuffle(found)
        return found


@given(seed=st.integers(0, 100_000), mood=st.integers(0, 1000), narrows=st.booleans())
def test_verdict_does_not_depend_on_preference(seed: int, mood: int, narrows: bool) -> None:  # noqa: FBT001  # drawn
    """There are pins exactly where there is a solution, and they are one."""
    graph = random_graph(seed)
    resolver = PubGrubResolver(Moody(graph.needs, Random(mood), narrows=narrows), BaseReporter())
    try:
        mapping = resolver.resolve(graph.roots, max_rounds=100_000).mapping
    except ResolutionImpossible:
        assert not has_solution(graph)
    else:
        assert is_solution(graph, mapping)


@given(seed=st.integers(0, 100_000))
def test_same_question_has_the_same_answer(seed: int) -> None:
    """Pins, their order, and causes are the same each time."""
    graph = random_graph(seed)
    told: list[object] = []
    for _ in range(2):
        try:
            found = PubGrubResolver(GraphProvider(graph.needs), BaseReporter()).resolve(graph.roots)
        except ResolutionImpossible as error:
            told.append((error.causes, str(error)))
        else:
            told.append(list(found.mapping.items()))
    assert told[0] == told[1]
