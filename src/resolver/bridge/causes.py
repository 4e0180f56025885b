"""Why a candidate did not stand, in resolvelib's terms: requirements that exclude one another.

Spec: resolvelib's ``BaseReporter.rejecting_candidate`` and ``ResolutionImpossible.causes``: what was in force
comes first, the requirement that was one too many last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.bridge.answers import Answers
    from resolver.bridge.library import Information
    from resolver.bridge.pins import Package, Wanted

__all__ = ["in_force", "rejections", "straw"]


def in_force(package: Package) -> list[Information]:
    """Return the requirements on a package."""
    return [wanted.information for wanted in package.active]


def straw(answers: Answers, package: Package, slot: int, needs: Sequence[Wanted]) -> list[Information]:
    """Return requirements that exclude one another if a candidate is pinned.

    They are on a package whose pin the candidate does not go with, or else on one that was the place of a
    conflict before, or else all that the candidate has to do with: what was learned has no better name.
    """
    for wanted in needs:
        other = wanted.package
        pinned = slot if other is package else other.pinned
        if pinned >= 0 and answers.fails(wanted, pinned):
            return [*in_force(other), wanted.information]
    for wanted in needs:
        if wanted.package.is_suspect and wanted.package.active:
            return [*in_force(wanted.package), wanted.information]
    return [*in_force(package), *(each.information for each in needs)]


def rejections(package: Package) -> list[Information]:
    """Return why candidates of a package did not stand, as far as they were tried."""
    return [information for known in package.rejected.values() for information in known]
