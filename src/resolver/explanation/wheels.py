"""What wheels are for, and what a target is, in words: "CPython 3.9 to 3.13 on manylinux x86_64 and Windows".

Wheels with the same platforms are told together, and versions of Python that follow one another by their
ends.  The level of a platform (glibc, macOS) is told only where it may be what keeps a wheel out: on the
target's own.  Which wheels fit is for ``model.tags`` to know.
"""

from __future__ import annotations

from resolver.explanation.ranges import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolver.model.environment import Environment

__all__ = ["target_in_words", "wheels_in_words"]

_FEW = 3
"""So many groups of wheels are told, and more than that of platforms in one."""

_IMPLEMENTATIONS = {"cp": "CPython", "pp": "PyPy", "py": "Python", "graalpy": "GraalPy"}
_WINDOWS = {"win_amd64": "Windows x86_64", "win32": "Windows x86", "win_arm64": "Windows arm64"}
_LEGACY = {"manylinux1": "2.5", "manylinux2010": "2.12", "manylinux2014": "2.17"}


def target_in_words(environment: Environment) -> str:
    """Return what the target is: ``CPython 3.14 on Linux x86_64``."""
    variables = environment.variables
    free = "free-threaded " if any(abi.rstrip("d").endswith("t") for abi in environment.tags.abis) else ""
    python = f"{free}{variables['platform_python_implementation']} {variables['python_version']}"
    system = {"Darwin": "macOS"}.get(variables["platform_system"], variables["platform_system"])
    machine = variables["platform_machine"]
    return f"{python} on {system} {machine}".rstrip()


def wheels_in_words(tags: Iterable[str], environment: Environment) -> str:
    """Return what wheels with these compressed tag sets are for; those that cannot be read as they are."""
    own = {family for family, _ in map(_platform, environment.tags.platforms)}
    groups: dict[str, dict[tuple[str, int], None]] = {}
    odd: list[str] = []
    for each in tags:
        parts = each.lower().split("-")
        if len(parts) != 3:
            odd.append(each)
            continue
        pythons, abi, platforms = parts[0].split("."), parts[1], parts[2].split(".")
        for platform in dict.fromkeys(_on(platforms, own)):
            groups.setdefault(platform, {}).update(dict.fromkeys(_python(one, abi) for one in pythons))
    together: dict[str, list[str]] = {}
    for platform, some in groups.items():
        together.setdefault(_pythons(list(some)), []).append(platform)
    said = [f"{pythons} on {_shortened(platforms)}" for pythons, platforms in together.items()] + odd
    more = len(said) - _FEW
    return listed(said, "and") if more <= 0 else f"{', '.join(said[:_FEW])} and {more} more"


def _shortened(platforms: Sequence[str]) -> str:
    more = len(platforms) - _FEW - 1
    return listed(platforms, "and") if more <= 0 else f"{', '.join(platforms[:_FEW])} and {more + 1} more"


def _python(python: str, abi: str) -> tuple[str, int]:
    """Return an implementation, with a place for versions and what the ABI says, and the version, 0 for none.

    ``("CPython {}", 312)`` of cp312 with an ABI of its own, ``("CPython {} or newer", 39)`` with the stable
    one.
    """
    letters = python.rstrip("0123456789")
    digits = python[len(letters) :] if letters in _IMPLEMENTATIONS else ""
    said = f"{_IMPLEMENTATIONS.get(letters, python)} {{}}"
    if abi == "abi3t" or (letters == "cp" and abi != "abi3" and abi.rstrip("d").endswith("t")):
        said = f"free-threaded {said}"
    if abi in ("abi3", "abi3t"):
        said += " or newer"
    elif letters == "py" and abi != "none":  # the tag says less than the ABI
        said += f" with the ABI {abi}"
    return said, int(digits or 0)


def _pythons(some: Sequence[tuple[str, int]]) -> str:
    """Return versions in words, those that follow one another as one run."""
    by_name: dict[str, list[int]] = {}
    for name, version in some:
        by_name.setdefault(name, []).append(version)
    said: list[str] = []
    for name, versions in by_name.items():
        runs = _runs(sorted(set(versions), key=_order))
        told = listed([_dotted(a) if a == b else f"{_dotted(a)} to {_dotted(b)}" for a, b in runs], "and")
        said.append(" ".join(name.format(told).split()))
    return listed(said, "and")


def _runs(versions: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for version in versions:
        major, minor = _order(version)
        if runs and minor >= 0 and _order(runs[-1][1]) == (major, minor - 1) and minor > 0:
            runs[-1] = (runs[-1][0], version)
        else:
            runs.append((version, version))
    return runs


def _order(version: int) -> tuple[int, int]:
    """Return major and minor version of ``312``; -1 stands for any minor one."""
    text = str(version)
    return int(text[0]), int(text[1:] or -1)


def _dotted(version: int) -> str:
    text = str(version)
    return "" if not version else f"{text[0]}.{text[1:]}" if text[1:] else text


def _on(platforms: Sequence[str], own: set[str]) -> list[str]:
    """Return the platforms of one wheel, each with the lowest level where that may be what matters."""
    lowest: dict[str, tuple[int, ...]] = {}
    for family, level in map(_platform, platforms):
        numbers = tuple(map(int, level.split("."))) if level else ()
        lowest[family] = min(lowest.get(family, numbers), numbers)
    return [
        f"{family} ({_level(family, level)})" if level and family in own else family
        for family, level in lowest.items()
    ]


def _level(family: str, level: tuple[int, ...]) -> str:
    libc = {"manylinux": "glibc ", "musllinux": "musl "}.get(family.partition(" ")[0], "")
    return f"{libc}{'.'.join(map(str, level))}"


def _platform(tag: str) -> tuple[str, str]:
    """Return a platform in words, and its level: ``("manylinux x86_64", "2.17")``."""
    system, _, rest = tag.partition("_")
    if tag == "any":
        return "any platform", ""
    if tag in _WINDOWS:
        return _WINDOWS[tag], ""
    if system in _LEGACY:
        return f"manylinux {rest}", _LEGACY[system]
    if system == "linux":
        return f"Linux {rest}", ""
    if system == "android":
        level, _, machine = rest.partition("_")
        return (f"Android {machine}", level) if level.isdecimal() else (tag, "")
    if system in ("manylinux", "musllinux", "macosx", "ios"):
        major, _, machine = rest.partition("_")
        minor, _, machine = machine.partition("_")
        if major.isdecimal() and minor.isdecimal():
            name = {"macosx": "macOS", "ios": "iOS"}.get(system, system)
            return f"{name} {machine}", f"{major}.{minor}"
    if system in ("pyodide", "pyemscripten"):
        return "Pyodide", ""
    return tag, ""
