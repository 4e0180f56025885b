"""All clauses of more than one term, in the shape in which they are searched fastest.

* What a candidate needs is kept as the problem said it.  In a search without conflicts that is all.
* Needs of a candidate that is given up become *edges*, "V of p needs q in S" (``ClauseStore.enlist``);
  candidates that need the same share one.  At p an edge is listed under each candidate of V: whatever p may
  still be, the edge has something to say only if *all* of that lies in V, so the edges of one candidate, the
  newest, are enough to look at.  At q it is listed under p.
* A learned clause of two terms is listed at both packages; so is an edge that another search has found
  (``lore``).
* Longer ones are *watched* by two of their terms: nothing can follow from a clause while two of its terms
  are not false, so only the change of a watched package has to look at it.
* "The extra and its base are selected together" would be a clause for every set of candidates; which
  packages are tied is kept, and each clause is made when it has something to say.

Masks in edges and watches are cut down to the ``base`` of their package.  That changes no answer, as no
domain is ever wider, and keeps them non-negative, which halves the cost of ``&``; the clause itself, which
is what the proof is made of, stays exact.

How they are searched is in ``propagation``, where they come from in ``engine`` and ``conflict``.
"""

from __future__ import annotations

from resolver.solver.incompatibility import Clause, Depends, Edge
from resolver.solver.terms import bit, newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.solver.solution import PartialSolution

    Need = tuple[int, int, object]

__all__ = ["ClauseStore", "Listed", "Watch"]

_NO_NEEDS: dict[int, Sequence[Need]] = {}
"""What is known of most packages, and never changed."""

_ROOM = 16
"""Packages that there is room for at first."""

_NO_NEEDS_OF_ANY = (_NO_NEEDS,) * _ROOM
_NOTHING_LISTED = (None,) * _ROOM


class Watch:
    """The terms of a longer clause, in an order of its own: the first two are watched."""

    __slots__ = ("allowed", "clause", "packages")

    def __init__(self, packages: list[int], allowed: list[int], clause: Clause) -> None:
        self.packages = packages
        self.allowed = allowed
        self.clause = clause


class Listed:
    """The clauses of a package, but for needs that nobody had to look at twice.

    ``edges`` are by candidate; ``dependents`` by the package that needs this
    one.  ``learned`` holds what is allowed here, the other package, what is allowed there, and the clause,
    or the edge of another search.
    ``extras`` are extras of the package, ``base`` is the one that it is an extra of, or -1.  ``is_rich``
    says that there is more than edges.
    """

    __slots__ = ("base", "dependents", "edges", "extras", "is_rich", "learned", "watches")

    def __init__(self) -> None:
        self.edges: dict[int, list[Edge]] = {}
        self.dependents: dict[int, list[Edge]] = {}
        self.learned: list[tuple[int, int, int, Clause | Edge]] = []
        self.watches: list[Watch] = []
        self.extras: list[int] = []
        self.base = -1
        self.is_rich = False


