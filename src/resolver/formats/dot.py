"""An answer as a graph in the language of Graphviz.

What the user requires has a thick border, and says with which bound.  Arrows lead to what is required; they
are labelled with what they admit, and dashed where an extra is the reason for them.  Everything stands in
quotes, so that nothing is taken for syntax.

Spec: https://graphviz.org/doc/info/lang.html (IDs) and https://graphviz.org/docs/attr-types/escString/
"""

from __future__ import annotations

from resolver.formats.graphs import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.formats.graphs import Edge, Graph

__all__ = ["write"]

_LOOKS = (
    "rankdir=LR;",
    'node [shape=box, style=rounded, fontname="sans-serif"];',
    'edge [fontname="sans-serif", fontsize=10];',
)


def write(graph: Graph) -> str:
    r"""Return the text of a DOT file.

    >>> from resolver.formats.answer import Answer, Pinned, Statistics
    >>> from resolver.formats.graphs import graph_of
    >>> pins = [Pinned("a", "1", requires=(("b >= 2", "b", "2"),)), Pinned("b", "2")]
    >>> print(write(graph_of(Answer(pins, {}, Statistics(), roots=[("A", "a", None)]))), end="")
    digraph resolution {
        rankdir=LR;
        node [shape=box, style=rounded, fontname="sans-serif"];
        edge [fontname="sans-serif", fontsize=10];
        "a" [label="a\n1", penwidth=2.5];
        "b" [label="b\n2"];
        "a" -> "b" [label=">=2"];
    }
    """
    lines = [*_LOOKS, *(_node(name, graph) for name in graph.nodes)]
    lines += [_edge(edge) for name in graph.nodes for edge in graph.edges[name]]
    return "".join(["digraph resolution {\n", *(f"    {line}\n" for line in lines), "}\n"])


def _node(name: str, graph: Graph) -> str:
    node, direct = graph.nodes[name], graph.direct.get(name)
    said = [node.label, node.version]
    if direct is not None and direct.bound:
        said.append(f"required: {direct.bound}")
    thick = "" if direct is None else ", penwidth=2.5"
    return f"{_quoted(name)} [label={_quoted(*said)}{thick}];"


def _edge(edge: Edge) -> str:
    said = [*edge.asked, *(f"(extra: {extra})" for extra in edge.because)]
    attributes = [f"label={_quoted(' '.join(said))}"] if said else []
    if edge.because:
        attributes.append("style=dashed")
    ends = f"{_quoted(str(edge.parent))} -> {_quoted(edge.child)}"
    return f"{ends} [{', '.join(attributes)}];" if attributes else f"{ends};"


def _quoted(*lines: str) -> str:
    """Return a string of the language that shows ``lines`` as they are."""
    escaped = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
