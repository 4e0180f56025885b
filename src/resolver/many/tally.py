"""What many outcomes come to: how many of which kind, how long they took, and the exit code for all."""

from __future__ import annotations

from resolver.many.outcomes import SOLVED, UNSATISFIABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.many.outcomes import Outcome, Usage

__all__ = ["Tally", "Timing", "percentile"]

_GRAVEST = (70, 4, 3, 5, 2, 7, 1)
# Of several exit codes the first of these counts: that something is wrong here says more than that an index
# failed, and this more than that some line has no solution, for which every line must have been answered.


class Timing:
    """How long one line took; ``requirement`` is what was resolved."""

    __slots__ = ("number", "requirement", "seconds", "solved")

    def __init__(self, outcome: Outcome) -> None:
        self.number = outcome.number
        self.requirement = outcome.requirement
        self.seconds = outcome.seconds
        self.solved = outcome.status == SOLVED


class Tally:
    """Counts outcomes as they are told, and what the processes took that worked on them."""

    __slots__ = ("_codes", "_usage", "failed", "solved", "timings", "unsatisfiable")

    def __init__(self) -> None:
        self.solved = 0
        self.unsatisfiable = 0
        self.failed = 0
        self.timings: list[Timing] = []
        self._codes: set[int] = set()
        self._usage: dict[str, Usage] = {}

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.timings.append(Timing(outcome))
        self._codes.add(outcome.exit_code)
        if outcome.status == SOLVED:
            self.solved += 1
        elif outcome.status == UNSATISFIABLE:
            self.unsatisfiable += 1
        else:
            self.failed += 1

    def note_usage(self, process: str, usage: Usage) -> None:
        """Take in what ``process`` took so far; the last word of each counts."""
        self._usage[process] = usage

    @property
    def exit_code(self) -> int:
        """Return the gravest exit code of all lines, 0 where all succeeded."""
        return next((code for code in _GRAVEST if code in self._codes), 0)

    @property
    def slowest(self) -> list[Timing]:
        """Return the ten lines that took longest, the longest first; of equal ones the first."""
        return sorted(self.timings, key=lambda timing: (-timing.seconds, timing.number))[:10]

    @property
    def memory(self) -> list[float]:
        """Return the most memory that each process held, in MB, the largest first."""
        return sorted((usage.memory for usage in self._usage.values()), reverse=True)

    @property
    def requests(self) -> int:
        """Return how many requests were sent."""
        return sum(usage.requests for usage in self._usage.values())

    @property
    def bytes(self) -> int:
        """Return how many bytes were received."""
        return sum(usage.bytes for usage in self._usage.values())


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the least of ``ordered`` (not empty, ascending) that is not less than ``share`` percent of them.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50), percentile([1.0, 2.0, 3.0, 4.0], 99)
    (2.0, 4.0)
    """
    rank = -(-len(ordered) * share // 100)  # rounded up
    return ordered[max(int(rank), 1) - 1]
