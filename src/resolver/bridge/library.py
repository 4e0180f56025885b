"""The resolvelib that a provider belongs to.

Installers carry copies of resolvelib of their own (pip: ``pip._vendor.resolvelib``).  What they catch and
take apart are the classes of their copy, so results and exceptions are made of these.

Spec: resolvelib 1.x, ``resolvers`` and ``structs``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolvelib import AbstractProvider, BaseReporter
    from resolvelib.resolvers import (
        Criterion,
        InconsistentCandidate,
        RequirementInformation,
        RequirementsConflicted,
        ResolutionImpossible,
        ResolutionTooDeep,
        Resolver,
        Result,
    )
    from resolvelib.structs import DirectedGraph, State

    Provider = AbstractProvider[object, object, object]
    Reporter = BaseReporter[object, object, object]
    Information = RequirementInformation[object, object]

__all__ = ["Library"]


class Library:
    """The classes of one copy of resolvelib that a resolver makes objects of, or catches."""

    __slots__ = (
        "_provider",
        "conflicted",
        "criterion",
        "graph",
        "impossible",
        "inconsistent",
        "information",
        "reporter",
        "resolver",
        "result",
        "state",
        "too_deep",
    )

    def __init__(self, name: str) -> None:
        package = sys.modules[name]
        resolvers = sys.modules[f"{name}.resolvers"]
        structs = sys.modules[f"{name}.structs"]
        self._provider: type[Provider] = package.AbstractProvider
        self.reporter: type[Reporter] = package.BaseReporter
        self.resolver: type[Resolver[object, object, object]] = package.Resolver
        self.criterion: type[Criterion[object, object]] = resolvers.Criterion
        self.information: type[Information] = resolvers.RequirementInformation
        self.result: type[Result[object, object, object]] = resolvers.Result
        # It moved with resolvelib 1.1.
        self.state: type[State[object, object, object]] = getattr(structs, "State", None) or resolvers.State
        self.graph: type[DirectedGraph[object]] = structs.DirectedGraph
        self.conflicted: type[RequirementsConflicted[object, object]] = resolvers.RequirementsConflicted
        self.inconsistent: type[InconsistentCandidate[object, object]] = resolvers.InconsistentCandidate
        self.impossible: type[ResolutionImpossible[object, object]] = resolvers.ResolutionImpossible
        self.too_deep: type[ResolutionTooDeep] = resolvers.ResolutionTooDeep

    @classmethod
    def of(cls, *users: object) -> Library:
        """Return the resolvelib that the first of ``users`` that has one has its base class from.

        Providers and reporters need not inherit from anything; the plain ``resolvelib`` is for those.
        """
        for user in users:
            for base in type(user).__mro__:
                name, _, module = base.__module__.rpartition(".")
                if module in ("providers", "reporters") and name.rpartition(".")[2] == "resolvelib":
                    return cls(name)
        import_module("resolvelib")
        return cls("resolvelib")

    def narrows(self, provider: Provider) -> bool:
        """Tell whether ``provider`` has a ``narrow_requirement_selection`` of its own."""
        return _overrides(provider, self._provider, "narrow_requirement_selection")

    def looks_at_rounds(self, reporter: Reporter) -> bool:
        """Tell whether ``reporter`` has an ``ending_round`` of its own."""
        return _overrides(reporter, self.reporter, "ending_round")


def _overrides(user: object, base: type[object], name: str) -> bool:
    method = getattr(user, name, None)
    return method is not None and getattr(method, "__func__", method) is not getattr(base, name, None)
