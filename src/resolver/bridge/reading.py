"""Reading an index while the caller waits: a posed problem, and how what it lacks is come by.

A ``Reading`` answers at once from what is known, from a recording or from fresh cache entries.  What must be
waited for is fetched in the ``Waiter``'s loop, all that is lacking at the same time, with a ``Scout`` ahead
as in ``session``.  How a resolver sees it is in ``index_provider``.
"""

from __future__ import annotations

import time

from resolver.bridge.index_values import Candidate, Dependency
from resolver.errors import LimitReached
from resolver.model.requirement import Requirement
from resolver.policy import Reason
from resolver.problem import ListingKey, MetadataKey
from resolver.scout import Fetcher, Scout
from resolver.solver.engine import Facts, Need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.bridge.waiting import Waiter
    from resolver.catalog import Candidates
    from resolver.index.source import Source
    from resolver.problem import PythonProblem

__all__ = ["Deadline", "Reading"]


class Deadline:
    """So many ``seconds`` from when it is made, or no end where they are None."""

    __slots__ = ("_ends", "_seconds")

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._ends = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Return how many seconds are left; None: any number."""
        return None if self._ends is None else max(0.0, self._ends - time.monotonic())

    def check(self) -> None:
        """Raise ``LimitReached`` if no time is left."""
        if self.left() == 0.0:
            raise LimitReached(
                f"no answer within the deadline of {self._seconds:g} s (--deadline);"
                " this says nothing about the requirements"
            )


class Reading:
    """What there is in the index for one ``problem``.

    ``made`` are the candidates that were given out before.  ``goes_ahead`` says that all requirements of the
    user's are known, so that a scout may follow them.
    """

    def __init__(
        self,
        problem: PythonProblem,
        source: Source,
        *,
        waiter: Waiter,
        deadline: Deadline,
        made: dict[tuple[str, int], Candidate],
    ) -> None:
        self.problem = problem
        self.goes_ahead = False
        self._waiter = waiter
        self._deadline = deadline
        self._fetcher = Fetcher(source, problem)
        self._scout: Scout | None = None
        self._made = made
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
        found = self.problem.catalog.candidates(name)
        if found is None:
            self.problem.names.intern(name)
            self.fulfil([ListingKey(name)])
            found = self.problem.catalog.packages[name]
        return found

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
        """Wait until all that ``keys`` ask for is known.  Raises ``LimitReached``, or as the source does."""
        self._deadline.check()
        wanted = [key for key in keys if isinstance(key, (ListingKey, MetadataKey))]
        lacking = [key for key in wanted if not self._fetcher.now(key)]
        if lacking:
            self._waiter.wait(lambda: self._fetched(lacking))

    # -- private -------------------------------------------------------------------------------------------

    def _read(self, candidate: Candidate) -> tuple[Dependency, ...] | Reason:
        self._deadline.check()
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
            facts = problem.root() if package is None else problem.dependencies(package, number)
            if not isinstance(facts, Need):
                return facts
            self.fulfil(facts.keys)

    def _stated(self, facts: Facts) -> list[Dependency]:
        name = self.problem.names.name
        return [
            Dependency.of(name(package), allowed >> 1, requirement)
            for package, allowed, requirement in facts.dependencies
            if isinstance(requirement, Requirement)
        ]

    async def _fetched(self, lacking: Sequence[ListingKey | MetadataKey]) -> None:
        """Return when ``lacking`` is in the catalog."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        if self.goes_ahead and self._scout is None:
            self._scout = Scout(self.problem, self._fetcher)
            self._scout.require(self.problem.requirements)
        for key in lacking:
            if self._scout is not None and isinstance(key, MetadataKey):
                self._scout.asked(key)
        while lacking:
            tasks = [self._fetcher.start(key) for key in lacking]
            await asyncio.wait(tasks, timeout=self._deadline.left(), return_when=asyncio.FIRST_EXCEPTION)
            lacking = [key for key in lacking if not self._fetcher.now(key)]
            if lacking:
                self._deadline.check()
