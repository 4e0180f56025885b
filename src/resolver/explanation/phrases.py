"""Facts and conclusions in words: what ``solver.explain`` needs to talk about Python packages.

``PythonWording`` says them in the terms of the packaging world: names, versions, requirements as written, the
file and line that they stand in, the reasons of ``policy``.  How statements are joined into sentences is in
``solver.explain``, which proof is told in ``telling``, what may help in ``hints``.

How sets of versions are named is in ``ranges``.
"""

from __future__ import annotations

from resolver.explanation.ranges import is_whole, listed, named, notation
from resolver.index.listing import NOWHERE
from resolver.model.requirement import Requirement
from resolver.options import redacted
from resolver.policy import PythonMismatch, Reason
from resolver.solver.incompatibility import Depends, Given, Rejected, Same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from resolver.catalog import Candidates
    from resolver.problem import PythonProblem
    from resolver.solver.explain import Fact

__all__ = ["PythonWording"]

#: So many requirements, or details, are listed one by one; more are summed up.
_FEW = 4

#: Bit 0 of a domain mask: "not selected".
_ABSENT = 1


class _Clause:
    """A clause of a sentence: what ``subjects`` do (``verb``) to ``objects``, and ``more`` about those.

    ``verb`` has a blank for the ending that one version of one subject takes.  Without a verb, ``more`` is
    all.
    """

    __slots__ = ("is_one", "more", "objects", "subjects", "verb")

    def __init__(
        self, subjects: list[str], verb: str, objects: list[str], more: str = "", *, is_one: bool = False
    ) -> None:
        self.subjects = subjects
        self.verb = verb
        self.objects = objects
        self.more = more
        self.is_one = is_one

    def __str__(self) -> str:
        if not self.verb:
            return self.more
        verb = self.verb.format("s" if self.is_one else "")
        return f"{listed(self.subjects, 'and')} {verb} {listed(self.objects, 'and')}{self.more}"

    def joined(self, other: _Clause) -> _Clause | None:
        """Return both clauses as one, where they share subject or object; None where they do not."""
        if self.verb != other.verb or not self.verb:
            return None
        if self.subjects == other.subjects and not self.more and not other.more:
            return _Clause(self.subjects, self.verb, [*self.objects, *other.objects], is_one=self.is_one)
        if (self.objects, self.more) == (other.objects, other.more):
            return _Clause([*self.subjects, *other.subjects], self.verb, self.objects, self.more)
        return None


