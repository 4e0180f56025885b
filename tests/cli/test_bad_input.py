"""Bad input of every kind through the whole command, with the real session and an index on loopback.

In this process where that shows the same, for speed.  Each test says the exit code; that an error is one
paragraph without a traceback, that stdout is empty, and that no file is left behind is checked for all.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from resolver import shelf
from support.background import JSON, METADATA, METADATA_PATH, PAGE_PATH, page, serving
from support.command import (
    Done,
    clean_environ,
    command_line,
    failed,
    run_here,
    succeeded,
    without_configuration,
)
from support.fault_server import CLOSE, MUTE, FaultServer, Reply, reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

HTML = {"Content-Type": "text/html"}
LOGIN = b"<html><body>Please log in to the network.</body></html>"
PINS = "flask==1.0\n    # via -r a.in\n"
# Closes a stream, then becomes the command.
_CLOSING = "import os, sys; {close}; os.execv(sys.argv[1], sys.argv[1:])"
NO_SCHEME = "does not begin with https://, http:// or file:///"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with ``a.in``, as a user without configuration."""
    without_configuration(tmp_path / "home", monkeypatch)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    Path("a.in").write_text("flask>=1\n", "utf-8")
    return work


@pytest.fixture(scope="module")
def index() -> Iterator[FaultServer]:
    """Serve an index as it should be, with one package."""
    with serving() as server:
        yield server


def resolve(server: FaultServer, *words: str) -> Done:
    """Resolve ``a.in`` from ``server``, without a cache unless ``words`` name one, and without patience."""
    url = f"{server.url}/simple/"
    cache = () if "--cache-dir" in words else ("--no-cache",)
    return run_here(
        *("resolve", "a.in", "--index-url", url, "--retries", "0", "--timeout", "1", "--no-header"),
        *cache,
        *words,
    )


def refused(*words: str) -> str:
    """Return the error of a command that the user must write in another way, and that leaves no trace."""
    before = tree(Path())
    said = failed(run_here("resolve", *words), 2)
    assert tree(Path()) == before
    return said


def failure(pages: Reply | None = None, metadata: Reply | None = None, *, code: int) -> str:
    """Return the error about an index that answers so; the host of the index is taken out."""
    before = tree(Path())
    with serving(pages, metadata) as server:
        said = failed(resolve(server), code)
        assert tree(Path()) == before
        return said.replace(server.url, "")


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return all files below ``folder`` with what is in them, and all folders."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


# Files of the user


FOR = pytest.mark.parametrize("option", [(), ("--constraint",), ("--override",)])


NO_WAY = "are not supported: use https, git+https, git+ssh, or a path"
NAMELESS = "the address does not say which package it is of: write 'name @ ' before it"


