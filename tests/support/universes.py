"""Small universes for the solver: how to make them, how to solve them by brute force, how to serve them.

A ``World`` is plain data.  ``random_world`` makes one with everything that a solver can get wrong: cycles,
self-dependencies, packages without candidates, constraints, extras, candidates that policy or their own
facts rule out.  ``solutions`` finds the answers without any of the solver's ideas.  ``Served`` is a world as
a ``protocols.Problem``, which may answer late.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from resolver.solver.engine import Conflict, Facts, Need, Universe
from resolver.solver.incompatibility import Depends, Given, Rejected, Same
from resolver.solver.terms import candidates, newest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolver.solver.explain import Fact

__all__ = [
    "Plain",
    "Served",
    "World",
    "holds",
    "is_allowed",
    "is_solution",
    "random_world",
    "solutions",
    "world",
]

Dependency = tuple[int, int]


class World(NamedTuple):
    """All that is true: ``allowed`` masks of dependencies are domain masks (bit 0: may be absent)."""

    root: list[Dependency]
    needs: list[list[list[Dependency]]]
    """By package and candidate."""
    usable: list[int]
    """By package: what policy leaves, bit 0 set."""
    broken: list[int]
    """By package: mask of candidates whose own facts say that they are unusable."""
    same_as: list[int | None]


def world(
    root: list[Dependency],
    needs: list[list[list[Dependency]]],
    *,
    usable: dict[int, int] | None = None,
    broken: dict[int, int] | None = None,
    same_as: dict[int, int] | None = None,
) -> World:
    """Return a world in which everything that is not said is as plain as can be."""
    packages = range(len(needs))
    return World(
        root,
        needs,
        [(usable or {}).get(p, (2 << len(needs[p])) - 1) for p in packages],
        [(broken or {}).get(p, 0) for p in packages],
        [(same_as or {}).get(p) for p in packages],
    )


def random_world(seed: int) -> World:
    """Return the universe number ``seed``; how big and how tight it is depends on the number as well."""
    return _Draw(Random(seed)).world()


class _Draw:
    """The dice of one random universe."""

    def __init__(self, random: Random) -> None:
        self._random = random
        tangled = random.random() < 0.6
        self._count = random.choice((6, 7, 8) if tangled else (2, 4, 6))
        most = random.choice((3, 4, 5) if tangled else (1, 2, 3))
        missing = random.choice((0.0, 0.0, 0.05))
        self._sizes = [
            0 if random.random() < missing else random.randint(1, most) for _ in range(self._count)
        ]
        if tangled:
            self._sizes = [most] * self._count
        self._keep = random.choice((0.4, 0.5, 0.65))
        self._optional = random.choice((0.0, 0.0, 0.3))
        self._density = random.choice((2.5, 3.0, 4.0) if tangled else (0.5, 1.0, 1.5))

    def world(self) -> World:
        random = self._random
        same_as = self._extras(random.choice((0.0, 0.0, 0.4)))
        wanted = self._targets(random.randint(1, 4)) if random.random() < 0.5 else range(self._count)
        root = [(package, self._mask(package, 0.95)) for package in wanted]
        policy = self._blots(random.choice((0.0, 0.0, 0.15)))
        return World(
            root,
            [[self._dependencies() for _ in range(size)] for size in self._sizes],
            [((2 << size) - 1) & ~blot for size, blot in zip(self._sizes, policy, strict=True)],
            self._blots(random.choice((0.0, 0.0, 0.1))),
            same_as,
        )

    def _extras(self, chance: float) -> list[int | None]:
        same_as: list[int | None] = [None] * self._count
        for package in range(1, self._count):
            base = self._random.randrange(package)
            if self._random.random() < chance and same_as[base] is None:
                same_as[package] = base
                self._sizes[package] = self._sizes[base]
        return same_as

    def _targets(self, wanted: int) -> list[int]:
        return [self._random.randrange(self._count) for _ in range(wanted)]

    def _mask(self, package: int, keep: float) -> int:
        size = self._sizes[package]
        found = sum(2 << i for i in range(size) if self._random.random() < keep)
        return found | (self._random.random() < self._optional)

    def _dependencies(self) -> list[Dependency]:
        wanted = min(int(self._random.expovariate(1 / self._density) + 0.5), 6)
        return [(package, self._mask(package, self._keep)) for package in self._targets(wanted)]

    def _blots(self, chance: float) -> list[int]:
        return [sum(2 << i for i in range(size) if self._random.random() < chance) for size in self._sizes]


def is_allowed(world: World, chosen: list[int], package: int) -> bool:
    """Say whether what was chosen for the packages up to ``package`` leaves that one in peace with them.

    ``chosen`` holds a candidate, or -1 for "not selected", for each package from 0 on.
    """

    def meets(needs: list[Dependency]) -> bool:
        return all(other >= len(chosen) or 1 << chosen[other] + 1 & allowed for other, allowed in needs)

    candidate = chosen[package]
    if candidate < 0:
        return True
    base = world.same_as[package]
    return (
        bool(world.usable[package] & ~world.broken[package] & 2 << candidate)
        and (base is None or base >= len(chosen) or chosen[base] == candidate)
        and meets(world.needs[package][candidate])
    )


def holds(world: World, chosen: list[int]) -> bool:
    """Say whether a choice, complete or of the first few packages, breaks no rule of ``world`` so far."""
    return all(
        package >= len(chosen) or 1 << chosen[package] + 1 & allowed for package, allowed in world.root
    ) and all(is_allowed(world, chosen, package) for package in range(len(chosen)))


def solutions(world: World) -> Iterator[list[int]]:
    """Yield every choice that breaks no rule; -1 stands for "not selected".

    Tries all, package by package, and gives up a choice as soon as two of its members disagree.
    """
    partial: list[list[int]] = [[]]
    while partial:
        chosen = partial.pop()
        if not holds(world, chosen):
            continue
        if len(chosen) == len(world.needs):
            yield chosen
        else:
            partial.extend([*chosen, candidate] for candidate in range(-1, len(world.needs[len(chosen)])))


def is_solution(world: World, selected: dict[int, int]) -> bool:
    """Say whether ``selected`` breaks no rule and holds nothing that the root does not lead to."""
    chosen = [selected.get(package, -1) for package in range(len(world.needs))]
    if not holds(world, chosen):
        return False
    reached: set[int] = set()
    ahead = [package for package, _ in world.root]
    while ahead:
        package = ahead.pop()
        if package in reached or package not in selected:
            continue
        reached.add(package)
        ahead.extend(other for other, _ in world.needs[package][selected[package]])
        base = world.same_as[package]
        if base is not None:
            ahead.append(base)
    return reached == set(selected)


def is_true(world: World, fact: Fact) -> bool:
    """Say whether a fact of a proof is one of ``world``, looked up candidate by candidate."""

    def reach(package: int, needs: list[Dependency]) -> int:
        met = -1
        for other, allowed in needs:
            met &= allowed if other == package else -1
        return met

    def said(package: int) -> list[int]:
        return [c for c in range(len(world.needs[package])) if not fact.terms[package] & 2 << c]

    match fact.causes[0]:
        case Given():
            return all(reach(package, world.root) & ~mask == 0 for package, mask in fact.terms.items())
        case Rejected(package=package, candidate=None):
            return not any(world.usable[package] & 2 << c for c in said(package))
        case Rejected(package=package):
            return all(world.broken[package] & 2 << c for c in said(package))
        case Depends(package=package, other=other):
            allowed = fact.terms[other] if other != package else 0
            return all(
                reach(other, world.needs[package][c]) & (2 << c if other == package else -1) & ~allowed == 0
                for c in said(package)
            )
        case Same(extra=extra, base=base):
            return world.same_as[extra] == base
        case _:
            return False


class Served:
    """A world as a problem; newest candidates first.

    Every question whose key is in ``late`` is answered with a ``Need`` until ``arrive`` was called with it.
    ``asked`` lists the candidates whose facts were given out.
    """

    def __init__(self, world: World, late: set[tuple[int, int]] | None = None) -> None:
        self.world = world
        self.late = set() if late is None else set(late)
        self.asked: list[tuple[int, int]] = []

    def root(self) -> Facts | Need:
        if (-1, -1) in self.late:
            return Need([(-1, -1)])
        return Facts(
            [(package, allowed, ("root", i)) for i, (package, allowed) in enumerate(self.world.root)]
        )

    def universe(self, package: int) -> Universe:
        return Universe(self.world.usable[package], self.world.same_as[package])

    def dependencies(self, package: int, candidate: int) -> Facts | Need:
        key = (package, candidate)
        if key in self.late:
            return Need([key])
        self.asked.append(key)
        if self.world.broken[package] & 2 << candidate:
            return Facts(rejected=f"{package}.{candidate} is broken")
        return Facts([(other, allowed, key) for other, allowed in self.world.needs[package][candidate]])

    def choose(self, _package: int, allowed: int) -> int | Conflict:
        return newest(allowed)

    def arrive(self, key: object) -> None:
        """Answer the question ``key`` from now on."""
        self.late.discard(key)


class Plain:
    """A wording for worlds: package 0 is "a", its candidates are numbers."""

    def __init__(self, world: World) -> None:
        self._sizes = [len(candidates) for candidates in world.needs]

    def fact(self, fact: Fact) -> str:
        match fact.causes[0]:
            case Given(payload=payload) if not fact.terms:
                return f"{payload}"
            case Given():
                return f"you need {self._listed(fact.terms)}"
            case Rejected(package=package):
                return f"{self._some(package, ~fact.terms[package])} is unusable"
            case Depends(package=package, other=other) if package == other:
                return f"{self._some(package, ~fact.terms[package])} needs another {self._name(other)}"
            case Depends(package=package, other=other):
                return f"{self._some(package, ~fact.terms[package])} needs {self._target(other, fact.terms)}"
            case _:
                return f"{self._listed(fact.terms)} by kinship"

    def conclusion(self, terms: Mapping[int, int]) -> str:
        needed = {package: mask for package, mask in terms.items() if not mask & 1}
        others = [self._some(package, ~mask) for package, mask in terms.items() if mask & 1]
        if not others:
            return f"{self._listed(needed)} is needed"
        if not needed:
            return f"{' with '.join(others)} is out"
        return f"{' with '.join(others)} needs {self._listed(needed)}"

    def unsatisfiable(self) -> str:
        return "there is no way"

    def term(self, package: int, allowed: int) -> dict[str, object]:
        mask = allowed & ((2 << self._sizes[package]) - 1)
        return {"package": self._name(package), "range": self._range(mask), "candidates": mask.bit_count()}

    def _listed(self, terms: Mapping[int, int]) -> str:
        return " or ".join(self._some(package, mask) for package, mask in terms.items())

    def _target(self, package: int, terms: Mapping[int, int]) -> str:
        return self._some(package, terms.get(package, 0))

    def _some(self, package: int, mask: int) -> str:
        return f"{self._name(package)} {self._range(mask & ((2 << self._sizes[package]) - 1))}"

    def _range(self, mask: int) -> str:
        return ",".join([*(["none"] if mask & 1 else []), *map(str, candidates(mask))]) or "-"

    def _name(self, package: int) -> str:
        return chr(97 + package) if package < 26 else f"p{package}"
