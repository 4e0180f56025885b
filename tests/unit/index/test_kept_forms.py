"""What the cache keeps of pages and metadata: as fresh, as whole and as true as the answers themselves."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from resolver.errors import HashMismatch, IndexUnavailable
from resolver.index import listing_form, metadata_form
from resolver.index.cache import CachingTransport
from resolver.index.client import Client, IndexSpec
from resolver.index.listing_form import read_listing_form
from resolver.index.store import RecordStore
from resolver.model.distfile import DistFile
from support.fake_time import FakeTime
from support.fake_transport import FakeTransport, answer, settled

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata

PAGE = "https://index.example/a/"
FILE = "https://files.example/a-1-py3-none-any.whl"
HEADERS = {
    "content-type": "application/vnd.pypi.simple.v1+json",
    "cache-control": "max-age=600",
    "etag": '"1"',
}
METADATA = b"Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b\n\nA long text.\n"


def page(*versions: str) -> bytes:
    """Return the page of ``a`` with a wheel of each version."""
    files = [
        {
            "filename": f"a-{version}-py3-none-any.whl",
            "url": f"https://files.example/a-{version}-py3-none-any.whl",
            "hashes": {"sha256": sha256(version.encode()).hexdigest()},
            "requires-python": ">=3.8",
            "provenance": "what nobody reads",
        }
        for version in versions
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "a", "files": files}).encode()


class Setting:
    """A scripted index, a cache in a folder, and a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = FakeTime()
        self.server = FakeTransport()
        self.server.script(PAGE, answer(200, page("1", "2"), HEADERS))
        self.server.script(f"{FILE}.metadata", answer(200, METADATA, {"etag": '"1"'}))

    def client(self) -> Client:
        """Return a client as a new process would make it."""
        store = RecordStore(str(self.folder))
        cache = CachingTransport(self.server, store, now=self.time.now)
        return Client(cache, [IndexSpec("index", "https://index.example/")])

    def listing(self) -> Listing:
        """Return the listing, however that is come by."""
        client = self.client()
        return settled(client, client.listing("a"))

    def metadata(self, promised: bytes = METADATA) -> Metadata:
        """Return the metadata of a file whose listing promises that of ``promised``."""
        client = self.client()
        return settled(client, client.metadata("a", wheel(promised)))

    @property
    def sent(self) -> int:
        """How many requests reached the server."""
        return len(self.server.asked)

    @property
    def record(self) -> Path:
        """The only file of a record."""
        (found,) = [path for path in self.folder.glob("http-v*/*/*") if path.is_file()]
        return found


def wheel(metadata: bytes) -> DistFile:
    """Return the wheel, with the promise of this metadata."""
    return DistFile("a-1-py3-none-any.whl", FILE, core_metadata={"sha256": sha256(metadata).hexdigest()})


def versions(listing: Listing | None) -> list[str]:
    """Return the versions that a listing has."""
    assert listing is not None
    return listing.summary.texts


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """Return an index with package ``a``, and an empty cache."""
    return Setting(tmp_path / "cache")


def test_page_is_kept_as_a_listing_and_found_without_waiting(setting: Setting) -> None:
    """What nobody reads is not kept."""
    first = setting.listing()
    found = setting.client().listing_now("a")
    assert found is not None
    assert found.files == first.files
    assert (found.url, found.api_version) == (PAGE, "1.1")
    assert setting.sent == 1
    content = setting.record.read_bytes()
    assert b"provenance" not in content
    assert listing_form.FORM.encode() in content


def test_listing_without_a_cache_is_the_same(setting: Setting) -> None:
    cache = CachingTransport(setting.server, None, now=setting.time.now)
    client = Client(cache, [IndexSpec("index", "https://index.example/")])
    assert asyncio.run(client.listing("a")).files == setting.listing().files


def test_kept_listing_grows_stale_and_304_makes_it_fresh(setting: Setting) -> None:
    setting.server.script(PAGE, answer(200, page("1", "2"), HEADERS), answer(304, b"", HEADERS))
    setting.listing()
    setting.time.at += 600
    assert setting.client().listing_now("a") is None
    assert versions(setting.listing()) == ["1", "2"]
    assert setting.server.asked[1].headers == {"If-None-Match": '"1"'}
    setting.time.at += 599
    assert versions(setting.client().listing_now("a")) == ["1", "2"]
    assert setting.sent == 2


def test_changed_page_takes_the_place_of_the_kept_listing(setting: Setting) -> None:
    setting.server.script(PAGE, answer(200, page("1"), HEADERS), answer(200, page("1", "2"), HEADERS))
    setting.listing()
    setting.time.at += 600
    assert versions(setting.listing()) == ["1", "2"]
    assert versions(setting.client().listing_now("a")) == ["1", "2"]


def test_what_must_not_be_kept_is_not_kept_in_any_form(setting: Setting) -> None:
    setting.server.script(PAGE, answer(200, page("1"), HEADERS | {"cache-control": "no-store"}))
    assert versions(setting.listing()) == ["1"]
    assert [path.name for path in setting.folder.rglob("*")] == ["CACHEDIR.TAG"]


