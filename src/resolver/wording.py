"""The door to explanations: a run that finds a solution passes it without importing what is behind.

What an explanation is made of is in ``telling``, the words for facts and versions in ``phrases``.
"""

from __future__ import annotations

from resolver.phrases import PythonWording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.problem import PythonProblem
    from resolver.solver.incompatibility import Clause
    from resolver.telling import Explained

__all__ = ["PythonWording", "explain"]


def explain(problem: PythonProblem, clause: Clause) -> Explained:
    """Return why there is no solution; ``clause`` is the empty one that the solver derived."""
    from resolver import telling  # noqa: PLC0415  # lazy: most runs find a solution

    return telling.explain(problem, clause)
