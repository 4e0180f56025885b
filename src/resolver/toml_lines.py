"""Where in a TOML file each table, key and value stands; ``tomllib`` does not tell.

The text has been read by ``tomllib`` already, so nothing here checks it.

Spec: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    Path = tuple[str | int, ...]

__all__ = ["lines_of", "places_of"]

_BLANKS = " \t\r\n"
_ENDS = ",]}#\n"  # of a value without quotes


def lines_of(text: str) -> dict[Path, int]:
    r"""Return the line (from 1) of each table, key and value by its path; places in arrays are numbers.

    >>> lines_of("[[a]]\n[[a]]\nb.c = [\n1]")[("a", 1, "b", "c", 0)]
    4
    """
    found: dict[Path, int] = {}
    line, before = 1, 0
    for path, place in sorted(places_of(text).items(), key=lambda each: each[1]):
        line += text.count("\n", before, place)
        before = place
        found[path] = line
    return found


def places_of(text: str) -> dict[Path, int]:
    r"""Return where in ``text`` each value begins, by its path; of a table, where its header or key does.

    Where values are nested nearly too deeply for ``tomllib``, what follows the first such one is left out.

    >>> places_of('[a]\nb = ["c", "d"]')[("a", "b", 1)]
    14
    """
    return _Scanner(text).scanned()


class _Scanner:
    """Goes through a document once, from the first character to the last."""

    __slots__ = ("_arrays", "_at", "_found", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def scanned(self) -> dict[Path, int]:
        """Return all places."""
        table: Path = ()
        with suppress(RecursionError):
            while self._skip_blanks():
                if self._text[self._at] == "[":
                    table = self._header()
                else:
                    self._pair(table)
        return self._found

    def _skip_blanks(self) -> bool:
        """Go to what comes next, over comments too; tell whether anything does."""
        text = self._text
        while self._at < len(text):
            if text[self._at] == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            elif text[self._at] in _BLANKS:
                self._at += 1
            else:
                return True
        return False

    def _header(self) -> Path:
        """Read the header of a table; return its path: in the last table of each array on the way."""
        start = self._at
        is_array = self._text.startswith("[[", start)
        self._at += 1 + is_array
        keys = self._keys("]")
        self._at += is_array
        path: Path = ()
        for key in keys[:-1]:
            path += (key,)
            self._found.setdefault(path, start)
            if path in self._arrays:
                path += (self._arrays[path],)
        path += keys[-1:]
        self._found.setdefault(path, start)
        if is_array:
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path += (self._arrays[path],)
            self._found[path] = start
        return path

    def _pair(self, table: Path) -> None:
        """Read a key and its value."""
        start = self._at
        keys = self._keys("=")
        for length in range(1, len(keys)):
            self._found.setdefault(table + keys[:length], start)
        self._value(table + keys)

    def _keys(self, ending: str) -> Path:
        """Read a dotted key and the character behind it."""
        keys: list[str] = []
        while self._text[self._at] != ending:
            if self._text[self._at] in " \t.":
                self._at += 1
            elif self._text[self._at] in "'\"":
                start = self._at
                self._string()
                keys.append(_unquoted(self._text[start : self._at]))
            else:
                start = self._at
                while self._text[self._at] not in f" \t.{ending}":
                    self._at += 1
                keys.append(self._text[start : self._at])
        self._at += 1
        return tuple(keys)

    def _value(self, path: Path) -> None:
        self._skip_blanks()
        text = self._text
        self._found[path] = self._at
        if text[self._at] == "[":
            self._array(path)
        elif text[self._at] == "{":
            self._inline_table(path)
        elif text[self._at] in "'\"":
            self._string()
        else:
            while self._at < len(text) and text[self._at] not in _ENDS:
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._more("]"):
            self._value((*path, number))
            number += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, ending: str) -> bool:
        """Go to the next element, or behind ``ending``."""
        self._skip_blanks()
        while self._text[self._at] == ",":
            self._at += 1
            self._skip_blanks()
        if self._text[self._at] != ending:
            return True
        self._at += 1
        return False

    def _string(self) -> None:
        """Go behind the string that begins here."""
        text, at = self._text, self._at
        quote = text[at]
        several = text.startswith(quote * 3, at)
        ending = quote * 3 if several else quote
        at += len(ending)
        while not text.startswith(ending, at):
            at += 2 if text[at] == "\\" and quote == '"' else 1
        at += len(ending)
        while several and text.startswith(quote, at):  # one or two quotes before the three belong to the text
            at += 1
        self._at = at


def _unquoted(word: str) -> str:
    if word[0] == "'" or "\\" not in word:
        return word[1:-1]
    import tomllib  # noqa: PLC0415  # lazy: escapes in keys are rare

    return str(tomllib.loads(f"key = {word}")["key"])
