"""``resolver resolve-many``: what is written where, in which order, with which exit code; and how it ends."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from resolver.cli import Streams, run
from resolver.errors import IndexUnavailable
from resolver.many.bench import Bench
from resolver.sources import open_source
from support.background import JSON, page, serving
from support.command import Done, clean_environ, command_line, failed, run_here, without_configuration
from support.fault_server import MUTE, reply
from support.hard import pigeons, record
from support.many import LINUX, made_lines, made_setup
from support.pretended_cluster import PretendedCluster
from support.schema import check, load_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resolver.many.lines import Line
    from resolver.many.outcomes import Outcome
    from support.fault_server import Asked, FaultServer, Reply

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["lib<2"]}, "2": {"requires": ["lib"]}},
    "lib": {"1": {}, "2": {}, "3rc1": {}},
    "odd": {"1": {"requires": ["lib<1"]}},
}
TARGET = ("--python-version", "3.12", "--python-platform", "linux")
REPLAY = ("--replay", "recording", *TARGET)
ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are those of POSIX")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a recording, as a user without configuration."""
    without_configuration(tmp_path / "home", monkeypatch)
    record(tmp_path / "recording", PACKAGES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def many(*words: str, text: str = "app<2\nodd\nlib\n") -> Done:
    """Run the command in this process on ``many.txt``, which holds ``text``."""
    Path("many.txt").write_text(text, "utf-8")
    return run_here("resolve-many", "many.txt", *words)


def told(done: Done) -> list[str]:
    """Return the lines of the result without times."""
    return [re.sub(r", [\d.,]+ ms\)", ")", line) for line in done.stdout.splitlines()]


def documents(done: Done) -> list[dict[str, Any]]:
    """Return the documents of the result, all of which keep to the schema."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for each in found:
        check(each, load_schema("resolve-many-1"))
    return found


def start(*words: str) -> subprocess.Popen[str]:
    """Start the command as users do."""
    return subprocess.Popen(
        command_line("resolve-many", *words),
        env=clean_environ(Path()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_line_each_on_stdout_and_totals_on_stderr() -> None:
    """In the order of the file; comments and blank lines do not count."""
    done = many(*REPLAY, text="# all\napp<2\n\nodd  # no\nlib ; os_name == 'nt'\n")
    assert done.code == 1
    first, second, third = told(done)
    assert (first, third) == (
        "Success (1/3): app<2, 2 packages",
        "Success (3/3): lib ; os_name == 'nt', 0 packages",
    )
    assert second.startswith(
        "No solution (2/3): odd: Because you require odd (many.txt:4) and odd 1 depends on"
    )
    assert second.endswith(", your requirements cannot be satisfied.")
    totals, times, slowest, memory = done.stderr.splitlines()
    assert re.fullmatch(r"3 lines in \d+\.\d\d s: 2 succeeded, 1 without a solution, 0 failed", totals), (
        totals
    )
    assert re.fullmatch(r"A line took .* on average, median .*, 90 % .*, 95 % .*, 99 % .*, at most .*", times)
    assert slowest.startswith("Slowest: ")
    assert memory.startswith("Memory: at most ")


def test_all_solved_is_0_and_quiet_leaves_the_totals_out() -> None:
    done = many("-q", *REPLAY, text="app\nlib==1\n")
    assert (done.code, done.stderr) == (0, "")
    assert told(done) == ["Success (1/2): app, 2 packages", "Success (2/2): lib==1, 1 package"]


def test_no_lines_are_no_mistake() -> None:
    """Nothing is said of them; only a plot could not be drawn."""
    assert (many(*REPLAY, text="# none\n").code, many(*REPLAY, text="").stdout) == (0, "")
    assert failed(many(*REPLAY, "--plot", "p.svg", text=""), 2) == (
        "there are no lines, and so nothing that --plot could show"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("app\nlib >= x\n", "many.txt:2: "),
        ("app\nlib; os_name ~= '2'\n", "many.txt:2: "),
        ("app\nlib @ https://index.example/lib.whl\n", "many.txt:2: "),
    ],
)
def test_a_bad_line_is_told_before_any_work(text: str, said: str) -> None:
    """With file and line, and nothing on stdout."""
    assert failed(many(*REPLAY, text=text), 2).startswith(said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--plot", "p.png"), "--plot is 'p.png', and must end in .svg or .html"),
        (("--workers", "2", "--dask", "tcp://x:1"), "--workers and --dask exclude each other"),
        (
            ("--workers", "2", "--record", "r"),
            "--record needs one process: leave out --workers and --dask",
        ),
        (("--plot", "nowhere/p.svg"), "nowhere/p.svg cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_work_is_told_before_any_work(words: tuple[str, ...], said: str) -> None:
    """The index of these commands does not answer."""
    done = many(*words, "--index-url", "http://127.0.0.1:9/")
    assert failed(done, 2) == said


def test_no_file_is_a_mistake() -> None:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = run(["resolve-many"], Streams(io.StringIO(), stdout, stderr, {}))
    assert (code, stdout.getvalue()) == (2, "")
    assert stderr.getvalue() == "error: no SOURCE is given; try: resolver resolve-many requirements.txt\n"


def test_limit_takes_the_first_lines() -> None:
    done = many("--limit", "1", *REPLAY)
    assert (done.code, told(done)) == (0, ["Success (1/1): app<2, 2 packages"])
    assert len(told(many("--limit", "99", *REPLAY))) == 3


def test_fail_fast_stops_at_the_first_failure() -> None:
    """And says that it did."""
    done = many("--fail-fast", *REPLAY)
    assert done.code == 1
    assert [line.partition(":")[0] for line in told(done)] == ["Success (1/3)", "No solution (2/3)"]
    assert done.stderr.startswith("2 of 3 lines in ")


def test_latest_version_pins_bare_names() -> None:
    """And no others."""
    done = many("--latest-version", *REPLAY, text="app\nlib\nlib<2\n")
    assert told(done) == [
        "Success (1/3): app==2, 2 packages",
        "Success (2/3): lib==2, 1 package",
        "Success (3/3): lib<2, 1 package",
    ]


def test_json_lines_are_those_of_the_schema() -> None:
    """One a requirement; totals are still said on stderr."""
    Path("limits.txt").write_text("lib<2\n", "utf-8")
    done = many("--json-lines", *REPLAY, "--constraint", "limits.txt")
    app, odd, lib = documents(done)
    assert [pin["version"] for pin in app["pins"]] == ["1", "1"]
    assert (odd["status"], odd["exit-code"], odd["origin"]) == ("unsatisfiable", 1, "many.txt:2")
    assert lib["pins"] == [{"name": "lib", "version": "1", "extras": []}]
    assert (lib["number"], lib["requirement"]) == (3, "lib")
    assert done.stderr.startswith("3 lines in ")


def test_options_hold_for_all_lines() -> None:
    """Pre-releases, and a cut-off that is the same for all."""
    found = documents(many("--json-lines", "--pre", *REPLAY, text="lib\napp\n"))
    assert [document["pins"][-1]["version"] for document in found] == ["3rc1", "3rc1"]
    done = many("--exclude-newer", "P1D", *REPLAY, text="lib\nlib\n")
    assert [line.partition(":")[0] for line in told(done)] == ["No solution (1/2)", "No solution (2/2)"]


def test_a_plot_is_drawn() -> None:
    """As a picture or as a page; what was there is replaced."""
    Path("p.svg").write_text("old", "utf-8")
    assert many("--plot", "p.svg", *REPLAY).code == 1
    assert Path("p.svg").read_text("utf-8").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    done = many("--plot", "P.HTML", *REPLAY)
    text = Path("P.HTML").read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert done.stderr.splitlines()[0] in text
    assert sorted(path.name for path in Path().iterdir() if "partial" in path.name) == []


def test_a_recording_holds_what_all_lines_need(index: FaultServer) -> None:
    """It is replayed as any other."""
    first = many("--record", "new", "--index-url", f"{index.url}/simple/", *TARGET, text="b\na\n")
    again = many("--replay", "new", *TARGET, text="b\na\n")
    assert (first.code, told(first)) == (0, told(again))


@pytest.fixture
def index() -> Iterator[FaultServer]:
    """Serve ``a`` and ``b``, both of which require ``c``."""
    with serving() as server:
        for name in "abc":
            serve(server, name, "" if name == "c" else "Requires-Dist: c\n")
        yield server


def serve(server: FaultServer, name: str, required: str) -> None:
    """Have a package with one version served."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{required}".encode()
    file = {
        "filename": f"{name}-1-py3-none-any.whl",
        "url": f"/files/{name}-1-py3-none-any.whl",
        "hashes": {},
        "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()},
    }
    document = {"meta": {"api-version": "1.1"}, "name": name, "files": [file]}
    server.script(f"/simple/{name}/", reply(200, json.dumps(document).encode(), JSON))
    server.script(f"/files/{name}-1-py3-none-any.whl.metadata", reply(200, metadata))


def loopback(server: FaultServer, *more: str) -> tuple[str, ...]:
    """Return the options that name the index, without patience."""
    return ("--index-url", f"{server.url}/simple/", *TARGET, "--retries", "0", "--timeout", "2", *more)


@pytest.mark.parametrize("jobs", ["1", "9"])
def test_each_page_is_asked_for_once(index: FaultServer, jobs: str) -> None:
    """However many lines need it; a warm run asks for nothing."""
    words = loopback(index, "--jobs", jobs, "--cache-dir", "cache")
    done = many(*words, text="a\nb\nc\nghost\n" * 3)
    assert (done.code, len(told(done))) == (1, 12)
    asked = [each.path for each in index.requests]
    assert sorted(set(asked)) == sorted(asked)
    assert len(asked) == 7  # three pages, three metadata files, one page that is not there
    assert "7 requests" in done.stderr
    again = many(*words, text="a\nb\nc\n" * 3)
    assert [each.path for each in index.requests] == asked
    assert again.code == 0


def test_a_network_failure_of_one_line_loses_no_other(index: FaultServer) -> None:
    """It weighs more than a line without a solution: of that line nothing is known."""
    index.script("/simple/b/", reply(500))
    done = many(*loopback(index, "--no-cache"), text="a\nb\nghost\nc\n")
    assert done.code == 3
    assert [line.partition(":")[0] for line in told(done)] == [
        "Success (1/4)",
        "Failed (2/4)",
        "No solution (3/4)",
        "Success (4/4)",
    ]
    assert "1 failed" in done.stderr


@pytest.mark.parametrize("jobs", [1, 5])
def test_a_page_that_goes_away_while_it_is_used_is_fetched_again(index: FaultServer, jobs: int) -> None:
    """A line may need more of it than was noted; then no note is believed any more."""
    assert many(*loopback(index, "--cache-dir", "cache"), text="a\nc>1\n").code == 1
    asked = index.asked("/simple/c/")
    options = LINUX.replace(index_url=f"{index.url}/simple/", cache_dir="cache")
    bench = Bench(made_setup(options, jobs=jobs), open_source(options))
    found: list[Outcome] = []

    def done(outcome: Outcome) -> None:
        found.append(outcome)
        for path in Path("cache").glob("http-v*/*/*"):
            path.unlink()

    bench.work(iter(made_lines("a", "c>1", "b")), done)
    assert sorted((each.number, each.exit_code) for each in found) == [(1, 0), (2, 1), (3, 0)]
    assert index.asked("/simple/c/") == asked + 1


@pytest.mark.slow
def test_workers_tell_the_same_in_the_same_order(index: FaultServer) -> None:
    """As one process."""
    text = "a\nb\nc\nghost\n" * 5
    here = many(*loopback(index, "--cache-dir", "cache"), text=text)
    there = many(*loopback(index, "--cache-dir", "cache", "--workers", "2", "--jobs", "2"), text=text)
    assert (there.code, told(there)) == (here.code, told(here))
    assert "in the largest of" in there.stderr


@POSIX
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found as Linux shows them")
def test_the_lines_of_a_killed_worker_are_run_again(index: FaultServer) -> None:
    """One waits for a page, and is killed; whoever asks again gets the page."""
    asked = threading.Event()
    document = page(name="slow")

    def first(_: Asked) -> Reply:
        asked.set()
        return reply(200, document, JSON, sent=20, ending=MUTE)

    serve(index, "slow", "")
    [answer] = index._scripts["/simple/slow/"]
    index.script("/simple/slow/", first, answer)
    Path("many.txt").write_text("a\nslow\nb\n", "utf-8")
    with start("many.txt", *loopback(index, "--timeout", "60", "--no-cache", "--workers", "2")) as process:
        try:
            assert asked.wait(20)
            process.send_signal(
                signal.SIGSTOP
            )  # else the other worker may have been given the line when it dies
            for worker in workers_of(process.pid):
                os.kill(worker, signal.SIGKILL)
            process.send_signal(signal.SIGCONT)
            stdout, stderr = process.communicate(timeout=30)
        finally:
            process.kill()
    done = Done(process.returncode, stdout, stderr)
    assert [line.partition(",")[0] for line in told(done)] == [
        "Success (1/3): a",
        "Success (2/3): slow",
        "Success (3/3): b",
    ], done
    assert done.code == 0


def workers_of(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started to resolve lines."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("--workers", "1")], ids=["here", "workers"])
@pytest.mark.parametrize(("sent", "code", "said"), ENDS)
def test_a_signal_ends_it_at_once_with_the_totals_so_far(
    index: FaultServer, sent: signal.Signals, code: int, said: str, workers: tuple[str, ...]
) -> None:
    """While a line waits for an index that does not answer."""
    asked = threading.Event()

    def mute(_: Asked) -> Reply:
        asked.set()
        return reply(200, b"x", JSON, length=20, ending=MUTE)

    index.script("/simple/slow/", mute)
    Path("many.txt").write_text("a\nb\nslow\nc\n", "utf-8")
    words = loopback(index, "--timeout", "60", "--no-cache", "--jobs", "1", "--plot", "p.svg", *workers)
    with start("many.txt", *words) as process:
        try:
            assert process.stdout is not None
            before = [process.stdout.readline() for _ in range(2)]
            assert asked.wait(20)
            started = time.monotonic()
            process.send_signal(sent)
            stdout, stderr = process.communicate(timeout=10)
        finally:
            process.kill()
    assert time.monotonic() - started < 2  # 0.1 s on an idle machine; tests share processors
    assert (process.returncode, stdout) == (code, "")
    assert [line.partition(",")[0] for line in before] == ["Success (1/4", "Success (2/4"]
    totals, *_, last = stderr.splitlines()
    assert totals.startswith("2 of 4 lines in ")
    assert last == f"error: {said}, after 2 of 4 lines"
    assert not list(Path().glob("p.svg*"))


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (IndexUnavailable("gone"), 3)])
def test_whatever_ends_it_the_totals_so_far_are_told(
    monkeypatch: pytest.MonkeyPatch, stop: BaseException, code: int
) -> None:
    """Nothing is told of lines that are not done, and no plot is left."""
    work = Bench.work

    def ended(
        bench: Bench, lines: Iterator[Line], done: Callable[[Outcome], None], wants: Callable[[Line], bool]
    ) -> None:
        work(bench, iter([next(lines)]), done, wants)
        raise stop

    monkeypatch.setattr(Bench, "work", ended)
    done = many(*REPLAY, "--plot", "p.svg")
    assert (done.code, told(done)) == (code, ["Success (1/3): app<2, 2 packages"])
    assert done.stderr.startswith("1 of 3 lines in ")
    assert not list(Path().glob("p.svg*"))


