"""The order in which outcomes are told, and when nothing more is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from resolver.many.ledger import Ledger, Supply
from support.many import made_lines, outcome

if TYPE_CHECKING:
    from resolver.many.lines import Line
    from resolver.many.outcomes import Outcome


def five(*, fail_fast: bool = False) -> tuple[Ledger, list[int]]:
    """Return a ledger of five lines, and the list of the numbers that are told."""
    told: list[int] = []

    def tell(found: Outcome) -> None:
        told.append(found.number)

    return Ledger(made_lines(*"abcde"), tell, fail_fast=fail_fast), told


def test_outcomes_are_told_in_the_order_of_the_lines() -> None:
    """Each as soon as all before it are there."""
    ledger, told = five()
    for number, expected in ((2, []), (1, [1, 2]), (5, [1, 2]), (4, [1, 2]), (3, [1, 2, 3, 4, 5])):
        assert not ledger.over
        ledger.add(outcome(number))
        assert told == expected
    assert ledger.over


def test_an_outcome_counts_once() -> None:
    """A line that was run again may come twice."""
    ledger, told = five()
    for number in (1, 1, 2, 3, 3, 1):
        ledger.add(outcome(number))
    assert told == [1, 2, 3]


def test_without_lines_it_is_over() -> None:
    assert Ledger([], lambda _: None).over


def test_what_was_told_or_is_held_is_not_wanted() -> None:
    ledger, _ = five()
    lines = made_lines(*"abcde")
    ledger.add(outcome(1))
    ledger.add(outcome(3))
    assert [line.number for line in lines if ledger.wants(line)] == [2, 4, 5]


def test_nothing_is_told_behind_the_first_failure() -> None:
    """What is before it is still waited for; a failure among that comes first then."""
    ledger, told = five(fail_fast=True)
    taken = ledger.lines()
    assert next(taken).number == 1
    ledger.add(outcome(4, "unsatisfiable"))
    assert [line.number for line in taken] == [2, 3, 4]
    ledger.add(outcome(5))
    ledger.add(outcome(1))
    assert (told, ledger.over) == ([1], False)
    ledger.add(outcome(2, "failed"))
    assert (told, ledger.over) == ([1, 2], True)
    ledger.add(outcome(3))
    assert told == [1, 2]


@given(st.permutations(range(1, 6)), st.sets(st.integers(1, 5)))
def test_what_is_told_does_not_depend_on_the_order_of_arrival(arrival: list[int], failing: set[int]) -> None:
    """Law: it is what somebody would tell who resolves one line after the other."""
    ledger, told = five(fail_fast=True)
    for number in arrival:
        ledger.add(outcome(number, "unsatisfiable" if number in failing else "solved"))
    assert told == list(range(1, min([*failing, 5]) + 1))
    assert ledger.over


def test_lines_are_handed_out_in_ever_smaller_portions() -> None:
    """Each line once; not more at a time than was asked for, and little when little is left."""
    lines = made_lines(*["a"] * 20)
    supply = Supply(iter(lines), len(lines))
    portions: list[list[Line]] = []
    while portion := supply.take(4, 2):
        portions.append(portion)
    assert [len(portion) for portion in portions] == [4, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1]
    assert [line for portion in portions for line in portion] == lines
