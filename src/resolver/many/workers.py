"""Resolving lines in several processes of this machine.

A worker is given some lines at a time, and sends each outcome when it is there (``serving``).  A worker that
dies is replaced, and what it had not answered is given to others, from then on one line at a time: so it is
known which line it is with which workers die.  A line that takes ``_LIVES`` workers with it is reported as
that, and the others go on.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from resolver.errors import InternalError
from resolver.many.ledger import Supply
from resolver.many.outcomes import FAILED, Outcome
from resolver.many.serving import OUTCOME, READY, REFUSED, TAKEN, WARNING, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnContext, SpawnProcess

    from resolver.many.ledger import Ledger
    from resolver.many.lines import Line, Setup
    from resolver.many.outcomes import Usage

__all__ = ["Pool"]

_LIVES = 2  # workers that die with one line, and it alone, before it is given up
_STILLBORN = 3  # workers that die in a row before they take a line, before all is given up
_PATIENCE = 5.0  # seconds that a worker may take to keep what it has learnt
_LAST_BREATH = 1.0  # seconds between the end of what a process says and its own
_BUG = 70


class _Worker:
    """One process, the lines that it has not answered yet, and whether it is ready for some.

    ``taken`` says whether the lines have come to it: who was dead before has not died of them.
    """

    __slots__ = ("connection", "left", "name", "process", "ready", "taken")

    def __init__(self, name: str, process: SpawnProcess, connection: Connection) -> None:
        self.name = name
        self.process = process
        self.connection = connection
        self.left: dict[int, Line] = {}
        self.ready = False
        self.taken = False


class Pool:
    """Resolves with ``count`` processes what ``ledger`` wants.

    ``note_usage`` gets what each process took, by its name, ``warn`` sentences, each once.
    """

    def __init__(
        self,
        setup: Setup,
        count: int,
        ledger: Ledger,
        *,
        note_usage: Callable[[str, Usage], None],
        warn: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._count = count
        self._ledger = ledger
        self._note_usage = note_usage
        self._warn = warn
        self._warned: set[str] = set()
        self._workers: list[_Worker] = []
        self._suspects: deque[Line] = deque()
        self._deaths: dict[int, int] = {}
        self._born = 0
        self._stillborn = 0

    def run(self, total: int) -> None:
        """Resolve all ``total`` lines; whatever ends it ends the workers."""
        from multiprocessing import get_context  # noqa: PLC0415  # lazy: only here
        from multiprocessing.connection import wait  # noqa: PLC0415  # the same

        context = get_context("spawn")
        supply = Supply(self._ledger.lines(), total)
        try:
            while not self._ledger.over:
                while len(self._workers) < min(self._count, max(total, 1)):
                    self._workers.append(self._start(context))
                for worker in self._workers:
                    if worker.ready and not worker.left:
                        self._give(worker, supply)
                for connection in wait([worker.connection for worker in self._workers]):
                    worker = next(each for each in self._workers if each.connection is connection)
                    self._hear(worker)
            self._bid_farewell()
        finally:
            for worker in self._workers:
                _end(worker)

    def _bid_farewell(self) -> None:
        """Let those that have nothing left to do keep what they have learnt."""
        for worker in self._workers:
            if worker.ready and not worker.left:
                with suppress(OSError):
                    worker.connection.send(None)
                worker.process.join(_PATIENCE)

    def _start(self, context: SpawnContext) -> _Worker:
        self._born += 1
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._setup), daemon=True)
        with _Undisturbed():
            process.start()
        theirs.close()
        return _Worker(f"worker {self._born}", process, ours)

    def _give(self, worker: _Worker, supply: Supply) -> None:
        """Give a worker what is to be done next, if there is anything left."""
        chunk: list[Line] = []
        while self._suspects and not chunk:
            suspect = self._suspects.popleft()
            if self._ledger.wants(suspect):
                chunk.append(suspect)
        chunk = chunk or supply.take(self._setup.jobs, self._count)
        worker.left = {line.number: line for line in chunk}
        worker.taken = False
        if chunk:
            with suppress(OSError):  # it has died, as will be heard
                worker.connection.send(chunk)

    def _hear(self, worker: _Worker) -> None:
        """Take in one message, or the silence of a worker that died."""
        try:
            kind, content = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if kind == OUTCOME:
            outcome, usage = content
            self._note_usage(worker.name, usage)
            worker.left.pop(outcome.number, None)
            self._ledger.add(outcome)
        elif kind == READY:
            worker.ready = True
        elif kind == TAKEN:
            worker.taken = True
            self._stillborn = 0
        elif kind == REFUSED:
            raise content
        elif kind == WARNING and content not in self._warned:
            self._warned.add(content)
            self._warn(content)

    def _bury(self, worker: _Worker) -> None:
        """Put aside a worker that died, and have done what it leaves undone."""
        worker.process.join(_LAST_BREATH)
        _end(worker)
        self._workers.remove(worker)
        if not worker.ready or (worker.left and not worker.taken):
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise InternalError(
                    f"{_STILLBORN} worker processes in a row died as they began (the last {_how(worker)})"
                )
        if worker.taken and len(worker.left) == 1:
            [line] = worker.left.values()
            self._deaths[line.number] = self._deaths.get(line.number, 0) + 1
            if self._deaths[line.number] >= _LIVES:
                self._ledger.add(_deadly(line, worker))
                return
        self._suspects += worker.left.values()


class _Undisturbed:
    """While it is entered, signals wait, and a process that is started then never gets SIGINT.

    Ctrl-C goes to all processes of a terminal; workers are ended by who started them, without a word.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        import signal  # noqa: PLC0415  # loaded by now

        self._before: set[int] | None = None
        if hasattr(signal, "pthread_sigmask"):  # not on Windows
            from multiprocessing.resource_tracker import ensure_running  # noqa: PLC0415  # lazy: only here

            ensure_running()  # else ``start`` would do it, and let signals through again
            self._before = set(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}))

    def __exit__(self, *_: object) -> None:
        import signal  # noqa: PLC0415  # loaded by now

        if self._before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def _end(worker: _Worker) -> None:
    """End a process at once; what it had begun to write into the cache is no record yet."""
    worker.process.kill()
    worker.process.join()
    worker.connection.close()


def _how(worker: _Worker) -> str:
    """Return how a worker ended, in words."""
    code = worker.process.exitcode or 0
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"


def _deadly(line: Line, worker: _Worker) -> Outcome:
    said = f"{_LIVES} worker processes died while they resolved this line alone (the last {_how(worker)})."
    return Outcome(line, FAILED, exit_code=_BUG, said=said)
