"""Many lines over an index in memory, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.many.bench import Bench
from resolver.many.lines import Line, Setup
from resolver.many.outcomes import SOLVED, Outcome
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.sources import OpenSource, environment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.index.source import Source

__all__ = ["LINUX", "made_bench", "made_lines", "made_setup", "outcome", "outcomes", "versions"]

LINUX = Options(python_version="3.12", python_platform="linux", no_fixes=True)


def made_lines(*texts: str) -> list[Line]:
    """Return the lines of ``many.txt``."""
    return [
        Line(number, Requirement.parse(text, Origin("many.txt", number)))
        for number, text in enumerate(texts, 1)
    ]


def made_setup(
    options: Options = LINUX, constraints: Iterable[str] = (), *, jobs: int = 3, latest: bool = False
) -> Setup:
    """Return what lines are resolved with; constraints are lines of ``limits.txt``."""
    limits = [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)]
    return Setup(options, limits, environment_of(options), jobs=jobs, latest=latest)


def made_bench(source: Source, setup: Setup | None = None) -> Bench:
    """Return a bench over ``source``."""
    return Bench(setup or made_setup(), OpenSource(source))


def outcomes(bench: Bench, lines: Sequence[Line]) -> list[Outcome]:
    """Return what becomes of ``lines``, in their order."""
    found: list[Outcome] = []
    bench.work(iter(lines), found.append)
    return sorted(found, key=lambda each: each.number)


def outcome(number: int, status: str = SOLVED, *, seconds: float = 0.001, said: str = "") -> Outcome:
    """Return an outcome of line ``number``, as if it had been resolved."""
    [line] = made_lines(f"p{number}")
    code = {"solved": 0, "unsatisfiable": 1}.get(status, 3)
    pins = ((f"p{number}", "1.0", ()),) if status == SOLVED else ()
    return Outcome(
        Line(number, line.requirement), status, exit_code=code, seconds=seconds, said=said, pins=pins
    )


def versions(found: Outcome) -> dict[str, str]:
    """Return the versions by name of a line that succeeded."""
    assert found.status == SOLVED, found.said
    return {name: version for name, version, _ in found.pins}
