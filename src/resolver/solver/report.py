"""What a search can say of itself: the facts behind a proof, and how far it is when it is stopped.

Nothing here changes a search.  A search that was interrupted may be in the middle of a step; what is read
here are lists that only grow, so that a report can be made of it all the same.
"""

from __future__ import annotations

from resolver.solver.incompatibility import Clause, Depends, Derived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.solver.engine import Solver

__all__ = ["Tightest", "deciding", "facts", "lessons", "tightest"]


def facts(clause: Clause) -> list[Clause]:
    """Return the facts that ``clause`` rests on, each once.  Cost: linear in the steps of its proof."""
    found: list[Clause] = []
    seen: set[Clause] = set()
    stack = [clause]
    while stack:
        top = stack.pop()
        if top in seen:
            continue
        seen.add(top)
        if isinstance(top.cause, Derived):
            stack.extend(reversed([top.cause.first, *top.cause.rest]))
        else:
            found.append(top)
    return found


def lessons(solver: Solver) -> list[Clause]:
    """Return what conflicts have taught: which candidates a need rules out for good, then what was learned.

    Cost: linear.
    """
    ground = solver._solution.ground  # noqa: SLF001  # see ``deciding``
    ruled_out = [
        why
        for package, _, why in ground
        if isinstance(why, Clause) and isinstance(why.cause, Depends) and why.cause.package == package
    ]
    return [*ruled_out, *solver.learned]


class Tightest:
    """The package over which most conflicts were learned from, how many, and the shortest lesson about it."""

    __slots__ = ("clause", "conflicts", "package")

    def __init__(self, package: int, conflicts: int, clause: Clause) -> None:
        self.package = package
        self.conflicts = conflicts
        self.clause = clause


def tightest(learned: Sequence[Clause]) -> Tightest | None:
    """Return the tightest spot in what was learned so far (``lessons``), or None where nothing was.

    The first package of a lesson is the one that the conflict was over.  Cost: linear.
    """
    counts: dict[int, int] = {}
    shortest: dict[int, Clause] = {}
    for clause in learned:
        if not clause.packages:
            continue
        package = clause.packages[0]
        counts[package] = counts.get(package, 0) + 1
        known = shortest.get(package)
        if known is None or len(clause.packages) < len(known.packages):
            shortest[package] = clause
    if not counts:
        return None
    worst = max(counts, key=lambda package: (counts[package], -package))
    return Tightest(worst, counts[worst], shortest[worst])


def deciding(solver: Solver) -> tuple[int, int] | None:
    """Return the package decided last and the mask of its candidate, or None where nothing is decided."""
    solution = solver._solution  # noqa: SLF001  # the engine keeps it to itself, so that nobody changes it
    if not solution.level_starts:
        return None
    start = solution.level_starts[-1]
    # Whichever list the search was about to write to, an entry is there when both have it.
    entry = (*solution.trail.packages[start : start + 1], *solution.trail.masks[start : start + 1])
    return (entry[0], entry[1]) if len(entry) == 2 else None
