"""Unit propagation over all clauses.

The store keeps clauses in the shape in which they are searched fastest:

* A dependency, "V of p needs q in S", is an *edge*.  At p it is listed under each candidate of V: whatever p
  may still be, the edge has something to say only if *all* of that lies in V, so the edges of one candidate,
  the newest, are enough to look at.  At q it is listed under p, and passed over while p is decided: the edge
  has had its say then.
* A learned clause of two terms is two edges, one at each package.
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
    from collections.abc import Sequence

    from resolver.solver.solution import PartialSolution

__all__ = ["ClauseStore", "Edge", "Watch"]


class Edge:
    """A clause of two terms: ``package`` in ``allowed`` or ``other`` in ``other_allowed``.

    Also one direction of it, where the other one has an edge of its own.
    """

    __slots__ = ("allowed", "clause", "other", "other_allowed", "package")

    def __init__(self, package: int, allowed: int, other: int, other_allowed: int, clause: Clause) -> None:
        self.package = package
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

    __slots__ = (
        "_bases",
        "_dependents",
        "_extras",
        "_learned",
        "_merged",
        "_needs",
        "_tied",
        "_watches",
        "derivations",
    )

    def __init__(self) -> None:
        # By package, then by the bit length of a candidate's mask.
        self._needs: list[dict[int, list[Edge]]] = []
        # By package, then by the one that needs it.
        self._dependents: list[dict[int, list[Edge]]] = []
        self._learned: list[list[Edge]] = []
        self._watches: list[list[Watch]] = []
        self._extras: list[list[int]] = []
        self._bases: list[int] = []
        self._tied: list[bool] = []
        self._merged: dict[tuple[int, int, int], Edge] = {}
        self.derivations = 0

    def add(self, package: int) -> None:
        """Make room for the clauses of ``package``."""
        while len(self._needs) <= package:
            self._needs.append({})
            self._dependents.append({})
            self._learned.append([])
            self._watches.append([])
            self._extras.append([])
            self._bases.append(-1)
            self._tied.append(False)

    def tie(self, extra: int, base: int) -> None:
        """Have ``base`` selected with the candidate of ``extra`` wherever that is selected.

        What is known of either has to be looked at again by the caller.
        """
        self._bases[extra] = base
        self._tied[extra] = self._tied[base] = True
        self._extras[base].append(extra)

    def depend(
        self,
        solution: PartialSolution,
        package: int,
        candidate: int,
        dependencies: Sequence[tuple[int, int, object]],
    ) -> Clause | None:
        """Add what ``candidate`` of ``package`` needs: for each of ``dependencies`` a clause.

        Return the first of them that rules the candidate out for good, because the ground leaves nothing of
        what is needed.  If there is none the candidate must be decided next: the clauses are first looked at
        when the queue comes to the package then.  Candidates that need the same share a clause (Dart pub,
        doc/solver.md, "Decision Making").  As it may already be the reason of something it does not grow;
        the edge gets a wider one.
        """
        fatal: Clause | None = None
        rest = ~bit(candidate)
        bases = solution.base
        base = bases[package]
        merged = self._merged
        needs: list[Edge] = []
        self._needs[package][bit(candidate).bit_length()] = needs
        for other, allowed, payload in dependencies:
            if other == package:
                continue
            key = (package, other, allowed)
            edge = merged.get(key)
            if edge is None:
                cause = Depends(package, other, candidate, payload)
                clause = Clause([package, other], [rest, allowed], cause)
                edge = Edge(package, base & rest, other, allowed, clause)
                merged[key] = edge
                self._dependents[other].setdefault(package, []).append(edge)
            else:
                clause = edge.clause
                before = clause.cause
                assert isinstance(before, Depends)
                cause = Depends(package, other, candidate, payload, before)
                edge.clause = Clause(clause.packages, [clause.allowed[0] & rest, allowed], cause)
                edge.allowed &= rest
            needs.append(edge)
            if fatal is None and not bases[other] & allowed:
                fatal = edge.clause
        return fatal

    def learn(self, packages: list[int], allowed: list[int], clause: Clause) -> None:
        """Add a learned clause; of two or more terms the first two are the last to have become false.

        ``packages`` and ``allowed`` are its terms without those that are false on the ground, cut to it.
        """
        if len(packages) == 2:
            for here, there in ((0, 1), (1, 0)):
                edge = Edge(packages[here], allowed[here], packages[there], allowed[there], clause)
                self._learned[packages[here]].append(edge)
            return
        watch = Watch(list(packages), list(allowed), clause)
        self._watches[packages[0]].append(watch)
        self._watches[packages[1]].append(watch)

    def propagate(self, solution: PartialSolution) -> Clause | None:
        """Narrow domains until nothing more follows; return a clause that is false, if one is met.

        After a conflict the queue is left as it is: ``backjump`` clears it.
        """
        conflict = self._spread(solution) if solution.restricted else None
        if conflict is not None:
            return conflict
        # Over 40 lines and with ``narrow`` written out: the loop over edges is two thirds of a resolution.
        domains = solution.domains
        queue = solution.queue
        queued = solution.queued
        trail = solution.trail
        packages, masks, causes = trail.packages, trail.masks, trail.causes
        previous, last = trail.previous, trail.last
        start = len(packages)
        while queue:
            package = queue.pop()
            queued[package] = False
            domain = domains[package]
            if not domain & ABSENT:
                solution.open.append(package)
                for edge in self._needs[package].get(domain.bit_length(), ()):
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
            if conflict is None and self._dependents[package]:
                conflict = self._look_back(solution, package)
            if conflict is None and self._learned[package]:
                conflict = self._look_up(solution, package)
            if conflict is None and self._watches[package]:
                conflict = self._visit(solution, package)
            if conflict is None and self._tied[package]:
                conflict = self._follow(solution, package)
            if conflict is not None:
                break
        self.derivations += len(packages) - start
        return conflict

    def _look_back(self, solution: PartialSolution, package: int) -> Clause | None:
        """Take from packages what needs ``package`` to be what it no longer can be."""
        domains = solution.domains
        decided = solution.decided
        domain = domains[package]
        for dependent, edges in self._dependents[package].items():
            if decided[dependent]:
                continue
            for edge in edges:
                if domain & edge.other_allowed:
                    continue
                after = domains[dependent] & edge.allowed
                if after == domains[dependent]:
                    continue
                if not after:
                    return edge.clause
                solution.narrow(dependent, after, edge.clause)
        return None

    def _look_up(self, solution: PartialSolution, package: int) -> Clause | None:
        """Look at the learned clauses of two terms of ``package``."""
        domains = solution.domains
        domain = domains[package]
        for edge in self._learned[package]:
            if domain & edge.allowed:
                continue
            other = edge.other
            after = domains[other] & edge.other_allowed
            if after == domains[other]:
                continue
            if not after:
                return edge.clause
            solution.narrow(other, after, edge.clause)
        return None

    def _spread(self, solution: PartialSolution) -> Clause | None:
        """Find what follows on the ground from what was restricted; return a clause that is false there.

        Clauses of more than two terms are left to the level of the moment.
        """
        if not solution.level_starts:
            solution.settle()
        base = solution.base
        for package in solution.restricted:  # which grows meanwhile
            mask = base[package]
            found = self._kin(base, package)
            for edge in (*self._learned[package], *self._needs[package].get(mask.bit_length(), ())):
                if not mask & edge.allowed:
                    found.append((edge.other, edge.other_allowed, edge.clause))
            for edges in self._dependents[package].values():
                for edge in edges:
                    if not mask & edge.other_allowed and base[edge.package] & ~edge.allowed:
                        found.append((edge.package, edge.allowed, edge.clause))
            for other, allowed, clause in found:
                if not base[other] & allowed:
                    return clause
                if base[other] & ~allowed:
                    solution.restrict(other, allowed, clause)
        solution.catch_up()
        return None

    def _visit(self, solution: PartialSolution, package: int) -> Clause | None:
        """Look at the clauses watched at ``package``; move the watch where another term can take it."""
        domains = solution.domains
        domain = domains[package]
        watches = self._watches[package]
        i = 0
        while i < len(watches):
            watch = watches[i]
            packages = watch.packages
            allowed = watch.allowed
            if packages[0] == package:
                packages[0], packages[1] = packages[1], package
                allowed[0], allowed[1] = allowed[1], allowed[0]
            if not domain & allowed[1]:
                other = packages[0]
                before = domains[other]
                after = before & allowed[0]
                if after != before:
                    if self._move(domains, watch):
                        watches[i] = watches[-1]
                        watches.pop()
                        continue
                    if not after:
                        return watch.clause
                    solution.narrow(other, after, watch.clause)
            i += 1
        return None

    def _move(self, domains: list[int], watch: Watch) -> bool:
        """Let a term that is not false take the place of the second one, if there is one."""
        packages = watch.packages
        allowed = watch.allowed
        for i in range(2, len(packages)):
            package = packages[i]
            if domains[package] & allowed[i]:
                packages[i] = packages[1]
                packages[1] = package
                allowed[1], allowed[i] = allowed[i], allowed[1]
                self._watches[package].append(watch)
                return True
        return False

    def _follow(self, solution: PartialSolution, package: int) -> Clause | None:
        """Let an extra and its base follow one another."""
        domains = solution.domains
        for other, allowed, clause in self._kin(domains, package):
            after = domains[other] & allowed
            if not after:
                return clause
            solution.narrow(other, after, clause)
        return None

    def _kin(self, masks: list[int], package: int) -> list[tuple[int, int, Clause]]:
        """Return what ``package``, as extra or base, says of others that ``masks`` do not say yet.

        For every mask M without absence, ``(extra, ~M) or (base, M)`` holds.
        """
        found: list[tuple[int, int, Clause]] = []
        mask = masks[package]
        base = self._bases[package]
        if base >= 0 and not mask & ABSENT and masks[base] & ~mask:
            found.append((base, mask, Clause([package, base], [~mask, mask], Same(package, base))))
        wide = mask | ABSENT
        for extra in self._extras[package]:
            if masks[extra] & ~wide:
                found.append(  # noqa: PERF401  # three lines of comprehension are harder to read
                    (extra, wide, Clause([extra, package], [wide, ~wide], Same(extra, package)))
                )
        return found
