"""A plugin for pdm: its lock files by PubGrub, with the proof where there is none.

pdm keeps everything of its own: candidates, markers, ``inherit_metadata``, overrides, excludes, the lock
file.  Only the search is another: ``PubGrubResolver`` takes any provider of resolvelib, and so pdm's.  It
needs no more rounds than there are packages to look at, and where resolvelib names the last conflict it
proves that there is no way.

Two hooks of pdm do it: ``core.resolver_class`` is what ``RLResolver`` searches with, and
``Project.get_resolver`` says which ``pdm.resolver.base.Resolver`` is used at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdm.project import Project
from pdm.resolver.resolvelib import RLResolver
from resolvelib import ResolutionImpossible

from resolver import PubGrubResolver

if TYPE_CHECKING:
    from pdm.core import Core
    from pdm.resolver.base import Resolution, Resolver


class PubGrub(RLResolver):  # type: ignore[misc]  # pdm is not there where types are checked
    """pdm's resolver, which tells what the proof says before it fails as pdm does."""

    def resolve(self) -> Resolution:
        """Resolve the requirements; see ``pdm.resolver.base.Resolver``."""
        try:
            return super().resolve()
        except ResolutionImpossible as error:
            self.project.core.ui.error(str(error))
            raise


class PubGrubProject(Project):  # type: ignore[misc]  # the same
    """A project that is resolved by ``PubGrub``, unless uv is asked for."""

    def get_resolver(self, allow_uv: bool = True) -> type[Resolver]:  # noqa: FBT001, FBT002  # pdm's signature
        """Return the class that pdm makes its resolver of."""
        return super().get_resolver() if allow_uv and self.config.get("use_uv") else PubGrub


def plugin(core: Core) -> None:
    """Put PubGrub into pdm; the entry point ``pdm``."""
    core.resolver_class = PubGrubResolver
    core.project_class = PubGrubProject
