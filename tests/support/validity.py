"""Which pins satisfy requirements, told by ``packaging`` alone: an oracle that shares no code with us.

``Truth`` reads packages, as ``MemorySource`` takes them, with the choices of a user.  ``faults`` says what is
wrong with pins; ``Truth.is_solvable`` tries all versions of everything, without a single idea of a solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.markers import UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, parse_tag
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from support.memory import requires_dist

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Truth", "faults"]


def faults(
    requirements: Iterable[str],
    packages: Mapping[str, Mapping[str, Any]],
    pins: Mapping[str, str],
    variables: Mapping[str, str],
) -> list[str]:
    """Return a sentence for each requirement that ``pins`` leave unfulfilled and each pin nobody wants.

    ``packages`` are as ``MemorySource`` takes them.  A requirement that cannot be read is a fault.
    """
    return Truth(packages, variables, list(requirements)).faults(pins)


class Truth:
    """What is so: ``packages`` as ``MemorySource`` takes them, and what a user wants of them.

    ``prerelease`` is the option of that name, ``prereleases`` are modes of single packages.  Wheels are
    judged by their tags as far as these speak of pure Python: the platform is no part of the truth.
    """

    def __init__(  # noqa: PLR0913  # one parameter a choice of the user's
        self,
        packages: Mapping[str, Mapping[str, Any]],
        variables: Mapping[str, str],
        requirements: Sequence[str],
        *,
        constraints: Sequence[str] = (),
        overrides: Sequence[str] = (),
        excludes: Sequence[str] = (),
        prerelease: str = "if-necessary",
        prereleases: Mapping[str, str] | None = None,
    ) -> None:
        self._variables = variables
        self._packages: dict[str, Mapping[str, Any]] = {
            canonicalize_name(name): versions for name, versions in packages.items()
        }
        self._requirements = [Requirement(text) for text in requirements]
        self._constraints = [each for each in map(Requirement, constraints) if self._holds(each, "")]
        self._overrides = [Requirement(text) for text in overrides]
        self._overridden = {canonicalize_name(each.name) for each in self._overrides}
        self._excludes = {canonicalize_name(name) for name in excludes}
        self._prerelease = prerelease
        self._prereleases = prereleases or {}
        self._known: dict[tuple[str, str, str], list[Requirement] | str] = {}
        self._usable: dict[str, list[str]] = {}

    def faults(self, pins: Mapping[str, str]) -> list[str]:
        """Return a sentence for each rule that ``pins`` break; what policy says is not among the rules."""
        found: list[str] = []
        wanted: set[str] = set()
        done: set[tuple[str, str]] = set()
        ahead = [(each, "the root") for each in self.root()]
        while ahead:
            requirement, parent = ahead.pop()
            name = canonicalize_name(requirement.name)
            wanted.add(name)
            if name not in pins:
                found.append(f"{parent} requires {requirement}, and {name} is not pinned")
            elif not _admits(requirement, pins[name]):
                found.append(f"{parent} requires {requirement}, and {name} is pinned to {pins[name]}")
            else:
                for extra in ("", *_extras(requirement)):
                    if (name, extra) not in done:
                        done.add((name, extra))
                        more = self.needs(name, pins[name], extra)
                        if isinstance(more, str):
                            found.append(more)
                        else:
                            ahead += [(each, f"{name}=={pins[name]}") for each in more]
        found += [f"nobody wants {name}" for name in pins if name not in wanted]
        for constraint in self._constraints:
            version = pins.get(canonicalize_name(constraint.name))
            if version is not None and not _admits(constraint, version):
                found.append(f"the constraint {constraint} excludes {version}")
        return found

    def is_solvable(self) -> bool:
        """Tell whether any choice of usable versions satisfies everything; tries them all."""
        ahead: list[tuple[dict[str, str], frozenset[tuple[str, str]], list[Requirement]]] = [
            ({}, frozenset(), self.root())
        ]
        while ahead:
            pins, done, todo = ahead.pop()
            if not todo:
                return True
            requirement, *rest = todo
            name = canonicalize_name(requirement.name)
            for version in [pins[name]] if name in pins else self.usable(name):
                if not _admits(requirement, version):
                    continue
                new = [e for e in ("", *_extras(requirement)) if (name, e) not in done]
                needs = [self.needs(name, version, extra) for extra in new]
                if any(isinstance(more, str) for more in needs):
                    continue
                lists = [more for more in needs if not isinstance(more, str)]
                ahead.append(
                    (
                        {**pins, name: version},
                        done | {(name, extra) for extra in new},
                        [*rest, *(each for more in lists for each in more)],
                    )
                )
        return False

    def root(self) -> list[Requirement]:
        """Return what the user requires here."""
        return list(self._replaced([each for each in self._requirements if self._holds(each, "")]))

    def needs(self, name: str, version: str, extra: str) -> list[Requirement] | str:
        """Return what a version requires here, or what its ``extra`` adds; or a sentence why it cannot."""
        key = (name, version, extra)
        if key not in self._known:
            self._known[key] = self._read(name, version, extra)
        return self._known[key]

    def usable(self, name: str) -> list[str]:
        """Return the versions of ``name`` that the rules about files and versions leave."""
        if name not in self._usable:
            versions = self._packages.get(name, {})
            self._usable[name] = [text for text, facts in versions.items() if self._fits(name, text, facts)]
        return self._usable[name]

    def _fits(self, name: str, text: str, facts: Mapping[str, Any]) -> bool:
        try:
            version = Version(text)
        except InvalidVersion:
            return False
        users = [
            each
            for each in (*self._requirements, *self._constraints, *self._overrides)
            if canonicalize_name(each.name) == name
        ]
        pinned = any(_is_pin(each) and _admits(each, text) for each in users)
        named = any(_names_prerelease(each) for each in users)
        mode = self._prereleases.get(name, self._prerelease)
        refused = mode == "disallow" or (mode == "explicit" and not named)
        return (
            _has_file(facts)
            and (pinned or not facts.get("yanked"))
            and not (version.is_prerelease and refused)
            and self._python_fits(facts)
            and all(_admits(e, text) for e in self._constraints if canonicalize_name(e.name) == name)
        )

    def _python_fits(self, facts: Mapping[str, Any]) -> bool:
        text = facts.get("requires_python")
        if text is None:
            return True
        try:
            python = SpecifierSet(text)
        except InvalidSpecifier:
            return False
        return python.contains(self._variables["python_full_version"], prereleases=True)

    def _read(self, name: str, version: str, extra: str) -> list[Requirement] | str:
        found: list[Requirement] = []
        parent = f"{name}=={version}"
        for line in requires_dist(self._facts(name, version)):
            try:
                requirement = Requirement(line)
                applies = self._holds(requirement, extra) and not (extra and self._holds(requirement, ""))
            except InvalidRequirement as error:
                return f"{parent} has an unreadable requirement {line!r}: {error}"
            except UndefinedComparison as error:
                return f"{parent} has a requirement without a meaning {line!r}: {error}"
            if applies:
                found.append(requirement)
        replaced = list(self._replaced(found))
        linked = [each for each in replaced if each.url is not None]
        return f"{parent} requires {linked[0]}" if linked else replaced

    def _facts(self, name: str, version: str) -> Mapping[str, Any]:
        versions = self._packages[name]
        text = version if version in versions else next(each for each in versions if _same(each, version))
        facts: Mapping[str, Any] = versions[text]
        return facts

    def _holds(self, requirement: Requirement, extra: str) -> bool:
        marker = requirement.marker
        return marker is None or marker.evaluate({**self._variables, "extra": extra})

    def _replaced(self, requirements: Iterable[Requirement]) -> Iterator[Requirement]:
        for requirement in requirements:
            name = canonicalize_name(requirement.name)
            if name in self._excludes:
                continue
            if name not in self._overridden:
                yield requirement
                continue
            for override in self._overrides:
                if canonicalize_name(override.name) == name and self._holds(override, ""):
                    yield override


_PURE = frozenset([*compatible_tags((3, 12), "cp312", ["any"]), Tag("cp312", "none", "any")])


def _has_file(facts: Mapping[str, Any]) -> bool:
    tags = facts.get("wheel_tags") or ["py3-none-any"]
    wheel = facts.get("wheel", True) and any(parse_tag(tag) & _PURE for tag in tags)
    return bool(wheel or facts.get("sdist", False))


def _admits(requirement: Requirement, version: str) -> bool:
    return requirement.specifier.contains(version, prereleases=True)


def _extras(requirement: Requirement) -> list[str]:
    return [canonicalize_name(extra) for extra in requirement.extras]


def _is_pin(requirement: Requirement) -> bool:
    return any(
        each.operator in ("==", "===") and not each.version.endswith(".*") for each in requirement.specifier
    )


def _names_prerelease(requirement: Requirement) -> bool:
    return any(
        each.operator != "!=" and not each.version.endswith(".*") and Version(each.version).is_prerelease
        for each in requirement.specifier
    )


def _same(text: str, version: str) -> bool:
    try:
        return Version(text) == Version(version)
    except InvalidVersion:
        return False
