"""Which files of a listing may be used, and why the others may not: the rules about files, applied.

What each rule says is in ``policy``, the user's part in them in ``rules``, which versions follow from it in
``catalog``.  Rules are asked once a sort of files, see ``index.summary``.

They go in this order, and a version that no file survives shows the reason of the file that came furthest:
file name, hash, upload time, yanked, Requires-Python, wheel tags or source distribution.
"""

from __future__ import annotations

from resolver.index.summary import SOURCE
from resolver.policy import (
    HashUnknown,
    NoMatchingWheel,
    OtherHash,
    PythonMismatch,
    SourceOnly,
    TooNew,
    Unreadable,
    WheelOnly,
    Yanked,
    too_new,
    yanked,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolver.digests import Digests
    from resolver.index.listing import Listing
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.policy import Reason
    from resolver.rules import Rules

    _Mode = tuple[bool, str | None]

__all__ = ["FileLists", "Judge", "Verdicts"]

_PLAIN = (False, None)

#: How far each rule lies from acceptance: the reason of the last one says most.
_STAGES: tuple[type[Reason], ...] = (
    HashUnknown,
    OtherHash,
    TooNew,
    Yanked,
    Unreadable,
    PythonMismatch,
    WheelOnly,
    SourceOnly,
)


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


class Verdicts:
    """What the rules leave of a listing, as masks of versions.

    ``fitting`` are those with a file that fits, ``only_yanked`` those of which all that fit were yanked;
    ``reasons`` are those of the others.
    """

    __slots__ = ("fitting", "only_yanked", "reasons")

    def __init__(self) -> None:
        self.fitting = 0
        self.only_yanked = 0
        self.reasons: dict[Reason, int] = {}


class Judge:
    """Applies the rules about files to the versions of one listing, and once to those whose files are alike.

    Some facts are not part of a shape: which files were uploaded too late or have other hashes than those
    given, whether the user pins the very version or has chosen it before, which matters for yanked files,
    and whether a patch gives it another Requires-Python.
    """

    __slots__ = (
        "_alone",
        "_causes",
        "_environment",
        "_faults",
        "_keeps",
        "_name",
        "_out",
        "_patched",
        "_pins",
        "_ranks",
        "_rules",
        "_sources",
        "_summary",
        "_wheels",
    )

    def __init__(self, listing: Listing, environment: Environment, rules: Rules) -> None:
        self._name = listing.name
        self._summary = listing.summary
        self._environment = environment
        self._rules = rules
        self._pins = rules.pins(listing.name)
        self._keeps = rules.keeps(listing.name)
        self._sources = rules.sources(listing.name)
        self._wheels = rules.wheels(listing.name)
        self._out = {} if rules.cutoffs is None else _late(listing, rules)
        if rules.digests is not None and rules.digests.names(listing.name):
            self._out |= _foreign(listing, rules, rules.digests)
        self._causes = list(dict.fromkeys(self._out.values()))
        self._alone = listing.files[0].filename if listing.name in rules.references and listing.files else ""
        patches = rules.patches
        # The versions that patches give another Requires-Python.
        self._patched = 0
        if patches is not None:
            self._patched = patches.of_python(listing.name, listing.summary.keys, listing.summary.texts)
        # By what is special about the version, then by trait and by what was said.
        self._ranks: dict[_Mode, dict[int, int]] = {_PLAIN: {}}
        self._faults: dict[_Mode, dict[int, Reason | None]] = {_PLAIN: {}}

    def verdicts(self) -> Iterator[tuple[Reason | None, bool, int]]:
        """Return why no file fits (None: one does), whether all that fit are yanked, of which versions."""
        for shape, mask in enumerate(self._summary.masks()):
            traits = self._summary.traits_of(shape)
            left = mask & self._patched if self._patched else 0
            if self._out or ((self._pins or self._keeps) and any(map(self._yanked, traits))):
                left = mask
            if left != mask:
                yield *self._verdict(traits, mode=_PLAIN), mask & ~left if left else mask
            while left:
                bit = left & -left
                left ^= bit
                version = bit.bit_length() - 1
                yield *self._verdict(self._traits(version), mode=self._mode(version)), bit

    def summed_up(self) -> Verdicts:
        """Return the verdicts on all versions."""
        found = Verdicts()
        for reason, only_yanked, mask in self.verdicts():
            if reason is not None:
                found.reasons[reason] = found.reasons.get(reason, 0) | mask
            else:
                found.fitting |= mask
                if only_yanked:
                    found.only_yanked |= mask
        return found

    def binary(self) -> int:
        """Return the mask of the versions with a wheel that fits."""
        found = 0
        for version in range(len(self._summary.keys)):
            if any(rank < _LAST for rank in self._ranked(version)):
                found |= 1 << version
        return found

    def first(self, version: int, *, fitting: bool) -> int | None:
        """Return the number that ``sorted_files`` has first among those that fit, or among the others."""
        if not fitting:
            return next(iter(self.sorted_files(version)[1]), None)
        ranks = self._ranked(version)
        best = min(ranks, default=_UNFIT)
        return None if best == _UNFIT else self._summary.files(version)[ranks.index(best)]

    def sorted_files(self, version: int) -> tuple[list[int], list[int]]:
        """Return the numbers of the files of ``version`` that fit, best first, and of the others.

        Those that have other hashes than those given are not the user's at all.
        """
        ranked = list(zip(self._ranked(version), self._summary.files(version), strict=True))
        unfit = [number for rank, number in ranked if rank == _UNFIT and not self._is_foreign(number)]
        return [number for rank, number in sorted(ranked, key=_rank_of) if rank != _UNFIT], unfit

    def _traits(self, version: int) -> Sequence[int]:
        """Return the traits of the files of ``version``.

        Of one that is ruled out by itself it is a negative number, which tells by what reason.
        """
        traits = self._summary.traits_of(self._summary.shape(version))
        if not self._out:
            return traits
        reasons = [self._out.get(number) for number in self._summary.files(version)]
        return [
            trait if reason is None else ~self._causes.index(reason)
            for trait, reason in zip(traits, reasons, strict=True)
        ]

    def _mode(self, version: int) -> _Mode:
        """Return what is special about a version: that it is pinned, and a Requires-Python by a patch."""
        is_patched = self._patched >> version & 1
        if not self._pins and not self._keeps and not is_patched:
            return _PLAIN
        text = self._summary.texts[version]
        patches = self._rules.patches if is_patched else None
        python = None if patches is None else patches.python(self._name, text)
        if self._pins and self._rules.pinned(self._name, text):
            return self._known((True, python))
        mode = self._known((False, python))
        if not self._keeps or not self._rules.kept(self._name, text):
            return mode
        # What was chosen before gets by with files that others may use as well, where there are any.
        fits = self._verdict(self._traits(version), mode=mode)[0] is None
        return mode if fits else self._known((True, python))

    def _known(self, mode: _Mode) -> _Mode:
        self._ranks.setdefault(mode, {})
        self._faults.setdefault(mode, {})
        return mode

    def _is_foreign(self, number: int) -> bool:
        return bool(self._out) and isinstance(self._out.get(number), (OtherHash, HashUnknown))

    def _yanked(self, trait: int) -> bool:
        return bool(self._summary.said[self._summary.traits[3 * trait]][1])

    def _verdict(self, traits: Sequence[int], *, mode: _Mode) -> tuple[Reason | None, bool]:
        ranks = self._ranks[mode]
        only_yanked = False
        for trait in traits:
            rank = ranks.get(trait)
            if rank is None:
                rank = self._rank(trait, mode=mode)
            if rank != _UNFIT:
                if not self._yanked(trait):
                    return None, False
                only_yanked = True
        return (None, True) if only_yanked else (self._reason(traits, mode=mode), False)

    def _ranked(self, version: int) -> list[int]:
        """Return how good each file of ``version`` is."""
        mode = self._mode(version)
        ranks = self._ranks[mode]
        traits = self._traits(version)
        return [ranks[trait] if trait in ranks else self._rank(trait, mode=mode) for trait in traits]

    def _rank(self, trait: int, *, mode: _Mode) -> int:
        """Return how good files of ``trait`` are, 0 being the best, or ``_UNFIT``."""
        rank: int | None = None
        if self._fault(trait, mode=mode) is None:
            tags = self._tags(trait)
            if tags != SOURCE:
                rank = self._environment.rank(tags) if self._wheels else None
            elif self._sources:
                # Best one whose metadata the index serves (PEP 658): others have to be fetched to be read.
                rank = _LAST if self._summary.traits[3 * trait + 2] else _LAST + 1
        found = self._ranks[mode][trait] = _UNFIT if rank is None else rank
        return found

    def _tags(self, trait: int) -> str:
        return self._summary.tags[self._summary.traits[3 * trait + 1]]

    def _reason(self, traits: Sequence[int], *, mode: _Mode) -> Reason:
        """Return why none of the files fits: the reason of the one that came furthest."""
        faults: list[Reason] = []
        wheels: list[str] = []  # the tags of those that nothing but their tags rules out
        for trait in traits:
            fault = self._fault(trait, mode=mode)
            tags = SOURCE if fault is not None else self._tags(trait)
            if fault is not None:
                faults.append(fault)
            elif tags == SOURCE:
                faults.append(SourceOnly())
            elif self._wheels:
                wheels.append(tags)
            else:
                faults.append(WheelOnly())
        if not wheels:
            return max(faults, key=lambda fault: _STAGES.index(type(fault)))  # of several the first
        nearest = _NEAREST[max(map(self._environment.why_unfit, wheels), key=list(_NEAREST).index)]
        return NoMatchingWheel(f"{nearest}: {self._alone}" if self._alone else nearest)

    def _fault(self, trait: int, *, mode: _Mode) -> Reason | None:
        """Return what rules a file out whatever it is: its time, yanked, its Python."""
        if trait < 0:
            return self._causes[~trait]
        said = self._summary.traits[3 * trait]
        faults = self._faults[mode]
        if said not in faults:
            pinned, patched = mode
            requires_python, why = self._summary.said[said]
            python = requires_python if patched is None else patched or None
            faults[said] = yanked(why, pinned=pinned) or self._python_reason(python)
        return faults[said]

    def _python_reason(self, requires_python: str | None) -> Reason | None:
        if requires_python is None:
            return None
        accepted = self._environment.accepts_python(requires_python)
        if accepted is None:
            return Unreadable(f"a Requires-Python that cannot be read ({requires_python})")
        python = self._environment.variables["python_full_version"]
        return None if accepted else PythonMismatch(requires_python, python)


def _late(listing: Listing, rules: Rules) -> dict[int, Reason]:
    """Return the numbers of the files uploaded at or after the cut-off, or at an unknown time, with that."""
    found: dict[int, Reason] = {}
    for number, time in enumerate(listing.upload_times()):
        cutoff = rules.cutoff(listing.name, listing.index_of(number))
        if cutoff is not None and too_new(time, cutoff.instant):
            found[number] = TooNew.of(cutoff)
    return found


def _foreign(listing: Listing, rules: Rules, digests: Digests) -> dict[int, Reason]:
    """Return the numbers of the files that the user's digests do not admit, with that."""
    found: dict[int, Reason] = {}
    name, summary = listing.name, listing.summary
    pinned = rules.pins(name)
    for version, text in enumerate(summary.texts):
        if pinned and not rules.pinned(name, text):
            continue  # it is left out anyhow, and there may be thousands
        for number in summary.files(version):
            reason = digests.reason(name, listing.file(number))
            if reason is not None:
                found[number] = reason
    return found


def _rank_of(ranked: tuple[int, int]) -> int:
    return ranked[0]


#: Ranks beyond those of wheels: of a source distribution, and of a file that may not be used.
_LAST, _UNFIT = 1 << 30, 1 << 31

#: What a wheel without a rank is for, nearest last.
_NEAREST = {
    "malformed": "its tags cannot be read",
    "python": "it is for another Python",
    "abi": "it is for another ABI",
    "platform": "it is for another platform",
}
