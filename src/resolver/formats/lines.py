"""The lines of a file of the user's: its bytes, their text, and the logical lines of a requirements file.

A logical line is what is left after pip's preprocessing: physical lines that end with a backslash are joined,
comments and blank lines go, ``${NAME}`` is filled in.  Each remembers where its parts come from, so that an
error can point at the place in the file; a value that came from the environment is never shown.  What the
lines mean is in ``requirements_txt``.

Spec: https://pip.pypa.io/en/stable/reference/requirements-file-format/ (Encoding, Line continuations,
Comments, Using environment variables), PEP 263 (the encoding line).
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

__all__ = ["Line", "content_of", "decode", "logical_lines", "real_path"]

_LARGEST = 64 * 1024 * 1024

_BOMS = (
    # utf-32 first: its little-endian mark begins with that of utf-16.
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def content_of(path: str, stdin: BinaryIO | None = None, kind: str = "requirements file") -> bytes:
    """Return the bytes of a file, or of standard input where ``path`` is ``-``.  Raises ``InputError``."""
    if path == "-" and stdin is None:
        raise InputError("standard input is closed", file=path)
    try:
        if path == "-" and stdin is not None:
            content = stdin.read(_LARGEST + 1)
        else:
            with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
                content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except IsADirectoryError:
        raise InputError(f"this is a directory, not a {kind}", file=path) from None
    except PermissionError:
        raise InputError("this file may not be read: permission denied", file=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"this file cannot be read: {reason}", file=path) from None
    if len(content) > _LARGEST:
        raise InputError(f"this file is larger than {_LARGEST // 2**20} MiB", file=path)
    return content


def real_path(path: str) -> str:
    """Return what tells a file from others, however it is named."""
    return "-" if path == "-" else os.path.realpath(path)


def decode(content: bytes, path: str) -> str:
    r"""Return the text of a file: by its byte order mark, else by its encoding line, else as UTF-8.

    Raises ``InputError`` where the bytes do not fit, and for binary files.  The locale plays no part: the
    same file means the same everywhere.

    >>> decode(b"\xef\xbb\xbfflask", "requirements.txt")
    'flask'
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, path)
    return _decoded(content, _declared(content) or "utf-8", path)


def _declared(content: bytes) -> str | None:
    """Return the encoding that a comment in the first two lines names (``# -*- coding: latin-1 -*-``)."""
    for line in content.split(b"\n", 2)[:2]:
        if not line.startswith(b"#"):
            continue
        for mark in (b"coding:", b"coding="):
            _, found, rest = line.partition(mark)
            name = rest.strip().split()[:1]
            if found and name:
                return name[0].decode("ascii", "replace").rstrip(";,")
    return None


def _decoded(content: bytes, encoding: str, path: str) -> str:
    try:
        text = content.decode(encoding)
    except LookupError:
        raise InputError(
            f"its first lines name the encoding {encoding!r}, which is unknown", file=path
        ) from None
    except UnicodeError as error:
        if b"\0" in content and encoding == "utf-8":
            raise _binary(path) from None
        start = getattr(error, "start", 0)
        raise InputError(
            f"this is no {encoding} text; save the file as UTF-8, or name its encoding in the first line,"
            " such as # -*- coding: latin-1 -*-",
            file=path,
            line=content.count(b"\n", 0, start) + 1,
        ) from None
    if "\0" in text:
        raise _binary(path)
    return text


def _binary(path: str) -> InputError:
    return InputError("this is a binary file, not a requirements file", file=path)


class Line:
    """A logical line; ``number`` is that of the physical line on which it begins.

    ``written`` is its text before variables were filled in.
    """

    __slots__ = ("_pieces", "number", "text", "written")

    def __init__(self, text: str, pieces: tuple[_Piece, ...], written: str = "") -> None:
        self.text = text
        self.written = written or text
        self.number = pieces[0].number
        self._pieces = pieces

    def error(self, message: str, path: str, position: int) -> InputError:
        """Return an error about the character at ``position``, with the physical line it is on."""
        # Behind the end means: at the end of what is there.
        position = min(position, len(self.text))
        piece = self._pieces[0]
        for later in self._pieces[1:]:
            if later.start > position:
                break
            piece = later
        column = piece.column + (position - piece.start if piece.verbatim else 0)
        shown = redacted(piece.physical)
        return InputError(
            message,
            file=path,
            line=piece.number,
            # Where a password was taken out, columns do not hold any more.
            column=column if shown == piece.physical else None,
            text=shown,
        )

    def __repr__(self) -> str:
        return f"Line({self.number}, {redacted(self.text)!r})"


