"""An answer, or the proof that there is none, as one HTML page that needs nothing else.

The page asks for nothing: its policy forbids all requests, and admits only the style and the scripts that
stand in it, by their digests.  What strangers wrote reaches it as text: as JSON without ``<`` in a script
element that is not run, and in a table for print and for who runs no scripts.  How the page looks and works
is in ``static/``, where each file of JavaScript says what it does.

Spec: HTML (restrictions for contents of script elements), Content Security Policy Level 3 (hash-source).
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from html import escape

from resolver.formats.graphs import graph_of
from resolver.formats.views import unsatisfiable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.errors import NoSolution
    from resolver.formats.answer import Answer, Pinned
    from resolver.formats.graphs import Edge, Graph
    from resolver.model.distfile import DistFile

__all__ = ["conflict", "write"]

_FOLDER = os.path.join(os.path.dirname(__file__), "static")  # noqa: PTH118, PTH120  # pathlib costs 5 ms
_SCRIPTS = (
    "elements",
    "layout",
    "canvas",
    "model",
    "graph",
    "details",
    "list",
    "answer",
    "conflict",
    "main",
)
_EARLY = 'document.documentElement.className = "scripted";'


def write(answer: Answer, *, title: str = "Resolution") -> str:
    """Return the page of an answer; the same for the same answer."""
    graph = graph_of(answer)
    return _page(
        "answer", title, _summary(answer), data=_answer_data(answer, graph), table=_table(answer, graph)
    )


def conflict(error: NoSolution, *, title: str = "Resolution") -> str:
    """Return the page of a proof that there is no answer: its sentences, what helps, and the steps."""
    import json  # noqa: PLC0415  # lazy: start-up time

    data = json.loads(unsatisfiable(error))
    del data["statistics"]  # seconds differ from run to run
    told = f'<div class="table"><pre>{escape(error.explanation)}</pre></div>'
    return _page("conflict", title, "", data=data, table=told)


def _page(body: str, title: str, summary: str, *, data: Mapping[str, object], table: str) -> str:
    """Fill the frame with what ``body`` names."""
    from string import Template  # noqa: PLC0415  # lazy: start-up time

    style = _read("page.css")
    script = "".join(['(() => {\n"use strict";\n', *(_read(f"{name}.js") for name in _SCRIPTS), "})();\n"])
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}';"
        f" script-src '{_digest(_EARLY)}' '{_digest(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    words = {"title": escape(title), "summary": escape(summary), "table": table}
    return Template(_read("page.html")).substitute(
        words,
        policy=policy,
        status=data["status"],
        style=style,
        early=_EARLY,
        body=Template(_read(f"{body}.html")).substitute(words),
        data=_embedded(data),
        script=script,
    )


def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123  # the same
        return file.read()


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _embedded(data: object) -> str:
    """Return JSON in which nothing ends the element that it stands in, or begins a comment."""
    import json  # noqa: PLC0415  # lazy: start-up time

    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _summary(answer: Answer) -> str:
    count = len(answer.pins)
    direct = len({name for _, name, _ in answer.roots})
    said = [f"{count} package{'' if count == 1 else 's'}, {direct} of them required directly"]
    variables = answer.variables
    if "python_full_version" in variables:
        said.append(f"Python {variables['python_full_version']}")
    if "sys_platform" in variables:
        said.append(f"{variables['sys_platform']} {variables.get('platform_machine', '')}".rstrip())
    return " \N{MIDDLE DOT} ".join(said)


def _answer_data(answer: Answer, graph: Graph) -> Mapping[str, object]:
    statistics = answer.statistics
    return {
        "status": "solved",
        "packages": [_package(pin, graph) for pin in answer.everything],
        "roots": [_edge(edge) | {"origins": list(edge.origins)} for edge in graph.direct.values()],
        "begin": list(graph.roots),
        "environment": dict(sorted(answer.variables.items())),
        "warnings": list(answer.warnings),
        "statistics": {
            "decisions": statistics.decisions,
            "conflicts": statistics.conflicts,
            "candidates": statistics.candidates,
        },
    }


def _package(pin: Pinned, graph: Graph) -> Mapping[str, object]:
    direct = graph.direct.get(pin.name)
    own = () if direct is None else direct.origins
    return {
        "name": pin.name,
        "version": pin.version,
        "extras": sorted(pin.extras),
        "url": pin.url,
        "requires": [_edge(edge) for edge in graph.edges[pin.name]],
        "constraints": [origin for origin in pin.via if ":" in origin and origin not in own],
        "files": [_file(file) for file in pin.files],
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "name": edge.child,
        "bound": edge.bound,
        "extras": list(edge.extras),
        "because": list(edge.because),
    }


def _file(file: DistFile) -> Mapping[str, object]:
    return {
        "filename": file.filename,
        "size": file.size,
        "hashes": {name: file.hashes[name] for name in sorted(file.hashes)},
        "python": file.requires_python,
        "time": file.upload_time,
    }


def _table(answer: Answer, graph: Graph) -> str:
    """Return the answer as a table, for paper and for who runs no scripts."""
    wanted: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for name, edge in graph.direct.items():
        wanted[name].append(_said(", ".join(edge.origins) or "your requirement", edge))
    for name in graph.nodes:
        for edge in graph.edges[name]:
            wanted[edge.child].append(_said(name, edge))
    rows = "".join(
        _row("td", [graph.nodes[pin.name].label, pin.version, ", ".join(wanted[pin.name])])
        for pin in answer.everything
    )
    head = _row("th", ["Package", "Version", "Required by"])
    return f'<div class="table"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _said(who: str, edge: Edge) -> str:
    return f"{who} ({' '.join(edge.asked)})" if edge.asked else who


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
