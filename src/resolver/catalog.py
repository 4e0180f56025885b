"""Listing + environment + policy: the candidates of each package, and why the others are none.

A *candidate* is a version of which the index lists at least one file whose name can be read.  Candidates are
sorted by key, oldest first; sets of them are masks (bit *i* = candidate *i*).  Which candidates are usable
follows from the listing alone, so that it is known before any metadata is fetched; each one that is not
carries a ``policy.Reason``.  How candidates become facts for the solver is in ``problem``; where listings
come from is in ``index``.

First go the rules about files, which are in ``judging``, then those about whole versions: pre-release,
constraints.
"""

from __future__ import annotations

from resolver.model.requirement import Origin, Requirement
from resolver.model.version import normal_version
from resolver.offers import Offer
from resolver.policy import ExcludedByConstraint, OtherThanBefore, PreRelease, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import Protocol

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.judging import FileLists, Judge, Verdicts
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.patches import Patch
    from resolver.patching import Patched
    from resolver.requiring import Reader
    from resolver.rules import Rules

    Required = tuple[Requirement, ...]
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["Candidates", "Catalog", "Shelf", "read_listing"]


class Candidates:
    """The candidates of one package; all sequences run from the oldest to the newest.

    ``keys`` are sorted, ``texts`` are the versions as the file names spell them, ``files[i]`` the files
    of candidate *i* that fit (that whose metadata stands for the candidate first) and ``unfit[i]`` the
    others; files are made when somebody looks at them.  ``usable``, ``finals`` and ``yanked`` (usable all
    the same, because pinned) are masks, ``rejections`` pairs of a reason and the mask of the candidates that
    have it.  ``set_aside`` counts files whose names say nothing that can be used.  Of those that are
    ``supposed`` nobody may look at the files: their page has not been confirmed.
    """

    __slots__ = (
        "_binary",
        "_constrained",
        "_files",
        "_held_back",
        "_look",
        "_reasons",
        "finals",
        "name",
        "offer",
        "supposed",
        "usable",
        "yanked",
    )

    def __init__(self, offer: Offer, rules: Rules, look: _Look, *, supposed: bool = False) -> None:
        self.name = offer.name
        self.offer = offer
        self.finals = offer.finals
        others = 0 if rules.pre_releases.allowed(offer.name) else ~offer.finals
        self._held_back = offer.fitting & others
        self.usable = offer.fitting & ~others
        self.yanked = offer.only_yanked & ~others
        self._look = look
        self.supposed = supposed
        self._binary: int | None = None
        self._files: dict[bool, FileLists] = {}
        self._reasons: list[tuple[Reason, int]] | None = None
        self._constrained = self._constrain(rules)

    @property
    def listing(self) -> Listing:
        """Return the listing that the candidates come from."""
        return self._look.listing

    @property
    def keys(self) -> Sequence[bytes]:
        """Return the sort keys."""
        return self.offer.keys

    @property
    def texts(self) -> Sequence[str]:
        """Return the versions as the file names spell them."""
        return self.offer.texts

    @property
    def files(self) -> FileLists:
        """Return the files that fit of each candidate."""
        return self._file_lists(fitting=True)

    @property
    def unfit(self) -> FileLists:
        """Return the files that do not fit of each candidate."""
        return self._file_lists(fitting=False)

    @property
    def binary(self) -> int:
        """Return the mask of those with a wheel that fits.  Cost: the listing is read."""
        if self._binary is None:
            self._binary = self._look.judge.binary()
        return self._binary

    @property
    def set_aside(self) -> int:
        """Return how many files have names that say nothing."""
        return self.offer.set_aside

    @property
    def rejections(self) -> list[tuple[Reason, int]]:
        """Return why candidates are not usable; the oldest version that has a reason decides its place."""
        if self._reasons is None:
            rejected = list(self._look.verdicts().reasons.items())
            if self._held_back:
                rejected.append((PreRelease(), self._held_back))
            self._reasons = [*sorted(rejected, key=_oldest), *self._constrained]
        return self._reasons

    @property
    def everything(self) -> int:
        """Return the mask of all candidates."""
        return (1 << self.offer.count) - 1

    def version(self, candidate: int) -> str:
        """Return the normalised version of ``candidate``."""
        return normal_version(self.offer.text(candidate))

    def reason(self, candidate: int) -> Reason | None:
        """Return why ``candidate`` is not usable, or None if it is."""
        for reason, mask in self.rejections:
            if mask >> candidate & 1:
                return reason
        return None

    def standing(self, candidate: int) -> DistFile | None:
        """Return the file that stands for ``candidate``, perhaps without address (``Offer.standing``)."""
        return self.offer.standing(candidate) or self.files.first(candidate)

    def under(self, rules: Rules) -> Candidates:
        """Return the same under ``rules`` that say the same of files."""
        return Candidates(self.offer, rules, self._look)

    def reject_by_constraints_only(self) -> None:
        """Have no rule about files say anything."""
        self._reasons = list(self._constrained)

    def _file_lists(self, *, fitting: bool) -> FileLists:
        found = self._files.get(fitting)
        if found is None:
            from resolver.judging import FileLists  # noqa: PLC0415  # lazy: start-up time

            found = self._files[fitting] = FileLists(self.listing, self._look.judge, fitting=fitting)
        return found

    def _constrain(self, rules: Rules) -> list[tuple[Reason, int]]:
        rejected: dict[Reason, int] = {}
        kept = rules.preferences
        if kept is not None and self.name in kept.held:
            out = self.usable & ~kept.all_of(self.offer)
            self.usable &= ~out
            rejected[OtherThanBefore()] = out
        for constraint in rules.constraints(self.name):
            out = self.usable & ~self.offer.mask(constraint)
            if out:
                self.usable &= ~out
                origin = f" ({constraint.origin})" if constraint.origin else ""
                rejected[ExcludedByConstraint(f"{constraint.text}{origin}")] = out
        return list(rejected.items())


