"""Solving changed questions, one after the other, with what the first resolution has in memory.

A trial poses its question like any other and is solved by a solver of its own; but what was found out before
is not found out again (``memory``), and nothing is fetched twice.  ``fixes`` and ``why`` say what to try;
``session`` does the waiting.

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
from resolver.problem import ListingKey, MetadataKey, Referenced
from resolver.scout import Scout
from resolver.shelf import Forgotten
from resolver.solver.engine import Need, Paused, Solver
from resolver.sources import environment_of
from resolver.whatif.fixes import Verdict
from resolver.whatif.memory import Asking, Enough, Known, Memory, Sought

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterable, Sequence

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.problem import PythonProblem
    from resolver.scout import Fetcher
    from resolver.whatif.changes import Question
    from resolver.whatif.likely import Likely

    Key = ListingKey | MetadataKey

__all__ = ["Allowance", "Trials"]

_STEPS, _KEYS = 2_000, 10
# Each trial gets so much in any case; steps are also what is done between two looks at the clock.

_REQUESTS = 400
# More are not sent for trials; in a recording or a cache more may be looked up.

_UNKNOWN = (Enough, Referenced, IndexUnavailable, SecurityRefusal, MetadataInvalid, BuildRefused, InputError)
# What may keep a trial from an answer, and is no reason to keep back the answer that is there.


class Allowance:
    """What trials may cost in all; counted down.  ``requests`` says how many were sent so far."""

    __slots__ = ("_ends", "_most_requests", "_requests", "keys", "steps", "trials")

    def __init__(  # noqa: PLR0913  # each is a limit
        self,
        *,
        steps: int,
        seconds: float,
        requests: Callable[[], int],
        trials: int = 100,
        keys: int = 1000,
        most_requests: int = _REQUESTS,
    ) -> None:
        self.trials = trials
        self.steps = steps
        self.keys = keys
        self._requests = requests
        self._most_requests = requests() + min(keys, most_requests)
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
    for it, ``solver`` what tried to solve it, if others are to profit from that.  ``foreseen`` returns what
    will probably be needed.
    """

    def __init__(  # noqa: PLR0913  # what the first resolution leaves behind
        self,
        search: Generator[Question, Verdict, None],
        first: Question,
        problem: PythonProblem,
        solver: Solver | None,
        fetcher: Fetcher,
        *,
        allowance: Allowance,
        foreseen: Callable[[], Iterable[Likely]] = tuple,
    ) -> None:
        self._search = search
        self._first = first
        self._environment = problem.catalog.environment
        self._memory = Memory(problem, solver)
        self._first_fetcher = fetcher
        self._allowance = allowance
        self._trial: _Trial | None = None
        self._fetchers = [fetcher]
        self._problem = problem
        self._foreseen = foreseen
        self._ahead: Fetcher | None = None

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
        address = self._problem.catalog.rules.address
        return {address(name): files for name, files in self._memory.used().items()}

    async def start(self, keys: Sequence[Key]) -> list[asyncio.Task[Listing | Metadata]]:
        """Have the ``keys`` fetched that the last step wants, with what will be wanted next.

        What was under way for others is stopped.
        """
        assert self._trial is not None
        await self._cancel(self._fetchers[:-1])
        del self._fetchers[:-1]
        self._trial.walk_ahead(keys, self._look_ahead())
        return [self._fetchers[-1].start(key) for key in keys]

    def _look_ahead(self) -> Fetcher:
        """Return who fetches for several trials, the first time for all what they will probably need."""
        if self._ahead is not None:
            return self._ahead
        self._ahead = self._first_fetcher.for_trial(self._problem)
        for each in self._foreseen():
            for candidate in each.candidates:
                if self._problem.catalog.required(each.name, candidate, "") is None:
                    self._ahead.start(self._problem.metadata_key(each.name, candidate))
            Scout(self._problem, self._ahead).require(each.requirements)
        return self._ahead

    async def cancel(self) -> None:
        """Stop what is under way."""
        await self._cancel(self._fetchers)
        if self._ahead is not None:
            await self._ahead.cancel()

    async def _cancel(self, fetchers: Sequence[Fetcher]) -> None:
        for fetcher in fetchers:
            await fetcher.cancel()

    def step(self) -> list[Key] | None:
        """Go on for some milliseconds: the keys to wait for, none (call again), or None: it is over."""
        if self._trial is None:
            return self._next(None)
        try:
            step = self._trial.advance(self._allowance)
        except Forgotten:
            raise
        except _UNKNOWN:
            step = Verdict()
        if isinstance(step, list):
            return None if self._allowance.over else step
        return self._next(step)

    def _next(self, verdict: Verdict | None) -> list[Key] | None:
        """Tell the search the verdict on its last question, and begin with the next one."""
        if self._trial is not None:
            self._trial.sum_up(self._memory)
        if self._allowance.over:
            self._search.close()
            return None
        try:
            question = next(self._search) if verdict is None else self._search.send(verdict)
        except StopIteration:
            return None
        self._allowance.trials -= 1
        self._trial = self._begun(question)
        return []

    def _begun(self, question: Question) -> _Trial:
        """Begin the trial of a changed question, with what is known of packages of which nothing changed."""
        first, options = self._first.options, question.options
        environment = self._environment
        if any(getattr(options, name) != getattr(first, name) for name in _TARGET):
            environment = environment_of(options)
        problem = pose(
            question.requirements,
            question.constraints,
            options,
            environment,
            self._problem.found,
            keeping=question.held,
        )
        problem.vetting = self._problem.vetting
        self._fetchers.append(self._first_fetcher.for_trial(problem))
        same = all(getattr(options, name) == getattr(first, name) for name in (*_TARGET, *_POLICY))
        return _Trial(
            problem,
            self._fetchers[-1],
            self._memory,
            self._allowance,
            known=self._memory.hand_over(problem) if same else None,
            is_kept=same,
            sought=None if question.sought is None else Sought(*question.sought),
        )


