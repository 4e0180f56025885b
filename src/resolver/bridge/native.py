"""Solving a ``Reading`` by our solver as it is, with the answer in resolvelib's terms.

The provider's methods ask about one candidate at a time; here the solver is given the problem itself, so that
it decides in the same order and gives the same pins as ``resolve()``.  The reporter hears of it afterwards,
as if each pin had been a round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvelib.resolvers import (
    Criterion,
    RequirementInformation,
    ResolutionImpossible,
    ResolutionTooDeep,
    Result,
)
from resolvelib.structs import DirectedGraph, State

from resolver.errors import InternalError
from resolver.explanation.telling import explain
from resolver.solver.derivation import Fact, derivation
from resolver.solver.engine import Need, Solved, Solver, SolverError, Unsolvable
from resolver.solver.incompatibility import Depends, Given
from resolver.verification import verify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from packaging.requirements import Requirement as PackagingRequirement
    from resolvelib import BaseReporter

    from resolver.bridge.index_values import Candidate, Dependency
    from resolver.bridge.reading import Reading
    from resolver.solver.incompatibility import Clause

    Wanted = str | PackagingRequirement
    Information = RequirementInformation[Wanted, Candidate]
    Reporter = BaseReporter[Wanted, Candidate, str]
    #: A requirement as the caller gave it, with the identifiers of what it asks for.
    Root = tuple[Wanted, tuple[str, ...]]

__all__ = ["NoResolution", "resolve", "solve"]

_STEPS = 2_000


class NoResolution(ResolutionImpossible["Wanted", "Candidate"]):
    """resolvelib's exception, with the proof: ``explanation`` in words, ``derivation`` as a value."""

    def __init__(self, causes: Sequence[Information], explanation: str, tree: Mapping[str, object]) -> None:
        super().__init__(causes)
        self.explanation = explanation
        self.derivation = tree

    def __str__(self) -> str:
        return self.explanation


def solve(reading: Reading, max_rounds: int | None = None) -> Solved | Unsolvable:
    """Return the solver's answer; a round is a jump back from a conflict that something was learned from.

    Raises ``ResolutionTooDeep`` after ``max_rounds``, ``LimitReached``, or as ``Reading.fulfil`` does.
    """
    problem, budget = reading.problem, reading.budget
    solver = Solver(problem)
    while True:
        try:
            step = solver.advance(budget.steps(solver.statistics.steps(), _STEPS))
        except SolverError as error:
            raise InternalError(f"this is a bug in resolver: {error}. Please report it") from error
        if isinstance(step, (Solved, Unsolvable)):
            return step
        if max_rounds is not None and solver.statistics.learned > max_rounds:
            raise ResolutionTooDeep(max_rounds)
        keys = step.keys if isinstance(step, Need) else ()
        budget.check(problem, solver, keys)
        reading.fulfil(keys)


def resolve(
    reading: Reading, roots: Sequence[Root], reporter: Reporter, max_rounds: int | None = None
) -> Result[Wanted, Candidate, str]:
    """Return what a resolvelib resolver would for ``roots``, which ``reading`` poses.

    Raises ``NoResolution``, or as ``solve`` does.
    """
    reporter.starting()
    for requirement, _ in roots:
        reporter.adding_requirement(requirement=requirement, parent=None)
    found = solve(reading, max_rounds)
    if isinstance(found, Unsolvable):
        causes = list(_causes(reading, roots, found.clause))
        reporter.resolving_conflicts(causes=causes)
        explained = explain(reading.problem, found.clause)
        raise NoResolution(causes, explained.text, explained.tree)
    verify(reading.problem, found.selected)
    name = reading.problem.names.name
    mapping = {name(package): reading.candidate(name(package), n) for package, n in found.selected.items()}
    result = _result(reading, roots, mapping)
    _report(reading, result, reporter)
    return result


def _requirements(reading: Reading, candidate: Candidate) -> list[Dependency]:
    """Return what a selected candidate requires."""
    dependencies = reading.dependencies(candidate)
    assert isinstance(dependencies, tuple)  # or else it would not be selected
    return [*reading.pins(candidate), *dependencies]


def _result(
    reading: Reading, roots: Sequence[Root], mapping: dict[str, Candidate]
) -> Result[Wanted, Candidate, str]:
    graph: DirectedGraph[str | None] = DirectedGraph()
    for vertex in (None, *mapping):
        graph.add(vertex)
    information: dict[str, list[Information]] = {identifier: [] for identifier in mapping}
    for requirement, identifiers in roots:
        for identifier in identifiers:
            information[identifier].append(RequirementInformation(requirement, None))
            graph.connect(None, identifier)
    for parent, candidate in mapping.items():
        for dependency in _requirements(reading, candidate):
            information[dependency.identifier].append(RequirementInformation(dependency, candidate))
            graph.connect(parent, dependency.identifier)
    criteria: dict[str, Criterion[Wanted, Candidate]] = {
        identifier: Criterion([candidate], information[identifier], [])
        for identifier, candidate in mapping.items()
    }
    return Result(mapping=mapping, graph=graph, criteria=criteria)


def _report(reading: Reading, result: Result[Wanted, Candidate, str], reporter: Reporter) -> None:
    """Tell ``reporter`` of the pins, one a round."""
    mapping: dict[str, Candidate] = {}
    state: State[Any, Any, Any] = State(mapping=mapping, criteria=result.criteria, backtrack_causes=[])
    for index, (identifier, candidate) in enumerate(result.mapping.items()):
        reporter.starting_round(index=index)
        for dependency in _requirements(reading, candidate):
            reporter.adding_requirement(requirement=dependency, parent=candidate)
        reporter.pinning(candidate=candidate)
        mapping[identifier] = candidate
        reporter.ending_round(index=index, state=state._replace(mapping=dict(mapping)))
    reporter.starting_round(index=len(mapping))
    reporter.ending(state=state)


def _causes(reading: Reading, roots: Sequence[Root], clause: Clause) -> list[Information]:
    """Return the requirements that the proof of ``clause`` rests on, each once."""
    name = reading.problem.names.name
    found: dict[tuple[str, str], Information] = {}
    for node in derivation(clause).nodes():
        for cause in node.causes if isinstance(node, Fact) else ():
            said: list[Information] = []
            if isinstance(cause, Given):
                said = [
                    RequirementInformation(requirement, None)
                    for requirement, identifiers in roots
                    if any(name(package) in identifiers for package in node.terms)
                ]
            elif isinstance(cause, Depends):
                parent = reading.candidate(name(cause.package), cause.candidate)
                said = [
                    RequirementInformation(each, parent)
                    for each in _requirements(reading, parent)
                    if each.identifier == name(cause.other)
                ]
            for each in said:
                found.setdefault((str(each.requirement), str(each.parent)), each)
    return list(found.values())
