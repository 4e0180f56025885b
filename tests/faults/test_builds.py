"""Builds are off unless allowed; allowed, they are bounded, isolated, and leave nothing behind."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from resolver import NoSolution, Options, resolve
from resolver.errors import BuildFailed, HashMismatch, InputError, LimitReached
from support.archives import info, sdist, squeezed, tarred, wheel
from support.built_index import BACKEND, built, index_of, project
from support.command import clean_environ, command_line, run_here, without_configuration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.resolution import Resolution

for _name in ("build", "installer", "pyproject_hooks"):
    pytest.importorskip(_name)

SDIST = "a-1.0.tar.gz"
B = {"b-2.0-py3-none-any.whl": wheel(info(name="b", version="2.0"), "b-2.0")}


@pytest.fixture(autouse=True)
def _places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a home and a temporary folder of its own."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    without_configuration(tmp_path / "home", monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))


def litter(tmp_path: Path) -> list[str]:
    """Return what lies in the temporary folder."""
    return sorted(each.name for each in (tmp_path / "tmp").iterdir())


def resolved(
    tmp_path: Path,
    packages: Mapping[str, Mapping[str, bytes]],
    *requirements: str,
    facts: Mapping[str, object] | None = None,
    **options: Any,
) -> Resolution:
    """Resolve over an index of ``packages``, where building is allowed; nothing may be left over."""
    with index_of(packages, **(facts or {})) as server:
        settings: dict[str, Any] = {"cache_dir": str(tmp_path / "cache"), "build": "allow", **options}
        try:
            return resolve(requirements or ["a"], Options(index_url=f"{server.url}/simple/", **settings))
        finally:
            assert litter(tmp_path) == []


def pins(found: Resolution) -> dict[str, str]:
    """Return the versions."""
    return {name: str(pin.version) for name, pin in found.pins.items()}


def refused(tmp_path: Path, packages: Mapping[str, Mapping[str, bytes]], **options: Any) -> NoSolution:
    """Return why there is no solution."""
    with pytest.raises(NoSolution) as caught:
        resolved(tmp_path, packages, **options)
    return caught.value


def test_what_only_a_build_could_tell_is_no_candidate_by_default(tmp_path: Path) -> None:
    error = refused(tmp_path, {"a": {SDIST: built("raise SystemExit")}}, build="never")
    assert "a 1.0 would have to be built (building is off)" in error.explanation
    assert error.hints == ("a 1.0 may fit if a-1.0.tar.gz may be built, which runs its code (--build allow)",)
    assert error.exit_code == 1


def test_older_version_is_taken_where_the_newer_one_would_have_to_be_built(tmp_path: Path) -> None:
    packages = {"a": {SDIST: project(), "a-0.9.tar.gz": sdist(info(version="0.9"), "a-0.9")}}
    assert pins(resolved(tmp_path, packages, build="never")) == {"a": "0.9"}
    assert pins(resolved(tmp_path, packages)) == {"a": "1.0"}


@pytest.mark.parametrize("kind", [".tar.gz", ".zip"])
def test_backend_is_asked_for_metadata(tmp_path: Path, kind: str) -> None:
    packages = {"a": {f"a-1.0{kind}": project(lines="Requires-Dist: b\\n", kind=kind)}, "b": B}
    assert pins(resolved(tmp_path, packages)) == {"a": "1.0", "b": "2.0"}


def test_what_a_build_told_is_kept(tmp_path: Path) -> None:
    """By the digest of the archive; a run without building ignores it, one that refreshes builds anew."""
    mark = tmp_path / "built"
    packages = {
        "a": {SDIST: built(f"open({str(mark)!r}, 'a').write('x')", lines="Requires-Dist: b\\n")},
        "b": B,
    }
    with index_of(packages) as server:
        options = Options(index_url=f"{server.url}/simple/", cache_dir=tmp_path / "cache", build="allow")  # type: ignore[arg-type]  # a path will do
        assert pins(resolve(["a"], options)) == {"a": "1.0", "b": "2.0"}
        asked = len(server.requests)
        assert pins(resolve(["a"], options)) == {"a": "1.0", "b": "2.0"}
        assert (len(server.requests), mark.read_text("utf-8")) == (asked, "x")
        with pytest.raises(NoSolution):
            resolve(["a"], options.replace(build="never"))
        assert pins(resolve(["a"], options.replace(refresh=True))) == {"a": "1.0", "b": "2.0"}
        assert mark.read_text("utf-8") == "xx"


def test_wheel_is_built_where_the_backend_has_no_other_hook(tmp_path: Path) -> None:
    backend = """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(folder, "a-1.0-py3-none-any.whl"), "w") as archive:
        archive.writestr("a-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: a\\nVersion: 1.0\\n"
                         "Requires-Dist: b\\n")
    return "a-1.0-py3-none-any.whl"
