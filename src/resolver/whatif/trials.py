"""Solving changed questions, one after the other, with what the first resolution has in memory.

A trial poses its question like any other and is solved by a solver of its own; but listings are read again
only where the change may have changed what they mean, and nothing is fetched twice.  ``fixes`` and ``why``
say what to try; ``session`` does the waiting.

What trials may cost is bounded: in number, in solver steps, in listings and metadata files that the first
resolution did not use; all these end a search at the same place wherever it runs.  Seconds and requests, of
which more may be sent than are needed in the end, are bounded as well, as a safety net.
"""

from __future__ import annotations

import time

from resolver.errors import (
    BuildRefused,
    IndexUnavailable,
    InputError,
    MetadataInvalid,
    SecurityRefusal,
)
from resolver.posing import pose
from resolver.problem import ListingKey, MetadataKey
from resolver.scout import Fetcher, Scout
from resolver.solver.engine import Need, Paused, Solved, Solver
from resolver.sources import environment_of
from resolver.verification import violation
from resolver.whatif.fixes import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Sequence

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.source import Source
    from resolver.problem import PythonProblem
    from resolver.whatif.changes import Question

    Key = ListingKey | MetadataKey

__all__ = ["Allowance", "Trials"]

_STEPS, _KEYS = 2_000, 10
# Each trial gets so much in any case; steps are also what is done between two looks at the clock.

_REQUESTS = 400
# More are not sent for trials; in a recording or a cache more may be looked up.

_UNKNOWN = (IndexUnavailable, SecurityRefusal, MetadataInvalid, BuildRefused, InputError)
# What may keep a trial from an answer, and is no reason to keep back the answer that is there.


