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

from resolver.model.names import NameTable, PackageId
from resolver.policy import BadMetadata, BuildFault, NotFollowed, OtherReference, Reason
from resolver.rules import package_names
from resolver.solver.engine import Facts, Need, Universe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from resolver.catalog import Candidates, Catalog
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement
    from resolver.offers import Offer
    from resolver.vetting import Vetting

__all__ = ["Choices", "ListingKey", "MetadataKey", "PythonProblem", "Referenced"]


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


class Referenced(Exception):  # nothing is wrong: it is to be begun again
    """It has turned out that ``package`` comes from where ``reference`` leads to."""

    def __init__(self, package: str, reference: Reference) -> None:
        super().__init__(package, reference)
        self.package = package
        self.reference = reference


class Choices:
    """The user's choices about dependencies and the order of candidates.

    ``resolution`` is ``highest``, ``lowest`` or ``lowest-direct``; ``overrides`` replace every requirement of
    the same name, ``excludes`` drop them; ``no_deps`` drops all but the root ones, ``only_deps`` keeps what
    these name out of the pins; ``allow_urls`` are the packages that index packages may require by URL.
    Raises ``InputError`` for an exclude that is no name.
    """

    __slots__ = ("allow_urls", "excludes", "no_deps", "only_deps", "overrides", "resolution")

    def __init__(  # noqa: PLR0913  # one parameter a choice
        self,
        *,
        resolution: str = "highest",
        overrides: Sequence[Requirement] = (),
        excludes: Iterable[str] = (),
        no_deps: bool = False,
        only_deps: bool = False,
        allow_urls: Iterable[str] = (),
    ) -> None:
        names = list(allow_urls)
        every = [":all:"] if ":all:" in names else []
        named = package_names("allow_urls", [name for name in names if not name.startswith(":")])
        self.allow_urls = frozenset([*named, *every])
        self.resolution = resolution
        self.overrides: dict[str, list[Requirement]] = {}
        for override in overrides:
            self.overrides.setdefault(override.name, []).append(override)
        self.excludes = frozenset(package_names("excludes", excludes))
        self.no_deps = no_deps
        self.only_deps = only_deps


