"""Instances from recorded graphs: the corpora of other resolvers and the snapshots of a real index.

Graphs of Python packages go through the project's own catalog and problem, with all metadata at hand: what
comes out are the facts that the solver would be given, for every candidate that can be reached.  Of a
package, pre-releases are left out unless there is nothing else or a requirement admits nothing else; so are
candidates that their own metadata rules out.  Where the data lies is said in ``tests/support``.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT
from benchmarks.instances import Instance, span
from resolver.index.listing import Listing
from resolver.index.metadata import parse_metadata
from resolver.model.distfile import DistFile
from resolver.model.environment import Environment
from resolver.options import Options
from resolver.posing import pose, read_requirements
from resolver.problem import ListingKey, MetadataKey
from resolver.solver.engine import Facts, Need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.instances import Dependency
    from resolver.index.metadata import Metadata
    from resolver.problem import PythonProblem

__all__ = ["batches", "recorded"]

SHARED = ROOT.parent / "shared"


def _corpora() -> Path:
    return Path(os.environ.get("RESOLVER_CORPORA", SHARED / "corpora"))


def index_folder() -> Path:
    """Return where the recorded index lies, if it is here."""
    return Path(os.environ.get("RESOLVER_RECORDED_INDEX", SHARED / "index"))


# -- graphs of Python packages ---------------------------------------------------------------------------


class SnapshotSource:
    """A recorded index: the versions of which a wheel was recorded, with the metadata of that."""

    def __init__(self, snapshot: Any) -> None:  # noqa: ANN401  # ``snapshot.Snapshot``, which need not be here
        self._snapshot = snapshot

    def listing_now(self, name: str) -> Listing:
        """Return the listing of a package."""
        package = self._snapshot.get(name)
        if package is None:
            return Listing(name, absent=True)
        return Listing(
            name,
            [
                DistFile(
                    filename=each["filename"],
                    url=f"https://index.example/{each['filename']}",
                    hashes={},
                    requires_python=each.get("requires-python"),
                    yanked=each.get("yanked") or None,
                    upload_time=each.get("upload-time"),
                    core_metadata=each["filename"] in package.shared_metadata,
                )
                for each in package.closed_files()
            ],
        )

    def metadata_now(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of a wheel."""
        package = self._snapshot.get(name)
        text: str = package.metadata_text(package.shared_metadata[file.filename])
        return parse_metadata(text.encode())


