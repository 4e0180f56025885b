"""Repositories, with the real git over files of this machine, or one that only pretends."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable, InputError, MetadataInvalid
from resolver.index import vcs
from resolver.index.vcs import Repository, is_commit
from resolver.model.references import Reference
from support.loopback import commit, project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")

LOG = "git.log"


def read(text: str) -> Reference:
    """Read an address."""
    return Reference.read(text, "/")


def looked_at(reference: Reference, *paths: str, **how: bool) -> tuple[str, list[bytes | None]]:
    """Return the commit, and what is at ``paths``."""

    async def look() -> tuple[str, list[bytes | None]]:
        async with Repository(reference, **how) as repository:
            return repository.commit, [await repository.read(path, 1000) for path in paths]

    return asyncio.run(look())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with two commits, a tag, and a branch of the same name as another tag."""
    folder = project(tmp_path / "repo", "a", "1")
    (folder / "link").symlink_to("/etc/hostname")
    first = commit(folder, "v1")
    project(folder, "a", "2")
    second = commit(folder)
    for words in (f"tag both {first}", f"branch both {second}", f"tag -a -m x note {first}"):
        who = ("-c", "user.name=a", "-c", "user.email=a")
        subprocess.run(["git", *who, *words.split()], cwd=folder, check=True)
    return folder


def test_revisions_mean_what_git_means(repository: Path) -> None:
    """Branches, tags, commits, whole and cut, and names that a server does not announce."""
    url = f"git+file://{repository}"
    first, _ = looked_at(read(f"{url}@v1"))
    second, files = looked_at(read(url), "pyproject.toml", "none", "link", "")
    assert first != second
    assert files[0] is not None
    assert b'version = "2"' in files[0]
    assert files[1:] == [None, b"/etc/hostname", None]  # a link is not followed, a folder is no file
    for revision, expected in (
        ("main", second),
        ("refs/heads/main", second),
        ("both", second),
        ("refs/tags/both", first),
        ("note", first),
        (first, first),
        (first[:10], first),
        (second, second),
    ):
        assert looked_at(read(f"{url}@{revision}"))[0] == expected, revision
    assert looked_at(read(f"{url}@{first}"), history=True)[0] == first
    for revision in ("none", "0" * 40, "0" * 7):
        with pytest.raises(IndexUnavailable, match=r"has no branch, tag or commit|cannot read"):
            looked_at(read(f"{url}@{revision}"))


def test_large_files_are_not_read(repository: Path) -> None:
    (repository / "large").write_bytes(b"x" * 1001)
    commit(repository)
    with pytest.raises(MetadataInvalid, match=r"larger"):
        looked_at(read(f"git+file://{repository}"), "large")


def test_tree_is_unpacked_with_its_history(repository: Path, tmp_path: Path) -> None:
    """As builds want it; hooks of nobody run."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", "utf-8")
    (hooks / "post-checkout").chmod(0o755)
    target = tmp_path / "target"
    target.mkdir()

    async def unpack() -> None:
        async with Repository(read(f"git+file://{repository}@v1"), history=True) as found:
            await found.unpack(str(target))

    asyncio.run(unpack())
    assert 'version = "1"' in (target / "pyproject.toml").read_text("utf-8")
    assert not (tmp_path / "ran").exists()


def test_nothing_is_left_behind(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    looked_at(read(f"git+file://{repository}"))
    with pytest.raises(IndexUnavailable):
        looked_at(read(f"git+file://{repository}@none"))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_was_left_behind_is_removed_a_day_later(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever comes next; what may be in use is left alone."""
    temporary = tmp_path / "temporary"
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    for name in ("resolver-git-old", "resolver-git-new", "other"):
        (temporary / name).mkdir(parents=True)
    for name in ("resolver-git-old", "other"):
        os.utime(temporary / name, (0, 0))
    looked_at(read(f"git+file://{repository}"))
    assert sorted(each.name for each in temporary.iterdir()) == ["other", "resolver-git-new"]


