"""Each operation on disk and network of a resolution fails once, in several ways.

What must come out: the right answer, or an error of ours with its exit code; never a wrong answer, never a
traceback.  And afterwards the cache is as good as ever: a healthy run gives the right answer without a word.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from resolver import shelf
from resolver.engines import resolve, resolve_async
from resolver.errors import ResolverError
from resolver.index.retry import Timing
from support.command import run_here, without_configuration
from support.fake_time import FakeTime
from support.kept_worlds import LINUX, URL, Setting
from support.stage import staged
from support.torture import Torturer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.command import Done

pytestmark = pytest.mark.slow

PACKAGES: dict[str, dict[str, dict[str, Any]]] = {
    "a": {"1": {"requires": ["b"]}, "2": {"requires": ["b>1", "c"]}},
    "b": {"1": {}, "2": {"requires": ["c<2"]}},
    "c": {"1": {}, "2": {}},
}
PINS = {"a": "2", "b": "2", "c": "1"}
TEXT = "a==2\nb==2\nc==1\n"
ALLOWED = {
    "error": {0, 2},
    "second error": {0, 2},
    "third error": {0, 2},
    "reset": {0, 3},
    "memory": {0, 3, 7},
    "interrupt": {130},
}


def raising(make: Callable[[], BaseException]) -> Callable[[], None]:
    def fail() -> None:
        raise make()

    return fail


_ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def failing(number: int) -> Callable[[], None]:
    """Fail as disks do, each operation in another way, or with TORTURE=all each in all ways in turn."""
    error = _ERRORS[number % len(_ERRORS)]
    return raising(lambda: OSError(error, os.strerror(error)))


DISK: dict[str, Callable[[int], Callable[[], None]]] = {
    "error": failing,
    "memory": lambda _: raising(MemoryError),
    "interrupt": lambda _: raising(KeyboardInterrupt),
}
if os.environ.get("TORTURE") == "all":
    DISK["second error"] = lambda number: failing(number + 1)
    DISK["third error"] = lambda number: failing(number + 2)
NETWORK = {
    "reset": raising(lambda: ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")),
    "memory": raising(MemoryError),
    "interrupt": raising(KeyboardInterrupt),
}


class Bench:
    """A cache in one of three states, the command that is run on it, and what came of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
        without_configuration(folder, monkeypatch)
        monkeypatch.chdir(folder)
        self.setting = Setting(folder / "place" / "cache", monkeypatch, PACKAGES)
        self.out = folder / "place" / "out"
        self.place = folder / "place"
        self.template = folder / "template"
        self.place.mkdir()
        (folder / "a.in").write_text("a\n", "utf-8")
        self.out.write_text("before\n", "utf-8")
        if state != "cold":
            assert self.run().code == 0
            self.out.write_text("before\n", "utf-8")
        if state == "stale":
            self.setting.clock += 10_000
        shutil.copytree(self.place, self.template)
        self.codes: Counter[int] = Counter()
        self._forgetful = False

    def run(self) -> Done:
        words = ("resolve", "a.in", "-o", str(self.out), "-i", URL, "--cache-dir", str(self.setting.folder))
        return run_here(*words, "--python-version", "3.12", "--no-header", "--no-annotate")

    def restore(self) -> None:
        """Bring back the state."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.template, self.place)
        self.setting.forget()

    def judge(self, done: Done, fault: str, hit: str) -> None:
        """Assert that ``done`` is right or honest, and that the cache is good."""
        self.codes[done.code] += 1
        assert done.code in ALLOWED[fault], (hit, done)
        assert "Traceback" not in done.stderr
        assert self.out.read_text("utf-8") == (TEXT if done.code == 0 else "before\n"), (hit, done)
        assert not list(self.place.rglob("*.partial")) or hit == "unlink"
        assert len(list(self.place.rglob("*.tmp"))) <= (hit in ("unlink", "replace")), hit
        self.heal(hit)

    def heal(self, hit: str) -> None:
        """Assert that all is well now, in turn in this process and in one that has forgotten everything."""
        self._forgetful = not self._forgetful
        if self._forgetful:
            self.setting.forget()
        done = self.run()
        assert (done.code, done.stderr, self.out.read_text("utf-8")) == (0, "", TEXT), (hit, done)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where that can be: there directories go a hundred times as fast."""
    shared = Path("/dev/shm")  # by a name that nobody can guess
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=shared) as made:
        yield Path(made)


@pytest.mark.parametrize("fault", DISK)
@pytest.mark.parametrize("state", ["cold", "warm", "stale"])
def test_every_operation_on_disk(
    state: str, fault: str, folder: Path, monkeypatch: pytest.MonkeyPatch, record_property: Recorder
) -> None:
    bench = Bench(folder, monkeypatch, state)
    with Torturer([bench.place]) as torturer:
        bench.restore()
        torturer.begin()
        assert bench.run().code == 0
        total = torturer.count
        assert total > 20
        for number in range(1, total + 1):
            bench.restore()
            torturer.begin(number, DISK[fault](number))
            done = bench.run()
            hit = torturer.hit
            assert hit
            torturer.begin()
            bench.judge(done, fault, f"{hit} {number}".split()[0])
    record_property("injected", f"{total} {dict(bench.codes)}")


