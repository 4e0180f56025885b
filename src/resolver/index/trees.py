"""Source trees: the metadata that stands in their project file, where no code has to run to know it.

``project_metadata`` takes the bytes of ``pyproject.toml``.  What is dynamic, or not said in the ``project``
table at all, only a build can tell.  The bytes come from ``direct`` (a folder), ``vcs`` (a commit), and
``project_in`` (an archive of a tree).

Specification: https://packaging.python.org/en/latest/specifications/pyproject-toml/#declaring-project-metadata-the-project-table
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.metadata import Metadata
from resolver.model.names import InvalidName, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resolver.index.zips import Member

__all__ = ["MAX_PROJECT", "PROJECT", "project_in", "project_metadata"]

PROJECT = "pyproject.toml"

MAX_PROJECT = 1 << 20  # bytes of a project file
_WANTED = ("version", "dependencies", "optional-dependencies", "requires-python")


def project_metadata(body: bytes, where: str) -> Metadata | None:
    """Return what the project file ``body`` says, or None where only a build can tell.

    Raises ``MetadataInvalid``, naming ``where``, for a file that is none.

    >>> project_metadata(b'project = {name = "a", version = "1", dependencies = ["b>1"]}', "").requires_dist
    ('b>1',)
    """
    import tomllib  # noqa: PLC0415  # lazy: rarely wanted

    if len(body) > MAX_PROJECT:
        raise MetadataInvalid(f"{where} is larger than {MAX_PROJECT >> 20} MiB.")
    try:
        project = tomllib.loads(body.decode()).get("project")
    except (ValueError, RecursionError) as error:
        raise MetadataInvalid(f"{where} is no project file ({error}).") from error
    if not isinstance(project, dict):
        return None
    dynamic = project.get("dynamic", [])
    if not isinstance(dynamic, list) or any(field in dynamic for field in _WANTED):
        return None
    name, version = project.get("name"), project.get("version")
    python = project.get("requires-python")
    extras = project.get("optional-dependencies", {})
    if not isinstance(name, str) or not isinstance(version, str):
        raise MetadataInvalid(f"The table [project] in {where} lacks a name or a version.")
    if not isinstance(extras, dict) or not isinstance(python, str | None):
        raise MetadataInvalid(f"The table [project] in {where} does not follow PEP 621.")
    return Metadata(
        name,
        version,
        requires_dist=tuple(_requires(project.get("dependencies", []), extras, where)),
        requires_python=python,
        provides_extra=tuple(extras),
    )


def _requires(lines: object, extras: Mapping[str, object], where: str) -> Iterator[str]:
    yield from _texts(lines, where)
    for extra, optional in extras.items():
        try:
            wanted = normalise(extra)
        except InvalidName as error:
            raise MetadataInvalid(f"In {where}: {error}.") from error
        for line in _texts(optional, where):
            yield _for_extra(line, wanted)


def _texts(lines: object, where: str) -> list[str]:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise MetadataInvalid(f"The table [project] in {where} does not follow PEP 621.")
    return [line.strip() for line in lines]


def _for_extra(line: str, extra: str) -> str:
    """Return a requirement that counts with ``extra`` only; the semicolon of a URL has a blank before it."""
    mark = " ;" if "@" in line.partition(";")[0] else ";"
    head, _, marker = line.partition(mark)
    condition = f'extra == "{extra}"'
    said = f"({marker.strip()}) and {condition}" if marker.strip() else condition
    return f"{head.rstrip()} ; {said}"


def project_in(body: bytes, filename: str, subdirectory: str) -> bytes | None:
    """Return the project file in the archive of a tree, below the one folder that is at its top.

    None where there is none, or more than one, or no such folder.  Raises ``MetadataInvalid`` for an archive
    that must be refused.
    """
    wanted = (*(part for part in subdirectory.split("/") if part), PROJECT)
    if filename.endswith(".zip"):
        return _in_zip(body, wanted)
    from resolver.index.tars import members  # noqa: PLC0415  # lazy: rarely wanted

    roots: set[str] = set()
    found: list[bytes] = []
    for member in members(body, lambda each: each.parts[1:] == wanted, limit=MAX_PROJECT):
        roots.update(member.parts[:1])
        if member.parts[1:] == wanted:
            found.append(member.content if member.is_file else b"")
    return found[0] if len(found) == 1 and len(roots) == 1 else None


def _in_zip(body: bytes, wanted: tuple[str, ...]) -> bytes | None:
    from resolver.index.zips import read_member  # noqa: PLC0415  # lazy: rarely wanted

    class Absent(Exception):  # what is looked for; nothing is wrong
        pass

    def choose(members: Sequence[Member]) -> Member:
        paths = [member.name.decode("utf-8", "surrogateescape").split("/") for member in members]
        found = [each for each, path in zip(members, paths, strict=True) if tuple(path[1:]) == wanted]
        if len(found) != 1 or len({path[0] for path in paths}) != 1:
            raise Absent
        return found[0]

    try:
        return read_member(body, choose, limit=MAX_PROJECT)
    except Absent:
        return None
