"""Selection: what the solver selected, as pins."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from resolver.model.requirement import Origin, Requirement
from resolver.rules import Rules
from resolver.selection import pins, remarks, roots
from support.problems import known_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.problem import PythonProblem


def selected(problem: PythonProblem, *choice: tuple[str, int]) -> dict[int, int]:
    """Return candidates by package, as the solver would have them."""
    return {problem.names.intern(name): candidate for name, candidate in choice}


PACKAGES: dict[str, Mapping[str, Any]] = {
    "a": {
        "1": {},
        "2": {"requires": ["B>=1", "c ; sys_platform == 'win32'"], "extras": {"x": ["c", "a[y]"]}},
    },
    "b": {"1.0": {}, "1.1": {}},
    "c": {"3": {"requires": ["b"]}},
}


def test_pins_are_sorted_and_extras_belong_to_their_package() -> None:
    problem = known_problem(["a[x]"], PACKAGES)
    found = pins(problem, selected(problem, ("c", 0), ("a[x]", 1), ("b", 1), ("a", 1), ("a[y]", 1)))
    assert [(pin.name, pin.version, pin.extras) for pin in found] == [
        ("a", "2", {"x", "y"}),
        ("b", "1.1", frozenset()),
        ("c", "3", frozenset()),
    ]


def test_pin_tells_what_it_requires_here_and_what_fulfils_it() -> None:
    """Requirements on itself say nothing to a reader."""
    problem = known_problem(["a[x]"], PACKAGES)
    found = pins(problem, selected(problem, ("a", 1), ("a[x]", 1), ("a[y]", 1), ("b", 0), ("c", 0)))
    assert found[0].requires == (("B>=1", "b", "1.0"), ("c ; extra == 'x'", "c", "3"))


def test_roots_are_what_the_user_requires_in_order_without_credentials() -> None:
    """Those whose marker does not hold are none; what came without a file has no origin."""
    address = "b @ https://me:secret@host.example/b-1-py3-none-any.whl"
    problem = known_problem(["A[x]>1", "c; sys_platform == 'win32'"], PACKAGES)
    problem.requirements.append(Requirement.parse(address))
    assert roots(problem) == [
        ("A[x]>1", "a", "app.in:1"),
        ("b @ https://****@host.example/b-1-py3-none-any.whl", "b", None),
    ]


def test_requirement_of_the_package_and_of_an_extra_is_told_once() -> None:
    line = "b ; extra == 'x' or extra == 'y'"
    packages: dict[str, Mapping[str, Any]] = {"a": {"1": {"requires": [line]}}, "b": {"1": {}}}
    problem = known_problem(["a[x,y]"], packages)
    found = pins(problem, selected(problem, ("a", 0), ("a[x]", 0), ("a[y]", 0), ("b", 0)))
    assert found[0].requires == ((line, "b", "1"),)


def test_pin_names_lines_before_packages_each_once_and_sorted() -> None:
    packages: dict[str, Mapping[str, Any]] = {
        "b": {"1": {"requires": ["z", "z>0"]}},
        "a": {"1": {"requires": ["z"]}},
        "z": {"1": {}},
    }
    limits = [Requirement.parse("z<3", Origin("limits.txt", 7)), Requirement.parse("z<4")]
    problem = known_problem(["z", "b", "a", "Z>0"], packages, rules=Rules(constraints=limits))
    found = pins(problem, selected(problem, ("b", 0), ("a", 0), ("z", 0)))
    assert {pin.name: pin.via for pin in found} == {
        "a": ("app.in:3",),
        "b": ("app.in:2",),
        "z": ("app.in:1", "app.in:4", "limits.txt:7", "a", "b"),
    }


def test_requirement_without_an_origin_names_nobody() -> None:
    problem = known_problem([], {"a": {"1": {}}})
    problem.requirements.append(Requirement.parse("a"))
    assert pins(problem, selected(problem, ("a", 0)))[0].via == ()


def test_files_that_fit_come_first() -> None:
    facts = {"wheel_tags": ["cp312-cp312-win_amd64", "py3-none-any"], "sdist": True}
    problem = known_problem(["a"], {"a": {"1": facts}})
    found = pins(problem, selected(problem, ("a", 0)))
    assert [file.filename for file in found[0].files] == [
        "a-1-py3-none-any.whl",
        "a-1.tar.gz",
        "a-1-cp312-cp312-win_amd64.whl",
    ]


def test_more_is_found_out_when_somebody_looks() -> None:
    """What the page and the metadata say; pickled, it is there at once."""
    tags = ["cp312-cp312-win_amd64", "py3-none-any"]
    facts = {"wheel_tags": tags, "requires": ["b<2"], "extras": {"x": []}, "yanked": "broken"}
    rules = Rules(requirements=[Requirement.parse("a==1")])
    problem = known_problem(["a==1"], {"a": {"1": facts}, "b": {"1": {}}}, rules=rules)
    pin, _ = pins(problem, selected(problem, ("a", 0), ("b", 0)))
    for look in (pin.look, pickle.loads(pickle.dumps(pin)).look):
        assert look is not None
        assert (look.facts().fitting, look.facts().yanked) == (1, "broken")
        told = look.told()
        assert told is not None
        assert (told.name, told.version, told.requires_dist) == ("a", "1", ("b<2",))
        assert told.provides_extra == ("x",)


@pytest.mark.parametrize(
    ("provided", "said"),
    [
        ((), ["a==1.0 has no extra named fast-io"]),
        (("fast", "io"), ["a==1.0 has no extra named fast-io"]),
        (("Fast_IO",), []),
        (("no name!", "", "fast.io"), []),
    ],
)
def test_extra_that_is_not_provided_is_told(provided: tuple[str, ...], said: list[str]) -> None:
    """Names in metadata may be spelt otherwise, or be none."""
    packages: dict[str, Mapping[str, Any]] = {"a": {"1.0": {"extras": {extra: [] for extra in provided}}}}
    problem = known_problem(["a[fast-io]"], packages)
    assert remarks(problem, selected(problem, ("a", 0), ("a[fast-io]", 0))) == said


def test_nothing_selected_makes_no_pins() -> None:
    assert pins(known_problem([], {}), {}) == []
