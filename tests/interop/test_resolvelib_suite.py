"""resolvelib's own tests with ``PubGrubResolver`` in the place of ``Resolver``.

``RESOLVELIB_SOURCE`` names the unpacked source distribution (docs/interop.md).  The resolver is replaced from
outside, by ``support.resolvelib_plugin``; nothing of resolvelib is changed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = os.environ.get("RESOLVELIB_SOURCE", "")
SUPPORT = Path(__file__).resolve().parents[1] / "support"


@pytest.mark.slow
@pytest.mark.skipif(not SOURCE, reason="RESOLVELIB_SOURCE does not name resolvelib's source distribution")
def test_all_tests_of_resolvelib_pass() -> None:
    """Each of them, the expected failures included, if there are any that a complete solver can pass."""
    tests = Path(SOURCE) / "tests"
    plugins = ["-p", "resolvelib_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "-c", os.devnull, "--rootdir", SOURCE, str(tests)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b\d+ passed\b", done.stdout), done.stdout
    assert "failed" not in done.stdout
