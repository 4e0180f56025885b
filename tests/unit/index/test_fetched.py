"""Fetchers of callers: plain and asynchronous, checked like strangers, and as lazy as they are."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from resolvelib import BaseReporter, Resolver

from resolver import DistFile, IndexProvider, MemoryFetcher, Metadata, Options, resolve, resolve_async
from resolver.channels import Channels
from resolver.engines import solve
from resolver.errors import (
    BuildRefused,
    IndexUnavailable,
    InputError,
    LimitReached,
    MetadataInvalid,
    NoSolution,
    ResolverError,
)
from resolver.events import Fetched
from resolver.index.fetched import FetcherSource
from resolver.model.requirement import Requirement
from support.hard import pigeons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from resolver.events import Event
    from resolver.index.ports import Fetcher

LINUX = Options(python_version="3.12", python_platform="linux")
WORLD: dict[str, Any] = {
    "app": {"1": ["lib"], "2": ["lib>=2", "base[fast]"]},
    "lib": {"1": [], "2": ["base>=2"], "3": {"requires_python": "<3"}},
    "base": {"2": {"extras": {"fast": ["speed"]}}},
    "speed": {"1": {"sdist": True, "wheel": False}},
}
PINS = {"app": "2", "base": "2", "lib": "2", "speed": "1"}
METADATA = b"Metadata-Version: 2.1\nName: a\nVersion: 1\n"
BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])


class Slow:
    """The same as a plain fetcher, as from far away; knows how many wait at a time."""

    def __init__(self, inner: Fetcher) -> None:
        self._inner: Any = inner
        self.waiting = self.most = 0

    async def files(self, name: str) -> Iterable[DistFile] | None:
        await self._wait()
        found: Iterable[DistFile] | None = self._inner.files(name)
        return found

    async def metadata(self, name: str, file: DistFile) -> bytes | str | Metadata:
        await self._wait()
        found: bytes | str | Metadata = self._inner.metadata(name, file)
        return found

    async def _wait(self) -> None:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await asyncio.sleep(0.001)
        finally:
            self.waiting -= 1


class Said:
    """Gives for package a, and its metadata, whatever it is told to; what is callable is called."""

    def __init__(self, files: object = None, metadata: object = METADATA) -> None:
        self._files = files
        self._metadata = metadata

    def files(self, _: str) -> Any:
        return self._files() if callable(self._files) else self._files

    def metadata(self, _: str, __: DistFile, /) -> Any:
        return self._metadata() if callable(self._metadata) else self._metadata


def wheel(version: str = "1", **facts: Any) -> DistFile:
    return DistFile(f"a-{version}-py3-none-any.whl", f"https://files.example/a-{version}.whl", **facts)


def pins(*requirements: str, fetcher: Fetcher, options: Options = LINUX) -> dict[str, str]:
    found = resolve(requirements, options, fetcher=fetcher)
    return {name: str(pin.version) for name, pin in found.pins.items()}


def raised(error: Exception) -> Any:
    def fail() -> object:
        raise error

    return fail


@BOTH
def test_fetcher_stands_for_indexes(engine: str) -> None:
    """Plain, asynchronous, in a loop of the caller's and in one of ours."""
    options = LINUX.replace(engine=engine)
    slow = Slow(MemoryFetcher(WORLD))
    assert pins("app", fetcher=MemoryFetcher(WORLD), options=options) == PINS
    assert pins("app", fetcher=slow, options=options) == PINS

    async def work() -> dict[str, str]:
        both: list[Fetcher] = [MemoryFetcher(WORLD), Slow(MemoryFetcher(WORLD))]
        found = [await resolve_async(["app"], options, fetcher=fetcher) for fetcher in both]
        inside = resolve(["app"], options, fetcher=Slow(MemoryFetcher(WORLD)))
        assert found == [inside, inside]
        return {name: str(pin.version) for name, pin in found[1].pins.items()}

    assert asyncio.run(work()) == PINS


@pytest.mark.parametrize("kind", [MemoryFetcher, lambda world: Slow(MemoryFetcher(world))])
def test_provider_for_resolvelib_takes_a_fetcher(kind: Callable[[Any], Fetcher]) -> None:
    with IndexProvider(LINUX, fetcher=kind(WORLD)) as provider:
        found = Resolver(provider, BaseReporter()).resolve(["app"])
        assert {each.name: str(each.version) for each in found.mapping.values()} == PINS


def test_each_thing_is_asked_for_once() -> None:
    fetcher = MemoryFetcher(WORLD)
    pins("app", fetcher=fetcher)
    assert sorted(fetcher.asked) == sorted(set(fetcher.asked))
    assert "lib==1" not in fetcher.asked


