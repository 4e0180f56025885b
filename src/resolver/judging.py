"""Which files of a listing may be used, and why the others may not: the rules about files, applied.

What each rule says is in ``policy``; which versions follow from it is in ``catalog``.  Rules are asked once a
sort of files, see ``index.summary``.

They go in this order, and a version that no file survives shows the reason of the file that came furthest:
file name, upload time, yanked, Requires-Python, wheel tags or source distribution.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.index.summary import SOURCE
from resolver.model.names import InvalidName, normalise
from resolver.policy import (
    NoMatchingWheel,
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
    from collections.abc import Iterable, Iterator, Sequence

    from resolver.index.listing import Listing
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.model.specifiers import Specifiers
    from resolver.policy import Reason

    # What a file has said of it, its tags, and whether its metadata is served: numbers of ``Summary``.
    _Trait = tuple[int, int, int]

__all__ = ["FileLists", "Judge", "Rules", "package_names"]

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


class FileLists:
    """The files of each candidate, those that fit or the others; a list is made when it is looked at."""

    __slots__ = ("_first", "_fitting", "_judge", "_listing", "_made")

    def __init__(self, listing: Listing, judge: Judge, *, fitting: bool) -> None:
        self._listing = listing
        self._judge = judge
        self._fitting = fitting
        self._first: dict[int, DistFile | None] = {}
        self._made: dict[int, list[DistFile]] = {}

    def first(self, candidate: int) -> DistFile | None:
        """Return the first file of ``candidate`` without making the others; None if there is none."""
        made = self._made.get(candidate)
        if made is not None:
            return made[0] if made else None
        if candidate not in self._first:
            number = self._judge.first(candidate, fitting=self._fitting)
            self._first[candidate] = None if number is None else self._listing.file(number)
        return self._first[candidate]

    def __len__(self) -> int:
        return len(self._listing.summary.keys)

    def __getitem__(self, candidate: int) -> list[DistFile]:
        made = self._made.get(candidate)
        if made is None:
            if not 0 <= candidate < len(self):
                raise IndexError(candidate)
            fitting, unfit = self._judge.sorted_files(candidate)
            numbers = fitting if self._fitting else unfit
            made = self._made[candidate] = [self._listing.file(number) for number in numbers]
        return made

    def __iter__(self) -> Iterator[list[DistFile]]:
        return map(self.__getitem__, range(len(self)))


class Judge:
    """Applies the rules about files to the versions of one listing, and once to those whose files are alike.

    Two facts are not part of a shape: which files were uploaded too late, and whether the user pins the very
    version, which matters for yanked files.
    """

    __slots__ = ("_environment", "_faults", "_late", "_name", "_ranks", "_rules", "_sources", "_summary")

    def __init__(self, listing: Listing, environment: Environment, rules: Rules) -> None:
        self._name = listing.name
        self._summary = listing.summary
        self._environment = environment
        self._rules = rules
        self._sources = rules.sources(listing.name)
        self._late = _late(listing, rules.cutoff)
        self._faults: dict[tuple[int, bool], Reason | None] = {}
        self._ranks: dict[int, int | None] = {}

    def verdicts(self) -> Iterator[tuple[Reason | None, bool, int]]:
        """Return why no file fits (None: one does), whether all that fit are yanked, of which versions."""
        for shape, mask in enumerate(self._summary.masks()):
            if not self._late and not self._may_be_pinned(shape):
                yield *self._verdict(self._traits(shape), pinned=False), mask
                continue
            left = mask
            while left:
                bit = left & -left
                left ^= bit
                version = bit.bit_length() - 1
                yield *self._verdict(self._traits_left(version), pinned=self._pinned(version)), bit

    def first(self, version: int, *, fitting: bool) -> int | None:
        """Return the number that ``sorted_files`` has first among those that fit, or among the others."""
        if not fitting:
            return next(iter(self.sorted_files(version)[1]), None)
        pinned = self._pinned(version)
        best, found = _WORST, None
        for place, trait in enumerate(self._traits_left(version)):
            if trait is not None and self._fault(trait[0], pinned=pinned) is None:
                rank = self._rank(trait[1], trait[2])
                if rank is not None and rank < best:
                    best, found = rank, place
        return None if found is None else self._summary.files(version)[found]

    def sorted_files(self, version: int) -> tuple[list[int], list[int]]:
        """Return the numbers of the files of ``version`` that fit, best first, and of the others."""
        pinned = self._pinned(version)
        fitting: list[tuple[int, int, int]] = []
        unfit: list[int] = []
        numbers = self._summary.files(version)
        for place, trait in enumerate(self._traits_left(version)):
            rank = None if trait is None or self._fault(trait[0], pinned=pinned) else self._rank(*trait[1:])
            if rank is None:
                unfit.append(numbers[place])
            else:
                fitting.append((rank, place, numbers[place]))
        return [number for _, _, number in sorted(fitting)], unfit

    def _traits(self, shape: int) -> Sequence[_Trait]:
        traits = self._summary.traits
        return [
            (traits[3 * trait], traits[3 * trait + 1], traits[3 * trait + 2])
            for trait in self._summary.traits_of(shape)
        ]

    def _traits_left(self, version: int) -> Sequence[_Trait | None]:
        """Return the traits of the files of ``version``, None for one that was uploaded too late."""
        traits = self._traits(self._summary.shape(version))
        if not self._late:
            return traits
        late = [number in self._late for number in self._summary.files(version)]
        return [None if too_late else trait for trait, too_late in zip(traits, late, strict=True)]

    def _may_be_pinned(self, shape: int) -> bool:
        """Tell whether it matters for the versions of ``shape`` which of them the user pins."""
        said = self._summary.said
        return self._rules.pins(self._name) and any(said[trait[0]][1] for trait in self._traits(shape))

    def _pinned(self, version: int) -> bool:
        return self._rules.pins(self._name) and self._rules.pinned(self._name, self._summary.texts[version])

    def _verdict(self, traits: Sequence[_Trait | None], *, pinned: bool) -> tuple[Reason | None, bool]:
        only_yanked = False
        for trait in traits:
            if trait is None or self._fault(trait[0], pinned=pinned) is not None:
                continue
            if self._rank(trait[1], trait[2]) is not None:
                if not self._summary.said[trait[0]][1]:
                    return None, False
                only_yanked = True
        return (None, True) if only_yanked else (self._reason(traits, pinned=pinned), False)

    def _reason(self, traits: Sequence[_Trait | None], *, pinned: bool) -> Reason:
        """Return why none of the files fits: the reason of the one that came furthest."""
        faults: list[Reason] = []
        wheels: list[str] = []  # the tags of those that nothing but their tags rules out
        for trait in traits:
            fault = self._fault(trait[0], pinned=pinned) if trait else TooNew(self._rules.cutoff or "")
            tags = self._summary.tags[trait[1]] if trait else SOURCE
            if fault is None and tags != SOURCE:
                wheels.append(tags)
            else:
                faults.append(fault or SourceOnly())
        if not wheels:
            return max(faults, key=lambda fault: _STAGES.index(type(fault)))  # of several the first
        nearest = max(map(self._environment.why_unfit, wheels), key=list(_UNFIT).index)
        return NoMatchingWheel(_UNFIT[nearest])

    def _fault(self, said: int, *, pinned: bool) -> Reason | None:
        """Return what rules a file out whatever it is and whenever it came: yanked, its Python."""
        key = (said, pinned)
        if key not in self._faults:
            requires_python, why = self._summary.said[said]
            fault = yanked(why, pinned=pinned) or self._python_reason(requires_python)
            self._faults[key] = fault
        return self._faults[key]

    def _python_reason(self, requires_python: str | None) -> Reason | None:
        if requires_python is None:
            return None
        accepted = self._environment.accepts_python(requires_python)
        if accepted is None:
            return Unreadable(f"a Requires-Python that cannot be read ({requires_python})")
        python = self._environment.variables["python_full_version"]
        return None if accepted else PythonMismatch(requires_python, python)

    def _rank(self, tags: int, metadata: int) -> int | None:
        """Return how good a file is that no other rule refuses, 0 being the best; None: it does not fit."""
        if tags not in self._ranks:
            written = self._summary.tags[tags]
            self._ranks[tags] = _LAST if written == SOURCE else self._environment.rank(written)
        rank = self._ranks[tags]
        # Metadata of a source distribution can be read where the index serves it (PEP 658).
        return None if rank == _LAST and not (metadata and self._sources) else rank


def _late(listing: Listing, cutoff: str | None) -> frozenset[int]:
    """Return the numbers of the files uploaded at or after ``cutoff``, or at an unknown time."""
    if cutoff is None:
        return frozenset()
    times = listing.upload_times()
    return frozenset([number for number, time in enumerate(times) if too_new(time, cutoff)])


_LAST = 1 << 30
_WORST = _LAST + 1

#: What a wheel without a rank is for, nearest last.
_UNFIT = {
    "malformed": "its tags cannot be read",
    "python": "it is for another Python",
    "abi": "it is for another ABI",
    "platform": "it is for another platform",
}
