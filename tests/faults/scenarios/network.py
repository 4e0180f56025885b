"""What the network does wrong between us and a good index."""

from __future__ import annotations

import asyncio
import errno
import gzip
import time
import zlib
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from aiohttp import ClientSession, CookieJar

from resolver.errors import IndexUnavailable
from resolver.index.http1 import NotPlain
from resolver.limits import ADJUSTABLE, Limit
from support.fault_server import DRIP, MUTE, RESET, Reply, reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, metadata, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pytest

    from support.fake_time import FakeTime
    from support.fault_server import Asked
    from support.scenarios import Outcome, Without
    from support.stage import Stage

GOOD = "a==1.0\n"
BOTH = "a==1.0\nb==1.0\n"
PAGE = "/simple/a/"
BESIDE = "/files/a-1.0-py3-none-any.whl.metadata"
SHORT = ("--timeout", "0.5", "--retries", "0")
ZIPPED = {"Content-Encoding": "gzip"}

#: Our own reader begins, as in a process that has just started.
EARLY = (("resolver.index.aiohttp_transport.is_imported", lambda: False),)


def good_page(stage: Stage) -> Reply:
    """Return the page of ``a`` as it ought to be."""
    return reply(200, page("a", stage.lines()), JSON)


def at_page(*faults: Reply, heals: bool = True) -> Callable[[Stage], None]:
    """Return a set-up in which the page of ``a`` is answered by ``faults``, and then as it ought to be."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        stage.script(PAGE, *faults, *([good_page(stage)] if heals else []))

    return setup


def cut_page(sent: int, ending: str) -> Callable[[Stage], None]:
    """Return a set-up in which so many bytes of the page come, once."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        body = page("a", stage.lines())
        stage.script(PAGE, reply(200, body, JSON, sent=sent, ending=ending), good_page(stage))

    return setup


def damaged_metadata(encoding: str, damage: Callable[[bytes], bytes]) -> Callable[[Stage], None]:
    """Return a set-up in which a metadata file comes damaged, with a length that is right, once."""

    def setup(stage: Stage) -> None:
        text = metadata("a", "1.0", (), *filling(1000)) + b"Requires-Dist: b\n"
        stage.package("a", text=text, file={"core-metadata": True})  # no digest to find it out by
        stage.package("b")
        body = gzip.compress(text) if encoding == "gzip" else zlib.compress(text)
        headers = {"Content-Encoding": encoding}
        stage.script(BESIDE, reply(200, damage(body), headers), reply(200, body, headers))

    return setup


def filling(count: int) -> list[str]:
    """Return header lines that do not compress well."""
    return [f"Keywords: {sha256(b'%d' % number).hexdigest()}" for number in range(count)]


