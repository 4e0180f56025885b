"""What users call targets: names of platforms, and of implementations of Python.

A platform is named as uv names it (``x86_64-unknown-linux-gnu``, ``macos``, ``aarch64-manylinux_2_31``), with
the same levels (``linux`` is manylinux_2_28, ``macos`` is 13.0), or by the platform tag of wheels, as pip
takes it (``manylinux2014_x86_64``, ``macosx_11_0_arm64``, ``win_amd64``); then it is that level and all
that are older.  Linux and Windows are answered here: importing ``packaging.tags``, which knows the rules of
Apple and Android, costs more than a warm run.

Specification: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/, PEP 783
(Emscripten)
"""

from __future__ import annotations

from resolver.model.tags import glibc_platforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "IMPLEMENTATIONS",
    "PLATFORM_NAMES",
    "UnknownImplementation",
    "UnknownPlatform",
    "named_implementation",
    "named_platform",
]

IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}
"""By the name in wheels and in ``implementation_name``: that in ``platform_python_implementation``."""

_SHORT = {"cp": "cpython", "pp": "pypy"}
_ALIASES = {
    "linux": "x86_64-unknown-linux-gnu",
    "macos": "aarch64-apple-darwin",
    "windows": "x86_64-pc-windows-msvc",
}
_WINDOWS = {
    "x86_64-pc-windows-msvc": "win_amd64",
    "aarch64-pc-windows-msvc": "win_arm64",
    "i686-pc-windows-msvc": "win32",
}
_WINDOWS_MACHINES = {"win_amd64": "AMD64", "win_arm64": "ARM64", "win32": "x86"}
# Name -> machine and the level of glibc (2.x) or musl (1.x).
_GLIBC = {
    "x86_64-unknown-linux-gnu": ("x86_64", 28),
    "aarch64-unknown-linux-gnu": ("aarch64", 28),
    "riscv64-unknown-linux": ("riscv64", 31),
}
_MUSL = {
    "x86_64-unknown-linux-musl": ("x86_64", 2),
    "aarch64-unknown-linux-musl": ("aarch64", 2),
}
_LEGACY = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
_LINUX_MACHINES = (
    "x86_64",
    "aarch64",
    "armv7l",
    "i686",
    "loongarch64",
    "ppc64",
    "ppc64le",
    "riscv64",
    "s390x",
)
_APPLE = {
    "aarch64-apple-darwin": "macosx_13_0_arm64",  # 13.0 is the oldest that is maintained
    "x86_64-apple-darwin": "macosx_13_0_x86_64",
}
_IOS = {
    "arm64-apple-ios": "ios_13_0_arm64_iphoneos",
    "arm64-apple-ios-simulator": "ios_13_0_arm64_iphonesimulator",
    "x86_64-apple-ios-simulator": "ios_13_0_x86_64_iphonesimulator",
}
_ANDROID = {
    "aarch64-linux-android": "android_24_arm64_v8a",
    "x86_64-linux-android": "android_24_x86_64",
}
_ANDROID_MACHINES = {
    "arm64_v8a": "aarch64",
    "x86_64": "x86_64",
    "armeabi_v7a": "armv7l",
    "x86": "i686",
}
# The version of Emscripten is part of Pyodide's ABI.
_PYODIDE = {
    "wasm32-pyodide2024": (("pyodide_2024_0_wasm32",), "3.1.58"),
    "wasm32-pyodide2025": (("pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"), "4.0.9"),
}

PLATFORM_NAMES = (
    *_ALIASES,
    *_WINDOWS,
    *_GLIBC,
    *_MUSL,
    *_APPLE,
    *_IOS,
    *_ANDROID,
    *_PYODIDE,
    *(
        f"{machine}-{level}"
        for machine in _LINUX_MACHINES[:2]
        for level in ("manylinux2014", "manylinux_2_28", "musllinux_1_2")
    ),
)
"""The names that errors list; tags of wheels work too, and levels with other numbers."""


class UnknownPlatform(ValueError):
    """A name of a platform that nothing is known about; ``name`` is it, ``known`` are those that work."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.known = PLATFORM_NAMES

    def __str__(self) -> str:
        tags = ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "macosx_11_0_arm64", "win_amd64")
        near = _close(self.name, (*self.known, *tags))
        return (
            f"{self.name[:100]!a} is not the name of a platform{near}; known are {', '.join(self.known)},"
            f" manylinux and musllinux with other numbers, and platform tags of wheels such as"
            f" {', '.join(tags)}."
        )


class UnknownImplementation(ValueError):
    """A name of an implementation of Python that nothing is known about."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        known = (*IMPLEMENTATIONS, *_SHORT)
        near = _close(self.name, known)
        return f"{self.name[:100]!a} is no implementation of Python{near}; known are {', '.join(known)}."


