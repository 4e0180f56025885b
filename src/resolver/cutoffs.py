"""From when on uploads do not count: what users write about that, for all packages, for one, or for an index.

``Cutoffs`` says which instant holds for a file; what wins is the most special: the package, then the index
that lists the file, then what was said of all.  A file that is too new gets its reason in ``policy``; the
clock that durations are counted from is read by who poses the question (``posing``).

Spec: dates are RFC 3339 as in PEP 700, durations ISO 8601.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.naming import closest, split_index
from resolver.policy import Cutoff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

__all__ = ["Cutoffs", "check_indexes", "instant", "settled", "split_cutoff"]


class Cutoffs:
    """The cut-offs of one resolution.

    ``everywhere`` is the instant for all packages; ``packages`` are texts ``NAME=WHEN`` and ``indexes`` texts
    ``INDEX=WHEN``, where WHEN may be ``false`` and the last one on the same thing counts; ``known`` are the
    indexes that the options name.  ``now`` is what durations are counted from.  Raises ``InputError``.
    """

    __slots__ = ("_everywhere", "_indexes", "_packages")

    def __init__(
        self,
        everywhere: str | None = None,
        packages: Iterable[str] = (),
        indexes: Iterable[str] = (),
        *,
        known: Sequence[str] = (),
        now: float = 0.0,
    ) -> None:
        self._everywhere = None if everywhere is None else Cutoff(instant(everywhere, now))
        self._packages: dict[str, Cutoff | None] = {}
        for text in packages:
            name, when = split_cutoff("exclude_newer_packages", text, now)
            self._packages[name] = None if when is None else Cutoff(when, "exclude_newer_packages", name)
        self._indexes: dict[str, Cutoff | None] = {}
        for text in indexes:
            index, when = split_cutoff("exclude_newer_indexes", text, now)
            called = _called(index, known)
            self._indexes[called] = None if when is None else Cutoff(when, "exclude_newer_indexes", index)

    def of(self, name: str, index: str = "") -> Cutoff | None:
        """Return the cut-off for files of package ``name`` that ``index`` lists, which is called as there."""
        if name in self._packages:
            return self._packages[name]
        if self._indexes and index:
            called = index if index in self._indexes else _bare(index)
            if called in self._indexes:
                return self._indexes[called]
        return self._everywhere

    def concern(self, name: str) -> bool:
        """Tell whether there may be a cut-off for files of package ``name``, whichever index lists them."""
        if name in self._packages:
            return self._packages[name] is not None
        return self._everywhere is not None or any(each is not None for each in self._indexes.values())


def settled(given: Mapping[str, object], now: float) -> dict[str, object]:
    """Return the fields of ``Options`` that say cut-offs, of those ``given``, with all durations as dates."""
    found: dict[str, object] = {}
    everywhere = given.get("exclude_newer")
    if isinstance(everywhere, str):
        found["exclude_newer"] = instant(everywhere, now)
    for field in ("exclude_newer_packages", "exclude_newer_indexes"):
        texts = given.get(field)
        if isinstance(texts, tuple) and texts:
            pairs = [split_cutoff(field, text, now) for text in texts]
            found[field] = tuple(f"{key}={when or _NEVER}" for key, when in pairs)
    return found


def split_cutoff(field: str, text: str, now: float) -> tuple[str, str | None]:
    """Return what a text ``NAME=WHEN`` is about, and the instant, None for ``false``.  Raises ``InputError``.

    >>> split_cutoff("exclude_newer_packages", "My.Package=2024-02-28", 0.0)
    ('my-package', '2024-02-29T00:00:00Z')
    """
    key, equals, when = text.rpartition("=")  # a URL may have one, a time has none
    what = "NAME" if field == "exclude_newer_packages" else "INDEX"
    if not equals or not key or not when:
        raise InputError(f"{field} {_shown(text)!r}: write it as {what}=WHEN")
    if field == "exclude_newer_packages":
        from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: rarely given

        try:
            key = normalise(key)
        except InvalidName as error:
            raise InputError(f"{field}: {error}") from None
    return key, None if when.lower() == _NEVER else instant(when, now, field)


def check_indexes(texts: Iterable[str], known: Sequence[str], *, replaying: bool) -> None:
    """Raise ``InputError`` for a text ``INDEX=WHEN`` whose index is not one of those ``known``.

    Any URL is: that of the index which pip uses stands nowhere in the options.
    """
    for text in texts:
        called = _called(split_cutoff("exclude_newer_indexes", text, 0.0)[0], known)
        if replaying and "://" in called:
            raise InputError(
                f"exclude_newer_indexes {_shown(text)!r}: in a recording, indexes are known by their names"
                " only (NAME=URL)"
            )


_NEVER = "false"


def _called(index: str, known: Sequence[str]) -> str:
    """Return how listings call an index that is given by its name, or by its URL."""
    pairs = [split_index(each) for each in known]
    if "://" not in index:
        names = [name for name, _ in pairs if name]
        if index not in names:
            raise InputError(
                f"exclude_newer_indexes {index!r}: no index has this name{closest(index, names)}"
            )
        return index
    bare = _bare(index)
    return next((name for name, url in pairs if name and _bare(url) == bare), bare)


def _bare(url: str) -> str:
    """Return a URL without user, password, query and last slash, to be compared."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("#")[0].partition("?")[0].partition("/")
    return f"{scheme.lower()}://{host.rpartition('@')[2].lower()}{slash}{path}".rstrip("/")