def test_concurrency_is_limited() -> None:
    slow = Slow(MemoryFetcher({f"p{n}": {"1": []} for n in range(20)}))
    pins(*(f"p{n}" for n in range(20)), fetcher=slow, options=LINUX.replace(concurrency=3))
    assert slow.most == 3


def test_files_are_the_same_objects_and_come_back_in_the_answer() -> None:
    """A caller may hang facts of its own on them."""

    class Mine(DistFile):
        __slots__ = ()

    mine = Mine("a-1-py3-none-any.whl", "https://me:pw@files.example/a.whl", hashes={"sha256": "00"}, size=7)
    seen: list[DistFile] = []

    class Own(Said):
        def metadata(self, _: str, file: DistFile) -> str:
            seen.append(file)
            return METADATA.decode()

    pin = resolve(["a"], LINUX, fetcher=Own([mine])).pins["a"]
    assert seen == [mine]
    assert seen[0] is mine
    assert [(file.url, dict(file.hashes), file.size) for file in pin.files] == [
        ("https://files.example/a.whl", {"sha256": "00"}, 7)
    ]


def test_file_that_is_given_for_two_packages_counts_for_one() -> None:
    """For that of which it has the name."""

    class Both(Said):
        def files(self, name: str) -> list[DistFile]:
            return (
                [wheel()] if name == "a" else [wheel(), DistFile("b-1-py3-none-any.whl", "https://b.example")]
            )

        def metadata(self, name: str, _: DistFile) -> Metadata:
            return Metadata(name, "1", requires_dist=("b",) if name == "a" else ())

    assert pins("a", fetcher=Both()) == {"a": "1", "b": "1"}


def test_absent_package_is_an_answer() -> None:
    with pytest.raises(NoSolution, match="ghost, which does not exist"):
        pins("ghost", fetcher=MemoryFetcher({}))
    with pytest.raises(NoSolution, match="ghost, which does not exist"):
        pins("ghost", fetcher=Slow(MemoryFetcher({})))


@pytest.mark.parametrize(
    ("files", "kind", "said"),
    [
        (7, MetadataInvalid, "What the fetcher gives for the files of a is a int, not a list of files."),
        ("a-1.whl", MetadataInvalid, "is a str, not a list of files"),
        ([wheel(), None], MetadataInvalid, "What the fetcher gives for the files of a holds a NoneType, not"),
        (
            raised(OSError("no disk")),
            IndexUnavailable,
            "The fetcher failed at the files of a: OSError: no disk",
        ),
        (raised(MetadataInvalid("Odd.")), MetadataInvalid, "^Odd.$"),
        (
            lambda: (raised(OSError("x"))() for _ in "x"),
            IndexUnavailable,
            "failed at the files of a: OSError",
        ),
        (lambda: (raised(BuildRefused("x"))() for _ in "x"), BuildRefused, "^x$"),
        (
            lambda: asyncio.sleep(0),
            MetadataInvalid,
            "something to be awaited for the files of a: its methods",
        ),
    ],
)
def test_files_that_are_none_name_the_package(files: object, kind: type[ResolverError], said: str) -> None:
    with pytest.raises(kind, match=said):
        pins("a", fetcher=Said(files))


def test_what_is_to_be_awaited_need_not_be_a_coroutine() -> None:
    class Awaitable:
        def __await__(self) -> Iterator[None]:
            yield None

    with pytest.raises(MetadataInvalid, match="must be `async def`"):
        pins("a", fetcher=Said(Awaitable()))


def test_more_files_than_a_page_may_have_are_refused() -> None:
    """They are not read to the end, which there may be none of."""

    def endless() -> Iterator[DistFile]:
        while True:
            yield wheel()

    with pytest.raises(LimitReached, match=r"more than 5 files for a\. .*--max page-files"):
        pins("a", fetcher=Said(endless), options=LINUX.replace(limits=("page-files=5",)))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"filename": "x/a-9.whl"}, "has a name that is none"),
        ({"filename": ""}, "has a name that is none"),
        ({"filename": 7}, "has a name that is none"),
        ({"url": None}, "has an address that is none"),
        ({"url": "https://x\n"}, "has an address that is none"),
        ({"requires_python": 3}, "has a value that is no text, or too long a one"),
        ({"upload_time": "9" * 5000}, "has a value that is no text, or too long a one"),
        ({"yanked": ["x"]}, "is yanked for a reason that is no text, or too long a one"),
        ({"size": -1}, "has a size that is none"),
        ({"size": "7"}, "has a size that is none"),
        ({"hashes": ["sha256"]}, "has hashes that are none"),
        ({"hashes": {"sha256": 7}}, "has hashes that are none"),
        ({"filename": "a-1-py3-none-any.whl"}, "is given twice"),
    ],
)
def test_file_that_cannot_be_used_costs_that_file(facts: dict[str, Any], said: str) -> None:
    """As on a page."""
    odd = wheel("9")
    for name, value in facts.items():
        setattr(odd, name, value)
    source = FetcherSource(Said([wheel(), odd]))
    listing = source.listing_now("a")
    assert listing is not None
    assert [file.filename for file in listing.files] == ["a-1-py3-none-any.whl"]
    assert listing.dropped == 1
    assert said in listing.drop_reasons[0]
    assert pins("a", fetcher=Said([wheel(), odd])) == {"a": "1"}


