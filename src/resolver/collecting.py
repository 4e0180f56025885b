"""Looking for garbage less often while a resolution makes many values that stay.

CPython's collector looks at all young values after 700 new ones; a resolution makes hundreds of thousands and
hardly any cycle, and took up to twice as long for it.  So the threshold is raised while one runs, and what
whoever calls us had set is restored behind the last of those that run at a time.
"""

from __future__ import annotations

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Result = TypeVar("Result")

__all__ = ["sparing"]

_THRESHOLD = 50_000

_running = 0
_before = 0


def sparing(work: Callable[[], Result]) -> Result:
    """Return what ``work`` returns, with garbage looked for less often meanwhile."""
    _begin()
    try:
        return work()
    finally:
        _end()


def _begin() -> None:
    global _running, _before  # noqa: PLW0603  # as the setting is the process's
    young, *older = gc.get_threshold()
    if not _running:
        _before = young
    _running += 1
    if 0 < young < _THRESHOLD:
        gc.set_threshold(_THRESHOLD, *older)


def _end() -> None:
    global _running  # noqa: PLW0603  # the same
    _running -= 1
    young, *older = gc.get_threshold()
    if not _running and young == _THRESHOLD:  # else somebody else has set it meanwhile
        gc.set_threshold(_before, *older)
