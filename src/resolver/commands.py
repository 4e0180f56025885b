"""What the commands that resolve do, from arguments to the result that is written.

``cli`` calls them, and says what went wrong; what is read is in ``inputs``, the work itself in ``engines``.
The other commands are in ``errands``.
"""

from __future__ import annotations

import gc

from resolver.channels import SILENT, Channels
from resolver.errors import InputError, NoSolution

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from resolver.arguments import Arguments
    from resolver.console import Console, Streams
    from resolver.formats.answer import Answer, Progress, Statistics
    from resolver.formats.requirements_txt import Fetch
    from resolver.inputs import Inputs
    from resolver.model.requirement import Requirement
    from resolver.options import Options
    from resolver.output import OutputFile

    class Solve(Protocol):
        """What ``engines.solve`` does."""

        def __call__(
            self,
            requirements: Sequence[Requirement],
            constraints: Sequence[Requirement],
            options: Options,
            channels: Channels = SILENT,
        ) -> Answer:
            """Return the answer to ``requirements``."""


__all__ = [
    "note_work",
    "outdated",
    "resolve",
    "resolve_many",
    "tree",
    "why",
]


def resolve(arguments: Arguments, streams: Streams, console: Console, solve: Solve | None = None) -> int:
    """Run ``resolver resolve``, and return its exit code; ``solve`` stands in for ``engines.solve``."""

    def work(inputs: Inputs) -> str:
        from resolver.rendering import prepare, rendered  # noqa: PLC0415  # lazy: start-up time

        files, metadata = prepare(arguments, inputs, console)
        answer = _solved(inputs, console, solve or _engines_solve(), files=files, metadata=metadata)
        return rendered(answer, arguments, inputs, streams, console)

    if arguments.is_on("check"):
        return _checked(arguments, streams, console, work)
    _write(arguments, streams, console, work)
    return 0


def resolve_many(arguments: Arguments, streams: Streams, console: Console) -> int:
    """Run ``resolver resolve-many``; returns the exit code for all lines."""
    from resolver.many.command import Wanted, run  # noqa: PLC0415  # lazy: start-up time

    wanted = Wanted(arguments)
    return run(wanted, _gathered(arguments, streams, console), streams, console)


def tree(arguments: Arguments, streams: Streams, console: Console, solve: Solve | None = None) -> int:
    """Run ``resolver tree``: ``resolve`` with a format of its own, or the drawing of earlier output."""
    from resolver.drawing import drawn, earlier  # noqa: PLC0415  # lazy: start-up time

    answer = earlier(arguments)
    if answer is None:
        return resolve(arguments, streams, console, solve)
    _put(drawn(answer, arguments, streams), streams, _output(arguments))
    return 0


def why(arguments: Arguments, streams: Streams, console: Console) -> None:
    """Run ``resolver why``."""
    name = _package(arguments)
    _write(arguments, streams, console, lambda inputs: _reasons(name, arguments, inputs, console))


def outdated(arguments: Arguments, streams: Streams, console: Console) -> int:
    """Run ``resolver outdated``, and return its exit code."""
    from resolver.checking import WOULD_CHANGE  # noqa: PLC0415  # lazy: start-up time
    from resolver.formats.outdated import to_json, to_text  # noqa: PLC0415  # the same
    from resolver.outdating import outdated as looked_at  # noqa: PLC0415  # the same
    from resolver.output import write_result  # noqa: PLC0415  # the same

    inputs = _gathered(arguments, streams, console)
    with _Working(console) as progress:
        channels = Channels(progress=progress, warn=console.warning, note=console.note, emit=console.listener)
        found = looked_at(arguments, inputs, streams, channels)
    is_json = arguments.format == "json"
    colour = streams.has_colour(arguments.text("color"))
    write_result(streams.stdout, to_json(found) if is_json else to_text(found, colour=colour))
    upgradable = sum(each.upgradable for each in found)
    console.plain(f"{upgradable} of {len(found)} pins can be upgraded", 0 if console.on_terminal else 1)
    return WOULD_CHANGE if upgradable and arguments.is_on("check") else 0


def note_work(statistics: Statistics, console: Console) -> None:
    """Say what a resolution took, to those who ask."""
    console.note(
        f"{statistics.decisions} decisions, {statistics.conflicts} conflicts,"
        f" {statistics.candidates} candidates looked at, {statistics.requests} requests"
        f" ({statistics.wasted} of them not needed),"
        f" {statistics.bytes / 1e6:.2f} MB"
    )


def _package(arguments: Arguments) -> str:
    """Return the package that ``resolver why`` asks about, in normal form."""
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: start-up time

    if not arguments.package:
        raise InputError("say which package; try: resolver why PACKAGE requirements.txt")
    try:
        return normalise(arguments.package)
    except InvalidName as error:
        raise InputError(f"why: {error}") from None


def _write(arguments: Arguments, streams: Streams, console: Console, work: Callable[[Inputs], str]) -> None:
    """Read the inputs, do ``work``, and write its result, or else the proof that there is none."""
    inputs = _gathered(arguments, streams, console)
    output = _output(arguments)
    try:
        _put(work(inputs), streams, output)
    except NoSolution as error:
        _write_proof(error, arguments, streams, output)
        raise


def _output(arguments: Arguments) -> OutputFile | None:
    """Return the file that the result goes to; None: to stdout."""
    from resolver.output import OutputFile  # noqa: PLC0415  # lazy: start-up time

    return None if arguments.output_file is None else OutputFile(arguments.output_file)