class PythonWording:
    """Says the facts of one ``PythonProblem``: the ports ``Wording`` and ``Fluent``."""

    def __init__(self, problem: PythonProblem) -> None:
        self._problem = problem
        self._known: dict[Fact, _Clause] = {}

    def fact(self, fact: Fact) -> str:
        """Say a fact, with requirement, origin or reason."""
        return str(self._clause(fact))

    def together(self, facts: Sequence[Fact]) -> list[str]:
        """Say facts: first what the user requires, in one clause; what one subject needs in one, too."""
        given: list[Requirement] = []
        said: list[_Clause] = []
        for fact in facts:
            clause = self._clause(fact)
            if isinstance(fact.causes[0], Given) and not clause.more:
                given += _required(fact)
                continue
            for number, before in enumerate(said):
                both = before.joined(clause)
                if both is not None:
                    said[number] = both
                    break
            else:
                said.append(clause)
        return list(map(str, ([self._given(given, "")] if given else []) + said))

    def is_silent(self, fact: Fact) -> bool:
        """Tell whether a fact is none to a reader.

        "What an extra selects, its base selects" goes without saying, and so does that a version which is not
        there cannot be used.
        """
        cause = fact.causes[0]
        if isinstance(cause, Rejected):
            return not self._mask(cause.package, ~fact.terms[cause.package])
        return isinstance(cause, Same)

    def conclusion(self, terms: Mapping[int, int]) -> str:
        """Say that one of ``terms`` holds, as a statement about what is needed or cannot be."""
        out = [(package, self._mask(package, ~mask)) for package, mask in terms.items() if mask & _ABSENT]
        inside = [
            (package, self._mask(package, mask)) for package, mask in terms.items() if not mask & _ABSENT
        ]
        there = [each for each in inside if each[1]] or (inside[:1] if not out else [])
        needed = listed([self._some(*each) for each in there], "or") if there else ""
        if not out:
            return f"{needed} is needed"
        if needed:
            many = len(out) > 1 or out[0][1].bit_count() > 1
            return (
                f"{listed([self._all(*each) for each in out], 'and')} {'need' if many else 'needs'} {needed}"
            )
        first, *others = out
        if others:
            rest = listed([self._any(*each) for each in others], "and")
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
            "range": notation(candidates, mask),
            "candidates": mask.bit_count(),
            "negated": negated,
        }

    def summary(self, required: Iterable[Requirement], packages: Iterable[int]) -> str:
        """Say that ``packages`` cannot be brought together, and that ``required`` asks for it."""
        said = [self._written(each) for each in self._ordered(required)]
        names = dict.fromkeys(self._name(self._problem.names.base(each)) for each in sorted(packages))
        return (
            f"you require {_counted(said, 'more requirements')}, and no choice of versions of"
            f" {_counted(list(names), 'other packages')} fulfils all that they require of one another"
        )

    def details(self, fact: Fact) -> dict[str, object]:
        """Return, for JSON, the requirements that a fact is made of, or the reasons against candidates."""
        cause = fact.causes[0]
        match cause:
            case Given():
                return {"requirements": [_plain(each) for each in self._ordered(_required(fact))]}
            case Depends():
                ruled_out = self._mask(cause.package, ~fact.terms[cause.package])
                return {"requirements": [_plain(each) for each in self._distinct(fact, ruled_out)]}
            case Rejected():
                candidates = self._candidates(cause.package)
                return {
                    "reasons": [
                        {
                            "reason": _kebab(type(reason).__name__),
                            "detail": reason.detail,
                            "range": notation(candidates, out),
                            "candidates": out.bit_count(),
                        }
                        for reason, out in self._reasons(fact, cause).items()
                    ]
                }
            case _:
                return {}

    def versions(self, package: int) -> Callable[[int], str]:
        """Return what names the versions in a mask, as the subject of a statement that is true of each."""
        return lambda mask: self._all(package, mask)

    # -- facts -------------------------------------------------------------------------------------------

    def _clause(self, fact: Fact) -> _Clause:
        """Return what a fact says, worked out once."""
        found = self._known.get(fact)
        if found is None:
            cause = fact.causes[0]
            match cause:
                case Given():
                    lacks = "".join(self._lacks(*term) for term in fact.terms.items())
                    found = self._given(_required(fact), lacks)
                case Depends():
                    found = self._depends(fact, cause)
                case Rejected():
                    found = _Clause([], "", [], self._rejected(fact, cause))
                case Same():
                    found = _Clause([self._name(cause.extra)], "goes with", [self._name(cause.base)])
                case _:
                    raise AssertionError(cause)
            self._known[fact] = found
        return found

    def _given(self, required: Iterable[Requirement], lacks: str) -> _Clause:
        """Say requirements of the user's, in the order in which they stand."""
        said = dict.fromkeys(map(self._written, self._ordered(required)))
        if lacks and len(said) > 1:
            lacks = ", which no version fulfils at once"
        return _Clause(["you"], "require", list(said), lacks)

    def _ordered(self, required: Iterable[Requirement]) -> list[Requirement]:
        """Return requirements of the user's in the order in which they stand."""
        order = self._problem.requirements
        return sorted(required, key=lambda one: next((n for n, each in enumerate(order) if each is one), -1))

    def _depends(self, fact: Fact, cause: Depends) -> _Clause:
        package, other = cause.package, cause.other
        ruled_out = self._mask(package, ~fact.terms[package])
        allowed = fact.terms.get(other, 0)
        lacks = self._lacks(other, allowed)
        wanted = self._distinct(fact, ruled_out)
        needs = self._needs(other, wanted)
        if needs is None:
            needs = f"{self._name(other)} in {len(wanted)} different ranges"
            lacks = lacks or f" that admit only {self._any(other, self._mask(other, allowed))}"
        is_one = ruled_out.bit_count() == 1
        return _Clause([self._all(package, ruled_out)], "depend{} on", [needs], lacks, is_one=is_one)

    def _needs(self, other: int, wanted: Sequence[Requirement]) -> str | None:
        """Say what of ``other`` is wanted: this or that; None where that is too much to list."""
        if any(not each.specifiers.text.strip() for each in wanted) or not self._candidates(other).keys:
            return self._name(other)  # Some need any version, or there is none: more does not matter.
        if len(wanted) > _FEW:
            return None
        first, *more = wanted
        # The name is said once, unless other extras come with it.
        others = [
            self._written(each).removeprefix(_bare(first) if each.extras == first.extras else "")
            for each in more
        ]
        return " or ".join([self._written(first), *others])

    def _distinct(self, fact: Fact, ruled_out: int) -> list[Requirement]:
        """Return what candidates need, oldest first, without what differs in spelling alone."""
        payloads: dict[int, object] = {}
        for each in fact.causes:
            if isinstance(each, Depends):
                payloads.update(each.payloads())
        spelt: dict[tuple[str, tuple[str, ...], str], Requirement] = {}
        for candidate in sorted(payloads):
            payload = payloads[candidate]
            if ruled_out >> candidate & 1 and isinstance(payload, Requirement):
                spelt.setdefault((payload.name, payload.extras, payload.specifiers.text), payload)
        unique: dict[object, Requirement] = {}
        for payload in spelt.values():
            unique.setdefault(payload.specifiers, payload)
        return list(unique.values())

    def _lacks(self, package: int, allowed: int) -> str:
        """Say that the index has nothing in ``allowed``, if that is so, and what it has instead."""
        if allowed & _ABSENT or self._mask(package, allowed):
            return ""
        candidates = self._candidates(package)
        if candidates.name in self._problem.catalog.rules.fixed:
            return f", and {candidates.name} {candidates.version(0)} is fixed"
        if candidates.listing.absent:
            places = candidates.listing.places
            order = ", searched in order" if len(places) > 1 else ""
            said = f" (not found on index {', '.join(places)}{order})" if places else ""
            if places == (NOWHERE,):
                said = " as far as is known (no index is asked, and no place with files is named)"
            return f", which does not exist{said}"
        if not candidates.keys:
            return ", which has no version on the index"
        reference = self._problem.catalog.rules.references.get(candidates.name)
        if reference is not None:
            return f", which is not what {reference.said} is ({candidates.version(0)})"
        oldest, newest = candidates.version(0), candidates.version(len(candidates.keys) - 1)
        if oldest == newest:
            return f", which no version fulfils (the only one is {oldest})"
        return f", which no version fulfils (the oldest is {oldest}, the newest is {newest})"

    def _rejected(self, fact: Fact, cause: Rejected) -> str:
        mask = self._mask(cause.package, ~fact.terms[cause.package])
        if not mask:
            return f"there is no other version of {self._name(cause.package)}"
        # What policy says, it says of the package, with or without extras.
        package = cause.package if cause.candidate is not None else self._problem.names.base(cause.package)
        said = [
            f"{self._all(package, out)} {reason.says(many=out.bit_count() > 1)}"
            for reason, out in _of_one_kind(self._reasons(fact, cause))
        ]
        return listed(said, "and")

    def _reasons(self, fact: Fact, cause: Rejected) -> dict[Reason, int]:
        """Return the reasons against the candidates that a fact rules out: what metadata said, or policy."""
        mask = self._mask(cause.package, ~fact.terms[cause.package])
        reasons: dict[Reason, int] = {}
        for each in fact.causes:
            if isinstance(each, Rejected) and each.candidate is not None and isinstance(each.payload, Reason):
                reasons[each.payload] = reasons.get(each.payload, 0) | mask & 1 << each.candidate
        if reasons:
            return reasons
        return {why: mask & out for why, out in self._candidates(cause.package).rejections if mask & out}

    # -- candidates in words -------------------------------------------------------------------------------

    def _all(self, package: int, mask: int) -> str:
        """Name candidates as the subject of a sentence that is true of each of them."""
        return self._quantified("all versions of", package, mask, "and")

    def _any(self, package: int, mask: int) -> str:
        """Name candidates of which not one will do."""
        return self._quantified("any version of", package, mask, "or")

    def _some(self, package: int, mask: int) -> str:
        """Name candidates of which one is wanted."""
        return self._quantified("a version of", package, mask, "or")

    def _quantified(self, quantifier: str, package: int, mask: int, word: str) -> str:
        return named(self._name(package), self._candidates(package), mask, quantifier=quantifier, word=word)

    def _is_whole(self, package: int, mask: int) -> bool:
        return is_whole(self._candidates(package), mask)

    def _mask(self, package: int, domain: int) -> int:
        """Return the candidates in a domain mask, which may be negative: beyond any number."""
        return domain >> 1 & self._candidates(package).everything

    def _candidates(self, package: int) -> Candidates:
        return self._problem.catalog.packages[self._problem.names.name(self._problem.names.base(package))]

    def _name(self, package: int) -> str:
        return self._problem.names.name(package)

    def _written(self, requirement: Requirement) -> str:
        """Return a requirement as its author wrote it, without the marker, which held; with its origin."""
        overrides = self._problem.choices.overrides.get(requirement.name, ())
        notes = ["override"] if any(each is requirement for each in overrides) else []
        if requirement.origin is not None:
            notes.append(str(requirement.origin))
        noted = f" ({', '.join(notes)})" if notes else ""
        address = "" if requirement.url is None else f" @ {redacted(requirement.url)}"
        return f"{_bare(requirement)}{requirement.specifiers.text.strip()}{address}{noted}"


