"""Posing the problem: what a user asks for, put where it is obeyed.

Requirements, constraints and ``Options`` become a ``PythonProblem``; what of them cannot be used is an
``InputError`` that says where it stands.  Reading files is in ``inputs``, solving in ``session``.
"""

from __future__ import annotations

import time

from resolver.catalog import Catalog
from resolver.errors import InputError
from resolver.formats.statements import may_refer
from resolver.model.faults import UndefinedComparison
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.options import redacted
from resolver.problem import Choices, PythonProblem
from resolver.rules import Rules, package_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from packaging.requirements import Requirement as PackagingRequirement

    from resolver.cutoffs import Cutoffs
    from resolver.digests import Digests
    from resolver.earlier import Preferences
    from resolver.model.environment import Environment
    from resolver.model.references import Reference
    from resolver.options import Options
    from resolver.patches import Patches

__all__ = ["check", "dated", "pose", "read_constraints", "read_requirement", "read_requirements"]


def read_requirements(given: Iterable[str | PackagingRequirement | Requirement]) -> list[Requirement]:
    """Read what a caller of the library gave; one string is refused: its letters would be taken."""
    if isinstance(given, str):
        raise TypeError("requirements must be a sequence of strings, not a string")
    return [read_requirement(each) for each in given]


def read_constraints(options: Options) -> list[Requirement]:
    """Return the constraints of a caller of the library, with the bounds of what is to be upgraded."""
    constraints = [read_requirement(each) for each in options.constraints]
    if options.upgrade_packages:
        from resolver.earlier import upgraded  # noqa: PLC0415  # lazy: start-up time

        constraints += upgraded(options.upgrade_packages)
    return constraints


def read_requirement(given: str | PackagingRequirement | Requirement) -> Requirement:
    """Read a requirement that a caller of the library gave.  Raises ``InputError``, or ``TypeError``."""
    if isinstance(given, Requirement):
        return given
    if not isinstance(given, str):
        from packaging.requirements import Requirement as Packagings  # noqa: PLC0415  # lazy: start-up time

        if not isinstance(given, Packagings):
            raise TypeError(f"a requirement must be a string or packaging's, not {type(given).__name__}")
    text = str(given)
    try:
        special = may_refer(text) or " --hash" in text
        return _special(text) if special else Requirement.parse(text)
    except InvalidRequirement as error:
        raise InputError(error.message, text=text, column=error.position + 1) from None


def _special(text: str) -> Requirement:
    """Read a requirement that may have an address, or be one, or has hashes."""
    from resolver.formats.named import InvalidUserRequirement, user_requirement  # noqa: PLC0415  # lazy: rare

    try:
        return user_requirement(text)
    except InvalidUserRequirement as error:
        shown = redacted(text)
        column = error.position + 1 if shown == text else None
        raise InputError(error.message, text=shown, column=column) from None


def pose(  # noqa: PLR0913  # what is asked, where, and what is known
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    options: Options,
    environment: Environment,
    found: Mapping[str, Reference] | None = None,
    *,
    keeping: Collection[str] = (),
) -> PythonProblem:
    """Return the problem that ``options`` make of ``requirements``, for the target ``environment``.

    ``found`` are packages that have turned out to come from an address (``problem.Referenced``); of those
    ``keeping`` only the versions that are preferred are admitted.  Raises
    ``InputError`` for a requirement or an option of the user's that cannot be used.
    """
    if options.extras or options.all_extras or options.groups or options.upgrade_groups:
        raise InputError(
            "the options extras, all_extras, groups and upgrade_groups are about a project: resolve_project"
            " reads one"
        )
    overrides = [read_requirement(each) for each in options.overrides]
    for each in (*requirements, *constraints, *overrides):
        check(each, environment)
    holds = environment.holds
    held = [each for each in constraints if holds(each.marker)]
    references = dict(found or {})
    if any(each.reference is not None for each in (*requirements, *constraints, *overrides)):
        from resolver.referring import referred  # noqa: PLC0415  # lazy: most have none

        excludes = package_names("excludes", options.excludes)
        references |= referred(requirements, constraints, overrides, environment, excludes)
    rules = Rules(
        prerelease=options.prerelease,
        prereleases=options.prerelease_packages,
        cutoffs=_cutoffs(options),
        prefer_binary=options.prefer_binary,
        only_binary=options.only_binary,
        no_binary=options.no_binary,
        requirements=[each for each in (*requirements, *constraints, *overrides) if holds(each.marker)],
        constraints=held,
        references=references,
        patches=_patches(options),
        digests=_digests(requirements, held, overrides, options, environment),
        preferences=_preferences(options, environment, keeping),
        fixed=_fixed(options, environment, references),
    )
    catalog = Catalog(environment, rules)
    for name, version in rules.fixed.items():
        catalog.fix(name, version)
    problem = PythonProblem(catalog, requirements, _choices(options, overrides))
    problem.found = found or {}
    return problem


