"""Laws for those who call us: listening changes nothing, and a fetcher is as good as an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from resolver import MemoryFetcher
from resolver.channels import Channels
from resolver.events import Chosen, Conflicted
from resolver.index.fetched import FetcherSource
from support.outcomes import resolved
from support.python_worlds import PythonWorld, random_python_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver import DistFile, Metadata
    from resolver.events import Event

worlds = st.integers(0, 10**9).map(random_python_world)


class Far:
    """The same as a plain fetcher, to be awaited."""

    def __init__(self, inner: MemoryFetcher) -> None:
        self._inner = inner

    async def files(self, name: str) -> Iterable[DistFile] | None:
        return self._inner.files(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        return self._inner.metadata(name, file)


@given(worlds)
def test_listening_changes_nothing(world: PythonWorld) -> None:
    """Answer, proof, fixes and effort are the same; each pin was told of when it was chosen."""
    events: list[Event] = []
    loud = resolved(world, channels=Channels(emit=events.append))
    assert loud == resolved(world)
    chosen = {(each.package.partition("[")[0], each.version) for each in events if isinstance(each, Chosen)}
    assert set((loud.pins or {}).items()) <= chosen
    told = [each.conflicts for each in events if isinstance(each, Conflicted)]
    assert told[-1:] == [loud.conflicts][: len(told)]
    assert bool(told) == bool(loud.conflicts)


@given(worlds)
def test_fetcher_is_as_good_as_an_index(world: PythonWorld) -> None:
    """Plain or asynchronous: the pins, the files that were looked at, and the effort are the same."""
    packages: Any = world.packages
    fetcher = MemoryFetcher(packages)
    expected = resolved(world, explained=False)
    assert resolved(world, FetcherSource(fetcher), explained=False) == expected
    assert resolved(world, FetcherSource(Far(fetcher)), explained=False) == expected
