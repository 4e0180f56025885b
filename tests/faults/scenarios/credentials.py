"""What could be got out of us, by redirects, links, messages and files, and to whom we could be led."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from resolver.index import trust
from resolver.index.urls import with_userinfo
from support.certificates import FLAWS, Certificates
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, SECRET, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.fault_server import Asked, FaultServer, Reply
    from support.scenarios import Outcome
    from support.stage import Stage

GOOD = "a==1.0\n"
PAGE = "/simple/a/"
LOGIN = f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"

REDIRECT = "cross-host/port/scheme redirect"
NETRC = "netrc after redirect to other port"
SHOWN = "creds in logs, errors, lock, report, cache, `ps`, SBOM"
FLOW = "401 flow"
TLS = "TLS failure, expired, self-signed"
PROXY = "proxy: HTTP(S)_PROXY, ALL_PROXY, NO_PROXY CIDR, 407, auth"

HOST_ONLY = (("resolver.index.urls.Address.origin", property(lambda self: self.host)),)
"""Origins without their ports, as netrc has them."""


def with_login(stage: Stage) -> None:
    """Put a login into the URL of the index."""
    stage.index = with_userinfo(str(stage.index), f"me:{SECRET}")


def with_netrc(stage: Stage) -> None:
    """Write a netrc file for this machine."""
    (stage.home / ".netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")


def sent(server: FaultServer) -> list[str | None]:
    """Return the logins that a server was sent, each once."""
    return list(dict.fromkeys(asked.headers.get("authorization") for asked in server.requests))


def others_got_none(stage: Stage, _: Outcome) -> None:
    """Assert that the second server was asked, and sent no login of any kind."""
    other = stage._servers[1]
    assert sent(other) == [None]
    assert not any({"cookie", "proxy-authorization"} & asked.headers.keys() for asked in other.requests)


# Redirects


def redirect_to_another_port(stage: Stage) -> None:
    """The index sends us to another server of the same host, with a cookie."""
    with_login(stage)
    other = stage.another()
    stage.package("a", server=other)
    headers = {"Location": f"{other.url}{PAGE}", "Set-Cookie": "a=b"}
    stage.script(PAGE, reply(302, headers=headers))


def redirect_to_another_host(stage: Stage) -> None:
    """The index sends us to another name, and that one back to it."""
    with_login(stage)
    stage.package("a")
    other = stage.another()
    back = f"{stage.server.url}/again/"
    stage.script("/again/", reply(200, page("a", stage.lines()), JSON))
    stage.script("/away/", reply(302, headers={"Location": back}), server=other)
    elsewhere = f"http://localhost:{other.port}/away/"
    stage.script(PAGE, reply(302, headers={"Location": elsewhere}))


def returned_without(stage: Stage, outcome: Outcome) -> None:
    """Assert that what was dropped on the way stays dropped."""
    others_got_none(stage, outcome)
    (again,) = [asked for asked in stage.server.requests if asked.path == "/again/"]
    assert "authorization" not in again.headers


def redirect_to_plain_http(stage: Stage) -> None:
    """The index, which speaks TLS, sends us to a server that does not."""
    certificates = Certificates(stage.home)
    server = stage.another(certificates.server())
    stage.package("a")
    stage.script(PAGE, reply(302, headers={"Location": f"{stage.server.url}{PAGE}"}), server=server)
    stage.index = with_userinfo(f"{server.url}/simple/", f"me:{SECRET}")
    stage.arguments += ["--cert", str(certificates.authority)]


def login_of_netrc_elsewhere(stage: Stage) -> None:
    """The index sends us to another port of its host, where a login is wanted."""
    with_netrc(stage)
    other = stage.another()
    stage.script(PAGE, reply(401), server=other)
    stage.script(PAGE, reply(302, headers={"Location": f"{other.url}{PAGE}"}))


def files_elsewhere(stage: Stage) -> None:
    """The page names files at another port, where nobody was meant to be sent a login."""
    with_login(stage)
    other = stage.another()
    path = stage.package("a", server=other)
    line = {**stage.lines("a", other)[0], "url": f"{other.url}{path}"}
    stage.script(PAGE, reply(200, page("a", [line]), JSON))


def everywhere(url: str, logins: dict[str, str]) -> str:
    """Give the login of an index to all files, as without the defence."""
    return with_userinfo(url, next(iter(logins.values())))


# Logins on demand


def login_on_demand(stage: Stage) -> None:
    """The index wants a login, which a netrc file has."""
    with_netrc(stage)
    path = stage.package("a")
    for place in (PAGE, path, f"{path}.metadata"):
        stage.script(place, wanting(*stage.server._scripts[place]))


def wanting(good: Reply | Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    """Return what answers as ``good`` does, to those who log in."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("authorization") != LOGIN:
            return reply(401)
        return good(asked) if callable(good) else good

    return answer


def asked_without_first(stage: Stage, _: Outcome) -> None:
    """Assert that nothing was sent before it was wanted."""
    assert sent(stage.server) == [None, LOGIN]


def keyring_missing(stage: Stage) -> None:
    """The index wants a login, and there is no command keyring to ask for it."""
    stage.script(PAGE, reply(401))
    stage.arguments += ["--keyring-provider", "subprocess"]
    stage.environ["PATH"] = str(stage.home)


# Messages and files


def index_of_pip_fails(stage: Stage) -> None:
    """Pip names the index, with a password, and it fails; we are told to say all."""
    stage.environ["PIP_INDEX_URL"] = with_userinfo(str(stage.index), f"me:{SECRET}")
    stage.index = None
    stage.script(PAGE, reply(500))
    stage.arguments += ["-v"]


