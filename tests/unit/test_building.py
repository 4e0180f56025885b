"""Parts of builds: what processes may know, how they end, and what is not unpacked or kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver.building import unpacking
from resolver.building.processes import Runner, Stopped, scrubbed
from resolver.building.unpacking import unpack
from resolver.errors import BuildFailed, MetadataInvalid
from resolver.index.client import Client
from resolver.index.store import RecordStore
from resolver.model.distfile import DistFile
from resolver.model.environment import Host
from resolver.options import Options
from support.archives import info, sdist, zipped
from support.built_index import BACKEND, project
from support.fake_transport import FakeTransport, answer

if TYPE_CHECKING:
    from resolver.index.metadata import Metadata

SDIST = "a-1.0.tar.gz"
URL = f"https://files.example/{SDIST}"


def test_build_knows_what_is_harmless() -> None:
    environ = {"PATH": "/bin", "Lang": "C", "CC": "cc", "TOKEN": "x", "PYTHONPATH": "x", "http_proxy": "x"}
    found = scrubbed(environ, "/work/home")
    assert {name: found[name] for name in ("PATH", "Lang", "CC")} == {"PATH": "/bin", "Lang": "C", "CC": "cc"}
    assert {found[name] for name in ("HOME", "TMPDIR", "TEMP", "CARGO_HOME")} == {"/work/home"}
    assert "x" not in found.values()


def test_toolchains_in_the_real_home_are_found(tmp_path: Path) -> None:
    (tmp_path / ".rustup").mkdir()
    assert scrubbed({"HOME": str(tmp_path)}, "/x")["RUSTUP_HOME"] == str(tmp_path / ".rustup")
    assert "RUSTUP_HOME" not in scrubbed({"HOME": str(tmp_path / "else")}, "/x")


def test_runner_that_was_stopped_starts_nothing() -> None:
    runner = Runner({}, 10)
    runner.stop()
    with pytest.raises(Stopped):
        runner.run([sys.executable, "-c", ""])


def test_stopping_ends_what_runs() -> None:
    runner = Runner({}, 60)
    threading.Timer(0.3, runner.stop).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        runner.run([sys.executable, "-c", "import time; time.sleep(30)"])
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform == "win32", reason="there are no sessions")
def test_process_that_leaves_its_group_holds_nothing_up() -> None:
    """It is not found again; it keeps the output open until it ends."""
    code = (
        "import os, time\nprint('said', flush=True)\nif not os.fork():\n    os.setsid()\n    time.sleep(2)\n"
    )
    runner = Runner({}, 60)
    started = time.monotonic()
    runner.run([sys.executable, "-c", code])
    assert (runner.said, time.monotonic() - started < 1.9) == ("said", True)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="nothing tells what runs")
def test_process_ends_with_us(tmp_path: Path) -> None:
    """However we end; all of its group does."""
    code = f"""
from resolver.building.processes import Runner
mark = "import time; print(open('{tmp_path}/begun', 'w')); time.sleep(50)"
Runner({{}}, 60).run([{sys.executable!r}, "-c", mark])
"""
    us = subprocess.Popen([sys.executable, "-c", code], env={"PYTHONPATH": os.pathsep.join(sys.path)})
    until = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    us.kill()
    us.wait()
    while any(f"{tmp_path}/begun" in line for line in running()):
        assert time.monotonic() < until
        time.sleep(0.02)


def running() -> list[str]:
    """Return the command lines of all processes."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(file.read_bytes().decode("utf-8", "replace"))
    return found


