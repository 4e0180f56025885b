"""The HTTP cache: what is kept, what is used again, and what damage or a bad disk does to it (nothing)."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable
from resolver.index.cache import CachingTransport, NotStored
from resolver.index.store import RecordStore
from resolver.index.transport import Request, Response
from support.fake_time import FakeTime
from support.fake_transport import FakeTransport, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URL = "https://index.example/simple/a/"
FOR_A_MINUTE = {"cache-control": "max-age=60", "etag": '"1"', "content-type": "text/plain"}
FOREVER = {"cache-control": "max-age=365000000, immutable"}


class Setting:
    """A cache in a folder around a scripted server, with a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = FakeTime()
        self.server = FakeTransport()
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.store = self.opened_store()

    def opened_store(self) -> RecordStore:
        """Return a store as a new process would open it."""
        return RecordStore(str(self.folder), warn=self.warnings.append, note=self.notes.append)

    def cache(
        self, *, refresh: bool = False, offline: bool = False, plain_http: str = ""
    ) -> CachingTransport:
        """Return a transport as a new process would make it."""
        self.store = self.opened_store()
        return CachingTransport(
            self.server,
            self.store,
            now=self.time.now,
            refresh=refresh,
            offline=offline,
            plain_http=lambda address: address.host == plain_http,
        )

    def fetch(self, url: str = URL, *, cache: CachingTransport | None = None, **request: object) -> Response:
        """Fetch as a new process would, unless ``cache`` is given."""
        asked = Request(url, limit=1000, **request)  # type: ignore[arg-type]  # what a test varies
        transport = cache or self.cache()
        response = asyncio.run(transport.fetch(asked))
        transport.flush()
        return response

    def stored(self, url: str = URL, **request: object) -> Response | None:
        """Ask what a new process finds without waiting."""
        return self.cache().stored(Request(url, limit=1000, **request))  # type: ignore[arg-type]  # the same

    @property
    def sent(self) -> int:
        """How many requests reached the server."""
        return len(self.server.asked)

    @property
    def records(self) -> list[Path]:
        """The files of records."""
        return sorted(path for path in self.folder.glob("http-v3/*/*") if path.is_file())


@pytest.fixture
def cache(tmp_path: Path) -> Setting:
    """Return a cache in a folder that does not exist yet."""
    return Setting(tmp_path / "cache")


# Freshness


def test_fresh_answer_is_not_asked_for_again(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    first, second = cache.fetch(), cache.fetch()
    assert cache.sent == 1
    assert (first.from_cache, second.from_cache) == (False, True)
    assert (second.status, second.body, second.url) == (200, b"body", URL)
    assert second.headers["content-type"] == "text/plain"


def test_fresh_answer_is_found_without_waiting(cache: Setting) -> None:
    assert cache.stored() is None
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    found = cache.stored()
    assert found is not None
    assert found.body == b"body"


def test_max_age_passes(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"old", FOR_A_MINUTE), answer(200, b"new", FOR_A_MINUTE))
    cache.fetch()
    cache.time.at += 59
    assert cache.fetch().body == b"old"
    cache.time.at += 1
    assert cache.stored() is None
    assert cache.fetch().body == b"new"


def test_time_in_caches_on_the_way_counts(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", {**FOR_A_MINUTE, "age": "50"}))
    cache.fetch()
    cache.time.at += 10
    assert cache.stored() is None


def test_304_makes_a_record_fresh_again(cache: Setting) -> None:
    confirmed = {"cache-control": "max-age=600", "etag": 'W/"1"'}
    cache.server.script(URL, answer(200, b"body", {**FOR_A_MINUTE, "age": "5"}), answer(304, b"", confirmed))
    cache.fetch()
    cache.time.at += 100
    again = cache.fetch()
    assert (again.status, again.body, again.from_cache) == (200, b"body", True)
    assert cache.server.asked[1].headers == {"If-None-Match": '"1"'}
    cache.time.at += 599
    assert cache.stored() is not None
    assert again.headers["content-type"] == "text/plain"


def test_last_modified_is_a_validator_too(cache: Setting) -> None:
    modified = {"last-modified": "Thu, 01 Jan 1970 00:00:00 GMT"}
    cache.server.script(URL, answer(200, b"body", modified), answer(304))
    cache.fetch()
    assert cache.fetch().body == b"body"
    assert cache.server.asked[1].headers == {"If-Modified-Since": modified["last-modified"]}


def test_304_that_speaks_of_another_version_is_not_believed(cache: Setting) -> None:
    cache.server.script(
        URL,
        answer(200, b"old", FOR_A_MINUTE),
        answer(304, b"", {"etag": '"2"'}),
        answer(200, b"new", FOR_A_MINUTE),
    )
    cache.fetch()
    cache.time.at += 100
    assert cache.fetch().body == b"new"
    assert cache.server.asked[2].headers == {}
    assert cache.server.asked[2].fresh


def test_immutable_file_is_never_asked_for_again(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOREVER))
    cache.fetch()
    cache.time.at += 10 * 365 * 86400
    assert cache.stored() is not None


