"""A pip that reads lock files (26 or newer), where there is one.

It is that of the interpreter that ``RESOLVER_TEST_PIP`` names, else of the one that runs the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

__all__ = ["PIP", "needs_pip", "python_of_pip"]

_PYTHON = os.environ.get("RESOLVER_TEST_PIP", sys.executable)

PIP = (_PYTHON, "-m", "pip")
"""The words that start it."""


def _is_new() -> bool:
    done = subprocess.run([*PIP, "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.split(" ")[1:2]
    return bool(version) and int(version[0].partition(".")[0]) >= 26


def python_of_pip() -> str:
    """Return the version of the interpreter that it runs on."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    return subprocess.run([_PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


needs_pip = pytest.mark.skipif(not _is_new(), reason="there is no pip 26: name one by RESOLVER_TEST_PIP")
