"""Notes on disk: what becomes of them when files change, are damaged, or cannot be written."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from typing import TYPE_CHECKING

import pytest

from resolver.index.cache import CachingTransport
from resolver.index.cleaning import clean, usage
from resolver.index.client import Client, IndexSpec
from resolver.index.notebook import Notebook
from resolver.index.store import Record, RecordStore
from support.fake_time import FakeTime
from support.fake_transport import FakeTransport, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resolver.index.transport import Request, Response

KEY = "ab" * 32
PAGE = "https://index.example/simple/a/"
EXTRA_PAGE = "https://extra.example/simple/a/"
JSON = {"content-type": "application/vnd.pypi.simple.v1+json", "cache-control": "max-age=60"}
INDEXES = [
    IndexSpec("extra", "https://extra.example/simple"),
    IndexSpec("index", "https://index.example/simple"),
]


def page(*versions: str) -> bytes:
    """Return a page with a wheel a version."""
    files = [
        {"filename": f"a-{each}-py3-none-any.whl", "url": f"/{each}.whl", "hashes": {}} for each in versions
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "a", "files": files}).encode()


def record(body: bytes = b"body") -> Record:
    """Return an answer that was given just now."""
    return Record(PAGE, 200, 1.0, {}, body)


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    """Return a store whose directory does not exist yet."""
    return RecordStore(str(tmp_path / "cache"))


def path_of(folder: Path, pattern: str) -> Path:
    """Return the one file that there is."""
    (path,) = folder.glob(pattern)
    return path


# Files


@pytest.mark.parametrize("content", [b"", b"a", b"\0\n\\" * 9, bytes(range(256)) * 300])
def test_note_comes_back_as_it_went(store: RecordStore, content: bytes) -> None:
    store.write_note("folder", "a", b"an older one")
    store.write_note("folder", "a", content)
    assert store.read_note("folder", "a") == content
    assert store.read_note("other", "a") is None
    assert store.read_note("folder", "b") is None


def test_any_damage_makes_a_note_none(store: RecordStore, tmp_path: Path) -> None:
    """Each byte changed, each length less, and something behind."""
    store.write_note("folder", "a", b"content")
    path = path_of(tmp_path, "cache/notes-v*/folder/-a")
    whole = path.read_bytes()
    damaged = [whole[:end] for end in range(len(whole))] + [whole + b"\0"]
    damaged += [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in range(len(whole))]
    for content in damaged:
        path.write_bytes(content)
        assert store.read_note("folder", "a") is None
    path.unlink()
    path.mkdir()
    assert store.read_note("folder", "a") is None


@pytest.mark.parametrize("name", ["con", "nul", "com1", "aux-", "prn", "a" * 200])
def test_no_name_of_a_package_is_that_of_a_device_or_of_something_else(
    store: RecordStore, tmp_path: Path, name: str
) -> None:
    """Some systems have devices in every folder; files that are being written have other names."""
    store.write_note("folder", name, b"content")
    assert store.read_note("folder", name) == b"content"
    (file,) = os.listdir(path_of(tmp_path, "cache/notes-v*/folder"))  # noqa: PTH208  # names, not paths
    assert file == f"-{name}"


def test_usage_and_clean_count_notes(store: RecordStore, tmp_path: Path) -> None:
    """They are ours as records are; also one that was never finished."""
    store.write(KEY, record())
    store.write_note("folder", "a", b"content")
    path = path_of(tmp_path, "cache/notes-v*/folder/-a")
    path.with_name("-b.0123456789abcdef.tmp").write_bytes(b"half of a n")
    directory = str(tmp_path / "cache")
    assert usage(directory).files == 3
    assert clean(directory).files == 3
    assert os.listdir(directory) == ["CACHEDIR.TAG"]  # noqa: PTH208  # the same
    store.write_note("folder", "a", b"again")
    assert store.read_note("folder", "a") == b"again"


def test_a_disk_that_is_full_costs_one_warning(
    store: RecordStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves what was there, without a piece of what was not."""
    said: list[str] = []
    store = RecordStore(str(tmp_path / "cache"), warn=said.append)
    store.write_note("folder", "a", b"content")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    for name in ("a", "b"):
        store.write_note("folder", name, b"more")
    monkeypatch.undo()
    assert [os.strerror(errno.ENOSPC) in text for text in said] == [True]
    assert store.read_note("folder", "a") == b"content"
    assert len(list(path_of(tmp_path, "cache/notes-v*/folder").iterdir())) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    said: list[str] = []
    RecordStore(str(tmp_path)).write_note("folder", "a", b"content")
    folder = path_of(tmp_path, "notes-v*/folder")
    folder.chmod(0o500)
    store = RecordStore(str(tmp_path), warn=said.append)
    store.write_note("folder", "b", b"more")
    folder.chmod(0o700)
    assert store.read_note("folder", "a") == b"content"
    assert store.read_note("folder", "b") is None
    assert len(said) == 1


