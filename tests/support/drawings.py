"""Reading DOT and Mermaid back, by the parts of their grammars that a strict reader would accept."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Drawing", "read_dot", "read_mermaid"]


class Drawing(NamedTuple):
    """Labels by node, edges with their labels, which nodes are marked, which edges are."""

    nodes: dict[str, str]
    edges: dict[tuple[str, str], str]
    direct: set[str]
    dashed: set[tuple[str, str]]


_STRING = r'"((?:[^"\\\n]|\\["\\nN])*)"'
_ATTRIBUTE = rf"(\w+)=(?:{_STRING}|([\w.]+))"


def read_dot(text: str) -> Drawing:
    """Read a graph; asserts that nothing is left over."""
    lines = text.splitlines()
    assert lines[0] == "digraph resolution {"
    assert lines[-1] == "}"
    drawing = Drawing({}, {}, set(), set())
    for line in lines[1:-1]:
        if re.fullmatch(r"    (rankdir=LR|(node|edge) \[[^\]]*\]);", line):
            continue
        found = re.fullmatch(rf"    {_STRING}(?: -> {_STRING})?(?: \[(.*)\])?;", line)
        assert found, line
        first, second, rest = found.groups()
        given = {}
        while rest:
            attribute = re.match(rf"{_ATTRIBUTE}(?:, )?", rest)
            assert attribute, line
            given[attribute[1]] = _shown(attribute[2]) if attribute[3] is None else attribute[3]
            rest = rest[attribute.end() :]
        label = given.pop("label", "")
        if second is None:
            drawing.nodes[_shown(first)] = label
            if given.pop("penwidth", None):
                drawing.direct.add(_shown(first))
        else:
            ends = _shown(first), _shown(second)
            assert ends not in drawing.edges
            drawing.edges[ends] = label
            if given.pop("style", None) == "dashed":
                drawing.dashed.add(ends)
        assert not given, line
    assert {name for ends in drawing.edges for name in ends} <= drawing.nodes.keys()
    return drawing


def _shown(escaped: str) -> str:
    """Return what Graphviz shows."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], escaped)


_LABEL = r'"((?:[^"\n#&<>`\\]|#\w+;)*)"'


def read_mermaid(text: str) -> Drawing:
    """Read a flowchart; asserts that nothing is left over, and that labels hold no syntax."""
    lines = text.splitlines()
    assert lines[0] == "flowchart LR"
    drawing = Drawing({}, {}, set(), set())
    for line in lines[1:]:
        node = re.fullmatch(rf"    (n\d+)\[{_LABEL}\]", line)
        edge = re.fullmatch(rf"    (n\d+) (-->|-\.->)(?:\|{_LABEL}\|)? (n\d+)", line)
        marked = re.fullmatch(r"    class (n\d+(?:,n\d+)*) direct", line)
        if node:
            assert node[1] not in drawing.nodes
            drawing.nodes[node[1]] = _read(node[2])
        elif edge:
            assert (edge[1], edge[4]) not in drawing.edges
            drawing.edges[edge[1], edge[4]] = _read(edge[3] or "")
            if edge[2] == "-.->":
                drawing.dashed.add((edge[1], edge[4]))
        elif marked:
            drawing.direct.update(marked[1].split(","))
        else:
            assert line == "    classDef direct stroke-width:3px", line
    assert {name for ends in drawing.edges for name in ends} | drawing.direct <= drawing.nodes.keys()
    return drawing


_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}


def _read(escaped: str) -> str:
    """Return what Mermaid shows."""
    return re.sub(r"#(\w+);", lambda found: _NAMED.get(found[1]) or chr(int(found[1])), escaped)
