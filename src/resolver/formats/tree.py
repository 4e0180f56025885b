"""An answer as a tree in text: each package below what requires it, with the version that it got.

A package whose own requirements were shown before is marked ``(*)``, one that is met again on the way down to
itself ``(cycle)``; below the tree stands what these mean.  Turned round, each package stands below what it
requires, down to the user's own requirements.

Spec: the forms of ``uv pip tree --show-version-specifiers`` and ``cargo tree``.
"""

from __future__ import annotations

from resolver.errors import LimitReached
from resolver.formats.graphs import listed, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resolver.formats.graphs import Edge, Graph

__all__ = ["ASCII", "BOX", "write"]

BOX = ("├── ", "└── ", "│   ", "    ")
ASCII = ("|-- ", "`-- ", "|   ", "    ")
"""Before a package, before the last one, and before what is below each of these."""

_MOST_LINES = 1_000_000
_ENDLESS = 1 << 60  # edges
_BOLD, _CYAN, _DIM, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[2m", "\x1b[0m"
_LEGEND = {
    "(*)": "what it requires is shown above",
    "(cycle)": "it stands above, on the way from the root to here",
}
_BACKWARDS = _LEGEND | {"(*)": "what requires it is shown above"}


def write(
    graph: Graph,
    *,
    depth: int | None = None,
    dedupe: bool = True,
    lines: tuple[str, str, str, str] = BOX,
    colour: bool = False,
) -> str:
    """Return the tree, to at most ``depth`` edges below its roots.

    Without ``dedupe`` what is required by several packages is shown below each of them in full.  Raises
    ``LimitReached`` where that comes to more than a million lines.

    >>> from resolver.formats.answer import Answer, Pinned, Statistics
    >>> from resolver.formats.graphs import graph_of
    >>> pins = [Pinned("a", "1", requires=(("b >= 2", "b", "2"),)), Pinned("b", "2")]
    >>> print(write(graph_of(Answer(pins, {}, Statistics(), roots=[("A", "a", None)]))), end="")
    a v1 [required: *]
    └── b v2 [required: >=2]
    """
    drawing = _Drawing(graph, depth, dedupe=dedupe, lines=lines, paint=_coloured if colour else _plain)
    text: list[str] = []
    for root in graph.roots:
        for line in drawing.lines(root):
            text.append(f"{line}\n")
            if len(text) > _MOST_LINES:
                raise LimitReached(
                    "the tree has more than a million lines: show less of it (--depth, --package, --prune),"
                    " or what is repeated once only (without --no-dedupe)",
                    option="--no-dedupe",
                )
    legend = _BACKWARDS if graph.inverted else _LEGEND
    text += [f"{mark} {meaning}\n" for mark, meaning in legend.items() if mark in drawing.marks]
    return "".join(text)


class _Drawing:
    """Draws root after root; knows what was shown with how much below it, and which marks it made."""

    __slots__ = ("_dedupe", "_depth", "_graph", "_lines", "_paint", "_shown", "marks")

    def __init__(
        self,
        graph: Graph,
        depth: int | None,
        *,
        dedupe: bool,
        lines: tuple[str, str, str, str],
        paint: Callable[[str, str], str],
    ) -> None:
        self._graph = graph
        self._depth = depth
        self._dedupe = dedupe
        self._lines = lines
        self._paint = paint
        self._shown: dict[str, int] = {}
        self.marks: set[str] = set()

    def lines(self, root: str) -> Iterator[str]:
        """Yield the lines of ``root`` and of all below it."""
        branch, last_branch, below, below_last = self._lines
        edge = None if self._graph.inverted else self._graph.direct.get(root)
        mark = self._mark(root, ())
        yield self._label(root, edge, mark)
        path = [root]
        # What is still to be drawn, the next one last: edge, indent, whether it is the last of its parent.
        left = [] if mark else self._below(root, "", 0)
        while left:
            edge, indent, is_last = left.pop()
            del path[len(indent) // len(branch) + 1 :]
            start = f"{indent}{last_branch if is_last else branch}"
            if edge.parent is None:
                yield f"{start}{self._user(edge)}"
                continue
            name = self._graph.beyond(edge)
            mark = self._mark(name, path)
            yield f"{start}{self._label(name, edge, mark)}"
            path.append(name)
            if not mark:
                left += self._below(name, indent + (below_last if is_last else below), len(path) - 1)

    def _below(self, name: str, indent: str, depth: int) -> list[tuple[Edge, str, bool]]:
        """Return what is to be drawn below ``name``, the last first."""
        if self._more(depth) <= 0:
            return []
        edges = self._edges(name)
        return [(edge, indent, edge is edges[-1]) for edge in reversed(edges)]

    def _more(self, depth: int) -> int:
        """Return how many edges may be followed from so many below the root."""
        return _ENDLESS if self._depth is None else self._depth - depth

    def _edges(self, name: str) -> list[Edge]:
        edges = list(self._graph.edges[name])
        if self._graph.inverted and name in self._graph.direct:
            edges.append(self._graph.direct[name])
        return edges

    def _mark(self, name: str, path: Sequence[str]) -> str:
        """Return how a package is marked of which nothing more is to be shown here; note that it is shown."""
        more = self._more(len(path))
        if not self._edges(name) or more <= 0:
            return ""
        mark = ""
        if name in path:
            mark = "(cycle)"
        elif self._dedupe and self._shown.get(name, 0) >= more:
            mark = "(*)"
        else:
            self._shown[name] = more
        self.marks.add(mark)
        return mark

    def _label(self, name: str, edge: Edge | None, mark: str) -> str:
        node, paint = self._graph.nodes[name], self._paint
        extras = edge.extras if edge is not None and not self._graph.inverted else ()
        parts = [f"{paint(name, _BOLD)}{listed(extras)} {paint(f'v{node.version}', _CYAN)}"]
        if edge is not None:
            if edge.because:
                parts.append(paint(f"(extra: {', '.join(edge.because)})", _DIM))
            parts.append(paint(self._bound(edge), _DIM))
        if mark:
            parts.append(paint(mark, _DIM))
        return " ".join(parts)

    def _bound(self, edge: Edge) -> str:
        bound = printable(edge.bound)
        if not self._graph.inverted:
            return f"[required: {bound or '*'}]"
        space = " " if bound.startswith("@") else ""
        return f"[requires: {edge.child}{listed(edge.extras)}{space}{bound}]"

    def _user(self, edge: Edge) -> str:
        """Return the line that ends a tree that is turned round."""
        where = printable(", ".join(edge.origins)) or "your requirement"
        return f"{where} {self._paint(self._bound(edge), _DIM)}"


def _coloured(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}"


def _plain(text: str, _: str) -> str:
    return text
