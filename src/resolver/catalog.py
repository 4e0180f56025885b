"""Listing + environment + policy: the candidates of each package, and why the others are none.

A *candidate* is a version of which the index lists at least one file whose name can be read.  Candidates are
sorted by key, oldest first; sets of them are masks (bit *i* = candidate *i*).  Which candidates are usable
follows from the listing alone, so that it is known before any metadata is fetched; each one that is not
carries a ``policy.Reason``.  How candidates become facts for the solver is in ``problem``; where listings
come from is in ``index``.

Rules go in this order, and a version that no file survives shows the reason of the file that came furthest:
file name, upload time, yanked, Requires-Python, wheel tags or source distribution; then the rules about whole
versions: pre-release, constraints.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.names import InvalidName, normalise
from resolver.model.version import Version
from resolver.policy import (
    ExcludedByConstraint,
    NoMatchingWheel,
    PreRelease,
    PreReleases,
    PythonMismatch,
    SourceOnly,
    TooNew,
    Unreadable,
    Yanked,
    too_new,
    yanked,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.summary import Trait
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.model.specifiers import Specifiers
    from resolver.policy import Reason

__all__ = ["Candidates", "Catalog", "FileLists", "Rules", "package_names", "read_listing"]

#: How far each rule lies from acceptance: the reason of the last one says most.
_STAGES: tuple[type[Reason], ...] = (TooNew, Yanked, Unreadable, PythonMismatch, SourceOnly)


class Rules:
    """The user's choices that decide which candidates are usable.

    Source distributions of the packages that ``only_binary`` names are no candidates; ``":all:"`` names all
    of them, and ``":none:"`` takes back what stands before it.  ``requirements`` are the user's own
    (constraints and overrides included): an exact pin among them admits a yanked file, a named pre-release
    counts as a wish.  ``constraints`` are those whose marker holds.  Raises ``InputError`` for a name that is
    none.
    """

    __slots__ = ("_constraints", "_pins", "_wheels", "_wheels_alone", "cutoff", "pre_releases")

    def __init__(
        self,
        *,
        prerelease: str = "if-necessary",
        cutoff: str | None = None,
        only_binary: Iterable[str] = (),
        requirements: Sequence[Requirement] = (),
        constraints: Sequence[Requirement] = (),
    ) -> None:
        self.pre_releases = PreReleases(prerelease, requirements)
        self.cutoff = cutoff
        names = list(only_binary)
        if ":none:" in names:  # as for pip
            names = names[len(names) - names[::-1].index(":none:") :]
        self._wheels_alone = ":all:" in names
        self._wheels = frozenset(package_names("only_binary", (name for name in names if name != ":all:")))
        self._pins: dict[str, list[Specifiers]] = {}
        for requirement in requirements:
            if requirement.specifiers.pin is not None:
                self._pins.setdefault(requirement.name, []).append(requirement.specifiers)
        self._constraints: dict[str, list[Requirement]] = {}
        for constraint in constraints:
            self._constraints.setdefault(constraint.name, []).append(constraint)

    def pinned(self, name: str, version: str) -> bool:
        """Tell whether a requirement of the user's names exactly this version."""
        return any(pin.contains(version, prereleases=True) for pin in self._pins.get(name, ()))

    def pins(self, name: str) -> bool:
        """Tell whether a requirement of the user's names one version of package ``name``."""
        return name in self._pins

    def constraints(self, name: str) -> Sequence[Requirement]:
        """Return the constraints on package ``name``."""
        return self._constraints.get(name, ())

    def sources(self, name: str) -> bool:
        """Tell whether source distributions of package ``name`` may be candidates."""
        return not self._wheels_alone and name not in self._wheels


def package_names(option: str, names: Iterable[str]) -> list[str]:
    """Return the packages that ``option`` names in normal form.  Raises ``InputError``."""
    try:
        return [normalise(name) for name in names]
    except InvalidName as error:
        raise InputError(f"{option}: {error}") from None


