"""Checking a solution against every requirement, before anybody gets to see it.

Nothing here has to do with how solutions are found: no masks, no terms, no facts of the solver's port.  What
is selected is read as versions; each is asked whether the user may have it, and each requirement in the
metadata, read line by line, whether what is selected fulfils it.  Shared with the search are the values that
texts were parsed to (requirements, specifiers, verdicts on markers), since parsing them twice would cost more
than the search.  Where an earlier resolution has read the metadata and noted which of its lines count for the
target (``noting``), it is those lines that are gone through.

A violation is a bug of ours, or of another engine; no candidate and no user can cause one.
"""

from __future__ import annotations

from resolver.errors import InternalError
from resolver.model.faults import InvalidMarker, UndefinedComparison
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.version import Version, is_prerelease_key
from resolver.policy import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.patches import Patch
    from resolver.problem import PythonProblem
    from resolver.vetting import Vetting

__all__ = ["verify", "violation"]


def verify(problem: PythonProblem, selected: Mapping[int, int]) -> None:
    """Raise ``InternalError`` unless ``selected`` (package to candidate) is a solution of ``problem``."""
    said = violation(problem, selected)
    if said is not None:
        raise InternalError(f"a solution was found that is none: {said}; please report this bug")


def violation(problem: PythonProblem, selected: Mapping[int, int]) -> str | None:
    """Return the first rule that ``selected`` breaks, in words that name requirement and pin; or None.

    Cost: linear in the requirement lines of what is selected.
    """
    check = _Check(problem)
    return check.read(selected) or check.policy() or check.requirements() or check.reach()


