"""``setup.cfg`` as a source: the dependencies and extras that setuptools reads there, nothing being run.

Spec: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.documents import close
from resolver.formats.lines import decode
from resolver.formats.requirements_txt import Entry, PythonDemand, RequirementsFile
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import InvalidRequirement, Origin, Requirement
from resolver.model.specifiers import InvalidSpecifier, Specifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.formats.pyproject import Wanted

    Item = tuple[int, str]

__all__ = ["SetupFile"]

_OPTIONS, _EXTRAS = "options", "options.extras_require"


class SetupFile:
    """The parts of a ``setup.cfg`` that are about dependencies; ``extras`` are those that there are."""

    __slots__ = ("_lines", "_path", "_values", "extras", "groups")

    def __init__(self, path: str, content: bytes) -> None:
        self._path = path
        self._lines = decode(content, path).splitlines()
        self._values: dict[tuple[str, str], list[Item]] = {}
        for section, key, item in self._items():
            self._values.setdefault((section, key), []).append(item)
        extras = [(key, items[0][0]) for (section, key), items in self._values.items() if section == _EXTRAS]
        self.extras = {self._normal(key, line): key for key, line in extras}
        self.groups: dict[str, str] = {}

    def as_file(self, wanted: Wanted) -> RequirementsFile:
        """Return what is ``wanted`` of the project.  Raises ``InputError``."""
        found = RequirementsFile()
        extras = self.extras if wanted.all_extras else dict.fromkeys(wanted.extras)
        known = [self.extras[each] for each in extras if each in self.extras]
        places = [(_OPTIONS, "install_requires"), *((_EXTRAS, each) for each in known)]
        for place in places:
            # A value may begin behind the key, or on the next line.
            for line, text in (each for each in self._values.get(place, ()) if each[1]):
                requirement = self._requirement(line, text)
                found.entries.append(Entry(requirement, (), constraint=False))
        for line, text in self._values.get((_OPTIONS, "python_requires"), ()):
            if text:
                found.pythons.append(self._demand(line, text))
        return found

    def unknown_extra(self, extra: str) -> InputError:
        """Return the error about an extra that there is not."""
        said = f"the project has no extra {extra!r}{close(extra, self.extras)}"
        return InputError(said, file=self._path)

    def unknown_group(self, group: str) -> InputError:
        """Return the error about a group: only ``pyproject.toml`` has some."""
        said = f"there is no dependency group {group!r}: only a pyproject.toml has groups"
        return InputError(said, file=self._path)

    def _items(self) -> Iterator[tuple[str, str, Item]]:
        """Yield each line of a value with its section and key, as configparser reads them."""
        section = key = ""
        for number, line in enumerate(self._lines, 1):
            text = line.strip()
            if not text or text[0] in "#;":
                continue
            if line[0].isspace():
                if key:
                    yield section, key, (number, text)
            elif text.startswith("["):
                section, key = text.strip("[]").strip(), ""
            else:
                at = min((at for at in (text.find("="), text.find(":")) if at >= 0), default=-1)
                if at < 0:
                    raise self._error(number, "this is neither a section nor KEY = VALUE")
                key = text[:at].strip().lower() if section == _OPTIONS else text[:at].strip()
                yield section, key, (number, text[at + 1 :].strip())

    def _requirement(self, line: int, text: str) -> Requirement:
        if text.startswith(("file:", "attr:")):
            raise self._error(line, f"{text!r} only setuptools can look up: name that file as SOURCE instead")
        try:
            return Requirement.parse(text, Origin(self._path, line))
        except InvalidRequirement as error:
            raise self._error(line, error.message) from None

    def _demand(self, line: int, text: str) -> PythonDemand:
        try:
            Specifiers(text)
        except InvalidSpecifier as error:
            raise self._error(line, str(error)) from None
        return PythonDemand(text, self._error(line, ""), strict=False)

    def _normal(self, name: str, line: int) -> str:
        try:
            return normalise(name)
        except InvalidName as error:
            raise self._error(line, str(error)) from None

    def _error(self, line: int, message: str) -> InputError:
        return InputError(message, file=self._path, line=line, text=self._lines[line - 1])
