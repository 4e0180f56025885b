"""How fast the solver is, beside others, on instances that are hard in different ways.

    python benchmarks/solver.py [--json FILE] [--only NAME]... [--engines NAME,...] [--kinds KIND,...]

Kinds: ``generated`` (``instances``), ``corpora`` and ``recorded`` (``graphs``; none where the data is
absent), and on request ``large``, two graphs of 50,000 candidates.  Engines: ``ours``, ``pgcore`` (the
prototype with our order of decisions), ``pgcore-fewest``, ``nab``, ``resolvelib`` (``peers``); and ours with
other heuristics (``orders``): ``fewest``, ``plain``, ``never-blaming``, ``pins-not-first``.

Times are CPU milliseconds, the best of several runs, with the garbage collector off; "tried" is how many
candidates' metadata was needed.  Ratios are other / ours.  Each engine has 20 seconds an instance; where it
needs more its time counts as those, and the ratio as a bound.  Every solution is checked, and engines that
disagree end the run.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import graphs
import instances
import peers
from orders import FewestFirst, NeverBlaming, PinsNotFirst, Plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from instances import Instance

LIMIT = 20.0
"""Seconds an engine has for an instance."""

ENOUGH = 0.6
"""Seconds after which a measurement is not repeated."""

MOST = 500
"""Runs after which it is not either: garbage is not collected meanwhile."""

ENGINES: dict[str, Callable[[Instance], peers.Solve | None]] = {
    "ours": peers.ours,
    "pgcore": peers.prototype,
    "pgcore-fewest": lambda instance: peers.prototype(instance, 0),
    "nab": peers.nab,
    "resolvelib": peers.resolvelib,
    "fewest": lambda instance: peers.ours(instance, FewestFirst),
    "plain": lambda instance: peers.ours(instance, Plain),
    "never-blaming": lambda instance: peers.ours(instance, NeverBlaming),
    "pins-not-first": lambda instance: peers.ours(instance, PinsNotFirst),
}


class OutOfTimeError(BaseException):
    """An engine has used up its time; no exception that a solver might catch."""


class Measured(NamedTuple):
    """What an engine needed for all instances of a row; counts are sums."""

    milliseconds: float
    verdict: str
    decisions: int
    conflicts: int
    tried: int
    note: str


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTimeError`` inside the block after so many seconds."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def measured(batch: list[Instance], prepare: Callable[[Instance], peers.Solve | None]) -> Measured | None:
    """Run an engine on all of ``batch``, again and again; None where the engine is not here."""
    times: list[float] = []
    try:
        with limited(LIMIT):
            solves = [prepare(instance) for instance in batch]
        if None in solves:
            return None
        gc.collect()
        while len(times) < 3 or sum(times) < ENOUGH:
            with limited(LIMIT):
                start = time.process_time()
                runs = [solve() for solve in solves if solve is not None]
                times.append(time.process_time() - start)
            if times[-1] > ENOUGH or len(times) == MOST:
                break
    except OutOfTimeError:
        return Measured(LIMIT * 1e3, "timeout", 0, 0, 0, "")
    note = ""
    for instance, run in zip(batch, runs, strict=True):
        if run.selected is not None:
            faults = instance.faults(run.selected)
            assert not faults, (instance.name, faults)
            if instance.expected is not None:
                note = "as expected" if instance.pins(run.selected) == instance.expected else "other pins"
    found = sum(run.selected is not None for run in runs)
    return Measured(
        min(times) * 1e3,
        ("sat" if found else "unsat") if len(batch) == 1 else f"{found}/{len(batch)} sat",
        sum(run.decisions for run in runs),
        sum(run.conflicts for run in runs),
        sum(run.tried for run in runs),
        note,
    )


def rows(kinds: list[str]) -> Iterator[list[Instance]]:
    """Yield what is measured together, one row each."""
    if "generated" in kinds:
        for instance in instances.generated():
            yield [instance]
    if "recorded" in kinds:
        for instance in graphs.recorded():
            yield [instance]
    if "corpora" in kinds:
        yield from graphs.batches()
    if "large" in kinds:
        yield from graphs.batches(large=True)


def row_of(batch: list[Instance], engines: list[str]) -> dict[str, Measured]:
    """Measure one row; fails where two verdicts differ."""
    found = {name: each for name in engines if (each := measured(batch, ENGINES[name])) is not None}
    verdicts = {each.verdict for each in found.values()} - {"timeout"}
    assert len(verdicts) <= 1, (batch[0].name, found)
    return found


def line_of(name: str, found: dict[str, Measured]) -> str:
    """Return a row as text: times, and others' over ours; then counts of each engine."""
    ours = next(iter(found.values()))
    cells = [f"{name[:44]:44} {ours.verdict:7} {ours.milliseconds:9.3f}"]
    for each in list(found.values())[1:]:
        ratio = each.milliseconds / ours.milliseconds
        cells.append(f"{each.milliseconds:10.3f} {'>' if each.verdict == 'timeout' else ' '}{ratio:7.2f}")
    counts = ["/".join(str(each[column]) for each in found.values()) for column in (2, 3, 4)]
    return " ".join(cells) + f"  {'  '.join(counts)}  {ours.note}"


def summary(table: dict[str, dict[str, Measured]], engines: list[str]) -> Iterator[str]:
    """Yield what all rows say together, an engine a line."""
    for engine in engines[1:]:
        ratios = {
            name: found[engine].milliseconds / found[engines[0]].milliseconds
            for name, found in table.items()
            if engine in found
        }
        if ratios:
            mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
            least = min(ratios, key=lambda name: ratios[name])
            yield (
                f"{engine} / {engines[0]}: geometric mean {mean:.2f} of {len(ratios)},"
                f" least {ratios[least]:.2f} ({least}), {sum(r < 1 for r in ratios.values())} below 1"
            )


def main() -> None:
    """Print a table, and write it as JSON where wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", help="file to write the table to")
    parser.add_argument("--only", action="append", help="part of the name of what is to be measured")
    parser.add_argument("--engines", default="ours,pgcore,pgcore-fewest,nab,resolvelib,fewest")
    parser.add_argument("--kinds", default="generated,recorded,corpora")
    words = parser.parse_args()
    engines = words.engines.split(",")
    gc.disable()
    print(f"{'':44} verdict {engines[0]:>9} {' '.join(f'{name:>10}   ratio' for name in engines[1:])}")
    print(f"{'':44} then decisions, conflicts and candidates tried, in the same order of engines")
    table: dict[str, dict[str, Measured]] = {}
    for batch in rows(words.kinds.split(",")):
        name = batch[0].name
        if words.only and not any(part in name for part in words.only):
            continue
        table[name] = row_of(batch, engines)
        print(line_of(name, table[name]), flush=True)
    print(*summary(table, engines), sep="\n")
    if words.json:
        document = {
            "python": sys.version,
            "rows": [
                {"name": name, "engines": {engine: each._asdict() for engine, each in found.items()}}
                for name, found in table.items()
            ],
            "summary": list(summary(table, engines)),
        }
        with open(words.json, "w", encoding="utf-8") as file:  # noqa: PTH123  # a path as given
            json.dump(document, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
