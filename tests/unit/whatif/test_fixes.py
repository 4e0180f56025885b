"""The search for fixes as part of a resolution: what it may cost, and what it must not disturb."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import IndexUnavailable, NoSolution
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.posing import pose
from resolver.scout import Fetcher
from resolver.session import solve
from resolver.solver.engine import Need, Solver, Unsolvable
from resolver.sources import environment_of
from resolver.whatif.changes import Question
from resolver.whatif.fixes import Search, Verdict
from resolver.whatif.trials import Allowance, Trials
from support.fixing import fixes_of
from support.memory import MemorySource

if TYPE_CHECKING:
    from resolver.formats.answer import Fix, Progress
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

Universe = dict[str, dict[str, Any]]

LINUX = Options(python_version="3.12", python_platform="linux")

#: The newest version that fits is 17, the nearest one to what is asked for 12.
MANY: Universe = {
    "web": {str(n): {} for n in range(1, 40)},
    "plugin": {"1": {"requires": ["web>=12,<18"]}},
    "other": {"1": {"requires": ["missing"]}},
}


def told(requirements: list[str], source: MemorySource, options: Options = LINUX) -> list[Fix]:
    """Return the fixes for ``requirements``, which have no solution."""
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)],
            [],
            options,
            Channels(source=source),
        )
    return fixes_of(caught.value)


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("web<=3", "web<=12"),
        ("web==3", "web==12"),
        ("web>30", "web>=17"),
        ("web~=3.0", "web~=12.0"),
        ("web<5,!=12", "web<14,!=12"),
    ],
)
def test_bound_is_moved_as_little_as_possible(line: str, expected: str, *, patient: bool) -> None:
    """Not to where the newest version is that would be selected."""
    (fix,) = told([line, "plugin"], MemorySource(MANY, patient=patient))
    assert fix.change == f"change `{line}` to `{expected}` (app.in:1)"
    assert fix.requirements == (expected, "plugin")
    assert (fix.options, fix.constraints, fix.overrides, fix.settings) == ((), None, None, {})


def test_smaller_changes_come_first() -> None:
    """To admit newer versions, to pin another, to admit older ones; newer results before older ones."""
    packages: Universe = {
        "a": {"1": {"requires": ["c==1"]}, "2": {"requires": ["c==2"]}},
        "b": {"1": {"requires": ["c==1"]}, "2": {"requires": ["c==2"]}},
        "c": {"1": {}, "2": {}},
    }
    assert [fix.requirements for fix in told(["b>1", "a<2"], MemorySource(packages))] == [
        ("b>1", "a<3"),
        ("b>=1", "a<2"),
    ]
    assert [fix.requirements for fix in told(["b==1", "a==2"], MemorySource(packages))] == [
        ("b==2", "a==2"),
        ("b==1", "a==1"),
    ]


def test_lines_set_aside_stay_among_the_lines() -> None:
    """All requirement lines are told, those that do not count here too."""
    (fix,) = told(["web<2", "plugin", "x ; os_name == 'nt'"], MemorySource(MANY))
    assert fix.requirements == ("web<13", "plugin", "x ; os_name == 'nt'")


def test_only_what_the_proof_rests_on_is_tried() -> None:
    """The other package is not even looked at again: dropping it could not help."""
    source = MemorySource({**MANY, "free": {"1": {}}})
    told(["free<2", "web<2", "plugin"], source)
    assert len(source.asked) == len(set(source.asked))


def test_nothing_is_tried_where_that_is_not_wanted() -> None:
    source = MemorySource(MANY)
    assert told(["web==3", "plugin"], source, LINUX.replace(no_fixes=True)) == []
    assert "web==12" not in source.asked


def test_fix_that_needs_what_a_recording_lacks_is_not_offered() -> None:
    """A trial that cannot be finished is no reason to keep back the proof, and others are tried."""

    class Partial(MemorySource):
        def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
            if name == "web":
                raise IndexUnavailable("the recording has no metadata of web")
            return super().metadata_now(name, file)

        def listing_now(self, name: str) -> Listing | None:
            if name == "elsewhere":
                raise IndexUnavailable("the recording has no elsewhere")
            return super().listing_now(name)

    packages: Universe = {
        "web": {"1": {}, "2": {}},
        "plugin": {"1": {}, "2": {"requires": ["web>=2"]}},
        "base": {"1": {"requires": ["plugin==1"]}, "2": {"requires": ["elsewhere"]}},
    }
    (fix,) = told(["plugin==2", "base==1"], Partial(packages))
    assert fix.requirements == ("plugin==1", "base==1")


def test_wheels_are_allowed_where_only_they_are_there() -> None:
    (fix,) = told(["web"], MemorySource({"web": {"1": {}}}), LINUX.replace(no_binary=("web",)))
    assert (fix.change, fix.options) == ("allow wheels (--no-binary :none:)", ("--no-binary", ":none:"))


@pytest.mark.slow
def test_deadline_ends_the_search_for_fixes_and_keeps_the_proof() -> None:
    """What would have to be waited for is not offered; that there is no solution was found out in time."""

    class Mute(MemorySource):
        async def listing(self, name: str) -> Listing:
            if name == "mute":
                await asyncio.Event().wait()
            return await super().listing(name)

    packages: Universe = {
        "web": {"1": {}, "2": {"requires": ["mute"]}},
        "plugin": {"1": {"requires": ["web>1"]}},
    }
    source = Mute(packages, patient=False)
    (fix,) = told(["web<2", "plugin"], source, LINUX.replace(deadline=1.0))
    assert fix.change == "drop `plugin` (app.in:2)"


def test_fixes_are_values() -> None:
    """Equal by what they say, and picklable with the error that carries them."""
    with pytest.raises(NoSolution) as caught:
        solve(
            [Requirement.parse("web<2"), Requirement.parse("plugin")],
            [],
            LINUX,
            Channels(source=MemorySource(MANY)),
        )
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.fixes == caught.value.fixes
    assert len({*copied.fixes, *caught.value.fixes}) == len(copied.fixes) == 1
    assert repr(copied.fixes[0]) == "<Fix: change `web<2` to `web<13`>"
    assert copied.fixes[0] != "web<13"


class _Failed:
    """A resolution that failed, for trials of one's own."""

    def __init__(self, requirements: list[str], packages: Universe) -> None:
        parsed = [Requirement.parse(text) for text in requirements]
        self.question = Question(parsed, [], LINUX)
        self.source = MemorySource(packages)
        self.problem = pose(parsed, [], LINUX, environment_of(LINUX))
        self.fetcher = Fetcher(self.source, self.problem)
        solver = Solver(self.problem)
        step = solver.advance()
        while isinstance(step, Need):
            for key in step.keys:
                assert self.fetcher.now(key)  # type: ignore[arg-type]  # keys of a PythonProblem
            step = solver.advance()
        assert isinstance(step, Unsolvable)
        self.solver = solver
        self.search = Search(self.question, self.problem, step.clause)

    def fixes(self, **allowed: int) -> tuple[Fix, ...]:
        """Return what is found with such an allowance."""
        given: dict[str, Any] = {"steps": 100_000, "seconds": 60.0, "requests": lambda: 0, **allowed}
        allowance = Allowance(**given)
        trials = Trials(
            self.search.trials(),
            self.question,
            self.problem,
            self.solver,
            self.fetcher,
            allowance=allowance,
        )
        while trials.step() is not None:
            pass
        return self.search.fixes()


