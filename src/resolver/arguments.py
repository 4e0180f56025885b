"""Reading arguments, variables and configuration files, by the table of options in ``settings``.

argparse is not used: importing it costs 9 ms, half of what a warm run takes.  What the options mean for a
resolution is in ``options``.

How the words of a command line are spelt is in ``words``, where files are in ``config_files``, and what they
say in ``configuration``.  Each option can be set by the variable ``RESOLVER_<NAME>``, and most by files:
the command line wins over variables, these over the files of the project, of the user and of the system.
The strongest place that sets an option sets it alone.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.options import Options, redacted
from resolver.setting import COUNT, FLAG, OFF, REPEAT, VALUE, Given
from resolver.settings import COMMANDS, FORMATS, FORMATS_OF, TABLE
from resolver.words import Words, check_commands, close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from resolver.config_files import ConfigFile
    from resolver.configuration import Table
    from resolver.setting import Setting

    class FindFiles(Protocol):
        """What ``config_files.find`` does."""

        def __call__(
            self, environ: Mapping[str, str], named: str | None, *, none: bool, warn: Callable[[str], None]
        ) -> Sequence[ConfigFile]:
            """Return the configuration files, the strongest first."""


__all__ = ["Arguments", "field_of", "parse", "setting_of"]

_UNCONFIGURED = ("completion",)  # what it says depends on nothing

# The options of the table that set a field of ``Options`` of another name.
_FIELDS = {
    "extra_index_url": "extra_index_urls",
    "explicit_index": "explicit_indexes",
    "index_package": "package_indexes",
    "build_constraint": "build_constraints",
    "allow_url": "allow_urls",
    "refresh_package": "refresh_packages",
    "trusted_host": "trusted_hosts",
    "max": "limits",
    "constraint": "constraints",
    "override": "overrides",
    "exclude": "excludes",
    "extra": "extras",
    "group": "groups",
    "upgrade_package": "upgrade_packages",
    "upgrade_group": "upgrade_groups",
    "preference": "preferences",
    "exclude_newer_package": "exclude_newer_packages",
    "exclude_newer_index": "exclude_newer_indexes",
    "prerelease_package": "prerelease_packages",
    "patch": "patches",
    "abi": "abis",
}

_FILES = ("constraints", "overrides", "build_constraints", "preferences", "fixed", "patches")
# Fields whose options name files, which somebody else reads.

_RIVALS = {
    "minimal": "upgrade",
    "upgrade": "minimal",
    "no_deps": "only_deps",
    "only_deps": "no_deps",
    "record": "replay",
    "replay": "record",
}
# Options that exclude each other: of two places the stronger one wins.


class Arguments:
    """What the command line, the variables and the configuration files say.

    ``command`` is "" where none was given; ``operands`` are the words that are no options, without the name
    of the ``package`` that ``why`` asks about, and ``files`` those of them that must be files.  ``words`` are
    those of the command line that belong into a result's header.  ``levels`` say what each place sets, the
    strongest first; ``warnings`` and ``notes`` are sentences about what has no effect; ``tables`` are those
    of the strongest file that has them, which are read elsewhere.
    """

    __slots__ = (
        "_given",
        "command",
        "files",
        "levels",
        "notes",
        "operands",
        "package",
        "tables",
        "warnings",
        "words",
    )

    def __init__(
        self,
        words: Words,
        levels: Sequence[Mapping[str, Given]],
        warnings: Sequence[str] = (),
        tables: Mapping[str, Table] | None = None,
    ) -> None:
        self.command = words.command
        self.package = words.package
        self.operands = tuple(words.operands)
        self.files = frozenset(words.files)
        self.words = tuple(words.words)
        self.levels = tuple(levels)
        self.warnings = (*words.warnings, *warnings)
        self.notes = tuple(words.notes)
        self.tables = dict(tables or {})
        self._given: dict[str, Given] = {}
        for level in levels:
            beaten = {name for name in level if _RIVALS.get(name) in self._given}
            for name, given in level.items():
                if name not in beaten:
                    self._given.setdefault(name, given)

    def count(self, name: str) -> int:
        """Return how often the option was given."""
        return len(self.texts(name))

    def is_on(self, name: str) -> bool:
        """Tell whether the flag counts: of it and of its opposite the last one does."""
        return self.text(name) not in (None, OFF)

    def text(self, name: str) -> str | None:
        """Return the value that counts: the last one, or None."""
        values = self.texts(name)
        return values[-1] if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values, in order."""
        given = self._given.get(name)
        return () if given is None else tuple(given.values)

    @property
    def output_file(self) -> str | None:
        """The file that the result goes to; None: to stdout."""
        path = self.text("output_file")
        return None if path == "-" else path

    @property
    def format(self) -> str | None:
        """The format that is asked for, or else the one that the name of the output file is of.

        None: neither says anything that this command writes, so it is the command's own.
        """
        asked, path = self.text("format"), self.output_file
        if asked is None and path is not None and self.command in ("resolve", "tree", "why"):
            from resolver.file_names import format_of  # noqa: PLC0415  # lazy: start-up time

            asked = format_of(path)
            if asked not in FORMATS_OF.get(self.command, FORMATS):
                return None
        return asked

    def options(self) -> dict[str, object]:
        """Return the given fields of ``Options``, without those whose options name files."""
        found: dict[str, object] = {}
        for setting in TABLE:
            if setting.name not in self._given:
                continue
            field, values = field_of(setting), self.texts(setting.name)
            if not values or not hasattr(Options, field) or field in _FILES:
                continue
            if setting.kind == FLAG:
                found[field] = True
            elif setting.kind == REPEAT:
                found[field] = _names(values) if field in ("only_binary", "no_binary") else values
            else:
                found[field] = values[-1] if setting.number is None else setting.number(values[-1])
        return found

    def blamed(self, error: InputError) -> InputError:
        """Return an error of ``Options`` with the place of what is wrong, instead of the field's name."""
        word, _, rest = error.message.partition(" ")
        field = word.rstrip(":")
        setting = setting_of(field)
        given = None if setting is None else self._given.get(setting.name)
        return error if given is None else given.error(f"{word.removeprefix(field)} {rest}")


