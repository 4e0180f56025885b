"""What is known of packages, as links: what one may be, by itself or as far as another one says.

A link answers two questions: what follows for one of its packages from what the other may be, and with which
fact of a proof.  ``straight`` asks them; the facts come from who brings a ``protocols.Known``.
"""

from __future__ import annotations

from resolver.solver.derivation import Fact
from resolver.solver.incompatibility import Depends, Given, Rejected, Same
from resolver.solver.terms import ABSENT, bit, candidates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resolver.solver.port import Facts
    from resolver.solver.protocols import Known

    Kind = tuple[object, ...]

__all__ = ["Alone", "Link", "Needs", "Tie", "links"]


class Link:
    """Facts of one kind that narrow ``package``, by themselves or by what another package may be.

    ``kind`` names what is left out together when a proof is shortened.
    """

    __slots__ = ("kind", "package")

    def __init__(self, kind: Kind, package: int) -> None:
        self.kind = kind
        self.package = package


class Alone(Link):
    """A fact about ``package`` alone: one of ``allowed``, which may be negative."""

    __slots__ = ("fact",)

    def __init__(self, kind: Kind, package: int, fact: Fact) -> None:
        super().__init__(kind, package)
        self.fact = fact

    @property
    def allowed(self) -> int:
        """Return what the package may be."""
        return self.fact.terms[self.package]

    def ruling_out(self, out: int) -> Fact:
        """Return the fact that rules ``out`` out; what policy says of others is of no interest then."""
        cause = self.fact.causes[0]
        if isinstance(cause, Rejected) and cause.candidate is None:
            return Fact({self.package: self.allowed | ~out}, self.fact.causes)
        return self.fact


class Needs(Link):
    """What candidates of ``package`` need of ``other``: for each allowed mask, the candidates with causes."""

    __slots__ = ("causes", "masks", "other")

    def __init__(self, kind: Kind, package: int, other: int) -> None:
        super().__init__(kind, package)
        self.other = other
        self.masks: dict[int, int] = {}
        self.causes: dict[int, list[Depends]] = {}

    def add(self, candidate: int, allowed: int, payload: object) -> None:
        """Let ``candidate`` need one of ``allowed``."""
        self.masks[allowed] = self.masks.get(allowed, 0) | bit(candidate)
        self.causes.setdefault(allowed, []).append(Depends(self.package, self.other, candidate, payload))

    def narrowed(self, domain: int) -> int:
        """Return what ``other`` may be where ``package`` must be one of ``domain``; -1 for all."""
        if domain < 0 or domain & ABSENT:
            return -1
        needed = covered = 0
        for allowed, mask in self.masks.items():
            if mask & domain:
                needed |= allowed
                covered |= mask
        return -1 if domain & ~covered else needed

    def left(self, domain: int) -> int:
        """Return what ``package`` may be where ``other`` is one of ``domain``."""
        out = 0
        for allowed, mask in self.masks.items():
            if not allowed & domain:
                out |= mask
        return ~out

    def ahead(self, out: int, domain: int) -> Fact:
        """Return the fact that rules ``out`` of ``other`` out; candidates beyond ``domain`` do not matter."""
        return self._fact(
            allowed for allowed, mask in self.masks.items() if mask & domain and not allowed & out
        )

    def behind(self, out: int) -> Fact:
        """Return the fact that rules ``out`` of ``package`` out."""
        return self._fact(allowed for allowed, mask in self.masks.items() if mask & out)

    def _fact(self, classes: Iterable[int]) -> Fact:
        ruled_out = needed = 0
        causes: list[Depends] = []
        for allowed in classes:
            ruled_out |= self.masks[allowed]
            needed |= allowed
            causes += self.causes[allowed]
        return Fact({self.package: ~ruled_out, self.other: needed}, causes)


class Tie(Link):
    """``package`` is an extra of ``other``: the same methods as ``Needs`` has."""

    __slots__ = ("other",)

    def __init__(self, kind: Kind, package: int, other: int) -> None:
        super().__init__(kind, package)
        self.other = other

    def narrowed(self, domain: int) -> int:
        """Return what the base may be where the extra must be one of ``domain``."""
        return -1 if domain & ABSENT else domain

    def left(self, domain: int) -> int:
        """Return what the extra may be where the base is one of ``domain``."""
        return domain | ABSENT

    def ahead(self, out: int, _domain: int) -> Fact:
        """Return the fact that rules ``out`` of the base out."""
        return self._fact(out | ABSENT, ~out)

    def behind(self, out: int) -> Fact:
        """Return the fact that rules ``out`` of the extra out."""
        return self._fact(~out, out)

    def _fact(self, extra: int, base: int) -> Fact:
        return Fact({self.package: extra, self.other: base}, [Same(self.package, self.other)])


def links(known: Known, packages: set[int]) -> list[Link]:
    """Return all that is known of ``packages`` among one another.  Cost: linear in their candidates."""
    return [*_roots(known, packages), *_links(known, packages)]


def _roots(known: Known, packages: set[int]) -> Iterator[Link]:
    for package, allowed, payload in known.root():
        if package in packages:
            yield Alone(("given", package, allowed), package, Fact({package: allowed}, [Given(payload)]))


def _links(known: Known, packages: set[int]) -> Iterator[Link]:
    for package in sorted(packages):
        there = known.universe(package)
        policy = Fact({package: there.usable}, [Rejected(package)])
        yield Alone(("policy", package), package, policy)
        if there.same_as is not None and there.same_as in packages:
            yield Tie(("same", package), package, there.same_as)
        needs: dict[tuple[int, int], Needs] = {}
        for candidate in candidates(there.usable):
            facts = known.facts(package, candidate)
            if facts is None:
                continue
            if facts.rejected is not None:
                cause = Rejected(package, candidate, facts.rejected)
                yield Alone(("broken", package), package, Fact({package: ~bit(candidate)}, [cause]))
                continue
            yield from _needs(package, candidate, facts, packages, needs)
        yield from needs.values()


def _needs(
    package: int, candidate: int, facts: Facts, packages: set[int], needs: dict[tuple[int, int], Needs]
) -> Iterator[Link]:
    """Add to ``needs`` what a candidate needs; yield what it needs of its own package and is not."""
    count: dict[int, int] = {}
    for other, allowed, payload in facts.dependencies:
        if other not in packages:
            continue
        if other == package:
            if not allowed & bit(candidate):
                cause = Depends(package, package, candidate, payload)
                yield Alone(("itself", package), package, Fact({package: ~bit(candidate)}, [cause]))
            continue
        # A second need of one candidate is a kind of its own: one of a kind and candidate can be told.
        nth = count[other] = count.get(other, 0) + 1
        link = needs.get((other, nth))
        if link is None:
            link = needs[other, nth] = Needs(("needs", package, other, nth), package, other)
        link.add(candidate, allowed, payload)
