"""Transports of callers: everything that holds for the network holds for what they bring."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver import MemoryFetcher, Options, resolve, resolve_async
from resolver.errors import IndexUnavailable, LimitReached, SecurityRefusal
from resolver.events import Fetched, Retried
from resolver.index.carried import CarriedTransport
from resolver.index.retry import Timing
from resolver.index.transport import Request
from resolver.index.trust import Hosts
from support.loopback import sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from resolver.events import Event
    from resolver.index.transport import Response

INDEX = "https://index.example/simple/"
LINUX = Options(python_version="3.12", python_platform="linux", index_url=INDEX)
JSON = {"Content-Type": "application/vnd.pypi.simple.v1+json", "Cache-Control": "max-age=600"}
METADATA = b"Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b\n"


def page(name: str, body: bytes, **more: Any) -> bytes:
    filename = f"{name}-1-py3-none-any.whl"
    file = {"filename": filename, "url": f"/files/{filename}", "hashes": {"sha256": sha256(body)}, **more}
    return json.dumps({"meta": {"api-version": "1.0"}, "name": name, "files": [file]}).encode()


A, B = wheel("a", "1", ["b"]), wheel("b", "1")
SITE: dict[str, tuple[int, Mapping[str, str], bytes]] = {
    f"{INDEX}a/": (200, JSON, page("a", A, **{"core-metadata": True})),
    f"{INDEX}b/": (200, JSON, page("b", B)),
    "https://index.example/files/a-1-py3-none-any.whl.metadata": (200, {}, METADATA),
    "https://index.example/files/b-1-py3-none-any.whl": (200, {}, B),
}


class Site:
    """A plain transport of ``SITE`` and what is added; remembers what it was asked."""

    def __init__(self, more: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = {**SITE, **(more or {})}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def fetch(self, url: str, headers: Mapping[str, str]) -> Any:
        self.asked.append((url, dict(headers)))
        answer = self.answers.get(url, (404, {}, b""))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def paths(self) -> list[str]:
        return [url.partition("index.example")[2] for url, _ in self.asked]


class Far(Site):
    """The same, asynchronous; knows how many wait at a time."""

    def __init__(self, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(more)
        self.waiting = self.most = 0

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Any:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await asyncio.sleep(0.001)
        finally:
            self.waiting -= 1
        return super().fetch(url, headers)


def pins(site: Site, options: Options = LINUX, **more: Any) -> dict[str, str]:
    found = resolve(["a"], options, transport=site, **more)
    return {name: str(pin.version) for name, pin in found.pins.items()}


@pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
@pytest.mark.parametrize("kind", [Site, Far])
def test_transport_stands_for_the_network(kind: type[Site], engine: str) -> None:
    """Pages, metadata beside the file, and the wheel where there is none."""
    site = kind()
    assert pins(site, LINUX.replace(engine=engine)) == {"a": "1", "b": "1"}
    assert set(site.paths()) == {url.partition("index.example")[2] for url in SITE}
    asked = dict(site.asked)
    assert asked[f"{INDEX}a/"]["Accept"].startswith("application/vnd.pypi.simple.v1+json")
    assert "Range" in asked["https://index.example/files/b-1-py3-none-any.whl"]


def test_asynchronous_callers_use_theirs() -> None:
    async def work() -> None:
        found = await resolve_async(["a"], LINUX, transport=Far())
        assert list(found.pins) == ["a", "b"]

    asyncio.run(work())


def test_nothing_is_kept_unless_a_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's transport may give other answers to the same requests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    for _ in range(2):
        site = Site()
        pins(site)
        assert len(site.asked) == len(SITE)
    assert not list(tmp_path.iterdir())
    options = LINUX.replace(cache_dir=str(tmp_path / "mine"))
    pins(Site(), options)
    site = Site()
    assert pins(site, options) == {"a": "1", "b": "1"}
    assert f"{INDEX}a/" not in dict(site.asked)
    site = Site()
    pins(site, options.replace(no_cache=True))
    assert len(site.asked) == len(SITE)


def test_login_of_the_index_goes_into_a_header_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A netrc of this machine is not looked at."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine files.example login x password y\n")
    monkeypatch.setenv("NETRC", str(netrc))
    elsewhere = "https://files.example/a.whl"
    site = Site({f"{INDEX}a/": (302, {"Location": "https://files.example/a/"}, b"")})
    site.answers["https://files.example/a/"] = SITE[f"{INDEX}a/"]
    site.answers["https://files.example/files/a-1-py3-none-any.whl.metadata"] = (200, {}, METADATA)
    site.answers[elsewhere] = (200, {}, A)
    pins(site, LINUX.replace(index_url="https://me:pw@index.example/simple/"))
    asked = dict(site.asked)
    assert asked[f"{INDEX}a/"]["Authorization"] == "Basic bWU6cHc="
    assert "Authorization" not in asked["https://files.example/a/"]
    assert all("me:pw" not in url for url, _ in site.asked)


@pytest.mark.parametrize(
    "answer",
    [None, (200, {}), ("200", {}, b""), (200, None, b""), (200, {}, "text"), (7, {}, b""), 7],
)
def test_what_is_no_answer_names_the_url(answer: object) -> None:
    with pytest.raises(IndexUnavailable, match="simple/a/ is no answer: it must be") as caught:
        pins(Site({f"{INDEX}a/": answer}))
    assert caught.value.url == f"{INDEX}a/"


def fetched(site: Site, url: str = f"{INDEX}a/", **given: Any) -> tuple[Response, list[float]]:
    """Return the answer, and the pauses that were made."""
    slept: list[float] = []
    now = [0.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    timing = Timing(lambda: now[0], sleep, lambda: 1.0)
    limit = given.pop("limit", 1000)
    lifted_by = given.pop("lifted_by", "")
    transport = CarriedTransport(site, timing=timing, **given)
    request = Request(url, limit=limit, lifted_by=lifted_by, fresh=True)
    assert transport.stored(request) is None
    return asyncio.run(transport.fetch(request)), slept


def test_failures_are_tried_again() -> None:
    """What raises, and statuses that may pass; a server's wish to wait is granted."""
    wait = {"Retry-After": "7"}
    answers = [OSError("reset"), (503, {}, b""), (429, wait, b""), (200, {}, b"x")]
    found, slept = fetched(Site({f"{INDEX}a/": answers}))
    assert (found.body, slept) == (b"x", [0.2, 0.8, 7.0])
    with pytest.raises(IndexUnavailable, match=r"simple/a/: OSError: reset\. Tried 2 times"):
        fetched(Site({f"{INDEX}a/": OSError("reset")}), retries=1)
    events: list[Event] = []
    fetched(Site({f"{INDEX}a/": [OSError("reset"), (200, {}, b"x")]}), emit=events.append)
    assert [event.as_dict()["url"] for event in events if isinstance(event, Retried)] == [f"{INDEX}a/"]
    with pytest.raises(IndexUnavailable, match="a failure of the server") as caught:
        fetched(Site({f"{INDEX}a/": (500, {}, b"")}), retries=0)
    assert caught.value.status == 500


