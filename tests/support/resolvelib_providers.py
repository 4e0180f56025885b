"""Providers for resolvelib over packages in memory, written as those of resolvelib's own tests behave.

``PackageProvider`` has the Python packages of a corpus: markers, extras as identifiers of their own,
candidates that are new objects at every call and cannot be hashed.  ``GraphProvider`` has packages and
versions that are numbers.  Both count what they are asked for.
"""

# ruff: noqa: ARG002  # the parameters are resolvelib's

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from resolvelib import AbstractProvider, BaseReporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resolvelib.resolvers import Criterion, RequirementInformation
    from resolvelib.structs import State

__all__ = ["Edge", "Events", "GraphProvider", "NarrowingProvider", "Node", "PackageProvider", "Pick"]


class Pick(NamedTuple):
    """A candidate; the set of extras makes it impossible to hash."""

    name: str
    version: Version
    extras: set[str]


class PackageProvider(AbstractProvider[Requirement, Pick, str]):
    """Packages of an index in the form of the corpora: name, version, ``requires``."""

    def __init__(self, packages: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> None:
        self._versions: dict[str, dict[Version, Sequence[str]]] = {}
        self._environment: dict[str, str] = {**dict[str, Any](default_environment()), **environment}
        self.counts: Counter[str] = Counter()
        for name, versions in packages.items():
            known = self._versions.setdefault(canonicalize_name(name), {})
            for text, facts in versions.items():
                try:
                    known[Version(text)] = facts.get("requires", ())
                except InvalidVersion:
                    continue

    def identify(self, requirement_or_candidate: Requirement | Pick) -> str:
        self.counts["identify"] += 1
        name = canonicalize_name(requirement_or_candidate.name)
        extras = ",".join(sorted(requirement_or_candidate.extras))
        return f"{name}[{extras}]" if extras else name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Pick],
        candidates: Mapping[str, Iterator[Pick]],
        information: Mapping[str, Iterator[RequirementInformation[Requirement, Pick]]],
        backtrack_causes: Sequence[RequirementInformation[Requirement, Pick]],
    ) -> Any:
        self.counts["get_preference"] += 1
        return all(each.parent is not None for each in information[identifier]), identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Requirement]],
        incompatibilities: Mapping[str, Iterator[Pick]],
    ) -> Sequence[Pick]:
        self.counts["find_matches"] += 1
        name = identifier.partition("[")[0]
        bad = {each.version for each in incompatibilities[identifier]}
        wanted = list(requirements[identifier])
        extras = {extra for each in wanted for extra in each.extras}
        specifiers = SpecifierSet()
        for each in wanted:
            specifiers &= each.specifier
        fitting = specifiers.filter(version for version in self._versions.get(name, ()) if version not in bad)
        return [Pick(name, version, extras) for version in sorted(fitting, reverse=True)]

    def is_satisfied_by(self, requirement: Requirement, candidate: Pick) -> bool:
        self.counts["is_satisfied_by"] += 1
        return candidate.version in requirement.specifier

    def get_dependencies(self, candidate: Pick) -> Iterable[Requirement]:
        self.counts["get_dependencies"] += 1
        if candidate.extras:
            yield Requirement(f"{candidate.name}=={candidate.version}")
        for text in self._versions[candidate.name][candidate.version]:
            requirement = Requirement(text)
            if self._holds(requirement, candidate.extras):
                yield requirement

    def _holds(self, requirement: Requirement, extras: Iterable[str]) -> bool:
        marker = requirement.marker
        if marker is None:
            return True
        return any(marker.evaluate({**self._environment, "extra": extra}) for extra in extras or ("",))


class NarrowingProvider(PackageProvider):
    """The same with packages first that have one candidate left, or none."""

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Pick],
        candidates: Mapping[str, Iterator[Pick]],
        information: Mapping[str, Iterator[RequirementInformation[Requirement, Pick]]],
        backtrack_causes: Sequence[RequirementInformation[Requirement, Pick]],
    ) -> Iterable[str]:
        self.counts["narrow_requirement_selection"] += 1
        left: dict[int, list[str]] = {}
        identifiers = list(identifiers)
        for identifier in identifiers:
            left.setdefault(len(list(candidates[identifier])), []).append(identifier)
        fewest = min(left)
        return left[fewest] if fewest < 2 else identifiers


class Node(NamedTuple):
    """A candidate of a graph."""

    package: int
    version: int


class Edge(NamedTuple):
    """A requirement of a graph."""

    package: int
    versions: frozenset[int]


class GraphProvider(AbstractProvider[Edge, Node, int]):
    """A graph: what each node needs; newer versions are preferred, smaller packages decided first."""

    def __init__(self, needs: Mapping[Node, Sequence[Edge]]) -> None:
        self._needs = needs
        self._nodes: dict[int, list[Node]] = {}
        self.counts: Counter[str] = Counter()
        for node in sorted(needs, reverse=True):
            self._nodes.setdefault(node.package, []).append(node)

    def identify(self, requirement_or_candidate: Edge | Node) -> int:
        self.counts["identify"] += 1
        return requirement_or_candidate.package

    def get_preference(
        self,
        identifier: int,
        resolutions: Mapping[int, Node],
        candidates: Mapping[int, Iterator[Node]],
        information: Mapping[int, Iterator[RequirementInformation[Edge, Node]]],
        backtrack_causes: Sequence[RequirementInformation[Edge, Node]],
    ) -> Any:
        self.counts["get_preference"] += 1
        return identifier

    def find_matches(
        self,
        identifier: int,
        requirements: Mapping[int, Iterator[Edge]],
        incompatibilities: Mapping[int, Iterator[Node]],
    ) -> Sequence[Node]:
        self.counts["find_matches"] += 1
        bad = set(incompatibilities[identifier])
        wanted = list(requirements[identifier])
        return [
            node
            for node in self._nodes.get(identifier, ())
            if node not in bad and all(node.version in each.versions for each in wanted)
        ]

    def is_satisfied_by(self, requirement: Edge, candidate: Node) -> bool:
        self.counts["is_satisfied_by"] += 1
        return candidate.version in requirement.versions

    def get_dependencies(self, candidate: Node) -> Sequence[Edge]:
        self.counts["get_dependencies"] += 1
        return self._needs[candidate]


class Events(BaseReporter[Any, Any, Any]):
    """Writes down every event, with copies of what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def rounds(self) -> int:
        """Return how many rounds were begun."""
        return sum(name == "starting_round" for name, _ in self.events)

    def visited(self) -> list[Any]:
        """Return the candidates that were pinned or rejected, in order."""
        return [told for name, told in self.events if name in ("pinning", "rejecting_candidate")]

    def starting(self) -> None:
        self.events.append(("starting", None))

    def starting_round(self, index: int) -> None:
        self.events.append(("starting_round", index))

    def ending_round(self, index: int, state: State[Any, Any, Any]) -> None:
        self.events.append(("ending_round", (index, dict(state.mapping))))

    def ending(self, state: State[Any, Any, Any]) -> None:
        self.events.append(("ending", dict(state.mapping)))

    def adding_requirement(self, requirement: Any, parent: Any) -> None:
        self.events.append(("adding_requirement", (requirement, parent)))

    def resolving_conflicts(self, causes: Iterable[RequirementInformation[Any, Any]]) -> None:
        self.events.append(("resolving_conflicts", list(causes)))

    def rejecting_candidate(self, criterion: Criterion[Any, Any], candidate: Any) -> None:
        self.events.append(("rejecting_candidate", candidate))

    def pinning(self, candidate: Any) -> None:
        self.events.append(("pinning", candidate))