class _Extraction:
    """Asks a problem for the facts of everything that can be reached, and supplies what it needs for that."""

    def __init__(self, problem: PythonProblem, source: Any) -> None:  # noqa: ANN401  # of either kind
        self._problem = problem
        self._source = source
        self.root = self._facts(problem.root)
        self.facts: list[dict[int, Facts]] = []
        package = 0
        while package < len(problem.names):
            self.facts.append(self._package(package))
            package += 1

    def _facts(self, ask: Callable[[], Facts | Need]) -> Facts:
        while True:
            answer = ask()
            if isinstance(answer, Facts):
                return answer
            for key in answer.keys:
                catalog = self._problem.catalog
                if isinstance(key, ListingKey):
                    catalog.add_listing(self._source.listing_now(key.name))
                elif isinstance(key, MetadataKey):
                    found = self._source.metadata_now(key.name, key.file)
                    catalog.add_metadata(key.name, key.candidate, found)

    def _package(self, package: int) -> dict[int, Facts]:
        """Return the facts of all candidates of a package; the newest are asked first."""
        usable = self._problem.universe(package).usable
        found: dict[int, Facts] = {}
        while usable > 1:
            candidate = usable.bit_length() - 2
            usable ^= 2 << candidate
            facts = self._facts(lambda c=candidate: self._problem.dependencies(package, c))  # type: ignore[misc]  # bound at once
            if facts.rejected is None:
                found[candidate] = facts
        return found

    def instance(self, name: str, expected: dict[str, str] | None) -> Instance:
        """Return what was found, with the candidates numbered anew."""
        problem = self._problem
        names = [problem.names.name(number) for number in range(len(self.facts))]
        listed = [
            problem.catalog.packages[problem.names.name(problem.names.base(number))]
            for number in range(len(names))
        ]
        kept = [sorted(each) for each in self._kept(listed)]

        def renumbered(facts: Facts) -> list[Dependency]:
            return [
                (p, sum(2 << i for i, c in enumerate(kept[p]) if mask & 2 << c))
                for p, mask, _ in facts.dependencies
            ]

        extras = [number for number in range(len(names)) if problem.names.extra(number) is not None]
        return Instance(
            name,
            renumbered(self.root),
            [[renumbered(self.facts[p][c]) for c in each] for p, each in enumerate(kept)],
            bases={number: problem.names.base(number) for number in extras},
            names=names,
            versions=[[listed[p].version(c) for c in each] for p, each in enumerate(kept)],
            expected=expected,
        )

    def _kept(self, listed: Sequence[Any]) -> Iterator[set[int]]:
        """Yield the candidates of each package that are kept; those of an extra are those of its base."""
        problem = self._problem
        asked: dict[int, set[int]] = {}
        for facts in (self.root, *(each for candidates in self.facts for each in candidates.values())):
            for package, mask, _ in facts.dependencies:
                asked.setdefault(problem.names.base(package), set()).add(mask >> 1)
        for package in range(len(self.facts)):
            base = problem.names.base(package)
            finals = listed[package].finals
            known = sum(1 << candidate for candidate in self.facts[package])
            wanted = finals & known or known
            for mask in asked.get(base, ()):
                if not mask & finals & known:
                    wanted |= mask & known
            yield {candidate for candidate in self.facts[package] if wanted & 1 << candidate}


def _extracted(  # noqa: PLR0913  # one parameter a fact
    name: str,
    requirements: Sequence[str],
    source: Any,  # noqa: ANN401  # of either kind
    *,
    python: str = "3.12",
    cutoff: str | None = None,
    expected: dict[str, str] | None = None,
) -> Instance:
    options = Options(python_version=python, python_platform="linux", exclude_newer=cutoff)
    problem = pose(read_requirements(requirements), [], options, Environment.target(python, "linux"))
    return _Extraction(problem, source).instance(name, expected)


def recorded() -> Iterator[Instance]:
    """Yield the requirement sets of all snapshots."""
    folder = index_folder()
    if not (folder / "snapshot.py").is_file():
        return
    sys.path.append(str(folder))
    snapshots: Any = importlib.import_module("snapshot")
    for place in (folder / "snapshots" / "visible", *sorted((folder / "snapshots" / "legacy").glob("*"))):
        source = SnapshotSource(snapshots.Snapshot(place))
        for path in sorted((place / "reqs").glob("*.in")):
            requirements = [
                line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()
            ]
            for day in ("", "2024-06", "2025-06"):
                label = f"{path.stem}-{day}" if day else path.stem
                pins = place / "expected" / f"{label}.txt"
                if day and not pins.is_file():
                    continue
                yield _extracted(
                    f"{place.name}/{label}",
                    list(filter(None, requirements)),
                    source,
                    cutoff=f"{day}-01" if day else None,
                    expected=_pins(pins),
                )


def _pins(path: Path) -> dict[str, str] | None:
    if not path.is_file():
        return None
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        if version:
            found[name] = version
    return found or None


def _python_cases(corpus: str) -> Iterator[Instance]:
    from support.memory import MemorySource  # noqa: PLC0415  # wants pytest beside it

    for path in sorted((_corpora() / corpus / "cases").rglob("*.json")):
        case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        pep440 = case.get("pep440") or {}
        if pep440.get("error"):
            continue
        if "index" in case:
            index = json.loads((_corpora() / corpus / case["index"]).read_text(encoding="utf-8"))
            packages, root = index["packages"], case["root"]["requires"]
        else:
            packages, root = pep440["packages"], pep440["root"]["requires"]
        python = (case.get("environment") or {}).get("python") or "3.12"
        yield _extracted(f"{corpus}/{path.stem}", root, MemorySource(packages), python=python)


