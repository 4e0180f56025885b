"""Random changes to inputs: what a fuzzer without instrumentation can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

__all__ = ["mutated"]

LONGEST = 300_000  # bytes of an input
ODD = (
    [bytes([n]) for n in (*range(33), *b"!\"#%&'()*+,-./:;<=>?@[]^_`{|}~\\", 0x7F, 0x80, 0xC3, 0xFF)]
    + [chr(n).encode() for n in (0xE9, 0x130, 0x17F, 0x663, 0xB2, 0x2028, 0x1F600)]
    + [b"\r\n", b"\n\n", b"..", b"../", b"%2F", b"\\x41", b"1e999", b"-1", b"0" * 50, b"9" * 5000, b"and "]
    + [b"extra", b"''", b"===", b"!=", b".*", b"null", b"{}", b"[]", b"<a href=", b"-->", b"PK\5\6", b"or "]
)


def mutated(seeds: Sequence[bytes], random: Random) -> bytes:
    """Return one of ``seeds`` after one to eight changes."""
    content = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 8)):
        _change(content, seeds, random)
    return bytes(content[:LONGEST])


def _change(content: bytearray, seeds: Sequence[bytes], random: Random) -> None:
    at = random.randint(0, len(content))
    stop = min(len(content), at + random.choice((0, 1, 1, 2, 4, 16, 64)))
    match random.randrange(6):
        case 0:
            content[at:stop] = b""
        case 1 | 2:
            content[at:stop] = random.choice(ODD)
        case 3:
            content[at:at] = content[at:stop] * random.choice((1, 2, 10, 100, 1000))
        case 4:
            other = random.choice(seeds)
            begin = random.randint(0, len(other))
            content[at:stop] = other[begin : begin + random.choice((1, 8, 64, 512))]
        case _:
            if at < len(content):
                content[at] ^= 1 << random.randrange(8)
