"""What the network does wrong, on loopback: the test names follow the table of network faults."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientConnectorSSLError
from aiohttp.client_reqrep import ConnectionKey

from resolver.errors import IndexUnavailable, LimitReached, ResolverError, SecurityRefusal
from resolver.index.aiohttp_session import translated
from resolver.index.aiohttp_transport import AiohttpTransport
from resolver.index.proxies import Proxies
from resolver.index.statuses import Transient
from resolver.index.transport import Request, Response
from resolver.index.trust import Trust
from support.certificates import make_certificate
from support.fake_time import FakeTime
from support.fault_server import Asked, FaultServer, Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"Metadata-Version: 2.1\nName: a\nVersion: 1\n" + b"".join(
    b"Requires-Dist: package-%d\n" % number for number in range(3000)
)
NO_PROXY = Proxies({}, lambda _: False)
GZIP = {"Content-Encoding": "gzip"}


class Outcome:
    """What one fetch led to: ``answer`` or ``error``, and what server, clock and counters saw."""

    def __init__(self, server: FaultServer, time: FakeTime, transport: AiohttpTransport) -> None:
        self.server = server
        self.time = time
        self.traffic = transport.traffic
        self.answer: Response | None = None
        self.error: ResolverError | None = None

    @property
    def response(self) -> Response:
        """The answer; the test fails if there was none."""
        assert self.error is None
        assert self.answer is not None
        return self.answer

    def failure(self, kind: type[ResolverError] = IndexUnavailable) -> ResolverError:
        """Return the error; the test fails if there was none, or one of another kind."""
        assert type(self.error) is kind
        return self.error


def fetched(  # noqa: PLR0913  # what a scenario can vary
    *script: Reply | Callable[[Asked], Reply],
    limit: int = 1 << 24,
    byte_range: tuple[int, int] | int | None = None,
    userinfo: str = "",
    fresh: bool = False,
    timeout: float = 5.0,
    time: FakeTime | None = None,
) -> Outcome:
    """Fetch ``/a`` from a server that answers it with ``script``."""

    async def scenario() -> Outcome:
        clock = time or FakeTime()
        async with FaultServer() as server:
            url = server.script("/a", *script)
            if userinfo:
                url = url.replace("://", f"://{userinfo}@")
            transport = AiohttpTransport(timeout=timeout, timing=clock.timing, proxies=NO_PROXY, early=False)
            outcome = Outcome(server, clock, transport)
            try:
                request = Request(url, limit=limit, byte_range=byte_range, fresh=fresh)
                outcome.answer = await transport.fetch(request)
            except ResolverError as error:
                outcome.error = error
            finally:
                await transport.close()
            return outcome

    return asyncio.run(scenario())


def test_plain_answer_comes_with_status_headers_and_address() -> None:
    seen = fetched(reply(200, b"body", {"ETag": '"1"'}))
    assert seen.response.body == b"body"
    assert seen.response.status == 200
    assert seen.response.headers["etag"] == '"1"'
    assert seen.response.url == f"{seen.server.url}/a"
    assert seen.traffic.requests == 1
    assert seen.traffic.bytes == 4


def test_connection_is_kept_alive() -> None:
    async def scenario() -> int:
        async with FaultServer() as server:
            url = server.script("/a", reply(200, b"body"))
            transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
            for path in (url, f"{server.url}/missing", url):
                await transport.fetch(Request(path, limit=100))
            await transport.close()
            return server.connections

    assert asyncio.run(scenario()) == 1


def test_no_more_connections_are_open_than_allowed() -> None:
    async def scenario() -> int:
        async with FaultServer() as server:
            urls = [server.script(f"/{number}", reply(200, b"body")) for number in range(20)]
            transport = AiohttpTransport(
                concurrency=3, timing=FakeTime().timing, proxies=NO_PROXY, early=False
            )
            await asyncio.gather(*(transport.fetch(Request(url, limit=100)) for url in urls))
            await transport.close()
            return server.connections

    assert asyncio.run(scenario()) == 3


# Bodies that are cut off, damaged or too large


CUT = {
    "gzip": (gzip.compress(TEXT), "gzip"),
    "deflate": (zlib.compress(TEXT), "deflate"),
}


@pytest.mark.parametrize("coding", CUT)
def test_truncated_compressed_body_with_right_length_is_asked_for_again(coding: str) -> None:
    body, encoding = CUT[coding]
    headers = {"Content-Encoding": encoding}
    seen = fetched(reply(200, body[: len(body) // 2], headers), reply(200, body, headers))
    assert seen.response.body == TEXT
    assert seen.server.asked("/a") == 2


@pytest.mark.parametrize("coding", CUT)
def test_body_that_is_always_truncated_is_never_handed_on(coding: str) -> None:
    body, encoding = CUT[coding]
    seen = fetched(reply(200, body[:-5], {"Content-Encoding": encoding}))
    failure = seen.failure()
    assert "ends too early" in str(failure)
    assert isinstance(failure, IndexUnavailable)
    assert failure.status == 200  # the server is there: another address of it may do
    assert seen.server.asked("/a") == 4


def test_body_that_is_always_broken_off_tells_that_the_server_is_there() -> None:
    failure = fetched(reply(200, TEXT, sent=1000, ending="close")).failure()
    assert isinstance(failure, IndexUnavailable)
    assert failure.status == 200


def test_truncated_identity_body_is_asked_for_again() -> None:
    seen = fetched(reply(200, TEXT, sent=1000, ending="close"), reply(200, TEXT))
    assert seen.response.body == TEXT
    assert seen.server.asked("/a") == 2


def test_corrupt_checksum_is_asked_for_again() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[-6] ^= 0xFF
    seen = fetched(reply(200, bytes(body), GZIP), reply(200, TEXT))
    assert seen.response.body == TEXT


def test_garbage_instead_of_gzip_is_an_error_that_names_the_address() -> None:
    seen = fetched(reply(200, b"no gzip at all" * 100, GZIP))
    assert f"{seen.server.url}/a" in str(seen.failure())
    assert "damaged" in str(seen.failure())


def test_concatenated_gzip_members_are_one_body() -> None:
    seen = fetched(reply(200, gzip.compress(TEXT) + gzip.compress(TEXT), GZIP))
    assert seen.response.body == TEXT + TEXT


def test_second_gzip_member_cut_off_is_noticed() -> None:
    seen = fetched(reply(200, gzip.compress(TEXT) + gzip.compress(TEXT)[:-9], GZIP))
    assert "ends too early" in str(seen.failure())


def test_encoding_that_was_not_asked_for_is_an_error() -> None:
    seen = fetched(reply(200, b"???", {"Content-Encoding": "br"}))
    assert "'br'" in str(seen.failure())


def test_compressed_bomb_stops_at_the_ratio() -> None:
    seen = fetched(reply(200, gzip.compress(bytes(8 << 20)), GZIP), limit=64 << 20)
    assert "200 times" in str(seen.failure(LimitReached))
    assert f"{seen.server.url}/a" in str(seen.error)
    assert seen.server.asked("/a") == 1


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_body_above_the_limit_is_refused(headers: dict[str, str]) -> None:
    body = gzip.compress(TEXT) if headers else TEXT
    seen = fetched(reply(200, body, headers), limit=10_000)
    assert "10,000 bytes" in str(seen.failure(LimitReached))


def test_body_longer_than_its_length_is_cut_there_and_not_called_whole() -> None:
    seen = fetched(reply(200, b"good body and more", length=9, ending="close"))
    assert seen.response.body == b"good body"
    assert not seen.response.is_whole


def test_compressed_body_longer_than_its_length_is_whole() -> None:
    body = gzip.compress(b"good body")
    seen = fetched(reply(200, body + b"more", GZIP, length=len(body)))
    assert seen.response.body == b"good body"
    assert seen.response.is_whole


def test_body_that_ends_with_the_connection_is_not_called_whole() -> None:
    assert not fetched(reply(200, b"body", length=-1, ending="close")).response.is_whole
    assert fetched(reply(200, b"body")).response.is_whole


# Connections that break


def test_reset_before_headers_is_retried() -> None:
    seen = fetched(Reply(b"", "reset"), Reply(b"", "reset"), reply(200, b"body"))
    assert seen.response.body == b"body"


def test_reset_after_headers_is_retried() -> None:
    seen = fetched(reply(200, TEXT, sent=0, ending="reset"), reply(200, TEXT))
    assert seen.response.body == TEXT


def test_connection_closed_at_once_always_ends_in_an_error() -> None:
    seen = fetched(Reply(b"", "close"))
    assert "broke off" in str(seen.failure())
    assert len(seen.time.slept) == 3


def test_answer_that_is_no_http_is_an_error() -> None:
    seen = fetched(Reply(b"SSH-2.0-server\r\n\r\n", "close"))
    assert f"{seen.server.url}/a" in str(seen.failure())


def test_answer_that_is_no_http_to_a_range_is_an_error() -> None:
    """Nobody else is asked, for our own reader knows no ranges."""
    seen = fetched(Reply(b"SSH-2.0-server\r\n\r\n", "close"), byte_range=10)
    assert "no HTTP answer" in str(seen.failure())
    assert seen.server.asked("/a") == 4


def test_answer_that_is_no_http_and_then_silence_is_an_error() -> None:
    seen = fetched(Reply(b"SSH-2.0-server\r\n\r\n", "close"), Reply(b"", "mute"), timeout=0.1)
    assert "does not answer in time" in str(seen.failure())


def test_server_that_refuses_every_protocol_but_http2_is_explained() -> None:
    """OpenSSL's servers in Python refuse none, so only what aiohttp makes of it is given here."""
    alert = ssl.SSLError(1, "[SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL] tlsv1 alert no application protocol")
    key = ConnectionKey("index.example", 443, True, True, None, None, None)
    failure = translated(ClientConnectorSSLError(key, alert), "https://index.example/simple/a/")
    assert isinstance(failure, IndexUnavailable)
    assert "https://index.example/simple/a/ speaks HTTP/2 only" in str(failure)


