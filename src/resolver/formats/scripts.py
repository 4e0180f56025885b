"""Scripts that say what they require: the comment block of PEP 723.

Only the block is read, never the code.  What its table means beyond ``dependencies`` and ``requires-python``
is the matter of the tools that it is for.

Spec: https://packaging.python.org/en/latest/specifications/inline-script-metadata/
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.documents import Document
from resolver.formats.lines import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.model.requirement import Requirement

__all__ = ["Script"]

_START, _END = "# /// script", "# ///"


class Script:
    """What the block of a script says.  Raises ``InputError``, also where there is none."""

    __slots__ = ("document", "requires_python")

    def __init__(self, path: str, content: bytes) -> None:
        lines = decode(content, path).replace("\r\n", "\n").split("\n")
        first, last = _block(path, lines)
        text = "\n".join(line[2:] for line in lines[first:last])
        self.document = Document(path, text, physical=lines, first=first + 1, indent=2)
        self.requires_python = self._requires_python()

    def requirements(self) -> list[Requirement]:
        """Return what the script depends on."""
        values = self.document.at("dependencies")
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.document.error("dependencies must be a list of requirements", ("dependencies",))
        return [
            self.document.requirement(value, ("dependencies", number)) for number, value in enumerate(values)
        ]

    def _requires_python(self) -> str | None:
        from resolver.model.specifiers import InvalidSpecifier, Specifiers  # noqa: PLC0415  # lazy: start-up

        found = self.document.at("requires-python")
        if found is None:
            return None
        try:
            if not isinstance(found, str):
                raise self.document.error("requires-python must be a string", ("requires-python",))
            Specifiers(found)
        except InvalidSpecifier as error:
            raise self.document.error(str(error), ("requires-python",)) from None
        return found


def _block(path: str, lines: Sequence[str]) -> tuple[int, int]:
    """Return the numbers (from 0) of the first line inside the block, and of the one that ends it."""
    found: list[tuple[int, int]] = []
    unclosed = None
    at = 0
    while at < len(lines):
        if lines[at].rstrip() != _START:
            at += 1
            continue
        start = at + 1
        end = start
        while end < len(lines) and (lines[end] == "#" or lines[end].startswith("# ")):
            end += 1
        # The block ends with the last such line: what lies between may look like one.
        closing = [number for number in range(start, end) if lines[number].rstrip() == _END]
        if closing:
            found.append((start, closing[-1]))
        else:
            unclosed = start
        at = end
    if len(found) > 1:
        raise _error(path, lines, found[1][0], "there is more than one block of script metadata")
    if found:
        return found[0]
    if unclosed is not None:
        said = "the block of script metadata is not closed: a line '# ///' must follow it"
        raise _error(path, lines, unclosed, said)
    raise InputError(
        "this script does not say what it requires: there is no comment block that begins with"
        f" {_START!r} (PEP 723)",
        file=path,
    )


def _error(path: str, lines: Sequence[str], number: int, message: str) -> InputError:
    return InputError(message, file=path, line=number, text=lines[number - 1])
