"""What is done with measured times: rounds in turn, minima, medians, means of ratios, growth."""

from __future__ import annotations

import gc
import math
import os
import platform
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Times", "exponent", "geometric_mean", "in_turn", "stamp"]


class Times:
    """The seconds that one thing took in several rounds."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self.seconds = list(seconds)

    @property
    def least(self) -> float:
        """Return the least: that of the round that was disturbed least."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Return the median."""
        return median(self.seconds)

    def as_json(self, scale: float = 1e3, digits: int = 3) -> dict[str, float]:
        """Return what is written down, in milliseconds unless ``scale`` says otherwise."""
        return {
            "min": round(self.least * scale, digits),
            "median": round(self.median * scale, digits),
            "rounds": len(self.seconds),
        }


def in_turn(
    work: Mapping[str, Callable[[], object]], *, enough: float = 0.4, most: int = 300
) -> dict[str, Times]:
    """Run all of ``work`` in turn until each has run for ``enough`` seconds; CPU time, no collector.

    In turn, so that a machine whose speed drifts treats all alike.  Each is run once before that.
    """
    taken: dict[str, list[float]] = {name: [] for name in work}
    was_on = gc.isenabled()
    gc.disable()
    try:
        for run in work.values():
            run()
        gc.collect()
        left = dict(work)
        while left:
            for name, run in list(left.items()):
                start = time.process_time()
                run()
                taken[name].append(time.process_time() - start)
                if (sum(taken[name]) > enough and len(taken[name]) > 2) or len(taken[name]) == most:
                    del left[name]
    finally:
        if was_on:
            gc.enable()
    return {name: Times(each) for name, each in taken.items()}


def geometric_mean(ratios: Sequence[float]) -> float:
    """Return the mean for ratios: twice as fast here and half as fast there is the same."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return the *e* of the power law ``y = c * x**e`` that fits best: 1 where growth is linear.

    >>> round(exponent([(1, 3), (10, 30), (100, 300)]), 3)
    1.0
    """
    places = [(math.log(x), math.log(y)) for x, y in points]
    middle_x = sum(x for x, _ in places) / len(places)
    middle_y = sum(y for _, y in places) / len(places)
    across = sum((x - middle_x) * (y - middle_y) for x, y in places)
    return across / sum((x - middle_x) ** 2 for x, _ in places)


def stamp(command: Sequence[str]) -> dict[str, str]:
    """Return where and on what something was measured; of paths in ``command`` nothing but the last part."""
    if "--out" in command:
        at = list(command).index("--out")
        command = [*command[:at], *command[at + 2 :]]
    words = [f".../{os.path.basename(word)}" if os.path.isabs(word) else word for word in command]  # noqa: PTH117, PTH119  # words, not paths
    return {
        "command": " ".join(["python -m benchmarks", *words]),
        "commit": _git("rev-parse", "--short", "HEAD")
        + ("+" if _git("status", "--porcelain", "src") else ""),
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "machine": f"{_processor()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123  # not a path of ours
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