@pytest.mark.parametrize(
    ("spent", "last", "is_over"),
    [(64.0, 20.0, False), (30.0, 30.0, False), (61.0, 30.0, True), (50.0, 30.0, False), (80.0, 30.0, True)],
)
def test_no_try_begins_that_would_make_it_more_than_ninety_seconds(
    spent: float, last: float, *, is_over: bool
) -> None:
    """So a mute server is asked four times, and twice, or once more after an early try, one that drips."""
    slow = Transient("slow", url="http://index.example/", is_slow=True)
    assert AiohttpTransport()._is_over(slow, spent, last) is is_over
    assert not AiohttpTransport()._is_over(Transient("busy", url=slow.url), spent, last)


def test_mute_server_runs_into_the_timeout() -> None:
    seen = fetched(Reply(b"", "mute"), timeout=0.02)
    assert "does not answer in time" in str(seen.failure())
    assert seen.server.asked("/a") == 4


def test_stall_within_the_body_is_retried() -> None:
    seen = fetched(reply(200, TEXT, sent=100, ending="mute"), reply(200, TEXT), timeout=0.05)
    assert seen.response.body == TEXT


def test_nobody_listens() -> None:
    async def scenario() -> IndexUnavailable:
        async with FaultServer() as server:
            url = f"{server.url}/a"
        time = FakeTime()
        transport = AiohttpTransport(timing=time.timing, proxies=NO_PROXY, early=False)
        with pytest.raises(IndexUnavailable) as caught:
            await transport.fetch(Request(url, limit=100))
        await transport.close()
        assert len(time.slept) == 3
        return caught.value

    assert "--offline" in str(asyncio.run(scenario()))


