"""URLs, credentials and proxies as text."""

from __future__ import annotations

import urllib.request
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import IndexUnavailable, SecurityRefusal
from resolver.index.credentials import basic_authorization
from resolver.index.proxies import Proxies
from resolver.index.urls import (
    InvalidUrl,
    bare,
    is_loopback,
    quoted,
    redacted,
    redirect_target,
    split_url,
    with_userinfo,
)

SPLIT = [
    ("https://index.example", ("https", "", "index.example", 443, "/")),
    ("HTTP://Index.Example:8080/a?b=c#d", ("http", "", "index.example", 8080, "/a?b=c")),
    ("https://me:p%40w@index.example/", ("https", "me:p%40w", "index.example", 443, "/")),
    ("https://me:p@w@index.example/", ("https", "me:p@w", "index.example", 443, "/")),
    ("https://index.example?x=a@b", ("https", "", "index.example", 443, "/?x=a@b")),
    ("https://index.example/@scope/a", ("https", "", "index.example", 443, "/@scope/a")),
    ("http://[::1]:80/a", ("http", "", "[::1]", 80, "/a")),
    ("http://[::1]/a", ("http", "", "[::1]", 80, "/a")),
]


@pytest.mark.parametrize(("url", "parts"), SPLIT)
def test_url_is_taken_apart(url: str, parts: tuple[str, str, str, int, str]) -> None:
    address = split_url(url)
    assert (address.scheme, address.userinfo, address.host, address.port, address.target) == parts


