"""Source distributions: the PKG-INFO out of an archive in memory, and whether it may be relied on.

What a source distribution says of itself holds for what is built of it only where it says so: from version
2.2 of the metadata on, of fields that it does not name as dynamic (PEP 643).  Everything else takes a build
to know.  Nothing is unpacked to disk here and nothing run; how archives are read, and refused where two
readers could understand them differently, is in ``tars`` and ``zips``; builds are in ``building``.

Specification: https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.metadata import parse_metadata
from resolver.limits import DEFAULT, Limits
from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.index.metadata import Metadata
    from resolver.index.tars import TarMember
    from resolver.index.zips import Member

__all__ = ["STATIC_SINCE", "is_root_of", "is_static", "leaves_open", "read_sdist"]

STATIC_SINCE = "2020-10-24"
"""When PEP 643 was written: what was uploaded before cannot keep to it."""

_INFO = "PKG-INFO"
_GZIP, _ZIP, _END = b"\x1f\x8b\x08", b"PK\3\4", b"PK\5\6"


def is_static(metadata: Metadata) -> bool:
    """Tell whether ``metadata`` of a source distribution says what everything built of it will say."""
    major, _, minor = metadata.metadata_version.partition(".")
    since = (2, 2)
    if not (major.isdecimal() and minor.isdecimal()) or (int(major[:9]), int(minor[:9])) < since:
        return False
    return not leaves_open(metadata)


def leaves_open(metadata: Metadata) -> bool:
    """Tell whether ``metadata`` says that something may change that a resolution needs."""
    return not _NEEDED.isdisjoint(metadata.dynamic)


_NEEDED = frozenset({"requires-dist", "requires-python", "provides-extra"})


def read_sdist(body: bytes, filename: str, limits: Limits = DEFAULT) -> Metadata:
    """Return what the archive ``body`` says in ``<name>-<version>/PKG-INFO``.

    Raises ``MetadataInvalid`` where there is none, or the archive must be refused.
    """
    if filename.endswith(".tar.gz") and body.startswith(_GZIP):
        if _ends_as_zip(body):
            raise MetadataInvalid(f"{filename} is two archives in one, a tar archive and a ZIP archive.")
        return parse_metadata(_out_of_tar(body, filename, limits.metadata_bytes), limits)
    if filename.endswith(".zip") and body.startswith(_ZIP):
        return parse_metadata(_out_of_zip(body, filename, limits.metadata_bytes), limits)
    raise MetadataInvalid(f"{filename} is not the kind of archive that its name says.")


def is_root_of(filename: str, folder: str) -> bool:
    """Tell whether ``folder`` is that of the name and version of the archive ``filename``."""
    return _roots(filename)(folder)


def _ends_as_zip(body: bytes) -> bool:
    """Tell whether there is an end record of a ZIP archive that reaches to the end of the file."""
    first = max(0, len(body) - 22 - 0xFFFF)
    at = body.rfind(_END, first)
    while at >= 0:
        if at + 22 + int.from_bytes(body[at + 20 : at + 22], "little") == len(body):
            return True
        at = body.rfind(_END, first, at)
    return False


def _out_of_tar(body: bytes, filename: str, most: int) -> bytes:
    from resolver.index.tars import members  # noqa: PLC0415  # lazy: start-up time

    is_root = _roots(filename)

    def wants(member: TarMember) -> bool:
        return _is_info(member.parts, is_root)

    found: list[TarMember] = []
    for member in members(body, wants, limit=most):
        if len(member.parts) == 1 and not member.is_directory and is_root(member.parts[0]):
            raise MetadataInvalid(f"In {filename} the directory {member.parts[0][:200]!a} is none.")
        if wants(member):
            found.append(member)
    _check(filename, [member.parts for member in found])
    if not found[0].is_file:
        raise MetadataInvalid(f"In {filename} the member {_INFO} is no plain file.")
    return found[0].content


def _out_of_zip(body: bytes, filename: str, most: int) -> bytes:
    from resolver.index.zips import read_member  # noqa: PLC0415  # lazy: start-up time

    is_root = _roots(filename)

    def choose(members: Sequence[Member]) -> Member:
        found = [(member, parts) for member in members if _is_info(parts := _parts(member.name), is_root)]
        _check(filename, [parts for _, parts in found])
        member, parts = found[0]
        if member.name != "/".join(parts).encode():
            raise MetadataInvalid(f"In {filename} the name of the member {_INFO} is written strangely.")
        return member

    return read_member(body, choose, limit=most)


def _parts(name: bytes) -> tuple[str, ...]:
    parts = name.decode("utf-8", "surrogateescape").replace("\\", "/").split("/")
    return tuple([part for part in parts if part not in ("", ".")])


def _is_info(parts: Sequence[str], is_root: Callable[[str], bool]) -> bool:
    """Tell whether some system would write a member where PKG-INFO belongs."""
    return len(parts) == 2 and parts[1].upper() == _INFO and is_root(parts[0])


def _check(filename: str, found: Sequence[Sequence[str]]) -> None:
    """Check that there is exactly one."""
    if len(found) != 1 or found[0][1] != _INFO:
        number = "several members" if len(found) > 1 else "no member"
        raise MetadataInvalid(f"{filename} has {number} {_INFO} in the directory of its name and version.")


def _roots(filename: str) -> Callable[[str], bool]:
    """Return what tells whether a directory is that of the archive's name and version, both normalised."""
    known: dict[str, bool] = {}
    suffix = ".zip" if filename.endswith(".zip") else ".tar.gz"
    stem = filename.removesuffix(suffix)

    def is_root(folder: str) -> bool:
        found = known.get(folder)
        if found is None:
            found = known[folder] = len(known) < _MOST_FOLDERS and _is_same(folder, stem)
        return found

    return is_root


_MOST_FOLDERS = 1_000  # at the top of an archive


def _is_same(folder: str, stem: str) -> bool:
    """Tell whether a folder is ``name-version`` as ``stem`` is, where dashes may be parts of either."""
    if folder == stem:
        return True
    cut = _cuts(stem)
    return any(each in cut for each in _cuts(folder))


def _cuts(stem: str) -> set[tuple[str, bytes]]:
    """Return what ``stem`` may mean: name and key of the version."""
    found: set[tuple[str, bytes]] = set()
    parts = stem[:500].split("-")
    for at in range(1, len(parts)):
        try:
            found.add((normalise("-".join(parts[:at])), version_key("-".join(parts[at:]))))
        except (InvalidName, InvalidVersion):
            continue
    return found
