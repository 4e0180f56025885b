"""Why a package is in an answer, and why not in a newer version.

``Inquiry`` looks at a solution.  Who asked for the package is read from the pins; why no newer version of it
was chosen is found out by asking again, with a newer one required (``trials`` solves that).
"""

from __future__ import annotations

from heapq import heappop, heappush

from resolver.explanation.telling import explain
from resolver.formats.reasons import Newer, Reasons, Step
from resolver.model.requirement import Requirement
from resolver.model.version import Version
from resolver.options import redacted
from resolver.selection import pins
from resolver.solver.engine import Solved, Unsolvable
from resolver.whatif.changes import Question

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from resolver.catalog import Candidates
    from resolver.formats.answer import Answer, Pinned
    from resolver.problem import PythonProblem
    from resolver.whatif.fixes import Verdict

__all__ = ["Inquiry", "chains"]

_MOST_CHAINS = 5
_MOST_STEPS = 10_000
# Chains that are told, and steps that are made to find them: there can be exponentially many.

_FEW = 3
# So many versions are listed one by one.


class Inquiry:
    """The question about package ``name`` of a solved ``problem``."""

    __slots__ = ("_name", "_newer", "_problem", "_question", "_selected")

    def __init__(
        self, name: str, question: Question, problem: PythonProblem, selected: Mapping[int, int]
    ) -> None:
        self._name = name
        self._question = question
        self._problem = problem
        self._selected = selected
        self._newer: Newer | None = None

    def trials(self) -> Generator[Question, Verdict, None]:
        """Yield the question with a newer version required, if there is one that could be had."""
        chosen = self._chosen()
        if chosen is None:
            return
        candidates = self._problem.catalog.packages[self._name]
        mask = candidates.everything >> chosen + 1 << chosen + 1
        versions = [candidates.version(number) for number in _numbers(mask)]
        rejected = _rejected(candidates, mask & ~candidates.usable)
        usable = mask & candidates.usable
        last = "" if not usable else _last_resort(self._problem, candidates, usable)
        if last:
            rejected.append(last)
            usable = 0
        if not versions:
            self._newer = Newer("newest")
        elif not usable:
            self._newer = Newer("rejected", versions, rejected=rejected)
        elif self._problem.preferred(candidates, usable | 1 << chosen) == chosen:
            said = "kept" if self._is_kept(candidates, chosen) else "preferred"
            self._newer = Newer(said, versions, rejected=rejected)
        else:
            least = Version(candidates.version(_numbers(usable)[0]))
            # An ordering operator does not look at local versions.
            tried = f"{self._name}>={least}" if least.local is None else f"{self._name}=={least}"
            self._newer = Newer("unknown", versions, rejected=rejected, tried=tried)
            verdict = yield self._asked(tried)
            self._newer = self._judged(verdict, self._newer)

    def reasons(self, answer: Answer) -> Reasons:
        """Return what was found out about the package; ``answer`` holds the pins."""
        by_name = {pin.name: pin for pin in answer.pins}
        pin = by_name.get(self._name)
        if pin is None:
            return Reasons(self._name, None, answer, notes=self._absent(list(by_name)))
        found, more = chains(self._problem.requirements, by_name, self._name)
        return Reasons(self._name, pin.version, answer, chains=found, more=more, newer=self._newer)

    def _is_kept(self, candidates: Candidates, chosen: int) -> bool:
        preferences = self._problem.catalog.rules.preferences
        return preferences is not None and bool(preferences.narrowed(candidates.offer, 1 << chosen))

    def _chosen(self) -> int | None:
        names = self._problem.names
        for package, candidate in self._selected.items():
            if names.name(names.base(package)) == self._name:
                return candidate
        return None

    def _asked(self, text: str) -> Question:
        """Return the question with one line more; where an override would replace it, as a constraint."""
        question, line = self._question, Requirement.parse(text)
        if self._name in self._problem.choices.overrides:
            return Question(question.requirements, [*question.constraints, line], question.options)
        return Question([*question.requirements, line], question.constraints, question.options)

    def _judged(self, verdict: Verdict, newer: Newer) -> Newer:
        """Return ``newer`` with what came of the trial."""
        found, changes, explanation = "unknown", [], None
        if verdict.problem is not None and isinstance(verdict.outcome, Solved) and verdict.holds():
            found = "possible"
            now = {pin.name: pin.version for pin in pins(self._problem, self._selected)}
            then = {pin.name: pin.version for pin in pins(verdict.problem, verdict.outcome.selected)}
            names = sorted(now.keys() | then.keys(), key=lambda name: (name != self._name, name))
            changes = [(n, now.get(n), then.get(n)) for n in names if now.get(n) != then.get(n)]
        elif verdict.problem is not None and isinstance(verdict.outcome, Unsolvable):
            found = "unsatisfiable"
            explanation = explain(verdict.problem, verdict.outcome.clause).text
        return Newer(
            found,
            newer.versions,
            rejected=newer.rejected,
            tried=newer.tried,
            explanation=explanation,
            changes=changes,
        )

    def _absent(self, names: Sequence[str]) -> list[str]:
        """Say what may be the reason that the package is not in the answer."""
        notes = [
            f"the marker of {each.text} does not hold here{f' ({each.origin})' if each.origin else ''}"
            for each in self._problem.skipped
            if each.name == self._name
        ]
        if self._name in self._problem.choices.excludes:
            notes.append("it is excluded by --exclude")
        if not notes:
            from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

            notes += [f"did you mean {near}?" for near in get_close_matches(self._name, names, 1)]
        return notes


