"""The command as a process: start-up imports, signals, broken pipes, terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.index.cache import CachingTransport
from resolver.index.client import Client, IndexSpec
from resolver.index.store import RecordStore
from support.fake_transport import FakeTransport, answer, settled

SOURCE = Path(__file__).resolve().parents[2] / "src"
ENVIRON = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "error"}

# A session that says that it is there and waits; started through the real ``main``.
WAITING = """\
import sys, time
import resolver.cli, resolver.commands
def solve(*_, **__):
    print("there", file=sys.stderr, flush=True)
    time.sleep(60)
resolver.commands._engines_solve = lambda: solve
resolver.cli.process()
"""

# A session that answers with a large result.
ANSWERING = """\
import sys
import resolver.cli
import resolver.commands
from resolver.formats.answer import Answer, Pinned, Statistics
def solve(*_, **__):
    return Answer([Pinned(f"p{n}", "1") for n in range(100000)], {}, Statistics())
resolver.commands._engines_solve = lambda: solve
resolver.cli.process()
"""


def start(program: str, *words: str) -> subprocess.Popen[str]:
    """Start ``program`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        env=ENVIRON,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_the_version_needs_next_to_no_imports() -> None:
    """None of the modules that cost milliseconds, nor what does the work."""
    program = (
        "import sys; before = set(sys.modules); import resolver.cli; code = resolver.cli.main(['--version']);"
        "print(*sorted(set(sys.modules) - before)); sys.exit(code)"
    )
    # -I -S: what a site's own .pth files import is not ours.
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], env=ENVIRON, capture_output=True, text=True, check=True
    )
    version, modules = done.stdout.splitlines()
    assert version.startswith("resolver ")
    costly = {
        "aiohttp", "argparse", "asyncio", "attr", "attrs", "configparser", "contextlib", "dataclasses",
        "datetime", "difflib", "enum", "functools", "inspect", "json", "msgspec", "packaging", "pathlib",
        "re", "shlex", "shutil", "signal", "subprocess", "tempfile", "textwrap", "typing", "urllib.parse",
    }  # fmt: skip
    assert set(modules.split()) & costly == set()
    ours = {name for name in modules.split() if name.startswith("resolver.")}
    assert ours == {
        "resolver.arguments", "resolver.cli", "resolver.console", "resolver.errors", "resolver.options",
        "resolver.output", "resolver.setting", "resolver.settings", "resolver.signals", "resolver.words",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("watching", "said"),
    [
        ("", ""),
        ("sys.setprofile(lambda *_: None)", "wound up\n"),
        ("sys.settrace(lambda *_: None)", "wound up\n"),
    ],
)
def test_a_process_winds_up_only_where_somebody_watches_it(watching: str, said: str) -> None:
    program = (
        "import atexit, sys; atexit.register(print, 'wound up'); from resolver.cli import process\n"
        f"sys.argv[1:] = ['--version']\n{watching}\nprocess()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRON, capture_output=True, text=True, check=True
    )
    assert done.stdout.partition("\n")[2] == said


@pytest.mark.slow
def test_reading_and_writing_need_few_imports() -> None:
    """A warm run of a plain file: nothing for the network, no JSON, no attrs, no regular expressions."""
    program = """\
import sys
before = set(sys.modules)
import resolver.cli
import resolver.commands
from resolver.formats.answer import Answer, Pinned, Statistics
resolver.commands._engines_solve = lambda: lambda *_, **__: Answer([Pinned("a", "1")], {}, Statistics())
code = resolver.cli.main(["resolve", "-"])
print(*sorted(set(sys.modules) - before))
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env=ENVIRON,
        input="flask>=1,<3; python_version > '3'\n-i https://index.example/simple\n",
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.splitlines()[-1].split())
    costly = {
        "aiohttp", "argparse", "asyncio", "attr", "configparser", "dataclasses", "difflib", "enum", "inspect",
        "json", "msgspec", "packaging", "pathlib", "re", "shlex", "subprocess", "tempfile", "textwrap",
        "typing", "urllib.parse",
    }  # fmt: skip
    assert modules & costly == set()


def fill_cache(folder: Path) -> None:
    """Keep a page and metadata of ``a``, which requires ``b``, and of ``b``."""
    server = FakeTransport()
    client = Client(
        CachingTransport(server, RecordStore(str(folder)), now=lambda: 0.0),
        [IndexSpec("index", "https://index.example/simple")],
    )
    for name, required in (("a", "Requires-Dist: b>=1 ; python_version > '3'\n"), ("b", "")):
        filename = f"{name}-1-py3-none-any.whl"
        url = f"https://files.example/{filename}"
        file = {"filename": filename, "url": url, "core-metadata": True, "requires-python": ">=3.8,<5"}
        page = json.dumps({"name": name, "files": [file]}).encode()
        kind = {"content-type": "application/vnd.pypi.simple.v1+json"}
        server.script(f"https://index.example/simple/{name}/", answer(200, page, kind))
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{required}".encode()
        server.script(f"{url}.metadata", answer(200, metadata))
        listing = settled(client, client.listing(name))
        settled(client, client.metadata(name, listing.files[0]))


@pytest.mark.slow
@pytest.mark.parametrize("again", [False, True])
def test_a_warm_run_imports_what_it_uses(tmp_path: Path, *, again: bool) -> None:
    """Nothing that fetches, parses pages or explains, and none of the costly modules of Python's.

    That holds for one whose output file is there ``again``, of which versions are kept.
    """
    fill_cache(tmp_path / "cache")
    program = """\
import sys
before = set(sys.modules)
import resolver.cli
code = resolver.cli.main(sys.argv[1:])
print(*sorted(set(sys.modules) - before))
sys.exit(code)
"""
    words = ["resolve", "-", "--offline", "-q", "--no-header", "-i", "https://index.example/simple"]
    output = tmp_path / "out.txt"
    if again:
        output.write_text("a==1 \\\n    --hash=sha256:0\nb==1\n    # via a\n", "utf-8")
        words += ["-o", str(output)]
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *words, "--cache-dir", str(tmp_path / "cache")],
        env=ENVIRON,
        input="a\n",
        capture_output=True,
        text=True,
        check=True,
    )
    *pins, modules = done.stdout.splitlines()
    pins += output.read_text("utf-8").splitlines() if again else []
    assert [pin for pin in pins if not pin.startswith(" ")] == ["a==1", "b==1"]
    imported = set(modules.split())
    ours = {"aiohttp_transport", "artifacts", "decompress", "pip_config", "simple", "simple_json", "links"}
    assert imported & {f"resolver.index.{name}" for name in ours} == set()
    assert not [name for name in imported if name.startswith(("resolver.explanation", "resolver.whatif"))]
    assert imported & {"resolver.solver.explain", "resolver.model.references"} == set()
    about_before = {"resolver.earlier", "resolver.formats.locked", "resolver.previous"}
    assert imported & about_before == (about_before if again else set())
    assert "resolver.vain" not in imported
    costly = {
        "aiohttp", "argparse", "asyncio", "attr", "collections", "contextlib", "datetime", "enum",
        "functools", "hashlib", "inspect", "json", "msgspec", "packaging", "pathlib", "re", "shlex",
        "subprocess", "typing", "urllib",
    }  # fmt: skip
    assert imported & costly == set()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does it")
@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_signals_end_the_work_in_order(tmp_path: Path, sent: signal.Signals, code: int, said: str) -> None:
    """One line, the exit code of the signal, and nothing left behind."""
    (tmp_path / "a.in").write_text("a", "utf-8")
    with start(WAITING, "resolve", str(tmp_path / "a.in"), "-o", str(tmp_path / "out")) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "there\n"
        process.send_signal(sent)
        _, stderr = process.communicate(timeout=10)
    assert (process.returncode, stderr) == (code, f"error: {said}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.in"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes break as POSIX does it")
def test_a_reader_that_goes_away_is_no_error() -> None:
    """``| head`` is an ordinary thing to write."""
    with start(ANSWERING, "resolve", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.close()
        assert process.stdout.readline().startswith("# This file")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(10) == 141


@pytest.mark.slow
def test_python_m_resolver_is_the_command() -> None:
    """With the same exit codes."""
    done = subprocess.run(
        [sys.executable, "-m", "resolver", "resolve", "no-such-file.txt"],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "error: no-such-file.txt: there is no such file\n")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_on_a_terminal_there_is_colour_and_a_summary() -> None:
    """Only stderr is what is looked at; stdout stays plain."""
    import pty

    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", ANSWERING, "resolve", "-"],
        env=ENVIRON | {"TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=follower,
        check=True,
    )
    os.close(follower)
    said = os.read(leader, 1000)
    os.close(leader)
    assert said == b"Resolved 100000 packages in 0.00 s\r\n"
    assert b"\x1b" not in done.stdout
