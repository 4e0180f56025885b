"""The programs that write pages of the documentation, which are no part of a package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["DOCS", "generator_of"]

DOCS = Path(__file__).resolve().parents[2] / "docs"


def generator_of(page: str) -> ModuleType:
    """Load the program that writes the page of this name."""
    name = f"generate_{page}"
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
