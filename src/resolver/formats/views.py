"""The JSON of an answer, or of the proof that there is none.

The shape is published as ``docs/schema/resolution-1.json``; keys stand in a fixed order and each pin on a
line of its own, so that two results can be compared line by line.  Pins as text are in ``annotated``.

A derivation comes as nested dicts of bounded depth (``solver.explain.tree``), and is written as it is.
"""

from __future__ import annotations

from resolver.formats.answer import Statistics
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.errors import Fix, NoSolution
    from resolver.formats.answer import Answer, Pinned
    from resolver.model.distfile import DistFile


__all__ = ["solved", "unsatisfiable"]


def solved(answer: Answer) -> str:
    """Return the JSON document of an answer."""
    return _document(
        ("version", "1"),
        ("status", '"solved"'),
        ("pins", _lines([_pin(pin) for pin in answer.pins])),
        *([("fixed", _lines([_fixed(pin) for pin in answer.fixed]))] if answer.fixed else []),
        ("roots", _lines([_root(*root) for root in answer.roots])),
        ("environment", _json({name: answer.variables[name] for name in sorted(answer.variables)})),
        ("statistics", _json(_counts(answer.statistics))),
    )


def unsatisfiable(error: NoSolution) -> str:
    """Return the JSON document of a proof that there is no solution.

    Its derivation is None or what ``solver.explain.tree`` makes, its fixes are ``Fix``es.
    """
    statistics = error.statistics if isinstance(error.statistics, Statistics) else Statistics()
    return _document(
        ("version", "1"),
        ("status", '"unsatisfiable"'),
        ("explanation", _json(error.explanation)),
        ("derivation", _json(error.derivation)),
        ("hints", _json(list(error.hints))),
        ("fixes", _json([_fix(fix) for fix in error.fixes])),
        ("statistics", _json(_counts(statistics))),
    )


def _document(*members: tuple[str, str]) -> str:
    inner = ",\n".join(f' "{name}": {value}' for name, value in members)
    return f"{{\n{inner}\n}}\n"


def _json(value: object) -> str:
    import json  # noqa: PLC0415  # lazy: start-up time

    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(members: Sequence[object]) -> str:
    """Return an array with each member on a line of its own."""
    inner = ",\n".join(f"  {_json(member)}" for member in members)
    return f"[\n{inner}\n ]" if inner else "[]"


def _root(requirement: str, name: str, origin: str | None) -> Mapping[str, object]:
    return {"requirement": requirement, "name": name, "origin": origin}


def _pin(pin: Pinned) -> Mapping[str, object]:
    return {
        "name": pin.name,
        "version": pin.version,
        "extras": sorted(pin.extras),
        "url": pin.url,  # without credentials
        "files": [_file(file) for file in pin.files],
        "requires": [
            {"requirement": requirement, "name": name, "version": version}
            for requirement, name, version in pin.requires
        ],
        "via": list(pin.via),
    }


def _fixed(pin: Pinned) -> Mapping[str, object]:
    return {"name": pin.name, "version": pin.version, "extras": sorted(pin.extras), "via": list(pin.via)}


def _file(file: DistFile) -> Mapping[str, object]:
    return {
        "filename": file.filename,
        "url": redacted(file.url).partition("?")[0],  # the query of a signed link is a credential
        "size": file.size,
        "hashes": {name: file.hashes[name] for name in sorted(file.hashes)},
        "requires-python": file.requires_python,
        "upload-time": file.upload_time,
    }


def _counts(statistics: Statistics) -> Mapping[str, object]:
    return {
        "decisions": statistics.decisions,
        "conflicts": statistics.conflicts,
        "candidates": statistics.candidates,
        "requests": statistics.requests,
        "bytes": statistics.bytes,
        "seconds": round(statistics.seconds, 3),
    }


def _fix(fix: Fix) -> Mapping[str, object]:
    written: dict[str, object] = {
        "change": fix.change,
        "requirements": list(fix.requirements),
        "options": list(fix.options),
        "verified": True,
    }
    if fix.constraints is not None:
        written["constraints"] = list(fix.constraints)
    if fix.overrides is not None:
        written["overrides"] = list(fix.overrides)
    return written
