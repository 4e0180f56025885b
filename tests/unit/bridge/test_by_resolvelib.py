"""The engine resolvelib: the same answers in the same form, and failures that are never wrong answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from resolvelib.resolvers import Result
from resolvelib.structs import DirectedGraph

from resolver.bridge import by_resolvelib
from resolver.budget import Budget
from resolver.channels import Channels
from resolver.engines import resolve, resolve_async, solve
from resolver.errors import Cancelled, LimitReached, NoSolution, Stopped
from resolver.formats.views import unsatisfiable
from resolver.options import Options
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.bridge.index_provider import IndexProvider
    from resolver.formats.answer import Answer, Progress

Universe = dict[str, dict[str, dict[str, Any]]]

LINUX = Options(python_version="3.12", python_platform="linux")
BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
TOOLS = LINUX.replace(replay="fixtures/recordings/tools")

PACKAGES: Universe = {
    "a": {"1": {"requires": ["b>=1"]}, "2": {"requires": ["b>=2", "c"], "extras": {"x": ["d"]}}},
    "b": {"1": {}, "2": {}, "3": {}},
    "c": {"1": {"requires": ["b<3"]}},
    "d": {"1": {}},
}


def answer(engine: str, packages: Universe, *requirements: str, patient: bool = True, **given: Any) -> Answer:
    """Return the answer of an engine to lines of ``app.in``."""
    constraints = parsed("limits.txt", given.pop("constraints", ()))
    return solve(
        parsed("app.in", requirements),
        constraints,
        LINUX.replace(engine=engine, **given),
        Channels(source=MemorySource(packages, patient=patient)),
    )


def told(found: Answer) -> list[tuple[object, ...]]:
    """Return all that an answer says of its pins."""
    return [
        (pin.name, pin.version, pin.extras, pin.requires, pin.via, [file.filename for file in pin.files])
        for pin in found.pins
    ]


@pytest.mark.parametrize("patient", [True, False], ids=["at-once", "awaited"])
def test_answer_is_that_of_our_engine(*, patient: bool) -> None:
    """Pins with all that belongs to them, warnings, variables."""
    lines = ("a[x,nope]", "d ; os_name == 'nt'")
    ours, other = (
        answer(engine, PACKAGES, *lines, constraints=["b<9"], patient=patient)
        for engine in ("pubgrub", "resolvelib")
    )
    assert told(other) == told(ours)
    assert (other.warnings, other.variables) == (ours.warnings, ours.variables)
    assert other.statistics.decisions == 6
    assert other.statistics.candidates == 6


@BOTH
def test_nothing_is_required(engine: str) -> None:
    assert answer(engine, {}, "a ; os_name == 'nt'").pins == ()


def test_library_takes_the_engine_as_an_option() -> None:
    """Blocking, inside an event loop, and asynchronously."""
    options = TOOLS.replace(engine="resolvelib")

    async def work() -> tuple[object, object]:
        return resolve(["pytest"], options), await resolve_async(["pytest"], options)

    expected = resolve(["pytest"], TOOLS)
    assert (resolve(["pytest"], options), *asyncio.run(work())) == (expected, expected, expected)


def test_asynchronous_callers_are_not_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine works in a thread; if nobody waits for it any more, it ends."""
    ended: list[str] = []

    def slow(_: object, __: object, options: Options, channels: Channels) -> Answer:
        while True:
            try:
                Budget(options, channels.cancelled).check_wanted()
            except Cancelled:
                ended.append("cancelled")
                raise

    monkeypatch.setattr(by_resolvelib, "solve", slow)

    async def work() -> None:
        task = asyncio.create_task(resolve_async(["a"], LINUX.replace(engine="resolvelib")))
        for _ in range(5):
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())
    assert ended == ["cancelled"]


