"""What became of a line: a plain value that can be sent to another process, and what that took.

How outcomes are put in order is in ``ledger``, how they are written in ``report``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.formats.answer import Statistics
    from resolver.many.lines import Line

__all__ = ["FAILED", "SOLVED", "UNSATISFIABLE", "Outcome", "Usage"]

SOLVED, UNSATISFIABLE, FAILED = "solved", "unsatisfiable", "failed"


class Outcome:
    """What became of line ``number``.

    ``requirement`` is what was resolved and ``origin`` where it stands.  ``exit_code`` is that of a command
    which would have resolved this line alone.  ``pins`` are triples of name, version and sorted extras.
    ``said`` is the proof that there is no solution, or why there is no answer.  ``counts`` are decisions,
    conflicts and candidates looked at.  ``seconds`` of wall time went by, in which other lines may have been
    worked on.
    """

    __slots__ = (
        "counts",
        "exit_code",
        "hints",
        "number",
        "origin",
        "pins",
        "requirement",
        "said",
        "seconds",
        "status",
        "warnings",
    )

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        line: Line,
        status: str,
        *,
        exit_code: int = 0,
        seconds: float = 0.0,
        pins: tuple[tuple[str, str, tuple[str, ...]], ...] = (),
        warnings: tuple[str, ...] = (),
        said: str = "",
        hints: tuple[str, ...] = (),
        statistics: Statistics | None = None,
    ) -> None:
        self.number = line.number
        self.requirement = line.requirement.text
        self.origin = str(line.requirement.origin or "")
        self.status = status
        self.exit_code = exit_code
        self.seconds = seconds
        self.pins = pins
        self.warnings = warnings
        self.said = said
        self.hints = hints
        done = statistics
        self.counts = (0, 0, 0) if done is None else (done.decisions, done.conflicts, done.candidates)

    def __repr__(self) -> str:
        return f"Outcome({self.number}, {self.status!r})"


class Usage:
    """What one process took so far: the most memory that it held, in MB; requests, and bytes received."""

    __slots__ = ("bytes", "memory", "requests")

    def __init__(self, *, memory: float = 0.0, requests: int = 0, bytes: int = 0) -> None:  # noqa: A002  # as in ``Statistics``
        self.memory = memory
        self.requests = requests
        self.bytes = bytes
