"""Laws of many lines: what becomes of one does not depend on the others, nor on when answers arrive."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.many.bench import Bench
from resolver.many.lines import Line, Setup
from resolver.model.requirement import Origin, Requirement
from resolver.sources import OpenSource, environment_of
from support.outcomes import WanderingSource
from support.python_worlds import PythonWorld, random_python_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.index.listing import Listing
    from resolver.index.source import Source
    from resolver.many.outcomes import Outcome

numbers = st.integers(0, 10**9)


class PromisingSource(WanderingSource):
    """Promises its metadata by digests, so that what was read of it is shared; ``patient``: at once."""

    def __init__(self, world: PythonWorld, seed: int = 0, *, patient: bool = True) -> None:
        super().__init__(world.packages, seed)
        self._patient = patient

    def _listing(self, name: str) -> Listing:
        found = super()._listing(name)
        for file in found.files:
            file.core_metadata = {"sha256": file.filename}
        return found


def lines_of(world: PythonWorld) -> list[Line]:
    """Return lines that pin, bound and name packages of ``world``, in an order that has no meaning."""
    texts = [*world.requirements, *world.packages]
    texts += [f"{name}=={version}" for name, versions in world.packages.items() for version in versions]
    Random(world.seed).shuffle(texts)
    return [Line(n, Requirement.parse(text, Origin("many.txt", n))) for n, text in enumerate(texts[:12], 1)]


def resolved(
    world: PythonWorld, lines: Sequence[Line], source: Source, *, jobs: int, latest: bool
) -> dict[int, tuple[object, ...]]:
    """Return all that is told of each line but how long it took, by number."""
    options = world.options().replace(no_fixes=True)
    constraints = [
        Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(world.constraints, 1)
    ]
    setup = Setup(options, constraints, environment_of(options), jobs=jobs, latest=latest)
    found: list[Outcome] = []
    Bench(setup, OpenSource(source)).work(iter(lines), found.append)
    return {
        each.number: (
            each.requirement,
            each.status,
            each.exit_code,
            each.pins,
            each.said,
            each.hints,
            each.counts,
        )
        for each in found
    }


@pytest.mark.slow
@given(numbers.map(random_python_world), numbers, st.booleans())
@settings(max_examples=150)
def test_a_line_is_resolved_as_if_it_were_alone(world: PythonWorld, seed: int, latest: bool) -> None:  # noqa: FBT001  # drawn
    """At once or after waiting, among others or not: the same pins, proofs, hints and number of decisions."""
    lines = lines_of(world)
    alone: dict[int, tuple[object, ...]] = {}
    for line in lines:
        alone |= resolved(world, [line], PromisingSource(world), jobs=1, latest=latest)
    assert alone == resolved(world, lines, PromisingSource(world), jobs=1, latest=latest)
    late = PromisingSource(world, seed, patient=False)
    assert alone == resolved(world, lines, late, jobs=4, latest=latest)
