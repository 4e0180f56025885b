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

from resolver.judging import FileLists, Judge, Rules, package_names
from resolver.model.version import Version
from resolver.policy import ExcludedByConstraint, PreRelease

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.policy import Reason

__all__ = ["Candidates", "Catalog", "Rules", "package_names", "read_listing"]


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

    def __init__(self, listing: Listing, judge: Judge) -> None:
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


def read_listing(listing: Listing, environment: Environment, rules: Rules) -> Candidates:
    """Return the candidates of ``listing``; cost linear in the sorts of its files, and in its versions."""
    judge = Judge(listing, environment, rules)
    found = Candidates(listing, judge)
    rejected: dict[Reason, int] = {}
    others = 0 if rules.pre_releases.allowed(listing.name) else found.everything & ~found.finals
    for reason, only_yanked, mask in judge.verdicts():
        if reason is not None:
            rejected[reason] = rejected.get(reason, 0) | mask
        else:
            found.usable |= mask
            if only_yanked:
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
        file = self._candidates[name].files.first(candidate)
        assert file is not None  # or else the candidate would not be usable
        return file
