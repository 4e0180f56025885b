"""How much of a run goes to memory: all packages of an index resolved one by one in one process, warm.

Blocks and bytes are counted exactly (``hook``), shares are those of samples (``shares``), seconds are CPU
time, the best of some rounds in turn.  The same run is made with the collector set otherwise and with other
allocators; those of the latter that are not here are left out.  What a version costs while it is held is in
``held``.
"""

from __future__ import annotations

import ctypes.util
import gc
import json
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT
from benchmarks.commands import opened
from benchmarks.processes import MANY, TOOLS, clean
from benchmarks.shares import shares
from resolver.options import Options
from resolver.sources import open_source

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["add_options", "run"]

_COLLECTORS = ("own", "on", "off", "frozen", "10000", "50000")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        names = list(world.names())
        folder = bench.folder("one-by-one")
        folder.mkdir(parents=True)
        reqs = folder / "names.txt"
        reqs.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        words = {
            "ours": "",
            "reqs": reqs,
            "index": bench.index,
            "cache": folder / "cache",
            "python": bench.python,
        }
        command = [word.format(**words) for word in TOOLS[MANY].split()[3:]]
        environ = clean(folder)
        _inner(command, environ)  # fills the cache
        return {
            "packages": len(names),
            "counted": _inner(command, environ, count="blocks"),
            "left": _inner(command, environ, count="held"),
            "where": _inner(command, environ, count="lines"),
            "shares": {
                # As users run it; the others need a program that sets the collector.
                "own": shares([sys.executable, "-m", "resolver", *command], _ours(environ), options.samples),
                **{mode: shares(_words(command, mode), environ, options.samples) for mode in ("on", "off")},
            },
            "collectors": _collectors(command, environ, options.rounds),
            "allocators": _allocators(command, environ, options),
            "held": held(names, bench.index, folder / "cache"),
        }


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    """Return variables under which the checkout is imported, also from where it is not."""
    return {**environ, "PYTHONPATH": str(ROOT / "src")}


def _words(command: Sequence[str], collector: str = "own", count: str = "no") -> list[str]:
    told = json.dumps({"command": list(command), "collector": collector, "count": count})
    return [sys.executable, "-m", "benchmarks.one_by_one", told]


def _inner(
    command: Sequence[str], environ: Mapping[str, str], collector: str = "own", count: str = "no"
) -> dict[str, Any]:
    done = subprocess.run(
        _words(command, collector, count), cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _collectors(command: Sequence[str], environ: Mapping[str, str], rounds: int) -> dict[str, Any]:
    runs = {mode: (environ, mode) for mode in _COLLECTORS}
    return _in_turn(command, runs, rounds)


def _allocators(command: Sequence[str], environ: Mapping[str, str], options: Namespace) -> dict[str, Any]:
    """Measure pymalloc, malloc, and whatever can be preloaded, in front of both."""
    runs = {
        "pymalloc": (environ, "own"),
        "malloc": ({**environ, "PYTHONMALLOC": "malloc"}, "own"),
    }
    for name in ("jemalloc", "mimalloc"):
        library = ctypes.util.find_library(name)
        if library is not None and sys.platform == "linux":
            preloaded = {**environ, "LD_PRELOAD": library}
            runs[f"pymalloc, {name} preloaded"] = (preloaded, "own")
            runs[f"malloc of {name}"] = ({**preloaded, "PYTHONMALLOC": "malloc"}, "own")
    return _in_turn(command, runs, options.rounds)


def _in_turn(
    command: Sequence[str], runs: Mapping[str, tuple[Mapping[str, str], str]], rounds: int
) -> dict[str, Any]:
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (environ, mode) in runs.items():
            taken[name].append(_inner(command, environ, mode))
    return {
        name: {
            "seconds": round(min(each["seconds"] for each in done), 4),
            "peak": round(max(each["peak"] for each in done), 1),
        }
        for name, done in taken.items()
    }


def held(names: Sequence[str], index: str, cache: Path) -> dict[str, Any]:
    """Return what all listings hold when they have been read, and what of that are versions."""
    source = open_source(Options(index_url=index, cache_dir=str(cache), offline=True)).source
    source.listing_now(names[0])  # what is imported and remembered is there
    gc.collect()
    tracemalloc.start(1)
    try:
        before = tracemalloc.get_traced_memory()[0]
        listings = [source.listing_now(name) for name in names]
        size = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    summaries = [listing.summary for listing in listings if listing is not None and not listing.absent]
    keys = [summary.keys for summary in summaries]
    texts = [summary.texts for summary in summaries]
    return {
        "listings": len(summaries),
        "versions": sum(map(len, keys)),
        "files": sum(len(summary.order) for summary in summaries),
        "bytes": size,
        "keys": _size(keys),
        "texts": _size(texts),
    }


def _size(sequences: Sequence[Sequence[object]]) -> int:
    """Return the bytes of sequences with what they hold, each object once."""
    seen: dict[int, int] = {}
    for each in sequences:
        seen[id(each)] = sys.getsizeof(each)
        if isinstance(each, list | tuple):
            seen.update((id(item), sys.getsizeof(item)) for item in each)
    return sum(seen.values())


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=5, help="runs that are sampled")
