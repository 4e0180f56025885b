"""Which decisions are kept after a conflict.

What a conflict teaches holds since an earlier level than that of the moment.  Going back there, as PubGrub is
described, takes back decisions that will mostly be made again, one by one.  A ``Keeper`` goes back as far as
they would *not* be made again, and notes the lesson there, behind them (``solution``: late entries).

Decisions are made again if nothing gets in their way.  That is not so where

* what follows from the lesson contradicts one of them: then back to before that one;
* a package must be selected, or has a single candidate, only because of the lesson, and so comes before one
  of them (``priority``): then back to before the first of those.

Going back further than necessary is never wrong, only slower.  So the answer is nearly always the one that
is found by going all the way, and a valid one in any case: 5,396 random problems over recorded graphs have
the same pins either way, 4 of 20,000 small tangled universes have others.  Where much is decided again, it
takes a tenth to a quarter of the decisions (``docs/decisions/0016-decisions-are-kept.md``).
"""

from __future__ import annotations

from resolver.solver.conflict import blamed
from resolver.solver.terms import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.clauses import ClauseStore
    from resolver.solver.conflict import Lesson
    from resolver.solver.incompatibility import Clause
    from resolver.solver.priority import DecisionOrder
    from resolver.solver.solution import PartialSolution

__all__ = ["Keeper"]

#: With more late entries than that, all that they have to be repeated for costs more than it saves
#: (``benchmarks/solver.py``, chain-300x20: 0 to 64 were tried).
_LATE_ENTRIES = 16

#: How much further back each attempt goes than the one before (the same, sat3: 1, 4 and 16 were tried).
_HASTE = 4


class Keeper:
    """Goes back after conflicts of one search, whose decisions ``order`` makes.

    While it is not known yet whether all decisions kept would be made again, ``lesson`` is the one noted.
    """

    __slots__ = ("_clauses", "_order", "_solution", "_start", "_stride", "lesson")

    def __init__(self, solution: PartialSolution, clauses: ClauseStore, order: DecisionOrder) -> None:
        self._solution = solution
        self._clauses = clauses
        self._order = order
        self.lesson: Lesson | None = None
        self._start = 0
        self._stride = 1

    def obey(self, lesson: Lesson, highest: int) -> None:
        """Go back to level ``highest`` or further, and note the lesson there, if it holds.

        It has two or more terms.  Whether that was far enough is to be asked with ``doubt``, when what
        follows from it was found.
        """
        late = self._solution.late
        if len(late) > _LATE_ENTRIES:
            highest = min(highest, lesson.level, *(each.level for each in late))
        self._stride = 1
        self._note(lesson, highest)

    def doubt(self, conflict: Clause | None) -> bool:
        """Go further back if decisions would not be made again; say whether that was so.

        ``conflict`` is the clause that turned out to be false after the lesson was noted, if there is one.
        """
        lesson, self.lesson = self.lesson, None
        assert lesson is not None
        if conflict is None:
            level = self._undisturbed(lesson.level)
        else:
            level = blamed(self._solution, conflict, self._clauses.reason, self._start) - self._stride
            self._stride *= _HASTE
        if level >= self._solution.level():
            return False
        self._note(lesson, max(level, lesson.level))
        return True

    def _note(self, lesson: Lesson, level: int) -> None:
        solution = self._solution
        if level < solution.level():
            self._clauses.backjump(level)
        self.lesson = lesson if level > lesson.level else None
        self._start = len(solution.trail.packages)
        if level >= lesson.level:
            solution.narrow_late(lesson.level, lesson.packages[0], lesson.allowed[0], lesson.reason)

    def _undisturbed(self, least: int) -> int:
        """Return the last level up to which no other decision would come first now; ``least`` or later."""
        solution = self._solution
        level = solution.level()
        for package in set(solution.trail.packages[self._start :]):
            domain = solution.domains[package]
            if domain & ABSENT or solution.decided[package]:
                continue
            if self._domain_before(package) & ABSENT:
                since = least
            elif domain & (domain - 1):
                continue  # there is more than one candidate, as before: the claim is the same
            else:
                since = max(least, solution.required_since(package))
            claim = self._order.claim(package, domain)
            later = range(since, level)
            level = next((each for each in later if self._claim_at(each) > claim), level)
        return level

    def _domain_before(self, package: int) -> int:
        """Return what the domain of ``package`` was before the lesson was noted."""
        trail = self._solution.trail
        position = trail.last[package]
        while position >= self._start:
            position = trail.previous[position]
        return self._solution.settled[package] if position < 0 else trail.masks[position]

    def _claim_at(self, level: int) -> int:
        """Return the claim that the package decided at the end of ``level`` had then."""
        solution = self._solution
        trail = solution.trail
        start = solution.level_starts[level]
        package, before = trail.packages[start], trail.previous[start]
        return self._order.claim(package, solution.settled[package] if before < 0 else trail.masks[before])
