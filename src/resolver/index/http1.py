"""HTTP/1.1 answers as most servers send them: from the bytes of a connection to status, headers and body.

Nothing is sent or waited for here, see ``early``.  Only what is plain is read: whatever is unusual about an
answer, allowed or not, is ``NotPlain``, for aiohttp reads the same better.  So no rule is bent here, but that
what follows an answer, where nothing more was asked, is ignored, and the connection given up (aiohttp would
give up the answer, too).

Specification: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AnswerReader", "NotPlain", "request_head"]

_BEGIN = b"HTTP/1.1 "
_LONGEST_HEAD = 1 << 15
_LONGEST_SIZE = 8  # digits of a chunk's size
_FRAMING = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
_WITHOUT_BODY = frozenset({204, 304})


class NotPlain(Exception):  # never leaves ``early``
    """The answer is broken, or of a kind that is left to aiohttp."""


def request_head(host: str, target: str, headers: Mapping[str, str]) -> bytes:
    """Return the bytes of a GET.  Raises ``NotPlain`` for what would not stay on its line."""
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    if not all(line.isascii() and line.isprintable() for line in lines) or " " in target:
        raise NotPlain
    return "\r\n".join([*lines, "\r\n"]).encode()


class AnswerReader:
    """Reads one answer; once ``feed`` has returned true, everything about it is known.

    ``headers`` have names in lower case, and the last of several lines of a name; ``body`` is as it was sent,
    at most ``limit`` bytes.  ``keeps`` tells whether the connection can be used again, ``ends_early`` that
    something followed at once where the length says that the body ends.
    """

    __slots__ = (
        "_buffer",
        "_chunked",
        "_left",
        "_limit",
        "_looked",
        "body",
        "ends_early",
        "headers",
        "keeps",
        "status",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._chunked = False
        self._left = 0
        self._looked = 0  # bytes in which the end of the headers is not
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.ends_early = False
        self.keeps = True

    def feed(self, received: bytes) -> bool:
        """Take the next bytes; tell whether the answer is complete.  Raises ``NotPlain``."""
        if self.status and not self._chunked:
            return self._take(received)
        self._buffer += received
        if not self.status and not self._begin():
            return False
        if self._chunked:
            return self._take_chunks()
        rest = bytes(self._buffer)
        self._buffer.clear()
        return self._take(rest)

    def _begin(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", max(0, self._looked - 3))
        if end < 0:
            self._looked = len(self._buffer)
            if len(self._buffer) > _LONGEST_HEAD or not self._buffer.startswith(_BEGIN[: len(self._buffer)]):
                raise NotPlain
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        self.status = _status(first)
        self.headers = _headers(lines)
        self._set_length()
        return True

    def _set_length(self) -> None:
        """RFC 9112, 6.3: how long the body is; one that ends with the connection is not plain."""
        headers = self.headers
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        self.keeps = headers.get("connection", "keep-alive").lower() == "keep-alive"
        if self.status in _WITHOUT_BODY:
            return
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise NotPlain
            self._chunked = True
        elif length is not None and length.isascii() and length.isdigit() and len(length) < 16:
            self._left = int(length)
            if self._left > self._limit:
                raise NotPlain
        else:
            raise NotPlain

    def _take(self, received: bytes) -> bool:
        self.body += received[: self._left]
        if len(received) > self._left:
            self.keeps = False  # what follows is no answer to anything
            self.ends_early = True
        self._left = max(self._left - len(received), 0)
        return self._left == 0

    def _take_chunks(self) -> bool:
        """RFC 9112, 7.1, without extensions and trailers."""
        buffer, at = self._buffer, 0
        while (end := buffer.find(b"\r\n", at, at + _LONGEST_SIZE + 2)) >= 0:
            size = _chunk_size(buffer[at:end])
            begin, end = end + 2, end + 2 + size
            if len(self.body) + size > self._limit:
                raise NotPlain
            if len(buffer) < end + 2:
                break
            if buffer[end : end + 2] != b"\r\n":
                raise NotPlain
            self.body += buffer[begin:end]
            at = end + 2
            if not size:
                self.keeps = self.keeps and len(buffer) == at
                return True
        if len(buffer) > at + _LONGEST_SIZE + 1 and end < 0:
            raise NotPlain
        del buffer[:at]
        return False


def _status(line: str) -> int:
    version, _, rest = line.partition(" ")
    digits = rest[:3]
    if version != "HTTP/1.1" or not (digits.isascii() and digits.isdigit()) or rest[3:4] not in ("", " "):
        raise NotPlain
    status = int(digits)
    if not 200 <= status < 600:
        raise NotPlain
    return status


def _headers(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, text = line.partition(":")
        name, text = name.lower(), text.strip(" \t")
        if not colon or not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
            raise NotPlain
        if not text.replace("\t", "").isprintable() or (name in _FRAMING and name in found):
            raise NotPlain
        found[name] = text
    return found


def _chunk_size(digits: bytearray) -> int:
    if not digits.isalnum():
        raise NotPlain
    try:
        return int(digits, 16)
    except ValueError:
        raise NotPlain from None
