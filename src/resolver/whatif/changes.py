"""What a user could change about a question that has no answer, as far as the proof says that it matters.

A ``Question`` is what was asked: requirements, constraints, options.  A ``Change`` alters one thing of it
and can say so in words.  ``knobs`` reads a proof: whatever is not among its facts cannot matter to it, so
that one of the knobs must be turned to make the question solvable.  How far, is found out in ``fixes``; how
lines are rewritten is in ``edits``.
"""

from __future__ import annotations

from resolver.model.requirement import Requirement
from resolver.policy import (
    ExcludedByConstraint,
    PreRelease,
    PythonMismatch,
    Reason,
    SourceOnly,
    TooNew,
    WheelOnly,
    Yanked,
)
from resolver.posing import read_requirement
from resolver.solver.incompatibility import Depends, Given, Rejected
from resolver.solver.report import facts
from resolver.whatif.edits import EXACT, bounds
from resolver.whatif.targets import dates, pythons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from resolver.catalog import Candidates
    from resolver.options import Options
    from resolver.problem import PythonProblem
    from resolver.solver.incompatibility import Clause

    Reasons = dict[Reason, dict[str, int]]
    Order = Callable[[Candidates], Sequence[int]]

__all__ = ["Addition", "Alternatives", "Change", "Edit", "Line", "Question", "Setting", "knobs"]

#: Ranks of changes, the smallest first; a bound that is moved ranks by its direction.
RANKS = {
    "upper": 0,
    EXACT: 1,
    "lower": 2,
    "exclusion": 3,
    "setting": 4,
    "python": 5,
    "yanked": 6,
    "extra": 7,
    "bounds": 8,
    "drop": 9,
}


class Question:
    """What was asked: the requirements and constraints of the user's, and the options.

    ``sought`` are a package and what puts candidates of it into an order, of which the first that can be had
    is wanted; and those that this question or the next ones will probably ask for.  ``held`` are the packages
    of which only versions of before are admitted.
    """

    __slots__ = ("constraints", "held", "options", "requirements", "sought")

    def __init__(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        options: Options,
        sought: tuple[str, Order, Sequence[int]] | None = None,
        *,
        held: Collection[str] = (),
    ) -> None:
        self.requirements = requirements
        self.constraints = constraints
        self.options = options
        self.sought = sought
        self.held = held

    def seeking(self, name: str, order: Order, likely: Sequence[int] = ()) -> Question:
        """Return the question with that candidate of ``name`` wanted which is the first that can be had."""
        return Question(self.requirements, self.constraints, self.options, (name, order, likely))

    def holding(self, names: Collection[str]) -> Question:
        """Return the question with only versions of before admitted of the packages ``names``."""
        return Question(self.requirements, self.constraints, self.options, held=names)

    def bounded(self, constraint: Requirement) -> Question:
        """Return the question with a constraint more."""
        return Question(self.requirements, [*self.constraints, constraint], self.options)

    def changed(self, changes: Iterable[Change]) -> Question:
        """Return the question after ``changes``, of which no two touch the same line."""
        lines: dict[tuple[str, int], Requirement | None] = {}
        options = self.options
        added: list[Requirement] = []
        for change in changes:
            if isinstance(change, Edit):
                lines[change.line.place, change.line.index] = change.new
            elif isinstance(change, Setting):
                options = options.replace(**{change.field: change.value})
            elif isinstance(change, Addition):
                added.append(change.new)
        overrides = [read_requirement(text) for text in options.overrides]
        if any(place == "override" for place, _ in lines):
            kept = _kept("override", overrides, lines)
            options = options.replace(overrides=tuple(_whole(each) for each in kept))
        return Question(
            [*_kept("requirement", self.requirements, lines), *added],
            _kept("constraint", self.constraints, lines),
            options,
        )


def _whole(requirement: Requirement) -> str:
    """Return a requirement as it can be read again, with credentials where it has some."""
    reference = requirement.reference
    return (
        requirement.text if reference is None else requirement.text.replace(reference.said, reference.whole)
    )


def _kept(
    place: str, old: Sequence[Requirement], lines: dict[tuple[str, int], Requirement | None]
) -> list[Requirement]:
    found = (lines.get((place, number), each) for number, each in enumerate(old))
    return [each for each in found if each is not None]


class Change:
    """One change; ``rank`` says how large it is.  It is an ``Edit``, an ``Addition`` or a ``Setting``."""

    __slots__ = ("rank",)

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def say(self) -> str:
        """Return the change in words, as an instruction."""
        raise NotImplementedError


class Line:
    """A line of the user's: ``place`` is "requirement", "constraint" or "override", ``index`` its number."""

    __slots__ = ("index", "place", "requirement")

    def __init__(self, place: str, index: int, requirement: Requirement) -> None:
        self.place = place
        self.index = index
        self.requirement = requirement

    def __str__(self) -> str:
        kind = "" if self.place == "requirement" else f"the {self.place} "
        return f"{kind}`{self.requirement.text}`"