class _Look:
    """What it takes to look at the files of a listing, which ``load`` brings when somebody does."""

    __slots__ = ("_environment", "_judge", "_listing", "_load", "_rules", "_verdicts")

    def __init__(
        self,
        environment: Environment,
        rules: Rules,
        listing: Listing | None,
        load: Callable[[], Listing] | None,
    ) -> None:
        self._environment = environment
        self._rules = rules
        self._listing = listing
        self._load = load
        self._judge: Judge | None = None
        self._verdicts: Verdicts | None = None

    @property
    def listing(self) -> Listing:
        """Return the listing."""
        if self._listing is None:
            assert self._load is not None
            self._listing = self._load()
        return self._listing

    @property
    def judge(self) -> Judge:
        """Return who applies the rules to it."""
        if self._judge is None:
            from resolver.judging import Judge  # noqa: PLC0415  # lazy: start-up time

            self._judge = Judge(self.listing, self._environment, self._rules)
        return self._judge

    def verdicts(self) -> Verdicts:
        """Return what the rules about files leave."""
        if self._verdicts is None:
            self._verdicts = self.judge.summed_up()
        return self._verdicts


def read_listing(listing: Listing, environment: Environment, rules: Rules) -> Candidates:
    """Return the candidates of ``listing``; cost linear in the sorts of its files, and in its versions."""
    look = _Look(environment, rules, listing, None)
    found = look.verdicts()
    offer = Offer.of(
        listing.name,
        listing.summary,
        fitting=found.fitting,
        only_yanked=found.only_yanked,
        state=listing.state,
    )
    return Candidates(offer, rules, look)


def _marked(requirement: Requirement) -> Requirement:
    """Return the same, as what a patch has made, for explanations."""
    found = Requirement.repaired(requirement.text)
    found.origin = Origin("patched", 0)
    return found


def _oldest(rejection: tuple[Reason, int]) -> int:
    mask = rejection[1]
    return mask & -mask


