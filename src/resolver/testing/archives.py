"""Real files for what a world says: the smallest wheels and source distributions that tools can install.

A wheel holds its metadata and nothing else; a source distribution builds that wheel by a backend of its own,
so that nothing has to be fetched for it.  Equal facts make equal bytes.

Specifications: binary distribution format, source distribution format, core metadata (packaging.python.org)
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile

from resolver.model.filenames import split_wheel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.model.distfile import DistFile
    from resolver.testing.facts import Release

__all__ = ["archive", "metadata_text"]

_PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'

_BACKEND = '''"""Puts the wheel where it is wanted: what is in it was written when this was packed."""
import base64, os

NAME = {name!r}
BODY = {body!r}

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open(os.path.join(wheel_directory, NAME), "wb") as file:
        file.write(base64.b64decode(BODY))
    return NAME
'''


def metadata_text(release: Release) -> str:
    """Return the METADATA of a version; of one whose metadata is broken, something that is none."""
    if release.broken:
        return f"This is no metadata: {release.broken}\n"
    said = release.metadata()
    lines = ["Metadata-Version: 2.2", f"Name: {release.name}", f"Version: {release.version}"]
    lines += [f"Requires-Python: {said.requires_python}"] if said.requires_python else []
    lines += [f"License-Expression: {each}" for each in said.licenses[:1]]
    lines += ["Dynamic: Requires-Dist"] if release.must_be_built else []
    lines += [f"Provides-Extra: {each}" for each in said.provides_extra]
    lines += [f"Requires-Dist: {each}" for each in said.requires_dist]
    return "\n".join([*lines, "", ""])


def archive(release: Release, file: DistFile) -> bytes:
    """Return the content of ``file``, one of the files of ``release``."""
    if file.is_wheel:
        return _wheel(release, split_wheel(file.filename, release.name)[1])
    return _sdist(release, file.filename.removesuffix(".tar.gz"))


def _wheel(release: Release, tag: str) -> bytes:
    folder = f"{release.name.replace('-', '_')}-{release.version}.dist-info"
    members = {
        f"{folder}/METADATA": metadata_text(release),
        f"{folder}/WHEEL": f"Wheel-Version: 1.0\nGenerator: resolver\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [f"{name},sha256={_digest(body)},{len(body.encode())}" for name, body in members.items()]
    members[f"{folder}/RECORD"] = "\n".join([*record, f"{folder}/RECORD,,", ""])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, body in members.items():
            packed.writestr(zipfile.ZipInfo(name), body)  # whose date is always the same
    return content.getvalue()


def _digest(body: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b"=").decode()


def _sdist(release: Release, root: str) -> bytes:
    name = f"{release.name.replace('-', '_')}-{release.version}-py3-none-any.whl"
    body = base64.b64encode(_wheel(release, "py3-none-any")).decode()
    return _packed(
        {
            f"{root}/PKG-INFO": metadata_text(release),
            f"{root}/pyproject.toml": _PROJECT,
            f"{root}/backend.py": _BACKEND.format(name=name, body=body),
        }
    )


def _packed(members: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as packed:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(content.getvalue(), mtime=0)
