"""Are hints true?  Each one read back and recomputed from the packages, as ``claims`` does with sentences."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from support.claims import versions_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from support.known import Known

__all__ = ["false_hints"]

_FIT = (
    r"(?P<some>.+?) (?:would|may) fit(?P<how>"
    r" if pre-releases were allowed \(--prerelease(?:-package \S+=| )allow\)"
    r"|, but (?:was|were) yanked; (?P<pin>\S+) as a requirement admits it all the same"
    r"| without --exclude-newer(?:-package \S+)?"
    r"| without the constraint (?P<constraint>.+) \([\w.-]+:\d+\)"
    r"| if the reference to (?P<followed>.+) is followed \((?:--allow-url \S+ ?)+\)"
    r"| if you require (?P<own>.+) from that address yourself"
    r"| if source distributions were allowed \(--only-binary, --no-build\))"
)
_PYTHON = r"(?P<some>.+?) accepts? Python (?P<python>[\d.]+) \(--python-version (?P=python)\)"


def false_hints(known: Known, hints: Sequence[str]) -> list[str]:
    """Return the hints that are false, repeated, too many, or cannot be read."""
    found = [hint for hint in hints if not _is_true(known, hint)]
    return found + (["too many or repeated"] if len(hints) > 5 or len({*hints}) < len(hints) else [])


def _is_true(known: Known, hint: str) -> bool:
    fit = re.fullmatch(_FIT, hint)
    if fit:
        some = versions_named(known, fit["some"])
        return bool(some) and all(_would_fit(known, fit, *each) for each in some)
    python = re.fullmatch(_PYTHON, hint)
    if python:
        return all(
            SpecifierSet(known.facts(*each)[3]["requires_python"]).contains(
                python["python"], prereleases=True
            )
            and not known.is_usable(*each)
            for each in versions_named(known, python["some"])
        )
    return _is_true_of_names(known, hint)


def _would_fit(known: Known, fit: re.Match[str], name: str, version: str) -> bool:
    base, text, _, facts = known.facts(name, version)
    required = known.of_target(known.truth.root(), base)
    if any(version not in known.admitted(each) for each in required):
        return False
    how = fit["how"]
    if "reference" in how or "yourself" in how:  # what is wrong stands in the metadata
        wanted = set(re.split(r", | and ", fit["followed"] or fit["own"]))
        return bool(wanted & _referred(facts))
    if known.is_usable(name, version):
        return False
    if "pre-releases" in how:
        return Version(version).is_prerelease
    if "yanked" in how:
        return bool(facts.get("yanked")) and canonicalize_name(fit["pin"].partition("==")[0]) == base
    if "newer" in how:
        cutoff = known.cutoff(base)
        return cutoff is not None and (facts.get("upload_time") or "9999") >= cutoff
    if "constraint" in how:
        constraint = Requirement(fit["constraint"])
        return fit["constraint"] in known.constraints and version not in known.admitted(constraint)
    return not facts.get("wheel", True) and text in known.truth.usable(base)


def _referred(facts: Mapping[str, Any]) -> set[str]:
    """Return the packages that a version requires by URL, with any extra."""
    lines = [
        *facts.get("requires", ()),
        *(each for some in facts.get("extras", {}).values() for each in some),
    ]
    return {
        canonicalize_name(line.partition("@")[0].partition("[")[0].strip()) for line in lines if "@" in line
    }


def _is_true_of_names(known: Known, hint: str) -> bool:
    wheels = re.fullmatch(r"(\S+) (\S+) has wheels for (.+), and none for the target \((.+)\)", hint)
    if wheels:
        tags = " ".join(known.facts(wheels[1], wheels[2])[3].get("wheel_tags", ())).replace("amd64", "x86_64")
        pythons = re.findall(r"Python (\d)\.?(\d*)", wheels[3])
        machines = re.findall(r" on .*?(x86_64|arm64|ppc64|any)", wheels[3])
        return (
            f"Python {known.python.rpartition('.')[0]} on " in wheels[4]
            and all(f"{major}{minor}-" in tags for major, minor in pythons)
            and all(each in tags for each in machines)
        )
    missing = re.fullmatch(r"no index has (\S+); did you mean (.+)\?", hint)
    if missing:
        meant = re.split(r", | or ", missing[2])
        return missing[1] not in known.versions and all(known.versions.get(each) for each in meant)
    module = re.fullmatch(
        r"(\S+) is part of Python itself and (needs no|can be left out \(--exclude \1\)).*", hint
    )
    if module:
        return module[1].replace("-", "_") in sys.stdlib_module_names and module[1] not in known.versions
    extra = re.fullmatch(r"(\S+) (\S+) has no extra (\S+?)(?:, only (.+))?", hint)
    if extra:
        has = {canonicalize_name(each) for each in known.facts(extra[1], extra[2])[3].get("extras") or ()}
        said = set(re.split(r", | and ", extra[4] or "")) - {"", "others"}
        return extra[3] not in has and said <= has
    return False
