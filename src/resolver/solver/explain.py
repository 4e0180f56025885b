"""Telling a proof: as sentences, and as nested data.

``sentences`` goes through a derivation as Dart pub does: a conclusion is told right after what it follows
from; two steps in a row that each add one fact become one sentence; and a conclusion that is needed again
later is told once and referred to by the number of its sentence.  Names, versions and what to call a fact
are the caller's: it brings a ``protocols.Wording``.  What is fixed here is how statements are joined.

The derivation itself and its checker are in ``derivation``, how it is shortened in ``simplify`` and
``straight``, the same as nested data in ``tree``; what others need of them is offered here too.

Spec: Dart pub, doc/solver.md, "Error Reporting"; the rule numbers in comments are those of its list.
"""

from __future__ import annotations

from resolver.solver.derivation import (
    Conclusion,
    Derivation,
    Fact,
    Node,
    ProofError,
    check,
    derivation,
    survey,
)
from resolver.solver.incompatibility import Depends, Rejected, Same
from resolver.solver.simplify import simplify
from resolver.solver.tree import shared, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resolver.solver.protocols import Fluent, Wording

__all__ = [
    "Conclusion",
    "Derivation",
    "Fact",
    "Node",
    "ProofError",
    "Sentence",
    "check",
    "derivation",
    "sentences",
    "simplify",
    "survey",
    "tree",
]

_AT_ONCE = 3
"""So many clauses a reader can take in at once; a sentence that concludes something has one less."""


class Sentence:
    """One sentence of an explanation.

    ``number`` counts them from 1, for later ones to refer to as ``(number)``; an only sentence has none.
    ``node`` is what it concludes.  ``is_start`` says that a new line of reasoning begins here: a renderer
    may leave a blank line.
    """

    __slots__ = ("is_start", "node", "number", "text")

    def __init__(self, number: int | None, text: str, node: Node, *, is_start: bool = False) -> None:
        self.number = number
        self.text = text
        self.node = node
        self.is_start = is_start

    def __str__(self) -> str:
        return self.text if self.number is None else f"{self.number}. {self.text}"


def sentences(
    derivation: Derivation, wording: Wording, fluent: Fluent | None = None, *, most: int | None = None
) -> list[Sentence]:
    """Return the proof, sentence by sentence; the last one says that there is no solution.

    ``fluent``, where there is one, says several facts together and knows which go without saying.  If it
    would take more than ``most`` sentences, there are none.  Cost: linear in the nodes, besides the calls of
    ``wording``: a few for each fact and conclusion told.
    """
    speech = _Speech(wording, fluent)
    telling = _Telling(derivation, speech)
    telling.tell()
    if most is not None and len(telling.lines) > most:
        return []
    return _written(telling.lines, derivation.root, speech)


class _Speech:
    """A wording, fluent or not: facts become clauses, each list of them once."""

    __slots__ = ("_clauses", "_fluent", "wording")

    def __init__(self, wording: Wording, fluent: Fluent | None) -> None:
        self.wording = wording
        self._fluent = fluent
        self._clauses: dict[tuple[Fact, ...], list[str]] = {}

    def is_silent(self, fact: Fact) -> bool:
        """Tell whether a fact goes without saying; that an extra and its base belong together does."""
        if isinstance(fact.causes[0], Same):
            return True
        return self._fluent is not None and self._fluent.is_silent(fact)

    def clauses(self, nodes: Iterable[Node]) -> list[str]:
        """Return what the facts among ``nodes`` say, as clauses; one leads to the next."""
        facts = tuple(_in_chain(dict.fromkeys(node for node in nodes if isinstance(node, Fact))))
        found = self._clauses.get(facts)
        if found is None:
            said = map(self.wording.fact, facts) if self._fluent is None else self._fluent.together(facts)
            found = self._clauses[facts] = list(dict.fromkeys(said))
        return found


# -- the order of telling ------------------------------------------------------------------------------------


