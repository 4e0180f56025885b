"""What is to be pinned next, if nothing is in the way: the provider's preference.

Spec: resolvelib's ``AbstractProvider``, ``narrow_requirement_selection`` and ``get_preference``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.views import ByIdentifier
from resolver.solver.terms import bit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolvelib.providers import Preference

    from resolver.bridge.answers import Answers
    from resolver.bridge.library import Information, Library, Provider
    from resolver.bridge.matches import Matches
    from resolver.bridge.pins import Package, Wanted
    from resolver.bridge.rounds import Rounds
    from resolver.solver.solution import PartialSolution

__all__ = ["Agenda"]


class Agenda:
    """The packages that are required and not pinned; ``solution`` is the solver's, once there is one."""

    __slots__ = (
        "_answers",
        "_candidates",
        "_information",
        "_narrows",
        "_pins",
        "_provider",
        "_rounds",
        "solution",
    )

    def __init__(self, provider: Provider, library: Library, answers: Answers, rounds: Rounds) -> None:
        self._provider = provider
        self._answers = answers
        self._pins = answers.pins
        self._rounds = rounds
        self._narrows = library.narrows(provider)
        self._candidates = ByIdentifier(answers.pins, answers.known, self._left)
        self._information = ByIdentifier(answers.pins, answers.known, _information)
        self.solution: PartialSolution | None = None

    def pick(self) -> Package | None:
        """Return the package to pin next, or ``None`` where all are pinned; begins a round.

        The provider is asked what it prefers, unless there is only one.
        """
        ahead = [package for package in self._pins.named if package.pinned < 0]
        if not ahead:
            return None
        self._rounds.begin()
        if len(ahead) > 1:
            if self._narrows:
                ahead = self._narrowed(ahead)
            if len(ahead) > 1:
                return min(ahead, key=self._preference)
        return ahead[0]

    def dead_root(self) -> Package | None:
        """Return a package that the root requires and that has no candidate."""
        for package in self._pins.named:
            if not self._answers.can_choose(package, self._allowed(package)):
                return package
        return None

    def dead_end(self, needs: Sequence[Wanted]) -> Package | None:
        """Return the first package of ``needs`` that has nothing to choose.

        Looked at are those that were the place of a conflict before, and all if looking costs nothing but
        time; others may wait for their turn.
        """
        answers = self._answers
        for wanted in needs:
            package = wanted.package
            if package.pinned >= 0 or (len(package.active) == 1 and not package.is_suspect):
                continue
            if not answers.can_choose(package, self._allowed(package)):
                return package
        return None

    def _narrowed(self, ahead: list[Package]) -> list[Package]:
        chosen = self._provider.narrow_requirement_selection(
            identifiers=[package.key for package in ahead],
            resolutions=self._pins.mapping,
            candidates=self._candidates,
            information=self._information,
            backtrack_causes=self._rounds.causes,
        )
        found = [self._answers.known[key] for key in chosen]
        if not found:
            raise RuntimeError("the provider narrowed the selection of requirements to none")
        return found

    def _preference(self, package: Package) -> Preference:
        return self._provider.get_preference(
            identifier=package.key,
            resolutions=self._pins.mapping,
            candidates=self._candidates,
            information=self._information,
            backtrack_causes=self._rounds.causes,
        )

    def _allowed(self, package: Package) -> int:
        return -1 if self.solution is None else self.solution.domains[package.number]

    def _left(self, package: Package) -> Iterator[object]:
        """Return the candidates of a package that are not ruled out."""
        matches = self._answers.matches(package)
        allowed = self._allowed(package)
        taken = (2 << len(package.candidates)) - 2
        return self._filtered(package, matches, allowed) if taken & ~allowed else iter(matches)

    def _filtered(self, package: Package, matches: Matches[Wanted], allowed: int) -> Iterator[object]:
        for candidate in matches:
            slot = package.candidates.find(candidate)
            if slot < 0 or allowed & bit(slot):
                yield candidate


def _information(package: Package) -> Iterator[Information]:
    return iter([each.information for each in package.active])
