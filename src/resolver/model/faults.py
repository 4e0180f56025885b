"""What can be wrong with a marker, for those who catch it and may never meet a marker.

What raises these, and when, is in ``markers``.
"""

from __future__ import annotations

__all__ = ["InvalidMarker", "UndefinedComparison", "UndefinedVariable"]


class InvalidMarker(ValueError):
    """A text that is not a marker: ``message`` is one sentence, ``position`` the offset it is about."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message, position)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return self.message


class UndefinedComparison(ValueError):
    """A marker has no value, because it compares what cannot be compared."""


class UndefinedVariable(UndefinedComparison):
    """A marker has no value, because it reads a variable that is not defined where it is used."""
