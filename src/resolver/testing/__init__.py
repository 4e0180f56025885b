"""The testing kit: worlds of packages in a few lines of TOML, and what must come of resolving in them.

For tests of installers that stand on this package, of metadata that somebody publishes, and of resolvers.
``World`` is an index, or several: in memory, on loopback, or as a folder of files that pip can install from.
``Scenario`` is a world, a question and what is expected of it.  ``plugin`` gives both to pytest; since it
lies in this package, the names here are imported on first use.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.testing.minimising import minimise, to_toml
    from resolver.testing.outcomes import Outcome, Pins
    from resolver.testing.recreating import recorded
    from resolver.testing.replaying import Replay
    from resolver.testing.scenarios import Scenario
    from resolver.testing.worlds import World

__all__ = ["Outcome", "Pins", "Replay", "Scenario", "World", "minimise", "recorded", "to_toml"]

_HOMES = {
    "Outcome": "outcomes",
    "Pins": "outcomes",
    "Replay": "replaying",
    "Scenario": "scenarios",
    "World": "worlds",
    "minimise": "minimising",
    "recorded": "recreating",
    "to_toml": "minimising",
}


def __getattr__(name: str) -> object:
    """Import the public name ``name`` from its home, once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  # lazy: see above

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
