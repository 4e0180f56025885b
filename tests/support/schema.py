"""Checking documents against the published schemas, by the part of JSON Schema that these use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["check", "fits", "load_schema"]

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schema"


def load_schema(name: str) -> dict[str, Any]:
    """Return the schema that is published under ``name``."""
    schema: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def check(value: Any, schema: dict[str, Any]) -> None:
    """Assert that ``value`` keeps to ``schema``, and that this uses nothing that is not understood here."""
    _check(value, schema, schema, "$")


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether ``value`` keeps to ``schema``."""
    return _fits(value, schema, schema, "$")


def _check(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str) -> None:
    """Check ``value`` against the part of JSON Schema that our schema uses; assert that it uses no more."""
    known = {
        "$comment", "$defs", "$id", "$ref", "$schema", "additionalProperties", "const", "description", "enum",
        "examples", "items", "minimum", "oneOf", "properties", "required", "title", "type",
    }  # fmt: skip
    assert schema.keys() <= known, path
    if "$ref" in schema:
        target: Any = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        _check(value, target, root, path)
    if "oneOf" in schema:
        fitting = [each for each in schema["oneOf"] if _fits(value, each, root, path)]
        assert len(fitting) == 1, f"{path}: {len(fitting)} alternatives fit"
    if "const" in schema:
        assert schema["const"] == value, path
    if "enum" in schema:
        assert value in schema["enum"], path
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
    }
    types |= {"null": type(None), "boolean": bool}
    if "type" in schema:
        wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, types[name]) for name in wanted), f"{path} is {value!r}"
        assert "boolean" in wanted or not isinstance(value, bool), path
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= value.keys(), path
        for name, item in value.items():
            extra = schema.get("additionalProperties", {})
            part = schema.get("properties", {}).get(name, extra)
            assert part is not False, f"{path}.{name} is not in the schema"
            _check(item, part, root, f"{path}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            _check(item, schema.get("items", {}), root, f"{path}[{number}]")
    if "minimum" in schema:
        assert value >= schema["minimum"], path


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str) -> bool:
    """Return whether ``value`` keeps to ``schema``."""
    try:
        _check(value, schema, root, path)
    except AssertionError:
        return False
    return True