"""
    assert pins(resolved(tmp_path, {"a": {SDIST: project(backend)}, "b": B})) == {"a": "1.0", "b": "2.0"}


# What builds require


def backend_wheel(version: str = "1.0", code: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    """Return a wheel with a backend that says which version of it was used."""
    said = BACKEND.replace("{name}", "a").replace("{version}", "1.0")
    lines = f"Requires-Dist: b<={version}\\n"
    return wheel(
        info(name="maker", version=version),
        f"maker-{version}",
        maker=(code + said.replace("{lines}", lines)).encode(),
        **(more or {}),
    )


def made_by(requires: str = '"maker"') -> bytes:
    """Return a project that is built by the backend of ``backend_wheel``."""
    settings = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "maker"\n'
    return sdist(info(since="2.1"), pyproject_dot_toml=settings.encode())


MAKERS = {f"maker-{version}-py3-none-any.whl": backend_wheel(version) for version in ("1.0", "2.0")}
BS = {f"b-{v}-py3-none-any.whl": wheel(info(name="b", version=v), f"b-{v}") for v in ("1.0", "2.0")}


def test_build_requirements_are_resolved_and_installed(tmp_path: Path) -> None:
    """From the same index, the newest, within build constraints."""
    packages = {"a": {SDIST: made_by()}, "maker": MAKERS, "b": BS}
    assert pins(resolved(tmp_path, packages)) == {"a": "1.0", "b": "2.0"}
    old = resolved(tmp_path, packages, build_constraints=["maker<2"])
    assert pins(old) == {"a": "1.0", "b": "1.0"}


def test_build_constraints_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("maker<2\n", "utf-8")
    (tmp_path / "a.in").write_text("a\n", "utf-8")
    with index_of({"a": {SDIST: made_by()}, "maker": MAKERS, "b": BS}) as server:
        words = [
            "--index-url",
            f"{server.url}/simple/",
            "--build",
            "allow",
            "--build-timeout",
            "60",
            "--no-cache",
        ]
        done = run_here("resolve", str(tmp_path / "a.in"), *words, "-b", str(tmp_path / "limits.txt"))
    assert (done.code, done.stderr) == (0, "")
    assert "b==1.0" in done.stdout


def test_backend_asks_for_more(tmp_path: Path) -> None:
    """What is there already stays; what is new is installed."""
    code = "def get_requires_for_build_wheel(config_settings=None):\n    return ['extra', 'maker']\n"
    maker = backend_wheel(code=code)
    extra = wheel(info("Requires-Dist: maker", name="extra", version="1.0"), "extra-1.0", extra=b"X = 1\n")
    needs = BACKEND.replace("    place =", "    import extra\n    place =", 1)
    own = project(needs, requires='"maker"')
    packages = {
        "a": {SDIST: own},
        "maker": {"maker-1.0-py3-none-any.whl": maker},
        "extra": {"extra-1.0-py3-none-any.whl": extra},
    }
    error = refused(tmp_path, packages)
    assert "No module named 'extra'" in error.explanation
    packages["a"] = {SDIST: project(code + needs, requires='"maker"')}
    assert pins(resolved(tmp_path, packages)) == {"a": "1.0"}


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        ('"nowhere"', "cannot be had as wheels"),
        ('"maker>5"', "cannot be had as wheels"),
        ('"??"', "what that requires cannot be used"),
        ('"maker @ https://evil.example/m.whl"', "what that requires cannot be used"),
    ],
)
def test_build_requirements_that_cannot_be_had_are_a_reason(
    tmp_path: Path, requires: str, words: str
) -> None:
    error = refused(tmp_path, {"a": {SDIST: made_by(requires)}, "maker": MAKERS})
    assert words in error.explanation
    assert error.exit_code == 5


def test_build_requirement_that_would_have_to_be_built_is_not_built(tmp_path: Path) -> None:
    """So there are no builds within builds, and no cycles of them."""
    packages = {"a": {SDIST: made_by('"maker"')}, "maker": {"maker-1.0.tar.gz": project(name="maker")}}
    assert "has no wheel" in refused(tmp_path, packages).explanation


def test_project_without_settings_is_built_by_setuptools(tmp_path: Path) -> None:
    """As PEP 517 has it, from the index as everything else."""
    packages = {"a": {SDIST: sdist(info(since="1.2"), setup_dot_py=b"import setuptools\n")}}
    assert "setuptools" in refused(tmp_path, packages).explanation


def test_wheel_that_is_not_what_was_promised_is_never_installed(tmp_path: Path) -> None:
    packages = {"a": {SDIST: made_by()}, "maker": MAKERS, "b": B}
    with index_of(packages) as server:
        server._scripts["/files/maker-2.0-py3-none-any.whl"] = server._scripts[
            "/files/b-2.0-py3-none-any.whl"
        ]
        with pytest.raises(HashMismatch):
            resolve(["a"], Options(index_url=f"{server.url}/simple/", no_cache=True, build="allow"))
    assert litter(tmp_path) == []


def test_wheel_that_would_write_elsewhere_is_not_installed(tmp_path: Path) -> None:
    evil = {"maker-2.0-py3-none-any.whl": backend_wheel("2.0", more={"../../../../evil": b"x"})}
    error = refused(tmp_path, {"a": {SDIST: made_by()}, "maker": evil, "b": B})
    assert "cannot be installed" in error.explanation
    assert list(tmp_path.rglob("evil.py")) == []


# What goes wrong


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("raise ValueError('no compiler \\x1b[31m')", "failed with exit code 1"),
        ("os._exit(3)", "failed with exit code 3"),
        ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed by signal 9"),
        ("return 5", "answers nonsense"),
        ("return 'elsewhere'", "nothing that is there"),
        ("os.remove(os.path.join(os.path.dirname(folder), 'nothing'))", "No such file or directory"),
    ],
)
def test_failure_of_a_backend_is_a_reason(tmp_path: Path, what: str, words: str) -> None:
    """It says what went wrong, and nothing in it disturbs a terminal."""
    error = refused(tmp_path, {"a": {SDIST: built(what)}})
    assert "a 1.0 could not be built (" in error.explanation
    assert words in error.explanation
    assert "\x1b" not in error.explanation
    assert error.exit_code == 5


def test_last_lines_of_output_are_told(tmp_path: Path) -> None:
    what = "print('one')\nprint('see https://me:secret@host.example/')\nraise ValueError('no compiler')"
    error = refused(tmp_path, {"a": {SDIST: built(what)}})
    assert "ValueError: no compiler" in error.explanation
    assert "secret" not in error.explanation


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (sdist(info(since="2.1")), "no project that can be built"),
        (sdist(info(since="2.1"), pyproject_dot_toml=b"[build-system\n"), "no project that can be built"),
        (sdist(info(since="2.1"), pyproject_dot_toml=b"[build-system]\n"), "no project that can be built"),
        (sdist(info(since="2.1"), pyproject_dot_toml=b"#" * (2 << 20)), "more than 1 MiB"),
        (project("x = 1\n"), "build_wheel"),
        (project("import nowhere\n"), "No module named 'nowhere'"),
        (
            project(BACKEND.replace("file.write(", "file.write('x' * 9_000_000)\n        file.write(")),
            "--max metadata-bytes=",
        ),
        (project(BACKEND.replace("{name}", "z")), "not of a"),
        (project(BACKEND.replace("{name}", "???")), "metadata of nothing"),
        (project(BACKEND.replace("{version}", "9")), "is that of"),
        (project("def get_requires_for_build_wheel(c=None):\n    return [[]]\n" + BACKEND), "unhashable"),
        (project("def get_requires_for_build_wheel(c=None):\n    return [1]\n" + BACKEND), "no text"),
        (
            project(
                "def get_requires_for_build_wheel(c=None):\n    return list(map(str, range(2000)))\n"
                + BACKEND
            ),
            "without end",
        ),
        (
            project("def get_requires_for_build_wheel(c=None):\n    return ['x' * 10**7]\n" + BACKEND),
            "larger than 8,388,608 bytes",
        ),
    ],
)
def test_nonsense_is_a_reason(tmp_path: Path, archive: bytes, words: str) -> None:
    error = refused(tmp_path, {"a": {SDIST: archive}})
    assert words in error.explanation
    assert error.exit_code == 5


def test_warnings_of_a_backend_are_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor what it prints."""
    what = "import warnings\nwarnings.warn('buy now')\nprint('buy now')"
    assert pins(resolved(tmp_path, {"a": {SDIST: built(what)}})) == {"a": "1.0"}
    assert "buy" not in "".join(capfd.readouterr())


