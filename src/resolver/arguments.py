"""Reading arguments and variables, by the table of options in ``settings``.

argparse is not used: importing it costs 9 ms, half of what a warm run takes.  What the options mean for a
resolution is in ``options``.

Spelling rules: ``--name value``, ``--name=value``, ``-x value``, ``-xvalue``, flags together (``-qv``);
``--`` ends the options; abbreviations are not understood.  Each option can be set by the variable
``RESOLVER_<NAME>`` as well; the command line wins.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.options import Options, not_yet, redacted
from resolver.setting import COUNT, FLAG, REPEAT, VALUE
from resolver.settings import COMMANDS, FORMATS_YET, SETTINGS_NOT_YET, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resolver.setting import Setting

__all__ = ["Arguments", "flag_of", "is_supported", "parse"]

_COMMANDS_NOT_YET = ("tree", "diff", "outdated", "config", "completion")

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


class Arguments:
    """What the command line and the variables say.

    ``command`` is "" where none was given; ``operands`` are the words that are no options, without the name
    of the ``package`` that ``why`` asks about.  ``words`` are those of the command line that belong into a
    result's header.
    """

    __slots__ = ("_given", "command", "operands", "package", "words")

    def __init__(
        self,
        command: str,
        operands: tuple[str, ...],
        given: Mapping[str, Sequence[str]],
        words: Sequence[str],
        package: str = "",
    ) -> None:
        self.command = command
        self.package = package
        self.operands = operands
        self.words = tuple(words)
        self._given = given

    def count(self, name: str) -> int:
        """Return how often the option was given."""
        return len(self._given.get(name, ()))

    def text(self, name: str) -> str | None:
        """Return the value that counts: the last one, or None."""
        values = self._given.get(name)
        return values[-1] if values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values, in order."""
        return tuple(self._given.get(name, ()))

    def options(self) -> dict[str, object]:
        """Return the given fields of ``Options``, without those whose options name files."""
        found: dict[str, object] = {}
        for setting in TABLE:
            field = _FIELDS.get(setting.name, setting.name)
            if setting.name not in self._given or not hasattr(Options, field) or field in _FILES:
                continue
            if setting.kind == FLAG:
                found[field] = True
            elif setting.kind == REPEAT:
                values = self.texts(setting.name)
                found[field] = _names(values) if field in ("only_binary", "no_binary") else values
            else:
                text = self._given[setting.name][-1]
                found[field] = text if setting.number is None else setting.number(text)
        return found


def flag_of(field: str) -> str | None:
    """Return the flag that sets a field of ``Options``."""
    flags = (each.flags[0] for each in TABLE if field in (each.name, _FIELDS.get(each.name)))
    return next(flags, None)


