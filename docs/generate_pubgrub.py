"""Write ``pubgrub.md`` and its pictures: what the solver does, on small worlds, as it really does it.

    python docs/generate_pubgrub.py

The text stands in ``pubgrub.in.md``; each ``{{name}}`` in it is replaced by what the code says now.
``tests/test_pubgrub_page.py`` compares page and pictures with what this writes.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from resolver.explanation.telling import explain  # noqa: E402  # the paths come first
from resolver.solver.engine import Solved, Solver  # noqa: E402
from support.problems import known_problem  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.problem import PythonProblem
    from resolver.solver.answers import Unsolvable
    from resolver.solver.port import Conflict, Facts, Need, Universe

DOCS = ROOT / "docs"

SITE: dict[str, dict[str, Any]] = {
    "site": {
        "1.0": {"requires": ["forms<2"]},
        "2.0": {"requires": ["forms>=2"]},
        "3.0": {"requires": ["forms>=2"]},
    },
    "forms": {"1.0": {}, "2.0": {"requires": ["icons>=2"]}, "3.0": {"requires": ["icons>=2"]}},
    "icons": {"1.0": {}, "2.0": {}, "3.0": {}},
}
SOLVABLE = ["site", "icons<2"]
UNSOLVABLE = ["site>=2", "icons<2"]


class Watched:
    """A problem that writes down what it is asked, and what it answers."""

    def __init__(self, problem: PythonProblem) -> None:
        self.problem = problem
        self.rows: list[tuple[str, str, str, str]] = []

    def root(self) -> Facts | Need:
        """Pass the question on."""
        return self.problem.root()

    def universe(self, package: int) -> Universe:
        """Pass the question on."""
        return self.problem.universe(package)

    def choose(self, package: int, allowed: int) -> int | Conflict:
        """Begin a row: what was chosen, from what."""
        chosen = self.problem.choose(package, allowed)
        assert isinstance(chosen, int)
        name = self.problem.names.name(package)
        tried = self._versions(package)[chosen]
        self.rows.append((name, f"`{allowed:04b}`", tried, ""))
        return chosen

    def dependencies(self, package: int, candidate: int) -> Facts | Need:
        """End the row: what the chosen one needs."""
        facts = self.problem.dependencies(package, candidate)
        needs = [
            f"`{payload}`, so {self.problem.names.name(other)} in `{allowed:04b}`"
            for other, allowed, payload in getattr(facts, "dependencies", ())
        ]
        self.rows[-1] = (*self.rows[-1][:3], "; ".join(needs) or "nothing")
        return facts

    def _versions(self, package: int) -> Sequence[str]:
        return list(SITE[self.problem.names.name(package)])


def searched(requirements: Sequence[str]) -> tuple[Watched, Solved | Unsolvable]:
    """Solve the example to its end, and return what was asked meanwhile."""
    watched = Watched(known_problem(requirements, SITE))
    answer = Solver(watched).advance()
    assert not hasattr(answer, "keys")  # all is known
    return watched, answer  # type: ignore[return-value]  # neither a Need nor Paused, which only a limit gives


def trace(requirements: Sequence[str]) -> str:
    """Return the questions of a search as a table."""
    rows = searched(requirements)[0].rows
    head = ["| package | may still be | tried | it needs |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def pins() -> str:
    """Return the answer to the example that has one."""
    watched, answer = searched(SOLVABLE)
    assert isinstance(answer, Solved)
    names = {watched.problem.names.name(package): candidate for package, candidate in answer.selected.items()}
    return "\n".join(f"{name}=={list(SITE[name])[candidate]}" for name, candidate in sorted(names.items()))


def proof() -> tuple[str, Mapping[str, Any]]:
    """Return the explanation of the example that has no answer: as text, and as a tree."""
    watched, answer = searched(UNSOLVABLE)
    assert not isinstance(answer, Solved)
    explained = explain(watched.problem, answer.clause)
    return explained.text, explained.tree


_STYLE = """\
<style>
text { font: 13px system-ui, sans-serif; fill: #1c2733; }
.box { fill: #eef3f8; stroke: #5b7186; } .fact { fill: #fdf6e3; } .line { stroke: #5b7186; fill: none; }
.one { fill: #2f6f4f; } .nil { fill: #dfe5ea; } .in-one { fill: #ffffff; }
</style>"""


def bits_picture() -> str:
    """Return a picture of the candidates of icons, and of what requirements make of them."""
    columns = ["absent", *SITE["icons"]]
    rows = [("all of icons", 0b1111), ("required: icons<2", 0b0010), ("forms needs: icons>=2", 0b1100)]
    rows.append(("both", rows[1][1] & rows[2][1]))
    parts = [
        f'<text x="{200 + 80 * at}" y="24" text-anchor="middle">{name}</text>'
        for at, name in enumerate(columns)
    ]
    for line, (label, mask) in enumerate(rows):
        y = 40 + 38 * line
        parts.append(f'<text x="8" y="{y + 19}">{escape(label)}</text>')
        for at in range(len(columns)):
            kind = "one" if mask >> at & 1 else "nil"
            parts.append(
                f'<rect class="{kind}" x="{170 + 80 * at}" y="{y}" width="60"'
                f' height="28" rx="4"/>'
                f'<text class="in-{kind}" x="{200 + 80 * at}" y="{y + 19}" text-anchor="middle">'
                f"{mask >> at & 1}</text>"
            )
    return _svg(490, 50 + 38 * len(rows), parts, "Masks of candidates")


def tree_picture() -> str:
    """Return the derivation of the second example: facts at the bottom, what follows above them."""
    boxes: list[str] = []
    lines: list[str] = []
    bottom = 0

    def place(node: Mapping[str, Any], x: float, depth: int) -> tuple[float, float]:
        """Draw ``node`` and what it follows from at ``x`` and to its right; return its middle and end."""
        nonlocal bottom
        bottom = max(bottom, depth)
        children = [node[side] for side in ("left", "right") if side in node]
        ends: list[float] = []
        middles: list[float] = []
        right = x
        for child in children:
            middle, right = place(child, right, depth + 1)
            middles.append(middle)
            ends.append(right)
        middle = sum(middles) / len(middles) if middles else x + _WIDTH / 2
        y = _ROW * depth
        lines.extend(
            f'<path class="line" d="M{below:.0f} {y + _ROW + 8} L{middle:.0f} {y + _HEIGHT + 8}"/>'
            for below in middles
        )
        kind = "box" if children else "box fact"
        boxes.append(
            f'<rect class="{kind}" x="{middle - _WIDTH / 2 + 6:.0f}" y="{y + 8}" width="{_WIDTH - 12}"'
            f' height="{_HEIGHT}" rx="6"/>'
        )
        words = _wrapped(node["text"])
        top = y + 43 - 8 * len(words)
        boxes.extend(
            f'<text x="{middle:.0f}" y="{top + 16 * at}" text-anchor="middle">{escape(text)}</text>'
            for at, text in enumerate(words)
        )
        return middle, max(ends, default=x + _WIDTH)

    _, width = place(proof()[1], 0, 0)
    return _svg(width, _ROW * bottom + _HEIGHT + 16, [*lines, *boxes], "A derivation")


_WIDTH, _HEIGHT, _ROW = 210, 44, 84


def _wrapped(text: str) -> list[str]:
    """Return ``text`` on two lines at most."""
    words = text.replace(" (app.in:", "\N{NO-BREAK SPACE}(").split()
    if len(text) <= 28:
        return [" ".join(words)]
    half = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(text) / 2))
    return [" ".join(words[:half]), " ".join(words[half:])]


def _svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n'
        f"<title>{title}</title>\n{_STYLE}\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def written() -> dict[str, str]:
    """Return what each file of the page must hold, by its name."""
    said = {
        "solvable": "\n".join(SOLVABLE),
        "unsolvable": "\n".join(UNSOLVABLE),
        "trace": trace(SOLVABLE),
        "pins": pins(),
        "proof": proof()[0],
    }
    text = (DOCS / "pubgrub.in.md").read_text(encoding="utf-8")
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: said[found[1]], text)
    return {"pubgrub.md": page, "pubgrub-bits.svg": bits_picture(), "pubgrub-tree.svg": tree_picture()}


if __name__ == "__main__":
    for name, content in written().items():
        (DOCS / name).write_text(content, encoding="utf-8")
