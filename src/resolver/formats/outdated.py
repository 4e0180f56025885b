"""Which pins are behind, as values, as a table and as JSON.

What is told here is found out in ``outdating``.  The shape of the JSON is published as
``docs/schema/outdated-1.json``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Behind", "to_json", "to_text"]

_HEADINGS = ("package", "current", "allowed", "newest", "held back by")
_BOLD, _GREEN, _PLAIN = "\033[1m", "\033[32m", "\033[0m"


class Behind:
    """What there is of a pinned package.

    ``current`` is the pin, ``allowed`` what an upgrade of all would give (None: it would not be there any
    more), ``newest`` the newest version that the index has (None where nobody asked).  ``held`` says in
    sentences what keeps ``allowed`` from being that.
    """

    __slots__ = ("allowed", "current", "held", "name", "newest")

    def __init__(
        self, name: str, current: str, allowed: str | None, newest: str | None, held: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.current = current
        self.allowed = allowed
        self.newest = newest
        self.held = tuple(held)

    @property
    def upgradable(self) -> bool:
        """Whether an upgrade would change it."""
        return self.allowed != self.current

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.upgradable and self.newest == self.current


def to_text(found: Iterable[Behind], *, colour: bool = False) -> str:
    """Return a table of those that are behind; nothing where none is."""
    rows = [
        (each.name, each.current, each.allowed or "-", each.newest or "-", "; ".join(each.held))
        for each in found
        if not each.is_current
    ]
    if not rows:
        return ""
    table = [_HEADINGS if any(row[-1] for row in rows) else (*_HEADINGS[:-1], ""), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS))]
    lines = [_line(row, widths) for row in table]
    if colour:
        lines = [f"{_BOLD}{lines[0]}{_PLAIN}", *map(_marked, rows, lines[1:])]
    return "".join(f"{line}\n" for line in lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _marked(row: Sequence[str], line: str) -> str:
    return f"{_GREEN}{line}{_PLAIN}" if row[1] != row[2] else line


def to_json(found: Iterable[Behind]) -> str:
    """Return the JSON document that ``resolver outdated --format json`` prints: all pins."""
    import json  # noqa: PLC0415  # lazy: start-up time

    pins = [
        {
            "name": each.name,
            "current": each.current,
            "allowed": each.allowed,
            "newest": each.newest,
            "held": list(each.held),
        }
        for each in found
    ]
    return f"{json.dumps({'version': 1, 'pins': pins}, ensure_ascii=False, indent=1)}\n"