class PythonProblem:
    """The port ``solver.protocols.Problem`` over a ``Catalog``; belongs to one resolution.

    ``requirements`` are the user's own, with overrides in the place of what they replace, ``asked_for`` those
    of before; those whose marker does not hold are set aside in ``skipped``. ``found`` are packages of which
    it has turned out that they come from an address.  ``vetting`` is what a caller says about candidates, if
    one has a say, ``objections`` are what was said, by package and candidate. Raises ``UndefinedComparison``
    for a marker of theirs that has no value.
    """

    def __init__(
        self, catalog: Catalog, requirements: Iterable[Requirement], choices: Choices | None = None
    ) -> None:
        self.catalog = catalog
        self.names = NameTable()
        self.found: Mapping[str, Reference] = {}
        self.vetting: Vetting | None = None
        self.choices = Choices() if choices is None else choices
        held: list[Requirement] = []
        self.skipped: list[Requirement] = []
        for requirement in requirements:
            (held if catalog.environment.holds(requirement.marker) else self.skipped).append(requirement)
        self.excluded: set[str] = set()
        self.asked_for: Sequence[Requirement] = held
        self.requirements = list(self._replaced(held))
        self._direct = frozenset(requirement.name for requirement in self.requirements)
        self._required: dict[tuple[str, int, str], tuple[Requirement, ...] | Reason] = {}
        self._last_allowed: dict[str, int] = {}
        self.objections: dict[tuple[str, int], Reason] = {}
        self._asked: dict[tuple[str, int | None], None] = {}
        self._named: dict[str, tuple[Offer, PackageId]] = {}

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
        """Return what ``candidate`` requires here; for an extra, what that extra adds.

        Raises ``Referenced`` where it may require by URL what is not known to come from there.
        """
        name = self.names.name(self.names.base(package))
        extra = self.names.extra(package) or ""
        self._asked[name, candidate] = None
        if name in self.catalog.rules.fixed:
            return Facts(())
        if self.vetting is not None:
            objection = self._objection(self.vetting, name, candidate)
            if objection is not None:
                return Facts((), rejected=objection)
        required = self._required.get((name, candidate, extra))
        if required is None:
            if self.catalog.required(name, candidate, extra) is None:
                return Need((self.metadata_key(name, candidate),))
            required = self.requirements_of(name, candidate, extra)
        if isinstance(required, Reason):
            if isinstance(required, NotFollowed):
                raise Referenced(required.package, required.reference)
            return Facts((), rejected=required)
        if self.vetting is not None:
            metadata = self.catalog.metadata_at_hand(name, candidate)
            if metadata is None:
                return Need((self.metadata_key(name, candidate),))
            objection = self._objection(self.vetting, name, candidate, metadata)
            if objection is not None:
                return Facts((), rejected=objection)
        return self._facts(required)

    def choose(self, package: int, allowed: int) -> int:
        """Return the candidate to try first; which of several that is, ``preferred`` says."""
        candidates = self._candidates(package)
        mask = self._last_allowed[candidates.name] = allowed >> 1
        return self.preferred(candidates, mask)

    # -- what session and explanation need besides ---------------------------------------------------------

    def preferred(self, candidates: Candidates, mask: int) -> int:
        """Return the candidate of the non-empty ``mask`` (bit *i* = candidate *i*) that comes first.

        What was chosen before comes first.  Yanked ones come last, then pre-releases, then, where wheels are
        preferred, those without one (a guess does without that); among the others it is the newest or oldest.
        """
        rules = self.catalog.rules
        if rules.preferences is not None:
            mask = rules.preferences.narrowed(candidates.offer, mask) or mask
        # PEP 592: a yanked version must be ignored where another one will do.
        mask = mask & ~candidates.yanked or mask
        if rules.pre_releases.last(candidates.name):
            mask = mask & candidates.finals or mask
        lowest = self._lowest(candidates.name)
        if rules.prefer_binary and not candidates.supposed:
            # Mostly the first one has a wheel; of all others that is asked only where it has none.
            file = candidates.standing((mask & -mask if lowest else mask).bit_length() - 1)
            if file is None or not file.is_wheel:
                mask = mask & candidates.binary or mask
        return (mask & -mask if lowest else mask).bit_length() - 1

    def likely_next(self, key: MetadataKey, count: int) -> list[MetadataKey]:
        """Return up to ``count`` candidates that come next if the one of ``key`` is rejected, in order."""
        candidates = self.catalog.packages[key.name]
        mask = self._last_allowed.get(key.name, candidates.usable) & ~(1 << key.candidate)
        found: list[MetadataKey] = []
        while mask and len(found) < count:
            candidate = self.preferred(candidates, mask)
            mask &= ~(1 << candidate)
            if self.catalog.required(key.name, candidate, "") is None:
                found.append(self.metadata_key(key.name, candidate))
        return found

    def metadata_key(self, name: str, candidate: int) -> MetadataKey:
        """Return the key that asks for the metadata of ``candidate``."""
        return MetadataKey(name, candidate, self.catalog.metadata_file(name, candidate))

    def used(self) -> dict[str, set[str]]:
        """Return what was asked for, as sources know it: packages, with the files whose metadata was."""
        rules = self.catalog.rules
        return {
            rules.address(name): {self.catalog.standing(name, candidate).filename for candidate in candidates}
            for name, candidates in self.asked().items()
            if name not in rules.fixed
        }

    def asked(self) -> dict[str, set[int]]:
        """Return the packages that were asked for, with the candidates whose metadata was."""
        found: dict[str, set[int]] = {}
        for name, candidate in self._asked:
            known = found.setdefault(name, set())
            if candidate is not None:
                known.add(candidate)
        return found

    def mask(self, requirement: Requirement) -> int:
        """Return the mask of the candidates that ``requirement`` admits, pre-releases included.

        The listing must be known.  Cost: a bisection per clause the first time, then a look-up.
        """
        return self.catalog.packages[requirement.name].offer.mask(requirement)

    @property
    def left_out(self) -> Collection[str]:
        """The packages that are selected, but not to be installed: what the user names, if so chosen."""
        return self._direct if self.choices.only_deps else ()

    def nothing_was_built(self) -> bool:
        """Tell whether builds failed of all that one of the user's own requirements admits."""
        for requirement in self.requirements:
            candidates = self.catalog.packages.get(requirement.name)
            left = 0 if candidates is None else self.mask(requirement) & candidates.usable
            known = range(left.bit_length()) if left else ()
            found = [self.catalog.metadata(requirement.name, each) for each in known if left >> each & 1]
            if found and all(isinstance(each, BuildFault) for each in found):
                return True
        return False

    def requirements_of(self, name: str, candidate: int, extra: str) -> tuple[Requirement, ...] | Reason:
        """Return what a candidate whose metadata is known requires here, or why it cannot be used.

        A caller who has a say is not asked here, but what was said counts.  With ``extra``, only what that
        extra adds to the requirements without it.
        """
        if self.objections and (name, candidate) in self.objections:
            return self.objections[name, candidate]
        key = (name, candidate, extra)
        found = self._required.get(key)
        if found is None:
            found = self._required[key] = self._read(name, candidate, extra)
        return found

    def continue_from(self, other: PythonProblem) -> None:
        """Take over what was read for ``other``: before anything is asked, and where it means the same here.

        That is where environment, overrides and excludes are the same, and candidates have the same files.
        Packages get the ids that they have there.
        """
        self.names = other.names.copy()
        self._required = other._required
        self.objections = other.objections
        self.catalog.share(other.catalog)

    # -- private -------------------------------------------------------------------------------------------

    def _objection(
        self, vetting: Vetting, name: str, candidate: int, metadata: Metadata | None = None
    ) -> Reason | None:
        """Return what a caller has against a candidate."""
        candidates = self.catalog.packages[name]
        files = candidates.files[candidate]
        found = vetting.objection(name, candidates.texts[candidate], files, metadata)
        if found is not None:
            self.objections[name, candidate] = found
        return found

    def _candidates(self, package: int) -> Candidates:
        return self.catalog.packages[self.names.name(self.names.base(package))]

    def _lowest(self, name: str) -> bool:
        resolution = self.choices.resolution
        return resolution == "lowest" or (resolution == "lowest-direct" and name in self._direct)

    def _facts(self, requirements: Sequence[Requirement]) -> Facts | Need:
        """Turn requirements into masks, or name the listings that this lacks."""
        named = self._named
        dependencies: list[tuple[int, int, object]] = []
        for requirement in requirements:
            found = named.get(requirement.name)
            if found is None:
                need = self._name(requirements)
                if need is not None:
                    return need
                found = named[requirement.name]
            offer, package = found
            allowed = offer.mask(requirement) << 1
            if not requirement.extras:
                dependencies.append((package, allowed, requirement))
            else:
                names = [f"{requirement.name}[{extra}]" for extra in requirement.extras]
                dependencies += [(self.names.intern(name), allowed, requirement) for name in names]
        return Facts(dependencies)

    def _name(self, requirements: Sequence[Requirement]) -> Need | None:
        """Look packages up, and give ids to them and to the extras that are wanted, or say what lacks."""
        self._asked.update(dict.fromkeys([(each.name, None) for each in requirements]))
        known = self.catalog.candidates
        candidates = {each.name: known(each.name) for each in requirements}
        missing = [name for name, found in candidates.items() if found is None]
        if missing:
            return Need(tuple(ListingKey(name) for name in missing))
        for requirement in requirements:
            for extra in requirement.extras:
                self.names.intern(f"{requirement.name}[{extra}]")
            found = candidates[requirement.name]
            assert found is not None
            self._named[requirement.name] = (found.offer, self.names.intern(requirement.name))
        return None

    def _read(self, name: str, candidate: int, extra: str) -> tuple[Requirement, ...] | Reason:
        if self.choices.no_deps:
            return self.catalog.python_reason(name, candidate) or ()
        required = self.catalog.required(name, candidate, extra)
        if required is None or isinstance(required, Reason):
            return required or BadMetadata("it is not known")
        if self.choices.overrides or self.choices.excludes:
            required = tuple(self._replaced(required))
        linked = [each for each in required if each.url is not None]
        return (self._unfollowed(name, linked) if linked else None) or required

    def _unfollowed(self, name: str, linked: Sequence[Requirement]) -> Reason | None:
        """Return why one of the requirements by URL of package ``name`` is not followed."""
        from resolver.referring import Following  # noqa: PLC0415  # lazy: rarely wanted

        fixed = self.catalog.rules.fixed
        for each in linked:
            if each.name in fixed:
                return OtherReference(f"{each.text}, which is fixed ({fixed[each.name]})")
        following = Following(self.catalog.rules.references, self.choices.allow_urls)
        reasons = [following.reason(name, each) for each in linked]
        return next((each for each in reasons if each is not None), None)

    def _replaced(self, requirements: Iterable[Requirement]) -> Iterable[Requirement]:
        """Apply overrides and excludes; an override stands where the first replaced requirement stood."""
        overrides, excludes = self.choices.overrides, self.choices.excludes
        replaced: set[str] = set()
        for requirement in requirements:
            if requirement.name in excludes:
                self.excluded.add(requirement.name)
                continue
            if requirement.name not in overrides:
                yield requirement
            elif requirement.name not in replaced:
                replaced.add(requirement.name)
                for override in overrides[requirement.name]:
                    if self.catalog.environment.holds(override.marker):
                        yield override
