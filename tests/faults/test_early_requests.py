"""Early requests: what goes smoothly needs no aiohttp, and what does not is asked again by all the rules."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable, LimitReached, ResolverError, SecurityRefusal
from resolver.index import aiohttp_session
from resolver.index.aiohttp_transport import AiohttpTransport
from resolver.index.early import EarlyConnections
from resolver.index.proxies import Proxies
from resolver.index.transport import Request, Response
from resolver.index.trust import Trust
from resolver.index.urls import split_url
from support.certificates import make_certificate
from support.fake_time import FakeTime
from support.fault_server import Asked, FaultServer, Reply, reply

if TYPE_CHECKING:
    from pathlib import Path

NO_PROXY = Proxies({}, lambda _: False)
TEXT = b"some text, " * 1000


class Seen:
    """What one fetch led to, and whether aiohttp had a part in it."""

    def __init__(self, outcome: Response | ResolverError, server: FaultServer, requests: int) -> None:
        self.outcome = outcome
        self.asked = server.asked("/a")
        self.connections = server.connections
        self.requests = requests

    @property
    def response(self) -> Response:
        """The answer; the test fails if there was none."""
        assert isinstance(self.outcome, Response)
        return self.outcome


def transport(clock: FakeTime | None = None, **settings: object) -> AiohttpTransport:
    """Return a transport that begins without aiohttp."""
    given = {"proxies": NO_PROXY, "timing": (clock or FakeTime()).timing, "early": True, **settings}
    return AiohttpTransport(**given)  # type: ignore[arg-type]  # a choice of its parameters


def ignore(*_: object) -> None:
    """Do nothing with what comes."""


@pytest.fixture
def no_aiohttp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a test fail that opens a session of aiohttp's."""

    def refuse(*_: object) -> None:
        raise AssertionError("aiohttp was used")

    monkeypatch.setattr(aiohttp_session, "_new_session", refuse)


def fetched(*script: Reply, limit: int = 1 << 20, **settings: object) -> Seen:
    """Fetch ``/a`` from a server that answers it with ``script``."""

    async def scenario() -> Seen:
        async with FaultServer() as server:
            url = server.script("/a", *script)
            client = transport(**settings)  # type: ignore[arg-type]  # the same
            try:
                outcome: Response | ResolverError = await client.fetch(Request(url, limit=limit))
            except ResolverError as error:
                outcome = error
            finally:
                await client.close()
            return Seen(outcome, server, client.traffic.requests)

    return asyncio.run(scenario())


# What goes smoothly


@pytest.mark.usefixtures("no_aiohttp")
def test_plain_answer_needs_no_aiohttp() -> None:
    seen = fetched(reply(200, gzip.compress(TEXT), {"ETag": '"1"', "Content-Encoding": "gzip"}))
    assert seen.response.body == TEXT
    assert seen.response.headers["etag"] == '"1"'
    assert (seen.asked, seen.requests) == (1, 1)


@pytest.mark.usefixtures("no_aiohttp")
def test_early_connection_is_kept_alive() -> None:
    async def scenario() -> int:
        async with FaultServer() as server:
            client = transport()
            for path in ("/a", "/missing", "/b"):
                await client.fetch(Request(server.script(path, reply(200, TEXT)), limit=1 << 20))
            await client.close()
            return server.connections

    assert asyncio.run(scenario()) == 1


@pytest.mark.usefixtures("no_aiohttp")
@pytest.mark.parametrize("status", [304, 404, 410])
def test_statuses_mean_what_they_mean(status: int) -> None:
    assert fetched(reply(status)).response.status == status


@pytest.mark.usefixtures("no_aiohttp")
def test_status_that_may_pass_is_retried() -> None:
    clock = FakeTime()
    seen = fetched(reply(503, headers={"Retry-After": "7"}), reply(200, TEXT), clock=clock)
    assert seen.response.body == TEXT
    assert (seen.asked, clock.slept) == (2, [7.0])


@pytest.mark.usefixtures("no_aiohttp")
def test_redirect_is_followed() -> None:
    async def scenario() -> Response:
        async with FaultServer() as server:
            url = server.script("/a", reply(301, headers={"Location": "/b"}))
            server.script("/b", reply(200, TEXT))
            client = transport()
            answer = await client.fetch(Request(url, limit=1 << 20))
            await client.close()
            assert answer.url == f"{server.url}/b"
            return answer

    answer = asyncio.run(scenario())
    assert isinstance(answer, Response)
    assert answer.body == TEXT


@pytest.mark.usefixtures("no_aiohttp")
def test_body_that_unfolds_above_the_limit_is_refused() -> None:
    seen = fetched(reply(200, gzip.compress(TEXT), {"Content-Encoding": "gzip"}), limit=1000)
    assert isinstance(seen.outcome, LimitReached)


