"""Walking ahead of the solver, so that what it will ask for is already under way.

A ``Fetcher`` has at most one task a key, and puts into the catalog what somebody wants of what has arrived.
A ``Scout`` follows the optimistic closure: of each package that something requires it takes the candidate
that the requirements met so far prefer, and goes on with that candidate's requirements.  Where the scout is
wrong a request was wasted, never an answer changed; ``session`` waits only for what the solver needs.

asyncio is imported when the first task is made.
"""

from __future__ import annotations

from resolver.errors import BuildRefused, MetadataInvalid
from resolver.policy import BadMetadata, Reason, SourceOnly
from resolver.problem import ListingKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from resolver.index.metadata import Metadata
    from resolver.index.simple import Listing
    from resolver.index.source import Source
    from resolver.model.requirement import Requirement
    from resolver.problem import MetadataKey, PythonProblem

    Key = ListingKey | MetadataKey

__all__ = ["Fetcher", "Scout"]


class Fetcher:
    """Brings what ``source`` has into the catalog of ``problem``, one request a key."""

    def __init__(self, source: Source, problem: PythonProblem) -> None:
        self._source = source
        self._catalog = problem.catalog
        self._tasks: dict[tuple[str, str], asyncio.Task[Listing | Metadata]] = {}
        self.pending = 0

    def now(self, key: Key) -> bool:
        """Put what ``key`` asks for into the catalog if that needs no waiting; tell whether it did.

        Metadata that cannot be used becomes the reason of its candidate; whatever else went wrong is raised.
        """
        if isinstance(key, ListingKey):
            listing = self._source.listing_now(key.name)
            if listing is None:
                self._raise_known(key)
                return False
            self._catalog.add_listing(listing)
            return True
        found = self._metadata_now(key)
        if found is None:
            return False
        self._catalog.add_metadata(key.name, key.candidate, found)
        return True

    def start(self, key: Key) -> asyncio.Task[Listing | Metadata]:
        """Return the task that fetches what ``key`` asks for, made if need be; wants a running event loop."""
        slot = _slot(key)
        task = self._tasks.get(slot)
        if task is None:
            import asyncio  # noqa: PLC0415  # lazy: start-up time

            task = self._tasks[slot] = asyncio.get_running_loop().create_task(self._fetch(key))
            self.pending += 1
            task.add_done_callback(self._done)
        return task

    async def cancel(self) -> None:
        """Stop what is still under way, and wait until it has stopped."""
        import asyncio  # noqa: PLC0415  # lazy: start-up time

        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _metadata_now(self, key: MetadataKey) -> Metadata | Reason | None:
        try:
            found = self._source.metadata_now(key.name, key.file)
            if found is None:
                self._raise_known(key)
        except MetadataInvalid as error:
            return BadMetadata(str(error))
        except BuildRefused:
            return SourceOnly()
        return found

    def _raise_known(self, key: Key) -> None:
        """Raise what the task of ``key`` ended with, if it has failed."""
        task = self._tasks.get(_slot(key))
        if task is not None and task.done():
            task.result()

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


class _Expansion:
    """Work of the scout: go on with what a candidate, or an extra of it, requires."""

    __slots__ = ("candidate", "extra", "name")

    def __init__(self, name: str, candidate: int, extra: str) -> None:
        self.name = name
        self.candidate = candidate
        self.extra = extra


class Scout:
    """Follows requirements ahead of the solver; what it starts and when never changes an answer."""

    def __init__(self, problem: PythonProblem, fetcher: Fetcher) -> None:
        self._problem = problem
        self._fetcher = fetcher
        self._wanted: dict[str, int] = {}
        self._extras: dict[str, dict[str, None]] = {}
        self._visited: set[tuple[str, int, str]] = set()
        self._asked: dict[str, int] = {}
        self._work: list[Requirement | _Expansion] = []
        self._walking = False

    def require(self, requirements: Sequence[Requirement]) -> None:
        """Follow ``requirements`` as far as what is known reaches, and on as more arrives."""
        self._work.extend(reversed(requirements))
        self._walk()

    def asked(self, key: MetadataKey) -> None:
        """Note that the solver asked for ``key``; from the third time for a package, fetch the likely next.

        How many are under way doubles with each time, so that a long search is limited by bandwidth and not
        by latency, and a short one wastes little.
        """
        times = self._asked[key.name] = self._asked.get(key.name, 0) + 1
        if times < _PATIENCE:
            return
        for likely in self._problem.likely_next(key, min(2 ** (times - _PATIENCE + 2), _WINDOW)):
            self._fetcher.start(likely)

    def _walk(self) -> None:
        """Do what is to be done; a list and not recursion, since graphs can be deep."""
        if self._walking:
            return
        self._walking = True
        try:
            while self._work:
                work = self._work.pop()
                if isinstance(work, _Expansion):
                    self._expand(work)
                else:
                    self._follow(work)
        finally:
            self._walking = False

    def _when_known(self, key: Key, work: Requirement | _Expansion) -> None:
        """Do ``work`` as soon as ``key`` is fulfilled; never, if it cannot be."""

        def arrived(task: asyncio.Task[Listing | Metadata]) -> None:
            if not task.cancelled() and task.exception() is None and self._fetcher.now(key):
                self._work.append(work)
                self._walk()

        if self._fetcher.now(key):
            self._work.append(work)
        else:
            self._fetcher.start(key).add_done_callback(arrived)

    def _follow(self, requirement: Requirement) -> None:
        """Narrow what is wanted of a package, and look at the candidate that is preferred now."""
        name = requirement.name
        candidates = self._problem.catalog.candidates(name)
        if candidates is None:
            self._when_known(ListingKey(name), requirement)
            return
        extras = self._extras.setdefault(name, {"": None})
        extras.update(dict.fromkeys(requirement.extras))
        wanted = self._wanted.get(name, candidates.usable) & self._problem.mask(requirement)
        if wanted:  # Otherwise a conflict lies ahead, which is the solver's to sort out.
            self._wanted[name] = wanted
            self._look(name)

    def _look(self, name: str) -> None:
        catalog = self._problem.catalog
        candidate = self._problem.preferred(catalog.packages[name], self._wanted[name])
        for extra in self._extras[name]:
            visit = (name, candidate, extra)
            if visit in self._visited:
                continue
            self._visited.add(visit)
            work = _Expansion(name, candidate, extra)
            if catalog.metadata(name, candidate) is None:
                self._when_known(self._problem.metadata_key(name, candidate), work)
            else:
                self._work.append(work)

    def _expand(self, work: _Expansion) -> None:
        required = self._problem.requirements_of(work.name, work.candidate, work.extra)
        if not isinstance(required, Reason):
            self._work.extend(reversed(required))
            return
        left = self._wanted[work.name] & ~(1 << work.candidate)
        if left:
            self._wanted[work.name] = left
            self._look(work.name)


#: The solver's request for a package from which on likely next candidates are fetched, and how many at most.
_PATIENCE = 3
_WINDOW = 50
