"""Names of files of a package, and what they say.

Names are read twice.  ``split_wheel`` and ``split_sdist`` look at every file of a listing and return slices
of the name, so they are quick and leave the version and the tags unread.  ``parse_wheel`` and ``parse_sdist``
check everything and are for names that stand alone.  Which tags fit is decided in ``environment``, which
files are candidates in ``catalog``.

All of them refuse names that could be more than a name: path separators, control characters, what is not
ASCII, more than ``MAX_LENGTH`` characters.  ``packaging`` accepts some of these.

Two kinds of files exist, but are not for us, and are reported as ``UnsupportedFile``: archives other than
``.tar.gz`` and ``.zip`` (PEP 527, PEP 625), and wheel variants (PEP 825: a sixth part in the name).

Specifications: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ and
https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

from resolver.model.names import InvalidName, normalise
from resolver.model.version import InvalidVersion, version_key

__all__ = [
    "MAX_LENGTH",
    "InvalidFilename",
    "SdistName",
    "UnsupportedFile",
    "WheelName",
    "parse_sdist",
    "parse_wheel",
    "split_sdist",
    "split_wheel",
]

MAX_LENGTH = 512

_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+!"

_OTHER_ENDINGS = (
    ".deb",
    ".dmg",
    ".egg",
    ".exe",
    ".msi",
    ".rpm",
    ".tar",
    ".tar.bz2",
    ".tar.lz",
    ".tar.lzma",
    ".tar.xz",
    ".tar.Z",
    ".tar.zst",
    ".tbz",
    ".tgz",
    ".tlz",
    ".txz",
)


class InvalidFilename(ValueError):
    """A name that is no file of a package: ``filename``, and ``reason``, which continues "because"."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        name = self.filename if len(self.filename) <= 100 else f"{self.filename[:100]}..."
        return f"The file name {name!a} cannot be used, because {self.reason}."


class UnsupportedFile(InvalidFilename):
    """The name of a file of a kind that exists, but is not used here."""


class WheelName:
    """What a wheel's name says: normalised ``name``, ``version`` as written, ``build``, ``tags`` as written.

    ``build`` orders as PEP 427 says: ``()`` before ``(number, rest)``.
    """

    __slots__ = ("build", "name", "tags", "version")

    def __init__(self, name: str, version: str, build: tuple[()] | tuple[int, str], tags: str) -> None:
        self.name = name
        self.version = version
        self.build = build
        self.tags = tags

    def __repr__(self) -> str:
        return f"WheelName({self.name!r}, {self.version!r}, {self.build!r}, {self.tags!r})"


class SdistName:
    """What a source distribution's name says: normalised ``name``, ``version`` as written."""

    __slots__ = ("name", "version")

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.version = version

    def __repr__(self) -> str:
        return f"SdistName({self.name!r}, {self.version!r})"


def split_wheel(filename: str, name: str) -> tuple[str, str]:
    """Return the texts of the version and of the tags of a wheel of ``name``, which is normalised.

    Neither is checked: a version may turn out to be none, tags that are malformed fit no environment.
    Raises ``InvalidFilename``.

    >>> split_wheel("Foo_Bar-1.0-py3-none-any.whl", "foo-bar")
    ('1.0', 'py3-none-any')
    """
    _check_characters(filename)
    try:
        written, version, tags = filename.split("-", 2)
    except ValueError:
        return _split_long_wheel(filename, name)
    if tags.count("-") != 2 or tags[-4:] != ".whl" or "__" in written:
        return _split_long_wheel(filename, name)
    if written != name and written.replace("_", "-") != name and _normal(written) != name:
        raise InvalidFilename(filename, f"it is not the name of a file of {name}")
    return version, tags[:-4]


def split_sdist(filename: str, name: str) -> str:
    """Return the text of the version of a source distribution of ``name``, which is normalised.

    It is not checked.  As the name is known, dashes in it are no riddle.  Raises ``InvalidFilename``.

    >>> split_sdist("foo-bar-1.0.tar.gz", "foo-bar")
    '1.0'
    """
    stem = _sdist_stem(filename)
    length = len(name)
    written = stem[:length]
    if stem[length : length + 1] == "-" and (written == name or written.replace("_", "-") == name):
        return stem[length + 1 :]
    # The name may be written otherwise: Foo.Bar, or longer than it is: foo__bar.
    at = stem.find("-")
    while at >= 0:
        if _normal(stem[:at]) == name:
            return stem[at + 1 :]
        at = stem.find("-", at + 1)
    raise InvalidFilename(filename, f"it is not the name of a file of {name}")