def test_failed_build_of_something_required_further_down_is_no_solution(tmp_path: Path) -> None:
    packages = {
        "top": {"top-1.0-py3-none-any.whl": wheel(info("Requires-Dist: a", name="top"), "top-1.0")},
        "a": {SDIST: built("raise ValueError")},
    }
    with pytest.raises(NoSolution) as caught:
        resolved(tmp_path, packages, "top")
    assert caught.value.exit_code == 1
    assert "could not be built" in caught.value.explanation


def test_the_solve_goes_on_after_a_failed_build(tmp_path: Path) -> None:
    packages = {
        "a": {SDIST: built("raise ValueError"), "a-0.9-py3-none-any.whl": wheel(info(version="0.9"), "a-0.9")}
    }
    assert pins(resolved(tmp_path, packages)) == {"a": "0.9"}


def test_build_that_takes_too_long_is_killed_with_all_that_it_began(tmp_path: Path) -> None:
    mark = tmp_path / "late"
    late = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    what = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {late!r}])\ntime.sleep(60)"
    started = time.monotonic()
    error = refused(tmp_path, {"a": {SDIST: built(what)}}, build_timeout=0.8)
    assert "took too long (--build-timeout)" in error.explanation
    assert time.monotonic() - started < 5
    assert survivors(str(mark)) == []


