"""What the metadata of a candidate asks for in one environment: the requirement lines that count there.

Markers, extras and the Requires-Python of the metadata are applied here; what the user replaces or leaves out
is in ``problem``, how a line is read in ``model.requirement``.

Specification: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from resolver.model.faults import UndefinedComparison
from resolver.model.names import MAX_LENGTH, InvalidName, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.policy import BadMetadata, PythonMismatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from resolver.index.metadata import Metadata
    from resolver.model.environment import Environment
    from resolver.policy import Reason

__all__ = ["Reader"]

_MOST_TRIALS = 100_000  # of markers that may hold for any extra
_MOST_REPAIRS = 1000  # of lines of one file, each of which takes as long as ten good ones
_SHOWN = 200  # characters of a line that a reason repeats


class Reader:
    """Reads metadata for ``environment``; each line is parsed once."""

    __slots__ = ("_environment", "_parsed", "_sorted")

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._parsed: dict[str, Requirement | BadMetadata] = {}
        self._sorted: dict[tuple[str, str], _Sorted] = {}

    def read(self, metadata: Metadata, extra: str) -> tuple[Requirement, ...] | Reason:
        """Return what ``metadata`` requires here, or why it cannot be used.

        With ``extra``, only what that extra adds to the requirements without it.  Cost: linear in the lines,
        and with ``extra`` but for the first time in those whose markers name it.
        """
        reason = self.python_reason(metadata)
        if reason is not None:
            return reason
        if not extra:
            return self._those(metadata.requires_dist, "")
        lines = self._sorted_lines(metadata).lines
        return lines if isinstance(lines, BadMetadata) else self._those(lines.texts(extra), extra)

    def _those(self, texts: Iterable[str], extra: str) -> tuple[Requirement, ...] | BadMetadata:
        """Return the requirements among ``texts`` that count."""
        required: list[Requirement] = []
        repaired = 0
        for text in texts:
            requirement = self._parse(text)
            if isinstance(requirement, BadMetadata):
                return requirement
            if requirement.repairs:
                repaired += 1
                if repaired > _MOST_REPAIRS:
                    return BadMetadata(
                        f"more than {_MOST_REPAIRS:,} of its requirements would have to be repaired"
                    )
            try:
                if self._applies(requirement.marker, extra):
                    required.append(requirement)
            except UndefinedComparison as error:
                return BadMetadata(f"the marker of {requirement.text[:_SHOWN]!r} has no value ({error})")
        return tuple(required)

    def python_reason(self, metadata: Metadata) -> Reason | None:
        """Return why the Python of the environment is not the one that ``metadata`` wants, if it is not."""
        if metadata.requires_python is None:
            return None
        environment = self._environment
        if environment.accepts_python(metadata.requires_python) is not False:
            return None
        return PythonMismatch(metadata.requires_python, environment.variables["python_full_version"])

    def extras(self, metadata: Metadata) -> AbstractSet[str]:
        """Return the extras that ``metadata`` names in normal form, without those whose names are none."""
        return self._sorted_lines(metadata).extras

    def _sorted_lines(self, metadata: Metadata) -> _Sorted:
        """Return the lines of ``metadata`` by extras; few files have name and version in common."""
        key = (metadata.name, metadata.version)
        found = self._sorted.get(key)
        if found is None or found.metadata is not metadata:
            found = self._sorted[key] = _Sorted(metadata, self._lines)
        return found

    def _lines(self, metadata: Metadata) -> _Lines | BadMetadata:
        """Sort the lines of ``metadata``; one that is wrong spoils them for every extra."""
        whole = self._those(metadata.requires_dist, "")
        if isinstance(whole, BadMetadata):
            return whole
        parsed = [(text, self._parse(text)) for text in metadata.requires_dist]
        lines = _Lines([(text, each.marker) for text, each in parsed if isinstance(each, Requirement)])
        if lines.count_of_any * len(metadata.provides_extra) > _MOST_TRIALS:
            return BadMetadata("too many of its markers ask whether a text is part of the name of an extra")
        return lines

    def _parse(self, text: str) -> Requirement | BadMetadata:
        """Read a requirement of an index package, each text once."""
        found = self._parsed.get(text)
        if found is None:
            try:
                found = Requirement.repaired(text)
            except InvalidRequirement as error:
                found = BadMetadata(f"the requirement {text[:_SHOWN]!r} cannot be read ({error.message})")
            else:
                wrong = _wrong_name(found)
                if wrong:
                    found = BadMetadata(f"the requirement {text[:_SHOWN]!r} cannot be used: {wrong}")
            self._parsed[text] = found
        return found

    def _applies(self, marker: str, extra: str) -> bool:
        """Tell whether a requirement counts for the package itself or, with ``extra``, is added by that."""
        holds = self._environment.holds
        if not extra:
            return holds(marker)
        return bool(marker) and holds(marker, extra) and not holds(marker)


def _wrong_name(requirement: Requirement) -> str:
    """Return what is wrong with a name in ``requirement``, "" if nothing is."""
    for name in (requirement.name, *requirement.extras):
        if len(name) > MAX_LENGTH:
            return f"a name in it has more than {MAX_LENGTH} characters"
        try:
            normalise(name)
        except InvalidName as error:
            return str(error)
    return ""


class _Sorted:
    """What is known of one metadata file for all extras, found out when it is asked for."""

    __slots__ = ("_extras", "_lines", "_sort", "metadata")

    def __init__(self, metadata: Metadata, sort: Callable[[Metadata], _Lines | BadMetadata]) -> None:
        self.metadata = metadata
        self._sort = sort
        self._lines: _Lines | BadMetadata | None = None
        self._extras: frozenset[str] | None = None

    @property
    def lines(self) -> _Lines | BadMetadata:
        """The lines by extras, or what is wrong with one of them."""
        if self._lines is None:
            self._lines = self._sort(self.metadata)
        return self._lines

    @property
    def extras(self) -> frozenset[str]:
        """The extras that the metadata provides."""
        if self._extras is None:
            found: set[str] = set()
            for each in self.metadata.provides_extra:
                try:
                    found.add(normalise(each))
                except InvalidName:
                    continue
            self._extras = frozenset(found)
        return self._extras


class _Lines:
    """Lines by the extras that their markers name: a file may have thousands of both."""

    __slots__ = ("_any", "_by_extra", "_texts")

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        from resolver.model.markers import Marker  # noqa: PLC0415  # lazy: start-up time

        self._texts = [text for text, _ in lines]
        self._by_extra: dict[str, list[int]] = {}
        self._any: list[int] = []  # whose value may differ for an extra that they do not name
        for number, (_, marker) in enumerate(lines):
            extras = Marker(marker).extras if "extra" in marker else ()
            if extras is None:
                self._any.append(number)
            for extra in extras or ():
                self._by_extra.setdefault(extra, []).append(number)

    @property
    def count_of_any(self) -> int:
        """How many lines may count with an extra that they do not name."""
        return len(self._any)

    def texts(self, extra: str) -> list[str]:
        """Return the lines that may count with ``extra`` and not without, in their order."""
        return [self._texts[number] for number in sorted({*self._by_extra.get(extra, ()), *self._any})]
