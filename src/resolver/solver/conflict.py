"""What to learn from a conflict, and how far to jump back.

``analyse`` traces a false clause to the point where one term alone, of all that became false at the last
decision level, is to blame (the first unique implication point).  The clause found is kept, and says what
that term's package must be at an earlier level.  ``conclude`` is for a clause that is false whatever is
decided: it traces it to the root facts, until nothing is left of it.

Terms are cut down to the ground while tracing, and those that it has ruled out are dropped; the proof gets
them back from the steps, which are all written down (``incompatibility.Derived``).  What policy has ruled
out is resolved away on the spot: "nothing of it can be used" is a fact about one package and only makes a
conclusion shorter.

Spec: Dart pub, doc/solver.md, "Conflict Resolution".  The satisfier is here the trail entry that made a
term false, its level that of the conflict; that a term may have become false in several steps ("partial
satisfier") needs no rule of its own, because resolving leaves the part of the mask that was false before.
"""

from __future__ import annotations

from resolver.solver.incompatibility import Clause, Derived, Edge, Expansion, Given, Rejected, resolve
from resolver.solver.port import SolverError
from resolver.solver.solution import Trail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.solver.solution import PartialSolution

    Reasons = Callable[[int], Clause | None]

__all__ = ["Lesson", "analyse", "blamed", "conclude"]


class Lesson:
    """What a conflict teaches.

    After a jump back to ``level`` the first of ``packages`` must be in the first of ``allowed``; the terms
    that follow, of which the one that became false last comes first, are all false there.  ``reason`` has
    the same terms; ``learned`` says whether it is new.
    """

    __slots__ = ("allowed", "learned", "level", "packages", "reason")

    def __init__(
        self, reason: Clause | Edge, packages: list[int], allowed: list[int], *, level: int, learned: bool
    ) -> None:
        self.reason = reason
        self.packages = packages
        self.allowed = allowed
        self.level = level
        self.learned = learned

    @property
    def clause(self) -> Clause:
        """Return the reason as a clause."""
        return self.reason if isinstance(self.reason, Clause) else self.reason.clause()


def analyse(solution: PartialSolution, conflict: Clause, reasons: Reasons) -> Lesson | None:
    """Return what the false clause ``conflict`` teaches, or ``None`` where it is false on the ground.

    ``reasons`` returns the clause behind a trail entry, or None for a decision.

    Raises ``SolverError`` where a step does not lead back along the trail.  Cost: a pass over the terms for
    each step, of which there are at most as many as trail entries of one level.
    """
    tracing = _Tracing(solution, conflict, reasons)
    if not tracing.positions:
        return None
    latest = max(tracing.positions.values())
    level = solution.level_of(latest)
    tracing.limit_to(solution.level_starts[level - 1])
    while tracing.recent > 1:
        latest = tracing.step(latest)
    return _lesson(solution, conflict, tracing, latest)


def blamed(solution: PartialSolution, conflict: Clause, reasons: Reasons, start: int) -> int:
    """Return the highest level to blame for ``conflict``, leaving out trail entries from ``start`` on.

    What these follow from takes their place.
    """
    tracing = _Tracing(solution, conflict, reasons)
    latest = max(tracing.positions.values(), default=-1)
    while latest >= start:
        latest = tracing.step(latest)
    return solution.level_of(latest)


def _lesson(solution: PartialSolution, conflict: Clause, tracing: _Tracing, latest: int) -> Lesson:
    """Put the asserting term first, the one that became false last second, and find the level."""
    positions = tracing.positions
    first = solution.trail.packages[latest]
    second, highest = -1, -1
    for package, position in positions.items():
        if position > highest and package != first:
            second, highest = package, position
    packages = [first] if second < 0 else [first, second]
    if len(positions) > len(packages):
        packages += [package for package in positions if package not in (first, second)]
    terms = tracing.terms
    allowed = [terms[package] for package in packages]
    # A clause that the ground leaves one term holds for ever: it need not be asserted further back than
    # just before the decision that it contradicts.
    level = solution.level_of(highest) if second >= 0 else solution.level_of(latest) - 1
    if not tracing.rest:
        return Lesson(conflict, packages, allowed, level=level, learned=False)
    clause = Clause(packages, allowed, Derived(conflict, tracing.rest, tracing.pivots))
    return Lesson(clause, packages, allowed, level=level, learned=True)


