"""How fast the solver is, on instances that are hard in different ways.

Where the prototype of this algorithm lies beside the project (``../shared/prototype``), it runs on the same
instances and the last column is our time over its time.  Where the corpora lie there, ``--large`` adds the
two graphs of pubgrub-rs that are too large for the tests.

    python benchmarks/solver.py [--large] [NAME ...]

Times are CPU milliseconds, the best of several runs, with the garbage collector off.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT / "src"), str(SHARED / "prototype")]

from resolver.solver.engine import Facts, Solved, Solver, Universe  # noqa: E402  # the path comes first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Dependency = tuple[int, int]


class Instance(NamedTuple):
    """``needs`` by package and candidate; masks as the solver has them."""

    name: str
    root: list[Dependency]
    needs: list[list[list[Dependency]]]


class Served:
    """An instance as a problem; facts are made beforehand."""

    def __init__(self, instance: Instance) -> None:
        self._root = Facts([(package, mask, None) for package, mask in instance.root])
        self._universes = [Universe((2 << len(candidates)) - 1) for candidates in instance.needs]
        self._facts = [
            [Facts([(package, mask, None) for package, mask in needs]) for needs in candidates]
            for candidates in instance.needs
        ]

    def root(self) -> Facts:
        """Return the root's facts."""
        return self._root

    def universe(self, package: int) -> Universe:
        """Return all candidates."""
        return self._universes[package]

    def dependencies(self, package: int, candidate: int) -> Facts:
        """Return the facts of a candidate."""
        return self._facts[package][candidate]

    def choose(self, package: int, allowed: int) -> int:  # noqa: ARG002  # others look at it
        """Return the newest."""
        return allowed.bit_length() - 2


def span(low: int, high: int) -> int:
    """Return the mask of candidates ``low`` to ``high`` (excluded)."""
    return ((1 << high - low) - 1) << low + 1 if high > low else 0


def pair(size: int) -> Instance:
    """Make two packages that agree on a third in their oldest candidates only."""
    needs: list[list[list[Dependency]]] = [
        [[(2, 2 << i)] for i in range(size)],
        [[(2, 2 << (size + i if i else 0))] for i in range(size)],
        [[] for _ in range(2 * size)],
    ]
    return Instance(f"pair-{size}", [(0, span(0, size)), (1, span(0, size))], needs)


def chain(depth: int, size: int) -> Instance:
    """Make a chain of packages whose end disagrees with all but the oldest candidate of one beside it."""
    end, beside = depth, depth + 1
    needs = [
        [
            [(i + 1, span(max(0, c - 1), min(size, c + 2)))] if i + 1 < depth else [(end, 2)]
            for c in range(size)
        ]
        for i in range(depth)
    ]
    needs += [[[], []], [[(end, 4 if c else 2)] for c in range(size)]]
    return Instance(f"chain-{depth}x{size}", [(0, span(0, size)), (beside, span(0, size))], needs)


def pigeons(pigeons: int, holes: int) -> Instance:
    """Give each pigeon a hole of its own, of which there may be too few."""
    needs: list[list[list[Dependency]]] = [
        [[(pigeons + hole, 2 << pigeon)] for hole in range(holes)] for pigeon in range(pigeons)
    ]
    needs += [[[] for _ in range(pigeons)] for _ in range(holes)]
    return Instance(f"pigeon-{pigeons}-{holes}", [(i, span(0, holes)) for i in range(pigeons)], needs)


EASY = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."


def sudoku(name: str, grid: str) -> Instance:
    """Make a package a cell, and one a digit of each row, column and box: which of its cells has it."""
    needs: list[list[list[Dependency]]] = []
    for cell in range(81):
        row, column = divmod(cell, 9)
        box, place = row // 3 * 3 + column // 3, row % 3 * 3 + column % 3
        units = ((row, column), (9 + column, row), (18 + box, place))
        needs.append([[(81 + unit * 9 + digit, 2 << at) for unit, at in units] for digit in range(9)])
    needs += [[[] for _ in range(9)] for _ in range(27 * 9)]
    root = [(c, span(0, 9) if grid[c] == "." else 2 << int(grid[c]) - 1) for c in range(81)]
    return Instance(f"sudoku-{name}", root, needs)


