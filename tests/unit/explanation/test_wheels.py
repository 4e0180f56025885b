"""What wheels are for, in words."""

from __future__ import annotations

import pytest

from resolver.explanation.wheels import target_in_words, wheels_in_words
from resolver.model.environment import Environment

LINUX = Environment.target("3.12", "linux")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ("cp312-cp312-win_amd64", "CPython 3.12 on Windows x86_64"),
        ("cp39-abi3-win32", "CPython 3.9 or newer on Windows x86"),
        ("cp315-abi3t-win_arm64", "free-threaded CPython 3.15 or newer on Windows arm64"),
        ("cp313-cp313t-manylinux1_i686", "free-threaded CPython 3.13 on manylinux i686"),
        ("cp37-cp37m-macosx_10_9_universal2", "CPython 3.7 on macOS universal2"),
        ("pp310-pypy310_pp73-manylinux_2_34_x86_64", "PyPy 3.10 on manylinux x86_64 (glibc 2.34)"),
        (
            "cp312-cp312-manylinux_2_28_x86_64.manylinux_2_34_x86_64",
            "CPython 3.12 on manylinux x86_64 (glibc 2.28)",
        ),
        ("cp312-cp312-musllinux_1_2_x86_64", "CPython 3.12 on musllinux x86_64"),
        ("graalpy311-none-linux_x86_64", "GraalPy 3.11 on Linux x86_64"),
        ("py3-graalpy240_310_native-any", "Python 3 with the ABI graalpy240_310_native on any platform"),
        ("py2-none-any", "Python 2 on any platform"),
        ("py2.py3-none-macosx_10_0_ppc64", "Python 2 and 3 on macOS ppc64"),
        ("cp313-cp313-ios_13_0_arm64_iphoneos", "CPython 3.13 on iOS arm64_iphoneos"),
        ("cp313-cp313-android_24_arm64_v8a", "CPython 3.13 on Android arm64_v8a"),
        ("cp313-cp313-pyemscripten_2025_0_wasm32", "CPython 3.13 on Pyodide"),
        ("cp313-cp313-android_x", "CPython 3.13 on android_x"),
        ("cp313-cp313-macosx_x", "CPython 3.13 on macosx_x"),
        ("odd", "odd"),
        ("cp38.cp39.cp310.cp312-none-any", "CPython 3.8 to 3.10 and 3.12 on any platform"),
    ],
)
def test_one_wheel_in_words(tags: str, said: str) -> None:
    """The level of a platform is told on the target's own."""
    assert wheels_in_words([tags], LINUX) == said


def test_wheels_with_the_same_pythons_are_told_together() -> None:
    platforms = ("macosx_11_0_arm64", "win_amd64", "win32", "win_arm64", "musllinux_1_1_x86_64")
    tags = [f"cp3{n}-cp3{n}-{platform}" for platform in platforms for n in (9, 10, 11)]
    assert wheels_in_words(tags[:6], LINUX) == "CPython 3.9 to 3.11 on macOS arm64 and Windows x86_64"
    assert wheels_in_words(tags, LINUX) == (
        "CPython 3.9 to 3.11 on macOS arm64, Windows x86_64, Windows x86 and 2 more"
    )
    several = ["cp39-cp39-win32", "cp310-cp310-win_amd64", "cp311-cp311-win_arm64", "py2-none-any"]
    assert wheels_in_words([*several, "cp311-cp311-macosx_11_0_arm64"], LINUX) == (
        "CPython 3.9 on Windows x86, CPython 3.10 on Windows x86_64, CPython 3.11 on Windows arm64 and macOS"
        " arm64 and 1 more"
    )


@pytest.mark.parametrize(
    ("version", "platform", "said"),
    [
        ("3.12", "linux", "CPython 3.12 on Linux x86_64"),
        ("3.14t", "macos", "free-threaded CPython 3.14 on macOS arm64"),
        ("3.13", "windows", "CPython 3.13 on Windows AMD64"),
        ("3.13", "wasm32-pyodide2024", "CPython 3.13 on Emscripten wasm32"),
    ],
)
def test_target_in_words(version: str, platform: str, said: str) -> None:
    assert target_in_words(Environment.target(version, platform)) == said
    assert target_in_words(Environment.target("3.10", platform, implementation="pypy")).startswith(
        "PyPy 3.10"
    )
