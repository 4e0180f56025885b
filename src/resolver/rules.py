"""The user's part in the rules about candidates: what was chosen, pinned and constrained.

What each rule says is in ``policy``; they are applied to files in ``judging`` and to versions in ``catalog``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.names import InvalidName, normalise
from resolver.policy import PreReleases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.model.requirement import Requirement
    from resolver.model.specifiers import Specifiers

__all__ = ["Rules", "package_names"]


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

    @property
    def about_files(self) -> str | None:
        """All that decides about files, but pins; None where a cut-off does, which a clock may have set."""
        return None if self.cutoff is not None else repr((self._wheels_alone, sorted(self._wheels)))

    def constraints(self, name: str) -> Sequence[Requirement]:
        """Return the constraints on package ``name``."""
        return self._constraints.get(name, ())

    def pins_alike(self, other: Rules, name: str) -> bool:
        """Tell whether both pin the same versions of package ``name``."""
        ours, theirs = self._pins.get(name, ()), other._pins.get(name, ())
        return [each.text for each in ours] == [each.text for each in theirs]

    def sources(self, name: str) -> bool:
        """Tell whether source distributions of package ``name`` may be candidates."""
        return not self._wheels_alone and name not in self._wheels


def package_names(option: str, names: Iterable[str]) -> list[str]:
    """Return the packages that ``option`` names in normal form.  Raises ``InputError``."""
    try:
        return [normalise(name) for name in names]
    except InvalidName as error:
        raise InputError(f"{option}: {error}") from None
