"""All named faults, a module an area; ``support.scenarios`` says how one is written."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.scenarios import Scenario

__all__ = ["all_scenarios"]


def all_scenarios() -> dict[str, Scenario]:
    """Return the ``SCENARIOS`` of all modules here, by name."""
    found: dict[str, Scenario] = {}
    for module in sorted(each.name for each in iter_modules(__path__)):
        for scenario in import_module(f"{__name__}.{module}").SCENARIOS:
            assert scenario.name not in found, f"two scenarios are named {scenario.name}"
            found[scenario.name] = scenario
    return found
