"""The search for the smallest changes that make a question solvable; sans-IO.

``Search.trials`` yields questions and is sent a ``Verdict`` on each; whoever drives it solves them
(``trials``).  A fix is only what came back solved, word for word as it will be told.

Every proof rests on some knobs of the user's (``changes.knobs``), and a change that helps must turn one of
them.  Single changes are tried first.  Where none helps, each trial that failed left a proof of its own, and
one of *its* knobs must be turned as well: so pairs are found without trying all of them.  A line is first
dropped: if that does not help, no gentler change of it can.  Then its bounds are taken away one by one, and
the one that was in the way is moved as little as possible.

The same question gives the same fixes.
"""

from __future__ import annotations

from resolver.formats.answer import Fix
from resolver.posing import read_requirement
from resolver.solver.engine import Solved, Unsolvable
from resolver.verification import violation
from resolver.whatif.changes import RANKS, Addition, Alternatives, Edit, Line, Setting, knobs
from resolver.whatif.edits import EXCLUSION, bounds, moved, no_extra, sequence, window, without
from resolver.whatif.memory import FEW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from resolver.catalog import Candidates
    from resolver.problem import PythonProblem
    from resolver.solver.incompatibility import Clause
    from resolver.whatif.changes import Change, Question
    from resolver.whatif.likely import Likely

    Trials = Generator[Question, "Verdict", None]
    Found = Generator[Question, "Verdict", "list[_Proven]"]
    Moved = Generator[Question, "Verdict", "_Proven | None"]

__all__ = ["Search", "Verdict"]

_MOST = 3
# Fixes that are told, and pairs that are looked for.


class Verdict:
    """What came of a trial; ``outcome`` is None where that was not found out.

    ``left`` are the candidates of the package that was sought of which it is not known that none will do.
    """

    __slots__ = ("left", "outcome", "problem")

    def __init__(
        self,
        problem: PythonProblem | None = None,
        outcome: Solved | Unsolvable | None = None,
        left: int = -1,
    ) -> None:
        self.problem = problem
        self.outcome = outcome
        self.left = left

    @property
    def solved(self) -> bool:
        """Whether it was solved, and not by asking for nothing."""
        return isinstance(self.outcome, Solved) and bool(self.outcome.selected)

    def holds(self) -> bool:
        """Verify the solution: anything else is a bug, but not one that this question was asked about."""
        assert self.problem is not None
        assert isinstance(self.outcome, Solved)
        return violation(self.problem, self.outcome.selected) is None

    def selected(self, name: str) -> int | None:
        """Return the candidate of package ``name`` in the solution, if there is one."""
        if self.problem is None or not isinstance(self.outcome, Solved):
            return None
        names = self.problem.names
        for package, candidate in self.outcome.selected.items():
            if names.name(names.base(package)) == name:
                return candidate
        return None

    def age(self) -> int:
        """Return by how many candidates the selected ones are behind the newest, in all."""
        assert self.problem is not None
        assert isinstance(self.outcome, Solved)
        names, packages = self.problem.names, self.problem.catalog.packages
        chosen = {
            names.name(names.base(package)): number for package, number in self.outcome.selected.items()
        }
        return sum(len(packages[name].keys) - 1 - number for name, number in chosen.items())


class _Proven:
    """Changes that were tried together, and solved the question, as ``verdict`` says."""

    __slots__ = ("age", "changes", "verdict")

    def __init__(self, changes: Sequence[Change], verdict: Verdict) -> None:
        self.changes = tuple(changes)
        self.verdict = verdict
        self.age = verdict.age()

    def size(self) -> tuple[int, int, int]:
        """Return what fixes are ordered by: how large the change is, and how old what it leads to."""
        return (len(self.changes), max(change.rank for change in self.changes), self.age)


