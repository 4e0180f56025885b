"""Texts and numbers as bytes and back, for what lies on disk: joined, so that reading is splitting.

A block is what other blocks are put into, a table of their lengths first.  Whether bytes are those that were
written is for who keeps them to know (``store`` has a checksum over each record); here bytes that are no
block, or of other texts than expected, raise ``ValueError`` or ``IndexError`` at worst.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ORDER",
    "UTF8",
    "cut",
    "join_block",
    "join_lines",
    "optional",
    "pack_numbers",
    "read_optional",
    "split_block",
    "split_lines",
    "text_or_none",
    "unpack_numbers",
]

ORDER = sys.byteorder
"""The order of the bytes of numbers, to be named where such blocks are kept: they are read as they lie."""

_WIDTH = 4
UTF8 = "utf-8", "surrogatepass"
"""How texts become bytes: whatever text an index makes us hold comes back as it was."""


def join_lines(texts: Sequence[str], separator: str = "\n") -> bytes:
    """Return any texts as one; of no text and of one empty text the same comes out."""
    joined = separator.join(texts)
    if joined.count(separator) >= len(texts) > 0 or "\\" in joined:
        joined = separator.join([_escaped(text) for text in texts])
    return joined.encode(*UTF8)


def split_lines(content: bytes, separator: str = "\n") -> list[str]:
    """Return the texts, at least one, of which ``join_lines`` made ``content``."""
    texts = content.decode(*UTF8).split(separator)
    return [_plain(text) for text in texts] if b"\\" in content else texts


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    parts = text.split("\\\\")
    return "\\".join([part.replace("\\n", "\n").replace("\\t", "\t") for part in parts])


def optional(value: bool | str | None) -> str:  # noqa: FBT001  # a value of the page
    """Return a text for a text that may be missing, or be a yes or no instead."""
    if value is None:
        return ""
    return f"={value}" if isinstance(value, str) else "+" if value else "-"


def read_optional(text: str) -> bool | str | None:
    """Return of what ``optional`` made ``text``."""
    if not text:
        return None
    return text[1:] if text[0] == "=" else text == "+"


def text_or_none(written: str) -> str | None:
    """Return of what ``optional`` made ``written``, where that was a text or missing."""
    return written[1:] if written else None


def cut(joined: bytes, lengths: Sequence[int]) -> list[bytes]:
    """Return the pieces of these ``lengths`` of which ``joined`` was put together."""
    pieces, start = [], 0
    for length in lengths:
        pieces.append(joined[start : start + length])
        start += length
    return pieces


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Return numbers of 32 bits, four bytes each."""
    from struct import pack  # noqa: PLC0415  # lazy: who only reads does without

    return pack(f"={len(numbers)}I", *numbers)


def unpack_numbers(content: bytes) -> Sequence[int]:
    """Return the numbers, which are read where they lie.  Raises ``ValueError``."""
    if len(content) % _WIDTH:
        raise ValueError("part of a number is missing")
    return memoryview(content).cast("I")


def join_block(parts: Sequence[bytes]) -> bytes:
    """Return ``parts``, less than 2^32 bytes each, in one."""
    return b"".join((pack_numbers([len(parts), *map(len, parts)]), *parts))


def split_block(block: bytes) -> list[bytes]:
    """Return the parts of ``block``.  Raises ``ValueError`` where they are not as long as the block."""
    count = int.from_bytes(block[:_WIDTH], ORDER)
    end = _WIDTH * (count + 1)
    lengths = unpack_numbers(block[_WIDTH:end])
    if len(lengths) != count or end + sum(lengths) != len(block):
        raise ValueError("the parts are not as long as the block")
    parts = []
    for length in lengths:
        parts.append(block[end : end + length])
        end += length
    return parts
