"""What a user may get: one rule each, as pure functions over facts already held.

A rule looks at one file or one version and answers with a ``Reason`` (the closed set below) or None.  Which
rule goes first is decided in ``catalog``; how a reason is worded is part of the reason, so that every
rendering says the same.  Nothing here reads a page, a clock or an option table.

Specifications: PEP 592 (yanked files), PEP 440 "Handling of pre-releases", PEP 700 (upload times).
"""

from __future__ import annotations

from resolver.model.names import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping

    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement

__all__ = [
    "BadMetadata",
    "BuildFault",
    "Cutoff",
    "DirectReference",
    "ExcludedByConstraint",
    "HashUnknown",
    "NeedsBuild",
    "NoMatchingWheel",
    "NotFollowed",
    "OtherHash",
    "OtherReference",
    "OtherThanBefore",
    "PreRelease",
    "PreReleases",
    "PythonMismatch",
    "Reason",
    "RejectedByCaller",
    "SourceOnly",
    "TooNew",
    "Unreadable",
    "WheelOnly",
    "Yanked",
    "read_modes",
    "split_mode",
    "too_new",
    "yanked",
]


class Reason:
    """Why a candidate cannot be used; equal when class and detail are equal.

    ``detail`` is the fact from the index (a specifier, a yank reason, a tag), on one line and cut where it is
    very long; ``says(many)`` is the predicate of a sentence about one or many candidates.
    """

    __slots__ = ("detail",)

    def __init__(self, detail: str = "") -> None:
        # What an index wrote must not look like lines of ours.
        self.detail = detail if detail.isprintable() and len(detail) <= _LONGEST else _one_line(detail)

    def says(self, *, many: bool) -> str:
        """Return the predicate of a sentence whose subject is one version, or ``many`` of them."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and type(self) is type(other) and self.detail == other.detail

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.detail))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.detail!r})"


_LONGEST = 500  # characters of a detail


def _one_line(text: str) -> str:
    line = " ".join(text[: 8 * _LONGEST].split())
    shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    if shown.isprintable():
        return shown
    # What an index wrote must not control a terminal either.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


class PythonMismatch(Reason):
    """``Requires-Python`` leaves the target out; ``detail`` is the specifier, then the target's version."""

    __slots__ = ("python",)

    def __init__(self, detail: str, python: str = "") -> None:
        super().__init__(detail)
        self.python = python

    def says(self, *, many: bool) -> str:
        """Say which Python is wanted and which one it is for."""
        need = "need" if many else "needs"
        return f"{need} Python {self.detail} (the target is Python {self.python})"


class Unreadable(Reason):
    """The index says something about the file that cannot be read; ``detail`` says what."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say what cannot be read."""
        return f"{'have' if many else 'has'} {self.detail}"


class NoMatchingWheel(Reason):
    """There are wheels, but none for the target; ``detail`` says what the nearest one is for."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that no wheel fits."""
        return f"{'have' if many else 'has'} no wheel for the target ({self.detail})"


class SourceOnly(Reason):
    """There is only a source distribution, and the user allows none."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that there is no wheel."""
        return f"{'have' if many else 'has'} no wheel (building source distributions is off)"


class WheelOnly(Reason):
    """There are only wheels, and the user allows none."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that there is no source distribution."""
        return f"{'have' if many else 'has'} no source distribution (wheels are not allowed)"


class NeedsBuild(Reason):
    """Only a build of its source distribution could tell what it requires, and building is off."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that it would have to be built."""
        del many
        return "would have to be built (building is off)"


class BuildFault(Reason):
    """Its source distribution could not be built; ``detail`` says what went wrong."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say what went wrong."""
        del many
        return f"could not be built ({self.detail})"


class Yanked(Reason):
    """Every file that fits was yanked (PEP 592); ``detail`` is the reason the publisher gave."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that it was yanked, and why where that is known."""
        why = f" ({self.detail})" if self.detail else ""
        return f"{'were' if many else 'was'} yanked{why}"


