"""Fixes for the unsatisfiable cases of other resolvers: each one that is told works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from differential.test_resolution_corpora import Case
from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Requirement
from resolver.session import solve
from support.corpora import cases, needs_corpora
from support.fixing import Asked, fixes_of
from support.memory import MemorySource

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.formats.answer import Fix

pytestmark = needs_corpora

CORPORA = ("packse", "poetry-mixology", "pubgrub", "resolvelib-python")


def told() -> list[tuple[Asked, list[Fix]]]:
    """Return the cases without a solution, with the fixes for each."""
    read: list[tuple[Path, dict[str, Any]]] = [found for corpus in CORPORA for found in cases(corpus)]
    known = [Case(path, facts) for path, facts in read if facts["schema"] == "resolution/1"]
    found = []
    for case in known:
        if case.left_out:
            continue
        asked = Asked(case.packages, case.requires, options=case.settings())
        requirements = [Requirement.parse(text) for text in case.requires]
        try:
            solve(requirements, [], asked.options, Channels(source=MemorySource(case.packages)))
        except NoSolution as error:
            found.append((asked, fixes_of(error)))
    return found


@pytest.mark.slow
def test_every_fix_works() -> None:
    """Each gives pins when its lines and options are asked for; most cases have one."""
    found = told()
    for asked, fixes in found:
        for fix in fixes:
            assert asked.after(fix).pins(), (asked.requirements, fix)
    assert len(found) >= 40
    assert sum(bool(fixes) for _, fixes in found) >= len(found) * 2 // 3
