"""The index in memory of the testing kit, and what its facts say, for tests that read them themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolver.index import memory
from resolver.testing.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MemorySource", "requires_dist"]


def requires_dist(facts: Mapping[str, Any]) -> list[str]:
    """Return the lines of the metadata that say what a version requires, those of its extras last."""
    return memory.requires_dist(facts.get("requires", ()), facts.get("extras") or {})
