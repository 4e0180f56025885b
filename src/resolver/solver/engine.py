"""The solver's main loop, and what it asks of the world.

``Solver.advance`` propagates, learns from conflicts and decides, until it has an answer or lacks a fact.
It never waits and never calls back into anything but the ``protocols.Problem``, whose four methods answer at
once: with what is known, or with a ``Need`` that travels to whoever can fetch it.

The parts: ``solution`` (domains and trails), ``clauses`` and ``propagation``, ``conflict`` (learning),
``keeping`` (how far back), ``priority`` (what is decided next).  Proofs are read in ``explain``.

Spec: Dart pub, doc/solver.md, "The Algorithm" and "Decision Making".
"""

from __future__ import annotations

from resolver.solver.answers import Paused, Solved, Statistics, Unsolvable
from resolver.solver.clauses import ClauseStore
from resolver.solver.incompatibility import Clause, Found, Given, Rejected
from resolver.solver.port import Conflict, Facts, Need, SolverError, Universe
from resolver.solver.priority import DecisionOrder
from resolver.solver.propagation import Propagation
from resolver.solver.solution import PartialSolution
from resolver.solver.terms import bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.conflict import Lesson
    from resolver.solver.keeping import Keeper
    from resolver.solver.lore import Lore
    from resolver.solver.protocols import Order, Problem

    Dependency = tuple[int, int, object]

__all__ = [
    "Conflict",
    "Facts",
    "Need",
    "Paused",
    "Solved",
    "Solver",
    "SolverError",
    "Statistics",
    "Universe",
    "Unsolvable",
]


