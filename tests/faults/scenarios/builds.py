"""What projects do to who builds them."""

from __future__ import annotations

import json
import subprocess
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from resolver.building import processes
from support.archives import digest, info, sdist, wheel
from support.built_index import BACKEND, built, project
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, SECRET, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO

    import pytest

    from support.scenarios import Outcome
    from support.stage import Stage

ROW = "building sdists"
GOOD = "a==1.0\n"


def _index(stage: Stage, packages: Mapping[str, Mapping[str, bytes]]) -> None:
    """Serve ``packages``: name -> file name -> content."""
    for name, files in packages.items():
        lines = [{"filename": each, "url": f"/files/{each}", "hashes": digest(files[each])} for each in files]
        stage.script(f"/simple/{name}/", reply(200, page(name, lines), JSON))
        for each, body in files.items():
            stage.script(f"/files/{each}", reply(200, body))


def _building(body: bytes, *arguments: str) -> Callable[[Stage], None]:
    """Return a set-up in which this project may be built."""

    def setup(stage: Stage) -> None:
        _index(stage, {"a": {"a-1.0.tar.gz": body}})
        stage.arguments += ["--build", "allow", *arguments]

    return setup


def _off(stage: Stage) -> None:
    """Nobody has allowed a build."""
    mark = stage.work / "built"
    _index(stage, {"a": {"a-1.0.tar.gz": built(f"open({str(mark)!r}, 'w')")}})


def _not_built(stage: Stage, _: Outcome) -> None:
    assert not (stage.work / "built").exists()


def _forks(stage: Stage) -> None:
    """A process goes on when the build has ended."""
    late = f"import time; time.sleep(1); open({str(stage.work / 'late')!r}, 'w')"
    what = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {late!r}], stdout=-3, stderr=-3)"
    _building(built(what))(stage)


def _not_late(stage: Stage, _: Outcome) -> None:
    time.sleep(1.3)
    assert not (stage.work / "late").exists()


def _spies(stage: Stage) -> None:
    """The build writes down what it finds."""
    stage.environ["RESOLVER_INDEX_A_PASSWORD"] = SECRET
    stage.environ["GITHUB_TOKEN"] = SECRET
    (stage.home / ".netrc").write_text(f"machine host.example login me password {SECRET}\n", "utf-8")
    found = stage.work / "found"
    what = (
        "import json\n"
        "home = os.path.join(os.path.expanduser('~'), '.netrc')\n"
        f"json.dump([dict(os.environ), os.path.exists(home)], open({str(found)!r}, 'w'))"
    )
    _building(built(what))(stage)


def _found_nothing(stage: Stage, _: Outcome) -> None:
    environ, is_home = json.loads((stage.work / "found").read_text("utf-8"))
    assert not is_home
    assert SECRET not in str(environ)


def _evil_backend(stage: Stage) -> None:
    """The backend is not the one that its index promises."""
    code = BACKEND.replace("{name}", "a").replace("{version}", "1.0").replace("{lines}", "")
    settings = '[build-system]\nrequires = ["maker"]\nbuild-backend = "maker"\n'
    maker = wheel(info(name="maker"), "maker-1.0", maker=code.encode())
    mark = stage.work / "built"
    evil = wheel(info(name="maker"), "maker-1.0", maker=f"open({str(mark)!r}, 'w')\n{code}".encode())
    archive = sdist(info(since="2.1"), pyproject_dot_toml=settings.encode())
    packages = {"a": {"a-1.0.tar.gz": archive}, "maker": {"maker-1.0-py3-none-any.whl": maker}}
    _index(stage, packages)
    stage.script("/files/maker-1.0-py3-none-any.whl", reply(200, evil))
    stage.arguments += ["--build", "allow"]


def _left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not kill groups, but do not leave the test's processes either."""
    monkeypatch.setattr(processes, "_kill_group", lambda process: process.poll())
    monkeypatch.setattr(processes, "_WATCH", "import os, sys; os.execvp(sys.argv[2], sys.argv[2:])")


def _hoard(runner: processes.Runner, stream: IO[bytes]) -> None:
    """Keep all that is said."""
    with stream:
        runner._said = stream.read()


def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as it takes."""
    wait = subprocess.Popen.wait
    monkeypatch.setattr(processes.Runner, "_wait", lambda _, process, __: isinstance(wait(process), int))


_ALL = [
    Scenario(
        "build-off",
        ROW,
        _off,
        Expected(code=1, says=("building is off", "a-1.0.tar.gz may be built"), check=_not_built),
        (("resolver.index.sdists.is_static", lambda _: True),),
    ),
    Scenario(
        "build-sleeps",
        ROW,
        _building(built("import time\ntime.sleep(3)"), "--build-timeout", "0.5"),
        Expected(code=5, says=("took too long (--build-timeout)",), within=2.5),
        _patient,
    ),
    Scenario("build-forks", ROW, _forks, Expected(pins=GOOD, check=_not_late), _left_alone),
    Scenario(
        "build-prints",
        ROW,
        _building(built("import sys\nfor _ in range(200):\n    sys.stdout.write('x' * 999_999 + '\\n')")),
        Expected(pins=GOOD, memory=180),
        (("resolver.building.processes.Runner._read", _hoard),),
    ),
    Scenario(
        "build-spies",
        ROW,
        _spies,
        Expected(pins=GOOD, check=_found_nothing),
        (("resolver.building.builder.scrubbed", lambda environ, _: dict(environ)),),
    ),
    Scenario(
        "build-evil-backend",
        ROW,
        _evil_backend,
        Expected(code=4, says=("is not what the index promises",), check=_not_built),
        (("resolver.index.ladder._mismatch", lambda *_: None),),
    ),
    Scenario(
        "build-fails",
        ROW,
        _building(built("raise ValueError('no compiler')")),
        Expected(code=5, says=("could not be built", "ValueError: no compiler")),
        (("resolver.problem.PythonProblem.nothing_was_built", lambda _: False),),
    ),
    Scenario(
        "build-of-another",
        ROW,
        _building(project(BACKEND.replace("{name}", "evil"))),
        Expected(code=5, says=("gave the metadata of evil, not of a",)),
        (("resolver.building.builder._named", lambda metadata, *_: metadata),),
    ),
]

# What building takes is an extra.
SCENARIOS = _ALL if all(map(find_spec, ("build", "installer", "pyproject_hooks"))) else []
