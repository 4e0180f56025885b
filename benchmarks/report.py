"""Tables and plots of the documentation, made from results: nothing is measured here.

    python -m benchmarks report [--results DIR] [--check]

A page has places for tables, ``<!-- table: NAME -->`` to ``<!-- end -->``; what lies between is replaced.
What was not measured keeps the table that it has.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT, plots, results
from benchmarks.tables import MODES, TABLES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    Document = dict[str, Any]

__all__ = ["PAGES", "add_options", "made", "run"]

DOCS = ROOT / "docs"
PAGES = (DOCS / "performance.md", DOCS / "benchmarks.md", DOCS / "security.md")

_PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made(folder: Path) -> dict[Path, str]:
    """Return the content of each page and plot, as the results in ``folder`` have it."""
    found: dict[Path, str] = {}
    for page in PAGES:
        if page.is_file():
            found[page] = _PLACE.sub(lambda place: _filled(place, folder), page.read_text(encoding="utf-8"))
    for name, (section, draw) in _PLOTS.items():
        document = results.read(folder, section)
        if document is not None:
            found[DOCS / name] = draw(document)
    return found


def _filled(place: re.Match[str], folder: Path) -> str:
    name = place[2]
    section, write = TABLES[name]
    document = results.read(folder, section)
    if document is None:
        return place[0]
    origin = document["measured"]
    told = (
        f"_{origin['date']} UTC, commit {origin['commit']}, {origin['python']}, {origin['machine']}: "
        f"`{origin['command']}`_"
    )
    return "\n".join([f"{place[1].rstrip()}", "", *write(document), "", told, "", place[3]])


def _draw_runs(document: Document) -> str:
    rows = {}
    for name, row in document["rows"].items():
        tools = row["tools"]
        shown = [tool for tool in ("resolver", "uv", "interpreter") if tool in tools]
        rows[name] = {tool: float(tools[tool]["median"]) for tool in shown}
    return plots.bars(rows, "ms")


def _draw_shares(document: Document) -> str:
    return plots.stacks({MODES[mode]: each for mode, each in document["shares"].items() if each})


def _draw_solver_growth(document: Document) -> str:
    found: dict[str, list[tuple[float, float]]] = {}
    for row in document["solver"]["rows"]:
        found.setdefault(f"{row['versions']} candidates each", []).append((row["selected"], row["ms"]))
    return plots.curves(found, "packages selected", "ms")


def _draw_growth(document: Document) -> str:
    """Draw the command's CPU time, less that of the interpreter."""
    return _draw_command(document, "cpu", "CPU ms, without the interpreter's")


def _draw_memory(document: Document) -> str:
    return _draw_command(document, "peak", "peak MiB, without the interpreter's")


def _draw_command(document: Document, what: str, up: str) -> str:
    found = {}
    for kind, along, label in (
        ("packages", "packages", "by packages"),
        ("capped", "packages", "by packages, some capped"),
        ("versions", "versions", "by versions of 20 packages"),
    ):
        bare = document[kind]["bare"][what]
        rows = document[kind]["rows"]
        found[label] = [(row[along], row[what] - bare) for row in rows if row[what] > bare]
    return plots.curves(found, "packages, or versions a package", up)


_PLOTS: dict[str, tuple[str, Callable[[Document], str]]] = {
    "performance-warm.svg": ("warm", _draw_runs),
    "performance-cold.svg": ("cold", _draw_runs),
    "performance-shares.svg": ("allocation", _draw_shares),
    "performance-growth.svg": ("growth", _draw_growth),
    "performance-memory.svg": ("growth", _draw_memory),
    "benchmarks-growth.svg": ("growth", _draw_solver_growth),
}


def outdated(folder: Path) -> Iterator[Path]:
    """Yield the pages and plots that are not as the results have them."""
    for path, content in made(folder).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            yield path


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--results", type=Path, default=results.RESULTS, help="folder of the results")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where something is outdated"
    )


def run(options: Namespace) -> int:
    """Write, or tell what would change."""
    found = list(outdated(options.results))
    for path in found:
        print(f"{'outdated' if options.check else 'written'}: {path.relative_to(ROOT)}")
    if options.check:
        return int(bool(found))
    for path, content in made(options.results).items():
        path.write_text(content, encoding="utf-8")
    return 0
