"""What a world says of one version of a package, read and checked.

Facts come from TOML or from dictionaries, so this is where they get types; what is wrong with them is said
with the place where they stand.  A version has one wheel for every Python, as far as its facts say nothing
else.  What the facts become as bytes is in ``archives``.

Specification: docs/testing.md, "Facts of a version"
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from resolver.errors import InputError
from resolver.index.memory import requires_dist
from resolver.index.metadata import Metadata
from resolver.model.distfile import DistFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["KEYS", "PLACE", "Release", "Table", "named_texts", "number", "refused", "text", "texts"]

PLACE = "https://index.example/files/"  # RFC 2606: nothing is ever there


class Table:
    """A table of a scenario: gives out values that have the type they should, and knows what is left.

    ``place`` is how the table is reached, in words that go into an error.
    """

    __slots__ = ("_left", "place")

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, Mapping):
            raise refused(place, f"is {_kind(values)}, not a table")
        self._left: dict[str, object] = {str(key): value for key, value in values.items()}
        self.place = place

    def taken(self, key: str, read: Callable[[object, str], T]) -> T | None:
        """Return what ``read`` makes of the value of ``key``, once; None where there is none."""
        value = self._left.pop(key, None)
        return None if value is None else read(value, f"{self.place}.{key}".lstrip("."))

    def copied(self) -> dict[str, object]:
        """Return what is left, and leave it."""
        return dict(self._left)

    def rest(self) -> dict[str, object]:
        """Return all that has not been taken."""
        left, self._left = self._left, {}
        return left

    def end(self, known: Sequence[str]) -> None:
        """Raise ``InputError`` if anything is left, which is none of the ``known`` keys."""
        for key in self._left:
            near = get_close_matches(key, known, 1)
            meant = f"; did you mean {near[0]!r}?" if near else f", only {', '.join(known)}"
            raise refused(self.place or "the scenario", f"has no key {key!r}{meant}")


def refused(place: str, what: str) -> InputError:
    """Return the error about what stands at ``place``."""
    return InputError(f"{place} {what}")


def _kind(value: object) -> str:
    return {"str": "a text", "list": "an array", "dict": "a table", "bool": "true or false"}.get(
        type(value).__name__, f"a value of type {type(value).__name__}"
    )


def text(value: object, place: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise refused(place, f"is {_kind(value)}, not a text")
    return value


def texts(value: object, place: str) -> tuple[str, ...]:
    """Return the texts of an array."""
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise refused(place, f"is {_kind(value)}, not an array of texts")
    return tuple(text(each, place) for each in value)


def _flag(value: object, place: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise refused(place, f"is {_kind(value)}, not true or false")
    return value


def number(value: object, place: str) -> int:
    """Return a number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise refused(place, f"is {_kind(value)}, not a whole number")
    return value


def _flag_or_text(value: object, place: str) -> bool | str:
    """Return true, false or a text."""
    return _flag(value, place) if isinstance(value, bool) else text(value, place)


def named_texts(value: object, place: str) -> dict[str, str]:
    """Return a table of texts."""
    return {key: text(each, f"{place}.{key}") for key, each in Table(value, place).rest().items()}


def _lists(value: object, place: str) -> dict[str, tuple[str, ...]]:
    """Return a table of arrays of texts."""
    return {key: texts(each, f"{place}.{key}") for key, each in Table(value, place).rest().items()}


def _tables(value: object, place: str) -> tuple[Table, ...]:
    """Return the tables of an array."""
    if not isinstance(value, (list, tuple)):
        raise refused(place, f"is {_kind(value)}, not an array of tables")
    return tuple(Table(each, f"{place}[{at}]") for at, each in enumerate(value))


