"""Write ``explanations.md``: every visible case without a solution, our words beside those of other tools.

    python docs/generate_explanations.py

Cases and the recorded words are read by ``tests/support/unsatisfiable.py``; data of other projects must lie
beside the checkout.  ``scenarios_section`` is the part that needs nothing but the checkout;
``tests/test_explanations_page.py`` compares it with the page.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from support.unsatisfiable import (  # noqa: E402  # the paths come first
    corpus_cases,
    recorded_cases,
    scenarios,
    sentences_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.unsatisfiable import Unsatisfiable

PAGE = ROOT / "docs" / "explanations.md"

_HEAD = """\
# Explanations

Every case without a solution that this project can see, as it is told, beside the words of other tools where
those were recorded.
Written by `docs/generate_explanations.py`; do not edit.

A sentence is what ends with a full stop; figures are averages of the cases, those with a colon of ours and
theirs.
No statement on this page is false: `tests/differential/test_explanations.py` reads each one back and
recomputes it with `packaging`, hints and derivations included.

## In figures

"""

_SCENARIOS = """\
## Scenarios of this project

Universes of `fixtures/scenarios`.

"""

_OTHERS = """\
## Beside other tools

The words of other tools are quoted from the source that is named; their lines are joined.

"""


class Told:
    """A case and what we say of it."""

    def __init__(self, case: Unsatisfiable) -> None:
        refusal = case.refusal()
        self.case = case
        self.text = refusal.explanation
        self.hints = refusal.hints
        self.sentences = sentences_of(self.text)

    @property
    def recorded(self) -> tuple[str, str, str] | None:
        """Return a tool, its words and where they are from: the shortest that was recorded."""
        said = [(tool, _proof(text), source) for tool, text, source in self.case.recorded]
        return min(said, key=lambda each: sentences_of(each[1]), default=None)


def _proof(text: str) -> str:
    """Return the proof that an error message holds, without advice around it."""
    begin = text.find("Because")
    whole = " ".join(text[max(begin, 0) :].split())
    end = whole.find("version solving failed.")
    return whole if end < 0 else whole[: end + len("version solving failed.")]


def scenarios_section() -> str:
    """Return the section about our own scenarios."""
    return _SCENARIOS + "".join(_entry(Told(case)) for case in scenarios())


def page() -> str:
    """Return the page.  Cost: some seconds."""
    own = [Told(case) for case in scenarios()]
    others = [Told(case) for case in [*recorded_cases(), *corpus_cases()]]
    if not others:
        raise SystemExit("the data of other projects is not beside the checkout: nothing to compare with")
    figures = _figures([("scenarios of this project", own), *_by_set(others)])
    return _HEAD + figures + "\n" + scenarios_section() + _OTHERS + "".join(map(_entry, others))


def _by_set(told: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    sets: dict[str, list[Told]] = {}
    for each in told:
        corpus, slash, _ = each.case.name.partition("/")
        sets.setdefault(corpus if slash else "recorded index", []).append(each)
    return [*sets.items(), ("all but the scenarios", list(told))]


def _figures(sets: Sequence[tuple[str, Sequence[Told]]]) -> str:
    lines = [
        "| set | cases | sentences | compared | sentences | words | shorter, equal, longer |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, told in sets:
        pairs = [(each.text, each.recorded[1]) for each in told if each.recorded is not None]
        counts = [(sentences_of(ours), sentences_of(theirs)) for ours, theirs in pairs]
        cells = [name, str(len(told)), _mean([each.sentences for each in told]), str(len(pairs)), "", "", ""]
        if pairs:
            cells[4] = _means(counts)
            cells[5] = _means([(len(ours.split()), len(theirs.split())) for ours, theirs in pairs])
            signs = [(ours > theirs) - (ours < theirs) for ours, theirs in counts]
            cells[6] = ", ".join(str(signs.count(sign)) for sign in (-1, 0, 1))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _means(pairs: Sequence[tuple[int, int]]) -> str:
    ours, theirs = zip(*pairs, strict=True)
    return f"{_mean(ours)} : {_mean(theirs)}"


def _mean(counts: Sequence[int]) -> str:
    return f"{sum(counts) / len(counts):.2f}"


def _entry(told: Told) -> str:
    """Return one case as Markdown; what tools say stands in fences, as it is."""
    case = told.case
    wanted = _coded(case.requirements)
    limits = f"; constraints {_coded(case.constraints)}" if case.constraints else ""
    said = "\n".join([told.text, *(f"hint: {hint}" for hint in told.hints)])
    parts = [f"### {case.name}\n", f"Required: {wanted}{limits}.\n", _quoted("Ours", said, told.sentences)]
    if told.recorded is not None:
        tool, text, source = told.recorded
        parts.append(_quoted(f"{tool} ({source})", _broken(text), sentences_of(text)))
    return "\n".join(parts) + "\n"


def _coded(items: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in items)


def _quoted(who: str, text: str, sentences: int) -> str:
    count = "1 sentence" if sentences == 1 else f"{sentences} sentences"
    return f"{who}, {count}:\n\n```text\n{text}\n```\n"


def _broken(text: str) -> str:
    """Return a text with a line for each sentence."""
    return re.sub(r"(?<=[.]) (?=And |So,|Because |Thus|\()", "\n", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