@pytest.mark.usefixtures("no_aiohttp")
def test_connection_that_the_server_closes_after_its_answer_is_not_used_again() -> None:
    async def scenario() -> int:
        async with FaultServer() as server:
            url = server.script("/a", reply(200, TEXT, {"Connection": "close"}, ending="close"))
            client = transport()
            for _ in range(2):
                assert (await client.fetch(Request(url, limit=1 << 20))).body == TEXT
            await client.close()
            return server.connections

    assert asyncio.run(scenario()) == 2


def test_credentials_go_along() -> None:
    async def scenario() -> str | None:
        async with FaultServer() as server:
            url = server.script("/a", reply(200)).replace("://", "://me:secret@")
            client = transport()
            await client.fetch(Request(url, limit=10))
            await client.close()
            return server.requests[0].headers.get("authorization")

    assert asyncio.run(scenario()) == "Basic bWU6c2VjcmV0"


# What does not


ODD = {
    "another version": Reply(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "close"),
    "no length": reply(200, TEXT, length=-1, ending="close"),
    "broken off": reply(200, TEXT, sent=100, ending="close"),
    "reset": Reply(b"", "reset"),
}


@pytest.mark.parametrize("case", ODD)
def test_aiohttp_asks_again_where_the_answer_is_odd(case: str) -> None:
    clock = FakeTime()
    seen = fetched(ODD[case], reply(200, TEXT), clock=clock)
    assert seen.response.body == TEXT
    assert (seen.asked, seen.requests) == (2, 2)
    assert clock.slept == []  # that was no failure


def test_aiohttp_asks_again_where_no_answer_comes() -> None:
    seen = fetched(Reply(b"", "mute"), reply(200, TEXT), timeout=0.05)
    assert seen.response.body == TEXT
    assert seen.asked == 2


def test_after_one_failure_everything_is_left_to_aiohttp() -> None:
    async def scenario() -> list[int]:
        async with FaultServer() as server:
            client = transport()
            odd = server.script("/a", ODD["another version"], reply(200, TEXT))
            for url in (odd, server.script("/b", ODD["another version"])):
                await client.fetch(Request(url, limit=1 << 20))
            await client.close()
            return [server.asked("/a"), server.asked("/b")]

    assert asyncio.run(scenario()) == [2, 1]


def test_damaged_body_is_a_failure_like_any_other() -> None:
    clock = FakeTime()
    seen = fetched(reply(200, b"no gzip", {"Content-Encoding": "gzip"}), reply(200, TEXT), clock=clock)
    assert seen.response.body == TEXT
    assert len(clock.slept) == 1


def test_nobody_listens() -> None:
    async def scenario() -> None:
        async with FaultServer() as server:
            url = f"{server.url}/a"
        client = transport(retries=0)
        with pytest.raises(IndexUnavailable, match="--offline"):
            await client.fetch(Request(url, limit=100))
        await client.close()

    asyncio.run(scenario())


def test_unsolicited_bytes_end_a_connection() -> None:
    """Else they would be taken for the next answer."""

    async def scenario() -> bool:
        async with FaultServer() as server:
            server.script("/a", reply(200))
            early = EarlyConnections(1, Trust().context, timeout=5.0, slowest=100, heard=ignore)
            address = split_url(f"{server.url}/a")
            await early.get(address, {}, limit=10)
            (connection,) = early._open
            connection.data_received(b"HTTP/1.1 200 OK\r\n")
            usable = connection.is_usable()
            assert await early.get(address, {}, limit=10) is not None
            assert server.connections == 2
            await early.close()
            return usable

    assert asyncio.run(scenario()) is False


def test_who_stops_waiting_leaves_no_connection_behind() -> None:
    async def scenario() -> None:
        async with FaultServer() as server:
            asked = asyncio.Event()

            def say_nothing(_: Asked) -> Reply:
                asked.set()
                return Reply(b"", "mute")

            url = server.script("/a", say_nothing)
            early = EarlyConnections(1, Trust().context, timeout=5.0, slowest=100, heard=ignore)
            task = asyncio.create_task(early.get(split_url(url), {}, limit=10))
            await asked.wait()
            assert not early.has_room()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert early.has_room()
            assert not early.failed
            await early.close()

    asyncio.run(scenario())


# How many, and to where


class Crowd:
    """Many requests at the same time, and what they led to; ``fetched`` is set when all have answers."""

    def __init__(self, count: int, *, fetched: threading.Event | None = None, **settings: object) -> None:
        self.connections = 0
        self._fetched = fetched
        self._settings = settings
        asyncio.run(self._fetch(count))

    async def _fetch(self, count: int) -> None:
        async with FaultServer() as server:
            urls = [server.script(f"/{number}", reply(200, TEXT)) for number in range(count)]
            client = transport(**self._settings)  # type: ignore[arg-type]  # a choice of its parameters
            answers = await asyncio.gather(*(client.fetch(Request(url, limit=1 << 20)) for url in urls))
            if self._fetched is not None:
                self._fetched.set()
            await client.close()
            assert {answer.body for answer in answers} == {TEXT}
            assert all(server.asked(f"/{number}") == 1 for number in range(count))
            assert client.traffic.requests == count
            self.connections = server.connections


