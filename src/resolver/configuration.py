"""What configuration files say: ``[tool.resolver]`` in ``pyproject.toml``, and ``resolver.toml``.

Keys are the long options without their hyphens in front; ``[[index]]`` tables are written as uv's.  Which
files there are is in ``config_files``, which place wins in ``arguments``, where also is checked what a value
may be beyond its type.

Spec: https://toml.io/en/v1.0.0, and ``[[tool.uv.index]]`` for the names in those tables
"""

from __future__ import annotations

import os
import tomllib
from datetime import date, datetime

from resolver.errors import InputError
from resolver.options import redacted
from resolver.setting import COUNT, FLAG, REPEAT, Given
from resolver.settings import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.config_files import ConfigFile
    from resolver.setting import Setting

    Path = tuple[str | int, ...]
    LineOf = Callable[[Path], int]

__all__ = ["KEYS", "OF_A_CALL", "Configuration", "Table"]

OF_A_CALL = (
    "help",
    "version",
    "requirement",
    "config_file",
    "no_config",
    "output_file",
    "format",
    "check",
    "invert",
    "package",
    "depth",
    "prune",
    "no_dedupe",
)
"""What one call is to do is said with the call: a file that decides it would surprise the next one."""

READ_ELSEWHERE = ("workspace", "conflicts", "dependency-metadata")
# Tables that describe the project or its packages, and are read with these.

_OF_THE_USER = ("build", "python")
# What runs programs: a project that was only fetched must not decide that.

KEYS = {
    flag.removeprefix("--"): setting
    for setting in TABLE
    if setting.name not in OF_A_CALL
    for flag in (*setting.flags, *setting.hidden)
    if flag.startswith("--") and flag != "--index"
}
"""Each key that a configuration file may have, beside ``index`` and what is read elsewhere."""


class Table:
    """What a file says of something that is read elsewhere, and where."""

    __slots__ = ("_line_of", "_path", "file", "value")

    def __init__(self, value: object, file: str, path: Path, line_of: LineOf) -> None:
        self.value = value
        self.file = file
        self._path = path
        self._line_of = line_of

    def error(self, message: str, *path: str | int) -> InputError:
        """Return an error about what stands at ``path`` in it."""
        return InputError(message, file=self.file, line=self._line_of((*self._path, *path)))


class Configuration:
    """What one file sets: a ``Given`` by the name of each setting, and the tables that are read elsewhere."""

    __slots__ = ("file", "given", "table", "tables")

    def __init__(self, file: ConfigFile) -> None:
        """Raise ``InputError`` for what cannot be read, is unknown or of the wrong type."""
        self.file = file
        self.given: dict[str, Given] = {}
        text = _text(file)
        self.table = _table(file, text)
        lines: list[dict[Path, int]] = []

        def line_of(path: Path) -> int:
            if not lines:
                from resolver.toml_lines import lines_of  # noqa: PLC0415  # lazy: for errors and ``config``

                lines.append(lines_of(text))
            whole = file.keys + path
            return next((lines[0][whole[:n]] for n in range(len(whole), 0, -1) if whole[:n] in lines[0]), 1)

        _Reader(self, line_of).read()
        self.tables = {
            key: Table(self.table[key], file.path, (key,), line_of)
            for key in READ_ELSEWHERE
            if key in self.table
        }


def _text(file: ConfigFile) -> str:
    try:
        return file.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        raise InputError("this is not UTF-8, as TOML must be", file=file.path, line=line) from None


def _table(file: ConfigFile, text: str) -> dict[str, object]:
    try:
        table: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).partition(" (at line ")
        line = int(place.partition(",")[0]) if place[:1].isdigit() else None
        raise InputError(f"this is not TOML: {redacted(said)}", file=file.path, line=line) from None
    for key in file.keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise InputError("tool.resolver must be a table", file=file.path)
    return table