def _shown(text: str) -> str:
    return f"{_bare(text)}" if "://" in text else text


def instant(text: str, now: float, field: str = "exclude_newer") -> str:
    """Return the instant that ``text`` means, as RFC 3339 text in UTC; uploads from then on do not count.

    A date stands for the end of that day in UTC; a duration (``P3D``, ``3 days``) is counted back from
    ``now``, in seconds since 1970.  Raises ``InputError``, which names the ``field`` of the options.

    >>> instant("2024-02-28", 0.0), instant("2024-02-28T12:00:00+02:00", 0.0), instant("P1D", 172800.0)
    ('2024-02-29T00:00:00Z', '2024-02-28T10:00:00Z', '1970-01-02T00:00:00Z')
    """
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  # lazy: start-up time

    try:
        span = _duration(text)
        if span is not None:
            moment = datetime.fromtimestamp(now, UTC) - span
        elif len(text) == len("2024-02-28"):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise InputError(f"{field} {text!r} has no time zone: add one, such as Z for UTC")
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{field} {text!r} is no date (2024-02-28), no time (2024-02-28T12:00:00Z) and no"
            " duration (P3D or '3 days')"
        ) from None
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    # Not by strftime, which writes the year 999 with three digits.
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}{fraction}Z"


_UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
}


def _duration(text: str) -> timedelta | None:
    """Read ``P3D``, ``P1DT12H`` or ``3 days``; None: not written as a duration.  Raises ``ValueError``."""
    from datetime import timedelta  # noqa: PLC0415  # lazy: start-up time

    words = text.split()
    if text[:1] in ("P", "p"):
        return timedelta(seconds=_iso_seconds(text[1:].upper()))
    if len(words) == len(("3", "days")) and "-" not in words[0]:
        unit = words[1].lower().rstrip("s")
        if unit not in _UNITS:
            raise ValueError(text)
        return timedelta(seconds=_count(words[0]) * _UNITS[unit])
    return None


def _iso_seconds(text: str) -> int:
    """Return the seconds of an ISO 8601 duration without its P; months and years have no fixed length."""
    days, clocked, time = text.partition("T")
    if not (time if clocked else days):
        raise ValueError(text)
    letters = {"W": "week", "D": "day"}, {"H": "hour", "M": "minute", "S": "second"}
    total = 0
    for part, known in zip((days, time), letters, strict=True):
        digits = ""
        for character in part:
            if character in known:
                total += _count(digits) * _UNITS[known[character]]
                digits = ""
            else:
                digits += character
        if digits:
            raise ValueError(text)
    return total


def _count(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise ValueError(digits)
    return int(digits)
