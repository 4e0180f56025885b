"""The words about outcomes: a line of text or of JSON for each, and what they come to in the end.

The JSON is published as ``docs/schema/resolve-many-1.json``.
"""

from __future__ import annotations

from resolver.console import printable
from resolver.many.outcomes import SOLVED, UNSATISFIABLE
from resolver.many.tally import percentile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.many.outcomes import Outcome
    from resolver.many.tally import Tally

__all__ = ["as_json", "as_text", "first_sentence", "milliseconds", "summary"]

_WORDS = {SOLVED: "Success", UNSATISFIABLE: "No solution"}


def as_text(outcome: Outcome, total: int) -> str:
    """Return what is told of a line, on one line."""
    word = _WORDS.get(outcome.status, "Failed")
    place = f"{outcome.number}/{total}, {milliseconds(outcome.seconds)}"
    if outcome.status == SOLVED:
        count = len(outcome.pins)
        said = f"{outcome.requirement}, {count} package{'' if count == 1 else 's'}"
    else:
        said = f"{outcome.requirement}: {first_sentence(outcome.said)}"
    return f"{word} ({place}): {' '.join(printable(said).split())}\n"


def first_sentence(text: str) -> str:
    r"""Return the first of the sentences of an explanation, each of which has a line, or of an error.

    >>> first_sentence("1. Because a depends on b, a is none.\n2. So there is none.")
    'Because a depends on b, a is none.'
    """
    return text.partition("\n")[0].removeprefix("1. ")


def milliseconds(seconds: float) -> str:
    """Return a time in milliseconds, with the unit: three digits where it is short.

    >>> milliseconds(0.00123), milliseconds(0.0123), milliseconds(12.3)
    ('1.23 ms', '12.3 ms', '12,300 ms')
    """
    value = seconds * 1000
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{places}f} ms"


def as_json(outcome: Outcome) -> str:
    """Return the JSON document of a line, on one line."""
    import json  # noqa: PLC0415  # lazy: start-up time

    return f"{json.dumps(_members(outcome), ensure_ascii=False, allow_nan=False)}\n"


def _members(outcome: Outcome) -> Mapping[str, object]:
    decisions, conflicts, candidates = outcome.counts
    found: dict[str, object] = {
        "version": 1,
        "number": outcome.number,
        "requirement": outcome.requirement,
        "origin": outcome.origin or None,
        "status": outcome.status,
        "exit-code": outcome.exit_code,
        "seconds": round(outcome.seconds, 6),
        "statistics": {"decisions": decisions, "conflicts": conflicts, "candidates": candidates},
    }
    if outcome.status == SOLVED:
        found["pins"] = [
            {"name": name, "version": version, "extras": list(extras)}
            for name, version, extras in outcome.pins
        ]
        found["warnings"] = list(outcome.warnings)
    elif outcome.status == UNSATISFIABLE:
        found["explanation"] = outcome.said
        found["hints"] = list(outcome.hints)
    else:
        found["error"] = outcome.said
    return found


def summary(tally: Tally, total: int, seconds: float) -> list[str]:
    """Return what is said in the end, about the lines told so far of ``total`` (at least one)."""
    told = len(tally.timings)
    of = "" if told == total else f" of {total:,}"
    count = f"{told:,}{of} line{'' if total == 1 else 's'}"
    kinds = f"{tally.solved:,} succeeded, {tally.unsatisfiable:,} without a solution, {tally.failed:,} failed"
    lines = [f"{count} in {seconds:.2f} s: {kinds}"]
    times = sorted(timing.seconds for timing in tally.timings)
    shares = ", ".join(f"{share} % {milliseconds(percentile(times, share))}" for share in (90, 95, 99))
    lines.append(
        f"A line took {milliseconds(sum(times) / told)} on average, median"
        f" {milliseconds(percentile(times, 50))}, {shares}, at most {milliseconds(times[-1])}"
    )
    if told > 1:
        slowest = ", ".join(f"{each.requirement} {milliseconds(each.seconds)}" for each in tally.slowest)
        lines.append(f"Slowest: {slowest}")
    lines += _resources(tally)
    return lines


def _resources(tally: Tally) -> list[str]:
    memory = tally.memory
    if not memory or not memory[0]:
        return []  # it cannot be measured here, or nobody has said yet
    others = f" in the largest of {len(memory)} processes" if len(memory) > 1 else ""
    network = f"{tally.requests:,} requests, {tally.bytes / 1e6:,.2f} MB received"
    return [f"Memory: at most {memory[0]:,.0f} MB{others}; {network}"]
