"""Source distributions and wheels for tests: in order, and handmade with what should not be there."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["INFO", "block", "digest", "info", "sdist", "squeezed", "tarred", "wheel", "zipped"]


def info(*lines: str, name: str = "a", version: str = "1.0", since: str = "2.2") -> bytes:
    """Return a PKG-INFO, static unless ``since`` or ``lines`` say otherwise."""
    head = [f"Metadata-Version: {since}", f"Name: {name}", f"Version: {version}"]
    return "\n".join([*head, *lines, "", "Text", ""]).encode()


INFO = info("Requires-Dist: b")


def digest(content: bytes) -> dict[str, str]:
    """Return the hashes that an index would give."""
    return {"sha256": hashlib.sha256(content).hexdigest()}


def squeezed(content: bytes) -> bytes:
    """Compress, always to the same bytes."""
    return gzip.compress(content, mtime=0)


def tarred(files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive, not compressed, of plain files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sdist(content: bytes = INFO, root: str = "a-1.0", *, kind: str = ".tar.gz", **files: bytes) -> bytes:
    """Return a source distribution with this PKG-INFO; ``files`` lie beside it, dots written as ``_dot_``."""
    beside = {f"{root}/{name.replace('_dot_', '.')}": body for name, body in files.items()}
    members = {f"{root}/PKG-INFO": content, **beside}
    return squeezed(tarred(members)) if kind == ".tar.gz" else zipped(members)


def wheel(metadata: bytes, name: str = "a-1.0", **files: bytes) -> bytes:
    """Return a wheel with this METADATA; ``files`` are modules."""
    return zipped(
        {
            **{f"{module}.py": body for module, body in files.items()},
            f"{name}.dist-info/METADATA": metadata,
            f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{name}.dist-info/RECORD": b"",
        }
    )


def block(name: bytes, size: int, kind: bytes = b"0", **fields: tuple[int, bytes]) -> bytes:
    """Return a header with a right checksum; ``fields`` put bytes where they say."""
    header = bytearray(512)
    header[: len(name)] = name
    header[100:108] = b"0000644\0"
    header[124:136] = b"%011o\0" % size
    header[156:157] = kind
    header[257:265] = b"ustar\00000"
    for at, content in fields.values():
        header[at : at + len(content)] = content
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)
