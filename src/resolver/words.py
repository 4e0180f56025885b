"""The words of a command line: which options they give, and what is left.

Spelling rules: ``--name value``, ``--name=value``, ``-x value``, ``-xvalue``, flags together (``-qv``);
``--`` ends the options; abbreviations are not understood.  What values may be is checked in ``arguments``,
what options of other programs come to is in ``foreign``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.setting import Given
from resolver.settings import COMMANDS, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.setting import Setting

__all__ = ["Words", "check_commands", "close"]


class Words:
    """The words of a command line, read from the first to the last.

    ``files`` are those operands that are said to be files (``-r``).  Raises ``InputError`` for an unknown
    option, a value that is missing or not wanted.  ``notes`` and ``warnings`` are sentences about options of
    other programs that have no effect; of these ``is_dry`` asks that no file be written.
    """

    __slots__ = (
        "argv",
        "at",
        "by_flag",
        "command",
        "files",
        "given",
        "is_dry",
        "notes",
        "operands",
        "package",
        "warnings",
        "words",
    )

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = list(argv)
        self.at = 0
        self.by_flag = {flag: setting for setting in TABLE for flag in (*setting.flags, *setting.hidden)}
        self.command = ""
        self.package = ""
        self.given: dict[str, Given] = {}
        self.operands: list[str] = []
        self.files: list[str] = []
        self.words: list[str] = []
        self.is_dry = False
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self._read()

    def _read(self) -> None:
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
        if self.command == "help":
            self.given["help"] = Given([""], "help")
            self.command = self.operands.pop(0) if self.operands else ""
            if self.command and self.command not in COMMANDS:
                raise InputError(f"{self.command!r} is no command{close(self.command, COMMANDS)}")

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
            return self._take_foreign(flag, [value] if equals else [])
        if not setting.takes_value and equals:
            raise InputError(f"{flag} takes no value")
        self._take(setting, flag, value if equals else self._value(setting, flag))
        return setting.header

    def _take_foreign(self, flag: str, values: list[str]) -> bool:
        """Take an option of another program, with the value behind its equals sign; return False.

        Words of ours that it stands for are read next, and belong into a header by themselves.
        """
        from resolver.foreign import IDLE, LOST, MEANT  # noqa: PLC0415  # lazy: rarely given

        if flag in MEANT:
            self.argv[self.at : self.at] = [*MEANT[flag], *values]
            return False
        setting = IDLE.get(flag) or LOST.get(flag)
        if setting is None:
            raise _unknown(flag, close(flag, self.by_flag))
        if values and not setting.takes_value:
            raise InputError(f"{flag} takes no value")
        value = values[0] if values else self._value(setting, flag)
        if setting.choices and value not in setting.choices:
            raise InputError(f"{flag} {value} is not supported: {setting.help}")
        self.is_dry = self.is_dry or flag == "--dry-run"
        (self.notes if flag in IDLE else self.warnings).append(f"{flag} has no effect: {setting.help}")
        return False

    def _take_short(self, word: str) -> bool:
        """Take ``-x``, ``-xvalue``, ``-x value`` or several flags together."""
        header = False
        for at, letter in enumerate(word[1:], 2):
            flag = f"-{letter}"
            setting = self.by_flag.get(flag)
            if setting is None:
                raise _unknown(flag, f" in {word}" if word != flag else "")
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
            self.files.append(value)
            return
        name, values = setting.meant(value)
        given = self.given.setdefault(name, Given([], flag))
        given.values += values
        given.source = flag


def check_commands(words: Words) -> None:
    """Raise ``InputError`` for options that another command takes, and for those that contradict."""
    if words.is_dry and _last(words, "output_file") != "-" and _last(words, "format") != "pip-report":
        raise InputError("--dry-run and -o exclude each other: leave out -o, or write --check")
    if words.command not in COMMANDS:
        return
    for setting in TABLE:
        if setting.name in words.given and not setting.serves(words.command):
            commands = " and ".join(setting.commands)
            flag = words.given[setting.name].source
            raise InputError(f"{flag} is an option of {commands}, not of {words.command}")


def _last(words: Words, name: str) -> str:
    given = words.given.get(name)
    return "-" if given is None else given.values[-1]


def _unknown(flag: str, more: str) -> InputError:
    """Return the error about an option that is none, with what to do where another program has it."""
    from resolver.foreign import REFUSED  # noqa: PLC0415  # lazy: only for an error

    why = REFUSED.get(flag)
    return InputError(f"unknown option {flag}{more}" if why is None else f"{flag} is not supported: {why}")


def close(word: str, known: Iterable[str]) -> str:
    """Return what goes on with a sentence about an unknown word: what was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

    bare = {name.lstrip("-"): name for name in sorted(known)}  # else all that have dashes are alike
    near = [bare[name] for name in get_close_matches(word.lstrip("-"), sorted(bare), 1)]
    return f"; did you mean {near[0]}?" if near else "; see resolver --help"
