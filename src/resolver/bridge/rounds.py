"""Rounds, as resolvelib counts and reports them.

In one round one package is to be pinned: candidates are tried until one stands, or none is left and the
search jumps back.  What the solver does in between is nobody's business but its own.

Spec: resolvelib's ``BaseReporter``; the order of events is that of ``resolvelib.Resolver``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.outcome import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvelib.resolvers import Criterion, Result

    from resolver.bridge.answers import Answers
    from resolver.bridge.library import Information, Library, Reporter
    from resolver.bridge.pins import Package, Wanted

__all__ = ["Rounds"]


class Rounds:
    """The events of one resolution; ``causes`` are those of the last conflict.

    A round that only makes a pin which stood before does not count against the limit: how many of these
    follow a conflict depends on how far the solver jumps back.
    """

    __slots__ = (
        "_answers",
        "_counted",
        "_index",
        "_library",
        "_limit",
        "_pinned",
        "_rejected",
        "_reporter",
        "_wants_state",
        "_why",
        "causes",
        "is_open",
    )

    def __init__(self, reporter: Reporter, library: Library, answers: Answers, limit: int) -> None:
        self._reporter = reporter
        self._library = library
        self._answers = answers
        self._limit = limit
        self._index = 0
        self._counted = 0
        self._pinned: set[tuple[Package, int]] = set()
        self._why: list[Information] = []
        self._rejected: set[tuple[Package, int]] = set()
        # A state costs a pass over all requirements: it is made for those who look at it.
        self._wants_state = library.looks_at_rounds(reporter)
        self.causes: list[Information] = []
        self.is_open = False

    def begin(self) -> None:
        """Start a round, unless one is going on; raises ``ResolutionTooDeep`` after the last one allowed."""
        if self.is_open:
            return
        if self._counted >= self._limit:
            raise self._library.too_deep(self._limit)
        self._reporter.starting_round(index=self._index)
        self.is_open = True

    def want(self, needs: Sequence[Wanted]) -> None:
        """Report what a candidate that is being tried needs."""
        for wanted in needs:
            information = wanted.information
            self._reporter.adding_requirement(requirement=information.requirement, parent=information.parent)

    def pinned(self, package: Package, slot: int) -> None:
        """Report that a candidate stands, which ends the round."""
        self._reporter.pinning(candidate=package.candidates.items[slot])
        self._counted += (package, slot) not in self._pinned
        self._pinned.add((package, slot))
        self._end()

    def rejected(self, package: Package, slot: int, criterion: Criterion[object, object]) -> None:
        """Report that a candidate does not stand, for requirements of which the last was the last straw."""
        package.rejected[slot] = list(criterion.information)
        self._why += criterion.information
        if (package, slot) not in self._rejected:
            self._rejected.add((package, slot))
            self._reporter.rejecting_candidate(criterion, package.candidates.items[slot])

    def clashed(self, package: Package, slot: int, information: list[Information]) -> None:
        """Report that a candidate does not stand, because of requirements that exclude one another."""
        self.rejected(package, slot, self._library.criterion([], information, []))

    def failed(self, information: Sequence[Information], *, is_news: bool = False) -> None:
        """Report that nothing stood in this round, because of ``information``, which ends it.

        If nothing was tried in it, and that is no news, what was learned in earlier rounds is the obstacle.
        Then the round goes on with another package, as within a jump back of resolvelib's.
        """
        if not self._why and not is_news:
            return
        self._why = list(information) or self._why
        self.causes = list({id(each): each for each in self._why}.values())
        self._reporter.resolving_conflicts(causes=self.causes)
        self._counted += 1
        self._end()

    def ended(self, found: Result[object, object, object]) -> None:
        """Report that all is done."""
        self.begin()
        self._reporter.ending(state=self._library.state(found.mapping, found.criteria, self.causes))

    def _end(self) -> None:
        self._why = []
        self._rejected.clear()
        self.is_open = False
        index, self._index = self._index, self._index + 1
        if self._wants_state:
            self._reporter.ending_round(index=index, state=state(self._answers, self._library, self.causes))
