"""The proof that there is no solution, as a value; and a checker that trusts nothing.

``derivation`` turns the empty clause of an ``engine.Unsolvable`` into a graph of facts and conclusions.  The
engine writes down only which clauses it resolved; the steps in between are redone here, and only those that
the empty clause rests on.  A node that is used twice is one object.

``check`` reads a derivation as anybody could have written it: it looks at each step by itself, with set
arithmetic of its own, and shares no code with what made the step.

How a derivation is shortened is in ``simplify``, how it is told in ``explain``.

Spec: Dart pub, doc/solver.md, "Derivation Graph".
"""

from __future__ import annotations

from resolver.solver.incompatibility import (
    Cause,
    Clause,
    Depends,
    Derived,
    Found,
    Given,
    Rejected,
    Same,
    resolve,
)
from resolver.solver.terms import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Conclusion", "Derivation", "Fact", "Node", "ProofError", "check", "derivation", "survey"]


class Node:
    """A statement: one of ``terms`` (package to allowed mask) holds.  It is a ``Fact`` or a ``Conclusion``.

    Compared by identity; not to be changed.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: dict[int, int]) -> None:
        self.terms = terms


class Fact(Node):
    """A statement from outside.

    ``causes`` says why, once for each fact of the problem that is put together here; they are of one kind and
    speak of the same packages.  There is one unless ``simplify`` has been at work.
    """

    __slots__ = ("causes",)

    def __init__(self, terms: dict[int, int], causes: Sequence[Cause]) -> None:
        super().__init__(terms)
        self.causes = tuple(causes)


class Conclusion(Node):
    """What follows from ``left`` and ``right`` by looking at each case of the package ``pivot``."""

    __slots__ = ("left", "pivot", "right")

    def __init__(self, terms: dict[int, int], left: Node, right: Node, pivot: int) -> None:
        super().__init__(terms)
        self.left = left
        self.right = right
        self.pivot = pivot


class Derivation:
    """A whole proof: ``root`` is the statement that nothing holds."""

    __slots__ = ("root",)

    def __init__(self, root: Node) -> None:
        self.root = root

    def nodes(self) -> list[Node]:
        """Return every node once, premises before conclusions; the root is the last.  Cost: linear."""
        done: dict[Node, None] = {}
        stack = [self.root]
        while stack:
            node = stack[-1]
            if node in done:
                stack.pop()
                continue
            missing = (
                [each for each in (node.right, node.left) if each not in done]
                if isinstance(node, Conclusion)
                else []
            )
            if missing:
                stack.extend(missing)
            else:
                done[node] = None
                stack.pop()
        return list(done)


def survey(clause: Clause) -> tuple[int, list[Clause]]:
    """Return how many steps the proof of ``clause`` has, and the clauses of the facts that it rests on.

    Cost: linear in the clauses below it, far less than that of the proof.
    """
    steps = 0
    facts: list[Clause] = []
    seen = {clause}
    ahead = [clause]
    while ahead:
        top = ahead.pop()
        cause = top.cause
        if not isinstance(cause, Derived):
            facts.append(top)
            continue
        steps += len(cause.rest)
        for part in (*cause.rest, cause.first):
            if part not in seen:
                seen.add(part)
                ahead.append(part)
    return steps, facts


def derivation(clause: Clause) -> Derivation:
    """Return the proof of ``clause``.

    Cost: linear in the steps that it rests on, each as wide as its clause.  However deep the proof is, no
    call is.
    """
    built: dict[Clause, Node] = {}
    unusable: dict[tuple[int, int], Fact] = {}
    stack = [clause]
    while stack:
        top = stack[-1]
        if top in built:
            stack.pop()
            continue
        cause = top.cause
        if not isinstance(cause, Derived):
            built[top] = _fact(top, unusable)
            continue
        missing = [part for part in (cause.first, *cause.rest) if part not in built]
        if missing:
            stack.extend(missing)
            continue
        node = built[cause.first]
        for part, pivot in zip(cause.rest, cause.pivots, strict=True):
            node = _conclude(node, built[part], pivot)
        built[top] = node
    return Derivation(built[clause])


def _fact(clause: Clause, unusable: dict[tuple[int, int], Fact]) -> Fact:
    """Return the leaf for a fact; what policy says of one mask is said by one node."""
    fact = Fact(clause.terms(), (clause.cause,))
    if isinstance(clause.cause, Rejected) and clause.cause.candidate is None:
        return unusable.setdefault((clause.packages[0], clause.allowed[0]), fact)
    return fact


def _conclude(left: Node, right: Node, pivot: int) -> Node:
    """Return what follows from two nodes, resolved on ``pivot``."""
    terms = {package: mask for package, mask in left.terms.items() if mask}
    resolve(terms, list(right.terms), list(right.terms.values()), pivot)
    return Conclusion(terms, left, right, pivot)


class ProofError(Exception):
    """A step of a derivation does not hold; ``node`` is the faulty one."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.node = node


def check(derivation: Derivation) -> None:
    """Verify that every conclusion follows, that facts are of the shape of their cause, and that all ends
    in a contradiction; raises ``ProofError``.

    What the facts say of the world is not verified: only who asked for them can do that.
    """  # noqa: D205  # the claim does not fit one line
    for node in derivation.nodes():
        if isinstance(node, Conclusion):
            if not _follows(node):
                raise ProofError(f"{node.terms} does not follow from its premises", node)
        elif not (isinstance(node, Fact) and _is_well_formed(node)):
            raise ProofError(f"{node.terms} is no fact of its cause", node)
    if any(derivation.root.terms.values()):
        raise ProofError(f"the proof ends with {derivation.root.terms}, which may hold", derivation.root)


def _follows(node: Conclusion) -> bool:
    """Look at every value of the pivot: where it is not allowed anyway, a premise must give another term."""
    pivot = node.pivot
    uncovered = ~node.terms.get(pivot, 0)
    for premise in (node.left, node.right):
        others = [(package, mask) for package, mask in premise.terms.items() if package != pivot]
        if all(mask & ~node.terms.get(package, 0) == 0 for package, mask in others):
            # Where this premise's own term of the pivot is false, one of the others holds.
            uncovered &= premise.terms.get(pivot, 0)
    return uncovered == 0


def _is_well_formed(fact: Fact) -> bool:
    return bool(fact.causes) and all(_fits(fact.terms, cause) for cause in fact.causes)


def _fits(terms: dict[int, int], cause: Cause) -> bool:
    if isinstance(cause, Given):
        return len(terms) <= 1
    if isinstance(cause, Found):
        return True
    if isinstance(cause, Rejected):
        return list(terms) == [cause.package] and bool(terms[cause.package] & ABSENT)
    if isinstance(cause, Depends):
        return set(terms) == {cause.package, cause.other} and bool(terms[cause.package] & ABSENT)
    if isinstance(cause, Same):
        if set(terms) != {cause.extra, cause.base}:
            return False
        # Whichever candidate both are, one of the two terms must allow it; absence of the extra is allowed.
        extra, base = terms[cause.extra], terms[cause.base]
        return bool(extra & ABSENT) and ~(extra | base | ABSENT) == 0
    return False
