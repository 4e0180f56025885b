"""Writing the result: to stdout, or to a file that is replaced as a whole and only by a finished result."""

from __future__ import annotations

import os

from resolver.errors import OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["OutputFile", "write_result"]


class OutputFile:
    """The file that a result will go to.

    Making it checks that it can be written, by creating a file beside it for a moment, so that nobody waits
    for a result that has no place to go.  ``write`` replaces the old file at once: until then it is as it
    was, and nothing is beside it.
    """

    __slots__ = ("_beside", "_path", "_shown")

    def __init__(self, path: str) -> None:
        """Raise ``OutputError`` if the file cannot be written."""
        self._shown = path
        self._path = os.path.realpath(path)
        self._beside = not _is_special(self._path)
        if os.path.isdir(self._path):  # noqa: PTH112  # pathlib costs 5 ms
            raise OutputError(f"{path} cannot be written: it is a directory")
        if not self._beside:
            return
        try:
            os.unlink(self._created())  # noqa: PTH108  # the same
        except OSError as error:
            self._beside = False
            if not (os.path.isfile(self._path) and os.access(self._path, os.W_OK)):  # noqa: PTH113  # the same
                raise self._error(error) from None

    def write(self, text: str) -> None:
        """Put ``text`` into the file.  Raises ``OutputError``."""
        content = _encoded(text)
        try:
            if self._beside:
                self._replace(content)
            else:
                _write(self._path, content)
        except OSError as error:
            raise self._error(error) from None

    def _replace(self, content: bytes) -> None:
        partial = self._created()
        try:
            _write(partial, content)
            if os.path.exists(self._path):  # noqa: PTH110  # pathlib costs 5 ms
                os.chmod(partial, os.stat(self._path).st_mode & 0o7777)  # noqa: PTH101, PTH116  # the same
            os.replace(partial, self._path)  # noqa: PTH105  # the same
        except BaseException:
            _discard(partial)
            raise

    def _created(self) -> str:
        """Create an empty file beside the one that is to be replaced, and return its path."""
        path = f"{self._path}.{os.urandom(4).hex()}.partial"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            os.close(descriptor)
        except BaseException:
            _discard(path)
            raise
        return path

    def _error(self, error: OSError) -> OutputError:
        return OutputError(f"{self._shown} cannot be written: {error.strerror or error}")


def write_result(stream: TextIO | None, text: str, file: OutputFile | None = None) -> None:
    """Write ``text`` to ``file``, or else to stdout, in UTF-8 whatever the locale.

    ``None`` is what Python makes of a stdout that was closed from the start.  Raises ``OutputError``, and
    ``BrokenPipeError`` where the reader went away.
    """
    if file is not None:
        file.write(text)
        return
    if stream is None:
        raise OutputError("the result cannot be written to stdout: it is closed")
    try:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(text)
        else:
            buffer.write(_encoded(text))
        stream.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"the result cannot be written to stdout: {reason}") from None


def _encoded(text: str) -> bytes:
    # File names may hold bytes that are no text; they come as surrogates and go back as such.
    return text.encode("utf-8", "surrogateescape")


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123  # pathlib costs 5 ms
        file.write(content)


def _discard(path: str) -> None:
    try:  # noqa: SIM105  # contextlib costs an import
        os.unlink(path)  # noqa: PTH108  # pathlib costs 5 ms
    except OSError:
        pass


def _is_special(path: str) -> bool:
    """Tell whether ``path`` is something that cannot be replaced, such as a device or a pipe."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113  # pathlib costs 5 ms
