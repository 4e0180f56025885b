"""Environments: the Python and the platform that a resolution is for.

An ``Environment`` answers the three questions that depend on the target: does this marker hold, does this
Requires-Python admit the Python, and does this wheel fit (``tags``).  It remembers its answers, because
metadata asks the same few thousand times; the memory is its own and goes with it.

A ``Host`` is what one interpreter says of itself: the running one, or another that ``index.interpreter`` has
asked.  ``Environment.target`` starts from a host and replaces what the user names.  Nothing here starts a
process or reads a file.  ``packaging`` is asked only about hosts that are not an ordinary CPython on Linux:
importing it costs more than a warm run.

Specification: https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

import os
import sys

from resolver.model.specifiers import MAX_LENGTH, InvalidSpecifier, Specifiers
from resolver.model.tags import Tags, default_abis, glibc_platforms
from resolver.model.version import InvalidVersion, Version, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["VARIABLES", "Environment", "Host", "InvalidPythonVersion"]

VARIABLES = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)

_manylinux: bool | None = None  # whether there is such a module; None: not looked yet

_SHARED_ABIS = ("abi3", "abi3t", "none")

# What manylinux is defined for, with the 32-bit ones left to packaging, which looks into the executable.
_GLIBC_MACHINES = ("aarch64", "loongarch64", "ppc64", "ppc64le", "riscv64", "s390x", "x86_64")


class InvalidPythonVersion(ValueError):
    """A text that does not name the version of a Python, as ``3.12`` and ``3.12.4`` do."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"{self.text[:100]!a} is not a version of Python such as 3.12 or 3.12.4."


class Host:
    """What an interpreter says of itself: the eleven marker variables, its ABIs, its platforms.

    ``abis`` are those of its own version, ``platforms`` its platform tags, both best first.
    """

    __slots__ = ("abis", "platforms", "variables")

    def __init__(self, variables: Mapping[str, str], abis: Sequence[str], platforms: Sequence[str]) -> None:
        self.variables = {name: variables[name] for name in VARIABLES}
        self.abis = tuple(abis)
        self.platforms = tuple(platforms)

    @classmethod
    def running(cls) -> Host:
        """Return what the running interpreter is."""
        variables = _running_variables()
        platforms = _running_glibc(variables["platform_machine"])
        if platforms is not None:
            return cls(variables, _running_abis(), platforms)
        from packaging.tags import sys_tags  # noqa: PLC0415  # lazy: start-up time

        return cls.of_tags(variables, map(str, sys_tags()))

    @classmethod
    def of_tags(cls, variables: Mapping[str, str], tags: Iterable[str]) -> Host:
        """Return the host whose supported tags, best first, are ``tags`` (at least one)."""
        triples = [tag.split("-") for tag in tags]
        python, best, _ = triples[0]
        own = [(abi, platform) for name, abi, platform in triples if name == python]
        abis = [abi for abi in dict.fromkeys(abi for abi, _ in own) if abi not in _SHARED_ABIS]
        return cls(variables, abis, [platform for abi, platform in own if abi == best])


