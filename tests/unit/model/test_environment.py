"""Environments: targets, hosts, markers and Requires-Python of a target, remembered answers."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from resolver.model import environment as module
from resolver.model.environment import VARIABLES, Environment, Host, InvalidPythonVersion
from resolver.model.faults import InvalidMarker, UndefinedComparison
from resolver.model.targets import UnknownImplementation, UnknownPlatform

HOST = Host(
    {
        "implementation_name": "cpython",
        "implementation_version": "3.11.7",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "6.1.0",
        "platform_system": "Linux",
        "platform_version": "#1",
        "python_full_version": "3.11.7",
        "python_version": "3.11",
        "sys_platform": "linux",
    },
    ["cp311"],
    ["linux_x86_64", "manylinux_2_36_x86_64"],
)


def with_variables(**changes: str) -> Host:
    """Return the host with other variables."""
    return Host(HOST.variables | changes, HOST.abis, HOST.platforms)


def test_target_without_wishes_is_the_host() -> None:
    """Nothing named, nothing replaced."""
    environment = Environment.target(host=HOST)
    assert environment.variables == HOST.variables
    assert environment.rank("cp311-cp311-linux_x86_64") == 0


@pytest.mark.parametrize(
    ("text", "full", "short"),
    [
        ("3.12", "3.12.0", "3.12"),
        ("3.12.4", "3.12.4", "3.12"),
        ("3.13.0b1", "3.13.0b1", "3.13"),
        ("3.13rc2", "3.13.0rc2", "3.13"),
        ("2.7", "2.7.0", "2.7"),
    ],
)
def test_python_version_replaces_the_versions_only(text: str, full: str, short: str) -> None:
    """A version without a micro number means the first one."""
    environment = Environment.target(text, host=HOST)
    expected = {"python_full_version": full, "python_version": short, "implementation_version": full}
    assert HOST.variables | expected == environment.variables
    assert environment.rank(f"py{short.replace('.', '')}-none-any") is not None


@pytest.mark.parametrize("text", ["", "3", "x", "3.12.4.1", "1!3.12", "3.12+local", "3.12.post1", "=3.12"])
def test_text_that_is_no_python_version_is_refused(text: str) -> None:
    """The error says what one looks like."""
    with pytest.raises(InvalidPythonVersion, match="is not a version of Python such as"):
        Environment.target(text, host=HOST)


def test_platform_replaces_the_platform_only() -> None:
    """Release and version of a foreign platform are unknown."""
    environment = Environment.target(python_platform="windows", host=HOST)
    assert environment.variables == HOST.variables | {
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_release": "",
        "platform_system": "Windows",
        "platform_version": "",
        "sys_platform": "win32",
    }
    assert environment.rank("cp311-cp311-win_amd64") == 0
    assert environment.why_unfit("cp311-cp311-linux_x86_64") == "platform"
    with pytest.raises(UnknownPlatform):
        Environment.target(python_platform="beos", host=HOST)


def test_other_version_of_a_free_threaded_host_is_free_threaded() -> None:
    """As long as there is such a build of it."""
    host = Host(HOST.variables | {"python_version": "3.14"}, ["cp314t"], HOST.platforms)
    assert Environment.target("3.13", host=host).tags.abis == ("cp313t",)
    assert Environment.target("3.12", host=host).tags.abis == ("cp312",)
    assert Environment.target("3.14.2", host=host).tags.abis == ("cp314t",)


def test_other_version_of_pypy_has_its_abi() -> None:
    """That of all releases 7.3; its own version number stays."""
    host = Host(
        HOST.variables | {"implementation_name": "pypy", "implementation_version": "7.3.13"},
        ["pypy311_pp73"],
        HOST.platforms,
    )
    environment = Environment.target("3.10", host=host)
    assert environment.variables["implementation_version"] == "7.3.13"
    assert environment.tags.abis == ("pypy310_pp73",)
    assert environment.rank("pp310-none-linux_x86_64") is not None
    assert environment.rank("pp3-none-any") is not None
    assert environment.rank("pp310-pypy310_pp73-linux_x86_64") == 0


@pytest.mark.parametrize(
    ("name", "version", "markers", "abis", "fits"),
    [
        (
            "PyPy",
            "3.10",
            ("pypy", "PyPy", "", "3.10.0"),
            ("pypy310_pp73",),
            "pp310-pypy310_pp73-linux_x86_64",
        ),
        ("pp", None, ("pypy", "PyPy", "", "3.11.7"), ("pypy311_pp73",), "pp311-pypy311_pp73-linux_x86_64"),
        ("graalpy", None, ("graalpy", "GraalVM", "", "3.11.7"), (), "graalpy311-none-linux_x86_64"),
        ("cpython", None, ("cpython", "CPython", "3.11.7", "3.11.7"), ("cp311",), "cp311-abi3-linux_x86_64"),
        ("cp", "3.12", ("cpython", "CPython", "3.12.0", "3.12.0"), ("cp312",), "cp312-cp312-linux_x86_64"),
    ],
)
def test_implementation_has_its_markers_and_tags(
    name: str, version: str | None, markers: tuple[str, ...], abis: tuple[str, ...], fits: str
) -> None:
    """Its own version is not known, and so empty."""
    environment = Environment.target(version, host=HOST, implementation=name)
    variables = environment.variables
    assert markers == (
        variables["implementation_name"],
        variables["platform_python_implementation"],
        variables["implementation_version"],
        variables["python_full_version"],
    )
    assert environment.tags.abis == abis
    assert environment.rank(fits) is not None
    assert environment.rank("py3-none-any") is not None


def test_cpython_of_another_implementations_host_has_the_version_of_the_language() -> None:
    pypy = Environment.target(host=HOST, implementation="pypy")
    host = Host(pypy.variables, pypy.tags.abis, pypy.tags.platforms)
    assert Environment.target(host=host, implementation="cpython").variables == HOST.variables


def test_unknown_implementation_lists_the_known_ones() -> None:
    with pytest.raises(UnknownImplementation, match="did you mean pypy\\?; known are cpython, pypy, graalpy"):
        Environment.target(host=HOST, implementation="pypi")


def test_build_without_the_lock_is_named_by_a_t() -> None:
    """Markers see the version; the stable ABI is that of PEP 803."""
    environment = Environment.target("3.14t", host=HOST)
    assert environment.variables["python_full_version"] == "3.14.0"
    assert environment.tags.abis == ("cp314t",)
    assert environment.rank("cp314-abi3t-linux_x86_64") is not None
    assert environment.rank("cp314-abi3-linux_x86_64") is None
    assert Environment.target("3.14.2t", host=HOST).variables["python_full_version"] == "3.14.2"
    for text in ("3.12t", "t", "3.14tt"):
        with pytest.raises(InvalidPythonVersion):
            Environment.target(text, host=HOST)
    with pytest.raises(InvalidPythonVersion):
        Environment.target("3.14t", host=HOST, implementation="pypy")


def test_abis_that_are_given_replace_the_own_ones() -> None:
    """The stable ABI and none are there anyway, as with pip."""
    environment = Environment.target("3.13", host=HOST, abis=("cp313d", "cp313", "abi3"))
    assert environment.tags.abis == ("cp313d", "cp313")
    stable = Environment.target(host=HOST, abis=("abi3",))
    assert stable.tags.abis == ()
    assert stable.rank("cp311-abi3-linux_x86_64") == 0
    assert stable.rank("cp311-cp311-linux_x86_64") is None


def test_marker_is_evaluated_for_one_extra_or_none() -> None:
    """An answer, asked for again, is the same; no marker always holds."""
    environment = Environment.of_host(HOST)
    marker = "python_version >= '3.11' and extra == 'Fast'"
    for _ in range(2):
        assert environment.holds(marker, "fast")
        assert not environment.holds(marker)
        assert not environment.holds(marker, "slow")
    assert environment.holds("")


def test_marker_without_a_value_is_an_error_every_time() -> None:
    """What raises once raises again."""
    environment = Environment.of_host(HOST)
    for _ in range(2):
        with pytest.raises(UndefinedComparison):
            environment.holds("os_name ~= '1'")
        with pytest.raises(InvalidMarker):
            environment.holds("os_name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        (">=3.8", True),
        (">=3.12", False),
        ("<3.11", False),
        ("==3.11.*", True),
        (">=3.8,", True),
        (">=3.8.*", True),
        (">= '3.8'", True),
        (">=2.7, !=3.0*, !=3.11*", False),
        (">=three", None),
        ("3.8", None),
    ],
)
def test_requires_python_admits_the_python_or_cannot_be_read(text: str, *, expected: bool | None) -> None:
    """Broken texts are repaired where they mean something."""
    environment = Environment.of_host(HOST)
    assert expected is environment.accepts_python(text)
    assert expected is environment.accepts_python(text)


@pytest.mark.parametrize("full", ["3.13.0b1", "3.13.0a1+", "3.13.0"])
def test_pre_release_of_python_counts_as_the_release(full: str) -> None:
    """Or nothing could be tried out on it."""
    environment = Environment.of_host(with_variables(python_full_version=full, python_version="3.13"))
    assert environment.accepts_python(">=3.13") is True
    assert environment.accepts_python("<3.13") is False


def test_rank_is_remembered_for_fits_and_misfits() -> None:
    """The second answer is the first."""
    environment = Environment.of_host(HOST)
    assert environment.rank("py3-none-any") == environment.rank("py3-none-any")
    assert [environment.rank("py2-none-any") for _ in range(2)] == [None, None]


def test_running_host_has_exactly_the_eleven_variables() -> None:
    """In whichever way they were found out."""
    assert tuple(Host.running().variables) == VARIABLES
    assert Environment.running().variables == Environment.target().variables


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_GLIBC_MACHINES", ()),
        ("_has_manylinux_module", lambda: True),
    ],
)
def test_unusual_host_is_left_to_packaging(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow way gives the same where both can answer."""
    quick = Host.running()
    monkeypatch.setattr(module, name, value)
    slow = Host.running()
    assert (quick.abis, quick.platforms) == (slow.abis, slow.platforms)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system's C library")
