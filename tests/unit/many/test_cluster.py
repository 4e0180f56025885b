"""Lines on a cluster that is pretended; ``tests/cluster`` has a real one."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING, Any

import pytest

from resolver.errors import IndexUnavailable, InputError
from resolver.many.cluster import ClusterUnavailable, Place, run_on_cluster, settled
from resolver.many.ledger import Ledger
from resolver.options import Options
from support.hard import record
from support.many import LINUX, made_lines, made_setup
from support.pretended_cluster import PretendedCluster

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.many.lines import Setup
    from resolver.many.outcomes import Outcome, Usage

PACKAGES: dict[str, dict[str, Any]] = {
    **{f"p{number}": {"1": {}} for number in range(10)},
    "odd": {"1": {"requires": ["p0<1"]}},
}
ORDINARY = tuple(f"p{number}" for number in range(10))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> PretendedCluster:
    """Stand in for ``distributed``."""
    found = PretendedCluster()
    monkeypatch.setitem(sys.modules, "distributed", found)
    return found


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Return a setup over a recording."""
    record(tmp_path / "recording", PACKAGES)
    return made_setup(LINUX.replace(replay=str(tmp_path / "recording"), timeout=3.0), jobs=4)


def resolved(setup: Setup, *texts: str, fail_fast: bool = False) -> tuple[list[Outcome], dict[str, Usage]]:
    """Return what the cluster makes of lines, as it is told, and what it took."""
    told: list[Outcome] = []
    usage: dict[str, Usage] = {}
    lines = made_lines(*texts)
    ledger = Ledger(lines, told.append, fail_fast=fail_fast)
    run_on_cluster(setup, "tcp://me:secret@there:1", ledger, len(lines), note_usage=usage.__setitem__)
    return told, usage


def test_outcomes_come_in_the_order_of_the_lines(setup: Setup, cluster: PretendedCluster) -> None:
    """Whatever the order in which tasks end; the connection is given back."""
    told, usage = resolved(setup, *ORDINARY, "odd")
    assert [each.number for each in told] == list(range(1, 12))
    assert [each.exit_code for each in told] == [0] * 10 + [1]
    assert [each.memory > 1 for each in usage.values()] == [True]
    assert cluster.arguments == ("tcp://me:secret@there:1", {"timeout": 3.0, "set_as_default": False})
    assert (cluster.closed, cluster.cancelled) == (1, ["task 1"])


def test_nothing_is_done_behind_the_first_failure(setup: Setup, cluster: PretendedCluster) -> None:
    """What was handed in and is not needed is cancelled."""
    told, _ = resolved(setup, "odd", *ORDINARY, fail_fast=True)
    assert [each.exit_code for each in told] == [1]
    assert resolved(setup) == ([], {})
    assert cluster.closed == 2


def test_a_line_that_kills_workers_is_found_and_told(setup: Setup, cluster: PretendedCluster) -> None:
    """Those that were handed in with it are run again, one at a time."""
    told, _ = resolved(setup, "p1", "deadly", *ORDINARY)
    assert [each.exit_code for each in told] == [0, 70] + [0] * 10
    assert told[1].said == "workers of the cluster died again and again while they resolved this line alone."
    assert cluster.tasks > len(ORDINARY) // 2


def test_a_cluster_that_goes_away_is_an_error(setup: Setup, cluster: PretendedCluster) -> None:
    cluster.lost = 3
    with pytest.raises(ClusterUnavailable, match="has gone away"):
        resolved(setup, *ORDINARY)
    assert cluster.closed == 1


def test_what_the_workers_refuse_is_refused(setup: Setup, cluster: PretendedCluster) -> None:
    """As one process would."""
    cluster.failure = IndexUnavailable("no index there")
    with pytest.raises(IndexUnavailable, match="no index there"):
        resolved(setup, "p1")


def test_workers_without_this_package_are_an_error(setup: Setup, cluster: PretendedCluster) -> None:
    """It says what may be wrong."""
    cluster.failure = ModuleNotFoundError("No module named 'resolver'")
    with pytest.raises(ClusterUnavailable, match="is this package, in this version, installed") as caught:
        resolved(setup, "p1")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("error", [OSError("timed out"), ValueError("no port"), TimeoutError()])
def test_a_cluster_that_cannot_be_reached(setup: Setup, cluster: PretendedCluster, error: Exception) -> None:
    """The password of its address is not shown."""
    cluster.unreachable = error
    with pytest.raises(ClusterUnavailable, match=r"^the cluster at tcp://\*\*\*\*@there:1 cannot be reached"):
        resolved(setup, "p1")


def test_a_cluster_without_workers(setup: Setup, cluster: PretendedCluster) -> None:
    """Nobody waits for ever."""
    cluster.idle = TimeoutError("none")
    with pytest.raises(ClusterUnavailable, match="has no workers"):
        resolved(setup, "p1")
    assert cluster.closed == 1


def test_without_distributed_it_is_said_how_to_get_it(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"install pubgrub-resolver\[dask\]"):
        resolved(setup, "p1")


def test_a_place_keeps_what_it_has_read_and_travels_without(setup: Setup) -> None:
    """The second list of lines reads nothing again."""
    place = Place(setup)
    first, _, _ = place.resolved(made_lines("p1"))
    bench = place._bench
    second, process, usage = place.resolved(made_lines("p1", "odd"))
    assert place._bench is bench
    assert [each.exit_code for each in (*first, *second)] == [0, 0, 1]
    assert "process" in process
    assert usage.memory > 1
    copy = pickle.loads(pickle.dumps(place))
    assert copy._bench is None
    assert [each.exit_code for each in copy.resolved(made_lines("p2"))[0]] == [0]


def test_the_indexes_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may be configured otherwise; what is named stays as it is."""
    for name in ("RESOLVER_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://more.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/somewhere")
    warned: list[str] = []
    found = settled(Options(no_cache=True, extra_index_urls=("https://first.example/",)), warned.append)
    assert found.index_url == "https://index.example/simple"
    assert found.extra_index_urls == ("https://first.example/", "https://more.example/simple")
    assert found.find_links == ("/somewhere",)
    assert warned == []
    assert settled(found, pytest.fail) is found
    assert settled(Options(replay="somewhere"), pytest.fail).index_url is None
