"""The help of the command line, written from the table of options."""

from __future__ import annotations

from resolver.arguments import is_supported
from resolver.limits import ADJUSTABLE, default_text
from resolver.options import Options
from resolver.settings import COMMANDS, FORMATS_OF, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.limits import Limit
    from resolver.setting import Setting

__all__ = ["usage"]

_ABOUT = {
    "": "Find versions of Python packages that fit together.",
    "resolve": "Find versions of all packages that SOURCE asks for, and write them as a requirements file.",
    "resolve-many": "Resolve each requirement of SOURCE by itself, and say of each how that went.",
    "tree": "Show which packages SOURCE comes to, each below what requires it.",
    "why": "Say who asks for PACKAGE, and why no newer version of it was chosen.",
    "config": "Say which options are set (list), what one of them is (get KEY), or also where it was set and"
    " what that overrides (explain, or explain KEY).  KEY is the long option without its hyphens in front.",
    "cache": "Say where the cache is (dir), how large it is (info), remove what is of no use any more and"
    " what is oldest beyond a size (prune), or empty it (clean).",
}
_SYNOPSIS = {
    "": "resolver COMMAND [OPTION...]",
    "resolve": "resolver resolve SOURCE... [OPTION...]",
    "resolve-many": "resolver resolve-many SOURCE... [OPTION...]",
    "tree": "resolver tree [SOURCE...] [OPTION...]",
    "why": "resolver why PACKAGE [SOURCE...] [OPTION...]",
    "config": "resolver config list|get KEY|explain [KEY] [OPTION...]",
    "cache": "resolver cache dir|info|prune|clean [--cache-dir DIR]",
}
_GLOBAL = ("cache_dir", "max_size", "quiet", "verbose", "color", "no_progress", "version", "help")
_OF_PINS = ("generate_hashes", "no_annotate", "no_header")
_SOURCES = {
    "resolve": "SOURCE is a requirements file, or - for standard input.",
    "resolve-many": "SOURCE is a requirements file, or - for standard input.",
    "tree": "SOURCE is a requirements file, or - for standard input (default: requirements.txt).",
    "why": "SOURCE is a requirements file, or - for standard input (default: requirements.txt).",
}
_INDENT = 30


def usage(command: str, width: int) -> str:
    """Return the help of ``command``, or of the whole program, in lines of at most ``width`` columns."""
    command = command if command in COMMANDS else ""
    lines = [f"Usage: {_SYNOPSIS[command]}", "", *_wrapped(_ABOUT[command], width)]
    if not command:
        lines += ["", "Commands:"]
        lines += [line for name, text in COMMANDS.items() for line in _entry(name, text, width)]
        lines += ["", "See resolver COMMAND --help for the options of a command."]
    if command in _SOURCES:
        lines += ["", *_wrapped(_SOURCES[command], width)]
        shown = [
            setting
            for setting in TABLE
            if setting.group and setting.serves(command) and _is_worth_showing(setting)
        ]
        if command in ("why", "tree"):
            shown = [setting for setting in shown if setting.name not in _OF_PINS]
    else:
        shown = [
            setting
            for setting in TABLE
            if setting.name in _GLOBAL and setting.serves(command) and (command or setting.header is False)
        ]
    group = ""
    for setting in shown:
        if setting.group != group:
            group = setting.group
            lines += ["", f"{group}:"]
        lines += _entry(_spelling(setting), _described(setting, command), width)
        if setting.name == "max":
            lines += [line for limit in ADJUSTABLE for line in _limit(limit, width)]
    if command in _SOURCES:
        lines += ["", *_wrapped(_VARIABLES, width)]
    return "".join(f"{line}\n" for line in lines)


_VARIABLES = (
    "Each option can be set by a variable as well, such as RESOLVER_INDEX_URL for --index-url; the command"
    " line wins.  Exit codes: 0 solved, 1 no solution, 2 usage or input, 3 index or network, 4 refused for"
    " safety, 5 build, 7 a limit was hit, 70 a bug."
)


def _spelling(setting: Setting) -> str:
    """Return the flags as help shows them, short ones first."""
    flags = ", ".join(
        sorted(setting.flags, key=lambda flag: (flag.startswith("--"), setting.flags.index(flag)))
    )
    value = setting.metavar or ("CHOICE" if setting.choices else "")
    return f"{flags} {value}".rstrip()


def _choices(setting: Setting) -> list[str]:
    return [value for value in dict.fromkeys(setting.choices.values()) if is_supported(setting, value)]


def _is_worth_showing(setting: Setting) -> bool:
    """Leave out what is not supported yet, and choices with one choice."""
    return len(_choices(setting)) > 1 if setting.choices else is_supported(setting, "")


def _described(setting: Setting, command: str) -> str:
    choices = _choices(setting)
    if setting.name == "format":
        choices = [each for each in FORMATS_OF.get(command, choices) if each in choices]
    if not choices:
        return setting.help
    default = getattr(Options, setting.name, choices[0])
    return f"{setting.help}: {', '.join(choices)} (default: {default})"


def _limit(limit: Limit, width: int) -> Iterator[str]:
    """Yield what ``--max`` can set, below its own entry."""
    yield from _entry(f"  {limit.name}", f"{limit.meaning} (default: {default_text(limit)})", width)


def _entry(name: str, text: str, width: int) -> Iterator[str]:
    """Yield a name with its description, indented beside or below it."""
    lines = _wrapped(text, max(width - _INDENT, 30))
    if len(name) + 4 > _INDENT:
        yield f"  {name}"
    else:
        yield f"  {name:<{_INDENT - 2}}{lines.pop(0)}"
    yield from (" " * _INDENT + line for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Break ``text`` between words; textwrap would import ``re``."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines
