"""What differs between two lists of pins: as values, as text and as JSON.

Packages are compared by name and marker, versions as PEP 440 orders them, hashes where both lists have some
of one algorithm.  Lists are read in ``locked``.  The shape of the JSON is published as
``docs/schema/diff-1.json``.
"""

from __future__ import annotations

from resolver.model.version import InvalidVersion, Version
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resolver.formats.locked import LockedPin

__all__ = ["KINDS", "Change", "changes", "to_json", "to_text"]

KINDS = ("added", "removed", "upgraded", "downgraded", "changed")
"""What can have happened to a package, in the order of a summary."""

_COLOURS = {"added": "\033[32m", "removed": "\033[31m", "upgraded": "\033[36m", "downgraded": "\033[33m"}
_CHANGED, _PLAIN = "\033[35m", "\033[0m"


class Change:
    """What happened to one package: ``kind`` is one of ``KINDS``, ``old`` and ``new`` are its pins."""

    __slots__ = ("kind", "new", "old")

    def __init__(self, kind: str, old: LockedPin | None, new: LockedPin | None) -> None:
        self.kind = kind
        self.old = old
        self.new = new

    @property
    def name(self) -> str:
        """Return the package."""
        pin = self.new or self.old
        assert pin is not None
        return pin.name

    @property
    def hashes_added(self) -> list[str]:
        """Return the hashes that only the new pin has, of those that can be compared."""
        return [] if self.old is None or self.new is None else _only(self.new, self.old)

    @property
    def hashes_removed(self) -> list[str]:
        """Return the hashes that only the old pin has, of those that can be compared."""
        return [] if self.old is None or self.new is None else _only(self.old, self.new)

    def __repr__(self) -> str:
        return f"<Change: {self.kind} {_said(self)}>"


def changes(old: Iterable[LockedPin], new: Iterable[LockedPin]) -> list[Change]:
    """Return what differs, sorted by name; empty where both say the same."""
    before, after = _by_name(old), _by_name(new)
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        found += _of_package(before.get(name, []), after.get(name, []))
    return found


def to_text(found: Sequence[Change], *, colour: bool = False) -> str:
    """Return a line for each change, and one that counts them; nothing where nothing differs."""
    if not found:
        return ""
    lines = []
    for change in found:
        kind = f"{change.kind:<11}"
        lines.append(f"{_COLOURS.get(change.kind, _CHANGED)}{kind}{_PLAIN}" if colour else kind)
        lines[-1] += _said(change)
    counts = {kind: sum(change.kind == kind for change in found) for kind in KINDS}
    lines.append(", ".join(f"{count} {kind}" for kind, count in counts.items() if count))
    return "".join(f"{line}\n" for line in lines)


def to_json(found: Sequence[Change]) -> str:
    """Return the JSON document that ``resolver diff --format json`` prints."""
    import json  # noqa: PLC0415  # lazy: start-up time

    document = {
        "version": 1,
        "changes": [
            {
                "name": change.name,
                "change": change.kind,
                "old": _as_object(change.old),
                "new": _as_object(change.new),
                "hashes": {"added": change.hashes_added, "removed": change.hashes_removed},
            }
            for change in found
        ],
    }
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n"


def _as_object(pin: LockedPin | None) -> Mapping[str, object] | None:
    if pin is None:
        return None
    url = None if pin.url is None else redacted(pin.url)
    return {"version": pin.version or None, "url": url, "marker": pin.marker or None}


def _by_name(pins: Iterable[LockedPin]) -> dict[str, list[LockedPin]]:
    found: dict[str, list[LockedPin]] = {}
    for pin in pins:
        found.setdefault(pin.name, []).append(pin)
    return found


def _of_package(old: Sequence[LockedPin], new: Sequence[LockedPin]) -> Iterator[Change]:
    """Yield what happened to one package, of which there may be several pins with markers."""
    pairs = _paired(old, new)
    for before, after in pairs:
        if before is None:
            yield Change("added", None, after)
        elif after is None:
            yield Change("removed", before, None)
        else:
            kind = _kind(before, after)
            if kind:
                yield Change(kind, before, after)


def _paired(
    old: Sequence[LockedPin], new: Sequence[LockedPin]
) -> list[tuple[LockedPin | None, LockedPin | None]]:
    """Return pins that can be compared: those with one marker, or the only ones; others alone."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    left = {pin.marker: pin for pin in new}
    pairs = [(pin, left.pop(pin.marker, None)) for pin in old]
    return [*pairs, *((None, pin) for pin in left.values())]


def _kind(old: LockedPin, new: LockedPin) -> str:
    """Return what happened to a package that both lists have; "" for nothing."""
    order = _compared(old.version, new.version)
    if order:
        return "upgraded" if order > 0 else "downgraded"
    if (old.url, old.marker) != (new.url, new.marker) or _only(old, new) or _only(new, old):
        return "changed"
    return ""


def _compared(old: str, new: str) -> int:
    """Return whether ``new`` is a newer version: 1, an older one: -1, or neither."""
    try:
        before, after = Version(old).key, Version(new).key
    except InvalidVersion:  # from an address that does not tell
        return 0
    return (after > before) - (after < before)


def _only(pin: LockedPin, other: LockedPin) -> list[str]:
    """Return the hashes of ``pin`` that ``other`` does not have, though it has some of that algorithm."""
    algorithms = {each.partition(":")[0] for each in other.hashes}
    return [each for each in pin.hashes if each.partition(":")[0] in algorithms and each not in other.hashes]


def _said(change: Change) -> str:
    """Return a change in words, without its kind."""
    old, new = change.old, change.new
    pin = new or old
    assert pin is not None
    marker = f" ; {pin.marker}" if pin.marker else ""
    if old is None or new is None:
        return f"{pin.name} {_version(pin)}{marker}"
    if change.kind != "changed":
        return f"{pin.name} {_version(old)} -> {_version(new)}{marker}"
    return f"{pin.name} {_version(new)}{marker}: {', '.join(_details(change, old, new))}"


def _details(change: Change, old: LockedPin, new: LockedPin) -> Iterator[str]:
    """Yield what has changed of a pin whose version has not."""
    if old.url != new.url:
        yield f"from {_place(new)} instead of {_place(old)}"
    if old.marker != new.marker:
        yield f"{_where(new)}, not {_where(old)}"
    counts = ((change.hashes_added, "more"), (change.hashes_removed, "gone"))
    said = [f"{len(hashes)} {word}" for hashes, word in counts if hashes]
    if said:
        yield f"hashes: {', '.join(said)}"


def _where(pin: LockedPin) -> str:
    return f"where {pin.marker}" if pin.marker else "everywhere"


def _version(pin: LockedPin) -> str:
    return pin.version or _place(pin)


def _place(pin: LockedPin) -> str:
    return "an index" if pin.url is None else redacted(pin.url)
