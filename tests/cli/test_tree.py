"""``resolver tree`` and the formats tree, dot and mermaid of ``resolver resolve``."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.cli import Streams, run
from support.command import Done, clean_environ, failed, succeeded
from support.drawings import read_dot, read_mermaid
from support.hard import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["core<3", "lib"]}},
    "lib": {"1": {"requires": ["core>=1"]}},
    "core": {"1": {}, "2": {"requires": ["base"]}, "3": {}},
    "base": {"1": {}},
}

TREE = """\
lib v1 [required: *]
└── core v2 [required: >=1]
    └── base v1 [required: *]
app v1 [required: >0]
├── core v2 [required: <3] (*)
└── lib v1 [required: *] (*)
(*) what it requires is shown above
"""


LOCK = """\
lock-version = "1.0"
created-by = "hand"
[[packages]]
name = "app"
version = "1"
directory = { path = "app" }
dependencies = [{ name = "core" }]
[[packages]]
name = "core"
version = "2"
directory = { path = "core" }
"""


def ran(*words: str, home: Path, environ: Mapping[str, str] | None = None, encoding: str = "utf-8") -> Done:
    """Run the command in this process, in the folder ``home``; stdout can show what ``encoding`` can."""
    stdout, stderr = io.TextIOWrapper(io.BytesIO(), encoding), io.StringIO()
    with contextlib.chdir(home):
        code = run(words, Streams(None, stdout, stderr, clean_environ(home, **(environ or {}))))
    stdout.seek(0)
    return Done(code, stdout.buffer.read().decode("utf-8"), stderr.getvalue())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a recording and a requirements file."""
    record(tmp_path / "recording", PACKAGES)
    (tmp_path / "requirements.txt").write_text("lib\napp>0\n", "utf-8")
    (tmp_path / "none.txt").write_text("app\ncore>2\n", "utf-8")
    return tmp_path


OPTIONS = ("--replay", "recording", "--python-version", "3.12", "--python-platform", "linux")


def test_the_tree_of_the_default_file_is_that_of_resolve(home: Path) -> None:
    """By default of requirements.txt; as a format of ``resolve`` it is the same."""
    assert succeeded(ran("tree", *OPTIONS, home=home)) == TREE
    said = succeeded(ran("resolve", "requirements.txt", "--format", "tree", *OPTIONS, home=home))
    assert said == TREE


def test_parts_of_it_can_be_shown(home: Path) -> None:
    assert succeeded(ran("tree", "--invert", "--package", "Base", "--depth", "2", *OPTIONS, home=home)) == (
        "base v1\n"
        "└── core v2 [requires: base]\n"
        "    ├── app v1 [requires: core<3]\n"
        "    └── lib v1 [requires: core>=1]\n"
    )
    assert succeeded(ran("tree", "--prune", "core", "--no-dedupe", *OPTIONS, home=home)) == (
        "lib v1 [required: *]\napp v1 [required: >0]\n└── lib v1 [required: *]\n"
    )
    said = failed(ran("tree", "--package", "bass", *OPTIONS, home=home), 2)
    assert said == "there is no package bass in the answer; did you mean base?"


def test_dot_and_mermaid_take_the_same_options(home: Path) -> None:
    said = succeeded(ran("tree", "--format", "dot", "--prune", "lib", *OPTIONS, home=home))
    assert read_dot(said).edges == {("app", "core"): "<3", ("core", "base"): ""}
    said = succeeded(ran("resolve", "requirements.txt", "--format", "mermaid", *OPTIONS, home=home))
    assert len(read_mermaid(said).nodes) == 4


def test_a_stream_that_cannot_show_boxes_gets_none(home: Path) -> None:
    """A file is UTF-8 whatever the terminal can show, and never coloured."""
    said = succeeded(ran("tree", *OPTIONS, home=home, encoding="ascii"))
    assert said.splitlines()[:2] == ["lib v1 [required: *]", "`-- core v2 [required: >=1]"]
    words = ("--color", "always", "-o", "out")
    assert succeeded(ran("tree", *OPTIONS, *words, home=home, encoding="ascii")) == ""
    assert (home / "out").read_text("utf-8") == TREE


def test_colour_is_on_where_it_is_wanted(home: Path) -> None:
    assert "\x1b[1mlib\x1b[0m" in ran("tree", "--color", "always", *OPTIONS, home=home).stdout


