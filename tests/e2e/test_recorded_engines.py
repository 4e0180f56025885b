"""Engines against one another on recorded data of a real index, over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from resolvelib import BaseReporter, ResolutionImpossible, Resolver

from resolver import IndexProvider, NoSolution, Options, PubGrubResolver, resolve
from support.command import failed, run_command, succeeded
from support.recorded_index import EXPECTED, REQUIREMENTS, SETS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, needs_recorded_index]

#: Sets with several valid answers, of which resolvelib prefers another.
OTHER_PINS = {"backtrack-gcp"}


def requirements(name: str) -> list[str]:
    """Return the lines of a set."""
    lines = (REQUIREMENTS / f"{name}.in").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Options]:
    """Name a server; what one engine has fetched, the next has in the cache."""
    with RecordedIndex() as server:
        yield Options(
            index_url=server.url,
            cache_dir=str(tmp_path_factory.mktemp("cache")),
            python_version="3.12",
            python_platform="linux",
            only_binary=(":all:",),
        )


def pins(name: str, options: Options) -> dict[str, str] | None:
    """Return the pins of ``resolve``, or None where there is no solution."""
    try:
        found = resolve(requirements(name), options)
    except NoSolution:
        return None
    return {pin.name: str(pin.version) for pin in found.pins.values()}


@pytest.mark.parametrize("name", SETS)
def test_all_engines_say_the_same(name: str, options: Options) -> None:
    """Both ways of our solver give the same pins; resolvelib's engine gives the same or other valid ones."""
    with IndexProvider(options) as provider:
        try:
            found = PubGrubResolver(provider, BaseReporter()).resolve(requirements(name))
        except ResolutionImpossible:
            native = None
        else:
            native = {each.name: str(each.version) for each in found.mapping.values()}
    ours = pins(name, options)
    assert native == ours
    other = pins(name, options.replace(engine="resolvelib"))
    if name in OTHER_PINS:
        assert other is not None
        assert ours is not None
    else:
        assert other == ours


@pytest.mark.parametrize("name", ["small", "data", "conflict-a"])
def test_the_plain_resolver_takes_requirements_as_they_are(name: str, options: Options) -> None:
    """Without posing them before."""
    with IndexProvider(options) as provider:
        try:
            found = Resolver(provider, BaseReporter()).resolve(requirements(name), max_rounds=2_000)
        except ResolutionImpossible:
            plain = None
        else:
            plain = {each.name: str(each.version) for each in found.mapping.values()}
    assert plain == pins(name, options)


@pytest.mark.parametrize("name", ["web", "conflict-a"])
def test_the_command_takes_the_engine_as_an_option(name: str, options: Options, tmp_path: Path) -> None:
    """Pins byte for byte; or the exit code of a conflict, and who says so."""
    words = (
        "resolve",
        f"{name}.in",
        "--python-version",
        "3.12",
        "--no-build",
        "--no-header",
        "--no-annotate",
    )
    where = ("--index-url", str(options.index_url), "--cache-dir", str(options.cache_dir))
    done = run_command(*words, *where, "--engine", "resolvelib", home=tmp_path, cwd=REQUIREMENTS)
    if name == "web":
        assert succeeded(done) == (EXPECTED / "web.txt").read_text("utf-8")
    else:
        said = failed(done, 1)
        assert "you require django<3 (conflict-a.in:1)" in said
        assert "resolvelib found no solution" in said
