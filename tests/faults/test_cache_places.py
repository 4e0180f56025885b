"""Where the cache lies: disks that are full or read-only, other users, no home, others that empty it, pipes.

Much of it takes a process of its own, and some root, who alone can become another user or mount something.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from resolver import shelf
from resolver.cli import run
from resolver.console import Streams
from resolver.index.cleaning import clean
from resolver.index.pruning import prune
from support.command import Done, clean_environ, command_line, run_here
from support.fault_server import reply
from support.stage import JSON, page, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.stage import Stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="files and users are those of POSIX"),
]

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 65534
NAMES = [f"p{number}" for number in range(10)]
PINS = "".join(f"{name}==1.0\n" for name in NAMES)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder that every user can reach."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def indexed(folder: Path) -> Iterator[Stage]:
    """Serve packages that require one another, with pages that may be kept."""
    place = folder / "stage"
    place.mkdir()
    with staged(place) as stage:
        for number, name in enumerate(NAMES):
            stage.package(name, requires=NAMES[number + 1 : number + 3])
            kept = {**JSON, "Cache-Control": "max-age=600"}
            stage.script(f"/simple/{name}/", reply(200, page(name, stage.lines(name)), kept))
        stage.requirements = NAMES[:1]
        yield stage


def run_child(stage: Stage, *words: str) -> Done:
    """Run the command in a process of its own, for which permissions count, though it may be root's."""
    done = subprocess.run(
        [*_ordinary(), *command_line(*(words or stage.words()))],
        cwd=stage.work,
        env=clean_environ(stage.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _ordinary() -> list[str]:
    """Return what takes from root that he may read and write everything; skip where it cannot be taken."""
    if not AS_ROOT:
        return []
    words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*words, "true"], check=False).returncode:
        pytest.skip("root may do everything here")
    return words


@pytest.mark.parametrize("warm", [False, True])
def test_a_cache_that_may_only_be_read(folder: Path, *, warm: bool) -> None:
    """What is in it is used, cold or warm; what is missing is fetched, after one warning."""
    with indexed(folder) as stage:
        stage.cache.mkdir(0o700)
        if warm:
            assert run_child(stage).stdout == PINS
        for path in (*stage.cache.rglob("*"), stage.cache):
            path.chmod(0o500 if path.is_dir() else 0o400)
        before = len(stage.server.requests)
        done = run_child(stage)
        assert (done.code, done.stdout) == (0, PINS)
        assert done.stderr.count("warning: ") == (0 if warm else 1)
        assert ("cannot be written (Permission denied)" in done.stderr) == (not warm)
        assert (len(stage.server.requests) == before) == warm
        for path in (stage.cache, *stage.cache.rglob("*")):
            path.chmod(0o700)


def test_files_and_folders_of_which_permissions_were_taken_away(folder: Path) -> None:
    """They are mended, where the cache itself can be written."""
    with indexed(folder) as stage:
        assert run_child(stage).stdout == PINS
        for place in [path for path in stage.cache.rglob("*") if path.name != "CACHEDIR.TAG"]:
            place.chmod(0)
        done = run_child(stage)
        assert (done.code, done.stdout, done.stderr) == (0, PINS, "")
        before = len(stage.server.requests)
        assert run_child(stage).stdout == PINS
        assert len(stage.server.requests) == before


@pytest.mark.skipif(not AS_ROOT, reason="only root gives folders away")
def test_the_cache_of_somebody_else(folder: Path) -> None:
    """Nothing in it is believed, nothing is put there, and it is not for us to empty; root has his own."""
    with indexed(folder) as stage:
        assert run_child(stage).stdout == PINS
        os.chown(stage.cache, NOBODY, NOBODY)
        before = sorted(stage.cache.rglob("*"))
        done = run_child(stage)
        assert (done.code, done.stdout) == (0, PINS)
        assert done.stderr == (
            f"warning: The cache {stage.cache} is not used: it belongs to another user. Another directory "
            "can be named with --cache-dir.\n"
        )
        assert len(stage.server.requests) == 4 * len(NAMES)
        assert sorted(stage.cache.rglob("*")) == before
        refused = run_child(stage, "cache", "clean", "--cache-dir", str(stage.cache))
        assert (refused.code, "belongs to another user" in refused.stderr) == (2, True)
        os.chown(stage.cache, 0, 0)
        assert run_child(stage).stderr == ""
        assert len(stage.server.requests) == 4 * len(NAMES)


