"""Looking for a straight proof: one that narrows one package after the other, without telling cases apart.

A search proves what it came upon: its proof tells cases apart where it had guessed, and names packages that
happened to be tried first.  Most conflicts of real requirements need neither.  Here the facts that the search
had asked for are gone through again, breadth first: all that a package may still be says together what
another one may be, and so on until nothing is left of one.  From there the proof is traced back, and of
several reasons for the same the one that says most is taken.  Then each kind of fact in it is left out once,
to see whether it was needed at all.

No guess is ever made, so there may be no straight proof where there is one.  What is found is a derivation
like any other, for ``derivation.check`` to verify.

Spec: none; the narrowing is arc consistency (Mackworth, "Consistency in networks of relations", 1977).
"""

from __future__ import annotations

from resolver.solver.derivation import Conclusion, Derivation, Node
from resolver.solver.incompatibility import resolve
from resolver.solver.links import Alone, Link, Needs, Tie, links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.solver.derivation import Fact
    from resolver.solver.protocols import Known

    Kind = tuple[object, ...]

__all__ = ["straightened"]

_TRIALS = 40
"""How often the narrowing is repeated with something left out."""

_STEPS = 200
"""A proof of more steps is of no help to a reader, and might nest deeper than calls may."""


def straightened(packages: set[int], known: Known) -> list[Derivation]:
    """Return straight proofs over ``packages``, say those of another proof; none if there is none.

    There are two of the same facts.  The first goes from what is required to what is left, each step about
    one package; the second adds fact by fact, beginning where nothing is left, which is shorter where one
    package is the reason for many things.  Cost: linear in the candidates of those packages, besides some
    narrowings over what they have in common.
    """
    all_links = links(known, packages)
    found = _proof(all_links)
    if found is None:
        return []
    found = _with_less(all_links, found)
    return [Derivation(found.root), Derivation(_backwards(found.steps))]


def _with_less(all_links: list[Link], found: _Found) -> _Found:
    """Leave out each kind of fact in turn, for good where there is a proof of fewer kinds without it."""
    tried: set[Kind] = set()
    while len(tried) < _TRIALS:
        kind = next((each for each in found.kinds if each not in tried), None)
        if kind is None:
            break
        tried.add(kind)
        fewer = [link for link in all_links if link.kind != kind]
        other = _proof(fewer)
        if other is not None and len(other.kinds) < len(found.kinds):
            all_links, found = fewer, other
    return found


# -- narrowing -----------------------------------------------------------------------------------------------


class _Step:
    """``package``, which was one of ``before``, was narrowed to ``allowed`` by ``link``.

    The masks may be negative.  ``seen`` is the domain that the other package of the link had then.
    """

    __slots__ = ("allowed", "before", "link", "package", "seen")

    def __init__(self, package: int, allowed: int, link: Link, *, before: int, seen: int) -> None:
        self.package = package
        self.allowed = allowed
        self.link = link
        self.before = before
        self.seen = seen

    def fact(self, out: int, *, wide: bool = False) -> Fact:
        """Return the fact of the link that rules ``out`` out.

        With ``wide`` it speaks of all candidates of which it is true, otherwise only of those left then.
        """
        link = self.link
        if isinstance(link, Alone):
            return link.ruling_out(out)
        assert isinstance(link, (Needs, Tie))
        if self.package == link.other:
            return link.ahead(out, -1 if wide else self.seen)
        return link.behind(out)


class _Found:
    """A proof: its root, the steps that it was traced from, and the kinds of facts that it rests on."""

    __slots__ = ("kinds", "root", "steps")

    def __init__(self, root: Node, steps: list[_Step], kinds: Iterable[Kind]) -> None:
        self.root = root
        self.steps = steps
        self.kinds = list(kinds)


def _proof(all_links: list[Link]) -> _Found | None:
    """Return a proof with all that ``links`` say: of two ways to trace it, the one with fewer kinds."""
    narrowing = _Narrowing(all_links)
    emptied = narrowing.run()
    steps = narrowing.steps
    if emptied is None or len(steps) > _STEPS:
        return None
    found: list[_Found] = []
    for wide in (False, True):
        trace = _Trace(steps, wide=wide)
        found.append(_Found(trace.without(emptied, -1, len(steps)), steps, trace.kinds))
    return min(found, key=lambda each: len(each.kinds))