class Environment:
    """The target of a resolution: ``variables``, the eleven of markers, and ``tags``.

    Not to be changed once made; answers are remembered as long as it lives.
    """

    __slots__ = ("_markers", "_python", "_ranks", "_verdicts", "tags", "variables")

    def __init__(self, variables: Mapping[str, str], tags: Tags) -> None:
        self.variables = dict(variables)
        self.tags = tags
        self._python = _release(self.variables["python_full_version"])
        self._markers: dict[tuple[str, str], bool] = {}
        self._verdicts: dict[str, bool | None] = {}
        self._ranks: dict[str, int | None] = {}

    @classmethod
    def running(cls) -> Environment:
        """Return the environment of the running interpreter."""
        return cls.of_host(Host.running())

    @classmethod
    def of_host(cls, host: Host) -> Environment:
        """Return the environment of an interpreter."""
        variables = host.variables
        version = _major_minor(variables["python_version"])
        return cls(
            variables,
            Tags.of_python(variables["implementation_name"], version, host.abis, host.platforms),
        )

    @classmethod
    def target(
        cls,
        python_version: str | None = None,
        python_platform: str | None = None,
        host: Host | None = None,
        *,
        implementation: str | None = None,
        abis: Sequence[str] = (),
    ) -> Environment:
        """Return the environment that the user names; what is not named is the host's (the running one's).

        ``3.12`` means 3.12.0, ``3.13t`` a build without the global lock.  ``abis`` are the own ones, as tags
        have them; the stable ABI is added.  Raises ``InvalidPythonVersion``, ``UnknownPlatform`` or
        ``UnknownImplementation``.

        >>> Environment.target("3.12", "windows").variables["python_full_version"]
        '3.12.0'
        """
        host = Host.running() if host is None else host
        if implementation is not None or abis or python_version is not None:
            host = _other_python(host, python_version, implementation, abis)
        if python_platform is not None:
            from resolver.model.targets import named_platform  # noqa: PLC0415  # lazy: start-up time

            named, replaced = named_platform(python_platform)
            host = Host(host.variables | replaced, host.abis, named)
        return cls.of_host(host)

    def holds(self, marker: str, extra: str = "") -> bool:
        """Return whether a marker holds, for one extra or none; no marker (``""``) always does.

        Raises ``InvalidMarker``, or ``UndefinedComparison`` for a marker that has no value.
        """
        if not marker:
            return True
        key = (marker, extra)
        verdict = self._markers.get(key)
        if verdict is None:
            from resolver.model.markers import Marker  # noqa: PLC0415  # lazy: start-up time

            verdict = self._markers[key] = Marker(marker).evaluate(self.variables, extra)
        return verdict

    def accepts_python(self, requires_python: str) -> bool | None:
        """Return whether a Requires-Python admits the Python, or None where it cannot be read.

        Broken texts are repaired as those of requirements are.  A pre-release of Python counts as the
        release it leads to, as for all installers: otherwise nothing could be tried out on it.
        """
        if requires_python in self._verdicts:
            return self._verdicts[requires_python]
        specifiers = _specifiers(requires_python)
        verdict = None if specifiers is None else specifiers.contains(self._python, prereleases=True)
        self._verdicts[requires_python] = verdict
        return verdict

    def rank(self, tags: str) -> int | None:
        """Return the priority of a wheel's compressed tag set: 0 is the best, None does not fit."""
        if tags in self._ranks:
            return self._ranks[tags]
        rank = self._ranks[tags] = self.tags.rank(tags)
        return rank

    def why_unfit(self, tags: str) -> str:
        """Return the part that rules out a tag set without rank: "python", "abi", "platform", "malformed"."""
        return self.tags.why_unfit(tags)


def _specifiers(text: str) -> Specifiers | None:
    """Return what ``text`` says, repaired where need be; None where it cannot be read."""
    if len(text) <= MAX_LENGTH:
        try:
            return Specifiers(text)
        except InvalidSpecifier:
            pass
    from resolver.model.repairs import repaired_specifiers  # noqa: PLC0415  # lazy: rarely wanted

    try:
        return repaired_specifiers(text)[0]
    except InvalidSpecifier:
        return None


def _release(full_version: str) -> str:
    """Return ``3.13.0`` of ``3.13.0b1`` and ``3.13.0a1+``."""
    return ".".join(map(str, scan(full_version.rstrip("+"))[1]))


def _major_minor(version: str) -> tuple[int, int]:
    major, minor, *_ = (*scan(version)[1], 0)
    return major, minor


def _python_variables(text: str, implementation: str) -> dict[str, str]:
    release, stage = _python_parts(text)
    short = ".".join(map(str, release[:2]))
    micro = release[2] if len(release) == 3 else 0
    variables = {"python_full_version": f"{short}.{micro}{stage}", "python_version": short}
    if implementation == "cpython":  # others have versions of their own
        variables["implementation_version"] = variables["python_full_version"]
    return variables


