"""Laws of fixes, on random universes: what is told works, costs little, and is found where it is there."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.index.replay import RecordingSource, ReplaySource
from resolver.model.requirement import Requirement
from resolver.run import Run
from resolver.session import solve
from resolver.sources import OpenSource
from resolver.whatif.edits import bounds, moved, sequence
from resolver.whatif.memory import Memory
from support.fixing import Asked, fixes_of
from support.memory import MemorySource
from support.outcomes import WanderingSource
from support.python_worlds import LINUX, random_python_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from resolver.formats.answer import Fix
    from resolver.index.source import Source

BATCH = 200


def told(asked: Asked, source: Source | None = None) -> list[Fix] | None:
    """Return the fixes, by default over a source that answers at once; None where there is a solution."""
    try:
        solve(
            [Requirement.parse(text) for text in asked.requirements],
            [Requirement.parse(text) for text in asked.constraints],
            asked.options,
            Channels(source=source or MemorySource(asked.packages)),
        )
    except NoSolution as error:
        return fixes_of(error)
    return None


def question(seed: int) -> Asked:
    """Return the question of a random universe."""
    world = random_python_world(seed)
    return Asked(world.packages, world.requirements, world.constraints, world.options())


def with_one_line_less(asked: Asked) -> Iterator[Asked]:
    """Yield the question without each of its lines, as long as something is asked for."""
    for number in range(len(asked.requirements)):
        fewer = [*asked.requirements[:number], *asked.requirements[number + 1 :]]
        if fewer:
            yield Asked(asked.packages, fewer, asked.constraints, asked.options)
    for number in range(len(asked.constraints)):
        fewer = [*asked.constraints[:number], *asked.constraints[number + 1 :]]
        yield Asked(asked.packages, asked.requirements, fewer, asked.options)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 800, BATCH))
def test_every_fix_that_is_told_works_and_small_ones_are_found(first: int) -> None:
    """At most three, each solved anew from its words; some where it is enough to drop one line of several."""
    found = 0
    for seed in range(first, first + BATCH):
        asked = question(seed)
        fixes = told(asked)
        if fixes is None:
            continue
        found += bool(fixes)
        assert len(fixes) <= 3
        assert len(set(fixes)) == len(fixes)
        for fix in fixes:
            assert asked.after(fix).pins() is not None, (seed, fix)
        if not fixes:
            assert not any(fewer.pins() for fewer in with_one_line_less(asked)), seed
    assert found > BATCH // 8


def nearer(asked: Asked, fix: Fix) -> list[Asked]:
    """Return the questions with the same bound moved less far than by ``fix``, if that is what it does."""
    changed = [
        (number, old, new)
        for number, (old, new) in enumerate(zip(asked.requirements, fix.requirements, strict=False))
        if old != new
    ]
    if len(changed) != 1 or len(fix.requirements) != len(asked.requirements) or fix.settings:
        return []
    number, old, new = changed[0]
    run = Run(
        [Requirement.parse(text) for text in asked.requirements],
        [Requirement.parse(text) for text in asked.constraints],
        asked.options.replace(no_fixes=True),
        OpenSource(MemorySource(asked.packages)),
    )
    run.until_waiting()
    requirement = Requirement.parse(old)
    candidates = run.problem.catalog.packages[requirement.name]
    for direction in bounds(requirement):
        near = [candidates.version(each) for each in sequence(requirement, direction, candidates)]
        texts = list(dict.fromkeys(moved(requirement, direction, version).text for version in near))
        if new in texts:
            lines = [*asked.requirements]
            found = []
            for text in texts[: texts.index(new)]:
                lines[number] = text
                found.append(Asked(asked.packages, [*lines], asked.constraints, asked.options))
            return found
    return []


def ladders(seed: int) -> Asked:
    """Return a question about three packages with many versions, which need one another in narrow ranges."""
    random = Random(seed)
    texts = [f"{major}.{minor}" for major in range(1, 6) for minor in range(3)]

    def narrow(name: str) -> str:
        low = random.randrange(len(texts))
        high = min(low + random.randrange(4), len(texts) - 1)
        return f"{name}>={texts[low]},<={texts[high]}"

    packages = {
        name: {text: {"requires": [narrow(other)]} for text in texts}
        for name, other in (("a", "b"), ("b", "c"))
    }
    packages["c"] = {text: {"requires": []} for text in texts}
    operators = ("<", "<=", "==", ">", ">=")
    lines = [f"{name}{random.choice(operators)}{random.choice(texts)}" for name in "abc"]
    return Asked(packages, lines, options=LINUX)


@pytest.mark.slow
def test_bounds_are_moved_no_further_than_needed() -> None:
    """In the style of the line, no bound in between gives a solution."""
    moves = 0
    for seed in range(150):
        asked = ladders(seed)
        for fix in told(asked) or []:
            between = nearer(asked, fix)
            moves += bool(between)
            assert [each.requirements for each in between if each.pins() is not None] == [], (seed, fix)
    assert moves > 20


@pytest.mark.slow
def test_fixes_do_not_depend_on_when_answers_arrive() -> None:
    for seed in range(150):
        asked = question(seed)
        expected = told(asked)
        assert told(asked, MemorySource(asked.packages, patient=False)) == expected, seed
        assert told(asked, WanderingSource(asked.packages, seed, 20)) == expected, seed


@pytest.mark.slow
def test_recording_holds_what_fixes_need(tmp_path: Path) -> None:
    """A replay tells the same ones, though much of it had come before it was asked for."""
    fixed = 0
    for seed in range(60):
        asked = question(seed)
        recording = RecordingSource(MemorySource(asked.packages, patient=False), tmp_path / str(seed))
        run = Run(
            [Requirement.parse(text) for text in asked.requirements],
            [Requirement.parse(text) for text in asked.constraints],
            asked.options,
            OpenSource(recording, recording=recording),
        )
        waiting = run.until_waiting()
        if isinstance(waiting, list):
            asyncio.run(run.finish_and_close(waiting))
        run.opened.save(run.used)
        expected = told(asked)
        assert told(asked, ReplaySource(tmp_path / str(seed))) == expected, seed
        fixed += bool(expected)
    assert fixed > 5


@pytest.mark.slow
@pytest.mark.parametrize("ask", [question, ladders])
def test_what_trials_have_in_common_changes_no_fix(
    ask: Callable[[int], Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials that know nothing of one another tell the same fixes, in the same order."""
    expected = [told(ask(seed)) for seed in range(400)]
    monkeypatch.setattr(Memory, "hand_over", lambda *_: None)
    assert [told(ask(seed)) for seed in range(400)] == expected
    assert sum(map(bool, expected)) > 50
