"""Resolution and pins: values that callers may keep, compare, send elsewhere and print."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from packaging.requirements import Requirement as PackagingRequirement

from resolver import NoSolution, Options, Pin, Resolution, Version, resolve, resolve_async
from resolver.errors import IndexUnavailable, InputError
from resolver.index.replay import RecordingSource
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Recorded = Callable[..., Options]

LINUX = Options(python_version="3.12", python_platform="linux")

PACKAGES: dict[str, Mapping[str, Any]] = {
    "App": {
        "1.0": {"requires": ["lib"]},
        "2.0": {"requires": ["Lib>=1", "old ; python_version < '3.9'"], "extras": {"fast": ["speed"]}},
        "3.0rc1": {"requires": ["lib"]},
    },
    "lib": {
        "1.0": {"upload_time": "2024-01-01T00:00:00Z"},
        "1.1": {"upload_time": "2024-06-01T00:00:00Z", "requires": ["wine ; sys_platform == 'win32'"]},
    },
    "old": {"1": {}},
    "speed": {"1": {"wheel": False, "sdist": True}},
    "wine": {"1": {"wheel_tags": ["py3-none-win_amd64"]}},
}


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """Return a function that makes options that replay a recording of all of ``PACKAGES``."""
    source = RecordingSource(MemorySource(PACKAGES), tmp_path / "recording")
    for name in ("app", "lib", "old", "speed", "wine", "missing"):
        for file in asyncio.run(source.listing(name)).files:
            asyncio.run(source.metadata(name, file))
    source.save()

    def options(**changes: object) -> Options:
        return LINUX.replace(replay=str(tmp_path / "recording"), **changes)

    return options


def versions(found: Resolution) -> dict[str, str]:
    """Return the pinned versions by name."""
    return {name: str(pin.version) for name, pin in found.pins.items()}


# -- what is asked for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "requirements",
    [
        ["app[fast]<3", "lib"],
        [PackagingRequirement("App[Fast]<3"), PackagingRequirement("lib ; python_version >= '3'")],
        (each for each in ["app[fast]<3", PackagingRequirement("lib")]),
    ],
    ids=["texts", "packaging", "both"],
)
def test_requirements_are_texts_or_those_of_packaging(
    recorded: Recorded, requirements: Iterable[str | PackagingRequirement]
) -> None:
    found = resolve(requirements, recorded())
    assert versions(found) == {"app": "2.0", "lib": "1.1", "speed": "1"}
    assert found.pins["app"].extras == {"fast"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"app": "2.0", "lib": "1.1"}),
        ({"python_version": "3.8"}, {"app": "2.0", "lib": "1.1", "old": "1"}),
        ({"python_platform": "windows"}, {"app": "2.0", "lib": "1.1", "wine": "1"}),
        ({"prerelease": "allow"}, {"app": "3.0rc1", "lib": "1.1"}),
        ({"resolution": "lowest"}, {"app": "1.0", "lib": "1.0"}),
        ({"resolution": "lowest-direct"}, {"app": "1.0", "lib": "1.1"}),
        ({"constraints": ["lib<1.1"]}, {"app": "2.0", "lib": "1.0"}),
        ({"overrides": ["lib==1.0"]}, {"app": "2.0", "lib": "1.0"}),
        ({"excludes": ["LIB"]}, {"app": "2.0"}),
        ({"no_deps": True}, {"app": "2.0"}),
    ],
)
def test_options_reach_the_resolution(
    recorded: Recorded, changes: dict[str, object], expected: dict[str, str]
) -> None:
    assert versions(resolve(["app"], recorded(**changes))) == expected


def test_cutoff_reaches_the_resolution(recorded: Recorded) -> None:
    assert versions(resolve(["lib"], recorded(exclude_newer="2024-03-01"))) == {"lib": "1.0"}


def test_only_binary_reaches_the_resolution(recorded: Recorded) -> None:
    assert versions(resolve(["speed"], recorded())) == {"speed": "1"}
    with pytest.raises(NoSolution, match="speed 1 has no wheel"):
        resolve(["speed"], recorded(only_binary=["Speed"]))


def test_environment_is_that_of_the_options(recorded: Recorded) -> None:
    found = resolve([], recorded(python_version="3.13.2", python_platform="macos"))
    assert len(found.environment) == 11
    assert (found.environment["python_full_version"], found.environment["sys_platform"]) == (
        "3.13.2",
        "darwin",
    )


@pytest.mark.parametrize(
    ("requirements", "changes", "message"),
    [
        (["app =="], {}, "app =="),
        (["app"], {"constraints": ["lib <"]}, "lib <"),
        (["app"], {"overrides": ["lib @ https://index.example/lib"]}, "neither a wheel"),
        (["app"], {"excludes": ["no name"]}, "excludes: 'no name'"),
        (["app"], {"only_binary": ["no name"]}, "only_binary: 'no name'"),
    ],
)
def test_what_cannot_be_used_is_an_input_error(
    recorded: Recorded, requirements: list[str], changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        resolve(requirements, recorded(**changes))
    with pytest.raises(InputError, match=message):
        asyncio.run(resolve_async(requirements, recorded(**changes)))


def test_both_doors_lead_to_the_same(recorded: Recorded) -> None:
    """Within a running event loop too, where one of them blocks."""

    async def within() -> tuple[Resolution, Resolution]:
        return await resolve_async(["app[fast]"], recorded()), resolve(["app[fast]"], recorded())

    assert set(asyncio.run(within())) == {resolve(["app[fast]"], recorded())}


def test_several_resolutions_share_an_event_loop(recorded: Recorded) -> None:
    async def within() -> list[Resolution]:
        return await asyncio.gather(*(resolve_async([name], recorded()) for name in ("app", "lib", "old")))

    assert [sorted(versions(found)) for found in asyncio.run(within())] == [["app", "lib"], ["lib"], ["old"]]


def test_no_solution_is_the_same_at_both_doors(recorded: Recorded) -> None:
    with pytest.raises(NoSolution) as first:
        resolve(["app", "lib>2"], recorded())
    with pytest.raises(NoSolution) as second:
        asyncio.run(resolve_async(["app", "lib>2"], recorded()))
    assert first.value.explanation == second.value.explanation
    assert first.value.derivation == second.value.derivation
    assert "lib>2" in first.value.explanation


def test_what_a_recording_lacks_ends_in_an_error(recorded: Recorded) -> None:
    for ask in (resolve, lambda *given: asyncio.run(resolve_async(*given))):
        with pytest.raises(IndexUnavailable, match="does not hold the package stranger"):
            ask(["stranger"], recorded())


# -- the value ----------------------------------------------------------------------------------------------


@pytest.fixture
def found(recorded: Recorded) -> Resolution:
    return resolve(["app[fast,none]", "lib"], recorded())


def test_pin_says_all_about_a_package(found: Resolution) -> None:
    pin = found.pins["app"]
    assert (pin.name, pin.version, pin.url) == ("app", Version("2.0"), None)
    assert pin.extras == {"fast", "none"}
    assert pin.requires == (("Lib>=1", "lib", "1.1"), ("speed ; extra == 'fast'", "speed", "1"))
    assert [file.filename for file in pin.files] == ["app-2.0-py3-none-any.whl"]
    assert found.pins["lib"].via == ("app",)


def test_pins_are_sorted_by_name(found: Resolution) -> None:
    assert list(found.pins) == ["app", "lib", "speed"]


def test_warnings_reach_the_caller(found: Resolution) -> None:
    assert found.warnings == ("app==2.0 has no extra named none",)


@pytest.mark.parametrize(
    "copied", [lambda value: pickle.loads(pickle.dumps(value)), copy.deepcopy], ids=["pickled", "copied"]
)
def test_copies_are_equal_and_say_the_same(
    found: Resolution, copied: Callable[[Resolution], Resolution]
) -> None:
    other = copied(found)
    assert other == found
    assert hash(other) == hash(found)
    assert other.to_json() == found.to_json()
    assert other.to_requirements(extras=True) == found.to_requirements(extras=True)
    assert (other.environment, other.warnings) == (found.environment, found.warnings)


def test_resolutions_are_equal_where_the_pins_are(recorded: Recorded) -> None:
    """What it took to find them does not matter."""
    first, second = resolve(["lib"], recorded()), resolve(["lib", "lib>1"], recorded())
    other = resolve(["lib<1.1"], recorded())
    assert first == second
    assert {first, second, other} == {first, other}
    assert hash(first) != hash(other)
    assert first != object()


def test_nothing_can_be_changed(found: Resolution) -> None:
    pin = found.pins["lib"]
    for value, name in ((found, "pins"), (found, "new"), (pin, "version"), (pin.files[0], "url")):
        with pytest.raises(AttributeError):
            setattr(value, name, "changed")
    for mapping in (found.pins, found.environment, pin.files[0].hashes):
        with pytest.raises(TypeError):
            mapping["changed"] = "changed"  # type: ignore[index]  # that it cannot be is the point


def test_changed_pins_are_other_values(found: Resolution) -> None:
    pin = found.pins["lib"]
    assert attrs.evolve(pin, version=Version("1.1.0")) == pin
    assert attrs.evolve(pin, version=Version("1.2")) != pin
    assert isinstance(pin, Pin)
    assert len({pin, attrs.evolve(pin)}) == 1


def test_text_is_a_line_a_pin_that_packaging_reads(found: Resolution) -> None:
    lines = found.to_requirements(annotate=False).splitlines()
    assert [PackagingRequirement(line).name for line in lines] == ["app", "lib", "speed"]
    assert [str(PackagingRequirement(line).specifier) for line in lines] == ["==2.0", "==1.1", "==1"]
    annotated = found.to_requirements().splitlines()
    assert [line for line in annotated if not line.lstrip().startswith("#")] == lines
    assert annotated[annotated.index("lib==1.1") + 1] == "    # via app"


def test_json_has_what_the_pins_have(found: Resolution) -> None:
    document = json.loads(found.to_json())
    assert {pin["name"]: pin["version"] for pin in document["pins"]} == versions(found)
    assert document["environment"] == dict(found.environment)
    assert document["pins"][1]["files"][0] == {
        "filename": "lib-1.1-py3-none-any.whl",
        "url": "https://index.example/files/lib-1.1-py3-none-any.whl",
        "size": None,
        "hashes": dict(found.pins["lib"].files[0].hashes),
        "requires-python": None,
        "upload-time": "2024-06-01T00:00:00Z",
    }


def test_graphs_show_who_requires_what(found: Resolution) -> None:
    """As a tree, in two languages, and as a value; whole or in part."""
    assert found.to_tree().splitlines()[0].startswith("app[fast,none] v2.0 [required: ")
    assert found.to_tree(packages=["LIB"], invert=True, depth=1).startswith("lib v1.1\n├── app v2.0 ")
    assert found.to_tree(prune=["lib", "speed"], dedupe=False).count("\n") == 1
    assert '"app" -> "lib"' in found.to_dot()
    assert '"app"' not in found.to_dot(packages=["lib"])
    assert '"speed 1"' in found.to_mermaid()
    assert '"speed 1"' not in found.to_mermaid(depth=0)
    graph = found.graph()
    assert set(graph.nodes) == set(found.pins)
    assert [edge.child for edge in graph.edges["app"]] == ["lib", "speed"]


def test_nothing_required_is_a_resolution_without_pins(recorded: Recorded) -> None:
    found = resolve([], recorded())
    assert dict(found.pins) == {}
    assert json.loads(found.to_json())["pins"] == []
    assert found.to_requirements() == ""