def test_errors_of_ours_are_final() -> None:
    site = Site({f"{INDEX}a/": IndexUnavailable("Closed.")})
    with pytest.raises(IndexUnavailable, match=r"^Closed\.$"):
        fetched(site)
    assert len(site.asked) == 1


def test_statuses_mean_what_they_mean_elsewhere() -> None:
    assert fetched(Site({f"{INDEX}a/": (404, {}, b"gone")}))[0].status == 404
    with pytest.raises(IndexUnavailable, match="refuses access"):
        fetched(Site({f"{INDEX}a/": (403, {}, b"")}))


def test_redirects_are_followed_by_the_rules() -> None:
    """So many, and never from https to plain http, unless the host is trusted."""
    around = {f"{INDEX}a/": (301, {"location": f"{INDEX}a/"}, b"")}
    with pytest.raises(IndexUnavailable, match="redirects more than 10 times"):
        fetched(Site(around))
    down = {f"{INDEX}a/": (302, {"Location": "http://plain.example/"}, b"")}
    down["http://plain.example/"] = (200, {}, b"x")
    with pytest.raises(SecurityRefusal):
        fetched(Site(down))
    assert fetched(Site(down), insecure=Hosts([("plain.example", None)]))[0].url == "http://plain.example/"


def test_answers_are_limited() -> None:
    site = Site({f"{INDEX}a/": (200, {}, b"x" * 11)})
    with pytest.raises(LimitReached, match=r"larger than the limit of 10 bytes\. Nothing of it was used\.$"):
        fetched(site, limit=10)
    with pytest.raises(LimitReached, match="--max page-bytes"):
        fetched(site, limit=10, lifted_by="page-bytes")


