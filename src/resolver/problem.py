"""The catalog as the solver sees it: packages are ids, versions are bits, requirements are masks.

``PythonProblem`` keeps the contract of ``solver.protocols.Problem`` for Python packages.  Here is what the
packaging specifications say about dependencies: markers, extras (``name[extra]`` is a package of its own that
must be selected together with ``name``), ``Requires-Python`` of the metadata, overrides, excludes, and which
candidate is tried first.  Which candidates are usable is in ``catalog``; words for people are in
``explanation``.

Names get their ids in the order in which facts name them, so that ids never depend on the order of arrival.

Specifications: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from resolver.catalog import package_names
from resolver.model.markers import UndefinedComparison
from resolver.model.names import InvalidName, NameTable, PackageId, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.policy import BadMetadata, DirectReference, PythonMismatch, Reason
from resolver.solver.engine import Facts, Need, Universe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.catalog import Candidates, Catalog
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

__all__ = ["Choices", "ListingKey", "MetadataKey", "PythonProblem"]


class ListingKey:
    """The solver needs the listing of package ``name``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"ListingKey({self.name!r})"


class MetadataKey:
    """The solver needs the metadata of one candidate of package ``name``, which ``file`` stands for."""

    __slots__ = ("candidate", "file", "name")

    def __init__(self, name: str, candidate: int, file: DistFile) -> None:
        self.name = name
        self.candidate = candidate
        self.file = file

    def __repr__(self) -> str:
        return f"MetadataKey({self.name!r}, {self.file.filename!r})"


class Choices:
    """The user's choices about dependencies and the order of candidates.

    ``resolution`` is ``highest``, ``lowest`` or ``lowest-direct``; ``overrides`` replace every requirement of
    the same name, ``excludes`` drop them; ``no_deps`` drops all but the root ones.  Raises ``InputError`` for
    an exclude that is no name.
    """

    __slots__ = ("excludes", "no_deps", "overrides", "resolution")

    def __init__(
        self,
        *,
        resolution: str = "highest",
        overrides: Sequence[Requirement] = (),
        excludes: Iterable[str] = (),
        no_deps: bool = False,
    ) -> None:
        self.resolution = resolution
        self.overrides: dict[str, list[Requirement]] = {}
        for override in overrides:
            self.overrides.setdefault(override.name, []).append(override)
        self.excludes = frozenset(package_names("excludes", excludes))
        self.no_deps = no_deps


