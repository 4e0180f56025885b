"""What came of a resolution in a world, and how it differs from what was expected.

An ``Outcome`` is either a solution or a refusal; asking it for what only the other one has is an
``AssertionError`` that shows which one it is, so that no test passes for want of looking.
"""

from __future__ import annotations

from resolver.errors import NoSolution
from resolver.model.names import normalise
from resolver.testing.facts import Table, number, refused, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from resolver.errors import ResolverError
    from resolver.formats.answer import Answer, Statistics
    from resolver.resolution import Resolution

__all__ = ["EXPECTATIONS", "Outcome", "Pins", "compared", "differences"]


class Pins(dict[str, str]):
    """Versions by normalised name: a dictionary whose comparisons pytest tells package by package."""


class Outcome:
    """What came of a resolution: ``answer``, or the ``error`` that stands for it.

    ``asked`` lists what was asked of the world, in order: names of packages, and ``name==version`` for
    metadata; of a world with several indexes, paths.
    """

    def __init__(
        self, answer: Answer | None, error: ResolverError | None = None, asked: Sequence[str] = ()
    ) -> None:
        self._answer = answer
        self.error = error
        self.asked = list(asked)

    # -- a solution ----------------------------------------------------------------------------------------

    @property
    def is_solved(self) -> bool:
        """Whether there is a solution."""
        return self._answer is not None

    @property
    def is_refused(self) -> bool:
        """Whether it is known that there is none."""
        return isinstance(self.error, NoSolution)

    @property
    def answer(self) -> Answer:
        """The answer.  Raises ``AssertionError`` with the explanation where there is none."""
        if self._answer is None:
            raise AssertionError(f"there is no solution:\n{self.error}")
        return self._answer

    @property
    def resolution(self) -> Resolution:
        """The answer as ``resolver.resolve`` returns it."""
        from resolver.resolution import Resolution  # noqa: PLC0415  # lazy: attrs

        return Resolution.of(self.answer)

    @property
    def pins(self) -> Pins:
        """The version of each package."""
        return Pins((pin.name, pin.version) for pin in self.answer.pins)

    @property
    def files(self) -> dict[str, list[str]]:
        """The names of the files of each package, the best first."""
        return {pin.name: [file.filename for file in pin.files] for pin in self.answer.pins}

    @property
    def warnings(self) -> list[str]:
        """What was odd."""
        return list(self.answer.warnings)

    # -- a refusal -----------------------------------------------------------------------------------------

    @property
    def refusal(self) -> NoSolution:
        """The refusal.  Raises ``AssertionError`` with the pins where there is a solution."""
        if self._answer is not None:
            raise AssertionError(f"there is a solution: {_listed(self.pins)}")
        if isinstance(self.error, NoSolution):
            return self.error
        raise AssertionError(f"it is not known whether there is a solution: {self.error}")

    @property
    def explanation(self) -> str:
        """Why there is no solution."""
        return self.refusal.explanation

    @property
    def hints(self) -> list[str]:
        """What may help."""
        return list(self.refusal.hints)

    @property
    def fixes(self) -> list[str]:
        """The changes that were tried and help, in words."""
        return [fix.change for fix in self.refusal.fixes]

    # -- either --------------------------------------------------------------------------------------------

    @property
    def statistics(self) -> Statistics:
        """How much work it was."""
        found: object = (
            self._answer.statistics if self._answer is not None else getattr(self.error, "statistics", None)
        )
        if found is None:
            raise AssertionError(f"nothing was counted: {self.error}")
        return found  # type: ignore[return-value]  # errors hold it as an object

    def check(self, **expected: object) -> None:
        """Raise ``AssertionError`` unless all is as ``expected``: the keys of docs/testing.md."""
        found = differences(self, expected)
        if found:
            raise AssertionError("\n".join(found))

    def __repr__(self) -> str:
        return f"<Outcome: {_listed(self.pins) if self.is_solved else self.error}>"


def differences(outcome: Outcome, expected: Mapping[str, object], place: str = "expected") -> list[str]:
    """Return lines that say how ``outcome`` differs from what is ``expected``; none where it does not.

    Raises ``InputError`` where it cannot be told what is expected.
    """
    table = Table(expected, place)
    kinds = [each for each in _KINDS if each in expected]
    if not kinds:
        raise refused(place, f"says none of {', '.join(_KINDS)}: so anything would do")
    wanted = {key: table.taken(key, read) for key, (read, _) in _COMPARISONS.items()}
    table.end(EXPECTATIONS)
    if not _is_of_kind(outcome, kinds[0]):
        return _COMPARISONS[kinds[0]][1](outcome, wanted[kinds[0]])  # of nothing else anything can be said
    found = [
        line
        for key, value in wanted.items()
        if value is not None
        for line in _COMPARISONS[key][1](outcome, value)
    ]
    if outcome.is_solved and "warnings" not in expected and outcome.warnings:
        found += ["warnings that are not expected:", *_indented(outcome.warnings)]
    if "explanation" in expected and "hints" not in expected and outcome.hints:
        found += ["hints that are not expected:", *_indented(outcome.hints)]
    return found


