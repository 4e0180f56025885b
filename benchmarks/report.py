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

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence

    Document = dict[str, Any]

__all__ = ["PAGES", "add_options", "made", "run"]

DOCS = ROOT / "docs"
PAGES = (DOCS / "performance.md", DOCS / "benchmarks.md")

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
    section, write = _TABLES[name]
    document = results.read(folder, section)
    if document is None:
        return place[0]
    origin = document["measured"]
    told = (
        f"_{origin['date']} UTC, commit {origin['commit']}, {origin['python']}, {origin['machine']}: "
        f"`{origin['command']}`_"
    )
    return "\n".join([f"{place[1].rstrip()}", "", *write(document), "", told, "", place[3]])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return a table whose columns but the first are numbers."""
    align = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(map(str, row))} |" for row in (head, align, *rows)]


def _warm(document: Document) -> list[str]:
    rows = []
    for name, row in document["rows"].items():
        tools = row["tools"]
        ours, bare = tools["resolver"], tools["interpreter"]
        cells: list[object] = [name, row["pins"] or "none", f"{ours['median']:.0f}", f"{bare['median']:.0f}"]
        module = tools.get("interpreter, -m")
        cells.append(f"{module['median']:.0f}" if module else "")
        cells.append(f"{tools['inside']['median']:.1f}")
        for peer in _peers(document):
            theirs = tools.get(peer)
            cells += (
                [f"{theirs['median']:.0f}", f"{ours['median'] / theirs['median']:.2f}"]
                if theirs
                else ["", ""]
            )
        cells.append(f"{ours['peak']:.0f}")
        cells.append(f"{tools['uv']['peak']:.0f}" if "uv" in tools else "")
        rows.append(cells)
    head = ["set", "pins", "ours, ms", "of it the interpreter", "with -m", "again in one process"]
    for peer in _peers(document):
        head += [f"{peer}, ms", f"ours / {peer}"]
    return _table([*head, "peak MiB: ours", "uv"], rows)


def _others(document: Document) -> list[str]:
    rows = []
    for name, row in document["rows"].items():
        tools = row["tools"]
        ours = tools["resolver"]["median"]
        cells = [name, f"{ours:.0f}"]
        for peer in _peers(document):
            took = tools[peer]["median"]
            failed = "" if tools[peer]["status"] == 0 else " (failed)"
            cells.append(f"{took:,.0f}{failed}, {took / ours:.0f} times ours")
        rows.append(cells)
    return _table(["set", "ours, ms", *(f"{peer}, ms" for peer in _peers(document))], rows)


def _peers(document: Document) -> list[str]:
    tools = dict.fromkeys(tool for row in document["rows"].values() for tool in row["tools"])
    return [tool for tool in tools if tool not in ("resolver", "interpreter", "interpreter, -m", "inside")]


def _means(document: Document) -> list[str]:
    rows = [
        [
            peer,
            f"{each['mean']:.2f}",
            f"{each['minima']:.2f}",
            f"{each['worst']:.2f}",
            f"{each['cpu']:.2f}",
            f"{each['inside']:.2f} ({each['inside, worst']:.2f})" if "inside" in each else "",
            f"{each['memory']:.2f}",
            each["sets"],
        ]
        for peer, each in document["means"].items()
    ]
    head = ["ours over", "mean of medians", "of minima", "worst set", "of CPU time"]
    head += ["again in one process (worst)", "peak memory, worst", "sets"]
    return _table(head, rows)


def _cold(document: Document) -> list[str]:
    rows = []
    for name, row in document["rows"].items():
        tools = row["tools"]
        ours = tools["resolver"]
        cells: list[object] = [
            name,
            row["pins"] or "none",
            f"{ours['median']:.0f}",
            ours["asked"]["requests"],
        ]
        for peer in _peers(document):
            theirs = tools[peer]
            cells += [f"{theirs['median']:.0f}", theirs["asked"]["requests"]]
            cells.append(f"{ours['median'] / theirs['median']:.2f}")
        rows.append([*cells, f"{ours['peak']:.0f}"])
    head = ["set", "pins", "ours, ms", "requests"]
    for peer in _peers(document):
        head += [f"{peer}, ms", "requests", f"ours / {peer}"]
    return _table([*head, "peak MiB: ours"], rows)


def _many(document: Document) -> list[str]:
    rows = []
    for tool, each in document["tools"].items():
        how = "one process" if tool == "resolve-many" else f"{document['packages']} processes"
        figures = [f"{each['seconds']:.2f}", f"{each['cpu']:.2f}", f"{each['peak']:.0f}"]
        rows.append([f"{tool}, {how}", *figures])
    return _table([f"{document['packages']} packages", "seconds", "CPU seconds", "peak MiB"], rows)


def _shares(document: Document) -> list[str]:
    rows = []
    for mode, each in document["shares"].items():
        if each is not None:
            both = each["allocator"] + each["collector"]
            rows.append([_MODES[mode], *(f"{share:.1%}" for share in each.values()), f"**{both:.1%}**"])
    head = ["collector", "allocator", "collector", "objects", "bytecode", "rest", "allocator + collector"]
    return _table(head, rows)


_MODES = {"own": "as the command does it", "on": "on, as Python sets it", "off": "off"}


def _counted(document: Document) -> list[str]:
    counted, held, packages = document["counted"], document["held"], document["packages"]
    left = document["left"]["held"]
    rows = [
        ["blocks asked for", f"{counted['blocks']:,}", f"{counted['blocks'] / packages:,.0f}"],
        ["bytes asked for", f"{counted['bytes']:,}", f"{counted['bytes'] / packages:,.0f}"],
        ["bytes still held at the end, modules included", f"{left:,}", f"{left / packages:,.0f}"],
        ["versions of all listings", f"{held['versions']:,}", f"{held['versions'] / packages:,.1f}"],
        ["files in them", f"{held['files']:,}", f"{held['files'] / packages:,.1f}"],
        [
            "bytes of the listings, read from the cache",
            f"{held['bytes']:,}",
            f"{held['bytes'] / packages:,.0f}",
        ],
        ["bytes of their keys and texts, when all are looked at", *_of_versions(held, packages)],
    ]
    return _table([f"{packages} packages, warm", "in all", "a package"], rows)


def _of_versions(held: Document, packages: int) -> list[str]:
    size = held["keys"] + held["texts"]
    return [f"{size:,}", f"{size / packages:,.0f}"]


def _goals(document: Document) -> list[str]:
    """Compare with what was aimed at."""
    share = document["shares"]["own"]
    held = document["held"]
    each = (held["keys"] + held["texts"]) / held["versions"]
    rows = []
    if share:
        both = share["allocator"] + share["collector"]
        rows.append(["allocator and collector", "below 10 %", f"{both:.1%}", _reached(both < 0.1)])
    peak = document["collectors"]["own"]["peak"]
    many = results.read(results.RESULTS, "many")
    if many is not None and "uv" in many["tools"]:
        ours, theirs = many["tools"]["resolve-many"]["peak"], many["tools"]["uv"]["peak"]
        rows.append(["peak memory, MiB", f"below uv's {theirs}", ours, _reached(ours < theirs)])
    else:
        rows.append(["peak memory, MiB", "below uv's", peak, ""])
    rows.append(["a version that is held, bytes", "at most 50", f"{each:.0f}", _reached(each <= 50)])
    return _table(["", "goal", "measured", ""], rows)


def _reached(is_reached: bool) -> str:  # noqa: FBT001  # a verdict, not a setting
    return "reached" if is_reached else "**missed**"


def _lines(document: Document) -> list[str]:
    total = document["where"]["blocks"]
    rows = [
        [f"`{place}`", f"`{function}`", f"{blocks:,}", f"{blocks / total:.1%}"]
        for place, function, blocks, _ in document["where"]["lines"][:12]
    ]
    return _table(["line", "in", "blocks", "of all"], rows)


def _settings(document: Document) -> list[str]:
    rows = []
    own = document["collectors"]["own"]["seconds"]
    for mode, each in document["collectors"].items():
        label = _MODES.get(mode, f"threshold {mode}" if mode.isdigit() else mode)
        rows.append(
            [f"collector {label}", f"{each['seconds']:.3f}", f"{each['seconds'] / own:.2f}", each["peak"]]
        )
    base = document["allocators"]["pymalloc"]["seconds"]
    for name, each in document["allocators"].items():
        rows.append([name, f"{each['seconds']:.3f}", f"{each['seconds'] / base:.2f}", each["peak"]])
    return _table(["", "CPU seconds", "ratio", "peak MiB"], rows)


def _micro(document: Document) -> list[str]:
    rows = []
    for group, ways in document["rows"].items():
        for number, way in enumerate(ways):
            blocks = "" if way["blocks"] is None else f"{way['blocks']:.1f}"
            rows.append(["" if number else group, way["way"], f"{way['ns']:,}", blocks, f"{way['bytes']:,}"])
    lines = _table(["", "", "ns", "blocks made", "bytes held"], rows)
    lines[1] = "| --- | --- | ---: | ---: | ---: |"
    return lines


def _listing(document: Document) -> list[str]:
    rows = [
        [row["way"], f"{row['ns']:,}", "" if row["blocks"] is None else row["blocks"], f"{row['bytes']:,}"]
        for row in document["rows"]
    ]
    said = f"{document['pages']} pages, {document['versions']:,} versions, {document['files']:,} files"
    return _table([said, "ns a file", "blocks made", "bytes held"], rows)


def _growth(document: Document) -> list[str]:
    rows = []
    for kind, along in (("packages", "packages"), ("capped", "packages"), ("versions", "versions")):
        for row in document[kind]["rows"]:
            what = f"{row[along]:,} {along}{' that are capped' if kind == 'capped' else ''}"
            rows.append(
                [what, row["selected"], f"{row['cpu']:.0f}", f"{row['wall']:.0f}", f"{row['peak']:.0f}"]
            )
        fit = document[kind]["exponents"]
        rows.append(
            ["exponent", "", *(("flat" if each is None else each) for each in (fit["cpu"], "", fit["peak"]))]
        )
    return _table(["", "selected", "CPU ms", "wall ms", "peak MiB"], rows)


def _solver(document: Document) -> list[str]:
    rows = [
        [each["engine"], each["mean"], f"{each['least']} (`{each['where'].rpartition('/')[2]}`)",
         each["below 1"], each["unfinished"], each["instances"]]
        for each in document["summary"]
    ]  # fmt: skip
    head = [
        "its time over ours",
        "geometric mean",
        "least",
        "below 1",
        f"not within {document['limit']:g} s",
        "of",
    ]
    return _table(head, rows)


_TABLES: dict[str, tuple[str, Callable[[Document], list[str]]]] = {
    "warm": ("warm", _warm),
    "warm-means": ("warm", _means),
    "others": ("others", _others),
    "cold": ("cold", _cold),
    "cold-means": ("cold", _means),
    "many": ("many", _many),
    "shares": ("allocation", _shares),
    "goals": ("allocation", _goals),
    "counted": ("allocation", _counted),
    "lines": ("allocation", _lines),
    "settings": ("allocation", _settings),
    "micro": ("micro", _micro),
    "listing": ("listing", _listing),
    "growth": ("growth", _growth),
    "solver": ("solver", _solver),
}


def _draw_runs(document: Document) -> str:
    rows = {}
    for name, row in document["rows"].items():
        tools = row["tools"]
        shown = [tool for tool in ("resolver", "uv", "interpreter") if tool in tools]
        rows[name] = {tool: float(tools[tool]["median"]) for tool in shown}
    return plots.bars(rows, "ms")


def _draw_shares(document: Document) -> str:
    return plots.stacks({_MODES[mode]: each for mode, each in document["shares"].items() if each})


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
