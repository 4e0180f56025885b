"""The small parts, each beside what it stands in for: time, blocks made and bytes held for one value.

The first of each group is how it is done elsewhere or was done before, and the others are ours.  Values are
those of recorded packages where these are here, else of a universe made by dice.  Times are CPU nanoseconds a
value, the best of many rounds in turn, without the collector; blocks are those that Python's allocator was
asked for, where they can be counted (``hook``); bytes are those still held when all values have been made.
"""

from __future__ import annotations

import email.parser
import email.policy
import gc
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

from packaging.markers import Marker
from packaging.requirements import Requirement as PackagingRequirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version as PackagingVersion

from benchmarks.hook import Hook
from benchmarks.measuring import in_turn
from benchmarks.universe import Universe
from benchmarks.worlds import Recorded
from resolver.index.metadata import parse_metadata
from resolver.model.environment import Environment
from resolver.model.filenames import split_wheel
from resolver.model.names import NameTable, normalise
from resolver.model.release import Release
from resolver.model.requirement import Requirement
from resolver.model.specifiers import Specifiers
from resolver.model.version import Version, version_key

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from benchmarks.worlds import World

    #: Of each way its name and what makes all values.
    Ways = dict[str, Callable[[], object]]

__all__ = ["Sample", "add_options", "run"]

_MOST = 4000


class Sample:
    """Texts of an index: as many of each kind as are needed, in an order that says nothing."""

    def __init__(self, world: World) -> None:
        wheels: list[tuple[str, str]] = []
        texts: list[str] = []
        for name in world.names():
            wheels += [(each.filename, name) for each in world.files(name) if each.filename.endswith(".whl")]
        Random(1).shuffle(wheels)
        self.wheels = wheels[:_MOST]
        versions: list[str] = [split_wheel(filename, name)[0] for filename, name in self.wheels]
        self.versions = versions
        self.metadata = [
            text.encode()
            for filename, name in self.wheels[:500]
            if (text := world.metadata(name, filename)) is not None
        ]
        for body in self.metadata:
            texts += parse_metadata(body).requires_dist
        self.requirements = [text for text in texts if _is_plain(text)][:_MOST]
        self.names = [name for _, name in self.wheels]

    @classmethod
    def of(cls, options: Namespace) -> Sample:
        """Take it from the recorded packages that ``options`` name, if any."""
        return cls(Recorded(options.snapshot) if options.snapshot else Universe(300))


def _is_plain(text: str) -> bool:
    """Tell whether packaging can read ``text``, which it is stricter about."""
    try:
        PackagingRequirement(text)
    except ValueError:
        return False
    return True


