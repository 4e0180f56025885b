"""The program that ``allocation`` runs: all packages one by one in this process, under given conditions.

    python -m benchmarks.one_by_one WORDS

WORDS is JSON: ``command`` (the words of ``resolver``), ``collector`` (``own``: as the command does it;
``on``, ``off``, ``frozen``, or a threshold), ``count`` (``no``, ``blocks``, ``lines``, or ``held``: the
bytes that are still held in the end).  Prints JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
import tracemalloc
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT
from benchmarks.hook import Hook

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 20


def set_collector(mode: str) -> None:
    """Set the collector, and leave nothing to those who would set it otherwise."""
    if mode == "own":
        return
    if mode == "off":
        gc.disable()
    elif mode == "frozen":
        gc.freeze()
    elif mode != "on":
        gc.set_threshold(int(mode))

    def ignored(*_: object) -> None:
        """Do nothing."""

    for name in ("disable", "enable", "set_threshold"):
        setattr(gc, name, ignored)


def work(words: Sequence[str]) -> None:
    """Run the command; what it says is not for here."""
    from resolver.cli import main  # noqa: PLC0415  # after the collector was set

    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        main(words)


def peak() -> float:
    """Return the most memory that this program has held, in MiB.

    On Linux by the memory itself: what ``getrusage`` says includes what started this process.
    """
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / (1 << 10)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Work under the conditions that are given, and say what it took."""
    told: dict[str, Any] = json.loads(sys.argv[1])
    set_collector(told["collector"])
    hook = Hook.compiled() if told["count"] in ("blocks", "lines") else None
    if told["count"] == "held":
        tracemalloc.start(1)
    found: dict[str, Any] = {}
    start = time.process_time()
    if hook is None:
        work(told["command"])
    else:
        made = hook.count(lambda: work(told["command"]), by_line=told["count"] == "lines")
        found = {"blocks": made.blocks, "bytes": made.size}
        files: Counter[str] = Counter()
        for site in made.sites:
            files[_short(site.file)] += site.blocks
        found["files"] = dict(files.most_common(_SHOWN))
        most = sorted(made.sites, key=lambda site: -site.blocks)[:_SHOWN]
        found["lines"] = [[f"{_short(s.file)}:{s.line}", s.function, s.blocks, s.size] for s in most]
    if told["count"] == "held":
        gc.collect()
        found["held"] = tracemalloc.get_traced_memory()[0]
        lines = tracemalloc.take_snapshot().statistics("lineno")[:_SHOWN]
        found["lines"] = [
            [f"{_short(each.traceback[0].filename)}:{each.traceback[0].lineno}", each.count, each.size]
            for each in lines
        ]
    found["seconds"] = time.process_time() - start
    found["peak"] = round(peak(), 1)
    print(json.dumps(found), flush=True)
    os._exit(0)  # as the command ends: nothing is wound up, and no garbage looked for


def _short(path: str) -> str:
    for folder in (ROOT / "src" / "resolver", ROOT):
        if Path(path).is_relative_to(folder):
            return str(Path(path).relative_to(folder))
    return path if path.startswith("<") else f"Python's {Path(path).name}"


if __name__ == "__main__":
    main()
