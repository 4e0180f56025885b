"""Literals have the value that Python gives them, or none where it gives none."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.model.literals import InvalidLiteral, literal_value

pytestmark = pytest.mark.filterwarnings(
    "ignore:invalid escape sequence", "ignore:invalid octal escape sequence", r"ignore:.*is an invalid escape"
)

PIECES = (
    "a",
    "\\",
    "n",
    "x",
    "4",
    "1",
    "u",
    "U0001F600",
    "N{DIGIT ONE}",
    "{",
    "}",
    "7",
    "8",
    "0",
    "\n",
    "\r",
    "\0",
    "é",
    '"',
    "\ud800",
)


def theirs(text: str) -> str | None:
    """Return Python's value of a literal with its quotes, or None."""
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None
    assert isinstance(value, str)
    return value


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_value_is_that_of_python(inside: str) -> None:
    """Every escape, every character, and every end."""
    text = f"'{inside}'"
    actual: str | None
    try:
        actual = literal_value(text, 1, len(text) - 1)
    except InvalidLiteral as error:
        actual = None
        if not 1 <= error.position < len(text):
            raise
    assert theirs(text) == actual


def test_error_is_a_sentence() -> None:
    """The text of the error is its message."""
    with pytest.raises(InvalidLiteral) as caught:
        literal_value("'\\'", 1, 2)
    assert str(caught.value) == "A backslash stands before the end of the quoted text."