class _Reader:
    """Reads the table of one file."""

    __slots__ = ("_configuration", "_folder", "_line_of", "_placed_values")

    def __init__(self, configuration: Configuration, line_of: LineOf) -> None:
        self._configuration = configuration
        self._line_of = line_of
        self._folder = _shown_folder(configuration.file.path)
        self._placed_values: dict[str, list[tuple[str, Path]]] = {}

    def read(self) -> None:
        for key, value in self._configuration.table.items():
            if key == "index":
                self._take_indexes(value)
            elif key not in READ_ELSEWHERE:
                self._take(key, value)

    def _take(self, key: str, value: object) -> None:
        setting = KEYS.get(key)
        if setting is None:
            raise self._error((key,), _unknown(key, [*KEYS, "index", *READ_ELSEWHERE]))
        if self._configuration.file.level == "project" and setting.name in _OF_THE_USER and value != "never":
            raise self._error(
                (key,),
                f"{key} makes programs run, and so a project cannot set it: say --{key}, or set it in"
                " your own configuration",
            )
        values = [self._placed(setting, text) for text in self._texts(key, setting, value)]
        if setting.is_opposite and not values:  # ``annotate = false`` is ``no-annotate = true``
            self._give(setting.meant("")[0], [("", (key,))], (key,), key)
            return
        if setting.implies and not values:
            return  # ``pre = false`` says nothing about what else may be said of pre-releases
        places: list[Path] = [(key, at) if isinstance(value, list) else (key,) for at in range(len(values))]
        placed = zip(values, places, strict=True)
        meant = [(each, place) for text, place in placed for each in setting.meant(text)[1]]
        self._give(setting.meant("")[0], meant, (key,), key)

    def _give(self, name: str, placed: list[tuple[str, Path]], path: Path, source: str) -> None:
        """Set an option to values, each with where it stands."""
        given, line_of = self._configuration.given, self._line_of
        values = [value for value, _ in placed]
        before = given.get(name)
        if before is not None:
            if not _repeats(name):
                raise self._error(path, f"{source} and {before.source} set the same: leave one out")
            before.values += values
            self._placed_values[name] += placed
            return
        places = self._placed_values[name] = placed

        def line(said: str) -> int:
            return line_of(next((place for value, place in places if value and repr(value) in said), path))

        given[name] = Given(values, source, file=self._configuration.file.path, line=line)

    def _texts(self, key: str, setting: Setting, value: object) -> list[str]:
        """Return the values as the command line would have them."""
        if setting.kind == FLAG:
            if not isinstance(value, bool):
                raise self._error((key,), f"{key} must be true or false")
            return [""] * value
        if setting.kind == COUNT:
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3:
                raise self._error((key,), f"{key} must be a number from 0 to 3")
            return [""] * value
        if setting.kind != REPEAT:
            return [self._text(key, setting, value)]
        if isinstance(value, dict) and "=" in setting.metavar:
            return [f"{name}={self._part(key, each)}" for name, each in value.items()]
        items: list[object] = value if isinstance(value, list) else [None]
        wrong = [at for at, each in enumerate(items) if not (isinstance(each, str) and each)]
        if wrong:
            table = f", or a table of {setting.metavar}" if "=" in setting.metavar else ""
            raise self._error((key, wrong[0]), f"{key} must be a list of strings{table}")
        return [str(each) for each in items]

    def _text(self, key: str, setting: Setting, value: object) -> str:
        if setting.number is not None:
            whole = setting.number is int
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                raise self._error((key,), f"{key} must be {'an integer' if whole else 'a number'}")
            return str(value)
        if isinstance(value, date | datetime) and setting.metavar == "WHEN":
            return value.isoformat()
        if not isinstance(value, str):
            raise self._error((key,), f"{key} must be a string")
        if not value:
            raise self._error((key,), f"{key} is empty")
        return value

    def _part(self, key: str, value: object) -> str:
        """Return a value of a table whose keys are names."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, date | datetime):
            return value.isoformat()
        if not isinstance(value, str | int) or value == "":
            raise self._error((key,), f"the values of {key} must be strings")
        return str(value)

    def _placed(self, setting: Setting, value: str) -> str:
        """Return ``value``; a path is relative to the file that it stands in."""
        if setting.name == "group" and ":" in value:
            path, _, name = value.rpartition(":")
            return f"{self._path(path)}:{name}"
        is_command = setting.name == "python" and os.path.basename(value) == value  # noqa: PTH119  # text it is
        if not setting.is_path or "://" in value or value in ("", "-") or is_command:
            return value
        return self._path(value)

    def _path(self, value: str) -> str:
        return os.path.normpath(os.path.join(self._folder, os.path.expanduser(value)))  # noqa: PTH111, PTH118  # text it is

    def _take_indexes(self, tables: object) -> None:
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise self._error(("index",), "index must be an array of tables: [[index]]")
        defaults = [number for number, table in enumerate(tables) if table.get("default")]
        if len(defaults) > 1:
            raise self._error(("index", defaults[1]), "another index is the default already")
        for number, table in enumerate(tables):
            self._take_index(number, table)

    def _take_index(self, number: int, table: dict[str, object]) -> None:
        path: Path = ("index", number)
        for key in table:
            if key not in _OF_INDEX:
                raise self._error((*path, key), _unknown(key, _OF_INDEX))
        url = self._string(path, table, "url")
        name = self._string(path, table, "name")
        if not url:
            raise self._error(path, "the index has no url")
        explicit, default = (self._flag(path, table, key) for key in ("explicit", "default"))
        if explicit and (default or not name):
            why = "is either explicit or the default" if default else "must have a name to be explicit"
            raise self._error(path, f"an index {why}")
        kind = "explicit_index" if explicit else "index_url" if default else "extra_index_url"
        self._give(kind, [(f"{name}={url}" if name else url, (*path, "url"))], path, "index")
        if "exclude-newer" in table:
            if not name:
                raise self._error((*path, "exclude-newer"), "an index must have a name for exclude-newer")
            when = self._part("exclude-newer", table["exclude-newer"])
            newer: Path = (*path, "exclude-newer")
            self._give("exclude_newer_index", [(f"{name}={when}", newer)], newer, "exclude-newer")

    def _string(self, path: Path, table: dict[str, object], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._error((*path, key), f"{key} must be a string")
        return value

    def _flag(self, path: Path, table: dict[str, object], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self._error((*path, key), f"{key} must be true or false")
        return value

    def _error(self, path: Path, message: str) -> InputError:
        return InputError(message, file=self._configuration.file.path, line=self._line_of(path))


_OF_INDEX = ("name", "url", "explicit", "default", "exclude-newer")


def _repeats(name: str) -> bool:
    return any(setting.name == name and setting.kind == REPEAT for setting in TABLE)


def _unknown(key: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: only for an error

    calls = {name.replace("_", "-") for name in OF_A_CALL}
    if key in calls:
        return f"{key} is said with each call, on the command line or by a variable"
    near = get_close_matches(key, known, 1)
    return f"unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")


def _shown_folder(path: str) -> str:
    """Return the folder of ``path``; relative to the working directory, where it is there or above."""
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120  # text it is
    try:
        here = os.getcwd()  # noqa: PTH109  # the same
    except OSError:  # it was removed
        return folder
    if os.path.commonpath([folder, here]) == folder:
        return os.path.relpath(folder, here)
    return folder
