"""The smallest set that has something in common with each of several sets.

A branch and bound: the smallest set that is not hit yet is branched on, and sets that have nothing in common
say how many are needed at least.  The problem is hard in general (Karp's 21); what it may cost is bounded.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MOST_STEPS", "TooHard", "smallest"]

MOST_STEPS = 200_000
"""So many branches are looked at: a second's work."""


class TooHard(Exception):  # nothing is wrong
    """More than ``MOST_STEPS`` branches would have to be looked at."""


def smallest(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return a smallest set that hits all of ``sets``, of which none is empty.  Raises ``TooHard``.

    The same sets give the same answer.

    >>> sorted(smallest([frozenset("ab"), frozenset("bc"), frozenset("d")]))
    ['b', 'd']
    """
    return _Search().found(sets)


class _Search:
    """One search; ``best`` is the smallest set found so far."""

    def __init__(self) -> None:
        self._best: frozenset[str] | None = None
        self._steps = 0

    def found(self, sets: Sequence[frozenset[str]]) -> frozenset[str]:
        self._branch(sorted(sets, key=lambda each: (len(each), sorted(each))), frozenset())
        assert self._best is not None  # no set is empty
        return self._best

    def _branch(self, left: Sequence[frozenset[str]], chosen: frozenset[str]) -> None:
        """Look at all that hits ``left``, beside what is ``chosen``."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooHard
        if not left:
            if self._best is None or len(chosen) < len(self._best):
                self._best = chosen
            return
        if self._best is not None and len(chosen) + _disjoint(left) >= len(self._best):
            return
        first = min(left, key=len)  # never empty: others have more than was tried of it
        # What hits most comes first; what was tried needs no second look in what follows.
        counts = {each: sum(each in other for other in left) for each in first}
        tried: set[str] = set()
        for each in sorted(first, key=lambda name: (-counts[name], name)):
            rest = [other - tried for other in left if each not in other]
            self._branch(rest, chosen | {each})
            tried.add(each)


def _disjoint(sets: Sequence[frozenset[str]]) -> int:
    """Return how many of ``sets`` have nothing in common: so many are needed to hit them."""
    seen: set[str] = set()
    count = 0
    for each in sorted(sets, key=len):
        if seen.isdisjoint(each):
            seen |= each
            count += 1
    return count
