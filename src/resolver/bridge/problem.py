"""A provider's packages as the solver sees them: finite universes of which little is known at first.

Each package has so many *slots*.  A candidate takes the next one when it is first tried; what no candidate
has taken stands for those that were not looked at, and is taken to satisfy everything.  So candidates need
not be listed, and what the solver has learned stays true when more becomes known:

* A requirement of p on q allows every slot of q but those whose candidates were found not to satisfy it.
* A candidate that takes a slot of q later says of itself which candidates of p it does not go with.
* What ``find_matches`` returns for all requirements in force is the whole truth about these together.  Where
  nothing of it can be chosen that is a ``Conflict``: one of those who require must go, or the package must be
  one of the matches.

Which package is decided next is in ``order``; how the provider is asked, in ``answers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.answers import Refused
from resolver.solver.port import Conflict, Facts, Universe
from resolver.solver.terms import ABSENT, bit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.bridge.answers import Answers
    from resolver.bridge.matches import Matches
    from resolver.bridge.pins import Package, Wanted

__all__ = ["Exhausted", "OutOfSlotsError", "ProviderProblem"]


class OutOfSlotsError(Exception):
    """More candidates of one package turned up than there are slots: begin anew with more."""


class Exhausted:
    """Why a ``Conflict`` is true: only ``matches``, a mask, fulfil ``wanted`` and ``others`` together."""

    __slots__ = ("matches", "others", "package", "wanted")

    def __init__(
        self,
        package: Package,
        wanted: Sequence[Wanted],
        others: Mapping[object, Sequence[Wanted]],
        matches: int,
    ) -> None:
        self.package = package
        self.wanted = wanted
        self.others = others
        self.matches = matches

    def all_wanted(self) -> list[Wanted]:
        """Return the requirements on this package and on others that the matches depend on."""
        return [*self.wanted, *(each for wanted in self.others.values() for each in wanted)]


class ProviderProblem:
    """The port ``solver.protocols.Problem`` over ``answers``, for one search.

    Each package has ``slots``, more than it has candidates yet.

    ``trial`` is the package and slot that was chosen last; the slot is -1 where there was nothing to choose.
    ``forced``, where it is not -1, is the slot to choose next.
    """

    __slots__ = ("_answers", "_everything", "_roots", "_slots", "_told", "forced", "trial")

    def __init__(self, answers: Answers, roots: Sequence[Wanted], slots: int) -> None:
        self._answers = answers
        self._roots = roots
        self._slots = slots
        self._everything = (2 << slots) - 1
        self._told: set[tuple[Package, int]] = set()
        self.trial: tuple[Package, int] | None = None
        self.forced = -1

    def root(self) -> Facts:
        """Return the requirements of the caller."""
        return Facts([self._dependency(each) for each in self._roots])

    def universe(self, package: int) -> Universe:  # noqa: ARG002  # all are alike
        """Return all slots."""
        return Universe(self._everything)

    def dependencies(self, package: int, candidate: int) -> Facts:
        """Return what a candidate needs, and what known candidates it does not go with."""
        here = self._answers.packages[package]
        needs = self._answers.needs(here, candidate)
        if isinstance(needs, Refused):
            return Facts(rejected=needs)
        found = [self._dependency(each) for each in needs]
        self._told.add((here, candidate))
        excluded: dict[Package, list[Wanted]] = {}
        for wanted in here.incoming:
            parent = wanted.parent
            # What was told before this candidate took its slot does not take it into account.
            if (
                parent is not None
                and parent is not here
                and (parent, wanted.slot) in self._told
                and self._answers.fails(wanted, candidate)
            ):
                excluded.setdefault(parent, []).append(wanted)
        for parent, unsatisfied in excluded.items():
            mask = 0
            for wanted in unsatisfied:
                mask |= bit(wanted.slot)
            found.append((parent.number, self._everything & ~mask, tuple(unsatisfied)))
        return Facts(found)

    def _dependency(self, wanted: Wanted) -> tuple[int, int, object]:
        package = wanted.package
        for slot in range(len(package.candidates)):
            self._answers.fails(wanted, slot)
        return package.number, self._everything & ~ABSENT & ~wanted.failing, wanted

    # -- candidates ------------------------------------------------------------------------------------------

    def choose(self, package: int, allowed: int) -> int | Conflict:
        """Return the best candidate for the requirements in force; one that is new takes a slot."""
        here = self._answers.packages[package]
        if self.forced >= 0:
            slot, self.forced = self.forced, -1
            self.trial = (here, slot)
            return slot
        candidate = self._answers.first(here, self._answers.matches(here), allowed)
        if candidate is None:
            self.trial = (here, -1)
            return self._exhausted(here, allowed)
        slot = here.candidates.find(candidate[0])
        if slot < 0:
            slot = self._take(here, candidate[0])
            self._answers.check(here, slot)
        self.trial = (here, slot)
        return slot

    def _take(self, package: Package, candidate: object) -> int:
        slot = package.candidates.add(candidate)
        if slot >= self._slots - 1:  # one must remain for what was not looked at
            raise OutOfSlotsError
        return slot

    # -- conflicts -------------------------------------------------------------------------------------------

    def _exhausted(self, package: Package, allowed: int) -> Conflict:
        """Return the clause that the requirements in force make false."""
        package.is_suspect = True
        wanted, matches = self._reduced(package, allowed)
        mask = self._slots_of(package, matches)
        reason = Exhausted(package, wanted, matches.others, mask)
        terms: dict[int, int] = {}
        for each in reason.all_wanted():
            if each.parent is not None:
                number = each.parent.number
                terms[number] = terms.get(number, self._everything) & ~bit(each.slot)
        if mask:
            terms[package.number] = mask
        return Conflict(list(terms.items()), reason)

    def _slots_of(self, package: Package, matches: Matches[Wanted]) -> int:
        mask = 0
        for candidate in matches:
            slot = package.candidates.find(candidate)
            mask |= bit(self._take(package, candidate) if slot < 0 else slot)
        return mask

    def _reduced(self, package: Package, allowed: int) -> tuple[Sequence[Wanted], Matches[Wanted]]:
        """Return requirements in force that leave nothing to choose, few of them, and what matches those.

        First the shortest run that begins with those in force longest: it lets the solver jump back furthest.
        Then, where looking costs nothing, those of it that can be done without are left out.
        """
        active = package.active
        matches = self._answers.matches(package)
        roots = [each for each in active if each.parent is None]
        ahead = [each for each in active if each.parent is not None]
        kept: list[Wanted] = []
        best: tuple[Sequence[Wanted], Matches[Wanted]] = (list(active), matches)
        mask = self._slots_of(package, matches)

        def spent(run: Sequence[Wanted]) -> bool:
            nonlocal best
            chosen = {each.number for each in (*roots, *run, *kept)}
            wanted = [each for each in active if each.number in chosen]
            if not wanted:
                return False
            found = self._answers.matches(package, wanted)
            if self._answers.first(package, found, allowed) is not None or mask & ~self._slots_of(
                package, found
            ):
                return False
            best = (wanted, found)
            return True

        while ahead and not spent(()):
            low, high = 1, len(ahead)
            while low < high:
                middle = (low + high) // 2
                if spent(ahead[:middle]):
                    high = middle
                else:
                    low = middle + 1
            if matches.is_lazy:
                break
            kept.append(ahead[low - 1])
            ahead = ahead[: low - 1]
        return best
