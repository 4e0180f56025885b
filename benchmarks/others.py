"""The command beside installers written in Python, with full caches, on sets that all can resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.commands import opened, sets_of, tools_of, warm

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["add_options", "run"]


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tools", default="pip,pip-compile,pdm,poetry")
    parser.add_argument("--sets", default="small,web,data", help="names of sets")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        return warm(bench, sets_of(world, options), tools_of(bench, options), options.rounds)
