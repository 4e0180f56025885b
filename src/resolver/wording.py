"""The proof in words: what ``solver.explain`` needs to talk about Python packages.

``PythonWording`` says facts and conclusions in the terms of the packaging world: names, versions,
requirements as written, the file and line that they stand in, the reasons of ``policy``.  How statements are
joined into sentences is in ``solver.explain``; how a proof is shortened, in ``solver.simplify``.

A range of versions is told by its ends, "foo 1.2 to 1.9".  Versions that cannot be used anyway do not
interrupt a range, because nothing about them matters to the proof.
"""

from __future__ import annotations

from resolver.model.requirement import Requirement
from resolver.policy import Reason
from resolver.solver.explain import check, derivation, sentences, simplify, tree
from resolver.solver.incompatibility import Depends, Given, Rejected, Same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resolver.catalog import Candidates
    from resolver.problem import PythonProblem
    from resolver.solver.explain import Fact
    from resolver.solver.incompatibility import Clause

__all__ = ["Explained", "PythonWording", "explain"]

#: So many runs of versions, or requirements, are listed one by one; more are summed up.
_FEW = 4

#: Bit 0 of a domain mask: "not selected".
_ABSENT = 1


class Explained:
    """An explanation: ``text`` for people, ``tree`` for programs (JSON-able), and what may help."""

    __slots__ = ("hints", "text", "tree")

    def __init__(self, text: str, tree: Mapping[str, object], hints: Sequence[str]) -> None:
        self.text = text
        self.tree = tree
        self.hints = tuple(hints)


def explain(problem: PythonProblem, clause: Clause) -> Explained:
    """Return why there is no solution; ``clause`` is the empty one that the solver derived.

    The proof is checked, step by step, before it is told.
    """
    proof = simplify(derivation(clause))
    check(proof)
    wording = PythonWording(problem)
    lines = [str(sentence) for sentence in sentences(proof, wording)]
    return Explained("\n".join(lines), tree(proof, wording), ())


class PythonWording:
    """Says the facts of one ``PythonProblem``; the port ``solver.protocols.Wording``."""

    def __init__(self, problem: PythonProblem) -> None:
        self._problem = problem

    def fact(self, fact: Fact) -> str:
        """Say a fact, with requirement, origin or reason."""
        cause = fact.causes[0]
        match cause:
            case Given():
                return self._given(fact)
            case Depends():
                return self._depends(fact, cause)
            case Rejected():
                return self._rejected(fact, cause)
            case Same():
                return f"{self._name(cause.extra)} goes with {self._name(cause.base)}"
            case _:
                raise AssertionError(cause)

    def conclusion(self, terms: Mapping[int, int]) -> str:
        """Say that one of ``terms`` holds, as a statement about what is needed or cannot be."""
        out = [(package, self._mask(package, ~mask)) for package, mask in terms.items() if mask & _ABSENT]
        needed = [
            (package, self._mask(package, mask)) for package, mask in terms.items() if not mask & _ABSENT
        ]
        if not out:
            return f"{_listed([self._some(*each) for each in needed], 'or')} must be selected"
        if needed:
            subjects = [self._all(*each) for each in out]
            many = len(out) > 1 or out[0][1].bit_count() > 1
            wanted = _listed([self._some(*each) for each in needed], "or")
            return f"{_listed(subjects, 'and')} {'need' if many else 'needs'} {wanted}"
        first, *others = out
        if others:
            rest = _listed([self._any(*each) for each in others], "and")
            return f"{self._any(*first)} cannot be used together with {rest}"
        if self._is_whole(*first):
            return f"no version of {self._name(first[0])} can be used"
        return f"{self._all(*first)} cannot be used"

    def unsatisfiable(self) -> str:
        """Say what the proof ends with."""
        return "your requirements cannot be satisfied"

    def term(self, package: int, allowed: int) -> dict[str, object]:
        """Return a term for JSON.

        ``candidates`` counts those that ``range`` speaks of; with ``negated`` the term holds where none of
        them is selected, otherwise where one is.
        """
        candidates = self._candidates(package)
        negated = bool(allowed & _ABSENT)
        mask = self._mask(package, ~allowed if negated else allowed)
        return {
            "package": self._name(package),
            "range": _range(candidates, mask),
            "candidates": mask.bit_count(),
            "negated": negated,
        }

    # -- facts -------------------------------------------------------------------------------------------

    def _given(self, fact: Fact) -> str:
        required = [each.payload for each in fact.causes if isinstance(each, Given)]
        said = dict.fromkeys(_with_origin(each) for each in required if isinstance(each, Requirement))
        lacks = "".join(self._lacks(package, allowed) for package, allowed in fact.terms.items())
        if lacks and len(said) > 1:
            lacks = ", which no version fulfils at once"
        return f"you require {_listed(said, 'and')}{lacks}"

    def _depends(self, fact: Fact, cause: Depends) -> str:
        ruled_out = self._mask(cause.package, ~fact.terms[cause.package])
        wanted = _distinct(
            payload
            for each in fact.causes
            if isinstance(each, Depends)
            for candidate, payload in each.payloads().items()
            if ruled_out >> candidate & 1
        )
        allowed = fact.terms.get(cause.other, 0)
        verb = "depends on" if ruled_out.bit_count() == 1 else "depend on"
        lacks = self._lacks(cause.other, allowed)
        if len(wanted) <= _FEW:
            return f"{self._all(cause.package, ruled_out)} {verb} {_listed(wanted, 'or')}{lacks}"
        ranges = f"{self._name(cause.other)} in {len(wanted)} different ranges"
        if not lacks:
            lacks = f" that admit only {self._any(cause.other, self._mask(cause.other, allowed))}"
        return f"{self._all(cause.package, ruled_out)} {verb} {ranges}{lacks}"

    def _lacks(self, package: int, allowed: int) -> str:
        """Say that the index has nothing in ``allowed``, if that is so, and what it has instead."""
        if allowed & _ABSENT or self._mask(package, allowed):
            return ""
        candidates = self._candidates(package)
        if candidates.listing.absent:
            places = ", ".join(candidates.listing.places)
            return f", which does not exist{f' (looked for at {places})' if places else ''}"
        if not candidates.keys:
            return ", which has no version on the index"
        newest = candidates.version(len(candidates.keys) - 1)
        return f", which no version fulfils (the newest is {newest})"

    def _rejected(self, fact: Fact, cause: Rejected) -> str:
        mask = self._mask(cause.package, ~fact.terms[cause.package])
        if not mask:
            # "What an extra selects, its base selects" speaks of any version, even of one that is not there.
            return f"there is no other version of {self._name(cause.package)}"
        reasons: dict[Reason, int] = {}
        for each in fact.causes:
            if isinstance(each, Rejected) and each.candidate is not None and isinstance(each.payload, Reason):
                reasons[each.payload] = reasons.get(each.payload, 0) | mask & 1 << each.candidate
        if not reasons:
            listed = self._candidates(cause.package).rejections
            reasons = {reason: mask & rejected for reason, rejected in listed if mask & rejected}
        said = [
            f"{self._all(cause.package, some)} {reason.says(many=some.bit_count() > 1)}"
            for reason, some in reasons.items()
        ]
        return _listed(said, "and")

    # -- candidates in words -------------------------------------------------------------------------------

    def _all(self, package: int, mask: int) -> str:
        """Name candidates as the subject of a sentence that is true of each of them."""
        return self._quantified("all versions of", package, mask)

    def _any(self, package: int, mask: int) -> str:
        """Name candidates of which not one will do."""
        return self._quantified("any version of", package, mask)

    def _some(self, package: int, mask: int) -> str:
        """Name candidates of which one is wanted."""
        return self._quantified("a version of", package, mask)

    def _quantified(self, quantifier: str, package: int, mask: int) -> str:
        name = self._name(package)
        candidates = self._candidates(package)
        if not mask:
            return f"a version of {name} that does not exist"
        if mask.bit_count() == 1:
            return f"{name} {candidates.version(mask.bit_length() - 1)}"
        if mask == candidates.everything:
            return f"{quantifier} {name}"
        if self._is_whole(package, mask):
            return f"{quantifier} {name} that can be used"
        runs = _runs(candidates, mask)
        if len(runs) > _FEW:
            first, last = candidates.version(runs[0][0]), candidates.version(runs[-1][1])
            return f"{mask.bit_count()} of the versions of {name} from {first} to {last}"
        return f"{name} {_listed([_run(candidates, *run) for run in runs], 'and')}"

    def _is_whole(self, package: int, mask: int) -> bool:
        """Tell whether ``mask`` leaves out no candidate that could be used."""
        usable = self._candidates(package).usable
        return usable != 0 and mask & usable == usable

    def _mask(self, package: int, domain: int) -> int:
        """Return the candidates in a domain mask, which may be negative: beyond any number."""
        return domain >> 1 & self._candidates(package).everything

    def _candidates(self, package: int) -> Candidates:
        return self._problem.catalog.packages[self._problem.names.name(self._problem.names.base(package))]

    def _name(self, package: int) -> str:
        return self._problem.names.name(package)


