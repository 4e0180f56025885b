"""Why a package is in an answer, and why no newer version of it: as values, as text and as JSON.

The shape of the JSON is published as ``docs/schema/why-1.json``.  What is told here is found out in ``why``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.formats.answer import Answer

__all__ = ["Newer", "Reasons", "Step", "to_json", "to_text"]


class Step:
    """One link of a chain: ``requirement``, without its marker, asks for ``name``, which got ``version``.

    ``origin`` is where a requirement of the user's own stands, as far as known; it is None for those of
    packages, and for what came without a file.
    """

    __slots__ = ("name", "origin", "requirement", "version")

    def __init__(self, requirement: str, name: str, version: str, origin: str | None = None) -> None:
        self.requirement = requirement
        self.name = name
        self.version = version
        self.origin = origin


class Newer:
    """Why no newer version was chosen.

    ``verdict`` is "newest" (there is none), "rejected" (none of them can be used), "preferred" (what was
    chosen comes before them, as the options say), "kept" (it was chosen before), "unsatisfiable", "possible"
    or "unknown".  ``versions`` are all newer ones, oldest first.  ``rejected`` are sentences about those that
    the rules leave out.  ``tried`` is the requirement that the other versions were tried with;
    ``explanation`` is the proof that they cannot be had, ``changes`` are the packages that another answer
    would change: name, version now, version then.
    """

    __slots__ = ("changes", "explanation", "rejected", "tried", "verdict", "versions")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        verdict: str,
        versions: Iterable[str] = (),
        *,
        rejected: Iterable[str] = (),
        tried: str | None = None,
        explanation: str | None = None,
        changes: Iterable[tuple[str, str | None, str | None]] = (),
    ) -> None:
        self.verdict = verdict
        self.versions = tuple(versions)
        self.rejected = tuple(rejected)
        self.tried = tried
        self.explanation = explanation
        self.changes = tuple(changes)


class Reasons:
    """All that is told about package ``name``.

    ``version`` and ``newer`` are None where it is not in the answer; ``notes`` say what could be the reason.
    ``chains`` lead from requirements of the user's to the package, shortest first; ``more`` tells whether
    there are others.
    """

    __slots__ = ("answer", "chains", "more", "name", "newer", "notes", "version")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        name: str,
        version: str | None,
        answer: Answer,
        *,
        chains: Iterable[Sequence[Step]] = (),
        more: bool = False,
        newer: Newer | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.answer = answer
        self.chains = tuple(tuple(chain) for chain in chains)
        self.more = more
        self.newer = newer
        self.notes = tuple(notes)


def to_text(reasons: Reasons) -> str:
    """Return what to tell people, in lines."""
    if reasons.version is None:
        said = [f"nothing requires {reasons.name}", *reasons.notes]
        return f"{'; '.join(said)}\n"
    lines = [f"{reasons.name} {reasons.version} is in the answer, because"]
    lines += [line for chain in reasons.chains for line in _chain(chain)]
    if reasons.more:
        lines.append("  and for more reasons of this kind.")
    if reasons.newer is not None:
        lines += ["", *_newer(reasons.newer)]
    return "".join(f"{line}\n" for line in lines)


def _chain(chain: Sequence[Step]) -> list[str]:
    """Say who asks for whom, from the user's requirement to the end, a line each."""
    first, *others = chain
    said = [f"  you require {first.requirement}{f' ({first.origin})' if first.origin else ''}"]
    parent = first
    for step in others:
        said.append(f"    {parent.name} {parent.version} requires {step.requirement}")
        parent = step
    return said


def _newer(newer: Newer) -> list[str]:
    lines: list[str] = []
    match newer.verdict:
        case "newest":
            return ["It is the newest version."]
        case "preferred":
            return [f"There are newer versions, up to {newer.versions[-1]}, but the lowest one is wanted."]
        case "kept":
            newest = newer.versions[-1]
            return [f"There are newer versions, up to {newest}, but that of before is kept (see --upgrade)."]
        case "rejected":
            lines = ["No newer version can be used:"]
        case "unsatisfiable":
            lines = [f"With {newer.tried} there is no solution:", *f"{newer.explanation}".split("\n")]
        case "possible":
            lines = [f"With {newer.tried} there is another solution, which differs in:"]
            lines += [f"  {_change(*change)}" for change in newer.changes]
        case _:
            lines = [f"Whether there is a solution with {newer.tried} was not found out within the limits."]
    if newer.rejected and newer.verdict != "rejected":
        lines.append("Other newer versions cannot be used:")
    return [*lines, *(f"  {sentence}" for sentence in newer.rejected)]


def _change(name: str, now: str | None, then: str | None) -> str:
    if now is None:
        return f"{name} {then}, which is not needed now"
    if then is None:
        return f"{name}, which is not needed then"
    return f"{name} {then} instead of {now}"


def to_json(reasons: Reasons) -> str:
    """Return the JSON document that ``resolver why --format json`` prints."""
    import json  # noqa: PLC0415  # lazy: start-up time

    document = {
        "version": 1,
        "status": "solved",
        "package": reasons.name,
        "selected": reasons.version,
        "chains": [[_step(step) for step in chain] for chain in reasons.chains],
        "more": reasons.more,
        "newer": None if reasons.newer is None else _as_object(reasons.newer),
        "notes": list(reasons.notes),
    }
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n"


def _step(step: Step) -> Mapping[str, object]:
    return {
        "requirement": step.requirement,
        "origin": step.origin,
        "name": step.name,
        "version": step.version,
    }


def _as_object(newer: Newer) -> Mapping[str, object]:
    return {
        "verdict": newer.verdict,
        "versions": list(newer.versions),
        "rejected": list(newer.rejected),
        "tried": newer.tried,
        "explanation": newer.explanation,
        "changes": [{"name": name, "now": now, "then": then} for name, now, then in newer.changes],
    }
