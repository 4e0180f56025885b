"""How ``PubGrubResolver`` does beside ``resolvelib.Resolver``, with the same providers.

    python -m benchmarks bridge [NAME ...]

For each instance: rounds and ``find_matches`` calls of both, and our time over resolvelib's: CPU, garbage
collector off, the best of several in turn, each a row of runs where one is short.  The corpora are used where
they lie beside the project.  Instances that resolvelib does not solve have no ratio.
"""

from __future__ import annotations

import gc
import json
import time
from random import Random
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from resolvelib import BaseReporter, Resolver
from resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep

from resolver import PubGrubResolver
from support.corpora import CORPORA, cases
from support.resolvelib_providers import (
    Edge,
    Events,
    GraphProvider,
    NarrowingProvider,
    Node,
    PackageProvider,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Mapping

    Make = Callable[[], GraphProvider | PackageProvider]
    Kind = Callable[[Any, Any], Any]

_BUDGET = 0.6
_LIMIT = 500
_ROW = 0.002


def corpus() -> Iterator[tuple[str, Make, list[Any]]]:
    """Yield the functional cases of resolvelib, with and without narrowing."""
    indexes: dict[str, Mapping[str, Any]] = {}
    for path, case in cases("resolvelib-python"):
        name = case["index"]
        if name not in indexes:
            indexes[name] = json.loads((CORPORA / "resolvelib-python" / name).read_text("utf-8"))["packages"]
        packages, environment = indexes[name], case["computed"]["env"]
        roots = [Requirement(text) for text in case["root"]["requires"]]
        for kind in (PackageProvider, NarrowingProvider):
            made = kind(packages, environment)
            yield (
                f"{path.stem}{' narrowed' if kind is NarrowingProvider else ''}",
                lambda made=made: made,  # type: ignore[misc]  # bound at once
                roots,
            )


def graphs() -> Iterator[tuple[str, Make, list[Any]]]:
    """Yield graphs without conflicts, small ones too, and some with."""
    for packages, versions, width in (
        (1, 1, 0),
        (2, 3, 1),
        (5, 5, 2),
        (10, 10, 3),
        (30, 10, 3),
        (100, 10, 4),
        (300, 5, 5),
    ):
        random = Random(packages)
        everything = frozenset(range(versions))
        needs = {
            Node(package, version): [
                Edge(other, everything)
                for other in sorted({random.randrange(package + 1, packages) for _ in range(width)})
            ]
            if package + 1 < packages
            else []
            for package in range(packages)
            for version in everything
        }
        yield (
            f"free {packages}x{versions}",
            lambda needs=needs: GraphProvider(needs),  # type: ignore[misc]  # bound at once
            [Edge(0, everything)],
        )
    for packages, versions, seed in ((6, 4, 1), (12, 5, 2), (20, 6, 3), (30, 8, 4)):
        random = Random(seed)
        everything = frozenset(range(versions))
        needs = {
            Node(package, version): [
                Edge(
                    random.randrange(packages),
                    frozenset(v for v in everything if random.random() < 0.7) or everything,
                )
                for _ in range(2)
            ]
            for package in range(packages)
            for version in everything
        }
        yield (
            f"tight {packages}x{versions}",
            lambda needs=needs: GraphProvider(needs),  # type: ignore[misc]  # bound at once
            [Edge(0, everything), Edge(1, everything)],
        )


def answer(
    kind: Kind,
    provider: GraphProvider | PackageProvider,
    reporter: BaseReporter[Any, Any, Any],
    roots: list[Any],
) -> object:
    """Return pins, or what kind of failure it was."""
    try:
        found = kind(provider, reporter).resolve(roots, max_rounds=_LIMIT).mapping
    except ResolutionImpossible:
        return "impossible"
    except ResolutionTooDeep:
        return "too deep"
    except RecursionError:
        return "recursion"
    return {key: tuple(candidate)[:2] for key, candidate in found.items()}


def seconds(kind: Kind, make: Make, roots: list[Any], times: int = 1) -> float:
    """Return the CPU time of one run, of so many in a row."""
    providers = [make() for _ in range(times)]
    reporter: BaseReporter[Any, Any, Any] = BaseReporter()
    start = time.process_time()
    for provider in providers:
        answer(kind, provider, reporter, roots)
    return (time.process_time() - start) / times


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("names", nargs="*", help="instances, if not all")


def run(options: Namespace) -> int:
    """Print a table."""
    names = options.names
    print("| instance | answers | rounds: ours, theirs | find_matches | ms: ours, theirs | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    gc.disable()
    for name, make, roots in [*graphs(), *corpus()]:
        if names and name not in names:
            continue
        told = []
        for kind in (PubGrubResolver, Resolver):
            provider, events = make(), Events()
            provider.counts.clear()
            told.append(
                (answer(kind, provider, events, roots), events.rounds(), provider.counts["find_matches"])
            )
        ours: list[float] = []
        theirs: list[float] = []
        times = 1 + int(_ROW / seconds(Resolver, make, roots))
        begun = time.process_time()
        while time.process_time() - begun < _BUDGET or len(ours) < 3:
            ours.append(seconds(PubGrubResolver, make, roots, times))
            theirs.append(seconds(Resolver, make, roots, times))
            gc.collect()
        same = "the same" if told[0][0] == told[1][0] else f"{_kind(told[0][0])}, {_kind(told[1][0])}"
        ratio = "-" if told[1][0] in ("too deep", "recursion") else f"{min(ours) / min(theirs):.2f}"
        print(
            f"| {name} | {same} | {told[0][1]}, {told[1][1]} | {told[0][2]}, {told[1][2]}"
            f" | {min(ours) * 1000:.2f}, {min(theirs) * 1000:.2f} | {ratio} |"
        )
    return 0


def _kind(told: object) -> str:
    return told if isinstance(told, str) else "pins"