@pytest.mark.parametrize("name", ["out.json", "pylock.toml"])
def test_earlier_output_is_drawn_as_it_is(home: Path, name: str) -> None:
    """Without resolving it again; a lock file has no bounds, and none of your lines."""
    words = ("resolve", "requirements.txt", "--format", "json", *OPTIONS)
    made = LOCK if name == "pylock.toml" else succeeded(ran(*words, home=home))
    (home / name).write_text(made, "utf-8")
    said = succeeded(ran("tree", name, home=home))
    assert said == ("app v1\n└── core v2 [required: *]\n" if name == "pylock.toml" else TREE)
    assert succeeded(ran("tree", name, "--format", "html", "-o", "page.html", home=home)) == ""
    assert f"<title>{name}</title>" in (home / "page.html").read_text("utf-8")


def test_no_solution_is_told_as_by_resolve(home: Path) -> None:
    """Exit code 1, nothing on stdout, and on stderr what ``resolve`` says."""
    done = ran("tree", "none.txt", *OPTIONS, home=home)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == ran("resolve", "none.txt", *OPTIONS, home=home).stderr


def test_page_of_an_answer_has_files_and_the_name_of_what_was_resolved(home: Path) -> None:
    said = succeeded(ran("resolve", "requirements.txt", "--format", "html", *OPTIONS, home=home))
    assert said.startswith("<!doctype html>")
    assert "<title>requirements.txt</title>" in said
    assert '"filename":"core-2-py3-none-any.whl"' in said
    assert said == succeeded(ran("tree", "requirements.txt", "--format", "html", *OPTIONS, home=home))
    assert "<title>Resolution</title>" in succeeded(ran("tree", "--format", "html", *OPTIONS, home=home))


def test_page_of_a_conflict_is_written_and_the_exit_code_is_1(home: Path) -> None:
    """To where the answer would have gone: it is for people, and replaces nothing that a program reads."""
    done = ran("resolve", "none.txt", "--format", "html", *OPTIONS, home=home)
    assert done.code == 1
    assert "There is no solution." in done.stdout
    assert done.stderr == ran("resolve", "none.txt", *OPTIONS, home=home).stderr
    other = ran("resolve", "none.txt", "--format", "html", "-o", "page.html", *OPTIONS, home=home)
    assert (other.code, other.stdout) == (1, "")
    assert (home / "page.html").read_text("utf-8") == done.stdout


def test_bill_of_materials_has_a_time_only_where_it_is_given(home: Path) -> None:
    words = ("resolve", "requirements.txt", "--format", "cyclonedx", *OPTIONS)
    found = json.loads(succeeded(ran(*words, home=home)))
    assert found["metadata"]["component"]["name"] == "requirements.txt"
    assert "timestamp" not in found["metadata"]
    assert [each["externalReferences"][0]["comment"] for each in found["components"]][1] == (
        "base-1-py3-none-any.whl"
    )
    timed = ran(*words, home=home, environ={"SOURCE_DATE_EPOCH": "1709121600"})
    assert json.loads(succeeded(timed))["metadata"]["timestamp"] == "2024-02-28T12:00:00Z"
    said = failed(ran(*words, home=home, environ={"SOURCE_DATE_EPOCH": "soon"}), 2)
    assert said == "SOURCE_DATE_EPOCH is 'soon', and must be seconds since 1970"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("tree", "--format", "html", "--no-dedupe"),
            "--no-dedupe is of no use with --format html: the page shows all parts on demand",
        ),
        (("tree", "--format", "json"), "--format is 'json', and tree writes: tree, dot, mermaid, html"),
        (("tree", "--depth", "-1"), "--depth is -1, and must be at least 0"),
        (("resolve", "requirements.txt", "--invert"), "--invert is an option of tree, not of resolve"),
    ],
)
def test_mistakes_are_said(home: Path, words: tuple[str, ...], said: str) -> None:
    assert failed(ran(*words, *OPTIONS, home=home), 2) == said


def test_without_a_source_and_without_a_default_one(tmp_path: Path) -> None:
    said = failed(ran("tree", home=tmp_path), 2)
    assert said.endswith("neither requirements.txt nor pyproject.toml here; try: resolver tree FILE")


def test_help_names_it(home: Path) -> None:
    said = succeeded(ran("tree", "--help", home=home))
    assert said.startswith("Usage: resolver tree [SOURCE...] [OPTION...]\n")
    assert "--no-dedupe" in said
    assert "tree, dot, mermaid, html (default: tree)" in " ".join(said.split())
    assert "--no-annotate" not in said
