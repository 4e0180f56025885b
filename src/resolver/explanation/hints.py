"""What may help where there is no solution: sentences about what the proof touches, each true by itself.

A version that cannot be used *would fit* where it meets all that the proof says is required of its package.
Here is said what keeps it out and, where there is one, the option that lets it in.  Besides: names that no
index has but that look like others or like modules of Python, and extras that do not exist.  Nothing is
fetched for a hint, and nothing tried: changes that were tried are in ``fixes``.
"""

from __future__ import annotations

import sys

from resolver.explanation.ranges import listed
from resolver.explanation.wheels import target_in_words, wheels_in_words
from resolver.model.filenames import InvalidFilename, split_wheel
from resolver.model.specifiers import Specifiers
from resolver.naming import is_close
from resolver.policy import (
    DirectReference,
    ExcludedByConstraint,
    NeedsBuild,
    NoMatchingWheel,
    OtherHash,
    PreRelease,
    PythonMismatch,
    Reason,
    SourceOnly,
    TooNew,
    WheelOnly,
    Yanked,
)
from resolver.solver.incompatibility import Depends, Given, Rejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from resolver.catalog import Candidates
    from resolver.explanation.phrases import PythonWording
    from resolver.model.environment import Environment
    from resolver.problem import PythonProblem
    from resolver.solver.explain import Fact

__all__ = ["hints"]

_MOST = 5

_FEW = 3
"""So many extras are listed."""

_MOST_REASONS = 100  # that are looked at: an index may give one for each of thousands of versions
_PYTHONS = range(30)
"""The minor versions of Python 3 that are looked through for one that is accepted."""


def hints(
    problem: PythonProblem,
    facts: Sequence[Fact],
    wording: PythonWording,
    asked: Callable[[str], Sequence[int]],
) -> list[str]:
    """Return up to five hints on a proof that rests on ``facts``, those that help most often first.

    ``asked`` returns the candidates of a package whose metadata the search asked for: of others nothing is
    said.
    """
    ranked: dict[str, int] = {}
    for package, fitting in _wanted(problem, facts).items():
        candidates = problem.catalog.packages[problem.names.name(package)]
        if not candidates.keys and candidates.listing.absent:
            found = _missing(problem, candidates.name)
        else:
            # Why others cannot be used is not asked: that may mean to read the listing.
            rejected = candidates.rejections if fitting & ~candidates.usable else ()
            reasons = [*rejected, *_turned_out(problem, facts, package)]
            found = _kept_out(problem, candidates, _by_kind(reasons, fitting), wording.versions(package))
        for rank, text in found:
            ranked.setdefault(text, rank)
    for text in _extras(problem, facts, asked):
        ranked.setdefault(text, 3)
    return sorted(ranked, key=lambda text: ranked[text])[:_MOST]


def _wanted(problem: PythonProblem, facts: Sequence[Fact]) -> dict[int, int]:
    """Return the packages that are required, with the candidates that meet all that is required of them."""
    met: dict[int, int] = {}
    for fact in facts:
        cause = fact.causes[0]
        if isinstance(cause, Given):
            targets = list(fact.terms)
        elif isinstance(cause, Depends) and cause.other != cause.package:
            targets = [cause.other]
        else:
            continue
        for package in targets:
            base = problem.names.base(package)
            met[base] = met.get(base, -1) & fact.terms.get(package, 0)
    packages = problem.catalog.packages
    return {base: mask >> 1 & packages[problem.names.name(base)].everything for base, mask in met.items()}


# -- versions that would fit ---------------------------------------------------------------------------------


def _turned_out(problem: PythonProblem, facts: Sequence[Fact], package: int) -> Iterator[tuple[Reason, int]]:
    """Yield the reasons that metadata gave against candidates, as the proof has them."""
    for fact in facts:
        for cause in fact.causes:
            if (
                isinstance(cause, Rejected)
                and isinstance(cause.payload, Reason)
                and cause.candidate is not None
                and problem.names.base(cause.package) == package
            ):
                yield cause.payload, 1 << cause.candidate


def _by_kind(reasons: Iterable[tuple[Reason, int]], fitting: int) -> dict[type[Reason], dict[Reason, int]]:
    """Return what keeps out candidates that would fit: by kind of reason, reasons with their candidates."""
    kinds: dict[type[Reason], dict[Reason, int]] = {}
    for reason, mask in reasons:
        if mask & fitting:
            alike = kinds.setdefault(type(reason), {})
            alike[reason] = alike.get(reason, 0) | mask & fitting
    return kinds


