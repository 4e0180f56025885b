"""Making a proof shorter without making it wrong.

A solver finds its proof candidate by candidate; a reader thinks in ranges.  Three rewritings are applied
until nothing changes.  Each leaves every statement as strong as it was or makes it stronger, so that the
result is a proof again, which ``derivation.check`` accepts:

* Facts that say of several candidates that they need the same become one fact.
* A step whose premises became strong enough to do without it goes away.
* A run of steps that rule out one part of a package after the other, each for a reason of the same form,
  becomes one step.  "V1 of p needs q in S1" and "V2 of p needs q in S2" are then told as one: "V1 or V2 of p
  needs q in S1 or S2", which is weaker than both and enough for what the run concluded.

How the result is told is in ``explain``.
"""

from __future__ import annotations

from resolver.solver.derivation import Conclusion, Derivation, Fact, Node
from resolver.solver.incompatibility import Cause, Depends, Given, Rejected, Same, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Key = tuple[object, ...]

__all__ = ["simplify"]

_SPINE = 4
"""How many steps two reasons may have and still be compared; longer ones are never alike in practice."""


def simplify(derivation: Derivation) -> Derivation:
    """Return an equally valid proof that is not longer.

    Cost: a few passes, each linear in the nodes times their width.
    """
    size = len(derivation.nodes())
    while True:
        derivation = _collapse(_rebuild(derivation, _united(derivation)))
        before = size
        size = len(derivation.nodes())
        if size >= before:
            return derivation


# -- facts ---------------------------------------------------------------------------------------------------


def _united(derivation: Derivation) -> dict[Node, Node]:
    """Return, for each fact that others say the same for other candidates, the one that says it for all."""
    alike: dict[Key, list[Fact]] = {}
    for node in derivation.nodes():
        if isinstance(node, Fact):
            cause = node.causes[0]
            if isinstance(cause, Depends) and cause.other != cause.package:
                key = (cause.package, cause.other, node.terms[cause.other])
                alike.setdefault(key, []).append(node)
    found: dict[Node, Node] = {}
    for (package, *_), facts in alike.items():
        if len(facts) > 1:
            assert isinstance(package, int)
            both = _merged_facts(facts, package)
            found.update(dict.fromkeys(facts, both))
    return found


def _merged_facts(facts: list[Fact], pivot: int) -> Fact:
    """Return one fact for several of one kind: where they meet on ``pivot`` and unite elsewhere."""
    terms = dict(facts[0].terms)
    for fact in facts[1:]:
        for package, mask in fact.terms.items():
            terms[package] = terms[package] & mask if package == pivot else terms[package] | mask
    return Fact(terms, _distinct(cause for fact in facts for cause in fact.causes))


def _distinct(causes: Iterable[Cause]) -> list[Cause]:
    """Return each cause once, without those that another one continues (``Depends.before``)."""
    unique = dict.fromkeys(causes)
    continued: set[Cause] = set()
    for cause in unique:
        before = cause.before if isinstance(cause, Depends) else None
        while before is not None and before not in continued:
            continued.add(before)
            before = before.before
    return [cause for cause in unique if cause not in continued]


def _kind(fact: Fact, pivot: int) -> Key:
    """Return a key that facts share which may be told together where they rule out parts of ``pivot``.

    Two needs of one candidate are two.  Requirements of the root on one package are told together even where
    they leave nothing: ``causes`` has each of them.
    """
    cause = fact.causes[0]
    match cause:
        case Depends(package=package) if package == pivot:
            return ("depends", package, cause.other)
        case Rejected():
            return ("rejected", cause.package, cause.candidate is None)
        case Same():
            return ("same", cause.extra, cause.base)
        case Given() if pivot in fact.terms:
            return ("given", pivot)
        case _:
            return (fact,)


# -- steps ---------------------------------------------------------------------------------------------------


def _rebuild(derivation: Derivation, replaced: dict[Node, Node]) -> Derivation:
    """Redo every step with its premises replaced, and leave out those that are not needed any more."""
    for node in derivation.nodes():
        if node in replaced:
            continue
        if not isinstance(node, Conclusion):
            replaced[node] = node
            continue
        left, right = replaced[node.left], replaced[node.right]
        if left is node.left and right is node.right and not _is_idle(node):
            replaced[node] = node
        else:
            replaced[node] = _concluded(left, right, node.pivot)
    return Derivation(replaced[derivation.root])


