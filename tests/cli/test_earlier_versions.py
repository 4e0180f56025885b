"""The command and its own earlier output: what is kept of it, what is upgraded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver import Options, resolve, resolve_project
from resolver.errors import InputError
from support.command import failed, run_here, succeeded, without_configuration
from support.hard import record

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Done

pytestmark = pytest.mark.slow

OLD: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["core"]}},
    "plugin": {"1": {}},
    "core": {"1": {}},
}
NEW: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["core"]}, "2": {"requires": ["core"]}},
    "plugin": {"1": {}, "2": {}},
    "core": {"1": {}, "2": {}},
}
PYPROJECT = """\
[project]
name = "me"
dependencies = ["app", "plugin"]
[dependency-groups]
plugins = ["plugin>=1"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with recordings of an index now and then, and files that ask for packages."""
    without_configuration(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "old", OLD)
    record(tmp_path / "new", NEW)
    (tmp_path / "app.in").write_text("app\nplugin\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    return tmp_path


def resolved(when: str, *words: str, source: str = "app.in") -> Done:
    """Run ``resolver resolve`` on the index of ``when``."""
    target = ("--python-version", "3.12", "--python-platform", "linux")
    return run_here("resolve", source, "--replay", when, *target, *words)


def pins(home: Path, name: str = "out.txt") -> list[str]:
    """Return the pins of a requirements file."""
    lines = (home / name).read_text("utf-8").splitlines()
    return [line for line in lines if "==" in line]


@pytest.mark.parametrize("form", ["requirements", "json"])
def test_the_output_file_stays_although_newer_versions_have_come(home: Path, form: str) -> None:
    succeeded(resolved("old", "-o", "out.txt", "--format", form))
    before = (home / "out.txt").read_text("utf-8")
    succeeded(resolved("new", "-o", "out.txt", "--format", form))
    after = (home / "out.txt").read_text("utf-8")
    if form == "requirements":  # the JSON counts seconds and candidates, too
        assert after == before.replace("--replay old", "--replay new").replace("resolver old", "resolver new")
    assert '"version": "2"' not in after


def test_upgrades(home: Path) -> None:
    """Of all, of one, of one within bounds, of a group; none of them is named in the header."""
    succeeded(resolved("old", "-o", "out.txt"))
    succeeded(resolved("new", "-o", "out.txt", "-P", "core"))
    assert pins(home) == ["app==1", "core==2", "plugin==1"]
    succeeded(resolved("new", "-o", "out.txt", "-P", "app<2", "--upgrade-package=core==1"))
    assert pins(home) == ["app==1", "core==1", "plugin==1"]
    succeeded(resolved("new", "-o", "out.txt", "--upgrade-group", "plugins", source="pyproject.toml"))
    assert pins(home) == ["app==1", "core==1", "plugin==2"]
    succeeded(resolved("new", "-o", "out.txt", "--upgrade-group", "pyproject.toml:plugins", "-U"))
    assert pins(home) == ["app==2", "core==2", "plugin==2"]
    assert "upgrade" not in (home / "out.txt").read_text("utf-8")
    assert "no dependency group" in failed(resolved("new", "--upgrade-group", "none"), 2)


def test_groups_to_upgrade_in_the_library(home: Path) -> None:
    """They are of the project that is resolved; without one they cannot be known."""
    options = Options(replay="new", preferences=("plugin==1", "core==1"), upgrade_groups=("plugins",))
    found = resolve_project(home / "pyproject.toml", options)
    assert [str(pin.version) for pin in found.pins.values()] == ["2", "1", "2"]
    with pytest.raises(InputError, match="are about a project"):
        resolve(["app"], options)


@pytest.mark.usefixtures("home")
def test_a_bound_of_an_upgrade_is_a_constraint_that_fixes_can_change() -> None:
    done = resolved("new", "-P", "core>2")
    assert done.code == 1
    assert "fix: change the constraint `core>2` to `core>=2`" in done.stderr


def test_files_of_versions_to_keep(home: Path) -> None:
    """They count instead of the output file; stdin can be one."""
    (home / "before.txt").write_text("core==1\nplugin==1\n", "utf-8")
    (home / "out.txt").write_text("app==1\n", "utf-8")
    succeeded(resolved("new", "-o", "out.txt", "--preference", "before.txt"))
    assert pins(home) == ["app==2", "core==1", "plugin==1"]
    assert "no such file" in failed(resolved("new", "--preference", "none.txt"), 2)


def test_versions_of_a_pylock_are_kept(home: Path) -> None:
    """Whatever the result is written as."""
    wheel = '{url = "https://index.example/core-1-py3-none-any.whl", hashes = {sha256 = "00"}}'
    package = f'[[packages]]\nname = "core"\nversion = "1"\nwheels = [{wheel}]\n'
    (home / "pylock.toml").write_text(f'lock-version = "1.0"\ncreated-by = "me"\n{package}', "utf-8")
    succeeded(resolved("new", "-o", "out.txt", "--preference", "pylock.toml"))
    assert pins(home) == ["app==2", "core==1", "plugin==2"]


def test_an_output_file_that_is_something_else_is_said_once(home: Path) -> None:
    """It is replaced all the same; what is no list of pins is not read."""
    (home / "out.txt").write_text("this is no requirement\n", "utf-8")
    done = resolved("new", "-o", "out.txt")
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr.startswith(
        "warning: no version of before is kept, since the output file cannot be read: out.txt:1:"
    )
    assert pins(home) == ["app==2", "core==2", "plugin==2"]
    succeeded(resolved("new", "-o", "out.dot", "--format", "dot"))
    succeeded(resolved("new", "-o", "out.dot", "--format", "dot"))


@pytest.mark.usefixtures("home")
def test_an_upgrade_that_cannot_be_read_names_its_option() -> None:
    said = failed(resolved("new", "-P", "core; 1"), 2)
    assert said.startswith("-P 'core; 1': ")


def checked(home: Path, when: str, *words: str) -> Done:
    """Run the same with ``--check``; nothing may be written."""
    before = {path: path.read_bytes() for path in home.iterdir() if path.is_file()}
    done = resolved(when, "-o", "out.txt", "--check", *words)
    assert {path: path.read_bytes() for path in home.iterdir() if path.is_file()} == before
    assert done.stdout == ""
    return done


def test_check_tells_whether_the_file_would_change(home: Path) -> None:
    """A file that is not there would; versions of before are kept, unless they are to be upgraded."""
    done = checked(home, "old")
    assert (done.code, done.stderr.splitlines()[:5]) == (
        6,
        ["--- out.txt", "+++ out.txt (new)", "@@ -0,0 +1,6 @@", "+app==1", "+    # via -r app.in"],
    )
    succeeded(resolved("old", "-o", "out.txt"))
    assert succeeded(checked(home, "old")) == ""
    assert succeeded(checked(home, "new")) == ""
    done = checked(home, "new", "-P", "core")
    assert done.code == 6
    assert done.stderr == (
        "--- out.txt\n"
        "+++ out.txt (new)\n"
        "@@ -1,5 +1,5 @@\n"
        " app==1\n"
        "     # via -r app.in\n"
        "-core==1\n"
        "+core==2\n"
        "     # via app\n"
        " plugin==1\n"
        "hint: out.txt would change; write it by the same command without --check\n"
    )
    assert checked(home, "new", "-U", "-q").stderr == (
        "hint: out.txt would change; write it by the same command without --check\n"
    )
    assert "\033[32m+core==2\033[0m" in checked(home, "new", "-U", "--color", "always").stderr


def test_check_does_not_look_at_headers_and_statistics(home: Path) -> None:
    succeeded(resolved("old", "-o", "out.txt", "--no-strip-extras"))
    assert succeeded(checked(home, "old")) == ""
    succeeded(resolved("old", "-o", "out.txt", "--no-header"))
    assert succeeded(checked(home, "old")) == ""
    (home / "out.txt").unlink()
    succeeded(resolved("old", "-o", "out.txt", "--format", "json"))
    document = (home / "out.txt").read_text("utf-8")
    assert document.count('"candidates": 3') == 1
    (home / "out.txt").write_text(document.replace('"candidates": 3', '"candidates": 4'), "utf-8")
    assert succeeded(checked(home, "old", "--format", "json")) == ""
    (home / "out.txt").write_text(document.replace('"app"', '"application"', 1), "utf-8")
    assert checked(home, "old", "--format", "json").code == 6


def test_long_differences_are_cut(home: Path) -> None:
    (home / "out.txt").write_text("".join(f"# {n}\nnone{n}==1\n" for n in range(200)), "utf-8")
    said = checked(home, "old").stderr.splitlines()
    assert len(said) == 102
    assert said[100].startswith("... and 3")


def test_check_needs_a_file_and_a_solution(home: Path) -> None:
    said = failed(resolved("old", "--check"), 2)
    assert said.startswith("--check compares with the output file")
    assert "directory" in failed(resolved("old", "--check", "-o", "old"), 2)
    assert checked(home, "old", "-P", "core>1").code == 1


@pytest.mark.usefixtures("home")
def test_a_tree_can_be_checked_as_well() -> None:
    tree = ("tree", "app.in", "--replay", "old", "-o", "tree.txt")
    assert run_here(*tree, "--check").code == 6
    succeeded(run_here(*tree))
    assert succeeded(run_here(*tree, "--check")) == ""


def test_minimal_changes_only_what_must(home: Path) -> None:
    """Said with its proof to those who ask; the option is not in the header."""
    world: dict[str, dict[str, Any]] = {
        "app": {"1": {"requires": ["core"]}, "2": {"requires": ["core>1", "plugin"]}},
        "plugin": {"1": {"requires": ["core<2"]}, "2": {"requires": ["core<3"]}},
        "core": {"1": {}, "2": {}, "3": {}},
    }
    record(home / "more", world)
    (home / "out.txt").write_text("app==1\ncore==1\nplugin==1\n", "utf-8")
    done = resolved("more", "-o", "out.txt", "-P", "app", "--minimal", "-v")
    assert pins(home) == ["app==2", "core==2", "plugin==2"]
    assert "note: at least 2 must change, because one of each must: core; plugin\n" in done.stderr
    assert "minimal" not in (home / "out.txt").read_text("utf-8")


def test_fixed_packages_are_given_as_a_file(home: Path) -> None:
    """They are in the tree, and not in the list; the recording is not asked for them."""
    (home / "there.txt").write_text("core==1.5\n", "utf-8")
    fixed = ("--fixed", "there.txt")
    succeeded(resolved("old", "-o", "out.txt", "--no-header", *fixed))
    assert pins(home) == ["app==1", "plugin==1"]
    said = succeeded(resolved("old", "--format", "tree", *fixed))
    assert said == "app v1 [required: *]\n└── core v1.5 [required: *]\nplugin v1 [required: *]\n"
    text = succeeded(resolved("old", "--format", "json", *fixed))
    (home / "out.json").write_text(text, "utf-8")
    assert "core v1.5" in succeeded(run_here("tree", "out.json"))
    (home / "there.txt").write_text("core @ https://host.example/core.zip\n", "utf-8")
    assert "there.txt:1: what is fixed must be a pin" in failed(resolved("old", *fixed), 2)
    (home / "there.txt").write_text("core>1\n", "utf-8")
    assert "there.txt:1: what is fixed must be a pin" in failed(resolved("old", *fixed), 2)
    (home / "there.txt").write_text("core==2\ncore==3\n", "utf-8")
    assert "fixed at 2 already" in failed(resolved("old", *fixed), 2)


def test_only_the_dependencies_of_what_is_asked_for(home: Path) -> None:
    said = succeeded(resolved("new", "--only-deps", "--no-header"))
    assert said == "core==2\n    # via app\n"
    text = succeeded(resolved("new", "--only-deps", "--format", "json"))
    (home / "out.json").write_text(text, "utf-8")
    assert succeeded(run_here("tree", "out.json")).startswith("core v2")
    assert "exclude each other" in failed(resolved("new", "--only-deps", "--no-deps"), 2)
