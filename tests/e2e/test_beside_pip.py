"""Lock files and reports of recorded sets beside pip: it installs the one, and writes the other itself.

Run with ``RESOLVER_TEST_PIP`` naming a Python 3.12 (for that the sets were recorded) that has pip 26, and
with the recorded index beside the checkout: without either these tests are skipped.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.pylock import Pylock
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name

from support.command import run_command, succeeded
from support.installers import PIP, needs_pip, python_of_pip
from support.recorded_index import EXPECTED, REQUIREMENTS, SETS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, needs_recorded_index]

SOLVABLE = [name for name in SETS if name not in ("conflict-a", "conflict-b2")]
needs_python = pytest.mark.skipif(
    not python_of_pip().startswith("3.12."), reason="RESOLVER_TEST_PIP names no Python 3.12"
)


@pytest.fixture(scope="module")
def index() -> Iterator[RecordedIndex]:
    """Serve the recorded index; its wheels hold nothing but metadata."""
    with RecordedIndex() as found:
        yield found


def resolve(index: RecordedIndex, name: str, folder: Path, *words: str) -> str:
    """Return what the command writes for a set."""
    where = ("--index-url", index.url, "--cache-dir", str(folder / "cache"))
    target = ("--python-version", "3.12", "--no-build", "-q")
    return succeeded(
        run_command("resolve", f"{name}.in", *where, *target, *words, home=folder, cwd=REQUIREMENTS)
    )


def pip(folder: Path, *words: str) -> None:
    """Run pip to success, with a home of its own."""
    environ = {"HOME": str(folder), "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1", "PATH": "/bin"}
    done = subprocess.run([*PIP, *words], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SOLVABLE)
def test_lock_files_are_valid_and_complete(index: RecordedIndex, tmp_path: Path, name: str) -> None:
    """By the judgement of packaging, which chooses a file of each package for the target."""
    lock = Pylock.from_dict(tomllib.loads(resolve(index, name, tmp_path, "--format", "pylock")))
    lock.validate()
    expected = (EXPECTED / f"{name}.txt").read_text("utf-8").split()
    assert [f"{each.name}=={each.version}" for each in lock.packages] == expected
    assert all(wheel.hashes["sha256"] for each in lock.packages for wheel in each.wheels or ())


def test_installers_select_what_was_resolved(index: RecordedIndex, tmp_path: Path) -> None:
    """By packaging's choice among the files, as pip makes it: the file that the report names."""
    report = json.loads(resolve(index, "data", tmp_path, "--format", "pip-report"))
    lock = Pylock.from_dict(tomllib.loads(resolve(index, "data", tmp_path, "--format", "pylock")))
    tags = [*cpython_tags((3, 12)), *compatible_tags((3, 12), "cp312")]
    environment: Any = report["environment"]  # to types it is one with all keys
    chosen = {
        package.name: getattr(file, "url", None)
        for package, file in lock.select(environment=environment, tags=tags)
    }
    assert chosen == {
        canonicalize_name(item["metadata"]["name"]): item["download_info"]["url"]
        for item in report["install"]
    }


@needs_pip
@needs_python
def test_pip_installs_a_lock_file(index: RecordedIndex, tmp_path: Path) -> None:
    """Each package in the version of the pins, without an index to choose others from."""
    resolve(index, "small", tmp_path, "-o", str(tmp_path / "pylock.toml"))
    site = tmp_path / "site"
    pip(tmp_path, *("install", "--no-index", "--target", str(site), "-r", str(tmp_path / "pylock.toml")))
    assert installed(site) == expected_in_small()


@needs_pip
@needs_python
def test_pip_accepts_the_hashes(index: RecordedIndex, tmp_path: Path) -> None:
    """Of each file that it fetches; a file without one in a list is refused."""
    resolve(index, "small", tmp_path, "--generate-hashes", "-o", str(tmp_path / "pins.txt"))
    site = tmp_path / "site"
    wanted = ("--require-hashes", "--index-url", index.url, "-r", str(tmp_path / "pins.txt"))
    pip(tmp_path, "install", "--target", str(site), *wanted)
    assert installed(site) == expected_in_small()


@needs_pip
@needs_python
def test_the_report_is_that_of_pip(index: RecordedIndex, tmp_path: Path) -> None:
    """Key by key, but for the order of packages and the patch version of Python."""
    version = python_of_pip()
    words = ("--format", "pip-report", "--python-version", version)
    ours = json.loads(resolve(index, "small", tmp_path, *words))
    path = tmp_path / "report.json"
    wanted = ("-r", str(REQUIREMENTS / "small.in"), "--report", str(path))
    quiet = ("-q", "--index-url", index.url, "--only-binary", ":all:")
    pip(tmp_path, "install", "--dry-run", "--ignore-installed", *quiet, *wanted)
    theirs = json.loads(path.read_text("utf-8"))
    assert ours.keys() == theirs.keys()
    assert (ours["version"], ours["pip_version"]) == (theirs["version"], theirs["pip_version"])
    assert ours["environment"] == theirs["environment"]
    assert by_name(ours) == by_name(theirs)


def installed(site: Path) -> set[str]:
    """Return the distributions in a folder, as name-version."""
    return {path.stem.lower().replace("_", "-") for path in site.glob("*.dist-info")}


def expected_in_small() -> set[str]:
    """Return the pins of the set ``small``, as name-version."""
    return {line.replace("==", "-") for line in (EXPECTED / "small.txt").read_text("utf-8").split()}


def by_name(report: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be installed, without the text that we do not read."""
    found = {}
    for item in report["install"]:
        item["metadata"].pop("description", None)
        found[item["metadata"]["name"]] = item
    assert len(found) == len(report["install"])
    return found
