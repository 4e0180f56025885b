"""On which line of a TOML file each key stands; ``tomllib`` does not tell.

The text has been read by ``tomllib`` already, so nothing here checks it.

Spec: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Path = tuple[str | int, ...]

__all__ = ["lines_of"]

_QUOTES = ("'", '"')


def lines_of(text: str) -> dict[Path, int]:
    r"""Return the line (from 1) of each table and key by its path; tables of an array have numbers in it.

    What stands inside a value, such as the keys of an inline table, has no line of its own.

    >>> lines_of("[[a]]\n[[a]]\nb.c = 1")[("a", 1, "b")]
    3
    """
    found: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    table: Path = ()
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        line = text.count("\n", 0, at) + 1
        if text[at] == "#":
            at = _end_of_line(text, at)
        elif text[at] == "[":
            is_array = text.startswith("[[", at)
            keys, at = _keys(text, at + 1 + is_array)
            table = _table(keys, arrays, is_array=is_array)
            _note(found, (), table, line)
            at = _end_of_line(text, at)
        else:
            keys, at = _keys(text, at)
            _note(found, table, keys, line)
            at = _end_of_value(text, at)
    return found


def _note(found: dict[Path, int], table: Path, keys: Path, line: int) -> None:
    for length in range(1, len(keys) + 1):
        found.setdefault(table + keys[:length], line)


def _table(keys: Path, arrays: dict[Path, int], *, is_array: bool) -> Path:
    """Return the path of the table that a header opens: in the last table of each array on the way."""
    path: Path = ()
    for key in keys[:-1]:
        path += (key,)
        if path in arrays:
            path += (arrays[path],)
    path += keys[-1:]
    if is_array:
        arrays[path] = arrays.get(path, -1) + 1
        path += (arrays[path],)
    return path


def _keys(text: str, at: int) -> tuple[Path, int]:
    """Return the dotted key that begins at ``at``, and where what follows it begins."""
    keys = [""]
    while at < len(text) and text[at] not in "=]":
        if text[at] in _QUOTES:
            end = text.index(text[at], at + 1)
            keys[-1] += text[at + 1 : end]
            at = end
        elif text[at] == ".":
            keys.append("")
        elif text[at] not in " \t":
            keys[-1] += text[at]
        at += 1
    return tuple(keys), at


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end_of_value(text: str, at: int) -> int:
    """Return where the line ends on which the value ends that begins behind ``at``."""
    depth = 0
    while at < len(text):
        character = text[at]
        if character in _QUOTES:
            at = _end_of_string(text, at)
            continue
        if character == "#":
            at = _end_of_line(text, at)
            continue
        if character == "\n" and not depth:
            return at
        depth += (character in "[{") - (character in "]}")
        at += 1
    return at


def _end_of_string(text: str, at: int) -> int:
    quote = text[at]
    several = text.startswith(quote * 3, at)
    ending = quote * 3 if several else quote
    at += len(ending)
    while not text.startswith(ending, at):
        at += 2 if text[at] == "\\" and quote == '"' else 1
    at += len(ending)
    while several and text.startswith(quote, at):  # one or two quotes before the three are part of the text
        at += 1
    return at
