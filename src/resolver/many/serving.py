"""A worker process: it takes lines, resolves them at a bench of its own and sends what becomes of them.

Messages are pairs of a kind and a content; they go over a pipe between processes of one program, and nobody
else can write into it.  What the other side does with them is in ``workers``.
"""

from __future__ import annotations

from resolver.channels import Channels
from resolver.errors import ResolverError
from resolver.many.bench import Bench
from resolver.session import building_of
from resolver.sources import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from resolver.many.lines import Setup
    from resolver.many.outcomes import Outcome

__all__ = ["OUTCOME", "READY", "REFUSED", "TAKEN", "WARNING", "serve"]

READY, REFUSED, TAKEN, WARNING, OUTCOME = "ready", "refused", "taken", "warning", "outcome"
# Lines can be sent; why they cannot; lines have come; a sentence; an outcome, with what the process took.


def serve(connection: Connection, setup: Setup) -> None:
    """Resolve the lists of lines that come, until None comes or the other side goes away."""

    def send(kind: str, content: object) -> None:
        connection.send((kind, content))

    def done(outcome: Outcome) -> None:
        send(OUTCOME, (outcome, bench.usage()))

    try:
        try:
            building = building_of(setup.options)
            channels = Channels(warn=lambda said: send(WARNING, said))
            opened = open_source(setup.options, channels=channels, building=building)
        except ResolverError as error:
            send(REFUSED, error)
            return
        bench = Bench(setup, opened)
        send(READY, None)
        while (lines := connection.recv()) is not None:
            send(TAKEN, None)
            bench.work(iter(lines), done)
        bench.save()
    except (EOFError, OSError):
        return  # who wanted the outcomes has gone
