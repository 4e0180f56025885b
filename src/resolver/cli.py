"""The command ``resolver``: streams, exit codes and signals.

What the words mean is in ``arguments``, what each command does in ``commands``.  stdout carries the result
only; all talk goes to stderr.

Exit codes: 0 solved; those of ``errors``; 70 for what nobody expected; 130 and 143 for SIGINT and SIGTERM;
141 where the reader of stdout went away.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from io import StringIO

from resolver.arguments import parse
from resolver.console import Console, Streams
from resolver.errors import NoSolution, ResolverError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

    from resolver.arguments import Arguments
    from resolver.commands import Solve

__all__ = ["Streams", "main", "process", "run"]

_BUG, _INTERRUPTED, _TERMINATED, _BROKEN_PIPE = 70, 130, 143, 141
_ORDERLY = 1.0  # seconds: so long the end that a signal asks for may take


class _Terminated(SystemExit):
    """SIGTERM came; a ``SystemExit`` because an event loop lets only that pass."""


def process() -> NoReturn:
    """Be the process of the command: run it, and end with its exit code.

    What stdout and stderr hold is written, what was begun was closed by who began it, and there is nothing
    else to wind up: the interpreter would take 4 of 25 ms for that, and more after requests.  Only where
    somebody watches the process does it end as others do.
    """
    gc.disable()  # for good: enabled for what is left to do, it would look at all that was made
    code = main()
    if code in (_INTERRUPTED, _TERMINATED) or not _is_watched():
        # A thread could hold an interruption up, and the next signal would end what winds up its own way.
        os._exit(code)
    gc.freeze()
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with ``argv`` (default: that of the process) and return its exit code."""
    _listen_to_signals()
    words = sys.argv[1:] if argv is None else argv
    try:
        code = run(words, Streams(sys.stdin, sys.stdout, sys.stderr or StringIO(), os.environ))
    except BrokenPipeError:
        code = _BROKEN_PIPE
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
    console = Console(streams.stderr, streams.environ)
    try:
        arguments = parse(argv, streams.environ)
        console = Console(
            streams.stderr,
            streams.environ,
            level=arguments.count("verbose") - arguments.count("quiet"),
            color=arguments.text("color") or "auto",
            progress=not arguments.count("no_progress"),
        )
        return _dispatch(arguments, streams, console, solve)
    except KeyboardInterrupt as stop:
        return _ended("interrupted", _INTERRUPTED, stop, console)
    except _Terminated as stop:
        return _ended("terminated", _TERMINATED, stop, console)
    except BrokenPipeError:
        console.clear()
        raise
    except ResolverError as error:
        return _failed(error, console)
    except Exception as error:  # noqa: BLE001  # the last resort: no traceback for the user
        return _unexpected(error, console)


def _ended(how: str, code: int, stop: BaseException, console: Console) -> int:
    """Say that a signal ended the work, and how far it was (``session`` notes that)."""
    console.clear()
    console.error(", ".join([how, *getattr(stop, "__notes__", ())]))
    return code


def _dispatch(arguments: Arguments, streams: Streams, console: Console, solve: Solve | None) -> int:
    from resolver.output import write_result  # noqa: PLC0415  # lazy: start-up time

    if arguments.count("help"):
        from shutil import get_terminal_size  # noqa: PLC0415  # only here

        from resolver.usage import usage  # noqa: PLC0415  # only here

        width = get_terminal_size((100, 24)).columns
        write_result(streams.stdout, usage(arguments.command, min(max(width, 60), 110)))
        return 0
    if arguments.count("version"):
        import resolver  # noqa: PLC0415  # only here

        build = ""
        if arguments.count("verbose"):
            build = " (compiled)" if resolver.__compiled__ else " (plain Python)"
        write_result(streams.stdout, f"resolver {resolver.__version__}{build}\n")
        return 0
    from resolver import commands  # noqa: PLC0415  # lazy: start-up time

    match arguments.command:
        case "cache":
            commands.cache(arguments, streams, console)
        case "why":
            commands.why(arguments, streams, console)
        case "resolve-many":
            return commands.resolve_many(arguments, streams, console)
        case _:
            commands.resolve(arguments, streams, console, solve)
    return 0


def _failed(error: ResolverError, console: Console) -> int:
    """Say why there is no result, and return the exit code."""
    console.clear()
    said = str(error)
    # Numbered sentences begin on a line of their own.
    several = isinstance(error, NoSolution) and "\n" in said
    console.error(f"there is no solution:\n{said}" if several else said)
    if isinstance(error, NoSolution):
        for hint in error.hints:
            console.hint(hint)
        for fix in error.fixes:
            console.fix(fix.change)
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
    console.error(f"this is a bug in resolver ({what}). Please report it{how}.")
    if console.level > 1:
        _trace(error, console)
    return _BUG


def _trace(error: Exception, console: Console) -> None:
    from traceback import format_exception  # noqa: PLC0415  # lazy: start-up time

    console.plain("".join(format_exception(error)).rstrip(), 2)


def _raise_in_order(ending: BaseException) -> None:
    """Raise ``ending``; where an event loop runs, between two of its callbacks.

    An exception that a signal handler raises comes up wherever the program is just then, in places too that
    cannot let it pass (a ``__del__``, a callback from C), where it would be lost.
    """
    asyncio = sys.modules.get("asyncio")
    try:
        loop = asyncio.get_running_loop() if asyncio is not None else None
    except (AttributeError, RuntimeError):  # still being imported, or not running
        loop = None
    if loop is None:
        raise ending

    def end() -> None:
        raise ending

    loop.call_soon_threadsafe(end)


def _listen_to_signals() -> None:
    """Let SIGINT and SIGTERM end the work in order: files that were begun are removed.

    Who presses Ctrl-C twice must not disturb that; if it takes longer than expected, another signal counts.
    """
    try:
        # ``signal`` itself costs 6 ms, most of it for enum.
        import _signal as signals  # type: ignore[import-not-found]  # noqa: PLC0415  # part of CPython
    except ImportError:
        import signal as signals  # noqa: PLC0415  # another Python implementation
    last = float("-inf")

    def stop(number: int, _frame: object) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > _ORDERLY:
            last = now
            _raise_in_order(KeyboardInterrupt() if number == signals.SIGINT else _Terminated(_TERMINATED))

    try:
        # What whoever started us chose to ignore stays ignored.
        if signals.getsignal(signals.SIGINT) is signals.default_int_handler:
            signals.signal(signals.SIGINT, stop)
        if signals.getsignal(signals.SIGTERM) == signals.SIG_DFL:
            signals.signal(signals.SIGTERM, stop)
    except ValueError:
        return  # not the main thread: whoever started it decides
