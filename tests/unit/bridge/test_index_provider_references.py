"""Direct references through ``IndexProvider``, with our solver and with resolvelib's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from resolvelib import BaseReporter, ResolutionImpossible, Resolver

from resolver import IndexProvider, Options, PubGrubResolver
from support.loopback import Loopback, project, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def index() -> Iterator[Loopback]:
    """Return an index."""
    with Loopback() as found:
        yield found


@pytest.mark.parametrize("resolver", [Resolver, PubGrubResolver])
def test_addresses_of_the_caller_are_used(index: Loopback, resolver: type[object]) -> None:
    """Also where an index package has the same."""
    url = index.put("a-1-py3-none-any.whl", wheel("a", "1"))
    index.add("a", "2")
    index.add("b", "1", [f"a @ {url}"])
    with IndexProvider(Options(index_url=index.index, no_cache=True)) as provider:
        found = resolver(provider, BaseReporter()).resolve([f"a @ {url}", "b"])  # type: ignore[call-arg,attr-defined]  # one of two
        assert {name: str(each.version) for name, each in found.mapping.items()} == {"a": "1", "b": "1"}


def test_what_turns_out_is_followed_where_it_can_be_begun_again(index: Loopback, tmp_path: Path) -> None:
    """With our solver; resolvelib's own goes on with other candidates."""
    url = index.put("a-1-py3-none-any.whl", wheel("a", "1"))
    index.add("a", "2")
    index.add("b", "1", ["a"])
    index.add("b", "2", [f"a @ {url}"])
    tree = project(tmp_path, "tree", "1", [f"a @ {url}"])
    options = Options(index_url=index.index, no_cache=True, allow_urls=("a",))
    with IndexProvider(options) as provider:
        found = PubGrubResolver(provider, BaseReporter()).resolve(["a", "b"])
        assert {name: str(each.version) for name, each in found.mapping.items()} == {"a": "1", "b": "2"}
    with IndexProvider(options) as provider:
        plain = Resolver(provider, BaseReporter()).resolve(["a", "b"])
        assert {name: str(each.version) for name, each in plain.mapping.items()} == {"a": "2", "b": "1"}
    with IndexProvider(options) as provider, pytest.raises(ResolutionImpossible):
        Resolver(provider, BaseReporter()).resolve([str(tree)])