def test_address_that_is_none_is_told() -> None:
    with pytest.raises(IndexUnavailable, match="is no address that can be fetched"):
        fetched(Site(), "https://index.example:port/")


def test_bodies_come_decoded() -> None:
    """A header that says how they were encoded has no meaning any more; bytes may be of any kind."""
    found, _ = fetched(
        Site({f"{INDEX}a/": (200, {"Content-Encoding": "gzip", "X": "y", 7: 8}, bytearray(b"x"))})
    )
    assert (found.body, found.headers) == (b"x", {"x": "y"})
    assert isinstance(found.body, bytes)


def test_concurrency_is_limited() -> None:
    async def work() -> int:
        site = Far()
        transport = CarriedTransport(site, concurrency=2)
        await asyncio.gather(*(transport.fetch(Request(f"{INDEX}{n}/", limit=10)) for n in range(9)))
        await transport.close()
        return site.most

    assert asyncio.run(work()) == 2


def test_what_is_fetched_is_told_and_counted() -> None:
    events: list[Event] = []
    pins(Site(), on_event=events.append)
    told = {(event.what, event.url) for event in events if isinstance(event, Fetched)}
    assert ("page", f"{INDEX}a/") in told
    assert ("metadata", "https://index.example/files/a-1-py3-none-any.whl.metadata") in told


def test_recording_by_a_transport_replays_without_it(tmp_path: Path) -> None:
    place = str(tmp_path / "recording")
    recorded = resolve(["a"], LINUX.replace(record=place), transport=Far())
    assert resolve(["a"], LINUX.replace(replay=place)) == recorded


def test_offline_asks_no_transport(tmp_path: Path) -> None:
    """What lies in its cache is used, and nothing else."""
    options = LINUX.replace(cache_dir=str(tmp_path))
    pins(Site(), options)
    site = Site()
    assert pins(site, options.replace(offline=True)) == {"a": "1", "b": "1"}
    with pytest.raises(IndexUnavailable, match="is not in the cache"):
        pins(site, LINUX.replace(offline=True))
    assert site.asked == []


def test_place_with_links_is_fetched_by_the_transport() -> None:
    site = Site(
        {
            "https://links.example/": (
                200,
                {"Content-Type": "text/html"},
                b"<a href=a-1-py3-none-any.whl>a</a>",
            )
        }
    )
    site.answers["https://links.example/a-1-py3-none-any.whl"] = (200, {}, wheel("a", "1"))
    options = Options(find_links=("https://links.example/",), no_index=True, python_version="3.12")
    assert pins(site, options) == {"a": "1"}


def test_fetcher_with_a_transport_follows_direct_references() -> None:
    """Packages from the fetcher, archives at addresses by the transport."""
    url = "https://index.example/files/b-1-py3-none-any.whl"
    site = Site()
    fetcher = MemoryFetcher({"a": {"1": ["b"]}})
    found = resolve(["a", f"b @ {url}"], LINUX, fetcher=fetcher, transport=site)
    assert found.pins["b"].url == url
    assert {path for path, _ in site.asked} == {url}
    assert fetcher.asked == ["a", "a==1"]


def test_cancelled_task_leaves_no_request() -> None:
    class Mute(Far):
        async def fetch(self, url: str, headers: Mapping[str, str]) -> Any:
            begun.set()
            self.waiting += 1
            try:
                await asyncio.sleep(60)
            finally:
                self.waiting -= 1
            return await super().fetch(url, headers)

    async def work() -> None:
        mute = Mute()
        task = asyncio.create_task(resolve_async(["a", "b"], LINUX, transport=mute))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert mute.waiting == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    begun = asyncio.Event()
    asyncio.run(work())
