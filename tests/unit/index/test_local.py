"""Files of this machine: what is answered for their URLs, and by what it is known that it still holds."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable, LimitReached
from resolver.index.cache import CachingTransport, Evidence
from resolver.index.local import FOLDER, LocalTransport, hashed, path_of
from resolver.index.transport import Request, Response
from resolver.model.distfile import DistFile
from resolver.naming import file_url
from support.fake_transport import FakeTransport, answer

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 1000


def transport(server: FakeTransport | None = None) -> LocalTransport:
    """Return one around a server, without a cache."""
    caching = CachingTransport(server or FakeTransport(), None, now=time.time)
    return LocalTransport(caching, time.time)


def asked(path: Path | str, byte_range: tuple[int, int] | int | None = None, limit: int = LIMIT) -> Response:
    """Return the answer for a path, which is the same whether or not there is time to wait."""
    request = Request(file_url(str(path)), limit=limit, byte_range=byte_range)
    found = asyncio.run(transport().fetch(request))
    at_once = transport().stored(request)
    assert at_once is not None
    assert (at_once.status, at_once.body, at_once.headers) == (found.status, found.body, found.headers)
    return found


@pytest.mark.parametrize(
    ("byte_range", "body", "content_range"),
    [
        (3, b"789", "bytes 7-9/10"),
        (30, b"0123456789", "bytes 0-9/10"),
        ((2, 4), b"23", "bytes 2-3/10"),
        ((8, 40), b"89", "bytes 8-9/10"),
    ],
)
def test_a_range_is_read_as_a_server_would_send_it(
    tmp_path: Path, byte_range: tuple[int, int] | int, body: bytes, content_range: str
) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    found = asked(tmp_path / "a", byte_range)
    assert (found.status, found.body, found.headers["content-range"]) == (206, body, content_range)


def test_a_range_behind_the_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    assert asked(tmp_path / "a", (10, 20)).status == 416


def test_the_type_of_a_file_is_that_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.HTML").write_bytes(b"page")
    (tmp_path / "a.whl").write_bytes(b"wheel")
    assert asked(tmp_path / "a.HTML").headers == {"content-type": "text/html"}
    assert asked(tmp_path / "a.whl").headers == {"content-type": "application/octet-stream"}


def test_a_folder_is_its_files_in_order(tmp_path: Path) -> None:
    """Names may be any bytes; folders in it do not count."""
    for name in ("b", "a c", "\udcff"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder").mkdir()
    found = asked(f"{tmp_path}/")
    assert (found.status, found.headers, found.body) == (200, {"content-type": FOLDER}, b"a c\0b\0\xff\0")


def test_what_is_not_there_is_absent(tmp_path: Path) -> None:
    """A folder is no file, and nothing is below a file; another machine has nothing for us."""
    (tmp_path / "a").write_bytes(b"")
    for path in (tmp_path / "none", tmp_path, tmp_path / "a" / "b"):
        assert asked(path).status == 404
    for url in ("file://elsewhere/a", "file:///a%00b", "file://"):
        assert asyncio.run(transport().fetch(Request(url, limit=LIMIT))).status == 404


def test_what_cannot_be_read_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a pipe, nor what is too large, nor what the system refuses; there is nothing at once, then."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"0" * (LIMIT + 1))
    (tmp_path / "own").write_bytes(b"")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    cases = (("pipe", IndexUnavailable, "regular"), ("large", LimitReached, "1,001 bytes"))
    for name, error, said in cases:
        request = Request(file_url(f"{tmp_path}/{name}"), limit=LIMIT)
        with pytest.raises(error, match=said):
            asyncio.run(transport().fetch(request))
        assert transport().stored(request) is None
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", refuse)
        with pytest.raises(IndexUnavailable, match="own cannot be read"):
            asyncio.run(transport().fetch(Request(file_url(f"{tmp_path}/own"), limit=LIMIT)))
        with pytest.raises(IndexUnavailable, match="own cannot be read"):
            hashed(DistFile("own", file_url(f"{tmp_path}/own")))
        patch.setattr(os, "stat", refuse)
        local = transport()
        request = Request(file_url(f"{tmp_path}/own"), limit=LIMIT)
        with pytest.raises(IndexUnavailable, match="cannot be read"):
            asyncio.run(local.fetch(request))
        assert local.evidence(request) is None


def test_an_answer_holds_as_long_as_the_file_is_the_same(tmp_path: Path) -> None:
    """Of what was changed just now, the next change may not show."""
    path = tmp_path / "a"
    request = Request(file_url(str(path)), limit=LIMIT)
    local = transport()
    assert local.evidence(request) is None
    path.write_bytes(b"1")
    assert local.stored(request) is not None
    assert local.evidence(request) is None
    os.utime(path, (1, 1))
    assert local.stored(request) is not None
    evidence = local.evidence(request)
    assert evidence is not None
    assert local.confirmed(request) == evidence.stamp
    assert transport().holds(evidence)
    path.write_bytes(b"2")
    assert not transport().holds(evidence)
    path.unlink()
    assert local.stored(request) is not None
    missing = local.evidence(request)
    assert missing is not None
    assert transport().holds(missing)
    path.write_bytes(b"3")
    assert not transport().holds(missing)


def test_other_addresses_are_left_to_others() -> None:
    """Evidence too."""
    server = FakeTransport()
    server.script("https://index.example/a", answer(200, b"there"))
    local = transport(server)
    request = Request("https://index.example/a", limit=LIMIT)
    assert local.stored(request) is None
    assert asyncio.run(local.fetch(request)).body == b"there"
    assert local.evidence(request) is None
    assert local.confirmed(request) is None
    assert not local.holds(Evidence("key", (1, 1, 1), (0.0, 1.0)))
    asyncio.run(local.close())


def test_digests_are_those_of_files_of_this_machine_only(tmp_path: Path) -> None:
    elsewhere = DistFile("a", "https://index.example/a")
    known = DistFile("a", file_url(str(tmp_path)), hashes={"md5": "00"})
    assert hashed(elsewhere) is elsewhere
    assert hashed(known) is known


@pytest.mark.parametrize("name", ["a b", "a%20b", "ä", "a#b?c", "\udcff", "~a"])
def test_a_path_is_found_again_by_its_url(name: str) -> None:
    """Whatever is in it; the URL is plain ASCII."""
    url = file_url(f"/srv/{name}")
    assert url.isascii()
    assert path_of(url) == f"/srv/{name}"


def test_windows_has_letters_for_drives() -> None:
    assert file_url("C:\\my wheels") == "file:///C:/my%20wheels"
