"""``PubGrubResolver`` against an oracle that tries everything, on small random graphs.

``RESOLVER_BRIDGE_GRAPHS=20000`` makes it as many graphs; by default there are fewer.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from resolvelib import BaseReporter
from resolvelib.resolvers import ResolutionImpossible

from resolver import PubGrubResolver
from support.graphs import Graph, has_solution, is_solution, random_graph, read_graph
from support.resolvelib_providers import Edge, GraphProvider, Node

COUNT = int(os.environ.get("RESOLVER_BRIDGE_GRAPHS", "8000"))
BATCH = 1000
FIXTURES = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "bridge").glob("*.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_verdict_is_that_of_trying_everything(first: int) -> None:
    """Pins are found exactly where there are some, and fulfil all; where there are none, the proof holds."""
    for seed in range(first, first + BATCH):
        graph = random_graph(seed)
        found = answer(graph)
        if isinstance(found, ResolutionImpossible):
            assert not has_solution(graph), seed
            assert found.causes, seed
            # Making the explanation checks each step of the proof.
            assert "cannot be satisfied" in getattr(found, "explanation", ""), seed
        else:
            assert is_solution(graph, found), seed


def answer(graph: Graph) -> dict[int, Node] | ResolutionImpossible[Edge, Node]:
    """Return the pins, or why there are none."""
    resolver = PubGrubResolver(GraphProvider(graph.needs), BaseReporter())
    try:
        return resolver.resolve(graph.roots, max_rounds=10_000).mapping
    except ResolutionImpossible as error:
        return error


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_answer_is_right_where_resolvelib_is_wrong(path: Path) -> None:
    """Each graph of ``fixtures/bridge`` has one solution, which resolvelib 1.2.1 does not find."""
    graph, pins = read_graph(path)
    found = PubGrubResolver(GraphProvider(graph.needs), BaseReporter()).resolve(graph.roots)
    assert {package: node.version for package, node in found.mapping.items()} == pins
    assert is_solution(graph, found.mapping)


def test_the_graphs_are_hard_enough() -> None:
    """The random graphs have both answers in good measure, and there are fixtures."""
    solvable = sum(has_solution(random_graph(seed)) for seed in range(500))
    assert 150 < solvable < 350
    assert len(FIXTURES) == 3
