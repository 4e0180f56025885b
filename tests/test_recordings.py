"""The recordings in ``fixtures`` replay to the answers that lie beside them, with the effort they took."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.cli import Streams, run
from resolver.formats.requirements_txt import read
from resolver.options import Options
from resolver.session import solve

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = "fixtures/requirements/tools.txt"
RECORDING = "fixtures/recordings/tools"


def test_the_readmes_recording_gives_the_expected_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, from the root of the project as in README.md."""
    monkeypatch.chdir(ROOT)
    stdout, stderr = io.StringIO(), io.StringIO()
    target = ("--python-version", "3.12", "--python-platform", "linux", "--no-header")
    code = run(
        ["resolve", REQUIREMENTS, "--replay", RECORDING, *target],
        Streams(io.TextIOWrapper(io.BytesIO()), stdout, stderr, {}),
    )
    assert (code, stderr.getvalue()) == (0, "")
    assert stdout.getvalue() == (ROOT / "fixtures/requirements/tools.pins").read_text(encoding="utf-8")


def test_the_readmes_resolution_looks_at_one_candidate_a_package() -> None:
    """Nothing in it conflicts, so that nothing needs to be tried twice."""
    given = read(str(ROOT / REQUIREMENTS), stdin=None, environ={}).requirements
    replayed = Options(python_version="3.12", python_platform="linux", replay=str(ROOT / RECORDING))
    answer = solve(given, [], replayed)
    statistics = answer.statistics
    assert (statistics.conflicts, statistics.candidates, statistics.requests) == (0, len(answer.pins), 0)
