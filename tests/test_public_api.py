"""The public names are there, documented, and cost nothing until they are used."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
import typing
from pathlib import Path

import pytest

import resolver
from support.builds import IS_COMPILED

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(resolver.__file__).parent
MODULES = sorted(
    ".".join(("resolver", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if path.name != "__main__.py"
)


@pytest.mark.parametrize("name", resolver.__all__)
def test_public_name_can_be_imported(name: str) -> None:
    """Each name of ``resolver.__all__`` is there, and a class or function is documented."""
    value = getattr(resolver, name)
    if not (IS_COMPILED and isinstance(value, type)):  # compiled classes have no documentation
        assert name == "__version__" or value.__doc__


def test_whether_the_build_is_compiled_is_known() -> None:
    """It is what lies in the package: of the modules that are compiled, all or none."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pubgrub-resolver"][
        "compiled"
    ]
    libraries = {name: importlib.import_module(name).__file__ for name in named}
    plain = {name for name, file in libraries.items() if file is not None and file.endswith(".py")}
    assert plain == (set() if resolver.__compiled__ else set(named))


def test_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = resolver.nonsense


def test_dir_lists_the_public_names() -> None:
    """Completion in a shell works before anything is imported."""
    assert dir(resolver) == sorted(resolver.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_all_is_what_the_module_binds(name: str) -> None:
    """``__all__`` lists each public name that is made in the module, and nothing else."""
    module = importlib.import_module(name)
    if name == "resolver" or module.__file__ is None or module.__file__.endswith("__init__.py"):
        return
    made = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and getattr(value, "__module__", None) == name
        and not hasattr(typing, key)  # a stand-in for a name whose import a warm run avoids
    }
    declared = set(module.__all__)
    missing_bindings = {key for key in declared if not hasattr(module, key)}
    assert (made - declared, missing_bindings) == (set(), set())


def test_import_loads_neither_aiohttp_nor_asyncio() -> None:
    """``import resolver`` and its errors are cheap."""
    code = (
        "import sys, resolver, resolver.errors;"
        "print(sorted({'aiohttp', 'asyncio', 'attrs', 're'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