def test_what_a_build_leaves_running_is_killed(tmp_path: Path) -> None:
    """Also where it has closed its output, or holds it open."""
    mark = "import time; time.sleep(54321)"
    what = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {mark!r}])\n"
        f"subprocess.Popen([sys.executable, '-c', {mark!r}], stdout=-3, stderr=-3)"
    )
    started = time.monotonic()
    assert pins(resolved(tmp_path, {"a": {SDIST: built(what)}})) == {"a": "1.0"}
    assert time.monotonic() - started < 10
    assert survivors("54321") == []


def survivors(mark: str) -> list[str]:
    """Return the command lines of processes that have ``mark`` in them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if mark in line and "pytest" not in line:
            found.append(line)
    return found


def test_endless_output_costs_no_memory(tmp_path: Path) -> None:
    """Of 200 MB the end is kept."""
    import tracemalloc

    line = "sys.stdout.write('x' * 999_999 + '\\n')"
    what = f"import sys\nfor _ in range(200):\n    {line}\nraise ValueError('at last')"
    tracemalloc.start()
    try:
        error = refused(tmp_path, {"a": {SDIST: built(what)}})
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()
    assert "at last" in error.explanation


def test_build_sees_no_secrets_and_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that hold passwords, change Python or lead home are not passed on."""
    (tmp_path / "home" / ".netrc").write_text("machine host login me password planted\n", "utf-8")
    secret = {"PIP_INDEX_URL", "RESOLVER_INDEX_URL", "UV_TOKEN", "GITHUB_TOKEN", "HTTPS_PROXY", "PYTHONPATH"}
    for name in secret:
        monkeypatch.setenv(name, "planted" if name != "RESOLVER_INDEX_URL" else "http://planted/")
    monkeypatch.delenv("HTTPS_PROXY")
    out = tmp_path / "seen"
    what = (
        "import json, sys\n"
        f"json.dump([dict(os.environ), sys.path, os.path.expanduser('~')], open({str(out)!r}, 'w'))"
    )
    resolved(tmp_path, {"a": {SDIST: built(what)}})
    environ, path, home = json.loads(out.read_text("utf-8"))
    assert "planted" not in str([environ, path])
    assert environ.keys() & secret == set()
    assert str(tmp_path / "home") not in home
    assert environ["PATH"].endswith(os.environ["PATH"])
    assert not any(
        "site-packages" in each and "resolver-build-" not in each for each in path if "_hooks" not in each
    )


