"""Why there is no solution, in the terms of any provider: what its values print as.

How statements are joined is in ``solver.explain``; what they rest on, in ``problem``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.answers import Refused
from resolver.bridge.pins import Wanted
from resolver.bridge.problem import Exhausted
from resolver.solver.explain import check, derivation, sentences, simplify, tree
from resolver.solver.incompatibility import Depends, Found, Given, Rejected
from resolver.solver.terms import ABSENT, bit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.bridge.answers import Answers
    from resolver.solver.explain import Fact
    from resolver.solver.incompatibility import Clause

__all__ = ["ProviderWording", "explain"]

_FEW = 4


def explain(answers: Answers, clause: Clause) -> tuple[str, Mapping[str, object]]:
    """Return the proof of the empty ``clause`` as text and as a value, after checking it step by step."""
    proof = simplify(derivation(clause))
    check(proof)
    wording = ProviderWording(answers)
    text = "\n".join(str(sentence) for sentence in sentences(proof, wording))
    return text, tree(proof, wording)


class ProviderWording:
    """Says the facts of a ``ProviderProblem``; the port ``solver.protocols.Wording``."""

    def __init__(self, answers: Answers) -> None:
        self._packages = answers.packages

    def fact(self, fact: Fact) -> str:
        """Say a fact, with the requirements it comes from; those of one kind are said together."""
        refused = [each for each in map(_refused, fact.causes) if each]
        said = dict.fromkeys(part for cause in fact.causes for part in self._said(fact, cause))
        return _listed([*said, *self._together(refused)], "and")

    def _said(self, fact: Fact, cause: object) -> Iterable[str]:
        match cause:
            case Given(payload=Wanted() as wanted):
                yield f"you require {_requirement(wanted)}"
            case Depends():
                for payload in cause.payloads().values():
                    if isinstance(payload, Wanted):
                        yield self._needs(payload)
                    else:
                        assert isinstance(payload, tuple)
                        yield from map(self._needs, payload)
            case Rejected():
                if not _refused(cause):
                    yield f"{self._some(cause.package, ~fact.terms[cause.package], 'or')} cannot be used"
            case Found(payload=Exhausted() as exhausted):
                yield self._only(exhausted)
            case _:
                raise AssertionError(cause)

    def _together(self, refused: Iterable[Sequence[Wanted]]) -> Iterable[str]:
        """Say what nothing satisfies, the candidates that require the same in one breath."""
        alike: dict[tuple[str, ...], list[Wanted]] = {}
        for *given, last in refused:
            own = [each for each in given if each.parent is last.parent]
            others = [each for each in given if each.parent is not last.parent]
            key = (self._both(others) if others else "", *map(_requirement, [*own, last]))
            alike.setdefault(key, []).append(last)
        for (others_said, *required), wanted in alike.items():
            whose = f"{_listed(required, 'and')} ({self._parents(wanted)})"
            yield f"nothing satisfies {_listed([others_said, whose] if others_said else [whose], 'and')}"

    def _parents(self, wanted: Sequence[Wanted]) -> str:
        parent = wanted[0].parent
        assert parent is not None  # what the root requires is no reason to refuse a candidate
        mask = 0
        for each in wanted:
            mask |= bit(each.slot)
        return self._some(parent.number, mask, "and")

    def _needs(self, wanted: Wanted) -> str:
        return f"{_parent(wanted)} depends on {_requirement(wanted)}"

    def _only(self, exhausted: Exhausted) -> str:
        wanted = exhausted.all_wanted()
        if not exhausted.matches:
            return f"nothing satisfies {self._both(wanted)}"
        only = self._some(exhausted.package.number, exhausted.matches, "and")
        return f"{self._both(wanted)} {'is' if len(wanted) == 1 else 'are'} satisfied by {only} only"

    def _both(self, wanted: Sequence[Wanted]) -> str:
        """Name requirements that are to be fulfilled together, and whose they are."""
        said = [
            f"{_requirement(each)} ({'yours' if each.parent is None else _parent(each)})" for each in wanted
        ]
        return _listed(said, "and")

    def conclusion(self, terms: Mapping[int, int]) -> str:
        """Say that one of ``terms`` holds."""
        out = [self._some(package, ~mask, "or") for package, mask in terms.items() if mask & ABSENT]
        needed = [self._some(package, mask, "or") for package, mask in terms.items() if not mask & ABSENT]
        if not out:
            return f"{_listed(needed, 'or')} must be selected"
        subject = _listed(out, "with")
        return f"{subject} needs {_listed(needed, 'or')}" if needed else f"{subject} cannot be used"

    def unsatisfiable(self) -> str:
        """Say what the proof ends with."""
        return "your requirements cannot be satisfied"

    def term(self, package: int, allowed: int) -> dict[str, object]:
        """Return a term for JSON; with ``negated`` it holds where none of the candidates is selected."""
        negated = bool(allowed & ABSENT)
        mask = ~allowed if negated else allowed
        items = self._packages[package].candidates.items
        known = [str(item) for slot, item in enumerate(items) if mask >> slot + 1 & 1]
        return {
            "package": str(self._packages[package].key),
            "range": self._some(package, mask, "or"),
            "candidates": len(known),
            "negated": negated,
        }

    def _some(self, package: int, mask: int, word: str) -> str:
        """Name the candidates in ``mask``; slots that nothing has taken are "any other"."""
        here = self._packages[package]
        items = here.candidates.items
        chosen = [str(item) for slot, item in enumerate(items) if mask >> slot + 1 & 1]
        if mask >> len(items) + 1:
            if len(chosen) == len(items):
                return f"any candidate of {here.key}"
            others = [str(item) for slot, item in enumerate(items) if not mask >> slot + 1 & 1]
            but = _listed(others, "and") if len(others) <= _FEW else f"{len(others)} that were tried"
            return f"any candidate of {here.key} but {but}"
        if not chosen:
            return f"a candidate of {here.key} that does not exist"
        if len(chosen) > _FEW:
            return f"{len(chosen)} candidates of {here.key} from {chosen[0]} to {chosen[-1]}"
        return _listed(chosen, word)


def _refused(cause: object) -> Sequence[Wanted]:
    """Return the requirements that exclude a candidate for good, if that is the cause."""
    match cause:
        case Rejected(payload=Refused() as refused):
            return refused.wanted
    return ()


def _requirement(wanted: Wanted) -> str:
    return str(wanted.information.requirement)


def _parent(wanted: Wanted) -> str:
    return str(wanted.information.parent)


def _listed(items: Iterable[str], word: str) -> str:
    *front, last = items
    return f"{', '.join(front)} {word} {last}" if front else last
