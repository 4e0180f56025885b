"""From the solver's selection to pins: who requires what, which files, which extras.

The solver answers with candidates of packages and extras; here they become the plain values of
``formats.answer``, which text and JSON are made of.  Nothing is decided here.
"""

from __future__ import annotations

from resolver.formats.answer import Pinned
from resolver.index.listing import NEWEST_MINOR
from resolver.options import redacted
from resolver.policy import Reason, Yanked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolver.catalog import Candidates, Catalog
    from resolver.formats.facts import Facts, Referred, Told
    from resolver.model.distfile import DistFile
    from resolver.model.references import Reference
    from resolver.model.requirement import Requirement
    from resolver.problem import PythonProblem

__all__ = ["notes", "pins", "remarks", "roots"]


def pins(problem: PythonProblem, selected: Mapping[int, int]) -> list[Pinned]:
    """Return one pin for each selected package, extras folded into their base; sorted by name."""
    chosen: dict[str, int] = {}
    extras: dict[str, list[str]] = {}
    for package, candidate in selected.items():
        name = problem.names.name(problem.names.base(package))
        chosen[name] = candidate
        extra = problem.names.extra(package)
        if extra is not None:
            extras.setdefault(name, []).append(extra)
    requires = {name: _requires(problem, name, chosen[name], extras.get(name, [])) for name in chosen}
    via = _via(problem, requires)
    packages = problem.catalog.packages
    versions = {name: packages[name].version(candidate) for name, candidate in chosen.items()}
    found: list[Pinned] = []
    for name in sorted(chosen):
        if name in problem.catalog.rules.fixed:
            wanted = frozenset(extras.get(name, ()))
            found.append(Pinned(name, versions[name], extras=wanted, via=tuple(via.get(name, ()))))
            continue
        seen = _Seen(packages[name], chosen[name], problem.catalog)
        reference = problem.catalog.rules.references.get(name)
        place = "" if reference is None else next(iter(seen)).url
        found.append(
            Pinned(
                name,
                versions[name],
                extras=frozenset(extras.get(name, ())),
                url=None if reference is None else reference.pinned_as(place),
                editable=reference is not None and reference.editable,
                files=() if reference is not None and reference.is_tree else seen,
                requires=tuple((each.text, each.name, versions[each.name]) for each in requires[name]),
                via=tuple(via.get(name, ())),
                look=seen,
                referred=None if reference is None else _referred(reference, place),
            )
        )
    return found


def roots(problem: PythonProblem) -> list[tuple[str, str, str | None]]:
    """Return what the user asks for, in order: requirement, name and origin, as far as there is one."""
    return [
        (redacted(each.text), each.name, None if each.origin is None else str(each.origin))
        for each in problem.requirements
    ]


def _referred(reference: Reference, place: str) -> Referred:
    """Return a reference as formats know it, by the URL of the file that it led to."""
    from resolver.formats.facts import Referred  # noqa: PLC0415  # lazy: most packages have none
    from resolver.model.references import GIT  # noqa: PLC0415  # loaded by now

    return Referred(
        reference.kind,
        reference.url.removeprefix("git+"),
        place=reference.place,
        revision=reference.revision,
        commit=place.rpartition("@")[2] if reference.kind == GIT else "",
        subdirectory=reference.subdirectory,
        filename=reference.filename,
    )