class Candidates:
    """The candidates of one package; all sequences run from the oldest to the newest.

    ``keys`` are sorted, ``texts`` are the versions as the file names spell them, ``files[i]`` the files
    of candidate *i* that fit (that whose metadata stands for the candidate first) and ``unfit[i]`` the
    others; files are made when somebody looks at them.  ``usable``, ``finals`` and ``yanked`` (usable all
    the same, because pinned) are masks, ``rejections`` pairs of a reason and the mask of the candidates that
    have it.  ``set_aside`` counts files whose names say nothing that can be used.
    """

    __slots__ = (
        "files",
        "finals",
        "keys",
        "listing",
        "name",
        "rejections",
        "set_aside",
        "texts",
        "unfit",
        "usable",
        "yanked",
    )

    def __init__(self, listing: Listing, judge: _Judge) -> None:
        summary = listing.summary
        self.name = listing.name
        self.listing = listing
        self.keys = summary.keys
        self.texts = summary.texts
        self.files = FileLists(listing, judge, fitting=True)
        self.unfit = FileLists(listing, judge, fitting=False)
        self.usable = 0
        self.finals = summary.finals
        self.yanked = 0
        self.rejections: list[tuple[Reason, int]] = []
        self.set_aside = summary.set_aside

    @property
    def everything(self) -> int:
        """Return the mask of all candidates."""
        return (1 << len(self.keys)) - 1

    def version(self, candidate: int) -> str:
        """Return the normalised version of ``candidate``."""
        return str(Version(self.texts[candidate]))

    def reason(self, candidate: int) -> Reason | None:
        """Return why ``candidate`` is not usable, or None if it is."""
        for reason, mask in self.rejections:
            if mask >> candidate & 1:
                return reason
        return None


class FileLists:
    """The files of each candidate, those that fit or the others; a list is made when it is looked at."""

    __slots__ = ("_fitting", "_judge", "_listing", "_made")

    def __init__(self, listing: Listing, judge: _Judge, *, fitting: bool) -> None:
        self._listing = listing
        self._judge = judge
        self._fitting = fitting
        self._made: dict[int, list[DistFile]] = {}

    def __len__(self) -> int:
        return len(self._listing.summary.keys)

    def __getitem__(self, candidate: int) -> list[DistFile]:
        made = self._made.get(candidate)
        if made is None:
            if not 0 <= candidate < len(self):
                raise IndexError(candidate)
            verdict = self._judge.verdict(candidate)
            numbers = self._listing.summary.files(candidate)
            places = verdict.fitting if self._fitting else verdict.unfit
            made = self._made[candidate] = [self._listing.file(numbers[place]) for place in places]
        return made

    def __iter__(self) -> Iterator[list[DistFile]]:
        return map(self.__getitem__, range(len(self)))


class _Verdict:
    """What the rules say of versions whose files are alike.

    ``fitting`` are the places, among the files of a version, of those that fit, best first, ``unfit`` those
    of the others; ``reason`` says why none fits; ``yanked`` tells that all that fit are.
    """

    __slots__ = ("fitting", "reason", "unfit", "yanked")

    def __init__(
        self, fitting: Sequence[int], unfit: Sequence[int], reason: Reason | None, *, yanked: bool
    ) -> None:
        self.fitting = fitting
        self.unfit = unfit
        self.reason = reason
        self.yanked = yanked


