"""Which packages come from an address, and who may say so.

What the user writes counts (``referred``).  What metadata refers to is followed where the user's own folder
says it, or where an option allows it, and refused otherwise (``Following``); that a package comes from an
address holds for a whole resolution, which begins again when that turns out (``problem.Referenced``).
How an address is taken apart is in ``model.references``, how it is read in ``index.direct``.

Decision: docs/decisions/0026-who-may-refer.md
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.references import GIT, WEB, InvalidReference, Reference
from resolver.options import redacted
from resolver.policy import DirectReference, NotFollowed, OtherReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.policy import Reason

__all__ = ["Following", "referred"]

_ALL = ":all:"


def referred(
    requirements: Iterable[Requirement],
    constraints: Iterable[Requirement],
    overrides: Iterable[Requirement],
    environment: Environment,
    excludes: Container[str] = (),
) -> dict[str, Reference]:
    """Return the packages that the user wants from an address, of lines whose marker holds.

    Overrides stand in the place of requirements.  Raises ``InputError`` where one package is to come from two
    places, and names both lines.
    """
    replaced = {each.name for each in overrides}
    lines = [each for each in requirements if each.name not in replaced and each.name not in excludes]
    found: dict[str, tuple[Requirement, Reference]] = {}
    for line in (*lines, *overrides, *constraints):
        if line.reference is None or not environment.holds(line.marker):
            continue
        before = found.get(line.name)
        joined = line.reference if before is None else before[1].joined(line.reference)
        if joined is None:
            assert before is not None
            raise _two_places(before[0], line)
        found[line.name] = (line, joined)
    return {name: reference for name, (_, reference) in found.items()}


def _two_places(one: Requirement, other: Requirement) -> InputError:
    first, second = (f" ({each.origin})" if each.origin else "" for each in (one, other))
    return InputError(
        f"{one.name} is to come from {one.url}{first} and from {other.url}{second}: choose one of them",
        file=other.origin.file if other.origin else None,
        line=other.origin.line if other.origin else None,
        text=other.text,
    )


class Following:
    """Which references in metadata are followed: those that lead where the user's do, or are ``allowed``.

    ``references`` are the packages that are known to come from an address.
    """

    __slots__ = ("_allowed", "_references")

    def __init__(self, references: Mapping[str, Reference], allowed: Container[str] = ()) -> None:
        self._references = references
        self._allowed = allowed

    def reason(self, parent: str, requirement: Requirement) -> Reason | None:
        """Return why a ``requirement`` by URL in the metadata of ``parent`` is not followed; None: it is."""
        name, text = requirement.name, redacted(requirement.text)
        reference = requirement.reference or _read(requirement)
        if reference is None:
            return DirectReference(text, name)
        known = self._references.get(name)
        if known is not None:
            if known.joined(reference) is not None:
                return None
            return OtherReference(f"{text}, but {name} is to come from {known.said}")
        origin = self._references.get(parent)
        if origin is not None and origin.is_local_tree:
            return NotFollowed(text, name, reference)
        if not _may_be_allowed(reference):
            return DirectReference(text, name)
        if _ALL in self._allowed or name in self._allowed:
            return NotFollowed(text, name, reference)
        return DirectReference(text, name, option=True)


def _read(requirement: Requirement) -> Reference | None:
    """Take the address of a requirement in metadata apart; None for what is not to be used."""
    url = str(requirement.url)
    try:
        # A path that begins nowhere would begin where we happen to be.
        return Reference.read(url, "/") if "://" in url else None
    except InvalidReference:
        return None


def _may_be_allowed(reference: Reference) -> bool:
    """Tell whether an option can allow what an index package refers to: only what is on the web.

    What it says about this machine, or has ssh do with the user's keys, is not its business.
    """
    return reference.kind == WEB or (reference.kind == GIT and reference.url.startswith("git+https:"))
