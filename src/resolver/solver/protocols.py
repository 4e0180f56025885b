"""What the solver asks of those who use it.  Imported for its types only: it needs ``typing``.

``Problem`` is what there is to solve, ``Wording`` how to say it.  Nothing inherits from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.solver.derivation import Fact
    from resolver.solver.port import Conflict, Facts, Need, Universe
    from resolver.solver.solution import PartialSolution

__all__ = ["Fluent", "Known", "Order", "Problem", "Wording"]


class Problem(Protocol):
    """What the solver is to solve.  Every answer must stay the same once it is not a ``Need``."""

    def root(self) -> Facts | Need:
        """Return what must hold in any case: each dependency is a term of its own."""
        ...

    def universe(self, package: int) -> Universe:
        """Return what there is of a package; asked once, for packages that facts have named."""
        ...

    def dependencies(self, package: int, candidate: int) -> Facts | Need:
        """Return what ``candidate`` needs; all packages it names must have a universe by then."""
        ...

    def choose(self, package: int, allowed: int) -> int | Conflict:
        """Return the candidate to try: one of the non-empty mask ``allowed``, whose bit 0 is clear.

        Or a clause that was not known before and is false now, if none will do.
        """
        ...


class Order(Protocol):
    """Who says which package is decided next; ``priority.DecisionOrder`` unless the caller brings another."""

    def add(self, package: int) -> None:
        """Hear of a package, once, in the order in which facts name them."""
        ...

    def blame(self, package: int) -> bool:
        """Hear of a conflict over ``package``; say whether to start anew, as its standing has changed."""
        ...

    def next(self, solution: PartialSolution) -> int:
        """Return a package that must be selected and is not decided, or -1 where there is none.

        ``solution.open`` names what may have become such a package since the last call; it is the callee's
        to clear.
        """
        ...


class Wording(Protocol):
    """How to say things; every answer is a clause of a sentence, without capital and full stop."""

    def fact(self, fact: Fact) -> str:
        """Say a fact: "foo 1.2 depends on bar >=3"."""
        ...

    def conclusion(self, terms: Mapping[int, int]) -> str:
        """Say that one of ``terms``, package to allowed mask, holds: "foo <2 cannot be used"."""
        ...

    def unsatisfiable(self) -> str:
        """Say what is proven in the end: "your requirements cannot be satisfied"."""
        ...

    def term(self, package: int, allowed: int) -> dict[str, object]:
        """Return a term as a JSON object."""
        ...


class Fluent(Protocol):
    """What a ``Wording`` may be able to do besides."""

    def together(self, facts: Sequence[Fact]) -> list[str]:
        """Say all of ``facts``, in as few clauses as that takes."""
        ...

    def is_silent(self, fact: Fact) -> bool:
        """Tell whether a fact goes without saying."""
        ...


class Known(Protocol):
    """What a problem has answered so far: facts to look for another proof in (``straight``)."""

    def root(self) -> Sequence[tuple[int, int, object]]:
        """Return the dependencies of the root, as in ``Facts``."""
        ...

    def universe(self, package: int) -> Universe:
        """Return what there is of a package that facts have named."""
        ...

    def facts(self, package: int, candidate: int) -> Facts | None:
        """Return what a candidate needs, or None where that was not asked for."""
        ...
