"""One question to all engines: what each of them makes of it, in a form that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvelib import BaseReporter, ResolutionImpossible

from resolver.bridge import by_resolvelib
from resolver.bridge.index_provider import IndexProvider
from resolver.errors import NoSolution, Stopped
from resolver.session import solve
from resolver.sources import OpenSource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.index.source import Source
    from resolver.options import Options

    Pins = dict[str, str]

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
            answer = solve(self._requirements, self._constraints, self._options, source=self._open_source())
        except NoSolution:
            return None
        return {pin.name: pin.version for pin in answer.pins}

    def by_provider(self) -> Pins | None:
        """Return what our solver answers over an ``IndexProvider``."""
        opened = OpenSource(self._open_source())
        with IndexProvider(self._options, constraints=self._constraints, opened=opened) as provider:
            try:
                result = provider.resolve_natively(self._lines, BaseReporter())
            except ResolutionImpossible as error:
                if not error.causes:  # which pip relies on
                    raise
                return None
        return {each.name: str(each.version) for each in result.mapping.values()}

    def by_resolvelib(self) -> Pins | str | None:
        """Return what the engine resolvelib answers."""
        source = self._open_source()
        try:
            answer = by_resolvelib.solve(
                self._requirements, self._constraints, self._options, source=source, rounds=ROUNDS
            )
        except NoSolution:
            return None
        except Stopped as error:
            return str(error)
        return {pin.name: pin.version for pin in answer.pins}
