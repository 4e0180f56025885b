"""The targets of tests/fuzz under Hypothesis: any input ends typed, soon, in bounded memory.

``python -m tests.fuzz`` runs them for longer; this is what CI can afford.
"""

from __future__ import annotations

from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.mutating import mutated
from fuzz.targets import TARGETS

LONGEST = 1.0  # seconds
OF_ONE = [*range(0x80), 0xE9]
SIZE = 100_000


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 2**32))
def test_changed_input_ends_as_the_contract_says(name: str, number: int) -> None:
    """The law of each target, on seeds that were changed at random."""
    target = TARGETS[name]
    content = mutated(target.seeds, Random(number))
    begun = process_time()
    target.check(content)
    assert process_time() - begun < LONGEST


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_end_as_the_contract_says(name: str, content: bytes) -> None:
    """The same on bytes that resemble nothing."""
    TARGETS[name].check(content)


@pytest.mark.parametrize(
    "name", ["version", "requirement", "filename", "metadata", "page-json", "url", "answer"]
)
@pytest.mark.parametrize("number", [0, 7, 17])
def test_long_runs_of_one_character_take_no_time(name: str, number: int) -> None:
    """Behind the beginning of each seed; quadratic readers would take minutes."""
    target = TARGETS[name]
    for character in OF_ONE[number::18]:
        for seed in target.seeds[:1]:
            begun = process_time()
            target.check(seed[: len(seed) // 2] + chr(character).encode() * SIZE)
            assert process_time() - begun < LONGEST, chr(character)
