"""Laws of verification, on random universes: what the solver selects is valid, and nothing less than it."""

from __future__ import annotations

import pytest

from resolver.verification import violation
from support.python_worlds import random_python_world
from support.readings import finished


@pytest.mark.slow
def test_every_package_and_extra_of_a_solution_is_needed() -> None:
    """A solution is valid; without any one of its packages, or with another version of it, it may not be."""
    others = 0
    for seed in range(300):
        problem, selected = finished(random_python_world(seed))
        if selected is None:
            continue
        assert violation(problem, selected) is None, seed
        for package, candidate in selected.items():
            fewer = {other: number for other, number in selected.items() if other != package}
            assert violation(problem, fewer) is not None, seed
            if problem.names.extra(package) is None:
                versions = len(problem.catalog.packages[problem.names.name(package)].keys)
                changed = {**selected, package: (candidate + 1) % versions}
                others += violation(problem, changed) is not None
    assert others > 100