@pytest.mark.parametrize(
    ("requirements", "packages", "expected"),
    [
        (["ghost"], {}, "you require ghost (app.in:1), which does not exist"),
        (["d>1"], PACKAGES, "you require d>1 (app.in:1), of which no version can be used"),
        (
            ["a==2", "b>2"],
            PACKAGES,
            "you require b>2 (app.in:2), a 2 requires b>=2 and c 1 requires b<3",
        ),
        (
            ["a", "b<1"],
            {"a": {str(n): {"requires": ["b>=1"]} for n in range(5)}, "b": {"0": {}, "1": {}}},
            "you require b<1 (app.in:2) and a 0 to 4 (5 versions) each requires b>=1",
        ),
        (
            ["a"],
            {"a": {str(n): {"requires": ["b !! 1"]} for n in range(3)}},
            "a 0, 1 and 2 each has unusable metadata: the requirement 'b !! 1' cannot be read",
        ),
    ],
)
def test_what_excludes_one_another_is_named(
    requirements: list[str], packages: Universe, expected: str
) -> None:
    """In one sentence; there is no derivation, and a hint at the engine that gives one."""
    with pytest.raises(NoSolution) as caught:
        answer("resolvelib", packages, *requirements)
    error = caught.value
    assert error.explanation.startswith(f"Because {expected}")
    assert error.explanation.endswith(", resolvelib found no solution.")
    assert error.derivation is None
    assert "pubgrub" in error.hints[0]
    assert '"derivation": null' in unsatisfiable(error)


def test_extra_that_does_not_go_with_its_package_is_named() -> None:
    packages: Universe = {"a": {"1": {}}, "b": {"1": {"requires": ["a[x]<1"]}}}
    with pytest.raises(NoSolution, match="of which no version can be used"):
        answer("resolvelib", packages, "a", "b")


def fail(error: Exception) -> Any:
    """Return a class in the place of ``resolvelib.Resolver`` that fails."""

    class FailingResolver:
        def __init__(self, *_: object) -> None: ...

        def resolve(self, *_: object, **__: object) -> None:
            raise error

    return FailingResolver


def test_recursion_without_end_is_told_as_a_failure_of_resolvelib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_resolvelib, "Resolver", fail(RecursionError()))
    with pytest.raises(Stopped, match=r"resolvelib failed .* use the engine pubgrub \(--engine pubgrub\)"):
        answer("resolvelib", PACKAGES, "a")


def test_invalid_solution_is_never_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as what it is: resolvelib is known for it."""

    class WrongResolver:
        def __init__(self, provider: IndexProvider, _: object) -> None:
            self._provider = provider

        def resolve(self, requirements: Iterable[str], max_rounds: int) -> Any:
            assert max_rounds == by_resolvelib.ROUNDS
            (name,) = map(self._provider.identify, requirements)
            candidate = next(self._provider.find_matches(name, {}, {})())
            list(self._provider.get_dependencies(candidate))
            return Result({name: candidate}, DirectedGraph(), {})

    monkeypatch.setattr(by_resolvelib, "Resolver", WrongResolver)
    with pytest.raises(Stopped) as caught:
        answer("resolvelib", PACKAGES, "a")
    assert caught.value.exit_code == 7
    assert str(caught.value).startswith(
        "resolvelib returned a solution that is none (a is pinned to 2, which requires b>=2, and b is not"
        " pinned): use the engine pubgrub"
    )


def test_rounds_are_limited() -> None:
    with pytest.raises(LimitReached, match="no answer within 2 rounds"):
        by_resolvelib.solve(
            parsed("app.in", ["a"]), [], LINUX, Channels(source=MemorySource(PACKAGES)), rounds=2
        )


def test_deadline_ends_it() -> None:
    with pytest.raises(LimitReached, match="--deadline"):
        answer("resolvelib", PACKAGES, "a", deadline=1e-9)


def test_progress_is_told() -> None:
    told: list[Progress] = []
    solve(
        parsed("app.in", ["a"]),
        [],
        LINUX.replace(engine="resolvelib"),
        Channels(source=MemorySource(PACKAGES), progress=told.append),
    )
    assert [(each.decisions, each.package) for each in told] == [(1, "a"), (2, "c"), (3, "b")]
    assert told[-1].packages == 3