def odd_metadata(**facts: Any) -> Metadata:
    metadata = Metadata("a", "2")
    for name, value in facts.items():
        setattr(metadata, name, value)
    return metadata


@pytest.mark.parametrize(
    "said",
    [
        7,
        b"",
        b"Metadata-Version: 2.1\nName: b\nVersion: 2\n",
        "Metadata-Version: 2.1\nName: a\udc80\nVersion: 2\n",
        "Metadata-Version: 2.1\nName: a\nVersion: 3\n",
        odd_metadata(version="4"),
        odd_metadata(requires_dist=[7]),
        odd_metadata(provides_extra=(7,)),
        odd_metadata(requires_python=3),
        raised(MetadataInvalid("Odd.")),
        lambda: asyncio.sleep(0),
    ],
)
def test_metadata_that_cannot_be_used_costs_its_candidate(said: Any) -> None:
    class Own(Said):
        def metadata(self, _: str, file: DistFile) -> Any:
            if "-1-" in file.filename:
                return METADATA
            return said() if callable(said) else said

    assert pins("a", fetcher=Own([wheel(), wheel("2")])) == {"a": "1"}


@pytest.mark.parametrize("slow", [False, True])
def test_failure_of_a_fetcher_is_told_with_its_cause(*, slow: bool) -> None:
    failing: Fetcher = Said([wheel()], raised(KeyError("row")))
    with pytest.raises(
        IndexUnavailable, match=r"at the metadata of a-1-py3-none-any\.whl: KeyError"
    ) as caught:
        pins("a", fetcher=Slow(failing) if slow else failing)
    assert isinstance(caught.value.__cause__, KeyError)
    refusing: Fetcher = Said([wheel()], raised(IndexUnavailable("Closed on Sundays.")))
    with pytest.raises(IndexUnavailable, match="Closed on Sundays"):
        pins("a", fetcher=Slow(refusing) if slow else refusing)


def test_source_distribution_that_leaves_something_open_would_have_to_be_built() -> None:
    dynamic = METADATA.replace(b"2.1", b"2.2") + b"Dynamic: Requires-Dist\n"
    sdist = DistFile("a-1.tar.gz", "https://files.example/a-1.tar.gz")
    with pytest.raises(NoSolution, match="a 1 would have to be built"):
        pins("a", fetcher=Said([sdist], dynamic))
    assert pins("a", fetcher=Said([sdist], METADATA)) == {"a": "1"}


def test_building_is_refused() -> None:
    with pytest.raises(InputError, match="nothing can be built of what a fetcher brings"):
        pins("a", fetcher=MemoryFetcher({}), options=LINUX.replace(build="allow"))


def test_direct_reference_needs_a_transport_besides() -> None:
    """Nobody is asked behind the caller's back.  A folder of this machine is read as ever."""
    with pytest.raises(IndexUnavailable, match="the caller gave a fetcher but no transport"):
        pins("a @ https://files.example/a-1-py3-none-any.whl", fetcher=MemoryFetcher({}))


def test_direct_reference_to_this_machine_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "3"\ndependencies = ["lib"]\n')
    found = pins(f"a @ {tmp_path.as_uri()}", fetcher=MemoryFetcher({"lib": {"1": []}}))
    assert found == {"a": "3", "lib": "1"}


def test_recording_of_a_fetcher_replays_without_it(tmp_path: Path) -> None:
    place = str(tmp_path / "recording")
    recorded = resolve(["app"], LINUX.replace(record=place), fetcher=Slow(MemoryFetcher(WORLD)))
    assert resolve(["app"], LINUX.replace(replay=place)) == recorded


def test_what_a_fetcher_brings_is_told_and_counted() -> None:
    events: list[Event] = []
    fetcher = Said([DistFile(wheel().filename, "https://me:pw@files.example/a-1.whl?key=secret")])
    answer = solve([Requirement.parse("a")], [], LINUX, Channels(fetcher=fetcher, emit=events.append))
    told = [event for event in events if isinstance(event, Fetched)]
    assert [(event.what, event.url, event.status, event.bytes) for event in told] == [
        ("page", "a", None, 0),
        ("metadata", "https://files.example/a-1.whl?...", None, len(METADATA)),
    ]
    assert (answer.statistics.requests, answer.statistics.bytes) == (2, len(METADATA))


