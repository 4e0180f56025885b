"""TOML documents with a place for everything: what is wrong in one is said with file, line and caret.

What the tables mean is in ``pyproject``, ``scripts`` and ``locked``; where values stand is found by
``toml_lines``, since ``tomllib`` does not tell.

Spec: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import tomllib

from resolver.errors import InputError
from resolver.model.requirement import InvalidRequirement, Origin, Requirement
from resolver.options import redacted
from resolver.toml_lines import places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Path = tuple[str | int, ...]

__all__ = ["Document", "close"]


class Document:
    """A TOML document: ``table`` is what it says, ``path`` the file that it was read from.

    ``physical`` are the lines of the file where the document is only a part of it, which begins on line
    ``first`` (from 1), ``indent`` characters behind the margin.
    """

    __slots__ = ("_first", "_indent", "_physical", "_places", "_text", "path", "table")

    def __init__(
        self, path: str, text: str, *, physical: Sequence[str] = (), first: int = 1, indent: int = 0
    ) -> None:
        """Read ``text``.  Raises ``InputError``."""
        self.path = path
        self._text = text
        self._physical = physical or text.split("\n")
        self._first = first
        self._indent = indent
        self._places: dict[Path, int] | None = None
        try:
            self.table: dict[str, object] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._no_toml(str(error)) from None
        except RecursionError:
            raise InputError("this TOML is nested too deeply", file=path) from None
        except ValueError:  # numbers of thousands of digits
            raise InputError("this TOML holds a number that is too long", file=path) from None

    @classmethod
    def read(cls, path: str, content: bytes) -> Document:
        """Read the bytes of a file.  Raises ``InputError``."""
        try:
            return cls(path, content.decode("utf-8").removeprefix("\ufeff"))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise InputError("this is not UTF-8, as TOML must be", file=path, line=line) from None

    def at(self, *place: str | int) -> object:
        """Return the value at ``place``, None where there is none."""
        found: object = self.table
        for key in place:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def origin(self, place: Path) -> Origin:
        """Return file and line of what stands at ``place``."""
        return Origin(self.path, self._line_of(self._offset(place)))

    def requirement(self, text: object, place: Path) -> Requirement:
        """Read the requirement that stands at ``place``.  Raises ``InputError``."""
        if not isinstance(text, str):
            raise self.error("a requirement must be a string", place)
        origin = self.origin(place)
        try:
            found = Requirement.parse(text, origin)
        except InvalidRequirement as error:
            raise self.error(error.message, place, error.position) from None
        if found.url is None:
            return found
        from resolver.formats.named import (  # noqa: PLC0415  # lazy: most have none
            InvalidUserRequirement,
            user_requirement,
        )

        try:
            return user_requirement(text, origin)
        except InvalidUserRequirement as error:
            raise self.error(error.message, place, error.position) from None

    def error(self, message: str, place: Path, position: int = 0) -> InputError:
        """Return an error about what stands at ``place``, or the character at ``position`` of its text."""
        offset = self._offset(place)
        if self._text[offset : offset + 1] in ("'", '"'):
            offset = self._inside(offset, position)
        return self._error_at(message, offset)

    def _inside(self, offset: int, position: int) -> int:
        """Return where character ``position`` of a string stands; of one with escapes, where it begins."""
        text = self._text
        if text.startswith(text[offset] * 3, offset):
            return offset
        end = text.find("\n", offset)
        line = text[offset : end if end >= 0 else len(text)]
        return offset if "\\" in line else min(offset + 1 + position, offset + len(line))

    def _error_at(self, message: str, offset: int) -> InputError:
        line = self._line_of(offset)
        physical = self._physical[line - 1].rstrip("\r")
        shown = redacted(physical)
        column = offset - self._text.rfind("\n", 0, offset) + self._indent
        if not shown.strip():
            return InputError(message, file=self.path, line=line)
        return InputError(
            message,
            file=self.path,
            line=line,
            # Where a password was taken out, columns do not hold any more.
            column=column if shown == physical else None,
            text=shown,
        )

    def _line_of(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + self._first

    def _offset(self, place: Path) -> int:
        """Return where ``place`` begins, or the nearest table around it that has a place."""
        if self._places is None:
            self._places = places_of(self._text)
        shorter = (place[:length] for length in range(len(place), 0, -1))
        return next((self._places[each] for each in shorter if each in self._places), 0)

    def _no_toml(self, said: str) -> InputError:
        """Return the error about a text that is no TOML; ``tomllib`` says the place in words only."""
        message, _, place = said.partition(" (at ")
        numbers = [int(word.rstrip(",)")) for word in place.split() if word.rstrip(",)").isdigit()]
        if len(numbers) == 2:  # line and column
            line, column = numbers
            text = self._text.split("\n")
            offset = sum(len(each) + 1 for each in text[: line - 1]) + column - 1
            return self._error_at(f"this is not TOML: {redacted(message)}", min(offset, len(self._text)))
        return InputError(
            f"this is not TOML: {redacted(message)}",
            file=self.path,
            line=self._line_of(len(self._text.rstrip())),
        )


def close(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant by a ``name`` that is not ``known``, as the end of a sentence."""
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: rarely wanted

    known = sorted(known)
    near = get_close_matches(name, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there {'is' if len(known) == 1 else 'are'} {', '.join(known)}" if known else ""