def _names(values: Sequence[str]) -> tuple[str, ...]:
    """Split names that are joined by commas, as pip does."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def parse(argv: Sequence[str], environ: Mapping[str, str]) -> Arguments:
    """Return what ``argv`` (without the program's name) and the variables in ``environ`` say.

    Raises ``InputError`` for what is unknown, misspelt, out of range or not supported yet.  Where help or the
    version is asked for, the rest is not checked.
    """
    reader = _Reader(argv)
    reader.read()
    given = reader.given
    if "help" not in given and "version" not in given:
        _check_commands(reader)
        for name, source, values in list(_variables(environ, given, reader.command)):
            given[name] = values
            reader.sources[name] = source
        for setting in TABLE:
            if setting.name in given:
                source = reader.sources[setting.name]
                given[setting.name] = [_checked(setting, source, value) for value in given[setting.name]]
        _check_one_index(reader)
        if reader.command in _COMMANDS_NOT_YET:
            raise InputError(f"the command {reader.command} is not supported yet")
        if reader.command not in COMMANDS:
            raise InputError(_no_command(reader.command))
    return Arguments(reader.command, tuple(reader.operands), given, reader.words, reader.package)


class _Reader:
    """Reads the words of a command line, from the first to the last."""

    __slots__ = ("argv", "at", "by_flag", "command", "given", "operands", "package", "sources", "words")

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = argv
        self.at = 0
        self.by_flag = {flag: setting for setting in TABLE for flag in (*setting.flags, *setting.hidden)}
        self.command = ""
        self.package = ""
        self.given: dict[str, list[str]] = {}
        self.operands: list[str] = []
        self.sources: dict[str, str] = {}
        self.words: list[str] = []

    def read(self) -> None:
        only_operands = False
        while self.at < len(self.argv):
            start, word = self.at, self.argv[self.at]
            self.at += 1
            if only_operands or not word.startswith("-") or word == "-":
                self._take_operand(word)
                kept = True
            elif word == "--":
                only_operands = kept = True
            elif word.startswith("--"):
                kept = self._take_long(word)
            else:
                kept = self._take_short(word)
            if kept:
                self.words += self.argv[start : self.at]

    def _take_operand(self, word: str) -> None:
        if not self.command:
            self.command = word
        elif self.command == "why" and not self.package:
            self.package = word
        else:
            self.operands.append(word)

    def _take_long(self, word: str) -> bool:
        """Take ``--name``, ``--name value`` or ``--name=value``; return whether it belongs into a header."""
        flag, equals, value = word.partition("=")
        setting = self.by_flag.get(flag)
        if setting is None:
            raise InputError(f"unknown option {flag}{_close(flag, self.by_flag)}")
        if not setting.takes_value and equals:
            raise InputError(f"{flag} takes no value")
        self._take(setting, flag, value if equals else self._value(setting, flag))
        return setting.header

    def _take_short(self, word: str) -> bool:
        """Take ``-x``, ``-xvalue``, ``-x value`` or several flags together."""
        header = False
        for at, letter in enumerate(word[1:], 2):
            flag = f"-{letter}"
            setting = self.by_flag.get(flag)
            if setting is None:
                raise InputError(f"unknown option {flag}" + (f" in {word}" if word != flag else ""))
            header = header or setting.header
            if setting.takes_value:
                self._take(setting, flag, word[at:].removeprefix("=") or self._value(setting, flag))
                break
            self._take(setting, flag, "")
        return header

    def _value(self, setting: Setting, flag: str) -> str:
        """Return the word behind ``flag``, which must not be an option."""
        if not setting.takes_value:
            return ""
        if self.at == len(self.argv):
            raise InputError(f"{flag} wants a value: {setting.metavar or ' or '.join(setting.choices)}")
        word = self.argv[self.at]
        if word.partition("=")[0] in self.by_flag:
            raise InputError(f"{flag} wants a value; if {word} is meant, write {flag}={word}")
        self.at += 1
        return word

    def _take(self, setting: Setting, flag: str, value: str) -> None:
        if setting.takes_value and not value:
            raise InputError(f"the value of {flag} is empty")
        if setting.name == "requirement":
            self.operands.append(value)
            return
        name, value = setting.implies or (setting.name, value)
        self.given.setdefault(name, []).append(value)
        self.sources[name] = flag


def _check_commands(reader: _Reader) -> None:
    """Raise ``InputError`` for an option of the command line that another command takes."""
    if reader.command not in COMMANDS:
        return
    for setting in TABLE:
        if setting.name in reader.given and not setting.serves(reader.command):
            commands = " and ".join(setting.commands)
            raise InputError(
                f"{reader.sources[setting.name]} is an option of {commands}, not of {reader.command}"
            )


def _check_one_index(reader: _Reader) -> None:
    """Raise ``InputError`` where two default indexes are given: to take one would be a guess."""
    urls = dict.fromkeys(reader.given.get("index_url", ()))
    if len(urls) > 1:
        said = " and ".join(redacted(url) for url in urls)
        raise InputError(
            f"--index-url is given more than once ({said}): name further indexes with --extra-index-url"
        )


def _variables(
    environ: Mapping[str, str], given: Mapping[str, object], command: str
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each setting that a variable sets and the command line does not: name, source, values.

    Variables that set options of other commands mean nothing.
    """
    for setting in TABLE:
        value = environ.get(setting.variable, "")
        name, implied = setting.implies or (setting.name, "")
        if (
            not value
            or not setting.serves(command)
            or name in given
            or name in ("help", "version", "requirement")
        ):
            continue
        if setting.kind == REPEAT:
            values = value.split()
        elif setting.kind == VALUE:
            values = [value]
        else:
            values = [implied] * _times(setting, value)
        if values:
            yield name, f"the variable {setting.variable}", values


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


def _checked(setting: Setting, source: str, value: str) -> str:
    """Return ``value`` in the form in which it is kept."""
    if setting.choices:
        if value not in setting.choices:
            known = dict.fromkeys(setting.choices.values())
            choices = ", ".join(each for each in known if is_supported(setting, each))
            raise InputError(f"{source} is {value!r}, not one of: {choices}")
        value = setting.choices[value]
    elif setting.number is not None:
        try:
            number = setting.number(value)
        except ValueError:
            kind = "an integer" if setting.number is int else "a number"
            raise InputError(f"{source} is {value!r}, and must be {kind}") from None
        if setting.least is not None and number < setting.least:
            raise InputError(f"{source} is {value}, and must be at least {setting.least}")
    if not is_supported(setting, value):
        said = f"{source} {value}" if setting.choices else source
        raise InputError(f"{said} is not supported yet")
    return value


def is_supported(setting: Setting, value: str) -> bool:
    """Return whether the feature behind this value of a setting is there."""
    if setting.name == "format":
        return value in FORMATS_YET
    return setting.name not in SETTINGS_NOT_YET and not not_yet(
        _FIELDS.get(setting.name, setting.name), value
    )


def _no_command(word: str) -> str:
    if not word:
        return "no command is given; try: resolver resolve requirements.txt"
    if word == "-" or "." in word or "/" in word:
        return f"{word!r} is no command; did you mean: resolver resolve {word}"
    return f"{word!r} is no command{_close(word, COMMANDS)}"


def _close(word: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

    bare = {name.lstrip("-"): name for name in sorted(known)}  # else all that have dashes are alike
    near = [bare[name] for name in get_close_matches(word.lstrip("-"), sorted(bare), 1)]
    return f"; did you mean {near[0]}?" if near else "; see resolver --help"
