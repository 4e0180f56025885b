"""What a resolution found, as plain values: the form in which ``session`` hands it to whoever writes it.

No attrs here: a warm command writes its output straight from these.  What callers of the library get is made
from them in ``resolution``; text is made in ``annotated``, JSON in ``views``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from resolver.formats.facts import Look, Referred
    from resolver.model.distfile import DistFile

__all__ = ["Answer", "Fix", "Pinned", "Progress", "Statistics"]


class Pinned:
    """One package of the answer and the version it got.

    ``url`` is None for a package from an index; ``editable`` says that it is to be installed so.
    ``requires`` are the requirements that hold for the target, each with the name and the version that fulfil
    it: ``(requirement, name, version)``.  ``via`` says who wants it: origins (``file:line``) first, then the
    names of packages, both sorted.  ``files`` may be read more than once, and are made when they are: a list
    of pins shows none.  ``look`` finds out more, None: nothing is known; ``referred`` is what ``url`` is made
    of.  Copying or pickling a pin takes the files and the look.
    """

    __slots__ = (
        "editable",
        "extras",
        "files",
        "look",
        "name",
        "referred",
        "requires",
        "url",
        "version",
        "via",
    )

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        name: str,
        version: str,
        *,
        extras: frozenset[str] = frozenset(),
        url: str | None = None,
        editable: bool = False,
        files: Iterable[DistFile] = (),
        requires: tuple[tuple[str, str, str], ...] = (),
        via: tuple[str, ...] = (),
        look: Look | None = None,
        referred: Referred | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.extras = extras
        self.url = url
        self.editable = editable
        self.files = files
        self.requires = requires
        self.via = via
        self.look = look
        self.referred = referred

    def take_a_look(self) -> None:
        """Take the files, and what there is to know besides: later that may have gone."""
        self.files = tuple(self.files)
        if self.look is not None:
            from resolver.formats.facts import Known  # noqa: PLC0415  # lazy: start-up time

            self.look = Known(self.look.facts(), self.look.told())

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        self.take_a_look()
        return None, {name: getattr(self, name) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"Pinned({self.name!r}, {self.version!r})"


class Statistics:
    """What the resolution took.

    Solver decisions and conflicts, candidates whose metadata was looked at, requests and bytes from the
    network, seconds of wall time.  ``wasted`` are pages and metadata that were asked for ahead of the solver
    and that it did not need.
    """

    __slots__ = ("bytes", "candidates", "conflicts", "decisions", "requests", "seconds", "wasted")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        *,
        decisions: int = 0,
        conflicts: int = 0,
        candidates: int = 0,
        requests: int = 0,
        bytes: int = 0,  # noqa: A002  # the name in the published schema
        seconds: float = 0.0,
        wasted: int = 0,
    ) -> None:
        self.decisions = decisions
        self.conflicts = conflicts
        self.candidates = candidates
        self.requests = requests
        self.bytes = bytes
        self.seconds = seconds
        self.wasted = wasted

    def __repr__(self) -> str:
        return f"Statistics({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


class Answer:
    """The pins, sorted by name, with the environment they hold for (its eleven marker variables).

    ``warnings`` are sentences about what is odd but did not stop the resolution.  ``roots`` are the
    requirements of the user's own that count for the target, in their order: ``(requirement, name, origin)``
    without credentials, the origin (``file:line``) None where there is none.  ``notes`` are sentences for
    those who ask.  ``everything`` are the pins with those of packages that were ``fixed``, which are there
    already, and of those that were ``left_out``.
    """

    __slots__ = ("everything", "fixed", "notes", "pins", "roots", "statistics", "variables", "warnings")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        pins: Iterable[Pinned],
        variables: Mapping[str, str],
        statistics: Statistics,
        warnings: Iterable[str] = (),
        *,
        roots: Iterable[tuple[str, str, str | None]] = (),
        notes: Iterable[str] = (),
        fixed: Collection[str] = (),
        left_out: Collection[str] = (),
    ) -> None:
        self.everything = tuple(sorted(pins, key=lambda pin: pin.name))
        self.pins = self.everything
        self.fixed: tuple[Pinned, ...] = ()
        if fixed or left_out:
            out = {*fixed, *left_out}
            self.pins = tuple(pin for pin in self.everything if pin.name not in out)
            self.fixed = tuple(pin for pin in self.everything if pin.name in fixed)
        self.variables = variables
        self.statistics = statistics
        self.warnings = tuple(warnings)
        self.roots = tuple(roots)
        self.notes = tuple(notes)

    def __repr__(self) -> str:
        return f"Answer({len(self.pins)} pins)"


class Fix:
    """A change to the question that makes it solvable, tried out before it is told; immutable, picklable.

    ``change`` is the change in words.  ``requirements`` are all requirement lines after it; ``options`` are
    words to add to the command, and ``settings`` the fields of ``Options`` that they set.  ``constraints``
    and ``overrides`` are all lines of these after the change, or None where it does not touch them.
    """

    __slots__ = ("change", "constraints", "options", "overrides", "requirements", "settings")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        change: str,
        requirements: Iterable[str],
        *,
        options: Iterable[str] = (),
        constraints: Iterable[str] | None = None,
        overrides: Iterable[str] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self.change = change
        self.requirements = tuple(requirements)
        self.options = tuple(options)
        self.constraints = None if constraints is None else tuple(constraints)
        self.overrides = None if overrides is None else tuple(overrides)
        self.settings: Mapping[str, object] = dict(settings or {})

    def _values(self) -> Sequence[object]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if isinstance(other, Fix) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.change, self.requirements))

    def __repr__(self) -> str:
        return f"<Fix: {self.change}>"


class Progress:
    """How far a resolution is: packages found, requests in flight, decisions, the package looked at now.

    Where that is no package but what comes after the answer, ``package`` says what is done.
    """

    __slots__ = ("decisions", "fetching", "package", "packages")

    def __init__(self, packages: int = 0, fetching: int = 0, decisions: int = 0, package: str = "") -> None:
        self.packages = packages
        self.fetching = fetching
        self.decisions = decisions
        self.package = package
