"""What searches have found out about candidates, for others over the same packages.

Of all that a search learns, what its root needs is behind most: that holds in no other.  What candidates need
holds in each, and of that the part is kept that was in somebody's way: the *edges* of candidates that were
given up (``incompatibility.Edge``).  Few edges speak of many candidates, so that a search which knows them
sees at a glance what the one before went through candidate by candidate.

Ids of packages and numbers of candidates must mean the same in all searches, and a candidate need the same.
What is usable may differ: an edge is cut to it where it is listed (``clauses.recall``).
"""

from __future__ import annotations

from resolver.solver.incompatibility import Depends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.solver.incompatibility import Edge

__all__ = ["Lore"]


class Lore:
    """Edges, each need once; those that speak of a package are found by it."""

    __slots__ = ("_by_need", "_by_package")

    def __init__(self) -> None:
        self._by_need: dict[tuple[int, int, int], Edge] = {}
        self._by_package: dict[int, list[Edge]] = {}

    def about(self, package: int) -> Sequence[Edge]:
        """Return the edges that speak of ``package``, those that were taken in first first."""
        return self._by_package.get(package, ())

    def take(self, merged: Mapping[int, Mapping[tuple[int, int], Edge]]) -> None:
        """Take in the edges of a search that has ended; they are not to be changed any more.

        Cost: linear in the edges, and in the candidates of those that say more than the ones known.
        """
        for edges in merged.values():
            for edge in edges.values():
                self._take(edge)

    def _take(self, edge: Edge) -> None:
        need = (edge.package, edge.other, edge.other_allowed)
        known = self._by_need.get(need)
        if known is None:
            self._by_need[need] = edge
            for package in (edge.package, edge.other):
                self._by_package.setdefault(package, []).append(edge)
        elif edge.members & ~known.members:
            for candidate, payload in _payloads(edge):
                if not known.members >> candidate & 2:
                    known.widen(candidate, payload)


def _payloads(edge: Edge) -> Iterable[tuple[int, object]]:
    """Return the candidates of an edge, each with what the problem said with its need."""
    cause = edge.clause().cause
    assert isinstance(cause, Depends)
    return cause.payloads().items()
