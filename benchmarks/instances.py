"""Instances for measuring the solver alone, and how they are served to it.

An ``Instance`` is plain data, so that every solver that is measured gets the same.  The generators here make
those that are hard in a way of their own; their names and parameters are those that measurements of other
solvers were published with, the dice are ours.  Instances made from recorded graphs are in ``graphs``.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from resolver.solver.engine import Facts, Universe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Dependency", "Instance", "Served", "generated", "layers", "span"]

Dependency = tuple[int, int]


class Instance:
    """What there is to solve: masks as the solver has them, all candidates usable, the newest preferred.

    ``root`` are dependencies, ``needs`` those by package and candidate; ``bases`` says for a package that is
    an extra of which it is one.  ``names`` and ``versions`` are there where they mean something, ``expected``
    where somebody else's pins are known.
    """

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        name: str,
        root: Sequence[Dependency],
        needs: Sequence[Sequence[Sequence[Dependency]]],
        *,
        bases: Mapping[int, int] | None = None,
        names: Sequence[str] | None = None,
        versions: Sequence[Sequence[str]] | None = None,
        expected: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.root = list(root)
        self.needs = needs
        self.bases = dict(bases or {})
        self.names = names or [f"p{package}" for package in range(len(needs))]
        self.versions = versions or [list(map(str, range(len(each)))) for each in needs]
        self.expected = expected

    def plain_needs(self) -> list[list[list[Dependency]]]:
        """Return ``needs`` for solvers that know no extras: each candidate of one needs that of its base."""
        return [
            [
                [*([(self.bases[package], 2 << c)] if package in self.bases else []), *each]
                for c, each in enumerate(candidates)
            ]
            for package, candidates in enumerate(self.needs)
        ]

    def faults(self, selected: Mapping[int, int]) -> list[str]:
        """Return what is wrong with a solution."""
        needs = self.plain_needs()
        wanted = [("root", each) for each in self.root]
        for package, candidate in selected.items():
            wanted += [(f"{self.names[package]} {candidate}", each) for each in needs[package][candidate]]
        return [
            f"{who} needs {self.names[package]}"
            for who, (package, mask) in wanted
            if package not in selected or not mask & 2 << selected[package]
        ]

    def pins(self, selected: Mapping[int, int]) -> dict[str, str]:
        """Return the versions of a solution by name, without those of extras."""
        return {
            self.names[package]: self.versions[package][candidate]
            for package, candidate in selected.items()
            if package not in self.bases
        }

    def tried(self, asked: set[tuple[int, int]]) -> int:
        """Return of how many candidates metadata is needed for the facts of ``asked``."""
        return len({(self.bases.get(package, package), candidate) for package, candidate in asked})


class Served:
    """An instance as a problem; facts are made beforehand.  ``asked`` grows where it is a set."""

    def __init__(self, instance: Instance) -> None:
        self.asked: set[tuple[int, int]] | None = None
        self._root = Facts([(package, mask, None) for package, mask in instance.root])
        self._universes = [
            Universe((2 << len(candidates)) - 1, instance.bases.get(package))
            for package, candidates in enumerate(instance.needs)
        ]
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
        if self.asked is not None:
            self.asked.add((package, candidate))
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


def layers(packages: int, size: int, degree: int, seed: int, tight: int = 60) -> Instance:
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
                0.8: span(max(0, c - random.randrange(30)), min(size, c + 1 + random.randrange(tight))),
                0.9: span(0, size),
                1.0: span(c // 10 * 10, min(size, c // 10 * 10 + 10)),
            }
            needs[-1].append(
                [
                    (t, next(mask for bound, mask in ranges.items() if style < bound))
                    for t, style in zip(targets, styles, strict=True)
                ]
            )
    name = f"layers-{packages}x{size}-d{degree}-t{tight}-s{seed}"
    return Instance(name, [(i, span(0, size)) for i in range(20)], needs)


def sat3(variables: int, ratio: float, seed: int, *, planted: bool = True) -> Instance:
    """Make a random 3-SAT formula: a package a variable and one a clause, whose candidates are its literals.

    ``planted``: there is an assignment that satisfies it.
    """
    random = Random(seed)
    hidden = [random.random() < 0.5 for _ in range(variables)]
    needs: list[list[list[Dependency]]] = [[[], []] for _ in range(variables)]
    count = int(variables * ratio)
    while len(needs) < variables + count:
        literals = [(v, random.random() < 0.5) for v in random.sample(range(variables), 3)]
        if not planted or any(hidden[v] == sign for v, sign in literals):
            needs.append([[(v, 2 << sign)] for v, sign in literals])
    kind = "" if planted else "-free"
    root = [(variables + i, span(0, 3)) for i in range(count)]
    return Instance(f"sat3-{variables}-r{ratio}-s{seed}{kind}", root, needs)


def lockstep(depth: int, size: int, blocked: int) -> Instance:
    """Make packages pinned to one another, whose newest ``blocked`` releases need a library too new.

    Like boto3 and its kin.  Each has one beside it with releases of its own.
    """
    needs: list[list[list[Dependency]]] = []
    library = 2 * depth
    beside = size // 10 + 5
    for i in range(depth):
        for_last = [(library, span(20, 40) if c >= size - blocked else span(0, 20)) for c in range(size)]
        needs.append(
            [
                [(i + 1, 2 << c) if i + 1 < depth else for_last[c], (depth + i, span(c // 10, beside))]
                for c in range(size)
            ]
        )
    needs += [[[] for _ in range(beside)] for _ in range(depth)]
    needs.append([[] for _ in range(40)])
    root = [(0, span(0, size)), (library, span(0, 20))]
    return Instance(f"lockstep-{depth}x{size}-b{blocked}", root, needs)


def decoys(width: int, size: int) -> Instance:
    """Make many packages that are decided first and matter to nobody, and a conflict of three behind them."""
    x, y, z, core, base = range(2 * width, 2 * width + 5)
    needs: list[list[list[Dependency]]] = [
        [[(width + i, span(c // 2, size))] for c in range(size)] for i in range(width)
    ]
    needs += [[[] for _ in range(size)] for _ in range(width)]
    for other in (y, z, x):
        needs.append(
            [
                [(other, span(c, size)), (core, span(0, size - c + 1)), (base, span(c // 3, size))]
                for c in range(size)
            ]
        )
    needs.append([[(base, span(0, c // 2 + 1))] for c in range(size + 1)])
    needs.append([[] for _ in range(size)])
    root = [(i, span(0, size)) for i in range(width)]
    root += [(x, span(0, size)), (y, span(0, size)), (core, span(size * 2 // 3, size + 1))]
    return Instance(f"decoys-{width}x{size}", root, needs)


def tangle(packages: int, size: int, degree: int, width: int, seed: int) -> Instance:
    """Make packages that need one another at random, in narrow ranges about their own age."""
    random = Random(seed)

    def drawn(package: int, c: int) -> Iterator[Dependency]:
        for other in random.sample(range(packages), degree):
            low = max(0, min(size - 1, c + random.randint(-width, width)))
            high = min(size, low + random.randint(1, width * 2))
            if other != package:
                yield other, span(low, high)

    needs = [[list(drawn(package, c)) for c in range(size)] for package in range(packages)]
    name = f"rand-{packages}x{size}-d{degree}-w{width}-s{seed}"
    return Instance(name, [(i, span(0, size)) for i in range(3)], needs)


def families(packages: int, seed: int, tension: float) -> Instance:
    """Make a large project: 50 to 200 releases a package, spread over the same years.

    Each needs some of those behind it, from a release on that was out for a while.  Now and then, with a
    probability that ``tension`` sets, one caps what it needs at a release that is not the newest of its time:
    that is what makes others go back.
    """
    random = Random(seed)
    sizes = [random.randint(50, 200) for _ in range(packages)]
    needs: list[list[list[Dependency]]] = []
    for package, size in enumerate(sizes):
        later = range(package + 1, min(packages, package + 60))
        targets = random.sample(later, min(random.choice((0, 1, 2, 3, 4, 6, 8)), len(later)))
        habits = [(random.random() < tension, random.random() * 0.3, random.random()) for _ in targets]
        needs.append([])
        for c in range(size):
            now = (c + 1) / size
            row = []
            for target, (caps, lag, age) in zip(targets, habits, strict=True):
                many = sizes[target]
                high = max(1, int((now - lag) * many)) if caps else many
                low = max(0, min(high - 1, int((now - lag - age) * many)))
                row.append((target, span(low, high)))
            needs[-1].append(row)
    root = [(i, span(0, sizes[i])) for i in range(0, packages // 4, 3)]
    return Instance(f"families-{packages}-t{tension}-s{seed}", root, needs)


def generated() -> Iterator[Instance]:
    """Yield what is measured by default."""
    yield from (pair(50), pair(200), chain(100, 20), chain(300, 20))
    yield from (pigeons(6, 5), pigeons(7, 6), pigeons(8, 7))
    yield from (sudoku("easy", EASY), sudoku("hard", HARD))
    yield from (layers(100, 100, 4, 1), layers(1000, 100, 5, 1), layers(1000, 100, 5, 2))
    yield layers(1000, 100, 5, 3, tight=20)
    yield from (sat3(30, 4.2, 1), sat3(50, 4.2, 1), sat3(40, 5.0, 1, planted=False))
    yield from (lockstep(4, 300, 250), decoys(40, 60))
    yield from (tangle(40, 12, 3, 3, 1), tangle(60, 20, 3, 3, 1))
    yield from (tangle(120, 30, 3, 3, 1), tangle(120, 30, 2, 3, 1))
    yield from (families(300, seed, 0.02) for seed in (1, 2, 3, 5))
    yield from (families(300, 3, 0.04), families(300, 1, 0.1))
