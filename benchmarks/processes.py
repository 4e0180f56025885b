"""Processes that are measured: this project's command as users have it, its peers, and the bare interpreter.

A tool is a command with words to fill in (``TOOLS``).  Each run starts in an empty folder, without variables
that configure package tools and with Python writing bytecode; the kernel says what it took.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "BARE",
    "MANY",
    "MODULE",
    "OURS",
    "TOOLS",
    "Bench",
    "Line",
    "Process",
    "Told",
    "installed",
    "measured",
    "serving",
]

LIMIT = 180.0
"""Seconds after which a run is ended."""

OURS = "resolver"
BARE = "interpreter"
MODULE = "interpreter, -m"
MANY = "resolve-many"

#: ``{bin}`` is the folder of peers, ``{ours}`` the interpreter that this project is installed for.
TOOLS = {
    OURS: "{ours} -m resolver resolve {reqs} --index-url {index} --cache-dir {cache}"
    " --python-version {python} --no-build --no-header --no-annotate -o {out}",
    BARE: "{ours} -c pass",
    MODULE: "{ours} -m __future__",
    MANY: "{ours} -m resolver resolve-many {reqs} --index-url {index} --cache-dir {cache}"
    " --python-version {python} --no-build --no-progress -q",
    "uv": "{bin}/uv pip compile {reqs} --no-config --default-index {index} --cache-dir {cache}"
    " --python {bin}/python --python-version {python} --no-build --no-header --no-annotate --no-progress"
    " -q -o {out}",
    "nab": "{bin}/nab -q lock --python {python} --project-dist-policy wheel-only --project-build-policy never"
    " --cache-dir {cache} --format requirements-without-hashes --output {out} {project}",
    "pip": "{bin}/python -m pip install --no-input --dry-run --ignore-installed --only-binary :all:"
    " --index-url {index} --trusted-host {host} --cache-dir {cache} --report {out} -q -r {reqs}",
    "pip-compile": "{bin}/pip-compile -q --no-header --no-annotate --strip-extras --no-emit-index-url"
    " --no-emit-trusted-host --no-emit-options --index-url {index} --trusted-host {host} --cache-dir {cache}"
    " --pip-args=--only-binary=:all: -o {out} {reqs}",
    "pdm": "env PDM_CACHE_DIR={cache} PDM_USE_VENV=0 PDM_PYTHON={bin}/python PDM_CHECK_UPDATE=0"
    " {bin}/pdm lock -q -p {work}",
    "poetry": "env POETRY_CACHE_DIR={cache} {bin}/poetry lock -q -C {work}",
}

#: Lock files that tools write beside the project.
_LOCKS = ("pdm.lock", "poetry.lock")

_PROJECT = """\
[project]
name = "benchmark"
version = "0"
requires-python = "=={python}.*"
dependencies = {dependencies}
[tool.nab]
indexes = [{{name = "local", url = "{index}"}}]
[tool.pdm.resolution]
respect-source-order = true
[[tool.pdm.source]]
name = "pypi"
url = "{index}"
verify_ssl = false
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "local"
url = "{index}"
priority = "primary"
"""
_CONFIGURING = ("PIP", "UV", "NAB", "PDM", "POETRY", "RESOLVER", "VIRTUAL_ENV", "PYTHON", "XDG")


#: Starts the command and waits for it.  A process of its own, for what the kernel says of the memory of a
#: process includes that of who started it, and we are large.
_LAUNCHER = """
import json, os, sys, time
command, folder, environ = json.loads(sys.argv[1])
os.chdir(folder)
said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
ours = os.dup(1)
os.dup2(said, 1)
os.dup2(said, 2)
start = time.perf_counter()
child = os.posix_spawnp(command[0], command, environ)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
os.write(ours, json.dumps([seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, status]).encode())
"""


class Process(NamedTuple):
    """What a run took."""

    seconds: float
    cpu: float
    peak: float
    """MiB."""
    status: int


class Told(NamedTuple):
    """What a run took, what it said on both channels and wrote into its file, and the pins in that."""

    process: Process
    said: str
    written: bytes
    pins: Mapping[str, str]


def measured(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], longest: float = LIMIT
) -> Process:
    """Run ``command`` in ``folder``, which is its home too; one that takes ``longest`` seconds is ended."""
    words = json.dumps([list(command), str(folder), dict(environ)])
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = launcher.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        os.killpg(launcher.pid, signal.SIGKILL)
        launcher.communicate()
        return Process(longest, longest, 0.0, -signal.SIGKILL)
    seconds, cpu, peak, status = json.loads(said)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Process(seconds, cpu, peak / unit, os.waitstatus_to_exitcode(status))


def clean(home: Path) -> dict[str, str]:
    """Return the variables of somebody who has set none that matter here."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_CONFIGURING) and not name.lower().endswith("_proxy")
    }
    return {**kept, "HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@contextmanager
def installed(given: str | None) -> Iterator[str]:
    """Give ``given``, or a new interpreter for which this project is installed, not as an editable."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = os.path.join(folder, "bin", "python")  # noqa: PTH118  # a word of a command
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", str(ROOT)], check=True)
        yield python


class Line:
    """A running index."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, latency: float | None = None) -> dict[str, int]:
        """Return what was asked for since the last call; set the seconds before each answer."""
        query = "" if latency is None else f"?latency={latency}"
        with urllib.request.urlopen(f"{self.url}/control{query}", timeout=10) as answer:
            told: dict[str, int] = json.load(answer)
        return told


@contextmanager
def serving(*words: str) -> Iterator[Line]:
    """Run ``benchmarks.server`` with ``words``."""
    command = [sys.executable, "-m", "benchmarks.server", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Line(server.stdout.readline().strip())
        finally:
            server.terminate()


class Bench:
    """Runs tools on sets of requirements against one index; each tool and set have a cache of their own."""

    def __init__(self, line: Line, ours: str, peers: Sequence[Path] = (), *, python: str = "3.12") -> None:
        self.line = line
        self.ours = ours
        self.python = python
        self._peers = peers
        self._folder = Path(tempfile.mkdtemp())

    @property
    def index(self) -> str:
        """Return the address of the index."""
        return f"{self.line.url}/simple/"

    def close(self) -> None:
        """Remove all caches."""
        shutil.rmtree(self._folder)

    def can(self, tool: str) -> bool:
        """Tell whether ``tool`` is here."""
        return tool in (OURS, BARE, MODULE, MANY) or self._home(tool) is not None

    def _home(self, tool: str) -> Path | None:
        """Return the folder of peers that has ``tool``."""
        return next((folder for folder in self._peers if (folder / tool).exists()), None)

    def run(self, tool: str, lines: Sequence[str], cache: str) -> tuple[Process, dict[str, str]]:
        """Run ``tool`` on requirements; return what it took and the pins that it found, if it succeeded."""
        told = self.told(tool, lines, cache)
        return told.process, dict(told.pins)

    def told(self, tool: str, lines: Sequence[str], cache: str, *, longest: float = LIMIT) -> Told:
        """Run ``tool`` on requirements, for at most ``longest`` seconds; return all that it let be seen."""
        kept = self._folder / cache
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            work = Path(folder)
            process = measured(self._command(tool, lines, work, kept), work, clean(work), longest)
            files = (work / name for name in ("out.txt", *_LOCKS))
            out = next((path for path in files if path.exists()), None)
            written = b"" if out is None else out.read_bytes()
            pins = _pins(written.decode()) if written and not process.status else {}
            said = (work / "said").read_text(encoding="utf-8", errors="replace")
        return Told(process, said, written, pins)

    def folder(self, cache: str) -> Path:
        """Return the folder of a cache."""
        return self._folder / cache

    def forget(self, cache: str) -> None:
        """Empty a cache."""
        shutil.rmtree(self._folder / cache, ignore_errors=True)

    def environ(self) -> dict[str, str]:
        """Return the variables that runs have."""
        return clean(self._folder)

    def _command(self, tool: str, lines: Sequence[str], work: Path, cache: Path) -> list[str]:
        reqs, project = work / "set.in", work / "pyproject.toml"
        reqs.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        project.write_text(
            _PROJECT.format(python=self.python, dependencies=json.dumps(list(lines)), index=self.index),
            encoding="utf-8",
        )
        words = {
            "bin": self._home(tool), "cache": cache, "host": self.line.url.partition("//")[2],
            "index": self.index,
            "ours": self.ours, "out": work / "out.txt", "project": project, "python": self.python,
            "reqs": reqs, "work": work,
        }  # fmt: skip
        return [word.format(**words) for word in TOOLS[tool].split()]


def _pins(text: str) -> dict[str, str]:
    """Read ``name==version`` lines, pip's report, or a lock file."""
    if text.startswith("{"):
        told: Any = json.loads(text)
        found = {each["metadata"]["name"]: each["metadata"]["version"] for each in told["install"]}
    elif "[[package]]" in text:
        found = {each["name"]: each["version"] for each in tomllib.loads(text)["package"]}
    else:
        rows = (line.partition(";")[0].split("==") for line in text.splitlines() if "==" in line)
        found = {name.partition("[")[0].strip(): version.strip(" \\") for name, version in rows}
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, version in found.items()}
