"""Readings of universes in memory: problems that are solved without a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.native import solve
from resolver.bridge.reading import Reading
from resolver.bridge.waiting import Waiter
from resolver.budget import Budget
from resolver.posing import pose
from resolver.solver.engine import Solved
from resolver.sources import environment_of
from resolver.testing.worlds import lines_of
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.model.requirement import Requirement
    from resolver.problem import PythonProblem
    from support.python_worlds import PythonWorld

__all__ = ["finished", "parsed"]


def parsed(file: str, texts: Sequence[str]) -> list[Requirement]:
    """Return requirements as lines of ``file``."""
    return lines_of(file, texts)


def finished(world: PythonWorld) -> tuple[PythonProblem, Mapping[int, int] | None]:
    """Return the problem of ``world`` and what the solver selects; None where there is no solution."""
    options = world.options()
    problem = pose(
        parsed("app.in", world.requirements),
        parsed("limits.txt", world.constraints),
        options,
        environment_of(options),
    )
    source = MemorySource(world.packages)
    found = solve(Reading(problem, source, waiter=Waiter(), budget=Budget(options), made={}))
    return problem, found.selected if isinstance(found, Solved) else None
