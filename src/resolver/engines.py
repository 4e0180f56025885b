"""The library's doors, ``resolve`` and ``resolve_async``, and which engine stands behind them.

``solve`` is what they and the command have in common.  Our own engine is driven in ``session``, resolvelib's
in ``bridge.by_resolvelib``.
"""

from __future__ import annotations

from resolver import session
from resolver.channels import SILENT, Channels
from resolver.collecting import sparing
from resolver.errors import ResolverError
from resolver.options import Options
from resolver.posing import read_constraints, read_requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from packaging.requirements import Requirement as PackagingRequirement

    from resolver.events import Event
    from resolver.formats.answer import Answer
    from resolver.index.ports import Fetcher, Transport
    from resolver.model.requirement import Requirement
    from resolver.resolution import Resolution
    from resolver.vetting import Considered
    from resolver.watching import Ending

__all__ = ["resolve", "resolve_async", "solve", "solve_async"]


def resolve(  # noqa: PLR0913  # one parameter a channel
    requirements: Iterable[str | PackagingRequirement],
    options: Options = Options(),  # noqa: B008  # immutable
    *,
    fetcher: Fetcher | None = None,
    transport: Transport | None = None,
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    reject: Callable[[Considered], str | None] | None = None,
) -> Resolution:
    """Return the pins that fulfil ``requirements`` under ``options``.

    Works inside a running event loop too, which it blocks; ``resolve_async`` does not.  ``fetcher`` brings
    files and metadata in the place of indexes, ``transport`` bytes in the place of the network.  ``on_event``
    is called with each of ``resolver.events``; what it raises ends the resolution.  ``cancelled`` is asked
    some twenty times a second whether to end it, with ``Cancelled``.  ``reject`` is given each candidate that
    is about to be used, and returns None or why it must not be (``Considered``, docs/policies.md).  All are
    called in the thread that works.  Raises ``NoSolution`` with the proof, or another ``ResolverError``.
    """
    from resolver.resolution import Resolution  # noqa: PLC0415  # lazy: attrs

    given = read_requirements(requirements)
    constraints = read_constraints(options)
    channels = Channels(
        fetcher=fetcher, transport=transport, emit=on_event, cancelled=cancelled, reject=reject
    )
    return Resolution.of(solve(given, constraints, options, channels))


async def resolve_async(  # noqa: PLR0913  # the same
    requirements: Iterable[str | PackagingRequirement],
    options: Options = Options(),  # noqa: B008  # immutable
    *,
    fetcher: Fetcher | None = None,
    transport: Transport | None = None,
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    reject: Callable[[Considered], str | None] | None = None,
) -> Resolution:
    """Do what ``resolve`` does, in the running event loop; where it is cancelled, nothing is left behind."""
    from resolver.resolution import Resolution  # noqa: PLC0415  # lazy: attrs

    given = read_requirements(requirements)
    constraints = read_constraints(options)
    channels = Channels(
        fetcher=fetcher, transport=transport, emit=on_event, cancelled=cancelled, reject=reject
    )
    return Resolution.of(await solve_async(given, constraints, options, channels))


def solve(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Answer:
    """Do what ``session.solve`` does, by the engine that ``options`` name."""
    ending = _ending(channels)
    try:
        answer = sparing(lambda: _solve(requirements, constraints, options, channels))
    except ResolverError as error:
        if ending is not None:
            ending.failed(error)
        raise
    if ending is not None:
        ending.solved(answer)
    return answer


async def solve_async(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Answer:
    """Do what ``solve`` does, in the running event loop."""
    if options.engine == "resolvelib":
        return await _in_thread(requirements, constraints, options, channels)
    ending = _ending(channels)
    try:
        answer = _hashed(await session.solve_async(requirements, constraints, options, channels), options)
    except ResolverError as error:
        if ending is not None:
            ending.failed(error)
        raise
    if ending is not None:
        ending.solved(answer)
    return answer


def _solve(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels,
) -> Answer:
    if options.engine == "resolvelib":
        from resolver.bridge import by_resolvelib  # noqa: PLC0415  # lazy: rarely wanted

        answer = by_resolvelib.solve(requirements, constraints, options, channels)
    else:
        answer = session.solve(requirements, constraints, options, channels)
    return _hashed(answer, options)


def _ending(channels: Channels) -> Ending | None:
    """Return what tells those who listen how it ends; None where nobody does."""
    if channels.emit is None:
        return None
    from resolver.watching import Ending  # noqa: PLC0415  # lazy: seldom wanted

    return Ending(channels.emit)


def _hashed(answer: Answer, options: Options) -> Answer:
    """Return ``answer`` with the digests of files of this machine, where digests are asked for."""
    if options.generate_hashes:
        from resolver.index.local import hashed  # noqa: PLC0415  # lazy: rarely wanted

        for pin in answer.pins:
            pin.files = tuple(map(hashed, pin.files))
    return answer


async def _in_thread(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels,
) -> Answer:
    """Do what ``solve`` does, in a thread of its own, which has ended when this ends."""
    import asyncio  # noqa: PLC0415  # loaded by now

    unwanted = False

    def cancelled() -> bool:
        return unwanted or (channels.cancelled is not None and channels.cancelled())

    within = channels.until(cancelled)
    work = asyncio.create_task(asyncio.to_thread(solve, requirements, constraints, options, within))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        unwanted = True
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # Marks it as seen: nobody waits for it any more.
        raise