def _with_origin(requirement: Requirement) -> str:
    origin = f" ({requirement.origin})" if requirement.origin else ""
    return f"{_requirement(requirement)}{origin}"


def _distinct(payloads: Iterable[object]) -> list[str]:
    """Return requirements that differ in more than spelling, each in the spelling that came first."""
    found: dict[object, str] = {}
    for payload in payloads:
        if isinstance(payload, Requirement):
            found.setdefault((payload.name, payload.extras, payload.specifiers), _requirement(payload))
    return list(found.values())


def _requirement(requirement: Requirement) -> str:
    """Return a requirement as its author wrote it, without the marker, which held."""
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifiers.text.strip()}"


def _runs(candidates: Candidates, mask: int) -> list[tuple[int, int]]:
    """Return the ends of each run of candidates in ``mask``; unusable ones do not interrupt a run."""
    runs: list[tuple[int, int]] = []
    interrupted = True
    for number in range(len(candidates.keys)):
        if mask >> number & 1:
            runs.append((number, number) if interrupted else (runs.pop()[0], number))
            interrupted = False
        elif candidates.usable >> number & 1:
            interrupted = True
    return runs


def _run(candidates: Candidates, first: int, last: int) -> str:
    oldest, newest = candidates.version(first), candidates.version(last)
    return oldest if first == last else f"{oldest} to {newest}"


def _range(candidates: Candidates, mask: int) -> str:
    """Return the versions in ``mask`` in the notation of specifiers; runs are joined by a bar."""
    if not mask:
        return "none"
    if mask == candidates.everything:
        return "all"
    parts: list[str] = []
    for first, last in _runs(candidates, mask):
        oldest, newest = candidates.version(first), candidates.version(last)
        parts.append(f"=={oldest}" if first == last else f">={oldest},<={newest}")
    return " | ".join(parts)


def _listed(items: Iterable[str], word: str) -> str:
    """Return "a, b and c" (or "or").

    >>> _listed(["a", "b", "c"], "and")
    'a, b and c'
    """
    *front, last = items
    return f"{', '.join(front)} {word} {last}" if front else last
