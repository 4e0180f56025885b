"""The fewest changes: what is said of them, what is upgraded, and what happens where a limit is hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.engines import resolve_async
from resolver.errors import IndexUnavailable, InputError, NoSolution
from resolver.options import Options
from resolver.posing import read_constraints
from resolver.session import solve
from resolver.whatif import fewest, hitting
from resolver.whatif.hitting import TooHard, smallest
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.formats.answer import Answer
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

# The newest app needs two others to change, the one before it one, of two that will do.
PACKAGES: dict[str, dict[str, Any]] = {
    "app": {
        "1": {"requires": ["left", "right", "base"]},
        "2": {"requires": ["left", "right", "base>1"]},
        "3": {"requires": ["left", "right>1", "base>1"]},
    },
    "left": {"1": {"requires": ["base<2"]}, "2": {}},
    "right": {"1": {"requires": ["base<3"]}, "2": {}},
    "base": {"1": {}, "2": {}, "3": {}},
}
BEFORE = ("app==1", "left==1", "right==1", "base==1")


def answered(requirements: Sequence[str], *, patient: bool = True, **options: Any) -> Answer:
    """Return the answer with the fewest changes."""
    given = Options(**{"minimal": True, "preferences": BEFORE, **options})
    source = MemorySource(PACKAGES, patient=patient)
    return solve(parsed("a.in", requirements), read_constraints(given), given, Channels(source=source))


def pins(answer: Answer) -> dict[str, str]:
    """Return versions by name."""
    return {pin.name: pin.version for pin in answer.pins}


@pytest.mark.parametrize("patient", [True, False])
def test_what_is_upgraded_goes_as_far_as_that_costs_nothing(*, patient: bool) -> None:
    """Of newer versions that change as few others, the newest."""
    answer = answered(["app"], upgrade_packages=["app"], patient=patient)
    assert pins(answer) == {"app": "2", "left": "2", "right": "1", "base": "2"}
    assert answer.notes[1:] == (
        "the answer changes 2 versions of before, and no answer changes fewer: base 1 -> 2, left 1 -> 2",
        "at least 2 must change, because one of each must: left; base or right",
    )
    further = answered(["app"], upgrade_packages=["app>2"], patient=patient)
    assert pins(further) == {"app": "3", "left": "2", "right": "2", "base": "3"}


def test_new_requirements_change_as_little_as_they_can() -> None:
    answer = answered(["app", "base>1"])
    assert pins(answer) == {"app": "1", "left": "2", "right": "1", "base": "2"}
    answer = answered(["app", "right>1"])
    assert answer.notes[1:] == (
        "the answer changes 1 version of before, and no answer changes fewer: right 1 -> 2",
        "at least 1 must change, because one of each must: right",
    )
    assert answered(["app"]).notes[1:] == ("no version of before has to change",)


def test_what_cannot_be_upgraded_is_said() -> None:
    """And stays as it was."""
    answer = answered(["app", "left<2"], upgrade_packages=["app", "base"])
    assert pins(answer) == {"app": "1", "left": "1", "right": "1", "base": "1"}
    assert answer.notes[1:] == (
        "app cannot be upgraded, whatever else changes",
        "base cannot be upgraded, whatever else changes",
        "no version of before has to change",
    )


def test_a_version_that_is_gone_has_to_change() -> None:
    answer = answered(["left"], preferences=("left==1.5", "base==1"))
    assert pins(answer) == {"left": "2"}
    assert answer.notes[-1] == "at least 1 must change, because one of each must: left"


@pytest.mark.parametrize(
    ("where", "what", "value"),
    [(hitting, "MOST_STEPS", 0), (fewest.Fewest, "_taken", lambda *_, **__: False)],
)
def test_where_a_limit_is_hit_versions_are_kept_as_without(
    monkeypatch: pytest.MonkeyPatch, where: Any, what: str, value: Any
) -> None:
    monkeypatch.setattr(where, what, value)
    answer = answered(["app", "base>1"])
    without = answered(["app", "base>1"], minimal=False)
    assert pins(answer) == pins(without)
    said = "it was not found out within the limits which answer changes the fewest versions of before"
    assert answer.warnings == (f"{said}: this one keeps what could be kept when its turn came",)


def test_an_upgrade_that_was_not_found_out_about_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fewest, "_is_newer", lambda *_: False)
    monkeypatch.setattr(fewest.Fewest, "_taken", lambda *_, **__: False)
    assert "within the limits" in answered(["app"], upgrade_packages=["app"]).warnings[0]


def test_hitting_sets_that_are_too_hard_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert smallest([]) == frozenset()
    monkeypatch.setattr(hitting, "MOST_STEPS", 2)
    with pytest.raises(TooHard):
        smallest([frozenset("ab"), frozenset("cd")])


TIED: dict[str, dict[str, Any]] = {
    "base": {"1": {}, "2": {}},
    "x": {"1": {}, "2": {"requires": ["base>1"]}},
}


class Unreachable(MemorySource):
    """An index that has lost the newest base."""

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        if name == "base" and "-2-" in file.filename:
            raise IndexUnavailable("it is gone")
        return super().metadata_now(name, file)


def test_what_plain_preferences_would_hold_back_is_upgraded() -> None:
    """And where it is not found out whether that is possible, it is said."""
    given = parsed("a.in", ["base", "x"])
    plain = Options(preferences=("base==1", "x==1"), upgrade_packages=("x",))
    answer = solve(given, [], plain, Channels(source=MemorySource(TIED)))
    assert pins(answer) == {"base": "1", "x": "1"}
    minimal = plain.replace(minimal=True)
    answer = solve(given, [], minimal, Channels(source=MemorySource(TIED)))
    assert (pins(answer), answer.warnings) == ({"base": "2", "x": "2"}, ())
    answer = solve(given, [], minimal, Channels(source=Unreachable(TIED)))
    assert pins(answer) == {"base": "1", "x": "1"}
    assert len(answer.warnings) == 1


def test_without_versions_of_before_nothing_is_tried() -> None:
    assert pins(answered(["app"], preferences=())) == {"app": "3", "left": "2", "right": "2", "base": "3"}
    with pytest.raises(NoSolution):
        answered(["app<0"])


async def _answer() -> dict[str, str]:
    from resolver import MemoryFetcher

    options = Options(minimal=True, preferences=BEFORE, upgrade_packages=("app",))
    found = await resolve_async(["app"], options, fetcher=MemoryFetcher(PACKAGES))
    return {name: str(pin.version) for name, pin in found.pins.items()}


def test_the_asynchronous_door_gives_the_same() -> None:
    import asyncio

    assert asyncio.run(_answer()) == {"app": "2", "base": "2", "left": "2", "right": "1"}


def test_what_minimal_does_not_go_with() -> None:
    with pytest.raises(InputError, match="exclude each other"):
        Options(minimal=True, upgrade=True)
    with pytest.raises(InputError, match="only the engine pubgrub"):
        Options(minimal=True, engine="resolvelib")


def test_long_lists_are_cut() -> None:
    many = frozenset(f"p{n}" for n in range(9))
    assert fewest._either(many) == "p0, p1, p2, p3, p4 or 4 others"
    assert fewest._either(frozenset("ab")) == "a or b"


def test_groups_that_others_imply_are_not_told() -> None:
    groups = [frozenset("abc"), frozenset("ab"), frozenset("d"), frozenset("ab")]
    assert fewest._smallest_groups(groups) == [frozenset("d"), frozenset("ab")]
