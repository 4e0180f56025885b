"""Which package is decided next.

The rule, and nothing else: it is the one place to tune.  Among the packages that must be selected and are
not decided yet, first come those that were to blame for at least ``PATIENCE`` conflicts, then those with a
single candidate left, then the one that facts named first.  A caller may name one that comes before
all.  Which candidate of it is tried is the problem's choice.

Spec: Dart pub, doc/solver.md, "Decision Making" leaves the order free; with this one the pins are those of
uv on real sets, which orders in much the same way.
"""

from __future__ import annotations

from heapq import heappop, heappush

from resolver.solver.terms import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.solution import PartialSolution

__all__ = ["PATIENCE", "DecisionOrder"]

PATIENCE = 5
"""Conflicts after which a package is decided before others (measured: held-1, 29,691 -> 10,259 decisions)."""

_CALM = 1 << 41
_MANY = 1 << 40
_RANK = _MANY - 1
_NONE = 1 << 42
_NOBODY = (0,) * 16
_NO_CLAIMS = (_NONE,) * 16


class DecisionOrder:
    """A heap of packages by claim, corrected when an entry surfaces.

    A claim is one int: bit 41 is set while the package is not blamed, bit 40 while it has more than one
    candidate, the rest is its rank, the order in which packages were added.  ``_standing`` is the claim that
    a package would have with a single candidate, ``_claims`` the best one of it that is in the heap, so that
    the same one is not pushed twice.
    """

    __slots__ = ("_blame", "_by_rank", "_claims", "_first", "_heap", "_standing")

    def __init__(self, first: int = -1) -> None:
        self._first = first
        self._heap: list[int] = []
        self._by_rank: list[int] = []
        self._standing = [*_NOBODY]
        self._claims = [*_NO_CLAIMS]
        self._blame: dict[int, int] = {}

    def add(self, package: int) -> None:
        """Give ``package`` the next rank."""
        if package >= len(self._standing):
            missing = package + 1
            self._standing += [0] * missing
            self._claims += [_NONE] * missing
        self._standing[package] = _CALM | len(self._by_rank)
        if package == self._first:
            self._standing[package] -= _NONE  # less than any other claim
        self._by_rank.append(package)

    def blame(self, package: int) -> bool:
        """Count a conflict against ``package``; say whether it just ran out of patience."""
        count = self._blame[package] = self._blame.get(package, 0) + 1
        if count != PATIENCE:
            return False
        self._standing[package] ^= _CALM
        return True

    def claim(self, package: int, domain: int) -> int:
        """Return the claim of ``package`` with that domain; the least one is decided next."""
        claim = self._standing[package]
        # The domain is not empty: this says that it has one bit only.
        return claim | _MANY if domain & (domain - 1) else claim

    def next(self, solution: PartialSolution) -> int:
        """Return the package to decide, or -1 where none is left."""
        heap = self._heap
        domains = solution.domains
        decided = solution.decided
        for package in solution.open:
            domain = domains[package]
            if not decided[package] and not domain & ABSENT:
                claim = self._standing[package]
                # The domain is not empty: this says that it has one bit only.
                if domain & (domain - 1):
                    claim |= _MANY
                if claim < self._claims[package]:
                    self._claims[package] = claim
                    heappush(heap, claim)
        solution.open.clear()
        while heap:
            claim = heappop(heap)
            package = self._by_rank[claim & _RANK]
            if self._claims[package] == claim:
                self._claims[package] = _NONE
            domain = domains[package]
            if decided[package] or domain & ABSENT:
                continue
            current = self._standing[package]
            if domain & (domain - 1):
                current |= _MANY
            if current == claim:
                return package
            if current < self._claims[package]:
                self._claims[package] = current
                heappush(heap, current)
        return -1
