"""Each package of the index alone, from a full cache: by ours in one process, by others in one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.commands import many, opened, tools_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["add_options", "run"]


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--limit", type=int, help="the first so many packages")
    parser.add_argument("--tools", default="uv")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        return many(bench, world.names()[: options.limit], tools_of(bench, options))
