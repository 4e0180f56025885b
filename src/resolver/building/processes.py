"""Processes of a build: what they are told, how long they run, and what is kept of what they say.

A process gets an environment that is made for it, no input, and a group (a session) of its own; when it has
ended, or time is up, or we are gone ourselves, the whole group is killed.  Of its output the end is kept,
however much it is.  A process that leaves its group on purpose is not found again: this bounds accidents, it
is no sandbox.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from resolver.options import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

__all__ = ["Runner", "Stopped", "TookTooLong", "scrubbed"]

_KEPT = frozenset(
    {
        # Where programs are, how they speak, and what time it is.
        *("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ", "SOURCE_DATE_EPOCH"),
        # What Windows needs to start a process at all.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROCESSOR_ARCHITECTURE"),
        # Compilers.
        *("CC", "CXX", "AR", "LD", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "ARCHFLAGS", "SDKROOT"),
        *("MACOSX_DEPLOYMENT_TARGET", "DEVELOPER_DIR", "PKG_CONFIG_PATH", "LD_LIBRARY_PATH"),
    }
)
# Kills the group when nobody holds the other end of the pipe any more; the rest becomes the process proper,
# which does not see the watch, since that is nobody's child.
_WATCH = """
import os, sys
pipe = int(sys.argv[1])
first = os.fork()
if first == 0:
    if os.fork():
        os._exit(0)
    os.read(pipe, 1)
    os.killpg(0, 9)
os.waitpid(first, 0)
os.close(pipe)
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.exit(f"{sys.argv[2]}: {error.strerror}")
"""
_TAIL = 16 * 1024  # bytes of output
_LINES, _LONGEST = 20, 2_000
_CHUNK = 1 << 16
_FIRST_LOOK, _LAST_LOOK = 0.001, 0.02  # seconds between two looks at a process
_REST = 0.5  # seconds for what a dead process has left in the pipe


class TookTooLong(Exception):  # becomes the reason of a failure
    """Time was up."""


class Stopped(Exception):  # never leaves ``builder``
    """Nobody waits for the process any more."""


def scrubbed(environ: Mapping[str, str], home: str) -> dict[str, str]:
    """Return what of ``environ`` a build may know: nothing that could hold a password or change Python.

    Its home and its temporary folder are ``home``.  Toolchains that lie in the real home are still found.
    """
    found = {name: value for name, value in environ.items() if name.upper() in _KEPT}
    rust = environ.get("RUSTUP_HOME") or os.path.join(environ.get("HOME", ""), ".rustup")  # noqa: PTH118  # text
    if os.path.isdir(rust):  # noqa: PTH112  # the same
        found["RUSTUP_HOME"] = rust
    places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "CARGO_HOME"), home)
    return found | places | {"PYTHONNOUSERSITE": "1", "PIP_NO_INPUT": "1", "NO_COLOR": "1"}


class Runner:
    """Runs processes one after the other, all of them within ``seconds`` in sum, from any one thread.

    ``stop``, from another, ends the one that runs and forbids others.
    """

    def __init__(self, environ: Mapping[str, str], seconds: float) -> None:
        self._environ = environ
        self._left = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._said = b""

    @property
    def said(self) -> str:
        """Return the last lines of the last process, as text that does no harm to a terminal."""
        text = self._said.decode("utf-8", "replace").replace("\r", "\n")
        lines = ["".join(c if c.isprintable() else " " for c in line).strip() for line in text.split("\n")]
        return redacted("\n".join([line for line in lines if line][-_LINES:])[-_LONGEST:])

    def run(
        self,
        command: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        """Run ``command`` to its end.

        Raises ``subprocess.CalledProcessError``, ``TookTooLong``, ``Stopped``, or ``OSError`` where it cannot
        be started.
        """
        pipe = os.pipe()
        try:
            self._run(command, cwd, {**self._environ, **(extra_environ or {})}, pipe[0])
        finally:
            os.close(pipe[1])
            os.close(pipe[0])

    def _run(self, command: Sequence[str], cwd: str | None, environ: Mapping[str, str], pipe: int) -> None:
        process = self._start(command, cwd, environ, pipe)
        assert process.stdout is not None
        reader = threading.Thread(target=self._read, args=[process.stdout], daemon=True)
        reader.start()
        started = time.monotonic()
        try:
            ended = self._wait(process, started + self._left)
        finally:
            _kill(process)
            self._left -= time.monotonic() - started
            reader.join(_REST)
            with self._lock:
                self._process = None
        if self._stopped:
            raise Stopped
        if not ended:
            raise TookTooLong
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, list(command))

    def stop(self) -> None:
        """Kill what runs, and let nothing more be run."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                _kill_group(self._process)

    def _start(
        self, command: Sequence[str], cwd: str | None, environ: Mapping[str, str], pipe: int
    ) -> subprocess.Popen[bytes]:
        watched = sys.platform != "win32" and bool(sys.executable)
        watch = [sys.executable, "-I", "-S", "-c", _WATCH, str(pipe)] if watched else []
        with self._lock:
            if self._stopped:
                raise Stopped
            self._said = b""
            self._process = subprocess.Popen(  # noqa: S603  # allowed by the user
                [*watch, *command],
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[pipe] if watched else [],
            )
            return self._process

    def _read(self, stream: IO[bytes]) -> None:
        """Read all that is said, however long somebody holds the other end, and keep the end of it."""
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                self._said = (self._said + chunk)[-_TAIL:]

    def _wait(self, process: subprocess.Popen[bytes], until: float) -> bool:
        """Wait for the end, without laying hold of it: its group must not be given to others yet."""
        pause = _FIRST_LOOK
        while not _has_ended(process):
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LAST_LOOK)
        return True


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "win32":
        return process.poll() is not None
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, flags) is not None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the group of a process that may have ended, and wait for itself."""
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS: all that is left of the group are zombies
        return