def half(body: bytes) -> bytes:
    """Cut ``body`` off."""
    return body[: len(body) // 2]


def with_wrong_sum(body: bytes) -> bytes:
    """Change a byte of the checksum of gzip."""
    return body[:-6] + bytes([body[-6] ^ 0xFF]) + body[-5:]


def bomb(stage: Stage) -> None:
    """A page of a gigabyte, in a megabyte of gzip."""
    stage.package("a")
    head = b'{"meta": {"api-version": "1.1"}, "name": "a", "files": [], "x": "'
    body = gzip.compress(head) + gzip.compress(b" " * (1 << 26)) * 16 + gzip.compress(b'"}')
    stage.script(PAGE, reply(200, body, {**JSON, **ZIPPED}))


def huge(stage: Stage) -> None:
    """A page of 400 MB, of which 80 are sent."""
    stage.package("a")
    stage.script(PAGE, reply(200, b" " * (80 << 20), JSON, length=400 << 20, ending=MUTE))
    stage.arguments += SHORT


def unzipped(stage: Stage) -> None:
    """What is called gzip is none."""
    stage.package("a")
    stage.script(PAGE, reply(200, b"no gzip at all" * 100, {**JSON, **ZIPPED}))


def cut_without_length(stage: Stage) -> None:
    """A page without a length breaks off, once."""
    stage.package("a")
    body = page("a", stage.lines())
    stage.script(PAGE, reply(200, half(body), JSON, length=-1, ending="close"), good_page(stage))


def metadata_cut_without_length(stage: Stage) -> None:
    """A metadata file without length and digest always breaks off; the wheel is there."""
    text = metadata("a", "1.0", ["b"])
    stage.package("a", text=text, file={"core-metadata": True})
    stage.package("b")
    short = text[: text.index(b"Requires-Dist")]
    stage.script(BESIDE, reply(200, short, length=-1, ending="close"))


def metadata_of_wrong_length(stage: Stage) -> None:
    """The length of a metadata file without a digest is that of its beginning."""
    text = metadata("a", "1.0", ["b"])
    stage.package("a", text=text, file={"core-metadata": True})
    stage.package("b")
    stage.script(BESIDE, reply(200, text, length=text.index(b"Requires-Dist")))


def html_cut_without_length(stage: Stage) -> None:
    """A page in HTML without a length breaks off before the newest version, once."""
    stage.package("a")
    wheels = [stage.package("a", version) for version in ("1.0", "2.0")]
    lines = [f'<a href="{path}">{path[7:]}</a><br>'.encode() for path in wheels]
    headers = {"Content-Type": "text/html"}
    first = reply(200, b"<html><body>" + lines[0], headers, length=-1, ending="close")
    whole = b"<html><body>" + b"".join(lines) + b"</body></html>"
    stage.script(PAGE, first, reply(200, whole, headers, length=-1, ending="close"))


def longer_than_said(stage: Stage) -> None:
    """More follows than the length says."""
    stage.package("a")
    body = page("a", stage.lines())
    stage.script(PAGE, reply(200, body + b"and more", JSON, length=len(body)))


def mute(stage: Stage) -> None:
    """The page never comes; other packages are there."""
    stage.package("a")
    stage.package("b")
    stage.requirements = ["a", "b"]
    stage.script(PAGE, Reply(b"", MUTE))
    stage.arguments += ["--timeout", "0.2"]


def mute_once(stage: Stage) -> None:
    """The page does not come the first time."""
    mute(stage)
    stage.script(PAGE, Reply(b"", MUTE), good_page(stage))


def others_went_on(stage: Stage, _: Outcome) -> None:
    """Everything about the other package was asked for before the mute page was asked for again."""
    paths = [asked.path for asked in stage.server.requests]
    again = [number for number, path in enumerate(paths) if path == PAGE][1]
    assert paths.index("/files/b-1.0-py3-none-any.whl.metadata") < again


def mute_for_ever(stage: Stage) -> None:
    """The page never comes, and the whole has a deadline."""
    mute(stage)
    stage.arguments += ["--timeout", "20", "--deadline", "0.5"]


def drip(stage: Stage) -> None:
    """One byte comes, and then another ..."""
    stage.package("a")
    stage.arguments += ["--timeout", "0.3"]
    stage.script(PAGE, reply(200, b"{", JSON, length=4000, ending=MUTE))


def head_in_drops(stage: Stage) -> None:
    """The head of the answer comes in drops and never ends."""
    stage.package("a")
    stage.arguments += ["--timeout", "0.2"]
    stage.script(PAGE, Reply(b"HTTP/1.1 200 OK\r\nX: ", DRIP))


def endless_head(stage: Stage) -> None:
    """A header never ends."""
    stage.package("a")
    stage.script(PAGE, Reply(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (2 << 20), MUTE))
    stage.arguments += SHORT


def endless(stage: Stage) -> None:
    """The page comes in chunks, and there is always another."""
    stage.package("a")
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: " + JSON["Content-Type"].encode()
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    stage.script(PAGE, Reply(head + b"\r\n\r\n" + chunk * 80, MUTE))
    stage.arguments += SHORT


def hurrying(self: FakeTime) -> float:
    """Stand in for ``FakeTime.now``: 40 seconds pass whenever somebody looks."""
    self.at += 40.0
    return self.at


def redirected(*locations: str | None, status: int = 302) -> Callable[[Stage], None]:
    """Return a set-up in which the page redirects to ``locations`` in turn, then comes."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        ways = [{} if place is None else {"Location": place} for place in locations]
        stage.script(PAGE, *(reply(status, headers=way) for way in ways))
        stage.script("/elsewhere/a/", good_page(stage))

    return setup


def unknown_host(stage: Stage) -> None:
    """Nobody knows the host."""
    stage.package("a")
    stage.index = "http://no-such-host.invalid/simple/"


def no_way(stage: Stage) -> None:
    """There is no way to the network; the address is for documentation only."""
    stage.package("a")
    stage.index = "http://192.0.2.1/simple/"


async def unreachable(*_: object) -> None:
    """Stand in for what connects a socket."""
    raise OSError(errno.ENETUNREACH, "nothing")


def cookies(stage: Stage) -> None:
    """The page wants to be remembered by."""
    stage.package("a")
    stage.script(PAGE, reply(200, page("a", stage.lines()), {**JSON, "Set-Cookie": "who=you; Path=/"}))


def no_cookie_came(stage: Stage, _: Outcome) -> None:
    """No request had a cookie."""
    assert stage.asked(BESIDE) == 1
    assert all("cookie" not in asked.headers for asked in stage.server.requests)


def many_packages(stage: Stage) -> None:
    """More packages than files may be open."""
    names = [f"p{number:03}" for number in range(150)]
    for name in names:
        stage.package(name)
    stage.requirements = names
    stage.arguments += ["--concurrency", "200", "--retries", "0"]


def busy_host(stage: Stage) -> None:
    """For some seconds the server answers everything by asking to wait."""
    names = [f"p{number:02}" for number in range(20)]
    for name in names:
        stage.package(name)
    stage.requirements = names
    stage.arguments += ["--concurrency", "2"]
    times: list[float] = []

    def answer(asked: Asked) -> Reply:
        times.append(time.monotonic())
        if times[-1] < times[0] + 0.4:
            return reply(429, headers={"Retry-After": "5"})
        name = asked.path.split("/")[2]
        return reply(200, page(name, stage.lines(name)), JSON)

    for name in names:
        stage.script(f"/simple/{name}/", answer)


def waited_once(stage: Stage, outcome: Outcome) -> None:
    """Who had not asked yet did not ask meanwhile."""
    assert sum("/simple/" in asked.path for asked in stage.server.requests) <= 22
    assert outcome.done.stderr.count("asked us to wait for 5 s") == 1


async def sleep_fast(_: FakeTime, seconds: float) -> None:
    """Stand in for ``FakeTime.sleep``, at ten times the speed."""
    await asyncio.sleep(seconds / 10)


def few_files(_: pytest.MonkeyPatch) -> None:
    """Let this process have 64 open files."""
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def for_good(message: str, *, url: str, status: int | None = None, **_: object) -> IndexUnavailable:
    """Stand in for ``Transient`` where nothing is tried again."""
    return IndexUnavailable(message, url=url, status=status)


async def nothing(*_: object, **__: object) -> None:
    """Stand in for what asks once more."""


def refusing(*_: object) -> bool:
    """Stand in for what reads a body."""
    raise NotPlain


def lifted(values: Mapping[str, int]) -> Sequence[tuple[str, object]]:
    """Return what sets limits to other values than their defaults."""
    changed = [
        Limit(each.name, each.kind, values.get(each.name, each.default), each.meaning) for each in ADJUSTABLE
    ]
    return (("resolver.limits.ADJUSTABLE", tuple(changed)),)


class Always:
    """Stands in for a slot: whatever is put there is true."""

    def __get__(self, *_: object) -> bool:
        return True

    def __set__(self, *_: object) -> None:
        pass


ALL_WHOLE: Without = (("resolver.index.transport.Response.is_whole", Always()),)
NO_RETRY: Without = (
    ("resolver.index.aiohttp_session.Transient", for_good),
    ("resolver.index.aiohttp_session.silent", lambda url: IndexUnavailable(url, url=url)),
    ("resolver.index.exchange.silent", lambda url: IndexUnavailable(url, url=url)),
)
UNCHECKED: Without = (("resolver.index.decompress.BodyDecoder.finish", lambda self: self._body.getvalue()),)


HURRY = (("support.fake_time.FakeTime.now", hurrying),)
NO_WAY = ("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", unreachable)


def both(scenario: Scenario) -> list[Scenario]:
    """Return ``scenario`` as it is, and where our own reader begins."""
    assert not callable(scenario.given)
    return [scenario, scenario._replace(name=f"{scenario.name}-early", given=(*scenario.given, *EARLY))]


RETRIES = "429/503 + Retry-After (secs, HTTP-date, garbage, 3600, negative)"

SCENARIOS = [
    *(
        Scenario(
            f"retry-after-{status}-{form}",
            row=RETRIES,
            setup=at_page(reply(status, headers={"Retry-After": text})),
            expected=Expected(
                pins=GOOD,
                asked={PAGE: 2},
                slept=slept,
                says=() if says is None else (f"asked us to wait for {says} s",),
                silent=("asked us",) if says is None else (),
            ),
            without=(("resolver.index.statuses.retry_after", lambda *_: 0.7),),
        )
        for status in (429, 503)
        for form, text, slept, says in (
            ("seconds", "25", (25.0,), 25),
            ("date", "Mon, 12 Jan 1970 13:46:45 GMT", (5.0,), 5),  # the clock stands at 13:46:40
            ("3600", "3600", (30.0,), 30),
            ("far-date", "Fri, 31 Dec 9999 23:59:59 GMT", (30.0,), 30),
            ("past-date", "Thu, 01 Jan 1970 00:00:00 GMT", (), None),
            ("garbage", "soon", (0.1,), None),
            ("negative", "-5", (0.1,), None),
        )
    ),
    Scenario(
        "retry-after-once-a-host",
        row=RETRIES,
        setup=busy_host,
        expected=Expected(check=waited_once),
        without=(("resolver.index.retry.HostGate.is_closed", lambda *_: False),),
        given=(
            ("support.fake_time.FakeTime.sleep", sleep_fast),
            ("support.fake_time.FakeTime.now", lambda _: 10 * time.monotonic()),
        ),
    ),
    *(
        Scenario(
            f"always-{status}",
            row="500/502/504/520/408 always",
            setup=at_page(reply(status), heals=False),
            expected=Expected(
                code=3,
                says=(PAGE, f"status {status}", "Tried 4 times"),
                silent=("no version", "not found"),
                asked={PAGE: 4},
                slept=(0.1, 0.4, 1.5),
                then=GOOD,
            ),
            without=(("resolver.index.statuses._RETRIED", frozenset()),),
        )
        for status in (408, 429, 500, 502, 503, 504, 520)
    ),
    *both(
        Scenario(
            "reset-before-headers",
            row="connection reset before/after headers",
            setup=at_page(*[Reply(b"", RESET)] * 3),
            expected=Expected(pins=GOOD, asked={PAGE: 4}),
            without=NO_RETRY,
        )
    ),
    Scenario(
        "reset-after-headers",
        row="connection reset before/after headers",
        setup=cut_page(0, RESET),
        expected=Expected(pins=GOOD, asked={PAGE: 2}),
        without=NO_RETRY,
    ),
    Scenario(
        "truncated-identity",
        row="truncated identity body (CL too big)",
        setup=cut_page(50, "close"),
        expected=Expected(pins=GOOD, asked={PAGE: 2}),
        without=NO_RETRY,
    ),
    *both(
        Scenario(
            "truncated-gzip",
            row="truncated gzip/br/zstd, right CL",
            setup=damaged_metadata("gzip", half),
            expected=Expected(pins=BOTH, asked={BESIDE: 2}),
            without=UNCHECKED,
        )
    ),
    *both(
        Scenario(
            "truncated-deflate",
            row="truncated gzip/br/zstd, right CL",
            setup=damaged_metadata("deflate", half),
            expected=Expected(pins=BOTH, asked={BESIDE: 2}),
            without=UNCHECKED,
        )
    ),
    Scenario(
        "no-length-cut",
        row="no CL, close mid-body",
        setup=cut_without_length,
        expected=Expected(pins=GOOD, asked={PAGE: 2}),
        without=(("resolver.index.pages.MetadataInvalid", KeyError),),
    ),
    *both(
        Scenario(
            "no-length-metadata-cut",
            row="no CL, close mid-body",
            setup=metadata_cut_without_length,
            expected=Expected(pins=BOTH, then=BOTH),
            without=ALL_WHOLE,
        )
    ),
    Scenario(
        "no-length-html-cut",
        row="no CL, close mid-body",
        setup=html_cut_without_length,
        expected=Expected(pins="a==2.0\n", asked={PAGE: 2}),
        without=ALL_WHOLE,
    ),
    *both(
        Scenario(
            "longer-than-length-metadata",
            row="body longer than CL",
            setup=metadata_of_wrong_length,
            expected=Expected(pins=BOTH, then=BOTH),
            without=ALL_WHOLE,
        )
    ),
    *both(
        Scenario(
            "longer-than-length",
            row="body longer than CL",
            setup=longer_than_said,
            expected=Expected(pins=GOOD),
            without=(
                ("resolver.index.exchange.Exchange._plainly", nothing),
                ("resolver.index.http1.AnswerReader._take", refusing),
            ),
        )
    ),
    *both(
        Scenario(
            "wrong-checksum",
            row="corrupt gzip / wrong CRC",
            setup=damaged_metadata("gzip", with_wrong_sum),
            expected=Expected(pins=BOTH, asked={BESIDE: 2}, slept=(0.1,)),
            without=(("resolver.index.aiohttp_session.Transient", for_good),),
        )
    ),
    *both(
        Scenario(
            "corrupt-gzip",
            row="corrupt gzip / wrong CRC",
            setup=unzipped,
            expected=Expected(code=3, says=(PAGE, "stream is damaged"), asked={PAGE: 4}, then=GOOD),
            without=(("resolver.index.aiohttp_session.Transient", for_good),),
        )
    ),
    Scenario(
        "bomb",
        row="endless/huge body",
        setup=bomb,
        expected=Expected(code=7, says=("Nothing of it was used", PAGE), memory=400, then=GOOD),
        without=lifted({"ratio": 10_000, "page-bytes": 1 << 40}),
    ),
    Scenario(
        "huge",
        row="endless/huge body",
        setup=huge,
        expected=Expected(code=7, says=("larger than the limit", PAGE), memory=400, within=5, then=GOOD),
        without=lifted({"page-bytes": 1 << 40}),
    ),
    Scenario(
        "endless",
        row="endless/huge body",
        setup=endless,
        expected=Expected(code=7, says=("larger than the limit", PAGE), memory=400, within=5, then=GOOD),
        without=lifted({"page-bytes": 1 << 40}),
    ),
    Scenario(
        "endless-head",
        row="endless/huge body",
        setup=endless_head,
        expected=Expected(code=3, says=(PAGE, "no HTTP answer"), within=3, then=GOOD),
        without=(
            ("resolver.index.http1._LONGEST_HEAD", 1 << 40),
            ("aiohttp.ClientSession", partial(ClientSession, max_field_size=1 << 30)),
        ),
    ),
    Scenario(
        "drip-head",
        row="drip / slowloris",
        setup=head_in_drops,
        expected=Expected(code=3, says=(PAGE, "in time", "Tried 4 times"), within=4, then=GOOD),
        without=(("resolver.index.aiohttp_session._CONNECT_TIMEOUT", 1e9),),
        given=(("resolver.index.aiohttp_session._CONNECT_TIMEOUT", 0.2),),
    ),
    Scenario(
        "drip",
        row="drip / slowloris",
        setup=drip,
        # Another try would take as long as the first, and so both more than they may.
        expected=Expected(code=3, says=(PAGE, "too slowly"), asked={PAGE: 1}, then=GOOD),
        without=lifted({"throughput": 0}),
        given=HURRY,
    ),
    Scenario(
        "drip-early",
        row="drip / slowloris",
        setup=drip,
        expected=Expected(code=3, says=(PAGE, "in time"), asked={PAGE: 4}, then=GOOD),
        without=lifted({"throughput": 0}),
        given=(*EARLY, lifted({"throughput": 1000})[0]),
    ),
    *both(
        Scenario(
            "mute",
            row="mute after accept",
            setup=mute,
            expected=Expected(
                code=3,
                says=(PAGE, "does not answer in time", "--timeout", "Tried 4 times"),
                asked={PAGE: 4},
                within=3,
            ),
            without=NO_RETRY,
        )
    ),
    *both(
        Scenario(
            "mute-others-go-on",
            row="mute after accept",
            setup=mute_once,
            expected=Expected(pins=BOTH, asked={PAGE: 2}, check=others_went_on),
            without=NO_RETRY,
        )
    ),
    *both(
        Scenario(
            "mute-is-told",
            row="mute after accept",
            setup=mute,
            expected=Expected(code=3, says=("warning: 127.0.0.1 has not answered for 0.05 s", PAGE)),
            without=(("resolver.index.patience.Patience._tell", lambda *_: None),),
            given=(("resolver.index.patience._LONG", 0.05),),
        )
    ),
    *both(
        Scenario(
            "mute-deadline",
            row="mute after accept",
            setup=mute_for_ever,
            expected=Expected(code=7, says=("--deadline", "waiting for the listing of a"), within=2),
            without=(("resolver.budget.Budget.seconds", None),),
        )
    ),
    *both(
        Scenario(
            "redirect-loop",
            row="redirect loop / >10 / relative / missing Location",
            setup=redirected(PAGE),
            expected=Expected(code=3, says=(PAGE, "redirects more than 10 times"), asked={PAGE: 11}),
            without=lifted({"redirects": 12}),
        )
    ),
    *both(
        Scenario(
            "redirect-relative",
            row="redirect loop / >10 / relative / missing Location",
            setup=redirected("../../elsewhere/a/", status=301),
            expected=Expected(pins=GOOD, asked={PAGE: 1, "/elsewhere/a/": 1}),
            without=(("resolver.index.statuses.redirect_target", lambda _, location, __: location),),
        )
    ),
    *both(
        Scenario(
            "redirect-nowhere",
            row="redirect loop / >10 / relative / missing Location",
            setup=redirected(None),
            expected=Expected(code=3, says=(PAGE, "without saying where to")),
            without=(("resolver.index.statuses._REDIRECTING", frozenset()),),
        )
    ),
    *(
        Scenario(
            f"redirect-{location.partition(':')[0]}",
            row="redirect to file:, ftp:, data:",
            setup=redirected(location),
            expected=Expected(code=4, says=(PAGE,), asked={PAGE: 1}),
            without=(("resolver.index.statuses.redirect_target", lambda _, location, __: location),),
        )
        for location in ("file:///etc/hostname", "ftp://127.0.0.1/a", "data:text/html,<a href=a>")
    ),
    *both(
        Scenario(
            "http2-only",
            row="HTTP/2-only CDN",
            setup=at_page(
                Reply(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80\0\4\0\1\0\0\0\5\0\xff\xff\xff"), heals=False
            ),
            expected=Expected(code=3, says=(PAGE, "HTTP/2 only")),
            without=(("resolver.index.aiohttp_session._HTTP2", "never"),),
        )
    ),
    Scenario(
        "http2-wanted",
        row="HTTP/2-only CDN",
        setup=at_page(reply(505), heals=False),
        expected=Expected(code=3, says=(PAGE, "another version of HTTP than 1.1"), asked={PAGE: 1}),
        without=(("resolver.index.statuses._RETRIED", frozenset({505})),),
    ),
    *(
        Scenario(
            name,
            row="DNS failure/ENETUNREACH",
            setup=setup,
            # The first try took 40 s by this clock: no other follows.
            expected=Expected(code=3, says=(says, "--offline"), slept=(), within=5),
            without=(("resolver.index.aiohttp_transport._FAR", 1e9),),
            given=given,
        )
        for name, setup, says, given in (
            ("unknown-host", unknown_host, "no-such-host.invalid is not known", HURRY),
            ("no-way", no_way, "No connection to 192.0.2.1", (*HURRY, NO_WAY)),
        )
    ),
    Scenario(
        "cookies",
        row="cookies",
        setup=cookies,
        expected=Expected(pins=GOOD, check=no_cookie_came),
        without=(("aiohttp.DummyCookieJar", lambda: CookieJar(unsafe=True)),),
    ),
    Scenario(
        "emfile",
        row="EMFILE",
        setup=many_packages,
        expected=Expected(),
        without=(("resolver.index.aiohttp_transport.most_connections", lambda: 1 << 16),),
        child=True,
        given=few_files,
    ),
]
