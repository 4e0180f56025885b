"""String literals: what stands between the quotes of a marker.

The specification writes them like Python's, and ``packaging`` reads them as Python does, escapes included: so
do we, without a parser of Python that would warn of what strangers wrote.  The quotes themselves are found by
``markers``.

Spec: https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences
"""

from __future__ import annotations

from resolver.model.faults import FaultyText

__all__ = ["InvalidLiteral", "literal_value"]

_LETTER_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


class InvalidLiteral(FaultyText):
    """What Python would not read."""


def literal_value(text: str, start: int, end: int) -> str:
    r"""Return the value of the literal between the quotes at ``start - 1`` and ``end``.

    Raises ``InvalidLiteral``, with the position in ``text``; cost linear in the literal.

    >>> text = r"'a\x41'"
    >>> literal_value(text, 1, len(text) - 1)
    'aA'
    """
    literal = text[start:end]
    if "\\" not in literal and literal.isascii() and literal.isprintable():
        return literal
    pieces = []
    at = start
    while at < end:
        if text[at] == "\\":
            piece, at = _escaped(text, at, end)
        else:
            piece = text[at]
            if piece in "\n\r\0" or "\ud800" <= piece <= "\udfff":
                raise InvalidLiteral("A quoted text cannot hold this character.", at)
            at += 1
        pieces.append(piece)
    return "".join(pieces)


def _escaped(text: str, at: int, end: int) -> tuple[str, int]:
    """Read the escape sequence at ``at`` as Python does: an unknown one stands for itself."""
    letter = text[at + 1 : min(at + 2, end)]
    if letter in _LETTER_ESCAPES:
        return _LETTER_ESCAPES[letter], at + 2
    if letter and letter in "\\'\"":
        return letter, at + 2
    if letter in ("\n", "\r"):  # a continued line
        return "", at + (3 if text.startswith("\r\n", at + 1) else 2)
    if letter in _HEX_ESCAPES:
        return _hexadecimal(text, at, min(at + 2 + _HEX_ESCAPES[letter], end))
    if letter == "N":
        return _named(text, at, end)
    if letter and letter in "01234567":
        digits = _octal_digits(text[at + 1 : min(at + 4, end)])
        return chr(int(digits, 8)), at + 1 + len(digits)
    if not letter:
        raise InvalidLiteral("A backslash stands before the end of the quoted text.", at)
    return "\\", at + 1


def _hexadecimal(text: str, at: int, end: int) -> tuple[str, int]:
    digits = text[at + 2 : end]
    if len(digits) == _HEX_ESCAPES[text[at + 1]] and all(c in "0123456789abcdefABCDEF" for c in digits):
        number = int(digits, 16)
        if number <= 0x10FFFF:
            return chr(number), end
    raise InvalidLiteral("The escape sequence is not complete.", at)


def _octal_digits(text: str) -> str:
    return text[: len(text) - len(text.lstrip("01234567"))]


def _named(text: str, at: int, end: int) -> tuple[str, int]:
    from unicodedata import lookup  # noqa: PLC0415  # lazy: start-up time

    close = text.find("}", at, end)
    if close > 0 and text.startswith("{", at + 2):
        try:
            character = lookup(text[at + 3 : close])
        except KeyError:
            character = ""
        if len(character) == 1:
            return character, close + 1
    raise InvalidLiteral("The escape sequence does not name a character.", at)
