"""Are explanations true?  Every statement of one, recomputed from the packages by ``packaging`` alone.

``false_claims`` reads what a user reads, sentence by sentence, with a grammar of its own: which versions a
phrase names, who depends on what, what no version fulfils, what was yanked or needs another Python.  It
returns what is wrong, in words, and shares no code with the resolver.  The derivation that programs read is
judged in ``steps``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.known import Known

__all__ = ["false_claims", "versions_named"]

_NAME = r"\b(?!(?:and|or)\b)[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,._-]+\])?"
_VERSION = r"[0-9][^\s,()]*"
_RUN = rf"{_VERSION}(?: to {_VERSION})?"
_RUNS = rf"{_RUN}(?:(?:, | and | or ){_RUN})*"
_SOME = (
    rf"(?:(?:all versions|any version|a version|no version) of {_NAME}"
    r"(?: that (?:can be used|does not exist))?"
    rf"|\d+ of the versions of {_NAME} from {_VERSION} to {_VERSION}|{_NAME} {_RUNS})"
)
_SOMES = rf"{_SOME}(?:(?:, | and | or ){_SOME})*"
_SPECIFIER = r"\(?(?:===|[<>=!~]=?)[^\s()]*[^\s(),]\)?(?:, ?(?:===|[<>=!~]=?)[^\s()]*[^\s(),])*"
_ORIGIN = r"(?: \((?:override, |override)?(?:[\w.-]+:\d+)?\))?"
_REQUIREMENT = rf"{_NAME}(?: ?{_SPECIFIER})?{_ORIGIN}"
_NEEDS = rf"{_REQUIREMENT}(?: or (?:{_NAME})?{_SPECIFIER}{_ORIGIN})*"
_LACKS = (
    r"(?:, which (?:does not exist(?: \(not found on index [^)]*\))?|has no version on the index"
    r"|no version fulfils at once|no version fulfils \((?:the only one is [^)]*|the oldest is [^)]*)\)))"
)
_END = r"(?=, |,? and | \(\d+\)|$)"
_QUOTED = r"""(?:'[^']*'|"[^"]*")"""
_BAD = rf"the (?:requirement|marker of) {_QUOTED} (?:cannot be (?:read|used)|has no value)[^()]*\([^()]*\)"
_REASONS = {
    "python": r"needs? Python (?P<pythons>.+?) \(the target is Python (?P<target>[^)]+)\)",
    "yanked": rf"(?:was|were) yanked(?: \((?P<why>.*?)\))?{_END}",
    "prerelease": r"(?:is a pre-release|are pre-releases) \(pre-releases are not allowed\)",
    "new": (
        r"(?:was|were) uploaded after (?P<cutoff>\S+)(?: \(--exclude-newer-[a-z]+ [^()]*\))?"
        r" or at an unknown time"
    ),
    "constraint": rf"(?:is|are) excluded by the constraint (?P<constraint>.+?) \([\w.-]+:\d+\){_END}",
    "wheel": r"(?:has|have) no wheel (?:for the target )?\([^()]*(?:\([^)]*\))?[^()]*\)",
    "url": r"requires? .+? @ .+? \(direct references in metadata are refused\)",
    "metadata": r"(?:has|have) a Requires-Python that cannot be read \([^)]*\)",
    "requires": rf"(?:has|have) unusable metadata: {_BAD}(?: or {_BAD})*",
}
_DEPENDS = (
    rf"(?P<subjects>{_SOMES}) depends? on"
    rf" (?:(?P<many>{_NAME}) in \d+ different ranges(?: that admit only (?P<only>{_SOMES}))?"
    rf"|(?P<objects>{_NEEDS}(?:(?:, | and ){_NEEDS})*))(?P<lacks>{_LACKS})?{_END}"
)
_GIVEN = rf"you require (?P<given>{_REQUIREMENT}(?:(?:, | and ){_REQUIREMENT})*)(?P<lacks>{_LACKS})?{_END}"
_CONCLUSION = (
    rf"(?:{_SOMES} (?:is needed|cannot be used(?: together with {_SOMES})?|can be used|needs? {_SOMES}))"
)


def false_claims(known: Known, explanation: str) -> list[str]:
    """Return what is false, or cannot be read, in an explanation."""
    return _Judge(known).false_claims(explanation)


def versions_named(known: Known, some: str) -> list[tuple[str, str]]:
    """Return the packages and versions that a phrase names."""
    return _Judge(known)._each(some)


