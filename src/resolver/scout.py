"""Walking ahead of the solver, so that what it will ask for is already under way.

A ``Fetcher`` has at most one task a key, and puts into the catalog what somebody wants of what has arrived.
A ``Scout`` follows the optimistic closure: of each package that something requires it looks at the candidate
that the requirements met so far prefer, and goes on with that candidate's requirements.  Where the scout is
wrong a request was wasted, never an answer changed: ``session`` waits only for what the solver needs, and
what cannot be had matters only if the solver asks for it.

asyncio is imported when the first task is made.
"""

from __future__ import annotations

from resolver.errors import BuildFailed, BuildRefused, MetadataInvalid, ResolverError
from resolver.index.listing import Listing
from resolver.policy import BadMetadata, BuildFault, NeedsBuild, Reason
from resolver.problem import ListingKey, MetadataKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence

    from resolver.index.metadata import Metadata
    from resolver.index.source import Builds, Source
    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement
    from resolver.problem import PythonProblem

    Key = ListingKey | MetadataKey

__all__ = ["Fetcher", "Scout"]


class Fetcher:
    """Brings what ``source`` has into the catalog of ``problem``, one request a key.

    What only a build could tell is built by ``builds`` where it is given, but nothing that is not demanded.
    ``about`` returns the source for a problem in which some packages come from an address.
    """

    def __init__(
        self,
        source: Source,
        problem: PythonProblem,
        builds: Builds | None = None,
        about: Callable[[Mapping[str, Reference]], Source] | None = None,
    ) -> None:
        self._source = source
        self._about = about
        self._builds = builds
        self._may_build = builds is not None
        self._to_build: set[tuple[str, str]] = set()
        self._catalog = problem.catalog
        self._tasks: dict[tuple[str, str], asyncio.Task[Listing | Metadata]] = {}
        self._started: list[Key] = []
        self.pending = 0
        self.stopped = False

    def now(self, key: Key) -> bool:
        """Put what ``key`` asks for into the catalog if that needs no waiting; tell whether it did.

        Metadata that cannot be used becomes the reason of its candidate; whatever else went wrong is raised.
        """
        found: Listing | Metadata | Reason | None
        try:
            found = self._found(key)
        except (MetadataInvalid, BuildRefused) as error:
            if isinstance(key, ListingKey):
                raise
            found = self._fault(key, error)
        if isinstance(found, Listing):
            self._catalog.add_listing(found)
        elif found is not None and isinstance(key, MetadataKey):
            self._catalog.add_metadata(key.name, key.candidate, found)
        return found is not None

    def _fault(self, key: MetadataKey, error: MetadataInvalid | BuildRefused) -> Metadata | Reason | None:
        """Return what is wrong with a candidate, or what a build of it tells, if that is known."""
        if isinstance(error, MetadataInvalid):
            return BadMetadata(str(error).rstrip("."))
        if isinstance(error, BuildFailed):
            return BuildFault(str(error).rstrip("."))
        return self._built(key)

    def _built(self, key: MetadataKey) -> Metadata | Reason | None:
        """Return what a build has told before, or that none is allowed; None: ``demand`` builds."""
        found = None if self._builds is None else self._builds.known(key.name, key.file)
        if found is None and self._may_build:
            self._to_build.add(_slot(key))
            return None
        return found or NeedsBuild()

    def demand(self, key: Key) -> asyncio.Task[Listing | Metadata]:
        """Return the task that finds what ``key`` asks for, by a build where it turned out to need one."""
        slot = _slot(key)
        if slot not in self._to_build:
            return self.start(key)
        assert isinstance(key, MetadataKey)
        assert self._builds is not None
        self._to_build.discard(slot)
        return self._begin(key, self._builds.build(key.name, key.file))

    def is_to_build(self, key: Key) -> bool:
        """Tell whether only ``demand`` can find what ``key`` asks for."""
        return _slot(key) in self._to_build

    def for_trial(self, problem: PythonProblem) -> Fetcher:
        """Return one that does the same for another problem, but builds nothing."""
        about = self._about
        source = self._source if about is None else about(problem.catalog.rules.references)
        made = Fetcher(source, problem, self._builds, about)
        made._may_build = False
        return made

    def start(self, key: Key) -> asyncio.Task[Listing | Metadata]:
        """Return the task that fetches what ``key`` asks for, made if need be; wants a running event loop."""
        slot = _slot(key)
        return self._tasks.get(slot) or self._begin(key, self._fetch(key))

    def wasted(self, asked: Mapping[str, Collection[int]]) -> int:
        """Return how much was waited for, or begun, that the solver did not ask for.

        ``asked`` are the packages that it did ask for, with the candidates whose metadata it wanted.
        """
        return sum(
            key.name not in asked
            if isinstance(key, ListingKey)
            else key.candidate not in asked.get(key.name, ())
            for key in self._started
        )

    async def cancel(self) -> None:
        """Stop what is still under way, and wait until it has stopped; nothing is to be started after it."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        self.stopped = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _found(self, key: Key) -> Listing | Metadata | None:
        """Return what the task of ``key`` has brought, or without one what the source knows at once."""
        task = self._tasks.get(_slot(key))
        if task is not None:
            return task.result() if task.done() else None
        if isinstance(key, ListingKey):
            return self._source.listing_now(key.name)
        return self._source.metadata_now(key.name, key.file)

    def _begin(
        self, key: Key, work: Coroutine[object, None, Listing | Metadata]
    ) -> asyncio.Task[Listing | Metadata]:
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        task = self._tasks[_slot(key)] = asyncio.get_running_loop().create_task(work)
        self._started.append(key)
        self.pending += 1
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Listing | Metadata]) -> None:
        self.pending -= 1
        if not task.cancelled():
            task.exception()  # Marks it as seen: a failure matters only to who wants the result.

    async def _fetch(self, key: Key) -> Listing | Metadata:
        if isinstance(key, ListingKey):
            return await self._source.listing(key.name)
        return await self._source.metadata(key.name, key.file)


def _slot(key: Key) -> tuple[str, str]:
    return (key.name, "") if isinstance(key, ListingKey) else (key.name, key.file.filename)


class Scout:
    """Follows requirements ahead of the solver; what it starts and when never changes an answer."""

    def __init__(self, problem: PythonProblem, fetcher: Fetcher) -> None:
        self._problem = problem
        self._fetcher = fetcher
        self._wanted: dict[str, int] = {}
        self._extras: dict[str, dict[str, None]] = {}
        self._expanded: dict[tuple[str, int], int] = {}  # how many of the extras, in their order
        self._asked: dict[str, set[int]] = {}
        self._met: list[Requirement] = []
        self._ahead: dict[str, None] = {}
        self._waiting: dict[asyncio.Task[Listing | Metadata], list[Requirement | str]] = {}

    def require(self, requirements: Sequence[Requirement]) -> None:
        """Follow ``requirements`` as far as what is known reaches, and on as more arrives."""
        self._met += requirements
        self._walk()

    def asked(self, key: MetadataKey) -> None:
        """Note that the solver asked for ``key``; from the second one of a package, fetch the likely next.

        How many are under way doubles with each, so that a long search is limited by bandwidth and not by
        latency, and a short one wastes little.
        """
        asked = self._asked.setdefault(key.name, set())
        if key.candidate in asked:
            return
        asked.add(key.candidate)
        if len(asked) >= _PATIENCE:
            for likely in self._problem.likely_next(key, min(4 << min(len(asked) - _PATIENCE, 4), _WINDOW)):
                if not likely.file.is_bare_source:  # whole archives are too much to be fetched in vain
                    self._fetcher.start(likely)

    def _walk(self) -> None:
        """Do what can be done now; lists and not recursion, since graphs can be deep.

        A package is looked at when all requirements met so far have narrowed what is wanted of it: each
        look may cost a request.
        """
        while self._met or self._ahead:
            met, self._met = self._met, []
            for requirement in met:
                self._follow(requirement)
            if self._ahead:
                name = next(iter(self._ahead))
                del self._ahead[name]
                self._look(name)

    def _follow(self, requirement: Requirement) -> None:
        """Narrow what is wanted of a package."""
        name = requirement.name
        catalog = self._problem.catalog
        if catalog.candidates(name) is None and not self._has(ListingKey(name), requirement):
            return
        self._extras.setdefault(name, {"": None}).update(dict.fromkeys(requirement.extras))
        wanted = self._wanted.get(name, catalog.packages[name].usable) & self._problem.mask(requirement)
        if wanted:  # Otherwise a conflict lies ahead, which is the solver's to sort out.
            self._wanted[name] = wanted
            self._ahead[name] = None

    def _look(self, name: str) -> None:
        """Go on with what the preferred candidate of a package requires, once that is known."""
        catalog = self._problem.catalog
        while self._wanted[name]:
            candidate = self._problem.preferred(catalog.packages[name], self._wanted[name])
            if any(catalog.required(name, candidate, extra) is None for extra in self._new(name, candidate)):
                key = self._problem.metadata_key(name, candidate)
                if not self._has(key, name):
                    return
            if self._expand(name, candidate):
                return
            self._wanted[name] &= ~(1 << candidate)

    def _expand(self, name: str, candidate: int) -> bool:
        """Meet what a candidate requires with the extras that are wanted; tell whether it can be used."""
        for extra in self._new(name, candidate):
            required = self._problem.requirements_of(name, candidate, extra)
            if isinstance(required, Reason):
                return False
            self._expanded[name, candidate] = self._expanded.get((name, candidate), 0) + 1
            self._met += required
        return True

    def _new(self, name: str, candidate: int) -> list[str]:
        """Return the extras that are wanted and were not met with that candidate: there may be thousands."""
        from itertools import islice  # noqa: PLC0415  # loaded by now: scouts walk in event loops

        return list(islice(self._extras[name], self._expanded.get((name, candidate), 0), None))

    def _has(self, key: Key, work: Requirement | str) -> bool:
        """Tell whether what ``key`` asks for is known now; if not, do ``work`` when it is, if ever."""
        from asyncio import CancelledError  # noqa: PLC0415  # loaded by now: scouts walk in event loops

        try:
            known = self._fetcher.now(key)
        except (ResolverError, CancelledError):
            return False  # Should the solver need it, it will meet the failure itself.
        if not (known or self._fetcher.stopped or self._fetcher.is_to_build(key)):
            task = self._fetcher.start(key)
            if task not in self._waiting:
                self._waiting[task] = []
                task.add_done_callback(self._resume)
            self._waiting[task].append(work)
        return known

    def _resume(self, task: asyncio.Task[Listing | Metadata]) -> None:
        """Do what has waited for ``task``."""
        for work in self._waiting.pop(task):
            if isinstance(work, str):
                self._ahead[work] = None
            else:
                self._met.append(work)
        if not task.cancelled():
            self._walk()


#: The candidate of a package, of those the solver asks for, from which on likely next ones are fetched, and
#: how many at most.
_PATIENCE = 2
_WINDOW = 50