class Search:
    """The fixes of one question; ``problem`` and the empty ``clause`` are the proof that it has no answer."""

    __slots__ = ("_clause", "_problem", "_proven", "_question")

    def __init__(self, question: Question, problem: PythonProblem, clause: Clause) -> None:
        self._question = question
        self._problem = problem
        self._clause = clause
        self._proven: list[_Proven] = []

    def fixes(self) -> tuple[Fix, ...]:
        """Return the smallest of what is proven so far, the best first."""
        ordered = sorted(self._proven, key=_Proven.size)
        if ordered and not _drops(ordered[0]):
            ordered = [each for each in ordered if not _drops(each)]
        found: dict[Fix, None] = {}
        for each in ordered:
            if len(found) < _MOST and each.verdict.holds():
                found[_told(self._question, each.changes)] = None
        return tuple(found)

    def foreseen(self) -> Iterator[Likely]:
        """Yield what trials will probably ask for; nothing depends on whether it is there."""
        from resolver.whatif.likely import likely  # noqa: PLC0415  # lazy: a warm run waits for nothing

        return likely(self._problem, knobs(self._question, self._problem, self._clause))

    def trials(self) -> Trials:
        """Yield the questions to try; to be closed when enough was spent."""
        failed: list[tuple[Change, Verdict]] = []
        for knob in knobs(self._question, self._problem, self._clause):
            loosest = self._loosest(knob)
            if loosest is None:
                continue
            verdict = yield self._question.changed([loosest])
            if verdict.solved:
                at = len(self._proven)
                self._proven.append(_Proven([loosest], verdict))
                self._proven[at:] = yield from self._refined(knob, loosest, verdict, [])
                continue
            failed.append((loosest, verdict))
            if isinstance(knob, Alternatives) and not knob.grow:
                yield from self._others(knob.changes[1:])
        if not self._proven:
            yield from self._pairs(failed)

    def _loosest(self, knob: Line | Alternatives) -> Change | None:
        """Return the change of ``knob`` that helps if any does; of those that do not grow, the first.

        The only requirement is not dropped, but loses all that it can lose, if there is something.
        """
        if isinstance(knob, Alternatives):
            return knob.changes[-1 if knob.grow else 0]
        if knob.place != "requirement" or len(self._problem.requirements) > 1:
            return Edit(knob, None, RANKS["drop"])
        bare = without(knob.requirement, *bounds(knob.requirement))
        for extra in bare.extras:
            bare = no_extra(bare, extra)
        return None if bare.text == knob.requirement.text else Edit(knob, bare, RANKS["bounds"])

    def _others(self, changes: Sequence[Change]) -> Trials:
        """Try further alternatives, which have nothing to do with one another."""
        for change in changes:
            verdict = yield self._question.changed([change])
            if verdict.solved:
                self._proven.append(_Proven([change], verdict))
                return

    def _pairs(self, failed: list[tuple[Change, Verdict]]) -> Trials:
        """Try each change that failed together with what the proof of its failure names."""
        tried: set[frozenset[tuple[object, ...]]] = set()
        for first, before in failed:
            if before.problem is None or not isinstance(before.outcome, Unsolvable):
                continue
            changed = self._question.changed([first])
            for knob in knobs(changed, before.problem, before.outcome.clause):
                other = _again(self._question, knob)
                loosest = None if other is None else self._loosest(other)
                if other is None or loosest is None:
                    continue
                pair = frozenset((_identity(first), _identity(loosest)))
                if pair in tried or len(pair) == 1:
                    continue
                tried.add(pair)
                verdict = yield self._question.changed([first, loosest])
                if not verdict.solved:
                    continue
                yield from self._pair(first, other, loosest, verdict)
                if len(self._proven) >= _MOST:
                    return

    def _pair(self, first: Change, second: Line | Alternatives, loosest: Change, verdict: Verdict) -> Trials:
        """Make both changes of a pair that works as small as they can be, the second one first."""
        self._proven.append(_Proven([first, loosest], verdict))
        found = yield from self._refined(second, loosest, verdict, [first])
        best = min(found, key=_Proven.size)
        self._proven[-1] = best
        others = [change for change in best.changes if change is not first]
        if isinstance(first, Edit):
            repeated = yield self._question.changed(best.changes)
            if repeated.solved:
                found = yield from self._refined(first.line, first, repeated, others)
                self._proven[-1] = min(found, key=_Proven.size)

    def _refined(
        self, knob: Line | Alternatives, loosest: Change, verdict: Verdict, others: list[Change]
    ) -> Found:
        """Return the smallest changes of ``knob`` that still solve the question, together with ``others``.

        ``verdict`` is that on ``loosest``, which is the answer where nothing smaller is found.
        """
        if isinstance(knob, Line):
            found = yield from self._relaxed(knob, others)
            return found or [_Proven([*others, loosest], verdict)]
        if not knob.grow:
            return [_Proven([*others, loosest], verdict)]
        low, high, best = 0, len(knob.changes) - 1, verdict
        while low < high:
            middle = (low + high) // 2
            tried = yield self._question.changed([*others, knob.changes[middle]])
            if tried.solved:
                high, best = middle, tried
            else:
                low = middle + 1
        return [_Proven([*others, knob.changes[high]], best)]

    def _relaxed(self, line: Line, others: list[Change]) -> Found:
        """Return changes that keep a line: without an extra, or with one bound relaxed, or without any."""
        found: list[_Proven] = []
        for extra in line.requirement.extras:
            fewer = Edit(line, no_extra(line.requirement, extra), RANKS["extra"])
            verdict = yield self._question.changed([*others, fewer])
            if verdict.solved:
                found.append(_Proven([*others, fewer], verdict))
        for direction in bounds(line.requirement):
            relaxed = yield from self._moved(line, direction, others)
            if relaxed is not None:
                found.append(relaxed)
        if not found and bounds(line.requirement):
            bare = Edit(line, without(line.requirement, *bounds(line.requirement)), RANKS["bounds"])
            verdict = yield self._question.changed([*others, bare])
            if verdict.solved:
                found.append(_Proven([*others, bare], verdict))
        return found

    def _moved(self, line: Line, direction: str, others: list[Change]) -> Moved:
        """Return the bound in ``direction`` moved as little as possible, if it was in the way."""
        requirement = line.requirement
        away = Edit(line, without(requirement, direction), RANKS[direction] + 1)
        loose = self._question.changed([*others, away])
        if direction == EXCLUSION:
            verdict = yield loose
            return _Proven([*others, away], verdict) if verdict.solved else None
        verdict = yield loose.seeking(
            requirement.name, lambda candidates: sequence(requirement, direction, candidates)
        )
        if not verdict.solved:
            return None
        assert verdict.problem is not None
        selected = verdict.selected(requirement.name)
        candidates = verdict.problem.catalog.packages.get(requirement.name)
        near = [] if candidates is None else sequence(requirement, direction, candidates)
        if candidates is None or selected not in near:
            return _Proven([*others, away], verdict)
        near = near[: near.index(selected) + 1]
        nearest = yield from self._nearest(line, direction, near, verdict, others)
        edit = Edit(line, moved(requirement, direction, candidates.version(nearest)), RANKS[direction])
        changed = self._question.changed([*others, edit])
        tried = yield changed.seeking(requirement.name, _given([nearest]))
        return _Proven([*others, edit], tried) if tried.solved else _Proven([*others, away], verdict)

    def _nearest(
        self, line: Line, direction: str, near: Sequence[int], verdict: Verdict, others: list[Change]
    ) -> Generator[Question, Verdict, int]:
        """Return the nearest candidate that works; of ``near`` the last does, as ``verdict`` says.

        Where many were passed over it is assumed that beyond one that works there are no others that do not.
        """
        requirement = line.requirement
        assert verdict.problem is not None
        candidates = verdict.problem.catalog.packages[requirement.name]

        def text(candidate: int) -> str:
            return moved(requirement, direction, candidates.version(candidate)).text

        best = near[-1]
        open_ = [each for each in near[:-1] if verdict.left >> each & 1]
        while open_ and text(open_[0]) != text(best):
            middle = len(open_) // 2
            some = open_ if len(open_) <= FEW else open_[middle : middle + 1]
            edit = Edit(line, window(requirement, direction, list(map(candidates.version, some))), 0)
            tried = yield self._question.changed([*others, edit]).seeking(
                requirement.name, _given(some), open_ if some is open_ else _middles(open_)
            )
            reached = tried.selected(requirement.name)
            if tried.solved and reached in some:
                best = reached
                # Of what lies outside of the window nothing was found out.
                left = tried.left if some is open_ else -1
                open_ = [each for each in open_[: open_.index(best)] if left >> each & 1]
            else:
                open_ = [] if some is open_ else open_[middle + 1 :]
        return best


