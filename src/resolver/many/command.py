"""The command ``resolve-many``: what is wanted, where the lines are resolved, and what is said of them.

Each outcome is a line on stdout, in the order of the lines; what they come to in the end is said on stderr.
"""

from __future__ import annotations

import time

from resolver.budget import memory
from resolver.channels import Channels
from resolver.errors import InputError, OutputError
from resolver.many.bench import Bench
from resolver.many.ledger import Ledger
from resolver.many.lines import Setup, numbered
from resolver.many.outcomes import Usage
from resolver.many.report import as_json, as_text, summary
from resolver.many.tally import Tally
from resolver.output import OutputFile, write_result
from resolver.posing import dated
from resolver.session import building_of
from resolver.sources import environment_of, open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.arguments import Arguments
    from resolver.console import Console, Streams
    from resolver.formats.answer import Progress
    from resolver.inputs import Inputs
    from resolver.many.lines import Line
    from resolver.many.outcomes import Outcome
    from resolver.options import Options

__all__ = ["Wanted", "run"]

_JOBS = 50


class Wanted:
    """What is wanted of this command alone; raises ``InputError`` for what does not go together."""

    __slots__ = ("dask", "fail_fast", "jobs", "json_lines", "latest", "limit", "plot", "workers")

    def __init__(self, arguments: Arguments) -> None:
        self.jobs = _number(arguments, "jobs") or _JOBS
        self.limit = _number(arguments, "limit")
        self.workers = _number(arguments, "workers")
        self.dask = arguments.text("dask")
        self.plot = arguments.text("plot")
        self.latest = bool(arguments.count("latest_version"))
        self.json_lines = bool(arguments.count("json_lines"))
        self.fail_fast = bool(arguments.count("fail_fast"))
        if self.plot is not None:
            _check_plot(self.plot)
        if self.workers is not None and self.dask is not None:
            raise InputError("--workers and --dask exclude each other")
        if arguments.text("record") and (self.workers is not None or self.dask is not None):
            raise InputError("--record needs one process: leave out --workers and --dask")


def _number(arguments: Arguments, name: str) -> int | None:
    text = arguments.text(name)
    return None if text is None else int(text)


def _check_plot(path: str) -> None:
    from resolver.many.plot import SUFFIXES  # noqa: PLC0415  # lazy: rarely wanted

    if not path.lower().endswith(SUFFIXES):
        raise InputError(f"--plot is {path!r}, and must end in {' or '.join(SUFFIXES)}")


def run(wanted: Wanted, inputs: Inputs, streams: Streams, console: Console) -> int:
    """Resolve each of the requirements of ``inputs`` by itself, and return the exit code for all."""
    options = _fixed(inputs.options)
    environment = environment_of(options)
    setup = Setup(options, inputs.constraints, environment, jobs=wanted.jobs, latest=wanted.latest)
    lines = numbered(inputs.requirements, environment, wanted.limit)
    if wanted.plot is not None and not lines:
        raise InputError("there are no lines, and so nothing that --plot could show")
    plot = None if wanted.plot is None else OutputFile(wanted.plot)
    session = _Session(wanted, lines, streams, console)
    try:
        session.resolve(setup)
        if plot is not None:
            plot.write(session.plot())
    except (KeyboardInterrupt, SystemExit) as stop:
        stop.add_note(f"after {len(session.tally.timings):,} of {len(lines):,} lines")
        raise
    return session.tally.exit_code


def _fixed(options: Options) -> Options:
    """Return the options as they hold for each line, whenever and wherever it is resolved."""
    return dated(options).replace(no_fixes=True)


class _Session:
    """One run of the command."""

    def __init__(self, wanted: Wanted, lines: list[Line], streams: Streams, console: Console) -> None:
        self._wanted = wanted
        self._total = len(lines)
        self._streams = streams
        self._console = console
        self._started = time.monotonic()
        self._said: list[str] = []
        self._shared_terminal = streams.stdout is not None and streams.stdout.isatty()
        self.tally = Tally()
        self._ledger = Ledger(lines, self._tell, fail_fast=wanted.fail_fast)

    def resolve(self, setup: Setup) -> None:
        """Resolve all lines; say in the end what they come to, whatever ended it."""
        try:
            self._work(setup)
        except (BrokenPipeError, OutputError):
            self._console.clear()
            raise  # nobody listens
        except BaseException:
            self._sum_up()
            raise
        self._sum_up()

    def plot(self) -> str:
        """Return the plot that is wanted."""
        from resolver.many.plot import drawn, page  # noqa: PLC0415  # lazy: rarely wanted

        assert self._wanted.plot is not None
        if self._wanted.plot.lower().endswith(".svg"):
            return drawn(self.tally.timings)
        return page(self.tally, self._said)

    def _work(self, setup: Setup) -> None:
        wanted, note_usage = self._wanted, self.tally.note_usage
        if wanted.dask is None and wanted.workers is None:
            self._work_here(setup)
            return
        try:
            if wanted.workers is not None:
                from resolver.many.workers import Pool  # noqa: PLC0415  # lazy: rarely wanted

                warn = self._console.warning
                Pool(setup, wanted.workers, self._ledger, note_usage=note_usage, warn=warn).run(self._total)
            elif wanted.dask is not None:
                from resolver.many.cluster import run_on_cluster, settled  # noqa: PLC0415  # the same

                setup.options = settled(setup.options, self._console.warning)
                run_on_cluster(setup, wanted.dask, self._ledger, self._total, note_usage=note_usage)
        finally:
            note_usage("here", Usage(memory=memory()))

    def _work_here(self, setup: Setup) -> None:
        console = self._console
        asked = [line.requirement.text for line in self._ledger.lines()]
        opened = open_source(
            setup.options,
            asked=asked,
            channels=Channels(warn=console.warning, note=console.note, emit=console.listener),
            building=building_of(setup.options),
        )
        bench = Bench(setup, opened, self._show if console.shows_progress else None)
        try:
            bench.work(self._ledger.lines(), self._ledger.add, self._ledger.wants)
        finally:
            self.tally.note_usage("here", bench.usage())
        bench.save()

    def _tell(self, outcome: Outcome) -> None:
        self.tally.add(outcome)
        if self._shared_terminal:
            self._console.clear()
        text = as_json(outcome) if self._wanted.json_lines else as_text(outcome, self._total)
        write_result(self._streams.stdout, text)
        self._show()

    def _show(self, _: Progress | None = None) -> None:
        """Show how far the work is."""
        tally = self.tally
        self._console.bar(len(tally.timings), self._total, tally.failed + tally.unsatisfiable)

    def _sum_up(self) -> None:
        self._console.clear()
        if self.tally.timings:
            self._said = summary(self.tally, self._total, time.monotonic() - self._started)
        for text in self._said:
            self._console.plain(text, 0)
