"""One resolution from requirements to answer: where what must be waited for is waited for.

As long as memory, a recording or fresh cache entries can answer what the solver needs, no event loop exists
and neither asyncio nor aiohttp is imported.  At the first answer to be waited for, the rest of the resolution
moves into an event loop.  What is done there is in ``run``; what callers use, and the choice of another
engine, is in ``engines``.
"""

from __future__ import annotations

from resolver.channels import SILENT
from resolver.errors import NoSolution
from resolver.posing import dated
from resolver.run import Run
from resolver.shelf import Forgotten
from resolver.sources import OpenSource, open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import TypeVar

    from resolver.channels import Channels
    from resolver.formats.answer import Answer
    from resolver.formats.reasons import Reasons
    from resolver.index.source import Source
    from resolver.model.requirement import Requirement
    from resolver.options import Options
    from resolver.problem import ListingKey, MetadataKey, PythonProblem
    from resolver.solver.engine import Solved, Unsolvable
    from resolver.sources import Building

    Key = ListingKey | MetadataKey
    Finished = Solved | Unsolvable
    Result = TypeVar("Result")

__all__ = ["building_of", "examine", "opened", "solve", "solve_async", "why"]

_SENT = 0.002  # seconds in which the first requests get away


def solve(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Answer:
    """Return the answer to ``requirements``.

    ``options.constraints`` is not read: constraints come parsed, with their origins.
    """
    options = dated(options)

    def work(*, remembering: bool) -> Answer:
        source = opened(requirements, constraints, options, channels)
        run = Run(requirements, constraints, options, source, channels=channels, remembering=remembering)
        found = _finished(run)
        answer = _remembered(run, lambda: run.answer(found))
        for pin in answer.pins if channels.files else ():
            pin.files = tuple(pin.files)
        for pin in answer.pins if channels.metadata else ():
            pin.take_a_look()
        return answer

    return _at_last(work)


def why(
    name: str,
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Reasons:
    """Return why package ``name`` (in normal form) is in the answer, and why it is not newer.

    All else is as for ``solve``.
    """
    options = dated(options)

    def work(*, remembering: bool) -> Reasons:
        source = opened(requirements, constraints, options, channels)
        run = Run(
            requirements, constraints, options, source, channels=channels, about=name, remembering=remembering
        )
        found = _finished(run)
        return _remembered(run, lambda: run.reasons(found))

    return _at_last(work)


def examine(
    look: Callable[[PythonProblem, Answer], Result],
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Result:
    """Return what ``look`` finds in the problem that ``solve`` would solve, and in its answer."""
    options = dated(options)

    def work(*, remembering: bool) -> Result:
        source = opened(requirements, constraints, options, channels)
        run = Run(requirements, constraints, options, source, channels=channels, remembering=remembering)
        found = _finished(run)
        return _remembered(run, lambda: look(run.problem, run.answer(found)))

    return _at_last(work)


def building_of(options: Options) -> Building | None:
    """Return what makes who builds, where ``options`` allow that."""
    if options.build != "allow":
        return None
    from resolver.building.builder import Builder  # noqa: PLC0415  # lazy: rarely allowed

    return Builder


def opened(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels,
) -> OpenSource:
    """Return the source of a resolution: that of ``channels``, or what ``options`` ask for."""
    if channels.source is not None:
        return OpenSource(channels.source)
    # The lines that tell what a recording is of.
    asked = [*(each.text for each in requirements), *(f"constraint {each.text}" for each in constraints)]
    return open_source(options, asked=asked, channels=channels, building=building_of(options))


def _finished(run: Run) -> Finished:
    """Drive ``run`` to its end."""
    try:
        waiting = run.until_waiting()
        found = _waited(_finished_and_closed(run, waiting)) if isinstance(waiting, list) else waiting
    except (KeyboardInterrupt, SystemExit) as stop:
        run.note_state(stop)
        raise
    run.opened.save(run.used)
    return found


async def solve_async(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Answer:
    """Do what ``solve`` does, in the running event loop."""
    options = dated(options)
    try:
        return await _solve_async(requirements, constraints, options, channels, remembering=True)
    except Forgotten:
        return await _solve_async(requirements, constraints, options, channels, remembering=False)


async def _solve_async(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels,
    *,
    remembering: bool,
) -> Answer:
    source = opened(requirements, constraints, options, channels)
    run = Run(requirements, constraints, options, source, channels=channels, remembering=remembering)
    try:
        waiting = await run.until_waiting_beside_others()
        if isinstance(waiting, list):
            _import_meanwhile(source)
            found = await run.finish(waiting)
        else:
            found = waiting
    finally:
        await source.source.close()
    source.save(run.used)
    return _remembered(run, lambda: run.answer(found))


def _at_last(work: Callable[..., Result]) -> Result:
    """Do ``work``, a second time where what was remembered turns out to have gone meanwhile."""
    try:
        return work(remembering=True)
    except Forgotten:
        return work(remembering=False)


def _remembered(run: Run, answer: Callable[[], Result]) -> Result:
    """Return the ``answer``, and keep what was worked out for it, also where it is that there is none."""
    try:
        found = answer()
    except NoSolution:
        run.remember()
        raise
    run.remember()
    source = run.opened.source
    run.look_again_by(
        lambda name: _waited(_closing(source, source.listing(name))),
        lambda name, file: _waited(_closing(source, source.metadata(name, file))),
    )
    return found


async def _closing(source: Source, work: Coroutine[object, object, Result]) -> Result:
    """Do ``work`` with ``source``, and let go of connections."""
    try:
        return await work
    finally:
        await source.close()


def _waited(work: Coroutine[object, object, Result]) -> Result:
    """Do ``work`` in an event loop, in a thread of its own where this one has one already."""
    import asyncio  # noqa: PLC0415  # lazy: start-up time

    from resolver import eventloop  # noqa: PLC0415  # the same

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return eventloop.run(work)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # lazy: rarely wanted

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(lambda: eventloop.run(work)).result()


async def _finished_and_closed(run: Run, waiting: list[Key]) -> Finished:
    _import_meanwhile(run.opened)
    return await run.finish_and_close(waiting)


def _import_meanwhile(source: OpenSource) -> None:
    """Import what reading pages takes while the first ones are under way, and not when they are there."""
    if not source.has_pages:
        return
    import asyncio  # noqa: PLC0415  # loaded by now

    def load() -> None:
        from resolver.index.simple import prepare  # noqa: PLC0415  # lazy: start-up time

        prepare()

    asyncio.get_running_loop().call_later(_SENT, load)
