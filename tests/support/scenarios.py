r"""Named faults: what is set up, what must come out, and that it would not without the defence.

To add some, put a module into ``tests/faults/scenarios``, or add to one that is there::

    def always_500(stage: Stage) -> None:
        stage.package("a")                               # a good index with the wheel a-1.0 ...
        stage.script("/simple/a/", reply(500))           # ... of which this goes wrong

    SCENARIOS = [
        Scenario(
            "always-500",                                # TRUST.md's name, if it has one
            row="500/502/504/520/408 always",            # the row of the table that it proves
            setup=always_500,
            expected=Expected(
                code=3,
                says=("status 500",),                    # parts of stderr
                asked={"/simple/a/": 4},                 # requests a path, on the first server
                slept=(0.1, 0.4, 1.5),                   # waits, in order, by the clock that is made up
                then="a==1.0\n",                         # the index healed: what a second run prints
            ),
            without=(("resolver.index.statuses._RETRIED", frozenset()),),   # the defence taken out
        ),
    ]

``tests/faults/test_scenarios.py`` finds the list, and runs each twice: as it is, where all that is expected
must hold; and with what ``without`` puts in the place of the defence (pairs of a name and its new value, or
a function that takes a ``MonkeyPatch``), where something that is expected must fail, but not by a mistake in
``without``.  Where it would go on for ever, let ``within`` end it.  Patch names where they are looked up,
which is where they were imported to.

The run is in this process, with time that passes only when slept (``Timing.real`` is replaced; "random" is
always 0.5).  What runs into a timeout of the sockets takes real time, so set ``--timeout 0.2`` or so.  With
``memory`` (megabytes) or ``child`` it is a process of its own, with real time.  What else must be otherwise
for the fault to take place is ``given``, in the form of ``without``.  After each run the secret
(``stage.SECRET``) must be found nowhere: not in what was written to stdout and stderr, nor in any file below
the stage's folder but those that the set-up wrote, as they were.  Nothing may end in a traceback.

``expected.check`` takes what else there is to assert; it gets the stage and the ``Outcome``.
"""

from __future__ import annotations

import base64
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from resolver.index.retry import Timing
from support.command import Done, clean_environ, run_here, without_configuration
from support.fake_time import FakeTime
from support.stage import SECRET, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from support.stage import Stage

    Without = Sequence[tuple[str, object]] | Callable[[pytest.MonkeyPatch], None]

__all__ = ["Expected", "Outcome", "Scenario", "be_child", "play"]

TESTS = Path(__file__).resolve().parents[1]
LONGEST = 20.0  # seconds
_UNDEFENDED_MEMORY = 1 << 30  # bytes: a machine must survive that a defence is taken out


def memory() -> float:
    """Return the most megabytes that this process has had since it began."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("unknown")


class Outcome(NamedTuple):
    """How a run ended: its streams, seconds slept, seconds it took and megabytes at most (children only)."""

    done: Done
    slept: Sequence[float]
    seconds: float
    memory: float = 0.0


class Expected(NamedTuple):
    """What must come out.  What is None or empty is not looked at, but for ``code``."""

    code: int = 0
    pins: str | None = None
    """All of stdout."""
    says: Sequence[str] = ()
    """Parts of stderr."""
    silent: Sequence[str] = ()
    """What stderr must not have."""
    asked: Mapping[str, int] | None = None
    """Requests a path, on the first server."""
    slept: Sequence[float] | None = None
    within: float = LONGEST
    """Real seconds; what takes longer is ended."""
    memory: float | None = None
    """Megabytes at most."""
    then: str | None = None
    """What a second run with the same cache prints, once the index is healed."""
    check: Callable[[Stage, Outcome], None] | None = None


class Scenario(NamedTuple):
    """One fault; see the module's docstring."""

    name: str
    row: str
    setup: Callable[[Stage], None]
    expected: Expected
    without: Without
    child: bool = False
    given: Without = ()


def play(scenario: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch, *, defended: bool = True) -> None:
    """Run ``scenario`` in the empty ``folder`` and assert that what is expected holds."""
    expected = scenario.expected
    with staged(folder) as stage:
        scenario.setup(stage)
        stage.requirements_file()
        planted = _files_with_secret(folder)
        without_configuration(stage.home, monkeypatch)
        for name, text in stage.environ.items():
            monkeypatch.setenv(name, text)
        child = scenario.child or expected.memory is not None
        with monkeypatch.context() as patch:
            if not child:
                _put(scenario.given, patch)
            if not defended:  # for a child, too: so that it is known that there are such names
                _put(scenario.without, patch)
            within = expected.within
            outcome = _in_child(stage, scenario, defended=defended) if child else _here(stage, patch, within)
        if not defended and _is_mistake(outcome.done):
            raise TypeError(f"``without`` does not fit: {outcome.done}")
        _assert_expected(expected, stage, outcome)
        leaks = {path for path, content in _files_with_secret(folder).items() if planted.get(path) != content}
        assert not leaks, f"the secret is in {leaks}"
        if expected.then is not None:
            stage.heal()
            again = _here(stage, monkeypatch).done
            assert (again.code, again.stdout) == (0, expected.then), again


