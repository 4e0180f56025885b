"""A proof as nested data: dicts and lists that can be written as JSON.

Shared conclusions are not unfolded without end, and nothing nests as deep as the proof.  What the keys mean
to those who read the JSON is in ``docs/derivation.md``; how a proof is told is in ``explain``.
"""

from __future__ import annotations

from resolver.solver.derivation import Conclusion, Derivation, Fact, Node
from resolver.solver.incompatibility import Depends, Found, Given, Rejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.solver.protocols import Wording

__all__ = ["shared", "tree"]

_DEPTH = 100
_MOST = 2_000


def tree(
    derivation: Derivation, wording: Wording, details: Callable[[Fact], dict[str, object]] | None = None
) -> dict[str, object]:
    """Return the derivation as nested dicts and lists of plain values.

    A fact has ``cause`` (its kind), a conclusion ``left`` and ``right``; both have ``terms`` and, as
    ``text``, what they say.  A fact has besides what ``details`` gives.

    In a proof of which that would make more than 2,000 nodes, a conclusion that is needed in several places
    is unfolded in the first and has an ``id`` there; the others hold ``ref`` with that number instead of
    ``left`` and ``right``.  Where nodes would nest more than 100 deep a ``ref`` is put as well, and the node
    is unfolded in the list ``lines`` of the outermost dict.  So the size is linear in the proof, and any JSON
    writer can follow.
    """
    unfolding = _Unfolding(derivation, wording, details)
    whole = unfolding.unfold(derivation.root)
    lines: list[object] = []
    while unfolding.deferred:
        lines.append(unfolding.unfold(unfolding.deferred.pop(0)))
    if lines:
        whole["lines"] = lines
    return whole


class _Unfolding:
    """The state of ``tree``: which conclusions have an id, and which wait to be unfolded by themselves."""

    __slots__ = ("_details", "_ids", "_root", "_shared", "_wording", "deferred")

    def __init__(
        self,
        derivation: Derivation,
        wording: Wording,
        details: Callable[[Fact], dict[str, object]] | None,
    ) -> None:
        self._wording = wording
        self._details = details
        self._root = derivation.root
        self._ids: dict[Node, int] = {}
        nodes = derivation.nodes()
        self._shared = shared(nodes) if _unfolded(nodes) > _MOST else set()
        self.deferred: list[Node] = []

    def unfold(self, top: Node) -> dict[str, object]:
        """Return ``top`` with all below it, down to the limit."""
        outermost = self._shown(top)
        if top in self._ids:
            outermost["id"] = self._ids[top]
        stack: list[tuple[Node, dict[str, object], int]] = [(top, outermost, 0)]
        while stack:
            node, shown, depth = stack.pop()
            if not isinstance(node, Conclusion):
                continue
            for side, premise in (("left", node.left), ("right", node.right)):
                below = self._shown(premise)
                shown[side] = below
                if not isinstance(premise, Conclusion):
                    continue
                if premise in self._ids:
                    below["ref"] = self._ids[premise]
                elif depth + 1 < _DEPTH:
                    if premise in self._shared:
                        self._ids[premise] = below["id"] = len(self._ids) + 1
                    stack.append((premise, below, depth + 1))
                else:
                    self._ids[premise] = below["ref"] = len(self._ids) + 1
                    self.deferred.append(premise)
        return outermost

    def _shown(self, node: Node) -> dict[str, object]:
        """Return what a node says, without what it rests on."""
        wording = self._wording
        terms = [wording.term(package, mask) for package, mask in node.terms.items()]
        if isinstance(node, Fact):
            details = {} if self._details is None else self._details(node)
            return {"cause": _kind(node), "text": wording.fact(node), "terms": terms, **details}
        said = wording.unsatisfiable() if node is self._root else wording.conclusion(node.terms)
        return {"text": said, "terms": terms}


def _kind(fact: Fact) -> str:
    match fact.causes[0]:
        case Given():
            return "given"
        case Depends():
            return "depends"
        case Rejected():
            return "rejected"
        case Found():
            return "found"
        case _:
            return "same"


def _unfolded(nodes: list[Node]) -> int:
    """Return how many nodes the last of ``nodes`` (premises first) has as a tree."""
    sizes: dict[Node, int] = {}
    for node in nodes:
        sizes[node] = 1 + (sizes[node.left] + sizes[node.right] if isinstance(node, Conclusion) else 0)
    return sizes[nodes[-1]]


def shared(nodes: list[Node]) -> set[Node]:
    """Return those of ``nodes`` that are premises more than once."""
    seen: set[Node] = set()
    found: set[Node] = set()
    for node in nodes:
        if isinstance(node, Conclusion):
            for premise in (node.left, node.right):
                (found if premise in seen else seen).add(premise)
    return found