def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a git before the real one that writes down its words and variables, and does ``script``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    log = tmp_path / LOG
    program = folder / "git"
    program.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} >> {log}\n{script}\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def test_git_gets_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transport, no questions, no settings from variables; credentials by the environment alone."""
    log = pretend(tmp_path, monkeypatch, 'case "$*" in *" init "*) exit 0;; esac\nexit 7')
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_EXEC_PATH", "/evil")
    monkeypatch.setenv("RESOLVER_INDEX_A_PASSWORD", "other")
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    with pytest.raises(IndexUnavailable, match=r"git cannot read git\+https://h.example/a: it failed"):
        looked_at(read("git+https://me:s3cret@h.example/a@v1"))
    said = log.read_text("utf-8")
    words = [line for line in said.splitlines() if "=" not in line.partition(" ")[0]]
    assert words[-1].endswith("ls-remote -- https://h.example/a")
    assert "protocol.allow=never -c protocol.https.allow=always" in words[-1]
    assert not any("s3cret" in line for line in words)
    for line in (
        "GIT_TERMINAL_PROMPT=0",
        "GIT_CONFIG_KEY_0=http.https://h.example/.extraHeader",
        "GIT_CONFIG_VALUE_0=Authorization: Basic bWU6czNjcmV0",
        "GIT_SSH_COMMAND=ssh -oBatchMode=yes",
    ):
        assert line in said
    assert "/evil" not in said
    assert "other" not in said


def test_passwords_of_ssh_are_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = pretend(tmp_path, monkeypatch, 'case "$*" in *" init "*) exit 0;; esac\nexit 7')
    monkeypatch.setenv("GIT_SSH", "/mine")
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    with pytest.raises(IndexUnavailable):
        looked_at(read("git+ssh://git:s3cret@h.example/a"))
    said = log.read_text("utf-8")
    assert "ls-remote -- ssh://git@h.example/a" in said
    assert "s3cret" not in said
    assert "BatchMode" not in said
    assert "GIT_SSH=/mine" in said


def test_what_git_says_is_told_without_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "warning: x\\nfatal: no https://me:s3cret@h.example/a \\033[1mthere\\nnote"
    pretend(tmp_path, monkeypatch, f"printf '{said}' >&2; exit 128")
    with pytest.raises(IndexUnavailable, match=r"no https://h.example/a .*there$") as caught:
        looked_at(read("git+https://h.example/a"))
    assert str(caught.value).isprintable()


def test_git_is_ended_in_time_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nobody waits for it any more."""
    pretend(tmp_path, monkeypatch, "sleep 30 & sleep 30")
    monkeypatch.setattr(vcs, "_TIMEOUT", 0.1)
    begun = time.monotonic()
    with pytest.raises(IndexUnavailable, match=r"did not finish within 0.1 seconds"):
        looked_at(read("git+https://h.example/a"))

    async def give_up() -> None:
        monkeypatch.setattr(vcs, "_TIMEOUT", 30)
        await asyncio.wait_for(Repository(read("git+https://h.example/a")).__aenter__(), 0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert time.monotonic() - begun < 5


def test_git_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"git is needed for git\+https://h.example/a"):
        looked_at(read("git+https://h.example/a"))


def test_what_git_lists_is_read_by_bytes() -> None:
    """What else looks like the end of a line may stand in a name (CVE-2021-3572)."""
    commits = b"0" * 40, b"1" * 40
    listed = commits[0] + b"\trefs/heads/x\xe2\x80\xa8" + commits[1] + b"\trefs/heads/v1\n"
    assert vcs._meant(listed, "v1") is None
    assert vcs._meant(commits[0] + b"\trefs/tags/v1\n", "v1") == "refs/tags/v1"
    assert vcs._meant(b"", "") is None


def test_commits_are_whole() -> None:
    assert is_commit("0" * 40)
    assert is_commit("a" * 64)
    assert not is_commit("A" * 40)
    assert not is_commit("0" * 7)