@pytest.mark.skipif(not AS_ROOT, reason="only root mounts disks")
@pytest.mark.parametrize("option", ["size=40k", "ro"])
def test_a_disk_that_is_full_or_read_only(folder: Path, option: str) -> None:
    """One warning, and the answer."""
    with indexed(folder) as stage:
        stage.cache.mkdir()
        script = f'mount -t tmpfs -o mode=700,{option} none "$1" && shift && exec "$@"'
        words = ["unshare", "-m", "sh", "-c", script, "sh", str(stage.cache), *command_line(*stage.words())]
        done = subprocess.run(
            words,
            cwd=stage.work,
            env=clean_environ(stage.home),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if "unshare" in done.stderr or "mount" in done.stderr:
            pytest.skip("nothing can be mounted here")
        assert (done.returncode, done.stdout) == (0, PINS)
        why = "Read-only file system" if option == "ro" else "No space left on device"
        assert done.stderr == (
            f"warning: The cache {stage.cache} cannot be written ({why}): going on without keeping anything. "
            "Another directory can be named with --cache-dir.\n"
        )


@pytest.mark.parametrize("home", ["", "relative"])
def test_nobody_is_at_home(folder: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept anywhere then, least of all below the working directory."""
    monkeypatch.setattr("resolver.index.store._home", lambda _: "")
    with indexed(folder) as stage:
        monkeypatch.setenv("HOME", home)
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.chdir(stage.work)
        words = [word for word in stage.words() if word not in ("--cache-dir", str(stage.cache))]
        before = sorted(folder.rglob("*"))
        done = run_here(*words)
        assert (done.code, done.stdout) == (0, PINS)
        assert done.stderr == (
            "warning: No home directory is known, so nothing is cached. A directory can be named with "
            "--cache-dir.\n"
        )
        assert sorted(folder.rglob("*")) == before
        assert run_here(*words, "--no-cache").stderr == ""
        assert run_here("cache", "info").code == 2


def test_a_folder_that_is_no_cache_of_ours_is_not_emptied(folder: Path) -> None:
    """It may be somebody else's that has the same names, as pip's has."""
    theirs = folder / "http-v2" / "a" / "b"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("pip's", "utf-8")
    for command in ("clean", "prune"):
        stderr = io.StringIO()
        words = ("cache", command, "--cache-dir", str(folder))
        assert run(words, Streams(None, io.StringIO(), stderr, {})) == 2
        assert "CACHEDIR.TAG does not say that resolver made it" in stderr.getvalue()
    assert theirs.exists()
    with indexed(folder) as stage:
        stage.cache = folder
        assert run_here(*stage.words()).stdout == PINS
    assert not (folder / "CACHEDIR.TAG").exists()
    assert run(("cache", "clean", "--cache-dir", str(folder)), Streams(None, None, io.StringIO(), {})) == 2


def test_pipes_in_the_place_of_files(folder: Path) -> None:
    """Nobody writes into them, and nobody waits for that."""
    with indexed(folder) as stage:
        assert run_child(stage).stdout == PINS
        for path in [path for path in stage.cache.rglob("*") if path.is_file()]:
            path.unlink()
            os.mkfifo(path)
        done = run_child(stage)
        assert (done.code, done.stdout, done.stderr) == (0, PINS, "")
        assert all(path.is_file() for path in stage.cache.rglob("*") if not path.is_dir())


@pytest.mark.parametrize(
    "empty", [clean, lambda cache: prune(cache, now=time.time(), max_size=0), shutil.rmtree]
)
def test_others_empty_the_cache_all_the_time(folder: Path, empty: Callable[[str], object]) -> None:
    """What is not there any more is fetched."""
    over = threading.Event()

    def emptying(cache: str) -> None:
        while not over.is_set():
            try:
                empty(cache)
            except OSError:
                continue  # ``rmtree`` is not made for others that write meanwhile

    with indexed(folder) as stage:
        assert run_here(*stage.words()).stdout == PINS
        thread = threading.Thread(target=emptying, args=(str(stage.cache),))
        thread.start()
        try:
            for _ in range(25):
                shelf._remembered.clear()
                done = run_here(*stage.words())
                assert (done.code, done.stdout, done.stderr) == (0, PINS, "")
        finally:
            over.set()
            thread.join()
        shelf._remembered.clear()
        assert run_here(*stage.words()).stderr == ""
        assert list(stage.cache.rglob("*.tmp")) == []


def test_eight_processes_fill_one_cache_together(folder: Path) -> None:
    """Each request is made once, or nearly: without claims each would be made up to eight times."""
    with indexed(folder) as stage:
        words = command_line(*stage.words())  # once, for that writes the file which they all read
        started = [
            subprocess.Popen(
                words,
                cwd=stage.work,
                env=clean_environ(stage.home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
            for _ in range(8)
        ]
        ended = [process.communicate(timeout=60) for process in started]
        assert set(ended) == {(PINS, "")}
        assert [process.returncode for process in started] == [0] * 8
        asked = Counter(each.path for each in stage.server.requests)
        assert len(asked) == 2 * len(NAMES)
        assert sum(asked.values()) <= 2 * len(asked)
        assert list(stage.cache.rglob("*.tmp")) == []
