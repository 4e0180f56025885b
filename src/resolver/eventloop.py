"""Running a coroutine to its end in an event loop of its own.

``asyncio.run`` waits for the threads of its executor, and so for a name lookup that nobody needs any more: a
deadline, or Ctrl-C, would have to wait for a name server that does not answer.

Importing this module imports asyncio.
"""

from __future__ import annotations

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import TypeVar

    Result = TypeVar("Result")

__all__ = ["run"]


def run(work: Coroutine[object, object, Result]) -> Result:
    """Return what ``work`` returns, or raise what it raises; what it leaves behind is cancelled.

    There must be no event loop running in this thread.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        try:
            _cancel_all(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()  # without waiting for threads


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