def test_unknown_host_name_suggests_to_check_the_address() -> None:
    async def scenario() -> IndexUnavailable:
        transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False, retries=0)
        with pytest.raises(IndexUnavailable) as caught:
            await transport.fetch(Request("http://no-such-host.invalid/simple/", limit=100))
        await transport.close()
        return caught.value

    error = asyncio.run(scenario())
    assert "no-such-host.invalid is not known" in str(error)
    assert "Check the index URL" in str(error)


class Hurry(FakeTime):
    """A clock that goes on by 40 seconds each time somebody looks."""

    def now(self) -> float:
        """Return the time."""
        self.at += 40.0
        return self.at


def test_answer_in_drops_is_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    seen = fetched(Reply(head + b"1\r\nx\r\n", "mute"), time=Hurry())
    assert "answers too slowly" in str(seen.failure())


def test_large_answer_on_a_slow_line_is_waited_for() -> None:
    seen = fetched(reply(200, bytes(100_000)), time=Hurry())
    assert len(seen.response.body) == 100_000


# Statuses and retries


def test_500_then_200_is_healed_by_a_retry() -> None:
    seen = fetched(reply(500), reply(200, b"body"))
    assert seen.response.body == b"body"
    assert seen.time.slept == [0.1]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520, 527])
def test_status_that_may_pass_is_retried_three_times_and_named(status: int) -> None:
    seen = fetched(reply(status))
    error = seen.failure()
    assert isinstance(error, IndexUnavailable)
    assert error.status == status
    assert error.url == f"{seen.server.url}/a"
    assert f"status {status}" in str(error)
    assert error.url in str(error)
    assert seen.server.asked("/a") == 4
    assert seen.time.slept == [0.1, 0.4, 1.5]


