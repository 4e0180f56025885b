"""Why there is no solution: which proof is told, and what goes with it.

``explain`` takes the empty clause that the solver derived and makes of it text for people, a tree for
programs, and hints.  How a fact is worded is in ``phrases``, what may help in ``hints``; how a proof is
shortened in ``solver.simplify`` and ``solver.straight``, how it is told in ``solver.explain``.

All of this is imported only where there is no solution.
"""

from __future__ import annotations

from resolver.explanation.hints import hints
from resolver.explanation.phrases import PythonWording
from resolver.model.requirement import Requirement
from resolver.policy import Reason
from resolver.solver.explain import Fact, check, derivation, sentences, simplify, survey, tree
from resolver.solver.incompatibility import Given
from resolver.solver.port import Facts, Need
from resolver.solver.straight import straightened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resolver.problem import PythonProblem
    from resolver.solver.explain import Derivation, Sentence
    from resolver.solver.incompatibility import Clause
    from resolver.solver.port import Universe

__all__ = ["Explained", "explain"]

_SENTENCES = 25
"""Proofs that take more are summed up: nobody reads on."""

_STEPS = 4_000
"""A proof of more steps than that is not looked at, where there is no straight one."""

_NODES = 1_000
"""A proof of more nodes is not written out as data."""

_FEW_STEPS = 400
"""A proof of more steps is not shorter than a straight one."""


class Explained:
    """An explanation: ``text`` for people, ``tree`` for programs (JSON-able), and what may help."""

    __slots__ = ("hints", "text", "tree")

    def __init__(self, text: str, tree: Mapping[str, object], hints: Sequence[str]) -> None:
        self.text = text
        self.tree = tree
        self.hints = tuple(hints)


def explain(problem: PythonProblem, clause: Clause) -> Explained:
    """Return why there is no solution; ``clause`` is the empty one that the solver derived.

    A straight proof is looked for first.  What the search has found is told where that is shorter, or where
    there is no other; what is told is checked before, step by step.  A proof that nobody would read is summed
    up instead.
    """
    wording = PythonWording(problem)
    steps, facts = survey(clause)
    packages = {package for fact in facts for package in fact.packages}
    known = _Known(problem, packages)
    found: _Told | None = None
    for proof in _proofs(clause, steps, straightened(packages, known)):
        told = _told(proof, wording)
        if found is None or told.length < found.length:
            found = told
        if found.length == 1:
            break
    if found is None or not found.sentences:
        said = f"{wording.summary(_required(facts), packages)}"
        return Explained(
            f"Because {said}, {wording.unsatisfiable()}.", _data(found, wording, said, steps), ()
        )
    check(found.proof)
    used = [node for node in found.proof.nodes() if isinstance(node, Fact)]
    text = "\n".join(map(str, found.sentences))
    return Explained(
        text, tree(found.proof, wording, wording.details), hints(problem, used, wording, known.asked)
    )


def _proofs(clause: Clause, steps: int, straight: Sequence[Derivation]) -> Iterator[Derivation]:
    """Yield the proofs that are worth a look: the search's own where that costs little."""
    yield from straight
    if steps <= (_FEW_STEPS if straight else _STEPS):
        yield derivation(clause)


def _data(found: _Told | None, wording: PythonWording, said: str, steps: int) -> dict[str, object]:
    """Return a proof that is not told as data; one that would fill pages as a fact that sums it up."""
    if found is not None and len(found.proof.nodes()) <= _NODES:
        check(found.proof)
        return tree(found.proof, wording, wording.details)
    return {"cause": "found", "text": f"{said} (a proof of {steps} steps)", "terms": []}


def _required(facts: Sequence[Clause]) -> list[Requirement]:
    """Return the user's requirements among the facts of a proof."""
    causes = [fact.cause for fact in facts]
    given = [cause.payload for cause in causes if isinstance(cause, Given)]
    return [payload for payload in given if isinstance(payload, Requirement)]


class _Told:
    """A proof, shortened, and the sentences that tell it: none where nobody would read so many."""

    __slots__ = ("length", "proof", "sentences")

    def __init__(self, proof: Derivation, sentences: list[Sentence]) -> None:
        self.proof = proof
        self.sentences = sentences
        self.length = len(sentences) or _SENTENCES + 1


def _told(proof: Derivation, wording: PythonWording) -> _Told:
    """Shorten and tell a proof."""
    short = simplify(proof)
    return _Told(short, sentences(short, wording, wording, most=_SENTENCES))


class _Known:
    """What a problem was asked for during the search, as far as it is about ``packages``.

    Nothing that only happened to arrive, so that an explanation never depends on the order of arrival.
    """

    def __init__(self, problem: PythonProblem, packages: set[int]) -> None:
        self._problem = problem
        self._asked = problem.asked()
        self._ids = {problem.names.name(package): package for package in packages}

    def root(self) -> Sequence[tuple[int, int, object]]:
        """Return what the user requires: package, allowed mask and requirement."""
        facts = self._problem.root()
        return () if isinstance(facts, Need) else facts.dependencies

    def universe(self, package: int) -> Universe:
        """Return which candidates policy leaves, and of which package this one is an extra."""
        return self._problem.universe(package)

    def asked(self, name: str) -> list[int]:
        """Return the candidates of package ``name`` whose metadata the search asked for."""
        return sorted(self._asked[name])

    def facts(self, package: int, candidate: int) -> Facts | None:
        """Return what a candidate needs of the packages, or None where the search did not come to know it."""
        problem, names = self._problem, self._problem.names
        name = names.name(names.base(package))
        if candidate not in self._asked[name]:
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
