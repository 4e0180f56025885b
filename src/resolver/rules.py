"""The user's part in the rules about candidates: what was chosen, pinned and constrained.

What each rule says is in ``policy``; they are applied to files in ``judging`` and to versions in ``catalog``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.names import InvalidName, normalise
from resolver.policy import PreReleases, read_modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from resolver.cutoffs import Cutoffs
    from resolver.digests import Digests
    from resolver.earlier import Offered, Preferences
    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement
    from resolver.model.specifiers import Specifiers
    from resolver.patches import Patches
    from resolver.policy import Cutoff

__all__ = ["Rules", "package_names"]


class Rules:
    """The user's choices that decide which candidates are usable.

    Source distributions of the packages that ``only_binary`` names are no candidates, nor are wheels of those
    that ``no_binary`` names; ``":all:"`` names all, and ``":none:"`` takes back what stands before it. A name
    counts more than the other option's ``":all:"``.  With ``prefer_binary`` versions with a wheel that fits
    come before those without.  ``prereleases`` say of single packages what ``prerelease`` says of all
    (``policy.read_modes``), ``cutoffs`` which uploads do not count, if any.  ``requirements`` are the user's
    own (constraints and overrides included): an exact pin among them admits a yanked file, a named
    pre-release counts as a wish.  ``constraints`` are those whose marker holds.  ``references`` are the
    packages that come from an address and not from an index: of their one file only its tags and its Python
    are asked. ``patches`` correct what packages say about themselves, ``digests`` are those that the user
    gave of files.  ``preferences`` are what was chosen before: it may be used although it was yanked since.
    ``fixed`` are packages that are there already, in one version each.  Raises ``InputError`` for a name that
    is none.
    """

    __slots__ = (
        "_constraints",
        "_pins",
        "_sources_only",
        "_wheels_only",
        "cutoffs",
        "digests",
        "fixed",
        "patches",
        "pre_releases",
        "prefer_binary",
        "preferences",
        "references",
    )

    def __init__(  # noqa: PLR0913  # one parameter a choice
        self,
        *,
        prerelease: str = "if-necessary",
        prereleases: Iterable[str] = (),
        cutoffs: Cutoffs | None = None,
        prefer_binary: bool = False,
        only_binary: Iterable[str] = (),
        no_binary: Iterable[str] = (),
        requirements: Sequence[Requirement] = (),
        constraints: Sequence[Requirement] = (),
        references: Mapping[str, Reference] | None = None,
        digests: Digests | None = None,
        patches: Patches | None = None,
        preferences: Preferences | None = None,
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        self.fixed = fixed or {}
        self.patches = patches
        self.preferences = preferences
        self.references = references or {}
        self.digests = digests
        mode, modes = read_modes(prerelease, prereleases)
        self.pre_releases = PreReleases(mode, requirements, self._given(), modes)
        self.cutoffs = cutoffs
        self.prefer_binary = prefer_binary
        self._wheels_only = _Named("only_binary", only_binary)
        self._sources_only = _Named("no_binary", no_binary)
        self._pins: dict[str, list[Specifiers]] = {}
        for requirement in requirements:
            if requirement.specifiers.pin is not None:
                self._pins.setdefault(requirement.name, []).append(requirement.specifiers)
        self._constraints: dict[str, list[Requirement]] = {}
        for constraint in constraints:
            self._constraints.setdefault(constraint.name, []).append(constraint)

    def _given(self) -> Container[str]:
        """Return the packages that may have any version, since that is not chosen here."""
        return {**self.references, **self.fixed} if self.fixed else self.references

    def pinned(self, name: str, version: str) -> bool:
        """Tell whether a requirement of the user's names exactly this version."""
        return any(pin.contains(version, prereleases=True) for pin in self._pins.get(name, ()))

    def pins(self, name: str) -> bool:
        """Tell whether a requirement of the user's names one version of package ``name``."""
        return name in self._pins

    def keeps(self, name: str) -> bool:
        """Tell whether some version of package ``name`` was chosen before."""
        return self.preferences is not None and name in self.preferences.versions

    def kept(self, name: str, version: str) -> bool:
        """Tell whether just this version was chosen before."""
        return self.preferences is not None and self.preferences.has(name, version)

    def opens(self, offer: Offered) -> bool:
        """Tell whether what the user pins, or has chosen before, may open files that are closed to others."""
        if not offer.yanks:
            return False
        closed = offer.only_yanked | ~offer.fitting
        kept = self.preferences
        return offer.name in self._pins or (kept is not None and kept.opens(offer, closed))

    @property
    def about_files(self) -> str:
        """All that decides about files, but pins and, where ``is_noted`` is false, cut-offs."""
        said = (self._wheels_only.said, self._sources_only.said)
        patched = [] if self.patches is None else self.patches.about_files
        return repr((*said, patched) if patched else said)

    def is_noted(self, name: str) -> bool:
        """Tell whether what is made of package ``name`` is for others: not where a clock may have a say."""
        return self.cutoffs is None or not self.cutoffs.concern(name)

    @property
    def constrained(self) -> Collection[str]:
        """The packages that there are constraints on."""
        return self._constraints

    def constraints(self, name: str) -> Sequence[Requirement]:
        """Return the constraints on package ``name``."""
        return self._constraints.get(name, ())

    def pins_alike(self, other: Rules, name: str) -> bool:
        """Tell whether both pin the same versions of package ``name``."""
        ours, theirs = self._pins.get(name, ()), other._pins.get(name, ())
        return [each.text for each in ours] == [each.text for each in theirs]

    def sources(self, name: str) -> bool:
        """Tell whether source distributions of package ``name`` may be candidates."""
        return name in self.references or not self._wheels_only.over(self._sources_only, name)

    def wheels(self, name: str) -> bool:
        """Tell whether wheels of package ``name`` may be candidates."""
        return name in self.references or not self._sources_only.over(self._wheels_only, name)

    def cutoff(self, name: str, index: str = "") -> Cutoff | None:
        """Return from when on uploads of package ``name`` do not count, of files that ``index`` lists."""
        if self.cutoffs is None or name in self.references or name in self.fixed:
            return None
        return self.cutoffs.of(name, index)

    def address(self, name: str) -> str:
        """Return by what a source is asked for package ``name``: its name, or what it is to come from."""
        reference = self.references.get(name)
        return name if reference is None else reference.of(name)


class _Named:
    """The packages that an option names, ``:all:`` and ``:none:`` understood as pip does."""

    __slots__ = ("_all", "_names")

    def __init__(self, option: str, names: Iterable[str]) -> None:
        names = list(names)
        if ":none:" in names:
            names = names[len(names) - names[::-1].index(":none:") :]
        self._all = ":all:" in names
        self._names = frozenset(package_names(option, (name for name in names if name != ":all:")))

    @property
    def said(self) -> object:
        """Return all that counts, as a value that can be written down."""
        return self._all, sorted(self._names)

    def over(self, other: _Named, name: str) -> bool:
        """Tell whether this means package ``name``: by its name, or by all that ``other`` does not name."""
        return name in self._names or (self._all and name not in other._names)


def package_names(option: str, names: Iterable[str]) -> list[str]:
    """Return the packages that ``option`` names in normal form.  Raises ``InputError``."""
    try:
        return [normalise(name) for name in names]
    except InvalidName as error:
        raise InputError(f"{option}: {error}") from None
