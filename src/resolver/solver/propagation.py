"""Unit propagation over all clauses.

What a candidate needs is seen to when it is decided; while it is, its edges are passed over.  Everything else
is looked at when the domain of one of its packages has changed, in the order of the queue.  How clauses are
kept is in ``clauses``, what happens after a conflict in ``conflict``.

Spec: Dart pub, doc/solver.md, "Unit Propagation"; watching two terms: Eén and Sörensson, "An Extensible
SAT-solver" (2003), section 4.
"""

from __future__ import annotations

from resolver.solver.incompatibility import Clause, Edge, Same
from resolver.solver.terms import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.clauses import ClauseStore, Listed, Watch
    from resolver.solver.solution import PartialSolution

    Need = tuple[int, int, object]

__all__ = ["Propagation"]


class Propagation:
    """Finds what follows from ``clauses`` in ``solution``; ``derivations`` counts the narrowings."""

    __slots__ = ("_clauses", "_solution", "derivations")

    def __init__(self, solution: PartialSolution, clauses: ClauseStore) -> None:
        self._solution = solution
        self._clauses = clauses
        self.derivations = 0

    def decide(self, package: int, candidate: int) -> Need | None:
        """Decide ``candidate`` and see to what it needs; return the first need that is false, if one is."""
        # With ``decide`` and ``narrow`` of the solution written out: in most resolutions this loop is all the
        # propagation there is (calls saved on the way to it: 12.5 -> 11.8 us, test_simple_dependencies).
        solution = self._solution
        domains = solution.domains
        trail = solution.trail
        packages, masks, causes = trail.packages, trail.masks, trail.causes
        previous, last = trail.previous, trail.last
        mask = 2 << candidate
        solution.level_starts.append(len(packages))
        solution.decided[package] = True
        previous.append(last[package])
        last[package] = len(packages)
        packages.append(package)
        masks.append(mask)
        causes.append(None)
        domains[package] = mask
        busy = solution.busy
        if busy[package]:
            solution.enqueue(package)
        start = len(packages)
        for need in self._clauses.needs[package][candidate]:
            other = need[0]
            before = domains[other]
            after = before & need[1]
            if after != before:
                if not after:
                    self.derivations += len(packages) - start
                    return need
                previous.append(last[other])
                last[other] = len(packages)
                packages.append(other)
                masks.append(after)
                causes.append(need)
                domains[other] = after
                if busy[other]:
                    solution.enqueue(other)
                elif not after & ABSENT:
                    solution.open.append(other)
        self.derivations += len(packages) - start
        return None

    def propagate(self) -> Clause | None:
        """Narrow domains until nothing more follows; return a clause that is false, if one is met.

        After a conflict the queue is left as it is: ``backjump`` clears it.
        """
        solution = self._solution
        conflict = self._spread() if solution.restricted else None
        if conflict is None:
            conflict = solution.contradiction
        if conflict is not None:
            return conflict
        start = len(solution.trail.packages)
        conflict = self._visit_all()
        self.derivations += len(solution.trail.packages) - start
        return conflict

    def _visit_all(self) -> Clause | None:
        # Over 40 lines and with ``narrow`` written out: most of a search with conflicts is spent here.
        solution = self._solution
        all_listed = self._clauses.listed
        domains, decided = solution.domains, solution.decided
        queue, queued = solution.queue, solution.queued
        trail = solution.trail
        packages, masks, causes = trail.packages, trail.masks, trail.causes
        previous, last = trail.previous, trail.last
        while queue:
            package = queue.pop()
            queued[package] = False
            domain = domains[package]
            listed = all_listed[package]
            is_ready = not domain & ABSENT and not decided[package]
            if is_ready:
                solution.open.append(package)
            assert listed is not None  # or it would not be busy
            if is_ready and listed.edges:
                for edge in listed.edges.get(domain.bit_length() - 2, ()):
                    if domain & edge.allowed:
                        continue
                    other = edge.other
                    before = domains[other]
                    after = before & edge.other_allowed
                    if after != before:
                        if not after:
                            return edge.clause()
                        previous.append(last[other])
                        last[other] = len(packages)
                        packages.append(other)
                        masks.append(after)
                        causes.append(edge)
                        domains[other] = after
                        if not queued[other]:
                            queued[other] = True
                            queue.append(other)
            for other, edges in listed.dependents.items():
                if decided[other]:
                    continue
                for edge in edges:
                    if domain & edge.other_allowed:
                        continue
                    before = domains[other]
                    after = before & edge.allowed
                    if after != before:
                        if not after:
                            return edge.clause()
                        previous.append(last[other])
                        last[other] = len(packages)
                        packages.append(other)
                        masks.append(after)
                        causes.append(edge)
                        domains[other] = after
                        if not queued[other]:
                            queued[other] = True
                            queue.append(other)
            if listed.is_rich:
                conflict = self._visit_others(package, listed)
                if conflict is not None:
                    return conflict
        return None

    def _visit_others(self, package: int, listed: Listed) -> Clause | None:
        """Look at the clauses of ``package`` that are no edges."""
        solution = self._solution
        domains = solution.domains
        domain = domains[package]
        for allowed, other, other_allowed, clause in listed.learned:
            if domain & allowed:
                continue
            before = domains[other]
            after = before & other_allowed
            if after != before:
                if not after:
                    return clause if isinstance(clause, Clause) else clause.clause()
                solution.narrow(other, after, clause)
        conflict = self._visit_watches(package, listed.watches) if listed.watches else None
        if conflict is not None:
            return conflict
        for other, allowed, clause in self._kin(domains, package, listed):
            after = domains[other] & allowed
            if not after:
                return clause
            solution.narrow(other, after, clause)
        return None

    def _visit_watches(self, package: int, watches: list[Watch]) -> Clause | None:
        """Look at the clauses watched at ``package``; move the watch where another term can take it."""
        domains = self._solution.domains
        domain = domains[package]
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
                    if self._move(watch):
                        watches[i] = watches[-1]
                        watches.pop()
                        continue
                    if not after:
                        return watch.clause
                    self._solution.narrow(other, after, watch.clause)
            i += 1
        return None

    def _move(self, watch: Watch) -> bool:
        """Let a term that is not false take the place of the second one, if there is one."""
        packages = watch.packages
        allowed = watch.allowed
        domains = self._solution.domains
        for i in range(2, len(packages)):
            package = packages[i]
            if domains[package] & allowed[i]:
                packages[i] = packages[1]
                packages[1] = package
                allowed[1], allowed[i] = allowed[i], allowed[1]
                self._clauses.watch(package, watch)
                return True
        return False

    def _spread(self) -> Clause | None:
        """Find what follows on the ground from what was restricted; return a clause that is false there.

        Clauses of more than two terms are left to the level of the moment.
        """
        solution = self._solution
        if not solution.level_starts:
            solution.settle()
        base, domains = solution.base, solution.domains
        for package in solution.restricted:  # which grows meanwhile
            if domains[package] & base[package]:
                # What is decided is content with some of what is left: of its needs only those of the
                # package itself may say something.
                self._clauses.enlist(package)
            else:
                self._clauses.enlist_all()
            listed = self._clauses.listed[package]
            for other, allowed, reason in () if listed is None else self._grounds(package, listed):
                if base[other] & ~allowed:
                    clause = reason if isinstance(reason, Clause) else reason.clause()
                    if not base[other] & allowed:
                        return clause
                    solution.restrict(other, allowed, clause)
        solution.catch_up()
        return None

    def _grounds(self, package: int, listed: Listed) -> list[tuple[int, int, Clause | Edge]]:
        """Return what the base of ``package`` says of others, and why."""
        base = self._solution.base
        mask = base[package]
        found: list[tuple[int, int, Clause | Edge]] = []
        if listed.is_rich:
            found += self._kin(base, package, listed)
            found += [
                (other, other_allowed, clause)
                for allowed, other, other_allowed, clause in listed.learned
                if not mask & allowed
            ]
        found += [
            (edge.other, edge.other_allowed, edge)
            for edge in listed.edges.get(mask.bit_length() - 2, ())
            if not mask & edge.allowed
        ]
        found += [
            (edge.package, edge.allowed, edge)
            for edges in listed.dependents.values()
            for edge in edges
            if not mask & edge.other_allowed
        ]
        return found

    def _kin(self, masks: list[int], package: int, listed: Listed) -> list[tuple[int, int, Clause]]:
        """Return what ``package``, as extra or base, says of others that ``masks`` do not say yet.

        For every mask M without absence, ``(extra, ~M) or (base, M)`` holds.
        """
        found: list[tuple[int, int, Clause]] = []
        mask = masks[package]
        base = listed.base
        if base >= 0 and not mask & ABSENT and masks[base] & ~mask:
            found.append((base, mask, Clause([package, base], [~mask, mask], Same(package, base))))
        wide = mask | ABSENT
        for extra in listed.extras:
            if masks[extra] & ~wide:
                found.append(  # noqa: PERF401  # three lines of comprehension are harder to read
                    (extra, wide, Clause([extra, package], [wide, ~wide], Same(extra, package)))
                )
        return found
