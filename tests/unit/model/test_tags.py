"""Tags: ranks of named targets and reasons of misfits; the order is in ``tests/differential``."""

from __future__ import annotations

import pytest

from resolver.model.tags import Tags, default_abis, glibc_platforms
from resolver.model.targets import PLATFORM_NAMES, UnknownPlatform, named_platform

LINUX = Tags.of_python("cpython", (3, 12), ["cp312"], glibc_platforms("x86_64", 28))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("py3-none-any", None),
        ("cp312-cp312-manylinux_2_28_x86_64", None),
        ("cp39.cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", None),
        ("CP312-None-Any", None),
        ("cp313-cp313-manylinux_2_28_x86_64", "python"),
        ("py2-none-any", "python"),
        ("cp311-cp311-manylinux_2_28_x86_64", "abi"),
        ("cp312-cp312t-manylinux_2_28_x86_64", "abi"),
        ("cp312-cp312-win_amd64", "platform"),
        ("cp312-cp312-manylinux_2_34_x86_64", "platform"),
        ("cp312-cp312-any", "platform"),
        ("py3-none", "malformed"),
        ("py3-none-any-gpu", "malformed"),
        ("py3..py2-none-any", "malformed"),
        ("3.py3-none-any", "malformed"),
        ("", "malformed"),
    ],
)
def test_misfit_names_the_part_that_rules_it_out(tags: str, expected: str | None) -> None:
    """What fits has a rank; what does not has a reason."""
    if expected is None:
        assert LINUX.rank(tags) is not None
    else:
        assert LINUX.rank(tags) is None
        assert expected == LINUX.why_unfit(tags)


def test_more_specific_wheels_come_first() -> None:
    """Own ABI, stable ABI, none; newer platforms before older ones; pure wheels last."""
    wheels = [
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "cp312-none-linux_x86_64",
        "cp38-abi3-manylinux_2_17_x86_64",
        "py3-none-manylinux1_x86_64",
        "py3-none-any",
        "py2.py3-none-any",
        "py30-none-any",
    ]
    ranks = [LINUX.rank(tags) for tags in wheels]
    assert ranks == sorted(rank for rank in ranks if rank is not None)


def test_long_compressed_set_takes_no_time() -> None:
    """The cost is that of the parts, not of their product."""
    tags = "-".join((".".join(["cp312"] * 300), ".".join(["cp312"] * 300), ".".join(["linux_x86_64"] * 3000)))
    assert LINUX.rank(tags) == 0


UV = """\
windows linux macos x86_64-pc-windows-msvc aarch64-pc-windows-msvc i686-pc-windows-msvc
x86_64-unknown-linux-gnu aarch64-apple-darwin x86_64-apple-darwin aarch64-unknown-linux-gnu
aarch64-unknown-linux-musl x86_64-unknown-linux-musl riscv64-unknown-linux x86_64-manylinux2014
x86_64-manylinux_2_17 x86_64-manylinux_2_28 x86_64-manylinux_2_31 x86_64-manylinux_2_40
aarch64-manylinux2014 aarch64-manylinux_2_17 aarch64-manylinux_2_28 aarch64-manylinux_2_40
aarch64-linux-android x86_64-linux-android wasm32-pyodide2024 wasm32-pyodide2025 arm64-apple-ios
arm64-apple-ios-simulator x86_64-apple-ios-simulator"""
# What ``uv pip compile --help`` of uv 0.13.9 lists, with some of its levels of manylinux.


@pytest.mark.parametrize("name", UV.split())
def test_names_of_uv_are_known(name: str) -> None:
    assert named_platform(name)[0]


@pytest.mark.parametrize("name", PLATFORM_NAMES)
def test_each_known_name_has_tags_and_variables(name: str) -> None:
    """Every name that the error lists works."""
    platforms, variables = named_platform(name)
    assert platforms
    assert len(set(platforms)) == len(platforms)
    assert set(variables) == {
        "os_name",
        "platform_machine",
        "platform_release",
        "platform_system",
        "platform_version",
        "sys_platform",
    }