class _Judge:
    """Applies the rules about files to the shapes of one listing, and to each of them once.

    Two facts are not part of a shape: which files were uploaded too late, and whether the user pins the very
    version, which matters for yanked files.
    """

    __slots__ = ("_cutoff", "_environment", "_late", "_name", "_pythons", "_rules", "_summary", "_verdicts")

    def __init__(self, listing: Listing, environment: Environment, rules: Rules) -> None:
        self._name = listing.name
        self._summary = listing.summary
        self._environment = environment
        self._rules = rules
        self._late = _late(listing, rules.cutoff)
        self._pythons: dict[str, Reason | None] = {}
        self._verdicts: dict[tuple[int, bool, tuple[bool, ...]], _Verdict] = {}

    def verdict(self, version: int) -> _Verdict:
        """Return what the rules say of one version."""
        shape = self._summary.shape(version)
        late: tuple[bool, ...] = ()
        if self._late:
            late = tuple([file in self._late for file in self._summary.files(version)])
        text = self._summary.texts[version]
        return self._judged(
            shape, late, pinned=self._may_be_pinned(shape) and self._rules.pinned(self._name, text)
        )

    def verdicts(self) -> Iterator[tuple[_Verdict, int]]:
        """Return what the rules say, with the masks of the versions of which they say it."""
        for shape, mask in enumerate(self._summary.masks()):
            if not self._late and not self._may_be_pinned(shape):
                yield self._judged(shape, (), pinned=False), mask
                continue
            left = mask
            while left:
                bit = left & -left
                left ^= bit
                yield self.verdict(bit.bit_length() - 1), bit

    def _may_be_pinned(self, shape: int) -> bool:
        traits = self._summary.traits
        return self._rules.pins(self._name) and any(
            traits[trait].yanked for trait in self._summary.shapes[shape]
        )

    def _judged(self, shape: int, late: tuple[bool, ...], *, pinned: bool) -> _Verdict:
        key = (shape, pinned, late if any(late) else ())
        found = self._verdicts.get(key)
        if found is None:
            found = self._verdicts[key] = self._judge(*key)
        return found

    def _judge(self, shape: int, pinned: bool, late: tuple[bool, ...]) -> _Verdict:  # noqa: FBT001  # a key
        fitting: list[tuple[int, int]] = []
        unfit: list[int] = []
        wheels: list[str] = []  # the tags of those that nothing but their tags rules out
        nearest: Reason | None = None
        stage = -1
        traits = [self._summary.traits[trait] for trait in self._summary.shapes[shape]]
        for place, trait in enumerate(traits):
            reason: Reason | None = None
            if late and late[place]:
                reason = TooNew(self._rules.cutoff or "")
            reason = reason or self._refusal(trait, pinned=pinned)
            rank = self._rank(trait) if reason is None else None
            if rank is not None:
                fitting.append((rank, place))
                continue
            unfit.append(place)
            if reason is None and trait.tags is not None:
                wheels.append(trait.tags)
                continue
            reason = reason or SourceOnly()
            if _STAGES.index(type(reason)) > stage:
                stage = _STAGES.index(type(reason))
                nearest = reason
        fitting.sort()
        if fitting:
            nearest = None
        elif wheels:
            nearest = self._no_wheel(wheels)
        places = [place for _, place in fitting]
        return _Verdict(places, unfit, nearest, yanked=all(traits[place].yanked for place in places))

    def _refusal(self, trait: Trait, *, pinned: bool) -> Reason | None:
        """Return what rules a file out whatever it is and whenever it came: yanked, its Python."""
        requires_python = trait.requires_python
        reason = yanked(trait.yanked, pinned=pinned)
        if reason is not None or requires_python is None:
            return reason
        if requires_python not in self._pythons:
            self._pythons[requires_python] = self._python_reason(requires_python)
        return self._pythons[requires_python]

    def _python_reason(self, requires_python: str) -> Reason | None:
        accepted = self._environment.accepts_python(requires_python)
        if accepted is None:
            return Unreadable(f"a Requires-Python that cannot be read ({requires_python})")
        python = self._environment.variables["python_full_version"]
        return None if accepted else PythonMismatch(requires_python, python)

    def _rank(self, trait: Trait) -> int | None:
        """Return how good a file is that no other rule refuses, 0 being the best; None: it does not fit."""
        if trait.tags is not None:
            return self._environment.rank(trait.tags)
        # Metadata of a source distribution can be read where the index serves it (PEP 658).
        return _LAST if trait.metadata and self._rules.sources(self._name) else None

    def _no_wheel(self, wheels: Sequence[str]) -> Reason:
        # What a wheel is for is asked only here: most versions have another one that fits.
        nearest = max(map(self._environment.why_unfit, wheels), key=list(_UNFIT).index)
        return NoMatchingWheel(_UNFIT[nearest])