_TARGET = ("python_version", "python_platform", "python", "python_implementation", "abis")
_POLICY = (
    "prerelease",
    "prerelease_packages",
    "exclude_newer",
    "exclude_newer_packages",
    "exclude_newer_indexes",
    "only_binary",
    "no_binary",
    "overrides",
)
# The options that say what a listing means, and what candidates need.


class _Trial:
    """One solver at work on one changed question; it gets a share of what is left.

    ``known`` is what others know of candidates, if that holds for it.  ``is_kept`` says whether what it reads
    of packages is for others too.
    """

    def __init__(  # noqa: PLR0913  # what is asked, where, and what is known
        self,
        problem: PythonProblem,
        fetcher: Fetcher,
        memory: Memory,
        allowance: Allowance,
        *,
        known: Known | None,
        is_kept: bool,
        sought: Sought | None,
    ) -> None:
        self.problem = problem
        self._fetcher = fetcher
        self._sought = sought
        self._is_kept = is_kept
        self._is_akin = known is not None
        if allowance.trials:
            self._steps, most = max(allowance.steps // 4, _STEPS), max(allowance.keys // 2, _KEYS)
        else:  # nothing has to be left for others
            self._steps, most = allowance.steps, allowance.keys
        self._known = memory.apart() if known is None else known
        self._asking = Asking(problem, self._known, most=most, sought=sought)
        self._solver = Solver(
            self._asking,
            lore=None if known is None else memory.lore,
            first=-1 if sought is None else problem.names.intern(sought.name),
        )
        self._scout: Scout | None = None
        self._misses = 0

    def advance(self, allowance: Allowance) -> Verdict | list[Key]:
        """Go on; the verdict, or the keys to wait for, of which there may be none."""
        before, new = self._solver.statistics.steps(), self._asking.new
        try:
            step = self._solver.advance(min(_STEPS, self._steps - before))
        finally:
            allowance.steps -= self._solver.statistics.steps() - before
            allowance.keys -= self._asking.new - new
        if isinstance(step, Paused):
            return [] if self._solver.statistics.steps() < self._steps else Verdict()
        if not isinstance(step, Need):
            return Verdict(self.problem, step, self._left())
        keys = [key for key in step.keys if isinstance(key, (ListingKey, MetadataKey))]
        return [key for key in keys if not self._fulfilled(key)]

    def sum_up(self, memory: Memory) -> None:
        """Leave to others what was found out."""
        if self._is_kept:
            memory.keep(self.problem)
        if self._is_akin:
            self._solver.teach(memory.lore)

    def walk_ahead(self, keys: Sequence[Key], ahead: Fetcher) -> None:
        """Have what will be wanted next fetched while ``keys`` are waited for, and later; in an event loop.

        ``ahead`` fetches what is worth having for other trials too.
        """
        if self._scout is None:
            self._scout = Scout(self.problem, self._fetcher)
            self._scout.require(self.problem.requirements)
        sought = self._sought
        if sought is not None and any(
            isinstance(key, MetadataKey) and key.name == sought.name for key in keys
        ):
            self._fetch_ahead(sought, ahead)

    def _left(self) -> int:
        """Return the candidates of what is sought that nothing rules out, as a mask."""
        if self._sought is None:
            return -1
        return self._solver.left(self.problem.names.intern(self._sought.name)) >> 1

    def _fulfilled(self, key: Key) -> bool:
        is_sought = self._sought is not None and self._sought.name == key.name
        if self._scout is not None and isinstance(key, MetadataKey) and not is_sought:
            self._scout.asked(key)
        return self._fetcher.now(key)

    def _fetch_ahead(self, sought: Sought, ahead: Fetcher) -> None:
        """Fetch what is likely to come next of what is sought."""
        self._misses += 1
        known = self._known.asked.get(sought.name, ())
        for candidate in sought.likely(self._left(), known, self._misses):
            if self.problem.catalog.required(sought.name, candidate, "") is None:
                ahead.start(self.problem.metadata_key(sought.name, candidate))
