"""Sources of every kind together: which are projects, and what ``--extra`` and ``--group`` mean for them.

An extra must be one of some project among the sources.  A group ``PATH:NAME`` is that of the project file at
``PATH``; ``NAME`` alone one of the projects among the sources, or where there is none of ``pyproject.toml``
here.  What each kind of file says is read in ``reading``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.pyproject import Wanted
from resolver.formats.reading import argument, as_file, is_file, is_project, read_project, read_source
from resolver.model.names import InvalidName, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from typing import BinaryIO

    from resolver.formats.lock_files import LockFile
    from resolver.formats.pyproject import Project
    from resolver.formats.requirements_txt import Fetch, RequirementsFile
    from resolver.formats.setup_cfg import SetupFile
    from resolver.options import Options

__all__ = ["HERE", "Asking"]

HERE = "pyproject.toml"
"""The file that a group is of where nothing says so."""


class Asking:
    """What is asked of projects by ``options``, and reading sources with that."""

    __slots__ = ("_all_extras", "_environ", "_extras", "_fetch", "_groups", "_projects", "_stdin")

    def __init__(
        self,
        options: Options,
        stdin: BinaryIO | None,
        environ: Mapping[str, str],
        fetch: Fetch | None = None,
    ) -> None:
        self._extras = [_normal("--extra", each) for each in options.extras]
        self._all_extras = options.all_extras
        self._groups = [_split(each) for each in options.groups]
        self._stdin = stdin
        self._environ = environ
        self._fetch = fetch
        self._projects: dict[str, Project | LockFile | SetupFile] = {}

    def files(self, words: Sequence[str], files: Container[str] = ()) -> list[RequirementsFile]:
        """Read the sources that ``words`` name; those in ``files`` are files whatever they look like."""
        paths = [word for word in words if word in files or is_file(word)]
        sources = list(filter(is_project, paths))
        for path in (*sources, *(path for path, _ in self._groups if path)):
            self._projects.setdefault(path, read_project(path))
        self._check_extras(sources)
        groups = self._groups_by_project(sources)
        found: list[RequirementsFile] = []
        for number, word in enumerate(words, 1):
            if word not in paths:
                found.append(argument(word, number))
            elif word in sources:
                found.append(self._asked(word, groups.pop(word, ()), project=True))
            else:
                found.append(read_source(word, self._stdin, self._environ, self._fetch))
        return found + [self._asked(path, names, project=False) for path, names in groups.items()]

    def _asked(self, path: str, groups: Sequence[str], *, project: bool) -> RequirementsFile:
        wanted = Wanted(extras=self._extras, all_extras=self._all_extras, groups=groups, project=project)
        return as_file(self._projects[path], wanted)

    def _groups_by_project(self, sources: Sequence[str]) -> dict[str, list[str]]:
        """Return the groups that are asked of each project file; of several sources each that has one."""
        found: dict[str, list[str]] = {}
        for path, name in self._groups:
            places = [path] if path else list(sources) or [HERE]
            for each in places:
                self._projects.setdefault(each, read_project(each))
            having = [each for each in places if name in self._projects[each].groups]
            if not having:
                raise self._projects[places[0]].unknown_group(name)
            for each in having:
                found.setdefault(each, []).append(name)
        return found

    def _check_extras(self, sources: Sequence[str]) -> None:
        """Raise where an extra is of none of the projects, or there is no project."""
        if not sources and (self._extras or self._all_extras):
            flag = "--all-extras" if self._all_extras else "--extra"
            raise InputError(f"{flag} asks for extras of a project: name its pyproject.toml as SOURCE")
        for extra in self._extras:
            if not any(extra in self._projects[path].extras for path in sources):
                raise self._projects[sources[0]].unknown_extra(extra)


def _normal(flag: str, name: str) -> str:
    try:
        return normalise(name)
    except InvalidName as error:
        raise InputError(f"{flag}: {error}") from None


def _split(group: str) -> tuple[str, str]:
    """Return the path ("" for none) and the name of a group as ``--group`` has it."""
    path, _, name = group.rpartition(":")
    return path, _normal("--group", name)
