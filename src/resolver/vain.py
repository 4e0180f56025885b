"""What the user said in vain: sentences about lines and options that made no difference to a solution.

A name that is close to one in the answer was probably mistyped, and is a warning.  Other names may be meant
for other answers, as in a file of constraints that many share: they are counted for those who ask.
"""

from __future__ import annotations

from resolver.naming import closest, is_close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from resolver.model.requirement import Requirement
    from resolver.patches import Patch
    from resolver.problem import PythonProblem

__all__ = ["patches", "suspicions", "unbounded", "unused", "upgrades"]

_MOST = 20  # names that are compared with those of the answer: who has more shares a file with others
_FEW = 5  # names that are listed
_LOWER = frozenset({"==", "===", ">=", ">", "~="})


def suspicions(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield a sentence for each line that names no package of the answer, but nearly does."""
    vain = _vain(problem, selected)
    count = sum(map(len, vain.values()))
    if not 0 < count <= _MOST:
        return
    known = _known(problem, selected)
    for kind, lines in vain.items():
        for name, said in lines.items():
            near = sorted(each for each in known if is_close(name, each))
            if near:
                yield f"the {kind} {said} is about no package of the answer; did you mean {near[0]!r}?"


def unused(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield a sentence for each kind of lines of which some name no package of the answer."""
    for kind, lines in _vain(problem, selected).items():
        if lines:
            names = sorted(lines)
            more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
            plural = f"{len(names)} {kind}s are" if len(names) > 1 else f"1 {kind} is"
            yield f"{plural} about no package of the answer: {', '.join(names[:_FEW])}{more}"


def unbounded(problem: PythonProblem) -> str | None:
    """Return a sentence about direct requirements whose very oldest version is wanted, if there are any."""
    resolution = problem.choices.resolution
    if resolution == "highest":
        return None
    rules = problem.catalog.rules
    bounded = {each.name for each in problem.requirements if _has_lower_bound(each)}
    lacking = {
        each.name: f"{each.name} ({each.origin})" if each.origin else each.name
        for each in problem.requirements
        if each.name not in bounded
        and each.url is None
        and each.name not in rules.fixed
        and not any(map(_has_lower_bound, rules.constraints(each.name)))
    }
    if not lacking:
        return None
    said = list(lacking.values())
    more = f" and {len(said) - _FEW} more" if len(said) > _FEW else ""
    return (
        f"with --resolution {resolution} the oldest version of all is tried where no lower bound is given:"
        f" {', '.join(said[:_FEW])}{more}"
    )


def patches(problem: PythonProblem, given: Iterable[Patch]) -> Iterator[str]:
    """Yield a sentence for each patch ``given`` that has changed nothing that was looked at."""
    asked = problem.asked()
    looked_at = [problem.catalog.patched(name, each) for name, some in asked.items() for each in some]
    used = {id(patch) for found in looked_at if found is not None for patch in found.used}
    for patch in given:
        if id(patch) not in used:
            yield f"the patch {patch.text!r} changes nothing that was looked at"


def upgrades(problem: PythonProblem, selected: Mapping[int, int], names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each of ``names``, which are to be upgraded, that is no package of the answer."""
    known = _known(problem, selected)
    for name in names:
        if name not in known:
            yield f"{name} is to be upgraded, but nothing requires it{closest(name, sorted(known))}"


def _has_lower_bound(requirement: Requirement) -> bool:
    return any(clause.operator in _LOWER for clause in requirement.specifiers)


def _vain(problem: PythonProblem, selected: Mapping[int, int]) -> dict[str, dict[str, str]]:
    """Return lines that name no selected package: by kind, then by name, as they are written."""
    rules, choices = problem.catalog.rules, problem.choices
    known = _known(problem, selected)
    constraints = [each for name in rules.constrained for each in rules.constraints(name)]
    overrides = [each for lines in choices.overrides.values() for each in lines]
    return {
        "constraint": _lines(constraints, known),
        "override": _lines(overrides, known),
        "exclude": {name: name for name in sorted(choices.excludes) if name not in problem.excluded},
    }


def _known(problem: PythonProblem, selected: Mapping[int, int]) -> set[str]:
    """Return the packages of the answer."""
    return {problem.names.name(problem.names.base(package)) for package in selected}


def _lines(requirements: Sequence[Requirement], known: Collection[str]) -> dict[str, str]:
    return {
        each.name: f"{each.text}{f' ({each.origin})' if each.origin else ''}"
        for each in requirements
        if each.name not in known and each.url is None
    }
