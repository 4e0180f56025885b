"""The library's doors for projects: what options about extras and groups of one mean.

What a project asks for is read in ``formats.projects``, and resolved as anything else is, in ``engines``.
"""

from __future__ import annotations

from os import fspath

from resolver.engines import resolve, resolve_async
from resolver.formats.projects import Asking
from resolver.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from resolver.model.requirement import Requirement
    from resolver.resolution import Resolution

__all__ = ["resolve_project", "resolve_project_async"]


def resolve_project(
    path: str | PathLike[str] | None = "pyproject.toml",
    options: Options = Options(),  # noqa: B008  # immutable
    **channels: object,
) -> Resolution:
    """Return the pins of what the project at ``path`` depends on, with the extras and groups of ``options``.

    Without a path only the groups are resolved, which say then of which file they are
    (``pyproject.toml:test``).  All else is as for ``resolve``, with the same ``channels``.  The project
    itself is not among the pins.
    """
    given, options = _read(path, options)
    return resolve(given, options, **channels)  # type: ignore[arg-type]  # resolve knows its keywords


async def resolve_project_async(
    path: str | PathLike[str] | None = "pyproject.toml",
    options: Options = Options(),  # noqa: B008  # immutable
    **channels: object,
) -> Resolution:
    """Do what ``resolve_project`` does, in the running event loop."""
    given, options = _read(path, options)
    return await resolve_async(given, options, **channels)  # type: ignore[arg-type]  # the same


def _read(path: str | PathLike[str] | None, options: Options) -> tuple[list[Requirement], Options]:
    """Return what is asked for, and the options without what was asked of projects."""
    paths = () if path is None else (fspath(path),)
    files = Asking(options, None, {}).files(paths, paths)
    plain = options.replace(extras=(), all_extras=False, groups=())
    if plain.upgrade_groups:
        from resolver.previous import with_groups  # noqa: PLC0415  # lazy: rarely given

        plain = with_groups(plain, paths, None, {})
    return [each for file in files for each in file.requirements], plain
