"""The exceptions that callers see.

What one candidate does wrong is never an exception past ``catalog``: it becomes a ``Reason`` value that
travels to the explanation.  What ends a resolution is one of these::

    ResolverError
    ├── InputError              a file, requirement or option of the user's cannot be used     exit code 2
    ├── OutputError             the result cannot be written                                   exit code 2
    ├── IndexUnavailable        an index or recording cannot answer                            exit code 3
    ├── SecurityRefusal         something that must not be trusted was met                     exit code 4
    │   ├── HashMismatch        a file is not the one its index promised
    │   └── HashesMissing       hashes are required, and something has none
    ├── MetadataInvalid         metadata or a page cannot be read (caught where it is read)    exit code 3
    ├── BuildRefused            a source distribution would have to be built                   exit code 5
    │   └── BuildFailed         it was tried to build one
    ├── NoSolution              the requirements contradict each other, with the proof         exit code 1
    │   ├── NothingBuilt        and one of the user's own could only have been built           exit code 5
    │   └── NoFileAdmitted      and of one of the user's own no file has a hash that is given  exit code 4
    ├── Stopped                 gave up, without an answer either way
    │   ├── LimitReached        a deadline or another limit was hit                            exit code 7
    │   └── Cancelled           the caller does not want the answer any more                   exit code 7
    └── InternalError           a bug in this package                                          exit code 70

Each message is a sentence or two that name package, version, file and line, or URL (without credentials),
and the next step where there is one; the facts are attributes as well.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    class Fix(Protocol):
        """A change that was tried out and works; ``formats.answer.Fix``, which says more of its fields."""

        @property
        def change(self) -> str:
            """The change in words."""

        @property
        def requirements(self) -> Sequence[str]:
            """All requirement lines after the change."""

        @property
        def options(self) -> Sequence[str]:
            """Words to add to the command."""

        @property
        def constraints(self) -> Sequence[str] | None:
            """All lines of the constraints after the change, if it touches them."""

        @property
        def overrides(self) -> Sequence[str] | None:
            """All lines of the overrides after the change, if it touches them."""

        @property
        def settings(self) -> Mapping[str, object]:
            """The fields of ``Options`` that the change sets."""


__all__ = [
    "BuildFailed",
    "BuildRefused",
    "Cancelled",
    "HashMismatch",
    "HashesMissing",
    "IndexUnavailable",
    "InputError",
    "InternalError",
    "LimitReached",
    "MetadataInvalid",
    "NoFileAdmitted",
    "NoSolution",
    "NothingBuilt",
    "OutputError",
    "ResolverError",
    "SecurityRefusal",
    "Stopped",
]


class ResolverError(Exception):
    """The root of all exceptions that this package raises on purpose.

    They can be pickled and copied, and are equal where they say the same, whatever was counted meanwhile.
    """

    exit_code = 70

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResolverError) or type(self) is not type(other):
            return NotImplemented
        return self.args == other.args and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.args))

    def _facts(self) -> Mapping[str, object]:
        """Return what an error of this class says besides its message."""
        return {name: value for name, value in self.__dict__.items() if name not in _BESIDES}


_BESIDES = frozenset({"statistics", "__notes__"})
# What an error carries that is not what it says.


class InputError(ResolverError):
    """Something that the user wrote cannot be used.

    ``file``, ``line`` (from 1) and ``column`` (from 1, of ``text``) say where, as far as known.  ``str()``
    gives ``file:line: message``, and below it the offending text with a caret under the column.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.text = text

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}"
        said = f"{place}: {self.message}" if place else self.message
        if self.text is None:
            return said
        excerpt, column = _around(self.text, self.column)
        said = f"{said}\n    {excerpt}"
        return said if column is None else f"{said}\n    {' ' * (column - 1)}^"


_EXCERPT = 100


def _around(text: str, column: int | None) -> tuple[str, int | None]:
    """Return at most ``_EXCERPT`` printable characters of ``text`` around ``column``, and the new column."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    if len(shown) <= _EXCERPT:
        return shown, column
    if column is None or column <= _EXCERPT - 10:
        return shown[:_EXCERPT] + "…", column
    start = column - _EXCERPT // 2
    return "…" + shown[start : start + _EXCERPT], column - start + 1


class OutputError(ResolverError):
    """The result cannot be written where it was asked for."""

    exit_code = 2


class IndexUnavailable(ResolverError):
    """An index, or the recording that stands for one, cannot answer.

    Absence (404) is an answer and never ends here.  ``status`` is the HTTP status, where there was one.
    """

    exit_code = 3

    def __init__(self, message: str, *, url: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.status = status


class SecurityRefusal(ResolverError):
    """Something was met that must not be trusted, and going on would mean to trust it."""

    exit_code = 4


class HashMismatch(SecurityRefusal):
    """The bytes received are not those that the index promised (checked twice)."""

    def __init__(self, message: str, *, url: str = "", expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.expected = expected
        self.actual = actual


class HashesMissing(SecurityRefusal):
    """Hashes are required, and ``packages`` have none; ``lines`` are requirements with what they have."""

    def __init__(self, message: str, *, packages: Sequence[str] = (), lines: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.packages = tuple(packages)
        self.lines = tuple(lines)


class MetadataInvalid(ResolverError):
    """A page or a metadata file cannot be read; ``catalog`` turns it into the reason of one candidate."""

    exit_code = 3


class BuildRefused(ResolverError):
    """A source distribution would have to be built, and building is off or failed."""

    exit_code = 5


class BuildFailed(BuildRefused):
    """A build went wrong; ``output`` holds the last lines of what it said."""

    def __init__(self, message: str, *, output: str = "") -> None:
        super().__init__(message)
        self.output = output


class NoSolution(ResolverError):
    """The requirements contradict each other.

    ``explanation`` is the text of the proof, ``derivation`` the proof as a value (``None`` where the
    error crossed a boundary that cannot carry it), ``hints`` are sentences that may help, ``fixes`` are
    changes that were tried out and work, the smallest first: each has ``change`` (in words),
    ``requirements`` (all lines after it), ``options`` (words to add to the command) and ``settings`` (fields
    of ``Options`` that these set), and where it touches them ``constraints`` and ``overrides``.
    """

    exit_code = 1

    def __init__(
        self,
        explanation: str,
        *,
        derivation: object = None,
        hints: Sequence[str] = (),
        fixes: Sequence[Fix] = (),
        statistics: object = None,
    ) -> None:
        super().__init__(explanation)
        self.explanation = explanation
        self.derivation = derivation
        self.hints = tuple(hints)
        self.fixes = tuple(fixes)
        self.statistics = statistics


class NothingBuilt(NoSolution):
    """Of what the user requires by name everything would have had to be built, and no build went well."""

    exit_code = 5


class NoFileAdmitted(NoSolution):
    """Of what the user requires by name no file has one of the hashes that the user gave."""

    exit_code = 4


class Stopped(ResolverError):
    """The resolver gave up: this proves nothing about the requirements."""

    exit_code = 7


class LimitReached(Stopped):
    """A limit that the user can lift was hit; the message names the limit and the option.

    ``option`` is that option, ``statistics`` counts what was done, ``package`` is the one over which most
    conflicts were, if there were any.
    """

    def __init__(
        self, message: str, *, option: str = "", statistics: object = None, package: str | None = None
    ) -> None:
        super().__init__(message)
        self.option = option
        self.statistics = statistics
        self.package = package


class Cancelled(Stopped):
    """Whoever asked for the answer does not want it any more."""


class InternalError(ResolverError):
    """The resolver found itself in a state that must not exist: please report it."""

    exit_code = 70
