"""What there is, for those who judge what is said of it: versions, what can be used, who needs what.

Told by ``packaging`` and ``validity.Truth`` alone.  Versions are normalised text, packages may have an extra,
as in ``name[extra]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from resolver.options import Options
from support.validity import Truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.requirements import Requirement

__all__ = ["Known"]


class Known:
    """The versions of ``packages``, as ``MemorySource`` takes them, and what a user requires of them.

    Of ``options`` those count that say what is required and what may be used.
    """

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, Any]],
        variables: Mapping[str, str],
        requirements: Sequence[str],
        constraints: Sequence[str] = (),
        options: Options | None = None,
    ) -> None:
        options = options or Options()
        self._cutoff = options.exclude_newer
        self._cutoffs = dict(text.split("=") for text in options.exclude_newer_packages)
        self._wheels_alone = {*options.only_binary}
        self.truth = Truth(
            packages,
            variables,
            requirements,
            constraints=constraints,
            overrides=options.overrides,
            excludes=options.excludes,
            prerelease=options.prerelease,
            prereleases=dict(text.split("=") for text in options.prerelease_packages),
        )
        self.python = variables["python_full_version"]
        self.constraints = list(constraints)
        self.versions: dict[str, dict[str, tuple[str, Mapping[str, Any]]]] = {}
        for name, versions in packages.items():
            known = self.versions.setdefault(canonicalize_name(name), {})
            for text, facts in versions.items():
                if not facts.get("wheel", True) and not facts.get("sdist", False):
                    continue  # the index lists no file of it
                try:
                    known.setdefault(str(Version(text)), (text, facts))
                except InvalidVersion:
                    continue

    def cutoff(self, name: str) -> str | None:
        """Return the time from which on uploads of a package do not count."""
        found = self._cutoffs.get(canonicalize_name(name.partition("[")[0]), self._cutoff)
        return None if found == "false" else found

    def of(self, name: str) -> list[str]:
        """Return the versions of a package, oldest first."""
        return sorted(self.versions.get(canonicalize_name(name.partition("[")[0]), ()), key=Version)

    def between(self, name: str, first: str, last: str) -> list[str]:
        """Return those from first to last; of those in the midst only what can be used."""
        versions = self.of(name)
        span = versions[versions.index(first) : versions.index(last) + 1]
        return [each for each in span if each in (first, last) or self.is_usable(name, each)]

    def is_usable(self, name: str, version: str) -> bool:
        """Tell whether the rules about files and versions leave one."""
        base = canonicalize_name(name.partition("[")[0])
        text, facts = self.versions[base][version]
        cutoff = self.cutoff(base)
        return (
            text in self.truth.usable(base)
            and (cutoff is None or str(facts.get("upload_time") or "9999") < cutoff)
            and (bool(facts.get("wheel", True)) or not self._wheels_alone & {":all:", base})
        )

    def needs(self, name: str, version: str, target: str) -> list[Requirement]:
        """Return what a version requires of ``target``, which may have extras."""
        base, _, extra = name.partition("[")
        text, _ = self.versions[canonicalize_name(base)][version]
        needs = self.truth.needs(canonicalize_name(base), text, extra.rstrip("]"))
        if isinstance(needs, str):
            return []
        return self.of_target(needs, target)

    def of_target(self, requirements: Sequence[Requirement], target: str) -> list[Requirement]:
        """Return the requirements of a package; with an extra, those that name it."""
        wanted, _, extras = target.rstrip("]").partition("[")
        some = {canonicalize_name(each) for each in extras.split(",") if each}
        return [
            each
            for each in requirements
            if canonicalize_name(each.name) == canonicalize_name(wanted)
            and some <= {canonicalize_name(one) for one in each.extras}
        ]

    def admitted(self, requirement: Requirement) -> set[str]:
        """Return the versions that a requirement admits, whatever they are."""
        versions = self.versions.get(canonicalize_name(requirement.name), {})
        return {each for each in versions if requirement.specifier.contains(each, prereleases=True)}

    def facts(self, name: str, version: str) -> tuple[str, str, str, Mapping[str, Any]]:
        """Return the base of a name, the version as the packages spell it, the extra, and the facts."""
        base, _, extra = name.partition("[")
        text, facts = self.versions[canonicalize_name(base)][version]
        return canonicalize_name(base), text, extra.rstrip("]"), facts

    def trouble(self, name: str, version: str) -> str | None:
        """Return what is wrong with the metadata of a version, or None."""
        base, text, extra, facts = self.facts(name, version)
        try:
            SpecifierSet(facts.get("requires_python") or "")
        except InvalidSpecifier as error:
            return str(error)
        needs = self.truth.needs(base, text, extra)
        return needs if isinstance(needs, str) else None
