"""Pins as a lock file: ``pylock.toml``.

Of each package there are the files that may be used for the target, with their digests, so that whoever
installs chooses as the resolution would have (``docs/outputs.md`` says why not all files).  Files of this
machine are given by paths from the folder of the lock file.  Nothing is a secret, and nothing depends on the
time: the same answer gives the same bytes.

Spec: https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751)
"""

from __future__ import annotations

import os

from resolver.errors import OutputError
from resolver.formats.facts import Facts, plain_url
from resolver.formats.toml_text import write as write_toml
from resolver.model.references import GIT, PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from resolver.formats.answer import Answer, Pinned
    from resolver.formats.facts import Referred
    from resolver.formats.toml_text import Value
    from resolver.model.distfile import DistFile

    Table = dict[str, Value]

__all__ = ["write"]

_VARIABLES = ("implementation_name", "platform_machine", "python_version", "sys_platform")
# Those of the target that decide which wheels fit and which markers hold, but for rare ones.

_DIGESTS = ("sha256", "sha512", "sha384")


def write(answer: Answer, *, folder: str, header: str = "", indexes: Sequence[str] = ()) -> str:
    """Return the text of a lock file that is to lie in ``folder`` (absolute), below ``header``.

    Indexes are written as in ``indexes``, where they are among these.  Raises ``OutputError`` for a file of
    which no digest is known.
    """
    table: Table = {"lock-version": "1.0"}
    marker = _marker(answer.variables)
    if marker:
        table["environments"] = [marker]
    present = {pin.name for pin in answer.pins}
    table["created-by"] = "resolver"
    table["packages"] = [_package(pin, present, folder, indexes) for pin in answer.pins]
    return header + write_toml(table)


def _marker(variables: Mapping[str, str]) -> str:
    """Return what tells the target from others."""
    known = [name for name in _VARIABLES if variables.get(name)]
    return " and ".join(f"{name} == {_quoted(variables[name])}" for name in known)


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _package(pin: Pinned, present: AbstractSet[str], folder: str, indexes: Sequence[str]) -> Table:
    table: Table = {"name": pin.name}
    referred = pin.referred
    if referred is None or referred.filename:  # what a tree is changes with its files
        table["version"] = pin.version
    # What is there already (``fixed``), or was left out, has no entry that could be meant.
    names = {name for _, name, _ in pin.requires} & present
    files = list(pin.files)
    if files and files[0].requires_python:
        table["requires-python"] = files[0].requires_python
    if names:
        table["dependencies"] = [{"name": name} for name in sorted(names)]
    if referred is not None:
        return table | _source(pin, referred, folder)
    facts = Facts(fitting=len(files)) if pin.look is None else pin.look.facts()
    if facts.is_of_index(pin.name):
        table["index"] = facts.index(pin.name, indexes)
    fitting = files[: facts.fitting]
    sources = [file for file in fitting if not file.is_wheel]
    wheels = sorted((file for file in fitting if file.is_wheel), key=lambda file: file.filename)
    if sources:
        table["sdist"] = _file(pin, sources[0], folder)
    if wheels:
        table["wheels"] = [_file(pin, file, folder) for file in wheels]
    return table


def _source(pin: Pinned, referred: Referred, folder: str) -> Table:
    """Return the table of a package that comes from an address."""
    below: Table = {"subdirectory": referred.subdirectory} if referred.subdirectory else {}
    if referred.kind == GIT:
        vcs: Table = {"type": "git", **_place(referred.url, folder)}
        if referred.revision:
            vcs["requested-revision"] = referred.revision
        return {"vcs": {**vcs, "commit-id": referred.commit, **below}}
    if referred.kind == PATH and not referred.filename:
        where = _place(referred.url, folder)
        return {"directory": {**where, **({"editable": True} if pin.editable else {}), **below}}
    (file,) = pin.files
    size: Table = {} if file.size is None else {"size": file.size}
    return {"archive": {**_place(referred.url, folder), **size, "hashes": _hashes(pin, file), **below}}


def _file(pin: Pinned, file: DistFile, folder: str) -> Table:
    """Return the table of a file of an index."""
    url = plain_url(file.url)
    table: Table = {} if url.rpartition("/")[2] == file.filename else {"name": file.filename}
    uploaded = _instant(file.upload_time)
    if uploaded is not None:
        table["upload-time"] = uploaded
    table |= _place(url, folder)
    if file.size is not None:
        table["size"] = file.size
    table["hashes"] = _hashes(pin, file)
    return table


def _place(url: str, folder: str) -> Table:
    """Return where something is: its URL, or for what lies on this machine the path from ``folder``."""
    if not url.startswith("file://"):
        return {"url": url}
    from urllib.parse import unquote  # noqa: PLC0415  # lazy: rarely wanted

    path = unquote(url.removeprefix("file://"))
    return {"path": os.path.relpath(path, folder).replace(os.sep, "/")}


def _hashes(pin: Pinned, file: DistFile) -> Table:
    """Return the digests of a file that installers believe; at least one must be known."""
    known: Table = dict(_digests(file))
    if not known:
        raise OutputError(
            f"a lock file cannot be written: no sha256 is known of {file.filename} ({pin.name});"
            " resolve with generate_hashes, or use an index that gives digests"
        )
    return known


def _digests(file: DistFile) -> Iterator[tuple[str, str]]:
    for name in _DIGESTS:
        digest = file.hashes.get(name, "")
        if digest.isalnum() and digest.isascii():
            yield name, digest.lower()


def _instant(text: str | None) -> datetime | None:
    """Return a time in UTC, None where the index gives none that can be read."""
    from datetime import UTC, datetime  # noqa: PLC0415  # lazy: most formats have none

    try:
        moment = datetime.fromisoformat(text or "")
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