class ClauseStore:
    """The clauses of one search, by package.

    ``needs`` holds what each candidate needs that was added, ``listed`` the other clauses of packages that
    have any: these are ``busy`` in the partial solution.  ``merged`` are the edges of each package by what
    is needed, those of candidates that were ruled out for good included: these are not listed.
    """

    __slots__ = ("_solution", "_unlisted", "listed", "merged", "needs")

    def __init__(self, solution: PartialSolution) -> None:
        self._solution = solution
        self.needs: list[dict[int, Sequence[Need]]] = [*_NO_NEEDS_OF_ANY]
        self.listed: list[Listed | None] = [*_NOTHING_LISTED]
        self.merged: dict[int, dict[tuple[int, int], Edge]] = {}
        self._unlisted: dict[int, int] = {}

    def add(self, package: int) -> None:
        """Make room for the clauses of ``package``."""
        missing = package + 1 - len(self.needs)
        if missing > 0:
            missing += len(self.needs)
            self.needs += [_NO_NEEDS] * missing
            self.listed += [None] * missing

    def tie(self, extra: int, base: int) -> None:
        """Have ``base`` selected with the candidate of ``extra`` wherever that is selected."""
        upper, lower = self._at(extra), self._at(base)
        upper.base = base
        lower.extras.append(extra)
        upper.is_rich = lower.is_rich = True
        self._solution.enqueue(base)

    def recall(self, edge: Edge) -> None:
        """List an edge that another search has found; both of its packages must be known."""
        here, there = edge.package, edge.other
        usable = self._solution.usable
        allowed, other_allowed = usable[here] & ~edge.members, usable[there] & edge.other_allowed
        for package, mask, other, rest in (
            (here, allowed, there, other_allowed),
            (there, other_allowed, here, allowed),
        ):
            listed = self._at(package)
            listed.learned.append((mask, other, rest, edge))
            listed.is_rich = True
            self._solution.enqueue(package)

    def depend(self, package: int, candidate: int, needs: Sequence[Need]) -> None:
        """Add what ``candidate`` of ``package`` needs; the packages named must be known."""
        known = self.needs[package]
        if known is _NO_NEEDS:
            self.needs[package] = {candidate: needs}
        else:
            known[candidate] = needs
        self._unlisted[package] = candidate

    def missing(self, package: int, candidate: int, needs: Sequence[Need]) -> Need | None:
        """Return the first of ``needs`` that can never be met, else the first that is false now.

        A need of the package itself that ``candidate`` does not meet is one of the first kind.
        """
        domains = self._solution.domains
        found = None
        for need in needs:
            other, allowed, _ = need
            if other == package:
                if not allowed & bit(candidate):
                    return need
            elif not domains[other] & allowed:
                if not self._solution.base[other] & allowed:
                    return need
                if found is None:
                    found = need
        return found

    def enlist(self, package: int) -> None:
        """Make edges of what was added last of ``package``, if they are none yet.

        That must be done before the package stops being decided: until then what its candidate needs has
        been seen to, and need not be looked at from the other side.
        """
        candidate = self._unlisted.pop(package, None)
        if candidate is not None:
            edges = self._at(package).edges[candidate] = []
            for need in self.needs[package][candidate]:
                other = need[0]
                if other != package:
                    edge = self.edge(package, candidate, need)
                    edges.append(edge)
                    if not edge.is_listed:
                        edge.is_listed = True
                        dependents = self._at(other).dependents
                        if package in dependents:
                            dependents[package].append(edge)
                        else:
                            dependents[package] = [edge]

    def forget(self, package: int) -> None:
        """Drop what was added last of ``package``: its candidate was ruled out for good."""
        self._unlisted.pop(package, None)

    def enlist_all(self) -> None:
        """Make edges of all needs that are none yet."""
        for package in list(self._unlisted):
            self.enlist(package)

    def backjump(self, level: int) -> None:
        """Forget every decision above ``level``, but not what was found out about its candidate."""
        solution = self._solution
        for start in solution.level_starts[level:]:
            self.enlist(solution.trail.packages[start])
        solution.backjump(level)

    def learn(self, packages: list[int], allowed: list[int], clause: Clause) -> None:
        """Add a learned clause; of two or more terms the first two are the last to have become false.

        ``packages`` and ``allowed`` are its terms without those that are false on the ground, cut to it.
        """
        if len(packages) > 2:
            watch = Watch(list(packages), list(allowed), clause)
            self.watch(packages[0], watch)
            self.watch(packages[1], watch)
            return
        for here, there in ((0, 1), (1, 0)):
            listed = self._at(packages[here])
            listed.learned.append((allowed[here], packages[there], allowed[there], clause))
            listed.is_rich = True

    def watch(self, package: int, watch: Watch) -> None:
        """Look at ``watch`` when the domain of ``package`` changes."""
        listed = self._at(package)
        listed.watches.append(watch)
        listed.is_rich = True

    def clause(self, package: int, candidate: int, need: Need) -> Clause:
        """Return the clause of a need of ``candidate``, with all known so far that need the same.

        Candidates that need the same share a clause (Dart pub, doc/solver.md, "Decision Making").  As it may
        be the reason of something already it does not grow; the edge gets a wider one.
        """
        other, _, payload = need
        if other == package:
            return Clause([package], [~bit(candidate)], Depends(package, package, candidate, payload))
        return self.edge(package, candidate, need).clause()

    def edge(self, package: int, candidate: int, need: Need) -> Edge:
        """Return the edge of a need, made or widened if the candidate is not in it yet."""
        other, allowed, payload = need
        key = (other, allowed)
        merged = self.merged.get(package)
        if merged is None:
            merged = self.merged[package] = {}
        edge = merged.get(key)
        if edge is None:
            base = self._solution.base[package]
            edge = merged[key] = Edge(package, base, candidate, other, allowed, payload)
        elif not edge.members & bit(candidate):
            edge.widen(candidate, payload)
        return edge

    def reason(self, position: int) -> Clause | None:
        """Return the clause that the trail entry at ``position`` follows from; None for a decision.

        A clause made of an edge after the entry may speak of more candidates; it is as true, and it was unit
        then as well.
        """
        solution = self._solution
        trail = solution.trail
        cause = trail.causes[position]
        if cause is None or isinstance(cause, Clause):
            return cause
        if isinstance(cause, Edge):
            return cause.clause()
        start = solution.level_starts[solution.level_of(position) - 1]
        return self.clause(trail.packages[start], newest(trail.masks[start]), cause)

    def _at(self, package: int) -> Listed:
        """Return the clauses of a package, which has to be visited from now on when its domain changes."""
        listed = self.listed[package]
        if listed is None:
            listed = self.listed[package] = Listed()
            self._solution.busy[package] = True
        return listed