class _Line:
    """A sentence to be.

    ``because`` are facts, and conclusions told before; ``follows`` says that the line just above is a reason
    too.
    """

    __slots__ = ("because", "follows", "is_start", "node")

    def __init__(self, node: Node, because: list[Node], *, follows: bool, is_start: bool) -> None:
        self.node = node
        self.because = because
        self.follows = follows
        self.is_start = is_start

    @property
    def is_simple(self) -> bool:
        """Whether facts are all that it rests on."""
        return not self.follows and all(isinstance(each, Fact) for each in self.because)


class _Reading:
    """A derivation as a reader sees it: ``premises`` of each conclusion, and how often each node is one.

    Facts that go without saying are left out.  A step that adds such a fact is told as one with the step
    before it.
    """

    __slots__ = ("_places", "premises", "root", "uses")

    def __init__(self, derivation: Derivation, speech: _Speech) -> None:
        self.root = derivation.root
        self.premises: dict[Node, list[Node]] = {}
        self.uses: dict[Node, int] = {}
        nodes = derivation.nodes()
        self._places = {node: place for place, node in enumerate(nodes)}
        several = shared(nodes)
        stands_for: dict[Node, Node] = {}
        ties: set[Node] = set()
        for node in nodes:
            stands_for[node] = node
            if isinstance(node, Conclusion):
                shown = [stands_for[each] for each in (node.left, node.right) if each not in ties]
                if not shown:
                    ties.add(node)
                elif len(shown) == 2:
                    self.premises[node] = shown
                elif node is self.root or (shown[0] in self.premises and shown[0] not in several):
                    self.premises[node] = self.premises.get(shown[0], shown)
                else:
                    stands_for[node] = shown[0]
            elif isinstance(node, Fact) and speech.is_silent(node):
                ties.add(node)
        self._count()

    def _count(self) -> None:
        seen = {self.root}
        ahead = [self.root]
        while ahead:
            for premise in self.premises.get(ahead.pop(), ()):
                self.uses[premise] = self.uses.get(premise, 0) + 1
                if premise not in seen:
                    seen.add(premise)
                    ahead.append(premise)

    def place(self, node: Node) -> int:
        """Return where a node stands in the derivation: before those that build on it."""
        return self._places[node]

    def told(self) -> list[Node]:
        """Return every fact that the conclusions rest on, those first that others build on."""
        return [node for node in self._places if node in self.uses and node not in self.premises]

    def derived(self, node: Node) -> list[Node]:
        """Return the premises of ``node`` that are conclusions."""
        return [each for each in self.premises[node] if each in self.premises]

    def facts(self, node: Node) -> list[Node]:
        """Return the premises of ``node`` that are facts."""
        return [each for each in self.premises[node] if each not in self.premises]


