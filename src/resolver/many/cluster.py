"""Resolving lines on an existing cluster of dask's.

The cluster brings its own workers, on which this package is installed; lines go to them some at a time, and
come back with what became of them.  dask itself runs again what a dead worker had under way, until it takes
a task for the killer of its workers; such lines are run again one at a time, so that it is known which.

``distributed`` is an extra, imported here and nowhere else, and so untyped: what is used of it is declared.
"""

from __future__ import annotations

import os
from threading import Lock

from resolver.errors import InputError, ResolverError
from resolver.many.bench import Bench
from resolver.many.ledger import Supply
from resolver.many.outcomes import FAILED, Outcome
from resolver.options import redacted
from resolver.session import building_of
from resolver.sources import open_source, trusted_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import ModuleType
    from typing import Protocol

    from resolver.many.ledger import Ledger
    from resolver.many.lines import Line, Setup
    from resolver.many.outcomes import Usage
    from resolver.options import Options

    class Future(Protocol):
        """Of a task."""

        key: str
        status: str

        def result(self) -> tuple[list[Outcome], str, Usage]:
            """Return what ``_resolved`` did."""

        def exception(self) -> BaseException:
            """Return what it raised."""

    class Completed(Protocol):
        """Futures, as their tasks end."""

        def __iter__(self) -> Iterator[Future]:
            """Wait for the next one."""

        def add(self, future: Future) -> None:
            """Wait for this one too."""

    class Client(Protocol):
        """A connection to a cluster."""

        loop: object

        def submit(self, function: Callable[..., object], *given: object, pure: bool) -> Future:
            """Have a function called."""

        def nthreads(self) -> Mapping[str, int]:
            """Return the workers."""

        def wait_for_workers(self, n_workers: int, timeout: float) -> None:
            """Wait until there are so many."""

        def cancel(self, futures: Sequence[Future]) -> None:
            """Have tasks not done, or not gone on with."""

        def close(self, timeout: float) -> None:
            """Let go."""


__all__ = ["ClusterUnavailable", "Place", "run_on_cluster", "settled"]

_BUG = 70
_FAREWELL = 2.0  # seconds that letting go may take


class ClusterUnavailable(ResolverError):
    """The cluster cannot be reached, or cannot do the work."""

    exit_code = 3


class Place:
    """What a process of the cluster keeps between its tasks: a bench, which is made there and stays there."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._bench: Bench | None = None
        self._free = Lock()

    def __reduce__(self) -> tuple[type[Place], tuple[Setup]]:
        return Place, (self._setup,)

    def resolved(self, lines: Sequence[Line]) -> tuple[list[Outcome], str, Usage]:
        """Return what becomes of ``lines``, the name of the process, and what it took so far.

        Threads of one process take turns: what a bench has read is not for several at a time.
        """
        with self._free:
            if self._bench is None:
                options = self._setup.options
                self._bench = Bench(self._setup, open_source(options, building=building_of(options)))
            outcomes: list[Outcome] = []
            self._bench.work(iter(lines), outcomes.append)
            return outcomes, _this_process(), self._bench.usage()


def _this_process() -> str:
    from socket import gethostname  # noqa: PLC0415  # loaded by now

    return f"{gethostname()}, process {os.getpid()}"


def _resolved(place: Place, lines: Sequence[Line]) -> tuple[list[Outcome], str, Usage]:
    return place.resolved(lines)


def settled(options: Options, warn: Callable[[str], None]) -> Options:
    """Return ``options`` with the indexes of this machine named: others may be configured otherwise."""
    from resolver.index import configuring  # noqa: PLC0415  # lazy: only here

    return configuring.settled(options, os.environ, trusted_directory(options), warn)


def run_on_cluster(
    setup: Setup,
    address: str,
    ledger: Ledger,
    total: int,
    *,
    note_usage: Callable[[str, Usage], None],
) -> None:
    """Resolve the ``total`` lines that ``ledger`` wants on the cluster at ``address``.

    Raises ``InputError`` where ``distributed`` is not installed, ``ClusterUnavailable`` where the cluster
    does not answer, or has no worker, within the timeout of the options.
    """
    distributed = _distributed()
    client = _connected(distributed, address, setup.options.timeout)
    work = _Work(client, distributed, ledger, note_usage)
    try:
        work.begin(setup, total)
        work.finish()
    finally:
        work.stop()
        client.close(timeout=_FAREWELL)


def _distributed() -> ModuleType:
    from importlib import import_module  # noqa: PLC0415  # loaded by now

    try:
        return import_module("distributed")
    except ImportError as error:
        raise InputError(
            "--dask needs the package distributed, which is not installed: install pubgrub-resolver[dask]"
        ) from error


def _connected(distributed: ModuleType, address: str, timeout: float) -> Client:
    place = redacted(address)
    try:
        client: Client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = f" ({error})" if str(error) else ""
        raise ClusterUnavailable(f"the cluster at {place} cannot be reached{reason}") from error
    try:
        client.wait_for_workers(1, timeout=timeout)
    except OSError as error:
        client.close(timeout=_FAREWELL)
        raise ClusterUnavailable(f"the cluster at {place} has no workers") from error
    return client


class _Work:
    """The tasks that are under way, and the lines of each."""

    def __init__(
        self,
        client: Client,
        distributed: ModuleType,
        ledger: Ledger,
        note_usage: Callable[[str, Usage], None],
    ) -> None:
        self._client = client
        self._distributed = distributed
        self._ledger = ledger
        self._note_usage = note_usage
        self._place: Future | None = None
        self._running: dict[str, tuple[Future, list[Line]]] = {}

    def begin(self, setup: Setup, total: int) -> None:
        """Hand in all lines."""
        self._place = self._client.submit(Place, setup, pure=False)
        supply = Supply(self._ledger.lines(), total)
        workers = max(len(self._client.nthreads()), 1)
        while chunk := supply.take(setup.jobs, workers):
            self._submit(chunk)

    def finish(self) -> None:
        """Take in what comes back until nothing more is wanted."""
        futures = [future for future, _ in self._running.values()]
        completed: Completed = self._distributed.as_completed(futures, loop=self._client.loop)
        for future in completed:
            for again in self._take(future):
                completed.add(self._submit([again]))
            if self._ledger.over:
                return

    def stop(self) -> None:
        """Have nothing more done."""
        left = [future for future, _ in self._running.values()]
        if self._place is not None:
            left.append(self._place)
        if left:
            self._client.cancel(left)

    def _submit(self, lines: list[Line]) -> Future:
        future = self._client.submit(_resolved, self._place, lines, pure=False)
        self._running[future.key] = (future, lines)
        return future

    def _take(self, future: Future) -> Iterable[Line]:
        """Take in what one task did; return the lines that are to be run again."""
        _, lines = self._running.pop(future.key)
        if future.status == "finished":
            outcomes, process, usage = future.result()
            self._note_usage(process, usage)
            for outcome in outcomes:
                self._ledger.add(outcome)
            return ()
        if future.status != "error":
            raise ClusterUnavailable("the cluster has gone away, or has dropped what it was given")
        error = future.exception()
        if isinstance(error, ResolverError):
            raise error
        if not isinstance(error, self._distributed.KilledWorker):
            raise ClusterUnavailable(
                f"the cluster cannot do the work ({type(error).__name__}: {error}); is this package, in this"
                " version, installed on its workers?"
            )
        if len(lines) > 1:
            return [line for line in lines if self._ledger.wants(line)]
        said = "workers of the cluster died again and again while they resolved this line alone."
        self._ledger.add(Outcome(lines[0], FAILED, exit_code=_BUG, said=said))
        return ()
