"""Files with patches: one a line, comments, joined lines and variables as in requirements files.

What a patch is, is in ``patches``.
"""

from __future__ import annotations

from resolver.formats.lines import content_of, decode, logical_lines
from resolver.patches import InvalidPatch, Patch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

__all__ = ["read_patches"]


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
