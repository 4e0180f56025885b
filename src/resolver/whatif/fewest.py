"""The answer that changes the fewest versions of before, with the proof that none changes fewer; sans-IO.

All versions of before are taken for facts.  Where that has no solution, the proof says which of them were in
the way: one of these must change in any answer.  A smallest set that has one of each such group is let go,
and the question asked again, until it has a solution.  No answer changes fewer: each changes one of every
group, and there is no smaller set that does (docs/decisions/0038).

What is to be upgraded gets a newer version if any answer has one; how far it goes is up to those that change
no more than they must.  ``Fewest.trials`` yields questions and is sent verdicts; ``trials`` drives it.
"""

from __future__ import annotations

from resolver.model.requirement import Requirement
from resolver.solver.engine import Solved, Unsolvable
from resolver.solver.incompatibility import Rejected
from resolver.solver.report import facts
from resolver.whatif.hitting import TooHard, smallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from resolver.problem import PythonProblem
    from resolver.whatif.changes import Question
    from resolver.whatif.fixes import Verdict

    Trials = Generator[Question, Verdict, None]

__all__ = ["Fewest"]

_FEW = 5
# So many groups, or packages of one, are named in a sentence.


class Fewest:
    """The search for the answer to ``question`` that changes the fewest versions of before.

    ``problem`` and ``found`` are an answer that tries to keep them.  ``best`` is the answer found so far:
    the problem that it is of, and what is selected; it is the wanted one if ``is_proven``.
    """

    def __init__(self, question: Question, problem: PythonProblem, found: Solved) -> None:
        preferences = problem.catalog.rules.preferences
        assert preferences is not None
        self._question = question
        self._preferences = preferences
        self.best = (problem, found)
        self.is_proven = False
        self._stuck: list[str] = []
        self._groups: list[frozenset[str]] = []

    def trials(self) -> Trials:
        """Yield the questions to try; ``is_proven`` afterwards, or something is used up."""
        if not (yield from self._upgraded()):
            return
        held = frozenset(self._preferences.versions)
        try:
            while True:
                let_go = smallest(self._groups)
                if len(let_go) >= len(self._changed(*self.best)):
                    self.is_proven = True
                    return
                # From there on groups that have nothing in common are looked for: each counts.
                while True:
                    verdict = yield self._question.holding(held - let_go)
                    group = self._group(verdict, held - let_go)
                    if group is None:
                        break
                    self._groups.append(group)
                    let_go |= group
                if not self._taken(verdict):
                    return
        except TooHard:
            return

    def notes(self) -> list[str]:
        """Return what is to be said of the answer: what changes, and why no other changes fewer."""
        changed = self._changed(*self.best)
        said = [f"{name} cannot be upgraded, whatever else changes" for name in self._stuck]
        if not changed:
            return [*said, "no version of before has to change"]
        groups = _smallest_groups(self._groups)
        listed = ", ".join(f"{name} {was} -> {now}" for name, (was, now) in changed.items())
        because = "; ".join(_either(group) for group in groups[:_FEW])
        more = f"; and {len(groups) - _FEW} more groups" if len(groups) > _FEW else ""
        said.append(f"{_counted(changed)} of before, and no answer changes fewer: {listed}")
        return [*said, f"at least {len(changed)} must change, because one of each must: {because}{more}"]

    def _upgraded(self) -> Generator[Question, Verdict, bool]:
        """Ask for newer versions of what is to be upgraded; tell whether that came to an end."""
        for name, versions in self._preferences.dropped.items():
            if not versions:
                continue
            wanted = Requirement.parse(f"{name}>={versions[0]},!={versions[0]}")
            bounded = self._question.bounded(wanted)
            if _is_newer(name, wanted, *self.best):
                self._question = bounded
                continue
            verdict = yield bounded
            if isinstance(verdict.outcome, Unsolvable):
                self._stuck.append(name)
            elif self._taken(verdict, always=True):
                self._question = bounded
            else:
                return False
        return True

    def _taken(self, verdict: Verdict, *, always: bool = False) -> bool:
        """Take a solution for the best answer if it changes less; tell whether it is one."""
        problem, outcome = verdict.problem, verdict.outcome
        if problem is None or not isinstance(outcome, Solved):
            return False
        if always or len(self._changed(problem, outcome)) < len(self._changed(*self.best)):
            self.best = (problem, outcome)
        return True

    def _group(self, verdict: Verdict, held: frozenset[str]) -> frozenset[str] | None:
        """Return which of what was ``held`` the proof rests on, if there was no solution."""
        problem, outcome = verdict.problem, verdict.outcome
        if problem is None or not isinstance(outcome, Unsolvable):
            return None
        names = problem.names
        rejected = [fact.cause for fact in facts(outcome.clause)]
        packages = {
            names.name(names.base(cause.package))
            for cause in rejected
            if isinstance(cause, Rejected) and cause.candidate is None
        }
        group = held & packages
        assert group  # without them there is a solution
        return group

    def _changed(self, problem: PythonProblem, found: Solved) -> dict[str, tuple[str, str]]:
        """Return what an answer changes: by name the version of before, and that of now."""
        names, packages = problem.names, problem.catalog.packages
        changed: dict[str, tuple[str, str]] = {}
        for package, candidate in found.selected.items():
            name = names.name(names.base(package))
            was = self._preferences.versions.get(name)
            if was and not self._preferences.narrowed(packages[name].offer, 1 << candidate):
                changed[name] = (was[0], packages[name].version(candidate))
        return dict(sorted(changed.items()))


def _is_newer(name: str, wanted: Requirement, problem: PythonProblem, found: Solved) -> bool:
    """Tell whether an answer has package ``name`` as it is ``wanted``, or not at all."""
    names = problem.names
    chosen = [each for package, each in found.selected.items() if names.name(names.base(package)) == name]
    return not chosen or bool(problem.mask(wanted) >> chosen[0] & 1)


def _smallest_groups(groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return the groups that are no larger than others: who has one of these has one of those."""
    kept: list[frozenset[str]] = []
    for group in sorted(set(groups), key=lambda each: (len(each), sorted(each))):
        if not any(each <= group for each in kept):
            kept.append(group)
    return kept


def _counted(changed: Collection[str]) -> str:
    return (
        "the answer changes 1 version" if len(changed) == 1 else f"the answer changes {len(changed)} versions"
    )


def _either(group: frozenset[str]) -> str:
    names = sorted(group)
    if len(names) > _FEW:
        return f"{', '.join(names[:_FEW])} or {len(names) - _FEW} others"
    *front, last = names
    return f"{', '.join(front)} or {last}" if front else last
