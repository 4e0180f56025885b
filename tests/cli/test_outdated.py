"""``resolver outdated``: what is behind, what holds it back, and where the pins come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import failed, run_here, succeeded, without_configuration
from support.hard import record
from support.schema import check, load_schema

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Done

pytestmark = pytest.mark.slow

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["core<3", "lib"]}, "2": {"requires": ["core<3 ; os_name != 'nt'", "lib"]}},
    "core": {"1": {}, "2": {}, "3": {}},
    "lib": {"1": {}, "2": {"requires_python": ">=3.13"}, "3rc1": {}},
    "calm": {"1": {}, "2": {"yanked": "bad"}, "3rc1": {}},
    "tied": {"1": {}, "2": {"requires": ["core>2"]}},
    "asked": {"1": {}, "2": {}, "3": {}},
}

TABLE = """\
package  current  allowed  newest  held back by
app      1        2        2
asked    1        2        3       you require asked<3 (a.in:4)
core     1        2        3       app 2 requires core<3
lib      1        1        2       2 needs Python >=3.13 (the target is Python 3.12.0)
old      1.0      -        -       nothing requires it
tied     1        1        2       other packages (see resolver why tied)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a recording, sources, and pins of before."""
    without_configuration(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "rec", PACKAGES)
    (tmp_path / "a.in").write_text("app\ncalm\ntied\nasked<3\n", "utf-8")
    pins = "".join(f"{name}==1{'.0' * (name == 'calm')}\n" for name in PACKAGES)
    (tmp_path / "pins.txt").write_text(f"{pins}old==1.0\n", "utf-8")
    (tmp_path / "requirements.txt").write_text(pins, "utf-8")
    return tmp_path


def outdated(*words: str) -> Done:
    """Run the command on the recorded index."""
    target = ("--replay", "rec", "--python-version", "3.12", "--python-platform", "linux")
    return run_here("outdated", *words, *target)


def test_pins_of_the_output_file_under_what_the_sources_ask_for(home: Path) -> None:
    assert succeeded(outdated("a.in", "-o", "pins.txt")) == TABLE
    assert succeeded(outdated("a.in", "--preference", "pins.txt")) == TABLE
    assert (home / "pins.txt").read_text("utf-8").startswith("app==1\n")


@pytest.mark.usefixtures("home")
def test_what_is_set_for_other_commands_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is looked at as if it were upgraded, also where a variable asks for the fewest changes."""
    monkeypatch.setenv("RESOLVER_MINIMAL", "1")
    assert succeeded(outdated("a.in", "-o", "pins.txt")) == TABLE


@pytest.mark.usefixtures("home")
def test_pins_of_the_sources_themselves() -> None:
    """Then their own ``==`` holds nothing back; by default it is those of requirements.txt."""
    said = succeeded(outdated())
    assert said == succeeded(outdated("requirements.txt"))
    assert "asked    1        3        3\n" in said
    assert "core     1        2        3       app 2 requires core<3\n" in said


@pytest.mark.usefixtures("home")
def test_json_is_that_of_the_schema() -> None:
    """It has those that are not behind, too."""
    document = json.loads(succeeded(outdated("a.in", "-o", "pins.txt", "--format", "json")))
    check(document, load_schema("outdated-1"))
    by_name = {each["name"]: each for each in document["pins"]}
    assert by_name["calm"] == {"name": "calm", "current": "1", "allowed": "1", "newest": "1", "held": []}
    assert by_name["old"]["allowed"] is None
    assert len(by_name) == 7


def test_exit_codes_and_what_is_said_besides(home: Path) -> None:
    assert outdated("a.in", "-o", "pins.txt", "--check").code == 6
    assert "4 of 7 pins can be upgraded\n" in outdated("a.in", "-o", "pins.txt", "-v").stderr
    (home / "calm.txt").write_text("calm==1\n", "utf-8")
    assert succeeded(outdated("calm.txt", "--check")) == ""
    assert failed(outdated("a.in"), 2).startswith("there are no pins")
    (home / "none.in").write_text("core>9\n", "utf-8")
    assert outdated("none.in", "-o", "pins.txt").code == 1


@pytest.mark.usefixtures("home")
def test_colour_marks_what_can_be_upgraded() -> None:
    said = succeeded(outdated("a.in", "-o", "pins.txt", "--color", "always"))
    assert said.startswith("\033[1mpackage")
    assert "\033[32mapp      1        2        2\033[0m\n" in said
    assert "\nlib " in said
