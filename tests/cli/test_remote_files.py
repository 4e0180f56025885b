"""Requirements files from the network: refused, or read by the transport of resolutions, with bounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import Done, failed, run_here, succeeded
from support.loopback import Loopback, empty_index

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index with a and b; the working directory is empty."""
    with empty_index(tmp_path, monkeypatch) as found:
        for name in "ab":
            found.add(name, "1")
            found.add(name, "2")
        yield found


def run(index: Loopback, *words: str, allowed: bool = True) -> Done:
    """Run the command at this index."""
    more = ["--allow-remote-files"] if allowed else []
    return run_here(
        "resolve", *words, *more, "--no-header", "-i", index.index, "--retries", "0", "--no-cache"
    )


def test_they_are_refused_unless_allowed(index: Loopback) -> None:
    """As source, in a file, as constraints and overrides; nothing is asked for."""
    url = f"{index.url}/r.txt"
    Path("r.txt").write_text(f"a\n-r {url.replace('://', '://me:s3cret@')}\n", "utf-8")
    for words in ([url], ["r.txt"], ["a", "-c", url], ["a", "--override", url]):
        said = failed(run(index, *words, allowed=False), 2)
        assert "only where --allow-remote-files allows it" in said
        assert "s3cret" not in said
    assert index.paths() == []


def test_they_include_what_lies_beside_them(index: Loopback) -> None:
    """With credentials for their own server, which are not shown."""
    index.files["/x/r.txt"] = b"-r sub/more.txt\na\n-c /c.txt\n"
    index.files["/x/sub/more.txt"] = b"b\n"
    index.files["/c.txt"] = b"a<2\n"
    done = run(index, f"{index.url.replace('://', '://me:s3cret@')}/x/r.txt")
    shown = f"{index.url.replace('://', '://****@')}/x"
    assert succeeded(done).splitlines() == [
        "a==1",
        "    # via",
        f"    #   -c {index.url.replace('://', '://****@')}/c.txt",
        f"    #   -r {shown}/r.txt",
        "b==2",
        f"    # via -r {shown}/sub/more.txt",
    ]
    assert {login for path, login in index.asked if path.endswith(".txt")} == {"Basic bWU6czNjcmV0"}
    Path("r.txt").write_text(f"-r {index.url}/x/sub/more.txt\n", "utf-8")
    assert succeeded(run(index, "r.txt", "-c", f"{index.url}/c.txt")).startswith("b==2\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-r file:///etc/passwd", "file:///etc/passwd is neither a path nor an address with https"),
        ("./folder", "cannot name files of this machine"),
        ("-e ./folder", "cannot name files of this machine"),
        ("c @ file:///c-1.zip", "cannot name files of this machine"),
        ("-f wheels", "cannot name files of this machine"),
        ("-i file:///srv/mirror", "cannot name files of this machine"),
        ("--trusted-host host.example", "cannot say whom to trust"),
        ("-r r.txt", "include one another"),
        ("-r none.txt", "there is no such file on the server"),
        ("-i https://host.example/${SECRET}/\na=>1", "r.txt:2: '=>1' is not"),
    ],
)
def test_they_get_at_nothing_here(
    index: Loopback, line: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither files nor variables."""
    monkeypatch.setenv("SECRET", "s3cret")
    Path("folder").mkdir()
    Path("folder/pyproject.toml").write_text('[project]\nname = "c"\nversion = "1"\n', "utf-8")
    index.files["/r.txt"] = f"{line}\n".encode()
    done = run(index, f"{index.url}/r.txt")
    assert said in failed(done, 2)
    assert "s3cret" not in done.stderr


def test_variables_are_not_filled_in(index: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file could name an index that is told their values."""
    monkeypatch.setenv("SECRET", "s3cret")
    index.files["/r.txt"] = f"--extra-index-url {index.url}/${{SECRET}}/\na\n".encode()
    run(index, f"{index.url}/r.txt")
    assert not any("s3cret" in path for path in index.paths())
    assert any("SECRET" in path for path in index.paths())


def test_what_the_server_says_is_told(index: Loopback, tmp_path: Path) -> None:
    """No file is the user's mistake; offline and replays cannot have it."""
    url = f"{index.url}/none.txt"
    assert f"{url}: there is no such file on the server" in failed(run(index, url), 2)
    assert "--offline" in failed(run(index, url, "--offline"), 3)
    (tmp_path / "recording").mkdir()
    assert "a recording has no requirements files" in failed(run(index, url, "--replay", str(tmp_path)), 2)


def test_archives_are_requirements_still(index: Loopback) -> None:
    """By the end of their path."""
    url = f"{index.url}/files/a-1-py3-none-any.whl"
    assert succeeded(run(index, url, allowed=False)).startswith(f"a @ {url}\n")
