"""SIGINT and SIGTERM: the command ends soon wherever it is, with one line on stderr and its exit code.

While the work is being done a signal comes up in it as an exception, so that what was begun is closed by who
began it.  Who is not done with that soon, or is asked a second time, is not waited for: files appear by
rename, so there is nothing that must be finished.  Before and after the work a signal ends the process at
once.  Nothing here is done by importing it, and only ``cli`` and ``__main__`` do it: a library leaves signals
alone.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn

__all__ = ["INTERRUPTED", "TERMINATED", "Signals", "Terminated", "watch"]

INTERRUPTED, TERMINATED = 130, 143
_SAID = {INTERRUPTED: "interrupted", TERMINATED: "terminated"}
_ORDERLY = 0.4  # seconds that an end in order may take
_TWICE = 0.1  # seconds within which two signals are one event: terminals and shells both send them
_AGAIN = 0.001  # seconds until what was lost is raised again


class Terminated(SystemExit):
    """SIGTERM came; a ``SystemExit`` because an event loop lets only that pass."""


class Signals:
    """What becomes of SIGINT and SIGTERM from ``listen`` on, and while ``is_working``."""

    __slots__ = ("_before", "_came", "_is_watching", "_lost", "is_working")

    def __init__(self) -> None:
        self.is_working = False
        self._came: float | None = None  # when the first signal came
        self._lost = False
        self._is_watching = False
        self._before: list[tuple[int, object]] = []

    def listen(self) -> None:
        """Take over the signals that whoever started us has not chosen to ignore, or to see to himself."""
        signals = _signals()
        usual = {signals.SIGINT: signals.default_int_handler, signals.SIGTERM: signals.SIG_DFL}
        try:
            for number, handler in usual.items():
                if signals.getsignal(number) == handler:
                    signals.signal(number, self._stop)
                    self._before.append((number, handler))
        except ValueError:
            return  # not the main thread: whoever started it decides
        sys.unraisablehook = self._unraisable
        _listening.append(self)

    def watch(self) -> None:
        """From now on see a signal also where the interpreter does not, because it waits for something."""
        if self._is_watching or not self._before:
            return
        import _thread  # noqa: PLC0415  # built in, and hardly ever needed

        self._is_watching = True
        reading, writing = os.pipe()
        os.set_blocking(writing, False)  # that is how it is called
        try:
            _signals().set_wakeup_fd(writing, warn_on_full_buffer=False)
        except ValueError:
            return  # not the main thread, which sees signals while others wait
        _thread.start_new_thread(lambda: self._watch(128 + os.read(reading, 1)[0]), ())

    def leave(self) -> None:
        """Give the signals back."""
        for number, handler in self._before:
            _signals().signal(number, handler)
        self._before.clear()
        _listening.clear()
        if self._is_watching:
            _signals().set_wakeup_fd(-1)
        sys.unraisablehook = sys.__unraisablehook__

    def _stop(self, number: int, _frame: object) -> None:
        code = 128 + number
        if not self.is_working:
            _end(code)
        now = time.monotonic()
        if self._came is None:
            import _thread  # noqa: PLC0415  # built in, and hardly ever needed

            self._came = now
            _thread.start_new_thread(self._watch, (code,))
            _raise_in_order(_exception(code))
        elif self._lost:
            self._lost = False
            _raise_in_order(_exception(code))
        elif now - self._came > _TWICE:
            _end(code)

    def _watch(self, code: int) -> None:
        time.sleep(_ORDERLY)
        if self.is_working:
            _end(code)

    def _unraisable(self, lost: sys.UnraisableHookArgs) -> None:
        """Raise again what came up where nothing can be raised, such as in a ``__del__``."""
        if not issubclass(lost.exc_type, (KeyboardInterrupt, Terminated)):
            sys.__unraisablehook__(lost)
            return
        import _thread  # noqa: PLC0415  # the same

        self._lost = True
        number = (TERMINATED if issubclass(lost.exc_type, Terminated) else INTERRUPTED) - 128

        def again() -> None:
            time.sleep(_AGAIN)
            _thread.interrupt_main(number)  # type: ignore[arg-type]  # a number will do

        _thread.start_new_thread(again, ())


_listening: list[Signals] = []
"""Those of this process, if it is that of the command."""


def watch() -> None:
    """Have signals seen while something is waited for, if this is the process of the command."""
    for each in _listening:
        each.watch()


def _exception(code: int) -> BaseException:
    return KeyboardInterrupt() if code == INTERRUPTED else Terminated(code)


def _raise_in_order(ending: BaseException) -> None:
    """Raise ``ending``; where an event loop runs, between two of its callbacks.

    An exception that a signal handler raises comes up wherever the program is just then, in places too that
    cannot let it pass (a callback from C), where it would be lost.
    """
    asyncio = sys.modules.get("asyncio")

    def end() -> None:
        raise ending

    try:
        asyncio.get_running_loop().call_soon_threadsafe(end)  # type: ignore[union-attr]  # as is seen to below
    except (AttributeError, RuntimeError):  # not there, still being imported, not running, or just closed
        raise ending from None


_unsaid: list[None] = [None]
"""Empty as soon as somebody says how the process ends: of two threads that end it, one speaks."""


def _end(code: int) -> NoReturn:
    """End the process at once; whatever it is about, in whichever thread."""
    try:
        _unsaid.pop()
    except IndexError:
        time.sleep(_ORDERLY)  # who was first needs a moment to speak
        os._exit(code)
    try:
        line = f"error: {_SAID[code]}\n"
        os.write(2, f"\r\033[K{line}".encode() if os.isatty(2) else line.encode())
    except OSError:
        pass  # nobody listens
    finally:
        os._exit(code)


def _signals() -> ModuleType:
    """Return what handles signals: ``signal`` itself costs 6 ms, most of it for enum."""
    try:
        return __import__("_signal")  # part of CPython
    except ImportError:
        return __import__("signal")  # another Python implementation
