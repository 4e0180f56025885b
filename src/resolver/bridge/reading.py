"""Reading an index while the caller waits: a posed problem, and how what it lacks is come by.

A ``Reading`` answers at once from what is known, from a recording or from fresh cache entries.  What must be
waited for is fetched in the ``Waiter``'s loop, all that is lacking at the same time, with a ``Scout`` ahead
as in ``session``.  How a resolver sees it is in ``index_provider``.
"""

from __future__ import annotations

from resolver.bridge.index_values import Candidate, Dependency
from resolver.errors import LimitReached
from resolver.model.requirement import Requirement
from resolver.policy import DirectReference, Reason
from resolver.problem import ListingKey, MetadataKey, Referenced
from resolver.scout import Fetcher, Scout
from resolver.solver.engine import Facts, Need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.bridge.waiting import Waiter
    from resolver.budget import Budget
    from resolver.catalog import Candidates
    from resolver.index.source import Builds, Source
    from resolver.problem import PythonProblem

__all__ = ["Reading"]


class Reading:
    """What there is in the index for one ``problem``.

    ``made`` are the candidates that were given out before.  ``goes_ahead`` says that all requirements of the
    user's are known, so that a scout may follow them.  With ``follows`` a ``Referenced`` is raised as it is.
    """

    def __init__(  # noqa: PLR0913  # what is asked, where, and how
        self,
        problem: PythonProblem,
        source: Source,
        *,
        waiter: Waiter,
        budget: Budget,
        made: dict[tuple[str, int], Candidate],
        builds: Builds | None = None,
        follows: bool = False,
    ) -> None:
        self.problem = problem
        self.goes_ahead = False
        self._waiter = waiter
        self.budget = budget
        self._fetcher = Fetcher(source, problem, builds)
        self._scout: Scout | None = None
        self._noted: list[MetadataKey] = []
        self._made = made
        self._follows = follows
        self._dependencies: dict[tuple[str, int], tuple[Dependency, ...] | Reason] = {}

    @property
    def tried(self) -> int:
        """Return how many candidates were asked for what they require."""
        return len(self._dependencies)

    def stop(self) -> None:
        """Let nothing more be fetched ahead; what is under way may arrive."""
        self._fetcher.stopped = True

    def candidates(self, name: str) -> Candidates:
        """Return the candidates of package ``name``."""
        packages = self.problem.catalog.packages
        if name not in packages:
            self.problem.names.intern(name)
        while name not in packages:
            self.check()
            self.fulfil([ListingKey(name)])
        return packages[name]

    def candidate(self, identifier: str, number: int) -> Candidate:
        """Return candidate ``number`` of ``identifier``: always the same object."""
        found = self._made.get((identifier, number))
        if found is None:
            text = self.candidates(identifier.partition("[")[0]).texts[number]
            found = self._made[identifier, number] = Candidate(identifier, number, text)
        return found

    def pins(self, candidate: Candidate) -> tuple[Dependency, ...]:
        """Return what ``candidate`` requires of its own package: with an extra, that it is selected too."""
        if not candidate.extras:
            return ()
        name, number = candidate.name, candidate.number
        text = self.candidates(name).texts[number]
        several = len(candidate.extras) > 1
        others = [f"{name}[{extra}]" for extra in candidate.extras] if several else [name]
        return tuple(Dependency.on_version(other, number, text) for other in others)

    def dependencies(self, candidate: Candidate) -> tuple[Dependency, ...] | Reason:
        """Return what ``candidate`` requires of others, or why it cannot be used: always the same objects."""
        key = (candidate.identifier, candidate.number)
        found = self._dependencies.get(key)
        if found is None:
            found = self._dependencies[key] = self._read(candidate)
        return found

    def roots(self) -> list[Dependency]:
        """Return what the user requires; the listings of all of it are fetched together."""
        return self._stated(self._facts())

    def fulfil(self, keys: Iterable[object]) -> None:
        """Wait until all that ``keys`` ask for is known, or time is up.  Raises as the source does."""
        wanted = [key for key in keys if isinstance(key, (ListingKey, MetadataKey))]
        self._noted += [key for key in wanted if isinstance(key, MetadataKey)]
        lacking = [key for key in wanted if not self._fetcher.now(key)]
        if lacking:
            self._waiter.wait(lambda: self._fetched(lacking))

    def check(self) -> None:
        """Raise ``Cancelled`` or ``LimitReached``; a step is a candidate that was looked at."""
        self.budget.check_wanted()
        found = self.budget.exceeded(self.tried)
        if found is not None:
            option, limit = found
            raise LimitReached(
                f"no answer within {limit} ({option}), after {self.tried:,} candidates."
                " This says nothing about whether there is one",
                option=option,
            )

    # -- private -------------------------------------------------------------------------------------------

    def _read(self, candidate: Candidate) -> tuple[Dependency, ...] | Reason:
        candidates = self.candidates(candidate.name)
        reason = candidates.reason(candidate.number)
        if reason is not None:
            return reason
        if len(candidate.extras) > 1:
            return ()
        facts = self._facts(self.problem.names.intern(candidate.identifier), candidate.number)
        if isinstance(facts.rejected, Reason):
            return facts.rejected
        return tuple(self._stated(facts))

    def _facts(self, package: int | None = None, number: int = 0) -> Facts:
        """Return the facts of a candidate, or without ``package`` those of the root."""
        problem = self.problem
        while True:
            try:
                facts = problem.root() if package is None else problem.dependencies(package, number)
            except Referenced as found:
                if self._follows:
                    raise
                said = f"{found.package} @ {found.reference.said}"
                return Facts((), rejected=DirectReference(said, found.package))
            if not isinstance(facts, Need):
                return facts
            self.check()
            self.fulfil(facts.keys)

    def _stated(self, facts: Facts) -> list[Dependency]:
        name = self.problem.names.name
        return [
            Dependency.of(name(package), allowed >> 1, requirement)
            for package, allowed, requirement in facts.dependencies
            if isinstance(requirement, Requirement)
        ]

    async def _fetched(self, lacking: Sequence[ListingKey | MetadataKey]) -> None:
        """Return when ``lacking`` is in the catalog, one of it cannot be had, or time is up."""
        if self.goes_ahead and self._scout is None:
            self._scout = Scout(self.problem, self._fetcher)
            self._scout.require(self.problem.requirements)
        if self._scout is not None:
            for noted in self._noted:
                self._scout.asked(noted)
            self._noted.clear()
        tasks = [self._fetcher.demand(key) for key in lacking]
        await self.budget.wait(tasks, self.budget.seconds)
        for key in lacking:
            self._fetcher.now(key)
