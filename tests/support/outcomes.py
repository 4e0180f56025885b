"""Resolving a ``PythonWorld`` over any source, and all of the outcome that must not depend on the source."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from resolver.channels import SILENT
from resolver.errors import NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.run import Run
from resolver.solver.engine import Solved, Unsolvable
from resolver.sources import OpenSource
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from resolver.channels import Channels
    from resolver.formats.answer import Answer
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.source import Source
    from resolver.model.distfile import DistFile
    from support.python_worlds import PythonWorld

    Finished = Solved | Unsolvable

__all__ = ["CountingSource", "Outcome", "WanderingSource", "resolved"]


class Outcome(NamedTuple):
    """What came of a resolution; equal where nobody could tell two of them apart."""

    pins: dict[str, str] | None
    """Versions by name; None where there is no solution."""
    details: tuple[object, ...]
    """Extras, requirements and who wants them, of each pin; or the explanation and its tree."""
    used: dict[str, set[str]]
    """The files whose metadata was used, by package."""
    conflicts: int
    """How many the solver met."""


def resolved(
    world: PythonWorld,
    source: Source | None = None,
    *,
    explained: bool = True,
    channels: Channels = SILENT,
) -> Outcome:
    """Resolve ``world`` over ``source``, by default one that answers at once.

    Without a solution, the details are the explanation and the fixes, or nothing where it shall not be
    ``explained``.
    """
    run = Run(
        [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(world.requirements, 1)],
        [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(world.constraints, 1)],
        world.options().replace(no_fixes=not explained),
        OpenSource(source or MemorySource(world.packages)),
        channels=channels,
    )
    found = run.until_waiting()
    if isinstance(found, list):
        found = asyncio.run(_watched(run.finish_and_close(found)))
    used = run.problem.used()
    conflicts = run._statistics().conflicts
    if isinstance(found, Solved):
        answer = run.answer(found)
        return Outcome({pin.name: pin.version for pin in answer.pins}, _details(answer), used, conflicts)
    details: tuple[object, ...] = ()
    if explained:
        with pytest.raises(NoSolution) as caught:
            run.answer(found)
        details = (
            caught.value.explanation,
            caught.value.derivation,
            caught.value.hints,
            caught.value.fixes,
        )
    return Outcome(None, details, used, conflicts)


async def _watched(work: Coroutine[None, None, Finished]) -> Finished:
    """Return what ``work`` does, which must leave no task and no failure behind."""
    unhandled: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    found = await work
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert unhandled == []
    return found


def _details(answer: Answer) -> tuple[object, ...]:
    pins = tuple((pin.name, pin.extras, pin.requires, pin.via) for pin in answer.pins)
    return (pins, answer.warnings)


class WanderingSource(MemorySource):
    """Answers each question after some turns of the event loop: how many, ``seed`` and the question say.

    So the order in which answers arrive has nothing to do with that in which they were asked for.
    """

    def __init__(self, packages: Mapping[str, Mapping[str, Any]], seed: int, most: int = 12) -> None:
        super().__init__(packages, patient=False)
        self._seed = seed
        self._most = most

    async def listing(self, name: str) -> Listing:
        await self._wander(name)
        return await super().listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        await self._wander(file.filename)
        return await super().metadata(name, file)

    async def _wander(self, question: str) -> None:
        for _ in range(Random(f"{self._seed} {question}").randrange(self._most)):
            await asyncio.sleep(0)


class CountingSource(MemorySource):
    """Writes down every question that has to be waited for, however often it was asked before."""

    def __init__(self, packages: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(packages, patient=False)
        self.questions: list[str] = []

    async def listing(self, name: str) -> Listing:
        self.questions.append(name)
        return await super().listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        self.questions.append(file.filename)
        return await super().metadata(name, file)
