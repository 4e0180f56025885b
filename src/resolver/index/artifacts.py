"""Wheels: the METADATA member out of few bytes, without IO and without unpacking.

``WheelReader`` asks for ranges of bytes, ``read_wheel`` reads a whole wheel; both go through it alike.  Who
fetches the ranges is ``client``; what the member says is read by ``metadata``.  Nothing is ever written to
disk, and no path of an archive is used but to find the member.

What this module finds must be what an installer finds: ``zips`` refuses archives that two readers could
understand differently, and here there is exactly one directory ``*.dist-info``, of the package and version
that the file name tells, with exactly one METADATA.

Specification: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.zips import read_member, walk
from resolver.limits import DEFAULT, Limits
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.index.zips import Member

__all__ = ["WheelReader", "read_wheel"]

_METADATA = b".dist-info/METADATA"


class WheelReader:
    """Reads the METADATA of one wheel from ranges that the caller brings.

    While ``wanted`` is not ``None``, it is a range ``(start, stop)`` within the file (``stop`` excluded), and
    the caller passes exactly these bytes to ``feed``; then ``metadata`` holds the member.  There are at most
    five ranges, mostly one.

    >>> wheel = bytes(22)  # no wheel at all
    >>> WheelReader("six-1.16.0-py3-none-any.whl", len(wheel)).wanted
    (0, 22)
    """

    __slots__ = ("_walk", "metadata", "wanted")

    def __init__(self, filename: str, size: int, limits: Limits = DEFAULT) -> None:
        self._walk = walk(
            size, lambda members: _metadata_member(members, filename), limit=limits.metadata_bytes
        )
        self.metadata: bytes | None = None
        self.wanted: tuple[int, int] | None = next(self._walk)

    def feed(self, data: bytes) -> None:
        """Take the bytes of ``wanted``, and set ``wanted`` anew.

        Raises ``MetadataInvalid`` where they are not as many as asked for, or the archive must be refused:
        the reader is of no use then.
        """
        if self.wanted is None:
            raise ValueError("nothing is wanted")
        start, stop = self.wanted
        self.wanted = None
        if len(data) != stop - start:
            raise MetadataInvalid(f"Of the wheel {stop - start} bytes were asked for and {len(data)} came.")
        try:
            self.wanted = self._walk.send(data)
        except StopIteration as end:
            self.metadata = end.value


def read_wheel(body: bytes, filename: str, limits: Limits = DEFAULT) -> bytes:
    """Return the METADATA member of the wheel ``body``.  Raises ``MetadataInvalid``."""
    return read_member(body, lambda members: _metadata_member(members, filename), limit=limits.metadata_bytes)


def _metadata_member(members: Sequence[Member], filename: str) -> Member:
    """Return the one METADATA that belongs to ``filename``."""
    found = [member for member in members if _is_metadata(member.name)]
    if len(found) != 1 or not found[0].name.endswith(_METADATA) or found[0].name.count(b"/") != 1:
        number = "several members" if len(found) > 1 else "no member"
        raise MetadataInvalid(f"The wheel has {number} *.dist-info/METADATA.")
    folder = found[0].name.removesuffix(b"/METADATA")
    _check_folders(members, folder)
    stem = folder.decode("utf-8", "replace").removesuffix(".dist-info")
    if not _same_project(stem, filename):
        raise MetadataInvalid(
            f"The wheel's metadata is in {stem[:200]!a}.dist-info, which belongs to another file name."
        )
    return found[0]


def _check_folders(members: Sequence[Member], folder: bytes) -> None:
    """Check that there is no other ``*.dist-info`` beside ``folder``."""
    others = {name for member in members if (name := member.name.partition(b"/")[0]) != folder}
    if any(name.lower().endswith(b".dist-info") for name in others):
        raise MetadataInvalid("The wheel has several directories *.dist-info.")


def _is_metadata(name: bytes) -> bool:
    """Tell whether some system would write a member where METADATA belongs."""
    if not name.lower().endswith(b"metadata"):
        return False
    parts = [part for part in name.lower().replace(b"\\", b"/").split(b"/") if part not in (b"", b".")]
    return len(parts) == 2 and parts[0].endswith(b".dist-info") and parts[1] == b"metadata"


def _same_project(stem: str, filename: str) -> bool:
    """Tell whether ``name-version`` of a directory is that of the wheel's name, both normalised."""
    name, _, version = stem.rpartition("-")
    parts = filename.split("-")
    if len(parts) < 2:
        return False
    try:
        if normalise(name) != normalise(parts[0]):
            return False
    except InvalidName:
        return False
    try:
        return version == parts[1] or version_key(version) == version_key(parts[1])
    except InvalidVersion:
        return False
