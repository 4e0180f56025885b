"""What a provider has said, each thing asked for once.

Providers may do anything in their methods: fetch, build, count how often they are called.  So dependencies
are asked for once a candidate, satisfaction once a pair, and what ``find_matches`` returns is looked at no
further than needed: pip prepares metadata whenever its iterator moves.

Spec: resolvelib's ``AbstractProvider``; docs/interop.md has the traps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from resolver.bridge.matches import Matches
from resolver.bridge.pins import Package, Pins, Wanted
from resolver.bridge.views import Nothing, Requirements
from resolver.solver.terms import bit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvelib.resolvers import Criterion

    from resolver.bridge.library import Library, Provider

__all__ = ["Answers", "Refused"]


class Refused:
    """A candidate cannot be used, because of ``criterion``.

    The provider said so when it was asked what the candidate needs; or a requirement of it, the last of
    ``wanted``, leaves nothing of what the root requires.
    """

    __slots__ = ("criterion", "wanted")

    def __init__(self, criterion: Criterion[object, object], wanted: Sequence[Wanted] = ()) -> None:
        self.criterion = criterion
        self.wanted = wanted


class Answers:
    """The provider, asked with as few questions as will do.

    ``is_lazy`` says that looking at candidates may cost something.
    """

    __slots__ = (
        "_count",
        "_library",
        "_matches",
        "_needs",
        "_none",
        "_provider",
        "is_lazy",
        "known",
        "packages",
        "pins",
    )

    def __init__(self, provider: Provider, library: Library, pins: Pins) -> None:
        self._provider = provider
        self._library = library
        self._count = 0
        self.is_lazy = False
        self.pins = pins
        self.packages: list[Package] = []
        self.known: dict[object, Package] = {}
        self._needs: dict[tuple[int, int], list[Wanted] | Refused] = {}
        self._matches: dict[tuple[int, ...], list[Matches[Wanted]]] = {}
        self._none = Nothing(pins, self.known)

    def wanted(self, requirement: object, parent: Package | None = None, slot: int = -1) -> Wanted:
        """Return a new requirement, with the package it is on."""
        key = self._provider.identify(requirement_or_candidate=requirement)
        package = self.known.get(key)
        if package is None:
            package = self.known[key] = Package(len(self.packages), key)
            self.packages.append(package)
        by = None if parent is None else parent.candidates.items[slot]
        information = self._library.information(requirement, by)
        wanted = Wanted(self._count, package, information, parent, slot)
        self._count += 1
        package.incoming.append(wanted)
        return wanted

    def needs(self, package: Package, slot: int) -> list[Wanted] | Refused:
        """Return what a candidate needs."""
        needs = self._needs.get((package.number, slot))
        if needs is None:
            try:
                needs = self._read(package, slot)
            except self._library.conflicted as error:
                needs = Refused(error.criterion)
            self._needs[package.number, slot] = needs
        return needs

    def _read(self, package: Package, slot: int) -> list[Wanted] | Refused:
        """Read what a candidate needs, up to what can never be had: a provider may work for each piece.

        As with resolvelib, matches are looked for at once, for whatever is not pinned, up to the requirement
        that is one too many: the candidate will hardly stand then.
        """
        needs: list[Wanted] = []
        on: dict[Package, list[Wanted]] = {}
        clashes = False
        for requirement in self._provider.get_dependencies(candidate=package.candidates.items[slot]):
            wanted = self.wanted(requirement, package, slot)
            needs.append(wanted)
            other = wanted.package
            on.setdefault(other, []).append(wanted)
            if clashes or (other.pinned >= 0 and not self.fails(wanted, other.pinned)):
                continue
            together = other.active + on[other]
            if other.pinned < 0 or other.active[-1].parent is None:
                matches = self.matches(other, together)
                if not matches and _are_for_good(needs, together, matches):
                    information = [each.information for each in together]
                    return Refused(self._library.criterion([], information, []), together)
                clashes = not matches
            clashes = clashes or other.pinned >= 0
        return needs

    def fails(self, wanted: Wanted, slot: int) -> bool:
        """Tell whether the candidate in ``slot`` does not satisfy the requirement."""
        bit = 2 << slot
        if not wanted.asked & bit:
            wanted.asked |= bit
            if not self.is_satisfied(wanted, slot):
                wanted.failing |= bit
        return wanted.failing & bit != 0

    def is_satisfied(self, wanted: Wanted, slot: int) -> bool:
        """Ask the provider again."""
        return self._provider.is_satisfied_by(
            requirement=wanted.information.requirement, candidate=wanted.package.candidates.items[slot]
        )

    def matches(
        self,
        package: Package,
        wanted: Sequence[Wanted] | None = None,
        others: Mapping[object, Sequence[Wanted]] | None = None,
    ) -> Matches[Wanted]:
        """Return the candidates that satisfy ``wanted``, which are by default the requirements in force.

        ``others`` says which requirements on other packages to go by, by default those in force.
        """
        if wanted is None:
            now = package.matches
            if now is not None and (not now.others or self._holds(now, {})):
                return now
            package.matches = now = self.matches(package, package.active)
            return now
        key = (package.number, *[each.number for each in wanted])
        before = self._matches.setdefault(key, [])
        for matches in before:
            if self._holds(matches, others or {}):
                return matches
        requirements = Requirements(package, list(wanted), self.pins, self.known, others or {})
        found = self._provider.find_matches(
            identifier=package.key, requirements=requirements, incompatibilities=self._none
        )
        if not callable(found) and not isinstance(found, Sequence):
            found = list(found)
        matches = Matches(found, requirements.seen)
        self.is_lazy = self.is_lazy or matches.is_lazy
        before.append(matches)
        return matches

    def _holds(self, matches: Matches[Wanted], others: Mapping[object, Sequence[Wanted]]) -> bool:
        """Tell whether an answer is one to the question as it would be put now."""
        for key, seen in matches.others.items():
            wanted = others.get(key)
            if wanted is None:
                package = self.known.get(key)
                wanted = package.active if package is not None else ()
            if [*wanted] != [*seen]:
                return False
        return True

    # -- choosing --------------------------------------------------------------------------------------------

    def first(self, package: Package, matches: Matches[Wanted], allowed: int = -1) -> tuple[object] | None:
        """Return the first of ``matches`` whose slot is allowed, in a tuple, as it may be any object.

        Candidates without a slot are allowed where the slots are that none has taken.
        """
        candidates = package.candidates
        takes_new = allowed >> len(candidates) + 1
        for candidate in matches:
            slot = candidates.find(candidate)
            if takes_new if slot < 0 else allowed & bit(slot):
                return (candidate,)
        return None

    def can_choose(self, package: Package, allowed: int = -1, more: Sequence[Wanted] = ()) -> bool:
        """Tell whether anything fulfils what is in force on a package, and ``more``."""
        matches = self.matches(package, [*package.active, *more] if more else None)
        return self.first(package, matches, allowed) is not None

    def check(self, package: Package, slot: int) -> None:
        """Raise ``InconsistentCandidate`` where the provider contradicts itself about a match."""
        for wanted in package.active:
            if not self.fails(wanted, slot):
                continue
            information = [wanted.information for wanted in package.active]
            criterion = self._library.criterion(self.matches(package), information, [])
            raise self._library.inconsistent(package.candidates.items[slot], criterion)


def _are_for_good(needs: Sequence[Wanted], together: Sequence[Wanted], matches: Matches[Wanted]) -> bool:
    """Tell whether all requirements behind ``matches`` but ``needs`` are those of the root."""
    others = [each for seen in matches.others.values() for each in seen]
    return all(each.parent is None or each in needs for each in (*together, *others))