class _Judge:
    def __init__(self, known: Known) -> None:
        self._known = known

    def false_claims(self, explanation: str) -> list[str]:
        """Return what is false, or cannot be read, in an explanation."""
        lines = explanation.split("\n")
        found: list[str] = []
        for count, line in enumerate(lines, 1):
            number, sentence = re.fullmatch(r"(?:(\d+)\. )?(.*)\.", line).groups()  # type: ignore[union-attr]  # or fail
            if (number is None) != (len(lines) == 1) or (number and int(number) != count):
                found.append(f"wrong number: {line}")
            found += [f"{problem}: {line}" for problem in self._judged(sentence, last=count == len(lines))]
        return found

    def _judged(self, sentence: str, *, last: bool) -> list[str]:
        try:
            return list(self._sentence(sentence, last=last))
        except ValueError as error:  # of a look-up among the versions that there are
            return [f"names what is not there ({error})"]

    def _sentence(self, sentence: str, *, last: bool) -> Iterator[str]:
        start = re.match(r"(?:Because|And because|So, because|So|Thus)(,?) ", sentence)
        if start is None:
            yield "no sentence of ours"
            return
        rest = sentence[start.end() :]
        verdict = "your requirements cannot be satisfied"
        end = rf"(?:, )?(?P<end>{verdict})$" if last else rf"(?:, )?(?P<end>{_CONCLUSION})$"
        while rest:
            ended = re.match(end, rest)
            if ended:
                if not last:
                    yield from self._named(ended["end"])
                return
            clause = self._clause(rest)
            if clause is None:
                yield f"cannot read {rest!r}"
                return
            length, problems = clause
            yield from problems
            rest = rest[length:]
            if not re.match(end, rest):
                rest = re.sub(r"^(?:,? and |, )", "", rest)
        yield "no end"

    def _clause(self, text: str) -> tuple[int, list[str]] | None:
        """Read one clause: its length, and what is false about it."""
        given = re.match(_GIVEN, text)
        if given:
            return given.end(), list(self._given(given["given"], given["lacks"] or ""))
        depends = re.match(_DEPENDS, text)
        if depends:
            return depends.end(), list(self._depends(depends))
        reference = re.match(rf"({_CONCLUSION}) \(\d+\)", text)
        if reference:
            return reference.end(), list(self._named(reference[1]))
        for kind, pattern in _REASONS.items():
            rejected = re.match(rf"(?P<some>{_SOME}) {pattern}", text)
            if rejected:
                return rejected.end(), list(self._rejected(kind, rejected))
        return None

    def _given(self, text: str, lacks: str) -> Iterator[str]:
        required = re.findall(_REQUIREMENT, text)
        root = [_plain(each) for each in self._known.truth.root()]
        for each in required:
            if _plain(Requirement(_bare(each))) not in root:
                yield f"not required: {each}"
        if "at once" in lacks:
            wanted = [Requirement(_bare(each)) for each in required]
            if set.intersection(*(self._known.admitted(each) for each in wanted)):
                yield f"fulfilled at once: {text}"
        elif lacks:
            yield from self._lacking(Requirement(_bare(required[-1])), lacks)

    def _depends(self, match: re.Match[str]) -> Iterator[str]:
        subjects = [each for some in re.findall(_SOME, match["subjects"]) for each in self._each(some)]
        if match["many"]:
            admitted = set().union(
                *(set(self._each(each)) for each in re.findall(_SOME, match["only"] or ""))
            )
            for name, version in subjects:
                wide = [
                    self._known.admitted(each) for each in self._known.needs(name, version, match["many"])
                ]
                if not wide or (admitted and not min(wide, key=len) <= {v for _, v in admitted}):
                    yield f"{name} {version} does not depend on {match['many']} like that"
            return
        for text in re.findall(_NEEDS, match["objects"]):
            found = re.findall(rf"({_NAME})?(?: ?({_SPECIFIER}))?{_ORIGIN}(?: or |$)", text)
            wanted = [
                (target or found[0][0], specifier) for target, specifier in found if target or specifier
            ]
            for name, version in subjects:
                if not any(self._has_need(name, version, *each) for each in wanted):
                    yield f"{name} {version} does not depend on {text}"
            if match["lacks"]:
                for target, specifier in wanted:
                    yield from self._lacking(Requirement(target + _open(specifier)), match["lacks"])

    def _has_need(self, name: str, version: str, target: str, specifier: str) -> bool:
        """Tell whether a version requires that; a bare name says less than any specifier does."""
        needs = self._known.needs(name, version, target)
        return any(not specifier or each.specifier == SpecifierSet(_open(specifier)) for each in needs)

    def _lacking(self, requirement: Requirement, lacks: str) -> Iterator[str]:
        name = canonicalize_name(requirement.name)
        versions = sorted(map(Version, self._known.versions.get(name, ())))
        if "does not exist" in lacks:
            if name in self._known.versions:
                yield f"{name} exists"
        elif "has no version" in lacks:
            if versions or name not in self._known.versions:
                yield f"{name} has versions {versions}"
        else:
            if self._known.admitted(requirement):
                yield f"something fulfils {requirement}"
            shown = re.findall(rf" is ({_VERSION})", lacks)
            if shown != list(dict.fromkeys(map(str, (versions[0], versions[-1])))):
                yield f"{shown} are not oldest and newest of {name}"

    def _rejected(self, kind: str, match: re.Match[str]) -> Iterator[str]:
        for name, version in self._each(match["some"]):
            if not self._is_rejected(kind, match, name, version):
                yield f"not so ({kind}): {name} {version}"

    def _is_rejected(self, kind: str, match: re.Match[str], name: str, version: str) -> bool:
        base, text, _, facts = self._known.facts(name, version)
        usable = text in self._known.truth.usable(base)
        match kind:
            case "python":
                return self._is_of_another_python(match, facts.get("requires_python"))
            case "yanked":
                why = facts.get("yanked")
                return bool(why) and (why is True or match["why"] is None or why in match["why"])
            case "prerelease":
                return Version(version).is_prerelease and not usable
            case "new":
                uploaded = facts.get("upload_time")
                return uploaded is None or uploaded >= match["cutoff"]
            case "constraint":
                text = match["constraint"]
                specifier = Requirement(text).specifier
                return text in self._known.constraints and not specifier.contains(version, prereleases=True)
            case "wheel":
                return not self._known.is_usable(name, version)
            case _:
                return self._known.trouble(name, version) is not None

    def _is_of_another_python(self, match: re.Match[str], wanted: str | None) -> bool:
        python = self._known.python
        return (
            wanted is not None
            and (wanted in match["pythons"] or "other ones" in match["pythons"])
            and match["target"] == python
            and not SpecifierSet(wanted).contains(python, prereleases=True)
        )

    def _named(self, conclusion: str) -> Iterator[str]:
        """Look up all that a conclusion names; whether it follows is for ``steps`` to say."""
        for some in re.findall(_SOME, conclusion):
            self._each(some)
        yield from ()

    # -- phrases -----------------------------------------------------------------------------------------

    def _each(self, some: str) -> list[tuple[str, str]]:
        """Return the versions that a phrase names, those that cannot be used in the midst left out."""
        whole = re.fullmatch(rf"(?:all versions|any version|a version|no version) of ({_NAME})(.*)", some)
        if whole:
            name, versions = whole[1], self._known.of(whole[1])
            return [(name, v) for v in versions if not whole[2] or self._known.is_usable(name, v)]
        counted = re.fullmatch(rf"(\d+) of the versions of ({_NAME}) from ({_VERSION}) to ({_VERSION})", some)
        if counted:
            self._known.between(counted[2], counted[3], counted[4])
            return []  # which ones, it does not say
        name, runs = re.fullmatch(rf"({_NAME}) ({_RUNS})", some).groups()  # type: ignore[union-attr]  # or fail
        found: list[tuple[str, str]] = []
        for run in re.findall(_RUN, runs):
            first, _, last = run.partition(" to ")
            found += [(name, version) for version in self._known.between(name, first, last or first)]
        return found


def _bare(text: str) -> str:
    """Return a requirement as told, without its origin and the parentheses of old metadata."""
    return _open(re.sub(rf"{_ORIGIN}$", "", text))


def _open(text: str) -> str:
    return text.replace("(", "").replace(")", "")


def _plain(requirement: Requirement) -> tuple[str, frozenset[str], SpecifierSet]:
    """Return what of a requirement is told."""
    extras = frozenset(canonicalize_name(each) for each in requirement.extras)
    return canonicalize_name(requirement.name), extras, requirement.specifier
