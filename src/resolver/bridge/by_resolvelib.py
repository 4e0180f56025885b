"""The engine ``resolvelib``: the answer of ``resolvelib.Resolver`` over an ``IndexProvider``.

A second opinion, made by an algorithm that shares nothing with our solver.  resolvelib proves nothing, and is
known to return versions that do not fit together, so what it finds is checked before anybody sees it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from resolver.bridge.index_provider import IndexProvider
from resolver.bridge.index_values import Candidate, Dependency
from resolver.channels import SILENT
from resolver.errors import LimitReached, NoFileAdmitted, NoSolution, NothingBuilt, Stopped
from resolver.events import Chosen, Conflicted
from resolver.formats.answer import Answer, Progress, Statistics
from resolver.hashing import admits_nothing, check_pins, check_requirements
from resolver.posing import dated
from resolver.problem import Referenced
from resolver.selection import notes, pins, remarks, roots
from resolver.session import opened
from resolver.verification import violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from packaging.requirements import Requirement as PackagingRequirement
    from resolvelib.resolvers import RequirementInformation

    from resolver.channels import Channels
    from resolver.model.requirement import Requirement
    from resolver.options import Options
    from resolver.problem import PythonProblem

    Wanted = str | PackagingRequirement
    Information = RequirementInformation[Wanted, Candidate]

__all__ = ["ROUNDS", "solve"]

ROUNDS = 200_000
"""Where resolvelib is stopped; as many as pip allows it."""

_FEW = 3
_HINT = (
    "resolvelib gives no proof, and may miss a solution; the engine pubgrub, which is the default, does not"
)
_OTHERWISE = "use the engine pubgrub (--engine pubgrub), which is the default"


def solve(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
    *,
    rounds: int = ROUNDS,
) -> Answer:
    """Do what ``session.solve`` does, by resolvelib; after ``rounds`` it is stopped.

    Raises ``NoSolution`` without a derivation, ``LimitReached``, and ``Stopped`` where resolvelib failed.
    """
    options = dated(options)
    started = time.monotonic()
    source = opened(requirements, constraints, options, channels)
    with IndexProvider(options, constraints=constraints, opened=source, channels=channels) as provider:
        provider.follows = True
        watch = _Watch(provider, channels)

        def statistics() -> Statistics:
            return Statistics(
                decisions=watch.pins,
                conflicts=watch.conflicts,
                candidates=provider.tried,
                requests=source.requests,
                bytes=source.bytes,
                seconds=time.monotonic() - started,
            )

        try:
            selected = _selected(provider, watch, requirements, rounds)
        except ResolutionImpossible as error:
            said = _explanation(provider, error.causes)
            raise _kind(provider.problem)(said, hints=(_HINT,), statistics=statistics()) from None
        problem = provider.problem
        pinned = pins(problem, selected)
        check_pins(problem, pinned)
        return Answer(
            pinned,
            problem.catalog.environment.variables,
            statistics(),
            remarks(problem, selected),
            fixed=problem.catalog.rules.fixed,
            left_out=problem.left_out,
            roots=roots(problem),
            notes=notes(problem, selected),
        )


def _kind(problem: PythonProblem) -> type[NoSolution]:
    """Return which error it is that there is no solution."""
    if admits_nothing(problem):
        return NoFileAdmitted
    return NothingBuilt if problem.nothing_was_built() else NoSolution


def _selected(
    provider: IndexProvider, watch: _Watch, requirements: Sequence[Requirement], rounds: int
) -> Mapping[int, int]:
    """Return what resolvelib selects, as our solver would put it: checked."""
    try:
        roots = provider.pose(requirements)
        check_requirements(provider.problem)
        found = Resolver(provider, watch).resolve(roots, max_rounds=rounds)
    except ResolutionTooDeep:
        raise LimitReached(
            f"resolvelib found no answer within {rounds:,} rounds; this says nothing about the"
            f" requirements: {_OTHERWISE}"
        ) from None
    except RecursionError:
        raise Stopped(f"resolvelib failed (its recursion went too deep): {_OTHERWISE}") from None
    except Referenced as found_out:
        provider.follow(found_out)
        return _selected(provider, watch, requirements, rounds)
    names = provider.problem.names
    selected: dict[int, int] = {names.intern(name): each.number for name, each in found.mapping.items()}
    said = violation(provider.problem, selected)
    if said is not None:
        raise Stopped(f"resolvelib returned a solution that is none ({said}): {_OTHERWISE}")
    return selected


class _Watch(BaseReporter["Wanted", Candidate, str]):
    """Counts what resolvelib does, and passes it on."""

    def __init__(self, provider: IndexProvider, channels: Channels) -> None:
        self._provider = provider
        self._progress = channels.progress
        self._emit = channels.emit
        self.pins = 0
        self.conflicts = 0

    def resolving_conflicts(self, causes: Collection[Information]) -> None:
        """Count a conflict."""
        self.conflicts += 1
        if self._emit is not None:
            over = {self._provider.identify(cause.requirement) for cause in causes}
            self._emit(Conflicted(self.conflicts, over.pop() if len(over) == 1 else ""))

    def pinning(self, candidate: Candidate) -> None:
        """Count a pin."""
        self.pins += 1
        if self._progress is not None:
            packages = len(self._provider.problem.catalog.packages)
            self._progress(Progress(packages, 0, self.pins, candidate.name))
        if self._emit is not None:
            self._emit(Chosen(candidate.identifier, str(candidate.version)))


def _explanation(provider: IndexProvider, causes: Iterable[Information]) -> str:
    """Return what resolvelib gave up over, in one sentence."""
    said: dict[str, None] = {}
    parents: dict[tuple[str, str], dict[int, str]] = {}
    for cause in causes:
        parent, requirement = cause.parent, cause.requirement
        assert isinstance(requirement, Dependency)  # as ``pose`` and ``get_dependencies`` give them
        if parent is None:
            said[f"you require {_told(provider, requirement)}"] = None
            continue
        what = f"requires {_told(provider, requirement)}"
        if requirement.identifier == parent.identifier:  # not a requirement: the candidate was refused
            reason = provider.reason(parent)
            what = "cannot be used" if reason is None else reason.says(many=False)
        parents.setdefault((parent.identifier, what), {})[parent.number] = str(parent.version)
    said |= dict.fromkeys(f"{name} {_versions(found)} {what}" for (name, what), found in parents.items())
    *front, last = said
    return f"Because {', '.join(front)}{' and ' if front else ''}{last}, resolvelib found no solution."


def _told(provider: IndexProvider, requirement: Dependency) -> str:
    """Return a requirement, with where it stands, and with what the index lacks for it."""
    parsed = requirement.requirement
    origin = "" if parsed is None or parsed.origin is None else f" ({parsed.origin})"
    candidates = provider.problem.catalog.packages[requirement.identifier.partition("[")[0]]
    if candidates.listing.absent:
        return f"{requirement}{origin}, which does not exist"
    if not candidates.usable & requirement.mask:
        return f"{requirement}{origin}, of which no version can be used"
    return f"{requirement}{origin}"


def _versions(found: Mapping[int, str]) -> str:
    """Return versions, given by their numbers, as the subject of a sentence in the singular."""
    texts = [found[number] for number in sorted(found)]
    if len(texts) == 1:
        return texts[0]
    if len(texts) <= _FEW:
        return f"{', '.join(texts[:-1])} and {texts[-1]} each"
    return f"{texts[0]} to {texts[-1]} ({len(texts)} versions) each"