def _counted(items: Sequence[str], others: str) -> str:
    """Return the first few of a list, and how many there are besides."""
    more = len(items) - _FEW
    return listed(items if more <= 0 else [*items[:_FEW], f"{more} {others}"], "and")


def _plain(requirement: Requirement) -> dict[str, object]:
    origin = None if requirement.origin is None else str(requirement.origin)
    return {"requirement": requirement.text, "origin": origin}


def _kebab(name: str) -> str:
    """Return ``no-matching-wheel`` of ``NoMatchingWheel``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def _required(fact: Fact) -> list[Requirement]:
    """Return the requirements that a given fact is made of."""
    payloads = [each.payload for each in fact.causes if isinstance(each, Given)]
    return [each for each in payloads if isinstance(each, Requirement)]


def _bare(requirement: Requirement) -> str:
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    return f"{requirement.name}{extras}"


def _of_one_kind(reasons: Mapping[Reason, int]) -> Iterator[tuple[Reason, int]]:
    """Yield reasons with their candidates, those that differ in detail alone as one."""
    kinds: dict[str, dict[Reason, int]] = {}
    for reason, out in reasons.items():
        kinds.setdefault(type(reason).__name__, {})[reason] = out
    for kind in kinds.values():
        first = next(iter(kind))
        out = 0
        for more in kind.values():
            out |= more
        details = [reason.detail for reason in kind if reason.detail]
        if details and len(details) < len(kind):
            details.append("no reason given")
        if len(details) > _FEW:
            details[_FEW - 1 :] = [f"{len(details) - _FEW + 1} other ones"]
        detail = listed(details, "or") if details else ""
        if isinstance(first, PythonMismatch):
            yield PythonMismatch(detail, first.python), out
        else:
            yield type(first)(detail), out
