"""The import layers of docs/architecture.md hold, for type-only imports too, and there are no cycles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "resolver"


def read_layers() -> dict[str, list[set[str]]]:
    """Return the layers of each folder, from left to right, as docs/architecture.md has them."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = text.partition("```layers\n")[2].partition("```")[0]
    folders = dict(line.split(": ") for line in block.splitlines())
    return {
        folder: [set(layer.split(", ")) for layer in line.split(" < ")] for folder, line in folders.items()
    }


LAYERS = read_layers()


def modules() -> dict[str, Path]:
    """Return each module of the package by its dotted name below ``resolver``."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = path
    return found


MODULES = modules()


def imports(path: Path) -> set[str]:
    """Return the modules of this package that ``path`` imports anywhere in it, below ``resolver``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("resolver."):
                found.add(_existing(name.removeprefix("resolver.")))
            elif name == "resolver":
                found.add("__init__")
    return found


def _existing(name: str) -> str:
    """Return the module that ``name`` is, or is a name of."""
    while name not in MODULES:
        name, _, rest = name.rpartition(".")
        if not name:
            return "__init__" if rest else name
    return name


IMPORTS = {name: imports(path) - {name} for name, path in MODULES.items()}


def layer(folder: str, name: str) -> int:
    """Return the number of the layer of ``folder`` that a module or folder belongs to."""
    found = [number for number, names in enumerate(LAYERS[folder]) if name in names]
    assert found, f"{name} is in no layer of {folder}: put it into docs/architecture.md"
    return found[0]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_module_imports_only_from_its_left(name: str) -> None:
    """Each import goes to a layer further left: of the package, or of the module's own folder."""
    top, _, rest = name.partition(".")
    wrong = set()
    for other in IMPORTS[name] - {"__init__"}:
        other_top, _, other_rest = other.partition(".")
        if other_top != top:
            allowed = layer("resolver", other_top) < layer("resolver", top)
        else:
            allowed = not rest or not other_rest or layer(top, other_rest) < layer(top, rest)
        if not allowed:
            wrong.add(other)
    assert wrong == set()


def test_every_layer_that_is_named_exists() -> None:
    """A layer is a module or a folder."""
    named = {
        name if folder == "resolver" else f"{folder}.{name}"
        for folder, layers in LAYERS.items()
        for names in layers
        for name in names
    }
    assert named - MODULES.keys() == set()


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.startswith("solver")))
def test_solver_imports_only_solver(name: str) -> None:
    """The solver knows no packaging, no errors of ours and no third-party code."""
    assert {other for other in IMPORTS[name] if not other.startswith("solver")} == set()


def test_there_are_no_import_cycles() -> None:
    """Type-only imports included; found by taking away modules that import nothing that is left."""
    left = {name: set(others) for name, others in IMPORTS.items()}
    while True:
        free = {name for name, others in left.items() if not others & left.keys()}
        if not free:
            break
        for name in free:
            del left[name]
    assert left == {}


def test_only_one_module_imports_aiohttp() -> None:
    """All HTTP goes through one transport."""
    users = [name for name, path in MODULES.items() if "import aiohttp" in path.read_text(encoding="utf-8")]
    assert users == ["index.aiohttp_session"]
