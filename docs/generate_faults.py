"""Write ``faults.md``: every named fault of the tests, what it does, and what comes out.

    python docs/generate_faults.py

The faults are those of ``tests/faults/scenarios``; ``tests/test_faults_page.py`` compares the page with them.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from faults.scenarios import all_scenarios  # noqa: E402  # the paths come first

if TYPE_CHECKING:
    from support.scenarios import Expected, Scenario

PAGE = ROOT / "docs" / "faults.md"

_HEAD = """\
# Named faults

What servers, files, archives and caches do to the command in the tests, and what comes out.
Each fault is played twice: as it is, when all of this must hold, and with the defence taken out, when the
same assertions must fail (`tests/support/scenarios.py`).
After each run a planted password must be found in nothing that was said or written.
Written by `docs/generate_faults.py`; do not edit.

"""
_ENDINGS = {
    0: "solved",
    1: "no solution",
    2: "refused input",
    3: "index failure",
    4: "refused for safety",
    5: "build failure",
    7: "a limit",
    70: "our own bug",
    130: "interrupted",
    143: "terminated",
}


def page() -> str:
    """Return the whole page."""
    by_module: dict[str, list[Scenario]] = {}
    for scenario in all_scenarios().values():
        by_module.setdefault(scenario.setup.__module__.rpartition(".")[2], []).append(scenario)
    return _HEAD + "\n".join(_section(name, found) for name, found in sorted(by_module.items()))


def _section(name: str, scenarios: list[Scenario]) -> str:
    by_row: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        by_row.setdefault(scenario.row, []).append(scenario)
    blocks = [f"**{row}**\n\n{''.join(map(_line, found))}" for row, found in by_row.items()]
    return f"## {name.capitalize()}\n\n" + "\n".join(blocks)


def _line(scenario: Scenario) -> str:
    said = (scenario.setup.__doc__ or "").strip().partition("\n\n")[0]
    about = f" {' '.join(said.split())}" if said else ""
    besides = _besides(scenario.expected)
    return f"- `{scenario.name}`:{about} Outcome: {_ending(scenario.expected)}{besides}.\n"


def _ending(expected: Expected) -> str:
    pins = ", ".join((expected.pins or "").split("\n")[:-1])
    return f"{_ENDINGS[expected.code]} ({expected.code})" + (f": {pins}" if pins else "")


def _besides(expected: Expected) -> str:
    found = []
    if expected.asked is not None:
        found.append("requests counted")
    if expected.slept is not None:
        found.append("waits counted")
    if expected.memory is not None:
        found.append(f"below {expected.memory:.0f} MB")
    if expected.then is not None:
        found.append("solved once healed")
    return "".join(f", {each}" for each in found)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
