"""How fast the solver is, beside others, on instances that are hard in different ways.

    python -m benchmarks solver [--only NAME]... [--engines NAME,...] [--kinds KIND,...] [--limit SECONDS]

Kinds: ``generated`` (``instances``), ``corpora`` and ``recorded`` (``graphs``; none where the data is
absent), and on request ``large``, two graphs of 50,000 candidates.  Engines: ``ours``, ``pgcore`` (the
prototype with our order of decisions), ``pgcore-fewest``, ``nab``, ``resolvelib`` (``peers``); and ours with
other heuristics (``orders``): ``fewest``, ``plain``, ``never-blaming``, ``pins-not-first``.

Times are CPU milliseconds, the best of several runs, with the garbage collector off; "tried" is how many
candidates' metadata was needed.  Ratios are other / ours.  Each engine has ``--limit`` seconds an instance;
where it needs more its time counts as those, and the ratio as a bound.  Every solution is checked, and
engines that disagree end the run.
"""

from __future__ import annotations

import gc
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import graphs, instances, peers
from benchmarks.measuring import geometric_mean
from benchmarks.orders import FewestFirst, NeverBlaming, PinsNotFirst, Plain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator
    from types import FrameType

    from benchmarks.instances import Instance

ENOUGH = 0.25
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


def measured(
    batch: list[Instance], prepare: Callable[[Instance], peers.Solve | None], limit: float
) -> Measured | None:
    """Run an engine on all of ``batch``, again and again; None where the engine is not here."""
    times: list[float] = []
    try:
        with limited(limit):
            solves = [prepare(instance) for instance in batch]
        if None in solves:
            return None
        gc.collect()
        while len(times) < 3 or sum(times) < ENOUGH:
            with limited(limit):
                start = time.process_time()
                runs = [solve() for solve in solves if solve is not None]
                times.append(time.process_time() - start)
            if times[-1] > ENOUGH or len(times) == MOST:
                break
    except OutOfTimeError:
        return Measured(limit * 1e3, "timeout", 0, 0, 0, "")
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


def row_of(batch: list[Instance], engines: list[str], limit: float) -> dict[str, Measured]:
    """Measure one row; fails where two verdicts differ."""
    found = {name: each for name in engines if (each := measured(batch, ENGINES[name], limit)) is not None}
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


def summary(table: dict[str, dict[str, Measured]], engines: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what all rows say together: an engine's time over ours."""
    for engine in engines[1:]:
        ratios = {
            name: found[engine].milliseconds / found[engines[0]].milliseconds
            for name, found in table.items()
            if engine in found
        }
        if ratios:
            least = min(ratios, key=lambda name: ratios[name])
            yield {
                "engine": engine,
                "mean": round(geometric_mean(list(ratios.values())), 2),
                "least": round(ratios[least], 2),
                "where": least,
                "instances": len(ratios),
                "below 1": sum(ratio < 1 for ratio in ratios.values()),
                "unfinished": sum(found[engine].verdict == "timeout" for found in table.values()),
            }


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--only", action="append", help="part of the name of what is to be measured")
    parser.add_argument("--engines", default="ours,pgcore,nab,resolvelib")
    parser.add_argument("--kinds", default="recorded,corpora")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds an engine has for an instance")


def run(options: Namespace) -> dict[str, Any]:
    """Print a table, and return it."""
    engines = options.engines.split(",")
    for folder in options.peers:
        peers.look_in(folder)
    gc.disable()
    print(f"{'':44} verdict {engines[0]:>9} {' '.join(f'{name:>10}   ratio' for name in engines[1:])}")
    print(f"{'':44} then decisions, conflicts and candidates tried, in the same order of engines")
    table: dict[str, dict[str, Measured]] = {}
    try:
        for batch in rows(options.kinds.split(",")):
            name = batch[0].name
            if options.only and not any(part in name for part in options.only):
                continue
            table[name] = row_of(batch, engines, options.limit)
            print(line_of(name, table[name]), flush=True)
    finally:
        gc.enable()
    told = list(summary(table, engines))
    for each in told:
        print(f"{each['engine']} / {engines[0]}: {each}")
    return {
        "limit": options.limit,
        "rows": [
            {"name": name, "engines": {engine: each._asdict() for engine, each in found.items()}}
            for name, found in table.items()
        ],
        "summary": told,
    }
