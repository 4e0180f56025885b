"""The words of explanations: each fact with name, range and origin; whole texts are in the scenarios."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import solve
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Mapping

LINUX = Options(python_version="3.12", python_platform="linux")


def explanation(
    requirements: list[str],
    packages: Mapping[str, Mapping[str, Any]],
    options: Options = LINUX,
    *,
    constraints: tuple[str, ...] = (),
) -> str:
    """Return why ``requirements``, lines of ``app.in``, cannot be satisfied."""
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)],
            [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)],
            options,
            Channels(source=MemorySource(packages)),
        )
    return caught.value.explanation


SEVERAL = {str(n): {"requires": ["b<2"]} for n in range(1, 8)}
TWO: dict[str, Any] = {"1": {}, "2": {}}


def test_constraints_are_named_with_their_place() -> None:
    packages = {"a": {"1": {"requires": ["b>=1"]}}, "b": TWO}
    said = explanation(["a"], packages, constraints=("b<1",))
    assert "all versions of b are excluded by the constraint b<1 (limits.txt:1)" in said


def test_many_requirements_of_one_kind_are_summed_up() -> None:
    """A reader cannot use a list of a hundred specifiers, but what they come to."""
    older = {str(n): {"requires": [f"b<{n}.5"]} for n in range(1, 10)}
    packages: dict[str, Any] = {"a": older, "b": {"1": {}, "12": {}}}
    said = explanation(["a", "b>=12"], packages)
    assert "all versions of a depend on b in 9 different ranges that admit only b 1" in said


def test_unusable_versions_do_not_interrupt_a_range() -> None:
    versions: Any = {str(n): {"requires": ["b<2"], "yanked": n == 3} for n in range(1, 6)}
    said = explanation(["a<5", "b>=2"], {"a": versions, "b": TWO})
    assert "a 1 to 4 depend on b<2" in said


def test_ranges_with_many_holes_are_counted() -> None:
    versions = {str(n): {"requires": ["b<2"] if n % 2 else []} for n in range(1, 14)}
    holes = ",".join(f"!={n}" for n in range(2, 14, 2))
    said = explanation([f"a{holes}", "b>=2"], {"a": versions, "b": TWO})
    assert "7 of the versions of a from 1 to 13" in said


def test_the_derivation_is_a_tree_of_facts_and_conclusions() -> None:
    """Each node is a fact with ``cause`` or a conclusion with ``left`` and ``right``; terms count."""
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse("a>2"), Requirement.parse("b>=2")],
            [],
            LINUX,
            Channels(source=MemorySource({"a": SEVERAL, "b": TWO})),
        )
    tree: Any = caught.value.derivation
    todo, facts = [tree], []
    while todo:
        node = todo.pop()
        assert ("cause" in node) != ("left" in node and "right" in node)
        if "cause" in node:
            facts.append(node)
        else:
            todo += [node["left"], node["right"]]
    depends = next(fact for fact in facts if fact["cause"] == "depends")
    assert depends["terms"] == [
        {"package": "a", "range": ">=3,<=7", "candidates": 5, "negated": True},
        {"package": "b", "range": "==1", "candidates": 1, "negated": False},
    ]
    assert json.loads(json.dumps(tree)) == tree


def test_what_one_package_needs_is_said_in_one_clause() -> None:
    packages: dict[str, Any] = {
        "a": {"1": {"requires": ["b<2", "c<2"]}},
        "b": {"1": {"requires": ["c>=2"]}},
        "c": TWO,
    }
    assert "a 1 depends on c<2 and b<2" in explanation(["a"], packages)


def test_packages_that_need_the_same_are_said_in_one_clause() -> None:
    packages: dict[str, Any] = {
        "a": {"1": {"requires": ["ghost"]}, "2": {"requires": ["b"]}},
        "b": {"1": {"requires": ["ghost"]}},
    }
    assert "a 1 and b 1 depend on ghost, which does not exist" in explanation(["a"], packages)


def test_requirements_stand_in_the_order_of_the_file() -> None:
    packages: dict[str, Any] = {
        "a": {"1": {"requires": ["c<2"]}},
        "b": {"1": {"requires": ["c>=2"]}},
        "c": TWO,
    }
    for file in (["a", "b"], ["b", "a"]):
        assert f"you require {file[0]} (app.in:1) and {file[1]} (app.in:2)" in explanation(file, packages)


def test_overrides_are_named() -> None:
    """What an index package depends on through an override is not what its metadata says."""
    packages: dict[str, Any] = {"a": {"1": {"requires": ["b<2"]}}, "b": TWO}
    said = explanation(["a"], packages, LINUX.replace(overrides=("b>=3",)))
    assert "a 1 depends on b>=3 (override), which no version fulfils" in said


def test_what_needs_any_version_needs_the_package() -> None:
    """Where one of several needs has no bounds, the bounds of the others are not worth a word."""
    packages: dict[str, Any] = {
        "a": {"1": {"requires": ["b<2"]}, "2": {"requires": ["b"]}},
        "b": {"1": {"yanked": True}},
    }
    assert "all versions of a depend on b, and b 1 was yanked" in explanation(["a"], packages)


def test_reasons_that_differ_in_detail_are_one_clause() -> None:
    """Four details are listed; of more, the rest is counted."""
    packages = {"a": {str(n): {"requires_python": f">=3.{n + 12}"} for n in range(1, 5)}}
    assert "all versions of a need Python >=3.13, >=3.14, >=3.15 or >=3.16 (the target is" in explanation(
        ["a"], packages
    )
    packages["a"]["5"] = {"requires_python": ">=3.17"}
    assert "need Python >=3.13, >=3.14, >=3.15 or 2 other ones (the target is" in explanation(["a"], packages)


def test_versions_that_there_are_instead_are_named() -> None:
    packages: dict[str, Any] = {"a": {"1.0": {}}, "b": {"1": {}, "2": {}, "3": {}}}
    assert "which no version fulfils (the only one is 1.0)" in explanation(["a>=2"], packages)
    assert "which no version fulfils (the oldest is 1, the newest is 3)" in explanation(["b<1"], packages)


def test_the_text_says_what_the_tree_says_in_the_end() -> None:
    """An explanation in one sentence has no number."""
    said = explanation(["a", "b>=2"], {"a": SEVERAL, "b": TWO})
    assert said.startswith("Because you require a (app.in:1) and b>=2 (app.in:2), and all versions of a")
    assert said.endswith(", your requirements cannot be satisfied.")


def pigeons(count: int) -> tuple[list[str], dict[str, Any]]:
    """Return ``count`` pigeons for one hole less, as requirements and packages: each pair needs another."""
    holes = range(1, count)
    packages: dict[str, Any] = {}
    for one in range(count):
        needs = {
            f"pair-{one}-{other}" if one < other else f"pair-{other}-{one}": one < other
            for other in range(count)
            if other != one
        }
        packages[f"pigeon-{one}"] = {
            f"{hole}": {
                "requires": [f"{pair}-{hole}{'==1' if first else '==2'}" for pair, first in needs.items()]
            }
            for hole in holes
        }
        packages |= {f"{pair}-{hole}": TWO for pair in needs for hole in holes}
    return [f"pigeon-{one}" for one in range(count)], packages


def test_proofs_that_nobody_would_read_are_summed_up() -> None:
    """Who requires what, and which packages cannot be brought together; the data is there all the same."""
    wanted, packages = pigeons(5)
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse(text) for text in wanted], [], LINUX, Channels(source=MemorySource(packages))
        )
    assert caught.value.explanation.startswith(
        "Because you require pigeon-0, pigeon-1, pigeon-2, pigeon-3 and 1 more requirements, and no choice of"
        " versions of pigeon-0, "
    )
    assert caught.value.explanation.endswith(
        " other packages fulfils all that they require of one another, your requirements cannot be satisfied."
    )
    derivation: Any = caught.value.derivation
    assert {"left", "right"} <= derivation.keys()


def test_proofs_that_would_fill_pages_are_not_written_out() -> None:
    """Not as data either: a fact says what was found."""
    wanted, packages = pigeons(7)
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse(text) for text in wanted], [], LINUX, Channels(source=MemorySource(packages))
        )
    derivation: Any = caught.value.derivation
    assert (derivation["cause"], derivation["terms"]) == ("found", [])
    said = derivation["text"].partition(" (a proof of ")[0]
    assert caught.value.explanation == f"Because {said}, your requirements cannot be satisfied."


def test_what_rules_a_version_out_rules_it_out_with_its_extras() -> None:
    """Policy speaks of the package: once, not again for each extra of it."""
    packages: dict[str, Any] = {"a": {"1": {"yanked": True, "extras": {"x": ["b"], "y": ["b"]}}}}
    said = explanation(["a[x,y]"], packages)
    assert said.startswith("Because you require a[x,y] (app.in:1) and a 1 was yanked, ")


def test_what_explains_is_not_imported_before_there_is_something_to_explain() -> None:
    """A run that finds a solution starts without it."""
    looked_for = (
        "[name in sys.modules for name in ('resolver.explanation.phrases', 'resolver.explanation.telling')]"
    )
    code = f"import sys, resolver.session; print(*{looked_for})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_alternatives_with_other_extras_are_named_in_full() -> None:
    """One version needs b[x,y] and another b[y], where b[y] is what does not fit."""
    packages: dict[str, Any] = {
        "a": {"1": {"requires": ["b[x,y]<2"]}, "2": {"requires": ["b[y]<3"]}},
        "b": {"1": {"extras": {"x": [], "y": ["c<2"]}}, "2": {"extras": {"x": [], "y": ["c<2"]}}},
        "c": TWO,
    }
    assert "all versions of a depend on b[x,y]<2 or b[y]<3" in explanation(["a", "c>=2"], packages)
