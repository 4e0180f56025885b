"""The parts of one resolution, and driving them: the solver, then what is to be found out about its answer.

A ``Run`` goes on until something must be waited for.  ``session`` decides where that is done; from then on
needs are fulfilled concurrently and a ``Scout`` walks ahead of the solver.  Scout and prefetching only decide
*when* something is fetched.  The answer never depends on what has arrived: the solver asks for what it needs
in an order of its own.
"""

from __future__ import annotations

from resolver.budget import Budget, report
from resolver.channels import SILENT
from resolver.errors import InternalError, NoFileAdmitted, NoSolution, NothingBuilt
from resolver.formats.answer import Answer, Progress, Statistics
from resolver.posing import pose
from resolver.problem import ListingKey, MetadataKey, Referenced
from resolver.selection import notes, pins, remarks, roots
from resolver.shelf import open_shelf
from resolver.solver.engine import Need, Paused, Solved, Solver, SolverError, Unsolvable
from resolver.sources import OpenSource, environment_of
from resolver.verification import verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from resolver.channels import Channels
    from resolver.formats.answer import Fix
    from resolver.formats.reasons import Reasons
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement
    from resolver.options import Options
    from resolver.problem import PythonProblem
    from resolver.scout import Fetcher, Scout
    from resolver.shelf import OfferShelf
    from resolver.watching import Watch
    from resolver.whatif.changes import Question
    from resolver.whatif.fewest import Fewest
    from resolver.whatif.fixes import Search, Verdict
    from resolver.whatif.trials import Allowance, Trials
    from resolver.whatif.why import Inquiry

    Key = ListingKey | MetadataKey
    Finished = Solved | Unsolvable
    Step = Solved | Unsolvable | Need | Paused

__all__ = ["Run"]

#: Solver steps between two looks at the clock: some milliseconds of work.
_STEPS = 2_000

#: What the search for fixes may cost: as much as the search for a solution, or this where that is more.
_FIX_STEPS, _FIX_SECONDS = 100_000, 5.0

_NO_LIMIT = 10**9


def _watch_of(channels: Channels) -> Watch | None:
    """Return who tells of each step, where somebody listens."""
    if channels.emit is None:
        return None
    from resolver.watching import Watch  # noqa: PLC0415  # lazy: seldom wanted

    return Watch(channels.emit)