@pytest.mark.parametrize(
    "url",
    [
        "",
        "index.example",
        "ftp://index.example",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://:80/",
        "https://[]/",
        "https://host:port/",
        "https://host:0/",
        "https://host:65536/",
        "https://host:\N{SUPERSCRIPT TWO}/",
        "https://ho st/",
        "https://ho\nst/",
        f"https://host:{'9' * 5000}/",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        split_url(url)


def test_default_port_goes_without_saying() -> None:
    assert bare("https://a.example:443/x") == "https://a.example/x"
    assert bare("http://a.example:443/x") == "http://a.example:443/x"
    assert split_url("https://a.example/").origin == split_url("https://A.example:443/b").origin
    assert split_url("https://a.example/").origin != split_url("http://a.example:443/").origin


def test_userinfo_is_put_in_place_of_another() -> None:
    assert with_userinfo("https://old:pw@a.example/x", "new:word") == "https://new:word@a.example/x"
    assert with_userinfo("https://old:pw@a.example/x", "") == "https://a.example/x"


@given(
    st.sampled_from(["https", "http", "ftp", "socks5", "HTTPS"]),
    st.text(alphabet="abz/@:#%12 ", max_size=12),
    st.text(alphabet="abz/@:?#&=%1 ", max_size=20),
)
def test_password_is_never_shown(scheme: str, user: str, rest: str) -> None:
    """However a user name is written, quoted or not, nothing of a password before an ``@`` gets through."""
    assert "S3CRET" not in redacted(f"{scheme}://{user}:S3CRET@{rest}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@index.example/simple/", "https://index.example/simple/"),
        ("https://files.example/a?X-Signature=1234", "https://files.example/a?..."),
        ("https://me:pa/ss@index.example/simple/", "https://...@index.example/simple/"),
        ("https://me:12/ss@index.example/simple/", "https://...@index.example/simple/"),
        ("ftp://me:pw@index.example/", "ftp://...@index.example/"),
        ("me:pw@nonsense", "nonsense"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("https://index.example/\x1b[31m\n", "https://index.example/\ufffd[31m\ufffd"),
        ("https://index.example/" + "a" * 400, "https://index.example/" + "a" * 278 + "..."),
    ],
)
def test_what_messages_show(url: str, shown: str) -> None:
    assert redacted(url) == shown


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.0.3", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1.example", "128.0.0.1", "127.1", "127.a.0.1", "0.0.0.0", "[::2]"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_quoting_keeps_what_is_quoted_and_the_host_becomes_ascii() -> None:
    assert quoted("https://b\u00fccher.example/a b%20c") == "https://xn--bcher-kva.example/a%20b%20c"
    with pytest.raises(InvalidUrl):
        quoted("https://" + "\u00fc" * 70 + ".example/")


@given(st.text(st.characters(codec="utf-8"), max_size=20).filter(lambda text: "#" not in text))
def test_quoting_is_that_of_the_standard_library(target: str) -> None:
    kept = quote(f"/{target}", safe="/%:=&?~#+!$,;'@()*[]-._")
    assert quoted(f"https://index.example/{target}") == f"https://index.example{kept}"


def test_redirects_resolve_against_the_current_address() -> None:
    current = "https://index.example/simple/Foo/"
    assert redirect_target(current, "../foo/") == "https://index.example/simple/foo/"
    assert redirect_target(current, "//other.example/x") == "https://other.example/x"
    assert redirect_target("http://index.example/", "https://u:p@index.example/") == "https://index.example/"


@pytest.mark.parametrize("location", ["http://index.example/", "file:///a", "javascript:x", "https://[::1"])
def test_redirects_that_are_refused(location: str) -> None:
    with pytest.raises(SecurityRefusal):
        redirect_target("https://index.example/", location)


# Credentials


@pytest.mark.parametrize(
    ("userinfo", "header"),
    [
        ("me:pw", "Basic bWU6cHc="),
        ("token", "Basic dG9rZW46"),
        ("a:b:c", "Basic YTpiOmM="),
        ("%C3%BC:", "Basic w7w6"),
    ],
)
def test_basic_authorization(userinfo: str, header: str) -> None:
    assert basic_authorization(userinfo) == header


# Proxies


def test_proxy_by_scheme_and_its_exceptions() -> None:
    proxies = Proxies(
        {"http": "http://one.example:3128", "all": "me:pw@two.example"}, lambda host: host.startswith("near")
    )
    first, second = (proxies.between(split_url(f"{scheme}://a.example/")) for scheme in ("http", "https"))
    assert first is not None
    assert second is not None
    assert (first.url, first.authorization) == ("http://one.example:3128/", None)
    assert (second.url, second.authorization) == ("http://two.example/", "Basic bWU6cHc=")
    assert proxies.between(split_url("https://near.example/")) is None


def test_proxy_of_a_kind_that_cannot_be_used_is_named() -> None:
    proxies = Proxies({"https": "socks5://me:secret@one.example"}, lambda _: False)
    with pytest.raises(IndexUnavailable) as caught:
        proxies.between(split_url("https://a.example/"))
    assert "socks5://" in str(caught.value)
    assert "NO_PROXY" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example,127.0.0.1")
    proxies = Proxies.of_this_machine()
    found = proxies.between(split_url("https://index.example/"))
    assert found is not None
    assert found.url == "http://proxy.example:3128/"
    assert proxies.between(split_url("https://near.example/")) is None


@pytest.mark.parametrize(("platform", "asked"), [("linux", False), ("darwin", True), ("win32", True)])
def test_system_is_asked_for_proxies_where_it_can_have_some(
    monkeypatch: pytest.MonkeyPatch, platform: str, *, asked: bool
) -> None:
    """Elsewhere they are set by variables alone, and without one nothing is imported to look for them."""
    monkeypatch.setattr("resolver.index.proxies.os.environ", {"PATH": "/bin"})
    monkeypatch.setattr("resolver.index.proxies.sys.platform", platform)
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://proxy.example:3128"})
    found = Proxies.of_this_machine().between(split_url("https://index.example/"))
    assert (found is not None) == asked


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/caf\udce9", "https://index.example/caf%E9"),
        ("/caf\u00e9 x", "https://index.example/caf%C3%A9%20x"),
        ("https://caf\u00e9.example/", "https://xn--caf-dma.example/"),
    ],
)
def test_redirect_is_quoted_whatever_bytes_it_has(location: str, target: str) -> None:
    """Bytes of a header that are not ASCII come as surrogates: they ended in a traceback."""
    assert redirect_target("https://index.example/a", location) == target


@pytest.mark.parametrize("location", ["/\ud800", "https://\u00e9..example/", "https://" + "\u00e9" * 600])
def test_redirect_to_what_cannot_be_asked_is_refused(location: str) -> None:
    """Where it is met, not when a request is made of it."""
    with pytest.raises(SecurityRefusal, match="redirects to something that is no http or https address"):
        redirect_target("https://index.example/a", location)
