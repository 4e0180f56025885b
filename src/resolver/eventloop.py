"""Running a coroutine to its end in an event loop of its own.

``asyncio.run`` waits for the threads of its executor, and so for a name lookup that nobody needs any more: a
deadline, or Ctrl-C, would have to wait for a name server that does not answer.

Importing this module imports asyncio.
"""

from __future__ import annotations

import asyncio

from resolver import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import TypeVar

    Result = TypeVar("Result")

__all__ = ["run"]

_ROUNDS = 100  # of winding up: more than anybody who waits for each other needs


def run(work: Coroutine[object, object, Result]) -> Result:
    """Return what ``work`` returns, or raise what it raises; what it leaves behind is cancelled.

    There must be no event loop running in this thread.
    """
    signals.watch()
    loop = asyncio.new_event_loop()
    # asyncio would write tracebacks to stderr; what matters comes up in who waits for it as well.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        return loop.run_until_complete(work)
    finally:
        try:
            _cancel_all(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(asyncio.sleep(0))  # connections that were dropped are closed now
        finally:
            loop.close()  # without waiting for threads


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    cancelled: set[asyncio.Task[object]] = set()
    for _ in range(_ROUNDS):
        tasks = asyncio.all_tasks(loop)
        if not tasks:
            return
        for task in tasks - cancelled:
            task.cancel()
        cancelled |= tasks
        try:
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        except (KeyboardInterrupt, SystemExit):
            continue  # what ended one task comes up again in each that has waited for it