def test_cancelled_task_leaves_no_fetcher_waiting() -> None:
    class Mute(Slow):
        async def _wait(self) -> None:
            self.waiting += 1
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                self.waiting -= 1

    async def work() -> None:
        mute = Mute(MemoryFetcher(WORLD))
        task = asyncio.create_task(resolve_async(["app", "lib"], LINUX, fetcher=mute))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert mute.waiting == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}
        with pytest.raises(LimitReached, match="--deadline"):
            await resolve_async(["app"], LINUX.replace(deadline=0.05), fetcher=mute)
        assert mute.waiting == 0

    begun = asyncio.Event()
    asyncio.run(work())


def alone(code: str) -> tuple[str, str]:
    """Return what a Python of its own that runs ``code`` says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("limit", "option"),
    [
        ({"deadline": 0.2}, "--deadline"),
        ({"max_steps": 3000}, "--max-steps"),
        ({"max_memory": 1}, "--max-memory"),
    ],
)
def test_budgets_hold_with_a_fetcher(limit: dict[str, float], option: str) -> None:
    """In an event loop of the caller's and in none."""
    names, packages = pigeons(12, 11)
    world = {
        name: {v: facts.get("requires", []) for v, facts in found.items()} for name, found in packages.items()
    }
    options = LINUX.replace(**limit)
    with pytest.raises(LimitReached) as caught:
        resolve(names, options, fetcher=MemoryFetcher(world))
    assert caught.value.option == option
    with pytest.raises(LimitReached, match=option):
        asyncio.run(resolve_async(names, options, fetcher=Slow(MemoryFetcher(world))))


_ALONE = """
import sys, threading
BLOCKED = {"aiohttp", "msgspec", "socket", "_socket", "ssl", "subprocess", "multiprocessing", "asyncio"}
threading.Thread.start = None  # attrs imports threading, and nobody must start one
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name in BLOCKED:
            raise AssertionError(f"{name} is imported")
for name in BLOCKED & set(sys.modules):
    del sys.modules[name]
sys.meta_path.insert(0, Refusing())
from resolver import MemoryFetcher, NoSolution, Options, resolve
index = MemoryFetcher({"app": {"1": ["lib<2"], "2": ["lib>=2"]}, "lib": {"1": []}})
options = Options(python_version="3.13", python_platform="linux", no_cache=True)
print({name: str(pin.version) for name, pin in resolve(["app"], options, fetcher=index).pins.items()})
try:
    resolve(["app>=2"], options, fetcher=index)
except NoSolution as error:
    print(len(error.fixes))
"""


def test_plain_fetcher_needs_no_sockets_no_threads_and_no_extension_modules() -> None:
    """Where Python runs in a browser there are none: not even to explain, and to look for fixes."""
    assert alone(_ALONE) == ("{'app': '1', 'lib': '1'}\n1\n", "")


_IN_A_BROWSER = """
import asyncio, socket, subprocess, sys, threading
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name in {"aiohttp", "msgspec"}:
            raise AssertionError(f"{name} is imported")
sys.meta_path.insert(0, Refusing())

def refuse(*_, **__):
    raise AssertionError("there are no threads, processes and sockets here")

class Loop(asyncio.BaseEventLoop):
    "An event loop that waits for nothing but itself, as the one in a browser does."
    def _process_events(self, _): pass
    class _selector:
        @staticmethod
        def select(timeout): return []
    def _write_to_self(self): pass
    def run_in_executor(self, *_): refuse()

loop = Loop()
socket.socket = subprocess.Popen = threading.Thread.start = refuse
from resolver import MemoryFetcher, NoSolution, Options, resolve_async

class Far(MemoryFetcher):
    async def files(self, name):
        await asyncio.sleep(0)
        return super().files(name)
    async def metadata(self, name, file):
        await asyncio.sleep(0)
        return super().metadata(name, file)

async def work():
    index = Far({"app": {"1": ["lib<2"], "2": ["lib>=2"]}, "lib": {"1": []}})
    options = Options(python_version="3.13", python_platform="linux", no_cache=True)
    print({n: str(p.version) for n, p in (await resolve_async(["app"], options, fetcher=index)).pins.items()})
    try:
        await resolve_async(["app>=2"], options, fetcher=index)
    except NoSolution as error:
        print(len(error.fixes))

loop.run_until_complete(work())
loop.close()
"""


def test_asynchronous_fetcher_needs_none_either() -> None:
    """But for the event loop of the caller."""
    assert alone(_IN_A_BROWSER) == ("{'app': '1', 'lib': '1'}\n1\n", "")
