"""How time and memory grow: with packages, and with versions a package, both to 5,000.

``solver`` is the solver alone, over a problem without conflicts whose facts are at hand.  ``packages`` and
``versions`` are the whole command with a full cache, over universes made by dice (``universe``), as CPU time
and the most memory of the process; in ``capped`` universes one requirement in thirteen rules out the newest
of what it needs, so that decisions are taken back.  The exponent is that of the power law that fits best,
from a hundred on, of what comes on top of the smallest: 1 is linear growth.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.instances import span
from benchmarks.measuring import exponent
from benchmarks.processes import BARE, OURS, Bench, installed, serving
from benchmarks.universe import Universe
from resolver.solver.engine import Facts, Solved, Solver
from resolver.solver.engine import Universe as Candidates

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Sequence

    Row = dict[str, float]

__all__ = ["add_options", "run"]

_PACKAGES = (10, 30, 100, 300, 1000, 2000, 5000)
_VERSIONS = (10, 30, 100, 300, 1000, 5000)
_DEEP = 20
"""Packages of the universe in which versions grow."""


class Growing:
    """A problem of so many packages with so many candidates each; nothing conflicts.

    Each package needs up to five later ones, each from a candidate on.  Facts are made when they are first
    asked for, in a run that is not measured: all of them would fill the memory, and the solver looks at one
    candidate of each package.
    """

    def __init__(self, packages: int, size: int) -> None:
        self._packages = packages
        self._size = size
        self._universe = Candidates((2 << size) - 1)
        self._facts: dict[tuple[int, int], Facts] = {}
        roots = range(min(packages, 20))
        self._root = Facts([(package, span(0, size), None) for package in roots])

    def root(self) -> Facts:
        """Return the root's facts."""
        return self._root

    def universe(self, package: int) -> Candidates:  # noqa: ARG002  # all are alike
        """Return all candidates."""
        return self._universe

    def dependencies(self, package: int, candidate: int) -> Facts:
        """Return the facts of a candidate, the same ones each time."""
        key = (package, candidate)
        if key not in self._facts:
            random = Random(package * 100_003 + candidate)
            later = range(package + 1, min(self._packages, package + 60))
            targets = random.sample(later, min(5, len(later)))
            self._facts[key] = Facts(
                [(target, span(random.randrange(self._size), self._size), None) for target in targets]
            )
        return self._facts[key]

    def choose(self, package: int, allowed: int) -> int:  # noqa: ARG002  # all are alike
        """Return the newest."""
        return allowed.bit_length() - 2


def solver(packages: int, size: int) -> Row:
    """Return the least CPU time of several runs, what one holds, and how many packages were selected."""
    problem = Growing(packages, size)
    times: list[float] = []
    selected = 0
    gc.collect()
    while len(times) < 4 or (sum(times) < 0.2 and len(times) < 300):
        start = time.process_time()
        search = Solver(problem)
        outcome = search.advance()
        times.append(time.process_time() - start)
        assert isinstance(outcome, Solved)
        assert search.statistics.conflicts == 0
        selected = len(outcome.selected)
    tracemalloc.start(1)
    search = Solver(problem)
    search.advance()
    size_held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "packages": packages,
        "versions": size,
        "selected": selected,
        "ms": round(min(times[1:]) * 1e3, 4),
        "KiB": round(size_held / 1024, 1),
    }


def command(bench: Bench, universe: Universe, counts: Iterable[int], rounds: int) -> list[Row]:
    """Return what the warm command takes for so many packages of a universe that is served."""
    found = []
    for count in counts:
        lines = universe.roots(count)
        _, pins = bench.run(OURS, lines, "growth")
        runs = [bench.run(OURS, lines, "growth")[0] for _ in range(rounds if count < 2000 else 2)]
        assert not runs[-1].status, f"no answer for {count} packages"
        found.append(
            {
                "packages": count,
                "selected": len(pins),
                "cpu": round(min(run.cpu for run in runs) * 1e3, 2),
                "wall": round(min(run.seconds for run in runs) * 1e3, 2),
                "peak": round(max(run.peak for run in runs), 1),
            }
        )
        print(found[-1], flush=True)
    return found


def by_packages(ours: str, most: int, rounds: int, *, capped: float) -> dict[str, Any]:
    """Measure the command with ever more packages."""
    universe = Universe(most, capped=capped)
    with serving("--packages", str(most), "--capped", str(capped)) as line:
        bench = Bench(line, ours)
        try:
            bare = _bare(bench, rounds)
            rows = command(bench, universe, [count for count in _PACKAGES if count <= most], rounds)
        finally:
            bench.close()
    return _fitted(rows, "packages", bare)


def by_versions(ours: str, most: int, rounds: int) -> dict[str, Any]:
    """Measure the command with ever more versions of each of a few packages."""
    rows = []
    for versions in (each for each in _VERSIONS if each <= most):
        universe = Universe(_DEEP, versions=versions, capped=0)
        words = ("--packages", str(_DEEP), "--versions", str(versions), "--capped", "0")
        with serving(*words) as line:
            bench = Bench(line, ours)
            try:
                bare = _bare(bench, rounds)
                rows += [{**row, "versions": versions} for row in command(bench, universe, [_DEEP], rounds)]
            finally:
                bench.close()
    return _fitted(rows, "versions", bare)


def _bare(bench: Bench, rounds: int) -> tuple[float, float]:
    """Return what the interpreter alone takes, in milliseconds and MiB."""
    runs = [bench.run(BARE, [], "bare")[0] for _ in range(rounds)]
    return min(run.cpu for run in runs) * 1e3, min(run.peak for run in runs)


def _fitted(rows: Sequence[Row], along: str, bare: tuple[float, float]) -> dict[str, Any]:
    """Return rows with the exponents of their growth."""
    return {
        "rows": rows,
        "bare": {"cpu": round(bare[0], 2), "peak": round(bare[1], 1)},
        "exponents": {what: growth_of(rows, along, what) for what in ("cpu", "peak")},
    }


def growth_of(rows: Sequence[Row], along: str, what: str) -> float | None:
    """Return the exponent of what comes on top of the first row, from a hundred on.

    None where fewer than three rows are more than a tenth above it, which is noise.
    """
    base = rows[0][what]
    points = [(row[along], row[what] - base) for row in rows if row[along] >= 100 and row[what] > 1.1 * base]
    return round(exponent(points), 2) if len(points) > 2 else None


def run(options: Namespace) -> dict[str, Any]:
    """Measure, and print as it goes."""
    most = options.most
    gc.disable()
    try:
        rows = [
            solver(packages, size)
            for size in (10, 100, 1000, 5000)
            for packages in _PACKAGES
            if packages <= most and size <= most and packages * size <= 5_000_000
        ]
    finally:
        gc.enable()
    for row in rows:
        print(row)
    hundred = [row for row in rows if row["versions"] == 100]
    with installed(options.python) as ours:
        return {
            "solver": {"rows": rows, "exponents": {"ms": growth_of(hundred, "selected", "ms")}},
            "packages": by_packages(ours, most, options.rounds, capped=0),
            "capped": by_packages(ours, most, options.rounds, capped=0.2),
            "versions": by_versions(ours, most, options.rounds),
        }


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--most", type=int, default=5000, help="packages, and versions a package")
    parser.add_argument("--rounds", type=int, default=4)
