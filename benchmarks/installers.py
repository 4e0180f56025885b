"""Real pip and real pdm, as they are and with ``PubGrubResolver`` in the place of their resolver.

    python -m benchmarks installers --pip PYTHON --pdm PYTHON [NAME ...]

Each PYTHON has the tool installed (and resolvelib); nothing in it is changed.  The sets of requirements are
those of the recorded index beside the project, which a server replays on the loopback interface.  For each
set both runs start without a cache; a row says whether the pins are the same, how much metadata either asked
for, and how long it took.  The exit status is 1 where pins differ or more metadata was asked for.

What is replaced, and what was measured, is in docs/interop.md.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import urlopen

from benchmarks import ROOT

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

INDEX = ROOT.parent / "shared" / "index"
SOURCE = ROOT / "src"
LIMIT = 300.0

#: pip makes its resolver by this name.
PIP = """
import sys
sys.path.append({source!r})
from resolver import PubGrubResolver
import pip._internal.resolution.resolvelib.resolver as place
place.RLResolver = PubGrubResolver
from pip._internal.cli.main import main
sys.exit(main())
"""

#: pdm takes the class from its core, which a plugin may set.
PDM = """
import sys
sys.path.append({source!r})
from resolver import PubGrubResolver
from pdm.core import Core
class Plugged(Core):
    def load_plugins(self):
        super().load_plugins()
        self.resolver_class = PubGrubResolver
Plugged().main(sys.argv[1:])
"""


class Run(NamedTuple):
    """What came of one run.

    ``pins`` is ``None`` where the tool failed, ``seconds`` at least ``LIMIT`` where it was stopped.
    """

    pins: dict[str, str] | None
    metadata: int
    seconds: float


def add_options(parser: ArgumentParser) -> None:
    """Add what this section understands."""
    parser.add_argument("--pip", metavar="PYTHON", help="interpreter with pip >= 26")
    parser.add_argument("--pdm", metavar="PYTHON", help="interpreter with pdm")
    parser.add_argument("--index", type=Path, default=INDEX, help="folder of server.py and snapshots")
    parser.add_argument("--snapshot", default="snapshots/visible")
    parser.add_argument("--server-python", default=sys.executable, help="interpreter with aiohttp, packaging")
    parser.add_argument("names", nargs="*")


def run(options: Namespace) -> int:
    """Run the sets that are named, or all."""
    sets = sorted((options.index / options.snapshot / "reqs").glob("*.in"))
    chosen = [path for path in sets if not options.names or path.stem in options.names]
    port = _free_port()
    command = [options.server_python, "server.py", "--snapshot", options.snapshot, "--port", str(port)]
    with subprocess.Popen(command, cwd=options.index, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()  # it says when it is ready
        try:
            return _compare(chosen, f"http://127.0.0.1:{port}", options.pip, options.pdm)
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _compare(sets: list[Path], url: str, pip: str | None, pdm: str | None) -> int:
    print("| tool | set | pins | the same | metadata: alone, ours | seconds: alone, ours |")
    print("| --- | --- | ---: | --- | ---: | ---: |")
    worse = 0
    for tool, python, runner in (("pip", pip, _run_pip), ("pdm", pdm, _run_pdm)):
        for path in sets if python else ():
            assert python is not None
            alone = runner(python, path, url, is_ours=False)
            if alone.seconds >= LIMIT:
                print(f"| {tool} | {path.stem} | | not within {LIMIT:.0f} seconds alone | | |", flush=True)
                continue
            ours = runner(python, path, url, is_ours=True)
            same = alone.pins == ours.pins
            worse += not same or ours.metadata > alone.metadata
            pins = "none" if alone.pins is None else len(alone.pins)
            print(
                f"| {tool} | {path.stem} | {pins} | {'yes' if same else 'no'}"
                f" | {alone.metadata}, {ours.metadata} | {alone.seconds:.1f}, {ours.seconds:.1f} |",
                flush=True,
            )
    return int(worse > 0)


def _run_pip(python: str, path: Path, url: str, *, is_ours: bool) -> Run:
    runner = ["-c", PIP.format(source=str(SOURCE))] if is_ours else ["-m", "pip"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = [
            "install",
            "--dry-run",
            "--ignore-installed",
            "--only-binary",
            ":all:",
            "--no-cache-dir",
            "-q",
        ]
        words += ["--index-url", f"{url}/simple/", "--report", str(report), "-r", str(path)]
        metadata, seconds = _run([python, *runner, *words], folder, url)
        if not report.is_file():
            return Run(None, metadata, seconds)
        items = json.loads(report.read_text("utf-8"))["install"]
        pins = {item["metadata"]["name"]: item["metadata"]["version"] for item in items}
        return Run(pins, metadata, seconds)


def _run_pdm(python: str, path: Path, url: str, *, is_ours: bool) -> Run:
    runner = ["-c", PDM.format(source=str(SOURCE))] if is_ours else ["-m", "pdm"]
    lines = [line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(
            f"""
[project]
name = "root"
version = "0"
requires-python = "==3.12.*"
dependencies = {json.dumps([line for line in lines if line])}
[tool.pdm.resolution]
respect-source-order = true
[[tool.pdm.source]]
name = "pypi"
url = "{url}/simple/"
verify_ssl = false
""",
            encoding="utf-8",
        )
        metadata, seconds = _run([python, *runner, "lock", "-q", "-p", folder], folder, url)
        lock = Path(folder) / "pdm.lock"
        if not lock.is_file():
            return Run(None, metadata, seconds)
        packages = tomllib.loads(lock.read_text("utf-8"))["package"]
        pins = {f"{each['name']}{each.get('extras', '')}": each["version"] for each in packages}
        return Run(pins, metadata, seconds)


def _run(command: list[str], folder: str, url: str) -> tuple[int, float]:
    """Run a tool without the settings of its user; return how much metadata it asked for, and the seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PDM_"))}
    settings = {
        "HOME": folder,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PDM_CACHE_DIR": f"{folder}/cache",
        "PDM_CHECK_UPDATE": "0",
        "PDM_PYTHON": command[0],
        "PDM_USE_VENV": "0",
    }
    _metadata(url)
    start = time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, env={**kept, **settings}, capture_output=True, check=False, timeout=LIMIT)
    return _metadata(url), time.monotonic() - start


def _metadata(url: str) -> int:
    """Return how many metadata files were asked for since the last call."""
    with urlopen(f"{url}/__stats__?reset=1") as answer:
        count: int = json.load(answer).get("metadata", 0)
        return count