class Solver:
    """One search over one problem.  The same problem gives the same answer, however its facts arrive.

    ``order`` says which package is decided next; without one, ``first`` is the one that comes before all.
    ``lore`` is what other searches have found out.  ``learned`` lists the clauses derived so far, oldest
    first.
    """

    __slots__ = (
        "_answer",
        "_clauses",
        "_keeper",
        "_lore",
        "_order",
        "_own",
        "_pending",
        "_problem",
        "_propagation",
        "_solution",
        "_started",
        "learned",
        "statistics",
    )

    def __init__(
        self, problem: Problem, order: Order | None = None, *, lore: Lore | None = None, first: int = -1
    ) -> None:
        self._problem = problem
        self._solution = PartialSolution()
        self._clauses = ClauseStore(self._solution)
        self._propagation = Propagation(self._solution, self._clauses)
        self._keeper: Keeper | None = None
        self._own: DecisionOrder | None = None
        if order is None:
            order = self._own = DecisionOrder(first)
        self._order = order
        self._lore = lore
        self._pending: tuple[int, int] | None = None
        self._started = False
        self._answer: Solved | Unsolvable | None = None
        self.learned: list[Clause] = []
        self.statistics = Statistics()

    def advance(self, steps: int | None = None) -> Need | Solved | Unsolvable | Paused:
        """Go on until there is an answer, a fact is lacking, or about ``steps`` steps were made.

        A step is a decision, a conflict or a narrowing; propagation is not interrupted.  An answer is final:
        further calls return it again.  Raises ``SolverError`` on a bug, here or in the problem.
        """
        limit = None if steps is None else self.statistics.steps() + steps
        outcome = self._run(limit)
        self.statistics.derivations = self._propagation.derivations
        return outcome

    def left(self, package: int) -> int:
        """Return what ``package`` may still be whatever is decided, as far as is known by now.

        Of one that no fact has named, anything: -1.
        """
        return self._solution.base[package] if self._solution.knows(package) else -1

    def teach(self, lore: Lore) -> None:
        """Let others know what this search has found out; it must have ended."""
        lore.take(self._clauses.merged)

    def _run(self, limit: int | None) -> Need | Solved | Unsolvable | Paused:
        if not self._started:
            need = self._start()
            if need is not None:
                return need
        solution = self._solution
        while self._answer is None:
            if limit is not None:
                self.statistics.derivations = self._propagation.derivations
                if self.statistics.steps() >= limit:
                    return Paused()
            conflict = None
            if solution.queue or solution.restricted or solution.contradiction is not None:
                conflict = self._propagation.propagate()
            keeper = self._keeper
            if keeper is not None and keeper.lesson is not None and keeper.doubt(conflict):
                continue
            if conflict is not None:
                self._recover(conflict)
            else:
                need = self._decide()
                if need is not None:
                    return need
        return self._answer

    def _start(self) -> Need | None:
        facts = self._problem.root()
        if isinstance(facts, Need):
            return facts
        self._started = True
        if facts.rejected is not None:
            self._answer = Unsolvable(self._solution, Clause([], [], Given(facts.rejected)))
            return None
        solution = self._solution
        for need in facts.dependencies:
            package, allowed, payload = need
            if not solution.knows(package):
                self._add(package)
            base = solution.base[package]
            mask = base & allowed
            if not mask:
                self._recover(Clause([package], [allowed], Given(payload)))
                return None
            if mask != base:
                solution.require(package, mask, need)
        return None

    def _add(self, package: int) -> None:
        """Make a new package known, and the one that it is an extra of (which is no extra itself)."""
        universe = self._problem.universe(package)
        self._solution.add(package, universe.usable)
        if package >= len(self._clauses.needs):
            self._clauses.add(package)
        self._order.add(package)
        if universe.same_as is not None:
            if not self._solution.knows(universe.same_as):
                self._add(universe.same_as)
            self._clauses.tie(package, universe.same_as)
        if self._lore is not None:
            for edge in self._lore.about(package):
                if self._solution.knows(edge.other if edge.package == package else edge.package):
                    self._clauses.recall(edge)

    def _forbid(self, package: int, clause: Clause) -> None:
        """Make the only term of ``clause`` hold for good."""
        solution = self._solution
        allowed = clause.allowed[0]
        if not solution.domains[package] & solution.base[package] & allowed:
            self._recover(clause)
        elif solution.base[package] & ~allowed:
            self._restrict(package, allowed, clause)

    def _restrict(self, package: int, allowed: int, clause: Clause) -> None:
        """Take what is not ``allowed`` from the base of a package that is not decided."""
        solution = self._solution
        if self._clauses.listed[package] is None and solution.domains[package] & allowed:
            # No clause has to hear of it: most first conflicts are so, and cost a third then.
            solution.cut_down(package, allowed, clause)
        else:
            solution.restrict(package, allowed, clause)

    def _recover(self, conflict: Clause) -> None:
        """Learn from a false clause and jump back, or find that there is no way back."""
        from resolver.solver.conflict import analyse  # noqa: PLC0415  # lazy: most searches meet none

        solution = self._solution
        self.statistics.conflicts += 1
        if not solution.level_starts:
            solution.settle()
        # With no decision in force it is false on the ground, and there is nothing to trace.
        lesson = analyse(solution, conflict, self._clauses.reason) if solution.level_starts else None
        if lesson is None:
            self._answer = Unsolvable(solution, conflict)
            return
        if lesson.learned:
            self.learned.append(lesson.clause)
            self.statistics.learned += 1
        if len(lesson.packages) == 1:
            self._correct(lesson)
            return
        if lesson.learned or isinstance(conflict.cause, Found):
            self._clauses.learn(lesson.packages, lesson.allowed, lesson.clause)
        self._obey(lesson, solution.level() - 1)

    def _correct(self, lesson: Lesson) -> None:
        """Go back to before the decision that a lesson of one term contradicts, and obey it for good."""
        solution = self._solution
        package = lesson.packages[0]
        if solution.decided[package]:
            self._clauses.forget(package)
        if lesson.level < solution.level():
            self._clauses.backjump(lesson.level)
        self._restrict(package, lesson.allowed[0], lesson.clause)
        self._blame(package)

    def _obey(self, lesson: Lesson, highest: int) -> None:
        """Go back to level ``highest``, or as far as it takes, and narrow what the lesson is about.

        Where others say what is decided next, nothing is known of what they would decide again.
        """
        solution = self._solution
        package = lesson.packages[0]
        if self._own is not None:
            keeper = self._keeper
            if keeper is None:
                from resolver.solver.keeping import Keeper  # noqa: PLC0415  # lazy: the same

                keeper = self._keeper = Keeper(solution, self._clauses, self._own)
            if self._order.blame(package):
                self.statistics.restarts += 1
                highest = min(highest, solution.required_since(package))
            keeper.obey(lesson, highest)
            return
        if lesson.level < solution.level():
            self._clauses.backjump(lesson.level)
        solution.narrow_late(lesson.level, package, lesson.allowed[0], lesson.clause)
        self._blame(package)

    def _rule_out(self, package: int, clause: Clause) -> None:
        """Note that ``clause`` takes candidates from ``package`` for good: a conflict with nothing to learn.

        Deciding the candidate first would come to the same, after a jump there and back.
        """
        if not self._solution.base[package] & clause.allowed[0]:
            self._recover(clause)
            return
        self.statistics.conflicts += 1
        self._clauses.forget(package)
        self._restrict(package, clause.allowed[0], clause)
        self._blame(package)

    def _blame(self, package: int) -> None:
        """Count a conflict against ``package``; once, start anew when it has caused too many.

        The package whose candidates keep being rejected is to be decided before the one that rejects them.
        """
        if self._order.blame(package) and self._solution.level():
            self.statistics.restarts += 1
            level = self._solution.required_since(package) if self._own is not None else 0
            if level < self._solution.level():
                self._clauses.backjump(level)

    def _decide(self) -> Need | None:
        """Decide the next package; or return what is lacking for that, or note that all is done."""
        solution = self._solution
        if self._pending is not None:
            return self._expand(*self._pending)
        if not solution.level_starts and solution.trail.packages:
            solution.settle()
        package = self._order.next(solution)
        if package < 0:
            self._answer = Solved(self._selected())
            return None
        domain = solution.domains[package]
        candidate = self._problem.choose(package, domain)
        if isinstance(candidate, Conflict):
            solution.open.append(package)
            self._recover(self._found(candidate))
            return None
        if candidate < 0 or not domain & 2 << candidate:
            raise SolverError(
                f"candidate {candidate} of package {package} was chosen, not one of {domain:#b}"
            )
        if candidate not in self._clauses.needs[package]:
            return self._expand(package, candidate)
        self.statistics.decisions += 1
        need = self._propagation.decide(package, candidate)
        if need is not None:
            self._withdraw(package, candidate, need)
        return None

    def _refuse(self, package: int, candidate: int, need: Dependency) -> None:
        """Deal with a candidate that needs what is not to be had; it is not decided.

        If it never will be, that is a fact about the candidate, and there is nothing to learn.
        """
        solution = self._solution
        solution.open.append(package)
        other, allowed, _ = need
        clauses = self._clauses
        if other == package:
            self._forbid(package, clauses.clause(package, candidate, need))
        elif not solution.base[other] & allowed:
            self._rule_out(package, clauses.clause(package, candidate, need))
        else:
            edge = clauses.edge(package, candidate, need)
            clauses.enlist(package)
            allowed &= solution.base[other]
            rest = edge.allowed & solution.base[package]
            if not solution.domains[package] & rest:
                self._recover(edge.clause())
                return
            self.statistics.conflicts += 1
            level = solution.level_of(solution.trail.falsifier(other, allowed))
            from resolver.solver.conflict import Lesson  # noqa: PLC0415  # lazy: the same

            self._obey(
                Lesson(edge, [package, other], [rest, allowed], level=level, learned=False),
                solution.level(),
            )

    def _found(self, conflict: Conflict) -> Clause:
        """Return the clause of a conflict that the problem found out."""
        clause = Clause(
            [package for package, _ in conflict.terms],
            [allowed for _, allowed in conflict.terms],
            Found(conflict.payload),
        )
        domains = self._solution.domains
        if any(domains[package] & allowed for package, allowed in conflict.terms):
            raise SolverError(f"{clause!r} was said to be false, and is not")
        return clause

    def _expand(self, package: int, candidate: int) -> Need | None:
        """Decide a candidate that is new: ask for its facts, and add the clauses that they are."""
        facts = self._problem.dependencies(package, candidate)
        if isinstance(facts, Need):
            self._pending = (package, candidate)
            return facts
        self._pending = None
        self.statistics.tried += 1
        solution = self._solution
        if facts.rejected is not None:
            solution.open.append(package)
            clause = Clause([package], [~bit(candidate)], Rejected(package, candidate, facts.rejected))
            self._forbid(package, clause)
            return None
        dependencies = facts.dependencies
        domains = solution.domains
        known = len(domains)
        for other, _, _ in dependencies:
            if other >= known or not domains[other]:
                self._add(other)
                known = len(domains)
        if self._clauses.listed[package] is not None or package in self._clauses.merged:
            # It was in a conflict before, and may well be again: look first.
            need = self._clauses.missing(package, candidate, dependencies)
            if need is not None:
                self._clauses.depend(package, candidate, dependencies)
                self._refuse(package, candidate, need)
                return None
        self._clauses.depend(package, candidate, dependencies)
        self.statistics.decisions += 1
        need = self._propagation.decide(package, candidate)
        if need is not None:
            self._withdraw(package, candidate, need)
        return None

    def _withdraw(self, package: int, candidate: int, need: Dependency) -> None:
        """Learn from the candidate decided last, one need of which is false."""
        solution = self._solution
        other, allowed, _ = need
        start = solution.level_starts[-1]
        if (
            other == package
            or not solution.base[other] & allowed
            or solution.trail.falsifier(other, allowed) < start
        ):
            # What it needs was not to be had before: the lesson is that, and need not be traced.
            solution.retract()
            self._refuse(package, candidate, need)
        else:
            self._recover(self._clauses.clause(package, candidate, need))

    def _selected(self) -> dict[int, int]:
        trail = self._solution.trail
        packages, masks = trail.packages, trail.masks
        return {packages[start]: masks[start].bit_length() - 2 for start in self._solution.level_starts}
