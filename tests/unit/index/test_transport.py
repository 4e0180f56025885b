"""The parts of the transport that need no server: bodies, pauses, the gate."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import LimitReached
from resolver.index.decompress import BodyDecoder, CorruptBody
from resolver.index.retry import HostGate, Timing, pause
from resolver.index.transport import Request, Response
from support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Callable


def raw_deflate(content: bytes) -> bytes:
    """Compress without zlib's header, as some servers do."""
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(content) + stream.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "GZIP ": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def decode(encoding: str, content: bytes, *, size: int = 1 << 20, limit: int = 1 << 30) -> bytes:
    """Decode ``content`` in chunks of ``size``."""
    decoder = BodyDecoder(encoding, limit=limit, url="https://index.example/")
    for start in range(0, len(content), size):
        decoder.feed(content[start : start + size])
    return decoder.finish()


@given(st.sampled_from(sorted(ENCODERS)), st.binary(max_size=300), st.integers(1, 400))
def test_body_comes_back_however_it_was_cut_into_chunks(encoding: str, content: bytes, size: int) -> None:
    assert decode(encoding, ENCODERS[encoding](content), size=size) == content


@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=300), st.data())
def test_no_proper_part_of_a_compressed_body_is_a_body(
    encoding: str, content: bytes, data: st.DataObject
) -> None:
    whole = ENCODERS[encoding](content)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(CorruptBody):
        decode(encoding, whole[:cut])


def test_deflate_without_header_is_read_too() -> None:
    content = b"some text, and some text again " * 50
    assert raw_deflate(content)[0] & 0x0F != 8
    assert decode("deflate", raw_deflate(content)) == content


@pytest.mark.parametrize("size", [99, 100, 101, 200, 391])
def test_body_that_fills_a_step_exactly_is_whole(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """When zlib's last step just fits, its stream has not ended yet: it must be asked once more."""
    monkeypatch.setattr("resolver.index.decompress._STEP", 100)
    for content in (bytes(size), (b"ab" * size)[:size], (bytes(range(256)) * 2)[:size]):
        assert decode("deflate", raw_deflate(content)) == content
        assert decode("gzip", gzip.compress(content)) == content


def test_zeros_after_gzip_and_anything_after_deflate_are_no_part_of_the_body() -> None:
    assert decode("gzip", gzip.compress(b"body") + bytes(100), size=7) == b"body"
    assert decode("deflate", zlib.compress(b"body") + b"more") == b"body"


def test_empty_body_is_empty_in_every_encoding() -> None:
    assert [decode(encoding, b"") for encoding in ENCODERS] == [b""] * len(ENCODERS)


def test_decoding_stops_within_a_step_of_the_limit() -> None:
    bomb = gzip.compress(bytes(50 << 20))
    decoder = BodyDecoder("gzip", limit=3 << 20, url="https://index.example/")
    with pytest.raises(LimitReached, match="larger than the limit"):
        decoder.feed(bomb)
    assert decoder._decoded <= 4 << 20


def test_body_of_exactly_the_limit_is_allowed() -> None:
    assert decode("", b"12345", limit=5) == b"12345"
    with pytest.raises(LimitReached):
        decode("", b"123456", limit=5)


def test_pauses_grow_and_are_random() -> None:
    for tries, longest in ((1, 0.2), (2, 0.8), (3, 3.0), (9, 3.0)):
        assert pause(tries, FakeTime(random=0.0).timing) == 0.0
        assert pause(tries, FakeTime(random=1.0).timing) == longest


def test_gate_opens_after_the_longest_wait_asked_for_and_for_one_origin_only() -> None:
    time = FakeTime()
    gate = HostGate(time.timing, lambda _: None)

    async def story() -> None:
        gate.close_for("https://a.example:443", 5.0)
        gate.close_for("https://a.example:443", 2.0)
        await gate.passage("https://b.example:443")
        await gate.passage("https://a.example:443")
        await gate.passage("https://a.example:443")

    asyncio.run(story())
    assert time.slept == [5.0]


def test_clock_that_is_set_back_does_not_lengthen_a_wait() -> None:
    time = FakeTime()
    gate = HostGate(time.timing, lambda _: None)
    gate.close_for("a", 5.0)
    time.at -= 3600
    asyncio.run(gate.passage("a"))
    assert time.slept == [30.0]


def test_real_timing_moves() -> None:
    timing = Timing.real()
    asyncio.run(timing.sleep(0))  # type: ignore[arg-type]  # asyncio's sleep is a coroutine
    assert timing.now() > 0
    assert 0 <= timing.random() < 1


def test_requests_derive_from_one_another() -> None:
    request = Request(
        "https://a.example/", accept="text/html", limit=5, byte_range=(0, 10), promised="sha256=0"
    )
    asked = request.conditional({"If-None-Match": '"1"'}).refreshed()
    assert (asked.url, asked.accept, asked.limit, asked.byte_range, asked.promised) == (
        "https://a.example/",
        "text/html",
        5,
        (0, 10),
        "sha256=0",
    )
    assert (asked.headers, asked.fresh, asked.range_header) == ({"If-None-Match": '"1"'}, True, "bytes=0-9")
    assert (request.headers, request.fresh) == ({}, False)


def test_responses_can_be_told_apart_in_a_debugger() -> None:
    assert repr(Response("https://a.example/", 200, {}, b"body")) == "Response(200, 4 bytes)"
