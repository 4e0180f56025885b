"""An interpreter that is only described: the file ``build-details.json`` of its installation.

Nothing is run.  The file tells version, implementation and ABI; of the platform it tells the kind and not the
level: for Linux that of the names of platforms is taken (``model.targets``), for macOS, iOS and Android the
least that the interpreter was built for.

Specification: PEP 739, https://packaging.python.org/en/latest/specifications/build-details/
"""

from __future__ import annotations

import json

from resolver.errors import InputError
from resolver.model.environment import Host
from resolver.model.tags import default_abis
from resolver.model.targets import IMPLEMENTATIONS, UnknownPlatform, named_platform

__all__ = ["read_build_details"]

_LARGEST = 1 << 20
_LEVELS = {"linux": "manylinux_2_28", "musl": "musllinux_1_2"}
_STAGES = {"alpha": "a", "beta": "b", "candidate": "rc"}


def read_build_details(path: str) -> Host:
    """Return the interpreter that the file ``path`` describes.  Raises ``InputError``."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            content = file.read(_LARGEST + 1)
        details: object = json.loads(content) if len(content) <= _LARGEST else None
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror or error}", file=path) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", file=path) from None
    host = _host(details, path)
    if host is None:
        raise InputError("this is no description of a Python as PEP 739 has it", file=path)
    return host


def _host(details: object, path: str) -> Host | None:
    match details:
        case {
            "schema_version": str(schema),
            "platform": str(platform),
            "language": {"version": str(text), **language},
            "implementation": {"name": str(name), "version": dict(own), **implementation},
        }:
            version, own_version = _version(language.get("version_info")) or f"{text}.0", _version(own)
        case _:
            return None
    if schema.partition(".")[0] != "1":
        raise InputError(f"its schema has the version {schema[:20]!r}, and only 1 is known", file=path)
    if own_version is None or not version.replace(".", "").isalnum() or version.count(".") != 2:
        return None
    multiarch = str(implementation.get("_multiarch", implementation.get("multiarch", "")))
    try:
        platforms, variables = named_platform(_platform(platform, multiarch))
    except UnknownPlatform:
        raise InputError(f"nothing is known about its platform {platform[:100]!r}", file=path) from None
    short = ".".join(version.split(".")[:2])
    variables = variables | {
        "implementation_name": name,
        "implementation_version": own_version,
        "platform_python_implementation": IMPLEMENTATIONS.get(name, name),
        "python_full_version": version,
        "python_version": short,
    }
    return Host(variables, _abis(name, short, details), platforms)


def _version(info: object) -> str | None:
    """Return a version as ``3.14.0`` or ``3.14.0b1``; None for what tells none."""
    match info:
        case {"major": int(major), "minor": int(minor), "micro": int(micro), **rest}:
            stage = _STAGES.get(str(rest.get("releaselevel", "final")), "")
            return f"{major}.{minor}.{micro}{stage}{rest.get('serial', 0) if stage else ''}"
        case _:
            return None


def _platform(platform: str, multiarch: str) -> str:
    """Return the tag of wheels that says most of ``sysconfig``'s name of a platform."""
    tag = platform.replace("-", "_").replace(".", "_")
    system, _, machine = tag.partition("_")
    if machine.endswith("universal2"):  # for two machines, of which one is made no more
        return "macosx_11_0_arm64" if tag.startswith("macosx_10_") else tag.replace("universal2", "arm64")
    if system != "linux":
        return tag
    return f"{_LEVELS['musl' if 'musl' in multiarch else 'linux']}_{machine}"


def _abis(name: str, version: str, details: object) -> list[str]:
    """Return the ABIs, by the flags that the file gives; a debug build loads ordinary extensions, too."""
    match details:
        case {"abi": {"flags": list(flags)}}:
            free, debug = "t" in flags, "d" in flags
        case _:
            free = debug = False
    major, _, minor = version.partition(".")
    found = default_abis((int(major), int(minor)), free_threaded=free, implementation=name)
    return [f"{found[0]}d", *found] if debug and found else found
