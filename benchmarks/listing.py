"""From the page of a package to its candidates: as it was sent, as the cache keeps it, and eagerly elsewhere.

Pages are the largest of the index.  Time is CPU nanoseconds a file, blocks and bytes held are a file's share,
as in ``micro``.  "Eagerly" is what a tool does that reads all parts of all names at once, with packaging.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from benchmarks.hook import Hook
from benchmarks.measuring import in_turn
from benchmarks.micro import held
from benchmarks.server import Index
from benchmarks.universe import Universe
from benchmarks.worlds import Recorded
from resolver.catalog import read_listing
from resolver.index.listing_form import read_listing_form, write_listing_form
from resolver.index.simple import parse_json
from resolver.model.environment import Environment
from resolver.rules import Rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from benchmarks.worlds import World

__all__ = ["add_options", "run"]

_URL = "http://127.0.0.1/simple/"


def ways(world: World, most: int) -> tuple[int, int, dict[str, Callable[[], object]]]:
    """Return how many files and versions there are, and the ways."""
    names = sorted(world.names(), key=lambda name: (-len(world.files(name)), name))[:most]
    index = Index(world, "http://127.0.0.1")
    pages = {name: index.body(name) for name in names}
    made = {name: parse_json(page, url=_URL, package=name) for name, page in pages.items()}
    kept = [write_listing_form(listing) for listing in made.values()]
    listings = [read_listing_form(body) for body in kept]
    environment = Environment.target("3.12", "linux")
    rules = Rules()

    def rank_all() -> object:
        return [read_listing(listing, environment, rules) for listing in listings]

    files = sum(len(world.files(name)) for name in names)
    versions = sum(len(listing.summary.keys) for listing in listings)
    return (
        files,
        versions,
        {
            "page: eagerly, json and packaging": lambda: [_eager(page) for page in pages.values()],
            "page: files": lambda: [parse_json(page, url=_URL, package=name) for name, page in pages.items()],
            "page: files and summary": lambda: [_summed(name, page) for name, page in pages.items()],
            "page: write what is kept": lambda: [write_listing_form(listing) for listing in made.values()],
            "kept: read": lambda: [read_listing_form(body) for body in kept],
            "kept: candidates for a target": rank_all,
        },
    )


def _summed(name: str, page: bytes) -> object:
    listing = parse_json(page, url=_URL, package=name)
    return listing, listing.summary


def _eager(page: bytes) -> list[object]:
    found: list[object] = []
    for file in json.loads(page)["files"]:
        name = file["filename"]
        try:
            parts = parse_wheel_filename(name) if name.endswith(".whl") else parse_sdist_filename(name)
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            continue
        found.append((file, parts))
    return found


def run(options: Namespace) -> dict[str, Any]:
    """Print and return a row for each way."""
    world: World = Recorded(options.snapshot) if options.snapshot else Universe(300)
    hook = Hook.compiled()
    files, versions, made = ways(world, options.pages)
    times = in_turn(made, enough=0.5, most=40)
    rows = [
        {
            "way": way,
            "ns": round(times[way].least * 1e9 / files),
            "blocks": None if hook is None else round(hook.count(make).blocks / files, 2),
            "bytes": round(held(make) / files),
        }
        for way, make in made.items()
    ]
    for row in rows:
        print(f"{row['way']:36} {row['ns']:8} ns  {row['blocks']} blocks  {row['bytes']} bytes a file")
    return {"pages": options.pages, "files": files, "versions": versions, "rows": rows}


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--pages", type=int, default=40, help="the largest so many pages")