def signed_links(stage: Stage) -> None:
    """The page has links that are signed, and may be kept."""
    path = stage.package("a")
    line = {**stage.lines()[0], "url": f"{path}?signature={SECRET}", "core-metadata": False}
    stage.script(f"{path}?signature={SECRET}", stage.server._scripts[path][0])
    body = page("a", [line])
    stage.script(PAGE, reply(200, body, {**JSON, "Cache-Control": "max-age=600"}))


# TLS and proxies


def flawed(flaw: str) -> Callable[[Stage], None]:
    """Return a set-up with a certificate that has this flaw."""

    def setup(stage: Stage) -> None:
        certificates = Certificates(stage.home)
        server = stage.another(certificates.server(flaw))
        stage.package("a", server=server)
        stage.index = with_userinfo(f"{server.url}/simple/", f"me:{SECRET}")
        stage.arguments += ["--cert", str(certificates.authority)]

    return setup


def not_asked(stage: Stage, _: Outcome) -> None:
    """Assert that nothing was sent to the server with the flaw."""
    assert stage._servers[1].requests == []


def empty_authorities(stage: Stage) -> None:
    """SSL_CERT_FILE names a file with nothing in it, and the server is of an authority of the machine."""
    certificates = Certificates(stage.home)
    server = stage.another(certificates.server())
    stage.package("a", server=server)
    stage.index = f"{server.url}/simple/"
    (stage.home / "empty.pem").write_text("")
    stage.environ["SSL_CERT_FILE"] = str(stage.home / "empty.pem")


def proxy_wants_login(stage: Stage) -> None:
    """The way to the index is through a proxy that does not accept our login."""
    stage.script("127.0.0.1:1", reply(407))
    stage.index = "https://127.0.0.1:1/simple/"
    stage.environ["HTTPS_PROXY"] = with_userinfo(stage.server.url, f"me:{SECRET}")


def exempt_network(stage: Stage) -> None:
    """A proxy is set that is not there, but for this network there is none."""
    stage.package("a")
    stage.environ |= {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "10.0.0.0/8, 127.0.0.0/8"}


SCENARIOS = [
    Scenario(
        "creds-redirect-port",
        row=REDIRECT,
        setup=redirect_to_another_port,
        expected=Expected(pins=GOOD, check=others_got_none),
        without=HOST_ONLY,
    ),
    Scenario(
        "creds-redirect-host",
        row=REDIRECT,
        setup=redirect_to_another_host,
        expected=Expected(pins=GOOD, check=returned_without),
        without=(("resolver.index.urls.Address.origin", property(lambda _: "anywhere")),),
    ),
    Scenario(
        "creds-redirect-scheme",
        row="https->http redirect",
        setup=redirect_to_plain_http,
        expected=Expected(code=4, says=("plain http", "--trusted-host 127.0.0.1"), asked={PAGE: 0}),
        without=(("resolver.index.trust.Hosts.include", lambda *_: True),),
    ),
    Scenario(
        "netrc-redirect-port",
        row=NETRC,
        setup=login_of_netrc_elsewhere,
        expected=Expected(code=3, says=("status 401",), check=others_got_none),
        without=HOST_ONLY,
    ),
    Scenario(
        "creds-files-elsewhere",
        row=REDIRECT,
        setup=files_elsewhere,
        expected=Expected(pins=GOOD, check=others_got_none),
        without=(("resolver.index.client._with_login", everywhere),),
    ),
    Scenario(
        "login-on-demand",
        row=FLOW,
        setup=login_on_demand,
        expected=Expected(pins=GOOD, check=asked_without_first, then=GOOD),
        without=(("resolver.index.logins._UNAUTHORIZED", 418),),
    ),
    Scenario(
        "keyring-missing",
        row=FLOW,
        setup=keyring_missing,
        expected=Expected(code=3, says=("warning: The command keyring cannot be run", "status 401")),
        without=(("resolver.index.credentials.Keyring._fail", lambda *_: None),),
    ),
    Scenario(
        "creds-in-notes-to-the-user",
        row=SHOWN,
        setup=index_of_pip_fails,
        expected=Expected(code=3, says=("the variable PIP_INDEX_URL", "status 500")),
        without=(("resolver.index.configuring.redacted", str),),
    ),
    Scenario(
        "creds-in-signed-links",
        row=SHOWN,
        setup=signed_links,
        expected=Expected(pins=GOOD),
        without=(("resolver.index.listing_form.ListingForm.may_lie", lambda *_: True),),
    ),
    *(
        Scenario(
            f"tls-{flaw.replace(' ', '-')}",
            row=TLS,
            setup=flawed(flaw),
            expected=Expected(
                code=3,
                says=("No trusted connection", "--cert", "--trusted-host"),
                slept=(),
                check=not_asked,
            ),
            without=(("resolver.index.trust.Trust._checking", lambda _: trust._unchecking()),),
        )
        for flaw in FLAWS
    ),
    Scenario(
        "tls-empty-authorities",
        row=TLS,
        setup=empty_authorities,
        expected=Expected(code=3, says=("There are no certificates of authorities", "SSL_CERT_FILE")),
        without=(("resolver.index.trust._trusting", lambda *_: trust._unchecking()),),
    ),
    Scenario(
        "proxy-407",
        row=PROXY,
        setup=proxy_wants_login,
        expected=Expected(
            code=3, says=("The proxy refuses", "status 407"), asked={"127.0.0.1:1": 1}, slept=()
        ),
        without=(("resolver.index.proxies.Proxies.between", lambda *_: None),),
    ),
    Scenario(
        "no-proxy-network",
        row=PROXY,
        setup=exempt_network,
        expected=Expected(pins=GOOD),
        without=(("resolver.index.proxies._is_within", lambda *_: False),),
    ),
]
