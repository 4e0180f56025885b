"""Plain answers are read as the standard library reads them, and all others are refused."""

from __future__ import annotations

import gzip
from http.client import HTTPResponse
from io import BytesIO
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.index.http1 import AnswerReader, NotPlain, request_head

if TYPE_CHECKING:
    from socket import socket

LIMIT = 1 << 16


class Socket:
    """What ``HTTPResponse`` wants of a socket."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, _mode: str) -> BytesIO:
        """Return what was received."""
        return BytesIO(self._content)


def by_library(content: bytes) -> HTTPResponse:
    """Read an answer by the standard library."""
    response = HTTPResponse(cast("socket", Socket(content)))
    response.begin()
    return response


def read(content: bytes, size: int = LIMIT, limit: int = LIMIT) -> AnswerReader:
    """Read a whole answer that comes in pieces of ``size``; only the last one may complete it."""
    reader = AnswerReader(limit)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert [reader.feed(piece) for piece in pieces] == [*[False] * (len(pieces) - 1), True]
    return reader


def with_length(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    """Return an answer that gives the length of its body."""
    lines = [f"HTTP/1.1 {status} Fine", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "\r\n"]).encode("latin-1") + body


def in_chunks(body: bytes, size: int) -> bytes:
    """Return an answer whose body comes in chunks."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


NAMES = st.sampled_from(["ETag", "content-type", "Cache-Control", "X-A_b", "Age"])
TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)


@given(
    st.sampled_from([200, 206, 301, 404, 503]),
    st.binary(max_size=200),
    st.dictionaries(NAMES, TEXTS),
    st.integers(1, 300),
)
def test_answer_with_a_length_is_read_as_the_standard_library_reads_it(
    status: int, body: bytes, headers: dict[str, str], size: int
) -> None:
    content = with_length(status, body, headers)
    ours, library = read(content, size), by_library(content)
    assert ours.status == library.status
    assert ours.headers == {name.lower(): text for name, text in library.getheaders()}
    assert bytes(ours.body) == library.read()
    assert ours.keeps


@given(st.binary(max_size=200), st.integers(1, 300), st.integers(1, 300))
def test_body_in_chunks_is_read_as_the_standard_library_reads_it(body: bytes, chunk: int, size: int) -> None:
    content = in_chunks(body, chunk)
    assert bytes(read(content, size).body) == by_library(content).read() == body


@given(st.data())
def test_no_proper_part_of_an_answer_is_complete(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([with_length(200, b"some text", {}), in_chunks(b"some text", 4)]))
    assert not AnswerReader(LIMIT).feed(content[: data.draw(st.integers(0, len(content) - 1))])


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status: int) -> None:
    assert bytes(read(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status).body) == b""


def test_who_is_about_to_close_says_so() -> None:
    assert not read(with_length(200, b"", {"Connection": "close"})).keeps
    assert read(with_length(200, b"", {"Connection": "Keep-Alive"})).keeps


def test_body_is_left_as_it_was_sent() -> None:
    body = gzip.compress(b"text")
    assert bytes(read(with_length(200, body, {"Content-Encoding": "gzip"})).body) == body


def test_of_a_repeated_header_the_last_one_counts() -> None:
    content = b"HTTP/1.1 200\r\nVary: a\r\nvary: b\r\nContent-Length: 0\r\n\r\n"
    assert read(content).headers["vary"] == "b"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
ODD = {
    "another protocol": b"SSH-2.0-server\r\n\r\n",
    "older version": b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "status that is no number": b"HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "not the final status": b"HTTP/1.1 103 Hints\r\n\r\n",
    "status that nobody knows": b"HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "length and chunks": CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "larger than the limit": b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n",
    "folded header": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "space before the colon": b"HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
    "header without a colon": b"HTTP/1.1 200 OK\r\nA\r\nContent-Length: 0\r\n\r\n",
    "bare line feed": b"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\nA: " + b"a" * (1 << 15),
    "chunk of no size": CHUNKED + b"\r\n\r\n\r\n",
    "chunk of a size that is no number": CHUNKED + b"\r\nxyz\r\n\r\n",
    "chunk of a signed size": CHUNKED + b"\r\n+1\r\na\r\n",
    "chunk with an extension": CHUNKED + b"\r\n1;a=b\r\na\r\n0\r\n\r\n",
    "chunk that is longer than it says": CHUNKED + b"\r\n1\r\nab\r\n0\r\n\r\n",
    "chunk above the limit": CHUNKED + b"\r\nfffff\r\na",
    "endless chunk size": CHUNKED + b"\r\n" + b"0" * 20,
    "trailers": CHUNKED + b"\r\n0\r\nA: b\r\n\r\n",
}


@pytest.mark.parametrize("case", ODD)
def test_whatever_is_not_plain_is_refused(case: str) -> None:
    with pytest.raises(NotPlain):
        AnswerReader(LIMIT).feed(ODD[case])


@pytest.mark.parametrize("case", ODD)
def test_it_is_refused_however_it_was_cut(case: str) -> None:
    reader = AnswerReader(LIMIT)
    with pytest.raises(NotPlain):
        assert not any(reader.feed(bytes([byte])) for byte in ODD[case])


MORE = {
    "longer than it says": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", b"a", True),
    "body where there is none": (b"HTTP/1.1 304 Same\r\n\r\nab", b"", True),
    "more after the chunks": (CHUNKED + b"\r\n0\r\n\r\nHTTP/1.1", b"", False),
}


@pytest.mark.parametrize("case", MORE)
def test_what_follows_an_answer_belongs_to_none(case: str) -> None:
    """The connection is not used again, for what comes on it next would be that."""
    content, body, ends_early = MORE[case]
    reader = AnswerReader(LIMIT)
    assert reader.feed(content)
    assert (bytes(reader.body), reader.keeps, reader.ends_early) == (body, False, ends_early)


def test_request_names_host_and_headers() -> None:
    assert request_head("index.example", "/simple/a/", {"Accept": "text/html"}) == (
        b"GET /simple/a/ HTTP/1.1\r\nHost: index.example\r\nAccept: text/html\r\n\r\n"
    )


@pytest.mark.parametrize("text", ["a\r\nB: c", "a\nb", "\0", "ä"])
def test_header_cannot_begin_a_line_of_its_own(text: str) -> None:
    with pytest.raises(NotPlain):
        request_head("index.example", "/", {"If-None-Match": text})


def test_target_cannot_end_its_line() -> None:
    with pytest.raises(NotPlain):
        request_head("index.example", "/ HTTP/1.1", {})