class PythonProblem:
    """The port ``solver.protocols.Problem`` over a ``Catalog``; belongs to one resolution.

    ``requirements`` are the user's own; those whose marker does not hold are set aside in ``skipped``.
    Raises ``UndefinedComparison`` for a marker of theirs that has no value.
    """

    def __init__(
        self, catalog: Catalog, requirements: Iterable[Requirement], choices: Choices | None = None
    ) -> None:
        self.catalog = catalog
        self.names = NameTable()
        self.choices = Choices() if choices is None else choices
        held: list[Requirement] = []
        self.skipped: list[Requirement] = []
        for requirement in requirements:
            (held if catalog.environment.holds(requirement.marker) else self.skipped).append(requirement)
        self.requirements = list(self._replaced(held))
        self._direct = frozenset(requirement.name for requirement in self.requirements)
        self._parsed: dict[str, Requirement | BadMetadata] = {}
        self._required: dict[tuple[str, int, str], tuple[Requirement, ...] | Reason] = {}
        self._masks: dict[tuple[str, str], int] = {}
        self._last_allowed: dict[str, int] = {}
        self._used: dict[str, set[str]] = {}

    # -- the port ----------------------------------------------------------------------------------------

    def root(self) -> Facts | Need:
        """Return what the user requires, with each ``Requirement`` as payload."""
        return self._facts(self.requirements)

    def universe(self, package: int) -> Universe:
        """Return the usable candidates of ``package``, and of which base it is an extra."""
        usable = self._candidates(package).usable << 1 | 1
        extra = self.names.extra(package)
        return Universe(usable, None if extra is None else self.names.base(package))

    def dependencies(self, package: int, candidate: int) -> Facts | Need:
        """Return what ``candidate`` requires here; for an extra, what that extra adds."""
        name = self.names.name(self.names.base(package))
        if self.catalog.metadata(name, candidate) is None:
            return Need((self.metadata_key(name, candidate),))
        self._used.setdefault(name, set()).add(self.catalog.metadata_file(name, candidate).filename)
        required = self.requirements_of(name, candidate, self.names.extra(package) or "")
        if isinstance(required, Reason):
            return Facts((), rejected=required)
        return self._facts(required)

    def choose(self, package: int, allowed: int) -> int:
        """Return the candidate to try first; which of several that is, ``preferred`` says."""
        candidates = self._candidates(package)
        mask = self._last_allowed[candidates.name] = allowed >> 1
        return self.preferred(candidates, mask)

    # -- what session and explanation need besides ---------------------------------------------------------

    def preferred(self, candidates: Candidates, mask: int) -> int:
        """Return the candidate of the non-empty ``mask`` (bit *i* = candidate *i*) that comes first.

        Yanked ones come last, then pre-releases; among the others it is the newest or the oldest.
        """
        # PEP 592: a yanked version must be ignored where another one will do.
        mask = mask & ~candidates.yanked or mask
        if self.catalog.rules.pre_releases.last:
            mask = mask & candidates.finals or mask
        if self._lowest(candidates.name):
            return (mask & -mask).bit_length() - 1
        return mask.bit_length() - 1

    def likely_next(self, key: MetadataKey, count: int) -> list[MetadataKey]:
        """Return up to ``count`` candidates that come next if the one of ``key`` is rejected, in order."""
        candidates = self.catalog.packages[key.name]
        mask = self._last_allowed.get(key.name, candidates.usable) & ~(1 << key.candidate)
        found: list[MetadataKey] = []
        while mask and len(found) < count:
            candidate = self.preferred(candidates, mask)
            mask &= ~(1 << candidate)
            if self.catalog.metadata(key.name, candidate) is None:
                found.append(self.metadata_key(key.name, candidate))
        return found

    def metadata_key(self, name: str, candidate: int) -> MetadataKey:
        """Return the key that asks for the metadata of ``candidate``."""
        return MetadataKey(name, candidate, self.catalog.metadata_file(name, candidate))

    def used(self) -> dict[str, set[str]]:
        """Return the packages that facts have named, with the files whose metadata they rest on."""
        bases = (self.names.name(self.names.base(number)) for number in range(len(self.names)))
        return {name: set(self._used.get(name, ())) for name in bases}

    def mask(self, requirement: Requirement) -> int:
        """Return the mask of the candidates that ``requirement`` admits, pre-releases included.

        The listing must be known.  Cost: a bisection per clause the first time, then a look-up.
        """
        key = (requirement.name, requirement.specifiers.text)
        mask = self._masks.get(key)
        if mask is None:
            candidates = self.catalog.packages[requirement.name]
            mask = self._masks[key] = requirement.specifiers.mask(candidates.keys, candidates.texts)
        return mask

    def requirements_of(self, name: str, candidate: int, extra: str) -> tuple[Requirement, ...] | Reason:
        """Return what a candidate whose metadata is known requires here, or why it cannot be used.

        With ``extra``, only what that extra adds to the requirements without it.
        """
        key = (name, candidate, extra)
        found = self._required.get(key)
        if found is None:
            found = self._required[key] = self._read(name, candidate, extra)
        return found

    # -- private -------------------------------------------------------------------------------------------

    def _candidates(self, package: int) -> Candidates:
        return self.catalog.packages[self.names.name(self.names.base(package))]

    def _lowest(self, name: str) -> bool:
        resolution = self.choices.resolution
        return resolution == "lowest" or (resolution == "lowest-direct" and name in self._direct)

    def _facts(self, requirements: Sequence[Requirement]) -> Facts | Need:
        """Turn requirements into masks, or name the listings that this lacks."""
        known = self.catalog.packages
        missing = dict.fromkeys(each.name for each in requirements if each.name not in known)
        if missing:
            return Need(tuple(ListingKey(name) for name in missing))
        dependencies: list[tuple[PackageId, int, object]] = []
        intern = self.names.intern
        for requirement in requirements:
            allowed = self.mask(requirement) << 1
            if not requirement.extras:
                dependencies.append((intern(requirement.name), allowed, requirement))
            dependencies += [
                (intern(f"{requirement.name}[{extra}]"), allowed, requirement) for extra in requirement.extras
            ]
        return Facts(dependencies)

    def _read(self, name: str, candidate: int, extra: str) -> tuple[Requirement, ...] | Reason:
        metadata = self.catalog.metadata(name, candidate)
        if metadata is None or isinstance(metadata, Reason):
            return metadata or BadMetadata("it is not known")
        reason = self._python_reason(metadata)
        if reason is not None:
            return reason
        if self.choices.no_deps:
            return ()
        required: list[Requirement] = []
        for text in metadata.requires_dist:
            requirement = self._parse(text)
            if isinstance(requirement, BadMetadata):
                return requirement
            try:
                if self._applies(requirement.marker, extra):
                    required.append(requirement)
            except UndefinedComparison as error:
                return BadMetadata(f"the marker of {requirement.text!r} has no value ({error})")
        replaced = tuple(self._replaced(required))
        linked = next((each for each in replaced if each.url is not None), None)
        return replaced if linked is None else DirectReference(linked.text)

    def _python_reason(self, metadata: Metadata) -> Reason | None:
        if metadata.requires_python is None:
            return None
        environment = self.catalog.environment
        if environment.accepts_python(metadata.requires_python) is not False:
            return None
        return PythonMismatch(metadata.requires_python, environment.variables["python_full_version"])

    def _parse(self, text: str) -> Requirement | BadMetadata:
        """Read a requirement of an index package, each text once."""
        found = self._parsed.get(text)
        if found is None:
            try:
                found = Requirement.repaired(text)
                for name in (found.name, *found.extras):
                    normalise(name)
            except InvalidRequirement as error:
                found = BadMetadata(f"the requirement {text[:200]!r} cannot be read ({error.message})")
            except InvalidName as error:
                found = BadMetadata(f"the requirement {text[:200]!r} cannot be used: {error}")
            self._parsed[text] = found
        return found

    def _applies(self, marker: str, extra: str) -> bool:
        """Tell whether a requirement counts for the package itself or, with ``extra``, is added by that."""
        holds = self.catalog.environment.holds
        if not extra:
            return holds(marker)
        return bool(marker) and holds(marker, extra) and not holds(marker)

    def _replaced(self, requirements: Iterable[Requirement]) -> Iterable[Requirement]:
        """Apply overrides and excludes; an override stands where the first replaced requirement stood."""
        overrides, excludes = self.choices.overrides, self.choices.excludes
        replaced: set[str] = set()
        for requirement in requirements:
            if requirement.name in excludes:
                continue
            if requirement.name not in overrides:
                yield requirement
            elif requirement.name not in replaced:
                replaced.add(requirement.name)
                for override in overrides[requirement.name]:
                    if self.catalog.environment.holds(override.marker):
                        yield override
