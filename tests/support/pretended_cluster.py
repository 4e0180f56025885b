"""What ``many.cluster`` uses of the package ``distributed``, done in this process: a cluster of one's own."""

from __future__ import annotations

import pickle
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resolver.many.lines import Line

__all__ = ["Future", "KilledWorker", "PretendedCluster"]


class KilledWorker(Exception):
    """Workers died while they did a task."""


class Future:
    """A task that was done when it was handed in."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.status = "finished"
        self.value: Any = None
        self.error: BaseException = AssertionError("there was no error")

    def result(self) -> Any:
        """Return what the task returned."""
        assert self.status == "finished"
        return self.value

    def exception(self) -> BaseException:
        """Return what it raised."""
        assert self.status == "error"
        return self.error


class PretendedCluster(ModuleType):
    """The module; its settings say what goes wrong.

    ``unreachable`` and ``idle`` are errors of connecting and of waiting for workers; ``failure`` is raised by
    each task; a task with a line that requires ``deadly`` dies; after ``lost`` tasks the cluster is gone.
    """

    KilledWorker = KilledWorker

    def __init__(self) -> None:
        super().__init__("distributed")
        self.unreachable: Exception | None = None
        self.idle: Exception | None = None
        self.failure: Exception | None = None
        self.lost: int | None = None
        self.tasks = 0
        self.cancelled: list[str] = []
        self.closed = 0
        self.arguments: tuple[Any, ...] = ()

    def Client(self, address: str, **options: Any) -> _Client:  # noqa: N802  # distributed's name
        """Connect."""
        self.arguments = (address, options)
        if self.unreachable is not None:
            raise self.unreachable
        return _Client(self)

    def as_completed(self, futures: Sequence[Future], *, loop: object) -> _Completed:
        """Return futures as they are done: here the last one first."""
        assert loop == "a loop"
        return _Completed(list(futures))


class _Completed:
    def __init__(self, futures: list[Future]) -> None:
        self._futures = futures

    def __iter__(self) -> Iterator[Future]:
        while self._futures:
            yield self._futures.pop()

    def add(self, future: Future) -> None:
        self._futures.append(future)


class _Client:
    loop = "a loop"

    def __init__(self, cluster: PretendedCluster) -> None:
        self._cluster = cluster

    def submit(self, function: Callable[..., object], *given: object, pure: bool) -> Future:
        """Do a task; what goes to a cluster and comes back travels."""
        assert not pure
        cluster = self._cluster
        cluster.tasks += 1
        future = Future(f"task {cluster.tasks}")
        values = [
            each.value if isinstance(each, Future) else pickle.loads(pickle.dumps(each)) for each in given
        ]
        lines: Sequence[Line] = values[1] if len(values) > 1 else ()
        if cluster.lost is not None and cluster.tasks > cluster.lost:
            future.status = "cancelled"
        elif cluster.failure is not None:
            future.status, future.error = "error", cluster.failure
        elif any(line.requirement.name == "deadly" for line in lines):
            future.status, future.error = "error", KilledWorker("again")
        else:
            future.value = function(*values)
            if lines:
                future.value = pickle.loads(pickle.dumps(future.value))
        return future

    def nthreads(self) -> dict[str, int]:
        """Return two workers."""
        return {"tcp://one": 1, "tcp://two": 1}

    def wait_for_workers(self, count: int, timeout: float) -> None:
        """Wait, in vain where the cluster is ``idle``."""
        assert (count, timeout) == (1, self._cluster.arguments[1]["timeout"])
        if self._cluster.idle is not None:
            raise self._cluster.idle

    def cancel(self, futures: Sequence[Future]) -> None:
        """Note what is not wanted any more."""
        self._cluster.cancelled += [future.key for future in futures]

    def close(self, timeout: float) -> None:
        """Count."""
        assert timeout < 10
        self._cluster.closed += 1
