"""Where the cache lies, how large it is, and how it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.index.cleaning import clean, usage
from resolver.index.store import Record, RecordStore, _decoded, _encoded, default_cache_dir

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef"


@given(
    st.text(max_size=20),
    st.integers(100, 599),
    st.floats(allow_nan=False),
    st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4),
    st.binary(max_size=50),
)
def test_record_comes_back_as_it_went(
    url: str, status: int, stored: float, headers: dict[str, str], body: bytes
) -> None:
    """Decoding is the inverse of encoding."""
    found = _decoded(KEY, _encoded(KEY, Record(url, status, stored, headers, body)))
    assert found is not None
    assert (found.url, found.status, found.stored, found.body) == (url, status, stored, body)
    assert found.headers == headers


@given(st.binary(max_size=200))
def test_garbage_is_no_record(content: bytes) -> None:
    """Nothing decodes that was not encoded."""
    assert _decoded(KEY, content) is None


def filled(folder: Path) -> None:
    """Write two records into a cache of ours, and files of somebody else."""
    store = RecordStore(str(folder))
    for key in (KEY, "fedcba"):
        store.write(key, Record("https://index.example/", 200, 1.0, {}, b"body"))
    assert (folder / "CACHEDIR.TAG").exists()
    (folder / "http-v99" / "aa").mkdir(parents=True)
    (folder / "http-v99" / "aa" / "old").write_bytes(b"12345")
    for mine in ("http-vx", "other"):
        (folder / mine).mkdir()
        (folder / mine / "precious").write_bytes(b"mine")


def test_usage_counts_our_files_of_all_versions(tmp_path: Path) -> None:
    filled(tmp_path)
    records = [path for path in (tmp_path / "http-v3").rglob("*") if path.is_file()]
    found = usage(str(tmp_path))
    assert found.files == 3
    assert found.size == sum(path.stat().st_size for path in records) + 5


def test_clean_deletes_our_files_only(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "http-v2").symlink_to(tmp_path / "other")
    assert clean(str(tmp_path)).files == 3
    assert usage(str(tmp_path)).files == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CACHEDIR.TAG", "http-v2", "http-vx", "other"]
    assert (tmp_path / "other" / "precious").read_bytes() == b"mine"


def test_cache_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert clean(str(tmp_path / "none")).files == 0


@pytest.mark.parametrize(
    ("environment", "platform", "directory"),
    [
        ({"HOME": "/home/me"}, "linux", "/home/me/.cache/resolver"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/var/c"}, "linux", "/var/c/resolver"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "relative"}, "linux", "/home/me/.cache/resolver"),
        ({"HOME": "/Users/me", "XDG_CACHE_HOME": "/x"}, "darwin", "/Users/me/Library/Caches/resolver"),
        ({"LOCALAPPDATA": "C:\\Users\\me\\Local"}, "win32", "C:\\Users\\me\\Local\\resolver\\cache"),
        ({"HOME": "C:\\me"}, "win32", "C:\\me\\AppData\\Local\\resolver\\cache"),
    ],
)
def test_default_directory(environment: dict[str, str], platform: str, directory: str) -> None:
    assert default_cache_dir(environment, platform) == directory