def _late(listing: Listing, cutoff: str | None) -> frozenset[int]:
    """Return the numbers of the files uploaded at or after ``cutoff``, or at an unknown time."""
    if cutoff is None:
        return frozenset()
    times = listing.upload_times()
    return frozenset([number for number, time in enumerate(times) if too_new(time, cutoff)])


_LAST = 1 << 30

#: What a wheel without a rank is for, nearest last.
_UNFIT = {
    "malformed": "its tags cannot be read",
    "python": "it is for another Python",
    "abi": "it is for another ABI",
    "platform": "it is for another platform",
}


def read_listing(listing: Listing, environment: Environment, rules: Rules) -> Candidates:
    """Return the candidates of ``listing``; cost linear in the sorts of its files, and in its versions."""
    judge = _Judge(listing, environment, rules)
    found = Candidates(listing, judge)
    rejected: dict[Reason, int] = {}
    others = 0 if rules.pre_releases.allowed(listing.name) else found.everything & ~found.finals
    for verdict, mask in judge.verdicts():
        if verdict.reason is not None:
            rejected[verdict.reason] = rejected.get(verdict.reason, 0) | mask
        else:
            found.usable |= mask
            if verdict.yanked:
                found.yanked |= mask
    if found.usable & others:
        rejected[PreRelease()] = found.usable & others
        found.usable &= ~others
        found.yanked &= ~others
    # The oldest version that has a reason decides where it stands.
    found.rejections = sorted(rejected.items(), key=_oldest)
    found.rejections += _constrain(found, rules.constraints(listing.name))
    return found


def _oldest(rejection: tuple[Reason, int]) -> int:
    mask = rejection[1]
    return mask & -mask


def _constrain(found: Candidates, constraints: Sequence[Requirement]) -> list[tuple[Reason, int]]:
    rejected: dict[Reason, int] = {}
    for constraint in constraints:
        out = found.usable & ~constraint.specifiers.mask(found.keys, found.texts)
        if out:
            found.usable &= ~out
            origin = f" ({constraint.origin})" if constraint.origin else ""
            rejected[ExcludedByConstraint(f"{constraint.text}{origin}")] = out
    return list(rejected.items())


class Catalog:
    """All that is known of packages so far; belongs to one resolution.

    It does not fetch: ``session`` puts listings and metadata in as they arrive.
    """

    __slots__ = ("_candidates", "_metadata", "environment", "rules")

    def __init__(self, environment: Environment, rules: Rules) -> None:
        self.environment = environment
        self.rules = rules
        self._candidates: dict[str, Candidates] = {}
        self._metadata: dict[tuple[str, int], Metadata | Reason] = {}

    @property
    def packages(self) -> Mapping[str, Candidates]:
        """Return the packages whose listing is known, by name."""
        return self._candidates

    def candidates(self, name: str) -> Candidates | None:
        """Return the candidates of package ``name``, or None while its listing is not known."""
        return self._candidates.get(name)

    def add_listing(self, listing: Listing) -> Candidates:
        """Take in a listing, once; a second one of the same package is ignored."""
        found = self._candidates.get(listing.name)
        if found is None:
            found = self._candidates[listing.name] = read_listing(listing, self.environment, self.rules)
        return found

    def adopt(self, candidates: Candidates) -> None:
        """Take in what another catalog has read by rules that are the same for this package."""
        self._candidates.setdefault(candidates.name, candidates)

    def metadata(self, name: str, candidate: int) -> Metadata | Reason | None:
        """Return the metadata of a candidate, the reason why it has none, or None while it is not known."""
        return self._metadata.get((name, candidate))

    def add_metadata(self, name: str, candidate: int, found: Metadata | Reason) -> None:
        """Take in the metadata of a candidate, or the reason why it cannot be had."""
        self._metadata.setdefault((name, candidate), found)

    def metadata_file(self, name: str, candidate: int) -> DistFile:
        """Return the file whose metadata stands for ``candidate``: the best wheel where there is one."""
        return self._candidates[name].files[candidate][0]
