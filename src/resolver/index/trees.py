"""Source trees: the metadata that stands in their project file, where no code has to run to know it.

``project_metadata`` takes the bytes of ``pyproject.toml``.  What is dynamic, or not said in the ``project``
table at all, only a build can tell.  The bytes come from ``direct`` (a folder) and ``vcs`` (a commit).

Specification: https://packaging.python.org/en/latest/specifications/pyproject-toml/#declaring-project-metadata-the-project-table
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.metadata import Metadata
from resolver.model.names import InvalidName, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MAX_PROJECT", "project_metadata"]

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
