"""Write the tables of ``targets.md``: what each name of a platform stands for.

    python docs/generate_targets.py

What is outside of the marks is written by hand; ``tests/test_targets_page.py`` compares.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).with_name("targets.md")
sys.path.insert(0, str(PAGE.parents[1] / "src"))

from resolver.model.environment import Environment, Host  # noqa: E402  # the path comes first
from resolver.model.tags import glibc_platforms  # noqa: E402  # the same
from resolver.model.targets import IMPLEMENTATIONS, PLATFORM_NAMES, named_platform  # noqa: E402  # the same

_BEGIN, _END = "<!-- generated: {} -->\n", "<!-- end -->\n"
_FEW = 3


def platforms() -> str:
    """Return the table of platforms."""
    lines = [
        "| name | platform tags, the best first | `sys_platform` | `platform_system` | `platform_machine` |"
    ]
    lines.append("| --- | --- | --- | --- | --- |")
    for name in PLATFORM_NAMES:
        tags, variables = named_platform(name)
        shown = [
            *(f"`{tag}`" for tag in tags[:_FEW]),
            *([f"{len(tags) - _FEW} more"] if len(tags) > _FEW else []),
        ]
        markers = [variables[each] for each in ("sys_platform", "platform_system", "platform_machine")]
        lines.append(f"| `{name}` | {', '.join(shown)} | {' | '.join(f'`{each}`' for each in markers)} |")
    return "\n".join(lines) + "\n"


def implementations() -> str:
    """Return the table of implementations, for Python 3.11."""
    host = _host()
    lines = [
        "| name | `platform_python_implementation` | wheels of its own, for Python 3.11 |",
        "| --- | --- | --- |",
    ]
    for name, said in IMPLEMENTATIONS.items():
        tags = Environment.target("3.11", host=host, implementation=name).tags
        own = [python for python, _ in tags.pairs if not python.startswith("py3")]
        shown = [f"`{python}-{abi}-…`" for python, abi in tags.pairs[: min(_FEW, len(own))]]
        lines.append(f"| `{name}` | `{said}` | {', '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _host() -> Host:
    _, variables = named_platform("linux")
    python = dict.fromkeys(("implementation_name", "implementation_version", "python_full_version"), "")
    python |= {"platform_python_implementation": "", "python_version": "3.9"}
    return Host(variables | python, [], glibc_platforms("x86_64", 28))


def page(text: str) -> str:
    """Return the page ``text`` with its tables as they are now."""
    for name, make in (("platforms", platforms), ("implementations", implementations)):
        begin = _BEGIN.format(name)
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n{make()}\n{_END}{rest.partition(_END)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
