"""The command ``resolver``: streams and exit codes.

What the words mean is in ``arguments``, what each command does in ``commands`` and ``errands``, what a
signal does in ``signals``.  stdout carries the result only; all talk goes to stderr.

Exit codes: 0 solved; those of ``errors``; 70 for what nobody expected; 130 and 143 for SIGINT and SIGTERM;
141 where the reader of stdout went away.
"""

from __future__ import annotations

import gc
import os
import sys
from io import StringIO

from resolver.arguments import parse
from resolver.console import Console, Streams
from resolver.errors import NoSolution, ResolverError
from resolver.signals import INTERRUPTED, TERMINATED, Signals, Terminated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn, TextIO

    from resolver.arguments import Arguments
    from resolver.commands import Solve
    from resolver.config_files import ConfigFile
    from resolver.journal import Journal

__all__ = ["Streams", "main", "process", "run"]

_NO_MEMORY, _BUG, _BROKEN_PIPE = 7, 70, 141


def process(signals: Signals | None = None) -> NoReturn:
    """Be the process of the command: run it, and end with its exit code.

    What stdout and stderr hold is written, what was begun was closed by who began it, and there is nothing
    else to wind up: the interpreter would take 4 of 25 ms for that, and more after requests.  Only where
    somebody watches the process does it end as others do.
    """
    gc.disable()  # for good: enabled for what is left to do, it would look at all that was made
    if signals is None:
        signals = Signals()
        signals.listen()
    code = _worked(None, signals)
    if code in (INTERRUPTED, TERMINATED) or not _is_watched():
        # A thread could hold an interruption up, and the next signal would end what winds up its own way.
        os._exit(code)
    gc.freeze()
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with ``argv`` (default: that of the process) and return its exit code."""
    signals = Signals()
    signals.listen()
    try:
        return _worked(argv, signals)
    finally:
        signals.leave()


def _worked(argv: Sequence[str] | None, signals: Signals) -> int:
    words = sys.argv[1:] if argv is None else argv
    try:
        signals.is_working = True
        code = run(words, Streams(sys.stdin, sys.stdout, sys.stderr or StringIO(), os.environ))
        signals.is_working = False
    except BrokenPipeError:
        code = _BROKEN_PIPE
    except KeyboardInterrupt:  # in the very last moment
        code = INTERRUPTED
    except Terminated:
        code = TERMINATED
    signals.is_working = False
    if code in (INTERRUPTED, TERMINATED):
        return code  # what is left of a result is no result, and perhaps nobody reads it
    _let_go(sys.stdout)
    _let_go(sys.stderr)
    return code


def _is_watched() -> bool:
    """Tell whether somebody traces, measures or debugs this process, or wants to go on in it."""
    monitoring = getattr(sys, "monitoring", None)  # since 3.12
    tools = () if monitoring is None else map(monitoring.get_tool, range(6))
    flags = sys.flags.dev_mode or sys.flags.interactive or sys.flags.inspect
    return bool(flags or sys.gettrace() or sys.getprofile() or any(tools))


def _let_go(stream: TextIO | None) -> None:
    """Forget what could not be written: else the interpreter would complain when it flushes at exit."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(argv: Sequence[str], streams: Streams, *, solve: Solve | None = None) -> int:
    """Do what ``main`` does, on the given streams; ``solve`` stands in for ``engines.solve``."""
    console = Console(streams.stderr, streams.environ, journal=_journal(_log_format(argv, streams), streams))
    try:
        arguments = parse(argv, streams.environ, files=_find)
        console = Console(
            streams.stderr,
            streams.environ,
            level=arguments.count("verbose") - arguments.count("quiet"),
            color=arguments.text("color") or "auto",
            progress=not arguments.count("no_progress"),
            journal=_journal(arguments.text("log_format"), streams),
        )
        console.begin(arguments.command)
        for warning in arguments.warnings:
            console.warning(warning)
        for note in arguments.notes:
            console.note(note)
        code = _dispatch(arguments, streams, console, solve)
    except KeyboardInterrupt as stop:
        code = _ended("interrupted", INTERRUPTED, stop, console)
    except Terminated as stop:
        code = _ended("terminated", TERMINATED, stop, console)
    except BrokenPipeError:
        console.clear()
        raise
    except ResolverError as error:
        code = _failed(error, console)
    except MemoryError:
        console.clear()
        console.error("there is not enough memory for this resolution")
        code = _NO_MEMORY
    except Exception as error:  # noqa: BLE001  # the last resort: no traceback for the user
        code = _unexpected(error, console)
    console.end(code)
    return code


