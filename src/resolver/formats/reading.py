"""What a SOURCE is, by its name, and reading it: requirements file, project, script, or requirement.

Each kind has a module of its own; what they say has one form, ``RequirementsFile``.  Joining several is in
``inputs``.
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.formats.lines import content_of
from resolver.formats.requirements_txt import Entry, PythonDemand, RequirementsFile, is_remote, read
from resolver.model.requirement import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from resolver.formats.lock_files import LockFile
    from resolver.formats.pyproject import Project, Wanted
    from resolver.formats.requirements_txt import Fetch
    from resolver.formats.setup_cfg import SetupFile
    from resolver.model.requirement import Requirement

__all__ = ["ARGUMENT", "argument", "as_file", "is_file", "is_project", "read_project", "read_source"]

ARGUMENT = "argument"
"""The origin of requirements that are given as arguments."""

_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz")
_FILES = (".txt", ".in", ".toml", ".py", ".cfg", ".lock", ".json", ".ini", ".yml")
_STRONG = ("sha256", "sha384", "sha512")
_LOCKS = {
    "uv.lock": "uv export",
    "poetry.lock": "poetry export",
    "pdm.lock": "pdm export",
    "pipfile.lock": "pipenv requirements",
}


def is_file(word: str) -> bool:
    """Tell whether an operand names a file, there or not, and is no requirement itself.

    >>> is_file("requirements.txt"), is_file("-"), is_file("flask>=2"), is_file("./a-1-py3-none-any.whl")
    (True, True, False, False)
    """
    if word == "-":
        return True
    if word.lower().endswith(_ARCHIVES):
        return False
    if "://" in word:
        # What is behind the last slash tells a requirements file from an archive or a repository.
        return is_remote(word) and not word.partition("#")[0].partition("?")[0].lower().endswith(_ARCHIVES)
    if word.lower().endswith(_FILES):
        return True
    # A pipe is one as well, such as a shell makes of <(command).
    return os.path.exists(word) and not os.path.isdir(word)  # noqa: PTH110, PTH112  # pathlib costs 5 ms


def is_project(path: str) -> bool:
    """Tell whether extras and groups may be asked of a file of this name."""
    name = os.path.basename(path).lower()  # noqa: PTH119  # pathlib costs 5 ms
    return "://" not in path and (name.endswith(".toml") or name == "setup.cfg")


def _is_pylock(name: str) -> bool:
    return name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml"))


def argument(word: str, number: int) -> RequirementsFile:
    """Read a requirement that is an operand by itself, the one of this ``number``.  Raises ``InputError``."""
    if os.path.isdir(word) and word[:1] != "." and os.sep not in word:  # noqa: PTH112  # pathlib costs 5 ms
        raise InputError(f"{_directory(word)}, or {word}>=0 for the package", file=word)
    origin = Origin(ARGUMENT, number)
    try:
        requirement = _requirement(word, origin)
    except InputError as error:
        raise _neither(word, error) from None
    found = RequirementsFile()
    found.entries.append(Entry(requirement, (), constraint=False))
    found.shown[str(origin)] = f"({ARGUMENT})"
    return found


def _neither(word: str, error: InputError) -> InputError:
    """Return the error about an operand that is no file, and by ``error`` no requirement."""
    if os.path.isdir(word):  # noqa: PTH112  # pathlib costs 5 ms
        return InputError(_directory(word.rstrip(os.sep)), file=word)
    if "://" in word:
        return error
    return InputError(
        f"there is no such file, and as a requirement it cannot be read: {error.message}",
        file=word,
        text=error.text,
        column=error.column,
    )


def _directory(word: str) -> str:
    return f"this is a directory; write {word}/pyproject.toml for what it depends on, ./{word} for itself"


def _requirement(word: str, origin: Origin) -> Requirement:
    from resolver.formats.named import InvalidUserRequirement, user_requirement  # noqa: PLC0415  # lazy: rare

    try:
        return user_requirement(word, origin)
    except InvalidUserRequirement as error:
        raise InputError(error.message, text=word, column=error.position + 1) from None


def read_source(
    path: str, stdin: BinaryIO | None, environ: Mapping[str, str], fetch: Fetch | None = None
) -> RequirementsFile:
    """Read a file that is no project; ``fetch`` brings those from URLs.  Raises ``InputError``."""
    if is_remote(path):
        return read(path, environ=environ, fetch=fetch)
    name = os.path.basename(path).lower()  # noqa: PTH119  # pathlib costs 5 ms
    if name == "setup.py":
        raise InputError(
            "a setup.py says what it requires only when it is run: have the project built with"
            " resolver resolve --build allow ./FOLDER, or write project.dependencies into a pyproject.toml",
            file=path,
        )
    if name.endswith(".py"):
        return _script(path)
    if name in _LOCKS:
        raise InputError(
            f"this lock file is another tool's own: write a pylock.toml or a requirements file from it with"
            f" {_LOCKS[name]}",
            file=path,
        )
    if name.endswith(".json"):
        return _earlier(path)
    return read(path, stdin=stdin, environ=environ, fetch=fetch)


def _earlier(path: str) -> RequirementsFile:
    """Read what ``--format json`` wrote: its pins, with the hashes of their files."""
    from resolver.formats.locked import read as read_locked  # noqa: PLC0415  # lazy: rarely wanted

    locked = read_locked(path)
    if locked.kind != "json":
        raise InputError("this is no JSON of resolver's (--format json)", file=path)
    found = RequirementsFile()
    for pin in locked.pins:
        requirement = _requirement(pin.text, Origin(path, pin.line or 1))
        if requirement.reference is None:
            requirement.hashes = tuple(each for each in pin.hashes if each.partition(":")[0] in _STRONG)
        found.entries.append(Entry(requirement, requirement.hashes, constraint=False))
    return found


def _script(path: str) -> RequirementsFile:
    from resolver.formats.scripts import Script  # noqa: PLC0415  # lazy: start-up time

    if not os.path.exists(path):  # noqa: PTH110  # pathlib costs 5 ms
        raise InputError(f"there is no such file; for the package of this name write '{path}>=0'", file=path)
    script = Script(path, content_of(path, kind="script"))
    found = RequirementsFile()
    found.entries += [Entry(each, (), constraint=False) for each in script.requirements()]
    if script.requires_python is not None:
        error = script.document.error("", ("requires-python",))
        found.pythons.append(PythonDemand(script.requires_python, error, strict=True))
    return found


def read_project(path: str) -> Project | LockFile | SetupFile:
    """Read a ``pyproject.toml``, a ``pylock.toml`` or a ``setup.cfg``.  Raises ``InputError``."""
    if path.endswith(".cfg"):
        from resolver.formats.setup_cfg import SetupFile  # noqa: PLC0415  # lazy: rarely wanted

        return SetupFile(path, content_of(path, kind="setup.cfg"))
    from resolver.formats.documents import Document  # noqa: PLC0415  # lazy: start-up time
    from resolver.formats.pyproject import Project  # noqa: PLC0415  # the same

    if not _is_pylock(os.path.basename(path).lower()):  # noqa: PTH119  # pathlib costs 5 ms
        return Project(Document.read(path, content_of(path, kind="pyproject.toml")))
    from resolver.formats.lock_files import LockFile  # noqa: PLC0415  # lazy: start-up time

    return LockFile(Document.read(path, content_of(path, kind="lock file")))


def _not_from_there(project: Project, found: RequirementsFile) -> Iterator[str]:
    """Say of what uv would take from a place of its own that it comes from an index here."""
    place = ("tool", "uv", "sources")
    sources = project.document.at(*place)
    asked = {each.name for each in found.requirements}
    asked -= {each.requirement.name for each in found.entries if each.requirement.reference is not None}
    for key in sources if isinstance(sources, dict) else ():
        if key.lower().replace("_", "-").replace(".", "-") in asked:
            where = project.document.origin((*place, key))
            yield f"{where}: tables of uv's are not read, so {key} comes from an index"


def _take_workspace(project: Project, wanted: Wanted, found: RequirementsFile) -> None:
    """Have the members of the project's workspace come from their folders; its root asks for all of them."""
    from resolver.formats.workspaces import workspace_of  # noqa: PLC0415  # lazy: start-up time

    workspace = workspace_of(project.document)
    if workspace is None:
        return
    if wanted.project and project.is_root:
        found.entries += [Entry(each, (), constraint=False) for each in workspace.members]
    bounds = workspace.constraints(project.name if project.is_root else None)
    found.entries += [Entry(each, (), constraint=True) for each in bounds]
    said = "the workspace" if project.name is None else f"{project.name} ({project.document.path})"
    found.shown |= dict.fromkeys([str(each.origin) for each in bounds], said)


def as_file(project: Project | LockFile | SetupFile, wanted: Wanted) -> RequirementsFile:
    """Return what of a project, or a lock file, is ``wanted``.  Raises ``InputError``."""
    from resolver.formats.pyproject import Project  # noqa: PLC0415  # loaded by now

    if not isinstance(project, Project):
        return project.as_file(wanted)
    found = RequirementsFile()
    for requirement, label in project.requirements(wanted):
        found.entries.append(Entry(requirement, (), constraint=False))
        origin = str(requirement.origin)
        labels = [*found.shown.get(origin, label).split("\n"), label]
        found.shown[origin] = "\n".join(sorted(set(labels)))
    _take_workspace(project, wanted, found)
    found.warnings += _not_from_there(project, found)
    if project.requires_python is not None:
        error = project.document.error("", ("project", "requires-python"))
        found.pythons.append(PythonDemand(project.requires_python, error, strict=False))
    return found