def _kept_out(
    problem: PythonProblem,
    candidates: Candidates,
    kinds: Mapping[type[Reason], Mapping[Reason, int]],
    named: Callable[[int], str],
) -> Iterator[tuple[int, str]]:
    """Yield what keeps candidates out that would fit: one hint a kind of reason, with its rank."""
    if not candidates.keys:
        yield from _nothing_listed(candidates)
    for kind, reasons in kinds.items():
        mask = 0
        for each in reasons.values():
            mask |= each
        if kind is PythonMismatch:
            yield from _other_python(problem, reasons, named)
        elif kind is PreRelease:
            yield (
                1,
                f"{named(mask)} would fit if pre-releases were allowed ({_allowing(problem, candidates)})",
            )
        elif kind is Yanked:
            yield 2, f"{named(mask)} would fit, but {_yanked(candidates, mask)}"
        elif kind is TooNew:
            cutoffs = [each.cutoff for each in reasons if isinstance(each, TooNew)]
            options = dict.fromkeys(f"{each.flag} {each.key}".rstrip() for each in cutoffs)
            yield 1, f"{named(mask)} would fit without {listed(list(options), 'and')}"
        elif kind is ExcludedByConstraint:
            constraints = listed([reason.detail for reason in reasons], "and")
            yield 1, f"{named(mask)} would fit without the constraint {constraints}"
        elif kind is NoMatchingWheel:
            environment = problem.catalog.environment
            yield 2, _wheels(candidates, mask.bit_length() - 1, environment)
        elif kind is SourceOnly:
            yield (
                2,
                f"{named(mask)} would fit if source distributions were allowed (--only-binary, --no-build)",
            )
        elif kind is WheelOnly:
            yield 2, f"{named(mask)} would fit if wheels were allowed (--no-binary)"
        elif kind is NeedsBuild:
            yield 2, _build(candidates, named(mask), mask.bit_length() - 1)
        elif kind is OtherHash:
            yield 0, _hashes(candidates, mask.bit_length() - 1)
        elif kind is DirectReference:
            yield 2, _reference(reasons, named(mask))


def _allowing(problem: PythonProblem, candidates: Candidates) -> str:
    """Return the option that allows the pre-releases of a package."""
    is_special = candidates.name in problem.catalog.rules.pre_releases.modes
    return f"--prerelease-package {candidates.name}=allow" if is_special else "--prerelease allow"


def _nothing_listed(candidates: Candidates) -> Iterator[tuple[int, str]]:
    """Say why a package that the index knows has no versions."""
    status, reason, _ = candidates.offer.state or ("", "", "")
    name = candidates.name
    if status == "quarantined":
        why = f" ({Reason(reason).detail})" if reason else ""
        yield 0, f"{name} is quarantined: its index holds it to be unsafe and offers no files of it{why}"
    elif candidates.set_aside:
        example = candidates.listing.file(0).filename
        shown = Reason(example).detail
        yield 4, f"the index lists files of {name}, but none with a name that can be that of one: {shown}"
    elif candidates.listing.dropped:
        why = next((f": {Reason(each).detail}" for each in candidates.listing.drop_reasons), "")
        yield 4, f"the index lists files of {name}, but none that can be used{why}"


def _yanked(candidates: Candidates, mask: int) -> str:
    was = "was" if mask.bit_count() == 1 else "were"
    pin = f"{candidates.name}=={candidates.version(mask.bit_length() - 1)}"
    return f"{was} yanked; {pin} as a requirement admits it all the same"


def _other_python(
    problem: PythonProblem, reasons: Mapping[Reason, int], named: Callable[[int], str]
) -> Iterator[tuple[int, str]]:
    """Name the nearest Python that the newest of the candidates accepts which accept any."""
    minor = int(problem.catalog.environment.variables["python_version"].partition(".")[2])
    nearest = sorted(_PYTHONS, key=lambda each: abs(each - minor))
    for reason, mask in sorted(reasons.items(), key=lambda each: -each[1])[:_MOST_REASONS]:
        accepted = Specifiers(reason.detail)
        pythons = (f"3.{each}" for each in nearest)
        python = next((each for each in pythons if accepted.contains(each, prereleases=True)), None)
        if python is not None:
            accept = "accepts" if mask.bit_count() == 1 else "accept"
            yield 1, f"{named(mask)} {accept} Python {python} (--python-version {python})"
            return


