"""Unit propagation over all clauses.

The store keeps clauses in the shape in which they are searched fastest:

* Clauses of two terms (all dependencies and many learned ones) are two *edges*, one at each package.
* Longer ones are *watched* by two of their terms: nothing can follow from a clause while two of its terms
  are not false, so only the change of a watched package has to look at it.
* "The extra and its base are selected together" would be a clause for every set of candidates; each is made
  when it has something to say.

Masks in edges and watches are cut down to the ``base`` of their package.  That changes no answer, as no
domain is ever wider, and keeps them non-negative, which halves the cost of ``&``; the clause itself, which
is what the proof is made of, stays exact.

What happens after a conflict is in ``conflict``; where clauses come from is in ``engine``.

Spec: Dart pub, doc/solver.md, "Unit Propagation"; watching two terms: Eén and Sörensson, "An Extensible
SAT-solver" (2003), section 4.
"""

from __future__ import annotations

from resolver.solver.incompatibility import Clause, Depends, Same
from resolver.solver.terms import ABSENT, bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.solution import PartialSolution

__all__ = ["ClauseStore", "Edge", "Watch"]


class Edge:
    """One direction of a clause of two terms: not ``allowed`` here, so ``other_allowed`` there."""

    __slots__ = ("allowed", "clause", "other", "other_allowed")

    def __init__(self, allowed: int, other: int, other_allowed: int, clause: Clause) -> None:
        self.allowed = allowed
        self.other = other
        self.other_allowed = other_allowed
        self.clause = clause


class Watch:
    """The terms of a longer clause, in an order of its own: the first two are watched."""

    __slots__ = ("allowed", "clause", "packages")

    def __init__(self, packages: list[int], allowed: list[int], clause: Clause) -> None:
        self.packages = packages
        self.allowed = allowed
        self.clause = clause


