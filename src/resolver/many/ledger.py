"""The order of outcomes: they come as they come, and are told in the order of the lines.

What has been told is what somebody would have told who resolves one line after the other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resolver.many.lines import Line
    from resolver.many.outcomes import Outcome

__all__ = ["Ledger", "Supply"]


class Ledger:
    """Takes the outcomes of ``lines`` (numbered from 1), and gives them to ``tell`` in order.

    With ``fail_fast`` nothing is told behind the first line that did not succeed, and what is behind it is
    not wanted any more.
    """

    __slots__ = ("_fail_fast", "_held", "_last", "_lines", "_next", "_tell")

    def __init__(
        self, lines: Sequence[Line], tell: Callable[[Outcome], None], *, fail_fast: bool = False
    ) -> None:
        self._lines = lines
        self._tell = tell
        self._fail_fast = fail_fast
        self._held: dict[int, Outcome] = {}
        self._next = 1
        self._last = len(lines)

    @property
    def over(self) -> bool:
        """Whether nothing is wanted any more."""
        return self._next > self._last

    def wants(self, line: Line) -> bool:
        """Tell whether the outcome of ``line`` will still be told."""
        return self._next <= line.number <= self._last and line.number not in self._held

    def lines(self) -> Iterator[Line]:
        """Yield the lines in order, each as long as its outcome is wanted when its turn comes."""
        for line in self._lines:
            if line.number > self._last:
                return
            yield line

    def add(self, outcome: Outcome) -> None:
        """Take in an outcome, and tell what can be told; one that is not wanted is dropped."""
        if not self._next <= outcome.number <= self._last:
            return
        self._held[outcome.number] = outcome
        if self._fail_fast and outcome.exit_code:
            self._last = outcome.number
        while self._next <= self._last and self._next in self._held:
            told = self._held.pop(self._next)
            self._next += 1
            self._tell(told)


class Supply:
    """The ``total`` lines that nobody has taken yet, handed out some at a time."""

    __slots__ = ("_left", "_lines")

    def __init__(self, lines: Iterator[Line], total: int) -> None:
        self._left = total
        self._lines = lines

    def take(self, most: int, takers: int) -> list[Line]:
        """Return up to ``most`` lines; less towards the end, so that all ``takers`` have work until then."""
        wanted = max(1, min(most, self._left // (2 * takers)))
        taken = [line for _, line in zip(range(wanted), self._lines, strict=False)]
        self._left -= len(taken)
        return taken