class Edit(Change):
    """A line becomes ``new``, or goes where that is None."""

    __slots__ = ("line", "new")

    def __init__(self, line: Line, new: Requirement | None, rank: int) -> None:
        super().__init__(rank)
        self.line = line
        # A constraint that bounds nothing says nothing.
        is_empty = new is not None and line.place == "constraint" and not bounds(new) and new.url is None
        self.new = None if is_empty else new

    def say(self) -> str:
        """Name the old line, the new one, and where it stands."""
        origin = self.line.requirement.origin
        place = "" if origin is None else f" ({origin})"
        if self.new is None:
            return f"drop {self.line}{place}"
        return f"change {self.line} to `{self.new.text}`{place}"


class Addition(Change):
    """A requirement more, which admits what only the user's own can admit; ``why`` says what that is."""

    __slots__ = ("new", "why")

    def __init__(self, new: Requirement, why: str, rank: int) -> None:
        super().__init__(rank)
        self.new = new
        self.why = why

    def say(self) -> str:
        """Name the line."""
        return f"add `{self.new.text}`, {self.why}"


class Setting(Change):
    """The field of ``Options`` gets another value; ``words`` of the command line do the same."""

    __slots__ = ("field", "said", "value", "words")

    def __init__(self, field: str, value: object, said: str, words: Sequence[str], rank: int) -> None:
        super().__init__(rank)
        self.field = field
        self.value = value
        self.said = said
        self.words = tuple(words)

    def say(self) -> str:
        """Say what it means, with the words to add to the command."""
        return f"{self.said} ({' '.join(self.words)})"


class Alternatives:
    """Changes of which one may help, the smallest first; if they ``grow``, each includes those before it."""

    __slots__ = ("changes", "grow")

    def __init__(self, changes: Sequence[Change], *, grow: bool = False) -> None:
        self.changes = tuple(changes)
        self.grow = grow


def knobs(question: Question, problem: PythonProblem, clause: Clause) -> list[Line | Alternatives]:
    """Return what of ``question`` the proof rests on; ``clause`` is the empty one, ``problem`` what it is of.

    Lines come in the order of the proof, then settings.
    """
    reader = _Reader(question, problem)
    for fact in facts(clause):
        reader.read(fact)
    return [*reader.lines.values(), *reader.settings()]


