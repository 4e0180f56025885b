"""Scenario files as tests of pytest: one test a file, which fails with what differs.

Imported when the first one is met; which files are scenarios is said in ``plugin``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.testing.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import Literal

    from _pytest._code.code import TerminalRepr

__all__ = ["ScenarioFile", "ScenarioItem"]


class ScenarioFile(pytest.File):
    """A file with one scenario."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield its test."""
        yield ScenarioItem.from_parent(self, name=self.path.stem)


class ScenarioItem(pytest.Item):
    """The test that all comes as a scenario expects."""

    def runtest(self) -> None:
        """Check it."""
        Scenario.read(self.path).check()

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Literal["long", "short", "line", "no", "native", "value", "auto"] | None = None,
    ) -> str | TerminalRepr:
        """Return what differs, without the way that led there."""
        if isinstance(excinfo.value, (AssertionError, InputError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str], None, str]:
        """Return where it is."""
        return self.path, None, f"scenario: {self.name}"
