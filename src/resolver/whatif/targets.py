"""Other targets that could help: versions of Python and dates that admit what the given ones leave out.

Pure functions; which of them do help is found out by trying (``fixes``).
"""

from __future__ import annotations

import sys

from resolver.model.specifiers import InvalidSpecifier, Specifiers
from resolver.model.version import InvalidVersion, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["dates", "pythons"]

_OLDEST, _NEWEST = 7, 15
# The minor versions of Python 3 that packages may be for; 3.15 is the newest at the time of writing.

_MOST = 6


def pythons(target: str, wanted: Sequence[str]) -> list[str]:
    """Return versions of Python that fit one of the specifiers ``wanted``, those nearest to ``target`` first.

    A specifier that cannot be read wants nothing.  At most six; where one is as near as another, the newer
    one comes first.

    >>> pythons("3.12.0", [">=3.13", ">=3.8,<3.11"])
    ['3.13', '3.14', '3.10', '3.15', '3.9', '3.8']
    """
    here = Version(target)
    fitting: dict[tuple[int, int, int], str] = {}
    for text in wanted:
        specifiers = _specifiers(text)
        if specifiers is None:
            continue
        for release in _releases(here, specifiers):
            version = ".".join(map(str, release))
            if specifiers.contains(version, prereleases=True):
                said = version if release[2] else version.removesuffix(".0")
                fitting[release] = said
    major, minor, micro = _three(here)
    nearest = sorted(fitting, key=lambda r: (abs(r[1] - minor), abs(r[2] - micro), -r[1], -r[2]))
    return [fitting[release] for release in nearest if release[0] == major][:_MOST]


def _releases(here: Version, specifiers: Specifiers) -> Iterable[tuple[int, int, int]]:
    """Yield each minor version, and the exact ones that the clauses name."""
    newest = max(_NEWEST, sys.version_info.minor)
    for minor in range(_OLDEST, newest + 1):
        yield (3, minor, 0)
    for clause in specifiers:
        try:
            major, minor, micro = _three(Version(clause.version.removesuffix(".*")))
        except InvalidVersion:
            continue
        if major == here.major and _OLDEST <= minor <= newest:
            yield (major, minor, micro)


def _specifiers(text: str) -> Specifiers | None:
    try:
        return Specifiers(text)
    except InvalidSpecifier:
        return None


def _three(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.micro


def dates(times: Iterable[str | None]) -> list[str]:
    """Return the days of upload times (RFC 3339), the earliest first; as a cut-off, one admits all of that.

    >>> dates(["2024-05-01T10:00:00Z", None, "2024-02-03T00:00:00.5Z"])
    ['2024-02-03', '2024-05-01']
    """
    found = {time[: len("2024-02-28")] for time in times if time is not None}
    return sorted(day for day in found if len(day) == len("2024-02-28") and day[:4].isdigit())
