"""Watching a search from outside, for those who listen to events: what is chosen, rejected, contradicted.

The solver knows nothing of it: it is made to take one step at a time, and what it then says of itself is
compared with what it said before.  So nothing is paid where nobody listens, and the answer is the same.
"""

from __future__ import annotations

import time

from resolver.errors import NoSolution
from resolver.events import Chosen, Conflicted, Finished, Rejected, Warned
from resolver.policy import Reason
from resolver.problem import MetadataKey
from resolver.solver.engine import Need, Paused
from resolver.solver.report import deciding
from resolver.solver.terms import newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.catalog import Candidates
    from resolver.errors import ResolverError
    from resolver.events import Event
    from resolver.formats.answer import Answer
    from resolver.problem import PythonProblem
    from resolver.solver.engine import Solved, Solver, Unsolvable

    Step = Solved | Unsolvable | Need | Paused

__all__ = ["Ending", "Watch"]


class Watch:
    """Tells ``emit`` what a solver does when it is advanced by this."""

    __slots__ = ("_asked", "_emit", "_objections", "_told")

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._told: set[str] = set()
        self._asked: list[MetadataKey] = []
        self._objections: set[tuple[str, int]] = set()

    def advance(self, problem: PythonProblem, solver: Solver, steps: int) -> Step:
        """Do what ``solver.advance`` does, and tell of each step."""
        count = solver.statistics
        last = count.steps() + steps
        while True:
            self._tell_rejections(problem)
            decisions, conflicts, learned = count.decisions, count.conflicts, len(solver.learned)
            step = solver.advance(1)
            if count.conflicts > conflicts:
                self._tell_conflict(problem, solver, learned)
            elif count.decisions > decisions:
                self._tell_choice(problem, solver)
            if isinstance(step, Need):
                self._asked += [key for key in step.keys if isinstance(key, MetadataKey)]
            if not isinstance(step, Paused) or count.steps() >= last:
                self._tell_rejections(problem)
                return step

    def _tell_choice(self, problem: PythonProblem, solver: Solver) -> None:
        decided = deciding(solver)
        if decided is not None:
            package, mask = decided
            names = problem.names
            version = _candidates(problem, names.base(package)).version(newest(mask))
            self._emit(Chosen(names.name(package), version))

    def _tell_conflict(self, problem: PythonProblem, solver: Solver, learned: int) -> None:
        """Tell of a conflict; the first package of what is learned from one is that which it was over."""
        new = solver.learned[learned:]
        over = problem.names.name(new[-1].packages[0]) if new and new[-1].packages else ""
        self._emit(Conflicted(solver.statistics.conflicts, over))

    def _tell_rejections(self, problem: PythonProblem) -> None:
        """Tell why versions cannot be used, of packages that are new, and of metadata that was asked for."""
        packages = problem.catalog.packages
        if len(packages) > len(self._told):
            for name in [name for name in packages if name not in self._told]:
                self._told.add(name)
                for reason, mask in packages[name].rejections:
                    self._emit(Rejected(name, _versions(packages[name], mask), reason.says(many=False)))
        for (name, candidate), reason in problem.objections.items():
            if (name, candidate) not in self._objections:
                self._objections.add((name, candidate))
                version = packages[name].version(candidate)
                self._emit(Rejected(name, (version,), reason.says(many=False)))
        asked, self._asked = self._asked, []
        for key in asked:
            found = problem.catalog.required(key.name, key.candidate, "")
            if found is None:
                self._asked.append(key)
            elif isinstance(found, Reason):
                version = packages[key.name].version(key.candidate)
                self._emit(Rejected(key.name, (version,), found.says(many=False)))


def _candidates(problem: PythonProblem, package: int) -> Candidates:
    return problem.catalog.packages[problem.names.name(package)]


def _versions(candidates: Candidates, mask: int) -> tuple[str, ...]:
    """Return the versions in ``mask``, oldest first."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(candidates.version(lowest.bit_length() - 1))
        mask ^= lowest
    return tuple(found)


class Ending:
    """Tells ``emit`` how a resolution that begins now ends."""

    __slots__ = ("_emit", "_started")

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._started = time.monotonic()

    def solved(self, answer: Answer) -> None:
        """Tell of the answer, and of what is odd about it."""
        for warning in answer.warnings:
            self._emit(Warned(warning))
        self._emit(Finished("solved", pins=len(answer.pins), seconds=self._spent(), text=""))

    def failed(self, error: ResolverError) -> None:
        """Tell why there is no answer."""
        outcome = "unsatisfiable" if isinstance(error, NoSolution) else "failed"
        self._emit(Finished(outcome, pins=0, seconds=self._spent(), text=str(error)))

    def _spent(self) -> float:
        return time.monotonic() - self._started
