"""The line of progress: how far the work is, in words and as a bar, on one line of a terminal.

When it is shown and taken away is decided in ``console``.  Where rich is installed it draws the line once the
work has taken a second (``Painted``); it only draws: no thread, no hidden cursor, so that whatever ends the
work leaves the terminal as it was.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from resolver.formats.answer import Progress

__all__ = ["Painted", "Plain", "columns", "painter"]

_WIDEST = 40  # columns of a bar
_LONG = 1.0  # seconds; importing rich takes some 0.1


class Plain:
    """Writes the line as text."""

    def resolving(self, state: Progress, package: str, seconds: float, width: int) -> str:
        """Return how far a resolution is, in less than ``width`` columns: a line that wraps would stay.

        ``package`` is that of ``state`` without what could control the terminal.
        """
        return f"Resolving: {_facts(state, package, seconds)}"[: width - 1]

    def lines(self, done: int, total: int, failed: int, width: int) -> str:
        """Return how many of the lines of ``resolve-many`` have an outcome."""
        said = f" {done:,}/{total:,}{f', {failed:,} failed' if failed else ''}"
        widest = min(width - 1 - len("[]") - len(said), _WIDEST)
        full = widest * done // max(total, 1)
        bar = f"[{'#' * full}{'.' * (widest - full)}]" if widest > 0 else ""
        return f"{bar}{said}"[: width - 1]


class Painted:
    """Writes the same by rich: with a sign of life, and a bar of lines and colours."""

    def __init__(self, encoding: str, *, colour: bool) -> None:
        """Raise ``ImportError`` where rich is not installed."""
        from io import StringIO  # noqa: PLC0415  # loaded by the interpreter anyway

        from rich.console import Console  # noqa: PLC0415  # of an extra
        from rich.spinner import Spinner  # noqa: PLC0415  # the same

        self._console = Console(
            file=StringIO(),
            force_terminal=True,
            color_system="standard" if colour else None,
            legacy_windows=False,
            width=1000,
            highlight=False,
        )
        self._spinner = Spinner("dots" if "utf" in encoding.lower() else "line")
        self._encoding = encoding

    def resolving(self, state: Progress, package: str, seconds: float, width: int) -> str:
        """Return how far a resolution is."""
        from rich.text import Text  # noqa: PLC0415  # loaded by now

        sign = self._spinner.render(seconds)
        assert isinstance(sign, Text)
        said, colon, package = _facts(state, package, seconds).partition(": ")
        text = Text.assemble(sign, " ", ("Resolving", "bold"), f": {said}{colon}", (package, "cyan"))
        return self._drawn(text, width)

    def lines(self, done: int, total: int, failed: int, width: int) -> str:
        """Return how many of the lines have an outcome."""
        from rich.text import Text  # noqa: PLC0415  # loaded by now

        said = f" {done:,}/{total:,}"
        worse = f", {failed:,} failed" if failed else ""
        widest = max(min(width - 1 - len(said) - len(worse), _WIDEST), 0)
        full = widest * done // max(total, 1)
        sign = "━" if "utf" in self._encoding.lower() else "="
        text = Text.assemble((sign * full, "green"), (sign * (widest - full), "dim"), said, (worse, "red"))
        return self._drawn(text, width)

    def _drawn(self, text: object, width: int) -> str:
        from rich.text import Text  # noqa: PLC0415  # loaded by now

        assert isinstance(text, Text)
        text.truncate(width - 1)
        with self._console.capture() as capture:
            self._console.print(text, end="", no_wrap=True, soft_wrap=True)
        return capture.get()


def painter(seconds: float, stream: TextIO, *, colour: bool) -> Painted | Plain | None:
    """Return what draws the line from now on; None: the work is too short yet to import rich for it."""
    if seconds < _LONG:
        return None
    try:
        return Painted(getattr(stream, "encoding", None) or "ascii", colour=colour)
    except ImportError:
        return Plain()


def columns(stream: TextIO) -> int:
    """Return how wide the terminal is."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80  # some pseudo-terminals say 0
    except (OSError, ValueError):
        return 80


def _facts(state: Progress, package: str, seconds: float) -> str:
    """Return the facts in words, the package last, behind a colon."""
    parts = [_count(state.packages, "package")]
    if state.fetching:
        parts.append(f"fetching {state.fetching}")
    if state.decisions:
        parts.append(_count(state.decisions, "decision"))
    if seconds >= _LONG:
        parts.append(f"{seconds:.0f} s")
    return f"{', '.join(parts)}: {package}".rstrip(": ")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