def named_implementation(name: str) -> str:
    """Return the name that wheels and markers have for an implementation.  Raises ``UnknownImplementation``.

    >>> named_implementation("PyPy"), named_implementation("cp")
    ('pypy', 'cpython')
    """
    found = _SHORT.get(name.lower(), name.lower())
    if found not in IMPLEMENTATIONS:
        raise UnknownImplementation(name)
    return found


def named_platform(name: str) -> tuple[list[str], dict[str, str]]:
    """Return the platform tags, best first, and the six marker variables of a platform known by name.

    Release and version are unknown, and so empty, but for Pyodide.  Raises ``UnknownPlatform``.
    """
    known = _ALIASES.get(name, name)
    if known in _PYODIDE:
        return _of_pyodide(*_PYODIDE[known])
    if known in _GLIBC:
        return _of_linux(_GLIBC[known][0], glibc_platforms(*_GLIBC[known]))
    if known in _MUSL:
        return _of_musl(*_MUSL[known])
    tag = _WINDOWS.get(known) or _APPLE.get(known) or _IOS.get(known) or _ANDROID.get(known)
    found = _of_level(known) if tag is None else _of_tag(tag)
    if found is None:
        found = _of_tag(known)
    if found is None:
        raise UnknownPlatform(name)
    return found


def _of_tag(tag: str) -> tuple[list[str], dict[str, str]] | None:
    """Return what a platform tag of wheels stands for: itself and all that are older; None: it is none."""
    system, _, rest = tag.partition("_")
    if tag in _WINDOWS_MACHINES:
        return [tag], _variables("nt", "win32", "Windows", _WINDOWS_MACHINES[tag])
    if system == "linux" and rest in _LINUX_MACHINES:
        return _of_linux(rest, [tag])
    if system in ("macosx", "ios", "android"):
        return _of_device(system, rest)
    for platforms, release in _PYODIDE.values():
        if tag in platforms:
            return _of_pyodide(platforms, release)
    for machine in _LINUX_MACHINES:
        if tag.endswith(f"_{machine}"):
            return _of_level(f"{machine}-{tag.removesuffix(f'_{machine}')}")
    return None


def _of_level(name: str) -> tuple[list[str], dict[str, str]] | None:
    """Read ``x86_64-manylinux_2_28``, ``aarch64-musllinux_1_2`` and their like; None for what is none."""
    machine, _, level = name.partition("-")
    if machine not in _LINUX_MACHINES:
        return None
    if level in _LEGACY:
        return _of_linux(machine, glibc_platforms(machine, _LEGACY[level]))
    if level.startswith("manylinux_2_"):
        minor = _number(level.removeprefix("manylinux_2_"))
        return None if minor is None else _of_linux(machine, glibc_platforms(machine, minor))
    minor = _number(level.removeprefix("musllinux_1_")) if level.startswith("musllinux_1_") else None
    return None if minor is None else _of_musl(machine, minor)


def _of_linux(machine: str, platforms: list[str]) -> tuple[list[str], dict[str, str]]:
    return platforms, _variables("posix", "linux", "Linux", machine)


def _of_musl(machine: str, minor: int) -> tuple[list[str], dict[str, str]]:
    levels = [f"musllinux_1_{level}_{machine}" for level in range(minor, -1, -1)]
    return _of_linux(machine, [f"linux_{machine}", *levels])


def _of_pyodide(platforms: Sequence[str], release: str) -> tuple[list[str], dict[str, str]]:
    variables = _variables("posix", "emscripten", "Emscripten", "wasm32")
    return list(platforms), variables | {"platform_release": release, "platform_version": "#1"}


def _of_device(system: str, rest: str) -> tuple[list[str], dict[str, str]] | None:
    """Read what follows ``macosx_``, ``ios_`` or ``android_`` in a tag: a version, and for what machine."""
    from packaging.tags import (  # noqa: PLC0415  # lazy: start-up time
        android_platforms,
        ios_platforms,
        mac_platforms,
    )

    first, _, machine = rest.partition("_")
    major, minor = _number(first), 0
    if system != "android":
        second, _, machine = machine.partition("_")
        found = _number(second)
        major, minor = (None, 0) if found is None else (major, found)
    if major is None:
        return None
    if system == "android" and machine in _ANDROID_MACHINES:
        variables = _variables("posix", "android", "Android", _ANDROID_MACHINES[machine])
        return list(android_platforms(major, machine)), variables
    if system == "macosx" and machine in ("arm64", "x86_64"):
        return list(mac_platforms((major, minor), machine)), _variables("posix", "darwin", "Darwin", machine)
    if system == "ios" and f"ios_13_0_{machine}" in _IOS.values():
        variables = _variables("posix", "ios", "iOS", machine.rpartition("_")[0])
        return list(ios_platforms((major, minor), machine)), variables
    return None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len("28") else None


def _variables(os_name: str, sys_platform: str, system: str, machine: str) -> dict[str, str]:
    return {
        "os_name": os_name,
        "platform_machine": machine,
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "sys_platform": sys_platform,
    }


def _close(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: only for an error

    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""
