"""Cancelling where it hurts: a server that is mute, and a build that runs; nothing is left of either."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver import Options, resolve, resolve_async
from resolver.errors import Cancelled, LimitReached
from resolver.events import Fetched
from support.built_index import built, index_of
from support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resolver.events import Event

SDIST = "a-1.0.tar.gz"


class MuteServer:
    """Takes connections and says nothing; knows when one is there, and how many are still open."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.taken = threading.Event()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/simple/"
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.append(connection)
            self.taken.set()

    def are_closed(self) -> bool:
        """Tell whether the other side has closed every connection within a second."""
        return all(self._is_closed(connection) for connection in self._connections)

    @staticmethod
    def _is_closed(connection: socket.socket) -> bool:
        connection.settimeout(1)
        try:
            while connection.recv(4096):
                pass  # the request
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True
        return True

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # which ends the wait in another thread
        self._socket.close()


@pytest.fixture
def mute() -> Iterator[MuteServer]:
    server = MuteServer()
    yield server
    server.close()


@contextmanager
def no_warnings() -> Iterator[None]:
    """Take every warning for an error, those of objects that are dropped as well."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(warning.message) for warning in caught] == []


async def _cancel_task(options: Options, begun: threading.Event) -> None:
    task = asyncio.create_task(resolve_async(["a"], options))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


def by_task(options: Options, begun: threading.Event) -> None:
    """Cancel the task that awaits the answer."""
    asyncio.run(_cancel_task(options, begun))


def by_token(options: Options, begun: threading.Event) -> None:
    """Say in another thread that the answer is not wanted."""
    with pytest.raises(Cancelled):
        resolve(["a"], options, cancelled=begun.is_set)


HOW = pytest.mark.parametrize("cancel", [by_task, by_token])


@pytest.mark.slow
@HOW
@pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
def test_mute_server_is_let_go(
    cancel: Callable[[Options, threading.Event], None], engine: str, mute: MuteServer, tmp_path: Path
) -> None:
    """At once, whatever the time-outs, and connections are closed."""
    options = Options(index_url=mute.url, cache_dir=str(tmp_path), engine=engine)
    started = time.monotonic()
    with no_warnings():
        cancel(options, mute.taken)
    assert time.monotonic() - started < 5
    assert mute.are_closed()


def test_deadline_lets_a_mute_server_go_in_an_event_loop(mute: MuteServer, tmp_path: Path) -> None:
    options = Options(index_url=mute.url, cache_dir=str(tmp_path), deadline=0.2)

    async def work() -> None:
        with pytest.raises(LimitReached, match="--deadline"):
            await resolve_async(["a"], options)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with no_warnings():
        asyncio.run(work())
    assert mute.are_closed()


def test_listener_that_raises_leaves_nothing(tmp_path: Path) -> None:
    """In a loop of ours and in one of the caller's."""

    class Enough(Exception):
        pass

    def listen(event: Event) -> None:
        if isinstance(event, Fetched):
            raise Enough

    async def work() -> None:
        with pytest.raises(Enough):
            await resolve_async(["app"], options, on_event=listen)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with Loopback() as index, no_warnings():
        index.add("app", "1", ["lib"])
        options = Options(index_url=index.index, cache_dir=str(tmp_path))
        with pytest.raises(Enough):
            resolve(["app"], options, on_event=listen)
        asyncio.run(work())


@pytest.mark.slow
@HOW
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="nothing tells what runs")
def test_build_that_runs_is_ended(
    cancel: Callable[[Options, threading.Event], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that it has begun, and its folder."""
    for name in ("build", "installer", "pyproject_hooks"):
        pytest.importorskip(name)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    mark = tmp_path / "begun"
    what = f"import time; open({str(mark)!r}, 'w').close(); time.sleep(76543)"
    begun = threading.Event()
    watching = threading.Thread(target=_wait_for, args=(mark, begun))
    watching.start()
    with index_of({"a": {SDIST: built(what)}}) as server, no_warnings():
        options = Options(index_url=f"{server.url}/simple/", cache_dir=str(tmp_path / "cache"), build="allow")
        cancel(options, begun)
    watching.join()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not any("76543" in line for line in _running())


def _wait_for(mark: Path, begun: threading.Event) -> None:
    while not mark.exists():
        time.sleep(0.01)
    begun.set()


def _running() -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return found
