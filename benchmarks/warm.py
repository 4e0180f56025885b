"""The command beside its peers with a full cache, and the library from the second resolution on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.commands import opened, sets_of, tools_of, warm

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["add_options", "run"]


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--tools", default="uv,nab")
    parser.add_argument("--sets", default="", help="names of sets, if not all")


def run(options: Namespace) -> dict[str, Any]:
    """Measure."""
    with opened(options) as (bench, world):
        return warm(bench, sets_of(world, options), tools_of(bench, options), options.rounds)