class Shelf(Protocol):
    """Where offers are that an earlier resolution for the same target has made."""

    def recall(self, name: str) -> Offer | None:
        """Return what is known of package ``name``, if the index still says the same."""

    def renewed(self, name: str) -> Offer | None:
        """Return what was known of package ``name``, if the index, just asked, says the same."""

    def supposed(self, name: str) -> Offer | None:
        """Return what was known of package ``name``, which the index may not say any more."""

    def add(self, offer: Offer) -> None:
        """Take in an offer that was just made of a listing."""

    def listing(self, name: str) -> Listing:
        """Return the listing of which a recalled offer was made."""

    def metadata(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file`` that was read before; raises where it has gone meanwhile."""


class Catalog:
    """All that is known of packages so far; belongs to one resolution.

    It does not fetch: ``session`` puts listings and metadata in as they arrive.  What
    ``shelf`` knows is taken from there, and it is told what is new.
    """

    __slots__ = ("_candidates", "_metadata", "_patched", "_read", "_reader", "environment", "rules", "shelf")

    def __init__(self, environment: Environment, rules: Rules) -> None:
        self.environment = environment
        self.rules = rules
        self.shelf: Shelf | None = None
        self._reader: Reader | None = None
        self._read: dict[tuple[str, int, str], Required | Reason] = {}
        self._candidates: dict[str, Candidates] = {}
        self._metadata: dict[tuple[str, int], Metadata | Reason] = {}
        self._patched: dict[tuple[str, int], Patched | None] = {}

    @property
    def reader(self) -> Reader:
        """Return who reads metadata."""
        if self._reader is None:
            from resolver.requiring import Reader  # noqa: PLC0415  # lazy: start-up time

            self._reader = Reader(self.environment)
        return self._reader

    @property
    def packages(self) -> Mapping[str, Candidates]:
        """Return the packages whose listing is known, by name."""
        return self._candidates

    def candidates(self, name: str) -> Candidates | None:
        """Return the candidates of package ``name``, or None while nothing is known of it."""
        found = self._candidates.get(name)
        if found is None:
            shelf = self._shelf_of(name)
            offer = None if shelf is None else shelf.recall(name)
            if shelf is not None and offer is not None and self._is_common(offer):
                found = self._candidates[name] = self._recalled(offer, shelf)
        return found

    def add_listing(self, listing: Listing) -> Candidates:
        """Take in a listing, once; a second one of the same package is ignored."""
        found = self._candidates.get(listing.name)
        if found is None:
            found = self._candidates[listing.name] = self._taken_in(listing)
        return found

    def supposed(self, name: str) -> Candidates | None:
        """Return what the candidates of package ``name`` were when the index was last asked: for guesses."""
        shelf = self._shelf_of(name)
        offer = None if shelf is None else shelf.supposed(name)
        return None if offer is None or shelf is None else self._recalled(offer, shelf, supposed=True)

    def fix(self, name: str, version: str) -> None:
        """Take for granted that package ``name`` is there in ``version``, whatever indexes and rules say."""
        from resolver.index.listing import Listing  # noqa: PLC0415  # lazy: rarely wanted
        from resolver.model.distfile import DistFile  # noqa: PLC0415  # the same

        file = DistFile(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", "")
        listing = Listing(name, [file])
        offer = Offer.of(name, listing.summary, fitting=1, only_yanked=0)
        offer.learn(0, "", (), provided=True, standing=file)
        look = _Look(self.environment, self.rules, listing, None)
        found = self._candidates[name] = Candidates(offer, self.rules, look)
        found.reject_by_constraints_only()

    def adopt(self, candidates: Candidates) -> None:
        """Take in what another catalog has read, if rules about files say the same of the package here."""
        self._candidates.setdefault(candidates.name, candidates.under(self.rules))

    def share(self, other: Catalog) -> None:
        """Have in common with ``other`` what metadata says, if the same files stand for candidates."""
        self._metadata, self._read, self._reader = other._metadata, other._read, other._reader
        self._patched = other._patched

    def metadata(self, name: str, candidate: int) -> Metadata | Reason | None:
        """Return the metadata of a candidate, the reason why it has none, or None while it is not known."""
        return self._metadata.get((name, candidate))

    def add_metadata(self, name: str, candidate: int, found: Metadata | Reason) -> None:
        """Take in the metadata of a candidate, or the reason why it cannot be had."""
        self._metadata.setdefault((name, candidate), found)

    def required(self, name: str, candidate: int, extra: str) -> Required | Reason | None:
        """Return what a candidate requires here, why it cannot be used, or None while that is not known.

        With ``extra``, what that extra adds.  Cost: that of its metadata's lines, the first time.
        """
        if self.rules.patches is not None and self._patches(name, candidate):
            return self._required_by_patches(name, candidate, extra)
        offer = self._candidates[name].offer
        found = offer.required(candidate, extra)
        if found is not None:
            return found
        if name in self.rules.fixed:
            return ()
        metadata = self._metadata.get((name, candidate))
        if metadata is None and offer.standing(candidate) is not None:
            # Whoever knows a candidate knows it with all extras: which proof is told rests on that.
            metadata = self._look_up(name, candidate)
        if metadata is None or isinstance(metadata, Reason):
            return metadata
        key = (name, candidate, extra)
        read = self._read.get(key)
        if read is None:
            read = self._read[key] = self.reader.read(metadata, extra)
            file = self.metadata_file(name, candidate)
            may_be_noted = file.metadata_is_promised and not metadata.is_private
            if not isinstance(read, Reason) and may_be_noted:
                provided = bool(extra) and extra in self.provided(name, candidate)
                offer.learn(candidate, extra, read, provided=provided, standing=file)
        return read

    def python_reason(self, name: str, candidate: int) -> Reason | None:
        """Return what the metadata of a candidate by itself has against it: the reason, or its Python."""
        patched = None if self.rules.patches is None else self.patched(name, candidate)
        metadata = self._metadata.get((name, candidate)) if patched is None else patched.metadata
        if metadata is None or isinstance(metadata, Reason):
            return metadata
        return self.reader.python_reason(metadata)

    def patched(self, name: str, candidate: int) -> Patched | None:
        """Return the metadata of a candidate as patches leave it; None: there are none, or it is unknown."""
        patches = () if self.rules.patches is None else self._patches(name, candidate)
        if not patches:
            return None
        key = (name, candidate)
        found = self._patched.get(key)
        if found is None:
            from resolver.patches import WHOLE  # noqa: PLC0415  # lazy: rarely wanted
            from resolver.patching import patched  # noqa: PLC0415  # the same

            is_whole = any(patch.kind == WHOLE for patch in patches)
            metadata = None if is_whole else self.raw_metadata(name, candidate)
            if is_whole or metadata is not None:
                version = self._candidates[name].offer.text(candidate)
                found = self._patched[key] = patched(name, version, metadata, patches)
        return found

    def _patches(self, name: str, candidate: int) -> Sequence[Patch]:
        assert self.rules.patches is not None
        return self.rules.patches.of(name, self._candidates[name].offer.text(candidate))

    def _required_by_patches(self, name: str, candidate: int, extra: str) -> Required | Reason | None:
        """Do what ``required`` does where there are patches; offers learn nothing of that."""
        patched = self.patched(name, candidate)
        if patched is None:
            found = self._metadata.get((name, candidate))
            return found if isinstance(found, Reason) else None
        key = (name, candidate, extra)
        read = self._read.get(key)
        if read is None:
            read = self.reader.read(patched.metadata, extra)
            if not isinstance(read, Reason):
                read = tuple(_marked(each) if each.text in patched.lines else each for each in read)
            self._read[key] = read
        return read

    def provides(self, name: str, candidate: int, extra: str) -> bool:
        """Tell whether the metadata of a candidate has ``extra``."""
        if self.rules.patches is not None and self.patched(name, candidate) is not None:
            return extra in self.provided(name, candidate)
        if name in self.rules.fixed:
            return True
        known = self._candidates[name].offer.provides(candidate, extra)
        return extra in self.provided(name, candidate) if known is None else known

    def provided(self, name: str, candidate: int) -> AbstractSet[str]:
        """Return the extras that a candidate has, in normal form."""
        metadata = self.metadata_at_hand(name, candidate)
        return set() if metadata is None else self.reader.extras(metadata)

    def metadata_at_hand(self, name: str, candidate: int) -> Metadata | None:
        """Return the metadata of a candidate, if any; what an earlier resolution has read is read again."""
        patched = None if self.rules.patches is None else self.patched(name, candidate)
        return self.raw_metadata(name, candidate) if patched is None else patched.metadata

    def raw_metadata(self, name: str, candidate: int) -> Metadata | None:
        """Return the metadata of a candidate without patches."""
        metadata = self.metadata(name, candidate)
        if metadata is None and self._candidates[name].offer.standing(candidate) is not None:
            metadata = self._look_up(name, candidate)
        return None if isinstance(metadata, Reason) else metadata

    def _look_up(self, name: str, candidate: int) -> Metadata | None:
        """Return metadata of which the offer knows only a part, where it is at hand."""
        return None if self.shelf is None else self.shelf.metadata(name, self.metadata_file(name, candidate))

    def _taken_in(self, listing: Listing) -> Candidates:
        """Return the candidates of ``listing``, by what was known of it if it says the same as before."""
        shelf = self._shelf_of(listing.name)
        if shelf is None or listing.absent:
            return read_listing(listing, self.environment, self.rules)
        offer = shelf.renewed(listing.name)
        if offer is not None and self._is_common(offer):
            return Candidates(offer, self.rules, _Look(self.environment, self.rules, listing, None))
        found = read_listing(listing, self.environment, self.rules)
        if self._is_common(found.offer):
            shelf.add(found.offer)
        return found

    def _shelf_of(self, name: str) -> Shelf | None:
        """Return where the offer of a package may be.

        Nowhere is that of what comes from an address, or of which only files with given hashes count.
        """
        rules = self.rules
        special = name in rules.references or (rules.digests is not None and rules.digests.names(name))
        return None if special else self.shelf

    def _recalled(self, offer: Offer, shelf: Shelf, *, supposed: bool = False) -> Candidates:
        look = _Look(self.environment, self.rules, None, lambda: shelf.listing(offer.name))
        return Candidates(offer, self.rules, look, supposed=supposed)

    def _is_common(self, offer: Offer) -> bool:
        """Tell whether ``offer`` is the same for all who ask, whatever they pin."""
        return not self.rules.opens(offer)

    def standing(self, name: str, candidate: int) -> DistFile:
        """Return the file that stands for a usable candidate, perhaps without its address."""
        file = self._candidates[name].standing(candidate)
        assert file is not None  # or else the candidate would not be usable
        return file

    def metadata_file(self, name: str, candidate: int) -> DistFile:
        """Return the file whose metadata stands for ``candidate``: the best wheel where there is one."""
        file = self._candidates[name].files.first(candidate)
        assert file is not None  # or else the candidate would not be usable
        return file
