"""Whether pins satisfy requirements, told by ``packaging`` alone: an oracle that shares no code with us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.markers import Marker

__all__ = ["faults"]


def faults(
    requirements: Iterable[str],
    packages: Mapping[str, Mapping[str, Any]],
    pins: Mapping[str, str],
    variables: Mapping[str, str],
) -> list[str]:
    """Return a sentence for each requirement that ``pins`` leave unfulfilled and each pin nobody wants.

    ``packages`` are as ``MemorySource`` takes them.  A requirement that cannot be read is a fault.
    """
    known: dict[str, Mapping[str, Any]] = {
        canonicalize_name(name): versions for name, versions in packages.items()
    }
    found: list[str] = []
    wanted: set[str] = set()
    todo = [(str(each), "the root", "") for each in requirements]
    done: set[tuple[str, str]] = set()
    while todo:
        text, parent, extra = todo.pop()
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            found.append(f"{parent} has an unreadable requirement {text!r}: {error}")
            continue
        if not _applies(requirement.marker, variables, extra):
            continue
        name = canonicalize_name(requirement.name)
        wanted.add(name)
        if name not in pins:
            found.append(f"{parent} requires {text}, and {name} is not pinned")
        elif not requirement.specifier.contains(pins[name], prereleases=True):
            found.append(f"{parent} requires {text}, and {name} is pinned to {pins[name]}")
        else:
            for each in ("", *(canonicalize_name(e) for e in requirement.extras)):
                if (name, each) not in done:
                    done.add((name, each))
                    todo += _requires(known, name, pins[name], each)
    found += [f"nobody wants {name}" for name in pins if name not in wanted]
    return found


def _applies(marker: Marker | None, variables: Mapping[str, str], extra: str) -> bool:
    return marker is None or marker.evaluate({**variables, "extra": extra})


def _requires(
    known: Mapping[str, Mapping[str, Any]], name: str, version: str, extra: str
) -> list[tuple[str, str, str]]:
    versions = known[name]
    facts = versions.get(version) or next(facts for text, facts in versions.items() if _same(text, version))
    texts = list(facts.get("requires", ()))
    for each, more in (facts.get("extras") or {}).items():
        if canonicalize_name(each) == extra:
            texts += more
    parent = f"{name}=={version}"
    return [(text, parent, extra) for text in texts]


def _same(text: str, version: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text) == Version(version)
    except InvalidVersion:
        return False