def test_nothing_is_built_ahead_or_for_trials(tmp_path: Path) -> None:
    """Only what the solver asks for: neither what is walked over ahead of it nor what would be a fix."""
    mark = tmp_path / "built"

    def marked(version: str) -> bytes:
        return built(f"open({str(mark)!r}, 'a').write('{version} ')", version=version)

    packages = {
        "a": {f"a-{v}.tar.gz": marked(v) for v in ("1.0", "2.0", "3.0")},
        "top": {"top-1.0-py3-none-any.whl": wheel(info("Requires-Dist: a<3", name="top"), "top-1.0")},
    }
    with pytest.raises(NoSolution):
        resolved(tmp_path, packages, "top", "a>2")
    assert not mark.exists()
    assert pins(resolved(tmp_path, packages, "top", "a")) == {"a": "2.0", "top": "1.0"}
    assert mark.read_text("utf-8").split() == ["2.0"]


def test_interrupted_build_ends_with_the_command(tmp_path: Path) -> None:
    """Soon, with one line, without a process or a folder left over."""
    mark = tmp_path / "begun"
    what = f"import time\nopen({str(mark)!r}, 'w')\ntime.sleep(98765)"
    (tmp_path / "a.in").write_text("a\n", "utf-8")
    with index_of({"a": {SDIST: built(what)}}) as server:
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            mark.unlink(missing_ok=True)
            words = [
                "resolve",
                "a.in",
                "--index-url",
                f"{server.url}/simple/",
                "--build",
                "allow",
                "--no-cache",
            ]
            environ = clean_environ(tmp_path / "home", TMPDIR=str(tmp_path / "tmp"))
            process = subprocess.Popen(
                command_line(*words), cwd=tmp_path, env=environ, stderr=subprocess.PIPE, encoding="utf-8"
            )
            until = time.monotonic() + 30
            while not mark.exists():
                assert time.monotonic() < until
                time.sleep(0.02)
            started = time.monotonic()
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
            assert (process.returncode, time.monotonic() - started < 3) == (code, True), said
            assert said.count("\n") == 1
            assert litter(tmp_path) == []
            assert survivors(str(mark)) == []


def test_deadline_ends_a_build(tmp_path: Path) -> None:
    with pytest.raises(LimitReached):
        resolved(tmp_path, {"a": {SDIST: built("import time\ntime.sleep(43210)")}}, deadline=1.0)
    assert survivors("43210") == []


# For whom, and with what


def test_builds_are_refused_for_another_target() -> None:
    """What is built here may be wrong there; nothing is fetched for it."""
    with index_of({"a": {SDIST: project()}}) as server:
        options = Options(
            index_url=f"{server.url}/simple/", build="allow", no_cache=True, python_version="3.8"
        )
        with pytest.raises(NoSolution, match="whose python_version is"):
            resolve(["a"], options)
        assert server.asked(f"/files/{SDIST}") == 1  # for its own metadata


def test_builds_are_done_by_the_interpreter_that_is_named(tmp_path: Path) -> None:
    assert pins(resolved(tmp_path, {"a": {SDIST: project()}}, python=sys.executable)) == {"a": "1.0"}


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *more: None if name == "build" else find_spec(name, *more)
    )
    with pytest.raises(InputError, match=r"\(build\): pip install 'pubgrub-resolver\[build\]'"):
        resolved(tmp_path, {})


def test_builds_are_recorded(tmp_path: Path) -> None:
    """What they told, and that one failed; a replay builds nothing."""
    packages = {
        "a": {
            "a-2.0.tar.gz": built("raise ValueError('broken')", version="2.0"),
            SDIST: project(lines="Requires-Dist: b\\n"),
        },
        "b": B,
    }
    record = str(tmp_path / "record")
    first = resolved(tmp_path, packages, record=record)
    again = resolved(tmp_path, packages, record=record)
    assert pins(first) == pins(again) == {"a": "1.0", "b": "2.0"}
    assert pins(resolve(["a"], Options(replay=record))) == pins(first)
    with pytest.raises(NoSolution, match="could not be built"):
        resolve(["a>1"], Options(replay=record))


