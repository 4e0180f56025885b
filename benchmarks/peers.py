"""Other solvers on the same instances: a prototype of this algorithm, nab's solver, resolvelib.

Each of ``ours``, ``prototype``, ``nab`` and ``resolvelib`` prepares an instance, without being measured, and
returns a function that solves it from the beginning; or None where the solver is not here.  What they need of
an instance is computed once and kept: as lean as they can be driven.  Where they may choose what to decide
next they get the rule that their own users have.

The prototype is ``pgcore.py`` of ``../shared/prototype``; others are those installed here, or where
``look_in`` was told to look.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import ROOT
from benchmarks.instances import Served
from resolver.solver.engine import Solved, Solver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from benchmarks.instances import Dependency, Instance
    from resolver.solver.protocols import Order

    Solve = Callable[[], "Run"]

__all__ = ["Run", "look_in", "nab", "ours", "prototype", "resolvelib"]

sys.path.append(str(ROOT.parent / "shared" / "prototype"))


def look_in(commands: Path) -> None:
    """Use libraries of the environment whose commands are in the folder ``commands``."""
    sys.path += map(str, commands.parent.glob("lib/python3*/site-packages"))


class Run(NamedTuple):
    """What a solver said and counted; ``selected`` is None where there is no solution."""

    selected: Mapping[int, int] | None
    decisions: int
    conflicts: int
    tried: int
    """Candidates whose metadata was needed."""


def _module(name: str) -> Any:  # noqa: ANN401  # a module
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def ours(instance: Instance, order: Callable[[], Order] | None = None) -> Solve:
    """Prepare this project's solver, with another order of decisions if wanted."""
    served = Served(instance)

    def solve() -> Run:
        solver = Solver(served, None if order is None else order())
        outcome = solver.advance()
        count = solver.statistics
        selected = outcome.selected if isinstance(outcome, Solved) else None
        return Run(selected, count.decisions, count.conflicts, tried)

    served.asked = set()
    tried = 0
    solve()
    tried = instance.tried(served.asked)
    served.asked = None
    return solve


def prototype(instance: Instance, order: int = 1) -> Solve | None:
    """Prepare the prototype; ``order`` 1 decides as we do, 0 takes those with the fewest candidates first."""
    core = _module("pgcore")
    if core is None:
        return None
    needs = instance.plain_needs()
    sizes = [len(each) for each in needs]
    asked: set[tuple[int, int]] = set()

    def count(package: int, candidate: int) -> list[Dependency]:
        asked.add((package, candidate))
        return needs[package][candidate]

    def run(dependencies: Callable[[int, int], list[Dependency]], tried: int) -> Run:
        solver = core.Solver(sizes.__getitem__, dependencies, order=order)
        try:
            selected = solver.solve(instance.root)
        except core.Unsolvable:
            selected = None
        return Run(selected, solver.decisions, solver.conflicts, tried)

    run(count, 0)
    tried = instance.tried(asked)
    return lambda: run(lambda package, candidate: needs[package][candidate], tried)


