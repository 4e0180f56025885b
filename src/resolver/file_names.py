"""What the name of an output file says: which format it is of, and whether it is one of a lock file.

Spec: https://packaging.python.org/en/latest/specifications/pylock-toml/#file-name
"""

from __future__ import annotations

import os

__all__ = ["format_of", "has_good_name"]

_ENDINGS = {
    ".html": "html",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".cdx.json": "cyclonedx",
    ".json": "json",
}
# The first one that a name has.


def format_of(path: str) -> str | None:
    """Return the format that the name of ``path`` is of; None: of none, or of any text.

    >>> [format_of(name) for name in ("a/pylock.toml", "page.HTML", "bom.cdx.json", "a.json", "a.txt")]
    ['pylock', 'html', 'cyclonedx', 'json', None]
    """
    if has_good_name(path):
        return "pylock"
    name = path.lower()
    return next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), None)


def has_good_name(path: str) -> bool:
    """Tell whether installers take a file of this name for a lock file.

    >>> [has_good_name(path) for path in ("pylock.toml", "a/pylock.dev.toml", "lock.toml", "pylock.a.b.toml")]
    [True, True, False, False]
    """
    name = os.path.basename(path)  # noqa: PTH119  # pathlib costs 5 ms
    if not (name.startswith("pylock.") and name.endswith(".toml")):
        return False
    middle = name.removeprefix("pylock").removesuffix(".toml")
    return not middle or (len(middle) > 1 and "." not in middle[1:])