def layers(packages: int, size: int, degree: int, seed: int) -> Instance:
    """Make many packages, each needing later ones in ranges as people write them; few conflicts or none."""
    random = Random(seed)
    needs: list[list[list[Dependency]]] = []
    for package in range(packages):
        later = range(package + 1, packages)
        targets = random.sample(later, min(degree, len(later)))
        styles = [random.random() for _ in targets]
        needs.append([])
        for c in range(size):
            ranges = {
                0.5: span(max(0, c - random.randrange(40)), size),
                0.8: span(max(0, c - random.randrange(30)), min(size, c + 1 + random.randrange(60))),
                0.9: span(0, size),
                1.0: span(c // 10 * 10, min(size, c // 10 * 10 + 10)),
            }
            needs[-1].append(
                [
                    (t, next(mask for bound, mask in ranges.items() if style < bound))
                    for t, style in zip(targets, styles, strict=True)
                ]
            )
    return Instance(f"layers-{packages}x{size}-{seed}", [(i, span(0, size)) for i in range(20)], needs)


def chosen(every: list[str], version: str) -> int:
    """Return the mask of one version, if it is there, or of all where none is named."""
    if not version:
        return span(0, len(every))
    return 2 << every.index(version) if version in every else 0


def instances() -> Iterator[Instance]:
    """Yield what is measured by default."""
    yield from (pair(50), pair(200), chain(100, 20), chain(300, 20))
    yield from (pigeons(6, 5), pigeons(7, 6), pigeons(8, 7))
    yield from (sudoku("easy", EASY), sudoku("hard", HARD))
    yield from (layers(100, 100, 4, 1), layers(1000, 100, 5, 1), layers(1000, 100, 5, 2))


def large() -> Iterator[Instance]:
    """Yield the largest graphs of the corpus ``pubgrub``: some 50,000 candidates, all to be tried."""
    folder = Path(os.environ.get("RESOLVER_CORPORA", SHARED / "corpora")) / "pubgrub" / "cases"
    for path in sorted(folder.glob("bench-backtracking-*.json")):
        case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        versions = {name: sorted(each, key=int) for name, each in case["packages"].items()}
        ids = {name: i for i, name in enumerate(versions)}

        def read(
            text: str, versions: dict[str, list[str]] = versions, ids: dict[str, int] = ids
        ) -> Dependency:
            name, _, version = text.partition("==")
            every = versions.setdefault(name, [])  # packages that are needed need not be there
            ids.setdefault(name, len(ids))
            return ids[name], chosen(every, version)

        needs = [
            [list(map(read, each[v]["requires"])) for v in versions[n]]
            for n, each in case["packages"].items()
        ]
        root = list(map(read, case["root"]["requires"]))
        needs += [[] for _ in range(len(needs), len(ids))]
        yield Instance(path.stem, root, needs)


def best(run: Callable[[], object], seconds: float = 1.0) -> float:
    """Return the least CPU time of several runs, in milliseconds."""
    times: list[float] = []
    gc.collect()
    while len(times) < 3 or sum(times) < seconds:
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
        if times[-1] > seconds:
            break
    return min(times) * 1e3


def prototype(instance: Instance) -> Callable[[], object] | None:
    """Return a run of the prototype, if it is here."""
    try:
        core: Any = importlib.import_module("pgcore")
    except ModuleNotFoundError:
        return None

    def run() -> object:
        needs = instance.needs
        solver = core.Solver(lambda p: len(needs[p]), lambda p, c: needs[p][c], order=1)
        try:
            return solver.solve(instance.root)
        except core.Unsolvable:
            return None

    return run


def measure(instance: Instance) -> str:
    """Return the line of one instance; fails where the prototype's verdict differs."""
    served = Served(instance)
    solver = Solver(served)
    outcome = solver.advance()
    count = solver.statistics
    ours = best(lambda: Solver(served).advance())
    line = (
        f"{instance.name:40} {ours:9.2f} {count.decisions:9} {count.conflicts:9} {type(outcome).__name__:10}"
    )
    other = prototype(instance)
    if other is None:
        return line
    assert (other() is not None) == isinstance(outcome, Solved), instance.name
    theirs = best(other)
    return f"{line} {theirs:9.2f} {ours / theirs:6.2f}"


def main(words: list[str]) -> None:
    """Print a table."""
    gc.disable()
    names = [word for word in words if not word.startswith("-")]
    print(f"{'':40} {'ms':>9} {'decisions':>9} {'conflicts':>9} {'':10} {'prototype':>9} {'ratio':>6}")
    chosen = [*instances(), *(large() if "--large" in words else ())]
    for instance in chosen:
        if not names or any(name in instance.name for name in names):
            print(measure(instance), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
