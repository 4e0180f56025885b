"""Logins that are found on the way: shared by all who wait for them, and looked for at known origins only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable
from resolver.index.cache import CachingTransport
from resolver.index.credentials import Keyring, Netrc
from resolver.index.logins import LoginTransport
from resolver.index.transport import Request, Response
from resolver.index.urls import split_url

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "https://index.example/simple/"
LOGIN = "me:word"


class Server:
    """A transport that answers to ``me:word`` only, after a moment, and remembers what it was sent."""

    def __init__(self, refused_at: str | None = None) -> None:
        self.sent: list[str] = []
        self.refused_at = refused_at

    def stored(self, _: Request) -> Response | None:
        return None

    async def fetch(self, request: Request) -> Response:
        address = split_url(request.url)
        self.sent.append(address.userinfo)
        await asyncio.sleep(0)
        if address.userinfo == LOGIN:
            return Response(address.url, 200, {}, b"")
        raise IndexUnavailable("no", url=self.refused_at or address.url, status=401)

    async def close(self) -> None: ...


class Ring(Keyring):
    """A keyring that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(print)
        self.asked = 0

    async def login(self, *_: object) -> str | None:
        self.asked += 1
        await asyncio.sleep(0.01)
        return LOGIN


def logins(server: Server, keyring: Keyring | None = None, netrc: Netrc | None = None) -> LoginTransport:
    """Return a transport over ``server`` without a cache."""
    caching = CachingTransport(server, None, now=lambda: 0.0)
    return LoginTransport(caching, [INDEX, "file:///srv/index/"], keyring=keyring, netrc=netrc)


def test_many_who_want_a_login_at_once_ask_for_it_once() -> None:
    server, ring = Server(), Ring()

    async def scenario() -> list[Response]:
        transport = logins(server, ring)
        urls = [f"{INDEX}{number}/" for number in range(5)]
        found = await asyncio.gather(*(transport.fetch(Request(url, limit=10)) for url in urls))
        found.append(await transport.fetch(Request(INDEX, limit=10)))
        await transport.close()
        return found

    assert [answer.status for answer in asyncio.run(scenario())] == [200] * 6
    assert ring.asked == 1
    assert server.sent == [""] * 5 + [LOGIN] * 6


def test_login_that_somebody_else_has_found_meanwhile_is_tried(tmp_path: Path) -> None:
    server = Server()
    file = tmp_path / "netrc"
    file.write_text("machine index.example login me password wrong")

    async def scenario() -> int:
        transport = logins(server, Ring(), Netrc(str(file), print))
        await asyncio.gather(*(transport.fetch(Request(f"{INDEX}{n}/", limit=10)) for n in range(2)))
        return (await transport.fetch(Request(INDEX, limit=10))).status

    assert asyncio.run(scenario()) == 200
    assert server.sent[-1] == LOGIN


@pytest.mark.parametrize("url", ["https://other.example/", "https://index.example:8443/simple/", "nonsense"])
def test_no_login_is_looked_for_elsewhere(url: str) -> None:
    server, ring = Server(), Ring()
    if url == "nonsense":  # who fetches it says so
        server.fetch = _refuse  # type: ignore[method-assign]  # a fake
    with pytest.raises(IndexUnavailable):
        asyncio.run(logins(server, ring).fetch(Request(url, limit=10)))
    assert ring.asked == 0


async def _refuse(request: Request) -> Response:
    raise IndexUnavailable("no address", url=request.url)


@pytest.mark.parametrize("place", ["https://other.example/a/", "something else"])
def test_refusal_of_another_server_is_passed_on(place: str) -> None:
    server, ring = Server(refused_at=place), Ring()
    with pytest.raises(IndexUnavailable):
        asyncio.run(logins(server, ring).fetch(Request(INDEX, limit=10)))
    assert ring.asked == 0


def test_what_notes_depend_on_is_what_netrc_says(tmp_path: Path) -> None:
    assert logins(Server()).said == ()
    file = tmp_path / "netrc"
    file.write_text("machine index.example login me password word")
    assert logins(Server(), netrc=Netrc(str(file), print)).said == [("https://index.example:443", LOGIN)]
