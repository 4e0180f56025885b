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
from resolver.model.distfile import InvalidFilename, split_sdist, split_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, Version, is_prerelease_key, version_key
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
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.index.metadata import Metadata
    from resolver.index.simple import Listing
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.model.specifiers import Specifiers
    from resolver.policy import Reason

__all__ = ["Candidates", "Catalog", "Rules", "package_names", "read_listing"]

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
    others.  ``usable``, ``finals`` and ``yanked`` (usable all the same, because pinned) are masks,
    ``rejections`` pairs of a reason and the mask of the candidates that have it.  ``set_aside`` counts files
    whose names say nothing that can be used.
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

    def __init__(self, listing: Listing) -> None:
        self.name = listing.name
        self.listing = listing
        self.keys: list[bytes] = []
        self.texts: list[str] = []
        self.files: list[list[DistFile]] = []
        self.unfit: list[list[DistFile]] = []
        self.usable = 0
        self.finals = 0
        self.yanked = 0
        self.rejections: list[tuple[Reason, int]] = []
        self.set_aside = 0

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


class _Row:
    """What is gathered about one version while its files go by."""

    __slots__ = ("fitting", "nearest", "stage", "text", "unfit", "wheels")

    def __init__(self, text: str) -> None:
        self.text = text
        self.fitting: list[tuple[int, DistFile]] = []
        self.unfit: list[DistFile] = []
        self.wheels: list[str] = []  # the tags of those that nothing but their tags rules out
        self.nearest: Reason | None = None
        self.stage = -1

    def reject(self, reason: Reason) -> None:
        stage = _STAGES.index(type(reason))
        if stage > self.stage:
            self.stage = stage
            self.nearest = reason


class _Reader:
    """Reads one listing by the rules; what it does for each file counts, since pages have thousands."""

    __slots__ = ("_cutoff", "_environment", "_name", "_pythons", "_rules", "_sources")

    def __init__(self, name: str, environment: Environment, rules: Rules) -> None:
        self._name = name
        self._environment = environment
        self._rules = rules
        self._cutoff = rules.cutoff
        self._sources = rules.sources(name)
        self._pythons: dict[str, Reason | None] = {}

    def rows(self, files: Iterable[DistFile]) -> tuple[dict[bytes, _Row], int]:
        """Return the versions by key, and how many files had names that say nothing usable."""
        name = self._name
        rows: dict[bytes, _Row] = {}
        spelt: dict[str, _Row | None] = {}
        set_aside = 0
        tags: str | None
        for file in files:
            filename = file.filename
            try:
                if filename.endswith(".whl"):
                    text, tags = split_wheel(filename, name)
                else:
                    text, tags = split_sdist(filename, name), None
            except InvalidFilename:
                set_aside += 1
                continue
            row = spelt.get(text)
            if row is None:
                row = spelt[text] = _row(text, rows) if text not in spelt else None
                if row is None:
                    set_aside += 1
                    continue
            self._judge(row, file, tags)
        return rows, set_aside

    def _judge(self, row: _Row, file: DistFile, tags: str | None) -> None:
        """Put ``file`` among the fitting ones of ``row``, with its order of preference, or note why not."""
        reason = self._refusal(row, file)
        if reason is None and tags is not None:
            rank = self._environment.rank(tags)
            if rank is not None:
                row.fitting.append((rank, file))
                return
            row.wheels.append(tags)
        elif reason is None:
            # Metadata of a source distribution can be read where the index serves it (PEP 658).
            if self._sources and file.core_metadata:
                row.fitting.append((_LAST, file))
                return
            reason = SourceOnly()
        row.unfit.append(file)
        if reason is not None:
            row.reject(reason)

    def _refusal(self, row: _Row, file: DistFile) -> Reason | None:
        """Return what rules ``file`` out whatever it is: its time, yanked, its Python."""
        reason: Reason | None = None
        if self._cutoff is not None:
            reason = too_new(file, self._cutoff)
        if file.yanked and reason is None:
            reason = yanked(file, pinned=self._rules.pinned(self._name, row.text))
        requires_python = file.requires_python
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

    def reason(self, row: _Row) -> Reason | None:
        """Return why no file of ``row`` fits: the reason of the one that came furthest."""
        if not row.wheels:
            return row.nearest
        # What a wheel is for is asked only here: most versions have another one that fits.
        nearest = max(map(self._environment.why_unfit, row.wheels), key=list(_UNFIT).index)
        return NoMatchingWheel(_UNFIT[nearest])


def _row(text: str, rows: dict[bytes, _Row]) -> _Row | None:
    """Return the row of a version, which other spellings may share; None where the text is no version."""
    try:
        key = version_key(text)
    except InvalidVersion:
        return None
    row = rows.get(key)
    if row is None:
        row = rows[key] = _Row(text)
    return row


_LAST = 1 << 30

#: What a wheel without a rank is for, nearest last.
_UNFIT = {
    "malformed": "its tags cannot be read",
    "python": "it is for another Python",
    "abi": "it is for another ABI",
    "platform": "it is for another platform",
}


def read_listing(listing: Listing, environment: Environment, rules: Rules) -> Candidates:
    """Return the candidates of ``listing``; cost linear in its files."""
    reader = _Reader(listing.name, environment, rules)
    rows, set_aside = reader.rows(listing.files)
    found = Candidates(listing)
    found.set_aside = set_aside
    rejected: dict[Reason, int] = {}
    allows_pre_releases = rules.pre_releases.allowed(listing.name)
    bit = 1
    for key in sorted(rows):
        row = rows[key]
        fitting = row.fitting
        if len(fitting) > 1:
            fitting.sort(key=_by_rank)
        found.keys.append(key)
        found.texts.append(row.text)
        found.files.append([file for _, file in fitting])
        found.unfit.append(row.unfit)
        final = not is_prerelease_key(key)
        if final:
            found.finals |= bit
        reason = None if fitting else reader.reason(row)
        if reason is None and not final and not allows_pre_releases:
            reason = PreRelease()
        if reason is not None:
            rejected[reason] = rejected.get(reason, 0) | bit
        else:
            found.usable |= bit
            if fitting[0][1].yanked and all(file.yanked for _, file in fitting):
                found.yanked |= bit
        bit <<= 1
    _constrain(found, rules.constraints(listing.name), rejected)
    found.rejections = list(rejected.items())
    return found


def _by_rank(ranked: tuple[int, DistFile]) -> int:
    return ranked[0]


def _constrain(found: Candidates, constraints: Sequence[Requirement], rejected: dict[Reason, int]) -> None:
    for constraint in constraints:
        out = found.usable & ~constraint.specifiers.mask(found.keys, found.texts)
        if out:
            found.usable &= ~out
            origin = f" ({constraint.origin})" if constraint.origin else ""
            rejected[ExcludedByConstraint(f"{constraint.text}{origin}")] = out


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
