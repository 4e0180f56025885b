"""The mark of a cache, sweeping, and what is in the way when something is written."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING

import pytest

from resolver.index import placing
from resolver.index.marking import is_marked, mark, tag, tend
from resolver.index.store import OURS, Record, RecordStore, default_cache_dir, refusal

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef"
DAY = 86_400.0
LITTER = "http-v3/0/123.0123456789abcdef.tmp"


def made(folder: Path, *names: str, age: float = 0.0) -> None:
    """Make files, so many seconds old."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time.time() - age,) * 2)


@pytest.mark.parametrize("damage", [b"", b"Signature: 8a", b"another\n", None])
def test_damaged_mark_is_mended_where_all_is_ours(tmp_path: Path, damage: bytes | None) -> None:
    """Also one that is a folder."""
    made(tmp_path, "http-v3/0/1", "pip-default-index")
    if damage is None:
        made(tmp_path, "CACHEDIR.TAG/something")
    else:
        (tmp_path / "CACHEDIR.TAG").write_bytes(damage)
    assert not is_marked(str(tmp_path))
    tend(str(tmp_path), OURS, now=time.time())
    assert is_marked(str(tmp_path))


def test_directory_of_others_is_not_marked(tmp_path: Path) -> None:
    made(tmp_path, "http-v3/0/1", "http-v2/0/1")
    assert not mark(str(tmp_path), OURS)
    assert not os.path.exists(tag(str(tmp_path)))  # noqa: PTH110  # as it is given


@pytest.mark.parametrize(("days", "left"), [(0, 2), (2, 1)])
def test_once_a_day_litter_is_swept(tmp_path: Path, days: float, left: int) -> None:
    """By the time of the mark; what somebody may be writing just now stays."""
    assert mark(str(tmp_path), OURS)
    made(tmp_path, LITTER, age=2 * DAY)
    made(tmp_path, "http-v3/0/456.0123456789abcdef.tmp")
    made(tmp_path, "http-v3/0/123", "other.tmp/a.0123456789abcdef.tmp", "notes-v2/f/-a", age=2 * DAY)
    os.utime(tag(str(tmp_path)), (time.time() - days * DAY,) * 2)
    tend(str(tmp_path), OURS, now=time.time())
    assert len(list((tmp_path / "http-v3").rglob("*.tmp"))) == left
    assert (tmp_path / "other.tmp").exists()
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} >= {"123", "-a"}
    made(tmp_path, LITTER, age=2 * DAY)
    tend(str(tmp_path), OURS, now=time.time())
    assert (tmp_path / LITTER).exists()


def test_what_cannot_be_swept_is_left_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "disk")

    assert mark(str(tmp_path), OURS)
    monkeypatch.setattr("resolver.index.marking.os.utime", fail)
    tend(str(tmp_path), OURS, now=time.time() + 2 * DAY)
    assert is_marked(str(tmp_path))


@pytest.mark.parametrize("place", ["http-v3", "http-v3/0", f"http-v3/0/{KEY[1:]}"])
@pytest.mark.parametrize("kind", ["file", "folder", "link", "loop"])
def test_what_is_in_the_way_goes(tmp_path: Path, place: str, kind: str) -> None:
    """But a link to a folder is as good as a folder."""
    path = tmp_path / "cache" / place
    path.parent.mkdir(parents=True)
    if kind == "file":
        path.touch()
    elif kind == "folder":
        made(path, "a/b/c")
        (path / "link").symlink_to(tmp_path)
    else:
        path.symlink_to(path.name if kind == "loop" else "nowhere")
    warnings: list[str] = []
    store = RecordStore(str(tmp_path / "cache"), warn=warnings.append)
    store.write(KEY, Record("https://index.example/", 200, 1.0, {}, b"body"))
    found = store.read(KEY)
    assert found is not None
    assert found.body == b"body"
    assert warnings == []
    assert tmp_path.exists()


def test_cache_that_is_a_link_to_nowhere_is_left_alone(tmp_path: Path) -> None:
    """Its disk may be there again tomorrow."""
    (tmp_path / "cache").symlink_to("nowhere")
    warnings: list[str] = []
    store = RecordStore(str(tmp_path / "cache"), warn=warnings.append)
    store.write(KEY, Record("https://index.example/", 200, 1.0, {}, b"body"))
    assert (tmp_path / "cache").is_symlink()
    assert len(warnings) <= 1
    assert store.read(KEY) is None


def test_what_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    made(tmp_path, "a/b")
    monkeypatch.setattr("resolver.index.placing.os.rmdir", fail)
    with pytest.raises(PermissionError):
        placing.remove_all(str(tmp_path / "a"))


def test_folder_in_which_somebody_writes_again_and_again_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOTEMPTY, "there is something")

    monkeypatch.setattr("resolver.index.placing.os.rmdir", fail)
    placing.remove_all(str(tmp_path))
    assert tmp_path.exists()


def test_why_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(str(tmp_path / "missing")) == ""
    assert refusal(str(tmp_path)) == ""
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    assert refusal(str(loop)).startswith("it cannot be looked at (Too many levels of symbolic links")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_without_a_home(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that the system knows of: an account that only containers have."""
    monkeypatch.setattr("resolver.index.store._user", lambda: 1 << 30)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert default_cache_dir({}, platform) is None
    if platform == "linux":
        assert default_cache_dir({"XDG_CACHE_HOME": "/c"}, platform) == "/c/resolver"
        assert default_cache_dir({"HOME": "relative"}, platform) is None