@pytest.mark.parametrize(
    ("name", "first", "machine", "system"),
    [
        ("linux", ["linux_x86_64", "manylinux_2_28_x86_64"], "x86_64", "Linux"),
        ("aarch64-unknown-linux-gnu", ["linux_aarch64", "manylinux_2_28_aarch64"], "aarch64", "Linux"),
        ("x86_64-manylinux_2_40", ["linux_x86_64", "manylinux_2_40_x86_64"], "x86_64", "Linux"),
        (
            "aarch64-manylinux2014",
            ["linux_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"],
            "aarch64",
            "Linux",
        ),
        ("x86_64-unknown-linux-musl", ["linux_x86_64", "musllinux_1_2_x86_64"], "x86_64", "Linux"),
        ("windows", ["win_amd64"], "AMD64", "Windows"),
        ("i686-pc-windows-msvc", ["win32"], "x86", "Windows"),
        ("aarch64-pc-windows-msvc", ["win_arm64"], "ARM64", "Windows"),
        ("macos", ["macosx_13_0_arm64", "macosx_13_0_universal2"], "arm64", "Darwin"),
        ("x86_64-apple-darwin", ["macosx_13_0_x86_64"], "x86_64", "Darwin"),
        ("arm64-apple-ios", ["ios_13_0_arm64_iphoneos"], "arm64", "iOS"),
        ("x86_64-apple-ios-simulator", ["ios_13_0_x86_64_iphonesimulator"], "x86_64", "iOS"),
        ("aarch64-linux-android", ["android_24_arm64_v8a"], "aarch64", "Android"),
        ("wasm32-pyodide2024", ["pyodide_2024_0_wasm32"], "wasm32", "Emscripten"),
        (
            "wasm32-pyodide2025",
            ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"],
            "wasm32",
            "Emscripten",
        ),
    ],
)
def test_named_platform_is_what_uv_means_by_it(
    name: str, first: list[str], machine: str, system: str
) -> None:
    """Levels and machines are uv's."""
    platforms, variables = named_platform(name)
    assert first == platforms[: len(first)]
    assert (machine, system) == (variables["platform_machine"], variables["platform_system"])


@pytest.mark.parametrize(
    ("name", "platforms", "machine"),
    [
        ("win_amd64", ["win_amd64"], "AMD64"),
        ("win32", ["win32"], "x86"),
        ("linux_ppc64le", ["linux_ppc64le"], "ppc64le"),
        ("manylinux2014_aarch64", glibc_platforms("aarch64", 17), "aarch64"),
        ("manylinux1_x86_64", glibc_platforms("x86_64", 5), "x86_64"),
        ("manylinux2010_i686", glibc_platforms("i686", 12), "i686"),
        ("manylinux_2_39_riscv64", glibc_platforms("riscv64", 39), "riscv64"),
        (
            "musllinux_1_1_armv7l",
            ["linux_armv7l", "musllinux_1_1_armv7l", "musllinux_1_0_armv7l"],
            "armv7l",
        ),
        ("x86_64-musllinux_1_0", ["linux_x86_64", "musllinux_1_0_x86_64"], "x86_64"),
        ("pyemscripten_2025_0_wasm32", ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"], "wasm32"),
    ],
)
def test_platform_may_be_named_by_its_tag(name: str, platforms: list[str], machine: str) -> None:
    """As pip has it: this level, and all that are older."""
    found, variables = named_platform(name)
    assert (found, variables["platform_machine"]) == (platforms, machine)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "any",
        "win_x86",
        "linux_sparc",
        "macosx_x_0_arm64",
        "macosx_11_arm64",
        "macosx_11_0_ppc",
        "ios_13_0_x86_64_iphoneos",
        "android_x_x86_64",
        "android_24_mips",
        "musllinux_1_x86_64",
        "manylinux_1_2_x86_64",
        "solaris",
        "x86_64",
        "x86_64-manylinux_2_",
        "x86_64-manylinux_2_x",
        "sparc-manylinux_2_17",
        "x86_64-manylinux_2_1000",
        "x86_64-manylinux_2_²",
    ],
)
def test_unknown_platform_lists_the_known_ones(name: str) -> None:
    """The error is a ``ValueError`` that helps."""
    with pytest.raises(
        UnknownPlatform, match="known are linux, macos, windows, x86_64-pc-windows-msvc"
    ) as caught:
        named_platform(name)
    assert name == caught.value.name
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("version", "free_threaded", "expected"),
    [
        ((3, 7), False, ["cp37m"]),
        ((3, 8), False, ["cp38"]),
        ((3, 12), True, ["cp312"]),
        ((3, 13), True, ["cp313t"]),
    ],
)
def test_abi_of_an_ordinary_build(
    version: tuple[int, int], expected: list[str], *, free_threaded: bool
) -> None:
    """The ABI named pymalloc before 3.8, and names free threading since 3.13."""
    assert expected == default_abis(version, free_threaded=free_threaded)


def test_what_was_meant_by_a_platform_is_guessed() -> None:
    with pytest.raises(UnknownPlatform, match="did you mean manylinux_2_28_x86_64"):
        named_platform("manylinux_2.28_x86_64")
    with pytest.raises(UnknownPlatform, match="did you mean x86_64-unknown-linux-musl"):
        named_platform("x86_64-linux-musl")


def test_abis_of_other_implementations() -> None:
    """Where there is a rule."""
    assert default_abis((3, 11), implementation="pypy") == ["pypy311_pp73"]
    assert default_abis((3, 6), implementation="pypy") == []
    assert default_abis((3, 11), implementation="graalpy") == []