def test_what_a_killed_process_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the next build; what belongs to a process that lives is not."""
    from resolver.building import builder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [
        f"resolver-build-{ended.pid}-x",
        f"resolver-build-{os.getppid()}-x",
        "resolver-build-1-x",
        "else-1-x",
    ]
    for name in names:
        (tmp_path / name / "env").mkdir(parents=True)
    with builder._workplace() as folder:
        assert Path(folder).name.startswith(f"resolver-build-{os.getpid()}-")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names[1:])


def test_zip_archive_that_is_too_large_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "_MOST_BYTES", 10)
    with pytest.raises(MetadataInvalid, match="unfolds to more than"):
        unpack(sdist(kind=".zip"), "a-1.0.zip", str(tmp_path))


@pytest.mark.parametrize("body", [b"PK\3\4", zipped({"b-1.0/x": b""})])
def test_zip_archive_that_is_none_or_of_another_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(MetadataInvalid, match=r"a-1\.0\.zip"):
        unpack(body, "a-1.0.zip", str(tmp_path))


def test_python_that_cannot_unpack_safely_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("tarfile.data_filter")
    with pytest.raises(MetadataInvalid, match=r"3\.11\.4"):
        unpack(sdist(), SDIST, str(tmp_path))


class Built:
    """A builder over a scripted server and a cache."""

    def __init__(self, folder: Path, options: Options | None = None) -> None:
        for name in ("build", "installer", "pyproject_hooks"):
            pytest.importorskip(name)
        from resolver.building.builder import Builder

        self.server = FakeTransport()
        self.notes: list[str] = []
        self.builder = Builder(
            options or Options(build="allow"),
            Client(self.server, []),
            RecordStore(str(folder)),
            self.notes.append,
        )

    def build(self, file: DistFile) -> Metadata:
        """Return what a build of ``file`` tells."""
        return asyncio.run(self.builder.build("a", file))


def test_build_of_an_archive_that_is_gone_fails(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="status 404"):
        Built(tmp_path).build(DistFile(SDIST, URL))


def test_build_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    """By the same builder, as the lines of a file have it."""
    built = Built(tmp_path)
    built.server.script(URL, answer(200, project("import nowhere\n")))
    said = []
    for _ in range(2):
        with pytest.raises(BuildFailed, match="nowhere") as caught:
            built.build(DistFile(SDIST, URL))
        said.append((str(caught.value), caught.value.output))
    assert (said[0], len(built.notes)) == (said[1], 1)


def test_archive_that_says_all_itself_is_not_built(tmp_path: Path) -> None:
    """As direct references do, which are not read before."""
    built = Built(tmp_path)
    found = asyncio.run(built.builder.build_archive("a", SDIST, sdist()))
    assert (found.requires_dist, built.notes) == (("b",), [])
    with pytest.raises(BuildFailed, match="of a, not of b"):
        asyncio.run(built.builder.build_archive("b", SDIST, sdist()))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512", "sha1", "md5", None])
def test_what_a_build_told_is_kept_by_a_strong_digest(tmp_path: Path, algorithm: str | None) -> None:
    body = project()
    digest = {} if algorithm is None else {algorithm: hashlib.new(algorithm, body).hexdigest()}
    file = DistFile(SDIST, URL, hashes=digest)
    built = Built(tmp_path)
    built.server.script(URL, answer(200, body))
    assert built.builder.known("a", file) is None
    found = built.build(file)
    assert built.builder.known("a", file) is found
    assert built.notes == [f"building {SDIST} for its metadata"]
    kept = Built(tmp_path).builder.known("a", file)
    assert kept == (found if algorithm in ("sha256", "sha512") else None)
    if kept is not None:
        assert Built(tmp_path).builder.known("b", file) is None
        other = Options(build="allow", build_constraints=("x<1",))
        assert Built(tmp_path, other).builder.known("a", file) is None
        target = Options(build="allow", python_version="3.8")
        assert Built(tmp_path, target).builder.known("a", file) is None


def test_interpreter_that_cannot_make_environments_fails(tmp_path: Path) -> None:
    built = Built(tmp_path)
    built.server.script(URL, answer(200, project()))
    built.builder._environment()
    assert built.builder._target is not None
    built.builder._target = (built.builder._target[0], "/nowhere/python")
    with pytest.raises(BuildFailed, match="No such file or directory"):
        built.build(DistFile(SDIST, URL))
    built.builder._target = (built.builder._target[0], "false")
    with pytest.raises(BuildFailed, match="failed with exit code 1"):
        built.build(DistFile(SDIST, URL))


def test_more_requirements_that_cannot_be_installed_fail() -> None:
    from resolver import NoSolution, resolve
    from support.archives import wheel
    from support.built_index import index_of

    pytest.importorskip("installer")
    code = "def get_requires_for_build_wheel(config_settings=None):\n    return ['odd']\n"
    odd = wheel(info(name="odd"), "odd-1.0", **{"../../../../evil": b"x"})
    packages = {"a": {SDIST: project(code + BACKEND)}, "odd": {"odd-1.0-py3-none-any.whl": odd}}
    with index_of(packages) as server, pytest.raises(NoSolution, match="cannot be installed"):
        resolve(["a"], Options(index_url=f"{server.url}/simple/", no_cache=True, build="allow"))


@pytest.mark.skipif(sys.platform != "linux", reason="the description is of a Linux")
def test_interpreter_that_is_only_described_builds_nothing(tmp_path: Path) -> None:
    """The folder of an environment stands for the interpreter in it."""
    running = Host.running().variables
    major, minor = map(int, running["python_version"].split("."))
    details = {
        "schema_version": "1.0",
        "platform": f"linux-{running['platform_machine']}",
        "language": {"version": running["python_version"]},
        "implementation": {"name": "cpython", "version": {"major": major, "minor": minor, "micro": 0}},
    }
    described = tmp_path / "build-details.json"
    described.write_text(json.dumps(details), "utf-8")
    built = Built(tmp_path, Options(build="allow", python=str(described)))
    built.server.script(URL, answer(200, project()))
    with pytest.raises(
        BuildFailed, match=r"builds need an interpreter that can be run, and .* only describes"
    ):
        built.build(DistFile(SDIST, URL))
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(sys.executable)
    built = Built(tmp_path, Options(build="allow", python=str(tmp_path / "env")))
    assert built.builder._environment()[1] == str(tmp_path / "env" / "bin" / "python")


def test_cutoffs_of_packages_hold_for_what_builds_require() -> None:
    """Of this one no time of upload is known."""
    from resolver import NoSolution, resolve
    from support.archives import wheel
    from support.built_index import index_of

    pytest.importorskip("installer")
    needed = {"need-1.0-py3-none-any.whl": wheel(info(name="need"), "need-1.0")}
    with index_of({"a": {SDIST: project(requires='"need"')}, "need": needed}) as server:
        options = Options(
            index_url=f"{server.url}/simple/",
            build="allow",
            no_cache=True,
            exclude_newer_packages=("need=2024-01-01",),
        )
        with pytest.raises(NoSolution, match=r"was uploaded after .* \(--exclude-newer-package need\)"):
            resolve(["a"], options)
