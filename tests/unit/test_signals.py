"""What a signal does, with signals that this process sends itself; ``cli/test_stopping.py`` has others."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from resolver import cli, eventloop, signals
from resolver.__main__ import process
from resolver.signals import Signals, Terminated

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the codes with which the process would have ended at once."""
    codes: list[int] = []

    def end(code: int) -> NoReturn:
        codes.append(code)
        raise Ended

    monkeypatch.setattr(signals, "_end", end)
    return codes


@pytest.fixture
def listening(ends: list[int]) -> Iterator[Signals]:
    """Listen, in the middle of the work; what handlers were there come back."""
    assert ends == []
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    made = Signals()
    made.listen()
    made.is_working = True
    yield made
    made.is_working = False
    made.leave()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])
    sys.unraisablehook = before[2]


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_the_first_signal_comes_up_in_the_work(
    number: int, kind: type[BaseException], ends: list[int]
) -> None:
    """One that comes with it is the same event."""
    with pytest.raises(kind):
        signal.raise_signal(number)
    signal.raise_signal(number)
    assert ends == []


@pytest.mark.usefixtures("listening")
def test_a_second_signal_ends_the_process(ends: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    monkeypatch.setattr(signals, "_TWICE", 0.0)
    with pytest.raises(Ended):
        signal.raise_signal(signal.SIGTERM)
    assert ends == [143]


def test_outside_the_work_a_signal_ends_the_process(listening: Signals, ends: list[int]) -> None:
    listening.is_working = False
    with pytest.raises(Ended):
        signal.raise_signal(signal.SIGINT)
    assert ends == [130]


def wait_for(ends: list[int], code: int) -> None:
    patience = time.monotonic() + 10
    while ends != [code] and time.monotonic() < patience:
        time.sleep(0.005)
    assert ends == [code]


@pytest.mark.usefixtures("listening")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_is_not_done_soon_is_not_waited_for(ends: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_ORDERLY", 0.02)
    monkeypatch.setattr("_thread.start_new_thread", in_thread)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    wait_for(ends, 130)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.usefixtures("listening")
def test_a_thread_hears_of_signals(ends: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """By a pipe that is written to at once, whatever the interpreter is about."""
    monkeypatch.setattr(signals, "_ORDERLY", 0.02)
    monkeypatch.setattr("_thread.start_new_thread", in_thread)
    signals.watch()
    signals.watch()
    number = signal.SIGUSR1
    before = signal.signal(number, lambda *_: None)
    signal.raise_signal(number)
    wait_for(ends, 128 + number)
    signal.signal(number, before)


def in_thread(work: Any, arguments: Any) -> None:
    """Do what a thread would do, with its end like that of others."""

    def quiet() -> None:
        try:
            work(*arguments)
        except Ended:
            return

    threading.Thread(target=quiet, daemon=True).start()


def test_nobody_hears_of_signals_who_has_not_asked(ends: list[int]) -> None:
    signals.watch()
    Signals().watch()
    assert ends == []


@pytest.mark.usefixtures("ends")
def test_what_was_lost_comes_up_again(listening: Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    for kind in (KeyboardInterrupt, Terminated):
        with pytest.raises(kind):  # noqa: PT012  # which of the two statements is not foreseen
            listening._unraisable(SimpleNamespace(exc_type=kind))
            patience = time.monotonic() + 5
            while time.monotonic() < patience:  # a long sleep would not be interrupted by what is no signal
                time.sleep(0.001)


def test_others_are_told_as_ever(listening: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "__unraisablehook__", told.append)
    lost = SimpleNamespace(exc_type=ValueError)
    listening._unraisable(lost)
    assert told == [lost]


@pytest.mark.usefixtures("listening")
def test_an_event_loop_ends_between_two_callbacks() -> None:
    seen = []

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        seen.append("to the end of this one")
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        eventloop.run(work())
    assert seen == ["to the end of this one"]


def test_what_is_ignored_stays_ignored(listening: Signals) -> None:
    """And other threads leave signals to the first."""
    listening.leave()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    others = Signals()
    others.listen()
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    others.leave()
    beside = Signals()
    thread = threading.Thread(target=beside.listen)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    listening.listen()
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_end_is_one_line(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    """On a terminal it takes the place of the line of progress; who does not listen is not told."""
    written: list[bytes] = []
    codes: list[int] = []
    monkeypatch.setattr(os, "isatty", lambda _: terminal)
    monkeypatch.setattr(os, "write", lambda _, content: written.append(content))
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(signals, "_unsaid", [None])
    end: Any = signals._end
    end(130)
    assert written == [b"\r\033[Kerror: interrupted\n" if terminal else b"error: interrupted\n"]

    def broken(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(os, "write", broken)
    monkeypatch.setattr(signals, "_unsaid", [None])
    end(143)
    assert codes == [130, 143]


def test_of_two_threads_that_end_the_process_one_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    codes: list[int] = []

    def exit_(code: int) -> NoReturn:
        codes.append(code)
        raise Ended

    monkeypatch.setattr(os, "write", lambda _, content: written.append(content))
    monkeypatch.setattr(os, "_exit", exit_)
    monkeypatch.setattr(signals, "_unsaid", [None])
    monkeypatch.setattr(signals, "_ORDERLY", 0.01)
    for _ in range(2):
        with pytest.raises(Ended):
            signals._end(143)
    assert (codes, written) == ([143, 143], [b"error: terminated\n"])


def test_where_the_command_begins(monkeypatch: pytest.MonkeyPatch, listening: Signals) -> None:
    """Signals are seen to before ``cli`` does anything."""
    listening.leave()
    seen: list[Signals] = []
    monkeypatch.setattr(cli, "process", seen.append)
    monkeypatch.setattr("gc.disable", lambda: None)
    begin: Any = process
    begin()
    (found,) = seen
    assert signal.getsignal(signal.SIGTERM) == found._stop
    found.leave()
    listening.listen()


@pytest.mark.parametrize(
    ("raised", "code"), [(KeyboardInterrupt(), 130), (Terminated(143), 143), (BrokenPipeError(), 141)]
)
def test_the_code_of_the_process(
    raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, listening: Signals
) -> None:
    """Also of what comes up in the very last moment; the process does not wind anything up."""
    listening.leave()
    codes: list[int] = []

    def fail(*_: object) -> int:
        raise raised

    def end(code: int) -> NoReturn:
        codes.append(code)
        raise Ended

    monkeypatch.setattr(cli, "run", fail)
    monkeypatch.setattr(cli, "_is_watched", lambda: False)
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr("gc.disable", lambda: None)
    with pytest.raises(Ended):
        cli.process(listening)
    assert codes == [code]
    assert cli.main([]) == code
    listening.listen()
