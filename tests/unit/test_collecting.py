"""Collecting: the threshold of the garbage collector while resolutions run, and after."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from resolver.collecting import sparing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_threshold_is_raised_while_one_runs_and_restored_behind_the_last() -> None:
    gc.set_threshold(700, 10, 11)
    inside = sparing(lambda: (gc.get_threshold(), sparing(gc.get_threshold), gc.get_threshold()))
    assert inside == ((50_000, 10, 11),) * 3
    assert gc.get_threshold() == (700, 10, 11)


def test_threshold_is_restored_behind_a_failure() -> None:
    gc.set_threshold(700, 10, 10)
    with pytest.raises(ZeroDivisionError):
        sparing(lambda: 1 // 0)
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("threshold", [0, 100_000])
def test_who_collects_less_or_not_at_all_is_left_alone(threshold: int) -> None:
    gc.set_threshold(threshold, 10, 10)
    assert sparing(gc.get_threshold) == (threshold, 10, 10)
    assert gc.get_threshold() == (threshold, 10, 10)


def test_what_others_set_meanwhile_stays() -> None:
    gc.set_threshold(700, 10, 10)
    sparing(lambda: gc.set_threshold(1_000, 10, 10))
    assert gc.get_threshold() == (1_000, 10, 10)
