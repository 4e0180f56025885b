"""Talking to the user on stderr: errors, warnings, hints, notes and a line of progress.

With a journal the same is written as events for programs (``--log-format jsonl``, see ``journal``).

stdout belongs to the result; nothing here writes to it.  Colour marks the first word only and carries no
meaning of its own.  Text that came from an index cannot control the terminal: what is not printable is
replaced.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from resolver.errors import Fix
    from resolver.events import Event
    from resolver.formats.answer import Progress
    from resolver.journal import Journal
    from resolver.progress import Painted, Plain

__all__ = ["Console", "Streams", "has_colour", "printable"]

_RED, _YELLOW, _GREEN, _CYAN, _DIM = "\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[1;36m", "\033[2m"
_PLAIN = "\033[0m"
_ERASE = "\r\033[K"  # the whole line, with the ^C that terminals write behind its end
_PERIOD = 0.1  # seconds between two lines of progress


class Streams:
    """Where the command reads and writes, and the variables it sees; None: closed by who started us."""

    __slots__ = ("environ", "stderr", "stdin", "stdout")

    def __init__(
        self, stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO, environ: Mapping[str, str]
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ

    def has_colour(self, color: str | None) -> bool:
        """Tell whether what goes to stdout is coloured, by the option ``--color``."""
        return self.stdout is not None and has_colour(color or "auto", self.environ, self.stdout)


class Console:
    """Where messages go, and which of them are wanted.

    ``level`` is 0 ordinarily, negative for quiet (-1: errors only, -2: nothing), positive for verbose.
    With a ``journal`` messages are events in it.
    """

    __slots__ = (
        "_begun",
        "_clock",
        "_colour",
        "_drawing",
        "_due",
        "_journal",
        "_long",
        "_long_of",
        "_on_terminal",
        "_shows",
        "_start",
        "_steps",
        "_stream",
        "level",
        "shows_progress",
    )

    def __init__(  # noqa: PLR0913  # what the command line can say about messages
        self,
        stream: TextIO,
        environ: Mapping[str, str],
        *,
        level: int = 0,
        color: str = "auto",
        progress: bool = True,
        clock: Callable[[], float] = time.monotonic,
        journal: Journal | None = None,
    ) -> None:
        self._journal = journal
        self._steps: dict[str, int] = {}
        self._long = ""
        self._long_of: str | None = None
        self._drawing: Plain | Painted | None = None
        self._stream = stream
        self._clock = clock
        self._colour = has_colour(color, environ, stream)
        self._on_terminal = stream.isatty() or journal is not None
        self._start = clock()
        self._due = self._start + _PERIOD
        self._shows = False
        self._begun = False
        self.level = level
        quiet_place = journal is None and (environ.get("CI") or environ.get("TERM") == "dumb")
        self.shows_progress = progress and level >= 0 and self._on_terminal and not quiet_place

    @property
    def has_colour(self) -> bool:
        """Whether what is written may be coloured."""
        return self._colour and self._journal is None

    @property
    def on_terminal(self) -> bool:
        """Whether somebody is probably looking."""
        return self._on_terminal

    def begin(self, command: str) -> None:
        """Say to programs that the work begins."""
        if self._journal is not None and self.level >= 0:
            from resolver.journal import VERSION  # noqa: PLC0415  # loaded with the journal

            self._journal.write("started", version=VERSION, command=command)

    def end(self, code: int) -> None:
        """Say to programs how the work ended."""
        if self._journal is not None and self.level >= 0:
            self._journal.write("finished", code=code, seconds=round(self._clock() - self._start, 3))

    def error(self, text: str, error: Exception | None = None) -> None:
        """Say why there is no result; only ``-qq`` keeps it back."""
        facts: Mapping[str, object] = {}
        if self._journal is not None and error is not None:
            from resolver.journal import about_error  # noqa: PLC0415  # loaded with the journal

            facts = about_error(error)
        self._say("error", _RED, text, -1, facts)

    def warning(self, text: str) -> None:
        """Say what is odd but did not stop the work."""
        self._say("warning", _YELLOW, text, 0)

    def hint(self, text: str) -> None:
        """Say what could help."""
        self._say("hint", _CYAN, text, -1)

    def fix(self, fix: Fix) -> None:
        """Say what would help, as was tried out."""
        facts: Mapping[str, object] = {}
        if self._journal is not None:
            from resolver.journal import about_fix  # noqa: PLC0415  # loaded with the journal

            facts = about_fix(fix)
        self._say("fix", _GREEN, fix.change, -1, facts)

    def note(self, text: str) -> None:
        """Say something for those who asked for more."""
        self._say("note", _DIM, text, 1)

    def plain(self, text: str, least: int, event: str = "summary") -> None:
        """Write ``text`` as it is, from the level ``least`` on; to programs, as an ``event``."""
        if self.level < least:
            return
        if self._journal is not None:
            self._journal.write(event, message=text)
        else:
            self._write(text)

    @property
    def beginner(self) -> Callable[[str], None] | None:
        """Who wants to hear of what takes long when it begins: whoever looks."""
        return self._begin_long if self.shows_progress else None

    def _begin_long(self, text: str) -> None:
        if self._journal is not None:
            self._journal.write("began", message=text)
        self._long, self._long_of = text, None

    def progress(self, state: Progress) -> None:
        """Show how far the work is, on one line that is written over, at most ten times a second."""
        if self._long_of is None:
            self._long_of = state.package
        elif self._long_of != state.package:
            self._long = ""  # the search goes on
        if not self.shows_progress or self._clock() < self._due:
            return
        self._due = self._clock() + _PERIOD
        if self._journal is not None:
            self._journal.write_progress(state, self._steps)
            return
        package, seconds = printable(self._long or state.package), self._clock() - self._start
        text = self._painter().resolving(state, package, seconds, self._columns())
        self._shows = True  # before it is: a signal may come in between
        self._put(f"{_ERASE}{text}")

    def bar(self, done: int, total: int, failed: int) -> None:
        """Show how much of the work is done, on the same line, which is put back where it was taken away."""
        if not self.shows_progress or (self._clock() < self._due and (self._shows or not self._begun)):
            return
        self._due = self._clock() + _PERIOD
        if self._journal is not None:
            self._journal.write("lines", done=done, total=total, failed=failed)
            return
        text = self._painter().lines(done, total, failed, self._columns())
        self._shows = self._begun = True
        self._put(f"{_ERASE}{text}")

    @property
    def listener(self) -> Callable[[Event], None] | None:
        """Who wants to hear of events: programs, unless they want errors only."""
        return self._event if self._journal is not None and self.level >= 0 else None

    def _event(self, event: Event) -> None:
        """Write an event that no message is about; steps of the search are counted for ``progress``."""
        assert self._journal is not None
        match event.kind:
            case "chosen" | "conflicted":
                self._steps[event.kind] = self._steps.get(event.kind, 0) + 1
            case "fetched" | "retried":
                self._journal.write_event(event)
            case "rejected" if self.level > 0:
                self._journal.write_event(event)

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shows:
            self._put(_ERASE)
            self._shows = False

    def _columns(self) -> int:
        from resolver.progress import columns  # noqa: PLC0415  # lazy: start-up time

        return columns(self._stream)

    def _painter(self) -> Plain | Painted:
        """Return what draws the line of progress."""
        from resolver.progress import Plain, painter  # noqa: PLC0415  # the same

        self._drawing = self._drawing or painter(
            self._clock() - self._start, self._stream, colour=self._colour
        )
        return self._drawing or Plain()

    def _say(
        self, kind: str, colour: str, text: str, least: int, facts: Mapping[str, object] | None = None
    ) -> None:
        if self.level < least:
            return
        if self._journal is not None:
            self._journal.write(kind, **{"message": text, **(facts or {})})
        else:
            mark = f"{colour}{kind}:{_PLAIN}" if self._colour else f"{kind}:"
            self._write(f"{mark} {printable(text)}")

    def _write(self, line: str) -> None:
        self.clear()
        self._put(f"{line}\n")

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody can be told that nobody listens; the exit code still says what happened.
            return


def has_colour(color: str, environ: Mapping[str, str], stream: TextIO) -> bool:
    """Decide on colour: by the option, else NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, else for terminals.

    A terminal of a CI service shows colours even where TERM says that it can do nothing.

    Spec: https://no-color.org and https://force-color.org
    """
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and (environ.get("TERM") != "dumb" or bool(environ.get("CI")))


def printable(text: str) -> str:
    """Return ``text`` with line breaks kept and everything else that is not printable replaced."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