class Allowance:
    """What trials may cost in all; counted down.  ``requests`` says how many were sent so far."""

    __slots__ = ("_ends", "_most_requests", "_requests", "keys", "steps", "trials")

    def __init__(
        self, *, steps: int, seconds: float, requests: Callable[[], int], trials: int = 100, keys: int = 1000
    ) -> None:
        self.trials = trials
        self.steps = steps
        self.keys = keys
        self._requests = requests
        self._most_requests = requests() + min(keys, _REQUESTS)
        self._ends = time.monotonic() + seconds

    @property
    def seconds(self) -> float:
        """Return how much time is left."""
        return max(0.0, self._ends - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether something is used up."""
        counted = self.trials < 0 or self.steps <= 0 or self.keys <= 0
        return counted or not self.seconds or self._requests() > self._most_requests


class Trials:
    """Drives a search (a generator that yields questions and is sent verdicts) over one source.

    ``first`` is the question that was asked first, ``problem`` what became of it, ``fetcher`` what fetched
    for it.
    """

    def __init__(  # noqa: PLR0913  # what the first resolution leaves behind
        self,
        search: Generator[Question, Verdict, None],
        first: Question,
        problem: PythonProblem,
        fetcher: Fetcher,
        *,
        source: Source,
        allowance: Allowance,
    ) -> None:
        self._search = search
        self._first = first
        self._environment = problem.catalog.environment
        self._shelf = problem.catalog.shelf
        self._source = source
        self._allowance = allowance
        self._trial: _Trial | None = None
        self._changed: set[str] | None = None
        self._used = problem.used()
        # What was only fetched ahead is left out: arrival decides nothing.
        self._candidates = {name: problem.catalog.packages[name] for name in self._used}
        self._fetchers = [fetcher]

    @property
    def seconds(self) -> float:
        """Return how long something may be waited for."""
        return self._allowance.seconds

    @property
    def pending(self) -> int:
        """Return how many requests are under way for the trial."""
        return self._fetchers[-1].pending

    def used(self) -> dict[str, set[str]]:
        """Return what the first resolution and the trials asked for, as ``PythonProblem.used`` does."""
        return self._used

    async def start(self, keys: Sequence[Key]) -> list[asyncio.Task[Listing | Metadata]]:
        """Have the ``keys`` fetched that the last step wants, with what will be wanted next.

        What was under way for others is stopped.
        """
        assert self._trial is not None
        await self._cancel(self._fetchers[:-1])
        del self._fetchers[:-1]
        self._trial.walk_ahead()
        return [self._fetchers[-1].start(key) for key in keys]

    async def cancel(self) -> None:
        """Stop what is under way."""
        await self._cancel(self._fetchers)

    async def _cancel(self, fetchers: Sequence[Fetcher]) -> None:
        for fetcher in fetchers:
            await fetcher.cancel()

    def step(self) -> list[Key] | None:
        """Go on for some milliseconds: the keys to wait for, none (call again), or None: it is over."""
        if self._trial is None:
            return self._next(None)
        try:
            step = self._trial.advance(self._allowance)
        except _UNKNOWN:
            step = Verdict()
        if isinstance(step, list):
            return None if self._allowance.over else step
        return self._next(step)

    def _next(self, verdict: Verdict | None) -> list[Key] | None:
        """Tell the search the verdict on its last question, and begin with the next one."""
        self._sum_up()
        if self._allowance.over:
            self._search.close()
            return None
        try:
            question = next(self._search) if verdict is None else self._search.send(verdict)
        except StopIteration:
            return None
        self._allowance.trials -= 1
        problem = self._posed(question)
        self._fetchers.append(Fetcher(self._source, problem))
        self._trial = _Trial(problem, self._fetchers[-1], self._used, self._allowance)
        return []

    def _posed(self, question: Question) -> PythonProblem:
        """Pose a changed question, with the candidates of packages of which nothing has changed."""
        first, options = self._first.options, question.options
        environment = self._environment
        if any(getattr(options, name) != getattr(first, name) for name in _TARGET):
            environment = environment_of(options)
        problem = pose(question.requirements, question.constraints, options, environment)
        self._changed = None
        if all(getattr(options, name) == getattr(first, name) for name in (*_TARGET, *_POLICY)):
            self._changed = _changed(self._first, question)
            problem.catalog.shelf = self._shelf
            for name, candidates in self._candidates.items():
                if name not in self._changed:
                    problem.catalog.adopt(candidates)
        return problem

    def _sum_up(self) -> None:
        """Keep what the next trials will read in the same way as the last one."""
        if self._trial is None:
            return
        problem = self._trial.problem
        for name in problem.asked():
            if name in problem.catalog.packages and self._changed is not None and name not in self._changed:
                self._candidates.setdefault(name, problem.catalog.packages[name])


_TARGET = ("python_version", "python_platform", "python")
_POLICY = ("prerelease", "exclude_newer", "only_binary", "overrides")
# The options that say what a listing means.


class _Trial:
    """One solver at work on one changed question; it gets a share of what is left."""

    def __init__(
        self, problem: PythonProblem, fetcher: Fetcher, used: dict[str, set[str]], allowance: Allowance
    ) -> None:
        self.problem = problem
        self._fetcher = fetcher
        self._used = used
        self._solver = Solver(problem)
        self._scout: Scout | None = None
        self._counted = 0
        if allowance.trials:
            self._steps = max(allowance.steps // 4, _STEPS)
            self._keys = max(allowance.keys // 2, _KEYS)
        else:  # nothing has to be left for others
            self._steps, self._keys = allowance.steps, allowance.keys

    def advance(self, allowance: Allowance) -> Verdict | list[Key]:
        """Go on; the verdict, or the keys to wait for, of which there may be none."""
        before = self._solver.statistics.steps()
        step = self._solver.advance(_STEPS)
        allowance.steps -= self._solver.statistics.steps() - before
        new = self._count_new()
        allowance.keys -= new
        self._keys -= new
        if self._keys < 0:
            return Verdict()
        if isinstance(step, Solved) and violation(self.problem, step.selected) is not None:
            return Verdict()  # a bug, but not one that this question was asked about
        if not isinstance(step, (Need, Paused)):
            return Verdict(self.problem, step)
        if self._solver.statistics.steps() >= self._steps:
            return Verdict()
        keys = step.keys if isinstance(step, Need) else ()
        wanted = [key for key in keys if isinstance(key, (ListingKey, MetadataKey))]
        return [key for key in wanted if not self._fulfilled(key)]

    def walk_ahead(self) -> None:
        """From now on, fetch what will be wanted next; in an event loop."""
        if self._scout is None:
            self._scout = Scout(self.problem, self._fetcher)
            self._scout.require(self.problem.requirements)

    def _fulfilled(self, key: Key) -> bool:
        if self._scout is not None and isinstance(key, MetadataKey):
            self._scout.asked(key)
        return self._fetcher.now(key)

    def _count_new(self) -> int:
        """Note what was asked for since the last call, and return how much of it nobody had asked for before.

        Whether it was known already makes no difference: arrival decides nothing.
        """
        new = 0
        for name, candidate in self.problem.asked_since(self._counted):
            self._counted += 1
            new += name not in self._used
            files = self._used.setdefault(name, set())
            if candidate is not None:
                filename = self.problem.catalog.standing(name, candidate).filename
                new += filename not in files
                files.add(filename)
        return new


def _changed(first: Question, other: Question) -> set[str]:
    """Return the packages on which the requirements or constraints differ."""
    changed: set[str] = set()
    for before, after in (
        (first.requirements, other.requirements),
        (first.constraints, other.constraints),
    ):
        kept = {id(each) for each in before} & {id(each) for each in after}
        changed |= {each.name for each in (*before, *after) if id(each) not in kept}
    return changed
