"""JSON pages without msgspec: the same as with it, for every page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.index import plain_json, simple_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.index.json_page import Page

    Decode = Callable[[bytes], tuple[Page, Sequence[str]]]

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "fixtures" / "pages").glob("*.json"))

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.sampled_from([1.0, -2.0, 0.5, 1e30]),
    st.text(max_size=4),
    st.lists(st.text(max_size=2), max_size=2),
    st.dictionaries(
        st.sampled_from(["sha256", "status", "reason", "api-version"]), st.text(max_size=2) | st.none()
    ),
)
hashes = st.dictionaries(
    st.sampled_from(["sha256", "md5"]), st.text("0f", max_size=4) | st.integers(), max_size=2
)
file_keys = [
    "filename",
    "url",
    "hashes",
    "requires-python",
    "size",
    "upload-time",
    "yanked",
    "core-metadata",
    "dist-info-metadata",
    "data-dist-info-metadata",
    "gpg-sig",
]
files = st.fixed_dictionaries(
    {"filename": st.just("a-1.tar.gz") | odd, "url": st.just("a-1.tar.gz") | odd},
    optional=dict.fromkeys(file_keys[2:], hashes | odd),
)
pages = st.fixed_dictionaries(
    {"files": st.lists(files | odd, max_size=4)},
    optional={
        "meta": st.fixed_dictionaries({}, optional={"api-version": odd, "_last-serial": odd}) | odd,
        "name": st.just("a") | odd,
        "project-status": st.fixed_dictionaries({}, optional={"status": odd, "reason": odd}) | odd,
        "versions": odd,
    },
)


def said(decode: Decode, body: bytes) -> Any:
    """Return all that ``body`` says, and how many entries were left out; None where it is no page."""
    try:
        page, dropped = decode(body)
    except ValueError:
        return None
    meta, status = page.meta, page.project_status
    return (
        page.name,
        None if meta is None else (meta.api_version, meta.last_serial),
        None if status is None else (status.status, status.reason),
        None if page.files is None else [_file(file) for file in page.files],
        len(dropped),
    )


def _file(file: Any) -> list[object]:
    names = [key.replace("-", "_") for key in file_keys[:8]]
    return [*(getattr(file, name) for name in names), file.older_core_metadata()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_known_pages_are_read_alike(path: Path) -> None:
    body = path.read_bytes()
    assert said(plain_json.decode, body) == said(simple_json.decode, body)


@given(pages | odd)
def test_pages_are_read_alike(page: Any) -> None:
    body = json.dumps(page).encode()
    assert said(plain_json.decode, body) == said(simple_json.decode, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"files": [NaN]}',
        b'{"files": []} x',
        b'"\xff"',
        b"[" * 100_000,
        b'{"meta": {"api-version": true}}',
        b'{"files": {}}',
        b'{"files": 7}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_page_is_refused_alike(body: bytes) -> None:
    for decode in (plain_json.decode, simple_json.decode):
        with pytest.raises((ValueError, RecursionError)):
            decode(body)


_WITHOUT = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name in {"aiohttp", "msgspec"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refusing())
from resolver import Options, resolve
class Site:
    async def fetch(self, url, headers):
        if url.endswith(".metadata"):
            return 200, {}, b"Metadata-Version: 2.1\\nName: a\\nVersion: 1\\n"
        file = b'{"filename": "a-1-py3-none-any.whl", "url": "a.whl", "hashes": {}, "core-metadata": true}'
        return 200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, b'{"files": [%s]}' % file
options = Options(index_url="https://index.example/simple", python_version="3.13", python_platform="linux")
print(list(resolve(["a"], options, transport=Site()).pins), "aiohttp" in sys.modules)
"""


def test_transport_of_a_caller_needs_neither_msgspec_nor_aiohttp() -> None:
    """Pages are read all the same."""
    command = [sys.executable, "-W", "error", "-c", _WITHOUT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("['a'] False\n", "")
