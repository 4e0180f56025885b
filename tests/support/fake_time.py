"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.index.retry import Timing

__all__ = ["FakeTime"]


class FakeTime:
    """A clock that stands at ``at``, and what was slept so far.  The "random" number is always ``random``."""

    def __init__(self, at: float = 1_000_000.0, random: float = 0.5) -> None:
        self.at = at
        self.random = random
        self.slept: list[float] = []

    def now(self) -> float:
        """Return the time."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.at += seconds

    @property
    def timing(self) -> Timing:
        """This time as a transport takes it."""
        from resolver.index.retry import Timing

        return Timing(self.now, self.sleep, lambda: self.random)