class _Seen:
    """A candidate: all its files, those that fit first, made when somebody looks.

    It is the ``Look`` of its pin, too.  It outlives the ``catalog``, of which it holds what it may need: the
    metadata if that was read, or else the shelf that has it.
    """

    __slots__ = ("_candidate", "_candidates", "_metadata")

    def __init__(self, candidates: Candidates, candidate: int, catalog: Catalog) -> None:
        self._candidates = candidates
        self._candidate = candidate
        self._metadata = catalog.metadata(candidates.name, candidate) or catalog.shelf

    def __iter__(self) -> Iterator[DistFile]:
        yield from self._candidates.files[self._candidate]
        yield from self._candidates.unfit[self._candidate]

    def facts(self) -> Facts:
        """Return what the page says of it."""
        from resolver.formats.facts import Facts  # noqa: PLC0415  # lazy: start-up time

        files, listing = self._candidates.files[self._candidate], self._candidates.listing
        page, first = listing.url, files[0] if files else None
        if listing.is_merged and first is not None:
            page = listing.places[listing.files.index(first)]
        return Facts(page, len(files), yanked=(None if first is None else first.yanked) or False)

    def told(self) -> Told | None:
        """Return what its metadata says."""
        from resolver.formats.facts import Told  # noqa: PLC0415  # lazy: start-up time
        from resolver.index.metadata import Metadata  # noqa: PLC0415  # the same

        metadata = self._metadata
        if metadata is None or isinstance(metadata, Reason):
            return None
        if not isinstance(metadata, Metadata):
            file = self._candidates.files.first(self._candidate)
            assert file is not None  # or else it would not be selected
            metadata = metadata.metadata(self._candidates.name, file)
        if metadata is None:
            return None
        return Told(
            metadata.name,
            metadata.version,
            metadata_version=metadata.metadata_version,
            requires_dist=metadata.requires_dist,
            requires_python=metadata.requires_python,
            provides_extra=metadata.provides_extra,
            dynamic=metadata.dynamic,
        )


def remarks(problem: PythonProblem, selected: Mapping[int, int]) -> list[str]:
    """Return sentences about what is odd about a solution."""
    return [
        *_missing_extras(problem, selected),
        *_patch_remarks(problem),
        *_dropped_logins(problem, selected),
        *_index_remarks(problem, selected),
        *_preference_remarks(problem, selected),
        *_vain_remarks(problem, selected),
    ]


def _patch_remarks(problem: PythonProblem) -> Iterator[str]:
    if problem.catalog.rules.patches is not None:
        from resolver.vain import patches  # noqa: PLC0415  # lazy: start-up time

        yield from patches(problem, problem.catalog.rules.patches.all)


