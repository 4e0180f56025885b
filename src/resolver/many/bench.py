"""Resolving lines in one process: one stack of sources, one shelf of offers, one event loop at most.

Listings and metadata are fetched and read once for all lines; what is decided, and the numbers of names, on
which the order of decisions depends, belongs to each line alone.  As long as memory and cache can answer,
lines are resolved one after the other and no event loop exists; from the first need that must be waited for,
up to ``Setup.jobs`` lines are under way at a time.
"""

from __future__ import annotations

import time

from resolver.budget import memory
from resolver.channels import Channels
from resolver.errors import NoSolution, ResolverError
from resolver.formats.answer import Statistics
from resolver.many.common import CommonShelf
from resolver.many.lines import Line
from resolver.many.outcomes import FAILED, SOLVED, UNSATISFIABLE, Outcome, Usage
from resolver.model.requirement import Requirement
from resolver.posing import pose
from resolver.run import Run
from resolver.shelf import Forgotten

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from resolver.formats.answer import Answer, Progress
    from resolver.many.lines import Setup
    from resolver.problem import ListingKey, MetadataKey, PythonProblem
    from resolver.sources import OpenSource

__all__ = ["Bench"]

_BUG = 70


class Bench:
    """A place where lines are resolved with ``setup``, over the source that was ``opened`` for it.

    ``progress`` is called often.  All calls come from one thread at a time.
    """

    def __init__(
        self, setup: Setup, opened: OpenSource, progress: Callable[[Progress], None] | None = None
    ) -> None:
        self._setup = setup
        self._newest = setup.options.replace(resolution="highest")
        self._shelf: CommonShelf | None = None
        self._channels = Channels(progress=progress)
        self._used: dict[str, set[str]] = {}
        self.opened = opened

    def work(
        self,
        lines: Iterator[Line],
        done: Callable[[Outcome], None],
        wants: Callable[[Line], bool] = lambda _: True,
    ) -> None:
        """Resolve ``lines`` and give each outcome to ``done`` when it is there.

        What ``wants`` does not want any more is given up.  Connections are closed in the end.
        """
        for line in lines:
            job = _Job(line, self)
            outcome = job.now()
            if outcome is None:
                from resolver import eventloop  # noqa: PLC0415  # lazy: start-up time

                eventloop.run(self._together(job, lines, done, wants))
            else:
                done(outcome)

    def usage(self) -> Usage:
        """Return what the process took so far."""
        return Usage(memory=memory(), requests=self.opened.requests, bytes=self.opened.bytes)

    def save(self) -> None:
        """Write the recording, if one was asked for, and notes for later runs.  Raises ``OutputError``."""
        self.opened.save(lambda: self._used)
        if self._shelf is not None:
            self._shelf.save()

    def forget(self) -> None:
        """Believe no note from now on: one has turned out to be all that is left of a page."""
        assert self._shelf is not None  # or else nothing would have been read of it
        self._shelf.forget()

    def run(self, requirement: Requirement) -> Run:
        """Return the resolution of ``requirement``, not begun."""
        setup, posed = self._setup, self._posed(requirement)
        return Run(
            [requirement], setup.constraints, setup.options, self.opened, channels=self._channels, posed=posed
        )

    def settled(self, requirement: Requirement) -> Requirement | None:
        """Return what a line asks for; None where the listing that says so must be waited for."""
        is_settled = requirement.specifiers.text or requirement.url is not None
        if not self._setup.latest or is_settled or not self._holds(requirement):
            return requirement
        problem = self._posed(requirement, newest=True)
        candidates = problem.catalog.candidates(requirement.name)
        if candidates is None:
            listing = self.opened.source.listing_now(requirement.name)
            if listing is None:
                return None
            candidates = problem.catalog.add_listing(listing)
        if not candidates.usable:
            return requirement
        version = candidates.version(problem.preferred(candidates, candidates.usable))
        extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
        marker = f" ; {requirement.marker}" if requirement.marker else ""
        return Requirement.parse(f"{requirement.name}{extras}=={version}{marker}", requirement.origin)

    def note_used(self, run: Run) -> None:
        """Note what a recording must hold."""
        if self._setup.options.record is not None:
            for name, files in run.used().items():
                self._used.setdefault(name, set()).update(files)

    def _holds(self, requirement: Requirement) -> bool:
        return self._setup.environment.holds(requirement.marker)

    def _posed(self, requirement: Requirement, *, newest: bool = False) -> PythonProblem:
        setup = self._setup
        options = self._newest if newest else setup.options
        problem = pose([requirement], setup.constraints, options, setup.environment)
        if self._shelf is None:
            self._shelf = CommonShelf(self.opened, problem, options)
        problem.catalog.shelf = self._shelf
        return problem

    async def _together(
        self,
        first: _Job,
        lines: Iterator[Line],
        done: Callable[[Outcome], None],
        wants: Callable[[Line], bool],
    ) -> None:
        """Finish ``first`` and work on ``lines``, up to ``jobs`` at a time."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        running = {asyncio.create_task(first.later()): first.line}
        try:
            while True:
                await self._fill(running, lines, done)
                if not running:
                    break
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    del running[task]
                    done(task.result())
                for task in [task for task, line in running.items() if not wants(line)]:
                    del running[task]
                    task.cancel()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await self.opened.source.close()

    async def _fill(
        self,
        running: dict[asyncio.Task[Outcome], Line],
        lines: Iterator[Line],
        done: Callable[[Outcome], None],
    ) -> None:
        """Begin with further lines, and end those for which nothing must be waited."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        while len(running) < self._setup.jobs:
            line = next(lines, None)
            if line is None:
                return
            job = _Job(line, self)
            outcome = job.now()
            if outcome is None:
                running[asyncio.create_task(job.later())] = line
            else:
                done(outcome)
                await asyncio.sleep(0)  # so that what arrives meanwhile is taken in


