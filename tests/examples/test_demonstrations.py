"""The examples do what they show, each in a Python of its own, and without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What an example must not import, as a browser does not have it; nothing where an index is asked.
MODULES = {"audit.audit": "", "conda.caller": "", "pyodide.browser": "aiohttp msgspec"}

_RUN = """
import runpy, sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name in {missing!r}.split():
            raise AssertionError(f"{{name}} is imported")
sys.meta_path.insert(0, Refusing())
runpy.run_module("examples.{module}", run_name="__main__")
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_example_runs(module: str) -> None:
    """It checks its own result, and says what it is."""
    code = _RUN.format(module=module, missing=MODULES[module])
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_every_example_is_described() -> None:
    """README.md names each folder, and how it is run."""
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    folders = {
        path.name for path in (ROOT / "examples").iterdir() if path.is_dir() and path.name[0] not in "._"
    }
    assert [name for name in sorted(folders) if f"]({name}/)" not in text] == []
    assert [module for module in MODULES if f"python -m examples.{module}" not in text] == []
