"""An interpreter that is only described (PEP 739)."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from resolver.errors import InputError
from resolver.index.build_details import read_build_details
from resolver.index.interpreter import executable_of, host_of
from resolver.model.environment import Environment

if TYPE_CHECKING:
    from pathlib import Path

DETAILS: dict[str, Any] = {
    "schema_version": "1.0",
    "base_prefix": "/usr",
    "base_interpreter": "/usr/bin/python3.14",
    "platform": "linux-x86_64",
    "language": {
        "version": "3.14",
        "version_info": {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0},
    },
    "implementation": {
        "name": "cpython",
        "cache_tag": "cpython-314",
        "version": {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0},
        "hexversion": 0x030E02F0,
        "_multiarch": "x86_64-linux-gnu",
    },
    "abi": {
        "flags": [],
        "extension_suffix": ".cpython-314-x86_64-linux-gnu.so",
        "stable_abi_suffix": ".abi3.so",
    },
}


def environment(folder: Path, **changes: object) -> Environment:
    path = folder / "build-details.json"
    path.write_text(json.dumps(DETAILS | changes), "utf-8")
    return Environment.of_host(read_build_details(str(path)))


def test_ordinary_python_is_read(tmp_path: Path) -> None:
    """As the interpreter would have answered, but for the level of the platform."""
    found = environment(tmp_path)
    assert found.variables == {
        "implementation_name": "cpython",
        "implementation_version": "3.14.2",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.14.2",
        "python_version": "3.14",
        "sys_platform": "linux",
    }
    assert found.tags.abis == ("cp314",)
    assert found.tags.platforms[:2] == ("linux_x86_64", "manylinux_2_28_x86_64")


@pytest.mark.parametrize(
    ("platform", "multiarch", "tag", "system"),
    [
        ("linux-aarch64", "aarch64-linux-musl", "musllinux_1_2_aarch64", "linux"),
        ("macosx-11.0-arm64", "darwin", "macosx_11_0_arm64", "darwin"),
        ("macosx-10.15-universal2", "darwin", "macosx_11_0_arm64", "darwin"),
        ("win-amd64", "", "win_amd64", "win32"),
        ("win32", "", "win32", "win32"),
        ("android-24-arm64_v8a", "aarch64-linux-android", "android_24_arm64_v8a", "android"),
        ("ios-13.0-arm64-iphoneos", "arm64-iphoneos", "ios_13_0_arm64_iphoneos", "ios"),
    ],
)
def test_platform_is_that_of_the_file(
    tmp_path: Path, platform: str, multiarch: str, tag: str, system: str
) -> None:
    implementation = DETAILS["implementation"] | {"_multiarch": multiarch}
    found = environment(tmp_path, platform=platform, implementation=implementation)
    assert found.rank(f"cp314-cp314-{tag}") is not None
    assert found.variables["sys_platform"] == system


@pytest.mark.parametrize(
    ("name", "flags", "abis"),
    [
        ("cpython", ["t"], ("cp314t",)),
        ("cpython", ["d"], ("cp314d", "cp314")),
        ("cpython", ["t", "d"], ("cp314td", "cp314t")),
        ("pypy", [], ("pypy314_pp73",)),
        ("other", [], ()),
    ],
)
def test_abi_is_that_of_the_flags(tmp_path: Path, name: str, flags: list[str], abis: tuple[str, ...]) -> None:
    implementation = DETAILS["implementation"] | {"name": name}
    assert environment(tmp_path, abi={"flags": flags}, implementation=implementation).tags.abis == abis
    if name == "cpython" and not flags:
        assert environment(tmp_path, abi=None).tags.abis == abis


def test_pre_release_and_a_file_without_its_details_are_read(tmp_path: Path) -> None:
    info = {"major": 3, "minor": 15, "micro": 0, "releaselevel": "beta", "serial": 2}
    language = {"version": "3.15", "version_info": info}
    assert environment(tmp_path, language=language).variables["python_full_version"] == "3.15.0b2"
    found = environment(tmp_path, language={"version": "3.15"}, abi=None)
    assert (found.variables["python_full_version"], found.tags.abis) == ("3.15.0", ("cp315",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "this is no JSON"),
        ("[]", "this is no description of a Python as PEP 739 has it"),
        (json.dumps(DETAILS | {"language": {}}), "this is no description"),
        (json.dumps(DETAILS | {"language": {"version": "three"}}), "this is no description"),
        (json.dumps(DETAILS | {"implementation": {"name": "x", "version": {}}}), "this is no description"),
        (json.dumps(DETAILS | {"schema_version": "2.0"}), "its schema has the version '2.0', and only 1"),
        (json.dumps(DETAILS | {"platform": "amiga"}), "nothing is known about its platform 'amiga'"),
        (" " * ((1 << 20) + 1), "this is no description"),
    ],
)
def test_file_that_describes_no_python_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "build-details.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        host_of(str(path))
    assert str(caught.value).startswith(f"{path}: {said}")


def test_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"none\.json: this file cannot be read: No such file"):
        host_of("none.json")


@pytest.mark.skipif(sys.platform == "win32", reason="an environment looks otherwise there")
def test_folder_stands_for_the_interpreter_in_it(tmp_path: Path) -> None:
    """That of an environment, or else what describes an installation."""
    with pytest.raises(InputError, match=r"There is no interpreter in the folder .*: bin/python, "):
        host_of(str(tmp_path))
    (tmp_path / "build-details.json").write_text(json.dumps(DETAILS), "utf-8")
    assert host_of(str(tmp_path)).variables["python_version"] == "3.14"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    found = host_of(str(tmp_path)).variables["python_full_version"]
    assert found == ".".join(map(str, sys.version_info[:3]))
    assert executable_of(str(tmp_path)) == str(tmp_path / "bin" / "python")
    assert executable_of("python3.12") == "python3.12"
    assert executable_of(str(tmp_path / "build-details.json")) is None
