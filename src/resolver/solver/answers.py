"""What the main loop says and counts.  The loop is in ``engine``, proofs are read in ``explain``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.incompatibility import Clause
    from resolver.solver.solution import PartialSolution

__all__ = ["Paused", "Solved", "Statistics", "Unsolvable"]


class Solved:
    """An answer: ``selected`` maps package to candidate, in the order of the decisions."""

    __slots__ = ("selected",)

    def __init__(self, selected: dict[int, int]) -> None:
        self.selected = selected


class Unsolvable:
    """The other answer: ``clause`` is the empty clause, and its causes are the proof.

    It is derived from ``conflict``, which ``solution`` says to be false whatever is decided, when somebody
    first asks for it: on small problems a verdict alone takes half the time.
    """

    __slots__ = ("_clause", "_conflict", "_solution")

    def __init__(self, solution: PartialSolution, conflict: Clause) -> None:
        self._solution = solution
        self._conflict = conflict
        self._clause: Clause | None = None

    @property
    def clause(self) -> Clause:
        """Return the empty clause.  Raises ``SolverError`` on a bug."""
        if self._clause is None:
            from resolver.solver.conflict import conclude  # noqa: PLC0415  # lazy: most searches succeed

            self._clause = conclude(self._solution, self._conflict)
        return self._clause


class Paused:
    """The steps are used up; call again to go on."""

    __slots__ = ()


class Statistics:
    """Counters of one search.

    ``tried`` counts candidates whose facts were asked for, each once.  ``derivations`` counts narrowings
    that followed from clauses.
    """

    __slots__ = ("conflicts", "decisions", "derivations", "learned", "restarts", "tried")

    def __init__(self) -> None:
        self.decisions = 0
        self.conflicts = 0
        self.derivations = 0
        self.learned = 0
        self.tried = 0
        self.restarts = 0

    def steps(self) -> int:
        """Return the work done so far, in the unit of ``Solver.advance``."""
        return self.decisions + self.conflicts + self.derivations + self.tried
