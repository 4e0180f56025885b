"""One resolution from requirements to answer, over an index in memory."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.engines import resolve
from resolver.errors import InputError, LimitReached, NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import solve
from support.memory import MemorySource
from support.outcomes import CountingSource

if TYPE_CHECKING:
    from resolver.formats.answer import Answer, Progress

Universe = dict[str, dict[str, Any]]

LINUX = Options(python_version="3.12", python_platform="linux")
WIDE = {str(n): {"requires": ["low<1"] if n > 10 else []} for n in range(1, 200)}
LADDER: Universe = {"wide": WIDE, "low": {"1": {}, "2": {}}}


def answer(
    requirements: list[str],
    packages: Universe,
    options: Options = LINUX,
    *,
    constraints: tuple[str, ...] = (),
    patient: bool = True,
) -> Answer:
    """Resolve ``requirements``, as lines of ``app.in``, over ``packages``."""
    return solve(
        [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)],
        [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)],
        options,
        Channels(source=MemorySource(packages, patient=patient)),
    )


def pins(found: Answer) -> dict[str, str]:
    """Return the versions by name."""
    return {pin.name: pin.version for pin in found.pins}


BOTH = pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])


@BOTH
def test_newest_versions_that_fit_together(*, patient: bool) -> None:
    packages: Universe = {
        "a": {"1": {"requires": ["b"]}, "2": {"requires": ["b<2"]}},
        "b": {"1": {}, "1.5": {}, "2": {}},
    }
    assert pins(answer(["a"], packages, patient=patient)) == {"a": "2", "b": "1.5"}


@BOTH
def test_pins_say_who_wants_them_and_what_they_require(*, patient: bool) -> None:
    packages: Universe = {"a": {"1": {"requires": ["b>=1"]}}, "b": {"1": {}}}
    found = answer(["a", "b"], packages, constraints=("b<3",), patient=patient)
    assert [(pin.name, pin.via, pin.requires) for pin in found.pins] == [
        ("a", ("app.in:1",), (("b>=1", "b", "1"),)),
        ("b", ("app.in:2", "limits.txt:1", "a"), ()),
    ]


@BOTH
def test_extras_bring_their_requirements_and_the_package_itself(*, patient: bool) -> None:
    packages: Universe = {
        "a": {"1": {"requires": ["b"], "extras": {"fast": ["c"]}}},
        "b": {"1": {}},
        "c": {"1": {}},
    }
    found = answer(["a[fast]"], packages, patient=patient)
    assert pins(found) == {"a": "1", "b": "1", "c": "1"}
    assert found.pins[0].extras == {"fast"}


@BOTH
def test_extras_that_name_extras_of_their_own_package(*, patient: bool) -> None:
    """Self-referential and chained extras, as in ``all = ["a[one,two]"]``."""
    extras = {"all": ["a[one]", "a[two]"], "one": ["b"], "two": ["c[deep]"]}
    packages: Universe = {
        "a": {"1": {"extras": extras}},
        "b": {"1": {}},
        "c": {"1": {"extras": {"deep": ["d"]}}},
        "d": {"1": {}},
    }
    found = answer(["a[all]"], packages, patient=patient)
    assert pins(found) == {"a": "1", "b": "1", "c": "1", "d": "1"}
    assert found.pins[0].extras == {"all", "one", "two"}


def test_extra_and_package_get_the_same_version() -> None:
    packages: Universe = {
        "a": {"1": {"extras": {"x": ["b"]}}, "2": {"extras": {"x": ["b", "missing"]}}},
        "b": {"1": {"requires": ["a"]}},
    }
    assert pins(answer(["a[x]"], packages)) == {"a": "1", "b": "1"}


def test_extra_that_does_not_exist_is_a_warning() -> None:
    found = answer(["a[nope]"], {"a": {"1": {}}})
    assert pins(found) == {"a": "1"}
    assert found.warnings == ("a==1 has no extra named nope",)


def test_marker_that_does_not_hold_sets_a_requirement_aside() -> None:
    packages: Universe = {"a": {"1": {"requires": ["b ; sys_platform == 'win32'"]}}}
    assert pins(answer(["a", "c ; python_version < '3'"], packages)) == {"a": "1"}


def test_constraint_bounds_without_pulling_in() -> None:
    packages: Universe = {"a": {"1": {}, "2": {}}, "b": {"1": {}}}
    assert pins(answer(["a"], packages, constraints=("a<2", "b<1"))) == {"a": "1"}


def test_override_replaces_a_requirement_anywhere() -> None:
    packages: Universe = {"a": {"1": {"requires": ["b<2"]}}, "b": {"1": {}, "2": {}}}
    assert pins(answer(["a"], packages, LINUX.replace(overrides=("b>=2",)))) == {"a": "1", "b": "2"}


def test_excluded_package_is_required_by_nobody() -> None:
    packages: Universe = {"a": {"1": {"requires": ["B"]}}}
    assert pins(answer(["a"], packages, LINUX.replace(excludes=("b",)))) == {"a": "1"}


def test_no_deps_pins_only_what_is_asked_for() -> None:
    packages: Universe = {"a": {"1": {"requires": ["b"]}}}
    assert pins(answer(["a"], packages, LINUX.replace(no_deps=True))) == {"a": "1"}


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        ("highest", {"a": "2", "b": "2"}),
        ("lowest", {"a": "1", "b": "1"}),
        ("lowest-direct", {"a": "1", "b": "2"}),
    ],
)
def test_resolution_strategies(resolution: str, expected: dict[str, str]) -> None:
    packages: Universe = {"a": {"1": {"requires": ["b"]}, "2": {"requires": ["b"]}}, "b": {"1": {}, "2": {}}}
    assert pins(answer(["a"], packages, LINUX.replace(resolution=resolution))) == expected


def test_candidate_with_unreadable_requirement_is_passed_over() -> None:
    packages: Universe = {"a": {"1": {}, "2": {"requires": ["b !! 3"]}}}
    assert pins(answer(["a"], packages)) == {"a": "1"}


def test_candidate_with_direct_reference_is_passed_over() -> None:
    packages: Universe = {
        "a": {"1": {}, "2": {"requires": ["b @ https://evil.example/b-1-py3-none-any.whl"]}}
    }
    assert pins(answer(["a"], packages)) == {"a": "1"}


def test_candidate_whose_metadata_wants_another_python_is_passed_over() -> None:
    """The listing may not say so; the metadata does."""

    class Silent(MemorySource):
        def _listing(self, name: str) -> Any:
            found = super()._listing(name)
            for file in found.files:
                file.requires_python = None
            return found

    source = Silent({"a": {"1": {}, "2": {"requires_python": ">=3.13"}}})
    found = solve([Requirement.parse("a")], [], LINUX, Channels(source=source))
    assert pins(found) == {"a": "1"}


@BOTH
def test_long_backtracking_ends_at_the_only_solution(*, patient: bool) -> None:
    found = answer(["wide", "low>=1"], LADDER, patient=patient)
    assert pins(found) == {"wide": "10", "low": "2"}
    assert found.statistics.conflicts >= 1


def test_a_solution_found_at_once_does_not_fetch_other_candidates() -> None:
    packages: Universe = {
        "a": {str(n): {"requires": ["b"]} for n in range(50)},
        "b": {str(n): {} for n in range(50)},
    }
    source = MemorySource(packages, patient=False)
    solve([Requirement.parse("a")], [], LINUX, Channels(source=source))
    assert sorted(source.asked) == ["a", "a==49", "b", "b==49"]


def test_solver_and_scout_ask_for_nothing_twice() -> None:
    source = CountingSource(LADDER)
    solve([Requirement.parse("wide"), Requirement.parse("low>=1")], [], LINUX, Channels(source=source))
    assert sorted(source.questions) == sorted(set(source.questions))


def test_unknown_package_is_no_solution_and_is_named() -> None:
    with pytest.raises(NoSolution, match="nowhere"):
        answer(["nowhere"], {})


def test_deadline_ends_in_a_limit_and_not_in_a_verdict() -> None:
    with pytest.raises(LimitReached, match="--deadline"):
        answer(["wide", "low>=1"], LADDER, LINUX.replace(deadline=1e-9))


def test_deadline_holds_while_waiting() -> None:
    class Mute(MemorySource):
        async def listing(self, name: str) -> Any:  # noqa: ARG002  # the port's signature
            await asyncio.Event().wait()

    with pytest.raises(LimitReached, match="--deadline"):
        solve(
            [Requirement.parse("a")],
            [],
            LINUX.replace(deadline=0.05),
            Channels(source=Mute({"a": {"1": {}}}, patient=False)),
        )


def test_progress_is_reported() -> None:
    seen: list[Progress] = []
    solve(
        [Requirement.parse("a")],
        [],
        LINUX,
        Channels(source=MemorySource({"a": {"1": {}}}, patient=False), progress=seen.append),
    )
    assert {report.package for report in seen} == {"a", ""}
    assert seen[-1].packages == 1


def test_works_under_a_running_event_loop() -> None:
    async def within() -> dict[str, str]:
        return pins(answer(["a"], {"a": {"1": {}}}, patient=False))

    assert asyncio.run(within()) == {"a": "1"}


def test_library_refuses_a_requirement_that_cannot_be_read() -> None:
    with pytest.raises(InputError, match="a ==") as caught:
        resolve(["a =="], LINUX)
    assert caught.value.column is not None


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("a ; os_name ~= '2'", "os_name"),
        ("a_", "a-"),
        ("a[b_]", "b-"),
    ],
)
def test_requirement_of_the_users_that_cannot_be_used_is_named_with_its_place(
    requirement: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        answer([requirement], {"a": {"1": {}}})
    assert (caught.value.file, caught.value.line, caught.value.text) == ("app.in", 1, requirement)


@pytest.mark.parametrize("requirement", ["b_", "b[c_]", "b ; os_name ~= '2'"])
def test_candidate_with_requirement_that_cannot_be_used_is_passed_over(requirement: str) -> None:
    packages: Universe = {"a": {"1": {}, "2": {"requires": [requirement]}}}
    assert pins(answer(["a"], packages)) == {"a": "1"}


def test_library_refuses_one_string() -> None:
    """Its letters would be taken for requirements."""
    with pytest.raises(TypeError, match="not a string"):
        resolve("requests", LINUX)
    with pytest.raises(TypeError, match="a string or packaging's, not int"):
        resolve([1])  # type: ignore[list-item]  # the point


def test_requirement_whose_marker_does_not_hold_admits_no_yanked_version() -> None:
    packages: Universe = {"a": {"1": {}, "2": {"yanked": True}}}
    assert pins(answer(["a", "a==2 ; sys_platform == 'win32'"], packages)) == {"a": "1"}


def test_errors_pickle() -> None:
    """They cross process boundaries with all that they carry."""
    with pytest.raises(NoSolution) as caught:
        answer(["nowhere"], {})
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.explanation == caught.value.explanation
