"""pdm with the plugin of ``examples/pdm``: locks by PubGrub, and says why where there is no lock."""

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
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("pdm")
if not any(point.value == "pdm_pubgrub:plugin" for point in entry_points(group="pdm")):
    pytest.skip("the plugin is not installed", allow_module_level=True)


@pytest.fixture
def index() -> Iterator[Loopback]:
    with Loopback() as index:
        index.add("app", "1", ["lib<2"])
        index.add("app", "2", ["lib>=2 ; python_version>='3'", "base<2"])
        index.add("lib", "1")
        index.add("lib", "2", ["base>=2"])
        index.add("base", "1")
        index.add("base", "2")
        yield index


def lock(folder: Path, index: Loopback, *dependencies: str) -> subprocess.CompletedProcess[str]:
    """Run ``pdm lock`` on a project with ``dependencies``."""
    (folder / "pyproject.toml").write_text(
        f"""
[project]
name = "root"
version = "0"
requires-python = "=={sys.version_info.major}.{sys.version_info.minor}.*"
dependencies = {list(dependencies)}
[[tool.pdm.source]]
name = "pypi"
url = "{index.index}"
verify_ssl = false
"""
    )
    command = [sys.executable, "-m", "pdm", "lock", "-p", str(folder)]
    environ = {
        **os.environ,
        "PDM_CHECK_UPDATE": "0",
        "PDM_NO_CACHE": "1",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_lock_is_made_by_pubgrub(index: Loopback, tmp_path: Path) -> None:
    """Pdm writes what it would write; the newest app does not fit, and is taken back."""
    done = lock(tmp_path, index, "app")
    assert done.returncode == 0, done.stderr
    packages = tomllib.loads((tmp_path / "pdm.lock").read_text())["package"]
    assert {each["name"]: each["version"] for each in packages} == {"app": "1", "lib": "1"}
    assert all(each["files"][0]["hash"].startswith("sha256:") for each in packages)


@pytest.mark.slow
def test_what_cannot_be_locked_is_explained(index: Loopback, tmp_path: Path) -> None:
    done = lock(tmp_path, index, "app>=2", "lib<3")
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert "Because" in said
    assert "base<2" in said
