"""Source distributions, unpacked for a build into a folder that is thrown away afterwards.

Archives come here only when ``sdists`` has read them, that is, when their paths stay below their root and
their sizes within bounds.  Here nothing is written through a link, and links stay below the root as well; the
rest is the standard library's: tarfile's ``data`` filter (PEP 706), which leaves out devices and rights.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.errors import MetadataInvalid
from resolver.index.sdists import is_root_of

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["unpack"]


def unpack(body: bytes, filename: str, folder: str) -> str:
    """Unpack the archive ``body`` into ``folder``, which is empty; return the path of its tree.

    Raises ``MetadataInvalid`` for what must not be unpacked, ``OSError`` where it cannot be written.
    """
    try:
        if filename.endswith(".zip"):
            _unzip(body, folder)
        else:
            _untar(body, folder)
    except (tarfile.TarError, zipfile.BadZipFile, UnicodeError, ValueError, EOFError) as error:
        raise MetadataInvalid(f"{filename} cannot be unpacked: {error}.") from error
    for entry in sorted(Path(folder).iterdir()):
        if entry.is_dir() and not entry.is_symlink() and is_root_of(filename, entry.name):
            return str(entry)
    raise MetadataInvalid(f"{filename} has no directory of its name and version.")


def _untar(body: bytes, folder: str) -> None:
    if not hasattr(tarfile, "data_filter"):
        raise MetadataInvalid("This Python cannot unpack archives safely: it takes 3.11.4 or newer.")
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
        _check_links(archive)
        archive.extractall(folder, filter="data")


def _check_links(archive: tarfile.TarFile) -> None:
    """Refuse links that lead upwards out of the root, and paths that lead through links."""
    members = archive.getmembers()
    links = {posixpath.normpath(member.name) for member in members if member.issym() or member.islnk()}
    for member in members:
        name = posixpath.normpath(member.name)
        places = [name]
        if member.issym():
            places.append(posixpath.join(posixpath.dirname(name), member.linkname))
        elif member.islnk():
            places.append(member.linkname)
        root = name.partition("/")[0]
        if any(_leads_astray(place.removeprefix("./"), root, links) for place in places):
            raise MetadataInvalid(f"The archive has a link that leads elsewhere: {member.name[:200]!a}.")


def _leads_astray(path: str, root: str, links: Collection[str]) -> bool:
    """Tell whether ``path`` leads out of ``root`` somewhere, or through one of ``links``."""
    *above, last = path.split("/")
    parts: list[str] = []
    for part in [*above, last] if last == ".." else above:
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
        if not parts or "/".join(parts) in links:
            return True
    return (parts or [last])[0] != root


def _unzip(body: bytes, folder: str) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        total = sum(member.file_size for member in archive.infolist())
        if total > _MOST_BYTES:
            raise MetadataInvalid(f"The archive unfolds to more than {_MOST_BYTES >> 20} MiB.")
        archive.extractall(folder)  # noqa: S202  # zipfile writes no links and keeps paths below the folder


_MOST_BYTES = 1 << 30
