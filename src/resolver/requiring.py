"""What the metadata of a candidate asks for in one environment: the requirement lines that count there.

Markers, extras and the Requires-Python of the metadata are applied here; what the user replaces or leaves out
is in ``problem``, how a line is read in ``model.requirement``.

Specification: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from resolver.model.faults import UndefinedComparison
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.policy import BadMetadata, PythonMismatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.index.metadata import Metadata
    from resolver.model.environment import Environment
    from resolver.policy import Reason

__all__ = ["Reader"]


class Reader:
    """Reads metadata for ``environment``; each line is parsed once."""

    __slots__ = ("_environment", "_parsed")

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._parsed: dict[str, Requirement | BadMetadata] = {}

    def read(self, metadata: Metadata, extra: str) -> tuple[Requirement, ...] | Reason:
        """Return what ``metadata`` requires here, or why it cannot be used.

        With ``extra``, only what that extra adds to the requirements without it.
        """
        reason = self.python_reason(metadata)
        if reason is not None:
            return reason
        required: list[Requirement] = []
        for text in metadata.requires_dist:
            requirement = self._parse(text)
            if isinstance(requirement, BadMetadata):
                return requirement
            try:
                if self._applies(requirement.marker, extra):
                    required.append(requirement)
            except UndefinedComparison as error:
                return BadMetadata(f"the marker of {requirement.text!r} has no value ({error})")
        return tuple(required)

    def python_reason(self, metadata: Metadata) -> Reason | None:
        """Return why the Python of the environment is not the one that ``metadata`` wants, if it is not."""
        if metadata.requires_python is None:
            return None
        environment = self._environment
        if environment.accepts_python(metadata.requires_python) is not False:
            return None
        return PythonMismatch(metadata.requires_python, environment.variables["python_full_version"])

    def extras(self, metadata: Metadata) -> set[str]:
        """Return the extras that ``metadata`` names in normal form, without those whose names are none."""
        found: set[str] = set()
        for each in metadata.provides_extra:
            try:
                found.add(normalise(each))
            except InvalidName:
                continue
        return found

    def _parse(self, text: str) -> Requirement | BadMetadata:
        """Read a requirement of an index package, each text once."""
        found = self._parsed.get(text)
        if found is None:
            try:
                found = Requirement.repaired(text)
                for name in (found.name, *found.extras):
                    normalise(name)
            except InvalidRequirement as error:
                found = BadMetadata(f"the requirement {text[:200]!r} cannot be read ({error.message})")
            except InvalidName as error:
                found = BadMetadata(f"the requirement {text[:200]!r} cannot be used: {error}")
            self._parsed[text] = found
        return found

    def _applies(self, marker: str, extra: str) -> bool:
        """Tell whether a requirement counts for the package itself or, with ``extra``, is added by that."""
        holds = self._environment.holds
        if not extra:
            return holds(marker)
        return bool(marker) and holds(marker, extra) and not holds(marker)
