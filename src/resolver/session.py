"""One resolution from requirements to answer: all the waiting is here.

``solve`` drives the solver.  As long as memory, a recording or fresh cache entries can answer what it needs,
no event loop exists and neither asyncio nor aiohttp is imported.  At the first answer to be waited for, the
rest of the resolution moves into an event loop, where needs are fulfilled concurrently and a ``Scout``
walks ahead of the solver.  What callers use, and the choice of another engine, is in ``engines``.

Scout and prefetching only decide *when* something is fetched.  The answer never depends on what has arrived:
the solver asks for what it needs in an order of its own.
"""

from __future__ import annotations

from resolver.budget import Budget, report
from resolver.errors import InternalError, NoSolution
from resolver.formats.answer import Answer, Progress, Statistics
from resolver.posing import pose
from resolver.problem import ListingKey, MetadataKey
from resolver.scout import Fetcher, Scout
from resolver.selection import missing_extras, pins
from resolver.solver.engine import Need, Paused, Solved, Solver, SolverError, Unsolvable
from resolver.sources import OpenSource, environment_of, open_source
from resolver.verification import verify
from resolver.wording import explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.fixes import Search
    from resolver.formats.answer import Fix
    from resolver.index.source import Source
    from resolver.model.requirement import Requirement
    from resolver.options import Options
    from resolver.trials import Trials

__all__ = ["solve", "solve_async"]

#: Solver steps between two looks at the clock: some milliseconds of work.
_STEPS = 2_000

#: What the search for fixes may cost: as much as the search for a solution, or this where that is more.
_FIX_STEPS, _FIX_SECONDS = 100_000, 2.0


