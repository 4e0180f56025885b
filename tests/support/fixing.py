"""Trying out fixes again, as a user would: a new question from what the fix says, and nothing remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.arguments import parse
from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.formats.answer import Fix
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.session import solve
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = ["Asked", "fixes_of"]


class Asked:
    """A question, over an index in memory."""

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, Any]],
        requirements: Sequence[str],
        constraints: Sequence[str] = (),
        options: Options = Options(),  # noqa: B008  # immutable
    ) -> None:
        self.packages = packages
        self.requirements = requirements
        self.constraints = constraints
        self.options = options

    def pins(self) -> dict[str, str] | None:
        """Return the pins by name, or None where there is no solution."""
        try:
            answer = solve(
                [Requirement.parse(text) for text in self.requirements],
                [Requirement.parse(text) for text in self.constraints],
                self.options.replace(no_fixes=True),
                Channels(source=MemorySource(self.packages)),
            )
        except NoSolution:
            return None
        return {pin.name: pin.version for pin in answer.pins}

    def after(self, fix: Fix) -> Asked:
        """Return the question that ``fix`` makes of this one, by its lines and the words for the command."""
        words = parse(["resolve", *fix.options], {}).options()
        assert {**words} == {name: _listed(value) for name, value in fix.settings.items()}
        options = self.options.replace(**fix.settings)
        if fix.overrides is not None:
            options = options.replace(overrides=fix.overrides)
        constraints = self.constraints if fix.constraints is None else fix.constraints
        return Asked(self.packages, fix.requirements, constraints, options)


def _listed(value: object) -> object:
    """Return the last of several values: the words add one to those that are there."""
    return value[-1:] if isinstance(value, tuple) else value


def fixes_of(error: NoSolution) -> list[Fix]:
    """Return the fixes that an error carries."""
    fixes = [fix for fix in error.fixes if isinstance(fix, Fix)]
    assert len(fixes) == len(error.fixes)
    return fixes