def _python_parts(text: str) -> tuple[list[int], str]:
    """Return the release that the user names and its stage, as in ``b1``."""
    try:
        epoch, release, _, post, _, local = scan(text.strip())
    except InvalidVersion:
        raise InvalidPythonVersion(text) from None
    if len(release) not in (2, 3) or epoch or local or post is not None:
        raise InvalidPythonVersion(text)
    return release, str(Version(text)).removeprefix(".".join(map(str, release)))


def _other_python(
    host: Host, python_version: str | None, implementation: str | None, abis: Sequence[str]
) -> Host:
    """Return ``host`` with another Python."""
    variables = host.variables
    own = name = variables["implementation_name"]
    if implementation is not None:
        from resolver.model.targets import IMPLEMENTATIONS, named_implementation  # noqa: PLC0415  # lazy: rare

        name = named_implementation(implementation)
        if name != own:
            version = (
                variables["python_full_version"] if name == "cpython" else ""
            )  # that of others is unknown
            variables = variables | {
                "implementation_name": name,
                "implementation_version": version,
                "platform_python_implementation": IMPLEMENTATIONS[name],
            }
    wants_free = python_version is not None and python_version.strip().endswith("t")
    if python_version is not None:
        number = python_version.strip().removesuffix("t")
        if wants_free and (name != "cpython" or _python_parts(number)[0][:2] < [3, 13]):
            raise InvalidPythonVersion(python_version)
        variables = variables | _python_variables(number, name)
    version_before, version_now = host.variables["python_version"], variables["python_version"]
    if abis:
        abis = [abi for abi in abis if abi not in _SHARED_ABIS]
    elif (name, version_now) == (own, version_before) and not wants_free:
        abis = host.abis
    else:
        is_free = wants_free or (name == own and any(abi.rstrip("d").endswith("t") for abi in host.abis))
        abis = default_abis(_major_minor(version_now), free_threaded=is_free, implementation=name)
    return Host(variables, abis, host.platforms)


def _running_variables() -> dict[str, str]:
    if sys.implementation.name != "cpython" or sys.platform not in ("linux", "darwin"):
        from packaging.markers import default_environment  # noqa: PLC0415  # lazy: start-up time

        return {name: str(value) for name, value in default_environment().items()}
    system = os.uname()
    version = sys.implementation.version
    stage = "" if version.releaselevel == "final" else f"{version.releaselevel[0]}{version.serial}"
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version.major}.{version.minor}.{version.micro}{stage}",
        "os_name": os.name,
        "platform_machine": system.machine,
        "platform_python_implementation": "CPython",
        "platform_release": system.release,
        "platform_system": system.sysname,
        "platform_version": system.version,
        "python_full_version": sys.version.split(maxsplit=1)[0],
        "python_version": f"{version.major}.{version.minor}",
        "sys_platform": sys.platform,
    }


def _running_glibc(machine: str) -> list[str] | None:
    """Return the platform tags of an ordinary Linux, or None where only ``packaging`` can tell."""
    if (
        sys.platform != "linux"
        or sys.implementation.name != "cpython"
        or machine not in _GLIBC_MACHINES
        or sys.maxsize < 1 << 32
        or "_PYTHON_HOST_PLATFORM" in os.environ
        or _has_manylinux_module()
    ):
        return None
    try:
        _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        major, minor = map(int, version.split("."))
    except (ValueError, OSError):  # musl, or a glibc that calls itself otherwise
        return None
    return glibc_platforms(machine, minor) if major == 2 else None


def _has_manylinux_module() -> bool:
    """Whether a distributor restricts the tags by the module of PEP 600."""
    global _manylinux  # noqa: PLW0603  # what cannot be imported is looked for again each time, in all folders
    if _manylinux is None:
        try:
            __import__("_manylinux")
        except ImportError:
            _manylinux = False
        else:
            _manylinux = True
    return _manylinux


def _running_abis() -> list[str]:
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    threads = "t" if "t" in sys.abiflags else ""
    abis = [f"{python}{threads}"]
    # A debug build loads ordinary extension modules, too.
    return [f"{python}{threads}d", *abis] if "d" in sys.abiflags else abis