def parse_wheel(filename: str) -> WheelName:
    """Return all parts of a wheel's name, checked.  Raises ``InvalidFilename``.

    >>> parse_wheel("foo-1.0-1a-py2.py3-none-any.whl")
    WheelName('foo', '1.0', (1, 'a'), 'py2.py3-none-any')
    """
    _check_characters(filename)
    if not filename.endswith(".whl"):
        raise InvalidFilename(filename, "it does not end in .whl")
    parts = filename[:-4].split("-")
    build = _take_build(filename, parts)
    if len(parts) != 5:
        raise InvalidFilename(filename, "a wheel's name has five parts, or six with a build number")
    written, version, *tags = parts
    name = _normal(written)
    if name is None or "__" in written:
        raise InvalidFilename(filename, "it does not start with a package name")
    _check_version(filename, version)
    _check_tags(filename, tags)
    return WheelName(name, version, build, "-".join(tags))


def parse_sdist(filename: str) -> SdistName:
    """Return both parts of a source distribution's name, checked.  Raises ``InvalidFilename``.

    The last dash parts them, as PEP 625 guarantees; ``split_sdist`` reads older names better.
    """
    written, dash, version = _sdist_stem(filename).rpartition("-")
    name = _normal(written)
    if not dash or name is None:
        raise InvalidFilename(filename, "it does not start with a package name")
    _check_version(filename, version)
    return SdistName(name, version)


def _check_characters(filename: str) -> None:
    """Raise ``InvalidFilename`` for a name that could be more than a name."""
    if len(filename) > MAX_LENGTH:
        raise InvalidFilename(filename, f"it is longer than {MAX_LENGTH} characters")
    if not filename.isascii() or filename.encode().translate(None, _PLAIN):
        strange = next(c for c in filename if not c.isascii() or c.encode() not in _PLAIN)
        raise InvalidFilename(filename, f"{strange!a} may not occur in it")


def _normal(name: str) -> str | None:
    try:
        return normalise(name)
    except InvalidName:
        return None


def _split_long_wheel(filename: str, name: str) -> tuple[str, str]:
    """Do as ``split_wheel`` for names that do not have five parts, or have other flaws."""
    if not filename.endswith(".whl"):
        raise InvalidFilename(filename, "it does not end in .whl")
    parts = filename[:-4].split("-")
    _take_build(filename, parts)
    if len(parts) != 5:
        raise InvalidFilename(filename, "a wheel's name has five parts, or six with a build number")
    if "__" in parts[0] or _normal(parts[0]) != name:
        raise InvalidFilename(filename, f"it is not the name of a file of {name}")
    return parts[1], "-".join(parts[2:])


def _take_build(filename: str, parts: list[str]) -> tuple[()] | tuple[int, str]:
    """Remove the build number from ``parts`` and return it; notice wheel variants."""
    build: tuple[()] | tuple[int, str] = ()
    if len(parts) in (6, 7) and parts[2][:1].isdigit():
        rest = parts[2].lstrip("0123456789")
        build = (int(parts[2][: len(parts[2]) - len(rest)]), rest)
        del parts[2]
    if len(parts) == 6 and _is_python_tag(parts[2]):
        raise UnsupportedFile(filename, f"wheel variants (PEP 825, here {parts[5]}) are not supported")
    return build


def _is_python_tag(tag: str) -> bool:
    """Whether ``tag`` looks like ``cp312`` or ``py2.py3``: letters, then digits."""
    return all(part[:1].isalpha() and part[-1:].isdigit() for part in tag.split("."))


def _check_version(filename: str, version: str) -> None:
    try:
        version_key(version)
    except InvalidVersion:
        raise InvalidFilename(filename, f"{version!a} is not a version") from None


def _check_tags(filename: str, tags: list[str]) -> None:
    if any("" in tag.split(".") for tag in tags):
        raise InvalidFilename(filename, "one of its tags is empty")
    if any("+" in tag or "!" in tag for tag in tags):
        raise InvalidFilename(filename, "its tags hold more than letters, digits and underscores")
    if not all(tag.isidentifier() for tag in tags[0].split(".")):
        raise InvalidFilename(filename, f"{tags[0]!a} does not name a Python interpreter")


def _sdist_stem(filename: str) -> str:
    """Return ``filename`` without its ending.  Raises ``InvalidFilename``."""
    _check_characters(filename)
    if filename[-7:] == ".tar.gz":
        return filename[:-7]
    if filename[-4:] == ".zip":
        return filename[:-4]
    if filename.endswith(_OTHER_ENDINGS):
        raise UnsupportedFile(filename, "only .tar.gz and .zip archives and wheels are supported")
    raise InvalidFilename(filename, "it ends neither in .whl nor in .tar.gz or .zip")