# -- graphs with versions of another kind ------------------------------------------------------------------

Version = tuple[int, ...]


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


_OPERATORS = re.compile(r"([<>=!]+)([\d.]+)")


def _ranges(specifiers: str) -> Any:  # noqa: ANN401  # as the corpus writes them
    """Return a specifier as ranges."""
    low = high = None
    for operator, bound in _OPERATORS.findall(specifiers):
        if operator == "==":
            return {"singleton": bound}
        if operator == "!=":
            return {"except": bound}
        low, high = (bound, high) if operator == ">=" else (low, bound)
    return [[low, high]]


class _Graph:
    """A ``packages`` object of the corpus ``pubgrub``; packages that are needed need not be there."""

    def __init__(self, packages: dict[str, Any]) -> None:
        self._ids = {name: i for i, name in enumerate(packages)}
        self._versions = [sorted(map(_version, each)) for each in packages.values()]
        self._read: dict[Any, Dependency] = {}
        self.needs = [
            [
                [self.requirement(need) for need in each[text]["requires"]]
                for text in sorted(each, key=_version)
            ]
            for each in packages.values()
        ]
        self.needs += [[] for _ in range(len(self.needs), len(self._ids))]

    def requirement(self, need: Any) -> Dependency:  # noqa: ANN401  # as the corpus writes it
        """Read ``[name, ranges]``, or a string with a specifier."""
        if not isinstance(need, str):
            return self._mask(*need)
        if need not in self._read:
            name = re.split(r"[<>=! ]", need, maxsplit=1)[0]
            self._read[need] = self._mask(name, _ranges(need[len(name) :]))
        return self._read[need]

    def _mask(self, name: str, ranges: Any) -> Dependency:  # noqa: ANN401  # as the corpus writes it
        package = self._ids.setdefault(name, len(self._ids))
        if package == len(self._versions):
            self._versions.append([])
        versions = self._versions[package]
        if isinstance(ranges, dict):
            ((kind, bound),) = ranges.items()
            at = bisect_left(versions, _version(bound))
            single = span(at, at + 1) if versions[at : at + 1] == [_version(bound)] else 0
            return package, single if kind == "singleton" else span(0, len(versions)) & ~single
        found = 0
        for lower, upper in ranges:
            low = 0 if lower is None else bisect_left(versions, _version(lower))
            high = len(versions) if upper is None else bisect_left(versions, _version(upper))
            found |= span(low, high)
        return package, found


#: Some 50,000 candidates each, all to be tried.
_LARGE = ("bench-backtracking-singletons", "bench-backtracking-disjoint-versions")


def _pubgrub(*, large: bool) -> Iterator[list[Instance]]:
    """Yield each graph; the one with many roots as a batch of instances."""
    for path in sorted((_corpora() / "pubgrub" / "cases").glob("*.json")):
        if (path.stem in _LARGE) != large:
            continue
        case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        graph = _Graph(case["packages"])
        name = f"pubgrub/{path.stem}"
        roots = case.get("roots") or [case["root"]]
        yield [Instance(name, list(map(graph.requirement, root["requires"])), graph.needs) for root in roots]


def batches(*, large: bool = False) -> Iterator[list[Instance]]:
    """Yield the cases of the corpora, mostly one instance each; with ``large`` those that take minutes."""
    if large:
        yield from _pubgrub(large=True)
        return
    for corpus in ("poetry-mixology", "resolvelib-python", "pip-resolver-benchmarks"):
        for instance in _python_cases(corpus):
            yield [instance]
    yield from _pubgrub(large=False)
