"""``PubGrubResolver``: our solver in the place of ``resolvelib.Resolver``, for any provider.

What the solver needs to know of a provider is in ``problem``, the order of decisions in ``order``, events in
``rounds``, results in ``outcome``.  Here a search is begun, begun anew where it must be, and checked.

Spec: resolvelib 1.x, ``AbstractResolver``; docs/interop.md says in what we differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, cast

from resolvelib import AbstractResolver
from resolvelib.resolvers import ResolverException
from resolvelib.structs import CT, KT, RT

from resolver.bridge.agenda import Agenda
from resolver.bridge.answers import Answers, Refused
from resolver.bridge.concessions import Concessions
from resolver.bridge.library import Library
from resolver.bridge.numbering import Numbering
from resolver.bridge.order import ProviderOrder
from resolver.bridge.outcome import impossible, result
from resolver.bridge.pins import Pins, Wanted
from resolver.bridge.problem import Exhausted, OutOfSlotsError, ProviderProblem
from resolver.bridge.rounds import Rounds
from resolver.bridge.walk import Walk
from resolver.bridge.wording import explain
from resolver.errors import InternalError
from resolver.solver.engine import Solved, Solver, SolverError, Unsolvable
from resolver.solver.incompatibility import Depends, Found, Given, Rejected
from resolver.solver.report import facts
from resolver.solver.terms import bit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvelib import AbstractProvider, BaseReporter
    from resolvelib.resolvers import Result

    from resolver.bridge.library import Information, Provider, Reporter
    from resolver.bridge.pins import Package
    from resolver.solver.incompatibility import Clause

__all__ = ["PubGrubResolver"]

_SLOTS = 250
_MORE = 16


class PubGrubResolver(AbstractResolver[RT, CT, KT], Generic[RT, CT, KT]):
    """Resolves by conflict-driven learning what ``resolvelib.Resolver`` resolves by backjumping.

    Takes the same provider and reporter, returns the same ``Result`` and raises the same exceptions, of the
    resolvelib that the provider has its base class from.  Its ``ResolutionImpossible`` has ``explanation``,
    sentences, and ``derivation``, the proof as a value.
    """

    base_exception = ResolverException

    def __init__(self, provider: AbstractProvider[RT, CT, KT], reporter: BaseReporter[RT, CT, KT]) -> None:
        super().__init__(provider, reporter)
        self._library = Library.of(provider, reporter)

    def resolve(  # type: ignore[override]  # as resolvelib's own does
        self, requirements: Iterable[RT], max_rounds: int = 100
    ) -> Result[RT, CT, KT]:
        """Return candidates that fulfil ``requirements`` and all that they require in turn.

        Raises ``ResolutionImpossible`` where there are none, ``ResolutionTooDeep`` where ``max_rounds`` are
        used up, and whatever the provider raises.
        """
        natively = getattr(self.provider, "resolve_natively", None)
        if natively is not None:
            answer = natively(requirements, self.reporter, max_rounds)
        else:
            provider = cast("Provider", self.provider)
            reporter = cast("Reporter", self.reporter)
            answer = _Resolution(provider, reporter, self._library).resolve(requirements, max_rounds)
        return cast("Result[RT, CT, KT]", answer)


class _Resolution:
    """One resolution."""

    def __init__(self, provider: Provider, reporter: Reporter, library: Library) -> None:
        self._provider = provider
        self._reporter = reporter
        self._library = library
        self._pins = Pins()
        self._answers = Answers(provider, library, self._pins)

    def resolve(self, requirements: Iterable[object], max_rounds: int) -> Result[object, object, object]:
        given = list(requirements)
        rounds = Rounds(self._reporter, self._library, self._answers, max_rounds)
        self._reporter.starting()
        roots: list[Wanted] = []
        for requirement in given:
            self._reporter.adding_requirement(requirement=requirement, parent=None)
            roots.append(self._answers.wanted(requirement))
        self._pins.want(roots)
        agenda = Agenda(self._provider, self._library, self._answers, rounds)
        concessions = Concessions(self._answers)
        walk = Walk(self._answers, agenda, concessions, rounds)
        if not walk.reaches_end():
            clause = self._search(roots, agenda, concessions, walk.package, rounds)
            if clause is not None:
                found = self._second_opinion(clause, given, max_rounds)
                if found is None:
                    causes = rounds.causes or _causes(clause)
                    raise impossible(self._library, causes, lambda: explain(self._answers, clause))
                rounds.ended(found)
                return found
        found = result(self._answers, self._library)
        rounds.ended(found)
        return found

    def _search(
        self,
        roots: list[Wanted],
        agenda: Agenda,
        concessions: Concessions,
        package: Package | None,
        rounds: Rounds,
    ) -> Clause | None:
        """Find pins, beginning with those there are; return the empty clause where there are none."""
        slots = max(_SLOTS, *(2 + len(each.candidates) for each in self._answers.packages))
        while True:
            problem = ProviderProblem(self._answers, roots, slots)
            order = ProviderOrder(
                answers=self._answers,
                agenda=agenda,
                concessions=concessions,
                problem=problem,
                rounds=rounds,
            )
            order.begin(self._pins.stack, package)
            self._pins.cut(0)
            try:
                step = Solver(problem, order).advance()
            except OutOfSlotsError:
                slots *= _MORE
                package = None
                continue
            except SolverError as error:
                raise InternalError(str(error)) from error
            if isinstance(step, Unsolvable):
                order.finish()
                return step.clause
            assert isinstance(step, Solved)
            if self._holds():
                return None
            package = None
            self._pins.cut(0)

    def _holds(self) -> bool:
        """Ask the provider once more whether each pin satisfies each requirement; remember what does not."""
        unsatisfied = [
            wanted
            for package in self._pins.named
            for wanted in package.active
            if package.pinned < 0 or not self._answers.is_satisfied(wanted, package.pinned)
        ]
        for wanted in unsatisfied:
            wanted.failing |= 2 << wanted.package.pinned
        return not unsatisfied

    def _was_mistaken(self, clause: Clause) -> bool:
        """Tell whether the proof of ``clause`` rests on a match too few.

        It may take it that requirements admit no more than was found for them, where yet another requirement
        opens more: a pin that admits a pre-release or a yanked file.
        """
        for fact in facts(clause):
            match fact.cause:
                case Found(payload=Exhausted() as exhausted):
                    if self._opens_more(exhausted):
                        return True
                case Rejected(payload=Refused() as refused) if refused.wanted:
                    package = refused.wanted[-1].package
                    if self._opens_more(Exhausted(package, refused.wanted, {}, 0)):
                        return True
        return False

    def _opens_more(self, exhausted: Exhausted) -> bool:
        """Try each requirement seen on the package on top of those that left nothing to choose."""
        package = exhausted.package
        tried = Numbering()
        for wanted in [*exhausted.wanted, *package.incoming]:
            if tried.find(wanted.information.requirement) >= 0:
                continue
            tried.add(wanted.information.requirement)
            if wanted in exhausted.wanted:
                continue
            for candidate in self._answers.matches(package, [*exhausted.wanted, wanted], exhausted.others):
                slot = package.candidates.find(candidate)
                if slot < 0 or not exhausted.matches & bit(slot):
                    return True
        return False

    def _second_opinion(
        self, clause: Clause, requirements: list[object], max_rounds: int
    ) -> Result[object, object, object] | None:
        """Return what resolvelib's own resolver finds, where the proof of ``clause`` cannot be relied on.

        It takes matches as they come.  What it returns is not always a solution, so that is checked.
        """
        if not self._was_mistaken(clause):
            return None
        resolver = self._library.resolver(self._provider, self._library.reporter())
        try:
            found = resolver.resolve(requirements, max_rounds)
        except (self._library.impossible, RecursionError):
            return None
        return found if self._is_solution(requirements, found.mapping) else None

    def _is_solution(self, requirements: list[object], mapping: dict[object, object]) -> bool:
        provider = self._provider
        for candidate in (None, *mapping.values()):
            needs = requirements if candidate is None else provider.get_dependencies(candidate=candidate)
            for requirement in needs:
                pin = mapping.get(provider.identify(requirement_or_candidate=requirement))
                if pin is None or not provider.is_satisfied_by(requirement=requirement, candidate=pin):
                    return False
        return True


def _causes(clause: Clause) -> list[Information]:
    """Return the requirements that a proof rests on."""
    found: dict[Wanted, None] = {}
    for fact in facts(clause):
        match fact.cause:
            case Found(payload=Exhausted() as exhausted):
                found.update(dict.fromkeys(exhausted.all_wanted()))
            case Given(payload=Wanted() as wanted) | Depends(payload=Wanted() as wanted):
                found[wanted] = None
    return [wanted.information for wanted in found]
