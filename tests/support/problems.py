"""Problems about which everything is known: the solver's view of packages in memory, without a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolver.catalog import Catalog
from resolver.model.environment import Environment
from resolver.model.requirement import Origin, Requirement
from resolver.problem import PythonProblem
from resolver.rules import Rules
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolver.problem import Choices

__all__ = ["known_problem"]

_LINUX = Environment.target("3.12", "linux")


def known_problem(
    requirements: Iterable[str],
    packages: Mapping[str, Mapping[str, Any]],
    choices: Choices | None = None,
    rules: Rules | None = None,
) -> PythonProblem:
    """Return the problem of ``requirements``, lines of ``app.in``; its catalog knows all of ``packages``."""
    source = MemorySource(packages)
    catalog = Catalog(_LINUX, rules or Rules())
    for name in packages:
        listing = source.listing_now(name)
        assert listing is not None
        for candidate, files in enumerate(catalog.add_listing(listing).files):
            found = source.metadata_now(name, files[0]) if files else None
            if found is not None:
                catalog.add_metadata(name, candidate, found)
    lines = [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)]
    return PythonProblem(catalog, lines, choices)
