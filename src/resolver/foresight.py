"""What a resolution will probably ask for, by what earlier ones for the same target have noted.

Notes that must not be believed any more, since their pages have to be asked for again, still tell which pages
that will be: so all are asked for at once, and not level by level.  Where a guess is wrong a request was
wasted, and no answer changed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.catalog import Candidates
    from resolver.problem import PythonProblem

__all__ = ["foreseen"]


def foreseen(problem: PythonProblem) -> list[str]:
    """Return the packages that ``problem`` will probably name and of which it knows nothing that holds.

    Each requirement that is met narrows what is wanted of its package, and leads to the requirements of the
    candidate that comes first then.  Cost: linear in what is met.
    """
    catalog = problem.catalog
    found: dict[str, Candidates | None] = {}
    lacking: list[str] = []
    wanted: dict[str, int] = {}
    met = list(problem.requirements)
    followed: set[tuple[str, int, str]] = set()
    for requirement in met:  # which grows meanwhile
        name = requirement.name
        if name not in found:
            found[name] = catalog.candidates(name)
            if found[name] is None:
                lacking.append(name)
                found[name] = catalog.supposed(name)
        candidates = found[name]
        if candidates is None:
            continue
        wanted[name] = wanted.get(name, candidates.usable) & candidates.offer.mask(requirement)
        if not wanted[name]:
            continue
        candidate = problem.preferred(candidates, wanted[name])
        for extra in ("", *requirement.extras):
            if (name, candidate, extra) not in followed:
                followed.add((name, candidate, extra))
                met += candidates.offer.required(candidate, extra) or ()
    return lacking
