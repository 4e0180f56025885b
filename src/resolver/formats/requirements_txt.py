"""Requirements files: read as pip reads them.

Here files are opened, ``-r`` and ``-c`` followed, and what the lines say is collected.  Bytes become lines in
``lines``, a line is taken apart in ``statements``.  Every error says file, line and column.  Nothing is
ignored silently: what has no effect here is warned of (``docs/requirements-files.md``).  Writing pins is in
``annotated``.

Where we differ from pip on purpose: what a constraints file includes with ``-r`` are constraints too;
another, different ``--index-url`` is an error, and so are words behind an option and options of the whole
file behind a requirement; text that is neither UTF-8 nor declares its encoding is an error on every machine.

Spec: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.formats.lines import content_of, decode, logical_lines, real_path
from resolver.formats.statements import (
    FILE_OPTIONS,
    REQUIREMENT_OPTIONS,
    first_option,
    may_refer,
    options_of,
)
from resolver.model.requirement import InvalidRequirement, Origin, Requirement
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from resolver.formats.lines import Line
    from resolver.formats.statements import Option

    Fetch = Callable[[str], bytes]

__all__ = ["Entry", "FileOptions", "PythonDemand", "RequirementsFile", "is_remote", "read"]

_MOST_FILES = 10_000
_PLACES = ("index_url", "extra_index_urls", "find_links", "trusted_hosts")


class Entry:
    """One requirement of a file: with its ``--hash`` values, and whether it is only a constraint."""

    __slots__ = ("constraint", "hashes", "requirement")

    def __init__(self, requirement: Requirement, hashes: tuple[str, ...], *, constraint: bool) -> None:
        self.requirement = requirement
        self.hashes = hashes
        self.constraint = constraint


class FileOptions:
    """The options that a file and those it includes set for the whole resolution."""

    __slots__ = (
        "extra_index_urls",
        "find_links",
        "index_url",
        "no_binary",
        "no_index",
        "only_binary",
        "pre",
        "prefer_binary",
        "prereleases",
        "require_hashes",
        "trusted_hosts",
    )

    def __init__(self) -> None:
        self.index_url: str | None = None
        self.extra_index_urls: list[str] = []
        self.no_index = False
        self.find_links: list[str] = []
        self.only_binary: list[str] = []
        self.no_binary: list[str] = []
        self.pre = False
        self.prefer_binary = False
        self.prereleases: list[str] = []
        self.require_hashes = False
        self.trusted_hosts: list[str] = []


class PythonDemand:
    """A Requires-Python of the user's own; ``error`` stands where that does, and has no message yet.

    A target that it leaves out is refused where ``strict``, and else warned of.  One of ``markers`` must
    hold, where there are any.
    """

    __slots__ = ("error", "markers", "specifier", "strict")

    def __init__(
        self, specifier: str, error: InputError, *, strict: bool, markers: tuple[str, ...] = ()
    ) -> None:
        self.specifier = specifier
        self.error = error
        self.markers = markers
        self.strict = strict


class RequirementsFile:
    """What a requirements file says, with all that it includes, in order of appearance; or another source.

    ``refusals`` are errors about things that were read and cannot be done: whoever resolves raises the first.
    ``warnings`` are sentences about what has no effect.  ``constraint_files`` names the files whose
    requirements are only constraints.  ``shown`` are the words by which pins name an origin (``FILE:LINE``),
    where these are not ``-r FILE``; ``pythons`` are demands on the target.
    """

    __slots__ = ("constraint_files", "entries", "options", "pythons", "refusals", "shown", "warnings")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.options = FileOptions()
        self.refusals: list[InputError] = []
        self.warnings: list[str] = []
        self.constraint_files: set[str] = set()
        self.shown: dict[str, str] = {}
        self.pythons: list[PythonDemand] = []

    @property
    def requirements(self) -> list[Requirement]:
        """The requirements proper."""
        return [entry.requirement for entry in self.entries if not entry.constraint]

    @property
    def constraints(self) -> list[Requirement]:
        """The constraints, of the file itself and of those it includes."""
        return [entry.requirement for entry in self.entries if entry.constraint]


def read(
    path: str,
    *,
    stdin: BinaryIO | None = None,
    environ: Mapping[str, str],
    constraint: bool = False,
    fetch: Fetch | None = None,
) -> RequirementsFile:
    """Read the requirements file ``path``, or ``stdin`` where that is ``-``, and all that it includes.

    ``environ`` fills in ``${NAME}``.  ``fetch`` brings files from URLs; without it, they are refused.  What a
    file from the network says cannot name files or variables of this machine.  The name of an included file
    is joined to the folder of the including one, as in the origins (``reqs/base.txt:3``) of what it holds.
    Raises ``InputError``.
    """
    result = RequirementsFile()
    content = _fetched(path, fetch) if is_remote(path) else content_of(path, stdin)
    frames = [_Frame(path, content, environ, constraint=constraint)]
    opened = 1
    while frames:
        frame = frames[-1]
        if frame.constraint:
            result.constraint_files.add(frame.path)
        line = next(frame.lines, None)
        if line is None:
            frames.pop()
            continue
        include = _Line(frame, line, result).act()
        if include is not None:
            opened += 1
            if opened > _MOST_FILES:
                raise include.error(f"more than {_MOST_FILES} files are included")
            frames.append(_included(include, frames, environ, fetch))
    return result


class _Frame:
    """A file that is being read; inside it, where we are.

    ``location`` is its path or URL, ``path`` the same to be shown, ``real`` what tells it from others.
    """

    __slots__ = ("constraint", "is_remote", "lines", "location", "path", "real")

    def __init__(
        self, location: str, content: bytes, environ: Mapping[str, str], *, constraint: bool
    ) -> None:
        self.location = location
        self.is_remote = is_remote(location)
        self.path = redacted(location) if self.is_remote else location
        self.real = location if self.is_remote else real_path(location)
        self.constraint = constraint
        # A file of somebody else's must not get at what the variables of this machine hold.
        self.lines: Iterator[Line] = logical_lines(
            decode(content, self.path), {} if self.is_remote else environ
        )


class _Include:
    """A ``-r`` or ``-c`` that is to be followed."""

    __slots__ = ("constraint", "frame", "line", "path", "position")

    def __init__(self, frame: _Frame, line: Line, path: str, position: int, *, constraint: bool) -> None:
        self.frame = frame
        self.line = line
        self.path = path
        self.position = position
        self.constraint = constraint

    def error(self, message: str) -> InputError:
        return self.line.error(message, self.frame.path, self.position)


def is_remote(path: str) -> bool:
    """Tell whether ``path`` is the URL of a file on the network."""
    return path[:8].lower().startswith(("https://", "http://"))


def _fetched(url: str, fetch: Fetch | None) -> bytes:
    if fetch is None:
        raise InputError(
            "requirements files from the network are read only where --allow-remote-files allows it",
            file=redacted(url),
        )
    return fetch(url)


def _included(
    include: _Include, frames: list[_Frame], environ: Mapping[str, str], fetch: Fetch | None
) -> _Frame:
    """Open the file that is included, unless that is one of those being read."""
    frame, path = include.frame, include.path
    if frame.is_remote:
        from urllib.parse import urljoin  # noqa: PLC0415  # lazy: rarely wanted

        path = urljoin(frame.location, path)
    elif "://" not in path:
        path = os.path.normpath(os.path.join(os.path.dirname(frame.path), path))  # noqa: PTH118, PTH120  # pathlib costs 5 ms
    if "://" in path and not is_remote(path):
        raise include.error(f"{redacted(path)} is neither a path nor an address with https")
    real = path if is_remote(path) else real_path(path)
    if any(each.real == real for each in frames):
        chain = " -> ".join([*(each.path for each in frames), redacted(path)])
        raise include.error(f"requirements files include one another: {chain}")
    try:
        content = _fetched(path, fetch) if is_remote(path) else content_of(path)
    except InputError as error:
        raise include.error(f"{redacted(path)}: {error.message}") from None
    return _Frame(path, content, environ, constraint=include.constraint or frame.constraint)


class _Line:
    """One logical line, its file, and the result that it changes."""

    __slots__ = ("frame", "line", "result")

    def __init__(self, frame: _Frame, line: Line, result: RequirementsFile) -> None:
        self.frame = frame
        self.line = line
        self.result = result

    def act(self) -> _Include | None:
        """Take in what the line says; return the file that it includes, if any."""
        position = first_option(self.line.text)
        text = self.line.text[:position].rstrip()
        if text:
            self._take_requirement(text, position)
            return None
        return self._take_options(position)

    def _error(self, message: str, position: int) -> InputError:
        return self.line.error(message, self.frame.path, position)

    def _warn(self, said: str) -> None:
        self.result.warnings.append(f"{self.frame.path}:{self.line.number}: {said}")

    def _take_requirement(self, text: str, options: int) -> None:
        if may_refer(text):
            self._take_reference(text, 0, self._hashes(options))
            return
        try:
            requirement = Requirement.parse(text, Origin(self.frame.path, self.line.number))
        except InvalidRequirement as error:
            raise self._error(error.message, error.position) from None
        hashes = self._hashes(options)
        requirement.hashes = tuple(each.value for each in hashes)
        self._add(requirement, hashes)

    def _take_reference(
        self, text: str, position: int, hashes: Sequence[Option] = (), *, editable: bool = False
    ) -> None:
        """Take in a requirement with an address, or an address alone."""
        from resolver.formats.named import (  # noqa: PLC0415  # lazy: start-up time
            InvalidUserRequirement,
            user_requirement,
        )

        origin = Origin(self.frame.path, self.line.number)
        try:
            requirement = user_requirement(
                text,
                origin,
                written=self.line.written,
                editable=editable,
                allowed=tuple(each.value for each in hashes),
            )
        except InvalidUserRequirement as error:
            raise self._error(error.message, position + error.position) from None
        if self.frame.is_remote and _is_path(requirement):
            from resolver.formats.places import NOT_HERE  # noqa: PLC0415  # lazy: rarely wanted

            raise self._error(NOT_HERE, position)
        self._add(requirement, hashes)

    def _add(self, requirement: Requirement, hashes: Sequence[Option]) -> None:
        values = tuple(each.value for each in hashes)
        self.result.entries.append(Entry(requirement, values, constraint=self.frame.constraint))

    def _hashes(self, start: int) -> list[Option]:
        """Return the options ``--hash`` behind a requirement; other options there are refused or wrong."""
        options = list(options_of(self.line, self.frame.path, start, REQUIREMENT_OPTIONS))
        if not options:
            return []
        from resolver.formats.named import hash_fault  # noqa: PLC0415  # lazy: start-up time

        hashes: list[Option] = []
        for option in options:
            if option.name != "hash":
                self._warn(f"{option.flag} has no effect: builds take no settings here")
                continue
            fault = hash_fault(option.value)
            if fault:
                raise self._error(fault, option.position)
            option.value = option.value.lower()
            hashes.append(option)
        return hashes

    def _take_options(self, start: int) -> _Include | None:
        include = None
        for option in options_of(self.line, self.frame.path, start, FILE_OPTIONS):
            if option.name == "editable":
                self._take_reference(option.value, option.position, editable=True)
                continue
            if option.name not in ("requirement", "constraint"):
                self._take_option(option)
                continue
            if include is not None:
                raise self._error("one line can include one file only", option.position)
            constraint = option.name == "constraint"
            include = _Include(self.frame, self.line, option.value, option.position, constraint=constraint)
        return include

    def _take_option(self, option: Option) -> None:
        options, name, value = self.result.options, option.name, option.value
        if name in _PLACES:
            value = self._place(option)
        match name:
            case "index_url":
                if options.index_url not in (None, value):
                    raise self._error("another --index-url was given before", option.position)
                options.index_url = value
            case "extra_index_urls" | "trusted_hosts" | "find_links":
                getattr(options, name).append(value)
            case "only_binary" | "no_binary":
                getattr(options, name).extend(part.strip() for part in value.split(",") if part.strip())
            case "all_releases" | "only_final":
                mode = "allow" if name == "all_releases" else "disallow"
                options.prereleases += [f"{each.strip()}={mode}" for each in value.split(",") if each.strip()]
            case "use_feature":
                self._warn(f"{option.flag} {value} has no effect here")
            case "no_index" | "pre" | "require_hashes" | "prefer_binary":
                setattr(options, name, True)

    def _place(self, option: Option) -> str:
        """Return the place that an option names.  Raises for one that cannot be used."""
        from resolver.formats.places import fault, index_at, place_at  # noqa: PLC0415  # lazy: start-up time

        frame, value = self.frame, option.value
        wrong = fault(option.name, option.flag, value, is_remote=frame.is_remote)
        if wrong:
            raise self._error(wrong, option.position)
        if option.name == "trusted_hosts":
            return value
        if option.name == "find_links":
            return place_at(value, frame.path)
        found = index_at(value, frame.path)
        if found is None:
            said = f"the index {redacted(value)!r} does not begin with https://, http:// or file:///"
            self.result.refusals.append(self._error(said, option.position))
        return found or value


def _is_path(requirement: Requirement) -> bool:
    """Tell whether it names a file or folder of this machine."""
    from resolver.model.references import PATH  # noqa: PLC0415  # lazy: start-up time

    return requirement.reference is not None and requirement.reference.kind == PATH
