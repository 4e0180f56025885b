"""Options of other programs: done by ours, so anyway, or refused with advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.arguments import Arguments, parse
from resolver.errors import InputError
from resolver.foreign import IDLE, LOST, MEANT, REFUSED
from resolver.options import Options
from resolver.settings import TABLE
from support.command import run_command

if TYPE_CHECKING:
    from pathlib import Path


def resolve(*words: str) -> Arguments:
    """Return what is said on a command line."""
    return parse(["resolve", *words], {})


def refusal(*words: str) -> str:
    """Return why it is refused."""
    with pytest.raises(InputError) as caught:
        resolve(*words)
    return str(caught.value)


def test_command_of_pip_compile_is_taken_as_it_is() -> None:
    found = resolve(
        *("--no-emit-index-url", "--resolver=backtracking", "--allow-unsafe", "--quiet"),
        *("--no-upgrade", "--newline", "lf", "--rebuild", "--no-build-isolation"),
        *("-o", "x.txt", "requirements.in"),
    )  # fmt: skip
    assert found.operands == ("requirements.in",)
    assert found.text("output_file") == "x.txt"
    assert found.is_on("refresh")
    assert found.notes == (
        "--resolver has no effect: there is one algorithm (see --engine)",
        "--allow-unsafe has no effect: every package is written",
        "--no-upgrade has no effect: versions of before are kept without --upgrade",
        "--newline has no effect: lines end as on Unix",
    )
    assert found.warnings == ("--no-build-isolation has no effect: builds are always isolated",)
    assert not {"--allow-unsafe", "--resolver=backtracking", "lf"} & set(found.words), "none is in a header"


@pytest.mark.parametrize("report", [["--report", "r.json"], ["--report=r.json"]])
def test_command_of_pip_is_taken_as_it_is(report: list[str]) -> None:
    words = ("--dry-run", "--python-version", "312", "--platform", "win_amd64", "-r", "a.in")
    found = resolve(*words, *report, "--no-input", "--progress-bar", "off")
    assert (found.text("format"), found.operands) == ("pip-report", ("a.in",))
    assert found.text("output_file") == "r.json"


def test_a_dry_run_writes_no_file() -> None:
    """pip-compile shows what it would write; nothing may be written here either."""
    assert resolve("--dry-run", "a.in", "-o", "-").operands == ("a.in",)
    assert refusal("--dry-run", "a.in", "-o", "a.txt") == (
        "--dry-run and -o exclude each other: leave out -o, or write --check"
    )


def test_command_of_uv_is_taken_as_it_is() -> None:
    found = resolve(
        *("--system", "--no-sources", "--link-mode", "copy", "--no-build-package", "a"),
        *("--no-binary-package=b", "--dev", "a.in"),
    )  # fmt: skip
    assert [found.texts(name) for name in ("only_binary", "no_binary", "group")] == [("a",), ("b",), ("dev",)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--universal"], "--universal is not supported: one target is solved at a time; name it by"),
        (["--excludes", "a.txt"], "--excludes is not supported: name each package: --exclude NAME"),
        (["-p", "3.12"], "-p is not supported: uv calls --python so, and pip-compile --pre"),
        (["-e", "."], "-e is not supported: name the project as an operand"),
        (["-qe", "."], "-e is not supported"),
        (["--resolver", "legacy"], "--resolver legacy is not supported: there is one algorithm"),
        (["--newline", "crlf"], "--newline crlf is not supported: lines end as on Unix"),
        (["--resolver"], "--resolver wants a value: NAME"),
        (["--allow-unsafe=1"], "--allow-unsafe takes no value"),
        (["--report"], "--output-file wants a value: FILE"),
    ],
)
def test_what_cannot_be_done_is_refused_with_advice(words: list[str], expected: str) -> None:
    assert refusal(*words).startswith(expected)


def test_the_tables_say_one_thing_of_an_option() -> None:
    """None of them is ours, none is in two tables, and what is meant is taken."""
    ours = {flag for setting in TABLE for flag in (*setting.flags, *setting.hidden)}
    tables = [set(MEANT), set(IDLE), set(LOST), set(REFUSED)]
    assert sum(map(len, tables)) == len(set().union(*tables))
    assert not ours & set().union(*tables)
    for words in MEANT.values():
        assert resolve(*words, *(["value"] if words[-1] == "--output-file" else [])).command == "resolve"


def test_python_versions_may_be_written_as_for_pip() -> None:
    assert Options(python_version="312") == Options(python_version="3.12")
    with pytest.raises(InputError, match=r"write it as 3\.12"):
        Options(python_version="3")


def test_what_has_no_effect_is_said_to_those_who_ask(tmp_path: Path) -> None:
    """Warnings are for all, notes for -v."""
    words = ("resolve", "a.in", "--offline", "--allow-unsafe", "--no-build-isolation")
    plain = run_command(*words, home=tmp_path)
    assert "--no-build-isolation has no effect" in plain.stderr
    assert "--allow-unsafe" not in plain.stderr
    assert "note: --allow-unsafe has no effect" in run_command(*words, "-v", home=tmp_path).stderr
