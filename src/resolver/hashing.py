"""Hash-checking mode: what must have digests, and what it comes to where they admit nothing.

As in pip, any ``--hash`` of a requirement turns the mode on, as does ``require_hashes``.  Then each
requirement names one version and its digests, and so must whatever else comes to be pinned.  Which files
digests admit is in ``digests``.

Spec: https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode
"""

from __future__ import annotations

from resolver.digests import ALGORITHMS, digests_of
from resolver.errors import HashesMissing
from resolver.policy import HashUnknown, OtherHash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolver.digests import Digests
    from resolver.formats.answer import Pinned
    from resolver.model.references import Reference
    from resolver.problem import PythonProblem

__all__ = ["admits_nothing", "check_pins", "check_requirements"]


def check_requirements(problem: PythonProblem) -> None:
    """Raise ``HashesMissing`` where hashes are required, and something that has none is asked for.

    What names no single version is asked for, or what an address leads to that is no archive.
    """
    rules = problem.catalog.rules
    if rules.digests is None or not rules.digests.required:
        return
    for each in problem.requirements:
        if each.name in rules.fixed:
            continue
        reference = rules.references.get(each.name)
        if reference is None and not rules.pins(each.name):
            said = f"{each.text} does not name one version: pin it with ==, or leave out all hashes"
        elif reference is not None and reference.is_tree:
            said = f"what {each.text} leads to has none: only archives have"
        else:
            continue
        place = f"{each.origin}: " if each.origin else ""
        raise HashesMissing(f"{place}hashes are required, and {said}", packages=(each.name,))


def check_pins(problem: PythonProblem, pins: Iterable[Pinned]) -> None:
    """Raise ``HashesMissing`` where hashes are required, and of pins there are none, with what to add."""
    rules = problem.catalog.rules
    if rules.digests is None or not rules.digests.required:
        return
    chosen = [each for each in pins if each.name not in rules.fixed]
    lacking = [each for each in chosen if not _has_digests(each.name, rules.digests, rules.references)]
    if not lacking:
        return
    lines = tuple(map(_line, lacking))
    said = "".join(map(_excerpt, lines, lacking))
    raise HashesMissing(
        "hashes are required of all that is chosen, as some requirement has one or an option says so. These"
        f" have none; add them, or leave out all hashes:{said}",
        packages=tuple(each.name for each in lacking),
        lines=lines,
    )


def _excerpt(line: str, pin: Pinned) -> str:
    """Return a line to add as a requirements file may have it, below who wants it."""
    return f"\n    # wanted by {', '.join(pin.via)}\n    " + line.replace(" --hash=", " \\\n        --hash=")


def admits_nothing(problem: PythonProblem) -> bool:
    """Tell whether hashes leave nothing of what one of the user's own requirements admits."""
    digests = problem.catalog.rules.digests
    for each in problem.requirements if digests is not None else ():
        candidates = problem.catalog.packages.get(each.name)
        asked = 0 if candidates is None else problem.mask(each)
        if candidates is None or not asked:
            continue
        for reason, mask in candidates.rejections:
            if isinstance(reason, (OtherHash, HashUnknown)):
                asked &= ~mask
        if not asked:
            return True
    return False


def _has_digests(name: str, digests: Digests, references: Mapping[str, Reference]) -> bool:
    reference = references.get(name)
    if reference is None:
        return digests.names(name)
    return bool(reference.allowed) or any(each in ALGORITHMS for each in reference.hashes)


def _line(pin: Pinned) -> str:
    """Return what the user may write for a pin; the digests are those that the index promises."""
    found: dict[str, None] = {}
    for file in pin.files:
        strongest = sorted(digests_of(file))[:1]
        found |= dict.fromkeys(strongest)
    first = f"{pin.name}=={pin.version}" if pin.url is None else f"{pin.name} @ {pin.url}"
    return " ".join([first, *(f"--hash={each}" for each in sorted(found))])
