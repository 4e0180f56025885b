"""Bytes to text to logical lines: encodings, continuations, comments, variables, and places in the file."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import InputError
from resolver.formats.lines import decode, logical_lines

TEXT = "caf\N{LATIN SMALL LETTER E WITH ACUTE}"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
    ],
)
def test_byte_order_marks_name_the_encoding(content: bytes) -> None:
    """The mark itself is no text."""
    assert decode(content, "a.txt") == TEXT


@pytest.mark.parametrize(
    "line", ["# -*- coding: latin-1 -*-", "# coding=latin-1", "# vim: fileencoding=latin-1 :"]
)
def test_encoding_line_names_the_encoding(line: str) -> None:
    """In the first or the second line, and only in a comment."""
    assert decode(f"{line}\n{TEXT}".encode("latin-1"), "a.txt").endswith(TEXT)
    assert decode(f"\n{line}\n{TEXT}".encode("latin-1"), "a.txt").endswith(TEXT)
    with pytest.raises(InputError):
        decode(f"\n\n{line}\n{TEXT}".encode("latin-1"), "a.txt")
    with pytest.raises(InputError):
        decode(f"a{line[1:]}\n{TEXT}".encode("latin-1"), "a.txt")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"flask\n\xff", 2, "this is no utf-8 text"),
        (b"\xff\xfea", 1, "this is no utf-16-le text"),
        (b"# coding: klingon\n", None, "the encoding 'klingon', which is unknown"),
        (b"# coding: hex\n", None, "the encoding 'hex'"),
        (b"a\0b", None, "binary file"),
        (b"\x7fELF\xff\0", None, "binary file"),
    ],
)
def test_bytes_that_are_no_text_are_input_errors(content: bytes, line: int | None, words: str) -> None:
    """With the line where that can be told."""
    with pytest.raises(InputError) as caught:
        decode(content, "a.txt")
    assert words in caught.value.message
    assert (caught.value.file, caught.value.line) == ("a.txt", line)


def lines(text: str, **environ: str) -> list[tuple[int, str]]:
    """Return the logical lines of ``text`` as pairs."""
    return [(line.number, line.text) for line in logical_lines(text, environ)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n# a\n  # b", []),
        ("a\r\nb\rc", [(1, "a"), (2, "b"), (3, "c")]),
        ("a # b", [(1, "a")]),
        ("a#b", [(1, "a#b")]),
        ("a#b # c", [(1, "a#b")]),
        ("a\t#b", [(1, "a")]),
        ("a \\\nb \\\nc\nd", [(1, "a b c"), (4, "d")]),
        ("a \\", [(1, "a")]),
        ("a \\\n# b\nc", [(1, "a"), (3, "c")]),
        ("a \\\n# b \\\nc", [(1, "a"), (3, "c")]),
        ("# a \\\nb", [(2, "b")]),
        ("  a  \n", [(1, "a")]),
        (" \\\n \\\n  a", [(3, "a")]),
    ],
)
def test_lines_are_joined_and_comments_go(text: str, expected: list[tuple[int, str]]) -> None:
    """As pip does it; the number is that of the first physical line that says something."""
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${A}", "1"),
        ("x${A}y${LONG_2}", "x1ylonger"),
        ("${NONE} ${EMPTY} ${lower} ${A B} ${} $A {A}", "${NONE} ${EMPTY} ${lower} ${A B} ${} $A {A}"),
        ("${A", "${A"),
        ("${${A}}", "${1}"),
        ("${A}${A}", "11"),
    ],
)
def test_variables_are_filled_in(text: str, expected: str) -> None:
    """Those in capitals that have a value; the others stay."""
    assert lines(text, A="1", LONG_2="longer", EMPTY="", lower="no") == [(1, expected)]


def test_a_value_is_not_read_again() -> None:
    """What comes from a variable is neither a comment nor another variable."""
    assert lines("a ${A} b", A="# ${A}") == [(1, "a # ${A} b")]


def place(text: str, mark: str, **environ: str) -> tuple[int | None, int | None, str | None]:
    """Return line, column and excerpt of an error about the first ``mark`` of the first logical line."""
    line = next(iter(logical_lines(text, environ)))
    error = line.error("x", "a.txt", line.text.index(mark))
    return error.line, error.column, error.text


def test_errors_point_into_the_physical_line() -> None:
    """Behind continuations, indentation and variables, too."""
    assert place("  ab!", "!") == (1, 5, "  ab!")
    assert place("\n a \\\n  b!c", "!") == (3, 4, "  b!c")
    assert place(" \\\n  b!c", "!") == (2, 4, "  b!c")
    assert place("a${X}b!", "!", X="long value") == (1, 7, "a${X}b!")
    assert place("a${X}b", "o", X="long value") == (1, 2, "a${X}b")
    assert place("${X} \\\n ${X}!", "!", X="y") == (2, 6, " ${X}!")
    assert place("a \\\n${X} \\\n!", "!", X="y") == (3, 1, "!")


def test_an_error_behind_the_end_points_at_the_end() -> None:
    """A requirement that ends too early is at fault where it ends."""
    line = next(iter(logical_lines("ab # c", {})))
    assert line.error("x", "a.txt", 99).column == 3


def test_neither_values_nor_passwords_are_shown() -> None:
    """An excerpt is the physical line, without logins; then columns do not hold and there is none."""
    assert place("https://${TOKEN}@a/!", "!", TOKEN="secret") == (1, None, "https://****@a/!")
    line = next(iter(logical_lines("a https://u:secret@b/", {})))
    assert "secret" not in str(line.error("x", "a.txt", 0))
    assert "secret" not in repr(line)


WORDS = st.text(alphabet="ab-#\\ \n\t${}A_", max_size=40)


@given(WORDS)
def test_every_character_has_its_place(text: str) -> None:
    """Law: the place that an error gives holds the character that the error is about."""
    physical = text.splitlines()
    for line in logical_lines(text, {}):
        for position, character in enumerate(line.text):
            error = line.error("x", "a.txt", position)
            assert error.line is not None
            assert error.column is not None
            found = physical[error.line - 1][error.column - 1 : error.column]
            assert found == character or (found == "" and character == " ")


@given(WORDS, st.text(alphabet="xyz", min_size=1, max_size=5))
def test_places_hold_behind_variables(text: str, value: str) -> None:
    """Law: the same where variables are filled in, for all characters that do not come from one."""
    physical = text.splitlines()
    for line in logical_lines(text, {"A": value, "A_A": value}):
        assert "${A}" not in line.text
        for position, character in enumerate(line.text):
            error = line.error("x", "a.txt", position)
            if character in value:
                continue
            found = physical[(error.line or 1) - 1][(error.column or 1) - 1 :][:1]
            assert found == character or (found == "" and character == " ")