def test_no_more_connections_are_open_than_allowed() -> None:
    assert Crowd(100, concurrency=4).connections <= 4


@pytest.mark.usefixtures("no_aiohttp")
def test_requests_wait_for_early_connections_while_aiohttp_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[bool] = []
    fetched = threading.Event()

    def take_long() -> None:
        begun.append(True)
        fetched.wait()

    monkeypatch.setattr(aiohttp_session, "_import_aiohttp", take_long)
    assert Crowd(4, concurrency=10).connections == 4
    assert begun == []  # it is not worth it
    assert Crowd(200, concurrency=10, fetched=fetched).connections == 5
    assert begun == [True]


def test_aiohttp_takes_those_that_found_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """And opens what is wanted besides from then on."""
    monkeypatch.setattr(aiohttp_session, "_LEAD", 0.0)
    opened: list[int] = []
    open_session = aiohttp_session._new_session

    def count(timeout: float, concurrency: int) -> object:
        opened.append(concurrency)
        return open_session(timeout, concurrency)

    monkeypatch.setattr(aiohttp_session, "_new_session", count)
    monkeypatch.setattr(aiohttp_session, "_import_aiohttp", lambda: None)
    assert Crowd(300, concurrency=10).connections <= 10
    assert opened == [5]


def test_one_connection_is_left_to_aiohttp() -> None:
    assert transport()._early_connections(1, ignore) is None


def test_connection_to_another_place_makes_room() -> None:
    async def scenario() -> int:
        async with FaultServer() as one, FaultServer() as other:
            early = EarlyConnections(1, Trust().context, timeout=5.0, slowest=100, heard=ignore)
            for server in (one, other, one):
                server.script("/a", reply(200))
                assert await early.get(split_url(f"{server.url}/a"), {}, limit=10) is not None
                assert len(early._open) == 1
            await early.close()
            return one.connections + other.connections

    assert asyncio.run(scenario()) == 3


def test_part_of_a_file_and_what_goes_through_a_proxy_is_left_to_aiohttp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was asked for early")

    monkeypatch.setattr(EarlyConnections, "get", refuse)

    async def scenario() -> list[int]:
        async with FaultServer() as server:
            url = server.script("/a", reply(206, b"text"))
            server.script("http://index.invalid/b", reply(200))
            client = transport(proxies=Proxies({"http": server.url}, lambda host: host.startswith("127.")))
            part = await client.fetch(Request(url, limit=10, byte_range=4))
            whole = await client.fetch(Request("http://index.invalid/b", limit=10))
            await client.close()
            return [part.status, whole.status]

    assert asyncio.run(scenario()) == [206, 200]


@pytest.mark.parametrize("usual", [0.005, 0.0001])
def test_import_sets_the_switch_interval_back(monkeypatch: pytest.MonkeyPatch, usual: float) -> None:
    """And leaves one alone that is short enough: whoever set it will set it back."""
    set_to: list[float] = []
    monkeypatch.setattr(sys, "getswitchinterval", lambda: usual)
    monkeypatch.setattr(sys, "setswitchinterval", set_to.append)
    aiohttp_session._import_aiohttp()
    assert set_to == ([0.0005, usual] if usual > 0.0005 else [])


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for 127.0.0.1 that nobody vouches for, with its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


def server_tls(certificate: Path) -> ssl.SSLContext:
    """Return what a server with this certificate needs."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    return own


@pytest.mark.usefixtures("no_aiohttp")
def test_trusted_server_is_asked_over_tls(certificate: Path) -> None:

    async def scenario() -> bytes:
        async with FaultServer(server_tls(certificate)) as server:
            client = transport(trust=Trust(str(certificate)))
            answer = await client.fetch(Request(server.script("/a", reply(200, TEXT)), limit=1 << 20))
            await client.close()
            return answer.body

    assert asyncio.run(scenario()) == TEXT


def test_untrusted_certificate_is_refused(certificate: Path) -> None:
    async def scenario() -> int:
        async with FaultServer(server_tls(certificate)) as server:
            client = transport(retries=0)
            with pytest.raises(IndexUnavailable, match="SSL_CERT_FILE"):
                await client.fetch(Request(server.script("/a", reply(200, TEXT)), limit=1 << 20))
            await client.close()
            return server.asked("/a")

    assert asyncio.run(scenario()) == 0


def test_redirect_from_https_to_http_is_refused(certificate: Path) -> None:

    async def scenario() -> None:
        async with FaultServer(server_tls(certificate)) as server:
            url = server.script("/a", reply(302, headers={"Location": "http://127.0.0.1:1/b"}))
            client = transport(trust=Trust(str(certificate)))
            with pytest.raises(SecurityRefusal):
                await client.fetch(Request(url, limit=100))
            await client.close()

    asyncio.run(scenario())
