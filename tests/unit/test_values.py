"""What callers are given are values: they pickle, copy and compare, in threads and processes as well."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from resolver import MemoryFetcher, NoSolution, Options, Resolution, errors, resolve, resolve_async
from support.loopback import Loopback

if TYPE_CHECKING:
    from pathlib import Path

LINUX = Options(python_version="3.12", python_platform="linux")
TOOLS = LINUX.replace(replay="fixtures/recordings/tools")
WORLD: dict[str, dict[str, list[str]]] = {
    "web": {"1": ["http<2"], "2": ["http>=2"]},
    "http": {"1": [], "2": []},
    "old": {"1": ["http<2"]},
}


def again(value: object) -> list[object]:
    """Return ``value`` pickled in every way and copied."""
    pickled = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, 6)]
    return [*pickled, copy.copy(value), copy.deepcopy(value)]


def every_error() -> list[errors.ResolverError]:
    """Return one error of each class, with all that it can carry."""
    made = [
        errors.InputError("odd", file="a.in", line=3, column=2, text="x"),
        errors.IndexUnavailable("down", url="https://index.example/", status=500),
        errors.HashMismatch("other", url="https://index.example/a", expected="1", actual="2"),
        errors.BuildFailed("broken", output="last words"),
        errors.LimitReached("enough", option="--deadline", package="a"),
        no_solution(),
        errors.NothingBuilt("no build", hints=["try"]),
    ]
    kinds = {getattr(errors, name) for name in errors.__all__} - {type(error) for error in made}
    return [*made, *(kind("said") for kind in sorted(kinds, key=lambda kind: kind.__name__))]


def no_solution() -> NoSolution:
    with pytest.raises(NoSolution) as caught:
        resolve(["web>=2", "old"], LINUX, fetcher=MemoryFetcher(WORLD))
    return caught.value


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_errors_are_values(error: errors.ResolverError) -> None:
    """With their facts, their text and their exit code."""
    for other in again(error):
        assert isinstance(other, errors.ResolverError)
        assert (other, hash(other), str(other)) == (error, hash(error), str(error))
        assert other.exit_code == error.exit_code
    changed = copy.copy(error)
    changed.args = ("another",)
    assert changed != error
    assert error != str(error)
    assert error != errors.ResolverError(*error.args) or type(error) is errors.ResolverError


def test_errors_that_say_other_things_differ() -> None:
    """But not by what was counted, or noted on the way."""
    one = errors.LimitReached("enough", option="--deadline", statistics=1)
    other = errors.LimitReached("enough", option="--deadline", statistics=2)
    other.add_note("seen")
    assert one == other
    assert one != errors.LimitReached("enough", option="--max-steps")


def test_answers_without_a_solution_are_the_same_each_time() -> None:
    assert no_solution() == no_solution()
    assert no_solution().derivation is not None


def test_fix_is_data_to_go_on_with() -> None:
    """Its requirements and settings are the changed question, and have an answer."""
    fixes = no_solution().fixes
    assert fixes
    for fix in fixes:
        found = resolve(fix.requirements, LINUX.replace(**fix.settings), fetcher=MemoryFetcher(WORLD))
        assert {"web", "http"} & found.pins.keys()


def test_resolution_is_a_value() -> None:
    """Pins, their files, and the environment; pins are sorted by name, and nobody can change them."""
    found = resolve(["tox", "pytest"], TOOLS)
    for other in again(found):
        assert isinstance(other, Resolution)
        assert (other, hash(other)) == (found, hash(found))
        assert other.to_json() == found.to_json()
        assert [pin.files for pin in other.pins.values()] == [pin.files for pin in found.pins.values()]
    assert list(found.pins) == sorted(found.pins)
    with pytest.raises(TypeError):
        found.pins["x"] = found.pins["tox"]  # type: ignore[index]  # what must not be possible


def test_options_and_fetchers_go_along() -> None:
    """To a worker, for instance."""
    fetcher = MemoryFetcher(WORLD)
    for other in (pickle.loads(pickle.dumps(fetcher)), copy.deepcopy(fetcher)):
        assert resolve(["web"], LINUX, fetcher=other) == resolve(["web"], LINUX, fetcher=fetcher)
    assert pickle.loads(pickle.dumps(TOOLS)) == TOOLS


@pytest.mark.slow
def test_threads_resolve_beside_one_another(tmp_path: Path) -> None:
    """Eight at a time, over an index, a recording and a fetcher, with one cache."""
    with Loopback() as index:
        index.add("app", "1", ["lib<2"])
        index.add("lib", "1")
        index.add("lib", "2")
        cached = LINUX.replace(index_url=index.index, cache_dir=str(tmp_path))

        def work(number: int) -> Resolution:
            if number % 3 == 0:
                return resolve(["app"], cached)
            if number % 3 == 1:
                return resolve(["tox"], TOOLS)
            return asyncio.run(resolve_async(["web"], LINUX, fetcher=MemoryFetcher(WORLD)))

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(work, range(24)))
        assert found == [work(number) for number in range(24)]
    assert [len(each.pins) for each in found[:3]] == [2, 13, 2]


def _in_another_process(name: str) -> Resolution | NoSolution:
    try:
        return resolve([name, "old"], LINUX, fetcher=MemoryFetcher(WORLD))
    except NoSolution as error:
        return error


@pytest.mark.slow
def test_answers_come_back_from_other_processes() -> None:
    """The same values, solved or not."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        found = list(pool.map(_in_another_process, ["web", "web>=2"]))
    assert found == [_in_another_process("web"), no_solution()]
