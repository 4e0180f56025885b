"""How fast the parts around the solver are, each by itself, on all texts of a recorded index; and whole runs.

Every part does its work on everything that the snapshot beside the project holds (``graphs``), with nothing
remembered from the round before.  Times are CPU milliseconds, the best of several rounds with the garbage
collector off.  In two checkouts, one of them built with ``RESOLVER_COMPILE=1``, it says what compiling gains
(``docs/compiling.md``); what a part costs beside others is in ``micro``.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.graphs import SnapshotSource, index_folder
from resolver.catalog import read_listing
from resolver.explanation.telling import explain
from resolver.index.listing_form import read_listing_form, write_listing_form
from resolver.index.metadata import parse_metadata
from resolver.index.summary import summarise
from resolver.model.environment import Environment
from resolver.model.filenames import split_wheel
from resolver.model.markers import Marker
from resolver.model.names import NameTable, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.specifiers import Specifiers
from resolver.model.version import Version, version_key
from resolver.options import Options
from resolver.posing import pose, read_requirements
from resolver.problem import ListingKey, MetadataKey
from resolver.rules import Rules
from resolver.solver.engine import Need, Solved, Solver, Unsolvable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.problem import PythonProblem

    Part = tuple[str, int, Callable[[], object]]

ENOUGH = 0.5
"""Seconds after which a measurement is not repeated."""

MOST = 100
"""Rounds after which it is not either: garbage is not collected meanwhile."""


class Texts:
    """What a snapshot holds: its listings, and what metadata says, each text once."""

    def __init__(self, folder: Path) -> None:
        sys.path.append(str(folder))
        snapshots: Any = importlib.import_module("snapshot")
        place = folder / "snapshots" / "visible"
        snapshot = snapshots.Snapshot(place)
        others = sorted((folder / "snapshots" / "legacy").glob("*"))
        self.source = Kept(SnapshotSource(snapshot))
        names = sorted(path.name.removesuffix(".json.gz") for path in (place / "packages").iterdir())
        self.listings = [self.source.listing_now(name) for name in names]
        self.bodies: list[bytes] = []
        for name in names:
            package = snapshot.get(name)
            self.bodies += [package.metadata_text(wheel).encode() for wheel in package.metadata]
        metadata = [parse_metadata(body) for body in self.bodies]
        self.requirements = sorted({text for each in metadata for text in each.requires_dist})
        self.sets = [
            (
                path.stem,
                self.source if each == place else Kept(SnapshotSource(snapshots.Snapshot(each))),
                path,
            )
            for each in (place, *others)
            for path in sorted((each / "reqs").glob("*.in"))
        ]


class Kept:
    """A source that keeps what it has answered: what is measured is not how the snapshot is read."""

    def __init__(self, source: SnapshotSource) -> None:
        self._source = source
        self._listings: dict[str, Listing] = {}
        self._metadata: dict[str, Metadata] = {}

    def listing_now(self, name: str) -> Listing:
        """Return the listing of a package, with its summary made."""
        if name not in self._listings:
            made = self._source.listing_now(name)
            assert made.summary is not None
            self._listings[name] = made
        return self._listings[name]

    def metadata_now(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of a wheel."""
        if file.filename not in self._metadata:
            self._metadata[file.filename] = self._source.metadata_now(name, file)
        return self._metadata[file.filename]


def lines(path: Path) -> list[str]:
    """Return the requirements of a file."""
    return [text for line in path.read_text("utf-8").splitlines() if (text := line.partition("#")[0].strip())]


def solved(source: Kept, texts: list[str]) -> tuple[PythonProblem, Solved | Unsolvable]:
    """Resolve ``texts`` with all that ``source`` has at hand; everything is solved anew."""
    options = Options(python_version="3.12", python_platform="linux")
    problem = pose(read_requirements(texts), [], options, Environment.target("3.12", "linux"))
    solver = Solver(problem)
    while isinstance(outcome := solver.advance(), Need):
        for key in outcome.keys:
            if isinstance(key, ListingKey):
                problem.catalog.add_listing(source.listing_now(key.name))
            elif isinstance(key, MetadataKey):
                problem.catalog.add_metadata(key.name, key.candidate, source.metadata_now(key.name, key.file))
    assert isinstance(outcome, Solved | Unsolvable)
    return problem, outcome