class Run:
    """The parts of one resolution and how far it is."""

    def __init__(  # noqa: PLR0913  # what is asked, where, and who hears of it
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        options: Options,
        opened: OpenSource,
        *,
        channels: Channels = SILENT,
        about: str | None = None,
        remembering: bool = True,
        posed: PythonProblem | None = None,
    ) -> None:
        """Make the parts; a problem that was ``posed`` already knows where offers are kept."""
        self._about = about
        self._budget = Budget(options, channels.cancelled)
        self._watch = _watch_of(channels)
        self._progress = channels.progress
        self._looked = ""
        self._show = None if channels.began is None else lambda: self._tell(self._pending, self._looked)
        self._asked = (requirements, constraints, options)
        self.problem = posed or pose(requirements, constraints, options, environment_of(options))
        if channels.reject is not None:
            from resolver.vetting import Vetting  # noqa: PLC0415  # lazy: rarely wanted

            self.problem.vetting = Vetting(channels.reject)
        self.opened = opened
        self._references: dict[str, Reference] = {}
        self._used_before: list[dict[str, set[str]]] = []
        self._former: list[Fetcher | Trials] = []
        self._shelf: OfferShelf | None = None
        if posed is None:
            self._put_on_shelf(remembering=remembering)
        self._fetching: Fetcher | None = None
        self._scout: Scout | None = None
        self._solver = Solver(self.problem)
        self._waiting: list[Key] = []
        self._found: Finished | None = None
        self._search: Search | None = None
        self._inquiry: Inquiry | None = None
        self._fewest: Fewest | None = None
        self._trials: Trials | None = None

    def _put_on_shelf(self, *, remembering: bool) -> None:
        """Say where offers are kept, and check what only needs the question."""
        catalog = self.problem.catalog
        if remembering:
            self._shelf = open_shelf(self.opened, catalog.environment, catalog.rules, self._asked[2])
        catalog.shelf = self._shelf
        if catalog.rules.digests is not None:
            from resolver.hashing import check_requirements  # noqa: PLC0415  # lazy: most have none

            check_requirements(self.problem)

    def until_waiting(self) -> Finished | list[Key]:
        """Go on until the end, or until something must be waited for: the keys of that."""
        while True:
            step = self._step()
            if step:
                return step

    async def until_waiting_beside_others(self) -> Finished | list[Key]:
        """Do ``until_waiting`` in an event loop in which others wait for their turn."""
        import asyncio  # noqa: PLC0415  # loaded by now

        while True:
            step = self._step()
            if step:
                return step
            await asyncio.sleep(0)

    async def finish(self, waiting: list[Key]) -> Finished:
        """Go on to the end, waiting where that is needed; a deadline ends it too."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        try:
            while True:
                if self._trials is None and self._scout is None:
                    self._walk_ahead()
                await self._wait(waiting)
                step: Finished | list[Key] = []
                while not step:
                    step = self._step()
                    await asyncio.sleep(0)
                if not isinstance(step, list):
                    return step
                waiting = step
        finally:
            for fetcher in (*self._former, self._fetcher):
                await fetcher.cancel()
            if self._trials is not None:
                await self._trials.cancel()

    def _walk_ahead(self) -> None:
        """Send a scout, and ask for all at once that was needed when what is known was still fresh."""
        from resolver.foresight import foreseen  # noqa: PLC0415  # lazy: start-up time
        from resolver.scout import Scout  # noqa: PLC0415  # the same

        self._scout = Scout(self.problem, self._fetcher)
        self._scout.require(self.problem.requirements)

        for name in foreseen(self.problem) if self.problem.catalog.shelf is not None else ():
            self._fetcher.start(ListingKey(name))

    async def _wait(self, keys: list[Key]) -> None:
        """Wait until one of ``keys`` fails or all are there, or time is up."""
        if self._trials is None:
            tasks = [self._fetcher.demand(key) for key in keys]
            left = self._budget.seconds
        else:
            tasks = await self._trials.start(keys)
            left = self._trials.seconds
        await self._budget.wait(tasks, left, self._show)

    async def finish_and_close(self, waiting: list[Key]) -> Finished:
        """Do ``finish`` and let go of connections, in the same event loop."""
        try:
            return await self.finish(waiting)
        finally:
            await self.opened.source.close()

    def answer(self, found: Finished) -> Answer:
        """Make the answer of the solver's; raises ``NoSolution`` with the proof if there is none."""
        if isinstance(found, Unsolvable):
            from resolver.explanation.telling import explain  # noqa: PLC0415  # lazy: most runs succeed

            explained = explain(self.problem, found.clause)
            raise self._kind()(
                explained.text,
                derivation=explained.tree,
                hints=explained.hints,
                fixes=self.fixes,
                statistics=self._statistics(),
            )
        verify(self.problem, found.selected)
        catalog = self.problem.catalog
        pinned = pins(self.problem, found.selected)
        if catalog.rules.digests is not None:
            from resolver.hashing import check_pins  # noqa: PLC0415  # lazy: most have none

            check_pins(self.problem, pinned)
        return Answer(
            pinned,
            catalog.environment.variables,
            self._statistics(),
            [*remarks(self.problem, found.selected), *self._doubts()],
            fixed=self.problem.catalog.rules.fixed,
            left_out=self.problem.left_out,
            roots=roots(self.problem),
            notes=[*notes(self.problem, found.selected), *self._proofs()],
        )

    def _kind(self) -> type[NoSolution]:
        """Return which error it is that there is no solution."""
        if self.problem.catalog.rules.digests is not None:
            from resolver.hashing import admits_nothing  # noqa: PLC0415  # lazy: most have none

            if admits_nothing(self.problem):
                return NoFileAdmitted
        return NothingBuilt if self.problem.nothing_was_built() else NoSolution

    def _doubts(self) -> list[str]:
        """Return what is to be said where it was not found out how little could change."""
        if self._fewest is None or self._fewest.is_proven:
            return []
        said = "it was not found out within the limits which answer changes the fewest versions of before"
        return [f"{said}: this one keeps what could be kept when its turn came"]

    def _proofs(self) -> list[str]:
        """Return why no other answer changes fewer versions of before."""
        return self._fewest.notes() if self._fewest is not None and self._fewest.is_proven else []

    def reasons(self, found: Finished) -> Reasons:
        """Make what is told of the package that the run is about; raises as ``answer`` does."""
        answer = self.answer(found)
        assert self._inquiry is not None
        return self._inquiry.reasons(answer)

    @property
    def _fetcher(self) -> Fetcher:
        """Return who brings what is wanted into the catalog, made when something is."""
        if self._fetching is None:
            from resolver.scout import Fetcher  # noqa: PLC0415  # lazy: start-up time

            opened, references = self.opened, self.problem.catalog.rules.references
            self._fetching = Fetcher(opened.about(references), self.problem, opened.builds, opened.about)
        return self._fetching

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Return the fixes found so far."""
        return () if self._search is None else self._search.fixes()

    def used(self) -> dict[str, set[str]]:
        """Return the packages and files that the answer rests on, fixes included."""
        found = self.problem.used() if self._trials is None else self._trials.used()
        for before in self._used_before:
            for name, files in before.items():
                found.setdefault(name, set()).update(files)
        for name in self.problem.catalog.rules.fixed:
            found.pop(name, None)
        return found

    def remember(self) -> None:
        """Keep for later resolutions what was worked out about packages."""
        if self._shelf is not None:
            self._shelf.save()

    def look_again_by(
        self, read: Callable[[str], Listing], read_metadata: Callable[[str, DistFile], Metadata]
    ) -> None:
        """Have read what somebody looks at after the end, when the cache has it no more."""
        if self._shelf is not None:
            self._shelf.again = read
            self._shelf.again_metadata = read_metadata

    def note_state(self, stop: BaseException) -> None:
        """Have ``stop``, which ends the resolution wherever it is, say how far that was."""
        if self._search is not None:
            said = (
                "while looking for changes that would help; there is no solution: --no-fixes says why at once"
            )
            stop.add_note(said)
        elif self.problem.catalog.packages:
            stop.add_note(report(self.problem, self._solver, self._waiting))

    def _step(self) -> Finished | list[Key]:
        """Advance the solver once: its answer, the keys to wait for, or an empty list: call again."""
        if self._trials is not None:
            self._budget.check_wanted()
            return self._try_on()
        solver = self._solver
        self._budget.check(self.problem, solver, self._waiting)
        try:
            steps = self._budget.steps(solver.statistics.steps(), _STEPS)
            watch = self._watch
            step = solver.advance(steps) if watch is None else watch.advance(self.problem, solver, steps)
        except Referenced as found:
            self._begin_again(found)
            return []
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
        return [] if self._begin_trials(step) else step

    def _begin_again(self, found: Referenced) -> None:
        """Begin anew, now that it is known where a package comes from; what was fetched is remembered."""
        former = self.problem
        self._used_before.append(former.used())
        self._references[found.package] = found.reference
        self.problem = pose(*self._asked, former.catalog.environment, self._references)
        self.problem.vetting = former.vetting
        self.problem.catalog.shelf = former.catalog.shelf
        self._solver = Solver(self.problem)
        if self._fetching is not None:
            self._former.append(self._fetching)
        self._fetching = self._scout = None

    def _begin_trials(self, found: Finished) -> bool:
        """Begin to try changed questions, if something is to be found out by that; ``_step`` goes on."""
        question, options = self._question, self._asked[2]
        is_keeping = options.minimal and self._about is None
        if isinstance(found, Unsolvable):
            # What another version would take for hashes, nobody has said.
            if options.no_fixes or self._requires_hashes:
                return False
            from resolver.whatif.fixes import Search  # noqa: PLC0415  # lazy: start-up time

            self._search = Search(question(), self.problem, found.clause)
            self._try(found, self._search.trials(), self._search)
        elif is_keeping and self.problem.catalog.rules.preferences is not None:
            from resolver.whatif.fewest import Fewest  # noqa: PLC0415  # lazy: rarely wanted

            self._fewest = Fewest(question(), self.problem, found)
            self._try(found, self._fewest.trials())
        elif self._about is not None:
            from resolver.whatif.why import Inquiry  # noqa: PLC0415  # lazy: start-up time

            self._inquiry = Inquiry(self._about, question(), self.problem, found.selected)
            self._try(found, self._inquiry.trials())
        else:
            return False
        return True

    def _question(self) -> Question:
        from resolver.whatif.changes import Question  # noqa: PLC0415  # lazy: start-up time

        return Question(*self._asked)

    def _try(
        self, found: Finished, trials: Generator[Question, Verdict, None], search: Search | None = None
    ) -> None:
        """Have ``_step`` drive ``trials``; ``search`` is who asks for them to find fixes."""
        from resolver.whatif.trials import Trials  # noqa: PLC0415  # lazy: start-up time

        self._found = found
        self._trials = Trials(
            trials,
            self._question(),
            self.problem,
            None if self._inquiry is not None else self._solver,
            self._fetcher,
            allowance=self._allowance(fixing=search is not None),
            foreseen=tuple if search is None else search.foreseen,
        )

    def _kept(self, trials: Trials) -> Finished:
        """Return what was found by the search for the fewest changes."""
        assert self._fewest is not None
        if self._fewest.is_proven:
            self._used_before.append(trials.used())
            self.problem, self._found = self._fewest.best
        self._former.append(trials)
        self._trials = None
        assert self._found is not None
        return self._found

    @property
    def _requires_hashes(self) -> bool:
        digests = self.problem.catalog.rules.digests
        return digests is not None and digests.required

    def _allowance(self, *, fixing: bool) -> Allowance:
        """Return what trials may cost: those for fixes a share, the one that is asked for what is left."""
        from resolver.whatif.trials import Allowance  # noqa: PLC0415  # lazy: start-up time

        done = self._solver.statistics.steps()
        left = self._budget.seconds
        if fixing:
            seconds = max(_FIX_SECONDS, self._budget.spent)
            return Allowance(
                steps=max(_FIX_STEPS, done),
                seconds=seconds if left is None else min(seconds, left),
                requests=lambda: self.opened.requests,
            )
        return Allowance(
            steps=self._budget.steps(done, _NO_LIMIT),
            seconds=_NO_LIMIT if left is None else left,
            requests=lambda: self.opened.requests,
            trials=1 if self._inquiry is not None else _NO_LIMIT,
            keys=_NO_LIMIT,
            most_requests=_NO_LIMIT,
        )

    def _try_on(self) -> Finished | list[Key]:
        trials = self._trials
        assert trials is not None
        assert self._found is not None
        step = trials.step()
        tried = "a newer version" if self._inquiry else "to change less" if self._fewest else "changes"
        self._tell(trials.pending, f"trying {tried}")
        if step is None and self._fewest is not None:
            return self._kept(trials)
        return self._found if step is None else step

    def _fulfilled(self, key: Key) -> bool:
        if self._scout is not None and isinstance(key, MetadataKey):
            self._scout.asked(key)
        return self._fetcher.now(key)

    @property
    def _pending(self) -> int:
        if self._trials is not None:
            return self._trials.pending
        return 0 if self._fetching is None else self._fetching.pending

    def _report(self, step: Step) -> None:
        self._tell(self._pending, _keys(step)[0].name if isinstance(step, Need) else "")

    def _tell(self, pending: int, package: str) -> None:
        self._looked = package
        if self._progress is not None:
            packages = len(self.problem.catalog.packages)
            self._progress(Progress(packages, pending, self._solver.statistics.decisions, package))

    def _statistics(self) -> Statistics:
        count = self._solver.statistics
        return Statistics(
            decisions=count.decisions,
            conflicts=count.conflicts,
            candidates=count.tried,
            requests=self.opened.requests,
            bytes=self.opened.bytes,
            seconds=self._budget.spent,
            wasted=0 if self._fetching is None else self._fetching.wasted(self.problem.asked()),
        )


def _keys(need: Need) -> list[Key]:
    """Return the keys of ``need``, which are all made by ``PythonProblem``."""
    return [key for key in need.keys if isinstance(key, (ListingKey, MetadataKey))]