def field_of(setting: Setting) -> str:
    """Return the field of ``Options`` that a setting sets, if there is one of that name."""
    return _FIELDS.get(setting.name, setting.name)


def setting_of(field: str) -> Setting | None:
    """Return the setting that sets a field of ``Options``."""
    return next((each for each in TABLE if field in (each.name, _FIELDS.get(each.name))), None)


def _names(values: Sequence[str]) -> tuple[str, ...]:
    """Split names that are joined by commas, as pip does."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def parse(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    files: FindFiles | None = None,
) -> Arguments:
    """Return what ``argv`` (without the program's name), the variables in ``environ`` and files say.

    ``files`` is ``config_files.find``; without it no file is read.  Raises ``InputError`` for what is
    unknown, misspelt or out of range.  Where help or the version is asked for, the rest is not checked.
    """
    words = Words(argv)
    levels = [words.given]
    if "help" in words.given or "version" in words.given:
        return Arguments(words, levels)
    check_commands(words)
    levels.append(_variables(environ, words))
    if words.command not in COMMANDS:
        raise InputError(_no_command(words.command))
    warnings: list[str] = []
    tables: dict[str, Table] = {}
    if files is not None and words.command not in _UNCONFIGURED:
        said = Arguments(words, levels)
        none = bool(said.count("no_config"))
        found = files(environ, said.text("config_file"), none=none, warn=warnings.append)
        tables = _configured(found, words.command, levels)
    for level in levels:
        _check(level)
    _check_format(words)
    arguments = Arguments(words, levels, warnings, tables)
    _check_one_index(arguments)
    return arguments


def _configured(
    files: Sequence[ConfigFile], command: str, levels: list[dict[str, Given]]
) -> dict[str, Table]:
    """Add what each configuration file sets for ``command`` to ``levels``; return the tables in them."""
    if not files:
        return {}
    from resolver.configuration import Configuration  # noqa: PLC0415  # lazy: most runs have no file

    names = [each.name for each in TABLE if each.serves(command)]
    tables: dict[str, Table] = {}
    for each in map(Configuration, files):
        levels.append({name: given for name, given in each.given.items() if name in names})
        tables = each.tables | tables
    return tables


def _check(level: Mapping[str, Given]) -> None:
    """Check the values that one place sets, and bring them into the form in which they are kept."""
    for setting in TABLE:
        given = level.get(setting.name)
        if given is not None:
            given.values = [_checked(setting, given, value) for value in given.values]


def _check_one_index(arguments: Arguments) -> None:
    """Raise ``InputError`` where two default indexes are given: to take one would be a guess."""
    urls = dict.fromkeys(arguments.texts("index_url"))
    if len(urls) > 1:
        said = " and ".join(redacted(url) for url in urls)
        raise InputError(
            f"--index-url is given more than once ({said}): name further indexes with --extra-index-url"
        )


def _check_format(words: Words) -> None:
    """Raise ``InputError`` for a format that is typed and that the command does not write.

    One of a variable or a file is meant for other commands.
    """
    formats = FORMATS_OF.get(words.command, FORMATS)
    given = words.given.get("format")
    if given is not None and given.values[-1] not in formats:
        raise given.error(f" is {given.values[-1]!r}, and {words.command} writes: {', '.join(formats)}")


def _variables(environ: Mapping[str, str], words: Words) -> dict[str, Given]:
    """Return what variables set and the command line does not; ``config`` tells about both.

    Variables that set options of other commands mean nothing.
    """
    found: dict[str, Given] = {}
    if not any(name.startswith("RESOLVER_") for name in environ):
        return found  # to ask the table costs more, and most users have none
    for setting in TABLE:
        value = environ.get(setting.variable, "")
        name, implied = setting.meant("")
        if not value or not setting.serves(words.command) or name in ("help", "version", "requirement"):
            continue
        if name in words.given and words.command != "config":
            continue
        if setting.kind == REPEAT:
            values = [each for word in value.split() for each in setting.meant(word)[1]]
        elif setting.kind == VALUE:
            values = [value]
        else:
            values = implied * _times(setting, value)
            if not values and setting.is_opposite:
                values = [""]
        if values or not setting.implies:
            given = found.setdefault(name, Given([], ""))
            given.values += values
            given.source = f"the variable {setting.variable}"
    return found


_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


def _times(setting: Setting, value: str) -> int:
    """Return how often the flag counts as given by the value of its variable."""
    if value.lower() in _FALSE:
        return 0
    if value.lower() in _TRUE:
        return 1
    if setting.kind == COUNT and value in ("2", "3"):
        return int(value)
    raise InputError(f"the variable {setting.variable} is {value!r}: write 1 or 0")


def _checked(setting: Setting, given: Given, value: str) -> str:
    """Return ``value`` in the form in which it is kept."""
    if setting.choices:
        if value not in setting.choices:
            from resolver.naming import closest  # noqa: PLC0415  # lazy: only for an error

            known = list(dict.fromkeys(setting.choices.values()))
            raise given.error(f" is {value!r}, not one of: {', '.join(known)}{closest(value, known)}")
        value = setting.choices[value]
    elif setting.number is not None:
        try:
            number = setting.number(value)
        except ValueError:
            kind = "an integer" if setting.number is int else "a number"
            raise given.error(f" is {value!r}, and must be {kind}") from None
        if setting.least is not None and number < setting.least:
            raise given.error(f" is {value}, and must be at least {setting.least}")
    return value


def _no_command(word: str) -> str:
    if not word:
        return "no command is given; try: resolver resolve requirements.txt"
    if word == "-" or "." in word or "/" in word:
        return f"{word!r} is no command; did you mean: resolver resolve {word}"
    return f"{word!r} is no command{close(word, COMMANDS)}"
