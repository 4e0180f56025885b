"""The straight way: pin what the provider prefers, as long as everything fits.

Most resolutions meet no conflict, or meet it late.  Until then there is nothing to learn, and no solver is
needed.  At the first conflict the walk ends; the solver then takes over with the same pins (``order``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.answers import Refused

if TYPE_CHECKING:
    from resolver.bridge.agenda import Agenda
    from resolver.bridge.answers import Answers
    from resolver.bridge.pins import Package, Wanted
    from resolver.bridge.rounds import Rounds

__all__ = ["Walk"]


class Walk:
    """One walk.  When it has ended, ``package`` is the one whose turn it was, or ``None``."""

    __slots__ = ("_agenda", "_answers", "_rounds", "package")

    def __init__(self, answers: Answers, agenda: Agenda, rounds: Rounds) -> None:
        self._answers = answers
        self._agenda = agenda
        self._rounds = rounds
        self.package: Package | None = None

    def reaches_end(self) -> bool:
        """Pin what fits; tell whether all is pinned."""
        if self._agenda.dead_root() is not None:
            return False
        while True:
            self.package = package = self._agenda.pick()
            if package is None:
                return True
            if not self._pins(package):
                return False

    def _pins(self, package: Package) -> bool:
        """Pin the best candidate that can be used at all; tell whether that could be done."""
        answers = self._answers
        for candidate in answers.matches(package):
            slot = package.candidates.find(candidate)
            if slot < 0:
                slot = package.candidates.add(candidate)
                answers.check(package, slot)
            needs = answers.needs(package, slot)
            if not isinstance(needs, Refused):
                return self._fits(package, slot, needs) and self._stands(package, slot, needs)
            self._rounds.rejected(package, slot, needs.criterion)
        return False

    def _stands(self, package: Package, slot: int, needs: list[Wanted]) -> bool:
        self._answers.pins.push(package, slot, needs)
        dead = self._agenda.dead_end(needs)
        if dead is not None:
            dead.is_suspect = True  # to be looked at again when the solver has come to the same pin
            self._answers.pins.cut(len(self._answers.pins) - 1)
            return False
        self._rounds.want(needs)
        self._rounds.pinned(package.candidates.items[slot])
        return True

    def _fits(self, package: Package, slot: int, needs: list[Wanted]) -> bool:
        for wanted in needs:
            other = wanted.package
            pinned = slot if other is package else other.pinned
            if pinned >= 0 and self._answers.fails(wanted, pinned):
                return False
        return True
