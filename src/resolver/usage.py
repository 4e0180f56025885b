"""The help of the command line, laid out from the table of options and from what ``manual`` says."""

from __future__ import annotations

from resolver.limits import ADJUSTABLE, default_text
from resolver.manual import ABOUT, AFTERWARDS, EXAMPLES, SOURCES, SYNOPSIS
from resolver.options import Options
from resolver.settings import COMMANDS, FORMATS_OF, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.limits import Limit
    from resolver.setting import Setting

__all__ = ["choices", "described", "offered", "spelling", "usage"]

_OF_CONFIG = ("config_file", "no_config", "format")
_GLOBAL = ("cache_dir", "max_size", "quiet", "verbose", "color", "no_progress", "version", "help")
_OF_DIFF = ("format", "output_file", "check", "quiet", "verbose", "color", "version", "help")
_OF_PINS = ("generate_hashes", "no_annotate", "no_header")
_NARROW, _INDENT, _NARROW_INDENT = 70, 30, 6  # columns
_BOLD, _PLAIN = "\033[1m", "\033[0m"


def usage(command: str, width: int, *, bold: bool = False) -> str:
    """Return the help of ``command``, or of the whole program, in lines of at most ``width`` columns.

    With ``bold`` what is written before a colon at the beginning of a line stands out.
    """
    command = command if command in COMMANDS else ""
    lines = [f"Usage: {SYNOPSIS[command]}", "", *_wrapped(ABOUT[command], width)]
    if not command:
        lines += ["", "Commands:"]
        lines += [line for name, text in COMMANDS.items() for line in _entry(name, text, width)]
        lines += ["", *_wrapped("See resolver COMMAND --help for the options of a command.", width)]
    if command in SOURCES:
        lines += ["", *_wrapped(SOURCES[command], width)]
    if command in EXAMPLES:
        lines += ["", "Examples:", *(line for text in EXAMPLES[command] for line in _example(text, width))]
    group = ""
    for setting in offered(command):
        if setting.group != group:
            group = setting.group
            lines += ["", f"{group}:"]
        lines += _entry(spelling(setting), described(setting, command), width)
        if setting.name == "max":
            lines += [line for limit in ADJUSTABLE for line in _limit(limit, width)]
    if command in SOURCES:
        lines += ["", *_wrapped(AFTERWARDS, width)]
    return "".join(f"{_headed(line) if bold else line}\n" for line in lines)


def offered(command: str) -> list[Setting]:
    """Return the options that help shows for ``command``: what makes a difference."""
    if command in SOURCES:
        shown = [each for each in TABLE if each.group and each.serves(command)]
        of_pins = () if command in ("resolve", "resolve-many") else _OF_PINS
        return [each for each in shown if each.name not in of_pins]
    if command == "config":  # which tells of all options, but takes no size itself
        return [each for each in TABLE if each.name in (*_GLOBAL, *_OF_CONFIG) and each.name != "max_size"]
    if command == "diff":
        return [each for each in TABLE if each.name in _OF_DIFF]
    return [
        each
        for each in TABLE
        if each.name in _GLOBAL and each.serves(command) and (command or each.header is False)
    ]


def spelling(setting: Setting) -> str:
    """Return the flags as help shows them, short ones first."""
    flags = ", ".join(
        sorted(setting.flags, key=lambda flag: (flag.startswith("--"), setting.flags.index(flag)))
    )
    value = setting.metavar or ("CHOICE" if setting.choices else "")
    return f"{flags} {value}".rstrip()


def choices(setting: Setting, command: str = "") -> list[str]:
    """Return the values of a choice, by ``command`` where not all have all."""
    known = list(dict.fromkeys(setting.choices.values()))
    if setting.name == "format":
        return [each for each in FORMATS_OF.get(command, known) if each in known]
    return known


def described(setting: Setting, command: str = "") -> str:
    """Return what an option does, with its choices and their default."""
    known = choices(setting, command)
    if not known:
        return setting.help
    default = getattr(Options, setting.name, known[0])
    return f"{setting.help}: {', '.join(known)} (default: {default})"


def _headed(line: str) -> str:
    """Return a line whose heading stands out, if it has one."""
    head, colon, rest = line.partition(":")
    is_heading = colon and not line.startswith(" ") and (not rest or head == "Usage")
    return f"{_BOLD}{head}:{_PLAIN}{rest}" if is_heading else line


def _example(text: str, width: int) -> list[str]:
    """Return an example in lines that can be pasted into a shell."""
    first, *others = _wrapped(text, width - len("      \\") - 1)
    lines = [f"  {first}", *(f"      {other}" for other in others)]
    return [*(f"{line} \\" for line in lines[:-1]), lines[-1]]


def _limit(limit: Limit, width: int) -> Iterator[str]:
    """Yield what ``--max`` can set, below its own entry."""
    yield from _entry(f"  {limit.name}", f"{limit.meaning} (default: {default_text(limit)})", width)


def _entry(name: str, text: str, width: int) -> Iterator[str]:
    """Yield a name with its description, indented beside or below it."""
    indent = _INDENT if width >= _NARROW else _NARROW_INDENT
    lines = _wrapped(text, width - indent)
    if len(name) + 4 > indent:
        yield from (f"  {line}" for line in _wrapped(name, width - 2))
    else:
        yield f"  {name:<{indent - 2}}{lines.pop(0)}"
    yield from (" " * indent + line for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Break ``text`` between words; textwrap would import ``re``."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines
