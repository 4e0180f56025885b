"""Response bodies: undoing Content-Encoding, whole or not at all, and within limits.

HTTP clients hand out what a cut-off gzip stream gave so far as if it were everything; METADATA cut at a line
would then silently lose requirements.  So a stream must reach its end here, and a body that does not is
``CorruptBody``, which the transport answers by asking again.  A few kilobytes may also be made to unfold into
gigabytes: decoding stops at the limit, before the memory is used.

Specification: https://www.rfc-editor.org/rfc/rfc9110#section-8.4 and https://www.rfc-editor.org/rfc/rfc1952
"""

from __future__ import annotations

from io import BytesIO

from resolver.errors import LimitReached
from resolver.index.urls import redacted
from resolver.limits import lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from zlib import _Decompress

__all__ = ["BodyDecoder", "CorruptBody"]

_STEP = 1 << 20  # at most so much is decoded in one go
_RATIO_FROM = 1 << 20  # small bodies may be as repetitive as they like
_GZIP, _ZLIB, _RAW = 31, 15, -15  # window bits, as zlib takes them


class CorruptBody(Exception):  # never leaves the transport
    """The body is not what was sent: asking again may help."""


class BodyDecoder:
    """Collects the chunks of one body; ``finish`` returns it decoded.

    ``limit`` bounds the decoded bytes (``lifted_by`` names what sets it), ``ratio`` how much larger they may
    be than those received: real pages stay below 30, gzip can reach 1032.  ``url`` is for messages, which
    show it redacted.  Both methods raise ``CorruptBody``, and ``feed`` raises ``LimitReached`` for a body
    that is too large.
    """

    __slots__ = (
        "_body",
        "_decoded",
        "_encoding",
        "_lifted_by",
        "_limit",
        "_ratio",
        "_received",
        "_stream",
        "_url",
        "_whole",
    )

    def __init__(self, encoding: str, *, limit: int, url: str, ratio: int = 200, lifted_by: str = "") -> None:
        self._encoding = encoding.strip().lower()
        self._limit = limit
        self._lifted_by = lifted_by
        self._ratio = ratio
        self._url = url
        self._body = BytesIO()  # unlike a list of chunks, it never holds everything twice
        self._received = 0
        self._decoded = 0
        self._stream: _Decompress | None = None
        self._whole = False  # a stream has ended and no other begun
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise CorruptBody(f"it is encoded as {encoding!r}, which was not asked for")

    @property
    def is_checked(self) -> bool:
        """Whether the encoding tells where the body ends."""
        return self._encoding not in ("", "identity")

    @property
    def size(self) -> int:
        """How many bytes were decoded so far."""
        return self._decoded

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        self._received += len(chunk)
        if self._encoding in ("", "identity"):
            self._keep(chunk)
            return
        while chunk:
            chunk = self._inflate(chunk)

    def finish(self) -> bytes:
        """Return the body, now that all bytes have been fed."""
        compressed = self._encoding not in ("", "identity")
        if self._stream is not None:
            self._inflate(b"")  # zlib may hold back what the last step had no room for
        if compressed and self._received and not self._whole:
            raise CorruptBody(f"its {self._encoding} stream ends too early")
        return self._body.getvalue()

    def _inflate(self, chunk: bytes) -> bytes:
        """Decode some of ``chunk`` and return what is left of it."""
        import zlib  # noqa: PLC0415  # lazy: start-up time

        if self._stream is None:
            if self._whole:
                # RFC 1952, 2.2: a gzip file is a series of members.  Zeros may fill it up; after a stream of
                # deflate nothing means anything.
                chunk = chunk.lstrip(b"\0") if self._encoding != "deflate" else b""
            if not chunk:
                return b""
            self._stream = self._begin(chunk[0])
            self._whole = False
        try:
            self._keep(self._stream.decompress(chunk, _STEP))
        except zlib.error as error:
            raise CorruptBody(f"its {self._encoding} stream is damaged ({error})") from error
        if not self._stream.eof:
            return self._stream.unconsumed_tail
        left = self._stream.unused_data
        self._stream, self._whole = None, True
        return left

    def _begin(self, first: int) -> _Decompress:
        import zlib  # noqa: PLC0415  # lazy: start-up time

        if self._encoding != "deflate":
            return zlib.decompressobj(_GZIP)
        # "deflate" means zlib's format (RFC 9110, 8.4.1.2); some servers send the bare stream.
        return zlib.decompressobj(_ZLIB if first & 0x0F == 8 else _RAW)

    def _keep(self, decoded: bytes) -> None:
        self._body.write(decoded)
        self._decoded += len(decoded)
        if self._decoded > self._limit:
            raise LimitReached(
                f"The answer of {redacted(self._url)} is larger than the limit of {self._limit:,} bytes. "
                f"Nothing of it was used{self._how_to_lift(self._lifted_by)}.",
                option="--max",
            )
        if self._decoded > _RATIO_FROM and self._decoded > self._ratio * self._received:
            raise LimitReached(
                f"The compressed answer of {redacted(self._url)} unfolds to more than {self._ratio} times "
                f"its size, past the limit for such answers. Nothing of it was used ({lifting('ratio')}).",
                option="--max",
            )

    def _how_to_lift(self, name: str) -> str:
        return f" ({lifting(name)})" if name else ""
