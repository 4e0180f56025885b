"""Scenarios: a world, a question, and what must come of it, in one TOML file.

``story`` says what a user would meet.  ``requirements`` are the lines of a file ``app.in``, ``constraints``
those of ``limits.txt``, ``options`` fields of ``resolver.Options``; ``reject`` has reasons by
``name==version``, which a caller's hook would give.  What a world is made of is in ``worlds``, what can be
``expected`` in ``outcomes``.

Specification: docs/testing.md
"""

from __future__ import annotations

from resolver.testing.facts import Table, named_texts, text, texts
from resolver.testing.outcomes import Outcome, differences
from resolver.testing.worlds import World, lines_of, read_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from resolver.model.requirement import Requirement
    from resolver.vetting import Considered

__all__ = ["Scenario"]

_KEYS = (
    "story",
    "requirements",
    "constraints",
    "options",
    "reject",
    "packages",
    "indexes",
    "status",
    "expected",
)


class Scenario:
    """A question about a world, and what must come of it; ``given`` is what it was read from.

    >>> scenario = Scenario.read('''
    ... story = "The old one is wanted, and the new one is there."
    ... requirements = ["lib<2"]
    ... [packages.lib]
    ... "1.0" = {}
    ... "2.0" = {}
    ... [expected]
    ... pins = { lib = "2.0" }
    ... ''')
    >>> scenario.check()
    Traceback (most recent call last):
    AssertionError: The old one is wanted, and the new one is there.
    other pins:
      lib: 1.0, expected 2.0
    """

    def __init__(  # noqa: PLR0913  # one parameter a part of the file
        self,
        world: World,
        requirements: tuple[str, ...],
        expected: Mapping[str, object],
        *,
        story: str = "",
        constraints: tuple[str, ...] = (),
        options: Mapping[str, object] | None = None,
        reject: Mapping[str, str] | None = None,
    ) -> None:
        self.story = story
        self.world = world
        self.requirements = requirements
        self.constraints = constraints
        self.expected = expected
        self.options = world.options(**(options or {}))
        self.rejects = reject or {}
        self.given: dict[str, object] = {}

    @classmethod
    def read(cls, given: str | PathLike[str] | Mapping[str, object]) -> Scenario:
        """Read a scenario: TOML as text, a file of it, or what that says as a dictionary.

        Raises ``InputError`` that names the place for what cannot be understood.
        """
        table = read_table(given)
        whole = table.copied()
        world = World.taken(table)
        scenario = cls(
            world,
            table.taken("requirements", texts) or (),
            table.taken("expected", _values) or {},
            story=table.taken("story", text) or "",
            constraints=table.taken("constraints", texts) or (),
            options=table.taken("options", _values),
            reject=table.taken("reject", named_texts),
        )
        table.end(_KEYS)
        scenario.given = whole
        return scenario

    def run(self, *, patient: bool = True, **options: object) -> Outcome:
        """Return what comes of it, with ``options`` in the place of its own."""
        return self.world.ask(
            self.parsed(),
            self.parsed_constraints(),
            self.options.replace(**options),
            reject=self.objection if self.rejects else None,
            patient=patient,
        )

    def check(self, *, patient: bool = True, **options: object) -> Outcome:
        """Raise ``AssertionError`` unless what comes of it is what is expected; return it.

        Where all has to be waited for, more may be asked for than is of use: what ought to stay
        ``unvisited`` is not looked at then.
        """
        outcome = self.run(patient=patient, **options)
        expected = {key: each for key, each in self.expected.items() if patient or key != "unvisited"}
        found = differences(outcome, expected)
        if found:
            raise AssertionError("\n".join([self.story, *found] if self.story else found))
        return outcome

    def parsed(self) -> list[Requirement]:
        """Return the requirements, each with the line where it stands."""
        return lines_of("app.in", self.requirements)

    def parsed_constraints(self) -> list[Requirement]:
        """Return the constraints, each with the line where it stands."""
        return lines_of("limits.txt", self.constraints)

    def objection(self, considered: Considered) -> str | None:
        """Return what there is against a candidate, before its metadata is known."""
        return self.rejects.get(f"{considered.name}=={considered.version}")

    def __repr__(self) -> str:
        return f"<Scenario: {self.story or ', '.join(self.requirements)}>"


def _values(value: object, place: str) -> dict[str, object]:
    return Table(value, place).rest()
