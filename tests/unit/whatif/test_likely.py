"""What will probably be asked for: each line gone, and each of its bounds moved to what is near."""

from __future__ import annotations

from typing import Any

from resolver.whatif.changes import Alternatives, Line
from resolver.whatif.likely import likely
from support.problems import known_problem


def test_lines_go_and_bounds_move_to_the_nearest_version() -> None:
    packages: dict[str, dict[str, Any]] = {"a": {str(n): {} for n in range(1, 10)}, "b": {"1": {}}}
    problem = known_problem(["a>=4,<6,!=5", "b"], packages)
    lines = [Line("requirement", n, each) for n, each in enumerate(problem.requirements)]
    found = list(likely(problem, [*lines, Line("constraint", 0, lines[0].requirement), Alternatives([])]))
    assert [([each.text for each in one.requirements], one.name, list(one.candidates)) for one in found] == [
        (["b"], "a", []),
        (["b", "a<6,!=5,>=3,<=3"], "a", [2, 1, 0]),
        (["b", "a>=4,!=5,>=6,<=6"], "a", [5, 6, 7, 8]),
        (["a>=4,<6,!=5"], "b", []),
    ]


def test_bound_without_anything_beyond_is_left_alone() -> None:
    problem = known_problem(["a>=1"], {"a": {"1": {}}})
    (only,) = likely(problem, [Line("requirement", 0, problem.requirements[0])])
    assert (list(only.requirements), only.name) == ([], "a")