@pytest.mark.parametrize("said", [None, "", "musl", "glibc 2", "glibc 3.0", "glibc 2.x"])
def test_strange_c_library_is_left_to_packaging(said: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ``glibc 2.N`` is known here."""
    monkeypatch.setattr(os, "confstr", lambda _: said)
    assert module._running_glibc("x86_64") is None


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("", ["cp311"]), ("t", ["cp311t"]), ("d", ["cp311d", "cp311"]), ("td", ["cp311td", "cp311t"])],
)
def test_flags_of_the_build_are_part_of_its_abi(
    flags: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A debug build loads ordinary modules, too."""
    monkeypatch.setattr(module, "sys", SimpleNamespace(version_info=(3, 11), abiflags=flags))
    assert expected == module._running_abis()


def test_variables_of_other_implementations_come_from_packaging(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the same for this one."""
    expected = module._running_variables()
    monkeypatch.setattr(module, "sys", SimpleNamespace(implementation=SimpleNamespace(name="pypy")))
    assert expected == module._running_variables()


def test_host_of_tags_finds_abis_and_platforms() -> None:
    """Stable and absent ABIs are not its own."""
    tags = ["cp312-cp312-a", "cp312-cp312-b", "cp312-abi3-a", "cp312-none-a", "cp311-abi3-a", "py3-none-any"]
    host = Host.of_tags(HOST.variables, tags)
    assert (host.abis, host.platforms) == (("cp312",), ("a", "b"))
