"""The straight way: pin what the provider prefers, as long as everything fits.

Most resolutions meet no conflict, or none that trying the next candidate does not settle.  As long as that
is so there is nothing to learn, and no solver is needed.  Where no candidate of a package stands the walk
ends; the solver then takes over with the same pins (``order``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.answers import Refused
from resolver.bridge.causes import in_force, straw

if TYPE_CHECKING:
    from resolver.bridge.agenda import Agenda
    from resolver.bridge.answers import Answers
    from resolver.bridge.concessions import Concessions
    from resolver.bridge.library import Information
    from resolver.bridge.pins import Package, Wanted
    from resolver.bridge.rounds import Rounds

__all__ = ["Walk"]


class Walk:
    """One walk.  When it has ended, ``package`` is the one whose turn it was, or ``None``."""

    __slots__ = ("_agenda", "_answers", "_concessions", "_rounds", "package")

    def __init__(self, answers: Answers, agenda: Agenda, concessions: Concessions, rounds: Rounds) -> None:
        self._concessions = concessions
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
        """Pin the best candidate that stands; tell whether there is one."""
        answers = self._answers
        for candidate in answers.matches(package):
            slot = package.candidates.find(candidate)
            if slot < 0:
                slot = package.candidates.add(candidate)
            answers.check(package, slot)
            needs = answers.needs(package, slot)
            if isinstance(needs, Refused):
                self._rounds.rejected(package, slot, needs.criterion)
                continue
            self._rounds.want(needs)
            why = self._stand(package, slot, needs)
            if why is None:
                self._rounds.pinned(package, slot)
                return True
            self._rounds.clashed(package, slot, why)
        return False

    def _stand(self, package: Package, slot: int, needs: list[Wanted]) -> list[Information] | None:
        """Pin a candidate; or return the requirements for which it does not stand."""
        pins = self._answers.pins
        if self._clashes(package, slot, needs):
            remade = self._concessions.make(package, slot, needs, lambda _: -1)
            if remade is None:
                return straw(self._answers, package, slot, needs)
            self._remake(remade[:-1])
        pins.push(package, slot, needs)
        dead = self._agenda.dead_end(needs)
        if dead is None:
            return None
        why = in_force(dead)
        pins.cut(len(pins) - 1)
        return why

    def _clashes(self, package: Package, slot: int, needs: list[Wanted]) -> bool:
        for wanted in needs:
            other = wanted.package
            pinned = slot if other is package else other.pinned
            if pinned >= 0 and self._answers.fails(wanted, pinned):
                return True
        return False

    def _remake(self, remade: list[tuple[Package, int]]) -> None:
        """Take back all pins and make those of ``remade``, which stood before."""
        answers = self._answers
        answers.pins.cut(0)
        for package, slot in remade:
            needs = answers.needs(package, slot)
            assert not isinstance(needs, Refused)
            answers.pins.push(package, slot, needs)