class OtherHash(Reason):
    """No file has one of the hashes that the user gave; ``detail`` says where these stand."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that the hashes differ."""
        return f"{'have' if many else 'has'} no file with a hash that is given for it{self.detail}"


class HashUnknown(Reason):
    """Of no file a hash is known to be compared with those given; ``detail`` says where these stand."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that the index gives none."""
        return f"{'have' if many else 'has'} no file of which the index gives a hash to compare{self.detail}"


class PreRelease(Reason):
    """A pre-release, and pre-releases are not allowed."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that pre-releases are not allowed."""
        what = "are pre-releases" if many else "is a pre-release"
        return f"{what} (pre-releases are not allowed)"


class Cutoff:
    """From when on uploads do not count: ``instant``, as RFC 3339 text in UTC.

    ``option`` is the field of ``Options`` that says so, ``key`` the package or index that it says it of.
    """

    __slots__ = ("instant", "key", "option")

    def __init__(self, instant: str, option: str = "exclude_newer", key: str = "") -> None:
        self.instant = instant
        self.option = option
        self.key = key

    @property
    def flag(self) -> str:
        """The option of the command line that says so."""
        return _FLAGS[self.option]


_FLAGS = {
    "exclude_newer": "--exclude-newer",
    "exclude_newer_packages": "--exclude-newer-package",
    "exclude_newer_indexes": "--exclude-newer-index",
}


class TooNew(Reason):
    """Uploaded at or after the cut-off, or at an unknown time; ``detail`` is the cut-off, and whose it is."""

    __slots__ = ("cutoff",)

    def __init__(self, detail: str, cutoff: Cutoff | None = None) -> None:
        super().__init__(detail)
        self.cutoff = Cutoff(detail) if cutoff is None else cutoff

    @classmethod
    def of(cls, cutoff: Cutoff) -> TooNew:
        """Return the reason of what ``cutoff`` leaves out."""
        whose = f" ({cutoff.flag} {cutoff.key})" if cutoff.key else ""
        return cls(f"{cutoff.instant}{whose}", cutoff)

    def says(self, *, many: bool) -> str:
        """Say that the cut-off leaves it out."""
        return f"{'were' if many else 'was'} uploaded after {self.detail} or at an unknown time"


class ExcludedByConstraint(Reason):
    """A constraint of the user's leaves it out; ``detail`` is the constraint and its origin."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Name the constraint."""
        return f"{'are' if many else 'is'} excluded by the constraint {self.detail}"


class RejectedByCaller(Reason):
    """Who called the library does not want it; ``detail`` is what their callable said."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that it is rejected, and why where that is known."""
        why = f": {self.detail}" if self.detail else " by the caller"
        return f"{'are' if many else 'is'} rejected{why}"


class OtherThanBefore(Reason):
    """It is not the version that its package had before, and that is tried to be kept."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say that another version is to be kept."""
        return f"{'are' if many else 'is'} not the version of before"


class BadMetadata(Reason):
    """Its metadata cannot be had or used; ``detail`` says what is wrong."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Say what is wrong with the metadata."""
        return f"{'have' if many else 'has'} unusable metadata: {self.detail}"


class DirectReference(Reason):
    """It requires something by URL, which index packages may not; ``detail`` is that requirement.

    ``package`` is what it requires; ``option`` says whether ``--allow-url`` would allow it.
    """

    __slots__ = ("option", "package")

    def __init__(self, detail: str, package: str = "", *, option: bool = False) -> None:
        super().__init__(detail)
        self.package = package
        self.option = option

    def says(self, *, many: bool) -> str:
        """Name the requirement that is refused."""
        verb = "require" if many else "requires"
        return f"{verb} {self.detail} (direct references in metadata are refused)"


class NotFollowed(DirectReference):
    """It requires something by URL, as it may, but it is not known yet that this is where that comes from."""

    __slots__ = ("reference",)

    def __init__(self, detail: str, package: str, reference: Reference) -> None:
        super().__init__(detail, package)
        self.reference = reference


class OtherReference(Reason):
    """It requires by URL what comes from somewhere else; ``detail`` is the requirement, and from where."""

    __slots__ = ()

    def says(self, *, many: bool) -> str:
        """Name the requirement, and what is used instead."""
        return f"{'require' if many else 'requires'} {self.detail}"


