"""Problem: what packages require here, as masks and ids; nothing is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.catalog import Catalog
from resolver.errors import InputError
from resolver.index.metadata import Metadata
from resolver.model.environment import Environment
from resolver.model.faults import UndefinedComparison
from resolver.model.requirement import Requirement
from resolver.policy import BadMetadata, DirectReference, PythonMismatch, Reason
from resolver.problem import Choices, ListingKey, MetadataKey, PythonProblem
from resolver.rules import Rules
from resolver.solver.engine import Facts, Need
from support.memory import MemorySource
from support.problems import known_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    Packages = Mapping[str, Mapping[str, Any]]

LINUX = Environment.target("3.12", "linux")


def facts(found: Facts | Need) -> Facts:
    """Return what must be facts."""
    assert isinstance(found, Facts)
    return found


def named(subject: PythonProblem, found: Facts | Need) -> dict[str, int]:
    """Return the domain masks of facts by name."""
    return {subject.names.name(package): allowed for package, allowed, _ in facts(found).dependencies}


def required(
    facts_of_a: Mapping[str, Any], extra: str = "", choices: Choices | None = None
) -> list[str] | Reason:
    """Return the texts of what version 1 of package a requires, if it has these facts."""
    found = known_problem(["a"], {"a": {"1": facts_of_a}}, choices).requirements_of("a", 0, extra)
    return found if isinstance(found, Reason) else [each.text for each in found]


# -- the root -----------------------------------------------------------------------------------------------


def test_root_names_every_listing_it_lacks_once_and_in_order() -> None:
    found = known_problem(["b", "a[x]", "b>1", "c"], {"c": {"1": {}}}).root()
    assert isinstance(found, Need)
    assert [repr(key) for key in found.keys] == ["ListingKey('b')", "ListingKey('a')"]


def test_root_requirements_are_domain_masks_with_the_requirement_as_payload() -> None:
    subject = known_problem(["a>=2", "b[y,x]"], {"a": {"1": {}, "2": {}, "3": {}}, "b": {"1": {}}})
    found = facts(subject.root())
    assert named(subject, found) == {"a": 0b1100, "b[x]": 0b10, "b[y]": 0b10}
    assert [payload for _, _, payload in found.dependencies] == [
        Requirement.parse(text) for text in ("a>=2", "b[x,y]", "b[x,y]")
    ]


def test_ids_follow_the_order_in_which_facts_name_packages() -> None:
    """What arrived first, or was looked at by a scout, plays no part."""
    packages: Packages = {"c": {"1": {}}, "b": {"1": {"requires": ["c"]}}, "a": {"1": {"requires": ["b"]}}}
    subject = known_problem(["a"], packages)
    subject.requirements_of("b", 0, "")
    subject.mask(Requirement.parse("c"))
    facts(subject.root())
    facts(subject.dependencies(0, 0))
    assert [subject.names.name(number) for number in range(len(subject.names))] == ["a", "b"]


def test_a_need_gives_no_ids() -> None:
    subject = known_problem(["a", "b"], {"a": {"1": {}}})
    assert isinstance(subject.root(), Need)
    assert len(subject.names) == 0


def test_requirement_whose_marker_does_not_hold_is_set_aside() -> None:
    subject = known_problem(["a", "b ; sys_platform == 'win32'"], {})
    assert [each.text for each in subject.requirements] == ["a"]
    assert [each.name for each in subject.skipped] == ["b"]


def test_marker_of_the_users_without_a_value_is_raised() -> None:
    with pytest.raises(UndefinedComparison):
        known_problem(["a ; os_name ~= '2'"], {})


def test_overrides_and_excludes_hold_for_the_users_requirements_too() -> None:
    choices = Choices(overrides=[Requirement.parse("a<2")], excludes=["B"])
    subject = known_problem(["a>=2", "a!=1", "b", "c"], {}, choices)
    assert [each.text for each in subject.requirements] == ["a<2", "c"]


def test_exclude_that_is_no_name_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"excludes: 'a b' is not a valid name"):
        Choices(excludes=["a b"])


# -- universes ----------------------------------------------------------------------------------------------


def test_universe_of_an_extra_is_that_of_its_base() -> None:
    subject = known_problem(["a[x]"], {"a": {"1": {}, "2": {"yanked": True}, "3": {}}})
    facts(subject.root())
    extra = subject.universe(subject.names.intern("a[x]"))
    base = subject.universe(subject.names.intern("a"))
    assert (extra.usable, extra.same_as) == (0b1011, subject.names.intern("a"))
    assert (base.usable, base.same_as) == (0b1011, None)


# -- what candidates require --------------------------------------------------------------------------------


def test_metadata_that_is_not_known_is_needed() -> None:
    subject = known_problem(["a"], {"a": {"1": {}}})
    subject.catalog = Catalog(LINUX, Rules())
    listing = MemorySource({"a": {"1": {}, "2": {}}}).listing_now("a")
    assert listing is not None
    subject.catalog.add_listing(listing)
    facts(subject.root())
    found = subject.dependencies(0, 1)
    assert isinstance(found, Need)
    assert [repr(key) for key in found.keys] == ["MetadataKey('a', 'a-2-py3-none-any.whl')"]
    assert subject.used() == {"a": {"a-2-py3-none-any.whl"}}, "asked for, if not known"
    assert isinstance(subject.requirements_of("a", 1, ""), BadMetadata)


def test_candidate_needs_the_listings_of_what_it_requires() -> None:
    subject = known_problem(["a"], {"a": {"1": {"requires": ["b", "c", "b>1"]}}})
    facts(subject.root())
    found = subject.dependencies(0, 0)
    assert isinstance(found, Need)
    assert [key.name for key in found.keys if isinstance(key, ListingKey)] == ["b", "c"]


def test_used_names_packages_in_facts_with_the_files_that_these_rest_on() -> None:
    packages: Packages = {"a": {"1": {"requires": ["b[x]"]}}, "b": {"1": {}}, "c": {"1": {}}}
    subject = known_problem(["a"], packages)
    facts(subject.root())
    facts(subject.dependencies(0, 0))
    subject.requirements_of("c", 0, "")
    assert subject.used() == {"a": {"a-1-py3-none-any.whl"}, "b": set()}


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("b ; sys_platform == 'linux'", True),
        ("b ; sys_platform == 'win32'", False),
        ("b ; extra == 'x'", False),
        ("b ; extra != 'x'", True),
        ("b ; sys_platform == 'linux' or extra == 'x'", True),
    ],
)
def test_markers_decide_without_an_extra(requirement: str, *, expected: bool) -> None:
    assert required({"requires": [requirement]}) == ([requirement] if expected else [])


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("b", False),
        ("b ; sys_platform == 'linux'", False),
        ("b ; extra == 'x'", True),
        ("b ; extra == 'X'", True),
        ("b ; extra == 'y'", False),
        ("b ; extra == 'x' and sys_platform == 'win32'", False),
        ("b ; sys_platform == 'linux' or extra == 'x'", False),
    ],
)
def test_an_extra_adds_only_what_holds_because_of_it(requirement: str, *, expected: bool) -> None:
    assert required({"requires": [requirement]}, "x") == ([requirement] if expected else [])


def test_requirement_that_is_broken_in_a_known_way_is_repaired() -> None:
    subject = known_problem(["a"], {"a": {"1": {"requires": ["b (>=1.0.*)"]}}, "b": {"0": {}, "1": {}}})
    facts(subject.root())
    assert named(subject, subject.dependencies(0, 0)) == {"b": 0b100}


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("b !! 3", "the requirement 'b !! 3' cannot be read"),
        ("b_", "the requirement 'b_' cannot be used: 'b-' is not a valid name"),
        ("b[c_]", "the requirement 'b[c_]' cannot be used: 'c-' is not a valid name"),
        ("b ; os_name ~= '2'", "the marker of \"b ; os_name ~= '2'\" has no value"),
    ],
)
@pytest.mark.parametrize("extra", ["", "x"])
def test_requirement_that_cannot_be_used_is_the_reason_against_its_candidate(
    requirement: str, said: str, extra: str
) -> None:
    found = required({"requires": [requirement]}, extra)
    assert isinstance(found, BadMetadata)
    assert said in found.detail


def test_long_requirement_is_cut_in_its_reason() -> None:
    found = required({"requires": [f"b !! {'3' * 100_000}"]})
    assert isinstance(found, BadMetadata)
    assert len(found.detail) < 500


def test_direct_reference_is_refused_where_it_applies() -> None:
    link = "b @ https://index.example/b.whl"
    assert required({"requires": [link]}) == DirectReference(link)
    assert required({"requires": [f"{link} ; extra == 'x'"]}) == []
    assert isinstance(required({"requires": [f"{link} ; extra == 'x'"]}, "x"), DirectReference)


def test_direct_reference_that_is_overridden_or_excluded_does_no_harm() -> None:
    linked = {"requires": ["b @ https://index.example/b.whl", "c"]}
    override = Choices(overrides=[Requirement.parse("b>=1")])
    assert required(linked, choices=override) == ["b>=1", "c"]
    assert required(linked, choices=Choices(excludes=["b"])) == ["c"]


def test_override_stands_once_where_the_first_replaced_requirement_stood() -> None:
    choices = Choices(
        overrides=[
            Requirement.parse("b>1"),
            Requirement.parse("b<9"),
            Requirement.parse("b!=5 ; sys_platform == 'win32'"),
        ]
    )
    assert required({"requires": ["a0", "b", "c", "b==3"]}, choices=choices) == ["a0", "b>1", "b<9", "c"]


def test_override_takes_the_place_of_what_holds_only() -> None:
    choices = Choices(overrides=[Requirement.parse("b>1")])
    assert required({"requires": ["b ; sys_platform == 'win32'"]}, choices=choices) == []


def test_without_dependencies_metadata_is_read_for_its_python_alone() -> None:
    choices = Choices(no_deps=True)
    assert required({"requires": ["b", "c !! 3"]}, choices=choices) == []
    assert _python("<3.12", choices) == PythonMismatch("<3.12", "3.12.0")


@pytest.mark.parametrize(
    ("python", "fits"), [(None, True), (">=3.8", True), ("three", True), (">3.12", False)]
)
def test_python_of_the_metadata_counts_where_it_can_be_read(python: str | None, *, fits: bool) -> None:
    """The listing may not say it; there, what cannot be read is refused already."""
    assert isinstance(_python(python), Reason) is not fits


def _python(requires_python: str | None, choices: Choices | None = None) -> object:
    """Return what comes of metadata with this ``Requires-Python``, of which the listing says nothing."""
    catalog = Catalog(LINUX, Rules())
    listing = MemorySource({"a": {"1": {}}}).listing_now("a")
    assert listing is not None
    catalog.add_listing(listing)
    catalog.add_metadata("a", 0, Metadata("a", "1", requires_python=requires_python))
    return PythonProblem(catalog, [], choices).requirements_of("a", 0, "")


def test_reason_instead_of_metadata_rejects_the_candidate_and_its_extras() -> None:
    catalog = Catalog(LINUX, Rules())
    listing = MemorySource({"a": {"1": {}}}).listing_now("a")
    assert listing is not None
    catalog.add_listing(listing)
    catalog.add_metadata("a", 0, BadMetadata("it is empty"))
    subject = PythonProblem(catalog, [Requirement.parse("a[x]")])
    assert {package for package, _, _ in facts(subject.root()).dependencies} == {1}
    assert [facts(subject.dependencies(package, 0)).rejected for package in (0, 1)] == [
        BadMetadata("it is empty")
    ] * 2


def test_what_a_candidate_requires_is_read_once() -> None:
    subject = known_problem(["a"], {"a": {"1": {"requires": ["b"]}}})
    assert subject.requirements_of("a", 0, "") is subject.requirements_of("a", 0, "")


# -- which candidate is first -------------------------------------------------------------------------------

MIXED = {
    "a": {
        "1": {},
        "2": {},
        "2.1": {"yanked": "bad"},
        "3rc1": {},
    }
}


@pytest.mark.parametrize(
    ("resolution", "prerelease", "order"),
    [
        ("highest", "if-necessary", ["2", "1", "3rc1", "2.1"]),
        ("highest", "allow", ["3rc1", "2", "1", "2.1"]),
        ("lowest", "if-necessary", ["1", "2", "3rc1", "2.1"]),
        ("lowest", "allow", ["1", "2", "3rc1", "2.1"]),
        ("lowest-direct", "if-necessary", ["1", "2", "3rc1", "2.1"]),
    ],
)
def test_candidates_are_tried_by_strategy_final_versions_first_yanked_last(
    resolution: str, prerelease: str, order: list[str]
) -> None:
    rules = Rules(prerelease=prerelease, requirements=[Requirement.parse("a==2.1")])
    subject = known_problem(["a"], MIXED, Choices(resolution=resolution), rules)
    facts(subject.root())
    texts = subject.catalog.packages["a"].texts
    allowed = subject.universe(0).usable & ~1
    tried = []
    while allowed:
        candidate = subject.choose(0, allowed)
        allowed &= ~(2 << candidate)
        tried.append(texts[candidate])
    assert tried == order


def test_lowest_direct_takes_the_newest_of_what_the_user_does_not_name() -> None:
    packages: Packages = {"a": {"1": {}, "2": {}}, "b": {"1": {}, "2": {}}}
    subject = known_problem(["a"], packages, Choices(resolution="lowest-direct"))
    assert [subject.preferred(subject.catalog.packages[name], 0b11) for name in "ab"] == [0, 1]


def test_likely_next_are_the_candidates_that_would_be_tried_next_and_are_not_known() -> None:
    versions: dict[str, Any] = {str(n): {} for n in range(10)}
    source = MemorySource({"a": versions})
    catalog = Catalog(LINUX, Rules())
    listing = source.listing_now("a")
    assert listing is not None
    catalog.add_listing(listing)
    catalog.add_metadata("a", 7, Metadata("a", "7"))
    subject = PythonProblem(catalog, [Requirement.parse("a")])
    key = MetadataKey("a", 9, catalog.metadata_file("a", 9))
    assert [each.candidate for each in subject.likely_next(key, 3)] == [8, 6, 5]
    facts(subject.root())
    assert subject.choose(0, 0b1111 << 1) == 3
    key = subject.metadata_key("a", 3)
    assert [each.candidate for each in subject.likely_next(key, 9)] == [2, 1, 0]


# -- masks --------------------------------------------------------------------------------------------------


def test_requirements_with_the_same_specifiers_share_a_mask() -> None:
    subject = known_problem([], {"a": {"1": {}, "2": {}, "3b1": {}}})
    assert subject.mask(Requirement.parse("a>=2")) == 0b110
    assert subject.mask(Requirement.parse("A[x]>=2 ; python_version < '4'")) == 0b110
    assert subject.mask(Requirement.parse("a")) == 0b111
