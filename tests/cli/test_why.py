"""``resolver why``: arguments, default files, exit codes and both formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import failed, run_command, succeeded
from support.hard import record
from support.schema import check, load_schema

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["core<3"]}},
    "plugin": {"1": {}, "2": {"requires": ["core<2"]}},
    "core": {"1": {}, "2": {}, "3": {}},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a recording and a requirements file."""
    record(tmp_path / "recording", PACKAGES)
    (tmp_path / "requirements.txt").write_text("app\nplugin>1\n", "utf-8")
    (tmp_path / "none.txt").write_text("plugin>1\ncore>1\n", "utf-8")
    return tmp_path


OPTIONS = ("--replay", "recording", "--python-version", "3.12", "--python-platform", "linux")


def test_the_default_source_is_requirements_txt(home: Path) -> None:
    """Text on stdout, by default of the file that is there; the name may be spelt in any way."""
    said = succeeded(run_command("why", "Core", *OPTIONS, home=home))
    assert said.startswith(
        "core 1 is in the answer, because\n"
        "  you require app (requirements.txt:1)\n"
        "    app 1 requires core<3\n"
        "  you require plugin>1 (requirements.txt:2)\n"
        "    plugin 2 requires core<2\n"
        "\n"
        "With core>=2 there is no solution:\n"
    )
    assert said == succeeded(run_command("why", "-r", "requirements.txt", "core", *OPTIONS, home=home))
    assert (
        succeeded(run_command("why", "cor", *OPTIONS, home=home))
        == "nothing requires cor; did you mean core?\n"
    )


def test_json_is_that_of_the_schema(home: Path) -> None:
    done = succeeded(run_command("why", "core", "requirements.txt", "--format", "json", *OPTIONS, home=home))
    document = json.loads(done)
    check(document, load_schema("why-1"))
    assert document["newer"]["verdict"] == "unsatisfiable"
    for example in load_schema("why-1")["examples"]:
        check(example, load_schema("why-1"))


def test_result_may_go_to_a_file(home: Path) -> None:
    assert succeeded(run_command("why", "app", "-o", "out", *OPTIONS, home=home)) == ""
    assert (home / "out").read_text("utf-8").startswith("app 1 is in the answer")


def test_no_solution_is_told_as_by_resolve(home: Path) -> None:
    """Exit code 1, the proof, and the fixes; as JSON the same document."""
    done = run_command("why", "core", "none.txt", *OPTIONS, home=home)
    assert (done.code, done.stdout) == (1, "")
    assert "fix: change `core>1` to `core>=1` (none.txt:2)\n" in done.stderr
    assert done.stderr == run_command("resolve", "none.txt", *OPTIONS, home=home).stderr
    done = run_command("why", "core", "none.txt", "--format", "json", *OPTIONS, home=home)
    assert done.code == 1
    assert json.loads(done.stdout)["status"] == "unsatisfiable"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("why",), "say which package; try: resolver why PACKAGE requirements.txt"),
        (("why", "a_"), "why: "),
        (("why", "a", "missing.txt"), "missing.txt: there is no such file"),
    ],
)
def test_mistakes_are_said(home: Path, words: tuple[str, ...], said: str) -> None:
    assert failed(run_command(*words, *OPTIONS, home=home), 2).startswith(said)


def test_without_a_source_and_without_a_default_one(tmp_path: Path) -> None:
    """What is looked for is named; a project file is found, and cannot be read yet."""
    said = failed(run_command("why", "numpy", home=tmp_path), 2)
    assert said == (
        "no SOURCE is given, and there is neither requirements.txt nor pyproject.toml here;"
        " try: resolver why numpy FILE"
    )
    (tmp_path / "pyproject.toml").write_text("", "utf-8")
    assert failed(run_command("why", "numpy", home=tmp_path), 2).startswith("pyproject.toml: ")


def test_help_names_it(home: Path) -> None:
    said = succeeded(run_command("why", "--help", home=home))
    assert said.startswith("Usage: resolver why PACKAGE [SOURCE...] [OPTION...]\n")
    assert "--exclude-newer" in said
    assert "--no-annotate" not in said
    assert "why " in succeeded(run_command("--help", home=home))
