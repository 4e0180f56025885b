"""Why a package is in an answer, and why no newer version of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import LimitReached, NoSolution
from resolver.formats.reasons import to_json, to_text
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import why
from support.memory import MemorySource
from support.schema import check, load_schema

if TYPE_CHECKING:
    from resolver.formats.reasons import Reasons

Universe = dict[str, dict[str, Any]]

LINUX = Options(python_version="3.12", python_platform="linux")
BOTH = pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])


def asked(  # noqa: PLR0913  # a question has parts
    name: str,
    requirements: list[str],
    packages: Universe,
    options: Options = LINUX,
    *,
    constraints: tuple[str, ...] = (),
    patient: bool = True,
) -> Reasons:
    """Ask why ``name`` is what it is; the JSON of all that is found is that of the schema."""
    found = why(
        name,
        [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)],
        [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)],
        options,
        Channels(source=MemorySource(packages, patient=patient)),
    )
    check(json.loads(to_json(found)), load_schema("why-1"))
    return found


PLUGIN: Universe = {
    "app": {"1": {"requires": ["plugin", "core<3 ; python_version > '3'"]}},
    "plugin": {
        "1": {"requires": ["core<2"]},
        "2": {"requires": ["Core (<2)", "core!=0.5 ; os_name == 'posix'"]},
    },
    "core": {"1": {}, "1.1": {}, "2": {}, "3": {}},
}


@BOTH
def test_chains_and_the_proof_are_told(*, patient: bool) -> None:
    """Shortest chains first, with origin; then what forbids a newer version."""
    found = asked("core", ["app"], PLUGIN, patient=patient)
    assert to_text(found) == (
        "core 1.1 is in the answer, because\n"
        "  you require app (app.in:1)\n"
        "    app 1 requires core<3\n"
        "  you require app (app.in:1)\n"
        "    app 1 requires plugin\n"
        "    plugin 2 requires core<2 and core!=0.5\n"
        "\n"
        "With core>=2 there is no solution:\n"
        f"{found.newer.explanation if found.newer else None}\n"
    )
    assert found.newer is not None
    assert (found.newer.verdict, found.newer.versions) == ("unsatisfiable", ("2", "3"))
    assert "core<2" in str(found.newer.explanation)
    assert "core>=2" in str(found.newer.explanation)


@BOTH
def test_newest_version_is_said_to_be_that(*, patient: bool) -> None:
    found = asked("plugin", ["app", "plugin"], PLUGIN, patient=patient)
    assert to_text(found) == (
        "plugin 2 is in the answer, because\n"
        "  you require plugin (app.in:2)\n"
        "  you require app (app.in:1)\n"
        "    app 1 requires plugin\n"
        "\n"
        "It is the newest version.\n"
    )


def test_versions_that_the_rules_leave_out_have_their_reasons() -> None:
    packages: Universe = {
        "a": {
            "1": {},
            "2": {"yanked": "broken"},
            "3": {"requires_python": ">=3.13"},
            "4": {"requires_python": ">=3.13"},
            "5": {},
            "6rc1": {},
        }
    }
    found = asked("a", ["a"], packages, constraints=("a<5",))
    assert to_text(found).partition("\n\n")[2] == (
        "No newer version can be used:\n"
        "  a 2 was yanked (broken)\n"
        "  a 3 and 4 need Python >=3.13 (the target is Python 3.12.0)\n"
        "  a 5 and 6rc1 are excluded by the constraint a<5 (limits.txt:1)\n"
    )


def test_last_resorts_are_told_as_such() -> None:
    """A pre-release is not what is meant by a newer version, nor is a yanked one."""
    found = asked("a", ["a"], {"a": {"1": {}, "2rc1": {}}})
    assert found.newer is not None
    assert found.newer.verdict == "rejected"
    assert found.newer.rejected == (
        "a 2rc1 is a pre-release, which is used only where no final version fits",
    )
    packages: Universe = {"a": {"1": {}, "2": {"yanked": True}}}
    found = asked("a", ["a", "a==2 ; os_name == 'posix'"], packages)
    assert found.version == "2"
    packages = {"a": {"1": {}, **{str(n): {"yanked": True} for n in range(2, 7)}}, "b": {"1": {}, "2": {}}}
    found = asked("a", ["a"], packages)
    assert found.newer is not None
    assert found.newer.rejected == ("5 versions of a from 2 to 6 were yanked",)


def test_yanked_version_that_may_be_had_is_a_last_resort() -> None:
    """A pin admits local versions too, yanked ones as well where nothing else is left."""
    packages: Universe = {"a": {"2": {}, "2+local": {"yanked": True}}}
    found = asked("a", ["a==2"], packages)
    assert (found.version, found.newer and found.newer.verdict) == ("2", "rejected")
    assert to_text(found).endswith("a 2+local was yanked, and can be had only where nothing else fits\n")


def test_newer_local_version_is_tried_by_its_name() -> None:
    """No lower bound tells it from the version that was chosen."""
    packages: Universe = {"a": {"2": {}, "2+local": {"requires": ["b>1"]}}, "b": {"1": {}}}
    found = asked("a", ["a==2"], packages)
    assert found.newer is not None
    assert (found.newer.verdict, found.newer.tried) == ("unsatisfiable", "a==2+local")


@BOTH
def test_another_answer_is_told_by_what_it_changes(*, patient: bool) -> None:
    """The solver took the newest of the one first, so that the other could not be newer."""
    packages: Universe = {
        "left": {"1": {"requires": ["old"]}, "2": {"requires": ["core<2", "new"]}},
        "core": {"1": {}, "2": {}},
        "old": {"1": {}},
        "new": {"1": {}},
    }
    found = asked("core", ["left", "core"], packages, patient=patient)
    assert to_text(found).partition("\n\n")[2] == (
        "With core>=2 there is another solution, which differs in:\n"
        "  core 2 instead of 1\n"
        "  left 1 instead of 2\n"
        "  new, which is not needed then\n"
        "  old 1, which is not needed now\n"
    )


def test_lowest_versions_are_a_preference() -> None:
    found = asked("a", ["a"], {"a": {"1": {}, "2": {}}}, LINUX.replace(resolution="lowest"))
    assert to_text(found).endswith("There are newer versions, up to 2, but the lowest one is wanted.\n")


def test_override_does_not_replace_what_is_tried() -> None:
    """The newer version is tried as a constraint; the override is what rules it out."""
    packages: Universe = {"a": {"1": {"requires": ["b>=2"]}}, "b": {"1": {}, "2": {}}}
    found = asked("b", ["a"], packages, LINUX.replace(overrides=("b<2",)))
    assert found.newer is not None
    assert found.newer.verdict == "unsatisfiable"


def test_limit_leaves_it_open() -> None:
    """The trial gets what the first search left."""
    packages: Universe = {
        "a": {"1": {}, "2": {"requires": [f"c{n}" for n in range(200)]}},
        "b": {"1": {"requires": ["a<2"]}},
        **{f"c{n}": {"1": {}} for n in range(200)},
    }
    text = to_text(asked("a", ["b", "a"], packages, LINUX.replace(max_steps=50)))
    assert "With a>=2 there is no solution" in text
    packages["b"]["0"] = {}
    found = asked("a", ["b", "a"], packages, LINUX.replace(max_steps=50))
    assert found.newer is not None
    assert found.newer.verdict == "unknown"
    assert to_text(found).endswith("was not found out within the limits.\n")
    with pytest.raises(LimitReached):
        asked("a", ["b", "a"], packages, LINUX.replace(max_steps=1))


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("nothing", {}, "nothing requires nothing\n"),
        ("cor", {}, "nothing requires cor; did you mean core?\n"),
        (
            "extra",
            {},
            "nothing requires extra; the marker of extra ; os_name == 'nt' does not hold here (app.in:2)\n",
        ),
        ("gone", {"excludes": ("gone",)}, "nothing requires gone; it is excluded by --exclude\n"),
    ],
)
def test_package_that_nobody_requires(name: str, options: dict[str, Any], expected: str) -> None:
    found = asked(name, ["core", "extra ; os_name == 'nt'"], PLUGIN, LINUX.replace(**options))
    assert to_text(found) == expected
    assert (found.version, found.chains, found.newer) == (None, (), None)


def test_input_without_solution_is_told_as_such() -> None:
    with pytest.raises(NoSolution) as caught:
        asked("core", ["app", "core>2"], PLUGIN)
    assert len(caught.value.fixes) == 1


def test_chains_are_bounded_and_never_go_in_circles() -> None:
    """A ladder of two packages a rung has exponentially many ways down."""
    packages: Universe = {"end": {"1": {"requires": ["a0"]}}}
    for n in range(12):
        below = [f"a{n + 1}", f"b{n + 1}"] if n < 11 else ["end"]
        packages[f"a{n}"] = packages[f"b{n}"] = {"1": {"requires": below}}
    found = asked("end", ["a0"], packages)
    assert len(found.chains) == 5
    assert found.more
    assert {len(chain) for chain in found.chains} == {13}
    assert "and for more reasons of this kind" in to_text(found)
    assert [step.name for step in found.chains[0]] == [*(f"a{n}" for n in range(12)), "end"]