class Wire:
    """An index on loopback, the command that asks it over real sockets, and time that passes at once."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
        without_configuration(stage.home, monkeypatch)
        monkeypatch.chdir(stage.work)
        monkeypatch.setattr(Timing, "real", lambda: FakeTime().timing)
        for name, versions in PACKAGES.items():
            for version, facts in versions.items():
                stage.package(name, version, requires=facts.get("requires", ()))
        stage.requirements = ["a"]
        stage.arguments += ["--timeout", "5", "--python-version", "3.12"]
        self.stage = stage
        self.template = stage.folder / "template"
        if state == "stale":
            assert self.run().code == 0
            shutil.copytree(stage.cache, self.template)

    def run(self) -> Done:
        shelf._remembered.clear()
        return run_here(*self.stage.words())

    def restore(self) -> None:
        """Bring back the state of the cache."""
        shutil.rmtree(self.stage.cache, ignore_errors=True)
        if self.template.exists():
            shutil.copytree(self.template, self.stage.cache)


# asyncio drops a connection that is there at the very moment in which it is given up; Python closes it then.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fault", NETWORK)
@pytest.mark.parametrize("state", ["cold", "stale"])
@pytest.mark.parametrize("early", [True, False])
def test_every_operation_on_sockets(  # noqa: PLR0913  # a table, and what pytest gives
    *,
    early: bool,
    state: str,
    fault: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Recorder,
) -> None:
    """By connections of our own, of which aiohttp takes over what goes wrong, and by aiohttp's alone."""
    monkeypatch.setattr("resolver.index.aiohttp_transport.is_imported", lambda: not early)
    codes: Counter[int] = Counter()
    with staged(folder) as stage, Torturer(sockets=True) as torturer:
        wire = Wire(stage, monkeypatch, state)
        wire.restore()
        torturer.begin()
        assert wire.run().stdout == TEXT
        total = torturer.count
        assert total > 8
        number = 0
        while number < total + 10:  # how much is sent and received at a time is not always the same
            number += 1
            wire.restore()
            torturer.begin(number, NETWORK[fault])
            done = wire.run()
            hit = torturer.hit
            torturer.begin()
            if not hit:
                break
            codes[done.code] += 1
            assert done.code in ALLOWED[fault], (hit, done)
            assert "Traceback" not in done.stderr
            assert done.stdout == (TEXT if done.code == 0 else ""), (hit, done)
            assert wire.run().stdout == TEXT, hit
    record_property("injected", f"{number - 1} {dict(codes)}")
    if fault == "reset":
        assert set(codes) == {0}  # each is tried again


def cancelling(task: asyncio.Task[object]) -> None:
    task.cancel()


LIBRARY = (*DISK, "cancel")


@pytest.mark.parametrize("fault", LIBRARY)
@pytest.mark.parametrize("state", ["cold", "stale"])
def test_every_operation_under_the_library(
    state: str, fault: str, folder: Path, monkeypatch: pytest.MonkeyPatch, record_property: Recorder
) -> None:
    """``resolve``, and ``resolve_async`` where it is cancelled, end with pins or a typed error."""
    bench = Bench(folder, monkeypatch, state)
    options = LINUX.replace(cache_dir=str(bench.setting.folder))
    ends: Counter[str] = Counter()

    def run(number: int) -> str:
        async def cancelled() -> Resolution:
            task = asyncio.current_task()
            assert task is not None
            torturer.begin(number, lambda: cancelling(task))
            return await resolve_async(["a"], options)

        try:
            if fault == "cancel":
                found = asyncio.run(cancelled())
            else:
                torturer.begin(number, DISK[fault](number))
                found = resolve(["a"], options)
            pins = {pin.name: str(pin.version) for pin in found.pins.values()}
            assert pins == PINS
            assert all(pin.files for pin in found.pins.values())
        except (ResolverError, MemoryError, KeyboardInterrupt, asyncio.CancelledError) as error:
            return type(error).__name__
        return "pins"

    with Torturer([bench.place]) as torturer:
        bench.restore()
        assert run(0) == "pins"
        total = torturer.count
        for number in range(1, total + 1):
            bench.restore()
            ends[run(number)] += 1
            torturer.begin()
            bench.heal(torturer.hit)
    record_property("injected", f"{total} {dict(ends)}")
    allowed = {"memory": "MemoryError", "interrupt": "KeyboardInterrupt", "cancel": "CancelledError"}
    assert set(ends) <= {"pins", allowed.get(fault, "pins")}, ends


if TYPE_CHECKING:
    from resolver.resolution import Resolution
    from support.stage import Stage

    Recorder = Callable[[str, object], None]
