"""The tables of the documentation, each made from the results of a section.

Where they stand is in ``report``, how a section finds its results in the module of its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import results
from benchmarks.measuring import geometric_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Document = dict[str, Any]

__all__ = ["MODES", "TABLES"]


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


def _time_goals(document: Document) -> list[str]:
    """Compare with what was aimed at, beside uv: warm, in one process, and cold where that was measured."""
    rows = document["rows"].values()
    if any("uv" not in row["tools"] for row in rows):
        return ["uv was not measured."]
    sets = [(row, row["tools"]["resolver"], row["tools"]["uv"]) for row in rows]
    ratios = [ours["median"] / uv["median"] for _, ours, uv in sets]
    added = [
        (ours["median"] - row["tools"]["interpreter"]["median"]) / uv["median"] for row, ours, uv in sets
    ]
    again = [
        (name.startswith(("conflict", "backtrack")), row["tools"]["inside"]["median"] / uv["median"])
        for name, (row, _, uv) in zip(document["rows"], sets, strict=True)
    ]
    nab = [row["tools"]["nab"]["median"] / ours["median"] for row, ours, _ in sets if "nab" in row["tools"]]
    aims = [
        ("warm, ours / uv, mean", 0.6, geometric_mean(ratios)),
        ("warm, ours / uv, worst", 1.0, max(ratios)),
        ("what comes on top of the interpreter / uv, worst", 0.3, max(added)),
        ("peak memory, ours / uv, worst", 1.0, max(ours["peak"] / uv["peak"] for _, ours, uv in sets)),
        ("again in one process / uv, without conflicts, mean", 0.1, _mean(again, is_hard=False)),
        ("again in one process / uv, with conflicts, mean", 0.4, _mean(again, is_hard=True)),
    ]
    cold = results.read(results.RESULTS, "cold")
    if cold is not None:
        found = [
            (row["pins"] >= _MANY_PINS, row["tools"]["resolver"]["median"] / row["tools"]["uv"]["median"])
            for row in cold["rows"].values()
        ]
        aims += [
            ("cold, ours / uv, from 80 pins on, worst", 1.0, max(ratio for many, ratio in found if many)),
            ("cold, ours / uv, below that, worst", 1.3, max(ratio for many, ratio in found if not many)),
        ]
    lines = [[what, f"at most {aim}", f"{got:.2f}", _reached(got <= aim)] for what, aim, got in aims]
    if nab:
        slowest = min(nab)
        lines.append(["nab / ours, warm, least", "at least 8", f"{slowest:.1f}", _reached(slowest >= 8)])
    return _table(["", "goal", "measured", ""], lines)


def _mean(again: Sequence[tuple[bool, float]], *, is_hard: bool) -> float:
    return geometric_mean([ratio for hard, ratio in again if hard == is_hard])


_MANY_PINS = 80


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
            rows.append([MODES[mode], *(f"{share:.1%}" for share in each.values()), f"**{both:.1%}**"])
    head = ["collector", "allocator", "collector", "objects", "bytecode", "rest", "allocator + collector"]
    return _table(head, rows)


MODES = {"own": "as the command does it", "on": "on, as Python sets it", "off": "off"}


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
        label = MODES.get(mode, f"threshold {mode}" if mode.isdigit() else mode)
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


def _faults(document: Document) -> list[str]:
    """Return who did what was right, and otherwise the first rule that was broken."""
    tools = list(next(iter(document["rows"].values()))["tools"])
    rows: list[list[object]] = []
    right = dict.fromkeys(tools, 0)
    for name, row in document["rows"].items():
        cells = []
        for tool in tools:
            each = row["tools"].get(tool)
            right[tool] += each is not None and not each["fault"]
            cells.append("" if each is None else each["fault"] or f"right, {each['seconds']:.1f} s")
        rows.append([f"{name}: {row['about']}", *cells])
    rows.append([f"right, of {len(rows)}", *(f"**{right[tool]}**" for tool in tools)])
    return _table(["situation", *tools], rows)


TABLES: dict[str, tuple[str, Callable[[Document], list[str]]]] = {
    "warm": ("warm", _warm),
    "warm-means": ("warm", _means),
    "others": ("others", _others),
    "cold": ("cold", _cold),
    "cold-means": ("cold", _means),
    "many": ("many", _many),
    "shares": ("allocation", _shares),
    "time-goals": ("warm", _time_goals),
    "goals": ("allocation", _goals),
    "counted": ("allocation", _counted),
    "lines": ("allocation", _lines),
    "settings": ("allocation", _settings),
    "micro": ("micro", _micro),
    "listing": ("listing", _listing),
    "growth": ("growth", _growth),
    "solver": ("solver", _solver),
    "faults": ("faults", _faults),
}
