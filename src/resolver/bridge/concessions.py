"""When an older pin yields to a newer one.

resolvelib pins a candidate although it does not go with older pins, if each of these can be replaced: they
are then pinned anew.  The solver would rather reject the newer candidate.  Installers have their pins from
resolvelib's way, so it is taken here too; but each candidate can take the place of a package once only, or
two of them would go on for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from resolver.bridge.answers import Answers
    from resolver.bridge.pins import Package, Wanted

__all__ = ["Concessions"]


class Concessions:
    """The concessions that were made in one resolution."""

    __slots__ = ("_answers", "_made")

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._made: set[tuple[int, int, int]] = set()

    def make(
        self, package: Package, slot: int, needs: Sequence[Wanted], allowed: Callable[[Package], int]
    ) -> list[tuple[Package, int]] | None:
        """Return the pins to make if a candidate that does not fit is to stand: it comes last, or ``None``.

        ``allowed`` says which slots may be chosen at all.  Packages that nothing requires without what yields
        are not pinned any more; if the candidate itself is one of these, nothing can be done for it.
        """
        asked: dict[Package, list[Wanted]] = {}
        for wanted in needs:
            if wanted.package is package and self._answers.fails(wanted, slot):
                return None
            if wanted.package.pinned >= 0:
                asked.setdefault(wanted.package, []).append(wanted)
        yielding = [
            other
            for other, wanted in asked.items()
            if any(self._answers.fails(each, other.pinned) for each in wanted)
        ]
        made = {(package.number, slot, other.number) for other in yielding}
        if not made or made & self._made:
            return None
        if not all(self._answers.can_choose(other, allowed(other), asked[other]) for other in yielding):
            return None
        kept = self._kept(yielding)
        if not _is_wanted(package, kept):
            return None
        self._made |= made
        return [*((each, each.pinned) for each in kept), (package, slot)]

    def _kept(self, yielding: Sequence[Package]) -> dict[Package, None]:
        """Return the packages whose pins are still required if ``yielding`` are not pinned, in order."""
        kept: dict[Package, None] = {}
        for package, _ in self._answers.pins.stack:
            if package not in yielding and _is_wanted(package, kept):
                kept[package] = None
        return kept


def _is_wanted(package: Package, pinned: Container[Package]) -> bool:
    return any(each.parent is None or each.parent in pinned for each in package.active)
