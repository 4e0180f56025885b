"""Why there is no solution: which proof is told, and what goes with it.

``explain`` takes the empty clause that the solver derived and makes of it text for people, a tree for
programs, and hints.  How a fact is worded is in ``phrases``, what may help in ``hints``; how a proof is
shortened in ``solver.simplify`` and ``solver.straight``, how it is told in ``solver.explain``.
"""

from __future__ import annotations

from resolver.hints import hints
from resolver.phrases import PythonWording
from resolver.policy import Reason
from resolver.solver.explain import check, derivation, sentences, simplify, tree
from resolver.solver.port import Facts, Need
from resolver.solver.straight import straightened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.problem import PythonProblem
    from resolver.solver.explain import Derivation, Sentence
    from resolver.solver.incompatibility import Clause
    from resolver.solver.port import Universe

__all__ = ["Explained", "PythonWording", "explain"]


class Explained:
    """An explanation: ``text`` for people, ``tree`` for programs (JSON-able), and what may help."""

    __slots__ = ("hints", "text", "tree")

    def __init__(self, text: str, tree: Mapping[str, object], hints: Sequence[str]) -> None:
        self.text = text
        self.tree = tree
        self.hints = tuple(hints)


def explain(problem: PythonProblem, clause: Clause) -> Explained:
    """Return why there is no solution; ``clause`` is the empty one that the solver derived.

    Of the proof that the search found and a straight one, if there is one, the shorter is told.  Either is
    checked, step by step, before it is told.
    """
    wording = PythonWording(problem)
    proof = simplify(derivation(clause))
    told = _told(proof, wording)
    known = _Known(problem)
    other = straightened(proof, known)
    if other is not None:
        other = simplify(other)
        straight = _told(other, wording)
        if (len(straight), _length(straight)) <= (len(told), _length(told)):
            proof, told = other, straight
    check(proof)
    text = "\n".join(map(str, told))
    return Explained(
        text, tree(proof, wording, wording.details), hints(problem, proof, wording, known.asked())
    )


def _told(proof: Derivation, wording: PythonWording) -> list[Sentence]:
    return sentences(proof, wording, wording)


def _length(told: Iterable[Sentence]) -> int:
    return sum(len(sentence.text) for sentence in told)


class _Known:
    """What a problem was asked for during the search, and nothing that only happened to arrive.

    So that an explanation never depends on the order of arrival.
    """

    def __init__(self, problem: PythonProblem) -> None:
        self._problem = problem
        self._used = problem.used()
        names = problem.names
        self._ids = {names.name(number): number for number in range(len(names))}

    def root(self) -> Sequence[tuple[int, int, object]]:
        """Return what the user requires: package, allowed mask and requirement."""
        facts = self._problem.root()
        return () if isinstance(facts, Need) else facts.dependencies

    def universe(self, package: int) -> Universe:
        """Return which candidates policy leaves, and of which package this one is an extra."""
        return self._problem.universe(package)

    def asked(self) -> list[tuple[str, int]]:
        """Return the candidates whose metadata the search asked for."""
        packages = self._problem.catalog.packages
        return [
            (name, candidate)
            for name, files in self._used.items()
            for candidate, listed in enumerate(packages[name].files)
            if listed and listed[0].filename in files
        ]

    def facts(self, package: int, candidate: int) -> Facts | None:
        """Return what a candidate needs, or None where the search did not come to know it."""
        problem, names = self._problem, self._problem.names
        name = names.name(names.base(package))
        if problem.catalog.metadata_file(name, candidate).filename not in self._used[name]:
            return None
        required = problem.requirements_of(name, candidate, names.extra(package) or "")
        if isinstance(required, Reason):
            return Facts((), rejected=required)
        found: list[tuple[int, int, object]] = []
        for requirement in required:
            for extra in requirement.extras or ("",):
                other = self._ids.get(f"{requirement.name}[{extra}]" if extra else requirement.name)
                if other is not None:
                    found.append((other, problem.mask(requirement) << 1, requirement))
        return Facts(found)
