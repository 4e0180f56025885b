"""Verification: each kind of violation is noticed where it is planted, and valid solutions pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.cutoffs import Cutoffs
from resolver.digests import Digests
from resolver.errors import InternalError
from resolver.model.requirement import Requirement
from resolver.problem import Choices
from resolver.rules import Rules
from resolver.verification import verify, violation
from support.problems import known_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.problem import PythonProblem

PACKAGES: dict[str, Mapping[str, Any]] = {
    "a": {
        "1": {},
        "2": {
            "requires": ["B>=1.1", "c ; sys_platform == 'win32'"],
            "extras": {"x": ["c<4", "a[y]"], "y": ["d ; os_name == 'posix'"]},
        },
        "3": {"requires": ["b (>=1.*)"]},
        "4": {"requires": ["b @ https://index.example/b.whl"]},
        "5": {"requires": ["b ; os_name ~= '2'"]},
        "7": {"requires": ["b @ https://index.example/b;v.whl ; os_name == 'posix'"]},
        "6": {"requires": ["b ; extra == '' or extra=='x'", "c ; (extra == 'x')or(os_name == 'posix')"]},
    },
    "b": {"1.0": {}, "1.1": {}, "1.2rc1": {}},
    "c": {"3": {"requires": ["b"]}, "4": {}},
    "d": {"1": {"requires_python": ">=3.8"}},
    "odd": {
        "1": {"yanked": "broken"},
        "2": {"requires_python": ">=3.13"},
        "3": {"wheel_tags": ["cp312-cp312-win_amd64"]},
        "4": {"wheel": False, "sdist": True},
        "5": {"upload_time": "2024-05-01T00:00:00Z"},
        "6": {},
        "7": {"wheel_tags": ["cp312-cp312-win_amd64", "py3-none-any"]},
    },
}


def number(problem: PythonProblem, name: str, version: str) -> int:
    """Return the candidate that ``version`` of a package is."""
    return problem.catalog.packages[name].texts.index(version)


def said(problem: PythonProblem, *pins: str) -> str | None:
    """Return what is wrong with ``pins``, written as ``a==1`` or ``a[x]==1``."""
    selected: dict[int, int] = {}
    for pin in pins:
        identifier, _, version = pin.partition("==")
        selected[problem.names.intern(identifier)] = number(problem, identifier.partition("[")[0], version)
    return violation(problem, selected)


def rules(**given: Any) -> Rules:
    """Return rules; requirements and constraints are written as text."""
    for name in ("requirements", "constraints"):
        given[name] = [Requirement.parse(text) for text in given.get(name, ())]
    return Rules(**given)


def test_solution_is_valid() -> None:
    """With extras, markers and a requirement that asks for an extra of its own package."""
    problem = known_problem(["a[x]", "b<2 ; os_name == 'nt'"], PACKAGES)
    pins = ("b==1.1", "a[x]==2", "a==2", "c==3", "a[y]==2", "d==1")
    assert said(problem, *pins) is None


@pytest.mark.parametrize(
    ("requirements", "pins", "expected"),
    [
        (["a", "d"], ["a==1"], "the user requires d, and d is not pinned"),
        (["a>1"], ["a==1"], "the user requires a>1, and a is pinned to 1"),
        (["a==2"], ["a==2"], "a is pinned to 2, which requires B>=1.1, and b is not pinned"),
        (["a"], ["a==2", "b==1.0"], "a is pinned to 2, which requires B>=1.1, and b is pinned to 1.0"),
        (["a"], ["a==3"], "a is pinned to 3, which requires b (>=1.*), and b is not pinned"),
        (["a"], ["a==6", "c==4"], "a is pinned to 6, which requires b ; extra == '' or extra=='x', and b is"),
        (["a"], ["a==6", "b==1.0"], "a is pinned to 6, which requires c ; (extra == 'x')or(os_name"),
        (["a[x]"], ["a==2", "b==1.1"], "the user requires a[x], and a[x] is not selected"),
        (["a[x]"], ["a[x]==2", "b==1.1"], "a[x] is selected without a"),
        (["a[x]"], ["a[x]==1", "a==2", "b==1.1"], "a is pinned to 2, and a[x] to 1"),
        (
            ["a[x]"],
            ["a==2", "a[x]==2", "a[y]==2", "b==1.1", "c==4", "d==1"],
            "a is pinned to 2, which requires c<4 ; extra == 'x', and c is pinned to 4",
        ),
        (
            ["a[x]"],
            ["a==2", "a[x]==2", "a[y]==2", "b==1.1", "c==3"],
            "a is pinned to 2, which requires d ; (os_name == 'posix') and extra == 'y', and d is not pinned",
        ),
        (
            ["a[x]"],
            ["a==2", "a[x]==2", "b==1.1", "c==3"],
            "a is pinned to 2, which requires a[y] ; extra == 'x', and a[y] is not selected",
        ),
        (["a"], ["a==4", "b==1.0"], "a is pinned to 4, which requires b @ https://index.example/b.whl, and"),
        (
            ["a"],
            ["a==7", "b==1.0"],
            "a is pinned to 7, which requires b @ https://index.example/b;v.whl ; os",
        ),
        (["a"], ["a==5", "b==1.0"], "a is pinned to 5, which has a requirement that cannot be used: b ; os_"),
        (["a"], ["a==1", "b==1.0"], "b is pinned to 1.0, which nothing requires"),
        (["a"], ["a==1", "a[x]==1"], "a[x] is selected, which nothing requires"),
        (["c"], ["c==3", "b==1.0", "a==1"], "a is pinned to 1, which nothing requires"),
    ],
)
def test_requirement_that_is_not_fulfilled(requirements: list[str], pins: list[str], expected: str) -> None:
    """Requirement and pin are named; so is what nobody asked for."""
    found = said(known_problem(requirements, PACKAGES), *pins)
    assert found is not None
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("pin", "given", "expected"),
    [
        ("odd==1", {}, "of which no file can be used"),
        ("odd==2", {}, "of which no file can be used"),
        ("b==1.2rc1", {"prerelease": "disallow"}, "which is a pre-release, and these are not allowed"),
        ("b==1.2rc1", {"prerelease": "explicit"}, "which is a pre-release, and these are not allowed"),
        ("b==1.1", {"constraints": ["b<1.1"]}, "which the constraint b<1.1 excludes"),
        ("odd==6", {"constraints": ["odd===6.0"]}, "which the constraint odd===6.0 excludes"),
    ],
)
def test_version_that_the_user_may_not_have(pin: str, given: dict[str, Any], expected: str) -> None:
    """The rule is named."""
    name, _, version = pin.partition("==")
    found = said(known_problem([name], PACKAGES, rules=rules(**given)), pin)
    assert found == f"{name} is pinned to {version}, {expected}"


@pytest.mark.parametrize(
    ("version", "given", "expected"),
    [
        ("1", {}, "which was yanked, and no requirement of the user's names it"),
        ("1", {"requirements": ["odd==1"]}, None),
        ("2", {}, "which needs Python >=3.13"),
        ("3", {}, "whose wheel is not for the target"),
        ("4", {}, None),
        ("4", {"only_binary": ["odd"]}, "of which only wheels are wanted"),
        ("5", {"cutoffs": Cutoffs("2024-06-01T00:00:00Z")}, None),
        ("5", {"cutoffs": Cutoffs("2024-05-01T00:00:00Z")}, "which was uploaded too late"),
        ("6", {"cutoffs": Cutoffs("2024-05-01T00:00:00Z")}, "which was uploaded too late"),
        ("6", {}, None),
        ("7", {}, None),
    ],
)
def test_file_that_the_user_may_not_have(version: str, given: dict[str, Any], expected: str | None) -> None:
    """Even where the catalog has let it pass; one file that may be had is enough."""
    problem = known_problem(["odd"], PACKAGES, rules=rules(**given))
    candidates = problem.catalog.packages["odd"]
    at = candidates.texts.index(version)
    candidates.files[at].extend(candidates.unfit[at])
    found = said(problem, f"odd=={version}")
    assert found == (None if expected is None else f"odd is pinned to {version}, {expected}")


@pytest.mark.parametrize(("digest", "is_right"), [("0" * 64, True), ("1" * 64, False)])
def test_file_that_has_none_of_the_hashes_given(digest: str, *, is_right: bool) -> None:
    """Even where the catalog has let it pass, whose rule is another piece of code."""
    packages: dict[str, Any] = {"a": {"1": {"hashes": {"sha256": "0" * 64}}}}
    problem = known_problem(["a==1"], packages, rules=Rules(digests=Digests((), required=True)))
    problem.requirements[0].hashes = (f"sha256:{digest}",)
    expected = (
        None if is_right else "a is pinned to 1, whose file has none of the hashes that are given for it"
    )
    assert said(problem, "a==1") == expected


def test_metadata_that_cannot_be_used() -> None:
    """It does not admit the Python, or is not there."""
    problem = known_problem(["a"], {"a": {"1": {}}})
    problem.catalog._metadata.clear()
    assert said(problem, "a==1") == "a is pinned to 1, which has no metadata that can be used"
    problem = known_problem(["d"], PACKAGES)
    metadata = problem.catalog.metadata("d", 0)
    metadata.requires_python = ">=3.13"  # type: ignore[union-attr]  # it is known
    assert said(problem, "d==1") == "d is pinned to 1, which needs Python >=3.13"


def choices(**given: Any) -> Choices:
    """Return choices; overrides are written as text."""
    return Choices(**given | {"overrides": [Requirement.parse(text) for text in given.get("overrides", ())]})


@pytest.mark.parametrize(
    ("given", "pins", "expected"),
    [
        ({"excludes": ["b"]}, ["a==2"], None),
        ({"excludes": ["b"]}, ["a==2", "b==1.1"], "b is pinned to 1.1, which nothing requires"),
        ({"overrides": ["b==1.0"]}, ["a==2", "b==1.0"], None),
        ({"overrides": ["b==1.0"]}, ["a==2", "b==1.1"], "requires b==1.0, and b is pinned to 1.1"),
        ({"overrides": ["b==1.0 ; os_name == 'nt'"]}, ["a==2"], None),
        ({"no_deps": True}, ["a==2"], None),
        ({"no_deps": True}, ["a==2", "b==1.1"], "b is pinned to 1.1, which nothing requires"),
    ],
)
def test_choices_about_dependencies(given: dict[str, Any], pins: list[str], expected: str | None) -> None:
    """What the user has replaced or left out does not count, and what stands in its place does."""
    found = said(known_problem(["a>1"], PACKAGES, choices(**given)), *pins)
    assert (found or "").endswith(expected or "") if expected else found is None


@pytest.mark.parametrize("given", [{"excludes": ["a"]}, {"overrides": ["a>1"]}])
def test_requirement_of_the_user_that_was_not_replaced(given: dict[str, Any]) -> None:
    """The problem must have done it."""
    problem = known_problem([], PACKAGES, choices(**given))
    problem.requirements = [Requirement.parse("a")]
    assert said(problem, "a==1") == "the requirement a should have been replaced or left out"


def test_arbitrary_equality_is_about_the_text_on_the_index() -> None:
    """Not about the normal form."""
    packages: dict[str, Mapping[str, Any]] = {"a": {"1.0.0": {}}}
    assert said(known_problem(["a===1.0.0"], packages), "a==1.0.0") is None
    assert said(known_problem(["a===1.0"], packages), "a==1.0.0") == (
        "the user requires a===1.0, and a is pinned to 1.0.0"
    )


def test_a_violation_is_an_internal_error() -> None:
    """It asks for a report."""
    problem = known_problem(["a"], PACKAGES)
    verify(problem, {problem.names.intern("a"): 0})
    with pytest.raises(InternalError, match=r"none: the user requires a, and a is not pinned; please report"):
        verify(problem, {})
