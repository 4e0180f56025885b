"""``IndexProvider``: package indexes as a resolvelib provider.

It works with ``resolvelib.Resolver`` as that is, and with ``PubGrubResolver``, which gives the pins of
``resolve()``.  Every choice of policy is made where ``resolve()`` makes it, in ``problem`` and ``catalog``;
here their masks are put into resolvelib's terms.  How what must be waited for is fetched is in ``reading``.

Spec: resolvelib's ``AbstractProvider`` (docs/library.md).
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from resolvelib import AbstractProvider
from resolvelib.resolvers import (
    Criterion,
    RequirementInformation,
    RequirementsConflicted,
    ResolverException,
)

from resolver.bridge import native
from resolver.bridge.index_values import Candidate, Dependency, Wish
from resolver.bridge.reading import Reading
from resolver.bridge.waiting import Waiter
from resolver.budget import Budget
from resolver.channels import SILENT, Channels
from resolver.errors import InputError, NoSolution
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.policy import PreRelease, Reason, Yanked
from resolver.posing import dated, pose, read_constraints, read_requirement
from resolver.problem import Referenced
from resolver.session import building_of
from resolver.sources import environment_of, open_source
from resolver.vetting import Vetting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Self, TypeVar

    from packaging.requirements import Requirement as PackagingRequirement
    from resolvelib import BaseReporter
    from resolvelib.resolvers import Result

    from resolver.catalog import Candidates
    from resolver.index.ports import Fetcher, Transport
    from resolver.model.references import Reference
    from resolver.problem import PythonProblem
    from resolver.sources import OpenSource
    from resolver.vetting import Considered

    Wanted = str | PackagingRequirement
    Given = TypeVar("Given", bound=Wanted | Requirement)
    Information = RequirementInformation[Wanted, Candidate]

__all__ = ["IndexProvider"]


class IndexProvider(AbstractProvider["Wanted", Candidate, str]):
    """A resolvelib provider over the indexes that ``options`` name.

    Requirements are PEP 508 strings or packaging's ``Requirement``s, identifiers ``name`` or ``name[extra]``;
    a candidate has ``name``, ``extras`` and ``version``.  What a caller requires counts as the user's own as
    long as the provider lives: make one for each resolution.  A requirement that asks for nothing (its marker
    does not hold, or an option excludes it) is counted with the first one that does.

    Methods block where something must be fetched, inside a running event loop too, and raise a
    ``ResolverError`` where it cannot be had.  Not for several threads.  ``close`` lets go of connections, as
    does leaving the context, or dropping the provider.  The deadline counts from when it is made. ``fetcher``
    stands for the indexes, ``transport`` for the network, and ``reject`` is asked about candidates, as with
    ``resolve``.

    ``constraints``, ``opened`` and ``channels`` are for callers within this package.  Who sets ``follows``
    will ``follow`` a ``Referenced`` and begin again; for others what requires a package by URL cannot be
    used, unless a requirement of the caller's has the same one.
    """

    def __init__(  # noqa: PLR0913  # one parameter a channel
        self,
        options: Options = Options(),  # noqa: B008  # immutable
        *,
        fetcher: Fetcher | None = None,
        transport: Transport | None = None,
        reject: Callable[[Considered], str | None] | None = None,
        constraints: Sequence[Requirement] | None = None,
        opened: OpenSource | None = None,
        channels: Channels = SILENT,
    ) -> None:
        if fetcher is not None or transport is not None or reject is not None:
            channels = Channels(fetcher=fetcher, transport=transport, reject=reject)
        options = self._options = dated(options)
        self._constraints = read_constraints(options) if constraints is None else constraints
        self._environment = environment_of(options)
        self._opened = opened or open_source(options, channels=channels, building=building_of(options))
        self._waiter = Waiter()
        self._budget = Budget(options, channels.cancelled)
        self._vetting = None if channels.reject is None else Vetting(channels.reject)
        self._made: dict[tuple[str, int], Candidate] = {}
        self._wishes: dict[Wanted, Wish] = {}
        self._order: dict[str, int] = {}
        self._anchor: str | None = None
        self._nothing: dict[str, Candidate] = {}
        self._asked: list[Requirement] = []
        self._references: dict[str, Reference] = {}
        self._used: dict[str, set[str]] = {}
        self.follows = False
        self._reading = self._read_for(self._asked)
        self._finalizer = weakref.finalize(self, self._waiter.close, self._opened.source.close)

    # -- resolvelib's methods ------------------------------------------------------------------------------

    def identify(self, requirement_or_candidate: Wanted | Candidate) -> str:
        """Return ``name`` or ``name[extra]``.  Raises ``InputError`` for what cannot be read or used."""
        if isinstance(requirement_or_candidate, (Candidate, Dependency)):
            identifier = requirement_or_candidate.identifier
        else:
            identifier = self._wish(requirement_or_candidate).identifier
        self._order.setdefault(identifier, len(self._order))
        return identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wanted]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Callable[[], Iterator[Candidate]]:
        """Return the candidates that may be used, best first; each is made when it is looked at."""
        mask = -1
        for requirement in requirements.get(identifier, ()):
            mask &= self._mask(requirement)
        for candidate in incompatibilities.get(identifier, ()):
            mask &= ~(1 << candidate.number)
        if identifier in self._nothing:
            return lambda: iter([self._nothing[identifier]] if mask & 1 else [])
        return lambda: self._best_first(identifier, mask)

    def is_satisfied_by(self, requirement: Wanted, candidate: Candidate) -> bool:
        """Tell whether ``requirement`` admits ``candidate``."""
        return bool(self._mask(requirement) >> candidate.number & 1)

    def get_dependencies(self, candidate: Candidate) -> Iterator[Dependency]:
        """Return what ``candidate`` requires; with an extra, first its package in the same version.

        Raises ``RequirementsConflicted`` for a candidate that turns out to be unusable.
        """
        if candidate.identifier in self._nothing:
            return
        reading = self._reading
        reading.goes_ahead = True
        reading.check()
        yield from reading.pins(candidate)  # First, since what conflicts with it needs no metadata.
        found = reading.dependencies(candidate)
        if isinstance(found, Reason):
            raise RequirementsConflicted(_refusal(reading, candidate))
        yield from found

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> Iterable[str]:
        """Return those that had to do with the last conflict, if any did."""
        del resolutions, candidates, information
        involved = {self.identify(cause.requirement) for cause in backtrack_causes}
        involved |= {cause.parent.identifier for cause in backtrack_causes if cause.parent is not None}
        everything = list(identifiers)
        return [identifier for identifier in everything if identifier in involved] or everything

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> tuple[bool, int]:
        """Put first what has no choice, then what was named first."""
        del resolutions, candidates, backtrack_causes
        mask = 1
        if identifier not in self._nothing:
            mask = self._reading.candidates(identifier.partition("[")[0]).usable
        for cause in information[identifier]:
            mask &= self._mask(cause.requirement)
        return bool(mask & mask - 1), self._order[identifier]

    # -- what it has besides ---------------------------------------------------------------------------------

    @property
    def problem(self) -> PythonProblem:
        """Return what is resolved, with all requirements of the caller's that were seen so far."""
        return self._reading.problem

    @property
    def tried(self) -> int:
        """Return how many candidates were asked for what they require."""
        return self._reading.tried

    def reason(self, candidate: Candidate) -> Reason | None:
        """Return why a candidate that was asked for its dependencies cannot be used, or None if it can."""
        found = self._reading.dependencies(candidate)
        return found if isinstance(found, Reason) else None

    def pose(self, requirements: Iterable[Wanted | Requirement]) -> list[Dependency]:
        """Return what ``requirements`` come to here, to be given to a resolver in their place.

        Then all of them are known from the beginning: what is needed is fetched together, and those that
        ask for nothing, or for several extras, leave no trace in the result.  Raises ``InputError``.
        """
        self._begin(requirements)
        return self._reading.roots()

    def resolve_natively(
        self,
        requirements: Iterable[Wanted],
        reporter: BaseReporter[Wanted, Candidate, str],
        max_rounds: int | None = None,
    ) -> Result[Wanted, Candidate, str]:
        """Do what ``PubGrubResolver`` does, by the solver as ``resolve()`` uses it; see ``native``."""
        given = _several(requirements)
        roots = [(each, self._wish(each).identifiers) for each in given]
        while True:
            self._begin(given)
            try:
                return native.resolve(self._reading, roots, reporter, max_rounds)
            except Referenced as found:
                self.follow(found)

    def follow(self, found: Referenced) -> None:
        """Take a package from where it has turned out to come from: for who begins again after that."""
        self._noted_used()
        self._references[found.package] = found.reference
        # What was known of it is of the index.
        for made in [each for each in self._made if each[0].partition("[")[0] == found.package]:
            del self._made[made]
        for wish in self._wishes.values():
            wish.mask = wish.mask if wish.name != found.package else None

    def close(self) -> None:
        """Let go of connections, and write the recording if ``options`` ask for one; once."""
        try:
            if self._finalizer.alive:
                self._opened.save(self._noted_used)
        finally:
            self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, (ResolverException, NoSolution)):
            self.close()
        else:  # What was read until then is not what an answer rests on.
            self._finalizer()

    # -- private -------------------------------------------------------------------------------------------

    def _noted_used(self) -> dict[str, set[str]]:
        """Note what was asked for so far and return it all: also what led to beginning again."""
        for name, files in self._reading.problem.used().items():
            self._used.setdefault(name, set()).update(files)
        return self._used

    def _begin(self, requirements: Iterable[Wanted | Requirement]) -> None:
        """Begin anew with ``requirements``, which are all that the user asks for."""
        self._asked = [_read(each) for each in _several(requirements)]
        if not self.follows:
            self._refuse_hashes(self._asked)
        self._reading.stop()
        self._reading = self._read_for(self._asked)
        self._reading.goes_ahead = True

    def _refuse_hashes(self, requirements: Sequence[Requirement]) -> None:
        """Raise where hashes are asked for: only who sees the whole answer can tell what lacks them."""
        if self._options.require_hashes or any(each.hashes for each in requirements):
            raise InputError("hashes are not checked by IndexProvider: use resolve()")

    def _wish(self, given: Wanted) -> Wish:
        """Return what a requirement of the caller's means; a new one is taken into the problem."""
        wish = self._wishes.get(given)
        if wish is None:
            read = _read(given)
            self._refuse_hashes([read])
            requirements = self._problem_of([read]).requirements
            wish = self._wishes[given] = Wish(requirements, self._anchor or str(given))
            if requirements:
                self._anchor = self._anchor or wish.identifier
            elif self._anchor is None:
                self._nothing[wish.identifier] = nothing = Candidate(read.name, 0, "0")
                nothing.identifier = wish.identifier
            self._asked.append(read)
            self._reading.stop()
            self._reading = self._read_for(self._asked)
        return wish

    def _read_for(self, asked: Sequence[Requirement]) -> Reading:
        """Return a new beginning with what the user has ``asked`` for; the source remembers what it told."""
        problem = self._problem_of(asked)
        problem.vetting = self._vetting
        return Reading(
            problem,
            self._opened.about(problem.catalog.rules.references),
            waiter=self._waiter,
            budget=self._budget,
            made=self._made,
            builds=self._opened.builds,
            follows=self.follows,
        )

    def _problem_of(self, requirements: Sequence[Requirement]) -> PythonProblem:
        return pose(requirements, self._constraints, self._options, self._environment, self._references)

    def _mask(self, requirement: Wanted) -> int:
        """Return which candidates ``requirement`` admits."""
        if isinstance(requirement, Dependency):
            return requirement.mask
        wish = self._wish(requirement)
        if wish.mask is None:
            self._reading.candidates(wish.name)
            wish.mask = -1
            for each in wish.requirements:
                wish.mask &= self._reading.problem.mask(each)
        return wish.mask

    def _best_first(self, identifier: str, mask: int) -> Iterator[Candidate]:
        """Return the candidates in ``mask`` that may be used, in order."""
        reading = self._reading
        candidates = reading.candidates(identifier.partition("[")[0])
        usable = candidates.usable & mask
        for some in (usable, self._held_back(candidates) & mask & ~usable):
            left = some
            while left:
                number = reading.problem.preferred(candidates, left)
                left &= ~(1 << number)
                yield reading.candidate(identifier, number)

    def _held_back(self, candidates: Candidates) -> int:
        """Return the candidates that a requirement of the caller's may yet admit, as long as some may come.

        They are looked at again before they are used.
        """
        if self._reading.goes_ahead:
            return 0
        pre_releases = self._reading.problem.catalog.rules.pre_releases
        explicit = pre_releases.modes.get(candidates.name, pre_releases.mode) == "explicit"
        admitted = (Yanked, PreRelease) if explicit else Yanked
        masks = [mask for reason, mask in candidates.rejections if isinstance(reason, admitted)]
        return sum(masks)  # No candidate has two reasons.


def _several(requirements: Iterable[Given]) -> list[Given]:
    if isinstance(requirements, str):
        raise TypeError("requirements must be a sequence of strings, not a string")
    return list(requirements)


def _read(given: Wanted | Requirement) -> Requirement:
    return given if isinstance(given, Requirement) else read_requirement(given)


def _refusal(reading: Reading, candidate: Candidate) -> Criterion[Wanted, Candidate]:
    """Return what resolvelib shall know of a candidate that cannot be used: that it is to blame itself."""
    text = reading.candidates(candidate.name).texts[candidate.number]
    itself = Dependency.on_version(candidate.identifier, candidate.number, text)
    return Criterion([], [RequirementInformation(itself, candidate)], [])
