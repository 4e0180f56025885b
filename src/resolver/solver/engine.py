"""The solver's main loop, and what it asks of the world.

``Solver.advance`` propagates, learns from conflicts and decides, until it has an answer or lacks a fact.
It never waits and never calls back into anything but the ``protocols.Problem``, whose four methods answer at
once: with what is known, or with a ``Need`` that travels to whoever can fetch it.

The parts: ``solution`` (domains and trails), ``propagation`` (clauses), ``conflict`` (learning),
``priority`` (what is decided next).  Proofs are read in ``explain``.

Spec: Dart pub, doc/solver.md, "The Algorithm" and "Decision Making".
"""

from __future__ import annotations

from resolver.solver.conflict import SolverError, analyse, conclude
from resolver.solver.incompatibility import Clause, Depends, Found, Given, Rejected
from resolver.solver.port import Conflict, Facts, Need, Universe
from resolver.solver.priority import DecisionOrder
from resolver.solver.propagation import ClauseStore
from resolver.solver.solution import PartialSolution
from resolver.solver.terms import bit, newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.protocols import Order, Problem

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


class Solved:
    """An answer: ``selected`` maps package to candidate, in the order of the decisions."""

    __slots__ = ("selected",)

    def __init__(self, selected: dict[int, int]) -> None:
        self.selected = selected


class Unsolvable:
    """The other answer: ``clause`` is the empty clause, and its causes are the proof."""

    __slots__ = ("clause",)

    def __init__(self, clause: Clause) -> None:
        self.clause = clause


class Paused:
    """The steps are used up; call again to go on."""

    __slots__ = ()


class Statistics:
    """Counters of one search.

    ``tried`` counts candidates whose facts were asked for, each once.  ``derivations`` counts narrowings
    that followed from clauses.
    """

    __slots__ = ("conflicts", "decisions", "derivations", "learned", "restarts", "tried")

    def __init__(self) -> None:
        self.decisions = 0
        self.conflicts = 0
        self.derivations = 0
        self.learned = 0
        self.tried = 0
        self.restarts = 0

    def steps(self) -> int:
        """Return the work done so far, in the unit of ``Solver.advance``."""
        return self.decisions + self.conflicts + self.derivations + self.tried


