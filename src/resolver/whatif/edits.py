"""Changing a requirement as its author would: one clause of a line, and all else as it was written.

The clauses of a requirement that limit versions in the same direction are a *bound*.  A bound can be taken
away, narrowed again to some versions next to those it admitted, or moved so far that it admits a version, in
the style of the author: ``<5`` becomes ``<6``, ``<=2.1`` becomes ``<=2.4.1``.  Which change helps is found
out in ``fixes``.

Spec: https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from __future__ import annotations

from bisect import bisect_left

from resolver.model.names import normalise
from resolver.model.requirement import Requirement
from resolver.model.version import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.catalog import Candidates
    from resolver.model.specifiers import Clause

__all__ = [
    "EXACT",
    "EXCLUSION",
    "LOWER",
    "UPPER",
    "bounds",
    "moved",
    "no_extra",
    "sequence",
    "window",
    "without",
]

UPPER, EXACT, LOWER, EXCLUSION = "upper", "exact", "lower", "exclusion"
"""The directions of bounds: from above, to some versions only, from below, and around some."""

_DIRECTIONS = {
    "<": UPPER,
    "<=": UPPER,
    ">": LOWER,
    ">=": LOWER,
    "==": EXACT,
    "===": EXACT,
    "~=": EXACT,
    "!=": EXCLUSION,
}


def bounds(requirement: Requirement) -> list[str]:
    """Return the directions in which ``requirement`` limits versions, in the order of its clauses.

    >>> bounds(Requirement.parse("a >=1, !=1.3, !=1.4, <2"))
    ['lower', 'exclusion', 'upper']
    """
    return list(dict.fromkeys(_DIRECTIONS[clause.operator] for clause in requirement.specifiers))


def without(requirement: Requirement, *directions: str) -> Requirement:
    """Return ``requirement`` without its bounds in ``directions``.

    >>> without(Requirement.parse("a[x] >= 1, < 2 ; os_name == 'nt'"), "upper").text
    "a[x] >= 1 ; os_name == 'nt'"
    """
    kept = [part for part, clause in _parts(requirement) if _DIRECTIONS[clause.operator] not in directions]
    return _rewritten(requirement, kept)


def moved(requirement: Requirement, direction: str, version: str) -> Requirement:
    """Return ``requirement`` with the bound in ``direction`` moved so that it admits ``version``.

    The first clause of the bound is rewritten with as many numbers as it has, the others go.

    >>> moved(Requirement.parse("a>=1,<5"), "upper", "5.1.2").text
    'a>=1,<6'
    """
    parts: list[str] = []
    done = False
    for part, clause in _parts(requirement):
        if _DIRECTIONS[clause.operator] != direction:
            parts.append(part)
        elif not done:
            done = True
            operator, wanted = _styled(clause, Version(version))
            parts.append(part.replace(clause.version, wanted).replace(clause.operator, operator, 1))
    return _rewritten(requirement, parts)


def no_extra(requirement: Requirement, extra: str) -> Requirement:
    """Return ``requirement`` without one of its extras, which is given in normal form.

    >>> no_extra(Requirement.parse("a[One, two]>=1"), "one").text
    'a[two]>=1'
    """
    text = requirement.text
    start, end = text.index("["), text.index("]")
    kept = [each.strip() for each in text[start + 1 : end].split(",") if normalise(each.strip()) != extra]
    inside = f"[{','.join(kept)}]" if kept else ""
    return Requirement.parse(f"{text[:start]}{inside}{text[end + 1 :]}", requirement.origin)


def sequence(requirement: Requirement, direction: str, candidates: Candidates) -> list[int]:
    """Return the usable candidates that the bound in ``direction`` alone leaves out, the nearest first.

    Above an upper bound they go up, below a lower one down; beside an exact one both ways in turn.
    """
    keys, texts = candidates.keys, candidates.texts
    wider = without(requirement, direction).specifiers.mask(keys, texts)
    out = wider & ~requirement.specifiers.mask(keys, texts) & candidates.usable
    found = [number for number in range(len(keys)) if out >> number & 1]
    if direction == LOWER:
        return found[::-1]
    if direction != EXACT:
        return found
    exact = next(clause for clause in requirement.specifiers if _DIRECTIONS[clause.operator] == EXACT)
    middle = exact.key or exact.bounds[0]
    start = bisect_left(keys, middle)
    above, below = [n for n in found if n >= start], [n for n in found if n < start][::-1]
    turns: list[int] = []
    for turn in range(max(len(above), len(below))):
        turns += [*above[turn : turn + 1], *below[turn : turn + 1]]
    return turns


def window(requirement: Requirement, direction: str, versions: Sequence[str]) -> Requirement:
    """Return ``requirement`` with the bound in ``direction`` replaced by the range of ``versions``.

    What the bound admitted may be in that range as well.
    """
    kept = [part for part, clause in _parts(requirement) if _DIRECTIONS[clause.operator] != direction]
    parsed = sorted(map(Version, versions))
    return _rewritten(requirement, [*kept, f">={parsed[0].public}", f"<={parsed[-1].public}"])


def _rewritten(requirement: Requirement, clauses: Sequence[str]) -> Requirement:
    """Return ``requirement`` with other clauses instead of its own, and the rest of its text as it is."""
    text, old = requirement.text, requirement.specifiers.text
    if not old:
        return requirement
    new = ",".join(clauses).strip()
    # Behind the name and the extras, in neither of which a clause can be found.
    at = text.index(old, text.find("]") + 1 if requirement.extras else 0)
    head, tail = text[:at], text[at + len(old) :]
    if not new:
        opened = head.rstrip().endswith("(")
        head, tail = head.rstrip(" \t("), tail.replace(")", "", 1) if opened else tail
    return Requirement.parse(f"{head}{new}{tail}".rstrip(), requirement.origin)


def _parts(requirement: Requirement) -> list[tuple[str, Clause]]:
    """Return each clause as written, blanks before it included, with what it says."""
    written = [part for part in requirement.specifiers.text.split(",") if part.strip()]
    return list(zip(written, requirement.specifiers, strict=True))


def _styled(clause: Clause, version: Version) -> tuple[str, str]:
    """Return operator and version of a clause like ``clause`` that admits ``version``."""
    operator = clause.operator
    exact = version.public if operator not in ("==", "===") else str(version)
    if operator in ("==", "===", "<=") and not clause.version.endswith(".*"):
        return operator, exact
    written = Version(clause.version.removesuffix(".*"))
    if operator in ("<", ">", ">=") and written.public != written.base_version:
        return {"<": "<=", ">": ">="}.get(operator, operator), exact
    count = len(written.release)
    numbers = [*version.release, *([0] * count)][:count]
    if operator == "<":
        numbers[-1] += 1
    epoch = f"{version.epoch}!" if version.epoch else ""
    rounded = epoch + ".".join(map(str, numbers))
    if operator == "==":
        return operator, f"{rounded}.*"
    if operator == "<":
        return operator, rounded
    operator = ">=" if operator == ">" else operator
    return operator, rounded if Version(rounded) <= version else exact
