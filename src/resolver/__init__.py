"""resolver: a PubGrub dependency resolver for Python packages.

The public names below are imported on first use, so that ``import resolver`` costs next to nothing:
neither aiohttp nor asyncio nor attrs is loaded until a name that needs them is touched.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.bridge.index_provider import IndexProvider
    from resolver.bridge.pubgrub import PubGrubResolver
    from resolver.engines import resolve, resolve_async
    from resolver.errors import NoSolution, ResolverError
    from resolver.events import Event
    from resolver.index.memory import MemoryFetcher
    from resolver.index.metadata import Metadata
    from resolver.index.ports import Fetcher, Transport
    from resolver.model.distfile import DistFile
    from resolver.model.version import Version
    from resolver.options import Options
    from resolver.projects import resolve_project, resolve_project_async
    from resolver.resolution import Pin, Resolution

    __compiled__: bool

__all__ = [
    "DistFile",
    "Event",
    "Fetcher",
    "IndexProvider",
    "MemoryFetcher",
    "Metadata",
    "NoSolution",
    "Options",
    "Pin",
    "PubGrubResolver",
    "Resolution",
    "ResolverError",
    "Transport",
    "Version",
    "__version__",
    "resolve",
    "resolve_async",
    "resolve_project",
    "resolve_project_async",
]

__version__ = "0.1.0.dev0"

_HOMES = {
    "DistFile": "resolver.model.distfile",
    "Fetcher": "resolver.index.ports",
    "MemoryFetcher": "resolver.index.memory",
    "Metadata": "resolver.index.metadata",
    "Transport": "resolver.index.ports",
    "Event": "resolver.events",
    "IndexProvider": "resolver.bridge.index_provider",
    "NoSolution": "resolver.errors",
    "Options": "resolver.options",
    "Pin": "resolver.resolution",
    "PubGrubResolver": "resolver.bridge.pubgrub",
    "Resolution": "resolver.resolution",
    "ResolverError": "resolver.errors",
    "Version": "resolver.model.version",
    "resolve": "resolver.engines",
    "resolve_async": "resolver.engines",
    "resolve_project": "resolver.projects",
    "resolve_project_async": "resolver.projects",
}


def __getattr__(name: str) -> object:
    """Import the public name ``name`` from its home, once; find out whether this is a compiled build."""
    if name == "__compiled__":
        from resolver.solver import terms  # noqa: PLC0415  # lazy: start-up time

        return not terms.__file__.endswith(".py")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  # lazy: start-up time

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