def _wheels(candidates: Candidates, candidate: int, environment: Environment) -> str:
    """Say what the wheels of a candidate are for, and what the target is."""
    tags: dict[str, None] = {}
    for file in candidates.unfit[candidate]:
        if file.filename.endswith(".whl"):
            try:
                tag = split_wheel(file.filename, candidates.name)[1]
            except InvalidFilename:
                continue
            if environment.rank(tag) is None:  # else it is something else that keeps it out
                tags[tag] = None
    there, target = wheels_in_words(sorted(tags), environment), target_in_words(environment)
    version = candidates.version(candidate)
    return f"{candidates.name} {version} has wheels for {there}, and none for the target ({target})"


def _build(candidates: Candidates, some: str, newest: int) -> str:
    file = candidates.files.first(newest)
    what = " it" if file is None else f" {file.filename}"
    return f"{some} may fit if{what} may be built, which runs its code (--build allow)"


def _hashes(candidates: Candidates, candidate: int) -> str:
    """Say which hashes a candidate has, none of which is given for it."""
    from resolver.digests import digests_of  # noqa: PLC0415  # lazy: rarely wanted

    listing = candidates.listing
    found = [min(digests_of(listing.file(each)), default="") for each in listing.summary.files(candidate)]
    some = [each for each in dict.fromkeys(found) if each]
    more = len(some) - _FEW
    said = ", ".join(some) if more <= 0 else f"{', '.join(some[:_FEW])} and {more} more"
    return (
        f"the index has {candidates.name} {candidates.version(candidate)} with other hashes: {said}; unless"
        " you know why, somebody may have put other files there"
    )


def _reference(reasons: Iterable[Reason], some: str) -> str:
    """Say how a reference in metadata is followed."""
    refused = [each for each in reasons if isinstance(each, DirectReference)]
    packages = listed(sorted({each.package for each in refused}), "and")
    if all(each.option for each in refused):
        options = " ".join(f"--allow-url {name}" for name in sorted({each.package for each in refused}))
        return f"{some} may fit if the reference to {packages} is followed ({options})"
    return f"{some} may fit if you require {packages} from that address yourself"


# -- names ---------------------------------------------------------------------------------------------------


def _missing(problem: PythonProblem, name: str) -> Iterator[tuple[int, str]]:
    """Say what a package that no index has may have been meant to be."""
    is_direct = any(each.name == name for each in problem.requirements)
    if name.replace("-", "_") in sys.stdlib_module_names:
        what = "needs no requirement" if is_direct else f"can be left out (--exclude {name})"
        yield 0, f"{name} is part of Python itself and {what}"
        return
    names = problem.names
    known = {names.name(names.base(number)) for number in range(len(names))}
    there = sorted(each for each in known if not problem.catalog.packages[each].listing.absent)
    close = [each for each in there if is_close(name, each)]
    if close and is_direct:
        yield 0, f"no index has {name}; did you mean {listed(close[:_FEW], 'or')}?"


def _extras(
    problem: PythonProblem, facts: Sequence[Fact], asked: Callable[[str], Sequence[int]]
) -> Iterator[str]:
    """Say of each extra in the proof that the newest candidate which was looked at does not have it."""
    packages = dict.fromkeys(package for fact in facts for package in fact.terms)
    for package in packages:
        extra = problem.names.extra(package)
        if extra is None:
            continue
        name = problem.names.name(problem.names.base(package))
        known = asked(name)
        if known and not any(_has(problem, name, candidate, extra) for candidate in known):
            provided = sorted(problem.catalog.provided(name, max(known)))
            more = ["others"] if len(provided) > _FEW else []
            what = f", only {listed([*provided[:_FEW], *more], 'and')}" if provided else ""
            version = problem.catalog.packages[name].version(max(known))
            yield f"{name} {version} has no extra {extra}{what}"


def _has(problem: PythonProblem, name: str, candidate: int, extra: str) -> bool:
    """Tell whether a candidate has an extra: says so, or requires something more for it."""
    required = problem.requirements_of(name, candidate, extra)
    provides = problem.catalog.provides(name, candidate, extra)
    return provides or isinstance(required, Reason) or bool(required)