def sources(option: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Return words that make the command read ``path`` as what ``option`` says."""
    return ("a.in", *option, path) if option else (path,)


@FOR
@pytest.mark.parametrize(
    ("content", "line", "column", "said"),
    [
        ("flask\nfoo >> 1", 2, 5, "'>> 1' is not a version specifier."),
        ("# c\n\nbar[a b]", 3, 7, "Expected ',' or ']' after the extra."),
        ("foo>=1,\\\n   <<2", 2, 4, "'<<2' is not a version specifier."),
        ("foo; python > '3'", 1, 6, "Expected a marker variable or a quoted text."),
        ("foo==1.0.zzz", 1, 9, "Expected ',', ';' or the end after the version."),
        ("foo @ svn+https://host.example/foo", 1, 7, f"addresses that begin with 'svn+https' {NO_WAY}"),
        ("-e git+https://host.example/foo", 1, 4, NAMELESS),
        ("https://host.example/v1.zip", 1, 1, NAMELESS),
        ("foo --hash=md5:00", 1, 5, "md5 protects from nothing: give the hash as sha256:..."),
        ("--bogus", 1, 1, "unknown option --bogus"),
        ("-r missing.in", 1, 4, "missing.in: there is no such file"),
        ("-r b.in", 1, 4, "requirements files include one another: b.in -> b.in"),
        ("-i ftp://i", 1, 4, f"the index 'ftp://i' {NO_SCHEME}"),
        ("--extra-index-url i", 1, 19, f"the index 'i' {NO_SCHEME}"),
        ("-i https:///simple", 1, 4, "the URL 'https:///simple' names no host"),
    ],
)
def test_a_bad_line_is_told_with_a_caret(
    option: tuple[str, ...], content: str, line: int, column: int, said: str
) -> None:
    """Whatever the file is for; the caret stands under what is wrong."""
    Path("b.in").write_text(content, "utf-8")
    shown = content.splitlines()[line - 1]
    expected = f"b.in:{line}: {said}\n    {shown}\n    {'^':>{column}}"
    assert refused(*sources(option, "b.in"), "--offline") == expected


@FOR
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"foo\n\xff\xfe\xfa", "b.in:2: this is no utf-8 text; save the file as UTF-8, or name its encoding"),
        (b"foo\0bar\n", "b.in: this is a binary file, not a requirements file"),
        (b"# coding: klingon\n", "b.in: its first lines name the encoding 'klingon', which is unknown"),
    ],
)
def test_a_file_that_is_no_text_is_told(option: tuple[str, ...], content: bytes, said: str) -> None:
    """With what to do, if there is something."""
    Path("b.in").write_bytes(content)
    assert refused(*sources(option, "b.in"), "--offline").startswith(said)


@FOR
def test_a_file_that_cannot_be_read_is_named(option: tuple[str, ...]) -> None:
    """Missing, a folder, or below a file."""
    Path("folder").mkdir()
    for path, said in [
        ("missing.in", "there is no such file"),
        ("folder/", "this is a directory"),
        ("a.in/b.in", "this file cannot be read: Not a directory"),
    ]:
        assert refused(*sources(option, path)).startswith(f"{path}: {said}")


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named() -> None:
    """By its permissions."""
    Path("b.in").touch(mode=0)
    said = failed(run_here("resolve", "b.in"), 2)
    assert said == "b.in: this file may not be read: permission denied"


def test_a_folder_is_not_taken_for_the_package_of_its_name() -> None:
    """It might be somebody else's, and an index may have it."""
    Path("folder").mkdir()
    said = refused("folder", "--offline")
    assert said.startswith("folder: this is a directory; write folder/pyproject.toml")
    assert said.endswith("or folder>=0 for the package")


# The command line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--no-biuld"], "unknown option --no-biuld; did you mean --no-build?"),
        (["-z"], "unknown option -z"),
        (["--index-url"], "--index-url wants a value: URL"),
        (["-c", "--offline"], "-c wants a value; if --offline is meant, write -c=--offline"),
        (["--offline=yes"], "--offline takes no value"),
        (["--python-version", "3"], "--python-version is '3': write it as 3.12, 3.12.4 or 3.13t"),
        (["--python-version", "3.x"], "--python-version is '3.x': write it as 3.12, 3.12.4 or 3.13t"),
        (["--exclude-newer", "2025-13-01"], "--exclude-newer '2025-13-01' is no date (2024-02-28), no time"),
        (["--exclude-newer", "2025-01-01T00:00"], "--exclude-newer '2025-01-01T00:00' has no time zone: add"),
        (["--index-url", "i"], "--index-url 'i' does not begin with https:// or http://"),
        (["--index-url", "ftp://i"], "--index-url 'ftp://i' does not begin with https:// or http://"),
        (["--extra-index-url", "ftp://i"], "--extra-index-url 'ftp://i' does not begin with https://"),
        (["--index-url", "http:///i"], "--index-url 'http:///i' is no URL: it has no host, or blanks in it"),
        (["--resolution", "newest"], "--resolution is 'newest', not one of: highest, lowest, lowest-direct"),
        (["--timeout", "soon"], "--timeout is 'soon', and must be a number"),
        (["--concurrency", "0"], "--concurrency is 0, and must be at least 1"),
        (["--format", "yaml"], "--format is 'yaml', not one of: requirements, pylock"),
        (["--find-links", "x"], "--find-links x: there is no such file or folder"),
        (["-i", "https://a/", "-i", "https://b/"], "--index-url is given more than once (https://a/ and"),
        (["--index", "a=https://a/", "--index", "a=https://b/"], "two indexes have the name 'a': give one"),
        (["--index-package", "a"], "--index-package 'a': write it as PACKAGE=NAME"),
        (["--explicit-index", "https://a/"], "--explicit-index 'https://a/' has no name: write it as"),
        (["--index-package", "a=b", "--index-package", "A=c"], "a is to come from two indexes: b and c"),
        (["--record", "a", "--replay", "b"], "the options record and replay exclude each other"),
        (["--python", "no-such"], "The interpreter no-such cannot be started: No such file or directory."),
    ],
)
def test_a_bad_option_is_told(words: list[str], said: str) -> None:
    """With what would be right, where that can be known."""
    assert refused("a.in", *words).startswith(said)


