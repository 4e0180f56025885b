"""What passes between ``IndexProvider`` and a resolver: candidates, their requirements, the caller's wishes.

They are small and say what they are; which candidates there are, and what they require, is read in
``reading``.
"""

from __future__ import annotations

from resolver.model.version import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.model.requirement import Requirement

__all__ = ["Candidate", "Dependency", "Wish"]


class Candidate:
    """A version of a package, for its own sake or for some of its extras.

    ``name`` is the normal form without extras, ``identifier`` has them: ``name`` or ``name[extra]``.
    ``number`` is its place among the versions of the package, oldest first.  A provider makes each one once,
    so they are compared by identity.
    """

    __slots__ = ("extras", "identifier", "name", "number", "version")

    def __init__(self, identifier: str, number: int, version: str) -> None:
        name, _, extras = identifier.partition("[")
        self.identifier = identifier
        self.name = name
        self.extras = tuple(extras[:-1].split(",")) if extras else ()
        self.number = number
        self.version = Version(version)

    def __str__(self) -> str:
        return f"{self.identifier}=={self.version}"

    def __repr__(self) -> str:
        return f"<Candidate {self}>"


class Dependency(str):
    """A requirement as the provider gives it: the PEP 508 text, with all that was worked out about it.

    ``mask`` has bit *i* set where candidate *i* is admitted.  ``requirement`` is what it was made from; None
    where an extra asks for its own package.
    """

    __slots__ = ("identifier", "mask", "requirement")

    identifier: str
    mask: int
    requirement: Requirement | None

    @classmethod
    def of(cls, identifier: str, mask: int, requirement: Requirement) -> Dependency:
        """Return what ``requirement``, which holds, asks of ``identifier``."""
        made = cls(f"{identifier}{requirement.specifiers.text.strip()}")
        made.identifier = identifier
        made.mask = mask
        made.requirement = requirement
        return made

    @classmethod
    def on_version(cls, identifier: str, number: int, version: str) -> Dependency:
        """Return what asks for candidate ``number`` and no other; ``version`` is its text on the index.

        Written with ``===``: by ``==`` a local version would do as well, and equal texts must mean the same.
        """
        made = cls(f"{identifier}==={version}")
        made.identifier = identifier
        made.mask = 1 << number
        made.requirement = None
        return made


class Wish:
    """A requirement of the caller's as it is to be understood here.

    ``requirements`` is what overrides and excludes make of it, all of one package; none, if it asks for
    nothing.  ``identifier`` names all of it, ``identifiers`` its parts: several, if it has several extras.
    """

    __slots__ = ("identifier", "identifiers", "mask", "name", "requirements")

    def __init__(self, requirements: Sequence[Requirement], otherwise: str) -> None:
        self.requirements = tuple(requirements)
        self.name = requirements[0].name if requirements else ""
        self.mask: int | None = None if requirements else -1
        extras = sorted({extra for each in requirements for extra in each.extras})
        plain = any(not each.extras for each in requirements)
        self.identifier = otherwise
        if requirements:
            self.identifier = f"{self.name}[{','.join(extras)}]" if extras else self.name
        self.identifiers = tuple(([self.name] if plain else []) + [f"{self.name}[{each}]" for each in extras])
