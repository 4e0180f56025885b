"""TOML, written: strings, numbers, truth values, instants, arrays and tables.

As much as lock files need: a table at the top holds values, and lists of tables, which get headings of their
own; whatever lies deeper is written inline.  What is written reads back as what was given (``tomllib``), but
for characters that are none, which become U+FFFD.

Spec: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    Value = str | int | bool | datetime | Sequence["Value"] | Mapping[str, "Value"]

__all__ = ["write"]

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def write(table: Mapping[str, Value]) -> str:
    """Return the text of ``table``: values first, then lists of tables, both in their order.

    >>> print(write({"version": "1.0", "packages": [{"name": "a", "files": [{"size": 1}]}]}), end="")
    version = "1.0"
    <BLANKLINE>
    [[packages]]
    name = "a"
    files = [{ size = 1 }]
    """
    headed = {name: _tables(value) for name, value in table.items()}
    lines = [_pair(name, value) for name, value in table.items() if not headed[name]]
    for name, tables in headed.items():
        for each in tables:
            lines += ["", f"[[{_key(name)}]]", *(_pair(key, value) for key, value in each.items())]
    text = "".join(f"{line}\n" for line in lines)
    return text.removeprefix("\n")


def _tables(value: Value) -> list[Mapping[str, Value]]:
    """Return the tables of a list that holds nothing else; else nothing."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    tables = [each for each in value if isinstance(each, Mapping)]
    return tables if len(tables) == len(value) else []


def _pair(name: str, value: Value) -> str:
    return f"{_key(name)} = {_value(value, broken=True)}"


def _key(name: str) -> str:
    return name if name and _BARE.issuperset(name) else _string(name)


def _value(value: Value, *, broken: bool = False) -> str:
    """Return a value; a list of several tables is ``broken`` into lines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        pairs = [f"{_key(name)} = {_value(each)}" for name, each in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    items = [_value(each) for each in value]
    if broken and len(items) > 1 and _tables(value):
        return "\n".join(["[", *(f"    {item}," for item in items), "]"])
    return f"[{', '.join(items)}]"


def _string(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if "\ud800" <= character <= "\udfff":
        return "\N{REPLACEMENT CHARACTER}"
    is_control = character < " " or character == "\x7f"
    return f"\\u{ord(character):04x}" if is_control else character
