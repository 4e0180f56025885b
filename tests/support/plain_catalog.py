"""A catalog that reads a listing file by file and version by version, as the rules are written down.

It has no shapes and no masks: what the real one is held against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.model.version import InvalidVersion, is_prerelease_key, version_key
from resolver.policy import (
    ExcludedByConstraint,
    NoMatchingWheel,
    PreRelease,
    PythonMismatch,
    SourceOnly,
    TooNew,
    Unreadable,
    WheelOnly,
    Yanked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.policy import Reason
    from resolver.rules import Rules

__all__ = ["PlainCandidate", "plain_candidates"]

_STAGES = (TooNew, Yanked, Unreadable, PythonMismatch, WheelOnly, SourceOnly)
_PARTS = {
    "malformed": "its tags cannot be read",
    "python": "it is for another Python",
    "abi": "it is for another ABI",
    "platform": "it is for another platform",
}


class PlainCandidate:
    """One version: its first spelling, its files, and why it is not usable."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fitting: list[tuple[int, DistFile]] = []
        self.unfit: list[DistFile] = []
        self.wheels: list[str] = []
        self.faults: list[Reason] = []
        self.reason: Reason | None = None
        self.yanked = False


def plain_candidates(
    name: str, files: Iterable[DistFile], environment: Environment, rules: Rules
) -> tuple[dict[bytes, PlainCandidate], int]:
    """Return the candidates by key, oldest first, and how many files say nothing usable."""
    found: dict[bytes, PlainCandidate] = {}
    set_aside = 0
    for file in files:
        try:
            wheel = file.filename.endswith(".whl")
            text, tags = split_wheel(file.filename, name) if wheel else (split_sdist(file.filename, name), "")
            key = version_key(text)
        except (InvalidFilename, InvalidVersion):
            set_aside += 1
            continue
        candidate = found.setdefault(key, PlainCandidate(text))
        fault = _fault(candidate.text, name, file, environment, rules)
        rank = _rank(name, file, tags, environment, rules) if fault is None else None
        if fault is None and tags and not rules.wheels(name):
            fault = WheelOnly()
        _put(candidate, file, tags, fault, rank)
    for key, candidate in found.items():
        candidate.fitting.sort(key=lambda ranked: ranked[0])
        candidate.reason = _reason(candidate, environment)
        if candidate.reason is None and is_prerelease_key(key) and not rules.pre_releases.allowed(name):
            candidate.reason = PreRelease()
        candidate.yanked = candidate.reason is None and all(file.yanked for _, file in candidate.fitting)
    ordered = {key: found[key] for key in sorted(found)}
    for constraint in rules.constraints(name):
        admitted = constraint.specifiers.mask(list(ordered), [each.text for each in ordered.values()])
        for number, candidate in enumerate(ordered.values()):
            if candidate.reason is None and not admitted >> number & 1:
                candidate.reason = ExcludedByConstraint(constraint.text)
    return ordered, set_aside


def _put(
    candidate: PlainCandidate, file: DistFile, tags: str, fault: Reason | None, rank: int | None
) -> None:
    """Put ``file`` where it belongs."""
    if rank is not None:
        candidate.fitting.append((rank, file))
        return
    candidate.unfit.append(file)
    if fault is not None:
        candidate.faults.append(fault)
    elif tags:
        candidate.wheels.append(tags)
    else:
        candidate.faults.append(SourceOnly())


def _rank(name: str, file: DistFile, tags: str, environment: Environment, rules: Rules) -> int | None:
    if tags:
        return environment.rank(tags) if rules.wheels(name) else None
    if not rules.sources(name):
        return None
    return 1 << 30 if file.core_metadata else (1 << 30) + 1


def _fault(version: str, name: str, file: DistFile, environment: Environment, rules: Rules) -> Reason | None:
    cutoff = rules.cutoff(name)
    if cutoff is not None:
        uploaded = file.upload_time
        if uploaded is None or uploaded.rstrip("Z") >= cutoff.instant.rstrip("Z"):
            return TooNew.of(cutoff)
    if file.yanked and not rules.pinned(name, version):
        return Yanked("" if file.yanked is True else file.yanked)
    if file.requires_python is None:
        return None
    accepted = environment.accepts_python(file.requires_python)
    if accepted is None:
        return Unreadable(f"a Requires-Python that cannot be read ({file.requires_python})")
    return None if accepted else PythonMismatch(file.requires_python)


def _reason(candidate: PlainCandidate, environment: Environment) -> Reason | None:
    if candidate.fitting:
        return None
    if candidate.wheels:
        nearest = max(map(environment.why_unfit, candidate.wheels), key=list(_PARTS).index)
        return NoMatchingWheel(_PARTS[nearest])
    furthest = max(_STAGES.index(type(fault)) for fault in candidate.faults)
    return next(fault for fault in candidate.faults if _STAGES.index(type(fault)) == furthest)
