"""What trials have in common: which facts are asked for again, and in what order a package is sought."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.session import solve
from resolver.whatif.fixes import _middles
from resolver.whatif.memory import FEW, Enough, Sought
from support.fixing import fixes_of
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Container

    from resolver.formats.answer import Fix
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

LINUX = Options(python_version="3.12", python_platform="linux")
TEN: dict[str, Any] = {str(n): {} for n in range(1, 11)}


def told(requirements: list[str], source: MemorySource, options: Options = LINUX) -> list[Fix]:
    """Return the fixes for ``requirements``, which have no solution."""
    with pytest.raises(NoSolution) as caught:
        solve([Requirement.parse(text) for text in requirements], [], options, Channels(source=source))
    return fixes_of(caught.value)


def tried(count: int, known: Container[int] = ()) -> list[int]:
    """Return the candidates that are tried, of ``count`` in that order, where each one is refused."""
    sought = Sought("a", lambda _: range(count))
    allowed, found = (1 << count) - 1, []
    while allowed:
        try:
            candidate = sought.choose(None, allowed, known)  # type: ignore[arg-type]  # not looked at
        except Enough:
            break
        assert candidate is not None
        found.append(candidate)
        allowed &= ~(1 << candidate)
    return found


def test_few_candidates_are_tried_one_after_the_other() -> None:
    """So are those that were looked at before, however many there are."""
    assert tried(2 * FEW) == [
        *range(FEW), *(FEW + each for each in range(FEW))
    ]  # fmt: skip
    assert tried(500, range(500)) == [*range(500)]


def test_many_candidates_are_passed_over_in_leaps() -> None:
    """From the nearest to one of the farthest, in steps that grow; then it is enough."""
    found = tried(1000)
    assert found[:FEW] == [*range(FEW)]
    steps = [after - before for before, after in zip(found[FEW:-1], found[FEW + 1 :], strict=True)]
    assert steps == sorted(steps)
    assert len(found) < FEW + 12
    assert found[-1] > 500


def test_choice_stays_while_it_is_allowed() -> None:
    """To be asked again is no reason to leap on."""
    sought = Sought("a", lambda _: range(100))
    chosen = {sought.choose(None, (1 << 100) - 1, ()) for _ in range(50)}  # type: ignore[arg-type]
    assert chosen == {0}
    assert sought.choose(None, 1 << 200, ()) is None  # type: ignore[arg-type]  # the same


def test_far_bound_is_found_without_looking_at_all_versions() -> None:
    """Of 400 versions a few are looked at; the fix works, and is the nearest where the border is one."""
    packages: dict[str, dict[str, Any]] = {
        "tool": {
            **{f"1.{n}": {} for n in range(100)},
            **{f"2.{n}": {"requires": ["base<2"]} for n in range(400)},
        },
        "base": {"1": {}, "2": {}},
    }
    for patient in (True, False):
        source = MemorySource(packages, patient=patient)
        fixes = told(["base>=2", "tool>=2.399"], source)
        assert [fix.requirements for fix in fixes] == [("base>=1", "tool>=2.399"), ("base>=2", "tool>=1.99")]
        assert sum(name.startswith("tool") for name in source.asked) < 60


def test_yanked_version_that_a_changed_line_pinned_is_not_offered() -> None:
    """Nothing that was found out about the pinned version is held against others, or for it."""
    packages: dict[str, dict[str, Any]] = {
        "a": {"1": {}, "2": {"yanked": True, "requires": ["b<2"]}, "3": {"requires": ["b<3"]}},
        "b": {"1": {}, "2": {}, "3": {}},
    }
    assert [fix.requirements for fix in told(["a==2", "b==2"], MemorySource(packages))] == [
        ("a==3", "b==2"),
        ("a==2", "b==1"),
    ]


def test_facts_are_asked_for_once_in_all_trials() -> None:
    packages: dict[str, dict[str, Any]] = {
        "a": {str(n): {"requires": ["b"]} for n in range(1, 9)},
        "b": TEN,
        "c": {"1": {"requires": ["a>5"]}},
    }
    source = MemorySource(packages)
    (fix,) = told(["a<3", "c"], source)
    assert fix.requirements == ("a<7", "c")
    assert len(source.asked) == len(set(source.asked))


def test_what_comes_next_is_known_before_it_is_chosen() -> None:
    """A few at the first miss, all that would be tried at the second; or what the question names."""
    sought, allowed = Sought("a", lambda _: range(300)), (1 << 300) - 1
    assert sought.choose(None, allowed, ()) == 0  # type: ignore[arg-type]  # not looked at
    assert sought.likely(allowed, (), 1) == [1, 2, 3]
    assert sought.likely(allowed, (), 2) == tried(300)[1:]
    assert Sought("a", lambda _: range(300), (7, 9)).likely(allowed, (), 1) == (7, 9)
    last = Sought("a", lambda _: range(2))
    assert last.choose(None, 2, ()) == 1  # type: ignore[arg-type]  # the same
    assert last.likely(2, (), 2) == []


def test_trials_that_wait_have_few_rounds() -> None:
    """What several trials need is fetched at once, and nothing that was fetched for one is lost to others."""

    class Slow(MemorySource):
        rounds = 0
        waiting = 0

        async def metadata(self, name: str, file: DistFile) -> Metadata:
            if not self.waiting:
                Slow.rounds += 1
            self.waiting += 1
            await asyncio.sleep(0.01)
            self.waiting -= 1
            return await super().metadata(name, file)

    packages: dict[str, dict[str, Any]] = {
        "tool": {
            **{f"1.{n}": {} for n in range(100)},
            **{f"2.{n}": {"requires": ["base<2"]} for n in range(400)},
        },
        "base": {"1": {}, "2": {}},
    }
    fixes = told(["base>=2", "tool>=2.399"], Slow(packages, patient=False))
    assert fixes[-1].requirements == ("base>=2", "tool>=1.99")
    assert Slow.rounds < 12


def test_bisections_are_foreseen() -> None:
    """The middles of a list, of its halves and of their halves: as far as they are bisected at all."""
    assert _middles([*range(FEW)]) == []
    assert _middles([*range(40)]) == [20, 10, 30]
    assert _middles([*range(1000)])[:3] == [500, 250, 750]
    assert len(_middles([*range(1000)])) == FEW - 1