def _intervals(mask: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield first and last candidate of each run of a mask."""
    rest, start = (mask >> 1) & ((1 << size) - 1), 0
    while rest:
        gap = (rest & -rest).bit_length() - 1
        rest >>= gap
        length = (~rest & (rest + 1)).bit_length() - 1
        yield start + gap, start + gap + length - 1
        rest >>= length
        start += gap + length


def nab(instance: Instance) -> Solve | None:
    """Prepare nab's solver over ``Range[Version]``, with its rule: tiers by conflicts, then the fewest."""
    module = _module("nab_resolver.resolver")
    if module is None:
        return None
    ranges, types = _module("nab_resolver.ranges"), _module("nab_resolver.types")
    errors, priority = _module("nab_resolver.errors"), _module("nab_provider.priority")
    make = _module("packaging.version").Version
    versions = [[make(text) for text in each] for each in instance.versions]
    index = [{version: i for i, version in enumerate(each)} for each in versions]
    below, above = (ranges.NEGATIVE_INFINITY, False), (ranges.POSITIVE_INFINITY, False)
    made: dict[Dependency, Any] = {}

    def span(package: int, mask: int) -> Any:  # noqa: ANN401  # a value of nab's
        """Read a mask; a run that reaches an end is open there."""
        if (package, mask) not in made:
            every = versions[package]
            made[package, mask] = ranges.Range(
                tuple(
                    (
                        *((every[low], True) if low else below),
                        *((every[high + 1], False) if high + 1 < len(every) else above),
                    )
                    for low, high in _intervals(mask, len(every))
                )
            )
        return made[package, mask]

    needs: list[list[dict[int, Any]]] = []
    for candidates in instance.plain_needs():
        needs.append([])
        for dependencies in candidates:
            met: dict[int, int] = {}
            for package, mask in dependencies:
                met[package] = met.get(package, -1) & mask
            needs[-1].append({package: span(package, mask) for package, mask in met.items()})
    root = [types.RootRequirement(package, span(package, mask)) for package, mask in instance.root]
    counted: dict[tuple[int, Any], int] = {}

    class Provider(module.BaseProvider):  # type: ignore[misc, name-defined]  # nab need not be here
        def __init__(self) -> None:
            self.asked: set[tuple[int, int]] = set()

        def choose_version(self, package: int, allowed: Any) -> Any:  # noqa: ANN401  # values of nab's
            return next((version for version in reversed(versions[package]) if version in allowed), None)

        def has_satisfying_version(self, package: int, allowed: Any) -> bool:  # noqa: ANN401  # the same
            return any(version in allowed for version in versions[package])

        def get_dependencies(self, package: int, version: Any) -> Any:  # noqa: ANN401  # the same
            candidate = index[package][version]
            self.asked.add((package, candidate))
            return needs[package][candidate]

        def prioritize(
            self,
            package: int,
            allowed: Any,  # noqa: ANN401  # the same
            conflicts: Mapping[int, int],
            culprits: Mapping[int, int] | None = None,
        ) -> tuple[int, int]:
            key = (package, allowed)
            if key not in counted:
                counted[key] = sum(version in allowed for version in versions[package])
            culprit = (culprits or {}).get(package, 0)
            tier = priority.compute_tier(package, conflicts.get(package, 0), culprit, culprits)
            return tier, counted[key]

        def widen_decision(self, package: int, version: Any) -> None:  # noqa: ANN401  # the same
            """Widen nothing."""

    def solve() -> Run:
        provider = Provider()
        solver = module.Resolver(provider)
        selected = None
        try:
            found = solver.resolve(root)
            selected = {package: index[package][version] for package, version in found.items()}
        except errors.ResolutionTerminatedError:
            raise
        except errors.ResolutionError:
            pass
        stats = solver.stats
        return Run(selected, stats.decisions, stats.conflicts, instance.tried(provider.asked))

    return solve


class _Requirement(NamedTuple):
    name: int
    mask: int


class _Candidate(NamedTuple):
    name: int
    number: int


def resolvelib(instance: Instance) -> Solve | None:
    """Prepare resolvelib with masks for requirements, and the order of its own tests."""
    library = _module("resolvelib")
    if library is None:
        return None
    errors = _module("resolvelib.resolvers")
    needs = [
        [[_Requirement(*each) for each in dependencies] for dependencies in candidates]
        for candidates in instance.plain_needs()
    ]
    every = [[_Candidate(package, i) for i in range(len(each))] for package, each in enumerate(needs)]
    root = [_Requirement(*each) for each in instance.root]

    class Provider(library.AbstractProvider):  # type: ignore[misc, name-defined]  # it need not be here
        def __init__(self) -> None:
            self.asked: set[tuple[int, int]] = set()

        def identify(self, requirement_or_candidate: Any) -> int:  # noqa: ANN401  # either has a name
            name: int = requirement_or_candidate.name
            return name

        def get_preference(
            self,
            identifier: int,
            resolutions: Any,  # noqa: ANN401, ARG002  # values of resolvelib's
            candidates: Any,  # noqa: ANN401, ARG002  # the same
            information: Any,  # noqa: ANN401  # the same
            backtrack_causes: Any,  # noqa: ANN401, ARG002  # the same
        ) -> tuple[bool, int]:
            return all(parent is not None for _, parent in information[identifier]), identifier

        def find_matches(
            self,
            identifier: int,
            requirements: Any,  # noqa: ANN401  # the same
            incompatibilities: Any,  # noqa: ANN401  # the same
        ) -> list[_Candidate]:
            mask = (2 << len(every[identifier])) - 2
            for requirement in requirements[identifier]:
                mask &= requirement.mask
            for candidate in incompatibilities[identifier]:
                mask &= ~(2 << candidate.number)
            found = []
            while mask:
                top = mask.bit_length() - 1
                found.append(every[identifier][top - 1])
                mask ^= 1 << top
            return found

        def is_satisfied_by(self, requirement: _Requirement, candidate: _Candidate) -> bool:
            return bool(requirement.mask & 2 << candidate.number)

        def get_dependencies(self, candidate: _Candidate) -> list[_Requirement]:
            self.asked.add((candidate.name, candidate.number))
            return needs[candidate.name][candidate.number]

    class Reporter(library.BaseReporter):  # type: ignore[misc, name-defined]  # the same
        rounds = conflicts = 0

        def starting_round(self, index: int) -> None:
            self.rounds = index + 1

        def resolving_conflicts(self, causes: Any) -> None:  # noqa: ANN401, ARG002  # the same
            self.conflicts += 1

    def solve() -> Run:
        provider, reporter = Provider(), Reporter()
        selected = None
        try:
            result = library.Resolver(provider, reporter).resolve(root, max_rounds=10_000_000)
            selected = {name: candidate.number for name, candidate in result.mapping.items()}
        except errors.ResolutionImpossible:
            pass
        return Run(selected, reporter.rounds, reporter.conflicts, instance.tried(provider.asked))

    return solve