def groups(sample: Sample) -> dict[str, tuple[int, Ways]]:
    """Return what is compared: how many values each way makes, and the ways."""
    versions, names = sample.versions, sample.names
    releases = [tuple(Version(text).release) for text in versions]
    parsed = [PackagingVersion(text) for text in versions]
    ours = [Version(text) for text in versions]
    keys = [version_key(text) for text in versions]
    rows = [Release.of(each) for each in releases]
    several = sorted(set(versions), key=version_key)
    several_keys, several_parsed = (
        [version_key(text) for text in several],
        list(map(PackagingVersion, several)),
    )
    requirements = list(dict.fromkeys(sample.requirements))
    specifiers = list(dict.fromkeys(str(PackagingRequirement(text).specifier) for text in requirements))
    sets = [SpecifierSet(text) for text in specifiers[:20]]
    markers = [str(found) for text in sample.requirements if (found := PackagingRequirement(text).marker)]
    made_markers = [Marker(text) for text in markers]
    environment = Environment.target("3.12", "linux")
    variables: dict[str, Any] = {**environment.variables, "extra": ""}
    reader = email.parser.BytesParser(policy=email.policy.compat32)
    memory: dict[str, bytes] = {}
    joined = "\n".join(versions)

    def remembered(text: str) -> bytes:
        key = memory.get(text)
        if key is None:
            key = memory[text] = version_key(text)
        return key

    def eager(names: Sequence[tuple[str, str]]) -> list[object]:
        return [parse_wheel_filename(filename) for filename, _ in names]

    return {
        "versions: read": (
            len(versions),
            {
                "packaging.Version": lambda: [PackagingVersion(text) for text in versions],
                "Version": lambda: [Version(text) for text in versions],
                "key": lambda: [version_key(text) for text in versions],
                "key, remembered by text": lambda: [remembered(text) for text in versions],
            },
        ),
        "versions: sort": (
            len(versions),
            {
                "packaging.Version": lambda: sorted(parsed),
                "Version": lambda: sorted(ours),
                "key": lambda: sorted(keys),
            },
        ),
        "releases: make": (
            len(releases),
            {
                "tuple": lambda: [
                    (*each,) if len(each) != 3 else (each[0], each[1], each[2]) for each in releases
                ],
                "Release1, 2, 3, N": lambda: [Release.of(each) for each in releases],
            },
        ),
        "releases: sort": (
            len(releases),
            {
                "tuple": lambda: sorted(releases),
                "Release1, 2, 3, N": lambda: sorted(rows),
                "key": lambda: sorted(keys),
            },
        ),
        "names: normal form": (
            len(names),
            {
                "packaging": lambda: [canonicalize_name(name) for name in names],
                "normalise": lambda: [normalise(name) for name in names],
                "id of the name table": lambda: _interned(names),
            },
        ),
        "version texts: take from a page": (
            len(versions),
            {
                "a string each": lambda: joined.split("\n"),
                "one string for equal ones": lambda: _shared(joined),
                "none, cut when asked for": lambda: joined,
            },
        ),
        "wheel names: read": (
            len(sample.wheels),
            {
                "packaging, all parts": lambda: eager(sample.wheels),
                "version and tags, unread": lambda: [split_wheel(*each) for each in sample.wheels],
            },
        ),
        "requirements: read": (
            len(requirements),
            {
                "packaging.Requirement": lambda: [PackagingRequirement(text) for text in requirements],
                "Requirement": lambda: [Requirement.parse(text) for text in requirements],
            },
        ),
        "markers: evaluate": (
            len(markers),
            {
                "packaging.Marker": lambda: [each.evaluate(variables) for each in made_markers],
                "Environment.holds": lambda: [environment.holds(text) for text in markers],
            },
        ),
        f"specifiers: which of {len(several)} versions": (
            len(sets),
            {
                "packaging.SpecifierSet": lambda: [list(each.filter(several_parsed, True)) for each in sets],
                "Specifiers.mask": lambda: [
                    Specifiers(text).mask(several_keys, several) for text in specifiers[:20]
                ],
            },
        ),
        "metadata: read": (
            len(sample.metadata),
            {
                "email.parser": lambda: [reader.parsebytes(body) for body in sample.metadata],
                "parse_metadata": lambda: [parse_metadata(body) for body in sample.metadata],
            },
        ),
    }


def _interned(names: Sequence[str]) -> list[int]:
    table = NameTable()
    return [table.intern(name) for name in names]


def _shared(joined: str) -> list[str]:
    known: dict[str, str] = {}
    return [known.setdefault(text, text) for text in joined.split("\n")]


def run(options: Namespace) -> dict[str, Any]:
    """Print and return a row for each way."""
    hook = Hook.compiled()
    found: dict[str, list[dict[str, Any]]] = {}
    for group, (count, ways) in groups(Sample.of(options)).items():
        times = in_turn(ways, enough=options.enough)
        found[group] = [
            {
                "way": way,
                "ns": round(times[way].least * 1e9 / count),
                "blocks": None if hook is None else round(hook.count(make).blocks / count, 2),
                "bytes": round(held(make) / count),
            }
            for way, make in ways.items()
        ]
        for row in found[group]:
            print(
                f"{group:36} {row['way']:28} {row['ns']:9} ns  {row['blocks']} blocks  {row['bytes']} bytes"
            )
    return {"rows": found}


def held(make: Callable[[], object]) -> int:
    """Return the bytes that the result of ``make`` holds; what it shares with others is not counted."""
    gc.collect()
    tracemalloc.start(1)
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        after = tracemalloc.get_traced_memory()[0]
        del made
    finally:
        tracemalloc.stop()
    return after - before


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--enough", type=float, default=0.3, help="seconds for each row")
