"""Several projects that belong together: ``[tool.resolver.workspace]`` of the project file at their root.

Each member is taken from its folder, whoever requires it, by a constraint that says so; so it is a direct
reference like any other (docs/direct-references.md).  Who resolves the root resolves all of them together.
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.formats.documents import Document
from resolver.formats.lines import content_of
from resolver.formats.named import InvalidUserRequirement, user_requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.formats.documents import Path
    from resolver.model.requirement import Requirement

__all__ = ["Workspace", "workspace_of"]

_TABLE: Path = ("tool", "resolver", "workspace")
_FILE = "pyproject.toml"
_HIGHEST = 20  # folders above a project that are looked at for the root


class Workspace:
    """The members of a workspace, as its root at ``document`` names them.

    ``members`` are requirements on each in its folder, editable, with the line that names it; ``folders``
    their absolute folders, in the same order, and that of the root.  Raises ``InputError``.
    """

    __slots__ = ("_document", "_folder", "folders", "members")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._folder = os.path.dirname(document.path)  # noqa: PTH120  # pathlib costs 5 ms
        left_out = {os.path.abspath(each) for _, each in self._folders("exclude")}  # noqa: PTH100  # the same
        found: dict[str, Requirement] = {}
        self.folders = [os.path.abspath(self._folder or ".")]  # noqa: PTH100  # the same
        for place, folder in self._folders("members"):
            absolute = os.path.abspath(folder)  # noqa: PTH100  # the same
            if absolute in left_out or absolute in self.folders:
                continue
            member = self._member(folder, place)
            before = found.setdefault(member.name, member)
            if before is not member:
                raise document.error(f"{before.url} and {member.url} are both named {member.name}", place)
            self.folders.append(absolute)
        self.members = list(found.values())

    def constraints(self, name: str | None) -> list[Requirement]:
        """Return what has members come from their folders; ``name`` is that of the root, one of them."""
        found = [*self.members]
        if name is not None and all(name != each.name for each in found):
            found.append(self._member(self._folder or ".", ("project", "name")))
        return found

    def _member(self, folder: str, place: Path) -> Requirement:
        is_path = os.path.isabs(folder) or folder.startswith(".")  # noqa: PTH117  # pathlib costs 5 ms
        path = folder if is_path else os.path.join(".", folder)  # noqa: PTH118  # the same
        try:
            return user_requirement(path, self._document.origin(place), editable=True)
        except InvalidUserRequirement as error:
            raise self._document.error(
                f"{folder} is no project with a name: {error.message}", place
            ) from None

    def _folders(self, key: str) -> Iterator[tuple[Path, str]]:
        """Yield the folders that the patterns of a list match, sorted, each with the place of its pattern."""
        place = (*_TABLE, key)
        patterns = self._document.at(*place)
        if patterns is None:
            return
        if not isinstance(patterns, list) or not all(isinstance(each, str) and each for each in patterns):
            raise self._document.error(f"workspace.{key} must be a list of folders", place)
        from glob import escape, glob  # noqa: PLC0415  # lazy: rarely wanted

        for number, pattern in enumerate(patterns):
            at = (*place, number)
            base = os.path.join(escape(self._folder), pattern)  # noqa: PTH118  # pathlib costs 5 ms
            matches = sorted(filter(os.path.isdir, glob(base, recursive=True)))  # noqa: PTH207  # the same
            if not matches and key == "members":
                raise self._document.error(f"there is no folder {pattern}", at)
            yield from ((at, each.rstrip(os.sep)) for each in matches)


def workspace_of(document: Document) -> Workspace | None:
    """Return the workspace that the project at ``document`` is the root or a member of, if there is one."""
    if isinstance(document.at(*_TABLE), dict):
        return Workspace(document)
    own = os.path.abspath(os.path.dirname(document.path) or ".")  # noqa: PTH100, PTH120  # pathlib costs 5 ms
    folder = own
    for _ in range(_HIGHEST):
        above = os.path.dirname(folder)  # noqa: PTH120  # the same
        if above == folder:
            break
        folder = above
        path = os.path.join(folder, _FILE)  # noqa: PTH118  # the same
        if not os.path.isfile(path) or _may_be_a_strangers(path):  # noqa: PTH113  # the same
            continue
        try:
            root = Document.read(path, content_of(path, kind=_FILE))
        except InputError:
            continue  # it need not be ours at all
        if isinstance(root.at(*_TABLE), dict):
            found = Workspace(root)
            return found if own in found.folders else None
    return None


def _may_be_a_strangers(path: str) -> bool:
    """Tell whether somebody else can have put the file there: it would say where packages come from.

    That is so in folders in which everybody can write, such as that for temporary files.
    """
    if not hasattr(os, "getuid"):
        return False
    ours = (0, os.getuid())
    folder = os.stat(os.path.dirname(path))  # noqa: PTH116, PTH120  # pathlib costs 5 ms
    owners = {os.stat(path).st_uid, os.lstat(path).st_uid}  # noqa: PTH116  # the same
    return bool(folder.st_mode & 0o002) and not owners.issubset(ours)
