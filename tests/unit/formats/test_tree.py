"""Trees: what stands in a line, what is repeated, and how they are turned round."""

from __future__ import annotations

from random import Random

import pytest

from resolver.errors import LimitReached
from resolver.formats import tree
from resolver.formats.graphs import graph_of, shown
from resolver.formats.tree import ASCII, write
from support.answers import answer_of, random_answer

ANSWER = answer_of(
    ["app[fast]>=1,<2", "tool"],
    {
        "app[fast]==1.5": ["core>=1", "speed ; extra == 'fast'", "left"],
        "core==1.2": ["base~=3.0"],
        "base==3.4": [],
        "left==2": ["right"],
        "right==2": ["left!=1", "base[x]"],
        "speed==0.1": [],
        "tool==9": ["core", "base"],
    },
)

TREE = """\
app[fast] v1.5 [required: >=1,<2]
├── core v1.2 [required: >=1]
│   └── base v3.4 [required: ~=3.0]
├── left v2 [required: *]
│   └── right v2 [required: *]
│       ├── base[x] v3.4 [required: *]
│       └── left v2 [required: !=1] (cycle)
└── speed v0.1 (extra: fast) [required: *]
tool v9 [required: *]
├── base v3.4 [required: *]
└── core v1.2 [required: *] (*)
(*) what it requires is shown above
(cycle) it stands above, on the way from the root to here
"""

BACKWARDS = """\
base v3.4
├── core v1.2 [requires: base~=3.0]
│   ├── app v1.5 [requires: core>=1]
│   │   └── r.txt:1 [requires: app[fast]>=1,<2]
│   └── tool v9 [requires: core]
│       └── r.txt:2 [requires: tool]
├── right v2 [requires: base[x]]
│   └── left v2 [requires: right]
│       ├── app v1.5 [requires: left] (*)
│       └── right v2 [requires: left!=1] (cycle)
└── tool v9 [requires: base] (*)
speed v0.1
└── app v1.5 (extra: fast) [requires: speed] (*)
(*) what requires it is shown above
(cycle) it stands above, on the way from the root to here
"""


def test_each_package_stands_below_what_requires_it() -> None:
    assert write(graph_of(ANSWER)) == TREE


def test_turned_round_it_ends_at_what_the_user_requires() -> None:
    assert write(shown(graph_of(ANSWER), invert=True)) == BACKWARDS


def test_requirement_without_a_file_is_yours() -> None:
    graph = shown(graph_of(answer_of(["a @ file:///a"], {"a==1": []}, origin=None)), invert=True)
    assert write(graph) == "a v1\n└── your requirement [requires: a @ file:///a]\n"


def test_without_box_characters() -> None:
    said = write(graph_of(ANSWER), lines=ASCII)
    assert said.isascii()
    assert said.splitlines()[4:6] == [
        "|   `-- right v2 [required: *]",
        "|       |-- base[x] v3.4 [required: *]",
    ]


def test_what_is_shown_twice_is_shown_in_full_on_request() -> None:
    said = write(graph_of(ANSWER), dedupe=False)
    assert said.endswith(
        "└── core v1.2 [required: *]\n    └── base v3.4 [required: ~=3.0]\n"
        "(cycle) it stands above, on the way from the root to here\n"
    )


def test_depth_counts_from_the_roots() -> None:
    """What was cut off where a package came first is shown where there is room for it."""
    answer = answer_of(["a", "b"], {"a==1": ["b"], "b==1": ["c"], "c==1": ["d"], "d==1": []})
    assert write(graph_of(answer), depth=0) == "a v1 [required: *]\nb v1 [required: *]\n"
    assert write(graph_of(answer), depth=2) == (
        "a v1 [required: *]\n"
        "└── b v1 [required: *]\n"
        "    └── c v1 [required: *]\n"
        "b v1 [required: *]\n"
        "└── c v1 [required: *]\n"
        "    └── d v1 [required: *]\n"
    )
    assert write(graph_of(answer)).endswith("b v1 [required: *] (*)\n(*) what it requires is shown above\n")


def test_colour_changes_nothing_else() -> None:
    said = write(graph_of(ANSWER), colour=True)
    assert "\x1b[1mapp\x1b[0m[fast] \x1b[36mv1.5\x1b[0m" in said
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m"):
        said = said.replace(code, "")
    assert said == TREE


def test_what_strangers_write_cannot_reach_the_terminal() -> None:
    said = write(graph_of(answer_of(["a @ file:///\x1b[31ma"], {"a==1": []})))
    assert said == "a v1 [required: @ file:///\N{REPLACEMENT CHARACTER}[31ma]\n"


def test_a_tree_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each package requires all behind it: without (*) the tree doubles with each."""
    monkeypatch.setattr(tree, "_MOST_LINES", 1_000)
    names = [f"p{number:02}" for number in range(24)]
    packages = {f"{name}==1": names[at + 1 :] for at, name in enumerate(names)}
    graph = graph_of(answer_of(names[:1], packages))
    assert write(graph).count("\n") == 24 * 23 // 2 + 1 + 1
    with pytest.raises(LimitReached, match="more than a million lines: show less of it"):
        write(graph, dedupe=False)


def test_every_package_and_edge_is_shown_once_and_leaves_are_not_marked() -> None:
    """Whatever the graph: a line for each root and for each edge, and marks that are explained."""
    for seed in range(200):
        graph = graph_of(random_answer(Random(seed), seed % 10))
        text = write(graph, lines=ASCII)
        lines = [line for line in text.splitlines() if not line.startswith("(")]
        edges = sum(len(edges) for edges in graph.edges.values())
        assert len(lines) == len(graph.roots) + edges
        for mark in ("(*)", "(cycle)"):
            assert (f"\n{mark} " in text) == any(line.endswith(mark) for line in lines)
        for line in lines:
            if line.endswith(")"):
                assert graph.edges[line.lstrip("|`- ").split()[0]]


def test_a_chain_may_be_long() -> None:
    packages = {f"p{n}==1": [f"p{n + 1}"] for n in range(3000)} | {"p3000==1": []}
    assert write(graph_of(answer_of(["p0"], packages))).count("\n") == 3001
