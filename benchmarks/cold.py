"""The command beside its peers with an empty cache, from an index that answers after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.commands import cold, opened, sets_of, tools_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["add_options", "run"]


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--tools", default="uv")
    parser.add_argument("--sets", default="", help="names of sets, if not all")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        sets = sets_of(world, options)
        return cold(bench, sets, tools_of(bench, options), options.rounds, latency=options.latency)