def test_immutable_without_an_age_lasts(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", {"cache-control": "immutable"}))
    cache.fetch()
    cache.time.at += 10**9
    assert cache.stored() is not None


def test_clock_that_was_set_back_makes_a_record_stale(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.server.script(f"{URL}f", answer(200, b"file", FOREVER))
    cache.fetch()
    cache.fetch(f"{URL}f")
    cache.time.at -= 3600
    assert cache.stored() is None
    assert cache.stored(f"{URL}f") is not None


@pytest.mark.parametrize(
    "control", ["max-age=0", "no-cache", "max-age=60, no-cache", "max-age=soon", "s-maxage=60", "", "public"]
)
def test_answer_without_lifetime_is_revalidated(cache: Setting, control: str) -> None:
    cache.server.script(URL, answer(200, b"body", {"cache-control": control, "etag": '"1"'}), answer(304))
    cache.fetch()
    assert cache.stored() is None
    assert cache.fetch().body == b"body"
    assert cache.sent == 2


@pytest.mark.parametrize(
    "control", ["max-age=60", "MAX-AGE=60", 'max-age="60"', "max-age=600, max-age=60", "x=y, max-age=60"]
)
def test_spellings_of_max_age(cache: Setting, control: str) -> None:
    cache.server.script(URL, answer(200, b"body", {"cache-control": control}))
    cache.fetch()
    cache.time.at += 59
    assert cache.stored() is not None
    cache.time.at += 1
    assert cache.stored() is None


def test_age_beyond_all_numbers_is_for_ever(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", {"cache-control": f"max-age={'9' * 5000}"}))
    cache.fetch()
    cache.time.at += 10**8
    assert cache.stored() is not None


@pytest.mark.parametrize("headers", [{"cache-control": "no-store, max-age=60"}, {"vary": "*"}])
def test_answer_that_must_not_be_stored_is_not(cache: Setting, headers: dict[str, str]) -> None:
    cache.server.script(URL, answer(200, b"secret", headers))
    cache.fetch()
    assert cache.records == []


def test_answer_without_validator_and_age_is_kept_for_offline_use_only(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body"))
    cache.fetch()
    assert cache.stored() is None
    assert cache.fetch().from_cache is False
    assert cache.server.asked[1].headers == {}
    assert cache.fetch(cache=cache.cache(offline=True)).body == b"body"


# Absence, ranges, failures


@pytest.mark.parametrize(
    ("headers", "seconds"), [({}, 60), ({"cache-control": "max-age=5"}, 5), (FOREVER, 60)]
)
def test_absence_is_believed_for_a_minute_at_most(
    cache: Setting, headers: dict[str, str], seconds: int
) -> None:
    cache.server.script(URL, answer(404, b"", {**headers, "etag": '"404"'}))
    cache.fetch()
    cache.time.at += seconds - 1
    found = cache.stored()
    assert found is not None
    assert found.status == 404
    cache.time.at += 1
    assert cache.stored() is None
    cache.fetch()
    assert cache.server.asked[1].headers == {}


@pytest.mark.parametrize("control", ["no-cache", "max-age=0", "no-store"])
def test_absence_is_not_kept_against_the_servers_will(cache: Setting, control: str) -> None:
    cache.server.script(URL, answer(404, b"", {"cache-control": control}))
    cache.fetch()
    assert cache.records == []


def test_ranges_of_an_immutable_file_are_kept_each(cache: Setting) -> None:
    ranged = {**FOREVER, "content-range": "bytes 0-1/9"}
    cache.server.script(
        URL, answer(206, b"01", ranged), answer(206, b"78", FOREVER), answer(200, b"all", FOREVER)
    )
    assert cache.fetch(byte_range=(0, 2)).body == b"01"
    assert cache.fetch(byte_range=2).body == b"78"
    assert cache.fetch().body == b"all"
    found = cache.stored(byte_range=(0, 2))
    assert found is not None
    assert (found.status, found.body, found.headers["content-range"]) == (206, b"01", "bytes 0-1/9")
    assert cache.stored(byte_range=(0, 3)) is None
    assert cache.sent == 3


def test_ranges_of_a_file_that_may_change_are_not_kept(cache: Setting) -> None:
    cache.server.script(URL, answer(206, b"01", FOR_A_MINUTE))
    cache.fetch(byte_range=(0, 2))
    assert cache.records == []


@pytest.mark.parametrize("headers", [{}, {"cache-control": "no-cache"}, {"cache-control": "max-age=0"}])
def test_file_stays_fresh_under_the_same_promise(cache: Setting, headers: dict[str, str]) -> None:
    """Its content is bound to the digest, so headers that a proxy took away or made up do not matter."""
    cache.server.script(URL, answer(200, b"old", headers), answer(200, b"new", headers))
    cache.fetch(promised="sha256=1")
    cache.time.at += 10**9
    found = cache.stored(promised="sha256=1")
    assert found is not None
    assert found.body == b"old"
    assert cache.fetch(promised="sha256=1").body == b"old"
    assert cache.sent == 1


def test_file_under_another_promise_is_another(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"old", FOREVER), answer(200, b"new", FOREVER))
    cache.fetch(promised="sha256=1")
    assert cache.stored(promised="sha256=2") is None
    assert cache.stored() is None
    assert cache.fetch(promised="sha256=2").body == b"new"


def test_ranges_of_a_promised_file_are_kept(cache: Setting) -> None:
    cache.server.script(URL, answer(206, b"01"))
    cache.fetch(byte_range=(0, 2), promised="sha256=1")
    assert cache.stored(byte_range=(0, 2), promised="sha256=1") is not None
    assert cache.stored(byte_range=(0, 2), promised="sha256=2") is None


def test_promised_file_is_asked_for_again_where_that_is_wanted(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"1"), answer(200, b"2"), answer(200, b"3"))
    cache.fetch(promised="sha256=1")
    assert cache.fetch(fresh=True, promised="sha256=1").body == b"2"
    assert cache.fetch(cache=cache.cache(refresh=True), promised="sha256=1").body == b"3"


def test_absence_of_a_promised_file_is_believed_for_a_minute_at_most(cache: Setting) -> None:
    cache.server.script(URL, answer(404))
    cache.fetch(promised="sha256=1")
    cache.time.at += 60
    assert cache.stored(promised="sha256=1") is None


@pytest.mark.parametrize("status", [204, 206, 300, 416])
def test_other_statuses_are_not_kept(cache: Setting, status: int) -> None:
    cache.server.script(URL, answer(status, b"", FOR_A_MINUTE))
    cache.fetch()
    assert cache.records == []


def test_failure_is_not_papered_over_with_a_stale_record(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE), IndexUnavailable("down"))
    cache.fetch()
    cache.time.at += 100
    with pytest.raises(IndexUnavailable):
        cache.fetch()


def test_answer_too_large_for_the_cache_is_handed_on_only(
    cache: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.index.cache._LARGEST", 3)
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    assert cache.fetch().body == b"body"
    assert cache.records == []


# Keys: who may see whose answers


def test_media_types_are_kept_apart(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"json", FOR_A_MINUTE), answer(200, b"html", FOR_A_MINUTE))
    assert cache.fetch(accept="application/json").body == b"json"
    assert cache.fetch(accept="text/html").body == b"html"
    assert len(cache.records) == 2


def test_answers_to_different_logins_are_kept_apart(cache: Setting) -> None:
    plain, first, second = (URL.replace("://", f"://{login}") for login in ("", "me:1@", "me:2@"))
    for url in (plain, first, second):
        cache.server.script(url, answer(200, url.encode(), FOR_A_MINUTE))
        cache.fetch(url)
    assert cache.sent == 3
    assert [cache.fetch(url).body for url in (plain, first, second)] == [
        url.encode() for url in (plain, first, second)
    ]


def test_no_credentials_are_written_to_disk(cache: Setting) -> None:
    url = URL.replace("://", "://me:s3cret@")
    secret = {**FOR_A_MINUTE, "set-cookie": "s3cret", "www-authenticate": "s3cret"}
    cache.server.script(url, lambda _: Response(URL, 200, secret, b"body"))
    cache.fetch(url)
    written = [path.read_bytes() for path in cache.folder.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not any(b"s3cret" in content or b"me:" in content for content in written)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.1.2.3", "localhost", "[::1]:1"])
def test_plain_http_from_this_machine_is_kept(cache: Setting, host: str) -> None:
    cache.server.script(f"http://{host}/a", answer(200, b"body", FOR_A_MINUTE))
    cache.fetch(f"http://{host}/a")
    assert cache.stored(f"http://{host}/a") is not None


@pytest.mark.parametrize(
    "host", ["index.example", "127.0.0.1.evil.example", "10.0.0.1", "127.1", "localhost.example"]
)
def test_plain_http_from_elsewhere_is_not_kept(cache: Setting, host: str) -> None:
    cache.server.script(f"http://{host}/a", answer(200, b"body", FOR_A_MINUTE))
    cache.fetch(f"http://{host}/a")
    assert cache.records == []


def test_plain_http_is_kept_where_that_is_allowed(cache: Setting) -> None:
    cache.server.script("http://index.example/a", answer(200, b"body", FOR_A_MINUTE))
    cache.fetch(
        "http://index.example/a",
        cache=cache.cache(plain_http="index.example"),
    )
    assert len(cache.records) == 1


def test_answer_that_a_redirect_brought_over_plain_http_is_not_kept(cache: Setting) -> None:
    away = Response("http://index.example/a", 200, FOR_A_MINUTE, b"body")
    cache.server.script("http://127.0.0.1/a", lambda _: away)
    cache.fetch("http://127.0.0.1/a")
    assert cache.records == []


def test_what_is_no_address_goes_to_the_server_that_says_so(cache: Setting) -> None:
    cache.server.script("ftp://host/", IndexUnavailable("no address"))
    with pytest.raises(IndexUnavailable, match="no address"):
        cache.fetch("ftp://host/")


# An index that goes back, and clocks


@pytest.mark.parametrize("asking", ["stale", "refresh"])
@pytest.mark.parametrize("tag", [{}, {"etag": '"1"'}])
@pytest.mark.parametrize(("now", "told"), [("41", 1), ("42", 0), ("43", 0), ("", 0), ("x", 0)])
def test_page_that_is_older_than_before_is_told(
    cache: Setting, asking: str, tag: dict[str, str], now: str, told: int
) -> None:
    """It is taken all the same: an index may be put back on purpose."""
    serial = {"x-pypi-last-serial": now} if now else {}
    cache.server.script(
        URL,
        answer(200, b"new", FOR_A_MINUTE | tag | {"x-pypi-last-serial": "42"}),
        answer(200, b"old", FOR_A_MINUTE | serial),
    )
    cache.fetch()
    cache.time.at += 61 if asking == "stale" else 0
    transport = CachingTransport(
        cache.server, cache.store, now=cache.time.now, refresh=asking == "refresh", note=cache.notes.append
    )
    assert cache.fetch(cache=transport).body == b"old"
    said = f"{URL} is older than before: its last serial is 41, and was 42. "
    assert [note.startswith(said) for note in cache.notes] == [True] * told


@pytest.mark.parametrize("ahead", [-86_400, 86_400])
def test_clock_of_the_server_makes_nothing_fresh(cache: Setting, ahead: int) -> None:
    """Nor stale: time counts from when the answer came."""
    date = formatdate(cache.time.at + ahead, usegmt=True)
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE | {"date": date}))
    cache.fetch()
    cache.time.at += 59
    assert cache.stored() is not None
    cache.time.at += 1
    assert cache.stored() is None


