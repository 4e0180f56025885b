"""What the search for fixes will ask for, as far as that can be seen when it begins.

Trials go one after the other, and each waits for what it needs.  Where a request takes long, what many of
them need is fetched for all at once meanwhile.  Pure functions over what is known; nothing depends on them
but when something arrives.
"""

from __future__ import annotations

from resolver.whatif.changes import Line
from resolver.whatif.edits import EXCLUSION, bounds, sequence, window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolver.model.requirement import Requirement
    from resolver.problem import PythonProblem
    from resolver.whatif.changes import Alternatives

__all__ = ["Likely", "likely"]

_LINES = 4
"""So many lines are looked at."""

_NEAR = 4
"""So many candidates beyond a bound."""


class Likely:
    """What may be required after a change, and candidates of a package that may be asked for."""

    __slots__ = ("candidates", "name", "requirements")

    def __init__(self, requirements: Sequence[Requirement], name: str, candidates: Sequence[int]) -> None:
        self.requirements = requirements
        self.name = name
        self.candidates = candidates


def likely(problem: PythonProblem, knobs: Sequence[Line | Alternatives]) -> Iterator[Likely]:
    """Yield what is likely to be asked for when ``knobs`` of ``problem`` are turned.

    A line goes, or a bound of it moves to the nearest candidates.
    """
    lines = [knob for knob in knobs if isinstance(knob, Line) and knob.place == "requirement"]
    for line in lines[:_LINES]:
        own = line.requirement
        others = [each for each in problem.requirements if each is not own]
        yield Likely(others, own.name, ())
        candidates = problem.catalog.packages.get(own.name)
        for direction in bounds(own):
            if candidates is None or direction == EXCLUSION:
                continue
            near = sequence(own, direction, candidates)[:_NEAR]
            if near:
                nearest = window(own, direction, [candidates.version(near[0])])
                yield Likely([*others, nearest], own.name, near)