class Release:
    """One version of one package.

    ``files`` are as an index would list them, at an address where nothing is.  ``broken`` is what is wrong
    with its metadata, "" if nothing; ``must_be_built`` says that the metadata of its source distribution
    may change in a build.
    """

    __slots__ = (
        "broken",
        "extras",
        "files",
        "licenses",
        "must_be_built",
        "name",
        "requires",
        "requires_python",
        "version",
    )

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        name: str,
        version: str,
        files: tuple[DistFile, ...],
        *,
        requires: tuple[str, ...] = (),
        extras: Mapping[str, tuple[str, ...]],
        requires_python: str | None = None,
        licenses: tuple[str, ...] = (),
        broken: str = "",
        must_be_built: bool = False,
    ) -> None:
        self.name = name
        self.version = version
        self.files = files
        self.requires = requires
        self.extras = extras
        self.requires_python = requires_python
        self.licenses = licenses
        self.broken = broken
        self.must_be_built = must_be_built

    @classmethod
    def read(cls, name: str, version: str, facts: object, place: str) -> Release:
        """Read the ``facts`` that stand at ``place``.  Raises ``InputError``."""
        table = Table({"requires": facts} if isinstance(facts, (list, tuple)) else facts, place)
        broken = table.taken("broken", _flag_or_text) or ""
        sdist = table.taken("sdist", _flag_or_text) or False
        if sdist not in (True, False, "dynamic"):
            raise refused(f"{place}.sdist", 'is a text other than "dynamic"')
        python = table.taken("requires_python", text)
        made = cls(
            name,
            version,
            _files(table, _usual_names(name, version, table, sdist=bool(sdist)), python),
            requires=table.taken("requires", texts) or (),
            extras=table.taken("extras", _lists) or {},
            requires_python=python,
            licenses=table.taken("licenses", texts) or (),
            broken="it cannot be read" if broken is True else broken,
            must_be_built=sdist == "dynamic",
        )
        table.end(KEYS)
        return made

    def metadata(self) -> Metadata:
        """Return what its metadata says where that is not ``broken``."""
        return Metadata(
            self.name,
            self.version,
            requires_dist=tuple(requires_dist(self.requires, self.extras)),
            requires_python=self.requires_python,
            provides_extra=tuple(self.extras),
            licenses=self.licenses,
        )


def _usual_names(name: str, version: str, table: Table, *, sdist: bool) -> list[str]:
    """Return the names of the files of a version that does not name them."""
    stem = f"{name.replace('-', '_')}-{version.replace('-', '_')}"
    tags = table.taken("wheel_tags", texts) or ("py3-none-any",)
    wheels = [] if table.taken("wheel", _flag) is False else [f"{stem}-{tag}.whl" for tag in tags]
    return [*wheels, f"{stem}.tar.gz"] if sdist else wheels


def _files(table: Table, usual: Iterable[str], python: str | None) -> tuple[DistFile, ...]:
    """Return the files: those that are named one by one, with what differs from the version, or the usual."""
    named = table.taken("files", _tables)
    common = _file(DistFile("", "", requires_python=python), "", table)
    if named is None:
        return tuple(_file(common, filename) for filename in usual)
    found = []
    for each in named:
        filename = each.taken("filename", text)
        if not filename:
            raise refused(each.place, "names no file: give it a filename")
        found.append(_file(common, filename, each, each.taken("url", text)))
        each.end(("filename", "url", "requires_python", *_OF_FILES))
    return tuple(found)


_OF_FILES = ("yanked", "upload_time", "size", "hashes")
KEYS: tuple[str, ...] = (
    "requires",
    "extras",
    "requires_python",
    *_OF_FILES,
    "wheel",
    "wheel_tags",
    "sdist",
    "files",
    "broken",
    "licenses",
)
_NOTHING = Table({}, "")


def _file(like: DistFile, filename: str, table: Table = _NOTHING, url: str | None = None) -> DistFile:
    """Return a file of which ``table`` says what is not as of the one that it is ``like``."""
    yanked = table.taken("yanked", _flag_or_text)
    size = table.taken("size", number)
    return DistFile(
        filename,
        url or f"{PLACE}{filename}",
        hashes=table.taken("hashes", named_texts) or like.hashes,
        size=like.size if size is None else size,
        requires_python=table.taken("requires_python", text) or like.requires_python,
        yanked=like.yanked if yanked is None else yanked or None,
        upload_time=table.taken("upload_time", text) or like.upload_time,
        core_metadata=True,
    )
