"""Write ``command-line.md``: every command and every option, as the table of options has them.

    python docs/generate_command_line.py

``tests/test_command_line_page.py`` compares the page with the table.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from resolver.configuration import KEYS  # noqa: E402  # the path comes first
from resolver.manual import ABOUT, EXAMPLES, SOURCES, SYNOPSIS  # noqa: E402  # the same
from resolver.setting import COUNT, FLAG, REPEAT  # noqa: E402  # the same
from resolver.settings import COMMANDS, TABLE  # noqa: E402  # the same
from resolver.usage import described, offered, spelling  # noqa: E402  # the same

if TYPE_CHECKING:
    from resolver.setting import Setting

PAGE = ROOT / "docs" / "command-line.md"

_HEAD = """\
# The command line

Every command and every option of `resolver`.
`resolver help COMMAND` shows the same in a terminal; [configuration](configuration.md) says where options can
be set besides.
Options and operands mix in any order, `--` ends the options, and names of options are not abbreviated.
Written by `docs/generate_command_line.py`; do not edit.

## Commands

"""
_COMPLETION = """\
## Completion

With the extra `completion` (`pip install 'pubgrub-resolver[completion]'`) it writes what shells read:

    $ resolver completion bash >~/.local/share/bash-completion/completions/resolver
    $ resolver completion zsh >"${fpath[1]}/_resolver"
    $ resolver completion fish >~/.config/fish/completions/resolver.fish
    $ resolver completion tcsh >~/.resolver.tcsh  # and in ~/.tcshrc: source ~/.resolver.tcsh

The scripts are static: nothing of ours runs when you press the key. Write them anew after an upgrade.

"""
_CODES = """\
## Exit codes

| code | meaning |
| --- | --- |
| 0 | solved |
| 1 | no solution |
| 2 | a mistake in the usage, in a file of yours, or in where to write |
| 3 | an index, a recording or the network |
| 4 | a hash is wrong, or something else must not be trusted |
| 5 | a source distribution would have to be built, or its build failed |
| 6 | `--check`: the output file would change |
| 7 | a limit or the deadline was hit |
| 70 | a bug in resolver |
| 130, 143 | stopped by Ctrl-C, or by SIGTERM |

Results go to stdout or to the output file, everything else to stderr: as text, or with `--log-format jsonl`
as one JSON object a line ([schema](schema/log-1.json)), from `started` to `finished`.
"""


def page() -> str:
    """Return the whole page."""
    commands = "\n".join(map(_command, COMMANDS))
    return f"{_HEAD}{commands}\n## Options\n\n{_options()}\n{_COMPLETION}{_CODES}"


def _command(name: str) -> str:
    text = f"### {name}\n\n    {SYNOPSIS[name]}\n\n{_escaped(ABOUT[name])}\n"
    if name in SOURCES:
        text += f"{_escaped(SOURCES[name])}\n"
    if name in EXAMPLES:
        text += "\n" + "".join(f"    $ {example}\n" for example in EXAMPLES[name])
    return text


def _options() -> str:
    shown = {setting.name for command in COMMANDS for setting in offered(command)}
    groups: dict[str, list[str]] = {}
    for setting in TABLE:
        if setting.group and setting.name in shown:
            groups.setdefault(setting.group, []).append(_option(setting))
    return "\n".join(f"### {group}\n\n" + "\n".join(texts) for group, texts in groups.items())


def _option(setting: Setting) -> str:
    hidden = [flag for flag in setting.hidden if flag.startswith("--")]
    facts = [
        f"Also: {', '.join(f'`{flag}`' for flag in hidden)}." if hidden else "",
        {REPEAT: "Can be repeated.", COUNT: "Can be repeated."}.get(setting.kind, ""),
        f"For {' and '.join(f'`{command}`' for command in setting.commands)}." if setting.commands else "",
        f"Variable `{setting.variable}`" + (" (1 or 0)" if setting.kind == FLAG else "") + ".",
        "" if setting.name in {each.name for each in KEYS.values()} else "Not in configuration files.",
    ]
    said = _escaped(described(setting))
    said = said[0].upper() + said[1:] + ("" if said.endswith(".") else ".")
    return f"`{spelling(setting)}`\n: {said}\n  {' '.join(fact for fact in facts if fact)}\n"


def _escaped(text: str) -> str:
    return text.replace("[", "\\[").replace("*", "\\*").replace("<", "\\<")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
