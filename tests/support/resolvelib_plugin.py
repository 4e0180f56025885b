"""A pytest plugin for resolvelib's own tests: ``PubGrubResolver`` takes the place of ``Resolver``.

The tests import ``Resolver`` by name, so it is replaced before they are collected.  The ``reporter`` fixture
stands in for that of resolvelib's repository, which its source distribution leaves out; ``visited`` lists
the candidates that were pinned or rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import resolvelib
import resolvelib.resolvers

from resolver import PubGrubResolver

if TYPE_CHECKING:
    from resolvelib.resolvers import Criterion

__all__ = ["Visits"]


class Visits(resolvelib.BaseReporter[object, object, object]):
    """Notes each candidate that was pinned or rejected."""

    def __init__(self) -> None:
        self.visited: list[object] = []

    def rejecting_candidate(self, criterion: Criterion[object, object], candidate: object) -> None:  # noqa: ARG002
        self.visited.append(candidate)

    def pinning(self, candidate: object) -> None:
        self.visited.append(candidate)


def pytest_configure() -> None:
    """Replace the resolver for everybody who imports it from now on."""
    resolvelib.Resolver = PubGrubResolver  # type: ignore[misc, assignment]  # the point of this plugin
    resolvelib.resolvers.Resolver = PubGrubResolver  # type: ignore[misc, assignment]


@pytest.fixture
def reporter() -> Visits:
    return Visits()
