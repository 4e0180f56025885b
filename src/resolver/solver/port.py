"""The values that a problem answers the solver with.  What it is asked is in ``protocols``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Conflict", "Facts", "Need", "SolverError", "Universe"]


class Universe:
    """What there is of one package.

    ``usable`` is the mask of candidates that policy does not reject, bit 0 set.  ``same_as`` is the package
    that this one is an extra of: it has the same candidates, and the two are selected together.
    """

    __slots__ = ("same_as", "usable")

    def __init__(self, usable: int, same_as: int | None = None) -> None:
        self.usable = usable
        self.same_as = same_as


class SolverError(Exception):
    """The solver, or the problem it was given, is in a state that must not exist: a bug, not an answer."""


class Facts:
    """What the root, or one candidate, needs.

    ``dependencies`` are ``(package, allowed, payload)``; ``allowed`` is a domain mask (with bit 0 set: a
    constraint, "if it is selected at all"), and the payload comes back with the cause.  ``rejected``, where
    it is not ``None``, is the reason why the candidate itself (or the root) cannot be used.
    """

    __slots__ = ("dependencies", "rejected")

    def __init__(self, dependencies: Sequence[tuple[int, int, object]] = (), rejected: object = None) -> None:
        self.dependencies = dependencies
        self.rejected = rejected


class Conflict:
    """No candidate can be chosen: one of ``terms`` would have to hold, and now none does.

    ``terms`` are pairs of package and allowed mask, true in every solution and false under what is decided;
    ``payload`` comes back with the cause.  For problems that learn only when they are to choose that what
    others need together leaves nothing.
    """

    __slots__ = ("payload", "terms")

    def __init__(self, terms: Sequence[tuple[int, int]], payload: object = None) -> None:
        self.terms = terms
        self.payload = payload


class Need:
    """The problem lacks something; ``keys`` say what, in its own terms."""

    __slots__ = ("keys",)

    def __init__(self, keys: Sequence[object]) -> None:
        self.keys = keys
