"""The release segment of a version: ``1.2.3`` as a sequence of ints.

Nearly all releases have one to three segments, so these have classes that hold the segments in slots of
their own; longer ones hold a tuple.  What else a version has is in ``version``, and so is the key by which
versions are compared in bulk: releases are values to look at.

Equality is that of the tuple of segments, trailing zeros included, so that a release can stand for the tuple
(as a dictionary key too).  Order is that of PEP 440, which ignores trailing zeros.  Both hold together in
this sense: ``<`` is a strict weak order; of ``a < b``, ``a > b`` and "alike but for trailing zeros" exactly
one holds; ``a == b`` implies alike, not the reverse; ``a <= b`` means ``not a > b``.  Hence ``1.0`` and
``1`` are neither equal nor is one of them less, and ``sorted`` leaves them in the order in which they came.

Spec: https://packaging.python.org/en/latest/specifications/version-specifiers/#final-releases
"""

from __future__ import annotations

# Loaded by the interpreter itself; the public name, collections.abc, would import collections for it.
from _collections_abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import SupportsIndex, overload

    _Base = Sequence[int]
else:
    _Base = object

__all__ = ["Release", "Release1", "Release2", "Release3", "ReleaseN"]


class Release(_Base):
    """The segments of a release, at least one; see the module for equality and order.

    A ``collections.abc.Sequence``.  Slices are plain tuples.

    >>> Release.of((1, 0)) == (1, 0), Release.of((1, 0)) == (1,), Release.of((1, 0)) < (1,)
    (True, False, False)
    """

    __slots__ = ()

    @staticmethod
    def of(segments: Sequence[int]) -> Release:
        """Return the release with these segments, in the class for their number.

        Raises ``ValueError`` if there are none.
        """
        match segments:
            case (major, minor, micro):
                return Release3(major, minor, micro)
            case (major, minor):
                return Release2(major, minor)
            case (major,):
                return Release1(major)
            case ():
                raise ValueError("a release has at least one segment")
            case _:
                return ReleaseN(tuple(segments))

    @property
    def segments(self) -> tuple[int, ...]:
        """The segments as a tuple, trailing zeros included."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[int]:
        return iter(self.segments)

    def __reversed__(self) -> Iterator[int]:
        return reversed(self.segments)

    def __contains__(self, segment: object) -> bool:
        return segment in self.segments

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> int: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[int, ...]: ...

    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        return self.segments[index]

    def index(self, value: int, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> int:
        """Return where ``value`` stands first; raises ``ValueError`` if it does not."""
        return self.segments.index(value, start, len(self) if stop is None else stop)

    def count(self, value: int) -> int:
        """Return how many segments are ``value``."""
        return self.segments.count(value)

    def __hash__(self) -> int:
        return hash(self.segments)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Release):
            return self.segments == other.segments
        return self.segments == other if isinstance(other, tuple) else NotImplemented

    def __lt__(self, other: Release | tuple[int, ...]) -> bool:
        if not isinstance(other, Release | tuple):
            return NotImplemented
        return _trimmed(self) < _trimmed(other)

    def __gt__(self, other: Release | tuple[int, ...]) -> bool:
        if not isinstance(other, Release | tuple):
            return NotImplemented
        return _trimmed(self) > _trimmed(other)

    def __le__(self, other: Release | tuple[int, ...]) -> bool:
        if not isinstance(other, Release | tuple):
            return NotImplemented
        return _trimmed(self) <= _trimmed(other)

    def __ge__(self, other: Release | tuple[int, ...]) -> bool:
        if not isinstance(other, Release | tuple):
            return NotImplemented
        return _trimmed(self) >= _trimmed(other)

    def __str__(self) -> str:
        return ".".join(map(str, self.segments))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({str(self)!r})>"

    def __reduce__(self) -> tuple[object, ...]:
        return Release.of, (self.segments,)


if not TYPE_CHECKING:
    Sequence.register(Release)


class Release1(Release):
    """A release of one segment."""

    __slots__ = ("major",)

    def __init__(self, major: int) -> None:
        self.major = major

    @property
    def segments(self) -> tuple[int, ...]:
        """The segment in a tuple."""
        return (self.major,)


class Release2(Release):
    """A release of two segments."""

    __slots__ = ("major", "minor")

    def __init__(self, major: int, minor: int) -> None:
        self.major = major
        self.minor = minor

    @property
    def segments(self) -> tuple[int, ...]:
        """The two segments as a tuple."""
        return (self.major, self.minor)


class Release3(Release):
    """A release of three segments, as most are."""

    __slots__ = ("major", "micro", "minor")

    def __init__(self, major: int, minor: int, micro: int) -> None:
        self.major = major
        self.minor = minor
        self.micro = micro

    @property
    def segments(self) -> tuple[int, ...]:
        """The three segments as a tuple."""
        return (self.major, self.minor, self.micro)


class ReleaseN(Release):
    """A release of any number of segments; made by ``Release.of`` for four and more."""

    __slots__ = ("_segments",)

    def __init__(self, segments: tuple[int, ...]) -> None:
        self._segments = segments

    @property
    def segments(self) -> tuple[int, ...]:
        """The segments as a tuple."""
        return self._segments


def _trimmed(release: Release | tuple[int, ...]) -> tuple[int, ...]:
    """Return the segments without trailing zeros."""
    segments = release.segments if isinstance(release, Release) else release
    end = len(segments)
    while end and not segments[end - 1]:
        end -= 1
    return segments[:end]