def solve(  # noqa: PLR0913  # one parameter a channel
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    *,
    source: Source | None = None,
    progress: Callable[[Progress], None] | None = None,
    warn: Callable[[str], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Answer:
    """Return the answer to ``requirements``.

    Listings and metadata come from ``source`` where it is given, else from where ``options`` say.
    ``progress`` is called often and must be cheap; ``warn`` gets sentences about what did not stop the work,
    ``note`` what those want to know who ask.  ``options.constraints`` is not read: constraints come parsed,
    with their origins.
    """
    if source is None:
        opened = open_source(options, asked=_asked(requirements, constraints), warn=warn, note=note)
    else:
        opened = OpenSource(source)
    run = _Run(requirements, constraints, options, opened, progress=progress)
    try:
        waiting = run.until_waiting()
        found = _in_event_loop(run, waiting) if isinstance(waiting, list) else waiting
    except (KeyboardInterrupt, SystemExit) as stop:
        run.note_state(stop)
        raise
    run.opened.save(run.used())
    return run.answer(found)


async def solve_async(
    requirements: Sequence[Requirement], constraints: Sequence[Requirement], options: Options
) -> Answer:
    """Do what ``solve`` does, in the running event loop."""
    opened = open_source(options, asked=_asked(requirements, constraints))
    run = _Run(requirements, constraints, options, opened)
    try:
        waiting = run.until_waiting()
        found = await run.finish(waiting) if isinstance(waiting, list) else waiting
        opened.save(run.used())
        return run.answer(found)
    finally:
        await opened.source.close()


def _asked(requirements: Sequence[Requirement], constraints: Sequence[Requirement]) -> list[str]:
    """Return the lines that tell what a recording is of."""
    return [*(each.text for each in requirements), *(f"constraint {each.text}" for each in constraints)]


def _in_event_loop(run: _Run, waiting: list[_Key]) -> _Finished:
    """Finish ``run``, in a thread of its own where this one has an event loop already."""
    import asyncio  # noqa: PLC0415  # lazy: start-up time

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run.finish_and_close(waiting))
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # lazy: rarely wanted

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(lambda: asyncio.run(run.finish_and_close(waiting))).result()


class _Run:
    """The parts of one resolution and how far it is."""

    def __init__(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        options: Options,
        opened: OpenSource,
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._budget = Budget(options)
        self._progress = progress
        self._asked = (requirements, constraints, options)
        self.problem = pose(requirements, constraints, options, environment_of(options))
        self.opened = opened
        self._fetcher = Fetcher(self.opened.source, self.problem)
        self._scout: Scout | None = None
        self._solver = Solver(self.problem)
        self._waiting: list[_Key] = []
        self._found: Unsolvable | None = None
        self._search: Search | None = None
        self._trials: Trials | None = None

    def until_waiting(self) -> _Finished | list[_Key]:
        """Go on until the end, or until something must be waited for: the keys of that."""
        while True:
            step = self._step()
            if step:
                return step

    async def finish(self, waiting: list[_Key]) -> _Finished:
        """Go on to the end, waiting where that is needed; a deadline ends it too."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        if self._trials is None:
            self._scout = Scout(self.problem, self._fetcher)
            self._scout.require(self.problem.requirements)
        try:
            while True:
                await self._wait(waiting)
                step: _Finished | list[_Key] = []
                while not step:
                    step = self._step()
                    await asyncio.sleep(0)
                if not isinstance(step, list):
                    return step
                waiting = step
        finally:
            await self._fetcher.cancel()
            if self._trials is not None:
                await self._trials.cancel()

    async def _wait(self, keys: list[_Key]) -> None:
        """Wait until one of ``keys`` fails or all are there, or time is up."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        if self._trials is None:
            tasks = [self._fetcher.start(key) for key in keys]
            left = self._budget.seconds
        else:
            tasks = await self._trials.start(keys)
            left = self._trials.seconds
        await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_EXCEPTION)

    async def finish_and_close(self, waiting: list[_Key]) -> _Finished:
        """Do ``finish`` and let go of connections, in the same event loop."""
        try:
            return await self.finish(waiting)
        finally:
            await self.opened.source.close()

    def answer(self, found: _Finished) -> Answer:
        """Make the answer of the solver's; raises ``NoSolution`` with the proof if there is none."""
        if isinstance(found, Unsolvable):
            explained = explain(self.problem, found.clause)
            raise NoSolution(
                explained.text,
                derivation=explained.tree,
                hints=explained.hints,
                fixes=self.fixes,
                statistics=self._statistics(),
            )
        verify(self.problem, found.selected)
        catalog = self.problem.catalog
        return Answer(
            pins(self.problem, found.selected),
            catalog.environment.variables,
            self._statistics(),
            missing_extras(self.problem, found.selected),
        )

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Return the fixes found so far."""
        return () if self._search is None else self._search.fixes()

    def used(self) -> dict[str, set[str]]:
        """Return the packages and files that the answer rests on, fixes included."""
        return self.problem.used() if self._trials is None else self._trials.used()

    def note_state(self, stop: BaseException) -> None:
        """Have ``stop``, which ends the resolution wherever it is, say how far that was."""
        if self._search is not None:
            stop.add_note("while looking for changes that would help: there is no solution as it is")
        elif self.problem.catalog.packages:
            stop.add_note(report(self.problem, self._solver, self._waiting))

    def _step(self) -> _Finished | list[_Key]:
        """Advance the solver once: its answer, the keys to wait for, or an empty list: call again."""
        if self._trials is not None:
            return self._try_on()
        solver = self._solver
        self._budget.check(self.problem, solver, self._waiting)
        try:
            step = solver.advance(self._budget.steps(solver.statistics.steps(), _STEPS))
        except SolverError as error:
            raise InternalError(
                f"this is a bug in resolver: {error}. Please report it; it says nothing about your input"
            ) from error
        self._report(step)
        if isinstance(step, Paused):
            self._waiting = []
            return []
        if isinstance(step, Need):
            self._waiting = [key for key in _keys(step) if not self._fulfilled(key)]
            return self._waiting
        if isinstance(step, Unsolvable) and not self._asked[2].no_fixes:
            self._look_for_fixes(step)
            return []
        return step

    def _look_for_fixes(self, found: Unsolvable) -> None:
        """Begin to try changed questions; ``_step`` goes on with it."""
        from resolver.changes import Question  # noqa: PLC0415  # lazy: start-up time
        from resolver.fixes import Search  # noqa: PLC0415  # the same
        from resolver.trials import Allowance, Trials  # noqa: PLC0415  # the same

        question = Question(*self._asked)
        self._found = found
        self._search = Search(question, self.problem, found.clause)
        seconds = max(_FIX_SECONDS, self._budget.spent)
        if self._budget.seconds is not None:
            seconds = min(seconds, self._budget.seconds)
        allowance = Allowance(
            steps=max(_FIX_STEPS, self._solver.statistics.steps()),
            seconds=seconds,
            requests=lambda: self.opened.requests,
        )
        self._trials = Trials(
            self._search.trials(),
            question,
            self.problem,
            self._fetcher,
            source=self.opened.source,
            allowance=allowance,
        )

    def _try_on(self) -> _Finished | list[_Key]:
        assert self._trials is not None
        assert self._found is not None
        step = self._trials.step()
        return self._found if step is None else step

    def _fulfilled(self, key: _Key) -> bool:
        if self._scout is not None and isinstance(key, MetadataKey):
            self._scout.asked(key)
        return self._fetcher.now(key)

    def _report(self, step: _Step) -> None:
        if self._progress is None:
            return
        package = _keys(step)[0].name if isinstance(step, Need) else ""
        self._progress(
            Progress(
                len(self.problem.catalog.packages),
                self._fetcher.pending,
                self._solver.statistics.decisions,
                package,
            )
        )

    def _statistics(self) -> Statistics:
        count = self._solver.statistics
        return Statistics(
            decisions=count.decisions,
            conflicts=count.conflicts,
            candidates=count.tried,
            requests=self.opened.requests,
            bytes=self.opened.bytes,
            seconds=self._budget.spent,
        )


if TYPE_CHECKING:
    _Key = ListingKey | MetadataKey
    _Finished = Solved | Unsolvable
    _Step = Solved | Unsolvable | Need | Paused


def _keys(need: Need) -> list[_Key]:
    """Return the keys of ``need``, which are all made by ``PythonProblem``."""
    return [key for key in need.keys if isinstance(key, (ListingKey, MetadataKey))]
