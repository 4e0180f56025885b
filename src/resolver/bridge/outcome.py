"""What a search comes to, in resolvelib's terms: results, states, and the exception with a proof.

Spec: resolvelib 1.x, ``Result`` and ``ResolutionImpossible``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from resolvelib.resolvers import Criterion, ResolutionImpossible, Result
    from resolvelib.structs import State

    from resolver.bridge.answers import Answers
    from resolver.bridge.library import Information, Library
    from resolver.bridge.pins import Package

__all__ = ["criteria", "impossible", "result", "state"]


def criteria(answers: Answers, library: Library) -> dict[object, Criterion[object, object]]:
    """Return what is in force on each package.  Cost: linear in the requirements."""
    return {
        package.key: library.criterion(
            _Candidates(answers, package), [wanted.information for wanted in package.active], []
        )
        for package in answers.pins.named
    }


class _Candidates:
    """Candidates for the requirements in force when this was made; looked for if somebody looks at it."""

    __slots__ = ("_answers", "_package", "_wanted")

    def __init__(self, answers: Answers, package: Package) -> None:
        self._answers = answers
        self._package = package
        self._wanted = tuple(package.active)

    def __iter__(self) -> Iterator[object]:
        return iter(self._answers.matches(self._package, self._wanted))

    def __bool__(self) -> bool:
        return bool(self._answers.matches(self._package, self._wanted))


def state(answers: Answers, library: Library, causes: Sequence[Information]) -> State[object, object, object]:
    """Return the state of the moment; it shares nothing with later ones."""
    return library.state(dict(answers.pins.mapping), criteria(answers, library), list(causes))


def result(answers: Answers, library: Library) -> Result[object, object, object]:
    """Return the pins, and the graph of who requires whom; its root is ``None``."""
    found = criteria(answers, library)
    graph = library.graph()
    graph.add(None)
    for key in found:
        graph.add(key)
    for package in answers.pins.named:
        for wanted in package.active:
            graph.connect(None if wanted.parent is None else wanted.parent.key, package.key)
    return library.result(dict(answers.pins.mapping), graph, found)


def impossible(
    library: Library, causes: Sequence[Information], explain: Callable[[], tuple[str, Mapping[str, object]]]
) -> ResolutionImpossible[object, object]:
    """Return the exception of ``library``, which has ``explanation`` and ``derivation`` besides.

    These are made by ``explain`` when they are first asked for.
    """
    base = library.impossible

    class ResolutionImpossible(base):  # type: ignore[misc, valid-type]  # known only now
        """The requirements contradict each other: ``explanation`` says why, ``derivation`` proves it."""

        def __str__(self) -> str:
            return self.explanation

        @property
        def explanation(self) -> str:
            return self._told[0]

        @property
        def derivation(self) -> Mapping[str, object]:
            return self._told[1]

        @cached_property
        def _told(self) -> tuple[str, Mapping[str, object]]:
            return explain()

    ResolutionImpossible.__qualname__ = "ResolutionImpossible"  # not named after the place it is made in
    return ResolutionImpossible(causes)
