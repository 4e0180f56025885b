"""Metadata as patches leave it.  How a patch is written, and what each does, is in ``patches``."""

from __future__ import annotations

from resolver.index.metadata import Metadata
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.patches import ADD, PYTHON, REPLACE, WHOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.patches import Patch

__all__ = ["Patched", "patched"]


class Patched:
    """The ``metadata`` as it is after patches; ``lines`` are those that they made, ``used`` what did it."""

    __slots__ = ("lines", "metadata", "used")

    def __init__(self, metadata: Metadata, lines: frozenset[str], used: Sequence[Patch]) -> None:
        self.metadata = metadata
        self.lines = lines
        self.used = tuple(used)


def patched(name: str, version: str, metadata: Metadata | None, patches: Sequence[Patch]) -> Patched:
    """Return what ``patches`` make of ``metadata``, which is None where one of them says what is required."""
    lines = _Lines(() if metadata is None else metadata.requires_dist)
    python = None if metadata is None else metadata.requires_python
    used: list[Patch] = []
    for patch in sorted(patches, key=lambda each: each.kind != WHOLE):  # else in their order
        if patch.kind == PYTHON:
            changed, python = True, patch.python or None
        else:
            changed = lines.change(patch)
        if changed:
            used.append(patch)
    extras = dict.fromkeys((*(() if metadata is None else metadata.provides_extra), *lines.extras()))
    found = Metadata(
        name if metadata is None else metadata.name,
        version if metadata is None else metadata.version,
        requires_dist=tuple(text for text, _ in lines.all),
        requires_python=python,
        provides_extra=tuple(extras),
        licenses=() if metadata is None else metadata.licenses,
    )
    return Patched(found, frozenset(text for text, is_new in lines.all if is_new), used)


class _Lines:
    """Requirement lines, each with whether a patch made it."""

    __slots__ = ("all",)

    def __init__(self, texts: Sequence[str]) -> None:
        self.all = [(text, False) for text in texts]

    def change(self, patch: Patch) -> bool:
        """Apply a patch; return whether it changed something."""
        requirement = patch.requirement
        if patch.kind in (ADD, WHOLE):
            if requirement is not None:
                self.all.append((requirement.text, True))
            return True
        assert requirement is not None
        kept: list[tuple[str, bool]] = []
        found = False
        for text, is_new in self.all:
            if _name(text) != requirement.name:
                kept.append((text, is_new))
                continue
            if patch.kind == REPLACE and not (found and requirement.marker):
                kept.append((_with_marker(requirement, text), True))
            found = True
        self.all = kept
        return found

    def extras(self) -> list[str]:
        """Return the extras that the lines of patches name."""
        from resolver.model.markers import Marker  # noqa: PLC0415  # lazy: start-up time

        found: list[str] = []
        for text, is_new in self.all:
            marker = Requirement.parse(text).marker if is_new else ""
            if "extra" in marker:
                found += sorted(Marker(marker).extras or ())
        return found


def _name(text: str) -> str:
    """Return the package that a line of metadata is about; "" where that cannot be read."""
    try:
        return Requirement.repaired(text).name
    except InvalidRequirement:
        return ""


def _with_marker(requirement: Requirement, old: str) -> str:
    """Return the line that takes the place of ``old``, with the marker of that unless it has one."""
    marker = Requirement.repaired(old).marker
    return requirement.text if requirement.marker or not marker else f"{requirement.text} ; {marker}"
