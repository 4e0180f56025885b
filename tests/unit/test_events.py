"""Events: what is told to those who listen, that it is the truth, and that listening changes nothing."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.engines import resolve, resolve_async, solve, solve_async
from resolver.errors import IndexUnavailable, InputError, NoSolution
from resolver.events import (
    Chosen,
    Conflicted,
    Event,
    Fetched,
    Finished,
    Noted,
    Progressed,
    Rejected,
    Retried,
    Warned,
)
from resolver.formats.answer import Progress
from resolver.model.requirement import Requirement
from resolver.options import Options
from support.hard import pigeons
from support.loopback import Loopback
from support.memory import MemorySource

if TYPE_CHECKING:
    from pathlib import Path

LINUX = Options(python_version="3.12", python_platform="linux")
TOOLS = LINUX.replace(replay="fixtures/recordings/tools")
PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["lib<2"]}, "2": {"requires": ["lib>=2", "base<2"]}},
    "lib": {"1": {}, "2": {"requires": ["base>=2"]}, "3": {"requires_python": "<3"}, "4": {"yanked": "bad"}},
    "base": {"1": {}, "2": {}},
}


def heard(*requirements: str, packages: dict[str, dict[str, Any]], engine: str = "pubgrub") -> list[Event]:
    """Return what is told of a resolution in memory."""
    events: list[Event] = []
    asked = [Requirement.parse(text) for text in requirements]
    channels = Channels(source=MemorySource(packages), emit=events.append)
    solve(asked, [], LINUX.replace(engine=engine), channels)
    return events


def kinds(events: list[Event], kind: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def test_choices_conflicts_and_rejections_are_told() -> None:
    """What was chosen and not taken back is the answer."""
    events = heard("app", packages=PACKAGES)
    assert kinds(events, Rejected) == [
        Rejected("lib", ("3",), "needs Python <3 (the target is Python 3.12.0)"),
        Rejected("lib", ("4",), "was yanked (bad)"),
    ]
    assert kinds(events, Conflicted)
    chosen = {each.package: each.version for each in events if isinstance(each, Chosen)}
    assert {"app": "1", "lib": "1"}.items() <= chosen.items()
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.outcome, last.pins, last.text) == ("solved", 2, "")


def test_metadata_that_cannot_be_used_is_a_rejection() -> None:
    packages: dict[str, dict[str, Any]] = {"app": {"1": {}, "2": {"requires": ["not a requirement"]}}}
    events = heard("app", packages=packages)
    found = [event for event in events if isinstance(event, (Rejected, Chosen))]
    assert [(event.kind, event.package) for event in found] == [("rejected", "app"), ("chosen", "app")]
    assert isinstance(found[0], Rejected)
    assert found[0].versions == ("2",)
    assert "not a requirement" in found[0].reason


def test_engine_resolvelib_tells_choices_too() -> None:
    events = heard("app", packages=PACKAGES, engine="resolvelib")
    assert kinds(events, Conflicted)
    assert Chosen("lib", "1") in events
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("seed", range(3))
def test_listening_changes_no_answer(seed: int) -> None:
    """The solver goes one step at a time, and comes to the same by as many."""
    names, packages = pigeons(5 + seed, 5 + seed)
    asked = [Requirement.parse(name) for name in names]
    events: list[Event] = []
    silent = solve(asked, [], LINUX, Channels(source=MemorySource(packages)))
    loud = solve(asked, [], LINUX, Channels(source=MemorySource(packages), emit=events.append))
    assert [(pin.name, pin.version) for pin in loud.pins] == [(pin.name, pin.version) for pin in silent.pins]
    assert loud.statistics.conflicts == silent.statistics.conflicts
    assert loud.statistics.decisions == silent.statistics.decisions
    told = [each.conflicts for each in events if isinstance(each, Conflicted)]
    assert told == sorted(set(told))


def test_end_without_a_solution_is_told() -> None:
    events: list[Event] = []
    with pytest.raises(NoSolution) as caught:
        resolve(["pytest", "pluggy<1"], TOOLS, on_event=events.append)
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.outcome, last.pins, last.text) == ("unsatisfiable", 0, caught.value.explanation)


def test_asynchronous_callers_hear_the_same() -> None:
    """All but the times."""

    async def work() -> list[Event]:
        events: list[Event] = []
        await resolve_async(["tox"], TOOLS, on_event=events.append)
        with pytest.raises(NoSolution):
            await resolve_async(["tox", "pluggy<1"], TOOLS, on_event=events.append)
        return events

    there: list[Event] = []
    resolve(["tox"], TOOLS, on_event=there.append)
    with pytest.raises(NoSolution):
        resolve(["tox", "pluggy<1"], TOOLS, on_event=there.append)
    here = asyncio.run(work())
    assert [_timeless(event) for event in here] == [_timeless(event) for event in there]


def _timeless(event: Event) -> dict[str, object]:
    return {**event.as_dict(), "seconds": 0}


def test_failure_is_told() -> None:
    events: list[Event] = []
    options = LINUX.replace(replay="/nowhere")
    with pytest.raises(InputError):
        resolve(["a"], options, on_event=events.append)
    assert [event.kind for event in events] == ["noted", "progressed", "finished"]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.outcome == "failed"

    async def work() -> None:
        asked = [Requirement.parse("missing")]
        with pytest.raises(IndexUnavailable):
            await solve_async(asked, [], TOOLS, Channels(emit=events.append))

    asyncio.run(work())
    assert isinstance(events[-1], Finished)
    assert events[-1].text.startswith("The recording fixtures/recordings/tools does not hold")


def test_what_is_fetched_is_told_with_its_size(tmp_path: Path) -> None:
    """A second time, what lies in the cache is not fetched."""
    with Loopback() as index:
        index.add("app", "1", ["lib"])
        index.add("lib", "1")
        options = LINUX.replace(index_url=index.index, cache_dir=str(tmp_path))
        events: list[Event] = []
        resolve(["app"], options, on_event=events.append)
        fetched = [event for event in events if isinstance(event, Fetched)]
        assert {event.what for event in fetched} == {"page", "file"}
        assert all(event.status in (200, 206) and event.bytes and event.seconds > 0 for event in fetched)


def test_what_a_listener_raises_ends_the_resolution() -> None:
    class Enough(Exception):
        pass

    def listen(event: Event) -> None:
        if isinstance(event, Chosen):
            raise Enough

    with pytest.raises(Enough):
        resolve(["tox"], TOOLS, on_event=listen)


@pytest.mark.parametrize(
    "event",
    [
        Progressed(1, 2, 3, "a"),
        Chosen("a", "1"),
        Rejected("a", ("1", "2"), "is yanked"),
        Conflicted(1, "a"),
        Fetched("page", "https://index.example/a/", 200, 10, 0.5),
        Retried("https://index.example/a/", 1, "It answered with 503."),
        Warned("Odd."),
        Noted("from index.example"),
        Finished("solved", pins=1, seconds=0.5, text=""),
    ],
    ids=lambda event: event.kind,
)
def test_events_are_values(event: Event) -> None:
    """They compare, hash, pickle, copy, and go into JSON with their kind first."""
    for other in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event)):
        assert (other, hash(other), repr(other)) == (event, hash(event), repr(event))
    written = json.loads(json.dumps(event.as_dict()))
    assert next(iter(written.items())) == ("event", event.kind)
    assert len(written) > 1
    assert event != event.as_dict()


def test_other_channels_hear_what_they_heard_before() -> None:
    """Events come besides."""
    events: list[Event] = []
    told: list[object] = []
    channels = Channels(progress=told.append, warn=told.append, note=told.append, emit=events.append)
    state = Progress(1, 2, 3, "a")
    assert channels.progress is not None
    channels.progress(state)
    channels.warn("odd")
    channels.note("known")
    assert told == [state, "odd", "known"]
    assert events == [Progressed(1, 2, 3, "a"), Warned("odd"), Noted("known")]