class _Check:
    """One solution in terms of names and versions, and the rules."""

    def __init__(self, problem: PythonProblem) -> None:
        self._problem = problem
        self._catalog = problem.catalog
        self._environment = problem.catalog.environment
        self._pins: dict[str, int] = {}
        self._versions: dict[str, Version] = {}
        self._extras: set[tuple[str, str]] = set()
        self._reached: list[tuple[str, str]] = []
        self._known: set[tuple[str, str]] = set()
        self._by_word: dict[str, dict[str, list[str]]] = {}

    def read(self, selected: Mapping[int, int]) -> str | None:
        """Take in what is selected; an extra must have the version of its package."""
        names = self._problem.names
        pins = self._pins
        extras: dict[tuple[str, str], int] = {}
        for package, candidate in selected.items():
            extra = names.extra(package)
            if extra is None:
                name = names.name(package)
                pins[name] = candidate
                self._versions[name] = Version(self._catalog.packages[name].offer.text(candidate))
            else:
                extras[names.name(names.base(package)), extra] = candidate
        for (name, extra), candidate in extras.items():
            if name not in pins:
                return f"{name}[{extra}] is selected without {name}"
            if pins[name] != candidate:
                other = self._catalog.packages[name].version(candidate)
                return f"{name} is pinned to {self._versions[name]}, and {name}[{extra}] to {other}"
        self._extras.update(extras)
        return None

    # -- what the user may have ----------------------------------------------------------------------------

    def policy(self) -> str | None:
        """Return what is wrong with a pin by itself."""
        for name in self._pins:
            said = self._refusal(name)
            if said is not None:
                return f"{name} is pinned to {self._versions[name]}, {said}"
        return None

    def _refusal(self, name: str) -> str | None:
        version = self._versions[name]
        rules = self._catalog.rules
        package = self._catalog.packages[name]
        file = package.standing(self._pins[name])
        if file is None:
            return "of which no file can be used"
        fault = None if name in rules.fixed else self._fault(name, file)
        if fault is not None and all(self._fault(name, each) for each in package.files[self._pins[name]]):
            return fault
        if is_prerelease_key(version.key) and not rules.pre_releases.allowed(name):
            return "which is a pre-release, and these are not allowed"
        for constraint in rules.constraints(name):
            if not self._admits(constraint):
                return f"which the constraint {constraint.text} excludes"
        vetting = self._problem.vetting
        return None if vetting is None or name in rules.fixed else self._unwanted(name, vetting)

    def _unwanted(self, name: str, vetting: Vetting) -> str | None:
        """Return what the caller has against a pin."""
        number = self._pins[name]
        files = self._catalog.packages[name].files[number]
        text = self._catalog.packages[name].offer.text(number)
        for metadata in (None, self._catalog.metadata_at_hand(name, number)):
            said = vetting.objection(name, text, files, metadata)
            if said is not None:
                return f"which {said.says(many=False)}"
        return None

    def _fault(self, name: str, file: DistFile) -> str | None:
        """Return why ``file`` must not be used."""
        if self._catalog.rules.digests is not None and self._is_foreign(name, file):
            return "whose file has none of the hashes that are given for it"
        rules, environment = self._catalog.rules, self._environment
        if rules.cutoffs is not None and self._is_late(name, file):
            return "which was uploaded too late"
        text = self._catalog.packages[name].offer.text(self._pins[name]) if file.yanked else ""
        if file.yanked and not (rules.pinned(name, text) or rules.kept(name, text)):
            return "which was yanked, and no requirement of the user's names it"
        patches = self._patches(name) if rules.patches is not None else ()
        python = file.requires_python
        if patches:
            from resolver.patch_check import python_after  # noqa: PLC0415  # lazy: most have none

            python = python_after(patches, python)
        if python is not None and not environment.accepts_python(python):
            return f"which needs Python {python}"
        if file.is_wheel:
            tags = "-".join(file.filename[: -len(".whl")].split("-")[-3:])
            return "whose wheel is not for the target" if environment.rank(tags) is None else None
        return None if rules.sources(name) else "of which only wheels are wanted"

    def _is_foreign(self, name: str, file: DistFile) -> bool:
        """Tell whether a line of the user's has hashes for ``name``, and none of them is that of ``file``."""
        if name in self._catalog.rules.references:
            return False
        from resolver.digests import digests_of  # noqa: PLC0415  # lazy: most have none

        found = digests_of(file)
        asked = (*self._problem.requirements, *self._catalog.rules.constraints(name))
        return any(each.name == name and each.hashes and found.isdisjoint(each.hashes) for each in asked)

    def _is_late(self, name: str, file: DistFile) -> bool:
        listing = self._catalog.packages[name].listing
        indexes = {listing.index}
        if listing.is_merged:
            indexes = {listing.index_of(at) for at, each in enumerate(listing.files) if each.url == file.url}
        cutoffs = [self._catalog.rules.cutoff(name, index) for index in indexes]
        late = [each.instant.removesuffix("Z") for each in cutoffs if each is not None]
        uploaded = file.upload_time
        return any(uploaded is None or uploaded.removesuffix("Z") >= each for each in late)

    # -- what the requirements ask for -----------------------------------------------------------------------

    def requirements(self) -> str | None:
        """Return what is not fulfilled: of the user's requirements, or of those that they lead to."""
        choices = self._problem.choices
        for requirement in self._problem.requirements:
            name = requirement.name
            overridden = name in choices.overrides and requirement not in choices.overrides[name]
            if overridden or name in choices.excludes:
                return f"the requirement {requirement.text} should have been replaced or left out"
            said = self._unfulfilled(requirement)
            if said is not None:
                return f"the user requires {requirement.text}, and {said}"
        for name, extra in self._reached:  # which grows meanwhile
            said = self._unfulfilled_by(name, extra)
            if said is not None:
                return f"{name} is pinned to {self._versions[name]}, which {said}"
        return None

    def reach(self) -> str | None:
        """Return a pin that nothing leads to."""
        for name in self._pins:
            if (name, "") not in self._known:
                return f"{name} is pinned to {self._versions[name]}, which nothing requires"
        for name, extra in sorted(self._extras - self._known):
            return f"{name}[{extra}] is selected, which nothing requires"
        return None

    def _unfulfilled(self, requirement: Requirement) -> str | None:
        """Return how ``requirement`` is not fulfilled; if it is, note what it reaches."""
        name = requirement.name
        if name not in self._pins:
            return f"{name} is not pinned"
        if not self._admits(requirement):
            return f"{name} is pinned to {self._versions[name]}"
        for extra in ("", *requirement.extras):
            if (name, extra) not in self._known:
                if extra and (name, extra) not in self._extras:
                    return f"{name}[{extra}] is not selected"
                self._known.add((name, extra))
                self._reached.append((name, extra))
        return None

    def _admits(self, requirement: Requirement) -> bool:
        name, specifiers = requirement.name, requirement.specifiers
        if "===" in specifiers.text:  # compares the text that the index has
            return specifiers.contains(self._catalog.packages[name].offer.text(self._pins[name]))
        return specifiers.contains(self._versions[name])

    def _unfulfilled_by(self, name: str, extra: str) -> str | None:
        """Return which requirement of a pin is not fulfilled; with ``extra``, of those that it adds."""
        metadata = self._catalog.metadata(name, self._pins[name])
        if self._catalog.rules.patches is not None and self._patches(name):
            return self._unfulfilled_after(self._patches(name), name, extra)
        if isinstance(metadata, Reason):
            return "has no metadata that can be used"
        if metadata is None:
            return self._unfulfilled_as_noted(name, extra)
        python = metadata.requires_python
        if python is not None and self._environment.accepts_python(python) is False:
            return f"needs Python {python}"
        choices = self._problem.choices
        if choices.no_deps:
            return None
        found = self._problem.requirements_of(name, self._pins[name], extra)
        parsed = {} if isinstance(found, Reason) else {each.text: each for each in found}
        for text in self._lines(name, metadata, extra):
            try:
                if not self._applies(text, extra):
                    continue
                requirement = parsed.get(text) or Requirement.repaired(text)
            except (InvalidRequirement, UndefinedComparison):
                return f"has a requirement that cannot be used: {text}"
            said = self._broken(requirement)
            if said is not None:
                return said
        return None

    def _lines(self, name: str, metadata: Metadata, extra: str) -> Iterable[str]:
        """Return the lines that may count with ``extra``, or without: a pin may have thousands of both."""
        if not extra:
            return filter(_may_apply, metadata.requires_dist)
        found = self._by_word.get(name)
        if found is None:
            found = self._by_word[name] = {}
            for text in metadata.requires_dist:
                for word in _words(text):
                    found.setdefault(word, []).append(text)
        return (*found.get(extra, ()), *found.get("", ()))

    def _unfulfilled_as_noted(self, name: str, extra: str) -> str | None:
        """Do the same with the lines that an earlier resolution has found to count here."""
        required = self._catalog.required(name, self._pins[name], extra)
        if required is None or isinstance(required, Reason):
            return "has no metadata that can be used"
        lines = () if self._problem.choices.no_deps else required
        return next((said for said in map(self._broken, lines) if said is not None), None)

    def _patches(self, name: str) -> list[Patch]:
        known = self._catalog.rules.patches
        about = [] if known is None else [each for each in known.all if each.name == name]
        return [each for each in about if each.specifiers.contains(self._versions[name], prereleases=True)]

    def _unfulfilled_after(self, patches: list[Patch], name: str, extra: str) -> str | None:
        """Do the same where patches change what a pin says."""
        from resolver.patch_check import is_stated, lines_after, python_after  # noqa: PLC0415  # the same

        raw = None if is_stated(patches) else self._catalog.raw_metadata(name, self._pins[name])
        if raw is None and not is_stated(patches):
            return "has no metadata that can be used"
        python = python_after(patches, None if raw is None else raw.requires_python)
        if python is not None and self._environment.accepts_python(python) is False:
            return f"needs Python {python}"
        if self._problem.choices.no_deps:
            return None
        for text in lines_after(patches, () if raw is None else raw.requires_dist):
            if self._applies(text, extra):
                said = self._broken(Requirement.repaired(text))
                if said is not None:
                    return said
        return None

    def _broken(self, requirement: Requirement) -> str | None:
        """Return how a requirement of a pin is not fulfilled, as the user has it."""
        name, choices = requirement.name, self._problem.choices
        plain = name not in choices.overrides and name not in choices.excludes
        for each in (requirement,) if plain else self._replaced(requirement):
            said = self._unfulfilled(each) if self._leads_here(each) else "that address is not used"
            if said is not None:
                return f"requires {each.text}, and {said}"
        return None

    def _leads_here(self, requirement: Requirement) -> bool:
        """Tell whether a requirement, if by URL, leads to where its package comes from."""
        if requirement.url is None:
            return True
        from resolver.model.references import InvalidReference, Reference  # noqa: PLC0415  # lazy: rare

        known = self._catalog.rules.references.get(requirement.name)
        try:
            wanted = requirement.reference or Reference.read(requirement.url, "/")
        except InvalidReference:
            return False
        return known is not None and known.joined(wanted) is not None

    def _applies(self, text: str, extra: str) -> bool:
        """Tell whether a line counts for the package itself or, with ``extra``, is added by that."""
        if ";" not in text:
            return not extra
        holds = self._environment.holds
        marker = text.partition(";")[2].strip()
        try:
            without = holds(marker)
        except InvalidMarker:  # The text has to be repaired, or the semicolon was part of a URL.
            marker = Requirement.repaired(text).marker
            without = holds(marker)
        return not without and holds(marker, extra) if extra else without

    def _replaced(self, requirement: Requirement) -> Iterable[Requirement]:
        """Return what the user has put in the place of ``requirement``."""
        choices = self._problem.choices
        if requirement.name in choices.excludes:
            return ()
        replacing = choices.overrides[requirement.name]
        return [each for each in replacing if self._environment.holds(each.marker)]


def _words(text: str) -> set[str]:
    """Return the extras that a line may depend on: all that is quoted, and more; "" where it may be any."""
    text = text.replace('"', "'")
    pieces = text.split("'")
    if "\\" in text or "''" in text or any("in" in piece.split() for piece in pieces):
        return {""}
    return {_folded(piece) for piece in pieces if piece}


def _folded(name: str) -> str:
    """Return the form in which extras are compared (PEP 685), of what need not be one."""
    words = name.lower().replace("_", "-").replace(".", "-").split("-")
    return "-".join([*words[:1], *filter(None, words[1:-1]), *words[1:][-1:]])


def _may_apply(text: str) -> bool:
    """Tell whether a line may count without an extra: not if all of its marker must hold, and names one."""
    return "extra ==" not in text or "or" in text or "''" in text or '""' in text