def test_an_unknown_platform_is_told_with_those_known() -> None:
    """The option by name."""
    said = refused("a.in", "--offline", "--index-url", "http://127.0.0.1/", "--python-platform", "amiga")
    assert said.startswith("--python-platform: 'amiga' is not the name of a platform; known are linux, macos")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no command is given; try: resolver resolve requirements.txt"),
        (["bogus"], "'bogus' is no command; see resolver --help"),
        (["reslove"], "'reslove' is no command; did you mean resolve?"),
        (["a.in"], "'a.in' is no command; did you mean: resolver resolve a.in"),
        (["resolve"], "no SOURCE is given; try: resolver resolve requirements.txt"),
    ],
)
def test_a_command_that_is_none_is_told(words: list[str], said: str) -> None:
    """With what may be meant."""
    assert failed(run_here(*words), 2) == said


# Indexes


def test_a_package_that_does_not_exist_is_named() -> None:
    """With the line that wants it and the place where it was looked for."""
    Path("a.in").write_text("# what we need\nnosuch>=2\n", "utf-8")
    with serving() as server:
        said = failed(resolve(server), 1)
        assert "nosuch>=2 (a.in:2)" in said
        assert f"does not exist (not found on index {server.url}/simple/)" in said


def test_an_index_that_is_down_is_named() -> None:
    """Nothing listens on the port."""
    with serving() as server:
        pass
    said = failed(resolve(server), 3)
    assert said.startswith(f"No connection to 127.0.0.1 for {server.url}{PAGE_PATH}: Connection refused.")


def test_a_host_that_does_not_exist_is_named() -> None:
    """RFC 6761: no name below .invalid ever exists."""
    index = ("--index-url", "http://index.invalid/simple/")
    said = failed(run_here("resolve", "a.in", "--no-cache", "--retries", "0", *index), 3)
    assert said.startswith("The name index.invalid is not known (http://index.invalid/simple/flask/).")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "The index refuses access to /simple/flask/ (status 401). If it needs a login,"),
        (403, "The index refuses access to /simple/flask/ (status 403). If it needs a login,"),
        (418, "/simple/flask/ answers with status 418, which is no answer of a package index."),
        (500, "/simple/flask/ answers with a failure of the server (status 500). Try again later."),
    ],
)
def test_an_index_that_refuses_is_named(status: int, said: str) -> None:
    """With what to do, if there is something."""
    assert failure(reply(status, LOGIN, HTML), code=3).startswith(said)


def test_a_page_that_is_not_there_means_no_package() -> None:
    """An answer, not a failure."""
    assert "flask>=1 (a.in:1), which does not exist" in failure(reply(404, LOGIN, HTML), code=1)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        (reply(200, LOGIN, HTML), "does not answer as a package index: it sends a page without any link"),
        (reply(200, LOGIN, JSON), "it sends HTML under the name of JSON, such as a login page"),
        (reply(200, b"hello", {"Content-Type": "text/plain"}), "it sends content of type 'text/plain'"),
        (reply(200, b"hello"), "it sends content of no type"),
        (reply(200, b"", JSON), "/simple/flask/ cannot be read as JSON"),
        (reply(200, b"[" * 100_000, JSON), "/simple/flask/ cannot be read as JSON"),
        (reply(200, page(api="2.0"), JSON), "is of version '2.0' of the simple API; only versions 1.x"),
        (reply(200, page(name="django"), JSON), "is about 'django', not about flask"),
        (reply(200, page(), JSON, sent=50, ending=CLOSE), "The connection broke off while /simple/flask/"),
        (reply(200, page(), JSON, sent=50, length=-1, ending=CLOSE), "cannot be read as JSON"),
        pytest.param(
            reply(200, page(), JSON, sent=50, ending=MUTE),
            "/simple/flask/ does not answer in time",
            marks=pytest.mark.slow,
        ),
        (Reply(b"SSH-2.0-server\r\n", CLOSE), "/simple/flask/ sends something that is no HTTP answer"),
        (reply(302, b"", {"Location": PAGE_PATH}), "/simple/flask/ redirects more than 10 times"),
        (reply(302), "/simple/flask/ redirects (status 302) without saying where to"),
    ],
)
def test_a_page_that_makes_no_sense_is_named(pages: Reply, said: str) -> None:
    """What came instead of a page, and where from."""
    assert said in failure(pages, code=3)


