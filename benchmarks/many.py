"""Each package of the index alone, from a full cache: by ours in one process, by others in one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.commands import many, opened

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["add_options", "run"]


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--limit", type=int, help="the first so many packages")
    parser.add_argument("--tools", default="uv", help="tools, a process a package; ``resolver`` is one too")
    parser.add_argument("--rounds", type=int, default=7, help="of ours in one process")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        tools = [tool for tool in options.tools.split(",") if bench.can(tool)]
        return many(bench, world.names()[: options.limit], tools, options.rounds)