@pytest.mark.parametrize("status", [400, 401, 403, 405, 406, 451, 501, 505])
def test_status_that_will_not_pass_is_not_retried(status: int) -> None:
    seen = fetched(reply(status))
    error = seen.failure()
    assert isinstance(error, IndexUnavailable)
    assert error.status == status
    assert seen.server.asked("/a") == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_access_says_how_to_give_a_login(status: int) -> None:
    seen = fetched(reply(status))
    assert "https://user:password@host" in str(seen.failure())
    assert f"{seen.server.url}/a" in str(seen.error)


@pytest.mark.parametrize("status", [404, 410, 416])
def test_absence_is_an_answer(status: int) -> None:
    assert fetched(reply(status, b"not here")).response.status == status


def test_absence_with_an_endless_body_is_still_an_answer() -> None:
    seen = fetched(reply(404, bytes(100_000), length=1 << 30, ending="mute"), timeout=0.2)
    assert seen.response.status == 404


def test_absence_with_a_body_that_breaks_off_is_still_an_answer() -> None:
    assert fetched(reply(404, bytes(1000), sent=10, ending="reset")).response.status == 404


RETRY_AFTER = {
    "seconds": ("7", [7.0]),
    "date": ("Mon, 12 Jan 1970 13:46:45 GMT", [5.0]),
    "date in the past": ("Thu, 01 Jan 1970 00:00:00 GMT", []),
    "huge": ("3600", [30.0]),
    "huge beyond numbers": ("9" * 400, [30.0]),
    "far future": ("Fri, 31 Dec 9999 23:59:59 GMT", [30.0]),
    "nothing": ("0", []),
    "garbage": ("soon", [0.1]),
    "negative": ("-5", [0.1]),
    "broken date": ("Thu, 99 Jan 1970 00:00:00 GMT", [0.1]),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", RETRY_AFTER)
def test_retry_after_is_obeyed_up_to_thirty_seconds(form: str, status: int) -> None:
    value, waited = RETRY_AFTER[form]
    seen = fetched(reply(status, headers={"Retry-After": value}), reply(200, b"body"))
    assert seen.response.body == b"body"
    assert seen.time.slept == waited


def test_retry_after_holds_for_all_requests_to_the_host_together() -> None:
    async def scenario() -> FakeTime:
        async with FaultServer() as server:
            time = FakeTime()
            transport = AiohttpTransport(timing=time.timing, proxies=NO_PROXY, early=False)
            busy = reply(429, headers={"Retry-After": "7"})
            urls = [server.script(f"/{number}", busy, reply(200)) for number in range(5)]
            await asyncio.gather(*(transport.fetch(Request(url, limit=10)) for url in urls))
            await transport.fetch(Request(urls[0], limit=10))
            await transport.close()
            return time

    time = asyncio.run(scenario())
    # Each of the five waits out the same seven seconds; the clock of this test adds the waits up.
    assert max(time.slept) <= 7.0
    assert len(time.slept) <= 5


# Redirects and credentials


def test_relative_redirect_is_followed() -> None:
    async def scenario() -> Response:
        async with FaultServer() as server:
            url = server.script("/simple/Foo", reply(301, headers={"Location": "foo/?x=1"}))
            server.script("/simple/foo/?x=1", reply(200, b"page"))
            transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
            answer = await transport.fetch(Request(url, limit=100))
            await transport.close()
            assert answer.url == f"{server.url}/simple/foo/?x=1"
            return answer

    assert asyncio.run(scenario()).body == b"page"


def test_redirect_loop_ends() -> None:
    seen = fetched(reply(302, headers={"Location": "/a"}))
    assert "redirects more than 10 times" in str(seen.failure())
    assert seen.server.asked("/a") == 11


def test_redirect_without_target_is_an_error() -> None:
    assert "without saying where" in str(fetched(reply(302)).failure())


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/a", "data:text/html,x", "http://:80/"]
)
def test_redirect_to_another_scheme_is_refused(target: str) -> None:
    seen = fetched(reply(302, headers={"Location": target}))
    assert "refused" in str(seen.failure(SecurityRefusal))