def yanked(why: bool | str | None, *, pinned: bool) -> Yanked | None:  # noqa: FBT001  # a value of the page
    """Return the reason to leave a yanked file out, or None: it is not yanked, or ``pinned`` exactly.

    PEP 592 lets a yanked file be used only where ``==`` or ``===`` names its very version.
    """
    if pinned or why is None or why is False:
        return None
    return Yanked("" if why is True else why)


def too_new(uploaded: str | None, cutoff: str | None) -> TooNew | None:
    """Return the reason to leave out a file uploaded at or after ``cutoff``, or at an unknown time.

    Both times are RFC 3339 text in UTC with a ``Z``, as PEP 700 has them, so that text order is time order;
    a fraction of a second sorts after the whole one, as it should.  What is not written so is no time.
    """
    if cutoff is None:
        return None
    if uploaded is not None and uploaded.rstrip("Z") < cutoff.rstrip("Z") and _is_time(uploaded):
        return None
    return TooNew(cutoff)


def _is_time(text: str) -> bool:
    """Tell whether ``text`` begins as ``2024-06-01T00:00:00`` does."""
    date = text[:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19]
    marks = text[4:5], text[7:8], text[10:11], text[13:14], text[16:17]
    return marks == ("-", "-", "T", ":", ":") and all(part.isascii() and part.isdigit() for part in date)


class PreReleases:
    """Which pre-releases may be used, and when.

    ``mode`` is one of

    * ``"disallow"``: never;
    * ``"allow"``: like any other version;
    * ``"if-necessary"``: only where no final version is left to choose from (PEP 440);
    * ``"explicit"``: the same, and only of packages for which a requirement of the user's own names one.

    or what ``modes`` say of a package.  Those that are ``given`` by an address may be any version.
    """

    __slots__ = ("_given", "_named", "mode", "modes")

    def __init__(
        self,
        mode: str,
        requirements: Collection[Requirement] = (),
        given: Container[str] = (),
        modes: Mapping[str, str] | None = None,
    ) -> None:
        self.mode = mode
        self.modes = modes or {}
        self._given = given
        self._named = frozenset(
            requirement.name for requirement in requirements if requirement.specifiers.names_prerelease
        )

    def allowed(self, name: str) -> bool:
        """Tell whether pre-releases of package ``name`` are candidates at all."""
        if name in self._given:
            return True
        mode = self.modes.get(name, self.mode)
        if mode == "explicit":
            return name in self._named
        return mode != "disallow"

    def last(self, name: str) -> bool:
        """Tell whether final versions of package ``name`` are tried before any pre-release."""
        return self.modes.get(name, self.mode) != "allow"


def split_mode(text: str, known: Collection[str]) -> tuple[str, str]:
    """Return what a text ``NAME=MODE`` is about, in normal form, and the mode.  Raises ``ValueError``.

    ``:all:`` stands for all packages, ``:none:`` for none.
    """
    name, equals, mode = text.partition("=")
    if not equals or not name or mode not in known:
        raise ValueError(f"write it as NAME=MODE, where MODE is one of: {', '.join(known)}")
    return name if name in (":all:", ":none:") else normalise(name), mode


def read_modes(mode: str, texts: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return the mode of all packages, and of single ones, by ``mode`` and what ``texts`` say after it.

    As in pip's options, ``:all:`` is for all packages whatever was said before, and ``:none:`` takes back
    what gave its mode to packages before.

    >>> read_modes("if-necessary", ["a=allow", "B=disallow", ":none:=allow"])
    ('if-necessary', {'b': 'disallow'})
    """
    modes: dict[str, str] = {}
    before = mode
    for text in texts:
        name, wanted = split_mode(text, (text.partition("=")[2],))
        if name == ":all:":
            mode = wanted
            modes.clear()
        elif name == ":none:":
            modes = {each: other for each, other in modes.items() if other != wanted}
            mode = before if mode == wanted else mode
        else:
            modes[name] = wanted
    return mode, modes