def test_a_redirect_to_a_file_is_refused() -> None:
    """No page may make us read files of the user."""
    said = failure(reply(302, b"", {"Location": "file:///etc/passwd"}), code=4)
    assert "redirects to something that is no http or https address (file:///etc/passwd)" in said


def test_metadata_of_another_digest_is_refused() -> None:
    """Asked for twice, then told with both digests."""
    promised, actual = "0" * 64, hashlib.sha256(METADATA).hexdigest()
    with serving(reply(200, page(promised=promised), JSON)) as server:
        said = failed(resolve(server), 4)
        assert server.asked(METADATA_PATH) == 2
    assert promised in said
    assert actual in said
    assert "flask-1.0-py3-none-any.whl" in said


def test_metadata_that_is_cut_off_is_a_failure_of_the_index() -> None:
    """And no reason to take another version."""
    said = failure(metadata=reply(200, METADATA, sent=10, ending=CLOSE), code=3)
    assert said.startswith(f"The connection broke off while {METADATA_PATH} answered.")


@pytest.mark.parametrize("metadata", [b"", b"\xff\0", METADATA.replace(b"flask", b"django")])
def test_metadata_that_makes_no_sense_is_a_reason(metadata: bytes) -> None:
    """The version cannot be used, and the explanation says why."""
    said = failure(reply(200, page(metadata=metadata), JSON), reply(200, metadata), code=1)
    assert "flask 1.0 has unusable metadata" in said
    assert "flask>=1 (a.in:1)" in said


def test_text_from_an_index_cannot_control_the_terminal() -> None:
    """Escapes are shown as such."""
    said = failure(reply(200, page(more={"requires-python": "\x1b[31m<3"}), JSON), code=1)
    assert "\x1b" not in said
    assert r"\x1b[31m<3" in said


# The cache


def damages(content: bytes) -> dict[str, bytes]:
    """Return a cache file damaged in each way."""
    half = len(content) // 2
    return {
        "empty": b"",
        "cut": content[:half],
        "one byte less": content[:-1],
        "one bit": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "longer": content + b"\n",
        "no magic": b"\0" * 16 + content[16:],
        "zeros": b"\0" * len(content),
        "text": b"hello\n",
    }


def cache_files(cache: Path) -> list[Path]:
    """Return the files of answers in the cache."""
    return sorted(path for path in (cache / "http-v3").rglob("*") if path.is_file())


@pytest.fixture
def cache(index: FaultServer) -> Path:
    """Return a cache with all that a warm run needs."""
    assert succeeded(resolve(index, "--cache-dir", "cache")) == PINS
    index.requests.clear()
    assert succeeded(resolve(index, "--cache-dir", "cache")) == PINS
    assert index.requests == []
    return Path("cache")


@pytest.mark.parametrize("kind", damages(b"0123456789"))
def test_a_damaged_cache_changes_nothing(kind: str, cache: Path, index: FaultServer) -> None:
    """What is damaged is fetched anew, without a word, and kept."""
    whole = cache_files(cache)
    for path in whole:
        path.write_bytes(damages(path.read_bytes())[kind])
    assert succeeded(resolve(index, "--cache-dir", "cache")) == PINS
    assert len(index.requests) == len(whole)
    assert cache_files(cache) == whole
    assert succeeded(resolve(index, "--cache-dir", "cache", "--offline")) == PINS
    assert len(index.requests) == len(whole)


def test_a_record_in_the_place_of_another_changes_nothing(cache: Path, index: FaultServer) -> None:
    """A record says itself what it answers."""
    rmtree(cache / "notes-v2")
    shelf._remembered.clear()
    one, other = cache_files(cache)
    one.write_bytes(other.read_bytes())
    assert succeeded(resolve(index, "--cache-dir", "cache")) == PINS
    assert len(index.requests) == 1


def test_folders_in_the_place_of_records_change_nothing(cache: Path, index: FaultServer) -> None:
    """They are replaced, whatever is in them."""
    places = cache_files(cache)
    for path in places:
        path.unlink()
        path.mkdir()
        (path / "something").touch()
    assert succeeded(resolve(index, "--cache-dir", "cache")) == PINS
    assert cache_files(cache) == places