def _in_chain(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield needs behind the needs of those who need them, and what cannot be used behind all."""
    ahead = sorted(facts, key=lambda fact: isinstance(fact.causes[0], Rejected))
    while ahead:
        needed = {cause.other for fact in ahead for cause in fact.causes[:1] if isinstance(cause, Depends)}
        first = next((fact for fact in ahead if not _is_of(fact, needed)), ahead[0])
        ahead.remove(first)
        yield first


def _is_of(fact: Fact, packages: set[int]) -> bool:
    cause = fact.causes[0]
    return isinstance(cause, Depends) and cause.package in packages and cause.package != cause.other


class _Telling:
    """The walk that puts conclusions in an order in which they can be told.

    ``told`` holds conclusions that can be referred to by number, because it is known that they must be.
    """

    __slots__ = ("_reading", "_speech", "_starts", "lines", "told")

    def __init__(self, derivation: Derivation, speech: _Speech) -> None:
        self._reading = _Reading(derivation, speech)
        self._speech = speech
        self._starts = False
        self.lines: list[_Line] = []
        self.told: set[Node] = set()

    def tell(self) -> None:
        """Fill ``lines``.  The recursion of the specification is a stack of generators here."""
        root = self._reading.root
        facts = self._reading.told() or [root]
        if len(facts) <= 3 * _AT_ONCE and len(self._speech.clauses(facts)) <= _AT_ONCE:
            # Few enough to see that they exclude one another.
            self.lines.append(_Line(root, facts, follows=False, is_start=False))
            return
        stack = [self._explain(root)]
        while stack:
            first = next(stack[-1], None)
            if first is None:
                stack.pop()
            elif first not in self.told:
                stack.append(self._explain(first))

    def _explain(self, node: Node) -> Iterator[Node]:
        """Write the line of ``node``, after yielding each conclusion to be explained before."""
        facts, derived = self._taken_in(node)
        untold = [each for each in derived if each not in self.told]
        if len(untold) == 2:
            simple = [each for each in untold if not self._taken_in(each)[1]]
            if simple:  # rule 1.3.1: the complex one first; the simple one takes one line
                yield untold[0] if simple[0] is untold[1] else untold[1]
                yield simple[0]
            else:  # rule 1.3.2
                yield untold[0]
                self.told.add(untold[0])
                self._starts = True
                yield untold[1]
        else:
            yield from untold
        self._write(node, derived, facts)

    def _taken_in(self, node: Node) -> tuple[list[Node], list[Node]]:
        """Return the facts and conclusions that ``node`` follows from, in a sentence that is not too long.

        Rule 2.2: steps in a row that add little each are one sentence.
        """
        reading = self._reading
        facts, derived = reading.facts(node), reading.derived(node)
        most = _AT_ONCE if node is reading.root else _AT_ONCE - 1
        while True:
            for each in reversed(derived):
                inner = reading.derived(each)
                more = reading.facts(each) + facts
                if (
                    each not in self.told
                    and reading.uses[each] == 1
                    and not (inner and len(derived) > 1)
                    and not any(one in self.told for one in inner)
                    and len(self._speech.clauses(more)) <= most
                ):
                    facts, derived = more, inner or [one for one in derived if one is not each]
                    break
            else:
                return sorted(facts, key=reading.place), derived

    def _write(self, node: Node, derived: list[Node], facts: list[Node]) -> None:
        """Write a line: the one just above is a reason without saying so, others are referred to."""
        above = [line.node for line in self.lines[-2:]]
        follows = bool(above) and above[-1] in derived
        others = [each for each in derived if not (follows and each is above[-1])]
        if follows and others == above[:-1] and self.lines[-1].is_simple:
            others = []  # rule 1.3.1: "Thus" speaks of the two lines above
        self.told.update(others)
        self.lines.append(_Line(node, facts + others, follows=follows, is_start=self._starts and not follows))
        self._starts = False
        if self._reading.uses.get(node, 0) > 1:
            self.told.add(node)


# -- from lines to words -------------------------------------------------------------------------------------


def _written(lines: list[_Line], root: Node, speech: _Speech) -> list[Sentence]:
    """Put lines into words, numbered in the order of telling."""
    wording = speech.wording
    numbers: dict[Node, int] = {}
    found: list[Sentence] = []
    for count, line in enumerate(lines, 1):
        numbers.setdefault(line.node, count)
        reasons = speech.clauses(line.because) + [
            f"{wording.conclusion(each.terms)} ({numbers[each]})"
            for each in line.because
            if not isinstance(each, Fact)
        ]
        is_last = line.node is root
        said = wording.unsatisfiable() if is_last else wording.conclusion(line.node.terms)
        text = _joined(reasons, said, follows=line.follows, is_last=is_last)
        number = count if len(lines) > 1 else None
        found.append(Sentence(number, text, line.node, is_start=line.is_start))
    return found


def _joined(reasons: list[str], said: str, *, follows: bool, is_last: bool) -> str:
    if not reasons:
        return f"{'So' if is_last else 'Thus'}, {said}."
    listed = _listed(reasons)
    if not follows:
        return f"Because {listed}, {said}."
    return f"{'So, because' if is_last else 'And because'} {listed}, {said}."


def _listed(reasons: list[str]) -> str:
    """Join clauses; where one has a comma or an "and" of its own, a comma must stand between them."""
    *front, last = reasons
    if not front:
        return last
    comma = "," if len(front) > 1 or ", " in front[0] or " and " in front[0] else ""
    return f"{', '.join(front)}{comma} and {last}"
