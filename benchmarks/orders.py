"""Orders of decisions other than the one that users get, to measure it against.

``docs/decisions`` says what came of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.solver.priority import DecisionOrder
from resolver.solver.terms import ABSENT

if TYPE_CHECKING:
    from resolver.solver.solution import PartialSolution

__all__ = ["FewestFirst", "NeverBlaming", "PinsNotFirst", "Plain"]


class FewestFirst:
    """Packages with the fewest candidates come first, of these the first named; nobody is blamed."""

    def __init__(self) -> None:
        self._ranks: list[int] = []

    def add(self, package: int) -> None:
        """Give ``package`` the next rank."""
        self._ranks.append(package)

    def blame(self, package: int) -> bool:  # noqa: ARG002  # the port
        """Never start anew."""
        return False

    def next(self, solution: PartialSolution) -> int:
        """Look at all, which is slow but plain."""
        solution.open.clear()
        best, fewest = -1, 0
        for package in self._ranks:
            domain = solution.domains[package]
            if not domain & ABSENT and not solution.decided[package]:
                count = domain.bit_count()
                if best < 0 or count < fewest:
                    best, fewest = package, count
        return best


class Plain:
    """The order that users get, for a solver that does not know it and so keeps no decision."""

    def __init__(self) -> None:
        self._order = DecisionOrder()

    def add(self, package: int) -> None:
        """Give ``package`` the next rank."""
        self._order.add(package)

    def blame(self, package: int) -> bool:
        """Count a conflict against ``package``."""
        return self._order.blame(package)

    def next(self, solution: PartialSolution) -> int:
        """Return the package that users would have decided."""
        return self._order.next(solution)


class NeverBlaming(Plain):
    """The same, but conflicts do not move packages to the front."""

    def blame(self, package: int) -> bool:  # noqa: ARG002  # the port
        """Count nothing."""
        return False


class PinsNotFirst(Plain):
    """The same, but a single candidate is no reason to come first."""

    def __init__(self) -> None:
        super().__init__()
        self._packages: list[int] = []

    def add(self, package: int) -> None:
        """Give ``package`` the next rank."""
        super().add(package)
        self._packages.append(package)

    def next(self, solution: PartialSolution) -> int:
        """Take the first named; look at all, which is slow but plain."""
        solution.open.clear()
        # With one bit only, the claims of packages tell nothing but their standing.
        ready = (
            (self._order.claim(package, 1), package)
            for package in self._packages
            if not solution.domains[package] & ABSENT and not solution.decided[package]
        )
        return min(ready, default=(0, -1))[1]
