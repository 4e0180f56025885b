"""Files with patches: one a line, comments, joined lines and variables as in requirements files.

The table ``dependency-metadata`` of a configuration file, which is that of uv, says the same for whole
metadata.  What a patch is, is in ``patches``.
"""

from __future__ import annotations

from resolver.formats.lines import content_of, decode, logical_lines
from resolver.patches import InvalidPatch, Patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from resolver.configuration import Table

__all__ = ["patches_of", "read_patches"]

_KEYS = ("name", "version", "requires-dist", "requires-python", "provides-extra", "provides-extras")


def read_patches(path: str, *, stdin: BinaryIO | None = None, environ: Mapping[str, str]) -> list[str]:
    """Return the patches in the file ``path``, or in ``stdin`` where that is ``-``.

    Raises ``InputError``, which shows the line and the character at fault.
    """
    found: list[str] = []
    for line in logical_lines(decode(content_of(path, stdin, "file of patches"), path), environ):
        try:
            Patch.read(line.text)
        except InvalidPatch as error:
            raise line.error(error.message, path, error.position) from None
        found.append(line.text)
    return found


def patches_of(table: Table) -> list[str]:
    """Return the patches that ``[[dependency-metadata]]`` comes to.  Raises ``InputError`` with the line.

    A table has ``name``, perhaps ``version`` (one, or a range), ``requires-dist`` and ``requires-python``;
    the extras follow from the markers.
    """
    if not isinstance(table.value, list) or not all(isinstance(each, dict) for each in table.value):
        raise table.error("write it as [[dependency-metadata]], with name, version and requires-dist")
    return [text for number, each in enumerate(table.value) for text in _stated(table, number, each)]


def _stated(table: Table, number: int, entry: dict[str, object]) -> list[str]:
    for key in entry:
        if key not in _KEYS:
            raise table.error(f"{key} is none of: {', '.join(_KEYS[:4])}", number, key)
    lines = entry.get("requires-dist", [])
    texts = [entry.get("name"), entry.get("version", ""), entry.get("requires-python", "")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(lines, list):
        raise table.error("name, version and requires-python are strings, requires-dist is a list", number)
    name, version, python = map(str, texts)
    subject = f"{name}{'==' if version[:1].isalnum() else ''}{version}"
    found = [f"{subject}: = {line}" for line in lines] or [f"{subject}: ="]
    if python:
        found.append(f"{subject}: requires-python {python}")
    for text in found:
        try:
            Patch.read(text)
        except InvalidPatch as error:
            raise table.error(f"{text!r}: {error}", number) from None
    return found
