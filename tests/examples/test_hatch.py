"""Hatch with the plugin of ``examples/hatch``: it locks an environment, installs that, and keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Hatch = Callable[..., subprocess.CompletedProcess[str]]

pytest.importorskip("hatch")
if not any(point.value == "hatch_pubgrub" for point in entry_points(group="hatch")):
    pytest.skip("the plugin is not installed", allow_module_level=True)


@pytest.fixture
def index() -> Iterator[Loopback]:
    with Loopback() as index:
        index.add("app", "1", ["lib"])
        index.add("lib", "1")
        yield index


@pytest.fixture
def hatch(index: Loopback, tmp_path: Path) -> Hatch:
    """Return a function that runs Hatch in a project that wants app."""
    (tmp_path / "config.toml").touch()
    environ = {**os.environ, "PIP_INDEX_URL": index.index, "HATCH_CONFIG": str(tmp_path / "config.toml")}
    environ |= {f"HATCH_{name}_DIR": str(tmp_path / name.lower()) for name in ("DATA", "CACHE")}
    environ["HOME"] = str(tmp_path)

    def run(*words: str, wanted: str = "app") -> subprocess.CompletedProcess[str]:
        (tmp_path / "pyproject.toml").write_text(
            f"""
[project]
name = "root"
version = "0"
[tool.hatch]
locker = "pubgrub"
[tool.hatch.envs.default]
locked = true
skip-install = true
dependencies = ["{wanted}"]
"""
        )
        command = [sys.executable, "-m", "hatch", *words]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    return run


def locked(folder: Path) -> dict[str, str]:
    """Return what is locked; each file with a digest."""
    packages = tomllib.loads((folder / "pylock.toml").read_text("utf-8"))["packages"]
    assert all(wheel["hashes"]["sha256"] for each in packages for wheel in each["wheels"])
    return {each["name"]: each["version"] for each in packages}


@pytest.mark.slow
def test_hatch_locks_keeps_and_upgrades(hatch: Hatch, index: Loopback, tmp_path: Path) -> None:
    """Newer versions do not change a lock before somebody asks for them."""
    done = hatch("env", "lock")
    assert done.returncode == 0, done.stderr
    assert locked(tmp_path) == {"app": "1", "lib": "1"}
    code = "from importlib.metadata import version; print(version('app'), version('lib'))"
    done = hatch("run", "python", "-c", code)
    assert done.stdout.splitlines()[-1] == "1 1", done.stderr
    index.add("app", "2", ["lib"])
    index.add("lib", "2")
    assert hatch("env", "lock", "--check").returncode == 0
    assert hatch("env", "lock", "--upgrade-package", "lib").returncode == 0
    assert locked(tmp_path) == {"app": "1", "lib": "2"}
    assert hatch("env", "lock", "--upgrade").returncode == 0
    assert locked(tmp_path) == {"app": "2", "lib": "2"}


@pytest.mark.slow
def test_hatch_shows_why_there_is_no_lock(hatch: Hatch, tmp_path: Path) -> None:
    done = hatch("env", "lock", wanted="app>1")
    assert done.returncode != 0
    assert "Because you require app>1" in " ".join(done.stderr.split())
    assert not (tmp_path / "pylock.toml").exists()