def _vain_remarks(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield what users should hear of lines that mean nothing, or more than they want."""
    choices = problem.choices
    if choices.resolution != "highest" or _may_be_vain(problem):
        from resolver.vain import suspicions, unbounded  # noqa: PLC0415  # lazy: start-up time

        yield from suspicions(problem, selected)
        yield from filter(None, [unbounded(problem)])


def _may_be_vain(problem: PythonProblem) -> bool:
    choices = problem.choices
    return bool(problem.catalog.rules.constrained or choices.overrides or choices.excludes)


def notes(problem: PythonProblem, selected: Mapping[int, int]) -> list[str]:
    """Return sentences about a solution for those who ask."""
    said = list(_kept(problem, selected))
    if _may_be_vain(problem):
        from resolver.vain import unused  # noqa: PLC0415  # lazy: start-up time

        said += unused(problem, selected)
    return said


def _kept(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield how many versions of before are kept, and which are not."""
    preferences = problem.catalog.rules.preferences
    if preferences is None:
        return
    pinned = _chosen(problem, selected)
    was = {name: versions for name, versions in preferences.versions.items() if name in pinned}
    changed = [
        f"{name} {' or '.join(versions)} -> {pinned[name]}"
        for name, versions in was.items()
        if not preferences.has(name, pinned[name])
    ]
    said = f"{len(was) - len(changed)} of {len(preferences.versions)} versions of before are kept"
    yield f"{said}; changed: {', '.join(changed)}" if changed else said


def _preference_remarks(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield what users should hear of earlier versions and upgrades that mean nothing."""
    preferences = problem.catalog.rules.preferences
    if preferences is None:
        return
    yield from preferences.warnings
    if preferences.dropped:
        from resolver.vain import upgrades  # noqa: PLC0415  # lazy: start-up time

        yield from upgrades(problem, selected, preferences.dropped)


def _chosen(problem: PythonProblem, selected: Mapping[int, int]) -> dict[str, str]:
    """Return the selected versions by name."""
    names, packages = problem.names, problem.catalog.packages
    found = {names.name(names.base(package)): candidate for package, candidate in selected.items()}
    return {name: packages[name].version(candidate) for name, candidate in found.items()}


def _index_remarks(problem: PythonProblem, selected: Mapping[int, int]) -> Iterator[str]:
    """Yield what the index says of each selected package that users should hear (PEP 592, 792, 629)."""
    found = ((problem.names.name(problem.names.base(package)), at) for package, at in selected.items())
    newer = ""
    for name, candidate in sorted(set(found)):
        candidates = problem.catalog.packages[name]
        if candidates.offer.state:
            status, reason, version = candidates.offer.state
            newer = newer or version
            if status in _STATUSES:
                yield f"{name} {_STATUSES[status]}{_because(reason)}"
        if candidates.yanked >> candidate & 1:
            file = candidates.standing(candidate)
            why = file.yanked if file is not None and isinstance(file.yanked, str) else ""
            yield f"{name}=={candidates.version(candidate)} {Yanked(why).says(many=False)}"
    if newer:
        yield (
            f"an index answers by version {Reason(newer).detail} of the simple API, and what is newer than 1."
            f"{NEWEST_MINOR} is not understood: a newer resolver may see more"
        )


_STATUSES = {
    "archived": "is archived: its index expects no more of it",
    "deprecated": "is deprecated: its index advises against it",
    "quarantined": "is quarantined: its index holds it to be unsafe",
}


def _because(reason: str) -> str:
    return f" ({Reason(reason).detail})" if reason else ""


def _missing_extras(problem: PythonProblem, selected: Mapping[int, int]) -> list[str]:
    """Return a sentence for each selected extra that its candidate does not provide."""
    said: list[str] = []
    for package, candidate in selected.items():
        extra = problem.names.extra(package)
        if extra is None:
            continue
        name = problem.names.name(problem.names.base(package))
        if not problem.catalog.provides(name, candidate, extra):
            version = problem.catalog.packages[name].version(candidate)
            said.append(f"{name}=={version} has no extra named {extra}")
    return said


def _dropped_logins(problem: PythonProblem, selected: Mapping[int, int]) -> list[str]:
    """Return a sentence for each selected package of which the pin lacks the credentials of its address."""
    references = problem.catalog.rules.references
    names = sorted({problem.names.name(problem.names.base(package)) for package in selected})
    return [
        f"the pin of {name} lacks the credentials that stand in its address: whoever installs it needs them"
        " otherwise, as by a variable (${TOKEN}) in the requirements file"
        for name in names
        if name in references and references[name].hides
    ]


def _requires(problem: PythonProblem, name: str, candidate: int, extras: list[str]) -> list[Requirement]:
    """Return the requirements of a candidate with its extras, each text once, self-references left out."""
    found: dict[str, Requirement] = {}
    for extra in ["", *extras]:
        required = problem.requirements_of(name, candidate, extra)
        assert not isinstance(required, Reason)  # or else it would not be selected
        found.update((each.text, each) for each in required if each.name != name)
    return list(found.values())


def _via(problem: PythonProblem, requires: Mapping[str, list[Requirement]]) -> dict[str, list[str]]:
    """Return for each package who wants it: origins first, then packages, both sorted, each once."""
    origins: dict[str, set[str]] = {}
    for requirement in problem.asked_for:
        if requirement.origin is not None:
            origins.setdefault(requirement.name, set()).add(str(requirement.origin))
    for name in requires:
        for constraint in problem.catalog.rules.constraints(name):
            if constraint.origin is not None:
                origins.setdefault(name, set()).add(str(constraint.origin))
    parents: dict[str, set[str]] = {}
    for parent, requirements in requires.items():
        for requirement in requirements:
            parents.setdefault(requirement.name, set()).add(parent)
    return {name: sorted(origins.get(name, ())) + sorted(parents.get(name, ())) for name in requires}
