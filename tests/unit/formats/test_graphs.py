"""Graphs of answers: edges, where they begin, and which part is shown."""

from __future__ import annotations

from random import Random

import pytest

from resolver.errors import InputError
from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.graphs import Edge, Graph, graph_of, shown
from support.answers import answer_of, random_answer


def edge(graph: Graph, parent: str, child: str) -> Edge:
    """Return the only edge between two packages."""
    (found,) = [each for each in graph.edges[parent] if each.child == child]
    return found


def test_requirements_on_one_package_are_one_edge() -> None:
    """Bounds as written, without blanks and each once; extras together."""
    graph = graph_of(answer_of(["a"], {"a==1": ["B >=1, <3", "b[y]<3", "b[x]>=1"], "b[x,y]==2": []}))
    found = edge(graph, "a", "b")
    assert (found.parent, found.bound, found.extras, found.because) == ("a", ">=1,<3", ("x", "y"), ())
    assert found.asked == ["[x,y]", ">=1,<3"]
    assert graph.nodes["b"].label == "b[x,y]"


def test_edge_says_which_extra_it_is_there_for() -> None:
    """Only where no other requirement makes it necessary, and only extras that were asked for."""
    lines = [
        "b; extra == 'x'",
        "c; extra == 'x' or extra == 'y'",
        "d; extra == 'x'",
        "d>1",
        "e; extra == 'x' and sys_platform == 'linux' or extra == 'z'",
        "f; extra != 'nothing'",
    ]
    packages = {"a[x,y]==1": lines, **{f"{name}==2": [] for name in "bcdef"}}
    graph = graph_of(answer_of(["a[x,y]"], packages))
    assert {each.child: each.because for each in graph.edges["a"]} == {
        "b": ("x",), "c": ("x", "y"), "d": (), "e": ("x",), "f": (),
    }  # fmt: skip


def test_edge_of_a_document_that_lacks_variables_says_nothing_of_extras() -> None:
    requires = (("b; extra == 'x' and os_name == 'posix'", "b", "1"),)
    pins = [Pinned("a", "1", extras=frozenset({"x"}), requires=requires), Pinned("b", "1")]
    for variables in ({}, {"sys_platform": "linux"}):
        assert edge(graph_of(Answer(pins, variables, Statistics())), "a", "b").because == ()


def test_addresses_are_bounds_without_credentials() -> None:
    url = "https://me:secret@host.example/b.whl?token=1"
    graph = graph_of(answer_of([], {"a==1": [f"b @ {url}"], "b==1": []}))
    assert edge(graph, "a", "b").bound == "@ https://****@host.example/b.whl?****"
    pins = [Pinned("b", "1", url="file:///b")]
    bare = graph_of(Answer(pins, {}, Statistics(), roots=[("./b", "b", "r.txt:1")]))
    assert bare.direct["b"].bound == "@ ./b"


def test_what_the_user_requires_comes_first_in_his_order() -> None:
    """Each once, with all bounds and places; then what nothing leads to, as after --only-deps."""
    packages = {"a==1": [], "b==1": [], "c==1": ["d"], "d==1": [], "e==1": ["f"], "f==1": ["e"]}
    graph = graph_of(answer_of(["b>0", "a", "b<9", "gone"], packages))
    assert graph.roots == ("b", "a", "c", "e")
    assert list(graph.direct) == ["b", "a"]
    assert graph.direct["b"].bound == ">0,<9"
    assert graph.direct["b"].origins == ("r.txt:1", "r.txt:3")
    assert graph.direct["b"].parent is None


def names(graph: Graph) -> str:
    return "".join(graph.nodes)


PACKAGES = {"a==1": ["b", "c"], "b==1": ["d"], "c==1": ["d", "e"], "d==1": ["f"], "e==1": [], "f==1": ["d"]}


@pytest.mark.parametrize(
    ("wanted", "kept", "roots"),
    [
        ({}, "abcdef", "a"),
        ({"packages": ["B"]}, "bdf", "b"),
        ({"packages": ["e", "b", "E"]}, "bdef", "eb"),
        ({"prune": ["b"]}, "acdef", "a"),
        ({"prune": ["b", "c"]}, "a", "a"),
        ({"prune": ["a"]}, "", ""),
        ({"packages": ["b", "c"], "prune": ["c"]}, "bdf", "b"),
        ({"depth": 0}, "a", "a"),
        ({"depth": 1}, "abc", "a"),
        ({"depth": 1, "packages": ["c"]}, "cde", "c"),
        ({"invert": True}, "abcdef", "ed"),
        ({"invert": True, "packages": ["e"]}, "ace", "e"),
        ({"invert": True, "packages": ["f"], "depth": 1}, "df", "f"),
        ({"invert": True, "prune": ["c"]}, "abdef", "ed"),
    ],
)
def test_a_part_can_be_shown(wanted: dict[str, object], kept: str, roots: str) -> None:
    graph = shown(graph_of(answer_of(["a"], PACKAGES)), **wanted)  # type: ignore[arg-type]  # a table's row
    assert names(graph) == kept
    assert graph.roots == tuple(roots)
    assert all({each.child, each.parent} <= {*kept} for edges in graph.edges.values() for each in edges)
    assert set(graph.direct) <= {*kept}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("flusk", "there is no package flusk in the answer; did you mean flask?"),
        ("zzz", "there is no package zzz in the answer"),
        ("a b", "'a b' is not a valid name: "),
    ],
)
def test_a_name_that_is_not_there_is_said(name: str, said: str) -> None:
    graph = graph_of(answer_of(["flask"], {"flask==1": []}))
    for wanted in ({"packages": [name]}, {"prune": [name]}):
        with pytest.raises(InputError) as caught:
            shown(graph, **wanted)  # type: ignore[arg-type]  # a table's row
        assert str(caught.value).startswith(said)


def test_every_package_is_reached_from_the_roots_in_both_directions() -> None:
    """Whatever the graph; and no root is superfluous but one of the user's."""
    for seed in range(200):
        graph = graph_of(random_answer(Random(seed), seed % 12))
        for each in (graph, graph.backwards()):
            assert each.distances(each.roots).keys() == each.nodes.keys()
            for root in each.roots:
                others = [other for other in each.roots if other != root]
                assert root in graph.direct or root not in each.distances(others)