def test_credentials_of_the_url_are_sent_and_never_shown() -> None:
    seen = fetched(reply(401), userinfo="me:s3cr%40t")
    assert seen.server.requests[0].headers["authorization"] == "Basic bWU6czNjckB0"
    assert "s3cr" not in str(seen.failure())
    assert "s3cr" not in str(vars(seen.failure()))


def test_address_of_an_answer_has_no_credentials() -> None:
    assert fetched(reply(200), userinfo="me:secret").response.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("back", [False, True])
def test_credentials_stay_with_their_origin_on_redirects(back: bool) -> None:  # noqa: FBT001  # a table of two
    async def scenario() -> tuple[FaultServer, FaultServer]:
        async with FaultServer() as first, FaultServer() as second:
            url = first.script("/a", reply(302, headers={"Location": "/b"}))
            first.script("/b", reply(302, headers={"Location": f"http://u:p@127.0.0.1:{second.port}/c"}))
            first.script("/d", reply(200, b"body"))
            away = {"Location": f"{first.url}/d"}
            second.script("/c", reply(302, headers=away) if back else reply(200, b"body"))
            transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
            await transport.fetch(Request(url.replace("://", "://me:secret@"), limit=100))
            await transport.close()
            return first, second

    first, second = asyncio.run(scenario())
    assert ["authorization" in asked.headers for asked in first.requests] == [True, True, False][: 2 + back]
    assert ["authorization" in asked.headers for asked in second.requests] == [False]


def test_cookies_are_neither_kept_nor_sent() -> None:
    seen = fetched(reply(500, headers={"Set-Cookie": "a=b; Path=/"}), reply(200))
    assert "cookie" not in seen.server.requests[1].headers


# What is sent


def test_range_is_asked_for_uncompressed() -> None:
    seen = fetched(reply(206, b"23", {"Content-Range": "bytes 2-3/9"}), byte_range=(2, 4))
    assert seen.server.requests[0].headers["range"] == "bytes=2-3"
    assert seen.server.requests[0].headers["accept-encoding"] == "identity"
    assert seen.response.status == 206


def test_suffix_range() -> None:
    seen = fetched(reply(206, b"89", {"Content-Range": "bytes 7-8/9"}), byte_range=2)
    assert seen.server.requests[0].headers["range"] == "bytes=-2"


def test_whole_answers_are_asked_for_compressed() -> None:
    assert fetched(reply(200)).server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_fresh_requests_tell_caches_on_the_way() -> None:
    assert fetched(reply(200), fresh=True).server.requests[0].headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("url", ["ftp://index.example/", "http://", "http://host:port/", "nonsense"])
def test_what_is_no_address_is_said_so(url: str) -> None:
    async def scenario() -> str:
        transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
        with pytest.raises(IndexUnavailable) as caught:
            await transport.fetch(Request(url, limit=100))
        await transport.close()
        return str(caught.value)

    assert "no address that can be fetched" in asyncio.run(scenario())


def test_odd_characters_in_a_path_are_quoted_once() -> None:
    async def scenario() -> list[str]:
        async with FaultServer() as server:
            transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
            for path in (
                "/a%2Fb",
                "/a b",
                "/a\r\nX: y",
                "/\N{LATIN SMALL LETTER E WITH ACUTE}",
                "/a+b?c=%41",
            ):
                await transport.fetch(Request(server.url + path, limit=100))
            await transport.close()
            return [asked.path for asked in server.requests]

    assert asyncio.run(scenario()) == ["/a%2Fb", "/a%20b", "/a%0D%0AX:%20y", "/%C3%A9", "/a+b?c=%41"]


# Proxies and TLS


def test_proxy_gets_the_request_with_its_own_credentials() -> None:
    async def scenario() -> Asked:
        async with FaultServer() as server:
            server.script("http://index.example/simple/a/", reply(200, b"page"))
            address = server.url.replace("://", "://user:word@")
            transport = AiohttpTransport(
                timing=FakeTime().timing, early=False, proxies=Proxies({"http": address}, lambda _: False)
            )
            answer = await transport.fetch(Request("http://index.example/simple/a/", limit=100))
            await transport.close()
            assert answer.body == b"page"
            return server.requests[0]

    asked = asyncio.run(scenario())
    assert asked.headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(("status", "tries"), [(407, 1), (502, 1)])
