"""The whole command against recorded data of a real index, with another resolver's answers to compare with.

Each test starts the command as a process; the index is a replay server on loopback, one for each set of its
options.  Pins were recorded by ``uv pip compile`` with Python 3.12 and without builds.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from support.command import failed, run_command, succeeded
from support.recorded_index import EXPECTED, REQUIREMENTS, SETS, RecordedIndex, needs_recorded_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Done

pytestmark = [pytest.mark.slow, needs_recorded_index]

CONFLICTS = ("conflict-a", "conflict-b2")
SOLVABLE = [name for name in SETS if name not in CONFLICTS]


def resolve(name: str, index: RecordedIndex | None, cache: Path, *words: str) -> Done:
    """Resolve the set ``name``; without ``index`` the option that names it is left to ``words``."""
    where = () if index is None else ("--index-url", index.url)
    target = ("--python-version", "3.12", "--no-build", "--no-header", "--no-annotate")
    return run_command(
        *("resolve", f"{name}.in", *target, *where, "--cache-dir", str(cache), *words),
        home=cache.parent,
        cwd=REQUIREMENTS,
    )


def expected(name: str) -> str:
    """Return the pins that the other resolver found."""
    return (EXPECTED / f"{name}.txt").read_text("utf-8")


class ColdRuns:
    """What the command says of each set when it sees it for the first time, and the cache that this fills."""

    def __init__(self, index: RecordedIndex, folder: Path) -> None:
        self._index = index
        self._folder = folder
        self._runs: dict[str, Done] = {}

    def cache(self, name: str) -> Path:
        """Return the cache of the set, filled; who changes it must make a copy."""
        self.run(name)
        return self._folder / name / "cache"

    def run(self, name: str) -> Done:
        """Resolve the set with an empty cache, the first time that it is asked for."""
        if name not in self._runs:
            (self._folder / name).mkdir()
            self._runs[name] = resolve(name, self._index, self._folder / name / "cache")
        return self._runs[name]


@pytest.fixture(scope="module")
def index() -> Iterator[RecordedIndex]:
    """Serve as an index should."""
    with RecordedIndex() as server:
        yield server


@pytest.fixture(scope="module")
def index_without_sidecars() -> Iterator[RecordedIndex]:
    """Serve no metadata files (PEP 658): they must be read out of wheels."""
    with RecordedIndex("--no-core-metadata") as server:
        yield server


@pytest.fixture(scope="module")
def cold(index: RecordedIndex, tmp_path_factory: pytest.TempPathFactory) -> ColdRuns:
    """Cold runs, one a set for all tests."""
    return ColdRuns(index, tmp_path_factory.mktemp("cold"))


@pytest.mark.parametrize("name", SOLVABLE)
def test_pins_are_those_of_another_resolver(cold: ColdRuns, name: str) -> None:
    """With an empty cache, byte for byte."""
    assert succeeded(cold.run(name)) == expected(name)


@pytest.mark.parametrize("name", SETS)
def test_a_warm_run_sends_no_request(cold: ColdRuns, index: RecordedIndex, name: str) -> None:
    """It says the same, from the cache alone."""
    first, cache = cold.run(name), cold.cache(name)
    index.counts()
    again = resolve(name, index, cache)
    assert (again.code, again.stdout, again.stderr) == (first.code, first.stdout, first.stderr)
    assert index.counts() == {}


def test_a_direct_conflict_is_explained(cold: ColdRuns) -> None:
    """Packages, ranges, and the lines of the file that stand against each other."""
    said = failed(cold.run("conflict-a"), 1)
    assert "django<3 (conflict-a.in:1)" in said
    assert "djangorestframework>=3.15 (conflict-a.in:2)" in said
    assert "djangorestframework 3.15.0 to 3.18.3 depend on django" in said
    assert "your requirements cannot be satisfied.\nfix: change `django<3` to `django<" in said


def test_a_conflict_over_hundreds_of_versions_is_explained_in_a_few_lines(cold: ColdRuns) -> None:
    """Neighbouring versions are told together."""
    said = failed(cold.run("conflict-b2"), 1)
    assert "botocore>=1.13,<1.30 (conflict-b2.in:2)" in said
    assert "urllib3>=2 (conflict-b2.in:1)" in said
    assert "botocore 1.13.0 to 1.29.165" in said
    assert len(said.splitlines()) < 5


# Of the other sets, some ask for a thousand wheels in the same way as these for some dozens.
@pytest.mark.parametrize("name", ["small", "backtrack-boto", "backtrack-starlette", "conflict-a"])
def test_wheels_read_in_parts_give_the_same_answer(
    cold: ColdRuns, index_without_sidecars: RecordedIndex, tmp_path: Path, name: str
) -> None:
    """An index without metadata files: the ends of wheels are read by range, never whole wheels."""
    index_without_sidecars.counts()
    done = resolve(name, index_without_sidecars, tmp_path / "cache")
    first = cold.run(name)
    assert (done.code, done.stdout, done.stderr) == (first.code, first.stdout, first.stderr)
    counts = index_without_sidecars.counts()
    assert counts["wheel-range"] > 0
    assert counts.keys().isdisjoint({"metadata", "wheel-whole", "wheel-head", "wheel-416", "file-404"})


def test_whole_wheels_give_the_same_answer(tmp_path: Path) -> None:
    """The last resort: neither metadata files nor ranges."""
    with RecordedIndex("--no-core-metadata", "--no-range") as server:
        assert succeeded(resolve("small", server, tmp_path / "cache")) == expected("small")
        assert server.counts()["wheel-whole"] == len(expected("small").splitlines())


@pytest.mark.parametrize("day", ["2024-06", "2025-06"])
@pytest.mark.parametrize("name", ["small", "web", "data"])
def test_pins_of_a_past_day_are_those_of_another_resolver(
    cold: ColdRuns, index: RecordedIndex, name: str, day: str
) -> None:
    """For both a date means the end of that day, in UTC."""
    done = resolve(name, index, cold.cache(name), "--exclude-newer", f"{day}-01")
    assert (done.code, done.stdout) == (0, expected(f"{name}-{day}"))


def test_lowest_direct_pins_are_those_of_another_resolver(cold: ColdRuns, index: RecordedIndex) -> None:
    """Oldest versions of what is asked for, newest of all else; through metadata as bad as it was then."""
    done = resolve("web", index, cold.cache("web"), "--resolution", "lowest-direct")
    assert (done.code, done.stdout) == (0, expected("web-lowest-direct"))


def test_offline_answers_from_the_cache(cold: ColdRuns, index: RecordedIndex) -> None:
    """And asks nobody."""
    cache = cold.cache("small")
    index.counts()
    assert succeeded(resolve("small", index, cache, "--offline")) == expected("small")
    assert index.counts() == {}


def test_offline_with_an_empty_cache_names_what_is_missing(index: RecordedIndex, tmp_path: Path) -> None:
    """The first thing that is needed, with its address; nothing is asked."""
    index.counts()
    said = failed(resolve("small", index, tmp_path / "cache", "--offline"), 3)
    assert f"{index.url}aiohttp/ is not in the cache" in said
    assert "--offline" in said
    assert index.counts() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_recording_answers_without_index_and_cache(
    cold: ColdRuns, index: RecordedIndex, tmp_path: Path
) -> None:
    """A cold run and a warm one record the same bytes, and what is replayed says the same."""
    recordings = [tmp_path / "one", tmp_path / "two"]
    for place, cache in zip(recordings, (tmp_path / "cache", cold.cache("small")), strict=True):
        done = resolve("small", index, cache, "--record", str(place))
        assert succeeded(done) == expected("small")
    assert _content(recordings[0]) == _content(recordings[1])
    shutil.rmtree(recordings[1])
    index.counts()
    replayed = resolve("small", None, tmp_path / "unused", "--replay", str(recordings[0]))
    assert succeeded(replayed) == expected("small")
    assert index.counts() == {}
    assert not (tmp_path / "unused").exists()


def test_a_recorded_conflict_is_explained_as_before(
    cold: ColdRuns, index: RecordedIndex, tmp_path: Path
) -> None:
    """Word for word."""
    recording = tmp_path / "recording"
    done = resolve("conflict-a", index, cold.cache("conflict-a"), "--record", str(recording))
    assert done.code == 1
    replayed = resolve("conflict-a", None, tmp_path / "unused", "--replay", str(recording))
    assert failed(replayed, 1) == failed(cold.run("conflict-a"), 1)


def test_json_has_the_same_pins(cold: ColdRuns, index: RecordedIndex) -> None:
    """Names and versions, in the same order."""
    done = resolve("web", index, cold.cache("web"), "--format", "json")
    pins = json.loads(succeeded(done))["pins"]
    assert "".join(f"{pin['name']}=={pin['version']}\n" for pin in pins) == expected("web")


def test_json_of_a_conflict_goes_to_stdout(cold: ColdRuns, index: RecordedIndex) -> None:
    """The explanation for people stays on stderr."""
    done = resolve("conflict-a", index, cold.cache("conflict-a"), "--format", "json")
    assert (done.code, done.stderr) == (1, cold.run("conflict-a").stderr)
    assert json.loads(done.stdout)["status"] == "unsatisfiable"


@pytest.mark.parametrize(
    ("percent", "kinds", "options"),
    [
        (2, "503 429", ("--fault-seed", "2")),
        (15, "truncated reset", ()),
        (15, "corrupt-gzip bad-bytes", ()),
        (10, "wrong-type", ()),
        (15, "truncated reset corrupt-gzip bad-bytes wrong-type", ("--no-core-metadata",)),
    ],
)
def test_a_faulty_index_changes_no_answer(
    percent: int, kinds: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """All answers are broken, then some, then none is asked for: nothing wrong gets into pins or cache."""
    faults = [word for kind in kinds.split() for word in ("--fault", kind)]
    with RecordedIndex(*faults, "--fault-percent", "100", *options) as server:
        cache = tmp_path / "cache"
        assert server.url in failed(resolve("small", server, cache, "--retries", "0"), 3)
        server.set_fault_percent(percent)
        server.counts()
        assert succeeded(resolve("small", server, cache)) == expected("small")
        assert any(name.startswith("fault-") for name in server.counts())
        assert succeeded(resolve("small", server, cache, "--offline")) == expected("small")


def test_a_wrong_confirmation_changes_no_answer(tmp_path: Path) -> None:
    """An index that calls everything by one tag, and says that whatever we have is current."""
    with RecordedIndex("--fault", "stale-etag", "--fault-percent", "100") as server:
        assert succeeded(resolve("small", server, tmp_path / "cache")) == expected("small")
        assert succeeded(resolve("small", server, tmp_path / "cache", "--refresh")) == expected("small")


def test_a_deadline_ends_a_run_that_gets_drops(tmp_path: Path) -> None:
    """An index that sends forty bytes a second."""
    with RecordedIndex("--fault", "slow", "--fault-percent", "100") as server:
        done = resolve("small", server, tmp_path / "cache", "--deadline", "1")
        assert "deadline of 1 s" in failed(done, 7)


def _content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below ``folder`` by their paths."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