class _Job:
    """One line on the way to its outcome."""

    __slots__ = ("_bench", "_run", "_started", "_waiting", "line")

    def __init__(self, line: Line, bench: Bench) -> None:
        self.line = line
        self._bench = bench
        self._started = time.perf_counter()
        self._run: Run | None = None
        self._waiting: list[ListingKey | MetadataKey] = []

    def now(self) -> Outcome | None:
        """Return the outcome, or None where something must be waited for."""
        try:
            try:
                return self._advance()
            except Forgotten:
                self._begin_again()
                return self._advance()
        except Exception as error:  # noqa: BLE001  # one line must not end the others
            return self._failure(error)

    async def later(self) -> Outcome:
        """Go on where ``now`` stopped."""
        try:
            try:
                return await self._finish()
            except Forgotten:
                self._begin_again()
                return self._advance() or await self._finish()
        except Exception as error:  # noqa: BLE001  # the same
            return self._failure(error)

    def _advance(self) -> Outcome | None:
        bench = self._bench
        requirement = bench.settled(self.line.requirement)
        if requirement is None:
            return None
        self.line = Line(self.line.number, requirement)
        run = self._run = bench.run(requirement)
        found = run.until_waiting()
        if isinstance(found, list):
            self._waiting = found
            return None
        bench.note_used(run)
        return self._success(run.answer(found))

    def _begin_again(self) -> None:
        self._bench.forget()
        self._run = None

    async def _finish(self) -> Outcome:
        bench = self._bench
        if self._run is None:
            await bench.opened.source.listing(self.line.requirement.name)
            outcome = self._advance()
            if outcome is not None:
                return outcome
        run = self._run
        assert run is not None  # ``_advance`` has made it, now that the listing is known
        found = await run.finish(self._waiting)
        bench.note_used(run)
        return self._success(run.answer(found))

    def _success(self, answer: Answer) -> Outcome:
        return Outcome(
            self.line,
            SOLVED,
            seconds=self._seconds(),
            pins=tuple([(pin.name, pin.version, tuple(sorted(pin.extras))) for pin in answer.pins]),
            warnings=answer.warnings,
            statistics=answer.statistics,
        )

    def _failure(self, error: Exception) -> Outcome:
        if isinstance(error, NoSolution):
            statistics = error.statistics
            return Outcome(
                self.line,
                UNSATISFIABLE,
                exit_code=error.exit_code,
                seconds=self._seconds(),
                said=error.explanation,
                hints=error.hints,
                statistics=statistics if isinstance(statistics, Statistics) else None,
            )
        if isinstance(error, ResolverError):
            code, said = error.exit_code, str(error)
        else:
            code, said = (
                _BUG,
                f"this is a bug in resolver ({type(error).__name__}: {error}). Please report it.",
            )
        return Outcome(self.line, FAILED, exit_code=code, seconds=self._seconds(), said=said)

    def _seconds(self) -> float:
        return time.perf_counter() - self._started
