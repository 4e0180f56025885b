"""Who requires what in an answer, as a graph; what is shown of it, and what stands at its edges.

It is drawn in ``tree``, ``dot``, ``mermaid`` and ``page``.  A graph has a node a package: the extras that
were asked for belong to it, as in a pin, and an edge says for which extras of its parent it is there.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from resolver.formats.answer import Answer

__all__ = ["Edge", "Graph", "Node", "graph_of", "listed", "printable", "shown"]


class Node:
    """A package of the answer; ``extras`` are those that it was asked for with, sorted."""

    __slots__ = ("extras", "name", "url", "version")

    def __init__(self, name: str, version: str, extras: Iterable[str] = (), url: str | None = None) -> None:
        self.name = name
        self.version = version
        self.extras = tuple(sorted(extras))
        self.url = url

    @property
    def label(self) -> str:
        """The name, with the extras."""
        return f"{self.name}{listed(self.extras)}"


class Edge:
    """That ``parent`` requires ``child``; the parent is None for the user.

    ``bound`` is what it admits (``>=1,<2`` or ``@ URL``, "" for anything), ``extras`` those that it asks for,
    ``because`` the extras of the parent without which it would not be there, ``origins`` where the user says
    so.
    """

    __slots__ = ("because", "bound", "child", "extras", "origins", "parent")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        parent: str | None,
        child: str,
        bound: str = "",
        *,
        extras: Iterable[str] = (),
        because: Iterable[str] = (),
        origins: Iterable[str] = (),
    ) -> None:
        self.parent = parent
        self.child = child
        self.bound = bound
        self.extras = tuple(extras)
        self.because = tuple(because)
        self.origins = tuple(origins)

    @property
    def asked(self) -> list[str]:
        """What is asked of the child, in words: extras and bound, as far as there are."""
        return [said for said in (listed(self.extras), self.bound) if said]


def listed(extras: Sequence[str]) -> str:
    """Return extras as they stand behind a name."""
    return f"[{','.join(extras)}]" if extras else ""


class Graph:
    """Packages by name, sorted, and the edges that leave each of them.

    ``roots`` are where to begin: what the user requires, in his order, then what nothing leads to.  Of these
    only the first have an edge in ``direct``, by name.  In an ``inverted`` graph edges are followed from
    child to parent, and roots are what requires nothing.
    """

    __slots__ = ("direct", "edges", "inverted", "nodes", "roots")

    def __init__(
        self,
        nodes: Mapping[str, Node],
        edges: Mapping[str, Sequence[Edge]],
        direct: Mapping[str, Edge],
        *,
        roots: Iterable[str] | None = None,
        inverted: bool = False,
    ) -> None:
        self.nodes = nodes
        self.edges = edges
        self.direct = direct
        self.inverted = inverted
        self.roots = _beginnings(self) if roots is None else tuple(roots)

    def beyond(self, edge: Edge) -> str:
        """Return the package to which the edge leads."""
        return str(edge.parent) if self.inverted else edge.child

    def backwards(self) -> Graph:
        """Return the graph with each edge at the package that it led to."""
        edges: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for name in self.nodes:
            for edge in self.edges[name]:
                edges[self.beyond(edge)].append(edge)
        return Graph(self.nodes, edges, self.direct, inverted=not self.inverted)

    def only(self, names: Collection[str], roots: Iterable[str]) -> Graph:
        """Return the part that consists of the packages ``names``, to be begun at ``roots``."""
        edges = {
            name: [edge for edge in self.edges[name] if self.beyond(edge) in names]
            for name in self.nodes
            if name in names
        }
        return Graph(
            {name: node for name, node in self.nodes.items() if name in names},
            edges,
            {name: edge for name, edge in self.direct.items() if name in names},
            roots=roots,
            inverted=self.inverted,
        )

    def distances(self, roots: Iterable[str], most: int | None = None) -> dict[str, int]:
        """Return how many edges each package is away from the next of ``roots``, those within ``most``."""
        found = dict.fromkeys(roots, 0)
        reached = list(found)
        for name in reached:
            for edge in self.edges[name] if found[name] != most else ():
                child = self.beyond(edge)
                if child not in found:
                    found[child] = found[name] + 1
                    reached.append(child)
        return found


def _beginnings(graph: Graph) -> tuple[str, ...]:
    """Return where to begin so that every package is reached, and from one place only if that can be."""
    fixed = [] if graph.inverted else list(graph.direct)
    reached = set(graph.distances(fixed))
    led_to = {graph.beyond(edge) for edges in graph.edges.values() for edge in edges}
    begun: list[str] = []
    # Those that nothing leads to come first; what is left over then are circles, and what hangs on them.
    for name in sorted(graph.nodes, key=lambda name: name in led_to):
        if name not in reached:
            below = graph.distances([name])
            begun = [*(each for each in begun if each not in below), name]
            reached.update(below)
    return (*fixed, *begun)


def graph_of(answer: Answer) -> Graph:
    """Return the graph of an answer.

    >>> from resolver.formats.answer import Answer, Pinned, Statistics
    >>> pins = [Pinned("a", "1", requires=(("b >= 2", "b", "2"),)), Pinned("b", "2")]
    >>> graph = graph_of(Answer(pins, {}, Statistics(), roots=[("A", "a", None)]))
    >>> graph.roots, graph.edges["a"][0].bound
    (('a',), '>=2')
    """
    nodes = {pin.name: Node(pin.name, pin.version, pin.extras, pin.url) for pin in answer.everything}
    edges: dict[str, list[Edge]] = {}
    for pin in answer.everything:
        asks = _Asks(pin.name, nodes)
        for text, name, _ in pin.requires:
            asks.add(text, name, extras=pin.extras, variables=answer.variables)
        edges[pin.name] = asks.edges()
    asks = _Asks(None, nodes)
    for text, name, origin in answer.roots:
        asks.add(text, name, origin=origin)
    return Graph(nodes, edges, {edge.child: edge for edge in asks.edges()})


class _Asks:
    """Gathers what one package requires, or the user: all requirements on the same package are one edge."""

    __slots__ = ("_because", "_bounds", "_extras", "_nodes", "_origins", "_parent")

    def __init__(self, parent: str | None, nodes: Mapping[str, Node]) -> None:
        self._parent = parent
        self._nodes = nodes
        self._bounds: dict[str, dict[str, None]] = {}
        self._extras: dict[str, set[str]] = {}
        self._because: dict[str, list[set[str]]] = {}
        self._origins: dict[str, dict[str, None]] = {}

    def add(
        self,
        text: str,
        name: str,
        *,
        origin: str | None = None,
        extras: Collection[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Add a requirement that holds for the parent with its ``extras``."""
        if name not in self._nodes:
            return  # of what is asked for only its dependencies may be wanted
        bounds = self._bounds.setdefault(name, {})
        origins = self._origins.setdefault(name, {})
        if origin is not None:
            origins[origin] = None
        try:
            requirement = Requirement.repaired(text)
        except InvalidRequirement:  # an address alone, as a requirements file may have it
            bounds[f"@ {redacted(text)}"] = None
            return
        if requirement.url is not None:
            bounds[f"@ {redacted(requirement.url)}"] = None
        for clause in requirement.specifier_text.split(","):
            if clause.strip():
                bounds["".join(clause.split())] = None
        self._extras.setdefault(name, set()).update(requirement.extras)
        self._because.setdefault(name, []).append(_because(requirement.marker, extras, variables or {}))

    def edges(self) -> list[Edge]:
        """Return what was gathered: in the order of the user's, else sorted by name."""
        names = self._bounds if self._parent is None else sorted(self._bounds)
        return [
            Edge(
                self._parent,
                name,
                ",".join(self._bounds[name]),
                extras=sorted(self._extras.get(name, ())),
                because=_joined(self._because.get(name, [])),
                origins=self._origins[name],
            )
            for name in names
        ]


