"""``pyproject.toml`` as a source: a project's dependencies, extras and dependency groups.

A project that names itself (``project[extra]``) means what stands in the same file, so that is put in its
place.  What a build backend would have to tell (``dynamic``) cannot be read here, and is an error.  Where
other projects of a workspace lie is in ``workspaces``.

Spec: https://packaging.python.org/en/latest/specifications/pyproject-toml/ and PEP 735 (dependency groups)
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.documents import close
from resolver.formats.excluding import check_conflicts
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from resolver.formats.documents import Document, Path

__all__ = ["Project", "Wanted"]

_DEPENDENCIES: Path = ("project", "dependencies")
_EXTRAS: Path = ("project", "optional-dependencies")
_GROUPS: Path = ("dependency-groups",)


class Wanted:
    """What of a project is wanted: extras and groups by their normalised names.

    ``project`` says whether its dependencies are, which groups do not need.
    """

    __slots__ = ("all_extras", "extras", "groups", "project")

    def __init__(
        self,
        *,
        extras: Iterable[str] = (),
        all_extras: bool = False,
        groups: Iterable[str] = (),
        project: bool = True,
    ) -> None:
        self.extras = tuple(dict.fromkeys(extras))
        self.all_extras = all_extras
        self.groups = tuple(dict.fromkeys(groups))
        self.project = project


class Project:
    """What one file says; tables that nobody asks for are not looked at.

    ``name`` is the project's in normal form, None without a table ``[project]``.  ``extras`` and ``groups``
    are those that there are, in normal form, each with the key as written.  Raises ``InputError``.
    """

    __slots__ = ("_used", "document", "dynamic", "extras", "groups", "name", "requires_python")

    def __init__(self, document: Document) -> None:
        self.document = document
        table = self._table(("project",))
        self.name = None if table is None else self._name(table)
        self.dynamic = self._dynamic()
        self.extras = self._named(_EXTRAS, "extra")
        self.groups = self._named(_GROUPS, "dependency group")
        self.requires_python = self._requires_python()
        self._used: dict[tuple[str, str], None] = {}

    # -- what is asked for ---------------------------------------------------------------------------------

    def requirements(self, wanted: Wanted) -> list[tuple[Requirement, str]]:
        """Return what is ``wanted``, each with the words by which pins name it.  Raises ``InputError``."""
        self._used = {}
        found: list[Requirement] = []
        if wanted.project:
            found += self._dependencies()
            for extra in self._chosen(wanted):
                found += self._extra(extra, ())
        path = self.document.path.replace("\n", " ")
        said = f"({path})" if self.name is None else f"{self.name} ({path})"
        labelled = [(each, said) for each in found]
        for group in wanted.groups:
            label = f"{said[:-1]}:{group})"
            labelled += [(each, label) for each in self._group(group, ())]
        check_conflicts(self.document, self._used, self.extras, self.groups, everything=wanted.all_extras)
        return labelled

    @property
    def is_root(self) -> bool:
        """Whether it is the root of a workspace, which need not be a project itself."""
        return isinstance(self.document.at("tool", "resolver", "workspace"), dict)

    @property
    def used(self) -> list[tuple[str, str]]:
        """The extras and groups that the last requirements came from: ``("extra", "a")``."""
        return list(self._used)

    def unknown_extra(self, extra: str) -> InputError:
        """Return the error about an extra that there is not."""
        if "optional-dependencies" in self.dynamic:
            return self._is_dynamic("optional-dependencies")
        said = f"the project {self.name} has no extra {extra!r}{close(extra, self.extras)}"
        return self.document.error(said, _EXTRAS if self.extras else ("project",))

    def unknown_group(self, group: str) -> InputError:
        """Return the error about a group that there is not."""
        said = f"there is no dependency group {group!r}{close(group, self.groups)}"
        return (
            self.document.error(said, _GROUPS) if self.groups else InputError(said, file=self.document.path)
        )

    def _chosen(self, wanted: Wanted) -> list[str]:
        if not wanted.all_extras:
            return [extra for extra in wanted.extras if extra in self.extras]
        if "optional-dependencies" in self.dynamic:
            raise self._is_dynamic("optional-dependencies")
        return list(self.extras)

    def _dependencies(self) -> list[Requirement]:
        """Return what the project depends on, without extras."""
        document = self.document
        if self.name is None and self.is_root:
            return []
        if self.name is None:
            raise InputError(_no_project(document), file=document.path)
        if "dependencies" in self.dynamic:
            raise self._is_dynamic("dependencies")
        return self._listed(_DEPENDENCIES, lambda found, place: self._expanded(found, place, ()))

    def _extra(self, extra: str, chain: tuple[str, ...]) -> list[Requirement]:
        """Return what an extra adds; one that leads back to itself adds nothing by that."""
        if extra in chain:
            return []
        self._used["extra", extra] = None
        place = (*_EXTRAS, self.extras[extra])
        chain = (*chain, extra)
        return self._listed(place, lambda found, at: self._expanded(found, at, chain))

    def _group(self, group: str, chain: tuple[str, ...]) -> list[Requirement]:
        """Return what a group holds, with those that it includes."""
        self._used["group", group] = None
        chain = (*chain, group)
        place = (*_GROUPS, self.groups[group])
        return self._listed(
            place,
            lambda found, at: self._expanded(found, at, ()),
            lambda table, at: self._include(table, at, chain),
        )

    def _include(self, table: Mapping[str, object], place: Path, chain: tuple[str, ...]) -> list[Requirement]:
        """Return what a table in a group stands for (PEP 735: another group)."""
        name = table.get("include-group")
        if len(table) != 1 or not isinstance(name, str):
            raise self.document.error('a table in a group must be {include-group = "NAME"}', place)
        group = self._normal(name, place)
        if group in chain:
            said = " -> ".join([*chain[chain.index(group) :], group])
            raise self.document.error(f"dependency groups include one another: {said}", place)
        if group not in self.groups:
            said = f"there is no dependency group {name!r}{close(group, self.groups)}"
            raise self.document.error(said, place)
        return self._group(group, chain)

    def _listed(
        self,
        place: Path,
        take: Callable[[Requirement, Path], list[Requirement]],
        include: Callable[[Mapping[str, object], Path], list[Requirement]] | None = None,
    ) -> list[Requirement]:
        """Return what the list at ``place`` comes to."""
        values = self.document.at(*place)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.document.error(f"{'.'.join(map(str, place))} must be a list of requirements", place)
        found: list[Requirement] = []
        for number, value in enumerate(values):
            at = (*place, number)
            if include is not None and isinstance(value, dict):
                found += include(value, at)
            else:
                found += take(self.document.requirement(value, at), at)
        return found

    def _expanded(self, found: Requirement, place: Path, chain: tuple[str, ...]) -> list[Requirement]:
        """Return ``found``, or what the project has in its place where it names itself."""
        if self.name is None or found.name != self.name:
            return [found]
        if found.url is not None:
            raise self.document.error(f"the project {self.name} cannot come from an address here", place)
        self._check_version(found, place)
        # In its own lists the project is there already; a group, which is none of these, asks for it.
        inside = place[0] == "project"
        own = [] if inside else self._dependencies()
        for extra in found.extras:
            if extra not in self.extras:
                raise self.document.error(
                    f"the project {self.name} has no extra {extra!r}{close(extra, self.extras)}", place
                )
            own += self._extra(extra, chain)
        return [_under(each, found.marker) for each in own] if found.marker else own

    def _check_version(self, found: Requirement, place: Path) -> None:
        version = self.document.at("project", "version")
        if not isinstance(version, str) or not found.specifier_text:
            return
        from resolver.model.version import InvalidVersion, Version  # noqa: PLC0415  # lazy: rare

        try:
            fits = found.specifiers.contains(Version(version), prereleases=True)
        except InvalidVersion as error:
            raise self.document.error(str(error), ("project", "version")) from None
        if not fits:
            raise self.document.error(f"the project {self.name} itself has version {version}", place)

    # -- what there is -------------------------------------------------------------------------------------

    def _table(self, place: Path) -> Mapping[str, object] | None:
        table = self.document.at(*place)
        if table is None or isinstance(table, dict):
            return table
        raise self.document.error(f"{'.'.join(map(str, place))} must be a table", place)

    def _name(self, table: Mapping[str, object]) -> str:
        name = table.get("name")
        if not isinstance(name, str):
            said = "must be a string" if "name" in table else "is missing"
            raise self.document.error(f"the name of the project {said}", ("project", "name"))
        return self._normal(name, ("project", "name"))

    def _normal(self, name: str, place: Path) -> str:
        try:
            return normalise(name)
        except InvalidName as error:
            raise self.document.error(str(error), place) from None

    def _named(self, place: Path, kind: str) -> dict[str, str]:
        """Return the keys of a table by their normal forms, of which no two may be the same."""
        found: dict[str, str] = {}
        for key in self._table(place) or ():
            name = self._normal(key, (*place, key))
            if name in found:
                said = f"{kind} {key!r} is the same as {found[name]!r}: names are compared in normal form"
                raise self.document.error(said, (*place, key))
            found[name] = key
        return found

    def _dynamic(self) -> tuple[str, ...]:
        place = ("project", "dynamic")
        listed = self.document.at(*place)
        if listed is None:
            return ()
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise self.document.error("project.dynamic must be a list of strings", place)
        return tuple(listed)

    def _requires_python(self) -> str | None:
        place = ("project", "requires-python")
        found = self.document.at(*place)
        if found is None:
            return None
        from resolver.model.specifiers import InvalidSpecifier, Specifiers  # noqa: PLC0415  # lazy: start-up

        if not isinstance(found, str):
            raise self.document.error("project.requires-python must be a string", place)
        try:
            Specifiers(found)
        except InvalidSpecifier as error:
            raise self.document.error(str(error), place) from None
        return found

    def _is_dynamic(self, what: str) -> InputError:
        said = (
            f"the {what} of {self.name} are dynamic: only its build backend knows them. Write them into this"
            " file, or have the project built: resolver resolve --build allow ./FOLDER"
        )
        return self.document.error(said, ("project", "dynamic"))


def _no_project(document: Document) -> str:
    if document.at("tool", "poetry", "dependencies") is not None:
        return (
            "there is no table [project]; what stands in [tool.poetry.dependencies] only poetry understands:"
            " move it to project.dependencies"
        )
    return "there is no table [project], and so nothing that could be resolved without --group"


def _under(requirement: Requirement, marker: str) -> Requirement:
    """Return ``requirement`` for where ``marker`` holds, too."""
    whole = marker if not requirement.marker else f"({requirement.marker}) and ({marker})"
    text = requirement.text
    if requirement.marker:
        text = text[: text.rindex(requirement.marker)].rstrip().removesuffix(";").rstrip()
    found = Requirement.parse(f"{text} ; {whole}", requirement.origin)
    found.reference = requirement.reference
    return found
