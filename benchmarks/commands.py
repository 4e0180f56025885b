"""The command against its peers, as whole processes: warm, cold, and all packages one by one.

*Warm*: the tool's own cache holds all that it asked for, and it is fresh.  *Cold*: the cache is empty, and
the index answers after a delay.  Tools take turns, round by round; what counts is wall time.  A warm run of
the library in one process, from the second on, is beside them: everything is read and solved again.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import geometric_mean
from benchmarks.processes import BARE, MANY, MODULE, OURS, Bench, Process, installed, serving
from benchmarks.universe import Universe
from benchmarks.worlds import Recorded

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.worlds import World

__all__ = ["cold", "many", "opened", "sets_of", "tools_of", "warm"]

#: Packages that are made where none are recorded.
_SIZE = 300

#: Seconds after which there is no further round of a tool on a set.
_PATIENCE = 6.0

#: The library, again and again in one process; prints the seconds of each time.
_INSIDE = """
import json, sys, time
from resolver import NoSolution, Options, resolve
lines, url, cache, python, rounds = json.loads(sys.argv[1])
options = Options(index_url=url, cache_dir=cache, python_version=python, only_binary=(":all:",))
taken = []
for _ in range(rounds):
    start = time.perf_counter()
    try:
        resolve(lines, options)
    except NoSolution:
        pass
    taken.append(time.perf_counter() - start)
print(json.dumps(taken))
"""


@contextmanager
def opened(options: Namespace) -> Iterator[tuple[Bench, World]]:
    """Serve what ``options`` name, and give what can run tools against it."""
    recorded = options.snapshot is not None
    world: World = Recorded(options.snapshot) if recorded else Universe(_SIZE)
    words = ("--recorded", str(options.snapshot)) if recorded else ("--packages", str(_SIZE))
    with serving(*words) as line, installed(options.python) as ours:
        bench = Bench(line, ours, options.peers)
        try:
            yield bench, world
        finally:
            bench.close()


def sets_of(world: World, options: Namespace) -> dict[str, list[str]]:
    """Return the sets that ``options`` name, or all."""
    wanted = [name for name in options.sets.split(",") if name in world.sets]
    return {name: list(world.sets[name]) for name in wanted or world.sets}


def tools_of(bench: Bench, options: Namespace) -> list[str]:
    """Return ours, and those that ``options`` name and that are here."""
    return [OURS, *(tool for tool in options.tools.split(",") if bench.can(tool))]


def warm(
    bench: Bench, sets: Mapping[str, Sequence[str]], tools: Sequence[str], rounds: int
) -> dict[str, Any]:
    """Measure each tool with a full cache; the first run of each fills it and is not counted."""
    rows: dict[str, Any] = {}
    for name, lines in sets.items():
        runs: dict[str, list[Process]] = {tool: [] for tool in (*tools, BARE, MODULE)}
        pins = {tool: bench.run(tool, lines, f"{tool}/{name}")[1] for tool in tools}
        for _ in range(rounds):
            for tool, done in runs.items():
                if not _is_slow(done):
                    done.append(bench.run(tool, lines, f"{tool}/{name}")[0])
        row = {tool: _summary(done) for tool, done in runs.items()}
        row["inside"] = _inside(bench, lines, f"{OURS}/{name}", max(rounds, 5))
        rows[name] = {"tools": row, **_pins(pins)}
        _say(name, row)
    return {"rows": rows, "means": _means(rows)}


def _is_slow(done: Sequence[Process]) -> bool:
    """Tell whether a tool has had its time."""
    return sum(run.seconds for run in done) > _PATIENCE


def cold(  # what is measured, and how
    bench: Bench,
    sets: Mapping[str, Sequence[str]],
    tools: Sequence[str],
    rounds: int,
    *,
    latency: float,
) -> dict[str, Any]:
    """Measure each tool with an empty cache and an index that answers after ``latency`` seconds."""
    rows: dict[str, Any] = {}
    bench.line.control(latency)
    try:
        for name, lines in sets.items():
            runs: dict[str, list[Process]] = {tool: [] for tool in tools}
            asked: dict[str, dict[str, int]] = {}
            pins: dict[str, dict[str, str]] = {}
            for _ in range(rounds):
                for tool, done in runs.items():
                    if done and done[-1].seconds > _PATIENCE * 2:
                        continue
                    bench.forget(f"{tool}/cold")
                    bench.line.control()
                    process, pins[tool] = bench.run(tool, lines, f"{tool}/cold")
                    done.append(process)
                    asked[tool] = bench.line.control()
            row = {tool: {**_summary(done), "asked": asked[tool]} for tool, done in runs.items()}
            rows[name] = {"tools": row, **_pins(pins)}
            _say(name, row)
    finally:
        bench.line.control(0)
    return {"latency": latency, "rows": rows, "means": _means(rows)}


def many(bench: Bench, names: Sequence[str], tools: Sequence[str], rounds: int) -> dict[str, Any]:
    """Resolve each of ``names`` alone, from a full cache: ours in one process, others in one process each."""
    lines = list(names)
    bench.run(MANY, lines, MANY)
    done = [bench.run(MANY, lines, MANY)[0] for _ in range(rounds)]
    found: dict[str, Any] = {
        MANY: {
            "seconds": round(min(run.seconds for run in done), 3),
            "cpu": round(min(run.cpu for run in done), 3),
            "peak": round(max(run.peak for run in done), 1),
        }
    }
    for tool in tools:
        for name in names:
            bench.run(tool, [name], f"{tool}/many")
        runs = [bench.run(tool, [name], f"{tool}/many")[0] for name in names]
        found[tool] = {
            "seconds": round(sum(run.seconds for run in runs), 3),
            "cpu": round(sum(run.cpu for run in runs), 3),
            "peak": round(max(run.peak for run in runs), 1),
        }
    return {"packages": len(lines), "tools": found}


def _inside(bench: Bench, lines: Sequence[str], cache: str, rounds: int) -> dict[str, float]:
    words = json.dumps([list(lines), bench.index, str(bench.folder(cache)), bench.python, rounds + 1])
    done = subprocess.run(
        [bench.ours, "-c", _INSIDE, words], capture_output=True, text=True, check=True, env=bench.environ()
    )
    taken = json.loads(done.stdout)[1:]
    return {"median": round(statistics.median(taken) * 1e3, 2), "min": round(min(taken) * 1e3, 2)}


def _summary(done: Sequence[Process]) -> dict[str, Any]:
    wall = [run.seconds * 1e3 for run in done]
    return {
        "median": round(statistics.median(wall), 2),
        "min": round(min(wall), 2),
        "cpu": round(statistics.median(run.cpu for run in done) * 1e3, 2),
        "peak": round(max(run.peak for run in done), 1),
        "rounds": len(done),
        "status": done[-1].status,
    }


def _pins(pins: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return how many pins ours has, and which tools found others."""
    ours = pins.get(OURS, {})
    return {"pins": len(ours), "others": [tool for tool, found in pins.items() if found and found != ours]}


