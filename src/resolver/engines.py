"""The library's doors, ``resolve`` and ``resolve_async``, and which engine stands behind them.

``solve`` is what they and the command have in common.  Our own engine is driven in ``session``, resolvelib's
in ``bridge.by_resolvelib``.
"""

from __future__ import annotations

from resolver import session
from resolver.channels import SILENT, Channels
from resolver.collecting import sparing
from resolver.errors import Stopped
from resolver.options import Options
from resolver.posing import read_requirement, read_requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.requirements import Requirement as PackagingRequirement

    from resolver.formats.answer import Answer, Progress
    from resolver.model.requirement import Requirement
    from resolver.resolution import Resolution

__all__ = ["resolve", "resolve_async", "solve"]


def resolve(
    requirements: Iterable[str | PackagingRequirement],
    options: Options = Options(),  # noqa: B008  # immutable
) -> Resolution:
    """Return the pins that fulfil ``requirements`` under ``options``.

    Works inside a running event loop too, which it blocks; ``resolve_async`` does not.  Raises ``NoSolution``
    with the proof, or another ``ResolverError``.
    """
    from resolver.resolution import Resolution  # noqa: PLC0415  # lazy: attrs

    given = read_requirements(requirements)
    constraints = [read_requirement(each) for each in options.constraints]
    return Resolution.of(solve(given, constraints, options))


async def resolve_async(
    requirements: Iterable[str | PackagingRequirement],
    options: Options = Options(),  # noqa: B008  # immutable
) -> Resolution:
    """Do what ``resolve`` does, in the running event loop."""
    from resolver.resolution import Resolution  # noqa: PLC0415  # lazy: attrs

    given = read_requirements(requirements)
    constraints = [read_requirement(each) for each in options.constraints]
    if options.engine == "resolvelib":
        return Resolution.of(await _in_thread(given, constraints, options))
    return Resolution.of(_hashed(await session.solve_async(given, constraints, options), options))


def solve(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    channels: Channels = SILENT,
) -> Answer:
    """Do what ``session.solve`` does, by the engine that ``options`` name."""
    if options.engine == "resolvelib":
        from resolver.bridge import by_resolvelib  # noqa: PLC0415  # lazy: rarely wanted

        answer = sparing(lambda: by_resolvelib.solve(requirements, constraints, options, channels))
    else:
        answer = sparing(lambda: session.solve(requirements, constraints, options, channels))
    return _hashed(answer, options)


def _hashed(answer: Answer, options: Options) -> Answer:
    """Return ``answer`` with the digests of files of this machine, where digests are asked for."""
    if options.generate_hashes:
        from resolver.index.local import hashed  # noqa: PLC0415  # lazy: rarely wanted

        for pin in answer.pins:
            pin.files = tuple(map(hashed, pin.files))
    return answer


async def _in_thread(
    requirements: Sequence[Requirement], constraints: Sequence[Requirement], options: Options
) -> Answer:
    """Do what ``solve`` does, in a thread of its own; it ends soon after who waits for it was cancelled."""
    import asyncio  # noqa: PLC0415  # loaded by now

    cancelled = False

    def watch(_: Progress) -> None:
        if cancelled:
            raise Stopped("who asked for the answer does not wait for it any more")

    try:
        return await asyncio.to_thread(solve, requirements, constraints, options, Channels(progress=watch))
    except asyncio.CancelledError:
        cancelled = True
        raise