def _put(text: str, streams: Streams, output: OutputFile | None) -> None:
    from resolver.output import write_result  # noqa: PLC0415  # lazy: start-up time

    write_result(streams.stdout, text, output)


def _checked(arguments: Arguments, streams: Streams, console: Console, work: Callable[[Inputs], str]) -> int:
    """Do ``work``, say how its result differs from the output file, and return the exit code."""
    path = arguments.output_file
    if path is None:
        raise InputError("--check compares with the output file: name it with -o FILE")
    from resolver.checking import WOULD_CHANGE, coloured, difference  # noqa: PLC0415  # lazy: start-up time

    lines = difference(path, work(_gathered(arguments, streams, console)))
    if not lines:
        return 0
    shown = coloured(lines) if console.has_colour else lines
    console.plain("\n".join(shown), 0, "difference")
    console.hint(f"{path} would change; write it by the same command without --check")
    return WOULD_CHANGE


def _write_proof(
    error: NoSolution, arguments: Arguments, streams: Streams, output: OutputFile | None
) -> None:
    """Write the proof, in the formats that have a form for it.

    A page goes where it is wanted; JSON to stdout, as a file of it may be what later runs begin with.
    """
    match arguments.format:
        case "json":
            from resolver.formats.views import unsatisfiable  # noqa: PLC0415  # lazy: start-up time

            _put(unsatisfiable(error), streams, None)
        case "html" if arguments.command != "why":
            from resolver.drawing import conflict_page  # noqa: PLC0415  # lazy: start-up time

            _put(conflict_page(error, arguments), streams, output)


def _gathered(arguments: Arguments, streams: Streams, console: Console) -> Inputs:
    """Read the inputs, and say what is odd about them."""
    from resolver.inputs import gather  # noqa: PLC0415  # lazy: start-up time

    def fetching(options: Options) -> Fetch:
        from resolver.remote_files import RemoteFiles  # noqa: PLC0415  # lazy: rarely allowed

        return RemoteFiles(options, Channels(warn=console.warning, note=console.note))

    inputs = gather(arguments, getattr(streams.stdin, "buffer", None), streams.environ, fetching)
    for warning in dict.fromkeys(inputs.warnings):
        console.warning(warning)
    for note in inputs.notes:
        console.note(note)
    if inputs.pythons:
        _check_pythons(inputs, console)
    return inputs


def _check_pythons(inputs: Inputs, console: Console) -> None:
    """Compare what sources demand of Python with the target."""
    from resolver.sources import environment_of  # noqa: PLC0415  # lazy: start-up time

    environment = environment_of(inputs.options)
    for demand in inputs.pythons:
        if demand.markers and not any(map(environment.holds, demand.markers)):
            demand.error.message = "the target is none of those that this file was made for"
            raise demand.error
        if not demand.specifier or environment.accepts_python(demand.specifier) is not False:
            continue
        error, target = demand.error, environment.variables["python_full_version"]
        error.message = f"Python {demand.specifier} is wanted, and the target is Python {target}"
        if demand.strict:
            error.message += ": choose another one with --python-version"
            raise error
        console.warning(f"{error.file}:{error.line}: {error.message}")


def _engines_solve() -> Solve:
    from resolver.engines import solve  # noqa: PLC0415  # lazy: start-up time

    return solve


def _reasons(name: str, arguments: Arguments, inputs: Inputs, console: Console) -> str:
    """Do the work of ``resolver why``."""
    from resolver.formats.reasons import to_json, to_text  # noqa: PLC0415  # lazy: start-up time
    from resolver.session import why  # noqa: PLC0415  # the same

    with _Working(console) as progress:
        reasons = why(
            name,
            inputs.requirements,
            inputs.constraints,
            inputs.options,
            _channels(console, progress),
        )
    note_work(reasons.answer.statistics, console)
    return (to_json if arguments.format == "json" else to_text)(reasons)


def _solved(
    inputs: Inputs, console: Console, solve: Solve, *, files: bool = False, metadata: bool = False
) -> Answer:
    """Return the answer to ``inputs``; say what is odd about it, and how it went."""
    with _Working(console) as progress:
        answer = solve(
            inputs.requirements,
            inputs.constraints,
            inputs.options,
            _channels(console, progress, files=files, metadata=metadata),
        )
    for warning in answer.warnings:
        console.warning(warning)
    for note in answer.notes:
        console.note(note)
    _sum_up(answer, console)
    return answer


def _channels(
    console: Console,
    progress: Callable[[Progress], None] | None,
    *,
    files: bool = False,
    metadata: bool = False,
) -> Channels:
    """Return what has ``console`` hear of a resolution."""
    return Channels(
        progress=progress,
        warn=console.warning,
        note=console.note,
        began=console.beginner,
        emit=console.listener,
        files=files,
        metadata=metadata,
    )


class _Working:
    """While it is entered, progress can be shown, and the garbage collector is off."""

    __slots__ = ("_collecting", "_console")

    def __init__(self, console: Console) -> None:
        self._console = console
        self._collecting = gc.isenabled()

    def __enter__(self) -> Callable[[Progress], None] | None:
        gc.disable()
        return self._console.progress if self._console.shows_progress else None

    def __exit__(self, *_: object) -> None:
        self._console.clear()
        if self._collecting:
            gc.enable()


def _sum_up(answer: Answer, console: Console) -> None:
    """Say how it went, to those who look or ask."""
    count = f"{len(answer.pins)} package{'' if len(answer.pins) == 1 else 's'}"
    console.plain(f"Resolved {count} in {answer.statistics.seconds:.2f} s", 0 if console.on_terminal else 1)
    note_work(answer.statistics, console)
