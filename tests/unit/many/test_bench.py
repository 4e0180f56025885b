"""Lines at one bench: each as if it were alone, and everything fetched and read once."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from resolver.errors import IndexUnavailable
from resolver.index.replay import RecordingSource
from resolver.many.bench import Bench
from resolver.many.outcomes import FAILED, SOLVED, UNSATISFIABLE, Outcome
from resolver.sources import OpenSource, open_source
from support.many import LINUX, made_bench, made_lines, made_setup, outcomes, versions
from support.memory import MemorySource
from support.outcomes import CountingSource

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.index.listing import Listing
    from resolver.many.lines import Line

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["lib<2"]}, "2": {"requires": ["lib", "base"]}},
    "lib": {"1": {"requires": ["base"]}, "2": {"requires": ["base>=2"]}},
    "base": {"1": {}, "2": {}, "3rc1": {}},
    "odd": {"1": {"requires": ["lib<1"]}, "2": {"requires": ["lib<1"], "extras": {"x": ["base"]}}},
    "yanked": {"1": {}, "2": {"yanked": "broken"}},
}

BOTH = pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])


class FailingSource(MemorySource):
    """Answers after waiting, but about ``ghost``: there it fails as a network does."""

    def __init__(self) -> None:
        super().__init__(PACKAGES, patient=False)

    async def listing(self, name: str) -> Listing:
        await asyncio.sleep(0)
        if name == "ghost":
            raise IndexUnavailable("the index is on fire")
        return await super().listing(name)


@BOTH
def test_each_line_is_resolved_by_itself(*, patient: bool) -> None:
    """Contradictions between lines mean nothing; a proof is told as for ``resolve``."""
    bench = made_bench(MemorySource(PACKAGES, patient=patient))
    old, new, none, missing = outcomes(bench, made_lines("app<2", "app", "odd", "nothing"))
    assert versions(old) == {"app": "1", "lib": "1", "base": "2"}
    assert versions(new) == {"app": "2", "lib": "2", "base": "2"}
    assert (none.status, none.exit_code) == (UNSATISFIABLE, 1)
    assert none.said.startswith("Because you require odd (many.txt:3) and ")
    assert none.counts[0] >= 0
    assert (missing.status, missing.exit_code) == (UNSATISFIABLE, 1)
    assert "nothing (many.txt:4), which does not exist" in missing.said


@BOTH
def test_everything_is_asked_for_once(*, patient: bool) -> None:
    """By whichever line comes first, at the same time or later."""
    source = MemorySource(PACKAGES, patient=patient)
    found = outcomes(made_bench(source), made_lines("app", "lib", "app<2", "base", "app"))
    assert [each.status for each in found] == [SOLVED] * 5
    assert len(source.asked) == len(set(source.asked))
    assert {"app", "lib", "base", "app==1", "app==2"} <= set(source.asked)


def test_what_is_known_is_not_waited_for() -> None:
    """The second of two equal lines asks nothing."""
    source = CountingSource(PACKAGES)
    bench = made_bench(source, made_setup(jobs=1))
    outcomes(bench, made_lines("app"))
    before = list(source.questions)
    outcomes(bench, made_lines("app"))
    assert (before != [], source.questions) == (True, before)


@BOTH
def test_a_failure_of_one_line_is_not_that_of_others(*, patient: bool) -> None:
    """Neither what the index says nor a bug ends the others."""

    class Broken(FailingSource):
        def listing_now(self, name: str) -> Listing | None:
            if name == "bug":
                raise RuntimeError("unforeseen")
            return self._listing(name) if patient and name != "ghost" else super().listing_now(name)

    ghost, app, bug, lib = outcomes(made_bench(Broken()), made_lines("ghost", "app", "bug", "lib"))
    assert (ghost.status, ghost.exit_code, ghost.said) == (FAILED, 3, "the index is on fire")
    assert (bug.status, bug.exit_code) == (FAILED, 70)
    assert bug.said == "this is a bug in resolver (RuntimeError: unforeseen). Please report it."
    assert [app.status, lib.status] == [SOLVED, SOLVED]


def test_a_limit_holds_for_each_line() -> None:
    """Steps of one are not counted for another."""
    bench = made_bench(MemorySource(PACKAGES), made_setup(LINUX.replace(max_steps=3)))
    found = outcomes(bench, made_lines("base", "app", "base", "base"))
    assert [each.exit_code for each in found] == [0, 7, 0, 0]


def test_no_more_lines_than_jobs_are_under_way() -> None:
    """While something must be waited for."""
    under_way: set[str] = set()
    most = 0

    class Counting(MemorySource):
        async def listing(self, name: str) -> Listing:
            nonlocal most
            under_way.add(name)
            most = max(most, len(under_way))
            for _ in range(5):
                await asyncio.sleep(0)
            under_way.discard(name)
            return await super().listing(name)

    packages: dict[str, dict[str, Any]] = {f"p{number}": {"1": {}} for number in range(20)}
    for jobs in (1, 4):
        most = 0
        source = Counting(packages, patient=False)
        found = outcomes(made_bench(source, made_setup(jobs=jobs)), made_lines(*packages))
        assert [each.status for each in found] == [SOLVED] * 20
        assert most == jobs


def test_what_is_not_wanted_any_more_is_given_up() -> None:
    """Also what is being waited for."""

    class Stuck(FailingSource):
        async def listing(self, name: str) -> Listing:
            if name == "base":
                await asyncio.Event().wait()
            return await super().listing(name)

    wanted = [True]
    found: list[Outcome] = []

    def done(each: Outcome) -> None:
        found.append(each)
        wanted[0] = False

    bench = made_bench(Stuck())
    bench.work(iter(made_lines("base", "ghost")), done, lambda line: wanted[0] or line.number > 1)
    assert [each.number for each in found] == [2]


@BOTH
def test_an_end_from_outside_passes(*, patient: bool) -> None:
    """Nothing stays behind in the event loop (warnings are errors)."""

    def done(_: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_bench(MemorySource(PACKAGES, patient=patient)).work(iter(made_lines("app", "lib")), done)
    gc.collect()


@BOTH
def test_the_newest_version_of_a_bare_name(*, patient: bool) -> None:
    """That which may be used: yanked ones, pre-releases, and what constraints forbid, are left out."""
    setup = made_setup(LINUX.replace(resolution="lowest"), ["lib<2"], latest=True)
    bench = made_bench(MemorySource(PACKAGES, patient=patient), setup)
    lines = made_lines("app", "app<2", "odd[x]", "base", "yanked", "lib ; os_name != 'nt'", "nothing")
    lines += [type(lines[0])(8, made_lines("app ; os_name == 'nt'")[0].requirement)]
    found = outcomes(bench, lines)
    asked = ["app==2", "app<2", "odd[x]==2", "base==2", "yanked==1", "lib==1 ; os_name != 'nt'", "nothing"]
    assert [each.requirement for each in found] == [*asked, "app ; os_name == 'nt'"]
    assert [each.exit_code for each in found] == [0, 0, 1, 0, 0, 0, 1, 0]
    assert versions(found[0]) == {"app": "2", "lib": "1", "base": "1"}
    assert [each.origin for each in found[:2]] == ["many.txt:1", "many.txt:2"]
    assert versions(found[7]) == {}


def test_the_listing_that_says_the_newest_version_may_fail() -> None:
    """As any listing."""
    ghost, app = outcomes(made_bench(FailingSource(), made_setup(latest=True)), made_lines("ghost", "app"))
    assert (ghost.exit_code, ghost.requirement) == (3, "ghost")
    assert versions(app)["app"] == "2"


def test_a_pin_to_the_newest_version_waits_like_any_other() -> None:
    """The listing is known then, the metadata not yet."""
    [app] = outcomes(made_bench(CountingSource(PACKAGES), made_setup(latest=True)), made_lines("app"))
    assert versions(app) == {"app": "2", "lib": "2", "base": "2"}


def test_a_recording_holds_what_all_lines_need(tmp_path: Path) -> None:
    """And nothing that was only fetched ahead."""
    setup = made_setup(LINUX.replace(record=str(tmp_path / "used")))
    recording = RecordingSource(MemorySource(PACKAGES, patient=False), tmp_path / "used")
    bench = Bench(setup, OpenSource(recording, recording=recording))
    first = outcomes(bench, made_lines("app<2", "base", "odd"))
    bench.save()
    manifest = json.loads((tmp_path / "used" / "recording.json").read_text("utf-8"))
    assert set(manifest["packages"]) == {"app", "base", "lib", "odd"}
    again = made_setup(LINUX.replace(replay=str(tmp_path / "used")))
    second = outcomes(Bench(again, open_source(again.options)), made_lines("app<2", "base", "odd"))
    assert [(each.status, each.pins, each.said) for each in first] == [
        (each.status, each.pins, each.said) for each in second
    ]


def test_setup_lines_and_outcomes_travel() -> None:
    """To other processes, and back."""
    setup = pickle.loads(pickle.dumps(made_setup(constraints=["lib<2"], latest=True)))
    lines: list[Line] = pickle.loads(pickle.dumps(made_lines("app[x]>=1 ; os_name == 'posix'", "nothing")))
    for each in outcomes(made_bench(MemorySource(PACKAGES), setup), lines):
        copy = pickle.loads(pickle.dumps(each))
        assert [getattr(copy, name) for name in Outcome.__slots__] == [
            getattr(each, name) for name in Outcome.__slots__
        ]


def test_usage_is_that_of_the_process() -> None:
    usage = made_bench(MemorySource(PACKAGES)).usage()
    assert usage.memory > 1
    assert (usage.requests, usage.bytes) == (0, 0)