class _Reader:
    """Goes through the facts of a proof, and notes what the user could change about them."""

    def __init__(self, question: Question, problem: PythonProblem) -> None:
        self._question = question
        self._problem = problem
        self._numbers = {id(each): number for number, each in enumerate(question.requirements)}
        self._overrides = [read_requirement(text) for text in question.options.overrides]
        self._reasons: Reasons = {}
        self.lines: dict[tuple[str, int], Line] = {}

    def read(self, fact: Clause) -> None:
        cause = fact.cause
        if isinstance(cause, Given) and isinstance(cause.payload, Requirement):
            self._required(cause.payload)
        elif isinstance(cause, Depends) and self._overrides:
            for payload in cause.payloads().values():
                if isinstance(payload, Requirement):
                    self._overridden(payload)
        elif isinstance(cause, Rejected):
            self._rejected(cause, ~fact.allowed[0] >> 1)

    def _required(self, requirement: Requirement) -> None:
        number = self._numbers.get(id(requirement))
        if number is None:
            self._overridden(requirement)
        else:
            self._note("requirement", number, requirement)

    def _overridden(self, requirement: Requirement) -> None:
        for number, override in enumerate(self._overrides):
            if override.name == requirement.name and override.text == requirement.text:
                self._note("override", number, override)

    def _note(self, place: str, number: int, requirement: Requirement) -> None:
        # Whoever names an address wants that: where a package comes from is not up for change.
        if requirement.url is None:
            self.lines.setdefault((place, number), Line(place, number, requirement))

    def _rejected(self, cause: Rejected, mask: int) -> None:
        names = self._problem.names
        name = names.name(names.base(cause.package))
        candidates = self._problem.catalog.packages[name]
        if cause.candidate is not None:
            listed = [(cause.payload, mask)]
        else:
            listed = [(reason, mask & rejected) for reason, rejected in candidates.rejections]
        for reason, some in listed:
            if some & candidates.everything and isinstance(reason, Reason):
                masks = self._reasons.setdefault(reason, {})
                masks[name] = masks.get(name, 0) | some & candidates.everything
                if isinstance(reason, ExcludedByConstraint):
                    self._constrained(name)

    def _constrained(self, name: str) -> None:
        for number, constraint in enumerate(self._question.constraints):
            if constraint.name == name and self._problem.catalog.environment.holds(constraint.marker):
                self._note("constraint", number, constraint)

    def settings(self) -> list[Alternatives]:
        """Return the changes of options, and of lines to admit what only they can admit."""
        found: list[Alternatives] = []
        for kind, make in (
            (PreRelease, self._pre_releases),
            (Yanked, self._yanked),
            (TooNew, self._too_new),
            (SourceOnly, self._sources),
            (WheelOnly, self._wheels),
            (PythonMismatch, self._pythons),
        ):
            reasons: Reasons = {}
            reasons.update(each for each in self._reasons.items() if type(each[0]) is kind)
            if reasons:
                found += [each for each in make(reasons) if each.changes]
        return found

    def _pre_releases(self, reasons: Reasons) -> list[Alternatives]:
        rules = self._problem.catalog.rules.pre_releases
        masks = _masks(reasons)
        found = [Alternatives([self._allowing("")])] if any(name not in rules.modes for name in masks) else []
        for name, mask in masks.items():
            if name in rules.modes:
                found.append(Alternatives([self._allowing(name)]))
            if rules.modes.get(name, rules.mode) == "explicit":
                oldest = self._problem.catalog.packages[name].version((mask & -mask).bit_length() - 1)
                wanted = Requirement.parse(f"{name}>={oldest}")
                found.append(
                    Alternatives([Addition(wanted, "which allows its pre-releases", RANKS["setting"])])
                )
        return found

    def _allowing(self, name: str) -> Setting:
        """Return what allows pre-releases: those of package ``name``, or of all that have no mode."""
        before, mode = self._question.options.prerelease_packages, "if-necessary"
        if not name and not any(text.startswith(":all:") for text in before):
            words = ("--prerelease", mode)
            return Setting("prerelease", mode, "allow pre-releases", words, RANKS["setting"])
        text = f"{name or ':all:'}={mode}"
        said = f"allow pre-releases of {name}" if name else "allow pre-releases"
        words = ("--prerelease-package", text)
        return Setting("prerelease_packages", (*before, text), said, words, RANKS["setting"])

    def _sources(self, _: object) -> list[Alternatives]:
        words = ("--only-binary", ":none:")
        value = (*self._question.options.only_binary, words[1])
        said = "allow source distributions whose metadata can be read"
        return [Alternatives([Setting("only_binary", value, said, words, RANKS["setting"])])]

    def _wheels(self, _: object) -> list[Alternatives]:
        words = ("--no-binary", ":none:")
        value = (*self._question.options.no_binary, words[1])
        return [Alternatives([Setting("no_binary", value, "allow wheels", words, RANKS["setting"])])]

    def _yanked(self, reasons: Reasons) -> list[Alternatives]:
        """Pin what was yanked: only a line of the user's that names the version exactly admits it."""
        found: list[Alternatives] = []
        for reason, masks in reasons.items():
            why = f"which was yanked{f' ({reason.detail})' if reason.detail else ''}"
            for name, mask in masks.items():
                candidates = self._problem.catalog.packages[name]
                pin = f"{name}=={candidates.version(mask.bit_length() - 1)}"
                found.append(Alternatives([Addition(Requirement.parse(pin), why, RANKS["yanked"])]))
        return found

    def _too_new(self, reasons: Reasons) -> list[Alternatives]:
        """Move each cut-off by itself."""
        by_option: dict[tuple[str, str], Reasons] = {}
        for reason, masks in reasons.items():
            assert isinstance(reason, TooNew)
            by_option.setdefault((reason.cutoff.option, reason.cutoff.key), {})[reason] = masks
        return [self._moved_cutoff(*each, reasons) for each, reasons in by_option.items()]

    def _moved_cutoff(self, option: str, key: str, reasons: Reasons) -> Alternatives:
        packages = self._problem.catalog.packages
        times = [
            file.upload_time
            for masks in reasons.values()
            for name, mask in masks.items()
            for number, files in enumerate(packages[name].unfit)
            if mask >> number & 1
            for file in files
        ]
        before = getattr(self._question.options, option)
        flag = next(each.cutoff.flag for each in reasons if isinstance(each, TooNew))
        whose = {"exclude_newer_packages": f" of {key}", "exclude_newer_indexes": f" to the index {key}"}
        said = f"admit what was uploaded{whose.get(option, '')} by {{0}}"
        changes = []
        for date in dates(times):
            text = f"{key}={date}" if key else date
            value = (*before, text) if key else text
            changes.append(Setting(option, value, said.format(date), (flag, text), RANKS["setting"]))
        return Alternatives(changes, grow=True)

    def _pythons(self, reasons: Reasons) -> list[Alternatives]:
        target = self._problem.catalog.environment.variables["python_full_version"]
        free = "t" if (self._question.options.python_version or "").endswith("t") else ""
        found = [f"{text}{free}" for text in pythons(target, [reason.detail for reason in reasons])]
        rank = RANKS["python"]
        return [
            Alternatives(
                [
                    Setting("python_version", text, f"use Python {text}", ("--python-version", text), rank)
                    for text in found
                ]
            )
        ]


def _masks(reasons: Reasons) -> dict[str, int]:
    """Return the candidates of each package that have one of ``reasons``."""
    found: dict[str, int] = {}
    for masks in reasons.values():
        for name, mask in masks.items():
            found[name] = found.get(name, 0) | mask
    return found
