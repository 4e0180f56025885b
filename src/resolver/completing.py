"""Scripts that make shells complete the words of the command: shtab writes them from an argparse parser.

The parser is made from the table of options for this alone: arguments are read in ``words``.

Spec: https://docs.iterative.ai/shtab/ (``complete``, and the attribute of that name)
"""

from __future__ import annotations

from argparse import ArgumentParser

from resolver.configuration import KEYS
from resolver.errors import InputError
from resolver.manual import FIRST_WORDS, SHELLS, SOURCES
from resolver.setting import COUNT, FLAG, REPEAT
from resolver.settings import COMMANDS
from resolver.usage import choices, described, offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action

    from resolver.setting import Setting

__all__ = ["parser", "script"]

_FILES, _FOLDERS = ("FILE", "PATH", "PLACE"), ("DIR",)


def script(shell: str) -> str:
    """Return the script for ``shell``.  Raises ``InputError`` for an unknown one, and without shtab."""
    if shell not in SHELLS:
        raise InputError(f"there is no completion for {shell!r}, only for {', '.join(SHELLS)}")
    try:
        import shtab  # noqa: PLC0415  # of an extra
    except ImportError:
        raise InputError(
            "completion takes shtab, which is not installed: pip install 'pubgrub-resolver[completion]'"
        ) from None
    written: str = shtab.complete(parser(shtab.FILE, shtab.DIRECTORY), shell)
    return written.rstrip("\n") + "\n"


def parser(files: object, folders: object) -> ArgumentParser:
    """Return a parser with all commands; ``files`` and ``folders`` mark what completes to these."""
    whole = ArgumentParser("resolver", add_help=False)
    _add_options(whole, "", files, folders)
    commands = whole.add_subparsers(dest="command")
    for command, text in COMMANDS.items():
        one = commands.add_parser(command, help=text, description=text, add_help=False)
        _add_options(one, command, files, folders)
        if command in FIRST_WORDS:
            one.add_argument("word", choices=FIRST_WORDS[command])
            if command == "config":
                one.add_argument("key", nargs="?", choices=sorted(KEYS))
        elif command in SOURCES:
            if command == "why":
                one.add_argument("package")
            _mark(one.add_argument("source", nargs="*"), files)
    return whole


def _add_options(one: ArgumentParser, command: str, files: object, folders: object) -> None:
    for setting in offered(command):
        action = _add_option(one, setting, command)
        if setting.metavar in _FILES:
            _mark(action, files)
        elif setting.metavar in _FOLDERS:
            _mark(action, folders)


def _add_option(one: ArgumentParser, setting: Setting, command: str) -> Action:
    text = described(setting, command).replace("%", "%%")
    if setting.kind in (FLAG, COUNT):
        kind = "store_true" if setting.kind == FLAG else "count"
        return one.add_argument(*setting.flags, dest=setting.name, action=kind, help=text)
    kind = "append" if setting.kind == REPEAT else "store"
    known = choices(setting, command) or None
    return one.add_argument(*setting.flags, dest=setting.name, action=kind, choices=known, help=text)


def _mark(action: Action, kind: object) -> None:
    action.complete = kind  # type: ignore[attr-defined]  # what shtab looks for
