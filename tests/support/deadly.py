"""Workers that die: what a process of ``resolve-many`` runs in tests that must see one end.

A line that requires ``deadly`` kills whoever resolves it, one that requires ``fragile`` the first one only.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.many.bench import Bench
from resolver.many.serving import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from resolver.many.lines import Line, Setup
    from resolver.many.outcomes import Outcome

__all__ = ["die_at_once", "die_of_some_lines"]


def die_at_once(connection: Connection, setup: Setup) -> None:
    """Do not even begin."""
    del connection, setup
    sys.exit(9)


def die_of_some_lines(connection: Connection, setup: Setup) -> None:
    """Do what a worker does, until a line comes that it dies of; ``setup.options.cache_dir`` remembers."""
    work = Bench.work
    mark = Path(setup.options.cache_dir or "") / "fragile was here"

    def dying(lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            name = line.requirement.name
            if name == "deadly" or (name == "fragile" and not mark.exists()):
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield line

    def deadly(
        bench: Bench,
        lines: Iterator[Line],
        done: Callable[[Outcome], None],
        wants: Callable[[Line], bool] = lambda _: True,
    ) -> None:
        work(bench, dying(lines), done, wants)

    Bench.work = deadly  # type: ignore[method-assign,assignment]  # this process is for nothing else
    serve(connection, setup)
