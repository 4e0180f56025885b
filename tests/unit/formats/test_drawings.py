"""DOT and Mermaid: what is drawn, and that no name or bound is taken for syntax."""

from __future__ import annotations

import shutil
import subprocess
from random import Random

import pytest

from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.dot import write as dot
from resolver.formats.graphs import Graph, graph_of, shown
from resolver.formats.mermaid import write as mermaid
from support.answers import answer_of, random_answer
from support.drawings import Drawing, read_dot, read_mermaid

ANSWER = answer_of(
    ["app[fast]>=1", "end"],
    {"app[fast]==1.5": ["end<9", "speed[x] ; extra == 'fast'", "core"], "end==3": [], "speed[x]==0.1": [],
     "core==1": []},
)  # fmt: skip


def test_dot_shows_versions_bounds_extras_and_what_is_direct() -> None:
    drawing = read_dot(dot(graph_of(ANSWER)))
    assert drawing == Drawing(
        {
            "app": "app[fast]\n1.5\nrequired: >=1",
            "core": "core\n1",
            "end": "end\n3",
            "speed": "speed[x]\n0.1",
        },
        {("app", "core"): "", ("app", "end"): "<9", ("app", "speed"): "[x] (extra: fast)"},
        {"app", "end"},
        {("app", "speed")},
    )


def test_mermaid_shows_the_same() -> None:
    drawing = read_mermaid(mermaid(graph_of(ANSWER)))
    assert drawing == Drawing(
        {"n0": "app[fast] 1.5 (required: >=1)", "n1": "core 1", "n2": "end 3", "n3": "speed[x] 0.1"},
        {("n0", "n1"): "", ("n0", "n2"): "<9", ("n0", "n3"): "[x] (extra: fast)"},
        {"n0", "n2"},
        {("n0", "n3")},
    )


def test_arrows_lead_to_what_is_required_even_if_turned_round() -> None:
    graph = shown(graph_of(ANSWER), invert=True, packages=["end"])
    assert read_dot(dot(graph)).edges == {("app", "end"): "<9"}
    assert read_mermaid(mermaid(graph)).edges == {("n0", "n1"): "<9"}


def test_nothing_at_all_is_a_graph_too() -> None:
    empty = graph_of(Answer((), {}, Statistics()))
    assert read_dot(dot(empty)).nodes == {}
    assert read_mermaid(mermaid(empty)).nodes == {}


HOSTILE = [
    'a";b->c;"',
    "back\\",
    "\\N\\l",
    "a\nb",
    "<script>alert(1)</script>",
    "#quot;",
    "a]--> b",
    "`md`",
    "&lt;",
    "x|y",
    "\x1b[31m",
    "end",
]


def hostile(text: str) -> Graph:
    """Return a graph with ``text`` wherever a stranger's text could be."""
    pins = [
        Pinned(text, text, extras=frozenset({text}), requires=((f"b @ {text}", "b", "1"),)),
        Pinned("b", "1"),
    ]
    return graph_of(Answer(pins, {}, Statistics(), roots=[(text, text, text)]))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_taken_for_syntax(text: str) -> None:
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    drawn = read_dot(dot(hostile(text)))
    assert drawn.nodes.keys() == {clean, "b"}
    assert drawn.nodes[clean].startswith(f"{clean}[{clean}]\n{clean}")
    drawn = read_mermaid(mermaid(hostile(text)))
    assert {label.split(" (required")[0] for label in drawn.nodes.values()} == {
        f"{clean}[{clean}] {clean}",
        "b 1",
    }


def test_both_show_all_packages_and_edges() -> None:
    for seed in range(50):
        graph = graph_of(random_answer(Random(seed), seed % 10))
        edges = [each for name in graph.nodes for each in graph.edges[name]]
        assert len(read_dot(dot(graph)).edges) == len(read_mermaid(mermaid(graph)).edges) == len(edges)
        assert read_dot(dot(graph)).direct == graph.direct.keys()


@pytest.mark.slow
def test_graphviz_reads_it() -> None:
    program = shutil.which("dot")
    if program is None:
        pytest.skip("there is no Graphviz here")
    for graph in (graph_of(ANSWER), *map(hostile, HOSTILE)):
        done = subprocess.run(
            [program, "-Tplain"], input=dot(graph), capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        nodes = [line for line in done.stdout.splitlines() if line.startswith("node ")]
        assert len(nodes) == len(graph.nodes)