def test_a_cache_that_is_a_file_costs_a_warning(index: FaultServer) -> None:
    """And the file is left alone."""
    before = tree(Path())
    for place, why in (("a.in", "is no directory"), ("a.in/cache", "cannot be looked at (Not a directory)")):
        done = resolve(index, "--cache-dir", place)
        assert (done.code, done.stdout) == (0, PINS)
        assert done.stderr == (
            f"warning: The cache {place} is not used: it {why}. Another directory can be named with "
            "--cache-dir.\n"
        )
    assert tree(Path()) == before


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written_costs_a_warning(index: FaultServer) -> None:
    """By its permissions."""
    Path("cache").mkdir(mode=0o500)
    done = resolve(index, "--cache-dir", "cache")
    assert (done.code, done.stdout) == (0, PINS)
    assert done.stderr.count("warning: The cache cache cannot be written (Permission denied)") == 1


# The result


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("missing/out", "missing/out cannot be written: No such file or directory"),
        ("folder", "folder cannot be written: it is a directory"),
        ("a.in/out", "a.in/out cannot be written: Not a directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_told_first(path: str, said: str) -> None:
    """Before anything is fetched."""
    Path("folder").mkdir()
    with serving() as server:
        before = tree(Path())
        assert failed(resolve(server, "-o", path), 2) == said
        assert tree(Path()) == before
        assert server.requests == []


@pytest.mark.parametrize(
    ("pages", "code"),
    [(reply(404), 1), (reply(500), 3), (reply(200, page(promised="0" * 64), JSON), 4)],
)
def test_an_output_is_kept_when_there_is_no_new_one(pages: Reply, code: int) -> None:
    """Whatever the reason, with nothing beside it."""
    Path("out").write_text("# as before\n", "utf-8")
    before = tree(Path())
    with serving(pages) as server:
        failed(resolve(server, "-o", "out"), code)
    assert tree(Path()) == before


def test_an_output_is_replaced_as_a_whole(index: FaultServer) -> None:
    """And nothing is left beside it."""
    Path("out").write_text("# as before\n" * 100, "utf-8")
    assert succeeded(resolve(index, "-o", "out")) == ""
    assert tree(Path()) == {"a.in": b"flask>=1\n", "out": PINS.encode()}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_is_told(index: FaultServer) -> None:
    """For a file, for stdout, and, by the exit code alone, for stderr."""
    assert (
        failed(resolve(index, "-o", "/dev/full"), 2) == "/dev/full cannot be written: No space left on device"
    )
    said = "error: the result cannot be written to stdout: No space left on device\n"
    with Path("/dev/full").open("wb") as full:
        words = ("resolve", "a.in", "--index-url", f"{index.url}/simple/", "--no-cache")
        assert process(*words, stdout=full) == (2, said)
        assert process("resolve", "missing.in", stderr=full) == (2, "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="streams are closed as POSIX does it")
def test_streams_that_are_closed_are_told() -> None:
    """As a service may start us: an error where the stream was needed."""
    said = "error: the result cannot be written to stdout: it is closed\n"
    assert process("--version", closed=1) == (2, said)
    assert process("resolve", "-", closed=0) == (2, "error: -: standard input is closed\n")
    assert process("--version", closed=2) == (0, "")


def process(*words: str, closed: int | None = None, **streams: IO[bytes]) -> tuple[int, str]:
    """Run the command as a process with such streams; return its exit code and stderr."""
    pipes: dict[str, IO[bytes] | int] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    close = f"os.close({closed})" if closed is not None else "pass"
    done = subprocess.run(
        [sys.executable, "-c", _CLOSING.format(close=close), *command_line(*words)],
        env=clean_environ(Path()),
        stdin=subprocess.DEVNULL,
        timeout=30,
        check=False,
        **pipes,  # type: ignore[call-overload]  # three streams by their names
    )
    return done.returncode, (done.stderr or b"").decode()


# Recordings


@pytest.fixture
def recording(index: FaultServer) -> Path:
    """Return a recording of what ``a.in`` needs."""
    assert succeeded(resolve(index, "--record", "recording")) == PINS
    return Path("recording")


def replay(recording: Path) -> Done:
    """Resolve ``a.in`` from ``recording`` alone."""
    return run_here("resolve", "a.in", "--no-header", "--replay", str(recording))


def test_a_recording_is_all_that_is_needed(recording: Path) -> None:
    """The case beside which the others stand."""
    before = tree(Path())
    assert succeeded(replay(recording)) == PINS
    assert tree(Path()) == before


@pytest.mark.parametrize("path", ["missing", "a.in", "."])
def test_a_recording_that_is_none_is_named(path: str) -> None:
    """Missing, a file, a folder of other things."""
    said = f"{path} holds no recording: there is no recording.json in it."
    assert refused("a.in", "--replay", path) == said


@pytest.mark.parametrize("file", ["recording.json", "packages/flask.json"])
@pytest.mark.parametrize("content", [b"", b"hello", b"[]", b"{}", b'{"format": 2}', b"\xff\xfe", None])
def test_a_damaged_recording_is_named(recording: Path, file: str, content: bytes | None) -> None:
    """The file that is damaged, and what to do about it."""
    path = recording / file
    path.write_bytes(path.read_bytes()[:-10] if content is None else content)
    said = failed(replay(recording), 3)
    assert said.startswith(str(path))
    assert "record" in said


def test_a_recording_that_lacks_a_file_is_named(recording: Path) -> None:
    """A package that the list names."""
    (recording / "packages" / "flask.json").unlink()
    said = failed(replay(recording), 3)
    assert said.startswith(f"{recording}/packages/flask.json: the recording is damaged (the file is missing)")


def test_what_a_recording_does_not_hold_is_named(recording: Path) -> None:
    """Another package is no package that does not exist."""
    Path("a.in").write_text("django\n", "utf-8")
    said = failed(replay(recording), 3)
    assert said.startswith("The recording recording does not hold the package django")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a.in", "The recording cannot be written to a.in (File exists)."),
        ("a.in/recording", "The recording cannot be written to a.in/recording (Not a directory)."),
        (".", ". is not empty and holds no recording: name another folder, or remove what is in it."),
    ],
)
def test_a_recording_that_cannot_be_written_is_told(index: FaultServer, path: str, said: str) -> None:
    """No result without it, since nobody would look for the reason later."""
    before = tree(Path())
    assert failed(resolve(index, "--record", path), 2) == said
    assert tree(Path()) == before


