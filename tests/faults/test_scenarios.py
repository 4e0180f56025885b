"""Each named fault comes out as expected, and does not where its defence is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from faults.scenarios import all_scenarios
from support.scenarios import play

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = all_scenarios()


@pytest.mark.parametrize("name", SCENARIOS)
def test_fault(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(SCENARIOS[name], _folder(tmp_path), monkeypatch)


@pytest.mark.parametrize("name", SCENARIOS)
def test_defence_is_what_helps(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        play(SCENARIOS[name], _folder(tmp_path), monkeypatch, defended=False)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stage"
    folder.mkdir()
    return folder
