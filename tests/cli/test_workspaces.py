"""Workspaces and declared conflicts by the whole command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import Done, failed, run_here, succeeded, without_configuration
from support.loopback import Loopback, project

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = """\
[project]
name = "root"
version = "1"
dependencies = ["one>=1", "a"]
[tool.resolver.workspace]
members = ["packages/*"]
exclude = ["packages/old"]
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index with a and b; the working directory has a workspace of two projects."""
    without_configuration(tmp_path / "home", monkeypatch)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    Path("pyproject.toml").write_text(ROOT, "utf-8")
    project(work / "packages" / "first", "one", "1.5", ["two", "b<2"])
    project(work / "packages" / "second", "two", "2", ["root"])
    project(work / "packages" / "old", "one", "0")
    with Loopback() as found:
        for name in "ab":
            found.add(name, "1")
            found.add(name, "2")
        yield found


def run(index: Loopback, *words: str) -> Done:
    """Run the command at this index."""
    return run_here("resolve", *words, "-i", index.index, "--retries", "0")


def pins(done: Done) -> list[str]:
    """Return the lines of a solution that are no comments."""
    return [line for line in succeeded(done).splitlines() if not line.lstrip().startswith("#")]


def test_root_resolves_all_members_together(index: Loopback) -> None:
    """Each from its folder; the index is asked for none of them."""
    found = pins(run(index, "pyproject.toml"))
    assert found[-2:] == ["a==2", "b==1"]
    assert sorted(found[:-2]) == ["-e .", "-e ./packages/first", "-e ./packages/second"]
    assert {path for path in index.paths() if path.startswith("/simple")} == {"/simple/a/", "/simple/b/"}


def test_members_are_taken_from_their_folders_by_one_another(index: Loopback) -> None:
    """Whoever is resolved: nothing is added that nobody requires."""
    Path("packages/second/pyproject.toml").write_text('[project]\nname = "two"\nversion = "2"\n', "utf-8")
    found = pins(run(index, "packages/first/pyproject.toml"))
    assert [line for line in found if "second" in line] == found[:1]
    assert found[1:] == ["b==1"]
    assert pins(run(index, "packages/old/pyproject.toml")) == []
    assert pins(run(index, "pyproject.toml", "--no-deps"))[-1] == "a==2"


def test_bounds_on_members_hold(index: Loopback) -> None:
    """And are explained as ever."""
    Path("pyproject.toml").write_text(ROOT.replace("one>=1", "one>=2"), "utf-8")
    assert "1.5" in failed(run(index, "pyproject.toml"), 1)


def test_a_root_need_not_be_a_project(index: Loopback) -> None:
    """Its members are, and groups of its own may be asked for."""
    text = '[tool.resolver.workspace]\nmembers = ["packages/second"]\n[dependency-groups]\ndev = ["a<2"]\n'
    Path("pyproject.toml").write_text(text, "utf-8")
    Path("packages/second/pyproject.toml").write_text('[project]\nname = "two"\nversion = "2"\n', "utf-8")
    assert pins(run(index, "pyproject.toml", "--group", "dev")) == ["-e ./packages/second", "a==1"]
    assert pins(run(index, "--group", "dev")) == ["a==1"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('members = "x"', "pyproject.toml:2: workspace.members must be a list of folders"),
        ('members = ["none/*"]', "pyproject.toml:2: there is no folder none/*"),
        ('members = ["packages"]', "pyproject.toml:2: packages is no project with a name"),
        ('members = ["packages/*"]', "are both named one"),
    ],
)
def test_workspaces_that_cannot_be_read(index: Loopback, table: str, said: str) -> None:
    """With file and line."""
    Path("pyproject.toml").write_text(f"[tool.resolver.workspace]\n{table}\n", "utf-8")
    assert said in failed(run(index, "pyproject.toml"), 2)


def test_broken_files_above_are_not_ours(index: Loopback) -> None:
    """A project is resolved whatever lies above it."""
    Path("pyproject.toml").write_text("[", "utf-8")
    Path("packages/second/pyproject.toml").write_text(
        '[project]\nname = "two"\ndependencies = ["a"]\n', "utf-8"
    )
    assert pins(run(index, "packages/second/pyproject.toml", "--no-config")) == ["a==2"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="files cannot be given away")
def test_a_strangers_root_does_not_say_where_packages_come_from(index: Loopback) -> None:
    """A folder for all, as that for temporary files, holds files of all."""
    text = '[tool.resolver.workspace]\nmembers = ["mine", "evil"]\n'
    Path("pyproject.toml").write_text(text, "utf-8")
    project(Path("mine").absolute(), "mine", "1", ["a"])
    project(Path("evil").absolute(), "a", "99")
    words = ("mine/pyproject.toml", "--no-config")
    assert [line for line in pins(run(index, *words)) if "evil" in line] == pins(run(index, *words)) != []
    Path.cwd().chmod(0o777)
    os.chown("pyproject.toml", 12345, 12345)
    assert pins(run(index, *words)) == ["a==2"]


CONFLICTS = """\
[project]
name = "mine"
[project.optional-dependencies]
x = ["a<2"]
y = ["a>=2"]
both = ["mine[x,y]"]
[dependency-groups]
Test = ["a<2"]
[tool.resolver]
conflicts = [
  [{extra = "x"}, {extra = "Y"}],
  [{extra = "y"}, {group = "test"}],
]
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--extra", "x", "--extra", "y"],
            "pyproject.toml:11: the extra 'x' and the extra 'y' exclude one another",
        ),
        (
            ["--extra", "y", "--group", "test"],
            "pyproject.toml:12: the extra 'y' and the group 'test' exclude",
        ),
        (
            ["--extra", "both"],
            "pyproject.toml:11: the extra 'x' and the extra 'y' exclude one another: ask for one",
        ),
        (["--all-extras"], "exclude one another: name with --extra those that you want"),
    ],
)
def test_conflicts_are_errors_before_anything_is_resolved(
    index: Loopback, words: list[str], said: str
) -> None:
    """Also of what is included."""
    Path("pyproject.toml").write_text(CONFLICTS, "utf-8")
    assert said in failed(run(index, "pyproject.toml", *words), 2)
    assert index.paths() == []
    assert pins(run(index, "pyproject.toml", "--extra", "x", "--group", "test")) == ["a==1"]


@pytest.mark.parametrize(
    ("conflicts", "said"),
    [
        ("1", "conflicts must be a list of lists"),
        ('[[{extra = "x"}]]', "a conflict must be a list of two or more"),
        ('[[{extra = "x"}, {extra = "z"}]]', "there is no extra 'z'"),
        ('[[{extra = "x"}, {package = "z"}]]', 'write it as {extra = "NAME"} or {group = "NAME"}'),
        ('[[{extra = "x"}, {extra = "-"}]]', "'-' is not a valid name"),
    ],
)
def test_conflicts_that_cannot_be_read(index: Loopback, conflicts: str, said: str) -> None:
    """With file and line."""
    text = CONFLICTS[: CONFLICTS.index("conflicts = ")] + f"conflicts = {conflicts}\n"
    Path("pyproject.toml").write_text(text, "utf-8")
    done = failed(run(index, "pyproject.toml"), 2)
    assert f"pyproject.toml:10: {said}" in done
