"""Resolving from a recording in a test: what was not recorded fails it, whatever network there is.

How recordings are made and what is in them is said in docs/recordings.md.
"""

from __future__ import annotations

from pathlib import Path

from resolver.channels import Channels
from resolver.engines import solve
from resolver.errors import IndexUnavailable, ResolverError
from resolver.options import Options
from resolver.posing import read_constraints, read_requirement
from resolver.testing.outcomes import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Replay"]


class Replay:
    """The recording in ``folder``, made by ``resolver resolve --record`` or ``Options(record=...)``."""

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)

    def resolve(self, *requirements: str, **options: object) -> Outcome:
        """Resolve ``requirements`` from it; ``options`` are fields of ``resolver.Options``.

        Raises ``AssertionError`` where something would be needed that was not recorded.
        """
        made = Options().replace(**{**options, "replay": str(self.folder)})
        wanted = [read_requirement(each) for each in requirements]
        try:
            return Outcome(solve(wanted, read_constraints(made), made, Channels()))
        except IndexUnavailable as error:
            raise AssertionError(f"it is not in the recording: {error}") from error
        except ResolverError as error:
            return Outcome(None, error)

    def __repr__(self) -> str:
        return f"<Replay: {self.folder}>"
