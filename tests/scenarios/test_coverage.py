"""There is a scenario for each policy, reason, hint and kind of fix: whoever adds one is told here."""

from __future__ import annotations

import ast
import inspect
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from resolver import policy
from resolver.explanation import hints
from resolver.options import CHOICES, Options
from resolver.whatif import changes
from support.ours import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from resolver.testing import Outcome

#: Fields of ``Options`` that say where answers come from and what they may cost, and not which they are; or
#: that want processes, projects or files, which scenarios have not: each has tests of its own.
NOT_ABOUT_ANSWERS = {
    *("cache_dir", "no_cache", "refresh", "refresh_packages", "offline", "record", "replay"),
    *("timeout", "retries", "concurrency", "deadline", "max_steps", "max_memory", "limits", "no_fixes"),
    *("proxy", "cert", "client_cert", "trusted_hosts", "keyring_provider", "generate_hashes", "engine"),
    *("build", "build_timeout", "build_constraints"),
    *("python",),
    *("extras", "all_extras", "groups", "upgrade_groups"),
}
#: Reasons that no explanation of a scenario has: what would have to be followed is, builds run code, and what
#: was there before is kept only as long as there is a solution.
NOT_TOLD = {"NotFollowed", "BuildFault", "OtherThanBefore"}


@cache
def outcome(name: str) -> Outcome:
    return SCENARIOS[name].run()


def refusals() -> Iterator[Any]:
    """Yield the errors of the scenarios that have no solution."""
    for name, scenario in SCENARIOS.items():
        if "pins" not in scenario.expected and "error" not in scenario.expected:
            yield outcome(name).refusal


def subclasses(kind: type[policy.Reason]) -> Iterator[type[policy.Reason]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def templates(module: ModuleType) -> Iterator[str]:
    """Yield a pattern of each sentence that ``module`` makes, as its source has it."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else None for each in node.values]
            words = " ".join(part for part in parts if isinstance(part, str)).split()
            if len([word for word in words if word.isalpha()]) >= 3:
                yield _pattern(parts)


def _pattern(parts: Iterable[object]) -> str:
    """Return what matches a sentence whose unknown ``parts`` are None, or stand in braces."""
    whole = "\0".join("" if part is None else str(part) for part in parts)
    return ".*".join(re.escape(each) for each in re.split(r"\0|\{\d\}", whole))


def test_each_field_of_options() -> None:
    """As far as it is about the answer."""
    fields = set(Options.__annotations__) - NOT_ABOUT_ANSWERS
    plain = Options.__dict__
    used = {
        field
        for scenario in SCENARIOS.values()
        for field in fields
        if getattr(scenario.options, field) != plain[field]
        or (field == "constraints" and scenario.constraints)
    }
    assert fields - used == set()
    assert set(Options.__annotations__) >= NOT_ABOUT_ANSWERS


@pytest.mark.parametrize("field", sorted(CHOICES.keys() - NOT_ABOUT_ANSWERS))
def test_each_choice(field: str) -> None:
    """The default's among them."""
    used = {getattr(scenario.options, field) for scenario in SCENARIOS.values()}
    assert set(CHOICES[field]) - used == set()


def test_each_reason() -> None:
    """Told in the proof of some scenario."""
    told = {
        word.replace("-", "")
        for refusal in refusals()
        for word in re.findall(r'"reason": "([\w-]+)"', json.dumps(refusal.derivation))
    }
    reasons = {each.__name__ for each in subclasses(policy.Reason)} - NOT_TOLD
    assert {name for name in reasons if name.lower() not in told} == set()


def test_each_hint() -> None:
    """By the sentences in the source of ``explanation.hints``."""
    said = "\n".join(hint for refusal in refusals() for hint in refusal.hints)
    assert [pattern for pattern in templates(hints) if not re.search(pattern, said)] == []


def test_each_kind_of_fix() -> None:
    """By the sentences in the source of ``whatif.changes``, and the fields that it sets."""
    fixes = [fix for refusal in refusals() for fix in refusal.fixes]
    said = "\n".join(fix.change for fix in fixes)
    assert [pattern for pattern in templates(changes) if not re.search(pattern, said)] == []
    source = inspect.getsource(changes)
    set_by_fixes = {field for fix in fixes for field in fix.settings}
    assert set(re.findall(r'Setting\(\s*"(\w+)"', source)) - set_by_fixes == set()
    assert set(policy._FLAGS) - set_by_fixes == set()
    for place in ("", "the constraint ", "the override "):
        assert re.search(rf"^change {place}`.*` to `.*`", said, re.MULTILINE)
        # An override without its bounds admits all that there would be without it: none is ever dropped.
        assert "override" in place or re.search(rf"^drop {place}`", said, re.MULTILINE)