def test_nobody_is_told_totals_who_went_away() -> None:
    """A broken pipe is quiet."""

    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    Path("many.txt").write_text("app\nlib\n", "utf-8")
    stderr = io.StringIO()
    with pytest.raises(BrokenPipeError):
        run(["resolve-many", "many.txt", *REPLAY], Streams(io.StringIO(), Gone(), stderr, {}))
    assert stderr.getvalue() == ""


def test_a_cluster_is_one_more_place_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here one that is pretended; ``tests/cluster`` has a real one."""
    cluster = PretendedCluster()
    monkeypatch.setitem(sys.modules, "distributed", cluster)
    done = many(*REPLAY, "--dask", "tcp://there:1", "--timeout", "7")
    assert (done.code, told(done)) == (1, told(many(*REPLAY)))
    assert cluster.arguments == ("tcp://there:1", {"timeout": 7.0, "set_as_default": False})
    cluster.unreachable = OSError("timed out")
    assert failed(many(*REPLAY, "--dask", "tcp://there:1"), 3) == (
        "the cluster at tcp://there:1 cannot be reached (timed out)"
    )


@POSIX
@pytest.mark.slow
def test_a_signal_ends_a_long_search_at_once() -> None:
    """Where no event loop runs."""
    requirements, packages = pigeons(14, 13)
    packages["all"] = {"1": {"requires": requirements}}
    record(Path("hard"), packages | {"easy": {"1": {}}})
    Path("many.txt").write_text("easy\nall\n", "utf-8")
    with start("many.txt", "--replay", "hard", *TARGET) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Success (1/2")
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            _, stderr = process.communicate(timeout=10)
        finally:
            process.kill()
    assert time.monotonic() - started < 2
    assert process.returncode == 130
    assert stderr.endswith("error: interrupted, after 1 of 2 lines\n")


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("--workers", "1")], ids=["here", "workers"])
def test_a_reader_that_goes_away_is_no_error(workers: tuple[str, ...]) -> None:
    """``| head -1``: silence, and the code that a shell would give."""
    Path("many.txt").write_text("lib\n" * 5000, "utf-8")
    with start("many.txt", *REPLAY, *workers) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("Success (1/5000")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(10) == 141


@pytest.mark.slow
def test_a_warm_run_imports_what_it_uses(index: FaultServer) -> None:
    """Nothing that fetches, plots, explains or starts processes."""
    words = loopback(index, "--cache-dir", "cache")
    many(*words, text="a\nb\n")
    program = (
        "import sys; before = set(sys.modules); import resolver.cli; resolver.cli.main(sys.argv[1:]);"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, "resolve-many", "many.txt", "-q", *words],
        env=clean_environ(Path()),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(done.stdout.splitlines()[-1].split())
    costly = {
        "aiohttp", "argparse", "asyncio", "attr", "collections", "contextlib", "datetime", "enum",
        "functools", "hashlib", "inspect", "json", "msgspec", "multiprocessing", "packaging", "pathlib",
        "pickle", "re", "shlex", "signal", "subprocess", "threading", "typing", "urllib",
    }  # fmt: skip
    assert imported & costly == set()
    many_parts = {name for name in imported if name.startswith("resolver.many.")}
    assert (
        many_parts & {f"resolver.many.{name}" for name in ("plot", "workers", "serving", "cluster")} == set()
    )
    assert "resolver.whatif" not in imported


@POSIX
@pytest.mark.slow
def test_on_a_terminal_there_is_a_bar() -> None:
    """On stderr, taken away before each line that goes to the same terminal, and in the end."""
    import pty

    Path("many.txt").write_text("app\n" * 3000, "utf-8")
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command_line("resolve-many", "many.txt", *REPLAY),
        env=clean_environ(Path()) | {"TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    ) as process:
        os.close(follower)
        said = b""
        while True:
            try:
                more = os.read(leader, 10000)
            except OSError:  # Linux: the other side is closed
                break
            if not more:
                break
            said += more
    os.close(leader)
    assert process.returncode == 0
    shown = said.decode().replace("\r\n", "\n")
    assert re.search(r"\[#*\.*\] [\d,]+/3,000\r\x1b\[KSuccess", shown)
    assert re.search(r"\r\x1b\[K3,000 lines in ", shown)
    assert re.sub(r"\[#*\.*\] [\d,]+/3,000", "", shown).replace("\r\x1b[K", "").count("\n") == 3004
