"""``resolver diff``: files of every kind, exit codes, colour, and what it is not given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import failed, run_here, succeeded, without_configuration

if TYPE_CHECKING:
    from support.command import Done

RECORDING = Path(__file__).resolve().parents[2] / "fixtures" / "recordings" / "tools"
pytestmark = pytest.mark.slow

SAID = "upgraded   idna 3.1 -> 3.20\nremoved    other 1\n1 removed, 1 upgraded\n"
TARGET = ("--replay", str(RECORDING), "--python-version", "3.12", "--python-platform", "linux")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a list of pins of before, and a newer one in three formats."""
    without_configuration(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.in").write_text("idna\n", "utf-8")
    (tmp_path / "old.txt").write_text("idna==3.1\nother==1\n", "utf-8")
    for name, form in (("new.txt", "requirements"), ("pylock.toml", "pylock"), ("new.json", "json")):
        succeeded(run_here("resolve", "a.in", "-o", name, "--format", form, *TARGET))
    return tmp_path


@pytest.mark.parametrize("new", ["new.txt", "pylock.toml", "new.json"])
@pytest.mark.usefixtures("home")
def test_files_of_every_kind(new: str) -> None:
    assert succeeded(run_here("diff", "old.txt", new)) == SAID
    assert succeeded(run_here("diff", new, new)) == ""
    assert succeeded(run_here("diff", new, "pylock.toml")) == ""


@pytest.mark.usefixtures("home")
def test_exit_codes() -> None:
    """As of ``git diff``: 0, whatever differs, unless it is asked."""
    done = run_here("diff", "old.txt", "new.txt", "--check")
    assert (done.code, done.stdout, done.stderr) == (6, SAID, "")
    assert run_here("diff", "old.txt", "old.txt", "--check").code == 0
    said = run_here("diff", "old.txt", "old.txt", "-v").stderr
    assert said == "note: there is no difference\n"


def test_other_forms(home: Path) -> None:
    document = json.loads(succeeded(run_here("diff", "old.txt", "new.json", "--format=json")))
    assert [each["name"] for each in document["changes"]] == ["idna", "other"]
    assert "\033[36mupgraded" in succeeded(run_here("diff", "old.txt", "new.txt", "--color", "always"))
    succeeded(run_here("diff", "old.txt", "new.txt", "-o", "said.txt", "--color", "always"))
    assert (home / "said.txt").read_text("utf-8") == SAID


def test_what_it_is_not_given(home: Path) -> None:
    assert failed(run_here("diff", "old.txt"), 2).startswith("name two files")
    assert "only one of the two" in failed(run_here("diff", "-", "-"), 2)
    assert "no such file" in failed(run_here("diff", "old.txt", "none.txt"), 2)
    assert "new.txt:2" in failed(_broken(home), 2)
    done = run_here("diff", "old.txt", "a.in")
    assert (done.code, done.stderr) == (0, "warning: a.in:1: idna is no pin, and is not compared\n")


def _broken(home: Path) -> Done:
    (home / "new.txt").write_text("a==1\nb=1\n", "utf-8")
    return run_here("diff", "old.txt", "new.txt")
