"""Terms: a package and the mask of what it may be.

A *domain* says what may still become of a package.  It is an int: bit 0 stands for "not selected", bit
``i + 1`` for candidate ``i``.  A *term* is a pair of a package and an ``allowed`` mask; it is true where the
domain lies within the mask and false where the two have nothing in common.  Because absence is a bit like
any other, there are no positive and negative terms: "not" is ``~``.  A mask may be negative: it then holds
everything but a finite set, which keeps "any candidate but these" exact without knowing how many there are.

What Dart pub writes ``{t1, t2}`` (an incompatibility) is kept here as its negation, a clause; see
``incompatibility``.

Spec: Dart pub, doc/solver.md, "Definitions", "Term"; the identities given there are ``&``, ``|``, ``~``.
"""

from __future__ import annotations

__all__ = ["ABSENT", "bit", "candidates", "newest"]

ABSENT = 1
"""The mask of "not selected"."""


def bit(candidate: int) -> int:
    """Return the mask that holds ``candidate`` alone.

    >>> bin(bit(3))
    '0b10000'
    """
    return 2 << candidate


def newest(mask: int) -> int:
    """Return the highest candidate of a non-negative mask that holds one.

    >>> newest(0b1010)
    2
    """
    return mask.bit_length() - 2


def candidates(mask: int) -> list[int]:
    """Return the candidates of a non-negative mask, oldest first.

    >>> candidates(0b1101)
    [1, 2]
    """
    found = []
    rest = mask >> 1
    while rest:
        lowest = rest & -rest
        found.append(lowest.bit_length() - 1)
        rest ^= lowest
    return found
