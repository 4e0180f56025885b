"""How the solver's time grows with packages and candidates where nothing conflicts.

    python -m benchmarks growth [SVG]

Each package needs up to five later ones, each from a candidate on.  Facts are made when they are first asked
for, in a run that is not measured: a million candidates with their masks would fill the memory, and the
solver looks at one of each package.  Prints CPU milliseconds, the best of several runs with the garbage
collector off, and draws them, both as powers of ten: a straight line of slope one is linear growth.
"""

from __future__ import annotations

import gc
import time
from math import log10
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.instances import span
from resolver.solver.engine import Facts, Solved, Solver, Universe

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

PACKAGES = (10, 30, 100, 300, 1000)
SIZES = (10, 100, 1000)


class Growing:
    """A problem of so many packages with so many candidates each."""

    def __init__(self, packages: int, size: int) -> None:
        self._packages = packages
        self._size = size
        self._universe = Universe((2 << size) - 1)
        self._facts: dict[tuple[int, int], Facts] = {}
        roots = range(min(packages, 20))
        self._root = Facts([(package, span(0, size), None) for package in roots])

    def root(self) -> Facts:
        """Return the root's facts."""
        return self._root

    def universe(self, package: int) -> Universe:  # noqa: ARG002  # all are alike
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


def measured(packages: int, size: int) -> tuple[float, int]:
    """Return the least CPU time of several runs in milliseconds, and how many packages were selected."""
    problem = Growing(packages, size)
    times: list[float] = []
    selected = 0
    gc.collect()
    while len(times) < 5 or sum(times) < 0.3:
        start = time.process_time()
        solver = Solver(problem)
        outcome = solver.advance()
        times.append(time.process_time() - start)
        assert isinstance(outcome, Solved)
        assert solver.statistics.conflicts == 0
        selected = len(outcome.selected)
    return min(times[1:]) * 1e3, selected


def drawn(table: dict[tuple[int, int], tuple[float, int]]) -> str:
    """Return the table as an SVG: packages selected to the right, milliseconds upwards."""

    def place(count: float, milliseconds: float) -> str:
        return f"{60 + (log10(count) - 1) * 160:.1f},{270 - (log10(milliseconds) + 2) * 70:.1f}"

    def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
        return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{words}</text>'

    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 320"', 'font-size="11">']
    lines.append('<path d="M60 20V270H400" fill="none" stroke="black"/>')
    lines += [text(60 + i * 160, 286, f"{10 ** (i + 1)}") for i in range(3)]
    lines += [text(54, 274 - i * 70, f"{10.0 ** (i - 2):g}", "end") for i in range(4)]
    lines += [text(230, 306, "packages selected"), text(60, 14, "ms")]
    for i, (size, dashes) in enumerate(zip(SIZES, ("1 3", "6 3", "none"), strict=True)):
        points = " ".join(place(table[packages, size][1], table[packages, size][0]) for packages in PACKAGES)
        line = f'fill="none" stroke="black" stroke-dasharray="{dashes}"'
        lines.append(f'<polyline points="{points}" {line}/>')
        lines.append(f'<path d="M80 {36 + 16 * i}H110" {line}/>')
        lines.append(text(116, 40 + 16 * i, f"{size} candidates each", "start"))
    return "\n".join([*lines, "</svg>", ""])


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("svg", nargs="?", type=Path, help="where to draw it")


def run(options: Namespace) -> int:
    """Print a table, and draw it where a file is named."""
    gc.disable()
    table = {(packages, size): measured(packages, size) for size in SIZES for packages in PACKAGES}
    print("packages  candidates each  selected        ms  µs a package")
    for (packages, size), (milliseconds, selected) in table.items():
        each = milliseconds * 1e3 / selected
        print(f"{packages:8}  {size:15}  {selected:8}  {milliseconds:8.3f}  {each:12.2f}")
    if options.svg:
        options.svg.write_text(drawn(table), encoding="utf-8")
    return 0