def _log_format(argv: Sequence[str], streams: Streams) -> str | None:
    """Return how to tell about a command line that cannot be read."""
    for word, value in zip(argv, (*argv[1:], ""), strict=False):
        name, _, joined = word.partition("=")
        if name == "--log-format":
            return joined or value
    return streams.environ.get("RESOLVER_LOG_FORMAT")


def _journal(log_format: str | None, streams: Streams) -> Journal | None:
    if log_format != "jsonl":
        return None
    from resolver.journal import Journal  # noqa: PLC0415  # lazy: start-up time

    return Journal(streams.stderr)


def _find(
    environ: Mapping[str, str], named: str | None, *, none: bool, warn: Callable[[str], None]
) -> list[ConfigFile]:
    from resolver.config_files import find  # noqa: PLC0415  # lazy: --version needs none

    return find(environ, named, none=none, warn=warn)


def _ended(how: str, code: int, stop: BaseException, console: Console) -> int:
    """Say that a signal ended the work, and how far it was (``session`` notes that)."""
    console.clear()
    console.error(", ".join([how, *getattr(stop, "__notes__", ())]))
    return code


def _dispatch(arguments: Arguments, streams: Streams, console: Console, solve: Solve | None) -> int:
    from resolver.output import write_result  # noqa: PLC0415  # lazy: start-up time

    if arguments.count("help"):
        write_result(streams.stdout, _help(arguments, streams))
        return 0
    if arguments.count("version"):
        import resolver  # noqa: PLC0415  # only here

        build = ""
        if arguments.count("verbose"):
            build = " (compiled)" if resolver.__compiled__ else " (plain Python)"
        write_result(streams.stdout, f"resolver {resolver.__version__}{build}\n")
        return 0
    if arguments.command in ("cache", "completion", "config", "diff"):
        return _run_errand(arguments, streams, console)
    from resolver import commands  # noqa: PLC0415  # lazy: start-up time

    match arguments.command:
        case "outdated":
            return commands.outdated(arguments, streams, console)
        case "tree":
            return commands.tree(arguments, streams, console, solve)
        case "why":
            commands.why(arguments, streams, console)
        case "resolve-many":
            return commands.resolve_many(arguments, streams, console)
        case _:
            return commands.resolve(arguments, streams, console, solve)
    return 0


def _run_errand(arguments: Arguments, streams: Streams, console: Console) -> int:
    from resolver import errands  # noqa: PLC0415  # lazy: start-up time

    match arguments.command:
        case "cache":
            errands.cache(arguments, streams, console)
        case "completion":
            errands.completion(arguments, streams)
        case "config":
            errands.config(arguments, streams)
        case _:
            return errands.diff(arguments, streams, console)
    return 0


def _help(arguments: Arguments, streams: Streams) -> str:
    from shutil import get_terminal_size  # noqa: PLC0415  # only here

    from resolver.usage import usage  # noqa: PLC0415  # only here

    width = get_terminal_size((100, 24)).columns
    bold = streams.has_colour(arguments.text("color") or streams.environ.get("RESOLVER_COLOR"))
    return usage(arguments.command, min(max(width, 40), 110), bold=bold)


def _failed(error: ResolverError, console: Console) -> int:
    """Say why there is no result, and return the exit code."""
    console.clear()
    said = str(error)
    # Numbered sentences begin on a line of their own.
    several = isinstance(error, NoSolution) and "\n" in said
    console.error(f"there is no solution:\n{said}" if several else said, error)
    if isinstance(error, NoSolution):
        for hint in error.hints:
            console.hint(hint)
        for fix in error.fixes:
            console.fix(fix)
        if console.level > 0:
            from resolver.formats.answer import Statistics  # noqa: PLC0415  # lazy: start-up time

            if isinstance(error.statistics, Statistics):
                from resolver.commands import note_work  # noqa: PLC0415  # lazy: start-up time

                note_work(error.statistics, console)
    if console.level > 1:
        _trace(error, console)
    return error.exit_code


def _unexpected(error: Exception, console: Console) -> int:
    """Say that this is a bug, in one paragraph; the traceback is for ``-vv``."""
    console.clear()
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    how = "" if console.level > 1 else ", with what the same command says with -vv"
    console.error(f"this is a bug in resolver ({what}). Please report it{how}.", error)
    if console.level > 1:
        _trace(error, console)
    return _BUG


def _trace(error: Exception, console: Console) -> None:
    from traceback import format_exception  # noqa: PLC0415  # lazy: start-up time

    console.plain("".join(format_exception(error)).rstrip(), 2, "traceback")
