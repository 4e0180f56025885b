"""Clauses (negated incompatibilities) and the causes they have.

A clause lists terms of which one must hold in every solution.  "Candidates V of p need q in S" is
``(p, ~V) or (q, S)``; that is the incompatibility ``{p in V, not q in S}`` turned round.  In this form a
clause is *false* where all its terms are false (Dart pub: "satisfied"), and *unit* where all but one are
("almost satisfied"); the one left must then hold.

Every clause knows why it is true.  The causes are a closed set: ``Given``, ``Depends``, ``Rejected``,
``Same`` and ``Found`` are facts, ``Derived`` is a conclusion.  How clauses are searched for a unit is in
``propagation``, how new ones are found in ``conflict``, how a cause becomes a sentence in ``explain``.

Spec: Dart pub, doc/solver.md, "Incompatibility" and "Derivation Graph".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Cause",
    "Clause",
    "Depends",
    "Derived",
    "Edge",
    "Expansion",
    "Found",
    "Given",
    "Rejected",
    "Same",
    "resolve",
]


class Cause:
    """Why a clause is true; the base of the closed set in this module."""

    __slots__ = ()


class Given(Cause):
    """A root fact; ``payload`` is what the problem said with it (a requirement, say)."""

    __slots__ = ("payload",)

    def __init__(self, payload: object) -> None:
        self.payload = payload


class Depends(Cause):
    """Candidates of ``package`` need ``other``.

    ``candidate`` and ``payload`` are of the facts that came last; ``before`` is the cause of the clause that
    they widened, with the candidates that need the same.
    """

    __slots__ = ("before", "candidate", "other", "package", "payload")

    def __init__(
        self, package: int, other: int, candidate: int, payload: object, before: Depends | None = None
    ) -> None:
        self.package = package
        self.other = other
        self.candidate = candidate
        self.payload = payload
        self.before = before

    def payloads(self) -> dict[int, object]:
        """Return what the problem said with the facts of each candidate, those that came first first."""
        found: list[tuple[int, object]] = []
        cause: Depends | None = self
        while cause is not None:
            found.append((cause.candidate, cause.payload))
            cause = cause.before
        return dict(reversed(found))


class Rejected(Cause):
    """Candidates of ``package`` cannot be used.

    Without ``candidate`` policy said so, before the search; with it that one turned out to be unusable when
    its facts were asked for, and ``payload`` is the reason that came with them.
    """

    __slots__ = ("candidate", "package", "payload")

    def __init__(self, package: int, candidate: int | None = None, payload: object = None) -> None:
        self.package = package
        self.candidate = candidate
        self.payload = payload


class Same(Cause):
    """Where ``extra`` is selected, ``base`` is selected with the same candidate."""

    __slots__ = ("base", "extra")

    def __init__(self, extra: int, base: int) -> None:
        self.extra = extra
        self.base = base


class Found(Cause):
    """What the problem found out when it was to choose; ``payload`` is what it said (``port.Conflict``)."""

    __slots__ = ("payload",)

    def __init__(self, payload: object) -> None:
        self.payload = payload


class Derived(Cause):
    """A conclusion: ``first`` resolved with each of ``rest`` in order, on the package at that place.

    The clause with this cause may leave out what the ground had ruled out when it was learned (terms, and
    candidates of terms): that can never hold.  ``Expansion`` puts it back by redoing the steps.
    """

    __slots__ = ("first", "pivots", "rest")

    def __init__(self, first: Clause, rest: list[Clause], pivots: list[int]) -> None:
        self.first = first
        self.rest = rest
        self.pivots = pivots


class Clause:
    """Terms of which one must hold, at most one a package, and the cause.

    Immutable by convention and compared by identity: it is the node of the proof.
    """

    __slots__ = ("allowed", "cause", "packages")

    def __init__(self, packages: list[int], allowed: list[int], cause: Cause) -> None:
        self.packages = packages
        self.allowed = allowed
        self.cause = cause

    def __repr__(self) -> str:
        terms = ", ".join(f"({p}, {m:#b})" for p, m in zip(self.packages, self.allowed, strict=True))
        return f"<Clause {terms or 'empty'} {type(self.cause).__name__}>"

    def terms(self) -> dict[int, int]:
        """Return the terms as a new dict, package to allowed mask, in the order of the clause."""
        return dict(zip(self.packages, self.allowed, strict=True))


class Edge:
    """What some candidates of ``package`` need of ``other``, as the search sees it; it grows with them.

    The package is in ``allowed``, which is cut to what the ground left at the time, or the other in
    ``other_allowed``.  ``members`` are the candidates, ``is_listed`` says whether the search looks at it.
    The clause that says so is made when somebody asks for it.
    """

    __slots__ = ("_clause", "_told", "allowed", "is_listed", "members", "other", "other_allowed", "package")

    def __init__(  # noqa: PLR0913, PLR0917  # the parts of a need, made often
        self, package: int, base: int, candidate: int, other: int, other_allowed: int, payload: object
    ) -> None:
        self.package = package
        self.members = 2 << candidate
        self.allowed = base & ~self.members
        self.other = other
        self.other_allowed = other_allowed
        self._told: list[tuple[int, object]] = [(candidate, payload)]
        self._clause: Clause | None = None
        self.is_listed = False

    def widen(self, candidate: int, payload: object) -> None:
        """Let ``candidate`` need the same; ``payload`` is what the problem said with that."""
        self.members |= 2 << candidate
        self.allowed &= ~self.members
        self._told.append((candidate, payload))

    def clause(self) -> Clause:
        """Return the clause of all candidates so far; those that were returned before stay as they are."""
        clause = self._clause
        if self._told or clause is None:
            cause = None if clause is None else clause.cause
            for candidate, payload in self._told:
                assert cause is None or isinstance(cause, Depends)
                cause = Depends(self.package, self.other, candidate, payload, cause)
            assert cause is not None
            self._told.clear()
            masks = [~self.members, self.other_allowed]
            clause = self._clause = Clause([self.package, self.other], masks, cause)
        return clause


def resolve(terms: dict[int, int], packages: Sequence[int], allowed: Sequence[int], pivot: int) -> None:
    """Turn ``terms`` into what follows from it and a second clause, resolved on ``pivot``.

    Both must have a term of the pivot.  Its masks meet, those of every other package unite; a pivot with
    nothing left goes away, as does a term that allows nothing.  This is the generalised rule of Dart pub,
    doc/solver.md, "Conflict Resolution":
    ``{t1, q}`` and ``{t2, r}`` give ``{q, r, t1 or t2}``, negated.
    """
    for i in range(len(packages)):
        package = packages[i]
        if package != pivot:
            united = terms.get(package, 0) | allowed[i]
            if united:
                terms[package] = united
        else:
            met = terms[package] & allowed[i]
            if met:
                terms[package] = met
            else:
                del terms[package]


class Expansion:
    """Exact terms of clauses, each worked out once by redoing the steps it was derived by.

    Kept outside the clauses: it is needed once, for a proof, and would double the memory of a search.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Clause, dict[int, int]] = {}

    def terms(self, clause: Clause) -> dict[int, int]:
        """Return the exact terms of ``clause``, without those that allow nothing; do not change the dict.

        Cost: linear in the steps below the clause that were not redone before.  The depth of the proof does
        not matter: the stack is a list.
        """
        stack = [clause]
        while stack:
            top = stack[-1]
            cause = top.cause
            if top in self._known:
                stack.pop()
            elif isinstance(cause, Derived):
                missing = [part for part in (cause.first, *cause.rest) if part not in self._known]
                if missing:
                    stack.extend(missing)
                    continue
                terms = dict(self._known[cause.first])
                for part, pivot in zip(cause.rest, cause.pivots, strict=True):
                    known = self._known[part]
                    resolve(terms, list(known), list(known.values()), pivot)
                self._known[top] = terms
            else:
                self._known[top] = {package: mask for package, mask in top.terms().items() if mask}
        return self._known[clause]