def test_page_that_makes_no_sense_is_asked_for_again_and_heals(setting: Setting) -> None:
    """By the process that meets it, or by a later one that finds it in the cache."""
    setting.server.script(PAGE, answer(200, b'{"files"', HEADERS), answer(200, page("1"), HEADERS))
    assert versions(setting.listing()) == ["1"]
    assert versions(setting.client().listing_now("a")) == ["1"]
    setting.time.at += 600
    setting.server.script(PAGE, answer(200, b"<p>Log in", HEADERS))
    with pytest.raises(IndexUnavailable):
        setting.listing()
    setting.server.script(PAGE, answer(200, page("2"), HEADERS))
    assert versions(setting.listing()) == ["2"]


@pytest.mark.parametrize("kind", ["listing", "metadata"])
def test_damage_anywhere_is_a_miss_and_never_another_answer(setting: Setting, kind: str) -> None:
    """Every byte changed, and every length that is too short."""
    if kind == "listing":
        setting.listing()
    else:
        setting.metadata()
    path = setting.record
    content = path.read_bytes()
    damaged = [content[:at] for at in range(len(content))]
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1 << at % 8
        damaged.append(bytes(changed))
    for each in damaged:
        path.write_bytes(each)
        client = setting.client()
        found = client.listing_now("a") if kind == "listing" else client.metadata_now("a", wheel(METADATA))
        assert found is None


@pytest.mark.parametrize("kind", ["listing", "metadata"])
def test_record_of_another_form_is_a_miss_and_is_replaced(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """As a newer version of ours may have left it."""
    kinds = {"listing": listing_form.ListingForm, "metadata": metadata_form.MetadataForm}
    ask = setting.listing if kind == "listing" else setting.metadata
    with monkeypatch.context() as newer:
        newer.setattr(kinds[kind], "name", "another")
        ask()
    ask()
    assert setting.sent == 2
    ask()
    assert setting.sent == 2


def test_kept_listing_whose_bytes_are_whole_but_none_is_asked_for_again(setting: Setting) -> None:
    setting.listing()
    store = RecordStore(str(setting.folder))
    key = setting.record.parent.name + setting.record.name
    record = store.read(key)
    assert record is not None
    record.body = b"nonsense"
    store.write(key, record)
    assert versions(setting.listing()) == ["1", "2"]
    assert setting.sent == 2
    assert versions(setting.client().listing_now("a")) == ["1", "2"]


def test_listing_that_was_kept_is_held_as_it_lies(setting: Setting) -> None:
    """Its files are made when they are asked for, and are those of the page."""
    client = setting.client()
    found = settled(client, client.listing("a"))
    assert found._files is None
    plain = asyncio.run(Client(setting.server, [IndexSpec("index", "https://index.example/")]).listing("a"))
    assert found.files == plain.files


def test_metadata_is_kept_as_its_fields(setting: Setting) -> None:
    first = setting.metadata()
    assert first.requires_dist == ("b",)
    assert setting.client().metadata_now("a", wheel(METADATA)) == first
    assert setting.sent == 1
    content = setting.record.read_bytes()
    assert b"A long text." not in content
    assert metadata_form.FORM.encode() in content


def test_metadata_that_was_not_promised_is_never_kept_as_such(setting: Setting) -> None:
    """It is refused, now and later."""
    for _ in range(2):
        with pytest.raises(HashMismatch):
            setting.metadata(METADATA + b"other")
    assert setting.client().metadata_now("a", wheel(METADATA)) is None


# Keeps the listings of two and of three versions in turn, for ever.
WRITER = """\
import sys
from resolver.index.listing import Listing
from resolver.index.listing_form import FORM, write_listing_form
from resolver.index.store import Record, RecordStore
from resolver.model.distfile import DistFile
store = RecordStore(sys.argv[1])
bodies = []
for count in (2, 3):
    names = [f"a-{number}-py3-none-any.whl" for number in range(count)]
    listing = Listing("a", [DistFile(name, f"https://files.example/{name}") for name in names])
    bodies.append(write_listing_form(listing))
while True:
    for body in bodies:
        store.write("0" * 64, Record("https://index.example/a/", 200, 0.0, {}, body, form=FORM))
"""


@pytest.mark.slow
def test_processes_that_keep_the_same_listing_and_are_killed_leave_a_whole_one(tmp_path: Path) -> None:
    """Who reads meanwhile, and who reads later, gets one listing or the other."""
    store = RecordStore(str(tmp_path))
    patience = time.monotonic() + 30
    for _ in range(4):
        writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]
        seen: list[int] = []
        try:
            while len(seen) < 200 or set(seen) != {2, 3}:
                assert time.monotonic() < patience
                record = store.read("0" * 64)
                if record is not None:
                    seen.append(len(read_listing_form(record.body).files))
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
    assert store.damaged == 0
    assert store.read("0" * 64) is not None