def test_record_from_the_future_is_asked_about(cache: Setting) -> None:
    """The clock was set back: nobody knows how old it is."""
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    cache.time.at -= 1
    assert cache.stored() is None


# Modes


def test_offline_answers_of_any_age(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", {"cache-control": "no-cache", "etag": '"1"'}))
    cache.fetch()
    cache.time.at += 10**8
    offline = cache.cache(offline=True)
    found = offline.stored(Request(URL, limit=1))
    assert found is not None
    assert found.body == b"body"
    assert cache.fetch(cache=offline).body == b"body"
    assert cache.sent == 1


@pytest.mark.parametrize("store", [True, False])
def test_offline_miss_names_the_address_and_the_option(cache: Setting, store: bool) -> None:  # noqa: FBT001  # a table of two
    kept = cache.store if store else None
    offline = CachingTransport(cache.server, kept, now=cache.time.now, offline=True)
    with pytest.raises(NotStored) as caught:
        cache.fetch(URL.replace("://", "://me:secret@"), cache=offline)
    assert URL in str(caught.value)
    assert "--offline" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.url == URL
    assert cache.sent == 0


def test_refresh_asks_about_everything(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", {**FOREVER, "etag": '"1"'}), answer(304))
    cache.fetch()
    fresh = cache.cache(refresh=True)
    assert fresh.stored(Request(URL, limit=1)) is None
    assert cache.fetch(cache=fresh).body == b"body"
    assert cache.server.asked[1].headers == {"If-None-Match": '"1"'}


def test_fresh_request_replaces_the_record(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"bad", FOR_A_MINUTE), answer(200, b"good", FOR_A_MINUTE))
    cache.fetch()
    assert cache.stored(fresh=True) is None
    assert cache.fetch(fresh=True).body == b"good"
    assert cache.server.asked[1].headers == {}
    assert cache.fetch().body == b"good"


def test_hits_are_counted_and_closing_goes_on(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    transport = cache.cache()
    cache.fetch(cache=transport)
    cache.fetch(cache=transport)
    asyncio.run(transport.close())
    assert transport.hits == 1
    assert cache.server.closed == 1


# Damage and bad disks


def flipped(content: bytes, at: int) -> bytes:
    """Return ``content`` with one bit changed."""
    changed = bytearray(content)
    changed[at] ^= 4
    return bytes(changed)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "zero length": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "one byte short": lambda content: content[:-1],
    "one byte more": lambda content: content + b"x",
    "flip in the magic": lambda content: flipped(content, 3),
    "flip in the checksum": lambda content: flipped(content, 17),
    "flip in the length of the texts": lambda content: flipped(content, 22),
    "flip in a header": lambda content: flipped(content, 150),
    "flip in the body": lambda content: flipped(content, -1),
    "garbage": lambda content: os.urandom(len(content)),
    "another format": lambda content: content.replace(b"http 2", b"http 1"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_record_is_a_miss_and_healed(cache: Setting, damage: str) -> None:
    cache.server.script(URL, answer(200, b"body" * 100, FOR_A_MINUTE))
    cache.fetch()
    (file,) = cache.records
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    assert cache.stored() is None
    assert cache.store.damaged == 1
    assert str(file) in cache.notes[0]
    assert cache.fetch().body == b"body" * 100
    assert cache.sent == 2
    assert cache.stored() is not None
    assert cache.warnings == []


def test_every_flipped_bit_is_noticed(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    (file,) = cache.records
    content = file.read_bytes()
    for at in range(len(content)):
        file.write_bytes(flipped(content, at))
        assert cache.stored() is None


def test_record_of_another_key_is_a_miss(cache: Setting) -> None:
    for url in (URL, f"{URL}2"):
        cache.server.script(url, answer(200, url.encode(), FOR_A_MINUTE))
        cache.fetch(url)
    first, second = cache.records
    first.write_bytes(second.read_bytes())
    bodies = {cache.fetch(url).body for url in (URL, f"{URL}2")}
    assert bodies == {URL.encode(), f"{URL}2".encode()}
    assert cache.sent == 3


def test_directories_are_private_and_marked_as_cache(cache: Setting) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    (file,) = cache.records
    for folder in (cache.folder, *file.relative_to(cache.folder).parents[:-1]):
        assert stat.S_IMODE((cache.folder / folder).stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (
        (cache.folder / "CACHEDIR.TAG")
        .read_bytes()
        .startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    )


def test_folder_of_the_user_is_not_marked(cache: Setting) -> None:
    cache.folder.mkdir()
    (cache.folder / "novel.txt").touch()
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    assert {path.name for path in cache.folder.iterdir()} == {"http-v3", "novel.txt"}


def test_empty_folder_of_the_user_is_marked(cache: Setting) -> None:
    cache.folder.mkdir()
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    assert {path.name for path in cache.folder.iterdir()} == {"CACHEDIR.TAG", "http-v3"}


def refuse_to_write(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """Let every file that is created fail with ``error``, as for a superuser no permission does."""

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr("resolver.index.placing.put", fail)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_cache_that_cannot_be_written_warns_once_and_goes_on(
    cache: Setting, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    cache.server.script(URL, answer(200, b"kept", FOR_A_MINUTE))
    cache.fetch()
    refuse_to_write(monkeypatch, OSError(number, os.strerror(number)))
    transport = cache.cache()
    for name in ("b", "c"):
        url = f"https://index.example/simple/{name}/"
        cache.server.script(url, answer(200, b"new", FOR_A_MINUTE))
        assert cache.fetch(url, cache=transport).body == b"new"
    assert cache.fetch(cache=transport).body == b"kept"
    assert len(cache.warnings) == 1
    assert os.strerror(number) in cache.warnings[0]
    assert "--cache-dir" in cache.warnings[0]


def test_record_that_cannot_be_written_is_noted_and_others_are_tried(
    cache: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with one file need not be wrong with the next; five in a row are enough."""
    transport = cache.cache()
    urls = [f"https://index.example/simple/{name}/" for name in "abcdefgh"]
    for url in urls:
        cache.server.script(url, answer(200, b"new", FOR_A_MINUTE))
    with monkeypatch.context() as patched:
        refuse_to_write(patched, OSError(errno.EIO, os.strerror(errno.EIO)))
        for url in urls[:2]:
            assert cache.fetch(url, cache=transport).body == b"new"
    assert cache.warnings == []
    assert len(cache.notes) == 2
    assert all(note.endswith("cannot be written: Input/output error.") for note in cache.notes)
    cache.fetch(urls[2], cache=transport)
    assert len(cache.records) == 1
    refuse_to_write(monkeypatch, OSError(errno.EIO, os.strerror(errno.EIO)))
    for url in urls[3:]:
        assert cache.fetch(url, cache=transport).body == b"new"
    assert len(cache.warnings) == 1
    assert "(Input/output error)" in cache.warnings[0]


def test_failed_replacement_leaves_no_litter(cache: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    monkeypatch.setattr("resolver.index.placing.os.replace", fail)
    cache.fetch()
    assert cache.records == []
    assert len(cache.warnings) == 1


def test_file_where_the_directory_should_be(cache: Setting) -> None:
    cache.folder.write_text("not a folder", encoding="utf-8")
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    assert cache.fetch().body == b"body"
    assert len(cache.warnings) == 1


def test_directory_of_another_user_is_not_used(cache: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    monkeypatch.setattr("resolver.index.store.os.geteuid", lambda: 12345)
    transport = cache.cache()
    assert transport.stored(Request(URL, limit=1)) is None
    assert cache.fetch(cache=transport).from_cache is False
    assert len(cache.warnings) == 1
    assert "another user" in cache.warnings[0]


def test_where_files_have_no_owner_nobody_asks(cache: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("resolver.index.store.os.geteuid")
    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    cache.fetch()
    assert cache.stored() is not None


def test_cache_that_is_cleaned_meanwhile_is_written_again(cache: Setting) -> None:
    from resolver.index.cleaning import clean

    cache.server.script(URL, answer(200, b"body", FOR_A_MINUTE))
    transport = cache.cache()
    cache.fetch(cache=transport)
    clean(str(cache.folder))
    assert cache.records == []
    cache.fetch(cache=transport)
    assert len(cache.records) == 1
    assert cache.warnings == []


def test_header_that_is_no_text_survives(cache: Setting) -> None:
    odd = {**FOR_A_MINUTE, "etag": b'"\xff"'.decode("utf-8", "surrogateescape")}
    cache.server.script(URL, answer(200, b"body", odd))
    cache.fetch()
    found = cache.stored()
    assert found is not None
    assert found.headers["etag"] == odd["etag"]
