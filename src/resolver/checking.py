"""``--check``: whether the output file would change, and how.

What does not say anything about packages is not compared: the comments above the first line, which name the
command, and the statistics of JSON.  Values are compared by ``resolver diff``, not here: what stands in the
file is text that somebody may review.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.lines import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WOULD_CHANGE", "coloured", "difference"]

WOULD_CHANGE = 6
"""The exit code of what only looked, and found a change."""

_CONTEXT = 2
_MOST = 100  # lines of a difference that are shown
_RED, _GREEN, _CYAN, _PLAIN = "\033[31m", "\033[32m", "\033[36m", "\033[0m"


def difference(path: str, text: str) -> list[str]:
    """Return the lines of a unified difference from the file ``path`` to ``text``; none if both say the same.

    A file that is not there is empty.  Raises ``InputError`` where it cannot be read.
    """
    from difflib import unified_diff  # noqa: PLC0415  # lazy: start-up time

    before, after = _without_header(_read(path)), _without_header(text)
    if list(_compared(before)) == list(_compared(after)):
        return []
    lines = list(unified_diff(before, after, path, f"{path} (new)", n=_CONTEXT, lineterm=""))
    if len(lines) <= _MOST:
        return lines
    return [*lines[:_MOST], f"... and {len(lines) - _MOST} more lines"]


def coloured(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a difference in colour."""
    for line in lines:
        colour = {"+": _GREEN, "-": _RED, "@": _CYAN}.get(line[:1], "")
        yield f"{colour}{line}{_PLAIN}" if colour else line


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            return decode(file.read(), path)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror or error}", file=path) from None


def _without_header(text: str) -> list[str]:
    """Return the lines of ``text`` from the first one on that is no comment."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[first:]


def _compared(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that count."""
    is_json = lines[:1] == ["{"]
    return (line for line in lines if not (is_json and line.startswith(' "statistics":')))
