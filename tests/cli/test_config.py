"""``resolver config`` and configuration files, from the words of the command to what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import Done, failed, run_here, succeeded, without_configuration
from support.hard import record
from support.schema import check, load_schema

PROJECT = """\
[project]
name = "app"
[tool.resolver]
resolution = "lowest"
exclude = ["core"]

[[tool.resolver.index]]
name = "mine"
url = "https://me:secret@index.example/simple"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project with a table, as a user with a configuration of pip's."""
    without_configuration(tmp_path, monkeypatch)
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT, "utf-8")
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://u:pw@pip.example/simple\ntimeout = 7\nextra-index-url = https://more.example/\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setattr("resolver.index.pip_config._global_files", lambda *_: [])  # what this machine has
    monkeypatch.chdir(project)
    return tmp_path


def config(*words: str) -> Done:
    """Run ``resolver config``."""
    return run_here("config", *words)


def test_list_has_what_is_set_and_where(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, variables, words and pip's configuration; no secrets."""
    monkeypatch.setenv("RESOLVER_RETRIES", "2")
    assert succeeded(config("list", "--proxy", "u:pw@proxy.example:1")) == (
        f'index-url = "https://****@pip.example/simple"  # pip\'s configuration {home}/pip.conf\n'
        f'extra-index-url = ["mine=https://****@index.example/simple"]  # {home}/project/pyproject.toml:7\n'
        f'exclude = ["core"]  # {home}/project/pyproject.toml:5\n'
        f'resolution = "lowest"  # {home}/project/pyproject.toml:4\n'
        "timeout = 7.0  # pip's configuration\n"
        "retries = 2  # the variable RESOLVER_RETRIES\n"
        'proxy = "****@proxy.example:1"  # the command line (--proxy)\n'
    )


def test_get_writes_what_a_script_wants(home: Path) -> None:
    """A list in lines, nothing for no value, and the key as any option may be spelt."""
    assert succeeded(config("get", "resolution")) == "lowest\n"
    assert succeeded(config("get", "exclude")) == "core\n"
    assert succeeded(config("get", "no-deps")) == "false\n"
    assert succeeded(config("get", "deadline")) == ""
    assert succeeded(config("get", "quiet")) == "0\n"
    assert succeeded(config("get", "default-index")) == "https://****@pip.example/simple\n"
    assert succeeded(config("get", "cache-dir")) == f"{home}/.cache/resolver\n"
    assert succeeded(config("get", "format")) == "requirements\n"


def test_explain_has_every_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that counts first."""
    monkeypatch.setenv("RESOLVER_RESOLUTION", "lowest-direct")
    assert succeeded(config("explain", "resolution", "--resolution=highest")) == (
        'resolution = "highest"\n'
        "  which versions to prefer: highest, lowest, lowest-direct\n"
        "  set by the command line (--resolution)\n"
        '  instead of "lowest-direct", set by the variable RESOLVER_RESOLUTION\n'
        f'  instead of "lowest", set by {home}/project/pyproject.toml:4\n'
        '  instead of "highest", the default\n'
    )
    assert succeeded(config("explain", "extra-index-url")).endswith(
        '  and ["https://more.example/"] from pip\'s configuration\n'
    )
    assert succeeded(config("explain", "deadline")) == (
        "# deadline has no value\n  give up after so long\n  the default\n"
    )
    everything = succeeded(config("explain"))
    assert "no-progress = false\n" in everything
    assert "secret" not in everything


def test_where_an_index_is_named_pips_configuration_counts_for_nothing() -> None:
    """As in a resolution."""
    said = succeeded(config("explain", "index-url", "-i", "https://index.example/"))
    assert said.endswith("  set by the command line (-i)\n")
    assert succeeded(config("get", "timeout", "--no-index")) == "20.0\n"


@pytest.mark.parametrize("words", [["list"], ["explain"], ["get", "resolution"], ["explain", "index-url"]])
def test_json_is_that_of_the_schema(words: list[str]) -> None:
    document = json.loads(succeeded(config(*words, "--format", "json")))
    check(document, load_schema("config-1"))
    keys = [setting["key"] for setting in document["settings"]]
    assert keys == words[1:] if len(words) > 1 else len(keys) > 4


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["get", "resolutoin"], "resolutoin is no option; did you mean resolution?"),
        (["get", "pre"], "pre sets prerelease: ask for that"),
        (["explain", "annotate"], "annotate sets no-annotate: ask for that"),
        (["get"], "say what to tell: resolver config list, get KEY or explain [KEY]"),
        ([], "say what to tell: resolver config list, get KEY or explain [KEY]"),
    ],
)
def test_what_cannot_be_told(words: list[str], expected: str) -> None:
    assert failed(config(*words), 2) == expected


@pytest.mark.slow
@pytest.mark.parametrize("command", ["resolve", "tree", "why", "resolve-many"])
def test_every_command_that_resolves_uses_the_files(home: Path, command: str) -> None:
    """Here the project says where the recording is, and leaves a package out."""
    record(home / "project" / "rec", {"app": {"1": {"requires": ["core"]}}, "core": {"1": {}}})
    (home / "project" / "resolver.toml").write_text(
        'replay = "rec"\nexclude = ["core"]\npython-version = "3.12"\n', "utf-8"
    )
    (home / "project" / "pyproject.toml").unlink()
    Path("a.txt").write_text("app\n", "utf-8")
    done = run_here(command, *(["app"] if command == "why" else []), "a.txt")
    assert (done.code, "core" in done.stdout) == (0, False)


def test_warnings_about_files_are_said(home: Path) -> None:
    """Before anything else."""
    (home / "project" / "resolver.toml").write_text("no-deps = true\n", "utf-8")
    done = config("get", "no-deps")
    assert (done.code, done.stdout) == (0, "true\n")
    assert done.stderr.startswith(
        f"warning: {home}/project/resolver.toml counts, and not [tool.resolver] in "
    )


def test_a_broken_file_stops_the_work_but_not_the_help(home: Path) -> None:
    """Exit code 2, with file and line."""
    (home / "project" / "resolver.toml").write_text("x = 1\n", "utf-8")
    assert failed(config("list"), 2) == f"{home}/project/resolver.toml:1: unknown key x"
    assert run_here("config", "--help").code == 0
