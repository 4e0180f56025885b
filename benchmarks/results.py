"""Results as files: one JSON a section, with where it was measured, so that pages can be made from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RESULTS", "read", "write"]

RESULTS = ROOT / "benchmarks" / "results"
"""The results that the documentation shows."""


def write(folder: Path, section: str, document: dict[str, Any]) -> None:
    """Write what a section found."""
    folder.mkdir(parents=True, exist_ok=True)
    text = _dumped(document)
    (folder / f"{section}.json").write_text(f"{text}\n", encoding="utf-8")


def _dumped(value: object, depth: int = 0) -> str:
    """Return JSON of which the upper three levels have a line for each value."""
    if not isinstance(value, dict | list) or not value or depth > 2:
        return json.dumps(value, ensure_ascii=False)
    inner = f",\n{' ' * (depth + 1)}"
    if isinstance(value, list):
        items = [_dumped(each, depth + 1) for each in value]
        return f"[{inner[1:]}{inner.join(items)}\n{' ' * depth}]"
    items = [f"{json.dumps(key)}: {_dumped(each, depth + 1)}" for key, each in value.items()]
    return f"{{{inner[1:]}{inner.join(items)}\n{' ' * depth}}}"


def read(folder: Path, section: str) -> dict[str, Any] | None:
    """Return what a section found, or None where it was not measured."""
    path = folder / f"{section}.json"
    if not path.is_file():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