def _last_resort(problem: PythonProblem, candidates: Candidates, usable: int) -> str:
    """Say why all of ``usable`` would only be chosen if nothing else could be, if that is so."""
    if problem.catalog.rules.pre_releases.last(candidates.name) and not usable & candidates.finals:
        says = "are pre-releases, which are" if usable.bit_count() > 1 else "is a pre-release, which is"
        return f"{_subject(candidates, usable)} {says} used only where no final version fits"
    if not usable & ~candidates.yanked:
        says = "were" if usable.bit_count() > 1 else "was"
        return f"{_subject(candidates, usable)} {says} yanked, and can be had only where nothing else fits"
    return ""


def _rejected(candidates: Candidates, mask: int) -> list[str]:
    """Return a sentence for each reason that the rules leave candidates of ``mask`` out."""
    return [
        f"{_subject(candidates, mask & some)} {reason.says(many=(mask & some).bit_count() > 1)}"
        for reason, some in candidates.rejections
        if mask & some
    ]


def _subject(candidates: Candidates, mask: int) -> str:
    versions = [candidates.version(number) for number in _numbers(mask)]
    if len(versions) > _FEW:
        return f"{len(versions)} versions of {candidates.name} from {versions[0]} to {versions[-1]}"
    *front, last = versions
    listed = f"{', '.join(front)} and {last}" if front else last
    return f"{candidates.name} {listed}"


def _numbers(mask: int) -> list[int]:
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def chains(
    requirements: Sequence[Requirement], pinned: Mapping[str, Pinned], name: str
) -> tuple[list[list[Step]], bool]:
    """Return chains from ``requirements`` to package ``name``, shortest first, and whether there are more.

    No chain goes through a package twice.  Chains of one length come in the order of the requirements.
    """
    far = _distances(pinned, name)
    heap: list[tuple[int, int, list[Step]]] = []
    roots = [each for each in requirements if each.name in far]
    for number, each in enumerate(roots):
        origin = None if each.origin is None else str(each.origin)
        step = Step(_plain(each.text), each.name, pinned[each.name].version, origin)
        heappush(heap, (far[each.name], number, [step]))
    found: list[list[Step]] = []
    pushed = len(heap)
    while heap and pushed < _MOST_STEPS:
        _, _, chain = heappop(heap)
        last = chain[-1].name
        if last == name:
            if len(found) == _MOST_CHAINS:
                return found, True
            found.append(chain)
            continue
        passed = {step.name for step in chain}
        for child, texts in _asks(pinned[last]).items():
            if child in far and child not in passed:
                step = Step(" and ".join(texts), child, pinned[child].version)
                heappush(heap, (len(chain) + far[child], pushed, [*chain, step]))
                pushed += 1
    return found, bool(heap)


def _asks(pin: Pinned) -> dict[str, list[str]]:
    """Return what a pinned package requires, by name."""
    found: dict[str, list[str]] = {}
    for text, name, _ in pin.requires:
        said = found.setdefault(name, [])
        if _plain(text) not in said:
            said.append(_plain(text))
    return found


def _plain(text: str) -> str:
    """Return a requirement that could be read, as explanations write it: without its marker, which holds."""
    requirement = Requirement.repaired(text)
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    address = "" if requirement.url is None else f" @ {redacted(requirement.url)}"
    return f"{requirement.name}{extras}{requirement.specifiers.text.strip()}{address}"


def _distances(pinned: Mapping[str, Pinned], name: str) -> dict[str, int]:
    """Return how many steps each package is away that leads to ``name``."""
    parents: dict[str, list[str]] = {}
    for pin in pinned.values():
        for child in _asks(pin):
            parents.setdefault(child, []).append(pin.name)
    far = {name: 0}
    edge = [name]
    for child in edge:
        for parent in parents.get(child, ()):
            if parent not in far:
                far[parent] = far[child] + 1
                edge.append(parent)
    return far
