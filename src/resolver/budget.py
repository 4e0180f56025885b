"""What a resolution may cost, and what is said when that is used up or somebody ends it.

Limits are looked at between two steps of the solver: seconds, steps, memory, and whether the answer is still
wanted.  None of them says anything
about the requirements; so that the time was not in vain, the report names where the search was stuck.
"""

from __future__ import annotations

import sys
import time

from resolver.errors import Cancelled, LimitReached
from resolver.problem import ListingKey, MetadataKey
from resolver.solver.terms import newest

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Sequence

    from resolver.options import Options
    from resolver.problem import PythonProblem
    from resolver.solver.engine import Solver

__all__ = ["Budget", "memory", "report"]

_LOOK = 0.05  # seconds between two looks at whether the answer is still wanted


class Budget:
    """The limits that ``options`` name, counted from now; ``cancelled`` tells when it is all in vain."""

    __slots__ = ("_cancelled", "_memory", "_seconds", "_started", "_steps")

    def __init__(self, options: Options, cancelled: Callable[[], bool] | None = None) -> None:
        self._cancelled = cancelled
        self._started = time.monotonic()
        self._seconds = options.deadline
        self._steps = options.max_steps
        self._memory = options.max_memory

    @property
    def spent(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._started

    @property
    def seconds(self) -> float | None:
        """Return the seconds that are left, if they are limited."""
        return None if self._seconds is None else max(0.0, self._seconds - self.spent)

    def steps(self, done: int, most: int) -> int:
        """Return how many steps may follow the ``done`` ones at once: at most ``most``."""
        return most if self._steps is None else max(1, min(most, int(self._steps) - done))

    def exceeded(self, done: int) -> tuple[str, str] | None:
        """Return the option whose limit is reached after ``done`` steps, and that limit in words."""
        if self._seconds is not None and self.spent >= self._seconds:
            return "--deadline", f"the deadline of {self._seconds:g} s"
        if self._steps is not None and done >= self._steps:
            return "--max-steps", f"the limit of {self._steps:g} steps"
        if self._memory is not None and memory() >= self._memory:
            return "--max-memory", f"the limit of {self._memory:g} MB of memory"
        return None

    def check_wanted(self) -> None:
        """Raise ``Cancelled`` if the answer is not wanted any more."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled(f"the resolution was cancelled after {self.spent:.1f} s, without an answer")

    async def wait(
        self,
        tasks: Iterable[asyncio.Task[object]],
        seconds: float | None,
        show: Callable[[], None] | None = None,
    ) -> None:
        """Wait until one of ``tasks`` fails, all are done, time is up, or it is all in vain.

        ``show`` is called often while that takes.
        """
        import asyncio  # noqa: PLC0415  # loaded by now

        if self._cancelled is None and show is None:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
            return
        left: Iterable[asyncio.Task[object]] = tasks
        ends = None if seconds is None else time.monotonic() + seconds
        while left and not (self._cancelled is not None and self._cancelled()):
            look = _LOOK if ends is None else min(_LOOK, max(0.0, ends - time.monotonic()))
            done, left = await asyncio.wait(left, timeout=look, return_when=asyncio.FIRST_EXCEPTION)
            if any(task.cancelled() or task.exception() for task in done) or look < _LOOK:
                return
            if show is not None:
                show()

    def check(self, problem: PythonProblem, solver: Solver, waiting: Sequence[object]) -> None:
        """Raise ``LimitReached`` with a report if a limit is reached, ``Cancelled`` if nobody waits."""
        self.check_wanted()
        found = self.exceeded(solver.statistics.steps())
        if found is None:
            return
        from resolver.solver.report import lessons, tightest  # noqa: PLC0415  # lazy: start-up time

        option, limit = found
        stuck = tightest(lessons(solver))
        package = None if stuck is None else problem.names.name(stuck.package)
        narrower = "" if package is None else f", or narrow down which versions of {package} are wanted"
        raise LimitReached(
            f"no answer within {limit} ({option}), {report(problem, solver, waiting)}."
            f" This says nothing about whether there is one; raise the limit{narrower}",
            option=option,
            statistics=solver.statistics,
            package=package,
        )


def memory() -> float:
    """Return the most memory that this process has held, in MB; 0 where that cannot be measured."""
    try:
        from resource import RUSAGE_SELF, getrusage  # noqa: PLC0415  # lazy: not on Windows, and rarely wanted
    except ImportError:
        return 0.0
    unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / unit


def report(problem: PythonProblem, solver: Solver, waiting: Sequence[object]) -> str:
    """Return how far a search is and what it was doing: a part of a sentence, and a sentence if it is stuck.

    ``waiting`` are the keys that it waits for.  The search may have been interrupted anywhere.
    """
    from resolver.solver.report import lessons, tightest  # noqa: PLC0415  # lazy: start-up time

    count = solver.statistics
    packages = len(problem.catalog.packages)
    said = (
        f"after {_many(count.decisions, 'decision')} and {_many(count.conflicts, 'conflict')}"
        f" over {_many(packages, 'package')}{_doing(problem, solver, waiting)}"
    )
    stuck = tightest(lessons(solver))
    if stuck is None:
        return said
    from resolver.explanation.phrases import PythonWording  # noqa: PLC0415  # lazy: most runs end by themselves

    terms = stuck.clause.terms()
    were = "was" if stuck.conflicts == 1 else "were"
    return (
        f"{said}. {_many(stuck.conflicts, 'conflict')} {were} over {problem.names.name(stuck.package)};"
        f" the tightest says that {PythonWording(problem).conclusion(terms)}"
    )


def _doing(problem: PythonProblem, solver: Solver, waiting: Sequence[object]) -> str:
    """Say what is waited for, or else what was decided last."""
    for key in waiting:
        more = f" and {_many(len(waiting) - 1, 'other')}" if len(waiting) > 1 else ""
        if isinstance(key, ListingKey):
            return f", waiting for the listing of {key.name}{more}"
        if isinstance(key, MetadataKey):
            return f", waiting for the metadata of {key.file.filename}{more}"
    from resolver.solver.report import deciding  # noqa: PLC0415  # lazy: start-up time

    decided = deciding(solver)
    if decided is None:
        return ""
    package, mask = decided
    names = problem.names
    candidates = problem.catalog.packages[names.name(names.base(package))]
    return f", trying {names.name(package)} {candidates.version(newest(mask))}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
