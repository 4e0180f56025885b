"""Limits end a resolution with a report, and bugs are told as bugs; neither is a verdict."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from resolver.budget import Budget, memory, report
from resolver.channels import Channels
from resolver.errors import InternalError, LimitReached
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.posing import pose
from resolver.problem import ListingKey, MetadataKey
from resolver.run import Run
from resolver.session import solve
from resolver.solver.engine import Solver
from resolver.solver.incompatibility import Clause, Given
from resolver.solver.report import tightest
from resolver.sources import OpenSource, environment_of
from support.builds import plain_only
from support.hard import pigeons
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

LINUX = Options(python_version="3.12", python_platform="linux")
NAMES, PACKAGES = pigeons(12, 11)
REQUIREMENTS = [Requirement.parse(name) for name in NAMES]


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize(
    ("limit", "option", "said"),
    [
        ({"deadline": 0.3}, "--deadline", "the deadline of 0.3 s"),
        ({"max_steps": 3000}, "--max-steps", "the limit of 3000 steps"),
        ({"max_memory": 1}, "--max-memory", "the limit of 1 MB of memory"),
    ],
)
def test_limit_ends_in_a_report(limit: dict[str, float], option: str, said: str, *, patient: bool) -> None:
    """The limit and its option, how far the search was; and that this proves nothing."""
    source = MemorySource(PACKAGES, patient=patient)
    with pytest.raises(LimitReached) as caught:
        solve(REQUIREMENTS, [], LINUX.replace(**limit), Channels(source=source))
    text = str(caught.value)
    assert text.startswith(f"no answer within {said} ({option}), after ")
    assert "This says nothing about whether there is one; raise the limit" in text
    assert caught.value.option == option


def test_report_names_where_the_search_is_tightest() -> None:
    """Counts, what is being tried, the package with most conflicts and the shortest lesson about it."""
    with pytest.raises(LimitReached) as caught:
        solve(REQUIREMENTS, [], LINUX.replace(max_steps=3000), Channels(source=MemorySource(PACKAGES)))
    text = str(caught.value)
    package = caught.value.package
    assert package is not None
    assert " decisions and " in text
    assert re.search(r" conflicts over 23 packages, trying (pigeon|hole)\d+ \d+\.", text)
    assert f" conflicts were over {package}; the tightest says that " in text
    assert text.endswith(f", or narrow down which versions of {package} are wanted")


def test_candidates_that_are_ruled_out_one_by_one_are_conflicts_as_well() -> None:
    """Nothing is learned from them, but there the search is tightest."""
    packages: dict[str, dict[str, Any]] = {
        "many": {str(number): {"requires": ["low<1"] if number > 1 else []} for number in range(1, 900)},
        "low": {"1": {}},
    }
    wanted = [Requirement.parse("low"), Requirement.parse("many")]
    with pytest.raises(LimitReached) as caught:
        solve(wanted, [], LINUX.replace(max_steps=500), Channels(source=MemorySource(packages)))
    assert caught.value.package == "many"
    assert " conflicts were over many; the tightest says that many " in str(caught.value)


def test_limit_of_steps_ends_at_the_same_place_every_time() -> None:
    said = set()
    for _ in range(2):
        with pytest.raises(LimitReached) as caught:
            solve(REQUIREMENTS, [], LINUX.replace(max_steps=2500), Channels(source=MemorySource(PACKAGES)))
        said.add(str(caught.value))
    assert len(said) == 1


def test_limits_that_are_not_reached_change_nothing() -> None:
    options = LINUX.replace(max_steps=10_000, max_memory=1e6, deadline=1e6)
    answer = solve([Requirement.parse("a")], [], options, Channels(source=MemorySource({"a": {"1": {}}})))
    assert [pin.version for pin in answer.pins] == ["1"]


def test_budget_gives_out_what_is_left() -> None:
    budget = Budget(LINUX.replace(max_steps=5000))
    assert [budget.steps(done, 2000) for done in (0, 4000, 4999, 6000)] == [2000, 1000, 1, 1]
    assert (budget.exceeded(4999), budget.seconds) == (None, None)
    assert Budget(LINUX).steps(10**9, 2000) == 2000
    assert Budget(LINUX).exceeded(10**9) is None


def test_memory_is_that_of_this_process() -> None:
    assert 1 < memory() < 1e6


def test_report_says_what_is_waited_for() -> None:
    source = MemorySource({"a": {"1": {}}})
    problem = pose([Requirement.parse("a")], [], LINUX, environment_of(LINUX))
    solver = Solver(problem)
    done = "after 0 decisions and 0 conflicts over {}"
    assert (
        report(problem, solver, [ListingKey("a")])
        == f"{done.format('0 packages')}, waiting for the listing of a"
    )
    listing = source.listing_now("a")
    assert listing is not None
    problem.catalog.add_listing(listing)
    keys = [MetadataKey("a", 0, listing.files[0]), ListingKey("b"), ListingKey("c")]
    waiting = "waiting for the metadata of a-1-py3-none-any.whl and 2 others"
    assert report(problem, solver, keys) == f"{done.format('1 package')}, {waiting}"
    assert report(problem, solver, ["something else"]) == done.format("1 package")


def test_tightest_is_where_most_conflicts_were() -> None:
    """Of several packages the first, and of its lessons the shortest, of these the first."""
    learned = [
        Clause([1, 2, 3], [1, 1, 1], Given("")),
        Clause([2, 3], [1, 1], Given("")),
        Clause([1, 3], [1, 1], Given("")),
        Clause([2, 1], [1, 1], Given("")),
        Clause([], [], Given("")),
    ]
    found = tightest(learned)
    assert found is not None
    assert (found.package, found.conflicts, found.clause) == (1, 2, learned[2])
    assert tightest([]) is None


def test_bug_of_the_solver_is_told_as_a_bug_and_never_as_a_verdict() -> None:
    """Here a problem breaks its promises; a conflict loop that stalls ends in the same way."""
    source = MemorySource({"a": {"1": {}, "2": {}}})
    run = Run([Requirement.parse("a")], [], LINUX, OpenSource(source))
    run.problem.choose = lambda package, allowed: -1  # type: ignore[method-assign]  # noqa: ARG005
    with pytest.raises(InternalError, match=r"this is a bug in resolver: candidate -1 .*report it") as caught:
        run.until_waiting()
    assert caught.value.exit_code == 70


@plain_only("there are no lines to interrupt at; see tests/unit/solver/test_interruption.py")
@pytest.mark.slow
def test_report_can_be_made_wherever_a_search_is_interrupted() -> None:
    """In the middle of a step, too, where lists do not agree with one another; nothing else is raised."""
    requirements, packages = pigeons(6, 5)
    parsed = [Requirement.parse(text) for text in requirements]
    options = LINUX.replace(no_fixes=True)
    notes: list[str] = []
    for at in range(20, 60_000, 331):
        with _interrupted(at), pytest.raises(KeyboardInterrupt) as caught:
            solve(parsed, [], options, Channels(source=MemorySource(packages)))
        notes += getattr(caught.value, "__notes__", [])
    assert len(notes) > 100
    assert all(note.startswith("after ") for note in notes)
    assert any(" the tightest says that " in note for note in notes)


@contextmanager
def _interrupted(at: int) -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` before the line number ``at`` of those that the solver executes."""
    left = at

    def watch(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if f"{os.sep}solver{os.sep}" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)