def test_what_trials_may_cost_is_bounded() -> None:
    """By number, steps, questions to the source and seconds; what was proven before is told."""
    requirements = ["web==3", "plugin"]
    assert [fix.requirements[0] for fix in _Failed(requirements, MANY).fixes()] == ["web==12"]
    for nothing in ({"trials": 0}, {"steps": 0}, {"keys": 0}, {"seconds": 0}):
        assert _Failed(requirements, MANY).fixes(**nothing) == ()
    known = [_Failed(requirements, MANY).fixes(trials=count) for count in range(12)]
    assert [bool(fixes) for fixes in known] == [False] + [True] * 11
    assert known[1] != known[-1] == _Failed(requirements, MANY).fixes()
    sent = iter(range(0, 100_000, 2_000))
    assert _Failed(requirements, MANY).fixes(requests=lambda: next(sent)) == ()  # type: ignore[arg-type]


def test_one_trial_cannot_use_up_what_all_may_cost() -> None:
    """A trial that leads into a long chain is given up, and others are tried."""
    chain: Universe = {f"c{n}": {"1": {"requires": [f"c{n + 1}"]}} for n in range(100)}
    packages: Universe = {
        **chain,
        "a": {"1": {"requires": ["b<2"]}, "2": {"requires": ["c0"]}},
        "b": {"1": {}, "2": {}},
    }
    fixes = _Failed(["a==1", "b==2"], packages).fixes(keys=60)
    assert [fix.requirements for fix in fixes] == [("a==1", "b==1")]


def test_verdict_that_is_not_known_selects_nothing() -> None:
    assert Verdict().selected("a") is None
    assert not Verdict().solved


def test_solution_that_does_not_hold_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a bug; what is told was verified."""
    assert told(["web<2", "plugin"], MemorySource(MANY))
    monkeypatch.setattr("resolver.whatif.fixes.violation", lambda *_: "web is not pinned")
    assert told(["web<2", "plugin"], MemorySource(MANY)) == []


def test_progress_says_that_changes_are_tried() -> None:
    """So that nobody wonders what takes so long after the last package."""
    seen: list[Progress] = []
    with pytest.raises(NoSolution):
        solve(
            [Requirement.parse("web<2"), Requirement.parse("plugin")],
            [],
            LINUX,
            Channels(source=MemorySource(MANY, patient=False), progress=seen.append),
        )
    assert seen[-1].package == "trying changes"


def test_interruption_while_changes_are_tried_says_so() -> None:
    """What was found out before is told in short."""

    class Impatient(MemorySource):
        def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
            if file.filename == "web-17-py3-none-any.whl":
                raise KeyboardInterrupt
            return super().metadata_now(name, file)

    with pytest.raises(KeyboardInterrupt) as caught:
        told(["web<2", "plugin"], Impatient(MANY))
    (note,) = caught.value.__notes__
    assert note.startswith("while looking for changes that would help; there is no solution")