def _means(rows: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return for each peer our median over its, as mean and at worst, where both ended alike."""
    found: dict[str, dict[str, float]] = {}
    peers = {tool for row in rows.values() for tool in row["tools"]} - {OURS, BARE, MODULE, "inside"}
    for peer in sorted(peers):
        pairs = [
            (row["tools"][OURS], row["tools"][peer], row["tools"].get("inside"))
            for row in rows.values()
            if peer in row["tools"]
            and (row["tools"][peer]["status"] == 0) == (row["tools"][OURS]["status"] == 0)
        ]
        if not pairs:
            continue
        wall = [ours["median"] / theirs["median"] for ours, theirs, _ in pairs]
        found[peer] = {
            "mean": round(geometric_mean(wall), 3),
            "worst": round(max(wall), 3),
            "minima": round(geometric_mean([ours["min"] / theirs["min"] for ours, theirs, _ in pairs]), 3),
            "cpu": round(geometric_mean([ours["cpu"] / theirs["cpu"] for ours, theirs, _ in pairs]), 3),
            "sets": len(pairs),
            "memory": round(max(ours["peak"] / theirs["peak"] for ours, theirs, _ in pairs), 3),
        }
        inside = [again["median"] / theirs["median"] for _, theirs, again in pairs if again is not None]
        if inside:
            found[peer]["inside"] = round(geometric_mean(inside), 3)
            found[peer]["inside, worst"] = round(max(inside), 3)
    return found


def _say(name: str, row: Mapping[str, Any]) -> None:
    told = "  ".join(f"{tool} {each['median']:.1f}/{each['min']:.1f}" for tool, each in row.items())
    print(f"{name:24} {told}", file=sys.stderr, flush=True)