def test_notes_of_another_user_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write there might tell us anything."""
    said: list[str] = []
    RecordStore(str(tmp_path)).write_note("folder", "a", b"content")
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(tmp_path).st_uid + 1)  # noqa: PTH116  # as ours
    store = RecordStore(str(tmp_path), warn=said.append)
    store.write_note("folder", "b", b"more")
    assert store.read_note("folder", "a") is None
    assert len(list(path_of(tmp_path, "notes-v*/folder").iterdir())) == 1
    assert len(said) == 1


# Stamps


def test_stamp_is_that_of_the_file_that_was_written_or_read(store: RecordStore) -> None:
    first = record()
    assert store.stamp(KEY) is None
    store.write(KEY, first)
    assert first.stamp == store.stamp(KEY)
    read = store.read(KEY)
    assert read is not None
    assert read.stamp == first.stamp


def test_record_of_equal_size_written_at_once_has_another_stamp(store: RecordStore, tmp_path: Path) -> None:
    """Clocks of file systems stand still for some milliseconds: the time alone does not tell."""
    before = record(b"1.0")
    store.write(KEY, before)
    path = path_of(tmp_path, "cache/http-v*/*/*")
    time = path.stat().st_mtime_ns
    store.write(KEY, record(b"1.1"))
    os.utime(path, ns=(time, time))
    assert path.stat().st_mtime_ns == time
    assert store.stamp(KEY) != before.stamp


def test_record_that_was_not_kept_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    store = RecordStore(str(tmp_path / "cache"))
    lost = record()
    store.write(KEY, lost)
    assert (lost.stamp, store.stamp(KEY), store.read_note("folder", "a")) == (None, None, None)


# What notes are believed by


def read(client: Client) -> None:
    """Read the page of ``a`` to its end, which is when the cache has it."""

    async def work() -> None:
        await client.listing("a")
        await client.close()

    asyncio.run(work())


class Setting:
    """Notebooks about two indexes, of which the first one does not have the package, as yet."""

    def __init__(self, folder: Path) -> None:
        self.time = FakeTime()
        self.server = FakeTransport()
        self.server.script(PAGE, answer(200, page("1"), JSON))
        self.store = RecordStore(str(folder))

    def open(self, *, refresh: bool = False, offline: bool = False) -> tuple[Client, Notebook]:
        """Return a client and a notebook as a new process would make them."""
        transport = CachingTransport(
            self.server, self.store, now=self.time.now, refresh=refresh, offline=offline
        )
        client = Client(transport, INDEXES)
        return client, Notebook("folder", self.store, transport, client)

    def write(self) -> None:
        """Read the page of ``a`` and write a note about it."""
        client, notebook = self.open()
        read(client)
        notebook.write("a", b"content", notebook.evidence("a"))

    def believed(self, **mode: bool) -> bool:
        """Tell whether a new process believes the note."""
        return relied_on(self.open(**mode)[1])


def relied_on(notebook: Notebook) -> bool:
    """Tell whether the note about ``a`` is there and holds."""
    found = notebook.read("a")
    assert found is None or found[0] == b"content"
    return found is not None and notebook.holds(found[1])


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """Return a setting with a cache that does not exist yet."""
    return Setting(tmp_path / "cache")


def test_note_is_believed_as_long_as_all_pages_that_were_read(setting: Setting) -> None:
    """The page, and that another index had none, which is believed for a shorter time."""
    setting.server.script(PAGE, answer(200, page("1"), {**JSON, "cache-control": "max-age=600"}))
    setting.write()
    evidence = setting.open()[1].read("a")
    assert evidence is not None
    assert len(evidence[1]) == 2
    setting.time.at += 59
    assert setting.believed()
    setting.time.at += 1
    assert not setting.believed()
    assert setting.believed(offline=True)
    setting.time.at -= 100
    assert not setting.believed()


def test_note_is_not_believed_where_an_index_has_the_package_now(setting: Setting) -> None:
    """Another process has asked again."""
    setting.write()
    setting.server.script(EXTRA_PAGE, answer(200, page("7"), JSON))
    read(setting.open(refresh=True)[0])
    assert not setting.believed()
    assert not setting.believed(offline=True)


def test_note_is_not_believed_where_another_process_has_replaced_the_page(setting: Setting) -> None:
    setting.write()
    setting.server.script(PAGE, answer(200, page("2"), JSON))
    read(setting.open(refresh=True)[0])
    assert not setting.believed()
    assert not setting.believed(offline=True)


def test_note_without_its_page_is_not_believed(setting: Setting, tmp_path: Path) -> None:
    setting.write()
    for path in tmp_path.glob("cache/http-v*/*/*"):
        path.unlink()
    assert not setting.believed(offline=True)


@pytest.mark.parametrize("headers", [{"cache-control": "no-store"}, {"vary": "*"}])
def test_page_that_is_not_kept_leaves_nothing_to_believe(setting: Setting, headers: dict[str, str]) -> None:
    setting.server.script(PAGE, answer(200, page("1"), {**JSON, **headers}))
    client, notebook = setting.open()
    read(client)
    assert notebook.evidence("a") == []


@pytest.mark.parametrize("control", ["max-age=0", "no-cache", "private"])
def test_page_that_is_stale_at_once_serves_offline_only(setting: Setting, control: str) -> None:
    setting.server.script(PAGE, answer(200, page("1"), {**JSON, "cache-control": control}))
    setting.write()
    assert not setting.believed()
    assert setting.believed(offline=True)


def test_a_look_while_a_listing_is_under_way_loses_no_page(setting: Setting) -> None:
    """Not even where the first page is in the cache already: a note must rest on all of them."""
    setting.server.script(PAGE, answer(200, page("1"), {**JSON, "cache-control": "max-age=30"}))
    read(setting.open()[0])
    setting.time.at += 40
    client, notebook = setting.open()
    looked: list[object] = []
    setting.server.script(PAGE, look(looked, client, answer(200, page("2"), JSON)))
    read(client)
    assert looked == [None]
    assert [request.url for request in client.requests("a")] == [EXTRA_PAGE, PAGE]
    assert len(notebook.evidence("a")) == 2


def look(
    looked: list[object], client: Client, then: Callable[[Request], Response]
) -> Callable[[Request], Response]:
    """Return an answer that is given after somebody has looked for the listing without waiting."""

    def answered(request: Request) -> Response:
        looked.append(client.listing_now("a"))
        return then(request)

    return answered


def test_page_that_was_relied_on_is_an_answer_to_the_end(setting: Setting) -> None:
    """A resolution that has begun with a note gets the page that it was made of, though it is stale now."""
    setting.write()
    _, notebook = setting.open()
    setting.time.at += 59
    assert relied_on(notebook)
    setting.time.at += 5
    found = notebook.listing("a")
    assert found is not None
    assert [file.filename for file in found.files] == ["a-1-py3-none-any.whl"]
    assert setting.open()[1].listing("a") is None


def test_page_that_was_replaced_is_none_of_those_that_were_relied_on(setting: Setting) -> None:
    """What is there now must be fresh by itself."""
    setting.write()
    _, notebook = setting.open()
    assert relied_on(notebook)
    setting.server.script(PAGE, answer(200, page("2"), {**JSON, "cache-control": "max-age=0"}))
    read(setting.open(refresh=True)[0])
    assert notebook.listing("a") is None


def test_names_that_are_too_long_for_files_are_not_noted(setting: Setting, tmp_path: Path) -> None:
    _, notebook = setting.open()
    notebook.write("a" * 201, b"content", [])
    assert notebook.read("a" * 201) is None
    assert list(tmp_path.glob("cache/notes-v*")) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\0\0\0\1x", b"\0\0\0\5a\n1\n2", b"\xff\xff\xff\xff", b"\0\0\0\3\xff\xfe\xfd"],
)
def test_note_with_a_head_that_is_none_is_no_note(setting: Setting, content: bytes) -> None:
    """Whoever wrote it; what is raised is what who reads notes expects."""
    setting.store.write_note("folder", "a", content)
    with pytest.raises((ValueError, IndexError)):
        setting.open()[1].read("a")
