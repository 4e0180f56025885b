"""Rules about candidates in whole resolutions: each by both engines, which must agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.engines import solve
from resolver.errors import NoSolution
from resolver.index.client import Client, IndexSpec
from resolver.index.recordings import dump_package, load_package
from resolver.options import Options
from support.fake_transport import FakeTransport, answer
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.index.source import Source

BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
LINUX = Options(python_version="3.12", python_platform="linux")
OLD, NEW = "2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z"
JSON = {"content-type": "application/vnd.pypi.simple.v1+json"}
MINE, OTHER = "mine=https://mine.example/simple", "https://other.example/simple"


def pins(source: Source, *requirements: str, **given: Any) -> dict[str, str]:
    """Return what is chosen."""
    found = solve(parsed("app.in", requirements), [], LINUX.replace(**given), Channels(source=source))
    return {pin.name: pin.version for pin in found.pins}


def two_indexes(strategy: str) -> Client:
    """Return a source over two indexes, each with an old and a new version of ``a``, of its own."""
    transport = FakeTransport()
    for url, versions in (("https://mine.example/simple", ("1", "3")), (OTHER, ("2", "4"))):
        files = []
        for version, uploaded in zip(versions, (OLD, NEW), strict=True):
            name = f"a-{version}-py3-none-any.whl"
            file = {"filename": name, "url": f"{url}/{name}", "hashes": {}, "core-metadata": True}
            files.append(file | {"upload-time": uploaded})
            metadata = f"Metadata-Version: 2.1\nName: a\nVersion: {version}\n\n".encode()
            transport.script(f"{url}/{name}.metadata", answer(200, metadata))
        body = json.dumps({"meta": {"api-version": "1.1"}, "name": "a", "files": files}).encode()
        transport.script(f"{url}/a/", answer(200, body, JSON))
    indexes = [IndexSpec("mine", "https://mine.example/simple"), IndexSpec(OTHER, OTHER)]
    return Client(transport, indexes, strategy=strategy)


@BOTH
@pytest.mark.parametrize(
    ("cutoffs", "chosen"),
    [
        ({}, "4"),
        ({"exclude_newer": "2024-02-01"}, "2"),
        ({"exclude_newer": "2024-02-01", "exclude_newer_indexes": ["mine=false"]}, "3"),
        ({"exclude_newer_indexes": [f"{OTHER}/=2024-02-01"]}, "3"),
        ({"exclude_newer_indexes": [f"{OTHER}=2023-01-01", "mine=2024-02-01"]}, "1"),
        (
            {"exclude_newer_indexes": [f"{OTHER}=2023-01-01"], "exclude_newer_packages": ["a=2024-02-01"]},
            "2",
        ),
    ],
)
def test_each_index_has_its_cutoff_where_files_of_several_count(
    engine: str, cutoffs: Mapping[str, object], chosen: str
) -> None:
    """Also where they are listed together."""
    given = {"extra_index_urls": [MINE, OTHER], "engine": engine, **cutoffs}
    assert pins(two_indexes("unsafe-best-match"), "a", **given) == {"a": chosen}


@BOTH
def test_index_that_answers_alone_has_its_cutoff(engine: str) -> None:
    given = {"extra_index_urls": [MINE, OTHER], "engine": engine}
    source = two_indexes("first-index")
    assert pins(source, "a", exclude_newer_indexes=["mine=2024-02-01"], **given) == {"a": "1"}
    source = two_indexes("first-index")
    with pytest.raises(NoSolution) as caught:
        pins(source, "a", exclude_newer_indexes=["mine=2023-02-01"], **given)
    if engine == "pubgrub":
        assert "(--exclude-newer-index mine)" in caught.value.explanation
        assert caught.value.hints == ("all versions of a would fit without --exclude-newer-index mine",)
        (fix,) = caught.value.fixes
        assert fix.change == (
            "admit what was uploaded to the index mine by 2024-01-01 (--exclude-newer-index mine=2024-01-01)"
        )


@pytest.mark.parametrize("strategy", ["first-index", "unsafe-best-match"])
def test_recording_knows_indexes_by_their_names(strategy: str) -> None:
    source = two_indexes(strategy)
    pins(source, "a")
    listing = source.listing_now("a")
    assert listing is not None
    kept, _ = load_package(dump_package(listing, {}), "a.json", "a")
    names = [kept.index_of(number) for number in range(len(kept.files))]
    assert names == ["mine", "mine", "", ""][: len(kept.files)]


@BOTH
def test_modes_and_wheels_that_are_preferred(engine: str) -> None:
    packages: dict[str, dict[str, dict[str, Any]]] = {
        "a": {"1": {}, "2": {"wheel": False, "sdist": True}},
        "b": {"1": {}, "2rc1": {}},
        "c": {"1": {}, "2rc1": {}},
        "d": {"1rc1": {}, "1rc2": {"yanked": True}},
    }
    given = {"engine": engine, "prefer_binary": True, "prerelease_packages": ["b=allow", "c=disallow"]}
    found = pins(MemorySource(packages), "a", "b", "c", "d", **given)
    assert found == {"a": "1", "b": "2rc1", "c": "1", "d": "1rc1"}


def test_all_pre_releases_are_allowed_where_the_mode_of_all_is_given_in_order() -> None:
    """``--only-final :all:`` is undone by what undoes it, not by ``--prerelease``."""
    source = MemorySource({"a": {"1rc1": {}}})
    with pytest.raises(NoSolution) as caught:
        pins(source, "a", prerelease_packages=[":all:=disallow"])
    assert [fix.change for fix in caught.value.fixes] == [
        "allow pre-releases (--prerelease-package :all:=if-necessary)"
    ]