class ClauseStore:
    """All clauses of more than one term, by package.

    ``derivations`` counts the narrowings that followed from them.
    """

    __slots__ = ("_bases", "_edges", "_extras", "_merged", "_watches", "derivations")

    def __init__(self) -> None:
        self._edges: list[list[Edge]] = []
        self._watches: list[list[Watch]] = []
        self._extras: list[list[int]] = []
        self._bases: list[int] = []
        self._merged: dict[tuple[int, int, int], tuple[Edge, Edge]] = {}
        self.derivations = 0

    def add(self, package: int) -> None:
        """Make room for the clauses of ``package``."""
        while len(self._edges) <= package:
            self._edges.append([])
            self._watches.append([])
            self._extras.append([])
            self._bases.append(-1)

    def base(self, package: int) -> int:
        """Return the package that ``package`` is an extra of, or -1."""
        return self._bases[package]

    def tie(self, extra: int, base: int) -> None:
        """Have ``base`` selected with the candidate of ``extra`` wherever that is selected."""
        self._bases[extra] = base
        self._extras[base].append(extra)

    def depend(
        self, solution: PartialSolution, package: int, candidate: int, dependency: tuple[int, int, object]
    ) -> None:
        """Add that ``candidate`` of ``package`` needs a package to be in a mask (and the payload of that).

        Candidates that need the same share one clause.  A clause may already be the reason of something,
        so it does not grow; the edges get a new one (Dart pub, doc/solver.md, "Decision Making").
        The package must be queued: the clause is first looked at when the queue comes to it.
        """
        other, allowed, payload = dependency
        rest = ~bit(candidate)
        key = (package, other, allowed)
        pair = self._merged.get(key)
        if pair is not None:
            forth, back = pair
            clause = forth.clause
            cause = clause.cause
            assert isinstance(cause, Depends)
            cause.payloads.append((candidate, payload))
            merged = Clause(clause.packages, [clause.allowed[0] & rest, allowed], cause)
            forth.allowed &= rest
            back.other_allowed = forth.allowed
            forth.clause = back.clause = merged
            return
        clause = Clause([package, other], [rest, allowed], Depends(package, other, [(candidate, payload)]))
        self._merged[key] = self._connect(
            clause, solution.base[package] & rest, solution.base[other] & allowed
        )

    def learn(self, packages: list[int], allowed: list[int], clause: Clause) -> None:
        """Add a learned clause; of two or more terms the first two are the last to have become false.

        ``packages`` and ``allowed`` are its terms without those that are false on the ground, cut to it.
        """
        if len(packages) == 2:
            self._connect(clause, allowed[0], allowed[1])
            return
        watch = Watch(list(packages), list(allowed), clause)
        self._watches[packages[0]].append(watch)
        self._watches[packages[1]].append(watch)

    def _connect(self, clause: Clause, allowed: int, other_allowed: int) -> tuple[Edge, Edge]:
        package, other = clause.packages
        forth = Edge(allowed, other, other_allowed, clause)
        back = Edge(other_allowed, package, allowed, clause)
        self._edges[package].append(forth)
        self._edges[other].append(back)
        return forth, back

    def propagate(self, solution: PartialSolution) -> Clause | None:
        """Narrow domains until nothing more follows; return a clause that is false, if one is met.

        After a conflict the queue is left as it is: ``backjump`` clears it.
        """
        # Over 40 lines and with ``narrow`` written out: the loop over edges is two thirds of a resolution.
        domains = solution.domains
        queue = solution.queue
        queued = solution.queued
        trail = solution.trail
        packages, masks, causes = trail.packages, trail.masks, trail.causes
        previous, last = trail.previous, trail.last
        start = len(packages)
        conflict: Clause | None = None
        while queue:
            package = queue.pop()
            queued[package] = False
            domain = domains[package]
            if not domain & ABSENT:
                solution.open.append(package)
            for edge in self._edges[package]:
                if domain & edge.allowed:
                    continue
                other = edge.other
                before = domains[other]
                after = before & edge.other_allowed
                if after == before:
                    continue
                if not after:
                    conflict = edge.clause
                    break
                previous.append(last[other])
                last[other] = len(packages)
                packages.append(other)
                masks.append(after)
                causes.append(edge.clause)
                domains[other] = after
                if not queued[other]:
                    queued[other] = True
                    queue.append(other)
            else:
                if self._watches[package]:
                    conflict = self._visit(solution, package)
                if conflict is None and (self._bases[package] >= 0 or self._extras[package]):
                    conflict = self._tied(solution, package)
            if conflict is not None:
                break
        self.derivations += len(packages) - start
        return conflict

    def _visit(self, solution: PartialSolution, package: int) -> Clause | None:
        """Look at the clauses watched at ``package``; move the watch where another term can take it."""
        domains = solution.domains
        domain = domains[package]
        watches = self._watches[package]
        kept = 0
        conflict: Clause | None = None
        for i in range(len(watches)):
            watch = watches[i]
            packages = watch.packages
            allowed = watch.allowed
            if packages[0] == package:
                packages[0], packages[1] = packages[1], packages[0]
                allowed[0], allowed[1] = allowed[1], allowed[0]
            if conflict is None and not domain & allowed[1]:
                other = packages[0]
                before = domains[other]
                after = before & allowed[0]
                if after != before:
                    if self._move(domains, watch):
                        continue
                    if after:
                        solution.narrow(other, after, watch.clause)
                    else:
                        conflict = watch.clause
            watches[kept] = watch
            kept += 1
        del watches[kept:]
        return conflict

    def _move(self, domains: list[int], watch: Watch) -> bool:
        """Let a term that is not false take the place of the second one, if there is one."""
        packages = watch.packages
        allowed = watch.allowed
        for i in range(2, len(packages)):
            if domains[packages[i]] & allowed[i]:
                packages[1], packages[i] = packages[i], packages[1]
                allowed[1], allowed[i] = allowed[i], allowed[1]
                self._watches[packages[1]].append(watch)
                return True
        return False

    def _tied(self, solution: PartialSolution, package: int) -> Clause | None:
        """Let an extra and its base follow one another.

        For every mask M without absence, ``(extra, ~M) or (base, M)`` holds.
        """
        domains = solution.domains
        base = self._bases[package]
        domain = domains[package]
        if base >= 0 and not domain & ABSENT and domains[base] & domain != domains[base]:
            clause = Clause([package, base], [~domain, domain], Same(package, base))
            if not domains[base] & domain:
                return clause
            solution.narrow(base, domains[base] & domain, clause)
        wide = domain | ABSENT
        for extra in self._extras[package]:
            after = domains[extra] & wide
            if after != domains[extra]:
                clause = Clause([extra, package], [wide, ~wide], Same(extra, package))
                if not after:
                    return clause
                solution.narrow(extra, after, clause)
        return None