def _joined(because: Sequence[set[str]]) -> list[str]:
    """Return the extras that an edge is there for: none, where one requirement of it needs none."""
    return sorted(set().union(*because)) if all(because) else []


def _because(marker: str, extras: Collection[str], variables: Mapping[str, str]) -> set[str]:
    """Return those of ``extras`` without which a requirement that holds would not."""
    if "extra" not in marker or not extras or not variables:
        return set()
    from resolver.model.faults import UndefinedComparison  # noqa: PLC0415  # lazy: start-up time
    from resolver.model.markers import Marker  # noqa: PLC0415  # the same

    parsed = Marker(marker)
    try:
        if parsed.evaluate(variables):
            return set()
        return {each for each in extras if parsed.evaluate(variables, each)}
    except UndefinedComparison:  # of a document that somebody changed
        return set()


def shown(
    graph: Graph,
    *,
    invert: bool = False,
    packages: Sequence[str] = (),
    prune: Sequence[str] = (),
    depth: int | None = None,
) -> Graph:
    """Return the part of ``graph`` that is wanted.

    ``invert`` turns it round; ``packages`` are to be begun at, in the place of the roots; ``prune`` are left
    out, with all that only they lead to; ``depth`` is how many edges to go at most.  Names may be spelt in
    any way.  Raises ``InputError`` for one that is not in the graph.
    """
    begin, left_out = _names(packages, graph), set(_names(prune, graph))
    graph = graph.backwards() if invert else graph
    if left_out:
        kept = graph.only(graph.nodes.keys() - left_out, [n for n in graph.roots if n not in left_out])
        graph = kept.only(kept.distances(kept.roots).keys(), kept.roots)
        begin = [name for name in begin if name in graph.nodes]
    roots = begin or graph.roots
    if begin or depth is not None:
        graph = graph.only(graph.distances(roots, depth).keys(), roots)
    return graph


def _names(names: Iterable[str], graph: Graph) -> list[str]:
    """Return the names of packages of ``graph`` in normal form."""
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: start-up time

    found: list[str] = []
    for name in names:
        try:
            normal = normalise(name)
        except InvalidName as error:
            raise InputError(str(error)) from None
        if normal not in graph.nodes:
            from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

            near = get_close_matches(normal, graph.nodes, 1)
            said = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"there is no package {normal} in the answer{said}")
        found.append(normal)
    return list(dict.fromkeys(found))


def printable(text: str) -> str:
    """Return ``text``, which a stranger may have written, with all that is not printable replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
