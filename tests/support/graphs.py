"""Small graphs for resolvelib's interface: how to make and read them, and an oracle that tries everything."""

from __future__ import annotations

import tomllib
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from support.resolvelib_providers import Edge, Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Graph", "has_solution", "is_solution", "random_graph", "read_graph"]


class Graph(NamedTuple):
    """What each node needs, and what is required of the whole."""

    needs: dict[Node, list[Edge]]
    roots: list[Edge]


def read_graph(path: Path) -> tuple[Graph, dict[int, int]]:
    """Return a graph of ``fixtures/bridge`` and the pins that are expected."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    needs = {
        Node(*map(int, name.split("."))): [Edge(package, frozenset(versions)) for package, versions in edges]
        for name, edges in told["needs"].items()
    }
    roots = [Edge(package, frozenset(versions)) for package, versions in told["root"]]
    return Graph(needs, roots), {int(package): version for package, version in told["pins"].items()}


def random_graph(seed: int) -> Graph:
    """Return the graph number ``seed``: up to 12 packages, with cycles, gaps, and packages like extras.

    A package like an extra requires its base, the package before it, in its own version.  Every other graph
    is tangled: much is required of few packages, so that hardly anything fits.
    """
    random = Random(seed)
    is_tangled = seed % 2 == 1
    packages = random.randint(4, 8) if is_tangled else random.randint(2, 12)
    versions = random.randint(3, 5) if is_tangled else random.randint(1, 5 if packages < 9 else 3)
    density = random.choice((2.0, 3.0) if is_tangled else (1.0, 1.5, 2.0, 3.0))
    keep = random.choice((0.5, 0.65, 0.75) if is_tangled else (0.35, 0.5, 0.7))
    has_extras = random.random() < 0.3

    def edge() -> Edge:
        kept = [version for version in range(versions) if random.random() < keep]
        return Edge(random.randrange(packages), frozenset(kept or [random.randrange(versions)]))

    needs: dict[Node, list[Edge]] = {}
    for package in range(packages):
        for version in range(versions):
            if random.random() < 0.1 and not is_tangled:
                continue
            edges = [edge() for _ in range(min(int(random.expovariate(1 / density)), 6))]
            if has_extras and package % 3 == 1:
                edges.insert(0, Edge(package - 1, frozenset([version])))
            needs[Node(package, version)] = edges
    return Graph(needs, [edge() for _ in range(random.randint(1, 4))])


def has_solution(graph: Graph) -> bool:
    """Try everything."""
    nodes: dict[int, list[Node]] = {}
    for node in graph.needs:
        nodes.setdefault(node.package, []).append(node)
    return _can_be_completed(graph, nodes, {})


def _can_be_completed(graph: Graph, nodes: Mapping[int, Sequence[Node]], chosen: dict[int, Node]) -> bool:
    open_edges: dict[int, list[Edge]] = {}
    for edge in [*graph.roots, *(edge for node in chosen.values() for edge in graph.needs[node])]:
        if edge.package not in chosen:
            open_edges.setdefault(edge.package, []).append(edge)
        elif chosen[edge.package].version not in edge.versions:
            return False
    if not open_edges:
        return True
    package = min(open_edges, key=lambda each: len(nodes.get(each, ())))
    for node in nodes.get(package, ()):
        if all(node.version in edge.versions for edge in open_edges[package]):
            chosen[package] = node
            if _can_be_completed(graph, nodes, chosen):
                return True
            del chosen[package]
    return False


def is_solution(graph: Graph, mapping: Mapping[int, Node]) -> bool:
    """Tell whether all that is required is there, and nothing else."""
    reached: dict[int, None] = {}
    ahead = list(graph.roots)
    while ahead:
        edge = ahead.pop()
        node = mapping.get(edge.package)
        if node is None or node.version not in edge.versions:
            return False
        if edge.package not in reached:
            reached[edge.package] = None
            ahead += graph.needs[node]
    return reached.keys() == mapping.keys()
