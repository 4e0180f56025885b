"""One question to all engines: what each of them makes of it, in a form that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible

from resolver import IndexProvider, PubGrubResolver
from resolver.bridge import by_resolvelib
from resolver.bridge.index_values import Candidate
from resolver.channels import Channels
from resolver.errors import NoSolution, Stopped
from resolver.session import solve
from resolver.sources import OpenSource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packaging.requirements import Requirement as PackagingRequirement

    from resolver.index.source import Source
    from resolver.options import Options

    Pins = dict[str, str]
    Wanted = str | PackagingRequirement

__all__ = ["ROUNDS", "Question"]

ROUNDS = 2_000
"""Where resolvelib is stopped."""


class Question:
    """Requirements and constraints under ``options``; ``open_source`` makes a source for each engine.

    Each answer is pins (version by name), None where there is no solution, or for resolvelib the sentence
    that says how it failed.
    """

    def __init__(
        self,
        requirements: Sequence[str],
        options: Options,
        open_source: Callable[[], Source],
        constraints: Sequence[str] = (),
    ) -> None:
        self._lines = requirements
        self._requirements = parsed("app.in", requirements)
        self._constraints = parsed("limits.txt", constraints)
        self._options = options
        self._open_source = open_source

    def by_session(self) -> Pins | None:
        """Return what ``resolve()`` answers."""
        try:
            answer = solve(
                self._requirements, self._constraints, self._options, Channels(source=self._open_source())
            )
        except NoSolution:
            return None
        return {pin.name: pin.version for pin in answer.pins}

    def by_provider(self) -> Pins | None:
        """Return what ``PubGrubResolver`` answers over an ``IndexProvider``."""
        opened = OpenSource(self._open_source())
        with IndexProvider(self._options, constraints=self._constraints, opened=opened) as provider:
            try:
                result = PubGrubResolver(provider, BaseReporter()).resolve(self._lines)
            except ResolutionImpossible as error:
                if not error.causes:  # which pip relies on
                    raise
                return None
        return {each.name: str(each.version) for each in result.mapping.values()}

    def by_methods(self) -> Pins | None:
        """Return what ``PubGrubResolver`` answers where it has nothing but a provider's methods to go by."""
        opened = OpenSource(self._open_source())
        with IndexProvider(self._options, constraints=self._constraints, opened=opened) as provider:
            try:
                result = PubGrubResolver(_Plain(provider), BaseReporter()).resolve(
                    provider.pose(self._requirements), max_rounds=ROUNDS
                )
            except ResolutionImpossible:
                return None
        return {each.name: str(each.version) for each in result.mapping.values()}

    def by_resolvelib(self) -> Pins | str | None:
        """Return what the engine resolvelib answers."""
        source = self._open_source()
        try:
            answer = by_resolvelib.solve(
                self._requirements, self._constraints, self._options, Channels(source=source), rounds=ROUNDS
            )
        except NoSolution:
            return None
        except Stopped as error:
            return str(error)
        return {pin.name: pin.version for pin in answer.pins}


class _Plain(AbstractProvider["Wanted", Candidate, str]):
    """A provider that has the methods of resolvelib and no other."""

    def __init__(self, provider: IndexProvider) -> None:
        self.identify = provider.identify  # type: ignore[method-assign]  # methods that are passed on
        self.find_matches = provider.find_matches  # type: ignore[method-assign]  # the same
        self.is_satisfied_by = provider.is_satisfied_by  # type: ignore[method-assign]  # the same
        self.get_dependencies = provider.get_dependencies  # type: ignore[method-assign]  # the same
        self.get_preference = provider.get_preference  # type: ignore[method-assign]  # the same
        self.narrow_requirement_selection = (  # type: ignore[method-assign]  # the same
            provider.narrow_requirement_selection
        )