class _Piece:
    """A part of a logical line: from ``start`` on it is line ``number`` from ``column`` (from 1) on."""

    __slots__ = ("column", "number", "physical", "start", "verbatim")

    def __init__(self, start: int, number: int, column: int, physical: str, *, verbatim: bool = True) -> None:
        self.start = start
        self.number = number
        self.column = column
        self.physical = physical
        self.verbatim = verbatim

    def moved(self, by: int) -> _Piece:
        """Return the same part ``by`` characters further left; what was left of the start is cut off."""
        start = self.start - by
        if start >= 0:
            return _Piece(start, self.number, self.column, self.physical, verbatim=self.verbatim)
        column = self.column - start if self.verbatim else self.column
        return _Piece(0, self.number, column, self.physical, verbatim=self.verbatim)


def logical_lines(text: str, environ: Mapping[str, str]) -> Iterator[Line]:
    r"""Yield the lines of ``text`` that say something, joined, without comments, variables filled in.

    >>> [(line.number, line.text) for line in logical_lines("a \\\n  >= 1\n# c\nb # c", {})]
    [(1, 'a   >= 1'), (4, 'b')]
    """
    for joined, pieces in _joined(text):
        shown = _without_comment(joined)
        left = len(shown) - len(shown.lstrip())
        shown = shown.strip()
        if not shown:
            continue
        moved = [piece.moved(left) for piece in pieces]
        # Of several that were cut off at the start, only the last one says something.
        first = max(at for at, piece in enumerate(moved) if piece.start == 0)
        yield _expanded(shown, moved[first:], environ)


def _joined(text: str) -> Iterator[tuple[str, list[_Piece]]]:
    """Yield joined lines with their parts; a comment line ends a continuation, as in pip."""
    joined = ""
    pieces: list[_Piece] = []
    for number, physical in enumerate(text.splitlines(), 1):
        comment = physical.lstrip().startswith("#")
        # The blank lets a comment that ends a continuation be seen as one.
        added = f" {physical}" if comment and pieces else physical
        pieces.append(_Piece(len(joined), number, 1 - (len(added) - len(physical)), physical))
        if physical.endswith("\\") and not comment:
            joined += added.rstrip("\\")
            continue
        yield joined + added, pieces
        joined, pieces = "", []
    if pieces:
        yield joined, pieces


def _without_comment(text: str) -> str:
    """Cut ``text`` at the first ``#`` that begins it or follows white space."""
    at = text.find("#")
    while at > 0 and not text[at - 1].isspace():
        at = text.find("#", at + 1)
    return text if at < 0 else text[:at]


_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def _expanded(text: str, pieces: list[_Piece], environ: Mapping[str, str]) -> Line:
    """Fill in each ``${NAME}`` (capitals, digits, underscores) that has a value; others stay as they are."""
    if "${" not in text:
        return Line(text, tuple(pieces))
    parts: list[str] = []
    shifted: list[_Piece] = []
    waiting = list(reversed(pieces))
    done = length = 0

    def keep(until: int) -> None:
        nonlocal done, length
        while waiting and waiting[-1].start <= until:
            shifted.append(waiting.pop().moved(done - length))
        parts.append(text[done:until])
        length += until - done
        done = until

    at = text.find("${")
    while at >= 0:
        end = text.find("}", at)
        name = text[at + 2 : end] if end > 0 else ""
        value = environ.get(name, "") if name and _NAME.issuperset(name) else ""
        if value:
            keep(at)
            source = shifted[-1]
            column = source.column + (length - source.start if source.verbatim else 0)
            shifted.append(_Piece(length, source.number, column, source.physical, verbatim=False))
            parts.append(value)
            length += len(value)
            done = end + 1
            after = column + (end + 1 - at)
            shifted.append(_Piece(length, source.number, after, source.physical))
        at = text.find("${", max(end, at + 1) if value else at + 2)
    keep(len(text))
    return Line("".join(parts), tuple(shifted), text)
