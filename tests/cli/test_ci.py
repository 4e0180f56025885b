"""What the repository offers to CI: the hooks of pre-commit and the GitHub action, run as they stand.

What pre-commit and GitHub do themselves (installing, ``uses:``) is not done here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resolver.settings import TABLE
from support.command import clean_environ
from support.hard import record

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).resolve().parents[2]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts are those of POSIX")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return a project with a requirements file, and the commands ``resolver`` and ``python`` on its path."""
    record(tmp_path / "rec", {"app": {"1": {"requires": ["lib"]}}, "lib": {"1": {}, "2": {}}})
    (tmp_path / "requirements.in").write_text("app\n", "utf-8")
    (tmp_path / "bin").mkdir()
    for name, text in (
        ("resolver", f'exec {sys.executable} -m resolver "$@"'),
        ("python", 'echo "$@" >>installed'),
    ):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def run(work: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the project."""
    variables = clean_environ(work, RESOLVER_REPLAY="rec", **environ)
    variables["PATH"] = f"{work / 'bin'}:{variables['PATH']}"
    return subprocess.run(
        words, cwd=work, env=variables, capture_output=True, text=True, timeout=60, check=False
    )


def test_hooks_are_what_pre_commit_reads() -> None:
    """Their words are those of the command, and they start when one of its files changes."""
    assert HOOKS.keys() == {"resolve", "resolve-check"}
    for hook in HOOKS.values():
        assert hook.keys() == {
            "id", "name", "description", "entry", "args", "language", "files", "pass_filenames",
        }  # fmt: skip
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
        for path in ("requirements.in", "requirements-dev.txt", "sub/pyproject.toml", "constraints.txt"):
            assert re.search(hook["files"], path), path
        for path in ("README.md", "src/requirements.py", "poetry.toml"):
            assert not re.search(hook["files"], path), path


def hook(work: Path, name: str) -> int:
    """Run a hook as pre-commit does: entry and arguments; return its exit code."""
    return run(work, *HOOKS[name]["entry"].split(), *HOOKS[name]["args"]).returncode


@pytest.mark.slow
def test_the_hook_resolve_writes_the_pins(work: Path) -> None:
    """And says nothing where all is well."""
    assert hook(work, "resolve") == 0
    assert "lib==2\n" in (work / "requirements.txt").read_text("utf-8")


@pytest.mark.slow
def test_the_hook_resolve_check_fails_where_pins_would_change(work: Path) -> None:
    """It leaves them as they are."""
    assert hook(work, "resolve") == 0
    assert hook(work, "resolve-check") == 0
    (work / "requirements.in").write_text("app\nlib<2\n", "utf-8")
    assert hook(work, "resolve-check") == 6
    assert "lib==2\n" in (work / "requirements.txt").read_text("utf-8")


def test_the_action_is_what_github_reads() -> None:
    """Inputs and outputs have descriptions; no input is pasted into a script, where it could be a command."""
    assert ACTION["runs"]["using"] == "composite"
    assert all(each["description"] for kind in ("inputs", "outputs") for each in ACTION[kind].values())
    for step in STEPS.values():
        assert ("run" in step) != ("uses" in step)
        assert "run" not in step or (step["shell"] == "bash" and "${{" not in step["run"])
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == ACTION["inputs"].keys()
    ids = {step["id"] for step in STEPS.values() if "id" in step}
    assert set(re.findall(r"steps\.([a-z-]+)\.", (ROOT / "action.yml").read_text("utf-8"))) == ids


def step(work: Path, name: str, **inputs: str) -> tuple[int, str, dict[str, str]]:
    """Run the script of a step; return its exit code, what it says, and its outputs."""
    given = {key: str(each["default"]) for key, each in ACTION["inputs"].items()} | {
        key.replace("_", "-"): value for key, value in inputs.items()
    }
    context = {f"inputs.{key}": value for key, value in given.items()} | {"github.action_path": "/the/action"}
    environ = {
        key: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: context[found[1]], value)
        for key, value in STEPS[name].get("env", {}).items()
    }
    files = {"GITHUB_OUTPUT": work / "output", "GITHUB_STEP_SUMMARY": work / "summary"}
    for path in files.values():
        path.write_text("", "utf-8")
    # As GitHub starts ``shell: bash``.
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    done = run(work, *words, **environ, **{key: str(path) for key, path in files.items()})
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
    return done.returncode, done.stdout + done.stderr, outputs


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


@needs_bash
@pytest.mark.slow
def test_the_action_installs_itself_and_finds_its_cache(work: Path) -> None:
    """With the version of the action that was chosen."""
    assert step(work, "Install resolver")[0] == 0
    assert (work / "installed").read_text("utf-8") == "-m pip install --quiet /the/action\n"
    code, _, outputs = step(work, "Find the cache")
    assert (code, outputs) == (0, {"dir": f"{work}/.cache/resolver"})
    assert STEPS["Restore the cache"]["with"]["path"] == "${{ steps.cache.outputs.dir }}"
    assert step(work, "Prune the cache")[0] == 0


@needs_bash
@pytest.mark.slow
def test_the_action_resolves_and_shows_the_tree(work: Path) -> None:
    """``changed`` says whether another step has something to commit."""
    code, _, outputs = step(work, "Resolve", mode="resolve")
    assert (code, outputs) == (0, {"changed": "true", "exit-code": "0"})
    assert step(work, "Resolve", mode="resolve")[2]["changed"] == "false"
    assert step(work, "Show the tree")[0] == 0
    summary = (work / "summary").read_text("utf-8")
    assert summary.startswith("### Resolved packages\n\n```text\n")
    assert "lib" in summary


@needs_bash
@pytest.mark.slow
def test_the_action_passes_options_and_exit_codes_on(work: Path) -> None:
    """Words are words: nothing in them is run."""
    code, said, outputs = step(
        work, "Resolve", mode="resolve", args="--exclude lib; --exclude $(touch${IFS}bad)"
    )
    assert code == 2
    assert "lib;" in said
    assert outputs == {"changed": "false", "exit-code": "2"}
    assert not (work / "bad").exists()
    code, said, _ = step(work, "Resolve", mode="both")
    assert (code, "mode is 'both'" in said) == (2, True)
    assert step(work, "Resolve", mode="resolve", args="--exclude lib")[0] == 0
    assert "lib==" not in (work / "requirements.txt").read_text("utf-8")


@needs_bash
@pytest.mark.slow
def test_the_action_checks(work: Path) -> None:
    """Pins that would change are an error that points at the file."""
    assert step(work, "Resolve", mode="resolve")[0] == 0
    assert step(work, "Resolve")[::2] == (0, {"changed": "false", "exit-code": "0"})
    (work / "requirements.in").write_text("app\nlib<2\n", "utf-8")
    code, said, outputs = step(work, "Resolve")
    assert (code, outputs) == (6, {"changed": "true", "exit-code": "6"})
    assert "::error file=requirements.txt::requirements.txt is not what requirements.in asks for" in said


def test_the_words_of_the_page_are_words_of_the_command() -> None:
    """Of docs/ci.md: each option there is one."""
    flags = set(re.findall(r"--[a-z][a-z-]+", (ROOT / "docs" / "ci.md").read_text("utf-8")))
    known = {flag for setting in TABLE for flag in setting.flags}
    assert flags <= known
