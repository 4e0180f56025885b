"""``python -m benchmarks``: counts have not grown, growth would be noticed, figures are worked out right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import counts, instances
from benchmarks.measuring import exponent, geometric_mean
from benchmarks.orders import NeverBlaming
from benchmarks.universe import Universe
from resolver.channels import Channels
from resolver.engines import solve
from resolver.options import Options
from resolver.posing import read_requirements
from resolver.solver.engine import Solver
from support.builds import plain_only

ROOT = Path(__file__).resolve().parents[1]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


@plain_only("calls of compiled functions are not counted")
@pytest.mark.slow
def test_counts_have_not_grown() -> None:
    """If this fails and more is needed now, ``python -m benchmarks counts --update`` says so to all."""
    done = run("counts")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "problems counted" in done.stdout


@plain_only("calls of compiled functions are not counted")
@pytest.mark.slow
def test_growth_fails_and_says_where(tmp_path: Path) -> None:
    """Had the solver decided less often before, and had Python been called less often."""
    told = json.loads(counts.EXPECTED.read_text(encoding="utf-8"))
    told["everywhere"]["pair-50"]["decisions"] -= 20
    told["everywhere"]["tools"]["metadata"] -= 1
    for version in told.keys() - {"everywhere"}:
        told[version]["universe-30"]["calls"] = told[version]["universe-30"]["calls"] * 9 // 10
    before = tmp_path / "before.json"
    before.write_text(json.dumps(told), encoding="utf-8")
    done = run("counts", "--expected", str(before))
    assert done.returncode == 1, f"{done.stdout}{done.stderr}"
    worse = [line.partition(" ")[0] for line in done.stdout.splitlines() if line.endswith("MORE")]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert worse == ["pair-50:", "tools:", *(["universe-30:"] if python in told else [])]


def test_counting_is_repeatable() -> None:
    """Two times the same problem, two times the same counts."""
    work = dict(counts.problems())["pair-50"]
    assert work()[1] == work()[1]


def test_a_worse_order_of_decisions_is_noticed() -> None:
    """Real growth, in the solver itself: more decisions where nobody is blamed for conflicts."""
    served = instances.Served(instances.pair(50))
    usual, worse = Solver(served), Solver(served, NeverBlaming())
    usual.advance()
    worse.advance()
    before, after = ({"pair": {"decisions": each.statistics.decisions}} for each in (usual, worse))
    lines, is_worse = counts.differences(before, after, counts.ALLOWED)
    assert is_worse
    assert lines[0].startswith("pair: decisions ")


def test_less_and_unknown_counts_are_no_growth() -> None:
    """They are told or passed over, and nothing fails."""
    expected = {"a": {"decisions": 100}, "gone": {"decisions": 1}}
    found = {"a": {"decisions": 90, "of another version": 7}, "new": {"decisions": 1}}
    assert counts.differences(expected, found, 0.01) == (["a: decisions 100 -> 90 (-10.0%)"], False)


def test_growth_within_what_is_allowed_is_told_only() -> None:
    """One in a hundred may be more, two may not."""
    assert not counts.differences({"a": {"calls": 100}}, {"a": {"calls": 101}}, 0.01)[1]
    assert counts.differences({"a": {"calls": 100}}, {"a": {"calls": 102}}, 0.01)[1]


def test_the_exponent_tells_linear_from_quadratic() -> None:
    """Whatever the constant is."""
    assert exponent([(n, 5 * n) for n in (1, 10, 100)]) == pytest.approx(1)
    assert exponent([(n, n * n / 7) for n in (1, 10, 100)]) == pytest.approx(2)


def test_the_mean_of_ratios_is_geometric() -> None:
    """Twice and half make one."""
    assert geometric_mean([2, 0.5]) == pytest.approx(1)


def test_a_universe_is_the_same_each_time_and_has_a_solution() -> None:
    """Of 60 packages all are selected, also where requirements cap below the newest."""
    first, second = Universe(80), Universe(80)
    assert [first.files(name) for name in first.names()] == [second.files(name) for name in second.names()]
    roots = first.roots(60)
    options = Options(python_version="3.12", python_platform="linux")
    answer = solve(read_requirements(roots), [], options, Channels(source=counts.MadeSource(first)))
    last = set(first.names()[20:])
    assert {pin.name for pin in answer.pins} <= last
    assert len(answer.pins) >= 55


def test_a_universe_without_caps_has_no_conflicts() -> None:
    """And another seed makes another one."""
    universe, other = Universe(80, capped=0), Universe(80, capped=0, seed=2)
    assert [universe.files(name) for name in universe.names()] != [
        other.files(name) for name in other.names()
    ]
    options = Options(python_version="3.12", python_platform="linux")
    answer = solve(
        read_requirements(universe.roots(80)), [], options, Channels(source=counts.MadeSource(universe))
    )
    assert answer.statistics.conflicts == 0
