"""Places that a requirements file names: indexes, and where further files are.

What they are good for is decided where all options are joined, in ``inputs``.
"""

from __future__ import annotations

import os

from resolver.naming import split_host
from resolver.options import redacted

__all__ = ["NOT_HERE", "fault", "index_at", "place_at"]

NOT_HERE = "a file from the network cannot name files of this machine"
"""What such a file is told."""


def fault(name: str, flag: str, value: str, *, is_remote: bool) -> str:
    """Return what is wrong with a place, "" if nothing is; a file that ``is_remote`` may name fewer.

    >>> fault("find_links", "-f", "https://", is_remote=False)
    "the URL 'https://' names no host"
    """
    if name == "trusted_hosts":
        if is_remote:
            return "a file from the network cannot say whom to trust"
        try:
            split_host(value)
        except ValueError as error:
            return f"{flag} {redacted(value)!r}: {error}"
        return ""
    if is_remote and not value.lower().startswith(("https://", "http://")):
        return NOT_HERE
    scheme, colon, rest = value.partition("://")
    if colon and scheme != "file" and not rest.split("/", 1)[0].rpartition("@")[2]:
        return f"the URL {redacted(value)!r} names no host"
    return ""


def index_at(value: str, path: str) -> str | None:
    """Return the URL of an index, which may be a folder; None for what is neither."""
    if value.lower().startswith(("https://", "http://", "file:///", "file://localhost/")):
        return value
    folder = os.path.abspath(place_at(value, path))  # noqa: PTH100  # pathlib costs 5 ms
    if "://" in value or not os.path.isdir(folder):  # noqa: PTH112  # the same
        return None
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    return f"file://{quote(folder)}"


def place_at(value: str, path: str) -> str:
    """Return a place with files; a path beside the file at ``path`` counts first, as in pip."""
    beside = os.path.join(os.path.dirname(path), value)  # noqa: PTH118, PTH120  # pathlib costs 5 ms
    return beside if "://" not in value and os.path.exists(beside) else value  # noqa: PTH110  # the same
