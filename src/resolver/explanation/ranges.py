"""Sets of versions in words: "foo 1.2 to 1.9", "all versions of foo", and in the notation of specifiers.

A range is told by its ends.  Versions that cannot be used anyway do not interrupt one, because nothing about
them matters to a proof.  What is said of the versions is in ``phrases``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.catalog import Candidates

__all__ = ["is_whole", "listed", "named", "notation"]

#: So many runs of versions are listed one by one; more are counted.
_FEW = 4


def named(name: str, candidates: Candidates, mask: int, *, quantifier: str, word: str) -> str:
    """Return a phrase for the candidates in ``mask``: all of them behind ``quantifier``, some by their ends.

    ``word`` joins several: "and" where something is said of each, "or" where one is meant.
    """
    if not mask:
        return f"a version of {name} that does not exist"
    if mask.bit_count() == 1:
        return f"{name} {candidates.version(mask.bit_length() - 1)}"
    if mask == candidates.everything:
        return f"{quantifier} {name}"
    if is_whole(candidates, mask):
        return f"{quantifier} {name} that can be used"
    runs = _runs(candidates, mask)
    if len(runs) > _FEW:
        first, last = candidates.version(runs[0][0]), candidates.version(runs[-1][1])
        return f"{mask.bit_count()} of the versions of {name} from {first} to {last}"
    return f"{name} {listed([_run(candidates, *run) for run in runs], word)}"


def is_whole(candidates: Candidates, mask: int) -> bool:
    """Tell whether ``mask`` leaves out no candidate that could be used."""
    usable = candidates.usable
    return mask == candidates.everything or (usable != 0 and mask & usable == usable)


def _runs(candidates: Candidates, mask: int) -> list[tuple[int, int]]:
    """Return the ends of each run of candidates in ``mask``; unusable ones do not interrupt a run."""
    runs: list[tuple[int, int]] = []
    between = candidates.usable & ~mask
    while mask:
        first = (mask & -mask).bit_length() - 1
        ahead = between >> first
        # All up to the next one that could be used and is not in the mask, or all there are.
        run = mask & ((ahead & -ahead) - 1 << first) if ahead else mask
        runs.append((first, run.bit_length() - 1))
        mask ^= run
    return runs


def _run(candidates: Candidates, first: int, last: int) -> str:
    oldest, newest = candidates.version(first), candidates.version(last)
    return oldest if first == last else f"{oldest} to {newest}"


def notation(candidates: Candidates, mask: int) -> str:
    """Return the versions in ``mask`` in the notation of specifiers; runs are joined by a bar."""
    if not mask:
        return "none"
    if mask == candidates.everything:
        return "all"
    parts: list[str] = []
    for first, last in _runs(candidates, mask):
        oldest, newest = candidates.version(first), candidates.version(last)
        parts.append(f"=={oldest}" if first == last else f">={oldest},<={newest}")
    return " | ".join(parts)


def listed(items: Iterable[str], word: str) -> str:
    """Return "a, b and c" (or "or").

    >>> listed(["a", "b", "c"], "and")
    'a, b and c'
    """
    *front, last = items
    return f"{', '.join(front)} {word} {last}" if front else last
