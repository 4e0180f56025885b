"""An answer as a flowchart in the language of Mermaid, which many sites draw where it stands in Markdown.

Packages are known by numbers, as many names mean something in the language (``end``, ``graph``); their names
are labels.  What the user requires has a thick border, and says with which bound.  Arrows lead to what is
required; they are labelled with what they admit, and dotted where an extra is the reason for them.

Spec: https://mermaid.js.org/syntax/flowchart.html (special characters, links, classes)
"""

from __future__ import annotations

from resolver.formats.graphs import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.formats.graphs import Edge, Graph

__all__ = ["write"]


def write(graph: Graph) -> str:
    """Return the text of a flowchart, to be put between ```` ```mermaid ```` and ```` ``` ````.

    >>> from resolver.formats.answer import Answer, Pinned, Statistics
    >>> from resolver.formats.graphs import graph_of
    >>> pins = [Pinned("a", "1", requires=(("b >= 2", "b", "2"),)), Pinned("b", "2")]
    >>> print(write(graph_of(Answer(pins, {}, Statistics(), roots=[("A", "a", None)]))), end="")
    flowchart LR
        n0["a 1"]
        n1["b 2"]
        n0 -->|"#gt;=2"| n1
        classDef direct stroke-width:3px
        class n0 direct
    """
    numbers = {name: f"n{number}" for number, name in enumerate(graph.nodes)}
    lines = [_node(name, graph, numbers) for name in graph.nodes]
    lines += [_edge(edge, numbers) for name in graph.nodes for edge in graph.edges[name]]
    direct = [numbers[name] for name in graph.nodes if name in graph.direct]
    if direct:
        lines += ["classDef direct stroke-width:3px", f"class {','.join(direct)} direct"]
    return "".join(["flowchart LR\n", *(f"    {line}\n" for line in lines)])


def _node(name: str, graph: Graph, numbers: Mapping[str, str]) -> str:
    node, direct = graph.nodes[name], graph.direct.get(name)
    bound = "" if direct is None or not direct.bound else f" (required: {direct.bound})"
    return f"{numbers[name]}[{_quoted(f'{node.label} {node.version}{bound}')}]"


def _edge(edge: Edge, numbers: Mapping[str, str]) -> str:
    said = " ".join([*edge.asked, *(f"(extra: {extra})" for extra in edge.because)])
    label = f"|{_quoted(said)}|" if said else ""
    arrow = "-.->" if edge.because else "-->"
    return f"{numbers[str(edge.parent)]} {arrow}{label} {numbers[edge.child]}"


_ENTITIES = {
    "#": "#35;",
    "&": "#amp;",
    "<": "#lt;",
    ">": "#gt;",
    '"': "#quot;",
    "`": "#96;",
    "\\": "#92;",
}


def _quoted(text: str) -> str:
    """Return a label that shows ``text`` as it is: not as HTML, and not as Markdown."""
    return '"' + "".join(_ENTITIES.get(c, c) for c in printable(text)) + '"'
