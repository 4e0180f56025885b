"""Who waits for a server that is mute is told, once, and only when nothing comes from anywhere."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from resolver.index import aiohttp_session, patience
from resolver.index.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

URL, SAME, OTHER = "http://one.example/a", "http://one.example/b", "http://two.example/a"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LONG", 0.05)


def told(wait: Callable[[Patience], Awaitable[None]]) -> list[str]:
    """Return what was said while ``wait`` did."""

    async def scenario() -> list[str]:
        said: list[str] = []
        await wait(Patience(said.append))
        return said

    return asyncio.run(scenario())


def test_silence_is_told_once_for_each_server() -> None:
    async def wait(patience: Patience) -> None:
        for url in (URL, SAME, OTHER):
            patience.begin(url)
        await asyncio.sleep(0.2)
        patience.close()

    assert told(wait) == [
        f"one.example has not answered for 0.05 s, still waiting for {URL} (see --timeout and --deadline)",
        f"two.example has not answered for 0.05 s, still waiting for {OTHER} (see --timeout and --deadline)",
    ]


def test_nothing_is_told_while_something_comes() -> None:
    async def wait(patience: Patience) -> None:
        patience.begin(URL)
        patience._came += 10**9  # as if it came while the test waits
        await asyncio.sleep(0.08)
        patience.end(URL)

    assert told(wait) == []


def test_next_to_nothing_is_told() -> None:
    async def wait(patience: Patience) -> None:
        patience.begin(URL)
        patience.heard(300)
        await asyncio.sleep(0.08)
        patience.end(URL)

    assert told(wait) == [
        (
            f"one.example has sent next to nothing for 0.05 s, still waiting for {URL}"
            " (see --timeout and --deadline)"
        )
    ]


def test_nothing_is_told_when_nothing_is_awaited() -> None:
    async def wait(patience: Patience) -> None:
        patience.begin(URL)
        patience.end(URL)
        patience.end(URL)  # two had awaited the same
        await asyncio.sleep(0.2)

    assert told(wait) == []


def test_nothing_is_told_after_the_end() -> None:
    async def wait(patience: Patience) -> None:
        patience.begin(URL)
        patience.close()
        await asyncio.sleep(0.1)

    assert told(wait) == []


@pytest.mark.parametrize(("files", "connections"), [(1024, 256), (64, 16), (4, 2), (-1, 1 << 16)])
def test_connections_are_a_quarter_of_the_files_that_may_be_open(
    files: int, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    limit = resource.RLIM_INFINITY if files < 0 else files
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert aiohttp_session.most_connections() == connections


def test_connections_are_not_limited_where_files_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    assert aiohttp_session.most_connections() == 1 << 16
