"""Which package the solver decides next, and what became of its last decision.

This is the port ``solver.protocols.Order``.  It is asked before each decision and so sees what became of the
one before: the pins are brought up to date here, and the rounds are reported (``rounds``).

The rule: when a candidate is rejected, the pins that the solver took back with it are made again, without
asking anybody, and then the next candidate of the same package is tried, as resolvelib does.  So are those
that it took back on its way to an older pin that must go: they are none the worse for that.  A package of
which it turns out that nothing is left comes first of all.  Otherwise it is as the provider prefers
(``agenda``).

What is given up in favour of a newer pin is in ``concessions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.answers import Refused
from resolver.bridge.causes import in_force, rejections, straw
from resolver.solver.terms import ABSENT, bit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.bridge.agenda import Agenda
    from resolver.bridge.answers import Answers
    from resolver.bridge.concessions import Concessions
    from resolver.bridge.pins import Package, Wanted
    from resolver.bridge.problem import ProviderProblem
    from resolver.bridge.rounds import Rounds
    from resolver.solver.solution import PartialSolution

__all__ = ["ProviderOrder"]


class ProviderOrder:
    """The order of one search."""

    __slots__ = (
        "_agenda",
        "_answers",
        "_concessions",
        "_dead",
        "_pins",
        "_problem",
        "_replays",
        "_rounds",
        "_script",
        "_solution",
        "_then",
        "_tries_last",
        "_yields",
    )

    def __init__(  # the parts of one resolution
        self,
        *,
        answers: Answers,
        agenda: Agenda,
        concessions: Concessions,
        problem: ProviderProblem,
        rounds: Rounds,
    ) -> None:
        self._concessions = concessions
        self._answers = answers
        self._pins = answers.pins
        self._agenda = agenda
        self._problem = problem
        self._rounds = rounds
        self._solution: PartialSolution | None = None
        self._dead: Package | None = None
        self._script: list[tuple[Package, int]] = []
        self._then: Package | None = None
        self._tries_last = False
        self._replays = False
        self._yields = False

    def begin(self, pins: Sequence[tuple[Package, int]], package: Package | None) -> None:
        """Begin with ``pins``, and then with ``package`` if that is given; to be called before the search."""
        self._write(pins, package)

    def add(self, package: int) -> None:
        """Hear of a package; it is known already."""

    def blame(self, package: int) -> bool:  # noqa: ARG002  # it is that of the trial, or learned
        """Hear of a conflict; start anew where older pins are to yield to the one that was tried."""
        if not self._yields and not self._replays:
            self._yields = self._older_yield()
        return self._yields

    def next(self, solution: PartialSolution) -> int:
        """Return the number of the package to pin, or -1 where all are pinned."""
        solution.open.clear()
        if self._solution is None:
            self._solution = self._agenda.solution = solution
            package = self._dead = self._agenda.dead_root()
        else:
            package = self._catch_up(solution.level())
        if package is None:
            package = self._scripted(solution) or self._agenda.pick()
        return -1 if package is None else package.number

    def finish(self) -> None:
        """Report how the last round ended, after the solver has found that there is no solution."""
        trial = self._problem.trial
        if self._rounds.is_open and trial is not None:
            self._catch_up(0)
            self._rounds.failed(rejections(self._then or trial[0]))
        elif self._dead is not None:
            self._rounds.causes = in_force(self._dead)

    # -- what became of the last decision --------------------------------------------------------------------

    def _catch_up(self, level: int) -> Package | None:
        """Bring the pins up to date; return the package whose turn it is without asking the provider."""
        assert self._problem.trial is not None
        package, slot = self._problem.trial
        if self._yields:
            self._yields = False
            self._pins.cut(level)
            return None
        if self._replays:
            self._replayed(package, slot, level)
            return None
        if slot < 0:
            self._jump(package, level)
            return None
        needs = self._answers.needs(package, slot)
        known = [] if isinstance(needs, Refused) else needs
        self._rounds.want(known)
        if level > len(self._pins):
            return self._stand(package, slot, known)
        if isinstance(needs, Refused):
            self._rounds.rejected(package, slot, needs.criterion)
        else:
            self._rounds.clashed(package, slot, straw(self._answers, package, slot, needs))
        self._go_on(package, level, len(self._pins))
        return None

    def _jump(self, spent: Package, level: int) -> None:
        """Follow the solver back, after ``spent`` was found to have nothing to choose."""
        if self._dead is not None:
            # The pin at the top left another package nothing to choose, which it could not know.
            self._dead = None
            package, slot = self._pins.stack[-1]
            self._rounds.clashed(package, slot, in_force(spent))
            self._go_on(package, level, len(self._pins) - 1)
            return
        if self._answers.matches(spent):
            self._rounds.failed(rejections(spent))
        else:
            self._rounds.failed(in_force(spent), is_news=True)
        self._go_on(None, level, len(self._pins))

    def _stand(self, package: Package, slot: int, needs: list[Wanted]) -> Package | None:
        self._pins.push(package, slot, needs)
        self._dead = self._agenda.dead_end(needs)
        if self._dead is None:
            self._rounds.pinned(package, slot)
        return self._dead

    def _go_on(self, package: Package | None, level: int, before: int) -> None:
        """Have another candidate of ``package`` tried after one of its was taken back, if it is given.

        Pins that were taken back with it are made again first, as far as they may.
        """
        self._write(self._pins.stack[level:before], package)
        self._pins.cut(level)

    def _write(
        self, pins: Sequence[tuple[Package, int]], then: Package | None, *, tries_last: bool = False
    ) -> None:
        """Have ``pins`` made again, of which the last may be one to try, and then go on with ``then``."""
        self._script = list(reversed(pins))
        self._then = then
        self._tries_last = tries_last

    # -- pins that are made again ----------------------------------------------------------------------------

    def _scripted(self, solution: PartialSolution) -> Package | None:
        """Return the next package of the script, which chooses what it had, or the one that follows."""
        while self._script:
            package, slot = self._script.pop()
            allowed = solution.domains[package.number]
            if not package.active:
                continue
            if allowed & ABSENT or not allowed & bit(slot):
                self._drop()
                return None
            self._problem.forced = slot
            self._replays = bool(self._script) or not self._tries_last
            return package
        package_then, self._then = self._then, None
        if package_then is None:
            return None
        if package_then.active and not solution.domains[package_then.number] & ABSENT:
            return package_then
        self._rounds.failed(rejections(package_then))
        return None

    def _replayed(self, package: Package, slot: int, level: int) -> None:
        self._replays = False
        if level > len(self._pins):
            needs = self._answers.needs(package, slot)
            assert not isinstance(needs, Refused)
            self._pins.push(package, slot, needs)
        else:
            self._drop()
            self._pins.cut(level)

    def _drop(self) -> None:
        """Give up the script; the round in which it was needed has failed."""
        self._script.clear()
        package, self._then = self._then, None
        if package is not None:
            self._rounds.failed(rejections(package))

    def _older_yield(self) -> bool:
        """Tell whether pins yield to the candidate that was tried; if so, write the script for that."""
        solution, trial = self._solution, self._problem.trial
        if solution is None or trial is None or trial[1] < 0:
            return False
        package, slot = trial
        needs = self._answers.needs(package, slot)
        base = solution.base
        if isinstance(needs, Refused) or not base[package.number] & bit(slot):
            return False
        pins = self._concessions.make(package, slot, needs, lambda other: base[other.number])
        if pins is None:
            return False
        self._write(pins, None, tries_last=True)
        return True
