"""Between resolvelib and the solver: our solver for its providers, and a provider over package indexes.

The names are imported on first use: an installer that brings its own provider does not load ours.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.bridge.index_provider import IndexProvider
    from resolver.bridge.pubgrub import PubGrubResolver

__all__ = ["IndexProvider", "PubGrubResolver"]


def __getattr__(name: str) -> object:
    if name == "PubGrubResolver":
        from resolver.bridge.pubgrub import PubGrubResolver  # noqa: PLC0415  # lazy: see above

        return PubGrubResolver
    if name == "IndexProvider":
        from resolver.bridge.index_provider import IndexProvider  # noqa: PLC0415  # lazy: see above

        return IndexProvider
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