def _concluded(left: Node, right: Node, pivot: int) -> Node:
    """Return what follows on ``pivot``; where one premise says no less by itself, that one."""
    if not left.terms.get(pivot):
        return left
    if not right.terms.get(pivot):
        return right
    if isinstance(left, Fact) and isinstance(right, Fact) and _kind(left, pivot) == _kind(right, pivot):
        return _merged_facts([left, right], pivot)
    terms = {package: mask for package, mask in left.terms.items() if mask}
    resolve(terms, list(right.terms), list(right.terms.values()), pivot)
    for premise in (left, right):
        if _implies(premise.terms, terms):
            return premise
    return Conclusion(terms, left, right, pivot)


def _is_idle(node: Conclusion) -> bool:
    return _implies(node.left.terms, node.terms) or _implies(node.right.terms, node.terms)


def _implies(stronger: dict[int, int], weaker: dict[int, int]) -> bool:
    return all(mask & ~weaker.get(package, 0) == 0 for package, mask in stronger.items())


# -- runs ----------------------------------------------------------------------------------------------------


def _collapse(derivation: Derivation) -> Derivation:
    """Tell the members of each run that have reasons of the same form as one."""
    nodes = derivation.nodes()
    uses: dict[Node, int] = dict.fromkeys(nodes, 0)
    for node in nodes:
        if isinstance(node, Conclusion):
            uses[node.left] += 1
            uses[node.right] += 1
    replaced: dict[Node, Node] = {}
    # A run is dealt with at its last step, where all of it is known; what is inside is passed over.
    inside: set[Node] = {
        node.left
        for node in nodes
        if isinstance(node, Conclusion)
        and isinstance(node.left, Conclusion)
        and node.left.pivot == node.pivot
        and uses[node.left] == 1
    }
    for node in nodes:
        if not isinstance(node, Conclusion):
            replaced[node] = node
        elif node not in inside:
            replaced[node] = _retold(node, inside, replaced, uses)
    return Derivation(replaced[derivation.root])


def _retold(end: Conclusion, inside: set[Node], replaced: dict[Node, Node], uses: dict[Node, int]) -> Node:
    """Rebuild the run that ends with ``end``, each group of alike reasons put together."""
    pivot = end.pivot
    reasons = [end.right]
    start = end.left
    while start in inside:
        assert isinstance(start, Conclusion)
        reasons.append(start.right)
        start = start.left
    groups: dict[Key, dict[Node, None]] = {}
    for reason in reversed(reasons):
        groups.setdefault(_form(reason, pivot, uses), {})[reason] = None
    node = replaced[start]
    for group in groups.values():
        node = _concluded(node, _merged(list(group), pivot, replaced), pivot)
    return node


def _form(reason: Node, pivot: int, uses: dict[Node, int]) -> Key:
    """Return a key that reasons share which differ only in the fact that they begin with."""
    spine: list[object] = []
    bottom = reason
    while isinstance(bottom, Conclusion) and uses[bottom] == 1 and len(spine) < 2 * _SPINE:
        spine.extend((bottom.right, bottom.pivot))
        bottom = bottom.left
    return (*_kind(bottom, pivot), *spine) if isinstance(bottom, Fact) else (reason,)


def _merged(group: list[Node], pivot: int, replaced: dict[Node, Node]) -> Node:
    """Return what reasons of one form say together about ``pivot``, derived in that form."""
    if len(group) == 1:
        return replaced[group[0]]
    facts: list[Fact] = []
    steps: list[tuple[Node, int]] = []
    for reason in group:
        steps.clear()
        bottom = reason
        while isinstance(bottom, Conclusion):
            steps.append((replaced[bottom.right], bottom.pivot))
            bottom = bottom.left
        assert isinstance(bottom, Fact)
        facts.append(bottom)
    node: Node = _merged_facts(facts, pivot)
    for right, step in reversed(steps):
        node = _concluded(node, right, step)
    return node
