"""How wheels are made: by setuptools, and with ``RESOLVER_COMPILE=1`` the hot modules become machine code.

Which modules these are is said in ``pyproject.toml`` (``tool.pubgrub-resolver``), and so is the mypy whose
mypyc compiles them.  Whoever does not ask for it needs neither mypy nor a C compiler.  Whoever does gets all
of them or a sentence that says what is missing: a build that succeeds is never half compiled.  Reasons are in
``docs/decisions/0024-compiling-is-asked-for.md``.

Spec: https://packaging.python.org/en/latest/specifications/pyproject-toml/ and PEP 517, PEP 660 (the hooks).
"""

from __future__ import annotations

import os
import sysconfig
import tomllib
from pathlib import Path

import setuptools
from setuptools import build_meta
from setuptools.build_meta import build_sdist, get_requires_for_build_sdist
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CompileError, LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from setuptools import Extension

    Settings = dict[str, str | list[str] | None] | None

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

_VARIABLE = "RESOLVER_COMPILE"
_SOURCE = Path("src")  # hooks run in the folder of pyproject.toml
_LIBRARY = "pubgrub_resolver"  # what all modules share, beside the package


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:  # noqa: ARG001  # the hook
    """Return the mypy that the project pins, if compiling is asked for."""
    return [_mypy()] if _is_asked_for() else []


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return the same as for a wheel."""
    return get_requires_for_build_wheel(config_settings)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Return the folder with the metadata, which does not depend on how modules are built."""
    return build_meta.prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Return the same as for a wheel."""
    return build_meta.prepare_metadata_for_build_editable(metadata_directory, config_settings)


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Make a wheel, and return its name."""
    return _Backend().build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Make an editable wheel; what lies compiled beside the sources is that of this build, or nothing."""
    for path in _SOURCE.rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"):
        path.unlink()
    return _Backend().build_editable(wheel_directory, config_settings, metadata_directory)


class _Backend(build_meta._BuildMetaBackend):  # noqa: SLF001  # setuptools documents it as what to extend
    """That of setuptools, for a project whose extension modules are made on request."""

    def run_setup(self, setup_script: str = "setup.py") -> None:  # noqa: ARG002  # there is none
        extensions = _extensions() if _is_asked_for() else []
        setuptools.setup(ext_modules=extensions, cmdclass={"build_ext": Compile})


class Compile(build_ext):
    """Runs the C compiler; where that fails, the last line says what to do."""

    def run(self) -> None:
        try:
            super().run()
        except (BaseError, CompileError, LinkError) as error:
            raise _failed(f"The C compiler failed, or there is none ({error})") from error


def _is_asked_for() -> bool:
    value = os.environ.get(_VARIABLE, "")
    if value not in ("", "0", "1"):
        raise SystemExit(f"{_VARIABLE} is {value!r}: write 1 to compile, or leave it out.")
    return value == "1"


def _mypy() -> str:
    """Return the mypy that checks the types of the project."""
    groups = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return next(each for each in groups["types"] if isinstance(each, str) and each.startswith("mypy=="))


def _extensions() -> list[Extension]:
    """Translate the modules to C."""
    try:
        from mypyc.build import mypycify  # noqa: PLC0415  # needed by who asks for it
    except ImportError as error:
        raise _failed(f"{_mypy()} is not installed") from error
    tool = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]
    paths = [str(_SOURCE / f"{name.replace('.', '/')}.py") for name in tool["pubgrub-resolver"]["compiled"]]
    # Nothing else that they import is checked, as what the project depends on need not be installed here.
    options = ["--config-file=", f"--cache-dir={os.devnull}", "--ignore-missing-imports"]
    options.append("--follow-imports=silent")
    try:
        # Its types name distutils' class, too, which setuptools' is one of.
        return mypycify([*options, *paths], group_name=_LIBRARY, debug_level="0")  # type: ignore[return-value]
    except SystemExit as error:
        raise _failed("mypyc cannot compile what it names above") from error


def _failed(why: str) -> SystemExit:
    return SystemExit(f"{_VARIABLE}=1: {why}. Nothing was built; without {_VARIABLE} neither is needed.")
