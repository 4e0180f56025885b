"""Earlier output: the pins that a file has, whoever wrote it.

``read`` takes a requirements file with pins (ours, or that of another compiler), ``pylock.toml``, or the JSON
document of ``--format json``; which one it is shows in its first lines.  What the pins are good for is not
decided here: keeping them is in ``earlier``, comparing in ``formats.differences``.

Most such files hold ``name==version`` lines and hashes only.  They are read without looking closer, because a
warm run reads one; ``requirements_txt`` reads what has more.

Specifications: PEP 751 (https://packaging.python.org/en/latest/specifications/pylock-toml/), and
docs/schema/resolution-1.json.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.lines import content_of, decode
from resolver.model.names import InvalidName, normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, BinaryIO

    from packaging.pylock import Package

    from resolver.formats.requirements_txt import Entry

__all__ = ["Locked", "LockedPin", "read"]


class LockedPin:
    """A package of a file, and the version that it has there.

    ``name`` is in normal form; ``version`` is as written, "" where only an address is given; ``url`` is that,
    else None.  ``hashes`` are ``algorithm:digest``, sorted.  ``marker`` says where the pin counts, "" for
    everywhere.  ``via`` is who wanted it, as far as the file tells programs; ``line`` is where it stands, as
    far as that is known.
    """

    __slots__ = ("hashes", "line", "marker", "name", "url", "version", "via")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        name: str,
        version: str,
        *,
        url: str | None = None,
        hashes: Iterable[str] = (),
        marker: str = "",
        via: Iterable[str] = (),
        line: int | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.url = url
        self.hashes = tuple(sorted(hashes))
        self.marker = marker
        self.via = tuple(via)
        self.line = line

    @property
    def text(self) -> str:
        """Return the pin as a requirement, without hashes."""
        pinned = f"{self.name} @ {self.url}" if self.url else f"{self.name}=={self.version}"
        return f"{pinned} ; {self.marker}" if self.marker else pinned

    def __repr__(self) -> str:
        return f"LockedPin({self.text!r})"


class Locked:
    """What a file holds: its ``pins`` in order, and ``others``, which are requirements that pin nothing.

    ``kind`` is ``"requirements"``, ``"pylock"`` or ``"json"``.
    """

    __slots__ = ("kind", "others", "path", "pins")

    def __init__(
        self, path: str, kind: str, pins: Iterable[LockedPin], others: Iterable[tuple[str, int]] = ()
    ) -> None:
        self.path = path
        self.kind = kind
        self.pins = tuple(pins)
        self.others = tuple(others)


def read(path: str, *, stdin: BinaryIO | None = None, environ: Mapping[str, str] | None = None) -> Locked:
    """Read the pins of ``path``, or of ``stdin`` where that is ``-``.

    ``environ`` fills in ``${NAME}`` of requirements files.  Raises ``InputError``, with the line where that
    is known.
    """
    content = content_of(path, stdin, "file of pins")
    text = decode(content, path)
    kind = _kind(text)
    if kind == "json":
        return Locked(path, kind, _of_json(text, path))
    if kind == "pylock":
        return Locked(path, kind, _of_pylock(text, path))
    plain = _plain(text)
    if plain is not None:
        return Locked(path, kind, plain)
    return _of_requirements(path, content, environ or {})


def _kind(text: str) -> str:
    """Return of which kind a file is, by the first line that says something."""
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("{"):
            return "json"
        key, equals, _ = stripped.partition("=")
        is_key = equals and key.strip().strip("\"'") in _PYLOCK_KEYS
        return "pylock" if is_key or stripped == "[[packages]]" else "requirements"
    return "requirements"


_PYLOCK_KEYS = frozenset(
    {
        "lock-version",
        "created-by",
        "requires-python",
        "environments",
        "extras",
        "dependency-groups",
        "default-groups",
        "packages",
    }
)


# -- requirements files --------------------------------------------------------------------------------------


def _plain(text: str) -> list[LockedPin] | None:
    """Return the pins of a file that holds only plain ones; None where it has to be read more closely."""
    pins: list[LockedPin] = []
    hashes: list[str] = []
    continued = False
    for number, physical in enumerate(text.splitlines(), 1):
        line = physical.partition(" #")[0].strip()
        if not line or line[0] == "#":
            continued = False
            continue
        words = line.split()
        if not continued:
            pin = _plain_pin(words.pop(0), number)
            if pin is None:
                return None
            hashes = []
            pins.append(pin)
        continued = bool(words) and words[-1] == "\\"
        if continued:
            words.pop()
        for word in words:
            if not word.startswith("--hash="):
                return None
            hashes.append(word[len("--hash=") :])
        if hashes:
            pins[-1].hashes = tuple(sorted(hashes))
    return pins


_NO_PLAIN_VERSION = frozenset(";,*=<>~@()[]'\"\\${}")


def _plain_pin(word: str, number: int) -> LockedPin | None:
    name, equals, version = word.partition("==")
    if not equals or not version or not _NO_PLAIN_VERSION.isdisjoint(version):
        return None
    if name.endswith("]"):
        name = name.partition("[")[0]
    try:
        return LockedPin(normalise(name), version, line=number)
    except InvalidName:
        return None


def _of_requirements(path: str, content: bytes, environ: Mapping[str, str]) -> Locked:
    from io import BytesIO  # noqa: PLC0415  # loaded by the interpreter anyway

    from resolver.formats import requirements_txt  # noqa: PLC0415  # lazy: most files are plain

    found = requirements_txt.read(path, stdin=BytesIO(content), environ=environ)
    pins: list[LockedPin] = []
    others: list[tuple[str, int]] = []
    for entry in found.entries:
        if entry.constraint:
            continue
        pin = _pinned(entry)
        if pin is not None:
            pins.append(pin)
        else:
            origin = entry.requirement.origin
            others.append((entry.requirement.text, origin.line if origin else 0))
    return Locked(path, "requirements", pins, others)


def _pinned(entry: Entry) -> LockedPin | None:
    """Return the pin that a line is; None for one that leaves a choice."""
    requirement = entry.requirement
    version = "" if requirement.url is not None else requirement.specifiers.pin
    if version is None:
        return None
    return LockedPin(
        requirement.name,
        version,
        url=requirement.url,
        hashes=entry.hashes,
        marker=requirement.marker,
        line=None if requirement.origin is None else requirement.origin.line,
    )


# -- pylock.toml ---------------------------------------------------------------------------------------------


def _of_pylock(text: str, path: str) -> Iterator[LockedPin]:
    from resolver.formats.documents import Document  # noqa: PLC0415  # lazy: start-up time
    from resolver.formats.earlier_output import pylock  # noqa: PLC0415  # the same

    document = Document(path, text)
    lock = pylock(document)
    for number, package in enumerate(lock.packages):
        yield _of_package(package, document.origin(("packages", number)).line)


def _of_package(package: Package, line: int | None) -> LockedPin:
    files = [
        *(package.wheels or ()),
        *(each for each in (package.sdist, package.archive) if each is not None),
    ]
    return LockedPin(
        package.name,
        "" if package.version is None else str(package.version),
        url=_url(package),
        hashes={f"{name}:{digest}" for file in files for name, digest in file.hashes.items()},
        marker="" if package.marker is None else str(package.marker),
        line=line,
    )


def _url(package: Package) -> str | None:
    """Return where a package comes from that is not from an index."""
    if package.vcs is not None:
        place = package.vcs.url or package.vcs.path or ""
        return f"{package.vcs.type}+{place}@{package.vcs.commit_id}"
    if package.archive is not None:
        return package.archive.url or package.archive.path
    return None if package.directory is None else package.directory.path


# -- our JSON ------------------------------------------------------------------------------------------------


def _of_json(text: str, path: str) -> Iterator[LockedPin]:
    from resolver.formats.earlier_output import json_document  # noqa: PLC0415  # lazy: start-up time

    document = json_document(text, path)
    if not isinstance(document.get("pins"), list):
        raise InputError("this JSON is not what resolver writes (--format json): it has no pins", file=path)
    for number, each in enumerate(document["pins"]):
        try:
            yield _of_record(each)
        except (KeyError, TypeError, AttributeError, InvalidName):
            raise InputError(
                f"pin {number + 1} of this JSON is not what resolver writes", file=path
            ) from None


def _of_record(pin: dict[str, Any]) -> LockedPin:
    """Read one pin of the JSON: of the types that its schema promises, or an error is raised."""
    hashes = {f"{name}:{digest}" for file in pin.get("files", ()) for name, digest in file["hashes"].items()}
    version, url, via = pin["version"], pin["url"], pin.get("via", [])
    if not isinstance(version, str) or not isinstance(url, str | None) or not isinstance(via, list):
        raise TypeError
    return LockedPin(normalise(pin["name"]), version, url=url, hashes=hashes, via=map(str, via))
