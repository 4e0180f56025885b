"""Who is believed over TLS, and who is shown what; both ways of sending a request keep the rules."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest

from resolver.errors import IndexUnavailable, ResolverError, SecurityRefusal
from resolver.index.aiohttp_transport import AiohttpTransport
from resolver.index.proxies import Proxies
from resolver.index.transport import Request
from resolver.index.trust import Hosts, Trust
from resolver.index.urls import split_url
from support.certificates import FLAWS, Certificates
from support.fake_time import FakeTime
from support.fault_server import FaultServer, reply
from support.proxy import TunnelProxy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NO_PROXY = Proxies({}, lambda _: True)
LOOPBACK = Hosts([("127.0.0.1", None)])
WAYS = pytest.mark.parametrize("early", [False, True], ids=["aiohttp", "early"])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return an authority and its servers."""
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def _without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


async def fetched(
    url: str, trust: Trust, *, early: bool, proxies: Proxies = NO_PROXY
) -> tuple[bytes | ResolverError, FakeTime]:
    """Fetch ``url`` and say what came of it."""
    time = FakeTime()
    transport = AiohttpTransport(timing=time.timing, proxies=proxies, trust=trust, early=early)
    try:
        return (await transport.fetch(Request(url, limit=1000))).body, time
    except ResolverError as error:
        return error, time
    finally:
        await transport.close()


def over_tls(
    context: ssl.SSLContext, make: Callable[[str], Trust], *, early: bool
) -> tuple[bytes | ResolverError, FakeTime]:
    """Fetch something from a server with ``context``; ``make`` gets its origin."""

    async def scenario() -> tuple[bytes | ResolverError, FakeTime]:
        async with FaultServer(context) as server:
            return await fetched(server.script("/a", reply(200, b"body")), make(server.url), early=early)

    return asyncio.run(scenario())


# Certificates of servers


@WAYS
def test_authority_that_the_user_names_is_trusted(certificates: Certificates, *, early: bool) -> None:
    trust = Trust(str(certificates.authority))
    assert over_tls(certificates.server(), lambda _: trust, early=early)[0] == b"body"


@WAYS
@pytest.mark.parametrize("flaw", FLAWS)
def test_bad_certificate_is_refused_at_once_and_the_message_says_what_to_do(
    certificates: Certificates, flaw: str, *, early: bool
) -> None:
    outcome, time = over_tls(
        certificates.server(flaw), lambda _: Trust(str(certificates.authority)), early=early
    )
    assert isinstance(outcome, IndexUnavailable)
    assert "--cert" in str(outcome)
    assert "--trusted-host 127.0.0.1" in str(outcome)
    assert time.slept == []  # no other try would end otherwise


@WAYS
@pytest.mark.parametrize("flaw", FLAWS)
def test_any_certificate_of_a_trusted_host_is_accepted(
    certificates: Certificates, flaw: str, *, early: bool
) -> None:
    trust = Trust(str(certificates.authority), insecure=LOOPBACK)
    assert over_tls(certificates.server(flaw), lambda _: trust, early=early)[0] == b"body"


@WAYS
def test_trusted_host_is_trusted_at_its_port_only(certificates: Certificates, *, early: bool) -> None:
    context = certificates.server("expired")
    for shift, good in ((0, True), (1, False)):

        def trust(origin: str, shift: int = shift) -> Trust:
            return Trust(insecure=Hosts([("127.0.0.1", split_url(origin).port + shift)]))

        assert (over_tls(context, trust, early=early)[0] == b"body") is good


@WAYS
def test_redirect_to_plain_http_needs_a_trusted_host(certificates: Certificates, *, early: bool) -> None:
    async def scenario(insecure: Hosts) -> bytes | ResolverError:
        async with FaultServer(certificates.server()) as server, FaultServer() as plain:
            end = plain.script("/b", reply(200, b"plain"))
            url = server.script("/a", reply(302, headers={"Location": end}))
            trust = Trust(str(certificates.authority), insecure=insecure)
            return (await fetched(url, trust, early=early))[0]

    refused = asyncio.run(scenario(Hosts([("other.example", None)])))
    assert isinstance(refused, SecurityRefusal)
    assert "--trusted-host 127.0.0.1" in str(refused)
    assert asyncio.run(scenario(LOOPBACK)) == b"plain"


