"""Making a scenario as small as it can be while something about it stays: for reports of bugs.

Parts are left out, as many at a time as may be, and what is still odd without them is taken for the whole:
first packages, requirements and options, then versions, then what they say (delta debugging by levels).
What comes of the last one is what it expects, to be corrected by whoever knows better.

Specification: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002
"""

from __future__ import annotations

from collections.abc import Mapping

from resolver.errors import InputError
from resolver.testing.scenarios import Scenario

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resolver.testing.outcomes import Outcome

    Given = Mapping[str, object]
    Path = tuple[str | int, ...]

__all__ = ["minimise", "to_toml"]

_PARTS = ("requirements", "constraints", "options", "reject", "packages", "indexes", "status")


def minimise(scenario: Scenario, is_odd: Callable[[Outcome], bool]) -> Scenario:
    """Return the smallest scenario that can be found of whose outcome ``is_odd`` still holds.

    Where ``is_odd`` looks for pins that are not there (``AssertionError``, ``KeyError``), that is false.
    Raises ``ValueError`` where the outcome of ``scenario`` itself is not odd.

    >>> large = Scenario.read({
    ...     "requirements": ["app", "lib>=2", "more"],
    ...     "packages": {
    ...         "app": {"1": ["lib<2"], "2": ["lib<2", "more"]},
    ...         "lib": {"1": [], "2": []},
    ...         "more": {"1": []},
    ...     },
    ... })
    >>> small = minimise(large, lambda outcome: "lib<2" in outcome.explanation)
    >>> print(to_toml(small))  # doctest: +ELLIPSIS
    requirements = ["app"]
    <BLANKLINE>
    [packages.app]
    "2" = ["lib<2"]
    <BLANKLINE>
    [packages.lib]
    "2" = []
    <BLANKLINE>
    [expected]
    explanation = "Because you require app (app.in:1) and app 2 depends on lib<2, ..."
    """

    def holds(given: Given) -> bool:
        try:
            return is_odd(_asked(given))
        except (AssertionError, InputError, LookupError):
            return False

    given: Given = {key: value for key, value in scenario.given.items() if key in _PARTS}
    if not holds(given):
        raise ValueError("the outcome is not odd to begin with")
    before: Given = {}
    while given != before:
        before = given
        depth = 1
        while paths := list(_paths(given, depth)):
            given = _without_most(given, paths, holds)
            depth += 1
    return Scenario.read({**given, "expected": _expected(_asked(given))})


def _asked(given: Given) -> Outcome:
    return Scenario.read(given).run(no_fixes=True)


def _without_most(given: Given, paths: Sequence[Path], holds: Callable[[Given], bool]) -> Given:
    """Leave out as many of the parts at ``paths`` as can go, half of them at a time to begin with."""
    kept = list(paths)
    size = len(kept)
    while size:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            smaller = _cut(given, frozenset(paths).difference(fewer))
            if holds(smaller):
                kept = fewer
            else:
                at += size
        size //= 2
    return _cut(given, frozenset(paths).difference(kept))


def _paths(value: object, depth: int, path: Path = ()) -> Iterator[Path]:
    """Yield where the parts are that lie so many steps within ``value``."""
    for key, each in _children(value):
        if depth == 1:
            yield (*path, key)
        else:
            yield from _paths(each, depth - 1, (*path, key))


def _children(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _cut(given: Given, paths: frozenset[Path]) -> Given:
    """Return ``given`` without what lies at ``paths``."""
    found = _trimmed(given, paths, ())
    assert isinstance(found, dict)
    return found


def _trimmed(value: object, paths: frozenset[Path], path: Path) -> object:
    if isinstance(value, Mapping):
        return {
            key: _trimmed(each, paths, (*path, key))
            for key, each in value.items()
            if (*path, key) not in paths
        }
    if isinstance(value, list):
        return [
            _trimmed(each, paths, (*path, at)) for at, each in enumerate(value) if (*path, at) not in paths
        ]
    return value


def _expected(outcome: Outcome) -> dict[str, object]:
    if outcome.is_solved:
        found: dict[str, object] = {"pins": dict(outcome.pins)}
        return {**found, "warnings": outcome.warnings} if outcome.warnings else found
    if outcome.is_refused:
        found = {"explanation": outcome.explanation}
        return {**found, "hints": outcome.hints} if outcome.hints else found
    return {"error": str(outcome.error)}


# -- as text -------------------------------------------------------------------------------------------------


def to_toml(scenario: Scenario) -> str:
    """Return the text of a scenario, which ``Scenario.read`` reads."""
    plain, tables = [], []
    for key, value in scenario.given.items():
        if key == "packages" and value and isinstance(value, Mapping):
            tables += [_table(f"packages.{_key(name)}", versions) for name, versions in value.items()]
        elif key == "expected":
            tables.append(_table(key, value))
        else:
            plain.append(f"{_key(key)} = {_text(value)}\n")
    return "\n".join(["".join(plain), *tables]).strip("\n")


def _table(name: str, values: object) -> str:
    lines = [f"{_key(key)} = {_text(value)}" for key, value in _children(values)]
    return "\n".join([f"[{name}]", *lines, ""])


def _key(key: object) -> str:
    name = str(key)
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() and not name.isdigit() else _text(name)


def _text(value: object) -> str:
    """Return a value on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_text(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, str):
        from json import dumps  # noqa: PLC0415  # lazy: its strings are those of TOML, but for DEL

        return dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
