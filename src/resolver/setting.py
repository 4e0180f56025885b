"""What one option of the command line is: how it is spelt, what it takes, and what help says of it.

All of them are in ``settings``.  What somebody set one to, and where, is a ``Given``.
"""

from __future__ import annotations

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["COUNT", "FLAG", "REPEAT", "VALUE", "Given", "Setting"]

FLAG, COUNT, VALUE, REPEAT = "flag", "count", "value", "repeat"
OFF = "off"  # what the opposite of a flag implies for it


class Setting:
    """One option: ``name`` is its key, ``flags`` are shown, ``hidden`` ones work too.

    ``kind`` is one of "flag", "count", "value" (the last one counts) and "repeat".  ``choices`` maps each
    spelling of a value to the value; ``number`` says what a number must be.  ``implies`` makes a flag stand
    for another setting's value.  ``header`` tells whether it belongs into the command that a result's header
    names: whatever can change the result does.  Of an option that takes a value, and ``implies`` another one,
    the value is joined to what the other gets, each of several names by itself: ``--only-final a,b`` is
    ``--prerelease-package a=disallow --prerelease-package b=disallow``.  ``commands`` are those that take it,
    all where none is named.  ``least`` is the least value of a number that is no field of ``Options``, which
    checks its own.
    """

    __slots__ = (
        "choices",
        "commands",
        "flags",
        "group",
        "header",
        "help",
        "hidden",
        "implies",
        "kind",
        "least",
        "metavar",
        "name",
        "number",
    )

    def __init__(  # noqa: PLR0913  # a row of the table: each argument is a column
        self,
        group: str,
        flags: str,
        kind: str,
        text: str,
        *,
        metavar: str = "",
        hidden: str = "",
        choices: Mapping[str, str] | None = None,
        number: type[int | float] | None = None,
        implies: tuple[str, str] | None = None,
        header: bool = True,
        commands: str = "",
        least: int | None = None,
    ) -> None:
        self.group = group
        self.flags = tuple(flags.split())
        self.name = self.flags[0].removeprefix("--").replace("-", "_")
        self.kind = kind
        self.help = text
        self.metavar = metavar
        self.hidden = tuple(hidden.split())
        self.choices = choices or {}
        self.number = number
        self.implies = implies
        self.header = header
        self.commands = tuple(commands.split())
        self.least = least

    def serves(self, command: str) -> bool:
        """Return whether ``command`` takes it; ``config`` tells about all."""
        return not self.commands or command in self.commands or command == "config"

    def meant(self, value: str) -> tuple[str, list[str]]:
        """Return the option that ``value`` is for, and its values there."""
        if self.implies is None:
            return self.name, [value]
        name, implied = self.implies
        if not self.takes_value:
            return name, [implied]
        return name, [f"{each.strip()}={implied}" for each in value.split(",") if each.strip()]

    @property
    def is_opposite(self) -> bool:
        """Whether it takes a flag back; taken back itself, it is that flag."""
        return self.implies is not None and self.implies[1] == OFF

    @property
    def variable(self) -> str:
        """The variable that sets it."""
        return f"RESOLVER_{self.name.upper()}"

    @property
    def takes_value(self) -> bool:
        """Whether a value must follow."""
        return self.kind in (VALUE, REPEAT)

    @property
    def is_path(self) -> bool:
        """Whether its value names a file or folder."""
        return self.metavar in ("FILE", "DIR", "PATH", "PLACE")


class Given:
    """What an option was set to in one place: on the command line, by a variable or in a file.

    ``values`` are empty where a flag was taken back.  ``source`` is what a sentence says of the place: the
    flag as it was written, the variable, or the key of a configuration file, of which ``file`` is the path;
    ``line`` finds the line there when somebody asks, of the value that a sentence quotes if it does.
    """

    __slots__ = ("file", "line", "source", "values")

    def __init__(
        self,
        values: list[str],
        source: str,
        *,
        file: str | None = None,
        line: Callable[[str], int] | None = None,
    ) -> None:
        self.values = values
        self.source = source
        self.file = file
        self.line = line

    def error(self, rest: str) -> InputError:
        """Return an error that names the place, and goes on with ``rest``."""
        line = None if self.line is None else self.line(rest)
        return InputError(f"{self.source}{rest}", file=self.file, line=line)
