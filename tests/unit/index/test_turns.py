"""Who has much to read waits for a turn, the one with the least first."""

from __future__ import annotations

import asyncio

from resolver.index.turns import Turns

LARGE = 100_000


async def read(turns: Turns, size: int, seen: list[object]) -> None:
    """Note ``size`` when its turn has come, and that something was sent a few rounds of the loop later."""
    await turns.turn(size)
    seen.append(size)
    for _ in range(2):
        await asyncio.sleep(0)
    seen.append(f"sent for {size}")


def order(*sizes: int) -> list[object]:
    """Return what happens when bodies of these sizes arrive together."""

    async def scenario() -> list[object]:
        turns, seen = Turns(), list[object]()
        await asyncio.gather(*(read(turns, size, seen) for size in sizes))
        return seen

    return asyncio.run(scenario())


def test_what_a_page_led_to_is_sent_before_the_next_page_is_read() -> None:
    assert order(LARGE, LARGE + 1) == [LARGE, f"sent for {LARGE}", LARGE + 1, f"sent for {LARGE + 1}"]


def test_of_those_that_wait_the_shortest_goes_first() -> None:
    seen = order(LARGE, LARGE + 3, LARGE + 2, LARGE + 1)
    assert [size for size in seen if isinstance(size, int)] == [LARGE, LARGE + 1, LARGE + 2, LARGE + 3]


def test_turn_of_one_who_was_cancelled_is_given_to_the_next() -> None:
    async def scenario() -> list[object]:
        turns, seen = Turns(), list[object]()
        tasks = [asyncio.create_task(read(turns, LARGE + number, seen)) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await turns.turn(LARGE)  # nobody is left: at once
        return seen

    seen = asyncio.run(scenario())
    assert [size for size in seen if isinstance(size, int)] == [LARGE, LARGE + 2]


def test_turns_go_on_after_a_pause() -> None:
    async def scenario() -> list[object]:
        turns, seen = Turns(), list[object]()
        await read(turns, LARGE, seen)
        await asyncio.sleep(0.001)
        await asyncio.gather(read(turns, LARGE + 2, seen), read(turns, LARGE + 1, seen))
        return seen

    assert [size for size in asyncio.run(scenario()) if isinstance(size, int)] == [
        LARGE,
        LARGE + 2,
        LARGE + 1,
    ]
