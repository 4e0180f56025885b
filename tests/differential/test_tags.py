"""Tags are ranked in the order of ``packaging.tags``, for the running interpreter and for others."""

from __future__ import annotations

import packaging._manylinux
import packaging._musllinux
import packaging.markers
import packaging.tags
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.model.environment import Environment, Host
from resolver.model.tags import Tags, default_abis, glibc_platforms
from resolver.model.targets import named_platform

PLATFORMS = glibc_platforms("x86_64", 28)


def ordered(version: tuple[int, int], abis: list[str], platforms: list[str]) -> list[str]:
    """Return the tags of a CPython as packaging orders them, each once."""
    python = f"cp{version[0]}{version[1]}"
    found = [
        *packaging.tags.cpython_tags(version, abis, platforms),
        *packaging.tags.compatible_tags(version, python, platforms),
    ]
    return list(dict.fromkeys(map(str, found)))


@pytest.mark.parametrize("version", [(2, 7), (3, 1), (3, 2), (3, 7), (3, 8), (3, 12), (3, 13), (3, 15)])
@pytest.mark.parametrize("free_threaded", [False, True])
def test_tags_of_a_version_are_ordered_as_by_packaging(
    version: tuple[int, int], *, free_threaded: bool
) -> None:
    """Every tag has a rank, and ranks rise strictly along packaging's order."""
    abis = default_abis(version, free_threaded=free_threaded)
    tags = Tags.of_python("cpython", version, abis, PLATFORMS)
    ranks = [tags.rank(tag) for tag in ordered(version, abis, PLATFORMS)]
    assert ranks == sorted({rank for rank in ranks if rank is not None})


def test_running_interpreter_supports_what_packaging_says() -> None:
    """The quick way to the tags of the running interpreter gives packaging's."""
    environment = Environment.running()
    expected = list(dict.fromkeys(map(str, packaging.tags.sys_tags())))
    ranks = [environment.rank(tag) for tag in expected]
    assert ranks == sorted({rank for rank in ranks if rank is not None})
    slow = Host.of_tags(environment.variables, expected)
    quick = Host.running()
    assert (slow.abis, slow.platforms) == (quick.abis, quick.platforms)


def test_running_interpreter_has_the_marker_variables_that_packaging_says() -> None:
    """The quick way to the marker variables gives packaging's."""
    assert dict(packaging.markers.default_environment()) == Host.running().variables


def test_pypy_is_ordered_as_by_packaging() -> None:
    """Implementations other than CPython have their own tag, then the generic ones."""
    expected = [
        *packaging.tags.generic_tags("pp310", ["pypy310_pp73"], PLATFORMS),
        *packaging.tags.compatible_tags((3, 10), "pp3", PLATFORMS),
    ]
    tags = Tags.of_python("pypy", (3, 10), ["pypy310_pp73"], PLATFORMS)
    ranks = [tags.rank(str(tag)) for tag in expected]
    assert ranks == sorted({rank for rank in ranks if rank is not None})


PARTS = (
    ("cp312", "cp311", "cp39", "cp313", "py3", "py312", "py2", "pp39", "PY3"),
    ("cp312", "abi3", "none", "cp311", "abi3t"),
    (
        "any",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "linux_x86_64",
        "win_amd64",
        "manylinux_2_28_x86_64",
    ),
)


@given(
    st.tuples(*(st.lists(st.sampled_from(part), min_size=1, max_size=3).map(".".join) for part in PARTS)),
)
def test_rank_of_a_compressed_set_is_that_of_its_best_tag(parts: tuple[str, ...]) -> None:
    """A compressed set fits where packaging supports one of its tags, and compares as the best of them."""
    supported = ordered((3, 12), ["cp312"], PLATFORMS)
    tags = Tags.of_python("cpython", (3, 12), ["cp312"], PLATFORMS)
    text = "-".join(parts)
    members = {str(tag) for tag in packaging.tags.parse_tag(text)}
    best = next((tag for tag in supported if tag in members), None)
    assert tags.rank(text) == (None if best is None else tags.rank(best))


@pytest.mark.parametrize(
    ("name", "version", "architecture"),
    [
        ("macos", (13, 0), "arm64"),
        ("x86_64-apple-darwin", (13, 0), "x86_64"),
        ("macosx_11_0_arm64", (11, 0), "arm64"),
        ("macosx_10_9_x86_64", (10, 9), "x86_64"),
        ("macosx_15_2_x86_64", (15, 2), "x86_64"),
    ],
)
def test_macos_targets_have_the_platforms_of_packaging(
    name: str, version: tuple[int, int], architecture: str
) -> None:
    """Named without a version, the oldest that is maintained is assumed."""
    assert list(packaging.tags.mac_platforms(version, architecture)) == named_platform(name)[0]


@pytest.mark.parametrize(
    ("name", "version", "multiarch"),
    [
        ("arm64-apple-ios", (13, 0), "arm64-iphoneos"),
        ("ios_17_2_arm64_iphonesimulator", (17, 2), "arm64-iphonesimulator"),
    ],
)
def test_ios_targets_have_the_platforms_of_packaging(
    name: str, version: tuple[int, int], multiarch: str
) -> None:
    assert list(packaging.tags.ios_platforms(version, multiarch)) == named_platform(name)[0]


@pytest.mark.parametrize(
    ("name", "level", "abi"),
    [("aarch64-linux-android", 24, "arm64_v8a"), ("android_21_x86", 21, "x86")],
)
def test_android_targets_have_the_platforms_of_packaging(name: str, level: int, abi: str) -> None:
    assert list(packaging.tags.android_platforms(level, abi)) == named_platform(name)[0]


@pytest.mark.parametrize("machine", ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"])
@pytest.mark.parametrize("libc", [("glibc", 2, 17), ("glibc", 2, 28), ("glibc", 2, 5), ("musl", 1, 2)])
def test_linux_targets_have_the_platforms_that_packaging_finds_there(
    machine: str, libc: tuple[str, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the answers that an interpreter on such a machine would give."""
    name, _, minor = libc
    if name == "glibc" and minor < 17 and machine not in ("x86_64", "i686"):
        return  # nothing was ever built for so old a level there
    monkeypatch.setattr(
        packaging._manylinux, "_get_glibc_version", lambda: (2, minor) if name == "glibc" else (-1, -1)
    )
    monkeypatch.setattr(packaging._manylinux, "_have_compatible_abi", lambda *_: name == "glibc")
    musl = packaging._musllinux._MuslVersion(1, minor) if name == "musl" else None
    monkeypatch.setattr(packaging._musllinux, "_get_musl_version", lambda _: musl)
    monkeypatch.setattr("sysconfig.get_platform", lambda: f"linux-{machine}")
    expected = list(packaging.tags._linux_platforms(is_32bit=False))
    kind = "manylinux_2" if name == "glibc" else "musllinux_1"
    found, variables = named_platform(f"{kind}_{minor}_{machine}")
    assert [each for each in expected if "armv8l" not in each] == found
    assert (variables["sys_platform"], variables["os_name"]) == ("linux", "posix")


def test_tags_of_the_stable_abi_without_the_lock_are_those_of_packaging() -> None:
    """PEP 803: abi3t for builds without the global lock, beside their own."""
    expected = list(dict.fromkeys(map(str, packaging.tags.cpython_tags((3, 15), ["cp315t"], PLATFORMS))))
    tags = Environment.target("3.15t", "linux").tags
    ranks = [tags.rank(tag) for tag in expected]
    assert ranks == sorted({rank for rank in ranks if rank is not None})