def _choices(options: Options, overrides: Sequence[Requirement]) -> Choices:
    """Return what ``options`` say about which candidates are tried, and what they require."""
    return Choices(
        resolution=options.resolution,
        overrides=overrides,
        excludes=options.excludes,
        no_deps=options.no_deps,
        only_deps=options.only_deps,
        allow_urls=options.allow_urls,
    )


def _digests(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    overrides: Sequence[Requirement],
    options: Options,
    environment: Environment,
) -> Digests | None:
    """Return what digests the user gave and whether all must have some, None for neither.

    Those of constraints and overrides are heeded, but do not ask for others, as in pip.
    """
    required = options.require_hashes or any(each.hashes for each in requirements)
    if not required and not any(each.hashes for each in (*constraints, *overrides)):
        return None
    from resolver.digests import Digests  # noqa: PLC0415  # lazy: most have none

    replaced = {each.name for each in overrides}
    asked = [*(each for each in requirements if each.name not in replaced), *overrides]
    return Digests(
        [*(each for each in asked if environment.holds(each.marker)), *constraints], required=required
    )


def _fixed(
    options: Options, environment: Environment, references: Mapping[str, Reference]
) -> Mapping[str, str] | None:
    """Return the packages that are there already; None where none are."""
    if not options.fixed:
        return None
    from resolver.earlier import read_fixed  # noqa: PLC0415  # lazy: rarely wanted

    found = read_fixed(options.fixed, environment.holds)
    for name in references:
        if name in found:
            place = references[name].said
            raise InputError(f"{name} is fixed at {found[name]}, and cannot come from {place}")
    return found


def _preferences(options: Options, environment: Environment, keeping: Collection[str]) -> Preferences | None:
    """Return what is to be kept of what was chosen before; None where nothing is."""
    if options.upgrade or not options.preferences:
        return None
    from resolver.earlier import preferences  # noqa: PLC0415  # lazy: start-up time

    found = preferences(options.preferences, options.upgrade_packages, environment.holds)
    found.held = frozenset(keeping)
    return found


def dated(options: Options) -> Options:
    """Return ``options`` with durations counted back from now: once a resolution, or trials would differ."""
    if not _names_cutoffs(options):
        return options
    from resolver.cutoffs import settled  # noqa: PLC0415  # lazy: rarely wanted

    return options.replace(**settled(options.__dict__, time.time()))


def _cutoffs(options: Options) -> Cutoffs | None:
    """Return which uploads do not count, None where all do."""
    if not _names_cutoffs(options):
        return None
    from resolver.cutoffs import Cutoffs  # noqa: PLC0415  # lazy: rarely wanted

    return Cutoffs(
        options.exclude_newer,
        options.exclude_newer_packages,
        options.exclude_newer_indexes,
        known=options.indexes,
        now=time.time(),
    )


def _patches(options: Options) -> Patches | None:
    if not options.patches:
        return None
    from resolver.patches import Patches  # noqa: PLC0415  # lazy: rarely wanted

    return Patches(options.patches)


def _names_cutoffs(options: Options) -> bool:
    return bool(
        options.exclude_newer is not None or options.exclude_newer_packages or options.exclude_newer_indexes
    )


def check(requirement: Requirement, environment: Environment) -> None:
    """Raise ``InputError`` for a requirement of the user's that can be read but not be used."""
    fault = None
    try:
        environment.holds(requirement.marker)
        for name in (requirement.name, *requirement.extras):
            normalise(name)
    except (UndefinedComparison, InvalidName) as error:
        fault = str(error)
    if fault is not None:
        origin = requirement.origin
        raise InputError(
            fault,
            file=origin.file if origin else None,
            line=origin.line if origin else None,
            text=requirement.text,
        )
