"""Whoever interrupts a search is heard soon, in a compiled build too.

Compiled loops hear of no signal, but each decision asks the problem, which is Python.
"""

from __future__ import annotations

import gc
import signal
import sys
import time
from typing import TYPE_CHECKING, Never

import pytest

from benchmarks import instances
from resolver.solver.engine import Solver

if TYPE_CHECKING:
    from types import FrameType

_WAIT, _SOON = 0.2, 0.5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_search_ends_soon_after_it_is_interrupted() -> None:
    """Twelve pigeons in eleven holes take hours; the exception of the handler ends that, and comes out."""
    solver = Solver(instances.Served(instances.pigeons(12, 11)))

    def interrupt(_number: int, _frame: FrameType | None) -> Never:
        raise KeyboardInterrupt

    # What others have called at each collection (hypothesis does) cannot let an exception pass.
    collecting = gc.isenabled()
    gc.disable()
    before = signal.signal(signal.SIGALRM, interrupt)
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, _WAIT)
    try:
        with pytest.raises(KeyboardInterrupt):
            solver.advance()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if collecting:
            gc.enable()
    assert _WAIT <= time.perf_counter() - start < _WAIT + _SOON