def test_proxy_that_refuses_to_connect_is_named(status: int, tries: int) -> None:
    async def scenario() -> tuple[str, list[Asked]]:
        async with FaultServer() as server:
            server.script("index.example:443", reply(status))
            address = server.url.replace("://", "://user:word@")
            transport = AiohttpTransport(
                timing=FakeTime().timing, early=False, proxies=Proxies({"https": address}, lambda _: False)
            )
            with pytest.raises(IndexUnavailable) as caught:
                await transport.fetch(Request("https://index.example/simple/a/", limit=100))
            await transport.close()
            assert caught.value.status == status
            return str(caught.value), server.requests

    message, requests = asyncio.run(scenario())
    assert "proxy refuses" in message
    assert "word" not in message
    assert len(requests) == tries
    assert requests[0].headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"


def test_proxy_that_is_away_is_named() -> None:
    async def scenario() -> str:
        async with FaultServer() as server:
            away = server.url
        transport = AiohttpTransport(
            timing=FakeTime().timing, early=False, proxies=Proxies({"http": away}, lambda _: False)
        )
        with pytest.raises(IndexUnavailable) as caught:
            await transport.fetch(Request("http://index.example/", limit=100))
        await transport.close()
        return str(caught.value)

    assert "proxy" in asyncio.run(scenario())


def test_plain_server_at_an_https_address_is_not_retried() -> None:
    async def scenario() -> tuple[str, FakeTime]:
        def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mail.example ready\r\n")
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            time = FakeTime()
            transport = AiohttpTransport(timing=time.timing, proxies=NO_PROXY, early=False)
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(IndexUnavailable) as caught:
                await transport.fetch(Request(f"https://127.0.0.1:{port}/a", limit=100))
            await transport.close()
            return str(caught.value), time

    message, time = asyncio.run(scenario())
    assert "begins with http://" in message
    assert time.slept == []


def test_server_that_breaks_off_where_tls_is_to_begin_is_said_to() -> None:
    async def scenario() -> str:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(10_000)
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        async with server:
            transport = AiohttpTransport(timing=FakeTime().timing, proxies=NO_PROXY, early=False)
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(IndexUnavailable) as caught:
                await transport.fetch(Request(f"https://127.0.0.1:{port}/a", limit=100))
            await transport.close()
            return str(caught.value)

    assert "where TLS was to begin" in asyncio.run(scenario())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


def over_tls(certificate: Path, script: Reply, *, trusted: bool) -> tuple[Response | ResolverError, FakeTime]:
    """Fetch ``/a`` over TLS."""

    async def scenario() -> tuple[Response | ResolverError, FakeTime]:
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(certificate)
        known = Trust(str(certificate)) if trusted else None
        async with FaultServer(own) as server:
            url, time = server.script("/a", script), FakeTime()
            transport = AiohttpTransport(timing=time.timing, proxies=NO_PROXY, early=False, trust=known)
            try:
                return await transport.fetch(Request(url, limit=100)), time
            except ResolverError as error:
                return error, time
            finally:
                await transport.close()

    return asyncio.run(scenario())


def test_untrusted_certificate_is_refused_and_not_retried(certificate: Path) -> None:
    outcome, time = over_tls(certificate, reply(200, b"body"), trusted=False)
    assert isinstance(outcome, IndexUnavailable)
    assert "SSL_CERT_FILE" in str(outcome)
    assert time.slept == []


def test_redirect_from_https_to_http_is_refused(certificate: Path) -> None:
    script = reply(302, headers={"Location": "http://127.0.0.1:1/b"})
    outcome, _ = over_tls(certificate, script, trusted=True)
    assert isinstance(outcome, SecurityRefusal)
    assert "plain http" in str(outcome)


def test_network_has_nothing_in_store() -> None:
    assert AiohttpTransport().stored(Request("https://index.example/", limit=1)) is None


def test_closing_twice_is_allowed() -> None:
    async def scenario() -> None:
        transport = AiohttpTransport()
        await transport.close()
        await transport.close()

    asyncio.run(scenario())