class _Tracing:
    """A clause on its way back along the trail.

    ``terms`` are its terms, ``positions`` says for each from which trail entry on it is false, ``recent``
    counts those that became so at the level of the conflict.
    """

    __slots__ = (
        "_conflict",
        "_reasons",
        "_solution",
        "_start",
        "pivots",
        "positions",
        "recent",
        "rest",
        "terms",
    )

    def __init__(self, solution: PartialSolution, conflict: Clause, reasons: Reasons) -> None:
        self._solution = solution
        self._conflict = conflict
        self._reasons = reasons
        self._start = 0
        self.terms: dict[int, int] = {}
        self.positions: dict[int, int] = {}
        self.recent = 0
        self.rest: list[Clause] = []
        self.pivots: list[int] = []
        self._take(conflict, -1)

    def limit_to(self, start: int) -> None:
        """Count the terms that became false at trail position ``start`` or later."""
        self._start = start
        recent = 0
        for position in self.positions.values():
            if position >= start:
                recent += 1
        self.recent = recent

    def step(self, position: int) -> int:
        """Resolve with the cause of the trail entry at ``position``, the last to make a term false.

        Return the entry that is the last one then, or -1.
        """
        trail = self._solution.trail
        cause = trail.causes[position]
        reason = cause.clause() if isinstance(cause, Edge) else self._reasons(position)
        if reason is None:
            raise SolverError(f"trail entry {position} has no cause to resolve: this is a bug of the solver")
        pivot = trail.packages[position]
        self.rest.append(reason)
        self.pivots.append(pivot)
        self._take(reason, pivot)
        positions = self.positions
        latest = max(positions.values()) if positions else -1
        if latest >= position:
            raise SolverError(
                f"conflict resolution does not get past {self._conflict!r}: this is a bug of the solver"
            )
        return latest

    def _take(self, clause: Clause, pivot: int) -> None:
        """Resolve with ``clause`` on ``pivot``; without one, take over its terms."""
        # One loop with ``falsifier`` written out: learning spends its time here (chain-100x20, 43.7 -> 41.3).
        solution = self._solution
        base = solution.base
        trail = solution.trail
        last, previous, masks = trail.last, trail.previous, trail.masks
        terms, positions, start = self.terms, self.positions, self._start
        all_allowed = clause.allowed
        i = 0
        for package in clause.packages:
            allowed = all_allowed[i]
            i += 1
            known = terms.get(package, 0)
            if package != pivot:
                cut = allowed & base[package]
                if not cut:
                    if allowed and not allowed & solution.usable[package]:
                        self.rest.append(_unusable(package, allowed))
                        self.pivots.append(package)
                    continue
                term = known | cut
                if term == known:
                    continue
            else:
                term = known & allowed
                if not term:
                    del terms[package]
                    del positions[package]
                    self.recent -= 1
                    continue
            position = last[package]
            before = previous[position]
            while before >= 0 and not masks[before] & term:
                position = before
                before = previous[position]
            if package in positions and positions[package] >= start:
                self.recent -= 1
            if position >= start:
                self.recent += 1
            terms[package] = term
            positions[package] = position


def _unusable(package: int, allowed: int) -> Clause:
    """Return the fact that policy leaves nothing of ``allowed``."""
    return Clause([package], [~allowed], Rejected(package))


def conclude(solution: PartialSolution, conflict: Clause) -> Clause:
    """Return the empty clause, derived from ``conflict`` and the ground, on which it is false.

    The steps go back in the order in which the ground grew, so that root facts come last, near the
    conclusion.  Cost: linear in the ground, and in the steps behind its clauses.
    """
    if not conflict.packages:
        return conflict
    ground = Trail(len(solution.domains))
    for entry in solution.ground:
        ground.append(*entry)
    expansion = Expansion()
    terms = dict(expansion.terms(conflict))
    rest: list[Clause] = []
    pivots: list[int] = []
    positions: dict[int, int] = {}
    changed = list(terms)
    limit = len(ground.packages)
    while terms:
        for package in changed:
            if package in terms and not terms[package] & solution.usable[package]:
                rest.append(_unusable(package, terms[package]))
                pivots.append(package)
                del terms[package]
            if package in terms:
                positions[package] = ground.falsifier(package, terms[package])
            else:
                positions.pop(package, None)
        if not terms:
            break
        latest = max(positions.values())
        if latest >= limit:
            raise SolverError(f"no proof can be made of {conflict!r}: this is a bug of the solver")
        limit = latest
        pivot = ground.packages[latest]
        cause = ground.causes[latest]
        if isinstance(cause, tuple):
            cause = Clause([cause[0]], [cause[1]], Given(cause[2]))
        assert isinstance(cause, Clause)
        known = expansion.terms(cause)
        resolve(terms, list(known), list(known.values()), pivot)
        rest.append(cause)
        pivots.append(pivot)
        changed = list(known)
    return Clause([], [], Derived(conflict, rest, pivots))
