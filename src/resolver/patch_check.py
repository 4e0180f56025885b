"""Patches once more, for the check of answers: what metadata says after them, worked out another way.

What the search uses is ``patching``; what each patch does is in ``patches``.
"""

from __future__ import annotations

from resolver.model.requirement import Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.patches import Patch

__all__ = ["is_stated", "lines_after", "python_after"]


def is_stated(patches: Iterable[Patch]) -> bool:
    """Tell whether patches say all that is required."""
    return any(patch.kind == "whole" for patch in patches)


def python_after(patches: Iterable[Patch], python: str | None) -> str | None:
    """Return the Requires-Python that counts where that of index or metadata is ``python``."""
    stated = [patch.python for patch in patches if patch.kind == "python"]
    return stated[-1] or None if stated else python


def lines_after(patches: Sequence[Patch], lines: Iterable[str]) -> list[str]:
    """Return requirement lines as patches leave them, in no order that matters."""
    whole = [patch.requirement for patch in patches if patch.kind == "whole"]
    after = [*lines, *(each.text for each in whole if each is not None)]
    for patch in patches:
        wanted = patch.requirement
        if wanted is None or patch.kind == "whole":
            continue
        if patch.kind == "add":
            after.append(wanted.text)
            continue
        others = [line for line in after if Requirement.repaired(line).name != wanted.name]
        gone = [Requirement.repaired(line) for line in after if line not in others]
        if patch.kind == "replace" and gone:
            markers = [""] if wanted.marker else dict.fromkeys(old.marker for old in gone)
            others += [f"{wanted.text}{f' ; {marker}' if marker else ''}" for marker in markers]
        after = others
    return after