def test_resolvelib_builds_too(tmp_path: Path) -> None:
    packages = {"a": {SDIST: project(lines="Requires-Dist: b\\n")}, "b": B}
    assert pins(resolved(tmp_path, packages, engine="resolvelib")) == {"a": "1.0", "b": "2.0"}


def test_failed_build_is_told_apart_by_every_engine(tmp_path: Path) -> None:
    packages = {"a": {SDIST: built("raise ValueError")}}
    for engine in ("pubgrub", "resolvelib"):
        assert refused(tmp_path, packages, engine=engine).exit_code == 5


def test_lines_build_too(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("a\nb\n", "utf-8")
    packages = {"a": {SDIST: project(lines="Requires-Dist: b\\n")}, "b": B}
    with index_of(packages) as server:
        words = ["--index-url", f"{server.url}/simple/", "--build", "allow", "--no-cache"]
        done = run_here("resolve-many", str(tmp_path / "lines.txt"), *words)
    assert done.code == 0, done


# Archives that must not be unpacked


def unbuilt(**links: str) -> bytes:
    """Return a project with links."""
    import io
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in (("a-1.0/PKG-INFO", info(since="2.1")), ("a-1.0/pyproject.toml", b"")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            member = tarfile.TarInfo(f"a-1.0/{name}")
            member.type = tarfile.LNKTYPE if name.startswith("hard") else tarfile.SYMTYPE
            member.linkname = target
            archive.addfile(member)
    return squeezed(buffer.getvalue())


@pytest.mark.parametrize(
    "links",
    [
        {"evil": "../../.."},
        {"evil": "/etc"},
        {"hard": "/etc/passwd"},
        {"hard": "b-1.0/x"},
        {"one": ".", "one/two": "x"},
        {"one": "two", "two": "one/.."},
        {"one": ".."},
        {"one": "x/../../../x"},
        {"one": "../b-1.0/x"},
    ],
)
def test_archive_with_links_that_lead_elsewhere_is_not_built(tmp_path: Path, links: dict[str, str]) -> None:
    error = refused(tmp_path, {"a": {SDIST: unbuilt(**links)}})
    assert "link that leads elsewhere" in error.explanation


def test_archive_with_links_within_is_unpacked(tmp_path: Path) -> None:
    from resolver.building.unpacking import unpack

    (tmp_path / "out").mkdir()
    tree = unpack(unbuilt(inside="PKG-INFO", hard="a-1.0/PKG-INFO"), SDIST, str(tmp_path / "out"))
    assert tree == str(tmp_path / "out" / "a-1.0")
    for name in ("inside", "hard"):
        assert Path(tree, name).read_bytes() == info(since="2.1")


def test_archive_that_cannot_be_read_in_one_way_is_not_built(tmp_path: Path) -> None:
    """Also where the index says that it is too old to be looked at before."""
    archive = squeezed(tarred({"a-1.0/PKG-INFO": info(since="2.1")})) + b"more"
    packages = {"a": {SDIST: archive}}
    with pytest.raises(NoSolution, match="bytes behind"):
        resolved(tmp_path, packages, facts={"upload-time": "2019-01-01T00:00:00Z"})


def test_tree_is_built_in_its_place(tmp_path: Path) -> None:
    """As direct references to folders are; a name that does not fit is refused."""
    import asyncio

    from resolver.building.builder import Builder
    from resolver.index.client import Client
    from support.fake_transport import FakeTransport

    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "own.py").write_text(
        BACKEND.replace("{name}", "a").replace("{version}", "1").replace("{lines}", "")
    )
    (tree / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n', "utf-8"
    )
    builder = Builder(Options(build="allow"), Client(FakeTransport(), []), None, lambda _: None)
    assert asyncio.run(builder.build_tree("a", str(tree))).version == "1"
    assert asyncio.run(builder.build_tree(None, str(tree))).name == "a"
    with pytest.raises(BuildFailed, match="the metadata of a, not of b"):
        asyncio.run(builder.build_tree("b", str(tree)))
    with pytest.raises(BuildFailed, match="no project that can be built"):
        asyncio.run(builder.build_tree("b", str(tmp_path / "nowhere")))