def compared(left: object, right: object) -> list[str] | None:
    """Return lines that say how pins differ from those that are expected, whichever is ``left``."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return None
    found, expected = (left, right) if isinstance(left, Pins) else (right, left)
    return ["other pins:", *_pins_differ(found, expected)]


def _is_of_kind(outcome: Outcome, kind: str) -> bool:
    if kind == "pins":
        return outcome.is_solved
    return not outcome.is_solved and isinstance(outcome.error, NoSolution) == (kind != "error")


def _pins(value: object, place: str) -> dict[str, str]:
    return {normalise(key): text(each, f"{place}.{key}") for key, each in Table(value, place).rest().items()}


def _lists(value: object, place: str) -> dict[str, list[str]]:
    found = Table(value, place).rest().items()
    return {normalise(key): list(texts(each, f"{place}.{key}")) for key, each in found}


def _text_or_parts(value: object, place: str) -> str | tuple[str, ...]:
    return value.strip("\n") if isinstance(value, str) else texts(value, place)


def _pins_differ(found: Mapping[str, str], expected: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each package whose version is not the expected one."""
    for name in sorted(found.keys() | expected.keys()):
        is_pinned, is_expected = name in found, name in expected
        if not is_expected:
            yield f"  {name}: {found[name]}, not expected at all"
        elif not is_pinned:
            yield f"  {name}: not pinned, expected {expected[name]}"
        elif found[name] != expected[name]:
            yield f"  {name}: {found[name]}, expected {expected[name]}"


def _compare_pins(outcome: Outcome, expected: object) -> list[str]:
    assert isinstance(expected, dict)
    if not outcome.is_solved:
        return [f"no solution, expected {_listed(expected)}", str(outcome.error)]
    lines = list(_pins_differ(outcome.pins, expected))
    return ["other pins:", *lines] if lines else []


def _compare_text(outcome: Outcome, expected: object) -> list[str]:
    if outcome.is_solved:
        return [f"a solution, expected none: {_listed(outcome.pins)}"]
    if not isinstance(outcome.error, NoSolution):
        return ["an error, expected an explanation:", str(outcome.error)]
    return _text_differs("explanation", outcome.explanation, expected)


def _compare_error(outcome: Outcome, expected: object) -> list[str]:
    if outcome.error is None:
        return [f"a solution, expected an error: {_listed(outcome.pins)}"]
    if isinstance(outcome.error, NoSolution):
        return ["no solution, expected another error:", str(outcome.error)]
    return _text_differs("error", str(outcome.error), expected)


def _text_differs(what: str, found: str, expected: object) -> list[str]:
    if isinstance(expected, str):
        return [] if found == expected else [f"another {what}:", found, "expected:", expected]
    assert isinstance(expected, tuple)
    missing = [each for each in expected if each not in found]
    return [f"{what}:", found, "does not say:", *_indented(missing)] if missing else []


def _compare_lists(name: str) -> Callable[[Outcome, object], list[str]]:
    def compare(outcome: Outcome, expected: object) -> list[str]:
        assert isinstance(expected, tuple)
        found: list[str] = getattr(outcome, name)  # which says so where it has none
        if found == list(expected):
            return []
        return [f"other {name}:", *_indented(found), "expected:", *_indented(expected)]

    return compare


def _compare_files(outcome: Outcome, expected: object) -> list[str]:
    assert isinstance(expected, dict)
    found = outcome.files
    return [
        line
        for name, files in expected.items()
        if found.get(name) != files
        for line in (f"files of {name}: {found.get(name)}", f"expected: {files}")
    ]


def _at_most(name: str) -> Callable[[Outcome, object], list[str]]:
    def compare(outcome: Outcome, expected: object) -> list[str]:
        assert isinstance(expected, int)
        found: int = getattr(outcome.statistics, name)
        return [f"{found} {name}, expected at most {expected}"] if found > expected else []

    return compare


def _compare_unvisited(outcome: Outcome, expected: object) -> list[str]:
    assert isinstance(expected, tuple)
    seen = [each for each in expected if each in outcome.asked]
    return ["asked for what is of no use:", *_indented(seen)] if seen else []


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines] or ["  (none)"]


def _listed(pins: Mapping[str, str]) -> str:
    return ", ".join(f"{name}=={version}" for name, version in sorted(pins.items())) or "no packages"


_COMPARISONS: dict[str, tuple[Callable[[object, str], object], Callable[[Outcome, object], list[str]]]] = {
    "pins": (_pins, _compare_pins),
    "files": (_lists, _compare_files),
    "warnings": (texts, _compare_lists("warnings")),
    "explanation": (_text_or_parts, _compare_text),
    "hints": (texts, _compare_lists("hints")),
    "fixes": (texts, _compare_lists("fixes")),
    "error": (_text_or_parts, _compare_error),
    "candidates": (number, _at_most("candidates")),
    "decisions": (number, _at_most("decisions")),
    "conflicts": (number, _at_most("conflicts")),
    "requests": (number, _at_most("requests")),
    "unvisited": (texts, _compare_unvisited),
}
_KINDS = ("pins", "explanation", "fixes", "error")
EXPECTATIONS = tuple(_COMPARISONS)
"""What can be expected of an outcome."""