def _middles(open_: list[int]) -> list[int]:
    """Return the candidates that the next few bisections of ``open_`` may ask for."""
    parts = [open_]
    found: list[int] = []
    for part in parts:  # which grows meanwhile
        if len(part) > FEW and len(found) < FEW - 1:
            middle = len(part) // 2
            found.append(part[middle])
            parts += [part[:middle], part[middle + 1 :]]
    return found


def _given(order: list[int]) -> Callable[[Candidates], list[int]]:
    return lambda _: order


def _again(question: Question, knob: Line | Alternatives) -> Line | Alternatives | None:
    """Return a knob of a changed question as one of ``question``; None where it is not there."""
    if isinstance(knob, Alternatives):
        return knob
    lines = question.constraints if knob.place == "constraint" else question.requirements
    for number, requirement in enumerate(lines):
        if requirement is knob.requirement:
            return Line(knob.place, number, requirement)
    return None


def _identity(change: Change) -> tuple[object, ...]:
    """Return what tells the changes of a pair apart."""
    if isinstance(change, Edit):
        return (change.line.place, change.line.index)
    if isinstance(change, Addition):
        return (change.new.text,)
    assert isinstance(change, Setting)
    return (change.field,)


def _place(change: Change) -> tuple[int, int]:
    """Return what the changes of one fix are ordered by: where their lines stand, then settings."""
    if isinstance(change, Edit):
        return (_PLACES.index(change.line.place), change.line.index)
    return (len(_PLACES), 0)


_PLACES = ("requirement", "constraint", "override")


def _drops(proven: _Proven) -> bool:
    return any(change.rank == RANKS["drop"] for change in proven.changes)


def _told(question: Question, changes: Sequence[Change]) -> Fix:
    """Return the fix as callers get it, with all lines after the change."""
    changed = question.changed(changes)
    changes = sorted(changes, key=_place)
    settings = [change for change in changes if isinstance(change, Setting)]
    places = {change.line.place for change in changes if isinstance(change, Edit)}
    return Fix(
        " and ".join(change.say() for change in changes),
        [each.text for each in changed.requirements],
        options=[word for each in settings for word in each.words],
        constraints=[each.text for each in changed.constraints] if "constraint" in places else None,
        overrides=_shown(changed.options.overrides) if "override" in places else None,
        settings={each.field: each.value for each in settings},
    )


def _shown(lines: Sequence[str]) -> list[str]:
    """Return requirement lines without credentials."""
    return [read_requirement(line).text for line in lines]
