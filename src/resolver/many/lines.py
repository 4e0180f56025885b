"""The lines that are to be resolved, and what is resolved with: values that can be sent to another process.

What became of a line is in ``outcomes``.
"""

from __future__ import annotations

from resolver.posing import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.options import Options

__all__ = ["Line", "Setup", "numbered"]


class Line:
    """A requirement that is resolved by itself; ``number`` counts from 1, in the order of the file."""

    __slots__ = ("number", "requirement")

    def __init__(self, number: int, requirement: Requirement) -> None:
        self.number = number
        self.requirement = requirement

    def __repr__(self) -> str:
        return f"Line({self.number}, {self.requirement.text!r})"


class Setup:
    """What all lines are resolved with, wherever that is done.

    ``jobs`` is how many are resolved at a time in one process.  With ``latest`` a requirement without a
    specifier stands for the newest version that may be used.
    """

    __slots__ = ("constraints", "environment", "jobs", "latest", "options")

    def __init__(
        self,
        options: Options,
        constraints: Sequence[Requirement],
        environment: Environment,
        *,
        jobs: int = 1,
        latest: bool = False,
    ) -> None:
        self.options = options
        self.constraints = constraints
        self.environment = environment
        self.jobs = jobs
        self.latest = latest


def numbered(
    requirements: Iterable[Requirement], environment: Environment, limit: int | None = None
) -> list[Line]:
    """Return at most ``limit`` lines; raises ``InputError`` if one of them cannot be used."""
    lines = [Line(number, each) for number, each in enumerate(requirements, 1)][:limit]
    for line in lines:
        check(line.requirement, environment)
    return lines