def parts(texts: Texts) -> Iterator[Part]:
    """Yield name, number of things and work of each part."""
    listings = texts.listings
    versions = [text for each in listings for text in each.summary.texts]
    wheels = [
        (file.filename, each.name) for each in listings for file in each.files if file.filename[-4:] == ".whl"
    ]
    tags = sorted({tag for each in listings for tag in each.summary.tags if tag})
    requirements = list(_readable(texts.requirements))
    clauses = sorted({str(each.specifiers) for each in requirements})
    sets = [Specifiers(text) for text in clauses]
    longest = max(listings, key=lambda each: len(each.summary.keys)).summary
    markers = sorted({each.marker for each in requirements if each.marker})
    spellings = [each.name for each in listings] + [each.text for each in requirements]
    names = [text for text in spellings if text.replace("-", "").replace("_", "").isalnum()] * 20
    kept = [write_listing_form(each) for each in listings]
    target = Environment.target("3.12", "linux")
    rules = Rules()
    count = len(versions)
    yield "version keys", count, lambda: [version_key(text) for text in versions]
    yield "versions, shown", count, lambda: [str(Version(text)) for text in versions]
    yield "specifiers", len(clauses), lambda: [Specifiers(text) for text in clauses]
    yield "masks", len(sets), lambda: [each.mask(longest.keys, longest.texts) for each in sets]
    yield "requirements", len(texts.requirements), lambda: list(_readable(texts.requirements))
    yield "markers", len(markers), lambda: [Marker(text).evaluate(target.variables) for text in markers]
    yield "names", len(names), lambda: [normalise(name) for name in names]
    yield "name table", len(names), lambda: _interned(names)
    yield "wheel names", len(wheels), lambda: [split_wheel(*each) for each in wheels]
    yield "wheel tags", len(tags), lambda: [target.tags.rank(text) for text in tags]
    yield "metadata files", len(texts.bodies), lambda: [parse_metadata(body) for body in texts.bodies]
    yield "summaries", len(listings), lambda: [summarise(each.name, each.files) for each in listings]
    yield "kept listings", len(kept), lambda: [read_listing_form(content) for content in kept]
    yield "verdicts", len(listings), lambda: _judged(listings, rules)
    for name, source, path in texts.sets:
        wanted = lines(path)
        yield f"resolve {name}", len(wanted), partial(solved, source, wanted)
        problem, outcome = solved(source, wanted)
        if isinstance(outcome, Unsolvable):
            yield f"explain {name}", len(wanted), partial(explain, problem, outcome.clause)


def _readable(texts: list[str]) -> Iterator[Requirement]:
    for text in texts:
        try:
            yield Requirement.repaired(text)
        except InvalidRequirement:
            continue


def _interned(names: list[str]) -> int:
    table = NameTable()
    for name in names:
        table.intern(name)
    return len(table)


def _judged(listings: list[Listing], rules: Rules) -> object:
    target = Environment.target("3.12", "linux")
    return [read_listing(each, target, rules).usable for each in listings]


def milliseconds(work: Callable[[], object]) -> float:
    """Return the least CPU time of several rounds."""
    times: list[float] = []
    gc.collect()
    while len(times) < 3 or (sum(times) < ENOUGH and len(times) < MOST):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1e3


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this section."""
    parser.add_argument("--json", type=Path, help="file to write the table to")


def run(options: Namespace) -> int:
    """Print a table, and write it as JSON where wanted."""
    folder = index_folder()
    if not (folder / "snapshot.py").is_file():
        print(f"There is no recorded index in {folder}.")
        return 2
    texts = Texts(folder)
    gc.disable()
    table: dict[str, float] = {}
    for name, count, work in parts(texts):
        table[name] = milliseconds(work)
        print(f"{name:32} {count:7} {table[name]:9.3f} ms", flush=True)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0