@WAYS
def test_redirect_to_tls_drops_the_login_as_any_other(certificates: Certificates, *, early: bool) -> None:
    """Another scheme is another origin, even if it is the safer one."""

    async def scenario() -> tuple[bytes | ResolverError, list[str | None]]:
        async with FaultServer(certificates.server()) as server, FaultServer() as plain:
            end = server.script("/b", reply(200, b"body"))
            plain.script("/a", reply(301, headers={"Location": end}))
            url = plain.url.replace("://", "://me:word@")
            found = (await fetched(f"{url}/a", Trust(str(certificates.authority)), early=early))[0]
            asked = [*plain.requests, *server.requests]
            return found, [each.headers.get("authorization") for each in asked]

    assert asyncio.run(scenario()) == (b"body", ["Basic bWU6d29yZA==", None])


# What is named


@pytest.mark.parametrize("content", [None, "", "nothing of the kind"])
@pytest.mark.parametrize("how", ["--cert", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_authorities_that_are_named_but_not_there_are_an_error(
    tmp_path: Path, how: str, content: str | None
) -> None:
    """Nobody is trusted then; the usual authorities do not stand in."""
    place = tmp_path / "ca"
    file = place / "a.pem" if how == "SSL_CERT_DIR" else place
    if content is not None:
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    trust = Trust(str(place), environ={}) if how == "--cert" else Trust(environ={how: str(place)})
    with pytest.raises(IndexUnavailable, match=f"There are no certificates .*{how}") as caught:
        trust.context(split_url("https://index.example/"))
    assert str(place) in str(caught.value)


def test_folder_of_certificates_is_read(certificates: Certificates, tmp_path: Path) -> None:
    """By OpenSSL's names where there are such, else by their endings; nothing else in it matters."""
    (tmp_path / "note.txt").write_text("not for OpenSSL")
    (tmp_path / "own.crt").write_bytes(certificates.authority.read_bytes())
    for trust in (Trust(str(tmp_path)), Trust(environ={"SSL_CERT_DIR": f"/nowhere:{tmp_path}"})):
        assert len(trust.context(split_url("https://a.example/")).get_ca_certs()) == 1
    (tmp_path / "1a2b3c4d.0").write_bytes(certificates.authority.read_bytes())
    hashed = Trust(str(tmp_path)).context(split_url("https://a.example/"))
    assert hashed.verify_mode is ssl.CERT_REQUIRED


def test_option_wins_over_variables_and_empty_variables_mean_nothing(certificates: Certificates) -> None:
    nowhere = {"SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"}
    named = Trust(str(certificates.authority), environ=nowhere)
    assert len(named.context(split_url("https://a.example/")).get_ca_certs()) == 1
    usual = Trust(environ={"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}).context(split_url("https://a.example/"))
    assert usual.verify_mode is ssl.CERT_REQUIRED


def test_trust_of_the_system_is_used_where_it_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    known = ssl.create_default_context()
    monkeypatch.setitem(__import__("sys").modules, "truststore", SimpleNamespace(SSLContext=lambda _: known))
    assert Trust(environ={}).context(split_url("https://a.example/")) is known


# The user's certificate


@WAYS
def test_certificate_is_shown_to_the_index_that_asks(certificates: Certificates, *, early: bool) -> None:
    def trust(origin: str) -> Trust:
        return Trust(
            str(certificates.authority), certificate=str(certificates.client), shown_to=[f"{origin}"]
        )

    assert over_tls(certificates.server(asks=True), trust, early=early)[0] == b"body"


@WAYS
def test_certificate_is_shown_to_nobody_else(certificates: Certificates, *, early: bool) -> None:
    """A page may name files anywhere, and a redirect may lead there."""
    trust = Trust(
        str(certificates.authority), certificate=str(certificates.client), shown_to=["https://127.0.0.1:1"]
    )
    outcome, _ = over_tls(certificates.server(asks=True), lambda _: trust, early=early)
    assert isinstance(outcome, IndexUnavailable)


def test_server_that_refuses_us_without_a_certificate_is_understood(certificates: Certificates) -> None:
    context = certificates.server(asks=True)
    outcome, _ = over_tls(context, lambda _: Trust(str(certificates.authority)), early=False)
    assert isinstance(outcome, IndexUnavailable)
    assert "--client-cert" in str(outcome)


def test_certificate_that_cannot_be_used_is_an_error(certificates: Certificates, tmp_path: Path) -> None:
    encrypted = tmp_path / "encrypted.pem"
    encrypted.write_text(_ENCRYPTED + certificates.authority.read_text())
    for file, reason in (
        (tmp_path / "missing", "No such file"),
        (certificates.authority, "PEM file with the certificate and its key"),
        (encrypted, "encrypted|PEM file with the certificate"),
    ):
        trust = Trust(certificate=str(file), shown_to=["https://a.example:443"], environ={})
        with pytest.raises(IndexUnavailable, match=reason):
            trust.context(split_url("https://a.example/"))


_ENCRYPTED = """-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
-----END EC PRIVATE KEY-----
"""


# Through a proxy


def through(
    certificates: Certificates, login: str, *, proxy_tls: bool = False
) -> tuple[bytes | ResolverError, TunnelProxy, FaultServer]:
    """Fetch something over TLS through a proxy that wants the login ``me:word``."""

    async def scenario() -> tuple[bytes | ResolverError, TunnelProxy, FaultServer]:
        tls = certificates.server() if proxy_tls else None
        async with (
            FaultServer(certificates.server()) as server,
            TunnelProxy(server.port, login="Basic bWU6d29yZA==", tls=tls) as proxy,
        ):
            server.script("/a", reply(200, b"body"))
            trust = Trust(str(certificates.authority))
            url = f"https://user:secret@127.0.0.1:{server.port}/a"
            outcome, _ = await fetched(url, trust, early=True, proxies=Proxies.named(proxy.url(login)))
            return outcome, proxy, server

    return asyncio.run(scenario())


@pytest.mark.parametrize("proxy_tls", [False, True])
def test_tls_goes_through_a_tunnel_and_each_end_gets_its_own_login(
    certificates: Certificates, *, proxy_tls: bool
) -> None:
    outcome, proxy, server = through(certificates, "me:word@", proxy_tls=proxy_tls)
    assert outcome == b"body"
    (tunnel,), (asked,) = proxy.asked, server.requests
    assert tunnel.path == f"CONNECT 127.0.0.1:{server.port}"
    assert "authorization" not in tunnel.headers
    assert "proxy-authorization" not in asked.headers
    assert asked.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="


def test_proxy_that_wants_another_login_is_named_without_the_one_it_got(certificates: Certificates) -> None:
    outcome, proxy, server = through(certificates, "me:wrong@")
    assert isinstance(outcome, IndexUnavailable)
    assert "proxy refuses" in str(outcome)
    assert "407" in str(outcome)
    assert "wrong" not in str(outcome)
    assert (len(proxy.asked), server.requests) == (1, [])


def test_of_proxy_and_server_the_stricter_rule_holds(certificates: Certificates) -> None:
    """A trusted host does not make the proxy on the way trusted, nor the other way round."""

    async def scenario() -> bytes | ResolverError:
        async with (
            FaultServer(certificates.server()) as server,
            TunnelProxy(server.port, tls=certificates.server("expired")) as proxy,
        ):
            server.script("/a", reply(200, b"body"))
            trust = Trust(str(certificates.authority), insecure=Hosts([("127.0.0.1", server.port)]))
            proxies = Proxies.named(proxy.url())
            return (await fetched(f"{server.url}/a", trust, early=False, proxies=proxies))[0]

    assert isinstance(asyncio.run(scenario()), IndexUnavailable)


# IPv6


@WAYS
def test_address_of_ipv6_is_reached_over_tls(certificates: Certificates, *, early: bool) -> None:
    async def scenario() -> bytes | ResolverError:
        try:
            server = await FaultServer(certificates.server(), "::1").__aenter__()
        except OSError:
            pytest.skip("no IPv6 here")
        try:
            url = server.script("/a", reply(200, b"body"))
            return (await fetched(url, Trust(str(certificates.authority)), early=early))[0]
        finally:
            await server.__aexit__()

    assert asyncio.run(scenario()) == b"body"