# Where pip's configuration names the index


def test_an_index_of_pip_without_url_is_left_out(index: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a warning, for what it has would have counted."""
    monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "./wheels")
    done = run_here("resolve", "a.in", "--no-cache", "--no-header")
    assert (done.code, done.stdout) == (0, PINS)
    assert done.stderr == (
        "warning: the variable PIP_EXTRA_INDEX_URL names indexes that are no URLs and are not used: "
        "./wheels\n"
    )


def test_a_default_index_of_pip_that_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no other to take in its place."""
    monkeypatch.setenv("PIP_INDEX_URL", "./wheels")
    said = refused("a.in", "--no-cache")
    assert said.startswith("the variable PIP_INDEX_URL names the index './wheels', which does not begin")


# Credentials


@pytest.mark.parametrize("scheme", ["http", "ftp", "file"])
@pytest.mark.parametrize("host", ["index.invalid", "127.0.0.1:9", "127.0.0.1:99999", "", "a b"])
def test_credentials_of_a_bad_url_are_never_shown(scheme: str, host: str) -> None:
    """On the command line, in a file, in pip's configuration; however much is told."""
    url = f"{scheme}://user:secret@{host}/simple/"
    Path("b.in").write_text(f"-i {url}\nflask\n", "utf-8")
    for words in (["a.in", "--index-url", url], ["a.in", "--extra-index-url", url], ["b.in"]):
        for level in ("-v", "-vv"):
            index = (
                () if "--index-url" in words or "b.in" in words else ("--index-url", "http://127.0.0.1:9/")
            )
            done = run_here("resolve", *words, *index, level, "--no-cache", "--retries", "0")
            assert done.code in (2, 3)
            assert done.stdout == ""
            assert "secret" not in done.stderr


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500, 302])
@pytest.mark.parametrize("form", ["requirements", "json"])
def test_credentials_of_an_index_are_kept_nowhere(status: int, form: str) -> None:
    """Not in result, messages, cache or recording, while the index is given them."""
    pages = reply(status, page(), JSON | {"Location": "ftp://user:secret@host.example/"})
    with serving(pages) as server:
        index = f"http://user:secret@127.0.0.1:{server.port}/simple/"
        done = run_here(
            *("resolve", "a.in", "--index-url", index, "--cache-dir", "cache", "--record", "recording"),
            *("--retries", "0", "-vv", "--format", form),
        )
        assert done.code == {200: 0, 404: 1, 302: 4}.get(status, 3)
        assert server.requests[0].headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert "secret" not in done.stdout + done.stderr
    kept = {path: content for path, content in tree(Path()).items() if content is not None}
    assert [path for path, content in kept.items() if b"secret" in content or b"dXNlcjp" in content] == []
