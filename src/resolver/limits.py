"""Limits on what strangers send: every one once, as data, with its name, its default and its meaning.

``ADJUSTABLE`` are those that ``--max NAME=VALUE`` sets: they bound what a resolution takes, and a large index
may have reason to go beyond them.  ``FIXED`` bound single texts; no package that was ever published comes
near, so they are constants where they are read, and only told here.  Help, docs/limits.md and the code read
this table.  Deadlines and what the solver may take are options of their own (``budget``).
"""

from __future__ import annotations

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ADJUSTABLE", "DEFAULT", "FIXED", "Limit", "Limits", "byte_count", "default_text", "lifting"]

BYTES, NUMBER = "bytes", "number"


class Limit:
    """One limit: ``kind`` says what its value is, ``meaning`` says what it bounds."""

    __slots__ = ("default", "kind", "meaning", "name")

    def __init__(self, name: str, kind: str, default: int, meaning: str) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.meaning = meaning

    @property
    def field(self) -> str:
        """Its attribute of ``Limits``."""
        return self.name.replace("-", "_")


ADJUSTABLE = (
    Limit("page-bytes", BYTES, 64 << 20, "the size of one page of an index, decoded"),
    Limit("page-files", NUMBER, 30_000, "files on one page, each with 20 values on the average"),
    Limit("metadata-bytes", BYTES, 8 << 20, "the size of the metadata of one file"),
    Limit(
        "metadata-requirements",
        NUMBER,
        50_000,
        "requirements in the metadata of one file, each with 20 characters on the average",
    ),
    Limit("archive-bytes", BYTES, 256 << 20, "the size of a file that must be read whole for its metadata"),
    Limit("ratio", NUMBER, 200, "how many times its size a compressed answer may have, beyond 1 MiB"),
    Limit("redirects", NUMBER, 10, "redirects of one request"),
    Limit("throughput", NUMBER, 100, "the bytes a second, over 30 s, below which an answer is given up"),
)

FIXED = (
    ("a name of a package or extra", "128 characters"),
    ("a version", "256 characters, 64 segments"),
    ("a file name", "512 characters"),
    ("a requirement", "256 KiB"),
    ("any other field of metadata", "4 KiB"),
    ("a marker", "64 levels of parentheses, 10,000 comparisons"),
    ("a tag of an HTML page", "64 KiB"),
)


class Limits:
    """The values of all adjustable limits; ``settings`` are texts ``NAME=VALUE``, of which the last counts.

    Raises ``InputError``.

    >>> Limits(("page-bytes=200M",)).page_bytes, Limits().redirects
    (200000000, 10)
    """

    __slots__ = (
        "archive_bytes",
        "metadata_bytes",
        "metadata_requirements",
        "page_bytes",
        "page_files",
        "ratio",
        "redirects",
        "throughput",
    )

    page_bytes: int
    page_files: int
    metadata_bytes: int
    metadata_requirements: int
    archive_bytes: int
    ratio: int
    redirects: int
    throughput: int

    def __init__(self, settings: Sequence[str] = ()) -> None:
        for limit in ADJUSTABLE:
            setattr(self, limit.field, limit.default)
        for setting in settings:
            limit, value = _read(setting)
            setattr(self, limit.field, value)


DEFAULT = Limits()
"""What holds unless somebody says otherwise."""


def lifting(name: str) -> str:
    """Return what a message says of the option that sets the limit ``name``."""
    return f"--max {name}=... sets another limit"


def default_text(limit: Limit) -> str:
    """Return the default in words.

    >>> default_text(ADJUSTABLE[0]), default_text(ADJUSTABLE[1])
    ('64MiB', '30000')
    """
    return f"{limit.default >> 20}MiB" if limit.kind == BYTES else str(limit.default)


_UNITS = {
    "": 1,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "KI": 2**10,
    "MI": 2**20,
    "GI": 2**30,
    "TI": 2**40,
}
_LONGEST = 30  # characters of a number


def byte_count(text: str) -> float | None:
    """Return the bytes that ``500M``, ``2 GiB`` or ``1000`` mean (MB are 1000 KB), None if it is no size."""
    number = text.rstrip("KMGTIBkmgtib")
    unit = text[len(number) :].upper().removesuffix("B")
    plain = number.strip().replace(".", "", 1)
    if unit in _UNITS and plain.isascii() and plain.isdecimal() and len(plain) < _LONGEST:
        return float(number) * _UNITS[unit]
    return None


def _read(setting: str) -> tuple[Limit, int]:
    name, equals, text = setting.partition("=")
    name, text = name.strip().lower().replace("_", "-"), text.strip()
    limit = next((each for each in ADJUSTABLE if each.name == name), None)
    if limit is None:
        raise InputError(_unknown(name))
    if not equals:
        raise InputError(f"limits: {name} wants a value, as in {name}={default_text(limit)}")
    value = byte_count(text) if limit.kind == BYTES or not text[-1:].isalpha() else None
    if value is None or value != int(value) or value < 1:
        wanted = "a size such as 500M or 2GiB" if limit.kind == BYTES else "a whole number from 1"
        raise InputError(f"limits: {name} is {text[:_LONGEST]!r}, and must be {wanted}")
    return limit, int(value)


def _unknown(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

    names = [each.name for each in ADJUSTABLE]
    near = get_close_matches(name, names, 1)
    known = f"did you mean {near[0]}?" if near else f"known are: {', '.join(names)}"
    return f"limits: {name[:_LONGEST]!r} is no limit; {known}"
