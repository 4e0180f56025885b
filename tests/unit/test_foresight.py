"""Foresight: pages that have to be confirmed are asked for in one wave, and say the same or something new."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from resolver import shelf
from resolver.index.cache import CachingTransport, digest
from resolver.index.client import Client
from resolver.index.indexes import IndexSpec
from resolver.index.notebook import Notebook
from resolver.index.store import RecordStore
from resolver.index.transport import Response
from resolver.model.requirement import Requirement
from resolver.options import Options
from resolver.run import Run
from resolver.sources import OpenSource
from support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resolver.index.transport import Request


class Index:
    """Packages ``a`` to ``e``, each requiring the next, whose pages are good for ten seconds."""

    def __init__(self) -> None:
        self.versions = {name: ["1"] for name in "abcde"}
        self.sources: dict[str, str] = {}
        self.metadata = {name: _metadata(name) for name in "abcde"}
        self.asked: list[str] = []
        self.most = 0
        self._under_way = 0

    def stored(self, request: Request) -> Response | None:
        del request
        return None

    async def fetch(self, request: Request) -> Response:
        """Answer after a while, and count how many wait meanwhile."""
        self.asked.append(request.url)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await asyncio.sleep(0.01)
        self._under_way -= 1
        name = request.url.rstrip("/").rpartition("/")[2].partition("-")[0]
        if request.url.endswith(".metadata"):
            return Response(request.url, 200, {}, self.metadata[name])
        return self._page(request, name)

    async def close(self) -> None:
        """Do nothing."""

    def _page(self, request: Request, name: str) -> Response:
        tag = f'"{"-".join(self.versions[name])}"'
        kind = "application/vnd.pypi.simple.v1+json"
        headers = {"cache-control": "max-age=10", "etag": tag, "content-type": kind}
        if request.headers.get("If-None-Match") == tag:
            return Response(request.url, 304, headers, b"")
        files = [
            {
                "filename": f"{name}-{version}-py3-none-any.whl",
                "url": f"https://files.example/{name}-{version}-py3-none-any.whl",
                "core-metadata": {"sha256": sha256(self.metadata[name]).hexdigest()},
            }
            for version in self.versions[name]
        ]
        if name in self.sources:
            filename = f"{name}-{self.sources[name]}.tar.gz"
            files.append({"filename": filename, "url": f"https://files.example/{filename}"})
        return Response(request.url, 200, headers, json.dumps({"name": name, "files": files}).encode())


def _metadata(name: str) -> bytes:
    required = f"Requires-Dist: {chr(ord(name) + 1)}\n" if name < "e" else ""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{required}".encode()


class Setting:
    """The index, a cache, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.index = Index()
        self.time = FakeTime()
        self._folder = str(folder)

    def resolve(self, *, refresh: bool = False, prefer_binary: bool = False) -> dict[str, str]:
        """Resolve ``a`` as a new process would; return the pins."""
        self.index.asked.clear()
        self.index.most = 0
        shelf._remembered.clear()
        store = RecordStore(self._folder)
        caching = CachingTransport(self.index, store, now=self.time.now, refresh=refresh)
        client = Client(caching, [IndexSpec("index", "https://index.example/")])
        opened = OpenSource(
            client, notebook=lambda about: Notebook(digest(about)[:32], store, caching, client)
        )
        options = Options(python_version="3.12", refresh=refresh, prefer_binary=prefer_binary)
        run = Run([Requirement.parse("a")], [], options, opened)
        found = run.until_waiting()
        if isinstance(found, list):
            found = asyncio.run(run.finish_and_close(found))
        answer = run.answer(found)
        run.remember()
        return {pin.name: pin.version for pin in answer.pins}


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    yield Setting(tmp_path)
    shelf._remembered.clear()


ONES = dict.fromkeys("abcde", "1")
PAGES = {f"https://index.example/{name}/" for name in "abcde"}


@pytest.mark.parametrize("refresh", [False, True])
def test_pages_that_are_stale_are_confirmed_in_one_wave(setting: Setting, *, refresh: bool) -> None:
    assert setting.resolve() == ONES
    assert setting.index.most == 1, "nothing was known: one after the other"
    assert setting.resolve() == ONES
    assert setting.index.asked == []
    setting.time.at += 0 if refresh else 10
    assert setting.resolve(refresh=refresh) == ONES
    assert set(setting.index.asked) == PAGES, "and no metadata, whose digest was confirmed"
    assert setting.index.most == 5


def test_what_was_confirmed_is_believed_again(setting: Setting) -> None:
    setting.resolve()
    setting.time.at += 10
    setting.resolve()
    assert setting.resolve() == ONES
    assert setting.index.asked == []


def test_what_has_changed_is_read_anew(setting: Setting) -> None:
    setting.resolve()
    setting.time.at += 10
    setting.index.versions["c"] = ["1", "0.9"]
    setting.index.versions["b"] = ["1.1"]
    setting.index.metadata["b"] = b"Metadata-Version: 2.1\nName: b\nVersion: 1.1\nRequires-Dist: c\n"
    assert setting.resolve() == ONES | {"b": "1.1"}
    assert set(setting.index.asked) == PAGES | {"https://files.example/b-1.1-py3-none-any.whl.metadata"}


def test_what_is_foreseen_and_not_wanted_any_more_is_not_in_the_answer(setting: Setting) -> None:
    setting.resolve()
    setting.time.at += 10
    setting.index.versions["b"] = ["1", "2"]
    setting.index.metadata["b"] = b"Metadata-Version: 2.1\nName: b\nVersion: 2\n"
    assert setting.resolve() == {"a": "1", "b": "2"}


@pytest.mark.parametrize("refresh", [False, True])
def test_guesses_do_without_files_where_wheels_are_preferred(setting: Setting, *, refresh: bool) -> None:
    """What is foreseen has no listing that could be looked at until its page is confirmed."""
    setting.index.sources["e"] = "2"  # of which nothing was read, as it is not preferred
    setting.resolve(prefer_binary=True)
    setting.time.at += 0 if refresh else 10
    assert setting.resolve(refresh=refresh, prefer_binary=True) == ONES
    assert set(setting.index.asked) == PAGES
    assert setting.index.most == 5
