"""What small problems take, in counts that do not depend on the machine; more of them is a regression.

    python -m benchmarks counts [--update]

Counted are what the solver does (decisions, conflicts, narrowings, clauses learned, candidates tried) and
what an index is asked for (listings, metadata files), which are the same everywhere; and calls of Python
functions, blocks of memory asked for, and blocks held at the end, which are the same for a minor version of
Python.  ``counts.json`` has what is expected.  Problems: instances of the solver, the scenarios of the tests,
the recording in ``fixtures``, and a universe made by dice.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT, instances
from benchmarks.hook import Hook
from benchmarks.universe import Universe
from resolver.channels import Channels
from resolver.errors import NoSolution, ResolverError
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata, parse_metadata
from resolver.index.replay import ReplaySource
from resolver.model.distfile import DistFile
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.session import solve
from resolver.solver import engine
from resolver.solver.engine import Solver

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Mapping

    from resolver.index.source import Source

    Counts = dict[str, dict[str, int]]

__all__ = ["EXPECTED", "add_options", "counted", "differences", "run"]

EXPECTED = Path(__file__).with_name("counts.json")
"""What is expected: ``everywhere``, and by minor version of Python."""

#: By how much a count may grow before that is a regression; what depends on Python's own code a bit more.
ALLOWED, ALLOWED_OF_PYTHON = 0.01, 0.05

#: Compiled functions are not seen by the profiler, and make other objects.
_IS_COMPILED = not engine.__file__.endswith(".py")

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_OPTIONS = Options(python_version="3.12", python_platform="linux", no_fixes=True)


class MadeSource:
    """A universe as a source; counts what is asked for."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self.listings = 0
        self.files = 0

    def listing_now(self, name: str) -> Listing:
        """Return the listing of a package."""
        self.listings += 1
        files = [
            DistFile(
                file.filename,
                f"https://index.example/{file.filename}",
                requires_python=file.requires_python,
                upload_time=file.upload_time,
                core_metadata=file.filename.endswith(".whl"),
            )
            for file in self._universe.files(name)
        ]
        return Listing(name, files, absent=not files)

    def metadata_now(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of a wheel."""
        self.files += 1
        text = self._universe.metadata(name, file.filename)
        assert text is not None
        return parse_metadata(text.encode())

    async def listing(self, name: str) -> Listing:
        """Return the listing of a package."""
        return self.listing_now(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of a wheel."""
        return self.metadata_now(name, file)

    async def close(self) -> None:
        """Hold nothing."""


class Counted:
    """A source that counts what another is asked for."""

    def __init__(self, inner: Source) -> None:
        self._inner = inner
        self.listings = 0
        self.files = 0

    def listing_now(self, name: str) -> Listing | None:
        """Pass the question on."""
        self.listings += 1
        return self._inner.listing_now(name)

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Pass the question on."""
        self.files += 1
        return self._inner.metadata_now(name, file)

    async def listing(self, name: str) -> Listing:
        """Pass the question on."""
        return await self._inner.listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Pass the question on."""
        return await self._inner.metadata(name, file)

    async def close(self) -> None:
        """Let go of what the other holds."""
        await self._inner.close()


def _solver(instance: instances.Instance) -> Callable[[], tuple[object, dict[str, int]]]:
    served = instances.Served(instance)

    def work() -> tuple[object, dict[str, int]]:
        solver = Solver(served)
        solver.advance()
        count = solver.statistics
        return solver, {
            "candidates": count.tried,
            "clauses": count.learned,
            "conflicts": count.conflicts,
            "decisions": count.decisions,
            "narrowings": count.derivations,
        }

    return work


def _resolution(
    lines: list[str], made: Callable[[], Counted | MadeSource], options: Options
) -> Callable[[], tuple[object, dict[str, int]]]:
    """Return a resolution to be counted; its source is new each time."""

    def work() -> tuple[object, dict[str, int]]:
        source = made()
        requirements = [Requirement.parse(line) for line in lines]
        constraints = [Requirement.parse(line) for line in options.constraints]
        found: Any
        try:
            found = solve(requirements, constraints, options, Channels(source=source))
            count = found.statistics
        except NoSolution as error:
            found, count = error, error.statistics
        asked = {"listings": source.listings, "metadata": source.files}
        return found, {
            **asked,
            "candidates": count.candidates,
            "conflicts": count.conflicts,
            "decisions": count.decisions,
        }

    return work


def problems() -> Iterator[tuple[str, Callable[[], tuple[object, dict[str, int]]]]]:
    """Yield what is counted, by name."""
    for instance in (
        instances.pair(50),
        instances.chain(100, 20),
        instances.pigeons(6, 5),
        instances.sudoku("easy", instances.EASY),
        instances.layers(100, 100, 4, 1),
        instances.sat3(30, 4.2, 1),
        instances.lockstep(3, 60, 50),
        instances.decoys(20, 30),
    ):
        yield instance.name, _solver(instance)
    lines = (ROOT / "fixtures" / "requirements" / "tools.txt").read_text(encoding="utf-8").splitlines()
    tools = [line.partition("#")[0].strip() for line in lines]
    recording = str(ROOT / "fixtures" / "recordings" / "tools")
    yield (
        "tools",
        _resolution([line for line in tools if line], lambda: Counted(ReplaySource(recording)), _OPTIONS),
    )
    for count in (30, 300):
        universe = Universe(300)
        name = f"universe-{count}"
        yield name, _resolution(universe.roots(count), lambda made=universe: MadeSource(made), _OPTIONS)  # type: ignore[misc]  # bound at once
    for path in sorted((ROOT / "fixtures" / "scenarios").glob("*.toml")):
        yield f"scenario {path.stem}", _scenario(tomllib.loads(path.read_text(encoding="utf-8")))


def _scenario(told: Mapping[str, Any]) -> Callable[[], tuple[object, dict[str, int]]]:
    from support.memory import MemorySource  # noqa: PLC0415  # wants the tests' packages

    options = Options(
        **{
            "python_version": "3.12",
            "python_platform": "linux",
            "no_fixes": True,
            **told.get("options", {}),
            "constraints": tuple(told.get("constraints", ())),
        }
    )
    packages = told["packages"]
    return _resolution(told["requirements"], lambda: Counted(MemorySource(packages)), options)


def counted(hook: Hook | None) -> tuple[Counts, Counts]:
    """Count all problems: what is the same everywhere, and what is for this version of Python."""
    everywhere: Counts = {}
    here: Counts = {}
    was_on = gc.isenabled()
    gc.disable()
    try:
        for name, work in problems():
            try:
                _, everywhere[name] = work()  # so that what is imported and remembered is there
            except ResolverError:
                continue  # a scenario about an error
            if not name.startswith("scenario ") and not _IS_COMPILED:
                here[name] = _counts_of_python(work, hook)
    finally:
        if was_on:
            gc.enable()
    return everywhere, here


def _counts_of_python(work: Callable[[], object], hook: Hook | None) -> dict[str, int]:
    gc.collect()
    before = sys.getallocatedblocks()
    held = work()
    found = {"blocks held": sys.getallocatedblocks() - before}
    del held
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    found["calls"] = calls
    if hook is not None:
        found["blocks made"] = hook.count(work).blocks
    return found


def differences(expected: Counts, found: Counts, allowed: float) -> tuple[list[str], bool]:
    """Return a line for each count that differs, and whether one has grown by more than is allowed.

    What is in one of the two only is no growth.
    """
    lines = []
    is_worse = False
    for name in found:
        for what, count in found[name].items():
            before = expected.get(name, {}).get(what)
            if before is None or before == count:
                continue
            has_grown = count > before * (1 + allowed)
            is_worse |= has_grown
            change = f"{count / before - 1:+.1%}" if before else "new"
            lines.append(f"{name}: {what} {before} -> {count} ({change}){'  MORE' if has_grown else ''}")
    return lines, is_worse


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--update", action="store_true", help="expect from now on what is counted now")
    parser.add_argument("--expected", type=Path, default=EXPECTED, help="the file of what is expected")


def run(options: Namespace) -> int:
    """Compare with what is expected, or write that; return the exit status."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets may decide how often something is called.
        environ = {**os.environ, "PYTHONHASHSEED": "0"}
        words = ["--update"] if options.update else []
        command = [sys.executable, "-m", "benchmarks", "counts", "--expected", str(options.expected), *words]
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    everywhere, here = counted(Hook.compiled())
    told: dict[str, Any] = {}
    if options.expected.is_file():
        told = json.loads(options.expected.read_text(encoding="utf-8"))
    if options.update:
        told = {**told, "everywhere": everywhere, _VERSION: {**told.get(_VERSION, {}), **here}}
        text = json.dumps(told, indent=1, sort_keys=True)
        options.expected.write_text(f"{text}\n", encoding="utf-8")
        return 0
    lines, is_worse = differences(told.get("everywhere", {}), everywhere, ALLOWED)
    of_python, is_worse_here = differences(told.get(_VERSION, {}), here, ALLOWED_OF_PYTHON)
    new = sorted(everywhere.keys() - told.get("everywhere", {}).keys())
    lines += of_python + ([f"not expected yet: {', '.join(new)}"] if new else [])
    print(*lines, f"{len(everywhere)} problems counted", sep="\n")
    return int(is_worse or is_worse_here)
