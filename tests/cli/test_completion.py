"""``resolver completion``: each script is what its shell reads, and completes words in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from resolver.manual import FIRST_WORDS, SHELLS
from resolver.settings import COMMANDS, TABLE
from support.command import failed, run_here, succeeded

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the path of the script of a shell that is installed; work beside some files."""
    shell = request.node.name.partition("[")[2].partition("-")[0].rstrip("]") or "bash"
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    pytest.importorskip("shtab")
    path = tmp_path / "script"
    path.write_text(succeeded(run_here("completion", shell)), "utf-8")
    work = tmp_path / "work"
    (work / "folder").mkdir(parents=True)
    (work / "requirements.in").touch()
    monkeypatch.chdir(work)
    return str(path)


def said(*words: str) -> str:
    """Return what a program prints."""
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    assert done.stderr == ""
    return done.stdout


def bash(script: str, *words: str) -> list[str]:
    """Return what bash offers for the last of ``words``."""
    line = (
        f"source {script}; COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1};"
        ' COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE};'
        " $(complete -p resolver | sed 's/.*-F \\([^ ]*\\).*/\\1/') resolver;"
        " printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    return said("bash", "--norc", "-c", line).split()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["re"], {"resolve", "resolve-many"}),
        (["resolve", "--resol"], {"--resolution"}),
        (["resolve", "--resolution", ""], {"highest", "lowest", "lowest-direct"}),
        (["resolve", "--cache-dir", ""], {"folder"}),
        (["resolve", "req"], {"requirements.in"}),
        (["resolve", "-c", "req"], {"requirements.in"}),
        (["cache", ""], {"dir", "info", "prune", "clean"}),
        (["config", "explain", "index-u"], {"index-url"}),
        (["completion", "z"], {"zsh"}),
    ],
    ids=lambda value: "bash-" + " ".join(value) if isinstance(value, list) else "",
)
def test_bash_completes(script: str, words: list[str], expected: set[str]) -> None:
    """Commands, options, choices, files, folders and first words."""
    assert set(bash(script, "resolver", *words)) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("re", {"resolve", "resolve-many"}),
        ("resolve --resol", {"--resolution"}),
        ("cache ", {"dir", "info", "prune", "clean"}),
    ],
    ids=lambda value: f"fish-{value}" if isinstance(value, str) else "",
)
def test_fish_completes(script: str, words: str, expected: set[str]) -> None:
    """The same."""
    found = said("fish", "--no-config", "-c", f"source {script}; complete -C 'resolver {words}'")
    assert {line.partition("\t")[0] for line in found.splitlines()} >= expected


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_read_their_script(script: str, shell: str) -> None:
    """Without a complaint."""
    assert said(shell, "-f", "-n", script) == ""


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["zsh"])
def test_zsh_knows_who_completes(script: str, shell: str) -> None:
    """Where the script is evaluated, and where it lies in the path of functions."""
    begin = "autoload -U compinit; "
    evaluated = said(
        shell, "-f", "-c", f'{begin} compinit -D -u; eval "$(cat {script})"; print $_comps[resolver]'
    )
    assert evaluated == "_shtab_resolver\n"
    shutil.copy(script, "_resolver")
    found = said(shell, "-f", "-c", f"fpath=($PWD $fpath); {begin} compinit -D -u; print $_comps[resolver]")
    assert found == "_resolver\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_are_static_and_have_everything(shell: str) -> None:
    """Nothing of ours runs when somebody presses the key."""
    pytest.importorskip("shtab")
    written = succeeded(run_here("completion", shell))
    assert "$(resolver" not in written
    assert "`resolver" not in written
    assert [command for command in COMMANDS if command not in written] == []
    assert "exclude-newer" in written


def test_first_words_are_of_commands() -> None:
    assert FIRST_WORDS.keys() <= COMMANDS.keys()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["elvish"], "there is no completion for 'elvish', only for bash, zsh, fish, tcsh"),
        ([], "say which shell: resolver completion bash, zsh, fish, tcsh"),
    ],
)
def test_other_shells_are_refused(words: list[str], expected: str) -> None:
    assert failed(run_here("completion", *words), 2) == expected


def test_without_shtab_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert failed(run_here("completion", "bash"), 2) == (
        "completion takes shtab, which is not installed: pip install 'pubgrub-resolver[completion]'"
    )


def test_hidden_and_unsupported_spellings_are_not_offered() -> None:
    """As in help."""
    pytest.importorskip("shtab")
    written = succeeded(run_here("completion", "bash"))
    for flag in (flag for setting in TABLE for flag in setting.hidden if len(flag) > 3):
        assert f"{flag} " not in written
