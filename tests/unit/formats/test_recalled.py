"""Answers read from earlier output: the same as they were, or as much as a lock file has; or errors."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from resolver import Options, resolve
from resolver.errors import InputError
from resolver.formats import cyclonedx, page, tree
from resolver.formats.graphs import graph_of
from resolver.formats.recalled import recall
from resolver.formats.views import solved
from support.answers import answer_of, random_answer

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = Options(
    replay=str(ROOT / "fixtures" / "recordings" / "tools"), python_version="3.12", python_platform="linux"
)
PACKAGES = {"app[fast]==1.5": ["core>=1", "speed ; extra == 'fast'"], "core==1.2": ["app"], "speed==0.1": []}


def test_a_json_document_is_the_answer_again(tmp_path: Path) -> None:
    """Whatever is drawn of it is the same."""
    path = tmp_path / "out.json"
    answers = [
        answer_of(["app[fast]>1"], PACKAGES),
        *(random_answer(Random(seed), seed) for seed in range(9)),
    ]
    for answer in answers:
        path.write_text(solved(answer), "utf-8")
        found = recall(str(path))
        assert tree.write(graph_of(found)) == tree.write(graph_of(answer))
        assert cyclonedx.write(found) == cyclonedx.write(answer)
        assert page.write(found) == page.write(answer)


@pytest.mark.slow
def test_a_lock_file_has_packages_and_who_requires_which(tmp_path: Path) -> None:
    """What nothing requires is where it begins; files and digests are there."""
    path = tmp_path / "pylock.toml"
    found = resolve(["pytest", "rich"], OPTIONS.replace(generate_hashes=True))
    path.write_text(found.to_pylock(), "utf-8")
    answer = recall(str(path))
    graph, original = graph_of(answer), found.graph()
    assert graph.roots == ("pytest", "rich")
    assert graph.nodes.keys() == original.nodes.keys()
    for name in graph.nodes:
        assert graph.nodes[name].version == original.nodes[name].version
        assert [each.child for each in graph.edges[name]] == [each.child for each in original.edges[name]]
    assert all(file.hashes for pin in answer.pins for file in pin.files)


PYLOCK = """\
lock-version = "1.0"
created-by = "hand"
[[packages]]
name = "a"
vcs = { type = "git", url = "https://host.example/a.git", commit-id = "0123" }
dependencies = [{ name = "b" }, { name = "gone" }]
[[packages]]
name = "b"
directory = { path = "b" }
[[packages]]
name = "c"
version = "1"
archive = { url = "https://host.example/c.zip", hashes = { sha256 = "00" } }
"""


def test_addresses_of_a_lock_file_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "pylock.dev.toml"
    path.write_text(PYLOCK, "utf-8")
    pins = recall(str(path)).pins
    assert [(pin.name, pin.version, pin.url) for pin in pins] == [
        ("a", "?", "git+https://host.example/a.git@0123"),
        ("b", "?", "b"),
        ("c", "1", "https://host.example/c.zip"),
    ]
    assert [name for _, name, _ in pins[0].requires] == ["b"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", "this is no JSON: Expecting property name"),
        ("a.json", "[" * 100_000, "this JSON is nested too deeply"),
        ("a.json", "[]", "this JSON is not what resolver writes"),
        ("a.json", '{"pins": [{"name": "a"}]}', "this JSON is not what resolver writes"),
        ("a.json", '{"status": "unsatisfiable"}', "this is a proof that there is no solution"),
        ("a.json", f'{{"version": {"1" * 9000}}}', "this JSON holds a number that is too long"),
        ("pylock.toml", "=", "this is not TOML: "),
        ("pylock.toml", f"a = {'[' * 9000}", "this TOML is nested too deeply"),
        ("pylock.toml", "", "this is no valid lock file: "),
        ("pylock.toml", PYLOCK.replace('"c"', '"b"'), "it has several versions of b, and is for several"),
        ("gone.json", None, "there is no such file"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        recall(str(tmp_path / name))
    assert caught.value.message.startswith(said)


def test_a_document_that_somebody_changed_is_an_answer_or_an_error(tmp_path: Path) -> None:
    """Each value in turn is replaced by others; what is read can be drawn."""
    path = tmp_path / "out.json"
    document = json.loads(solved(answer_of(["app[fast]>1"], PACKAGES)))

    def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return [at, *(place for key, each in inner for place in places(each, (*at, key)))]

    read = 0
    others: list[Any] = [None, 1, "x y", [], {}, [None], "\x1b"]
    for place in places(document)[1:]:
        for other in others:
            changed = json.loads(json.dumps(document))
            inside = changed
            for key in place[:-1]:
                inside = inside[key]
            inside[place[-1]] = other
            path.write_text(json.dumps(changed), "utf-8")
            try:
                answer = recall(str(path))
            except InputError:
                continue
            read += 1
            assert "\x1b" not in tree.write(graph_of(answer))
            assert page.write(answer).startswith("<!doctype html>")
            cyclonedx.write(answer)
    assert read > 20
