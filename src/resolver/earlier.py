"""What was chosen before: versions to be kept where that is possible, and what is to be upgraded.

``Preferences`` are pins of an earlier answer.  They decide which candidate is tried first, and let a version
that was yanked meanwhile be used on; they forbid nothing.  Reading files that hold such pins is in
``formats.locked``, the order of candidates in ``problem``, and the rules about files in ``judging``.

See docs/earlier-versions.md for what users are promised.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.version import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Protocol

    class Offered(Protocol):
        """What of ``offers.Offer`` is looked at."""

        name: str
        fitting: int
        only_yanked: int
        yanks: bool

        def exactly(self, version: str) -> int:
            """Return the mask of the candidates of one version."""


__all__ = ["Preferences", "preferences", "read_fixed", "read_upgrades", "upgraded"]


class Preferences:
    """The versions that packages had before, by normalised name; most have one.

    ``dropped`` are the packages of which nothing is kept, since they are to be upgraded: with the versions
    they had where no bound says how far.  Of the packages ``held`` nothing but versions of before is
    admitted.  ``warnings`` are sentences about texts that are no pins, which are ignored.
    """

    __slots__ = ("_keys", "dropped", "held", "versions", "warnings")

    def __init__(
        self,
        versions: Mapping[str, Sequence[str]],
        *,
        dropped: Mapping[str, Sequence[str]] | None = None,
        warnings: Iterable[str] = (),
    ) -> None:
        self.versions = versions
        self.dropped = dropped or {}
        self.held: Collection[str] = ()
        self.warnings = tuple(warnings)
        self._keys: dict[str, frozenset[bytes]] = {}

    def narrowed(self, offer: Offered, mask: int) -> int:
        """Return what of ``mask`` is a version of before; 0 if nothing is.

        Where a package had several, for different targets, it is the first of them that is in ``mask``.
        """
        for version in self.versions.get(offer.name, ()):
            found = offer.exactly(version) & mask
            if found:
                return found
        return 0

    def all_of(self, offer: Offered) -> int:
        """Return the mask of all versions of before."""
        mask = 0
        for version in self.versions.get(offer.name, ()):
            mask |= offer.exactly(version)
        return mask

    def opens(self, offer: Offered, closed: int) -> bool:
        """Tell whether a version of before is among those that are ``closed`` to others."""
        return any(offer.exactly(version) & closed for version in self.versions.get(offer.name, ()))

    def has(self, name: str, version: str) -> bool:
        """Tell whether package ``name`` had just this version."""
        keys = self._keys.get(name)
        if keys is None:
            keys = self._keys[name] = frozenset(Version(each).key for each in self.versions.get(name, ()))
        return Version(version).key in keys if keys else False


def preferences(texts: Sequence[str], upgrades: Sequence[str], holds: Callable[[str], bool]) -> Preferences:
    """Return what ``texts`` (requirements ``name==version``) prefer, without packages that get ``upgrades``.

    A text whose marker does not hold says nothing here.  Raises ``InputError`` for ``upgrades``.
    """
    read = read_upgrades(upgrades)
    bounded = {each.name for each in read if each.specifier_text}
    dropped: dict[str, list[str]] = {each.name: [] for each in read}
    versions: dict[str, list[str]] = {}
    warnings: list[str] = []
    for text in texts:
        try:
            name, version = _pin(text, holds)
        except ValueError as error:
            warnings.append(f"the preference {text!r} is ignored: {error}")
            continue
        if not version or name in bounded:
            continue
        found = dropped.get(name)
        if found is None:
            found = versions.setdefault(name, [])
        found.append(version)
    return Preferences(versions, dropped=dropped, warnings=warnings)


def _pin(text: str, holds: Callable[[str], bool]) -> tuple[str, str]:
    """Return name and version of a pin, "" where it does not count here.  Raises ``ValueError``."""
    name, _, version = text.partition("==")
    if not version.replace(".", "").isalnum():  # nearly all are
        requirement = Requirement.parse(text)
        name, version = requirement.name, requirement.specifiers.pin or ""
        if not version or len(list(requirement.specifiers)) > 1:
            raise ValueError("it is no pin, which is written as name==version")
        version = version if holds(requirement.marker) else ""
    if version:
        Version(version)
    return normalise(name), version


def read_upgrades(texts: Iterable[str]) -> list[Requirement]:
    """Read what is to be upgraded: names, perhaps with bounds.  Raises ``InputError``."""
    found: list[Requirement] = []
    for text in texts:
        try:
            requirement = Requirement.parse(text)
            normalise(requirement.name)
        except (InvalidRequirement, InvalidName) as error:
            raise InputError(f"upgrade_packages {text!r}: {error}") from None
        if requirement.url is not None or requirement.extras or requirement.marker:
            raise InputError(f"upgrade_packages {text!r}: write a name, or a name with bounds of its version")
        found.append(requirement)
    return found


def upgraded(texts: Iterable[str]) -> list[Requirement]:
    """Return the constraints that upgrades come to: those of ``read_upgrades`` that have bounds."""
    return [each for each in read_upgrades(texts) if each.specifier_text]


def read_fixed(texts: Iterable[str], holds: Callable[[str], bool] | None = None) -> dict[str, str]:
    """Return the versions of the packages that are fixed, by name.  Raises ``InputError``.

    A text whose marker does not hold says nothing here; without ``holds``, one that has a marker.
    """
    found: dict[str, str] = {}
    for text in texts:
        try:
            name, version = _pin(text, holds or _is_empty)
        except ValueError as error:
            raise InputError(f"fixed {text!r}: {error}") from None
        if not version:
            continue
        if Version(found.setdefault(name, version)) != Version(version):
            raise InputError(f"fixed {text!r}: {name} is fixed at {found[name]} already")
    return found


def _is_empty(marker: str) -> bool:
    return not marker
