"""What can be wrong with a text that strangers wrote, and where in it; and what with a marker.

These are here for those who catch them and may never meet a marker: what raises them is in ``markers``.
"""

from __future__ import annotations

__all__ = ["FaultyText", "InvalidMarker", "UndefinedComparison", "UndefinedVariable"]


class FaultyText(ValueError):
    """A text that cannot be read: ``message`` is a sentence, ``position`` the offset that it is about."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message, position)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return self.message


class InvalidMarker(FaultyText):
    """A text that is not a marker."""


class UndefinedComparison(ValueError):
    """A marker has no value, because it compares what cannot be compared."""


class UndefinedVariable(UndefinedComparison):
    """A marker has no value, because it reads a variable that is not defined where it is used."""