def be_child(name: str, measured: str, *, defended: bool) -> None:
    """Be the command in a child process, as the scenario ``name`` wants it.

    The memory that it took is written to the file ``measured``; what the parent can learn when the child has
    ended counts what the parent itself had when it began.
    """
    import resource

    from faults.scenarios import all_scenarios
    from resolver import cli

    scenario = all_scenarios()[name]
    _put(scenario.given, pytest.MonkeyPatch())
    if not defended:
        resource.setrlimit(resource.RLIMIT_AS, (_UNDEFENDED_MEMORY, _UNDEFENDED_MEMORY))
        _put(scenario.without, pytest.MonkeyPatch())
    gc.disable()  # as a process of the command does
    code = cli.main()
    Path(measured).write_text(str(memory()), encoding="utf-8")
    os._exit(code)


def _is_mistake(done: Done) -> bool:
    """Tell whether what was put in the place of the defence does not fit there."""
    return done.code == 70 and any(f"{kind}Error" in done.stderr for kind in ("Type", "Attribute", "Name"))


def _put(instead: Without, monkeypatch: pytest.MonkeyPatch) -> None:
    if callable(instead):
        instead(monkeypatch)
        return
    for name, value in instead:
        monkeypatch.setattr(name, value)


def _here(stage: Stage, monkeypatch: pytest.MonkeyPatch, within: float = LONGEST) -> Outcome:
    """Run the command in this process."""
    fake = FakeTime()
    with monkeypatch.context() as patch, _ended_after(within):
        patch.setattr(Timing, "real", lambda: fake.timing)
        patch.chdir(stage.work)
        begun = time.monotonic()
        done = run_here(*stage.words())
        return Outcome(done, fake.slept, time.monotonic() - begun)


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Interrupt what does not end, wherever it is, and sweep up what it could not close then."""
    ended = []

    def end(_: int, frame: FrameType | None) -> None:
        if frame is not None and "coverage" in frame.f_code.co_filename:
            # Whoever measures coverage holds a lock there, and would wait for it for ever.
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            return
        ended.append(True)
        raise KeyboardInterrupt  # which ends an event loop, too

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if ended:
            with warnings.catch_warnings(action="ignore", category=ResourceWarning):
                gc.collect()


def _in_child(stage: Stage, scenario: Scenario, *, defended: bool) -> Outcome:
    """Run the command in a process of its own, and measure it."""
    measured = stage.folder.with_name("memory")
    be = f"be_child({scenario.name!r}, {str(measured)!r}, defended={defended})"
    environ = clean_environ(stage.home, **stage.environ)
    environ["PYTHONPATH"] += f"{os.pathsep}{TESTS}"
    written = [stage.folder.with_name(f"{stage.folder.name}.{name}") for name in ("stdout", "stderr")]
    begun = time.monotonic()
    with written[0].open("wb") as stdout, written[1].open("wb") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-c", f"from support.scenarios import be_child; {be}", *stage.words()],
            cwd=stage.work,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        watch = threading.Timer(scenario.expected.within, child.kill)
        watch.start()
        code = child.wait()
        watch.cancel()
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in written]
    most = float(measured.read_text(encoding="utf-8")) if measured.exists() else float("inf")
    return Outcome(Done(code, *texts), [], time.monotonic() - begun, most)


def _assert_expected(expected: Expected, stage: Stage, outcome: Outcome) -> None:
    done = outcome.done
    assert done.code == expected.code, done
    assert "Traceback" not in done.stderr, done
    for stream in (done.stdout, done.stderr):
        assert not _has_secret(stream.encode()), done
    if expected.pins is not None:
        assert done.stdout == expected.pins, done
    for part in expected.says:
        assert part in done.stderr, (part, done)
    for part in expected.silent:
        assert part not in done.stderr, (part, done)
    if expected.asked is not None:
        assert {path: stage.asked(path) for path in expected.asked} == dict(expected.asked), done
    if expected.slept is not None:
        assert [round(seconds, 3) for seconds in outcome.slept] == list(expected.slept)
    assert outcome.seconds < expected.within
    if expected.memory is not None:
        assert outcome.memory < expected.memory
    if expected.check is not None:
        expected.check(stage, outcome)


def _files_with_secret(folder: Path) -> dict[Path, bytes]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if _has_secret(content) or _has_secret(str(path).encode()):
                found[path] = content
    return found


def _has_secret(content: bytes) -> bool:
    return any(form in content for form in _FORMS)


def _forms() -> list[bytes]:
    """Return the secret as it is, and as base64 writes it at each of three places."""
    plain = SECRET.encode()  # letters and digits: quoted it is the same
    encoded = (base64.b64encode(b"u" * before + plain)[4:-4] for before in (1, 2, 3))
    return [plain, *encoded]


_FORMS = _forms()