class _Narrowing:
    """All domains, and ``steps``: how they became what they are."""

    __slots__ = ("_alone", "_domains", "_links", "steps")

    def __init__(self, links: list[Link]) -> None:
        self._domains: dict[int, int] = {}
        self._links: dict[int, list[Needs | Tie]] = {}
        self._alone: list[Alone] = []
        self.steps: list[_Step] = []
        for link in links:
            self._domains[link.package] = -1
            if isinstance(link, Alone):
                self._alone.append(link)
            else:
                assert isinstance(link, (Needs, Tie))
                self._domains[link.other] = -1
                self._links.setdefault(link.package, []).append(link)
                self._links.setdefault(link.other, []).append(link)

    def run(self) -> int | None:
        """Narrow until nothing changes, or until a package has nothing left: that one."""
        queue: dict[int, None] = {}
        for alone in self._alone:
            if self._narrow(alone.package, alone.allowed, alone, -1, queue):
                return alone.package
        while queue:
            changed = next(iter(queue))
            del queue[changed]
            for link in self._links.get(changed, ()):
                seen = self._domains[changed]
                package = link.other if changed == link.package else link.package
                allowed = link.narrowed(seen) if changed == link.package else link.left(seen)
                if self._narrow(package, allowed, link, seen, queue):
                    return package
        return None

    def _narrow(self, package: int, allowed: int, link: Link, seen: int, queue: dict[int, None]) -> bool:
        """Narrow a package, if that changes it; tell whether nothing is left."""
        before = self._domains[package]
        after = before & allowed
        if after != before:
            self._domains[package] = after
            self.steps.append(_Step(package, allowed, link, before=before, seen=seen))
            queue[package] = None
        return after == 0


# -- tracing back --------------------------------------------------------------------------------------------


class _Trace:
    """Makes the proof from the steps; ``kinds`` are those of the links that it took.

    With ``wide``, what is told of a package is told of all candidates of which it is true, otherwise only of
    those that were left.
    """

    __slots__ = ("_made", "_steps", "_wide", "kinds")

    def __init__(self, steps: list[_Step], *, wide: bool) -> None:
        self._steps = steps
        self._wide = wide
        self._made: dict[tuple[int, int, int], Node] = {}
        self.kinds: dict[Kind, None] = {}

    def without(self, package: int, out: int, before: int) -> Node:
        """Prove, from the steps before number ``before``, that ``package`` is none of ``out``."""
        key = (package, out, before)
        node = self._made.get(key)
        if node is None:
            first, *more = self._chosen(package, out, before)
            node = self._reason(*first)
            for each in more:
                node = _both(node, self._reason(*each), package)
            self._made[key] = node
        return node

    def _chosen(self, package: int, out: int, before: int) -> list[tuple[int, int]]:
        """Return steps that rule ``out`` out together, each with its part: those with most to say first."""
        ahead = [number for number in range(before) if self._steps[number].package == package]
        found: list[tuple[int, int]] = []
        while out:
            best = max(ahead, key=lambda number: (_size(out & ~self._steps[number].allowed), -number))
            part = out & ~self._steps[best].allowed
            found.append((best, part))
            out &= ~part
        return found

    def _reason(self, number: int, out: int) -> Node:
        """Return the proof of one step, as far as it rules ``out`` out."""
        step = self._steps[number]
        self.kinds[step.link.kind] = None
        fact = step.fact(out, wide=self._wide)
        other = next((package for package in fact.terms if package != step.package), None)
        if other is None or not fact.terms[other]:  # of the other, nothing that there is would do
            return fact
        premise = self.without(other, fact.terms[other], number)
        return Conclusion({step.package: fact.terms[step.package]}, premise, fact, other)


def _both(left: Node, right: Node, package: int) -> Node:
    allowed = left.terms[package] & right.terms[package]
    return Conclusion({package: allowed} if allowed else {}, left, right, package)


def _size(mask: int) -> int:
    """Return a number that is greater for a set that holds more; masks without end before the others."""
    return mask.bit_count() if mask >= 0 else (1 << 62) - (~mask).bit_count()


def _backwards(steps: list[_Step]) -> Node:
    """Make the proof from the last step to the first: of each that is needed, its fact is added.

    ``left`` are the terms of the proof so far, of which none can hold: what is before says why not.
    """
    last = steps[-1]
    node: Node = last.fact(last.before)
    left = {package: mask for package, mask in node.terms.items() if mask}
    for step in reversed(steps[:-1]):
        package = step.package
        out = left.get(package, 0) & step.before
        if not out & ~step.allowed:
            continue
        fact = step.fact(out & ~step.allowed)
        left = dict(left)
        resolve(left, list(fact.terms), list(fact.terms.values()), package)
        node = Conclusion(left, node, fact, package)
    return node