class Solver:
    """One search over one problem.  The same problem gives the same answer, however its facts arrive.

    ``order`` says which package is decided next.  ``learned`` lists the clauses derived so far, oldest first.
    """

    __slots__ = (
        "_answer",
        "_clauses",
        "_expanded",
        "_order",
        "_pending",
        "_problem",
        "_solution",
        "_started",
        "learned",
        "statistics",
    )

    def __init__(self, problem: Problem, order: Order | None = None) -> None:
        self._problem = problem
        self._solution = PartialSolution()
        self._clauses = ClauseStore()
        self._order = DecisionOrder() if order is None else order
        self._expanded: list[int] = []
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
        self.statistics.derivations = self._clauses.derivations
        return outcome

    def _run(self, limit: int | None) -> Need | Solved | Unsolvable | Paused:
        if not self._started:
            need = self._start()
            if need is not None:
                return need
        solution = self._solution
        clauses = self._clauses
        while self._answer is None:
            if limit is not None:
                self.statistics.derivations = clauses.derivations
                if self.statistics.steps() >= limit:
                    return Paused()
            conflict = clauses.propagate(solution)
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
            self._answer = Unsolvable(Clause([], [], Given(facts.rejected)))
            return None
        for package, allowed, payload in facts.dependencies:
            self._add(package)
            self._forbid(package, Clause([package], [allowed], Given(payload)))
            if self._answer is not None:
                return None
        return None

    def _add(self, package: int) -> None:
        """Make a package known, and the one that it is an extra of (which is no extra itself)."""
        solution = self._solution
        if solution.knows(package):
            return
        universe = self._problem.universe(package)
        solution.add(package, universe.usable)
        self._clauses.add(package)
        self._order.add(package)
        while len(self._expanded) <= package:
            self._expanded.append(0)
        if universe.same_as is not None:
            self._add(universe.same_as)
            self._clauses.tie(package, universe.same_as)
            solution.enqueue(universe.same_as)

    def _forbid(self, package: int, clause: Clause) -> None:
        """Make the only term of ``clause`` hold for good."""
        solution = self._solution
        allowed = clause.allowed[0]
        if not solution.domains[package] & solution.base[package] & allowed:
            self._recover(clause)
        elif solution.base[package] & ~allowed:
            solution.restrict(package, allowed, clause)

    def _recover(self, conflict: Clause) -> None:
        """Learn from a false clause and jump back, or find that there is no way back."""
        solution = self._solution
        self.statistics.conflicts += 1
        if not solution.level_starts:
            solution.settle()
        lesson = analyse(solution, conflict)
        if lesson is None:
            self._answer = Unsolvable(conclude(solution, conflict))
            return
        package = lesson.packages[0]
        allowed = lesson.allowed[0]
        is_new = lesson.learned or isinstance(conflict.cause, Found)
        if lesson.learned:
            self.learned.append(lesson.clause)
            self.statistics.learned += 1
        if len(lesson.packages) == 1:
            solution.restrict(package, allowed, lesson.clause)
        else:
            solution.backjump(lesson.level)
            if is_new:
                self._clauses.learn(lesson.packages, lesson.allowed, lesson.clause)
            solution.narrow(package, solution.domains[package] & allowed, lesson.clause)
        self._blame(package)

    def _rule_out(self, package: int, clause: Clause) -> None:
        """Note that ``clause`` takes candidates from ``package`` for good: a conflict with nothing to learn.

        Deciding the candidate first would come to the same, after a jump there and back.
        """
        if not self._solution.base[package] & clause.allowed[0]:
            self._recover(clause)
            return
        self.statistics.conflicts += 1
        self._solution.restrict(package, clause.allowed[0], clause)
        self._blame(package)

    def _blame(self, package: int) -> None:
        """Count a conflict against ``package``; once, start anew when it has caused too many.

        The package whose candidates keep being rejected is to be decided before the one that rejects them.
        """
        if self._order.blame(package) and self._solution.level():
            self.statistics.restarts += 1
            self._solution.backjump(0)

    def _decide(self) -> Need | None:
        """Decide the next package; or return what is lacking for that, or note that all is done."""
        solution = self._solution
        if self._pending is not None:
            return self._expand(*self._pending)
        if not solution.level_starts:
            solution.settle()
        package = self._order.next(solution)
        if package < 0:
            self._answer = Solved(self._selected())
            return None
        domain = solution.domains[package]
        candidate = self._problem.choose(package, domain)
        if isinstance(candidate, Conflict):
            self._recover(self._found(candidate))
            return None
        if candidate < 0 or not domain & 2 << candidate:
            raise SolverError(
                f"candidate {candidate} of package {package} was chosen, not one of {domain:#b}"
            )
        if not self._expanded[package] & 2 << candidate:
            return self._expand(package, candidate)
        self.statistics.decisions += 1
        solution.decide(package, 2 << candidate)
        return None

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
        self._expanded[package] |= bit(candidate)
        self.statistics.tried += 1
        solution = self._solution
        dependencies = facts.dependencies
        if facts.rejected is not None:
            clause = Clause([package], [~bit(candidate)], Rejected(package, candidate, facts.rejected))
            self._forbid(package, clause)
            return None
        for other, allowed, payload in dependencies:
            if other == package and not bit(candidate) & allowed:
                cause = Depends(package, package, candidate, payload)
                self._forbid(package, Clause([package], [~bit(candidate)], cause))
                return None
        known = solution.domains
        for other, _, _ in dependencies:
            if other >= len(known) or not known[other]:
                self._add(other)
        fatal = self._clauses.depend(solution, package, candidate, dependencies)
        if fatal is not None:
            self._rule_out(package, fatal)
            return None
        self.statistics.decisions += 1
        solution.decide(package, bit(candidate))
        return None

    def _selected(self) -> dict[int, int]:
        trail = self._solution.trail
        return {trail.packages[start]: newest(trail.masks[start]) for start in self._solution.level_starts}
