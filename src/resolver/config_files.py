"""Where configuration files are, and their bytes: of the project, of the user and of the system.

The project's is the nearest ``resolver.toml``, or ``pyproject.toml`` with a table ``[tool.resolver]``, from
the working directory upwards.  What the files say is read in ``configuration``, which is imported only where
there is a file; to find none must cost next to nothing.

Spec: the places are those of uv, and of https://specifications.freedesktop.org/basedir-spec/
"""

from __future__ import annotations

import os
import sys
from stat import S_ISREG

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["ConfigFile", "find"]

_OWN, _PROJECT = "resolver.toml", "pyproject.toml"


class ConfigFile:
    """A file that was found: ``level`` is "project", "user", "system" or "named".

    ``keys`` lead to the table that counts; ``owner`` is the user whose file it is, where there are such.
    """

    __slots__ = ("content", "keys", "level", "owner", "path")

    def __init__(self, level: str, path: str, content: bytes, owner: int = 0) -> None:
        self.owner = owner
        self.level = level
        self.path = path
        self.content = content
        self.keys = ("tool", "resolver") if os.path.basename(path) == _PROJECT else ()  # noqa: PTH119  # pathlib costs 5 ms


def find(
    environ: Mapping[str, str],
    named: str | None,
    *,
    none: bool,
    warn: Callable[[str], None],
    platform: str = sys.platform,
) -> list[ConfigFile]:
    """Return the configuration files, the strongest first: ``named`` alone, or else those of this place.

    With ``none``, none but the named one is read.  Raises ``InputError`` for one that cannot be read.
    """
    if named is not None:
        file = _read("named", named)
        if file is None:
            raise InputError("there is no such file", file=named)
        return [file]
    if none:
        return []
    found = _of_project(warn)
    for level, paths in (
        ("user", _user_files(environ, platform)),
        ("system", _system_files(environ, platform)),
    ):
        files = (_read(level, path) for path in paths)
        found += [file for file in files if file is not None][:1]
    return found


def _of_project(warn: Callable[[str], None]) -> list[ConfigFile]:
    """Return the nearest file from the working directory upwards, as the only one."""
    for folder in _upwards():
        own, project = _read("project", _join(folder, _OWN)), _read("project", _join(folder, _PROJECT))
        speaks = project is not None and _speaks(project.content)
        if own is not None and _is_trusted(own, warn):
            if project is not None and speaks:
                warn(f"{own.path} counts, and not [tool.resolver] in {project.path}")
            return [own]
        if project is not None and speaks and _is_trusted(project, warn):
            return [project]
    return []


def _upwards() -> Iterator[str]:
    try:
        folder = os.getcwd()  # noqa: PTH109  # pathlib costs 5 ms
    except OSError:
        return  # it was removed
    while True:
        yield folder
        above = os.path.dirname(folder)  # noqa: PTH120  # the same
        if above == folder:
            return
        folder = above


def _speaks(content: bytes) -> bool:
    """Tell whether there may be a table ``tool.resolver``, however it is written; tomllib costs 7 ms."""
    bare = content.translate(None, b" \t\"'")
    return b"tool.resolver" in bare or (b"resolver" in bare and (b"[tool]" in bare or b"tool={" in bare))


def _is_trusted(file: ConfigFile, warn: Callable[[str], None]) -> bool:
    """Tell whether no stranger can have put the file there; else say so.

    In a folder in which everybody can write, such as that for temporary files, a file of somebody else's, or
    their link to one, would otherwise decide which index is asked by whoever works below it.
    """
    if not hasattr(os, "getuid"):
        return True
    folder = os.stat(os.path.dirname(file.path))  # noqa: PTH116, PTH120  # pathlib costs 5 ms
    ours = (0, os.getuid())
    if not folder.st_mode & 0o002 or (file.owner in ours and os.lstat(file.path).st_uid in ours):
        return True
    warn(
        f"{file.path} is not read: it is somebody else's, in a folder where everybody can write;"
        " where it is meant, name it with --config-file"
    )
    return False


def _read(level: str, path: str) -> ConfigFile | None:
    """Return a file, None where there is none.  What is no file is not waited for, unless it was named."""
    flags = os.O_RDONLY if level == "named" else os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:  # pathlib costs 5 ms
            status = os.fstat(file.fileno())
            if level != "named" and not S_ISREG(status.st_mode):
                return None
            return ConfigFile(level, path, file.read(), status.st_uid)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        remedy = "" if level == "named" else "; --no-config leaves it out"
        raise InputError(
            f"the configuration cannot be read: {error.strerror or error}{remedy}", file=path
        ) from None


def _join(*parts: str) -> str:
    return os.path.join(*parts)  # noqa: PTH118  # pathlib costs 5 ms


def _user_files(environ: Mapping[str, str], platform: str) -> list[str]:
    if platform == "win32":
        folder = environ.get("APPDATA")
    else:
        home = environ.get("HOME")
        folder = environ.get("XDG_CONFIG_HOME") or (_join(home, ".config") if home else None)
    return [_join(folder, "resolver", _OWN)] if folder else []


def _system_files(environ: Mapping[str, str], platform: str) -> list[str]:
    """Return the places of the system's file, of which the first that is there counts."""
    if platform == "win32":
        folder = environ.get("PROGRAMDATA")
        return [_join(folder, "resolver", _OWN)] if folder else []
    folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)
    return [_join(folder, "resolver", _OWN) for folder in (*folders, "/etc") if folder]
